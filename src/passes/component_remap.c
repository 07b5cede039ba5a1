/* component_remap.c - references to the index spaces of the outermost component. Flows in: a component, and where indices go. Flows out: the same
 * component with other indices; arrays that the decoder shares are copied before they are changed.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#alias-definitions */
#include "passes/component_remap.h"

#include "core/custom.h"
#include "passes/remap.h"

typedef struct remapper {
  cti_component_mover *move;
  void *context;
  cti_arena *arena;
  bool all;        /* every sort, rather than core modules and core types */
  uint32_t depth;  /* scopes between the outermost component and here */
  bool in_type;    /* here is a type */
  uint64_t offset; /* of the item, for messages */
  bool changed;    /* something of the item */
} remapper;

static bool is_moved(const remapper *r, cti_sort sort) { return r->all || sort == CTI_SORT_CORE_TYPE || sort == CTI_SORT_CORE_MODULE; }

/* A reference that names a scope `outward` from here. */
static ct_status move(remapper *r, cti_sort sort, uint32_t outward, uint32_t *index) {
  if (!is_moved(r, sort) || outward != r->depth) return CT_OK;
  uint32_t to = r->move(r->context, sort, *index);
  if (to == UINT32_MAX) return cti_fail(r->arena->error, CT_COMP_INDEX, r->offset, "%s %u is not there", cti_sorts[sort].name, *index);
  r->changed |= to != *index;
  *index = to;
  return CT_OK;
}

static void *copy(remapper *r, const void *from, size_t count, size_t size) {
  void *to = cti_alloc_raw(r->arena, count, size);
  if (to && count) memcpy(to, from, count * size);
  return to;
}

#define COPY(r, array, count) copy(r, array, count, sizeof *(array))

/* ---- core types */

/* The types of a recursion group that stands in the component itself refer to its core types. */
static cti_corevt move_valtype(remapper *r, cti_corevt type, ct_status *status) {
  if (!cti_vt_is_ref(type) || !cti_vt_is_concrete(type)) return type;
  uint32_t index = cti_vt_index(type);
  if (*status == CT_OK) *status = move(r, CTI_SORT_CORE_TYPE, 0, &index);
  return (type & ~CTI_VT_LOW) | (index & CTI_VT_LOW);
}

static ct_status move_optional(remapper *r, uint32_t *index) { return *index == UINT32_MAX ? CT_OK : move(r, CTI_SORT_CORE_TYPE, 0, index); }

static ct_status move_subtype(remapper *r, cti_subtype *type) {
  ct_status status = CT_OK;
  uint32_t value_count = type->kind == CTI_COMPOSITE_FUNC ? type->param_count + type->result_count : 0;
  cti_corevt *types = COPY(r, type->types, value_count);
  cti_field *fields = COPY(r, type->fields, type->field_count);
  uint32_t *supers = COPY(r, type->supers, type->super_count > 1 ? type->super_count : 0);
  if (!types || !fields || !supers) return r->arena->error->status;
  for (uint32_t i = 0; i < value_count; i++) types[i] = move_valtype(r, types[i], &status);
  for (uint32_t i = 0; i < type->field_count; i++) fields[i].type = move_valtype(r, fields[i].type, &status);
  for (uint32_t i = 0; type->super_count > 1 && i < type->super_count && status == CT_OK; i++) status = move(r, CTI_SORT_CORE_TYPE, 0, &supers[i]);
  if (status == CT_OK) status = move_optional(r, &type->super);
  if (status == CT_OK) status = move_optional(r, &type->describes);
  if (status == CT_OK) status = move_optional(r, &type->descriptor);
  if (status == CT_OK && type->kind == CTI_COMPOSITE_CONT) status = move(r, CTI_SORT_CORE_TYPE, 0, &type->cont);
  type->types = types;
  type->fields = fields;
  if (type->super_count > 1) type->supers = supers;
  return status;
}

static ct_status move_core_type(remapper *r, const cti_core_type_def **type) {
  cti_core_type_def *made = copy(r, *type, 1, sizeof **type);
  if (!made) return CT_NOMEM;
  if (made->kind == CTI_CORE_TYPE_REC) {
    if (r->depth) return CT_OK;
    if (!(made->subs = COPY(r, made->subs, made->sub_count))) return CT_NOMEM;
    for (uint32_t i = 0; i < made->sub_count; i++) CTI_TRY(move_subtype(r, &made->subs[i]));
  } else {
    if (!(made->decls = COPY(r, made->decls, made->decl_count))) return CT_NOMEM;
    r->depth++; /* a module type is a scope, into which its aliases bring types from outside */
    for (uint32_t i = 0; i < made->decl_count && r->arena->error->status == CT_OK; i++)
      if (made->decls[i].kind == CTI_MODULE_DECL_ALIAS) move(r, CTI_SORT_CORE_TYPE, made->decls[i].outer_count, &made->decls[i].outer_index);
    r->depth--;
  }
  *type = made;
  return r->arena->error->status;
}

/* ---- types. Within a scope of their own they refer to nothing out here but by outer aliases. */

static ct_status move_type(remapper *r, cti_valtype *type) {
  uint32_t index = cti_valtype_index(*type);
  if (!cti_valtype_is_def(*type)) return CT_OK;
  CTI_TRY(move(r, CTI_SORT_TYPE, 0, &index));
  *type = cti_valtype_def(index);
  return CT_OK;
}

static ct_status move_members(remapper *r, const cti_member **members, uint32_t count) {
  cti_member *made = COPY(r, *members, count);
  if (!made) return CT_NOMEM;
  for (uint32_t i = 0; i < count; i++) CTI_TRY(move_type(r, &made[i].type));
  *members = made;
  return CT_OK;
}

static ct_status move_value_type(remapper *r, cti_def *def) {
  const cti_member *members = def->members;
  CTI_TRY(move_members(r, &members, def->member_count));
  def->members = (cti_member *)(uintptr_t)members;
  CTI_TRY(move_type(r, &def->element));
  CTI_TRY(move_type(r, &def->key));
  return def->kind == CTI_DEF_OWN || def->kind == CTI_DEF_BORROW ? move(r, CTI_SORT_TYPE, 0, &def->resource) : CT_OK;
}

static ct_status move_definition(remapper *r, const cti_ctype **type) {
  cti_ctype *made = copy(r, *type, 1, sizeof **type);
  if (!made) return CT_NOMEM;
  if (made->kind == CTI_CTYPE_VALUE) CTI_TRY(move_value_type(r, &made->value));
  if (made->kind == CTI_CTYPE_FUNC) {
    CTI_TRY(move_members(r, &made->params, made->param_count));
    CTI_TRY(move_type(r, &made->result));
  }
  if (made->kind == CTI_CTYPE_RESOURCE && made->dtor != UINT32_MAX) CTI_TRY(move(r, CTI_SORT_CORE_FUNC, 0, &made->dtor));
  *type = made;
  return CT_OK;
}

/* ---- items */

static ct_status remap_items(remapper *r, cti_component *component);

static ct_status move_extern(remapper *r, cti_externtype *type) {
  if (type->sort == CTI_SORT_VALUE) return move_type(r, &type->value);
  if (type->sort == CTI_SORT_TYPE && !type->is_eq) return CT_OK;
  return move(r, type->sort == CTI_SORT_CORE_MODULE ? CTI_SORT_CORE_TYPE : CTI_SORT_TYPE, 0, &type->index);
}

static ct_status move_named(remapper *r, const cti_named_index **items, uint32_t count) {
  cti_named_index *made = COPY(r, *items, count);
  if (!made) return CT_NOMEM;
  for (uint32_t i = 0; i < count; i++) CTI_TRY(move(r, made[i].item.sort, 0, &made[i].item.index));
  *items = made;
  return CT_OK;
}

static cti_sort sort_of_option(cti_canon_opt_kind kind) {
  if (kind == CTI_CANON_OPT_MEMORY) return CTI_SORT_CORE_MEMORY;
  return kind == CTI_CANON_OPT_CORE_TYPE ? CTI_SORT_CORE_TYPE : CTI_SORT_CORE_FUNC;
}

static ct_status move_immediate(remapper *r, cti_canon *canon, char immediate) {
  switch (immediate) {
  case 'f': return move(r, canon->kind == CTI_CANON_LOWER ? CTI_SORT_FUNC : CTI_SORT_CORE_FUNC, 0, &canon->func);
  case 't':
  case 'R':
  case 'S':
  case 'U': return move(r, CTI_SORT_TYPE, 0, &canon->type);
  case 'y': return move(r, CTI_SORT_CORE_TYPE, 0, &canon->type);
  case 'b': return move(r, CTI_SORT_CORE_TABLE, 0, &canon->table);
  case 'm': return move(r, CTI_SORT_CORE_MEMORY, 0, &canon->memory);
  case 'r': return move_type(r, &canon->result);
  default: return CT_OK;
  }
}

static ct_status move_canon(remapper *r, cti_canon *canon) {
  cti_canon_opt *options = COPY(r, canon->options, canon->option_count);
  if (!options) return CT_NOMEM;
  for (uint32_t i = 0; i < canon->option_count; i++)
    if (cti_canon_opts[options[i].kind].has_index) CTI_TRY(move(r, sort_of_option(options[i].kind), 0, &options[i].index));
  canon->options = options;
  for (const char *immediate = cti_canons[canon->kind].immediates; *immediate; immediate++) CTI_TRY(move_immediate(r, canon, *immediate));
  return CT_OK;
}

static ct_status move_alias(remapper *r, cti_alias *alias) {
  if (alias->kind == CTI_ALIAS_OUTER) return move(r, alias->sort, alias->instance, &alias->index);
  return move(r, alias->kind == CTI_ALIAS_CORE_EXPORT ? CTI_SORT_CORE_INSTANCE : CTI_SORT_INSTANCE, 0, &alias->instance);
}

static ct_status move_start(remapper *r, cti_item *item) {
  uint32_t *args = COPY(r, item->of.start.args, item->of.start.arg_count);
  if (!args) return CT_NOMEM;
  for (uint32_t i = 0; i < item->of.start.arg_count; i++) CTI_TRY(move(r, CTI_SORT_VALUE, 0, &args[i]));
  item->of.start.args = args;
  return move(r, CTI_SORT_FUNC, 0, &item->of.start.func);
}

static ct_status remap_nested(remapper *r, cti_component *component, bool in_type) {
  remapper inner = *r;
  inner.depth++;
  inner.in_type = in_type;
  inner.changed = false;
  CTI_TRY(remap_items(&inner, component));
  r->changed |= inner.changed;
  return CT_OK;
}

static ct_status remap_item(remapper *r, cti_item *item) {
  switch (item->kind) {
  case CTI_ITEM_CORE_INSTANCE:
    if (!item->of.instance.is_exports) CTI_TRY(move(r, CTI_SORT_CORE_MODULE, 0, &item->of.instance.index));
    return move_named(r, &item->of.instance.items, item->of.instance.count);
  case CTI_ITEM_INSTANCE:
    if (!item->of.instance.is_exports) CTI_TRY(move(r, CTI_SORT_COMPONENT, 0, &item->of.instance.index));
    return move_named(r, &item->of.instance.items, item->of.instance.count);
  case CTI_ITEM_CORE_TYPE: return move_core_type(r, &item->of.core_type);
  case CTI_ITEM_COMPONENT: return remap_nested(r, item->of.component, false);
  case CTI_ITEM_ALIAS: return move_alias(r, &item->of.alias);
  case CTI_ITEM_TYPE:
    if (cti_ctype_is_scope(item->of.type)) return remap_nested(r, item->of.type->decls, true);
    return r->all && r->depth == 0 ? move_definition(r, &item->of.type) : CT_OK;
  case CTI_ITEM_CANON: return move_canon(r, &item->of.canon);
  case CTI_ITEM_START: return r->all ? move_start(r, item) : CT_OK;
  case CTI_ITEM_VALUE: return move_type(r, &item->of.value.type);
  case CTI_ITEM_IMPORT: return move_extern(r, &item->of.import.type);
  case CTI_ITEM_EXPORT:
    if (r->in_type) return move_extern(r, &item->of.export_.type);
    if (!cti_externtype_is_none(item->of.export_.type)) CTI_TRY(move_extern(r, &item->of.export_.type));
    return move(r, item->of.export_.item.sort, 0, &item->of.export_.item.index);
  default: return CT_OK;
  }
}

void cti_component_touch(cti_component *component, const cti_item *item) {
  component->changed = true;
  if (item->section) component->sections.items[item->section - 1].changed = true;
}

static ct_status remap_and_touch(remapper *r, cti_component *component, cti_item *item) {
  bool before = r->changed;
  r->changed = false;
  r->offset = item->offset;
  CTI_TRY(remap_item(r, item));
  if (r->changed) cti_component_touch(component, item);
  r->changed |= before;
  return CT_OK;
}

static ct_status remap_items(remapper *r, cti_component *component) {
  for (uint32_t i = 0; i < component->items.count; i++) CTI_TRY(remap_and_touch(r, component, &component->items.items[i]));
  return CT_OK;
}

/* ---- names: a section that is malformed stays as it is, nothing depends on it */

/* The sort that a subsection of names is about; CTI_SORT_COUNT when it is none that moves. */
static cti_sort sort_of_names(const remapper *r, cti_subsection *part) {
  if (part->code != 1) return CTI_SORT_COUNT;
  uint8_t code = cti_cursor_u8(&part->c);
  bool is_core = code == 0;
  if (is_core) code = cti_cursor_u8(&part->c);
  for (cti_sort sort = 0; sort < CTI_SORT_COUNT && !part->c.failed; sort++)
    if (cti_sorts[sort].is_core == is_core && cti_sorts[sort].code == code) return is_moved(r, sort) ? sort : CTI_SORT_COUNT;
  return CTI_SORT_COUNT;
}

static void remap_names(remapper *r, cti_buf *out, cti_sort sort, cti_cursor *c) {
  cti_buf names = {0};
  uint32_t count = cti_cursor_count(c, "names"), kept = 0;
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    cti_naming naming = cti_read_naming(c);
    uint32_t to = c->failed ? UINT32_MAX : r->move(r->context, sort, naming.index);
    if (to == UINT32_MAX) continue;
    cti_buf_uleb(&names, to);
    cti_buf_name(&names, naming.name);
    kept++;
  }
  if (kept) {
    cti_buf_u8(out, 1);
    size_t mark = cti_buf_open(out);
    if (cti_sorts[sort].is_core) cti_buf_u8(out, 0);
    cti_buf_u8(out, cti_sorts[sort].code);
    cti_buf_uleb(out, kept);
    cti_buf_bytes(out, cti_buf_slice(&names));
    cti_buf_close(out, mark);
  }
  if (names.failed) out->failed = true;
  ct_buf_free(&names);
}

static ct_status remap_name_section(remapper *r, cti_component *component, cti_item *item) {
  ct_error malformed;
  cti_subsection part;
  cti_buf out = {0};
  ct_error_clear(&malformed);
  cti_cursor c = cti_cursor_make(item->of.custom.content, 0, &malformed);
  while (cti_subsection_next(&part, &c)) {
    cti_sort sort = sort_of_names(r, &part);
    if (sort == CTI_SORT_COUNT) cti_buf_bytes(&out, part.raw);
    else remap_names(r, &out, sort, &part.c);
  }
  ct_status status = cti_buf_check(&out, r->arena->error);
  bool same = malformed.status != CT_OK || cti_slice_eq(cti_buf_slice(&out), item->of.custom.content);
  if (status == CT_OK && !same) {
    item->of.custom.content = cti_take(&out, r->arena);
    cti_component_touch(component, item);
    status = r->arena->error->status;
  }
  ct_buf_free(&out);
  return status;
}

/* ---- all of it */

static ct_status remap_one(remapper *r, cti_component *component, uint32_t item) {
  r->arena = component->arena;
  return remap_and_touch(r, component, &component->items.items[item]);
}

static ct_status remap_component(remapper *r, cti_component *component) {
  r->arena = component->arena;
  CTI_TRY(remap_items(r, component));
  for (uint32_t i = 0; i < component->items.count; i++) {
    cti_item *item = &component->items.items[i];
    if (item->kind == CTI_ITEM_CUSTOM && cti_slice_is(item->of.custom.name, "component-name")) CTI_TRY(remap_name_section(r, component, item));
  }
  return CT_OK;
}

ct_status cti_component_remap(cti_component *component, cti_component_mover *mover, void *context) {
  return remap_component(&(remapper){.move = mover, .context = context}, component);
}

ct_status cti_component_remap_item(cti_component *component, uint32_t item, cti_component_mover *mover, void *context) {
  return remap_one(&(remapper){.move = mover, .context = context}, component, item);
}

ct_status cti_component_remap_all(cti_component *component, cti_component_mover *mover, void *context) {
  return remap_component(&(remapper){.move = mover, .context = context, .all = true}, component);
}

ct_status cti_component_remap_item_all(cti_component *component, uint32_t item, cti_component_mover *mover, void *context) {
  return remap_one(&(remapper){.move = mover, .context = context, .all = true}, component, item);
}

/* unbundle.c - core modules out of a component. Flows in: the bytes of a component. Flows out: each large enough module, at any depth, and a component that
 * imports them: their types and imports come first, an outer alias stands where a module was, and what the component itself had moves behind.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#module-definitions */
#include "base/map.h"
#include "component/component.h"
#include "compose/wit_type_encode.h"
#include "ctool/compose.h"
#include "passes/component_remap.h"

typedef struct unbundler {
  cti_arena arena;
  uint64_t threshold;
  ct_take_module *take;
  void *context;
  cti_component front;        /* types and imports of what was taken out */
  cti_map types;              /* the form of a function type -> core type in `front` */
  cti_map names;              /* of imports that the component has already */
  uint32_t name_count;        /* how many names were tried */
  uint32_t replaced;          /* how many modules are aliases by now */
} unbundler;

static ct_status failed(unbundler *u) { return u->arena.error->status; }

/* ---- the type of a module */

typedef struct module_typer {
  unbundler *u;
  cti_module module;
  CTI_VEC(cti_module_decl) decls;
  cti_map aliases;  /* core type in `front` -> type in the module type */
  uint32_t types;   /* of the module type, so far */
  bool has_all;     /* the module's own types stand in it, by their own indices */
} module_typer;

static bool add_decl(module_typer *t, cti_module_decl decl) { return cti_vec_push(&t->u->arena, &t->decls, decl); }

/* Is the type alone in its recursion group? Groups are in the order of types. */
static bool is_alone(const cti_module *m, uint32_t index) {
  uint32_t low = 0, high = m->rec_groups.count;
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (m->rec_groups.items[middle].first <= index) low = middle;
    else high = middle;
  }
  return low < high && m->rec_groups.items[low].first == index && m->rec_groups.items[low].count == 1;
}

/* Function types that say all by themselves can be shared by the types of several modules. */
static bool is_plain(const cti_module *m, uint32_t index) {
  const cti_subtype *type = &m->types.items[index];
  if (type->kind != CTI_COMPOSITE_FUNC || !type->is_final || type->shared || type->super_count || type->describes != UINT32_MAX || type->descriptor != UINT32_MAX) return false;
  if (!is_alone(m, index)) return false;
  for (uint32_t i = 0; i < type->param_count + type->result_count; i++)
    if (cti_vt_is_ref(type->types[i]) && cti_vt_is_concrete(type->types[i])) return false;
  return true;
}

static ct_slice key_of(module_typer *t, const cti_subtype *type) {
  size_t count = type->param_count + type->result_count;
  cti_corevt *words = cti_alloc_raw(&t->u->arena, count + 1, sizeof *words);
  if (!words) return (ct_slice){NULL, 0};
  words[0] = type->param_count;
  if (count) memcpy(words + 1, type->types, count * sizeof *words);
  return cti_slice(words, (count + 1) * sizeof *words);
}

/* The type of a function or tag, as an index in the module type. */
static ct_status type_index(module_typer *t, uint32_t *index) {
  if (t->has_all) return CT_OK;
  unbundler *u = t->u;
  const cti_subtype *type = &t->module.types.items[*index];
  ct_slice key = key_of(t, type);
  if (!key.data) return CT_NOMEM;
  uint32_t outer = u->front.count[CTI_SORT_CORE_TYPE], alias = t->types;
  bool added;
  CTI_TRY(cti_map_add(&u->types, &u->arena, key, &outer, &added));
  if (added) {
    cti_subtype *plain = CTI_NEW(&u->arena, cti_subtype);
    if (!plain) return CT_NOMEM;
    *plain = *type;
    plain->written = false;
    cti_core_type_def def = {.kind = CTI_CORE_TYPE_REC, .sub_count = 1, .subs = plain};
    if (cti_build_core_type(&u->front, &def) == UINT32_MAX) return failed(u);
  }
  CTI_TRY(cti_map_add_u64(&t->aliases, &u->arena, outer, &alias, &added));
  if (added && !add_decl(t, (cti_module_decl){.kind = CTI_MODULE_DECL_ALIAS, .outer_count = 1, .outer_index = outer})) return CT_NOMEM;
  t->types += added;
  *index = alias;
  return CT_OK;
}

/* ---- what a module imports and exports */

static bool has_type(const cti_extern_type *type) { return type->kind == CTI_EXTERN_FUNC || type->kind == CTI_EXTERN_TAG; }

static bool is_plain_extern(const module_typer *t, const cti_extern_type *type) {
  switch (type->kind) {
  case CTI_EXTERN_TABLE: return !cti_vt_is_concrete(type->of.table.element);
  case CTI_EXTERN_GLOBAL: return !cti_vt_is_ref(type->of.global.type) || !cti_vt_is_concrete(type->of.global.type);
  case CTI_EXTERN_MEMORY: return true;
  default: return is_plain(&t->module, type->type);
  }
}

static ct_status bad_index(module_typer *t, ct_slice name) {
  return cti_fail(t->u->arena.error, CT_CORE_INDEX, t->module.base, "the module's import or export \"%.*s\" has an index that is out of range", CTI_S(name));
}

static ct_status export_type(cti_extern_type *out, module_typer *t, const cti_export *export_) {
  const cti_module *m = &t->module;
  const uint32_t counts[CTI_EXTERN_KINDS] = {m->funcs.count, m->tables.count, m->memories.count, m->globals.count, m->tags.count};
  *out = (cti_extern_type){.kind = export_->kind};
  if (export_->kind >= CTI_EXTERN_KINDS || export_->index >= counts[export_->kind]) return bad_index(t, export_->name);
  switch (export_->kind) {
  case CTI_EXTERN_FUNC: out->type = m->funcs.items[export_->index].type; break;
  case CTI_EXTERN_TABLE: out->of.table = m->tables.items[export_->index].type; break;
  case CTI_EXTERN_MEMORY: out->of.memory = m->memories.items[export_->index].type; break;
  case CTI_EXTERN_GLOBAL: out->of.global = m->globals.items[export_->index].type; break;
  default: out->type = m->tags.items[export_->index].type; break;
  }
  return CT_OK;
}

/* Every import and export as a declaration, with the module's own type indices. */
static ct_status list_externs(module_typer *t, cti_module_decl *out) {
  const cti_module *m = &t->module;
  for (uint32_t i = 0; i < m->imports.count; i++) out[i] = (cti_module_decl){.kind = CTI_MODULE_DECL_IMPORT, .import = m->imports.items[i]};
  for (uint32_t i = 0; i < m->exports.count; i++) {
    cti_module_decl *decl = &out[m->imports.count + i];
    *decl = (cti_module_decl){.kind = CTI_MODULE_DECL_EXPORT, .import = {.name = m->exports.items[i].name}};
    CTI_TRY(export_type(&decl->import.type, t, &m->exports.items[i]));
  }
  for (uint32_t i = 0; i < m->imports.count + m->exports.count; i++)
    if (has_type(&out[i].import.type) && out[i].import.type.type >= m->types.count) return bad_index(t, out[i].import.name);
  return CT_OK;
}

/* A type that speaks of other types needs them by their own indices: then all of the module's types are declared. */
static ct_status declare_types(module_typer *t) {
  const cti_module *m = &t->module;
  for (uint32_t i = 0; i < m->rec_groups.count; i++) {
    const cti_rec_group *group = &m->rec_groups.items[i];
    cti_core_type_def *def = CTI_NEW(&t->u->arena, cti_core_type_def);
    if (!def) return CT_NOMEM;
    *def = (cti_core_type_def){.kind = CTI_CORE_TYPE_REC, .written = group->written, .sub_count = group->count, .subs = &m->types.items[group->first]};
    if (!add_decl(t, (cti_module_decl){.kind = CTI_MODULE_DECL_TYPE, .type = def})) return CT_NOMEM;
  }
  t->has_all = true;
  return CT_OK;
}

static ct_status declare_module(module_typer *t) {
  uint32_t count = t->module.imports.count + t->module.exports.count;
  cti_module_decl *externs = CTI_NEW_N(&t->u->arena, cti_module_decl, count);
  if (!externs) return CT_NOMEM;
  CTI_TRY(list_externs(t, externs));
  bool plain = true;
  for (uint32_t i = 0; i < count && plain; i++) plain = is_plain_extern(t, &externs[i].import.type);
  if (!plain) CTI_TRY(declare_types(t));
  for (uint32_t i = 0; i < count; i++) {
    if (has_type(&externs[i].import.type)) CTI_TRY(type_index(t, &externs[i].import.type.type));
    if (!add_decl(t, externs[i])) return CT_NOMEM;
  }
  return CT_OK;
}

/* ---- taking one out */

/* unbundled-module0, ...: the first that the component does not import by itself. Ends with a NUL that is not counted. */
static ct_slice next_name(unbundler *u) {
  ct_slice name;
  do name = cti_format(&u->arena, "unbundled-module%u", u->name_count++);
  while (name.data && cti_map_get(&u->names, name) != CTI_MAP_NONE);
  return name;
}

static ct_status take_out(unbundler *u, cti_item *item, uint32_t depth) {
  (void)depth;
  module_typer t = {.u = u};
  ct_slice name = next_name(u), bytes = item->of.module;
  if (!name.data) return failed(u);
  CTI_TRY(cti_module_decode_interface(&t.module, bytes, item->offset, &u->arena));
  CTI_TRY(declare_module(&t));
  cti_core_type_def type = {.kind = CTI_CORE_TYPE_MODULE, .decl_count = t.decls.count, .decls = t.decls.items};
  cti_externtype import = {.sort = CTI_SORT_CORE_MODULE, .index = cti_build_core_type(&u->front, &type)};
  if (import.index == UINT32_MAX) return failed(u);
  cti_extern_name import_name = {.name = name};
  if (cti_build_import(&u->front, &import_name, import) == UINT32_MAX) return failed(u);
  return u->take(u->context, (const char *)name.data, bytes, u->arena.error);
}

/* The imports stand in the order of the modules. */
static ct_status replace(unbundler *u, cti_item *item, uint32_t depth) {
  item->kind = CTI_ITEM_ALIAS;
  item->of.alias = (cti_alias){.kind = CTI_ALIAS_OUTER, .sort = CTI_SORT_CORE_MODULE, .instance = depth, .index = u->replaced++};
  return CT_OK;
}

typedef ct_status visitor(unbundler *u, cti_item *item, uint32_t depth);

static ct_status each_module(unbundler *u, cti_component *component, uint32_t depth, visitor *visit) {
  for (uint32_t i = 0; i < component->items.count; i++) {
    cti_item *item = &component->items.items[i];
    uint32_t before = u->replaced;
    if (item->kind == CTI_ITEM_COMPONENT) CTI_TRY(each_module(u, item->of.component, depth + 1, visit));
    else if (item->kind == CTI_ITEM_CORE_MODULE && item->of.module.size > u->threshold) CTI_TRY(visit(u, item, depth));
    if (u->replaced > before) cti_component_touch(component, item);
  }
  return CT_OK;
}

/* ---- the whole */

static uint32_t move(void *context, cti_sort sort, uint32_t index) {
  const unbundler *u = context;
  return index < UINT32_MAX - u->front.count[sort] ? index + u->front.count[sort] : UINT32_MAX;
}

static ct_status put_in_front(unbundler *u, cti_component *component) {
  cti_component whole = *component;
  whole.items.items = NULL;
  whole.items.count = whole.items.capacity = 0;
  for (unsigned kind = 0; kind < 2; kind++)
    for (uint32_t i = 0; i < u->front.items.count; i++)
      if ((u->front.items.items[i].kind == CTI_ITEM_IMPORT) == (kind == 1) && !cti_vec_push(&u->arena, &whole.items, u->front.items.items[i])) return CT_NOMEM;
  for (uint32_t i = 0; i < component->items.count; i++)
    if (!cti_vec_push(&u->arena, &whole.items, component->items.items[i])) return CT_NOMEM;
  whole.changed = true;
  *component = whole;
  return CT_OK;
}

/* References move when it is known how many types and imports come in front, and before modules become aliases, whose indices are new ones already. */
static ct_status run(ct_buf *out, unbundler *u, ct_slice bytes) {
  cti_component component;
  CTI_TRY(cti_component_decode(&component, bytes, 0, &u->arena));
  for (uint32_t i = 0; i < component.items.count; i++)
    if (component.items.items[i].kind == CTI_ITEM_IMPORT) CTI_TRY(cti_map_set(&u->names, &u->arena, component.items.items[i].of.import.name.name, i));
  cti_component_init(&u->front, &u->arena);
  CTI_TRY(each_module(u, &component, 0, take_out));
  if (u->front.items.count) {
    CTI_TRY(cti_component_remap(&component, move, u));
    CTI_TRY(each_module(u, &component, 0, replace));
    CTI_TRY(put_in_front(u, &component));
  }
  cti_component_encode(&component, out);
  return cti_buf_check(out, u->arena.error);
}

ct_status ct_component_unbundle(ct_buf *out, ct_slice component, uint64_t threshold, ct_take_module *take, void *context, ct_error *error) {
  unbundler u = {.threshold = threshold, .take = take, .context = context};
  cti_arena_init(&u.arena, error);
  ct_status status = run(out, &u, component);
  cti_arena_free(&u.arena);
  return status;
}

/* flow.c - instantiating a component without running anything. Flows in: the bytes of a component. Flows out: values, scopes and instances.
 * Components are instantiated where that is written, by recursion that CTI_FLOW_DEPTH bounds; items are worked through in order, so that every value that one
 * refers to is there already. https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#instance-definitions */
#include "component/flow.h"

#include "core/custom.h"

static ct_status failed(const cti_flow *f) { return f->arena->error->status; }

/* Counts work that few bytes can ask for many times. */
static ct_status charge(cti_flow *f, uint32_t steps, uint64_t offset) {
  if (steps > CTI_FLOW_STEPS - f->steps) return cti_fail(f->arena->error, CT_LIMIT, offset, "instantiating this component takes more than %d steps", CTI_FLOW_STEPS);
  f->steps += steps;
  return CT_OK;
}

/* ---- values */

/* The number of a new value, 0 when memory is out (reported). */
static uint32_t add_value(cti_flow *f, cti_value value) {
  uint32_t number = f->values.count;
  return cti_vec_push_large(f->arena, &f->values, value) ? number : 0;
}

uint32_t cti_flow_index(const cti_flow *f, uint32_t scope, cti_sort sort, uint32_t index) {
  const cti_flow_scope *s = &f->scopes.items[scope];
  return index < s->values[sort].count ? s->values[sort].items[index] : 0;
}

static void define(cti_flow *f, uint32_t scope, cti_sort sort, uint32_t value) { cti_vec_push_large(f->arena, &f->scopes.items[scope].values[sort], value); }

static bool has_members(const cti_value *value) { return value->kind == CTI_VALUE_IMPORT || value->kind == CTI_VALUE_INSTANCE || value->kind == CTI_VALUE_MEMBER; }

/* Puts a name into the members of a value. The first of two stays. */
static void set_member(cti_flow *f, uint32_t of, ct_slice name, uint32_t member) {
  bool added;
  cti_value *value = &f->values.items[of];
  if (!value->members && !(value->members = CTI_NEW(f->arena, cti_map))) return;
  cti_map_add(value->members, f->arena, name, &member, &added);
}

uint32_t cti_flow_member(cti_flow *f, uint32_t instance, ct_slice name, cti_sort sort) {
  const cti_value *of = cti_flow_value(f, instance);
  uint32_t found = of->members ? cti_map_get(of->members, name) : CTI_MAP_NONE;
  if (found != CTI_MAP_NONE) return found;
  if (!has_members(of)) return 0;
  found = add_value(f, (cti_value){.kind = CTI_VALUE_MEMBER, .sort = sort, .of = instance, .root = cti_flow_root(f, instance), .name = name, .offset = of->offset});
  if (found) set_member(f, instance, name, found);
  return found;
}

uint32_t cti_flow_root(const cti_flow *f, uint32_t value) {
  const cti_value *v = cti_flow_value(f, value);
  return v->kind == CTI_VALUE_MEMBER ? v->root : value;
}

/* ---- names for debugging: https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#name-section */

static uint64_t name_key(bool is_core, uint8_t code, uint32_t index) { return (uint64_t)code << 33 | (uint64_t)is_core << 32 | index; }

static void read_names(cti_flow *f, cti_flow_scope *scope, cti_subsection *part) {
  uint8_t code = cti_cursor_u8(&part->c);
  bool is_core = code == 0, added;
  if (is_core) code = cti_cursor_u8(&part->c);
  uint32_t count = cti_cursor_count(&part->c, "names");
  if (charge(f, count, CT_NO_OFFSET) != CT_OK) return;
  while (count-- && !part->c.failed) {
    cti_naming naming = cti_read_naming(&part->c);
    uint32_t place = f->debug_names.count;
    if (part->c.failed || !naming.name.size || !cti_vec_push(f->arena, &f->debug_names, naming.name)) return;
    if (cti_map_add_u64(&scope->names, f->arena, name_key(is_core, code, naming.index), &place, &added) != CT_OK) return;
  }
}

/* A name section that is malformed gives the names before the break. */
static void find_names(cti_flow *f, cti_flow_scope *scope) {
  ct_error malformed;
  ct_error_clear(&malformed);
  for (uint32_t i = 0; i < scope->component->items.count; i++) {
    const cti_item *item = &scope->component->items.items[i];
    if (item->kind != CTI_ITEM_CUSTOM || !cti_slice_is(item->of.custom.name, "component-name")) continue;
    cti_cursor c = cti_cursor_make(item->of.custom.content, 0, &malformed);
    cti_subsection part;
    while (cti_subsection_next(&part, &c))
      if (part.code == 1) read_names(f, scope, &part);
  }
}

static ct_slice debug_name(const cti_flow *f, uint32_t scope, cti_sort sort, uint32_t index) {
  uint32_t place = cti_map_get_u64(&f->scopes.items[scope].names, name_key(cti_sorts[sort].is_core, cti_sorts[sort].code, index));
  return place == CTI_MAP_NONE ? (ct_slice){NULL, 0} : f->debug_names.items[place];
}

ct_slice cti_flow_module_name(ct_slice module) {
  cti_frame frame;
  ct_error ignored;
  ct_kind kind;
  ct_slice name, rest, found = {NULL, 0};
  ct_error_clear(&ignored);
  cti_cursor c = cti_cursor_make(module, 0, &ignored);
  if (cti_preamble_read(&c, &kind) != CT_OK) return found;
  while (!found.data && cti_frame_next(&c, &frame)) {
    if (frame.id != CTI_SECTION_CUSTOM || cti_custom_name(&frame, &name, &rest, &ignored) != CT_OK || !cti_slice_is(name, "name")) continue;
    cti_subsection part;
    cti_cursor names = cti_cursor_make(rest, 0, &ignored);
    if (cti_subsection_next(&part, &names) && part.code == CTI_NAME_MODULE) found = cti_cursor_name(&part.c);
  }
  return ignored.status == CT_OK ? found : (ct_slice){NULL, 0};
}

/* ---- instances */

static void name_instance(cti_flow_instance *instance, cti_flow *f, cti_sort sort, const cti_item *item, const cti_value *of) {
  uint32_t index = f->scopes.items[instance->scope].values[sort].count;
  ct_slice of_name = debug_name(f, instance->scope, instance->is_core ? CTI_SORT_CORE_MODULE : CTI_SORT_COMPONENT, item->of.instance.index);
  if (!of_name.size && of->kind == CTI_VALUE_MODULE) of_name = cti_flow_module_name(of->is.module);
  instance->of_name = of_name;
  instance->name = debug_name(f, instance->scope, sort, index);
  if (!instance->name.size) instance->name = of_name.size ? of_name : cti_format(f->arena, "%s %u", cti_sorts[sort].name, index);
}

/* The arguments of an instantiation, by name. */
static cti_flow_arg *arguments(cti_map *by_name, cti_flow *f, uint32_t scope, const cti_item *item) {
  uint32_t count = item->of.instance.count;
  if (charge(f, count, item->offset) != CT_OK) return NULL;
  cti_flow_arg *args = CTI_NEW_N(f->arena, cti_flow_arg, count);
  for (uint32_t i = 0; args && i < count; i++) {
    const cti_named_index *named = &item->of.instance.items[i];
    args[i] = (cti_flow_arg){named->name.name, cti_flow_index(f, scope, named->item.sort, named->item.index)};
    if (cti_map_set(by_name, f->arena, args[i].name, args[i].value) != CT_OK) return NULL;
  }
  return args;
}

/* An instance of a core module, or of a component that comes from outside. */
static uint32_t make_instance(cti_flow *f, uint32_t scope, const cti_item *item, cti_sort sort, uint32_t of) {
  cti_flow_instance instance = {.is_core = sort == CTI_SORT_CORE_INSTANCE, .scope = scope, .of = of, .arg_count = item->of.instance.count};
  name_instance(&instance, f, sort, item, cti_flow_value(f, of));
  instance.args = arguments(&instance.args_by_name, f, scope, item);
  instance.value = add_value(f, (cti_value){.kind = CTI_VALUE_INSTANCE, .sort = sort, .of = f->instances.count, .scope = scope, .offset = item->offset});
  if (!instance.args || !instance.value) return 0;
  return cti_vec_push(f->arena, &f->instances, instance) ? instance.value : 0;
}

static uint32_t make_bundle(cti_flow *f, uint32_t scope, const cti_item *item, cti_sort sort) {
  uint32_t bundle = add_value(f, (cti_value){.kind = CTI_VALUE_BUNDLE, .sort = sort, .scope = scope, .offset = item->offset});
  if (charge(f, item->of.instance.count, item->offset) != CT_OK) return 0;
  for (uint32_t i = 0; bundle && i < item->of.instance.count; i++) {
    const cti_named_index *named = &item->of.instance.items[i];
    set_member(f, bundle, named->name.name, cti_flow_index(f, scope, named->item.sort, named->item.index));
  }
  return bundle;
}

static ct_status instantiate(uint32_t *bundle, cti_flow *f, cti_component *component, uint32_t lexical, uint32_t parent, const cti_map *args, ct_slice name);

static uint32_t scope_depth(const cti_flow *f, uint32_t scope) {
  uint32_t depth = 0;
  for (; scope != UINT32_MAX; scope = f->scopes.items[scope].parent) depth++;
  return depth;
}

static ct_status component_instance(uint32_t *value, cti_flow *f, uint32_t scope, const cti_item *item) {
  uint32_t of = cti_flow_index(f, scope, CTI_SORT_COMPONENT, item->of.instance.index);
  const cti_value *component = cti_flow_value(f, of);
  if (component->kind != CTI_VALUE_COMPONENT) {
    *value = make_instance(f, scope, item, CTI_SORT_INSTANCE, of);
    return failed(f);
  }
  if (scope_depth(f, scope) > CTI_FLOW_DEPTH) return cti_fail(f->arena->error, CT_LIMIT, item->offset, "components are instantiated in each other more than %d deep", CTI_FLOW_DEPTH);
  cti_map args = {0};
  cti_component *model = component->is.component;
  uint32_t lexical = component->of;
  ct_slice name = debug_name(f, scope, CTI_SORT_INSTANCE, f->scopes.items[scope].values[CTI_SORT_INSTANCE].count);
  if (!name.size) name = debug_name(f, scope, CTI_SORT_COMPONENT, item->of.instance.index);
  if (!name.size) name = cti_format(f->arena, "instance %u", f->scopes.items[scope].values[CTI_SORT_INSTANCE].count);
  if (!arguments(&args, f, scope, item)) return failed(f);
  return instantiate(value, f, model, lexical, scope, &args, name);
}

/* ---- the other items */

static uint32_t alias_value(cti_flow *f, uint32_t scope, const cti_alias *alias) {
  if (alias->kind == CTI_ALIAS_OUTER) {
    for (uint32_t i = 0; i < alias->instance && scope != UINT32_MAX; i++) scope = f->scopes.items[scope].lexical;
    return scope == UINT32_MAX ? 0 : cti_flow_index(f, scope, alias->sort, alias->index);
  }
  cti_sort sort = alias->kind == CTI_ALIAS_CORE_EXPORT ? CTI_SORT_CORE_INSTANCE : CTI_SORT_INSTANCE;
  return cti_flow_member(f, cti_flow_index(f, scope, sort, alias->instance), alias->name, alias->sort);
}

static bool has_immediate(const cti_canon *canon, const char *letters) { return strpbrk(cti_canons[canon->kind].immediates, letters) != NULL; }

static uint32_t canon_value(cti_flow *f, uint32_t scope, const cti_item *item) {
  const cti_canon *canon = &item->of.canon;
  cti_value value = {.kind = CTI_VALUE_CANON, .sort = CTI_SORT_CORE_FUNC, .scope = scope, .offset = item->offset, .is.canon = canon};
  if (canon->kind == CTI_CANON_LIFT) {
    value.kind = CTI_VALUE_LIFT;
    value.sort = CTI_SORT_FUNC;
    value.of = cti_flow_index(f, scope, CTI_SORT_CORE_FUNC, canon->func);
  } else if (canon->kind == CTI_CANON_LOWER) {
    value.of = cti_flow_index(f, scope, CTI_SORT_FUNC, canon->func);
  } else if (has_immediate(canon, "RSU")) {
    value.of = cti_flow_index(f, scope, CTI_SORT_TYPE, canon->type);
  }
  return add_value(f, value);
}

/* A type that is imported as one that is there already is that one. */
static uint32_t import_value(cti_flow *f, uint32_t scope, const cti_item *item, const cti_map *args) {
  const cti_externtype *type = &item->of.import.type;
  if (scope) {
    uint32_t value = cti_map_get(args, item->of.import.name.name);
    return value == CTI_MAP_NONE ? 0 : value;
  }
  if (type->sort == CTI_SORT_TYPE && type->is_eq) return cti_flow_index(f, scope, CTI_SORT_TYPE, type->index);
  uint32_t value = add_value(f, (cti_value){.kind = CTI_VALUE_IMPORT, .sort = type->sort, .of = type->index, .name = item->of.import.name.name, .offset = item->offset});
  if (value) cti_vec_push(f->arena, &f->imports, value);
  return value;
}

static uint32_t export_value(cti_flow *f, uint32_t scope, const cti_item *item, uint32_t bundle) {
  uint32_t value = cti_flow_index(f, scope, item->of.export_.item.sort, item->of.export_.item.index);
  ct_slice name = item->of.export_.name.name;
  if (bundle) set_member(f, bundle, name, value);
  else cti_vec_push(f->arena, &f->exports, ((cti_flow_export){name, item->of.export_.item.sort, value}));
  return value;
}

static ct_status item_value(uint32_t *value, cti_flow *f, uint32_t scope, const cti_item *item, const cti_map *args, uint32_t bundle) {
  cti_value made = {.scope = scope, .offset = item->offset};
  *value = 0;
  switch (item->kind) {
  case CTI_ITEM_CORE_MODULE:
    made.kind = CTI_VALUE_MODULE;
    made.sort = CTI_SORT_CORE_MODULE;
    made.is.module = item->of.module;
    *value = add_value(f, made);
    break;
  case CTI_ITEM_COMPONENT:
    made.kind = CTI_VALUE_COMPONENT;
    made.sort = CTI_SORT_COMPONENT;
    made.of = scope;
    made.is.component = item->of.component;
    *value = add_value(f, made);
    break;
  case CTI_ITEM_TYPE:
    made.kind = CTI_VALUE_TYPE;
    made.sort = CTI_SORT_TYPE;
    *value = add_value(f, made);
    break;
  case CTI_ITEM_CORE_INSTANCE:
    if (item->of.instance.is_exports) *value = make_bundle(f, scope, item, CTI_SORT_CORE_INSTANCE);
    else *value = make_instance(f, scope, item, CTI_SORT_CORE_INSTANCE, cti_flow_index(f, scope, CTI_SORT_CORE_MODULE, item->of.instance.index));
    break;
  case CTI_ITEM_INSTANCE:
    if (!item->of.instance.is_exports) return component_instance(value, f, scope, item);
    *value = make_bundle(f, scope, item, CTI_SORT_INSTANCE);
    break;
  case CTI_ITEM_ALIAS: *value = alias_value(f, scope, &item->of.alias); break;
  case CTI_ITEM_CANON: *value = canon_value(f, scope, item); break;
  case CTI_ITEM_IMPORT: *value = import_value(f, scope, item, args); break;
  case CTI_ITEM_EXPORT: *value = export_value(f, scope, item, bundle); break;
  default: break;
  }
  return failed(f);
}

/* ---- components */

static ct_status work_through(cti_flow *f, uint32_t scope, const cti_map *args, uint32_t bundle) {
  const cti_component *component = f->scopes.items[scope].component;
  for (uint32_t i = 0; i < component->items.count; i++) {
    const cti_item *item = &component->items.items[i];
    cti_sort sort = cti_item_sort(item, false);
    uint32_t value, count = cti_item_defines(item);
    CTI_TRY(charge(f, count + 1, item->offset));
    CTI_TRY(item_value(&value, f, scope, item, args, bundle));
    for (; sort < CTI_SORT_COUNT && count; count--) define(f, scope, sort, value);
  }
  return failed(f);
}

/* `bundle` gets the instance of what the component exports; NULL for the outermost. */
static ct_status instantiate(uint32_t *bundle, cti_flow *f, cti_component *component, uint32_t lexical, uint32_t parent, const cti_map *args, ct_slice name) {
  uint32_t scope = f->scopes.count, exports = 0;
  cti_flow_scope made = {.component = component, .lexical = lexical, .parent = parent, .name = name};
  if (bundle) *bundle = exports = add_value(f, (cti_value){.kind = CTI_VALUE_BUNDLE, .sort = CTI_SORT_INSTANCE, .scope = scope});
  find_names(f, &made);
  if (!cti_vec_push(f->arena, &f->scopes, made)) return failed(f);
  CTI_TRY(failed(f));
  return work_through(f, scope, args, exports);
}

ct_status cti_flow_make(cti_flow *f, ct_slice bytes, cti_arena *arena) {
  *f = (cti_flow){.arena = arena};
  if (ct_kind_of(bytes) == CT_KIND_MODULE) {
    cti_fail(arena->error, CT_CORE_KIND, 0, "this is a core module, a component is needed");
    cti_error_hint(arena->error, "`ctool component new` makes one of it");
    return failed(f);
  }
  CTI_TRY(cti_component_decode(&f->component, bytes, 0, arena));
  if (!cti_vec_push_large(arena, &f->values, ((cti_value){.kind = CTI_VALUE_NONE, .sort = CTI_SORT_COUNT}))) return failed(f);
  return instantiate(NULL, f, &f->component, UINT32_MAX, UINT32_MAX, NULL, (ct_slice){NULL, 0});
}

/* ---- words */

/* Parts come from the inside out. */
static ct_slice joined(cti_arena *arena, ct_slice outer, const char *between, ct_slice inner) {
  return inner.size ? cti_format(arena, "%.*s%s%.*s", CTI_S(outer), between, CTI_S(inner)) : outer;
}

ct_slice cti_flow_import_text(const cti_flow *f, uint32_t value) {
  ct_slice text = {NULL, 0};
  for (; cti_flow_value(f, value)->kind == CTI_VALUE_MEMBER; value = cti_flow_value(f, value)->of) text = joined(f->arena, cti_flow_value(f, value)->name, "#", text);
  return joined(f->arena, cti_flow_value(f, value)->name, "#", text);
}

ct_slice cti_flow_scope_text(const cti_flow *f, uint32_t scope) {
  ct_slice text = {NULL, 0};
  for (; scope != UINT32_MAX && scope != 0; scope = f->scopes.items[scope].parent) text = joined(f->arena, f->scopes.items[scope].name, "/", text);
  return text;
}

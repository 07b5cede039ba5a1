/* type_store.c - making types and numbering their structures. Flows in: definitions whose parts are in the store already. Flows out: ids.
 * Invariants: a type's parts have smaller ids; canon, size, depth and flags of a type are known from its parts alone when it is made. */
#include "component/type_store.h"

/* Structures of primitives have the first numbers; 0 is "no type". */
enum { FIRST_CANON = CTI_PRIM_COUNT + 1, KEY_FUNC = 0x100, KEY_ASYNC_FUNC = 0x101 };

static const struct {
  uint32_t max;
  const char *what;
} limits[CTI_COMPONENT_LIMITS] = {
#define CT_COMPONENT_LIMIT(symbol, value, what) {value, what},
#include "component/limits.def"
#undef CT_COMPONENT_LIMIT
};

ct_status cti_component_limit_check(cti_component_limit limit, uint64_t count, uint64_t offset, ct_error *error) {
  if (count <= limits[limit].max) return CT_OK;
  return cti_fail(error, CT_LIMIT, offset, "%llu %s: the limit is %u", (unsigned long long)count, limits[limit].what, limits[limit].max);
}

void cti_type_store_init(cti_type_store *store, cti_arena *arena) {
  *store = (cti_type_store){.arena = arena, .error = arena->error};
  cti_abi_init(&store->abi32, &store->values, arena, CTI_FLAT_I32);
  cti_abi_init(&store->abi64, &store->values, arena, CTI_FLAT_I64);
}

/* ---- names */

static ct_status index_names(const cti_extern_name *const *items, uint32_t count, cti_map *by_name, cti_arena *arena) {
  CTI_TRY(cti_map_reserve(by_name, arena, count));
  for (uint32_t i = by_name->count; i < count; i++) {
    uint32_t index = i;
    bool added;
    CTI_TRY(cti_map_add(by_name, arena, items[i]->name, &index, &added));
  }
  return CT_OK;
}

uint32_t cti_names_find(const cti_extern_name *const *items, uint32_t count, cti_map *by_name, ct_slice name, cti_arena *arena) {
  bool is_indexed = by_name->count == count || (count > CTI_FEW_NAMES && index_names(items, count, by_name, arena) == CT_OK);
  if (count && is_indexed) return cti_map_get(by_name, name);
  for (uint32_t i = 0; i < count; i++) /* also when there is no memory for a map, which the arena reported */
    if (cti_slice_eq(items[i]->name, name)) return i;
  return CTI_MAP_NONE;
}

/* ---- size, depth, flags */

ct_status cti_type_info_add(cti_type_info *info, cti_type_info part, uint64_t offset, ct_error *error) {
  uint32_t depth = part.depth + 1 > info->depth ? part.depth + 1 : info->depth;
  CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_TYPE_DEPTH, depth, offset, error));
  CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_TYPE_SIZE, (uint64_t)info->size + part.size, offset, error));
  *info = (cti_type_info){info->size + part.size, depth, info->flags | part.flags};
  return CT_OK;
}

cti_type_info cti_type_info_of(const cti_type_store *store, uint32_t id) {
  const cti_type *type = cti_type_at(store, id);
  return (cti_type_info){type->size, type->depth, type->flags};
}

cti_type_info cti_type_info_of_value(const cti_type_store *store, cti_valtype type) {
  if (cti_valtype_is_def(type)) return cti_type_info_of(store, cti_valtype_index(type));
  bool handle = cti_valtype_is_prim(type) && cti_valtype_to_prim(type) == CTI_PRIM_ERROR_CONTEXT;
  return (cti_type_info){1, 1, handle ? CTI_TYPE_HANDLE : 0};
}

cti_type_info cti_type_info_of_entity(const cti_type_store *store, const cti_entity *entity) {
  if (entity->sort == CTI_SORT_VALUE) return cti_type_info_of_value(store, (cti_valtype){entity->type});
  if (entity->sort == CTI_SORT_CORE_MODULE) return (cti_type_info){store->modules.items[entity->type]->type.size, 1, 0};
  cti_type_info info = cti_type_info_of(store, entity->type);
  if (entity->sort == CTI_SORT_TYPE) info.flags |= cti_type_at(store, entity->created)->flags;
  return info;
}

/* ---- structures */

uint32_t cti_store_string(cti_type_store *store, ct_slice text) {
  uint32_t number = store->strings.count;
  bool added;
  return cti_map_add(&store->strings, store->arena, text, &number, &added) == CT_OK ? number : UINT32_MAX;
}

uint32_t cti_canon_of_value(const cti_type_store *store, cti_valtype type) {
  return cti_valtype_is_def(type) ? cti_type_at(store, cti_valtype_index(type))->canon : type.word;
}

static void put(cti_type_store *store, uint32_t word) {
  if (!cti_vec_push(store->arena, &store->key, word)) return; /* reported by the arena; the maker looks at the error */
}

static void put_member(cti_type_store *store, const cti_member *member) {
  put(store, cti_store_string(store, member->name));
  put(store, cti_canon_of_value(store, member->type));
}

/* The number of the structure whose words are in `key`. UINT32_MAX when memory is, or was, out. */
static uint32_t intern(cti_type_store *store) {
  ct_slice key = cti_slice(store->key.items, store->key.count * sizeof *store->key.items);
  if (store->error->status == CT_NOMEM) return UINT32_MAX;
  uint32_t canon = cti_map_get(&store->canons, key);
  if (canon != CTI_MAP_NONE) return canon;
  bool added;
  canon = FIRST_CANON + store->canons.count;
  ct_slice owned = cti_copy(store->arena, key);
  return owned.data && cti_map_add(&store->canons, store->arena, owned, &canon, &added) == CT_OK ? canon : UINT32_MAX;
}

static uint32_t canon_of_def(cti_type_store *store, const cti_def *def) {
  if (def->kind == CTI_DEF_ALIAS) return cti_canon_of_value(store, def->element);
  bool handle = def->kind == CTI_DEF_OWN || def->kind == CTI_DEF_BORROW;
  store->key.count = 0;
  put(store, (uint32_t)def->kind);
  put(store, handle ? cti_type_at(store, def->resource)->of.resource.number : def->length);
  put(store, cti_canon_of_value(store, def->element));
  put(store, cti_canon_of_value(store, def->key));
  for (uint32_t i = 0; i < def->member_count; i++) put_member(store, &def->members[i]);
  return intern(store);
}

static uint32_t canon_of_func(cti_type_store *store, const cti_func_type *func) {
  store->key.count = 0;
  put(store, func->is_async ? KEY_ASYNC_FUNC : KEY_FUNC);
  put(store, cti_canon_of_value(store, func->result));
  for (uint32_t i = 0; i < func->param_count; i++) put_member(store, &func->params[i]);
  return intern(store);
}

/* ---- making */

static uint32_t too_many(cti_type_store *store) {
  cti_fail(store->error, CT_NOMEM, CT_NO_OFFSET, "the component has more types than can be numbered");
  return UINT32_MAX;
}

static uint32_t add_value(cti_type_store *store, cti_type type, const cti_def *def) {
  uint32_t id = store->types.count;
  if (id >= CTI_OTHER_TYPES) return too_many(store);
  return cti_vec_push_large(store->arena, &store->values.defs, *def) && cti_vec_push_large(store->arena, &store->types, type) ? id : UINT32_MAX;
}

static uint32_t add(cti_type_store *store, cti_type type) {
  uint32_t id = CTI_OTHER_TYPES + store->others.count;
  if (id >= 2u * CTI_OTHER_TYPES) return too_many(store);
  return cti_vec_push_large(store->arena, &store->others, type) ? id : UINT32_MAX;
}

static cti_type make(cti_type_kind kind, cti_type_info info) {
  return (cti_type){.kind = (uint8_t)kind, .flags = info.flags, .depth = (uint8_t)info.depth, .size = info.size};
}

/* What the kind of a definition adds to what its parts have. */
static uint8_t flags_of_def(const cti_type_store *store, const cti_def *def) {
  switch (def->kind) {
    case CTI_DEF_RECORD:
    case CTI_DEF_VARIANT:
    case CTI_DEF_ENUM:
    case CTI_DEF_FLAGS: return CTI_TYPE_OPEN;
    case CTI_DEF_OWN: return CTI_TYPE_HANDLE | cti_type_at(store, def->resource)->flags;
    case CTI_DEF_BORROW: return CTI_TYPE_HANDLE | CTI_TYPE_BORROW | cti_type_at(store, def->resource)->flags;
    case CTI_DEF_STREAM:
    case CTI_DEF_FUTURE: return CTI_TYPE_HANDLE;
    case CTI_DEF_FIXED_LIST: return CTI_TYPE_FIXED;
    default: return 0;
  }
}

uint32_t cti_store_value(cti_type_store *store, const cti_def *def, cti_type_info info) {
  info.flags |= flags_of_def(store, def);
  cti_type type = make(CTI_TYPE_VALUE, info);
  type.canon = canon_of_def(store, def);
  return type.canon == UINT32_MAX ? UINT32_MAX : add_value(store, type, def);
}

uint32_t cti_store_func(cti_type_store *store, const cti_func_type *func, cti_type_info info) {
  cti_type type = make(CTI_TYPE_FUNC, info);
  type.of.func = func;
  type.canon = canon_of_func(store, func);
  return type.canon == UINT32_MAX ? UINT32_MAX : add(store, type);
}

uint32_t cti_store_instance(cti_type_store *store, const cti_instance_type *instance, cti_type_info info) {
  cti_type type = make(CTI_TYPE_INSTANCE, info);
  type.of.instance = instance;
  return add(store, type);
}

uint32_t cti_store_component(cti_type_store *store, const cti_component_type *component, cti_type_info info) {
  cti_type type = make(CTI_TYPE_COMPONENT, info);
  type.of.component = component;
  return add(store, type);
}

/* The id of (resource, alias): the next one when it has none yet. */
static ct_status resource_id(uint32_t *id, cti_type_store *store, uint32_t number, uint32_t alias, bool *is_new) {
  *id = CTI_OTHER_TYPES + store->others.count;
  if (alias) return cti_map_add_u64(&store->resource_aliases, store->arena, (uint64_t)number << 32 | alias, id, is_new);
  uint32_t *first = &store->resources.items[number].id;
  *is_new = *first == UINT32_MAX;
  if (*is_new) *first = *id;
  *id = *first;
  return CT_OK;
}

uint32_t cti_store_resource(cti_type_store *store, uint32_t number, uint32_t alias) {
  uint32_t id;
  bool is_new;
  if (resource_id(&id, store, number, alias, &is_new) != CT_OK) return UINT32_MAX;
  if (!is_new) return id;
  cti_type type = make(CTI_TYPE_RESOURCE, (cti_type_info){1, 1, CTI_TYPE_OPEN | CTI_TYPE_RESOURCES});
  type.of.resource.number = number;
  type.of.resource.alias = alias;
  return add(store, type);
}

uint32_t cti_store_fresh(cti_type_store *store) {
  return cti_vec_push_large(store->arena, &store->resources, ((cti_resource){.id = UINT32_MAX})) ? store->resources.count - 1 : UINT32_MAX;
}

uint32_t cti_store_new_resource(cti_type_store *store) {
  uint32_t number = cti_store_fresh(store);
  return number == UINT32_MAX ? number : cti_store_resource(store, number, 0);
}

uint32_t cti_store_alias(cti_type_store *store, uint32_t id) {
  cti_type copy = *cti_type_at(store, id);
  if (copy.kind == CTI_TYPE_RESOURCE) {
    if (!cti_vec_push(store->arena, &store->alias_parents, copy.of.resource.alias)) return UINT32_MAX;
    return cti_store_resource(store, copy.of.resource.number, store->alias_parents.count);
  }
  if (copy.kind != CTI_TYPE_VALUE) return id;
  cti_def def = *cti_value_at(store, id);
  copy.flags |= CTI_TYPE_OPEN;
  copy.session = copy.to = copy.walk = copy.of.value.epoch = 0;
  copy.of.value.alias_of = id + 1;
  return add_value(store, copy, &def);
}

uint32_t cti_store_alias_of(cti_type_store *store, uint32_t id) {
  const cti_type *type = cti_type_at(store, id);
  if (type->kind == CTI_TYPE_VALUE) return type->of.value.alias_of - 1;
  if (type->kind != CTI_TYPE_RESOURCE) return UINT32_MAX;
  uint32_t alias = type->of.resource.alias;
  return alias == 0 ? UINT32_MAX : cti_store_resource(store, type->of.resource.number, store->alias_parents.items[alias - 1]);
}

/* ---- core */

static ct_status index_exports(cti_type_store *store, cti_core_exports *exports) {
  for (uint32_t i = 0; i < exports->count; i++) {
    uint32_t index = i;
    bool added;
    CTI_TRY(cti_map_add(&exports->by_name, store->arena, exports->items[i].name, &index, &added));
  }
  return CT_OK;
}

static ct_status index_imports(cti_type_store *store, cti_core_module *module, uint64_t offset) {
  cti_map sources = {0};
  for (uint32_t i = 0; i < module->type.import_count; i++) {
    const cti_module_import *import = &module->type.imports[i];
    uint32_t from = cti_store_string(store, import->module), name = cti_store_string(store, import->name), index = i;
    bool added;
    if (from == UINT32_MAX || name == UINT32_MAX) return CT_NOMEM;
    CTI_TRY(cti_map_add_u64(&sources, store->arena, from, &index, &added));
    if (added && !cti_vec_push(store->arena, &module->sources, import->module)) return CT_NOMEM;
    index = i;
    CTI_TRY(cti_map_add_u64(&module->imports, store->arena, cti_import_key(from, name), &index, &added));
    if (!added) {
      return cti_fail(store->error, CT_COMP_INVALID, offset, "the module imports `%.*s` `%.*s` twice, which is not allowed in a component",
                      CTI_S(import->module), CTI_S(import->name));
    }
  }
  return CT_OK;
}

uint32_t cti_store_module(cti_type_store *store, const cti_module_type *type, uint64_t offset) {
  cti_core_module *module = CTI_NEW(store->arena, cti_core_module);
  if (!module) return UINT32_MAX;
  module->type = *type;
  module->exports = (cti_core_exports){.count = type->export_count, .items = type->exports, .size = type->size};
  if (index_imports(store, module, offset) != CT_OK || index_exports(store, &module->exports) != CT_OK) return UINT32_MAX;
  return cti_vec_push(store->arena, &store->modules, module) ? store->modules.count - 1 : UINT32_MAX;
}

uint32_t cti_store_core_instance(cti_type_store *store, const cti_core_exports *exports) {
  return cti_vec_push(store->arena, &store->core_instances, exports) ? store->core_instances.count - 1 : UINT32_MAX;
}

ct_status cti_store_seen(bool *out, cti_type_store *store, cti_map *known, ct_slice key) {
  *out = cti_map_get(known, key) != CTI_MAP_NONE;
  if (*out) return CT_OK;
  ct_slice copy = cti_copy(store->arena, key);
  return copy.data ? cti_map_set(known, store->arena, copy, 0) : CT_NOMEM;
}

/* ---- asking */

cti_prim cti_prim_of_value(const cti_type_store *store, cti_valtype type) {
  type = cti_types_strip_alias(&store->values, type);
  return cti_valtype_is_prim(type) ? cti_valtype_to_prim(type) : CTI_PRIM_COUNT;
}

const char *cti_value_describe(const cti_type_store *store, cti_valtype type) {
  static const char *const names[CTI_DEF_RESOURCE + 1] = {
#define CT_DEFTYPE(kind, code, name, layout) [CTI_DEF_##kind] = name,
#include "component/deftypes.def"
#undef CT_DEFTYPE
  };
  type = cti_types_strip_alias(&store->values, type);
  if (cti_valtype_is_none(type)) return "no type";
  if (cti_valtype_is_prim(type)) return cti_prims[cti_valtype_to_prim(type)].name;
  const cti_def *def = cti_value_at(store, cti_valtype_index(type));
  return def->kind == CTI_DEF_FIXED_LIST ? "fixed-length list" : names[def->kind];
}

const char *cti_type_describe(const cti_type_store *store, uint32_t id) {
  switch (cti_type_at(store, id)->kind) {
    case CTI_TYPE_VALUE: return cti_value_describe(store, cti_valtype_def(id));
    case CTI_TYPE_FUNC: return "function type";
    case CTI_TYPE_INSTANCE: return "instance type";
    case CTI_TYPE_COMPONENT: return "component type";
    default: return "resource";
  }
}

const char *cti_entity_describe(const cti_entity *entity) { return cti_sorts[entity->sort].name; }

const char *cti_article(const char *noun) {
  if (strcmp(noun, "flags") == 0 || strcmp(noun, "no type") == 0) return "";
  bool letter_and_digit = (noun[0] == 's' || noun[0] == 'f') && noun[1] >= '0' && noun[1] <= '9'; /* s8, f32 */
  return letter_and_digit || strchr("aeio", noun[0]) ? "an " : "a ";
}

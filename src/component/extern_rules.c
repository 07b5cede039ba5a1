/* extern_rules.c - what the name of an import or export demands of its type. Flows in: a name and an entity. Flows out: the parsed name, registered by its
 * key so that no other name of the scope is in conflict with it, or the rule that is broken.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#name-uniqueness */
#include "component/scope.h"

typedef struct rules {
  cti_component_validator *v;
  cti_externs *into;
  const cti_name *name;
  const cti_entity *entity;
  uint64_t offset;
} rules;

#define broken(r, ...) cti_fail((r)->v->error, CT_COMP_NAME, (r)->offset, __VA_ARGS__)

/* ---- constructors, methods, static functions */

static ct_status need_func(const cti_func_type **out, const rules *r) {
  if (r->entity->sort != CTI_SORT_FUNC)
    return broken(r, "the name is one of a function, but the type is that of %s%s", cti_article(cti_entity_describe(r->entity)),
                  cti_entity_describe(r->entity));
  *out = cti_type_at(&r->v->store, r->entity->type)->of.func;
  return CT_OK;
}

/* The definition of a value type of this kind; NULL when it is of another. */
static const cti_def *as_def(const rules *r, cti_valtype type, cti_def_kind kind) {
  if (!cti_valtype_is_def(type)) return NULL;
  const cti_def *def = cti_value_at(&r->v->store, cti_valtype_index(type));
  return def->kind == kind ? def : NULL;
}

/* The id of the resource type that has this name here, or UINT32_MAX. */
static uint32_t resource_named(const rules *r, ct_slice name) {
  uint32_t index = cti_names_find(r->into->names.items, r->into->names.count, &r->into->by_name, name, r->into->arena);
  const cti_entity *entity = index == CTI_MAP_NONE || r->into->is_inline ? NULL : &r->into->entities.items[index];
  bool is_resource = entity && entity->sort == CTI_SORT_TYPE && cti_type_at(&r->v->store, entity->created)->kind == CTI_TYPE_RESOURCE;
  return is_resource ? entity->created : UINT32_MAX;
}

/* The resource must have been imported, or exported, by the very name that the function's name has. */
static ct_status check_resource(const rules *r, uint32_t resource) {
  if (resource_named(r, r->name->resource) == resource) return CT_OK;
  for (uint32_t i = 0; !r->into->is_inline && i < r->into->entities.count; i++) {
    if (r->into->entities.items[i].sort != CTI_SORT_TYPE || r->into->entities.items[i].created != resource) continue;
    return broken(r, "the function is one of the resource `%.*s` by its type, and of `%.*s` by its name", CTI_S(r->into->names.items[i]->name),
                  CTI_S(r->name->resource));
  }
  return broken(r, "the resource that the function speaks of has no name here");
}

static ct_status check_constructor(const rules *r) {
  const cti_func_type *func;
  CTI_TRY(need_func(&func, r));
  if (func->is_async) return broken(r, "a constructor must not be async");
  const cti_def *result = as_def(r, func->result, CTI_DEF_RESULT), *own = as_def(r, result ? result->element : func->result, CTI_DEF_OWN);
  if (!own) return broken(r, "a constructor must return `(own $T)` or `(result (own $T))`, this returns %s", cti_value_describe(&r->v->store, func->result));
  return check_resource(r, own->resource);
}

static ct_status check_method(const rules *r) {
  const cti_func_type *func;
  CTI_TRY(need_func(&func, r));
  if (func->param_count == 0) return broken(r, "a method must have a first parameter `self`, this has no parameters");
  if (!cti_slice_is(func->params[0].name, "self"))
    return broken(r, "a method's first parameter must be named `self`, this is named `%.*s`", CTI_S(func->params[0].name));
  const cti_def *borrow = as_def(r, func->params[0].type, CTI_DEF_BORROW);
  if (!borrow) return broken(r, "a method's `self` must be of type `(borrow $T)`, this is of type %s", cti_value_describe(&r->v->store, func->params[0].type));
  return check_resource(r, borrow->resource);
}

static ct_status check_static(const rules *r) {
  const cti_func_type *func;
  CTI_TRY(need_func(&func, r));
  if (resource_named(r, r->name->resource) != UINT32_MAX) return CT_OK;
  return broken(r, "there is no resource `%.*s` here for the static function", CTI_S(r->name->resource));
}

/* ---- getters and setters */

static ct_status check_getter(const rules *r, const cti_func_type *func, uint32_t params) {
  if (params != 0) return broken(r, "a getter must have no parameter%s, this has %u", params == func->param_count ? "" : " but `self`", params);
  if (cti_valtype_is_none(func->result)) return broken(r, "a getter must return a value");
  const cti_def *result = as_def(r, func->result, CTI_DEF_RESULT);
  return result && cti_valtype_is_none(result->element) ? broken(r, "the result that a getter returns must have a value") : CT_OK;
}

/* "[method][get]r.p" for "[method][set]r.p". */
static ct_slice getter_name(const rules *r) {
  static const char *const prefixes[] = {"", "", "[method]", "[static]"};
  return cti_format(r->into->arena, "%s[get]%.*s", prefixes[r->name->resource_func], CTI_S(r->name->label));
}

static ct_status check_against_getter(const rules *r, const cti_func_type *setter) {
  ct_slice name = getter_name(r);
  if (!name.data) return CT_NOMEM;
  uint32_t index = cti_names_find(r->into->names.items, r->into->names.count, &r->into->by_name, name, r->into->arena);
  if (index == CTI_MAP_NONE) return broken(r, "a setter must follow its getter, and `%.*s` was not seen", CTI_S(name));
  const cti_func_type *getter = cti_type_at(&r->v->store, r->into->entities.items[index].type)->of.func;
  const cti_def *result = as_def(r, getter->result, CTI_DEF_RESULT);
  cti_valtype got = result ? result->element : getter->result, set = setter->params[setter->param_count - 1].type;
  if (cti_canon_of_value(&r->v->store, got) == cti_canon_of_value(&r->v->store, set)) return CT_OK;
  return broken(r, "a setter must take what its getter `%.*s` returns: %s was expected, %s was found", CTI_S(name), cti_value_describe(&r->v->store, got),
                cti_value_describe(&r->v->store, set));
}

static ct_status check_setter(const rules *r, const cti_func_type *func, uint32_t params) {
  if (params != 1) return broken(r, "a setter must have one parameter%s, this has %u", params == func->param_count ? "" : " beside `self`", params);
  const cti_def *result = as_def(r, func->result, CTI_DEF_RESULT);
  if (cti_valtype_is_none(func->result) || (result && cti_valtype_is_none(result->element))) return CT_OK;
  return broken(r, "a setter must return nothing or a result without a value");
}

static ct_status check_accessor(const rules *r) {
  const cti_func_type *func;
  if (r->name->accessor == CTI_ACCESSOR_NONE) return CT_OK;
  CTI_TRY(need_func(&func, r));
  bool get = r->name->accessor == CTI_ACCESSOR_GET;
  if (func->is_async) return broken(r, "a %s must not be async", get ? "getter" : "setter");
  uint32_t params = func->param_count - (r->name->resource_func == CTI_RESOURCE_FUNC_METHOD ? 1 : 0);
  return get ? check_getter(r, func, params) : check_setter(r, func, params);
}

/* ---- attributes */

static ct_status check_suffix(const rules *r, const cti_name_attributes *given) {
  if (!given->version_suffix.data) return CT_OK;
  CTI_TRY(cti_require(r->v, CTI_FEATURE_CM_CANON_NAMES, r->offset, "a version suffix"));
  if (r->entity->sort != CTI_SORT_INSTANCE)
    return broken(r, "only instances can have a version suffix, this is %s%s", cti_article(cti_entity_describe(r->entity)), cti_entity_describe(r->entity));
  if (given->version_suffix.size == 0) return broken(r, "the version suffix is empty");
  if (given->implements.data || r->name->form == CTI_NAME_INTERFACE) return CT_OK;
  return broken(r, "a version suffix needs the name of an interface, here or in `implements`");
}

static ct_status check_implements(const rules *r, const cti_name_attributes *given) {
  cti_name interface;
  if (!given->implements.data) return CT_OK;
  CTI_TRY(cti_require(r->v, CTI_FEATURE_CM_IMPLEMENTS, r->offset, "`implements`"));
  bool bare = r->name->form == CTI_NAME_PLAIN && r->name->resource_func == CTI_RESOURCE_FUNC_NONE && r->name->accessor == CTI_ACCESSOR_NONE;
  if (!bare) return broken(r, "only a plain name can have `implements`");
  if (r->entity->sort != CTI_SORT_INSTANCE)
    return broken(r, "only instances can have `implements`, this is %s%s", cti_article(cti_entity_describe(r->entity)), cti_entity_describe(r->entity));
  CTI_TRY(cti_name_parse(&interface, given->implements, r->v->v->types.features, r->offset, r->v->error));
  if (interface.form != CTI_NAME_INTERFACE) return broken(r, "`implements` must name an interface, `%.*s` is none", CTI_S(given->implements));
  return cti_name_check_version(&interface, given->version_suffix, r->offset, r->v->arena);
}

static ct_status check_attributes(const rules *r, const cti_name_attributes *given) {
  cti_features features = r->v->v->types.features;
  bool form = cti_features_have(features, CTI_FEATURE_CM_IMPLEMENTS) || cti_features_have(features, CTI_FEATURE_CM_CANON_NAMES);
  if (!form) return cti_require(r->v, CTI_FEATURE_CM_IMPLEMENTS, r->offset, "a name with attributes");
  if (given->repeated) return broken(r, "an attribute of the name is written twice");
  CTI_TRY(check_suffix(r, given));
  CTI_TRY(check_implements(r, given));
  return given->external_id.data ? cti_require(r->v, CTI_FEATURE_CM_IMPLEMENTS, r->offset, "`external-id`") : CT_OK;
}

/* ---- all of it */

static ct_status check_form(const rules *r, const cti_extern_name *name, bool is_import) {
  if (r->name->form == CTI_NAME_LEGACY) return is_import ? CT_OK : broken(r, "a name of this form can be imported, not exported");
  if (r->name->form == CTI_NAME_INTERFACE) return cti_name_check_version(r->name, cti_attributes_of(name)->version_suffix, r->offset, r->v->arena);
  switch (r->name->resource_func) {
    case CTI_RESOURCE_FUNC_CONSTRUCTOR: CTI_TRY(check_constructor(r)); break;
    case CTI_RESOURCE_FUNC_METHOD: CTI_TRY(check_method(r)); break;
    case CTI_RESOURCE_FUNC_STATIC: CTI_TRY(check_static(r)); break;
    case CTI_RESOURCE_FUNC_NONE: break;
  }
  return check_accessor(r);
}

/* Where the key is already, or CTI_MAP_NONE. Few are looked at one by one, more go into a map. */
static uint32_t find_key(const cti_externs *into, ct_slice key) {
  if (into->keys.count > CTI_FEW_NAMES) return cti_map_get(&into->by_key, key);
  for (uint32_t i = 0; i < into->keys.count; i++)
    if (cti_slice_eq(into->keys.items[i], key)) return i;
  return CTI_MAP_NONE;
}

static ct_status add_key(cti_externs *into, ct_slice key) {
  if (!cti_vec_push(into->arena, &into->keys, key)) return CT_NOMEM;
  for (uint32_t i = into->by_key.count; into->keys.count > CTI_FEW_NAMES && i < into->keys.count; i++) {
    uint32_t index = i;
    bool added;
    CTI_TRY(cti_map_add(&into->by_key, into->arena, into->keys.items[i], &index, &added));
  }
  return CT_OK;
}

static ct_status check_unique(const rules *r, cti_externs *into, bool is_import) {
  ct_slice key = cti_name_key(r->name, into->arena);
  if (!key.data) return CT_NOMEM;
  uint32_t index = find_key(into, key);
  if (index == CTI_MAP_NONE) return add_key(into, key);
  return broken(r, "the name conflicts with the %s `%.*s`, which came before", is_import ? "import" : "export", CTI_S(into->names.items[index]->name));
}

ct_status cti_check_extern_name(cti_name *out, cti_component_validator *v, cti_externs *into, const cti_extern_name *name, const cti_entity *entity,
                                bool is_import, uint64_t offset) {
  rules r = {v, into, out, entity, offset};
  CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_STRING_SIZE, name->name.size, offset, v->error));
  CTI_TRY(cti_name_parse(out, name->name, v->v->types.features, offset, v->error));
  if (name->attributes) CTI_TRY(check_attributes(&r, name->attributes));
  CTI_TRY(check_form(&r, name, is_import));
  CTI_TRY(check_unique(&r, into, is_import));
  if (out->form != CTI_NAME_PLAIN || out->accessor != CTI_ACCESSOR_SET) return CT_OK;
  return check_against_getter(&r, cti_type_at(&v->store, entity->type)->of.func);
}

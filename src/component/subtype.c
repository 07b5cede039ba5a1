/* subtype.c - compares types side by side. Flows in: two types of one store. Flows out: CT_OK, or the innermost difference with a trail to it.
 *
 * Nothing is substituted: each side has a map from its bound resources to what they stand for, and resources are equal when what they stand for is.
 * `side` tells on which side the given type stands; a component's imports are compared with the sides exchanged. Value types without resources are
 * compared by one number, others once for each state of the maps, so that shared parts cost once.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#type-checking */
#include "component/subtype.h"

#include "component/core_text.h"

void cti_subtype_init(cti_subtype_cx *cx, cti_type_store *store, const cti_type_table *core, cti_arena *arena, uint64_t offset) {
  *cx = (cti_subtype_cx){.store = store, .core = core, .arena = arena, .offset = offset, .state = 1};
}

static ct_status entity_sub(cti_subtype_cx *cx, const cti_entity *given, const cti_entity *asked, uint32_t side);
static ct_status value_sub(cti_subtype_cx *cx, cti_valtype given, cti_valtype asked, uint32_t side);

static ct_status mismatch(cti_subtype_cx *cx, const char *asked, const char *given) {
  return cti_fail(cx->store->error, CT_COMP_TYPE, cx->offset, "type mismatch: %s%s was expected, %s%s was found", cti_article(asked), asked, cti_article(given),
                  given);
}

#define differ(cx, ...) cti_fail((cx)->store->error, CT_COMP_TYPE, (cx)->offset, "type mismatch: " __VA_ARGS__)

/* Leaves the function when `expr` failed, with a step of the trail. */
#define TRY_IN(cx, expr, ...)                                  \
  do {                                                         \
    ct_status try_status_ = (expr);                            \
    if (try_status_ != CT_OK) {                                \
      cti_error_trail((cx)->store->error, __VA_ARGS__);        \
      return try_status_;                                      \
    }                                                          \
  } while (0)

/* Counts work of a size that few bytes of the input can ask for: CT_LIMIT when it was too much in all. */
static ct_status charge(cti_subtype_cx *cx, uint32_t parts) {
  cx->store->compared += parts;
  return cti_component_limit_check(CTI_COMPONENT_LIMIT_COMPARED, cx->store->compared, cx->offset, cx->store->error);
}

/* ---- resources */

static uint32_t stands_for(const cti_subtype_cx *cx, uint32_t number, uint32_t side) {
  uint32_t other = cti_map_get_u64(&cx->bound[side], number);
  return other == CTI_MAP_NONE ? number : other;
}

static ct_status bind(cti_subtype_cx *cx, uint32_t side, uint32_t resource, uint32_t to) {
  cti_subtype_undo undo = {side, resource, cti_map_get_u64(&cx->bound[side], resource)};
  if (!cti_vec_push(cx->arena, &cx->undo, undo)) return CT_NOMEM;
  cx->bound_count[side]++;
  cx->state++;
  return cti_map_set_u64(&cx->bound[side], cx->arena, resource, to);
}

/* Takes back all bindings but the first `keep`. */
static ct_status unbind(cti_subtype_cx *cx, uint32_t keep) {
  while (cx->undo.count > keep) {
    cti_subtype_undo undo = *cti_vec_last(&cx->undo);
    cx->undo.count--;
    cx->bound_count[undo.side]--;
    cx->state++;
    CTI_TRY(cti_map_set_u64(&cx->bound[undo.side], cx->arena, undo.resource, undo.old));
  }
  return CT_OK;
}

static bool same_resource(const cti_subtype_cx *cx, uint32_t given, uint32_t asked, uint32_t side) {
  uint32_t a = cti_type_at(cx->store, given)->of.resource.number, b = cti_type_at(cx->store, asked)->of.resource.number;
  return stands_for(cx, a, side) == stands_for(cx, b, 1 - side);
}

static ct_status resource_sub(cti_subtype_cx *cx, uint32_t given, uint32_t asked, uint32_t side) {
  return same_resource(cx, given, asked, side) ? CT_OK : differ(cx, "the resource types are not the same");
}

/* ---- value types */

/* Equal without looking inside: the same structure, and no resource in it that stands for another one. */
static bool plainly_equal(const cti_subtype_cx *cx, const cti_type *given, const cti_type *asked) {
  if (given->canon != asked->canon) return false;
  return !(given->flags & CTI_TYPE_RESOURCES) || (cx->bound_count[0] == 0 && cx->bound_count[1] == 0);
}

static ct_status members_sub(cti_subtype_cx *cx, const cti_def *given, const cti_def *asked, uint32_t side) {
  if (given->member_count != asked->member_count)
    return differ(cx, "%u members were expected, %u were found", asked->member_count, given->member_count);
  for (uint32_t i = 0; i < given->member_count; i++) {
    const cti_member *a = &given->members[i], *b = &asked->members[i];
    if (!cti_slice_eq(a->name, b->name)) return differ(cx, "`%.*s` was expected as number %u, `%.*s` was found", CTI_S(b->name), i, CTI_S(a->name));
    if (given->kind == CTI_DEF_TUPLE) TRY_IN(cx, value_sub(cx, a->type, b->type, side), "element %u", i);
    else TRY_IN(cx, value_sub(cx, a->type, b->type, side), "`%.*s`", CTI_S(a->name));
  }
  return CT_OK;
}

static ct_status def_sub(cti_subtype_cx *cx, const cti_def *given, const cti_def *asked, uint32_t side) {
  if (given->kind == CTI_DEF_OWN || given->kind == CTI_DEF_BORROW) return resource_sub(cx, given->resource, asked->resource, side);
  if (given->length != asked->length) return differ(cx, "a list of length %u was expected, one of length %u was found", asked->length, given->length);
  CTI_TRY(members_sub(cx, given, asked, side));
  bool is_result = given->kind == CTI_DEF_RESULT;
  TRY_IN(cx, value_sub(cx, given->key, asked->key, side), is_result ? "error of the result" : "key of the map");
  TRY_IN(cx, value_sub(cx, given->element, asked->element, side), is_result ? "ok of the result" : "element");
  return CT_OK;
}

/* Both are definitions of one kind that are not plainly equal. */
static ct_status looked_into(cti_subtype_cx *cx, uint32_t given, uint32_t asked, uint32_t side) {
  uint64_t pair = (uint64_t)given << 32 | (asked << 1 | side);
  if (cti_map_get_u64(&cx->equal, pair) == cx->state) return CT_OK;
  cti_def a = *cti_value_at(cx->store, given), b = *cti_value_at(cx->store, asked);
  CTI_TRY(charge(cx, 1 + b.member_count));
  CTI_TRY(def_sub(cx, &a, &b, side));
  return cti_map_set_u64(&cx->equal, cx->arena, pair, cx->state);
}

static ct_status value_sub(cti_subtype_cx *cx, cti_valtype given, cti_valtype asked, uint32_t side) {
  given = cti_types_strip_alias(&cx->store->values, given);
  asked = cti_types_strip_alias(&cx->store->values, asked);
  if (cti_valtype_eq(given, asked) && !cti_valtype_is_def(given)) return CT_OK;
  if (!cti_valtype_is_def(given) || !cti_valtype_is_def(asked)) return mismatch(cx, cti_value_describe(cx->store, asked), cti_value_describe(cx->store, given));
  uint32_t a = cti_valtype_index(given), b = cti_valtype_index(asked);
  if (plainly_equal(cx, cti_type_at(cx->store, a), cti_type_at(cx->store, b))) return CT_OK;
  if (cti_value_at(cx->store, a)->kind != cti_value_at(cx->store, b)->kind)
    return mismatch(cx, cti_value_describe(cx->store, asked), cti_value_describe(cx->store, given));
  return looked_into(cx, a, b, side);
}

/* ---- functions */

static ct_status func_sub(cti_subtype_cx *cx, uint32_t given, uint32_t asked, uint32_t side) {
  if (plainly_equal(cx, cti_type_at(cx->store, given), cti_type_at(cx->store, asked))) return CT_OK;
  const cti_func_type *a = cti_type_at(cx->store, given)->of.func, *b = cti_type_at(cx->store, asked)->of.func;
  if (a->is_async != b->is_async)
    return mismatch(cx, b->is_async ? "async function" : "function that is not async", a->is_async ? "async function" : "function that is not async");
  CTI_TRY(charge(cx, 1 + b->param_count));
  if (a->param_count != b->param_count) return differ(cx, "a function with %u parameters was expected, one with %u was found", b->param_count, a->param_count);
  for (uint32_t i = 0; i < a->param_count; i++) {
    const cti_member *ours = &a->params[i], *theirs = &b->params[i];
    if (!cti_slice_eq(ours->name, theirs->name))
      return differ(cx, "parameter %u was expected to be named `%.*s`, `%.*s` was found", i, CTI_S(theirs->name), CTI_S(ours->name));
    TRY_IN(cx, value_sub(cx, ours->type, theirs->type, side), "parameter `%.*s`", CTI_S(ours->name));
  }
  TRY_IN(cx, value_sub(cx, a->result, b->result, side), "result");
  return CT_OK;
}

/* ---- core modules */

ct_status cti_subtype_core(cti_subtype_cx *cx, const cti_extern_type *given, const cti_extern_type *asked) {
  if (cti_extern_is_sub(cx->core, given, asked)) return CT_OK;
  cti_extern_type loose = *given; /* whatever is defined is exact: that is said where it is asked for alone */
  if (!asked->exact) loose.exact = false;
  cti_core_text a = cti_core_extern_text(cx->core, &loose), b = cti_core_extern_text(cx->core, asked);
  if (strcmp(a.text, b.text) == 0) return differ(cx, "two types of the form %s differ in recursion group, supertype or finality", a.text);
  return mismatch(cx, b.text, a.text);
}

static ct_status module_imports_sub(cti_subtype_cx *cx, const cti_core_module *given, const cti_core_module *asked) {
  for (uint32_t i = 0; i < given->type.import_count; i++) {
    const cti_module_import *import = &given->type.imports[i];
    uint32_t module = cti_store_string(cx->store, import->module), name = cti_store_string(cx->store, import->name);
    uint32_t index = cti_map_get_u64(&asked->imports, cti_import_key(module, name));
    if (index == CTI_MAP_NONE)
      return differ(cx, "the module imports `%.*s` `%.*s`, which the module type that is expected does not", CTI_S(import->module), CTI_S(import->name));
    TRY_IN(cx, cti_subtype_core(cx, &asked->type.imports[index].type, &import->type), "import `%.*s` `%.*s`", CTI_S(import->module), CTI_S(import->name));
  }
  return CT_OK;
}

static ct_status module_sub(cti_subtype_cx *cx, uint32_t given, uint32_t asked) {
  if (given == asked) return CT_OK;
  const cti_core_module *a = cx->store->modules.items[given], *b = cx->store->modules.items[asked];
  CTI_TRY(module_imports_sub(cx, a, b));
  for (uint32_t i = 0; i < b->exports.count; i++) {
    const cti_module_export *export_ = &b->exports.items[i];
    uint32_t index = cti_map_get(&a->exports.by_name, export_->name);
    if (index == CTI_MAP_NONE) return differ(cx, "the module does not export `%.*s`", CTI_S(export_->name));
    TRY_IN(cx, cti_subtype_core(cx, &a->exports.items[index].type, &export_->type), "export `%.*s`", CTI_S(export_->name));
  }
  return CT_OK;
}

/* ---- instances and components */

static ct_status instance_sub(cti_subtype_cx *cx, uint32_t given, uint32_t asked, uint32_t side) {
  const cti_extern_list *a = &cti_type_at(cx->store, given)->of.instance->exports, *b = &cti_type_at(cx->store, asked)->of.instance->exports;
  bool same = a->names == b->names && a->entities == b->entities; /* an empty list has no address of its own */
  if (same && cx->bound_count[0] == 0 && cx->bound_count[1] == 0) return CT_OK;
  CTI_TRY(charge(cx, b->names->count));
  for (uint32_t i = 0; i < b->names->count; i++) {
    uint32_t index = cti_extern_find(a, b->names->items[i]->name);
    if (index == CTI_MAP_NONE) return differ(cx, "the instance does not export `%.*s`", CTI_S(b->names->items[i]->name));
    TRY_IN(cx, entity_sub(cx, &a->entities[index], &b->entities[i], side), "export `%.*s`", CTI_S(b->names->items[i]->name));
  }
  return CT_OK;
}

/* Resources that are bound to what is given in the place where each is exported first. */
typedef struct binder {
  cti_subtype_cx *cx;
  uint32_t side, walk; /* wanted resources, and instances that were looked into, have the number of the walk */
} binder;

/* `given` is NULL where the other side has nothing: the comparison, which follows, says what is wrong. */
static ct_status bind_exports(binder *b, const cti_extern_list *given, const cti_extern_list *asked);

static ct_status bind_resource(binder *b, const cti_entity *given, uint32_t asked) {
  cti_type_store *store = b->cx->store;
  const cti_type *type = cti_type_at(store, asked);
  uint32_t number = type->of.resource.number;
  if (type->kind != CTI_TYPE_RESOURCE || store->resources.items[number].walk != b->walk) return CT_OK;
  store->resources.items[number].walk = 0;
  if (!given || given->sort != CTI_SORT_TYPE || cti_type_at(store, given->created)->kind != CTI_TYPE_RESOURCE) return CT_OK;
  return bind(b->cx, 1 - b->side, number, stands_for(b->cx, cti_type_at(store, given->created)->of.resource.number, b->side));
}

static ct_status bind_instance(binder *b, const cti_entity *given, uint32_t asked) {
  cti_type *type = cti_type_at(b->cx->store, asked);
  if (!(type->flags & CTI_TYPE_RESOURCES) || type->walk == b->walk) return CT_OK;
  type->walk = b->walk;
  bool there = given && given->sort == CTI_SORT_INSTANCE;
  return bind_exports(b, there ? &cti_type_at(b->cx->store, given->type)->of.instance->exports : NULL, &type->of.instance->exports);
}

static ct_status bind_exports(binder *b, const cti_extern_list *given, const cti_extern_list *asked) {
  for (uint32_t i = 0; i < asked->names->count; i++) {
    const cti_entity *of = &asked->entities[i];
    if (of->sort != CTI_SORT_TYPE && of->sort != CTI_SORT_INSTANCE) continue;
    uint32_t index = given ? cti_extern_find(given, cti_extern_text(asked, i)) : CTI_MAP_NONE;
    const cti_entity *there = index == CTI_MAP_NONE ? NULL : &given->entities[index];
    CTI_TRY(of->sort == CTI_SORT_TYPE ? bind_resource(b, there, of->created) : bind_instance(b, there, of->type));
  }
  return CT_OK;
}

/* Binds the resources that `asked` introduces to those given. The bindings stay: the caller takes them back. */
static ct_status bind_list(cti_subtype_cx *cx, const cti_extern_list *given, const cti_extern_list *asked, const uint32_t *resources, uint32_t count,
                           uint32_t side) {
  binder b = {cx, side, ++cx->store->walk};
  for (uint32_t i = 0; i < count; i++) cx->store->resources.items[resources[i]].walk = b.walk;
  return count ? bind_exports(&b, given, asked) : CT_OK;
}

static ct_status compare_list(cti_subtype_cx *cx, const cti_extern_list *given, const cti_extern_list *asked, uint32_t side, const char *what) {
  CTI_TRY(charge(cx, asked->names->count));
  for (uint32_t i = 0; i < asked->names->count; i++) {
    ct_slice name = asked->names->items[i]->name;
    uint32_t index = cti_extern_find(given, name);
    const char *wanted = cti_entity_describe(&asked->entities[i]);
    if (index == CTI_MAP_NONE)
      return cti_fail(cx->store->error, CT_COMP_TYPE, cx->offset, "missing %s named `%.*s`: %s%s was expected", what, CTI_S(name), cti_article(wanted), wanted);
    TRY_IN(cx, entity_sub(cx, &given->entities[index], &asked->entities[i], side), "%s `%.*s`", what, CTI_S(name));
  }
  return CT_OK;
}

/* Whoever expects `asked` gives its imports, which must do for `given`, and takes the exports of `given`, which must do for `asked`. */
static ct_status component_sub(cti_subtype_cx *cx, uint32_t given, uint32_t asked, uint32_t side) {
  const cti_component_type *a = cti_type_at(cx->store, given)->of.component, *b = cti_type_at(cx->store, asked)->of.component;
  uint32_t mark = cx->undo.count;
  CTI_TRY(bind_list(cx, &b->imports, &a->imports, a->imported, a->imported_count, 1 - side));
  CTI_TRY(compare_list(cx, &b->imports, &a->imports, 1 - side, "import"));
  CTI_TRY(bind_list(cx, &a->exports, &b->exports, b->defined, b->defined_count, side));
  CTI_TRY(compare_list(cx, &a->exports, &b->exports, side, "export"));
  return unbind(cx, mark);
}

static ct_status type_sub(cti_subtype_cx *cx, uint32_t given, uint32_t asked, uint32_t side) {
  cti_type_kind kind = (cti_type_kind)cti_type_at(cx->store, given)->kind;
  if (kind != cti_type_at(cx->store, asked)->kind) return mismatch(cx, cti_type_describe(cx->store, asked), cti_type_describe(cx->store, given));
  switch (kind) {
    case CTI_TYPE_VALUE: return value_sub(cx, cti_valtype_def(given), cti_valtype_def(asked), side);
    case CTI_TYPE_FUNC: return func_sub(cx, given, asked, side);
    case CTI_TYPE_INSTANCE: return instance_sub(cx, given, asked, side);
    case CTI_TYPE_COMPONENT: return component_sub(cx, given, asked, side);
    case CTI_TYPE_RESOURCE: break;
  }
  return resource_sub(cx, given, asked, side);
}

static ct_status entity_sub(cti_subtype_cx *cx, const cti_entity *given, const cti_entity *asked, uint32_t side) {
  if (given->sort != asked->sort) return mismatch(cx, cti_entity_describe(asked), cti_entity_describe(given));
  if (given->sort == CTI_SORT_CORE_MODULE) return module_sub(cx, given->type, asked->type);
  if (given->sort == CTI_SORT_VALUE) return value_sub(cx, (cti_valtype){given->type}, (cti_valtype){asked->type}, side);
  return type_sub(cx, given->type, asked->type, side);
}

ct_status cti_subtype_entity(cti_subtype_cx *cx, const cti_entity *given, const cti_entity *asked) { return entity_sub(cx, given, asked, 0); }

ct_status cti_subtype_value(cti_subtype_cx *cx, cti_valtype given, cti_valtype asked) { return value_sub(cx, given, asked, 0); }

/* ---- instantiation */

/* Types that the component imported are, from now on, those that it was given. */
static ct_status rename_types(cti_subtype_cx *cx, const cti_entity *given, const cti_entity *asked, cti_substitution *out) {
  if (asked->sort == CTI_SORT_TYPE) cti_substitution_type(out, asked->created, given->created);
  if (asked->sort != CTI_SORT_INSTANCE) return CT_OK;
  const cti_extern_list *a = &cti_type_at(cx->store, given->type)->of.instance->exports, *b = &cti_type_at(cx->store, asked->type)->of.instance->exports;
  CTI_TRY(cti_substitution_charge(out, b->names->count));
  for (uint32_t i = 0; i < b->names->count; i++) CTI_TRY(rename_types(cx, &a->entities[cti_extern_find(a, b->names->items[i]->name)], &b->entities[i], out));
  return CT_OK;
}

/* Was this component instantiated with exactly these arguments before? Types do not change, so the answer is the same: a few bytes that ask for a long
 * comparison get it once. */
static ct_status was_opened(bool *out, cti_subtype_cx *cx, const cti_extern_list *args, const cti_component_type *component) {
  CTI_VEC(uint64_t) key = {0};
  bool room = cti_vec_push(cx->arena, &key, (uint64_t)(uintptr_t)component);
  for (uint32_t i = 0; room && i < component->imports.names->count; i++) {
    uint32_t index = cti_extern_find(args, component->imports.names->items[i]->name);
    if (index == CTI_MAP_NONE) return CT_OK; /* the comparison will say what is missing */
    const cti_entity *given = &args->entities[index];
    room = cti_vec_push(cx->arena, &key, (uint64_t)given->sort) && cti_vec_push(cx->arena, &key, (uint64_t)given->type << 32 | given->created);
  }
  if (!room) return CT_NOMEM;
  return cti_store_seen(out, cx->store, &cx->store->opened, cti_slice(key.items, key.count * sizeof *key.items));
}

/* What the exports are made anew with: resources and types that were given. */
static ct_status fill(cti_subtype_cx *cx, const cti_extern_list *args, const cti_component_type *component, cti_substitution *out) {
  CTI_TRY(cti_substitution_charge(out, component->imported_count));
  CTI_TRY(bind_list(cx, args, &component->imports, component->imported, component->imported_count, 0));
  for (uint32_t i = 0; i < component->imported_count; i++) {
    uint32_t resource = component->imported[i];
    cti_substitution_resource(out, resource, stands_for(cx, resource, 1));
  }
  for (uint32_t i = 0; i < component->imports.names->count; i++) {
    uint32_t index = cti_extern_find(args, component->imports.names->items[i]->name);
    CTI_TRY(rename_types(cx, &args->entities[index], &component->imports.entities[i], out));
  }
  return unbind(cx, 0);
}

ct_status cti_subtype_open(cti_subtype_cx *cx, const cti_extern_list *args, const cti_component_type *component, cti_substitution *out) {
  bool known = false;
  CTI_TRY(was_opened(&known, cx, args, component));
  if (!known) {
    CTI_TRY(bind_list(cx, args, &component->imports, component->imported, component->imported_count, 0));
    CTI_TRY(compare_list(cx, args, &component->imports, 0, "import"));
    CTI_TRY(unbind(cx, 0));
  }
  return component->exports_info.flags & CTI_TYPE_OPEN ? fill(cx, args, component, out) : CT_OK;
}

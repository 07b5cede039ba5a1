/* wit_encode.c - interfaces and worlds of a resolve as component types, a package as a component of them.
 *
 * Each interface becomes an instance type. What it uses of others is reached through instances that the outer component type imports, aliased once
 * outside and once more inside. A package's interface is wrapped in a component type which imports, with all their types, the interfaces that it uses
 * and exports the interface itself; a world is wrapped in one that exports the world's component type.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md#package-format */
#include "compose/wit_encode.h"

#include "compose/package_docs.h"
#include "compose/producers.h"
#include "compose/wit_size.h"
#include "compose/wit_type_encode.h"
#include "component/type_store.h"
#include "wit/wit_error.h"

/* The state of one component type under construction. */
typedef struct scope_encoder {
  cti_resolve *resolve;
  bool canonical_names;
  cti_type_encoder types; /* its scope is `outer`, or the instance type that is being written */
  cti_component *outer;
  cti_type_maps outer_maps;
  cti_map instances;   /* interface id -> index of the instance in `outer` */
  cti_map outer_types; /* type id -> index of its alias in `outer` */
} scope_encoder;

static ct_status failed(const scope_encoder *s) { return s->types.arena->error->status; }

/* ---- names and order */

/* "ns:pkg/iface@0.2", and ".1" as the suffix. */
static ct_slice canonical_id(const cti_resolve *resolve, uint32_t interface, ct_slice *suffix) {
  const cti_wit_interface *iface = &resolve->interfaces.items[interface];
  const cti_package_name *package = &resolve->packages.items[iface->package].name;
  if (!package->version.present) return cti_interface_id(resolve, interface);
  ct_slice track = cti_semver_track(resolve->arena, &package->version, suffix);
  if (!track.data) return track;
  return cti_format(resolve->arena, "%.*s:%.*s/%.*s@%.*s", CTI_S(package->ns), CTI_S(package->name), CTI_S(iface->name), CTI_S(track));
}

/* The name that is an interface's own, or, when `label` has data, a label for what implements it. */
static cti_extern_name interface_extern_name(const cti_resolve *resolve, uint32_t interface, ct_slice label, ct_slice external_id, bool canonical_names) {
  ct_slice suffix = {NULL, 0};
  ct_slice id = canonical_names ? canonical_id(resolve, interface, &suffix) : cti_interface_id(resolve, interface);
  cti_extern_name name = {.name = label.data ? label : id};
  cti_name_attributes attributes = {.implements = label.data ? id : label, .external_id = external_id};
  if (suffix.size) attributes.version_suffix = suffix;
  cti_extern_name_set(&name, attributes, resolve->arena);
  return name;
}

cti_extern_name cti_world_item_extern_name(const cti_resolve *resolve, const cti_world_item *item, bool canonical_names) {
  if (item->kind == CTI_WORLD_INTERFACE && resolve->interfaces.items[item->interface].name.data)
    return interface_extern_name(resolve, item->interface, item->name, item->external_id, canonical_names);
  ct_slice external_id = item->external_id;
  if (item->kind == CTI_WORLD_FUNC) external_id = item->func.external_id;
  if (item->kind == CTI_WORLD_TYPE) external_id = resolve->names.items[item->type].external_id;
  return cti_extern_name_make(item->name, external_id, resolve->arena);
}

/* A counting sort by the place of the function's resource among the types. */
const uint32_t *cti_interface_func_order(const cti_resolve *resolve, uint32_t interface) {
  const cti_wit_interface *iface = &resolve->interfaces.items[interface];
  uint32_t types = iface->types.count, funcs = iface->funcs.count;
  cti_arena *arena = resolve->arena;
  uint32_t *order = CTI_NEW_N(arena, uint32_t, funcs), *first = CTI_NEW_N(arena, uint32_t, types + 2), *rank = CTI_NEW_N(arena, uint32_t, funcs);
  if (!order || !first || !rank) return NULL;
  cti_map places = {0};
  for (uint32_t i = 0; i < types; i++)
    if (cti_map_set_u64(&places, arena, iface->types.items[i], i)) return NULL;
  for (uint32_t i = 0; i < funcs; i++) {
    uint32_t resource = iface->funcs.items[i].resource;
    uint32_t place = resource == CTI_WIT_NONE ? CTI_MAP_NONE : cti_map_get_u64(&places, resource);
    rank[i] = place == CTI_MAP_NONE ? types : place;
    first[rank[i] + 1]++;
  }
  for (uint32_t i = 0; i < types; i++) first[i + 1] += first[i];
  for (uint32_t i = 0; i < funcs; i++) order[first[rank[i]]++] = i;
  return order;
}

/* ---- interfaces as instance types */

/* Reaches a type of another interface: an alias of the instance's export in `outer`, and inside an instance type an outer alias of that. */
static uint32_t import_type(cti_type_encoder *types, uint32_t type) {
  scope_encoder *s = types->context;
  const cti_wit_type *names = &s->resolve->names.items[type];
  uint32_t outer = cti_map_get_u64(&s->outer_types, type);
  if (outer == CTI_MAP_NONE) {
    uint32_t instance = cti_map_get_u64(&s->instances, names->owner.id);
    if (instance == CTI_MAP_NONE) {
      cti_fail(types->arena->error, CT_WIT_WORLD, CT_NO_OFFSET, "type \"%.*s\" is used, but the interface that defines it is neither imported nor exported before",
               CTI_S(names->name));
      return UINT32_MAX;
    }
    outer = cti_build_alias_export(s->outer, CTI_SORT_TYPE, instance, names->name);
    if (outer == UINT32_MAX || cti_map_set_u64(&s->outer_types, types->arena, type, outer)) return UINT32_MAX;
  }
  return types->scope == s->outer ? outer : cti_build_alias_outer(types->scope, CTI_SORT_TYPE, 1, outer);
}

static void scope_start(scope_encoder *s, cti_component *outer, cti_resolve *resolve, bool canonical_names) {
  *s = (scope_encoder){.resolve = resolve, .canonical_names = canonical_names, .outer = outer};
  cti_component_init(outer, resolve->arena);
  s->types = (cti_type_encoder){.resolve = resolve, .scope = outer, .arena = resolve->arena, .naming = CTI_NAMING_DECLARE, .interface = CTI_WIT_NONE, .import_type = import_type};
}

static ct_status encode_funcs(scope_encoder *s, uint32_t interface) {
  const cti_wit_interface *iface = &s->resolve->interfaces.items[interface];
  const uint32_t *order = cti_interface_func_order(s->resolve, interface);
  if (!order) return failed(s);
  for (uint32_t i = 0; i < iface->funcs.count; i++) {
    const cti_wit_func *func = &iface->funcs.items[order[i]];
    cti_extern_name name = cti_extern_name_make(func->name, func->external_id, s->resolve->arena);
    cti_externtype type = {.sort = CTI_SORT_FUNC};
    CTI_TRY(cti_encode_func_type(&type.index, &s->types, func));
    if (cti_build_type_export(s->types.scope, &name, type) == UINT32_MAX) return failed(s);
  }
  return CT_OK;
}

static ct_status encode_types(scope_encoder *s, uint32_t interface) {
  const cti_wit_interface *iface = &s->resolve->interfaces.items[interface];
  for (uint32_t i = 0; i < iface->types.count; i++) {
    uint32_t index;
    CTI_TRY(cti_encode_type_id(&index, &s->types, iface->types.items[i]));
  }
  return CT_OK;
}

/* Defines the instance type of an interface in `outer`: *out is its index. */
static ct_status encode_instance(uint32_t *out, scope_encoder *s, uint32_t interface, bool with_funcs) {
  cti_component *inner = CTI_NEW(s->types.arena, cti_component);
  if (!inner) return failed(s);
  cti_component_init(inner, s->types.arena);
  cti_type_maps maps = {0};
  s->types.context = s;
  s->types.scope = inner;
  s->types.maps = &maps;
  s->types.interface = interface;
  CTI_TRY(encode_types(s, interface));
  if (with_funcs) CTI_TRY(encode_funcs(s, interface));
  s->types.scope = s->outer;
  s->types.maps = &s->outer_maps;
  cti_ctype type = {.kind = CTI_CTYPE_INSTANCE, .decls = inner};
  *out = cti_build_type(s->outer, &type);
  if (*out == UINT32_MAX) return failed(s);
  return cti_map_set_u64(&s->instances, s->types.arena, interface, s->outer->count[CTI_SORT_INSTANCE]);
}

/* ---- worlds */

static ct_status encode_world_item(scope_encoder *s, const cti_world_item *item, bool is_import) {
  cti_externtype type = {.sort = CTI_SORT_FUNC};
  if (item->kind == CTI_WORLD_INTERFACE) {
    type.sort = CTI_SORT_INSTANCE;
    CTI_TRY(encode_instance(&type.index, s, item->interface, true));
  }
  s->types.context = s;
  s->types.maps = &s->outer_maps;
  s->types.interface = CTI_WIT_NONE;
  if (item->kind == CTI_WORLD_TYPE) {
    uint32_t index;
    s->types.naming = CTI_NAMING_IMPORT;
    CTI_TRY(cti_encode_type_id(&index, &s->types, item->type));
    s->types.naming = CTI_NAMING_DECLARE;
    return CT_OK;
  }
  if (item->kind == CTI_WORLD_FUNC) CTI_TRY(cti_encode_func_type(&type.index, &s->types, &item->func));
  cti_extern_name name = cti_world_item_extern_name(s->resolve, item, s->canonical_names);
  uint32_t index = is_import ? cti_build_import(s->outer, &name, type) : cti_build_type_export(s->outer, &name, type);
  return index == UINT32_MAX ? failed(s) : CT_OK;
}

ct_status cti_encode_world(cti_component *out, cti_resolve *resolve, uint32_t world, bool canonical_names) {
  const cti_wit_world *w = &resolve->worlds.items[world];
  scope_encoder s;
  scope_start(&s, out, resolve, canonical_names);
  for (uint32_t i = 0; i < w->imports.count; i++) CTI_TRY(encode_world_item(&s, &w->imports.items[i], true));
  for (uint32_t i = 0; i < w->exports.count; i++) CTI_TRY(encode_world_item(&s, &w->exports.items[i], false));
  return resolve->arena->error->status;
}

ct_status cti_encode_world_wrapper(cti_component *out, cti_resolve *resolve, uint32_t world, bool canonical_names) {
  cti_arena *arena = resolve->arena;
  cti_component *inner = CTI_NEW(arena, cti_component);
  if (!inner) return arena->error->status;
  cti_component_init(out, arena);
  CTI_TRY(cti_encode_world(inner, resolve, world, canonical_names));
  cti_ctype type = {.kind = CTI_CTYPE_COMPONENT, .decls = inner};
  cti_extern_name name = {.name = cti_world_id(resolve, world)};
  cti_build_type_export(out, &name, (cti_externtype){.sort = CTI_SORT_COMPONENT, .index = cti_build_type(out, &type)});
  return arena->error->status;
}

/* ---- interfaces of a package */

typedef struct visit {
  uint32_t interface, next_type;
} visit;

typedef CTI_VEC(uint32_t) id_list;

/* What `root` reaches through `use`, each after what it uses itself, `root` last. */
static ct_status live_interfaces(id_list *out, const cti_resolve *resolve, uint32_t root) {
  cti_arena *arena = resolve->arena;
  CTI_VEC(visit) stack = {0};
  cti_map seen = {0};
  if (cti_map_set_u64(&seen, arena, root, 0) || !cti_vec_push(arena, &stack, ((visit){root, 0}))) return arena->error->status;
  while (stack.count) {
    visit *top = cti_vec_last(&stack);
    const cti_wit_interface *iface = &resolve->interfaces.items[top->interface];
    if (top->next_type == iface->types.count) {
      if (!cti_vec_push(arena, out, top->interface)) return arena->error->status;
      stack.count--;
      continue;
    }
    uint32_t used = cti_type_interface_dep(resolve, iface->types.items[top->next_type++]), value = 0;
    bool added = false;
    if (used != CTI_WIT_NONE) CTI_TRY(cti_map_add_u64(&seen, arena, used, &value, &added));
    if (added && !cti_vec_push(arena, &stack, ((visit){used, 0}))) return arena->error->status;
  }
  return CT_OK;
}

static ct_status encode_interface(cti_component *out, cti_resolve *resolve, const id_list *live, bool canonical_names) {
  scope_encoder s;
  scope_start(&s, out, resolve, canonical_names);
  for (uint32_t i = 0; i < live->count; i++) {
    cti_extern_name name = interface_extern_name(resolve, live->items[i], (ct_slice){NULL, 0}, (ct_slice){NULL, 0}, canonical_names);
    cti_externtype type = {.sort = CTI_SORT_INSTANCE};
    bool is_root = i == live->count - 1;
    CTI_TRY(encode_instance(&type.index, &s, live->items[i], is_root));
    uint32_t index = is_root ? cti_build_type_export(out, &name, type) : cti_build_import(out, &name, type);
    if (index == UINT32_MAX) return failed(&s);
  }
  return CT_OK;
}

/* ---- packages. The component type of an interface has the types of all that it reaches once more, so that a package can be far larger than its WIT, and than
 * engines take: each member is measured, then encoded, written and forgotten. */

typedef struct package_encoder {
  cti_buf *out;
  cti_resolve resolve; /* nothing is added to it; its arena is for one member */
  const cti_encode_options *options;
  cti_component component; /* its items are those of one member */
  cti_wit_sizes sizes;
  uint32_t size; /* of the package's type so far */
} package_encoder;

typedef struct member {
  ct_slice name;
  cti_span span;
  uint32_t size; /* of its component type */
  cti_component *decls;
} member;

/* Who is to blame: a type that is half of it or more, or what is there once more in each interface. */
static void blame(const package_encoder *e, const member *m) {
  ct_error *error = e->resolve.arena->error;
  uint32_t largest = 0;
  for (uint32_t i = 1; i < e->resolve.names.count; i++)
    if (e->sizes.types[i] > e->sizes.types[largest]) largest = i;
  bool is_type = e->resolve.names.count && e->sizes.types[largest] >= e->size / 2;
  cti_wit_place(&e->resolve, is_type ? e->resolve.names.items[largest].span : m->span, error);
  cti_error_trail(error, "the package in binary form, up to `%.*s`", CTI_S(m->name));
  cti_error_hint(error, is_type ? "a type is as large as all that it is made of, each part as often as it is there: make it of fewer parts, or of resources"
                                : "each interface has the types of all that it reaches through `use` in it once more: `use` types from where they are defined, "
                                  "or divide the package");
}

/* The same count, and limit, as when the package is validated. */
static ct_status take_size(package_encoder *e, const member *m) {
  ct_error *error = e->resolve.arena->error;
  e->size = cti_wit_size_add(e->size, m->size);
  if (e->options->any_size || cti_component_limit_check(CTI_COMPONENT_LIMIT_TYPE_SIZE, e->size, CT_NO_OFFSET, error) == CT_OK) return CT_OK;
  blame(e, m);
  return error->status;
}

static ct_status write_member(package_encoder *e, const member *m) {
  cti_component *component = &e->component;
  cti_ctype type = {.kind = CTI_CTYPE_COMPONENT, .decls = m->decls};
  cti_sort_index item = {CTI_SORT_TYPE, cti_build_type(component, &type)};
  cti_extern_name name = {.name = m->name};
  cti_build_export(component, &name, item, NULL);
  ct_status status = component->arena->error->status;
  if (status == CT_OK) cti_component_encode_items(component, 0, component->items.count, e->out);
  return status;
}

static ct_status encode_interface_member(package_encoder *e, uint32_t interface) {
  const cti_wit_interface *iface = &e->resolve.interfaces.items[interface];
  member m = {.name = iface->name, .span = iface->span, .size = 1, .decls = CTI_NEW(e->resolve.arena, cti_component)};
  id_list live = {0};
  if (!m.decls) return CT_NOMEM;
  CTI_TRY(live_interfaces(&live, &e->resolve, interface));
  for (uint32_t i = 0; i < live.count - 1; i++) m.size = cti_wit_size_add(m.size, e->sizes.interfaces[live.items[i]]);
  m.size = cti_wit_size_add(m.size, cti_wit_interface_size(&e->sizes, interface));
  CTI_TRY(take_size(e, &m));
  CTI_TRY(encode_interface(m.decls, &e->resolve, &live, e->options->canonical_names));
  return write_member(e, &m);
}

static ct_status encode_world_member(package_encoder *e, uint32_t world) {
  const cti_wit_world *w = &e->resolve.worlds.items[world];
  member m = {.name = w->name, .span = w->span, .size = cti_wit_size_add(1, cti_wit_world_size(&e->sizes, world)), .decls = CTI_NEW(e->resolve.arena, cti_component)};
  if (!m.decls) return CT_NOMEM;
  CTI_TRY(take_size(e, &m));
  CTI_TRY(cti_encode_world_wrapper(m.decls, &e->resolve, world, e->options->canonical_names));
  return write_member(e, &m);
}

/* What a member takes of memory is given back; what the package has in its index spaces goes on being counted. */
static ct_status encode_member(package_encoder *e, bool is_interface, uint32_t id) {
  cti_arena arena, *outer = e->resolve.arena;
  cti_arena_init(&arena, outer->error);
  e->resolve.arena = e->component.arena = &arena;
  memset(&e->component.items, 0, sizeof e->component.items);
  ct_status status = is_interface ? encode_interface_member(e, id) : encode_world_member(e, id);
  e->resolve.arena = e->component.arena = outer;
  cti_arena_free(&arena);
  return status;
}

static ct_status encode_members(package_encoder *e, uint32_t package) {
  const cti_wit_package *pkg = &e->resolve.packages.items[package];
  for (uint32_t i = 0; i < pkg->interfaces.count; i++) CTI_TRY(encode_member(e, true, pkg->interfaces.items[i]));
  for (uint32_t i = 0; i < pkg->worlds.count; i++) CTI_TRY(encode_member(e, false, pkg->worlds.items[i]));
  return CT_OK;
}

static ct_status write_customs(cti_buf *out, const cti_resolve *resolve, uint32_t package) {
  cti_component component;
  cti_component_init(&component, resolve->arena);
  cti_buf docs = {0}, producers = {0};
  cti_package_docs_write(&docs, resolve, package);
  cti_producers_base_write(&producers, CTI_MAKER_WIT_COMPONENT);
  cti_build_custom(&component, CTI_LIT("package-docs"), cti_buf_slice(&docs));
  cti_build_custom(&component, CTI_LIT("producers"), cti_buf_slice(&producers));
  ct_error *error = resolve->arena->error;
  if (error->status == CT_OK) cti_component_encode_items(&component, 0, component.items.count, out);
  ct_status status = cti_buf_check(&docs, error);
  if (status == CT_OK) status = cti_buf_check(&producers, error);
  ct_buf_free(&docs);
  ct_buf_free(&producers);
  return status == CT_OK ? error->status : status;
}

ct_status cti_encode_package(cti_buf *out, const cti_resolve *resolve, uint32_t package, const cti_encode_options *options) {
  static const cti_encode_options defaults;
  package_encoder e = {.out = out, .resolve = *resolve, .options = options ? options : &defaults, .size = 1};
  cti_component_init(&e.component, resolve->arena);
  CTI_TRY(cti_wit_sizes_make(&e.sizes, resolve, resolve->arena));
  cti_component_encode(&e.component, out); /* its preamble */
  CTI_TRY(encode_members(&e, package));
  CTI_TRY(write_customs(out, resolve, package));
  return cti_buf_check(out, resolve->arena->error);
}

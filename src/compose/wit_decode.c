/* wit_decode.c - a validated component -> packages, interfaces and worlds.
 *
 * Flows in: bytes. They are decoded and validated, which leaves the types of all imports and exports in a store. Flows out: a resolve.
 * A WIT package exports component types: each wraps one interface (an instance that it exports, beside imports of what that uses) or one world (a component
 * that it exports). The first form of the encoding had a single export `ns:pkg/wit` instead. Anything else is a component, whose own imports and exports
 * make its world. Interfaces of other packages are known as far as they are mentioned; packages are put into order at the end. */
#include "compose/wit_decode.h"

#include "component/component_validate.h"
#include "compose/package_docs.h"
#include "compose/wit_decoder.h"

static ct_status failed(const cti_wit_decoder *d) { return d->arena->error->status; }

cti_decode_item cti_decode_item_at(const cti_extern_list *list, uint32_t index) {
  const cti_extern_name *name = list->names->items[index];
  const cti_name_attributes *attributes = cti_attributes_of(name);
  return (cti_decode_item){name->name, attributes->implements, attributes->external_id, attributes->version_suffix, list->entities[index]};
}

/* ---- names of interfaces and worlds: "ns:pkg/name@version" */

typedef struct item_id {
  cti_package_name package;
  ct_slice name;
} item_id;

static ct_status parse_id(item_id *out, cti_wit_decoder *d, ct_slice text, ct_slice suffix) {
  cti_name name;
  CTI_TRY(cti_name_parse(&name, text, cti_features_all(), CT_NO_OFFSET, d->arena->error));
  if (name.form != CTI_NAME_INTERFACE) return cti_fail(d->arena->error, CT_WIT_BINARY, CT_NO_OFFSET, "the name `%.*s` is no interface name (ns:package/name)", CTI_S(text));
  ct_slice path = name.version.data ? cti_slice_cut(text, 0, text.size - name.version.size - 1) : text;
  size_t slash = cti_slice_find(path, '/', 0), colon = slash;
  while (colon > 0 && text.data[colon] != ':') colon--;
  if (cti_slice_find(path, '/', slash + 1) < path.size || cti_slice_find(path, ':', 0) != colon)
    return cti_fail(d->arena->error, CT_WIT_BINARY, CT_NO_OFFSET, "the nested name `%.*s` is one that WIT has no form for", CTI_S(text));
  *out = (item_id){{.ns = cti_slice_cut(path, 0, colon), .name = cti_slice_cut(path, colon + 1, slash)}, cti_slice_cut(path, slash + 1, path.size)};
  if (!name.version.data) return CT_OK;
  ct_slice version = cti_format(d->arena, "%.*s%.*s", CTI_S(name.version), CTI_S(suffix));
  if (!version.data) return failed(d);
  if (!cti_semver_parse(&out->package.version, version))
    return cti_fail(d->arena->error, CT_WIT_BINARY, CT_NO_OFFSET, "the version of `%.*s` is no semantic version", CTI_S(text));
  return CT_OK;
}

static bool is_id(ct_slice text) { return cti_slice_find(text, ':', 0) < text.size; }

/* ---- interfaces */

static ct_status foreign_package(uint32_t *out, cti_wit_decoder *d, const cti_package_name *name) {
  ct_slice text = cti_package_name_text(d->arena, name);
  uint32_t index = d->foreign.count;
  bool added;
  if (!text.data) return failed(d);
  CTI_TRY(cti_map_add(&d->foreign_ids, d->arena, text, &index, &added));
  *out = index;
  return !added || cti_vec_push(d->arena, &d->foreign, ((cti_foreign_package){.name = *name})) ? CT_OK : failed(d);
}

static ct_status add_interface(uint32_t *out, cti_wit_decoder *d, ct_slice name) {
  cti_wit_interface interface = {.name = name, .package = CTI_WIT_NONE, .clone_of = CTI_WIT_NONE, .span.file = CTI_WIT_NONE};
  *out = cti_resolve_add_interface(d->resolve, &interface);
  return *out == CTI_WIT_NONE ? failed(d) : CT_OK;
}

/* An interface of another package (or of this one, before it was seen): made when it is not there. */
static ct_status foreign_interface(uint32_t *out, cti_wit_decoder *d, ct_slice text, ct_slice suffix) {
  item_id id;
  uint32_t home = 0;
  CTI_TRY(parse_id(&id, d, text, suffix));
  CTI_TRY(foreign_package(&home, d, &id.package));
  cti_foreign_package *package = &d->foreign.items[home];
  *out = cti_map_get(&package->by_name, id.name);
  if (*out != CTI_MAP_NONE) return CT_OK;
  CTI_TRY(add_interface(out, d, id.name));
  CTI_TRY(cti_map_set(&package->by_name, d->arena, id.name, *out));
  if (!cti_vec_push(d->arena, &package->interfaces, *out)) return failed(d);
  return cti_map_set_u64(&d->homes, d->arena, *out, home);
}

static ct_status not_there(const cti_wit_decoder *d, const cti_decode_item *item) {
  return cti_fail(d->arena->error, CT_WIT_BINARY, CT_NO_OFFSET, "an instance has \"%.*s\", which its interface does not define", CTI_S(item->name));
}

static ct_status merge_type(cti_wit_decoder *d, const cti_decode_item *item, uint32_t interface, bool is_own) {
  uint32_t type = cti_map_get(&d->resolve->interfaces.items[interface].type_ids, item->name);
  if (type != CTI_MAP_NONE) return cti_decode_known_type(d, item, type);
  if (is_own) return not_there(d, item);
  CTI_TRY(cti_decode_type(&type, d, item, (cti_owner){CTI_OWNER_INTERFACE, interface}));
  return cti_interface_add_type(d->resolve, interface, type);
}

static ct_status merge_func(cti_wit_decoder *d, const cti_decode_item *item, uint32_t interface, bool is_own) {
  if (cti_map_get(&d->resolve->interfaces.items[interface].func_slots, item->name) != CTI_MAP_NONE) return CT_OK;
  if (is_own) return not_there(d, item);
  cti_wit_func func;
  CTI_TRY(cti_decode_func(&func, d, item, (cti_owner){CTI_OWNER_INTERFACE, interface}));
  return cti_interface_add_func(d->resolve, interface, &func);
}

static ct_status merge_exports(cti_wit_decoder *d, const cti_decode_item *instance, uint32_t interface, bool is_own) {
  const cti_extern_list *exports = &cti_type_at(d->store, instance->entity.type)->of.instance->exports;
  for (uint32_t i = 0; i < cti_decode_count(exports); i++) {
    cti_decode_item item = cti_decode_item_at(exports, i);
    if (item.entity.sort == CTI_SORT_TYPE) CTI_TRY(merge_type(d, &item, interface, is_own));
    else if (item.entity.sort == CTI_SORT_FUNC) CTI_TRY(merge_func(d, &item, interface, is_own));
    else return cti_fail(d->arena->error, CT_WIT_BINARY, CT_NO_OFFSET, "the instance exports the %s \"%.*s\", which WIT has no form for", cti_entity_describe(&item.entity), CTI_S(item.name));
  }
  return CT_OK;
}

static ct_status require_instance(const cti_wit_decoder *d, const cti_decode_item *item) {
  if (item->entity.sort == CTI_SORT_INSTANCE) return CT_OK;
  return cti_fail(d->arena->error, CT_WIT_BINARY, CT_NO_OFFSET, "`%.*s` is a %s, an instance is needed", CTI_S(item->name), cti_entity_describe(&item->entity));
}

/* A reference to the interface `text`: *out is that of the main package when it was defined there, else one that grows by what `item` shows of it. */
static ct_status refer_interface(uint32_t *out, cti_wit_decoder *d, ct_slice text, const cti_decode_item *item) {
  CTI_TRY(require_instance(d, item));
  *out = cti_map_get(&d->own, text);
  bool is_own = *out != CTI_MAP_NONE;
  if (!is_own) CTI_TRY(foreign_interface(out, d, text, item->suffix));
  ct_status status = merge_exports(d, item, *out, is_own);
  cti_error_trail(d->arena->error, "instance \"%.*s\"", CTI_S(text));
  return status;
}

/* Defines an interface: one of the main package when its name is an id, else an inline one that a world's item names. */
static ct_status define_interface(uint32_t *out, cti_wit_decoder *d, const cti_decode_item *item) {
  item_id id = {.name = {NULL, 0}};
  bool has_name = is_id(item->name);
  if (cti_map_get(&d->own, item->name) != CTI_MAP_NONE) return refer_interface(out, d, item->name, item);
  if (has_name) CTI_TRY(parse_id(&id, d, item->name, item->suffix));
  CTI_TRY(add_interface(out, d, id.name));
  CTI_TRY(merge_exports(d, item, *out, false));
  if (!has_name) return CT_OK;
  CTI_TRY(cti_map_set(&d->own, d->arena, item->name, *out));
  return cti_vec_push(d->arena, &d->interfaces, *out) ? CT_OK : failed(d);
}

/* ---- worlds */

static ct_status instance_item(cti_world_item *out, cti_wit_decoder *d, const cti_decode_item *item) {
  *out = (cti_world_item){.kind = CTI_WORLD_INTERFACE, .external_id = item->external_id, .implements = item->implements.data != NULL, .span.file = CTI_WIT_NONE};
  if (item->implements.data || !is_id(item->name)) out->name = item->name;
  if (item->implements.data) return refer_interface(&out->interface, d, item->implements, item);
  return is_id(item->name) ? refer_interface(&out->interface, d, item->name, item) : define_interface(&out->interface, d, item);
}

/* One import or export; false in *has_form when WIT has none for it. */
static ct_status world_item(cti_world_item *out, bool *has_form, cti_wit_decoder *d, const cti_decode_item *item, cti_owner owner, bool is_import) {
  *has_form = true;
  if (item->entity.sort == CTI_SORT_INSTANCE) return instance_item(out, d, item);
  *out = (cti_world_item){.name = item->name, .span.file = CTI_WIT_NONE};
  if (item->entity.sort == CTI_SORT_FUNC) {
    out->kind = CTI_WORLD_FUNC;
    return cti_decode_func(&out->func, d, item, owner);
  }
  out->kind = CTI_WORLD_TYPE;
  *has_form = item->entity.sort == CTI_SORT_TYPE && is_import;
  return *has_form ? cti_decode_type(&out->type, d, item, owner) : CT_OK;
}

static ct_status no_form(const cti_wit_decoder *d, const cti_decode_item *item, bool is_import) {
  return cti_fail(d->arena->error, CT_WIT_BINARY, CT_NO_OFFSET, "the %s \"%.*s\" is a %s: WIT has no form for that", is_import ? "import" : "export", CTI_S(item->name),
                  cti_entity_describe(&item->entity));
}

/* `may_skip`: imports that WIT has no form for are left out. */
static ct_status add_world_item(cti_wit_decoder *d, uint32_t world, const cti_decode_item *item, bool is_import, bool may_skip) {
  cti_world_item out;
  bool has_form;
  ct_status status = world_item(&out, &has_form, d, item, (cti_owner){CTI_OWNER_WORLD, world}, is_import);
  cti_error_trail(d->arena->error, "%s \"%.*s\"", is_import ? "import" : "export", CTI_S(item->name));
  CTI_TRY(status);
  if (!has_form) return is_import && may_skip ? CT_OK : no_form(d, item, is_import);
  cti_world_items *items = is_import ? &d->resolve->worlds.items[world].imports : &d->resolve->worlds.items[world].exports;
  return cti_vec_push_large(d->arena, items, out) ? CT_OK : failed(d);
}

static ct_status add_world(uint32_t *out, cti_wit_decoder *d, ct_slice name) {
  d->world_resources = (cti_map){0};
  *out = cti_resolve_add_world(d->resolve, &(cti_wit_world){.name = name, .package = CTI_WIT_NONE, .span.file = CTI_WIT_NONE});
  return *out != CTI_WIT_NONE && cti_vec_push(d->arena, &d->worlds, *out) ? CT_OK : failed(d);
}

static ct_status decode_world(cti_package_name *package, cti_wit_decoder *d, const cti_decode_item *item) {
  const cti_component_type *type = cti_type_at(d->store, item->entity.type)->of.component;
  item_id id;
  uint32_t world;
  CTI_TRY(parse_id(&id, d, item->name, item->suffix));
  CTI_TRY(add_world(&world, d, id.name));
  *package = id.package;
  for (uint32_t i = 0; i < cti_decode_count(&type->imports); i++) {
    cti_decode_item import = cti_decode_item_at(&type->imports, i);
    CTI_TRY(add_world_item(d, world, &import, true, false));
  }
  for (uint32_t i = 0; i < cti_decode_count(&type->exports); i++) {
    cti_decode_item export = cti_decode_item_at(&type->exports, i);
    CTI_TRY(add_world_item(d, world, &export, false, false));
  }
  return CT_OK;
}

/* ---- the forms of a binary */

static ct_status refer_imports(cti_wit_decoder *d, const cti_component_type *type) {
  for (uint32_t i = 0; i < cti_decode_count(&type->imports); i++) {
    cti_decode_item item = cti_decode_item_at(&type->imports, i);
    uint32_t interface;
    CTI_TRY(refer_interface(&interface, d, item.name, &item));
  }
  return CT_OK;
}

/* One export of a package: the component type's single export is an instance, for an interface, or a component, for a world. */
static ct_status decode_member(cti_package_name *package, cti_wit_decoder *d, const cti_component_type *type) {
  if (cti_decode_count(&type->exports) != 1)
    return cti_fail(d->arena->error, CT_WIT_BINARY, CT_NO_OFFSET, "an exported component type has %u exports, one interface or world is needed", cti_decode_count(&type->exports));
  cti_decode_item item = cti_decode_item_at(&type->exports, 0);
  if (item.entity.sort == CTI_SORT_COMPONENT) return decode_world(package, d, &item);
  CTI_TRY(require_instance(d, &item));
  item_id id;
  uint32_t interface;
  CTI_TRY(parse_id(&id, d, item.name, item.suffix));
  *package = id.package;
  CTI_TRY(refer_imports(d, type));
  return define_interface(&interface, d, &item);
}

static ct_status decode_package(cti_package_name *name, cti_wit_decoder *d, const cti_component_type *root) {
  for (uint32_t i = 0; i < cti_decode_count(&root->exports); i++) {
    cti_decode_item item = cti_decode_item_at(&root->exports, i);
    cti_package_name package;
    ct_status status = decode_member(&package, d, cti_type_at(d->store, item.entity.type)->of.component);
    cti_error_trail(d->arena->error, "export \"%.*s\"", CTI_S(item.name));
    CTI_TRY(status);
    if (i == 0) *name = package;
    ct_slice first = cti_package_name_text(d->arena, name), text = cti_package_name_text(d->arena, &package);
    if (!cti_slice_eq(first, text))
      return cti_fail(d->arena->error, CT_WIT_BINARY, CT_NO_OFFSET, "one binary holds interfaces or worlds of two packages, `%.*s` and `%.*s`", CTI_S(first), CTI_S(text));
  }
  return failed(d);
}

/* The form before: `ns:pkg/wit`, a component type that exports all interfaces as instances and all worlds as components. */
static ct_status decode_old_package(cti_package_name *name, cti_wit_decoder *d, const cti_component_type *root) {
  if (cti_decode_count(&root->exports) != 1) return cti_fail(d->arena->error, CT_WIT_BINARY, CT_NO_OFFSET, "a WIT package in its first binary form has one export");
  cti_decode_item item = cti_decode_item_at(&root->exports, 0);
  const cti_component_type *type = cti_type_at(d->store, item.entity.type)->of.component;
  item_id id;
  cti_package_name package;
  uint32_t interface;
  CTI_TRY(parse_id(&id, d, item.name, item.suffix));
  *name = id.package;
  CTI_TRY(refer_imports(d, type));
  for (uint32_t i = 0; i < cti_decode_count(&type->exports); i++) {
    cti_decode_item member = cti_decode_item_at(&type->exports, i);
    if (member.entity.sort == CTI_SORT_INSTANCE) CTI_TRY(define_interface(&interface, d, &member));
    else if (member.entity.sort == CTI_SORT_COMPONENT) CTI_TRY(decode_world(&package, d, &member));
    else return no_form(d, &member, false);
  }
  return CT_OK;
}

/* Imports and exports of a component in the order of its sections, for the first mention of a type decides where it belongs. */
static ct_status decode_component(cti_package_name *name, cti_wit_decoder *d, ct_slice bytes, const cti_component_type *root) {
  uint32_t world, imports = 0, exports = 0;
  cti_component_reader r;
  *name = (cti_package_name){.ns = CTI_LIT("root"), .name = CTI_LIT("component")};
  CTI_TRY(add_world(&world, d, CTI_LIT("root")));
  CTI_TRY(cti_component_reader_begin(&r, bytes, 0, 0, d->arena->error));
  while (cti_component_reader_section(&r)) {
    bool is_import = r.frame.id == CTI_ITEM_IMPORT;
    if (!is_import && r.frame.id != CTI_ITEM_EXPORT) continue;
    for (uint32_t left = cti_cursor_count(&r.items, "items"); left > 0; left--) {
      cti_decode_item item = is_import ? cti_decode_item_at(&root->imports, imports++) : cti_decode_item_at(&root->exports, exports++);
      CTI_TRY(add_world_item(d, world, &item, is_import, true));
    }
  }
  return cti_component_reader_status(&r);
}

/* ---- entry points */

typedef enum form { FORM_PACKAGE, FORM_OLD_PACKAGE, FORM_COMPONENT } form;

/* A package exports component types and nothing else; the name of its first export tells the forms apart. */
static form form_of(const cti_wit_decoder *d, const cti_component_type *root) {
  if (cti_decode_count(&root->imports) || cti_decode_count(&root->exports) == 0) return FORM_COMPONENT;
  for (uint32_t i = 0; i < cti_decode_count(&root->exports); i++) {
    cti_entity entity = root->exports.entities[i];
    if (entity.sort != CTI_SORT_TYPE || cti_type_at(d->store, entity.created)->kind != CTI_TYPE_COMPONENT) return FORM_COMPONENT;
  }
  ct_slice first = cti_decode_item_at(&root->exports, 0).name;
  if (!is_id(first)) return FORM_PACKAGE;
  size_t slash = cti_slice_find(first, '/', 0);
  return cti_slice_is(cti_slice_cut(first, slash + 1, cti_slice_find(first, '@', slash)), "wit") ? FORM_OLD_PACKAGE : FORM_COMPONENT;
}

static ct_status read_docs(cti_wit_decoder *d, ct_slice bytes, uint64_t base, uint32_t package) {
  bool is_first = true;
  cti_component_reader r;
  CTI_TRY(cti_component_reader_begin(&r, bytes, base, 0, d->arena->error));
  while (cti_component_reader_section(&r)) {
    ct_slice name = r.frame.id == CTI_ITEM_CUSTOM ? cti_cursor_name(&r.items) : (ct_slice){NULL, 0};
    uint64_t offset = cti_cursor_offset(&r.items);
    if (!cti_slice_is(name, CTI_PACKAGE_DOCS_SECTION)) continue;
    if (!is_first) return cti_fail(d->arena->error, CT_WIT_BINARY, offset, "there are two sections %s", CTI_PACKAGE_DOCS_SECTION);
    is_first = false;
    CTI_TRY(cti_package_docs_read(d->resolve, package, cti_cursor_rest(&r.items), offset));
  }
  return cti_component_reader_status(&r);
}

/* Reads and validates; *root is the type of the component. */
static ct_status start(cti_wit_decoder *d, const cti_component_type **root, cti_resolve *resolve, ct_slice bytes, uint64_t base, cti_arena *arena) {
  cti_resolve_init(resolve, arena);
  *d = (cti_wit_decoder){.resolve = resolve, .arena = arena};
  cti_validation validation;
  uint32_t type;
  const ct_validate_options options = {.features = cti_features_all(), .threads = 1};
  cti_validation_init(&validation, &options, arena);
  validation.skip_bodies = true;
  CTI_TRY(cti_component_read_types(&d->store, &type, bytes, base, &validation));
  *root = cti_type_at(d->store, type)->of.component;
  return CT_OK;
}

ct_status cti_wit_decode(cti_resolve *out, cti_decoded *what, ct_slice bytes, uint64_t base, cti_arena *arena) {
  cti_wit_decoder d;
  const cti_component_type *root;
  cti_package_name name = {0};
  CTI_TRY(start(&d, &root, out, bytes, base, arena));
  switch (form_of(&d, root)) {
  case FORM_PACKAGE: CTI_TRY(decode_package(&name, &d, root)); break;
  case FORM_OLD_PACKAGE: CTI_TRY(decode_old_package(&name, &d, root)); break;
  case FORM_COMPONENT: CTI_TRY(decode_component(&name, &d, bytes, root)); break;
  }
  what->is_package = form_of(&d, root) != FORM_COMPONENT;
  what->world = what->is_package ? CTI_WIT_NONE : d.worlds.items[0];
  CTI_TRY(cti_decode_finish(&what->package, &d, &name));
  return read_docs(&d, bytes, base, what->package);
}

ct_status cti_wit_decode_world(cti_resolve *out, uint32_t *world, ct_slice bytes, uint64_t base, cti_arena *arena) {
  cti_wit_decoder d;
  const cti_component_type *root;
  cti_package_name name;
  uint32_t package;
  CTI_TRY(start(&d, &root, out, bytes, base, arena));
  const cti_component_type *wrapper = NULL;
  if (form_of(&d, root) == FORM_PACKAGE && cti_decode_count(&root->exports) == 1) wrapper = cti_type_at(d.store, root->exports.entities[0].type)->of.component;
  if (!wrapper || cti_decode_count(&wrapper->imports) || cti_decode_count(&wrapper->exports) != 1 || wrapper->exports.entities[0].sort != CTI_SORT_COMPONENT)
    return cti_fail(arena->error, CT_COMPOSE_METADATA, base, "the component does not have the form of a world: one exported type that exports one component");
  cti_decode_item item = cti_decode_item_at(&wrapper->exports, 0);
  CTI_TRY(decode_world(&name, &d, &item));
  CTI_TRY(cti_decode_finish(&package, &d, &name));
  *world = d.worlds.items[0];
  return CT_OK;
}

ct_status cti_wit_decode_package(cti_resolve *out, uint32_t *package, ct_slice bytes, cti_arena *arena) {
  cti_decoded what;
  CTI_TRY(cti_wit_decode(out, &what, bytes, 0, arena));
  *package = what.package;
  if (what.is_package) return CT_OK;
  cti_fail(arena->error, CT_WIT_BINARY, CT_NO_OFFSET, "this is a component, a WIT package in binary form is needed");
  cti_error_hint(arena->error, "`ctool component wit FILE -o NAME.wit` writes what it imports and exports as text, which can lie there instead");
  return CT_WIT_BINARY;
}

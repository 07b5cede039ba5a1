/* package_docs_write.c - documentation and stability of a package -> JSON. Objects that would be empty are left out on every level, as the reference does,
 * so that the bytes are equal. The twin is package_docs_read.c. */
#include "compose/package_docs.h"

#include "base/json.h"

enum { VERSION = 1 };

typedef struct docs_writer {
  cti_json json;
  const cti_resolve *resolve;
} docs_writer;

/* ---- what has nothing to tell */

static bool unknown(const cti_stability *stability) { return stability->kind == CTI_STABILITY_UNKNOWN; }

static bool func_is_silent(const cti_wit_func *func) { return !func->docs.data && unknown(&func->stability); }

static bool has_items(const cti_def *def) {
  return def->kind == CTI_DEF_RECORD || def->kind == CTI_DEF_VARIANT || def->kind == CTI_DEF_ENUM || def->kind == CTI_DEF_FLAGS;
}

static bool type_is_silent(const cti_resolve *resolve, uint32_t type) {
  const cti_wit_type *names = &resolve->names.items[type];
  const cti_def *def = &resolve->types.defs.items[type];
  if (names->docs.data || !unknown(&names->stability)) return false;
  for (uint32_t i = 0; has_items(def) && i < def->member_count; i++)
    if (def->members[i].docs.data) return false;
  return true;
}

static bool interface_is_silent(const cti_resolve *resolve, uint32_t interface) {
  const cti_wit_interface *iface = &resolve->interfaces.items[interface];
  if (iface->docs.data || !unknown(&iface->stability)) return false;
  for (uint32_t i = 0; i < iface->funcs.count; i++)
    if (!func_is_silent(&iface->funcs.items[i])) return false;
  for (uint32_t i = 0; i < iface->types.count; i++)
    if (!type_is_silent(resolve, iface->types.items[i])) return false;
  return true;
}

/* ---- pieces */

/* An object of named members that is opened by the first one. */
typedef struct lazy_object {
  cti_json *json;
  const char *key;
  bool is_open;
} lazy_object;

static void lazy_key(lazy_object *object, ct_slice name) {
  if (!object->is_open) {
    cti_json_key(object->json, object->key);
    cti_json_open(object->json, '{');
  }
  object->is_open = true;
  cti_json_key_slice(object->json, name);
}

static void lazy_close(lazy_object *object) {
  if (object->is_open) cti_json_close(object->json, '}');
}

static void write_version(docs_writer *w, const char *key, const cti_semver *version) {
  cti_buf text = {0};
  cti_semver_write(version, &text);
  cti_json_key(&w->json, key);
  cti_json_string(&w->json, cti_buf_slice(&text));
  w->json.out->failed |= text.failed;
  ct_buf_free(&text);
}

static void write_stability(docs_writer *w, const cti_stability *stability) {
  bool is_stable = stability->kind == CTI_STABILITY_STABLE;
  cti_json_open(&w->json, '{');
  cti_json_key(&w->json, is_stable ? "stable" : "unstable");
  cti_json_open(&w->json, '{');
  if (is_stable) {
    write_version(w, "since", &stability->gate->since);
  } else {
    cti_json_key(&w->json, "feature");
    cti_json_string(&w->json, stability->gate->feature);
  }
  if (stability->gate->deprecated.present) write_version(w, "deprecated", &stability->gate->deprecated);
  cti_json_close(&w->json, '}');
  cti_json_close(&w->json, '}');
}

static void write_head(docs_writer *w, ct_slice docs, const cti_stability *stability) {
  if (docs.data) {
    cti_json_key(&w->json, "docs");
    cti_json_string(&w->json, docs);
  }
  if (!unknown(stability)) {
    cti_json_key(&w->json, "stability");
    write_stability(w, stability);
  }
}

static void write_func(docs_writer *w, const cti_wit_func *func) {
  cti_json_open(&w->json, '{');
  write_head(w, func->docs, &func->stability);
  cti_json_close(&w->json, '}');
}

static void write_type(docs_writer *w, uint32_t type) {
  const cti_wit_type *names = &w->resolve->names.items[type];
  const cti_def *def = &w->resolve->types.defs.items[type];
  lazy_object items = {&w->json, "items", false};
  cti_json_open(&w->json, '{');
  write_head(w, names->docs, &names->stability);
  for (uint32_t i = 0; has_items(def) && i < def->member_count; i++) {
    if (!def->members[i].docs.data) continue;
    lazy_key(&items, def->members[i].name);
    cti_json_string(&w->json, def->members[i].docs);
  }
  lazy_close(&items);
  cti_json_close(&w->json, '}');
}

static void write_interface(docs_writer *w, uint32_t interface) {
  const cti_wit_interface *iface = &w->resolve->interfaces.items[interface];
  lazy_object funcs = {&w->json, "funcs", false}, types = {&w->json, "types", false};
  cti_json_open(&w->json, '{');
  write_head(w, iface->docs, &iface->stability);
  for (uint32_t i = 0; i < iface->funcs.count; i++) {
    if (func_is_silent(&iface->funcs.items[i])) continue;
    lazy_key(&funcs, iface->funcs.items[i].name);
    write_func(w, &iface->funcs.items[i]);
  }
  lazy_close(&funcs);
  for (uint32_t i = 0; i < iface->types.count; i++) {
    if (type_is_silent(w->resolve, iface->types.items[i])) continue;
    lazy_key(&types, w->resolve->names.items[iface->types.items[i]].name);
    write_type(w, iface->types.items[i]);
  }
  lazy_close(&types);
  cti_json_close(&w->json, '}');
}

/* ---- worlds: one member of the JSON object for each kind of thing that an import or export can tell */

static bool is_inline(const cti_resolve *resolve, const cti_world_item *item) {
  return item->kind == CTI_WORLD_INTERFACE && !resolve->interfaces.items[item->interface].name.data;
}

static bool is_reference(const cti_resolve *resolve, const cti_world_item *item) { return item->kind == CTI_WORLD_INTERFACE && !is_inline(resolve, item); }

static void item_inline(docs_writer *w, lazy_object *object, const cti_world_item *item) {
  if (!is_inline(w->resolve, item) || interface_is_silent(w->resolve, item->interface)) return;
  lazy_key(object, item->name);
  write_interface(w, item->interface);
}

static void item_type(docs_writer *w, lazy_object *object, const cti_world_item *item) {
  if (item->kind != CTI_WORLD_TYPE || type_is_silent(w->resolve, item->type)) return;
  lazy_key(object, item->name);
  write_type(w, item->type);
}

static void item_func(docs_writer *w, lazy_object *object, const cti_world_item *item) {
  if (item->kind != CTI_WORLD_FUNC || func_is_silent(&item->func)) return;
  lazy_key(object, item->name);
  write_func(w, &item->func);
}

static void item_stability(docs_writer *w, lazy_object *object, const cti_world_item *item) {
  if (!is_reference(w->resolve, item) || unknown(&item->stability)) return;
  lazy_key(object, cti_world_item_name(w->resolve, item));
  write_stability(w, &item->stability);
}

static void item_docs(docs_writer *w, lazy_object *object, const cti_world_item *item) {
  if (!is_reference(w->resolve, item) || !item->docs.data) return;
  lazy_key(object, cti_world_item_name(w->resolve, item));
  cti_json_string(&w->json, item->docs);
}

static const struct world_part {
  const char *key;
  bool of_exports;
  void (*write)(docs_writer *w, lazy_object *object, const cti_world_item *item);
} world_parts[] = {
    {"interfaces", false, item_inline},
    {"types", false, item_type},
    {"funcs", false, item_func},
    {"interface_exports", true, item_inline},
    {"func_exports", true, item_func},
    {"interface_import_stability", false, item_stability},
    {"interface_export_stability", true, item_stability},
    {"interface_import_docs", false, item_docs},
    {"interface_export_docs", true, item_docs},
};

static bool item_is_silent(const cti_resolve *resolve, const cti_world_item *item) {
  if (item->kind == CTI_WORLD_FUNC) return func_is_silent(&item->func);
  if (item->kind == CTI_WORLD_TYPE) return type_is_silent(resolve, item->type);
  return is_inline(resolve, item) ? interface_is_silent(resolve, item->interface) : unknown(&item->stability) && !item->docs.data;
}

static bool world_is_silent(const cti_resolve *resolve, const cti_wit_world *world) {
  if (world->docs.data || !unknown(&world->stability)) return false;
  for (uint32_t i = 0; i < world->imports.count; i++)
    if (!item_is_silent(resolve, &world->imports.items[i])) return false;
  for (uint32_t i = 0; i < world->exports.count; i++)
    if (!item_is_silent(resolve, &world->exports.items[i])) return false;
  return true;
}

static void write_world(docs_writer *w, const cti_wit_world *world) {
  cti_json_open(&w->json, '{');
  write_head(w, world->docs, &world->stability);
  for (size_t part = 0; part < CTI_COUNT(world_parts); part++) {
    lazy_object object = {&w->json, world_parts[part].key, false};
    uint32_t count = world_parts[part].of_exports ? world->exports.count : world->imports.count;
    const cti_world_item *items = world_parts[part].of_exports ? world->exports.items : world->imports.items;
    for (uint32_t i = 0; i < count; i++) world_parts[part].write(w, &object, &items[i]);
    lazy_close(&object);
  }
  cti_json_close(&w->json, '}');
}

void cti_package_docs_write(cti_buf *out, const cti_resolve *resolve, uint32_t package) {
  const cti_wit_package *pkg = &resolve->packages.items[package];
  cti_buf_u8(out, VERSION);
  docs_writer w = {cti_json_make(out, 0), resolve};
  lazy_object worlds = {&w.json, "worlds", false}, interfaces = {&w.json, "interfaces", false};
  cti_json_open(&w.json, '{');
  write_head(&w, pkg->docs, &(cti_stability){0});
  for (uint32_t i = 0; i < pkg->worlds.count; i++) {
    const cti_wit_world *world = &resolve->worlds.items[pkg->worlds.items[i]];
    if (world_is_silent(resolve, world)) continue;
    lazy_key(&worlds, world->name);
    write_world(&w, world);
  }
  lazy_close(&worlds);
  for (uint32_t i = 0; i < pkg->interfaces.count; i++) {
    if (interface_is_silent(resolve, pkg->interfaces.items[i])) continue;
    lazy_key(&interfaces, resolve->interfaces.items[pkg->interfaces.items[i]].name);
    write_interface(&w, pkg->interfaces.items[i]);
  }
  lazy_close(&interfaces);
  cti_json_close(&w.json, '}');
}

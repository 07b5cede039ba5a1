/* package_docs_read.c - JSON -> documentation and stability of a package, put into the resolve as it is read. The twin of package_docs_write.c.
 *
 * Every object of fixed members is a table of rows; every object that is keyed by names of the package is read by read_named with a map of those
 * names, so the cost is linear. Members and names that are not known are refused: they would be lost in silence. */
#include "base/json_read.h"
#include "compose/package_docs.h"

#define EXPORT_BIT 0x80000000u /* in ids of world items */

typedef struct docs_reader {
  cti_json_reader json;
  cti_resolve *resolve;
  uint32_t package, world, interface, type; /* that which is being read about, outermost to innermost */
  cti_map imports, exports;                 /* of the world: name -> place */
} docs_reader;

typedef struct member_row {
  const char *key;
  void (*read)(docs_reader *r);
} member_row;

static void read_members(docs_reader *r, const member_row *rows, size_t count) {
  bool first = true;
  ct_slice key;
  cti_json_read_object(&r->json);
  while (cti_json_read_key(&r->json, &first, &key)) {
    size_t i = 0;
    while (i < count && !cti_slice_is(key, rows[i].key)) i++;
    if (i == count) {
      cti_json_read_fail(&r->json, "%s has a member \"%.*s\" that this version of ctool does not know", CTI_PACKAGE_DOCS_SECTION, CTI_S(key));
    } else {
      rows[i].read(r);
    }
  }
}

static void read_named(docs_reader *r, const cti_map *first_index, const cti_map *second_index, const char *what, void (*read)(docs_reader *r, uint32_t id)) {
  bool first = true;
  ct_slice key;
  cti_json_read_object(&r->json);
  while (cti_json_read_key(&r->json, &first, &key)) {
    uint32_t id = cti_map_get(first_index, key);
    if (id == CTI_MAP_NONE && second_index) id = cti_map_get(second_index, key);
    if (id == CTI_MAP_NONE) {
      cti_json_read_fail(&r->json, "%s documents %s \"%.*s\", which the package does not have", CTI_PACKAGE_DOCS_SECTION, what, CTI_S(key));
    } else {
      read(r, id);
    }
  }
}

static void index_name(docs_reader *r, cti_map *index, ct_slice name, uint32_t id) {
  if (cti_map_set(index, r->resolve->arena, name, id) != CT_OK) r->json.failed = true;
}

/* ---- documentation and stability, as every object has them */

static ct_slice read_docs(docs_reader *r) { return cti_json_read_null(&r->json) ? (ct_slice){NULL, 0} : cti_json_read_string(&r->json); }

static cti_semver read_version(docs_reader *r) {
  cti_semver version = {0};
  if (cti_json_read_null(&r->json)) return version;
  ct_slice text = cti_json_read_string(&r->json);
  if (!r->json.failed && !cti_semver_parse(&version, text)) cti_json_read_fail(&r->json, "\"%.*s\" is no semantic version", CTI_S(text));
  return version;
}

static void read_gate(docs_reader *r, cti_gate *out, bool stable) {
  bool first = true;
  ct_slice key;
  cti_json_read_object(&r->json);
  while (cti_json_read_key(&r->json, &first, &key)) {
    if (cti_slice_is(key, "deprecated")) {
      out->deprecated = read_version(r);
    } else if (cti_slice_is(key, "since") && stable) {
      out->since = read_version(r);
    } else if (cti_slice_is(key, "feature")) { /* once written for stable items as well, where it means nothing now */
      out->feature = read_docs(r);
    } else {
      cti_json_read_fail(&r->json, "unknown member \"%.*s\" of a stability", CTI_S(key));
    }
  }
  if (stable ? !out->since.present : !out->feature.data) cti_json_read_fail(&r->json, "a stability lacks its version or feature");
}

static cti_stability read_stability(docs_reader *r) {
  cti_stability stability = {0};
  bool first = true;
  ct_slice key;
  if (cti_json_peek(&r->json) == '"') {
    ct_slice text = cti_json_read_string(&r->json);
    if (!cti_slice_is(text, "unknown")) cti_json_read_fail(&r->json, "unknown stability \"%.*s\"", CTI_S(text));
    return stability;
  }
  cti_json_read_object(&r->json);
  while (cti_json_read_key(&r->json, &first, &key)) {
    stability.kind = cti_slice_is(key, "stable") ? CTI_STABILITY_STABLE : CTI_STABILITY_UNSTABLE;
    if (stability.kind == CTI_STABILITY_UNSTABLE && !cti_slice_is(key, "unstable")) cti_json_read_fail(&r->json, "unknown stability \"%.*s\"", CTI_S(key));
    cti_gate *gate = CTI_NEW(r->resolve->arena, cti_gate);
    if (!gate) {
      r->json.failed = true;
      return (cti_stability){0};
    }
    read_gate(r, gate, stability.kind == CTI_STABILITY_STABLE);
    stability.gate = gate;
  }
  return stability;
}

/* ---- functions and types */

/* The oldest form is the documentation alone. */
static void read_func(docs_reader *r, cti_wit_func *func) {
  bool first = true;
  ct_slice key;
  func->docs = (ct_slice){NULL, 0};
  if (cti_json_peek(&r->json) != '{') {
    func->docs = read_docs(r);
    return;
  }
  func->stability = (cti_stability){0};
  cti_json_read_object(&r->json);
  while (cti_json_read_key(&r->json, &first, &key)) {
    if (cti_slice_is(key, "docs")) {
      func->docs = read_docs(r);
    } else if (cti_slice_is(key, "stability")) {
      func->stability = read_stability(r);
    } else {
      cti_json_read_fail(&r->json, "unknown member \"%.*s\" of a function", CTI_S(key));
    }
  }
}

static void type_docs(docs_reader *r) { r->resolve->names.items[r->type].docs = read_docs(r); }
static void type_stability(docs_reader *r) { r->resolve->names.items[r->type].stability = read_stability(r); }
static void type_item(docs_reader *r, uint32_t member) { r->resolve->types.defs.items[r->type].members[member].docs = read_docs(r); }

static void type_items(docs_reader *r) {
  const cti_def *def = &r->resolve->types.defs.items[r->type];
  cti_map index = {0};
  for (uint32_t i = 0; def->kind != CTI_DEF_TUPLE && i < def->member_count; i++) index_name(r, &index, def->members[i].name, i);
  read_named(r, &index, NULL, "a field, case or flag", type_item);
}

static void read_type(docs_reader *r, uint32_t type) {
  static const member_row rows[] = {{"docs", type_docs}, {"stability", type_stability}, {"items", type_items}};
  r->type = type;
  r->resolve->names.items[type].stability = (cti_stability){0};
  read_members(r, rows, CTI_COUNT(rows));
}

/* ---- interfaces */

static void interface_docs(docs_reader *r) { r->resolve->interfaces.items[r->interface].docs = read_docs(r); }
static void interface_stability(docs_reader *r) { r->resolve->interfaces.items[r->interface].stability = read_stability(r); }
static void interface_func(docs_reader *r, uint32_t func) { read_func(r, &r->resolve->interfaces.items[r->interface].funcs.items[func]); }

static void interface_funcs(docs_reader *r) { read_named(r, &r->resolve->interfaces.items[r->interface].func_slots, NULL, "function", interface_func); }

static void interface_types(docs_reader *r) { read_named(r, &r->resolve->interfaces.items[r->interface].type_ids, NULL, "type", read_type); }

static void read_interface(docs_reader *r, uint32_t interface) {
  static const member_row rows[] = {{"docs", interface_docs}, {"stability", interface_stability}, {"funcs", interface_funcs}, {"types", interface_types}};
  r->interface = interface;
  r->resolve->interfaces.items[interface].stability = (cti_stability){0};
  read_members(r, rows, CTI_COUNT(rows));
}

/* ---- worlds */

static cti_world_item *item_of(docs_reader *r, uint32_t id) {
  cti_wit_world *world = &r->resolve->worlds.items[r->world];
  return id & EXPORT_BIT ? &world->exports.items[id & ~EXPORT_BIT] : &world->imports.items[id];
}

/* Gives the item, or NULL and a failure when it is of another kind. */
static cti_world_item *item_of_kind(docs_reader *r, uint32_t id, cti_world_item_kind kind) {
  cti_world_item *item = item_of(r, id);
  if (item->kind == kind) return item;
  cti_json_read_fail(&r->json, "%s documents \"%.*s\" as another kind of item than the world has", CTI_PACKAGE_DOCS_SECTION, CTI_S(item->name));
  return NULL;
}

static void item_inline(docs_reader *r, uint32_t id) {
  cti_world_item *item = item_of_kind(r, id, CTI_WORLD_INTERFACE);
  if (!item) return;
  read_interface(r, item->interface);
  item->stability = r->resolve->interfaces.items[item->interface].stability;
}

static void item_type(docs_reader *r, uint32_t id) {
  cti_world_item *item = item_of_kind(r, id, CTI_WORLD_TYPE);
  if (item) read_type(r, item->type);
}

static void item_func(docs_reader *r, uint32_t id) {
  cti_world_item *item = item_of_kind(r, id, CTI_WORLD_FUNC);
  if (item) read_func(r, &item->func);
}

static void item_stability(docs_reader *r, uint32_t id) {
  cti_world_item *item = item_of_kind(r, id, CTI_WORLD_INTERFACE);
  if (item) item->stability = read_stability(r);
}

static void item_docs(docs_reader *r, uint32_t id) {
  cti_world_item *item = item_of_kind(r, id, CTI_WORLD_INTERFACE);
  if (item) item->docs = read_docs(r);
}

static void world_docs(docs_reader *r) { r->resolve->worlds.items[r->world].docs = read_docs(r); }
static void world_stability(docs_reader *r) { r->resolve->worlds.items[r->world].stability = read_stability(r); }
static void world_interfaces(docs_reader *r) { read_named(r, &r->imports, &r->exports, "interface", item_inline); }
static void world_types(docs_reader *r) { read_named(r, &r->imports, NULL, "type", item_type); }
static void world_funcs(docs_reader *r) { read_named(r, &r->imports, &r->exports, "function", item_func); }
static void world_interface_exports(docs_reader *r) { read_named(r, &r->exports, NULL, "exported interface", item_inline); }
static void world_func_exports(docs_reader *r) { read_named(r, &r->exports, NULL, "exported function", item_func); }
static void world_import_stability(docs_reader *r) { read_named(r, &r->imports, NULL, "imported interface", item_stability); }
static void world_export_stability(docs_reader *r) { read_named(r, &r->exports, NULL, "exported interface", item_stability); }
static void world_import_docs(docs_reader *r) { read_named(r, &r->imports, NULL, "imported interface", item_docs); }
static void world_export_docs(docs_reader *r) { read_named(r, &r->exports, NULL, "exported interface", item_docs); }

static void read_world(docs_reader *r, uint32_t id) {
  static const member_row rows[] = {
      {"docs", world_docs},
      {"stability", world_stability},
      {"interfaces", world_interfaces},
      {"types", world_types},
      {"funcs", world_funcs},
      {"interface_exports", world_interface_exports},
      {"func_exports", world_func_exports},
      {"interface_import_stability", world_import_stability},
      {"interface_export_stability", world_export_stability},
      {"interface_import_docs", world_import_docs},
      {"interface_export_docs", world_export_docs},
  };
  cti_wit_world *world = &r->resolve->worlds.items[id];
  r->world = id;
  r->imports = r->exports = (cti_map){0};
  for (uint32_t i = 0; i < world->imports.count; i++) index_name(r, &r->imports, cti_world_item_name(r->resolve, &world->imports.items[i]), i);
  for (uint32_t i = 0; i < world->exports.count; i++) index_name(r, &r->exports, cti_world_item_name(r->resolve, &world->exports.items[i]), i | EXPORT_BIT);
  world->stability = (cti_stability){0};
  read_members(r, rows, CTI_COUNT(rows));
}

/* ---- the package */

static void package_docs(docs_reader *r) { r->resolve->packages.items[r->package].docs = read_docs(r); }

static void package_worlds(docs_reader *r) { read_named(r, &r->resolve->packages.items[r->package].world_ids, NULL, "world", read_world); }

static void package_interfaces(docs_reader *r) { read_named(r, &r->resolve->packages.items[r->package].interface_ids, NULL, "interface", read_interface); }

ct_status cti_package_docs_read(cti_resolve *resolve, uint32_t package, ct_slice content, uint64_t base) {
  static const member_row rows[] = {{"docs", package_docs}, {"worlds", package_worlds}, {"interfaces", package_interfaces}};
  ct_error *error = resolve->arena->error;
  if (content.size == 0 || content.data[0] > 1)
    return cti_fail(error, CT_COMPOSE_METADATA, base, "the section %s has a version that this version of ctool does not know (%d; 0 and 1 are known)", CTI_PACKAGE_DOCS_SECTION,
                    content.size ? content.data[0] : -1);
  docs_reader r = {.resolve = resolve, .package = package};
  r.json = cti_json_reader_make(cti_slice_cut(content, 1, content.size), base + 1, CT_COMPOSE_METADATA, resolve->arena);
  read_members(&r, rows, CTI_COUNT(rows));
  CTI_TRY(cti_json_read_end(&r.json));
  return error->status; /* names that were indexed may have run out of memory */
}

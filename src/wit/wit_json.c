/* wit_json.c - a resolve to JSON: four lists, worlds, interfaces, types, packages, whose entries refer to each other by index. Keys, their order and what is
 * left out when absent are those of the field's tools, since bindings generators of several languages read them. */
#include <stdio.h>

#include "base/json.h"
#include "wit/wit_print.h"

typedef struct writer {
  cti_json json;
  const cti_resolve *resolve;
  cti_json_shape shape;
  const ct_sink *sink;
} writer;

static void flush(writer *w) { cti_wit_flush(w->json.out, w->sink, false, w->resolve->arena->error); }

static void put_type(writer *w, cti_valtype type) {
  if (cti_valtype_is_none(type)) cti_json_null(&w->json);
  else if (cti_valtype_is_prim(type)) cti_json_str(&w->json, cti_prims[cti_valtype_to_prim(type)].name);
  else cti_json_uint(&w->json, cti_valtype_index(type));
}

static void put_name(writer *w, ct_slice name) {
  cti_json_key(&w->json, "name");
  if (name.data) cti_json_string(&w->json, name);
  else cti_json_null(&w->json);
}

static void put_docs(writer *w, ct_slice docs) {
  if (!docs.data) return;
  cti_json_key(&w->json, "docs");
  cti_json_open(&w->json, '{');
  cti_json_key(&w->json, "contents");
  cti_json_string(&w->json, docs);
  cti_json_close(&w->json, '}');
}

static void put_version(writer *w, const char *key, const cti_semver *version) {
  if (!version->present) return;
  cti_json_key(&w->json, key);
  cti_json_string(&w->json, cti_semver_text(w->resolve->arena, version));
}

static void put_stability(writer *w, const cti_stability *stability) {
  if (stability->kind == CTI_STABILITY_UNKNOWN || w->shape == CTI_JSON_1_208) return;
  cti_json_key(&w->json, "stability");
  cti_json_open(&w->json, '{');
  cti_json_key(&w->json, stability->kind == CTI_STABILITY_STABLE ? "stable" : "unstable");
  cti_json_open(&w->json, '{');
  if (stability->kind == CTI_STABILITY_UNSTABLE) {
    cti_json_key(&w->json, "feature");
    cti_json_string(&w->json, stability->gate->feature);
  }
  put_version(w, "since", &stability->gate->since);
  put_version(w, "deprecated", &stability->gate->deprecated);
  cti_json_close(&w->json, '}');
  cti_json_close(&w->json, '}');
}

static void put_external_id(writer *w, ct_slice id) {
  if (!id.data || w->shape != CTI_JSON_CURRENT) return;
  cti_json_key(&w->json, "external_id");
  cti_json_string(&w->json, id);
}

/* {"KEY": id} */
static void put_reference(writer *w, const char *key, uint32_t id) {
  cti_json_open(&w->json, '{');
  cti_json_key(&w->json, key);
  cti_json_uint(&w->json, id);
  cti_json_close(&w->json, '}');
}

/* ---- functions ---- */

static void put_func_kind(writer *w, const cti_wit_func *func) {
  static const char *const plain[4][3] = {{"freestanding", "getter", "setter"},
                                          {"method", "method-getter", "method-setter"},
                                          {"static", "static-getter", "static-setter"},
                                          {"constructor", "constructor", "constructor"}};
  static const char *const async[4] = {"async-freestanding", "async-method", "async-static", "constructor"};
  bool told = func->is_async && w->shape == CTI_JSON_CURRENT;
  const char *name = told ? async[func->kind] : plain[func->kind][func->accessor];
  cti_json_key(&w->json, "kind");
  if (func->kind == CTI_FUNC_FREE) cti_json_str(&w->json, name);
  else put_reference(w, name, func->resource);
}

static void put_param(writer *w, ct_slice name, cti_valtype type) {
  cti_json_open(&w->json, '{');
  if (name.size) put_name(w, name);
  cti_json_key(&w->json, "type");
  put_type(w, type);
  cti_json_close(&w->json, '}');
}

/* Before 1.226 there was a list of results, of at most one. */
static void put_result(writer *w, cti_valtype result) {
  bool absent = cti_valtype_is_none(result);
  if (w->shape == CTI_JSON_CURRENT) {
    if (absent) return;
    cti_json_key(&w->json, "result");
    put_type(w, result);
    return;
  }
  cti_json_key(&w->json, "results");
  cti_json_open(&w->json, '[');
  if (!absent) put_param(w, (ct_slice){0}, result);
  cti_json_close(&w->json, ']');
}

static void put_func(writer *w, const cti_wit_func *func) {
  cti_json_open(&w->json, '{');
  put_name(w, func->name);
  put_func_kind(w, func);
  cti_json_key(&w->json, "params");
  cti_json_open(&w->json, '[');
  for (uint32_t i = 0; i < func->param_count; i++) put_param(w, func->params[i].name, func->params[i].type);
  cti_json_close(&w->json, ']');
  put_result(w, func->result);
  put_docs(w, func->docs);
  put_stability(w, &func->stability);
  put_external_id(w, func->external_id);
  cti_json_close(&w->json, '}');
  flush(w);
}

/* ---- types ---- */

static void put_members(writer *w, const cti_def *def, const char *key, bool types) {
  cti_json_open(&w->json, '{');
  cti_json_key(&w->json, key);
  cti_json_open(&w->json, '[');
  for (uint32_t i = 0; i < def->member_count; i++) {
    cti_json_open(&w->json, '{');
    put_name(w, def->members[i].name);
    if (types) {
      cti_json_key(&w->json, "type");
      put_type(w, def->members[i].type);
    }
    put_docs(w, def->members[i].docs);
    cti_json_close(&w->json, '}');
  }
  cti_json_close(&w->json, ']');
  cti_json_close(&w->json, '}');
}

static void put_tuple(writer *w, const cti_def *def) {
  cti_json_open(&w->json, '{');
  cti_json_key(&w->json, "types");
  cti_json_open(&w->json, '[');
  for (uint32_t i = 0; i < def->member_count; i++) put_type(w, def->members[i].type);
  cti_json_close(&w->json, ']');
  cti_json_close(&w->json, '}');
}

static void put_pair(writer *w, const cti_def *def) {
  cti_json_open(&w->json, '[');
  put_type(w, def->kind == CTI_DEF_MAP ? def->key : def->element);
  if (def->kind == CTI_DEF_MAP) put_type(w, def->element);
  else cti_json_uint(&w->json, def->length);
  cti_json_close(&w->json, ']');
}

static void put_result_def(writer *w, const cti_def *def) {
  cti_json_open(&w->json, '{');
  cti_json_key(&w->json, "ok");
  put_type(w, def->element);
  cti_json_key(&w->json, "err");
  put_type(w, def->key);
  cti_json_close(&w->json, '}');
}

/* Streams had an end once. */
static void put_stream(writer *w, const cti_def *def) {
  if (w->shape != CTI_JSON_1_208) {
    put_type(w, def->element);
    return;
  }
  cti_json_open(&w->json, '{');
  cti_json_key(&w->json, "element");
  put_type(w, def->element);
  cti_json_key(&w->json, "end");
  cti_json_null(&w->json);
  cti_json_close(&w->json, '}');
}

static const char *const def_keys[] = {
    [CTI_DEF_ALIAS] = "type",   [CTI_DEF_RECORD] = "record", [CTI_DEF_VARIANT] = "variant",        [CTI_DEF_ENUM] = "enum",     [CTI_DEF_FLAGS] = "flags",
    [CTI_DEF_TUPLE] = "tuple",  [CTI_DEF_LIST] = "list",     [CTI_DEF_FIXED_LIST] = "fixed-length-list", [CTI_DEF_MAP] = "map",  [CTI_DEF_OPTION] = "option",
    [CTI_DEF_RESULT] = "result", [CTI_DEF_STREAM] = "stream", [CTI_DEF_FUTURE] = "future",         [CTI_DEF_OWN] = "handle",    [CTI_DEF_BORROW] = "handle",
};

static void put_def(writer *w, const cti_def *def) {
  if (def->kind == CTI_DEF_RESOURCE) {
    cti_json_str(&w->json, "resource");
    return;
  }
  cti_json_open(&w->json, '{');
  cti_json_key(&w->json, def->kind == CTI_DEF_UNKNOWN ? "unknown" : def_keys[def->kind]);
  switch (def->kind) {
  case CTI_DEF_RECORD: put_members(w, def, "fields", true); break;
  case CTI_DEF_VARIANT: put_members(w, def, "cases", true); break;
  case CTI_DEF_ENUM: put_members(w, def, "cases", false); break;
  case CTI_DEF_FLAGS: put_members(w, def, "flags", false); break;
  case CTI_DEF_TUPLE: put_tuple(w, def); break;
  case CTI_DEF_FIXED_LIST:
  case CTI_DEF_MAP: put_pair(w, def); break;
  case CTI_DEF_RESULT: put_result_def(w, def); break;
  case CTI_DEF_STREAM: put_stream(w, def); break;
  case CTI_DEF_OWN: put_reference(w, "own", def->resource); break;
  case CTI_DEF_BORROW: put_reference(w, "borrow", def->resource); break;
  default: put_type(w, def->element);
  }
  cti_json_close(&w->json, '}');
}

static void put_typedef(writer *w, uint32_t type) {
  const cti_wit_type *names = &w->resolve->names.items[type];
  cti_json_open(&w->json, '{');
  put_name(w, names->name);
  cti_json_key(&w->json, "kind");
  put_def(w, &w->resolve->types.defs.items[type]);
  cti_json_key(&w->json, "owner");
  if (names->owner.kind == CTI_OWNER_NONE) cti_json_null(&w->json);
  else put_reference(w, names->owner.kind == CTI_OWNER_WORLD ? "world" : "interface", names->owner.id);
  put_docs(w, names->docs);
  put_stability(w, &names->stability);
  put_external_id(w, names->external_id);
  cti_json_close(&w->json, '}');
  flush(w);
}

/* ---- worlds, interfaces, packages ---- */

static void put_imported_interface(writer *w, const cti_world_item *item) {
  cti_json_key(&w->json, "interface");
  if (w->shape == CTI_JSON_1_208) {
    cti_json_uint(&w->json, item->interface);
    return;
  }
  cti_json_open(&w->json, '{');
  cti_json_key(&w->json, "id");
  cti_json_uint(&w->json, item->interface);
  put_stability(w, &item->stability);
  put_external_id(w, item->external_id);
  if (w->shape == CTI_JSON_CURRENT) put_docs(w, item->docs);
  cti_json_close(&w->json, '}');
}

static void put_world_item(writer *w, const cti_world_item *item) {
  char key[32];
  snprintf(key, sizeof key, "interface-%u", (unsigned)item->interface);
  if (item->name.data) cti_json_key_slice(&w->json, item->name);
  else cti_json_key(&w->json, key);
  cti_json_open(&w->json, '{');
  if (item->kind == CTI_WORLD_FUNC) {
    cti_json_key(&w->json, "function");
    put_func(w, &item->func);
  } else if (item->kind == CTI_WORLD_TYPE) {
    cti_json_key(&w->json, "type");
    cti_json_uint(&w->json, item->type);
  } else {
    put_imported_interface(w, item);
  }
  cti_json_close(&w->json, '}');
  flush(w);
}

static void put_world_items(writer *w, const char *key, const cti_world_items *items) {
  cti_json_key(&w->json, key);
  cti_json_open(&w->json, '{');
  for (uint32_t i = 0; i < items->count; i++) put_world_item(w, &items->items[i]);
  cti_json_close(&w->json, '}');
}

static void put_owner_package(writer *w, uint32_t package) {
  cti_json_key(&w->json, "package");
  if (package == CTI_WIT_NONE) cti_json_null(&w->json);
  else cti_json_uint(&w->json, package);
}

static void put_world(writer *w, const cti_wit_world *world) {
  cti_json_open(&w->json, '{');
  put_name(w, world->name);
  put_world_items(w, "imports", &world->imports);
  put_world_items(w, "exports", &world->exports);
  put_owner_package(w, world->package);
  put_docs(w, world->docs);
  put_stability(w, &world->stability);
  cti_json_close(&w->json, '}');
}

static void put_interface(writer *w, const cti_wit_interface *interface) {
  cti_json_open(&w->json, '{');
  put_name(w, interface->name);
  cti_json_key(&w->json, "types");
  cti_json_open(&w->json, '{');
  for (uint32_t i = 0; i < interface->types.count; i++) {
    cti_json_key_slice(&w->json, w->resolve->names.items[interface->types.items[i]].name);
    cti_json_uint(&w->json, interface->types.items[i]);
    flush(w);
  }
  cti_json_close(&w->json, '}');
  cti_json_key(&w->json, "functions");
  cti_json_open(&w->json, '{');
  for (uint32_t i = 0; i < interface->funcs.count; i++) {
    cti_json_key_slice(&w->json, interface->funcs.items[i].name);
    put_func(w, &interface->funcs.items[i]);
  }
  cti_json_close(&w->json, '}');
  put_docs(w, interface->docs);
  put_stability(w, &interface->stability);
  put_owner_package(w, interface->package);
  if (interface->clone_of != CTI_WIT_NONE && w->shape == CTI_JSON_CURRENT) {
    cti_json_key(&w->json, "clone_of");
    cti_json_uint(&w->json, interface->clone_of);
  }
  cti_json_close(&w->json, '}');
}

static void put_package(writer *w, uint32_t package) {
  const cti_wit_package *it = &w->resolve->packages.items[package];
  cti_json_open(&w->json, '{');
  put_name(w, cti_package_id(w->resolve, package));
  put_docs(w, it->docs);
  cti_json_key(&w->json, "interfaces");
  cti_json_open(&w->json, '{');
  for (uint32_t i = 0; i < it->interfaces.count; i++) {
    cti_json_key_slice(&w->json, w->resolve->interfaces.items[it->interfaces.items[i]].name);
    cti_json_uint(&w->json, it->interfaces.items[i]);
    flush(w);
  }
  cti_json_close(&w->json, '}');
  cti_json_key(&w->json, "worlds");
  cti_json_open(&w->json, '{');
  for (uint32_t i = 0; i < it->worlds.count; i++) {
    cti_json_key_slice(&w->json, w->resolve->worlds.items[it->worlds.items[i]].name);
    cti_json_uint(&w->json, it->worlds.items[i]);
    flush(w);
  }
  cti_json_close(&w->json, '}');
  cti_json_close(&w->json, '}');
}

static ct_status put_resolve(const cti_resolve *resolve, cti_json_shape shape, cti_buf *out, const ct_sink *sink) {
  writer w = {cti_json_make(out, 2), resolve, shape, sink};
  cti_json_open(&w.json, '{');
  cti_json_key(&w.json, "worlds");
  cti_json_open(&w.json, '[');
  for (uint32_t i = 0; i < resolve->worlds.count; i++) put_world(&w, &resolve->worlds.items[i]);
  cti_json_close(&w.json, ']');
  cti_json_key(&w.json, "interfaces");
  cti_json_open(&w.json, '[');
  for (uint32_t i = 0; i < resolve->interfaces.count; i++) put_interface(&w, &resolve->interfaces.items[i]);
  cti_json_close(&w.json, ']');
  cti_json_key(&w.json, "types");
  cti_json_open(&w.json, '[');
  for (uint32_t i = 0; i < resolve->names.count; i++) put_typedef(&w, i);
  cti_json_close(&w.json, ']');
  cti_json_key(&w.json, "packages");
  cti_json_open(&w.json, '[');
  for (uint32_t i = 0; i < resolve->packages.count; i++) put_package(&w, i);
  cti_json_close(&w.json, ']');
  cti_json_close(&w.json, '}');
  cti_wit_flush(out, sink, true, resolve->arena->error);
  cti_buf_check(out, resolve->arena->error);
  return resolve->arena->error->status;
}

ct_status cti_wit_json(const cti_resolve *resolve, cti_json_shape shape, cti_buf *out) { return put_resolve(resolve, shape, out, NULL); }

ct_status cti_wit_json_to(const cti_resolve *resolve, cti_json_shape shape, const ct_sink *sink) {
  cti_buf out = {0};
  ct_status status = put_resolve(resolve, shape, &out, sink);
  ct_buf_free(&out);
  return status;
}

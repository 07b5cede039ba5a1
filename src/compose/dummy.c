/* dummy.c - from a world to the smallest core module that has its shape. Flows in: a resolve and one of its worlds. Flows out: a module model, encoded.
 *
 * Imports first: those of the world, then the built-ins that its exports use. Then a function for each export, a memory, a realloc, an initializer. Order
 * and names are those of the reference, so that the bytes are equal. */
#include "compose/dummy.h"

#include "compose/payloads.h"
#include "core/codes.h"
#include "core/module.h"
#include "types/canon_abi.h"

typedef struct dummy {
  const cti_resolve *resolve;
  cti_arena *arena;
  cti_dummy_style style;
  cti_module module;
  cti_map types; /* params, 0, results -> type index */
  cti_abi abi;
  cti_payload_finder finder;
} dummy;

static ct_status failed(const dummy *d) { return d->arena->error->status; }
static bool is_legacy(const dummy *d) { return d->style != CTI_DUMMY_STANDARD32; }
static bool is_async(const dummy *d) { return d->style > CTI_DUMMY_LEGACY; }

/* ---- the module */

/* `signature` is "params:results" of the letters i, I, f and F for i32, i64, f32 and f64. */
static uint32_t type_of(dummy *d, const char *signature) {
  static const char letters[] = "iIfF";
  static const cti_corevt meanings[] = {CTI_VT_I32, CTI_VT_I64, CTI_VT_F32, CTI_VT_F64};
  uint32_t index = d->module.types.count;
  bool added;
  ct_slice key = cti_slice_str(signature);
  if (cti_map_add(&d->types, d->arena, key, &index, &added)) return UINT32_MAX;
  if (!added) return index;
  cti_corevt *words = CTI_NEW_N(d->arena, cti_corevt, key.size);
  if (!words) return UINT32_MAX;
  uint32_t count = 0, params = 0;
  for (size_t i = 0; i < key.size; i++) {
    const char *hit = strchr(letters, signature[i]);
    if (hit) words[count++] = meanings[hit - letters];
    else params = count;
  }
  cti_subtype type = {.kind = CTI_COMPOSITE_FUNC, .is_final = true, .super = UINT32_MAX, .describes = UINT32_MAX, .descriptor = UINT32_MAX, .types = words};
  type.param_count = params;
  type.result_count = count - params;
  return cti_module_add_type(&index, &d->module, &type) == CT_OK ? index : UINT32_MAX;
}

static ct_status add_import(dummy *d, ct_slice module, ct_slice name, const char *signature) {
  cti_module *m = &d->module;
  cti_import import = {.module = module, .name = name, .type.kind = CTI_EXTERN_FUNC, .type.type = type_of(d, signature), .offset = CT_NO_OFFSET};
  if (!module.data || !name.data || import.type.type == UINT32_MAX) return failed(d);
  cti_func func = {.type = import.type.type, .import = m->imports.count};
  if (!cti_vec_push(d->arena, &m->imports, import) || !cti_vec_push(d->arena, &m->funcs, func)) return failed(d);
  m->imported[CTI_EXTERN_FUNC]++;
  return CT_OK;
}

static ct_status add_export(dummy *d, ct_slice name, cti_extern_kind kind, uint32_t index) {
  cti_export export = {.name = name, .kind = kind, .index = index, .offset = CT_NO_OFFSET};
  return name.data && cti_vec_push(d->arena, &d->module.exports, export) ? CT_OK : failed(d);
}

/* A function under that name: it traps, or, for what is called on the side, returns at once. */
static ct_status add_func(dummy *d, ct_slice name, const char *signature, bool traps) {
  cti_func func = {.type = type_of(d, signature), .import = UINT32_MAX};
  func.body = traps ? CTI_LIT("\0\0\x0b") : CTI_LIT("\0\x0b"); /* no locals, `unreachable` or nothing, `end` */
  if (func.type == UINT32_MAX || !cti_vec_push(d->arena, &d->module.funcs, func)) return failed(d);
  return add_export(d, name, CTI_EXTERN_FUNC, d->module.funcs.count - 1);
}

/* ---- signatures of functions */

static const char *letters_of(dummy *d, const uint8_t *params, uint32_t param_count, const uint8_t *results, uint32_t result_count) {
  static const char letters[4] = {'F', 'f', 'I', 'i'}; /* from CTI_FLAT_F64 up */
  char *text = cti_alloc(d->arena, (size_t)param_count + result_count + 2);
  if (!text) return NULL;
  for (uint32_t i = 0; i < param_count; i++) text[i] = letters[params[i] - CTI_FLAT_F64];
  text[param_count] = ':';
  for (uint32_t i = 0; i < result_count; i++) text[param_count + 1 + i] = letters[results[i] - CTI_FLAT_F64];
  return text;
}

static ct_status signature_of(const char **out, dummy *d, const cti_wit_func *func, cti_abi_variant variant) {
  cti_core_sig sig;
  CTI_TRY(cti_abi_signature(&sig, &d->abi, func->params, func->param_count, func->result, variant));
  *out = letters_of(d, sig.params, sig.param_count, sig.results, sig.result_count);
  return *out ? CT_OK : failed(d);
}

/* ---- names */

/* The name of an interface as the style has it: with its version, or with the track of the version. */
static ct_slice item_name(dummy *d, const cti_world_item *item) {
  const cti_wit_interface *iface = item->kind == CTI_WORLD_INTERFACE ? &d->resolve->interfaces.items[item->interface] : NULL;
  if (is_legacy(d) || item->name.data || !iface || iface->package == CTI_WIT_NONE) return cti_world_item_name(d->resolve, item);
  const cti_package_name *package = &d->resolve->packages.items[iface->package].name;
  ct_slice suffix, track = {NULL, 0};
  if (package->version.present && !(track = cti_semver_track(d->arena, &package->version, &suffix)).data) return track;
  return cti_format(d->arena, "%.*s:%.*s/%.*s%s%.*s", CTI_S(package->ns), CTI_S(package->name), CTI_S(iface->name), track.size ? "@" : "", CTI_S(track));
}

/* The module that functions and built-ins of `item` are imported from; those for what the module itself exports come from another one. */
static ct_slice import_module(dummy *d, const cti_world_item *item, bool for_export) {
  bool is_root = item->kind != CTI_WORLD_INTERFACE;
  const char *prefix = is_legacy(d) ? for_export ? "[export]" : "" : is_root ? "cm32p2" : for_export ? "cm32p2|_ex_" : "cm32p2|";
  ct_slice name = !is_root ? item_name(d, item) : is_legacy(d) ? CTI_LIT("$root") : CTI_LIT("");
  return name.data ? cti_format(d->arena, "%s%.*s", prefix, CTI_S(name)) : name;
}

static const char *lift_prefix(const dummy *d) {
  return d->style == CTI_DUMMY_LEGACY_CALLBACK ? "[async-lift]" : d->style == CTI_DUMMY_LEGACY_STACKFUL ? "[async-lift-stackful]" : "";
}

/* ---- imports */

typedef struct builtin_row {
  const char *before, *word, *signature;
} builtin_row;

/* One stream or future: "BEFORE[stream-WORD-NUMBER]FUNC". Synchronous reads and writes are behind a feature of their own, so they are not asked for. */
static ct_status import_payload(dummy *d, const cti_wit_func *func, ct_slice module, uint32_t type, uint32_t number) {
  static const builtin_row rows[] = {{"", "new", ":I"},           {"", "cancel-read", "i:i"},  {"", "cancel-write", "i:i"},
                                     {"", "drop-readable", "i:"}, {"", "drop-writable", "i:"}, {"", "forward", "ii:"},
                                     {"[async-lower]", "read", NULL}, {"[async-lower]", "write", NULL}};
  bool is_stream = d->resolve->types.defs.items[type].kind == CTI_DEF_STREAM;
  for (size_t i = 0; i < CTI_COUNT(rows); i++) {
    ct_slice name = cti_format(d->arena, "%s[%s-%s-%u]%.*s", rows[i].before, is_stream ? "stream" : "future", rows[i].word, number, CTI_S(func->name));
    CTI_TRY(add_import(d, module, name, rows[i].signature ? rows[i].signature : is_stream ? "iii:i" : "ii:i"));
  }
  return CT_OK;
}

static ct_status import_payloads(dummy *d, const cti_world_item *item, const cti_wit_func *func, bool for_export) {
  cti_ids payloads = {0};
  cti_map numbers = {0};
  CTI_TRY(cti_payloads_find(&payloads, &d->finder, func));
  ct_slice module = payloads.count ? import_module(d, item, for_export) : CTI_LIT("");
  for (uint32_t i = 0; i < payloads.count; i++) {
    uint32_t number = i;
    bool added;
    CTI_TRY(cti_map_add_u64(&numbers, d->arena, payloads.items[i], &number, &added));
    CTI_TRY(import_payload(d, func, module, payloads.items[i], number));
  }
  return CT_OK;
}

static ct_status import_func(dummy *d, const cti_world_item *item, const cti_wit_func *func) {
  bool lowers_async = is_async(d) && func->is_async;
  const char *signature;
  CTI_TRY(signature_of(&signature, d, func, lowers_async ? CTI_ABI_LOWER_ASYNC : CTI_ABI_LOWER));
  ct_slice name = lowers_async ? cti_format(d->arena, "[async-lower]%.*s", CTI_S(func->name)) : func->name;
  CTI_TRY(add_import(d, import_module(d, item, false), name, signature));
  return lowers_async ? import_payloads(d, item, func, false) : CT_OK;
}

/* A built-in for a resource: "[WORD]r", or "r_SUFFIX". */
static ct_status import_resource(dummy *d, const cti_world_item *item, uint32_t type, bool for_export, const char *word, const char *signature) {
  ct_slice name = d->resolve->names.items[type].name;
  if (d->resolve->types.defs.items[type].kind != CTI_DEF_RESOURCE) return CT_OK;
  name = is_legacy(d) ? cti_format(d->arena, "[resource-%s]%.*s", word, CTI_S(name)) : cti_format(d->arena, "%.*s_%s", CTI_S(name), word);
  return add_import(d, import_module(d, item, for_export), name, signature);
}

static ct_status import_item(dummy *d, const cti_world_item *item) {
  if (item->kind == CTI_WORLD_FUNC) return import_func(d, item, &item->func);
  if (item->kind == CTI_WORLD_TYPE) return import_resource(d, item, item->type, false, "drop", "i:");
  const cti_wit_interface *iface = &d->resolve->interfaces.items[item->interface];
  for (uint32_t i = 0; i < iface->funcs.count; i++) CTI_TRY(import_func(d, item, &iface->funcs.items[i]));
  for (uint32_t i = 0; i < iface->types.count; i++) CTI_TRY(import_resource(d, item, iface->types.items[i], false, "drop", "i:"));
  return CT_OK;
}

static ct_status import_async_builtins(dummy *d) {
  static const struct {
    const char *module, *name, *signature;
  } rows[] = {
      {"[export]$root", "[task-cancel]", ":"},
      {"$root", "[backpressure-inc]", ":"},
      {"$root", "[backpressure-dec]", ":"},
      {"$root", "[waitable-set-new]", ":i"},
      {"$root", "[waitable-set-wait]", "ii:i"},
      {"$root", "[waitable-set-poll]", "ii:i"},
      {"$root", "[waitable-set-drop]", "i:"},
      {"$root", "[waitable-join]", "ii:"},
      {"$root", "[thread-yield]", ":i"},
      {"$root", "[subtask-drop]", "i:"},
      {"$root", "[subtask-cancel]", "i:i"},
      {"$root", "[context-get-0]", ":i"},
      {"$root", "[context-set-0]", "i:"},
  };
  for (size_t i = 0; i < CTI_COUNT(rows); i++) CTI_TRY(add_import(d, cti_slice_str(rows[i].module), cti_slice_str(rows[i].name), rows[i].signature));
  return CT_OK;
}

static ct_status import_task_return(dummy *d, const cti_world_item *item, const cti_wit_func *func) {
  if (!is_async(d)) return CT_OK;
  cti_core_sig sig;
  CTI_TRY(cti_abi_task_return(&sig, &d->abi, func->params, func->param_count, func->result));
  const char *signature = letters_of(d, sig.params, sig.param_count, sig.results, sig.result_count);
  if (!signature) return failed(d);
  CTI_TRY(add_import(d, import_module(d, item, true), cti_format(d->arena, "[task-return]%.*s", CTI_S(func->name)), signature));
  return import_payloads(d, item, func, true);
}

/* What an exported item needs to be imported. */
static ct_status import_for_export(dummy *d, const cti_world_item *item) {
  if (item->kind == CTI_WORLD_FUNC) return import_task_return(d, item, &item->func);
  const cti_wit_interface *iface = &d->resolve->interfaces.items[item->interface];
  for (uint32_t i = 0; i < iface->funcs.count; i++) CTI_TRY(import_task_return(d, item, &iface->funcs.items[i]));
  for (uint32_t i = 0; i < iface->types.count; i++) {
    CTI_TRY(import_resource(d, item, iface->types.items[i], true, "drop", "i:"));
    CTI_TRY(import_resource(d, item, iface->types.items[i], true, "new", "i:i"));
    CTI_TRY(import_resource(d, item, iface->types.items[i], true, "rep", "i:i"));
  }
  return CT_OK;
}

/* ---- exports */

/* "BEFOREiface#f" or "cm32p2|iface|fAFTER"; functions of the world itself have no interface. */
static ct_slice export_name(dummy *d, const cti_world_item *item, const char *before, ct_slice name, const char *after) {
  ct_slice iface = item->kind == CTI_WORLD_INTERFACE ? item_name(d, item) : CTI_LIT("");
  if (!iface.data) return iface;
  if (!is_legacy(d)) return cti_format(d->arena, "cm32p2|%.*s|%.*s%s", CTI_S(iface), CTI_S(name), after);
  return cti_format(d->arena, "%s%.*s%s%.*s", before, CTI_S(iface), iface.size ? "#" : "", CTI_S(name));
}

static ct_status export_async_func(dummy *d, const cti_world_item *item, const cti_wit_func *func) {
  bool has_callback = d->style == CTI_DUMMY_LEGACY_CALLBACK;
  const char *signature;
  CTI_TRY(signature_of(&signature, d, func, has_callback ? CTI_ABI_LIFT_CALLBACK : CTI_ABI_LIFT_STACKFUL));
  CTI_TRY(add_func(d, export_name(d, item, lift_prefix(d), func->name, ""), signature, true));
  return has_callback ? add_func(d, export_name(d, item, "[callback][async-lift]", func->name, ""), "iii:i", true) : CT_OK;
}

static ct_status export_func(dummy *d, const cti_world_item *item, const cti_wit_func *func) {
  if (is_async(d) && func->is_async) return export_async_func(d, item, func);
  const char *signature;
  CTI_TRY(signature_of(&signature, d, func, CTI_ABI_LIFT));
  CTI_TRY(add_func(d, export_name(d, item, "", func->name, ""), signature, true));
  const char *results = strchr(signature, ':') + 1; /* post-return takes what the function gave */
  ct_slice post = cti_format(d->arena, "%s:", results);
  return post.data ? add_func(d, export_name(d, item, "cabi_post_", func->name, "_post"), (const char *)post.data, false) : failed(d);
}

static ct_status export_destructor(dummy *d, const cti_world_item *item, uint32_t type) {
  if (d->resolve->types.defs.items[type].kind != CTI_DEF_RESOURCE) return CT_OK;
  ct_slice name = d->resolve->names.items[type].name;
  if (is_legacy(d)) name = cti_format(d->arena, "[dtor]%.*s", CTI_S(name));
  return name.data ? add_func(d, export_name(d, item, lift_prefix(d), name, "_dtor"), "i:", false) : failed(d);
}

static ct_status export_item(dummy *d, const cti_world_item *item) {
  if (item->kind == CTI_WORLD_FUNC) return export_func(d, item, &item->func);
  const cti_wit_interface *iface = &d->resolve->interfaces.items[item->interface];
  for (uint32_t i = 0; i < iface->funcs.count; i++) CTI_TRY(export_func(d, item, &iface->funcs.items[i]));
  for (uint32_t i = 0; i < iface->types.count; i++) CTI_TRY(export_destructor(d, item, iface->types.items[i]));
  return CT_OK;
}

static ct_status export_runtime(dummy *d) {
  if (!cti_vec_push(d->arena, &d->module.memories, ((cti_memory){.import = UINT32_MAX}))) return failed(d);
  CTI_TRY(add_export(d, is_legacy(d) ? CTI_LIT("memory") : CTI_LIT("cm32p2_memory"), CTI_EXTERN_MEMORY, 0));
  CTI_TRY(add_func(d, is_legacy(d) ? CTI_LIT("cabi_realloc") : CTI_LIT("cm32p2_realloc"), "iiii:i", true));
  return add_func(d, is_legacy(d) ? CTI_LIT("_initialize") : CTI_LIT("cm32p2_initialize"), ":", false);
}

static ct_status fill(dummy *d, const cti_wit_world *world) {
  for (uint32_t i = 0; i < world->imports.count; i++) CTI_TRY(import_item(d, &world->imports.items[i]));
  if (is_async(d)) CTI_TRY(import_async_builtins(d));
  for (uint32_t i = 0; i < world->exports.count; i++) CTI_TRY(import_for_export(d, &world->exports.items[i]));
  for (uint32_t i = 0; i < world->exports.count; i++) CTI_TRY(export_item(d, &world->exports.items[i]));
  return export_runtime(d);
}

ct_status cti_dummy_module(cti_buf *out, const cti_resolve *resolve, uint32_t world, cti_dummy_style style) {
  static const uint8_t sections[] = {CTI_SECTION_TYPE, CTI_SECTION_IMPORT, CTI_SECTION_FUNCTION, CTI_SECTION_MEMORY, CTI_SECTION_EXPORT, CTI_SECTION_CODE};
  dummy d = {.resolve = resolve, .arena = resolve->arena, .style = style, .module = {.arena = resolve->arena, .start = UINT32_MAX, .data_count = UINT32_MAX}};
  cti_abi_init(&d.abi, &resolve->types, resolve->arena, CTI_FLAT_I32);
  CTI_TRY(cti_payload_finder_init(&d.finder, resolve));
  CTI_TRY(fill(&d, &resolve->worlds.items[world]));
  for (size_t i = 0; i < sizeof sections; i++) {
    if (sections[i] == CTI_SECTION_IMPORT && d.module.imports.count == 0) continue;
    if (!cti_module_touch(&d.module, sections[i])) return failed(&d);
  }
  cti_module_encode(&d.module, out);
  return cti_buf_check(out, resolve->arena->error);
}

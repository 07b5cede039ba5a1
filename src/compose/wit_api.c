/* wit_api.c - the public functions of ctool/wit.h: each a few calls of the front end (wit/) and of the binary forms (compose/). */
#include "compose/wit_api.h"

#include "compose/metadata.h"
#include "compose/wit_decode.h"
#include "compose/wit_encode.h"
#include "ctool/text.h"
#include "wit/wit_print.h"
#include "wit/wit_transform.h"

static ct_slice optional(const char *text) { return text ? cti_slice_str(text) : (ct_slice){0}; }

/* ---- reading ---- */

static ct_status make(ct_wit **out, const char *name, ct_error *error) {
  ct_wit *wit = *out = cti_malloc(sizeof *wit);
  if (!wit) return cti_fail(error, CT_NOMEM, CT_NO_OFFSET, "out of memory");
  *wit = (ct_wit){.package = CTI_WIT_NONE, .world = CTI_WIT_NONE};
  cti_arena_init(&wit->arena, error);
  cti_resolve_init(&wit->resolve, &wit->arena);
  cti_wit_disk_init(&wit->disk, &wit->arena);
  wit->name = cti_copy(&wit->arena, cti_slice_str(name));
  return wit->name.data ? CT_OK : error->status;
}

void ct_wit_free(ct_wit *wit) {
  if (!wit) return;
  cti_wit_disk_free(&wit->disk);
  ct_input_close(&wit->input);
  cti_arena_free(&wit->arena);
  cti_free(wit);
}

/* WebAssembly in the text format becomes binary, in the arena; binaries stay what they are. */
static ct_status as_binary(ct_slice *bytes, cti_arena *arena) {
  ct_buf binary = {0};
  if (ct_kind_of(*bytes) == CT_KIND_MODULE || ct_kind_of(*bytes) == CT_KIND_COMPONENT) return CT_OK;
  ct_status status = ct_text_parse(&binary, *bytes, arena->error);
  if (status == CT_OK) {
    *bytes = cti_copy(arena, cti_buf_slice(&binary));
    status = arena->error->status;
  }
  ct_buf_free(&binary);
  return status;
}

static ct_status decode_package(cti_resolve *out, uint32_t *package, ct_slice bytes, cti_arena *arena) {
  CTI_TRY(as_binary(&bytes, arena));
  return cti_wit_decode_package(out, package, bytes, arena);
}

/* The sections of a core module, merged into one world. */
static ct_status read_module(ct_wit *wit, ct_slice bytes) {
  cti_module module;
  cti_bindings bindings;
  CTI_TRY(cti_module_decode_interface(&module, bytes, 0, &wit->arena));
  CTI_TRY(cti_bindings_init(&bindings, &wit->arena));
  CTI_TRY(cti_bindings_add_module(&bindings, &module, NULL));
  if (bindings.section_count == 0) {
    cti_fail(wit->arena.error, CT_COMPOSE_METADATA, CT_NO_OFFSET, "this is a core module without component-type sections, so it holds no WIT");
    cti_error_hint(wit->arena.error, "`component embed` adds such a section; was a component meant?");
    return CT_COMPOSE_METADATA;
  }
  wit->resolve = bindings.resolve;
  wit->world = bindings.world;
  wit->package = bindings.resolve.worlds.items[bindings.world].package;
  return CT_OK;
}

static ct_status read_wasm(ct_wit *wit, ct_slice bytes) {
  cti_decoded what;
  CTI_TRY(as_binary(&bytes, &wit->arena));
  if (ct_kind_of(bytes) == CT_KIND_MODULE) return read_module(wit, bytes);
  CTI_TRY(cti_wit_decode(&wit->resolve, &what, bytes, 0, &wit->arena));
  wit->package = what.package;
  wit->world = what.world;
  return CT_OK;
}

static ct_status front_options(cti_wit_options *out, const ct_wit_options *options, cti_arena *arena) {
  *out = (cti_wit_options){.decode = decode_package};
  if (!options) return CT_OK;
  ct_slice *features = CTI_NEW_N(arena, ct_slice, options->feature_count);
  if (!features) return arena->error->status;
  for (size_t i = 0; i < options->feature_count; i++) features[i] = cti_slice_str(options->features[i]);
  out->features = features;
  out->feature_count = (uint32_t)options->feature_count;
  out->all_features = options->all_features;
  out->no_builtin = options->no_builtin;
  return CT_OK;
}

static ct_status finish(ct_wit **out, ct_status status) {
  if (status == CT_OK) return CT_OK;
  ct_wit_free(*out);
  *out = NULL;
  return status;
}

static ct_status read_bytes(ct_wit *wit, ct_slice name, ct_slice bytes, const ct_wit_options *options) {
  cti_wit_options front;
  if (cti_wit_is_wasm(bytes)) return read_wasm(wit, bytes);
  CTI_TRY(front_options(&front, options, &wit->arena));
  return cti_wit_load_text(&wit->resolve, &wit->package, name, bytes, &front);
}

ct_status ct_wit_read(ct_wit **out, const char *name, ct_slice bytes, const ct_wit_options *options, ct_error *error) {
  ct_status status = make(out, name, error);
  if (status == CT_OK) status = read_bytes(*out, cti_slice_str(name), bytes, options);
  return finish(out, status);
}

static ct_status open_path(ct_wit *wit, const char *path, const ct_wit_options *options, ct_error *error) {
  cti_wit_options front;
  CTI_TRY(front_options(&front, options, &wit->arena));
  if (strcmp(path, "-") != 0 && ct_path_kind_of(path) == CT_PATH_DIRECTORY)
    return cti_wit_load(&wit->resolve, &wit->package, cti_slice_str(path), &wit->disk.reader, &front);
  CTI_TRY(ct_input_open(&wit->input, path, error));
  if (strcmp(path, "-") != 0 && !cti_wit_is_wasm(wit->input.bytes)) /* text may need a deps/ beside it */
    return cti_wit_load(&wit->resolve, &wit->package, cti_slice_str(path), &wit->disk.reader, &front);
  if (strcmp(path, "-") != 0 && !cti_vec_push(&wit->arena, &wit->disk.paths, path)) return wit->arena.error->status;
  return read_bytes(wit, strcmp(path, "-") == 0 ? CTI_LIT("<stdin>") : cti_slice_str(path), wit->input.bytes, options);
}

ct_status ct_wit_open(ct_wit **out, const char *path, const ct_wit_options *options, ct_error *error) {
  ct_status status = make(out, path, error);
  if (status == CT_OK) status = open_path(*out, path, options, error);
  if (status == CT_IO_OPEN) cti_error_hint(error, "WIT is read from a .wit file, a directory of such files, or a package or component in binary form");
  return finish(out, status);
}

ct_status ct_wit_each_source(const ct_wit *wit, ct_wit_source_visitor visitor, void *context) {
  for (uint32_t i = 0; i < wit->disk.paths.count; i++) CTI_TRY(visitor(context, wit->disk.paths.items[i]));
  return CT_OK;
}

bool ct_wit_is_component(const ct_wit *wit) { return wit->world != CTI_WIT_NONE; }

/* ---- writing ---- */

ct_status ct_wit_print(ct_wit *wit, const ct_wit_print_options *options, ct_buf *out, ct_error *error) {
  wit->arena.error = error;
  return cti_wit_print(&wit->resolve, wit->package, true, !options || !options->no_docs, out);
}

ct_status ct_wit_print_json(ct_wit *wit, ct_wit_json_shape shape, ct_buf *out, ct_error *error) {
  wit->arena.error = error;
  return cti_wit_json(&wit->resolve, (cti_json_shape)shape, out);
}

ct_status ct_wit_print_to(ct_wit *wit, const ct_wit_print_options *options, const ct_sink *sink, ct_error *error) {
  wit->arena.error = error;
  return cti_wit_print_to(&wit->resolve, wit->package, true, !options || !options->no_docs, sink);
}

ct_status ct_wit_print_json_to(ct_wit *wit, ct_wit_json_shape shape, const ct_sink *sink, ct_error *error) {
  wit->arena.error = error;
  return cti_wit_json_to(&wit->resolve, (cti_json_shape)shape, sink);
}

ct_status ct_wit_encode(ct_wit *wit, const ct_wit_encode_options *options, ct_buf *out, ct_error *error) {
  cti_encode_options encode = {options && options->canonical_names, options && options->any_size};
  wit->arena.error = error;
  return cti_encode_package(out, &wit->resolve, wit->package, &encode);
}

/* How many packages share a name, and how many a namespace as well. */
static ct_status count_names(const cti_resolve *r, cti_map *namespaces, cti_map *versions) {
  cti_map seen = {0};
  for (uint32_t i = 0; i < r->packages.count; i++) {
    const cti_package_name *name = &r->packages.items[i].name;
    ct_slice full = cti_format(r->arena, "%.*s:%.*s", CTI_S(name->ns), CTI_S(name->name));
    uint32_t value = 0;
    bool added;
    if (!full.data) return r->arena->error->status;
    CTI_TRY(cti_map_add(&seen, r->arena, full, &value, &added));
    uint32_t same_name = cti_map_get(namespaces, name->name), same_full = cti_map_get(versions, full);
    CTI_TRY(cti_map_set(versions, r->arena, full, same_full == CTI_MAP_NONE ? 1 : same_full + 1));
    if (added) CTI_TRY(cti_map_set(namespaces, r->arena, name->name, same_name == CTI_MAP_NONE ? 1 : same_name + 1));
  }
  return CT_OK;
}

/* As short a name as tells the package from the others: "name", "name@1.0.0", "ns:name" or "ns:name@1.0.0". */
static ct_slice file_stem(const cti_resolve *r, const cti_package_name *name, const cti_map *namespaces, const cti_map *versions) {
  ct_slice full = cti_format(r->arena, "%.*s:%.*s", CTI_S(name->ns), CTI_S(name->name));
  bool one_namespace = cti_map_get(namespaces, name->name) == 1, one_version = full.data && cti_map_get(versions, full) == 1;
  ct_slice stem = one_namespace ? name->name : full;
  if (one_version || !name->version.present) return stem;
  return cti_format(r->arena, "%.*s@%.*s", CTI_S(stem), CTI_S(cti_semver_text(r->arena, &name->version)));
}

ct_status ct_wit_each_file(ct_wit *wit, const ct_wit_print_options *options, ct_wit_file_visitor visitor, void *context, ct_error *error) {
  const cti_resolve *r = &wit->resolve;
  cti_map namespaces = {0}, versions = {0};
  ct_buf text = {0};
  wit->arena.error = error;
  ct_status status = count_names(r, &namespaces, &versions);
  for (uint32_t i = 0; i < r->packages.count && status == CT_OK; i++) {
    cti_buf_truncate(&text, 0);
    status = cti_wit_print(r, i, false, !options || !options->no_docs, &text);
    ct_slice path = cti_format(&wit->arena, "%s%.*s.wit", i == wit->package ? "" : "deps/", CTI_S(file_stem(r, &r->packages.items[i].name, &namespaces, &versions)));
    if (!path.data) status = error->status;
    if (status == CT_OK) status = visitor(context, (const char *)path.data, cti_buf_slice(&text));
  }
  ct_buf_free(&text);
  return status;
}

/* ---- changing ---- */

static ct_status choose(ct_wit *wit, const char *world, ct_error *error) {
  wit->arena.error = error;
  if (!world && wit->world != CTI_WIT_NONE) return CT_OK;
  return cti_resolve_select_world(&wit->resolve, &wit->world, wit->package, optional(world));
}

/* From now on this is about the world, and its package is the main one. */
static ct_status settle(ct_wit *wit, ct_status status) {
  if (status == CT_OK) wit->package = wit->resolve.worlds.items[wit->world].package;
  return status;
}

ct_status ct_wit_importize(ct_wit *wit, const char *world, const char *new_name, ct_error *error) {
  CTI_TRY(choose(wit, world, error));
  return settle(wit, cti_world_importize(&wit->resolve, wit->world, optional(new_name)));
}

ct_status ct_wit_exportize(ct_wit *wit, const char *world, const char *new_name, const char *const *imports, size_t count, ct_error *error) {
  CTI_TRY(choose(wit, world, error));
  ct_slice *names = CTI_NEW_N(&wit->arena, ct_slice, count);
  if (!names) return error->status;
  for (size_t i = 0; i < count; i++) names[i] = cti_slice_str(imports[i]);
  return settle(wit, cti_world_exportize(&wit->resolve, wit->world, optional(new_name), names, (uint32_t)count));
}

ct_status ct_wit_merge_imports(ct_wit *wit, const char *world, ct_error *error) {
  CTI_TRY(choose(wit, world, error));
  return settle(wit, cti_world_merge_imports(&wit->resolve, wit->world, false));
}

ct_status ct_wit_nominalize(ct_wit *wit, const char *world, ct_error *error) {
  CTI_TRY(choose(wit, world, error));
  return settle(wit, cti_world_nominalize(&wit->resolve, wit->world));
}

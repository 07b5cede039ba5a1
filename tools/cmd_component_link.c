/* ctool component link NAME=FILE... -o OUT: links shared libraries into one component. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters.h"
#include "common.h"
#include "opts.h"

typedef struct link_options {
  bool validate, skip_validation, realloc_via_memory_grow, merge_imports, canonical, reject_legacy_names, debug_names, return_call_ref, verbose, text;
  bool stub_missing_functions, built_in_libdl;
  const char *output, *stack_size;
  int wasi_adapter, error_format;
  opt_strings adapters, openable;
} link_options;

/* Everything that is open while libraries are linked: libraries, then those for dlopen; adapters beside them. */
typedef struct session {
  const link_options *o;
  size_t library_count, file_count;
  ct_wasm_file *files;
  char **names;
  ct_library *libraries;
  adapter_list adapters;
  listener listener;
} session;

static void close_session(session *s) {
  for (size_t i = 0; s->files && i < s->file_count; i++) wasm_file_close(&s->files[i]);
  for (size_t i = 0; s->names && i < s->file_count; i++) free(s->names[i]);
  free(s->files);
  free(s->names);
  free(s->libraries);
  adapters_close(&s->adapters);
}

static ct_status out_of_memory(ct_error *error) { return fail_with(error, FAIL_NOMEM, "out of memory"); }

/* NAME=FILE or FILE: the next file of the session, opened. The name of libc.so is libc.so. */
static ct_status open_next(session *s, const char *argument, const char **name, const char **path, ct_error *error) {
  size_t at = s->file_count++;
  s->names[at] = name_of_argument(argument, false, path);
  if (!s->names[at]) return out_of_memory(error);
  *name = s->names[at];
  ct_status status = wasm_file_open(&s->files[at], *path, error);
  if (status != CT_OK && !error->file[0]) snprintf(error->file, sizeof error->file, "%s", *path);
  return status;
}

static ct_status open_libraries(session *s, char **arguments, size_t count, bool openable, ct_error *error) {
  for (size_t i = 0; i < count; i++) {
    ct_library *library = &s->libraries[s->library_count];
    ct_status status = open_next(s, arguments[i], &library->name, &library->file, error);
    if (status != CT_OK) return status;
    library->bytes = s->files[s->file_count - 1].bytes;
    library->dl_openable = openable;
    s->library_count++;
  }
  return CT_OK;
}

static ct_status open_all(session *s, char **inputs, size_t count, ct_error *error) {
  size_t files = count + s->o->openable.count + 1;
  s->files = calloc(files, sizeof *s->files);
  s->names = calloc(files, sizeof *s->names);
  s->libraries = calloc(files, sizeof *s->libraries);
  if (!s->files || !s->names || !s->libraries) return out_of_memory(error);
  ct_status status = open_libraries(s, inputs, count, false, error);
  if (status == CT_OK) status = open_libraries(s, (char **)s->o->openable.items, s->o->openable.count, true, error);
  return status == CT_OK ? adapters_open(&s->adapters, &s->o->adapters, error) : status;
}

static ct_status link_files(session *s, uint32_t stack_size, ct_error *error) {
  const link_options *o = s->o;
  ct_component_link_options options = {
      .libraries = s->libraries, .library_count = s->library_count, .stack_size = stack_size,
      .stub_missing_functions = o->stub_missing_functions, .built_in_libdl = o->built_in_libdl,
      .component = {.wasi_adapter = (ct_wasi_adapter)o->wasi_adapter, .adapters = s->adapters.items, .adapter_count = s->adapters.count, .skip_validation = !o->validate || o->skip_validation,
                    .realloc_via_memory_grow = o->realloc_via_memory_grow, .keep_import_versions = !o->merge_imports, .canonical_names = o->canonical, .reject_legacy_names = o->reject_legacy_names,
                    .no_debug_names = !o->debug_names, .return_call_ref = o->return_call_ref, .like_wasm_tools = called_wasm_tools(), .tell = tell_notice, .context = &s->listener}};
  ct_pieces pieces = {0};
  ct_status status = ct_component_link(&pieces, &options, error);
  if (status == CT_OK) status = output_write_pieces(o->output, &pieces, o->text, error);
  ct_pieces_free(&pieces);
  return status;
}

static int run(char **inputs, size_t count, const link_options *o, uint32_t stack_size) {
  ct_error error;
  ct_error_clear(&error);
  session s = {.o = o, .listener = {.json = o->error_format, .verbose = o->verbose}};
  if (!count && !o->openable.count) tell_notice(&s.listener, CT_NOTICE_WARNING, "no library was given, so that the component is empty");
  ct_status status = open_all(&s, inputs, count, &error);
  if (status == CT_OK) status = link_files(&s, stack_size, &error);
  close_session(&s);
  return status == CT_OK ? EXIT_GOOD : tell(&error, NULL, o->error_format);
}

static bool parse_size(uint32_t *out, const char *text) {
  char *end;
  *out = 0;
  if (!text) return true;
  unsigned long long value = strtoull(text, &end, 10);
  *out = (uint32_t)value;
  return *text >= '0' && *text <= '9' && !*end && value > 0 && value <= UINT32_MAX / 2;
}

int cmd_component_link(int argc, char **argv) {
  link_options o = {.output = "-", .validate = true, .merge_imports = true, .debug_names = true};
  const opt_row rows[] = {
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write; - is standard output"},
      {0, "dl-openable", OPT_STRINGS, &o.openable, "[NAME=]FILE", "A library that dlopen finds at run time; repeatable"},
      {0, "use-built-in-libdl", OPT_FLAG, &o.built_in_libdl, NULL, "Link dlopen and dlsym as well"},
      {0, "stub-missing-functions", OPT_FLAG, &o.stub_missing_functions, NULL, "Functions that no library has trap when they are called"},
      {0, "adapt", OPT_STRINGS, &o.adapters, "[NAME=]FILE", "An adapter for imports from module NAME; repeatable"},
      {'t', "wat", OPT_FLAG, &o.text, NULL, "Write the component as text"},
      {'v', "verbose", OPT_FLAG, &o.verbose, NULL, "Tell what is decided"},
      ERROR_FORMAT_ROW(o.error_format),
      OPT_GROUP("names"),
      {0, "merge-imports-based-on-semver", OPT_FLAG, &o.merge_imports, "true|false", "One import for compatible versions of an interface (default)"},
      {0, "emit-canonical-names", OPT_FLAG, &o.canonical, NULL, "Name interfaces by the track of their version, wasi:cli/run@0.2: not yet for wasmtime 46, which lacks cm-implements"},
      {0, "reject-legacy-names", OPT_FLAG, &o.reject_legacy_names, NULL, "Take the names of the canonical ABI's build targets alone"},
      {0, "debug-names", OPT_FLAG, &o.debug_names, "true|false", "Names for what is generated (default)"},
      OPT_GROUP("how it is made"),
      {0, "stack-size", OPT_STRING, &o.stack_size, "BYTES", "The stack that all libraries share (default 1048576)"},
      WASI_ADAPTER_ROW(o.wasi_adapter, "The form of ctool's own adapter for wasi_snapshot_preview1"),
      {0, "realloc-via-memory-grow", OPT_FLAG, &o.realloc_via_memory_grow, NULL, "Adapters take memory by memory.grow, not by cabi_realloc"},
      {0, "return-call-ref", OPT_FLAG, &o.return_call_ref, "true|false", "Shims call by return_call_ref, not through a table"},
      {0, "validate", OPT_FLAG, &o.validate, "true|false", "Validate the component (default)"},
      {0, "skip-validation", OPT_FLAG, &o.skip_validation, NULL, "The old name of --validate=false"},
      {0},
  };
  const opt_spec spec = {
      "ctool component link [OPTIONS] [NAME=]FILE...",
      "Links shared libraries (wasm-ld -shared) into one component. They share one memory, one table and one stack.\n"
      "NAME is what other libraries need it as; without it, the name of the file. Of two libraries that have one symbol, the first one wins.",
      rows,
      "  ctool component link libapp.so libc.so -o app.wasm\n"
      "  ctool component link app=libapp.so libc.so --dl-openable plugin.so \\\n"
      "    --use-built-in-libdl -o app.wasm\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  uint32_t stack_size;
  if (!parse_size(&stack_size, o.stack_size)) return opt_usage_error(&spec, "--stack-size takes a number of bytes below 2 GiB, not \"%s\"", o.stack_size);
  return run(argv + 1, (size_t)count, &o, stack_size);
}

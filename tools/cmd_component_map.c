/* ctool component map [FILE] -o OUT -- CMD {}: runs a command on each core module of a component. The modules lie in a directory of their own meanwhile. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "opts.h"
#include "taken.h"

typedef struct map_options {
  bool text, validate, verbose;
  const char *output, *threshold;
  int error_format;
} map_options;

/* ---- the command */

/* The argument with each {} replaced; to be freed. */
static char *substitute(const char *argument, const char *path) {
  size_t count = 0;
  for (const char *at = argument; (at = strstr(at, "{}")); at += 2) count++;
  char *text = malloc(strlen(argument) + count * strlen(path) + 1), *to = text;
  for (const char *at = argument; text && *at;) {
    bool is_place = at[0] == '{' && at[1] == '}';
    size_t size = is_place ? strlen(path) : 1;
    memcpy(to, is_place ? path : at, size);
    to += size;
    at += is_place ? 2 : 1;
  }
  if (text) *to = 0;
  return text;
}

static void free_arguments(char **arguments) {
  for (char **at = arguments; at && *at; at++) free(*at);
  free(arguments);
}

static char **arguments_for(char **command, size_t count, const char *path) {
  char **arguments = calloc(count + 1, sizeof *arguments);
  for (size_t i = 0; arguments && i < count; i++) {
    arguments[i] = substitute(command[i], path);
    if (arguments[i]) continue;
    free_arguments(arguments);
    return NULL;
  }
  return arguments;
}

static ct_status run_on(char **command, size_t count, const taken_module *module, ct_error *error) {
  int how;
  char **arguments = arguments_for(command, count, module->path);
  if (!arguments) return fail_with(error, FAIL_NOMEM, "out of memory");
  ct_status status = child_run(&how, (const char *const *)arguments, false, error);
  free_arguments(arguments);
  if (status != CT_OK) return status;
  if (how > 128) return fail_with(error, FAIL_RUN, "`%s` was stopped by signal %d, on the module %s", command[0], how - 128, module->name);
  if (how) return fail_with(error, FAIL_RUN, "`%s` ended with status %d, on the module %s", command[0], how, module->name);
  return CT_OK;
}

/* ---- the whole */

static ct_status run_all(const taken_list *list, char **command, size_t count, bool verbose, ct_error *error) {
  ct_status status = CT_OK;
  for (size_t i = 0; i < list->count && status == CT_OK; i++) {
    if (verbose) fprintf(stderr, "%s: %zu bytes\n", list->items[i].name, list->items[i].bytes.size);
    status = run_on(command, count, &list->items[i], error);
  }
  return status;
}

typedef struct job {
  const map_options *o;
  char **command;
  size_t count;
  uint64_t threshold;
} job;

static ct_status map(ct_buf *out, const job *j, ct_slice component, ct_error *error) {
  ct_buf outer = {0};
  taken_list taken = {0}, back = {0};
  ct_status status = taken_scratch_make(&taken, error);
  back.directory = taken.directory;
  if (status == CT_OK) status = ct_component_unbundle(&outer, component, j->threshold, taken_add, &taken, error);
  if (status == CT_OK) status = taken_lay_out(&taken, error);
  if (status == CT_OK) status = run_all(&taken, j->command, j->count, j->o->verbose, error);
  if (status == CT_OK) status = ct_component_bundle(out, (ct_slice){outer.data, outer.size}, taken_read, &back, error);
  taken_scratch_remove(&taken);
  taken_free(&back);
  taken_free(&taken);
  ct_buf_free(&outer);
  return status;
}

static int run(const char *path, const job *j) {
  ct_error error;
  ct_error_clear(&error);
  ct_wasm_file file;
  ct_buf out = {0};
  ct_status status = wasm_file_open(&file, path, &error);
  if (status == CT_OK) status = map(&out, j, file.bytes, &error);
  if (status == CT_OK) status = taken_output(j->o->output, &out, j->o->validate, j->o->text, &error);
  ct_buf_free(&out);
  wasm_file_close(&file);
  return status == CT_OK ? EXIT_GOOD : tell(&error, path, j->o->error_format);
}

static bool has_place(const job *j) {
  for (size_t i = 0; i < j->count; i++)
    if (strstr(j->command[i], "{}")) return true;
  return false;
}

int cmd_component_map(int argc, char **argv) {
  map_options o = {.output = "-", .validate = true, .threshold = "0"};
  const opt_row rows[] = {
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write the component; may be the input; - is standard output"},
      {0, "threshold", OPT_STRING, &o.threshold, "BYTES", "Leave modules alone that are not larger than this (default 0)"},
      {0, "validate", OPT_FLAG, &o.validate, "true|false", "Validate the component (default)"},
      {'t', "wat", OPT_FLAG, &o.text, NULL, "Write the component as text"},
      {'v', "verbose", OPT_FLAG, &o.verbose, NULL, "Tell each module before the command runs on it"},
      ERROR_FORMAT_ROW(o.error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool component map [OPTIONS] [FILE] -- CMD ARGUMENT... {}",
      "Runs CMD on each core module of a component: {} stands for the module's file, which CMD changes in place.\n"
      "It does what `component unbundle` and `component bundle` do. Without FILE, or with -, standard input is read.",
      rows,
      "  ctool component map app.wasm -o app.wasm -- wasm-opt -Oz {} -o {}\n"
      "  ctool component map app.wasm -o slim.wasm -- wasm-strip {}\n"};
  int words = 1;
  while (words < argc && strcmp(argv[words], "--") != 0) words++;
  job j = {.o = &o, .command = argv + words + 1, .count = words < argc ? (size_t)(argc - words - 1) : 0};
  int count;
  int status = opt_parse(&spec, words, argv, &count);
  if (status >= 0) return status;
  if (!parse_number(&j.threshold, o.threshold)) return opt_usage_error(&spec, "--threshold takes a number of bytes, not \"%s\"", o.threshold);
  if (count > 1) return opt_usage_error(&spec, "one component is mapped at a time; \"%s\" is a second one", argv[2]);
  if (!j.count) return opt_usage_error(&spec, "the command is missing: -- CMD ARGUMENT... {}");
  if (!has_place(&j)) return opt_usage_error(&spec, "the command does not say where the module's file goes: {}");
  return run(count ? argv[1] : "-", &j);
}

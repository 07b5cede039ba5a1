/* common.c - telling failures. */
#include "common.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "system.h"

void tell_notice(void *context, ct_notice kind, const char *text) {
  const listener *to = context;
  ct_buf line = {0};
  bool is_warning = kind == CT_NOTICE_WARNING;
  if (!is_warning && !to->verbose) return;
  if (to->json) ct_notice_print_json(is_warning ? "warning" : "note", text, to->file, &line);
  if (to->json && !line.failed) fwrite(line.data, 1, line.size, stderr);
  else fprintf(stderr, "%s%s\n", is_warning ? "warning: " : "", text);
  ct_buf_free(&line);
}

/* Who reads it can ask for more; logs and scripts have the number by --error-format json. */
static void add_number(ct_buf *text, const ct_error *error) {
  char line[64];
  ct_error ignored = {0};
  if (error->status == CT_OK) return;
  int size = snprintf(line, sizeof line, "  = more: ctool explain %d\n", (int)error->status);
  ct_buf_append(text, (ct_slice){(const uint8_t *)line, (size_t)size}, &ignored);
}

int tell(ct_error *error, const char *file, bool json) {
  ct_buf text = {0};
  if (file && !error->file[0]) snprintf(error->file, sizeof error->file, "%s", strcmp(file, "-") == 0 ? "standard input" : file);
  if (json) ct_error_print_json(error, &text);
  else ct_error_print(error, &text);
  if (!json && ct_is_terminal(2)) add_number(&text, error);
  if (text.failed) fprintf(stderr, "error: %s\n", error->message);
  else fwrite(text.data, 1, text.size, stderr);
  ct_buf_free(&text);
  return EXIT_BAD_INPUT;
}

int tell_or_usage(ct_error *error, const opt_spec *spec, const char *file, bool json) {
  return error->status == FAIL_USAGE ? opt_usage_error(spec, "%s", error->message) : tell(error, file, json);
}

ct_status fail_with(ct_error *error, ct_status status, const char *format, ...) {
  va_list arguments;
  if (error->status != CT_OK) return error->status;
  va_start(arguments, format);
  vsnprintf(error->message, sizeof error->message, format, arguments);
  va_end(arguments);
  return error->status = status;
}

bool wants_color(int when, const char *output) { return when == 1 || when == 3 || (when == 0 && strcmp(output, "-") == 0 && ct_is_terminal(1)); }

ct_parse_options parse_options_of(const text_options *options, const char *path) {
  return (ct_parse_options){options->full ? CT_DWARF_FULL : (ct_generate_dwarf)options->style, strcmp(path, "-") == 0 ? "<stdin>" : path};
}

ct_status wasm_file_open(ct_wasm_file *out, const char *path, ct_error *error) { return wasm_file_open_text(out, path, &(text_options){0}, error); }

ct_status wasm_file_open_text(ct_wasm_file *out, const char *path, const text_options *options, ct_error *error) {
  ct_parse_options parse = parse_options_of(options, path);
  *out = (ct_wasm_file){0};
  ct_status status = ct_input_open(&out->input, path, error);
  if (status != CT_OK) return status;
  out->bytes = out->input.bytes;
  if (ct_kind_of(out->bytes) != CT_KIND_TEXT) return CT_OK;
  status = ct_text_parse_input(&out->made, &out->input, &parse, error);
  out->bytes = (ct_slice){out->made.data, out->made.size};
  return status;
}

void wasm_file_close(ct_wasm_file *file) {
  ct_buf_free(&file->made);
  ct_input_close(&file->input);
}

/* All-zero when the file cannot be read. */
static ct_input open_quietly(const char *path) {
  ct_error ignored;
  ct_input input = {0};
  ct_error_clear(&ignored);
  if (strcmp(path, "-") != 0 && ct_path_kind_of(path) == CT_PATH_FILE) ct_input_open(&input, path, &ignored);
  return input;
}

ct_kind file_kind_of(const char *path) {
  ct_input input = open_quietly(path);
  ct_kind kind = input.bytes.size ? ct_kind_of(input.bytes) : CT_KIND_UNKNOWN;
  ct_input_close(&input);
  return kind;
}

/* Text modules begin with a parenthesis, or with a comment, whose mark is ;; or (; */
bool looks_like_wit(const char *path) {
  if (ct_path_kind_of(path) == CT_PATH_DIRECTORY) return true;
  ct_input input = open_quietly(path);
  ct_slice text = input.bytes;
  size_t at = 0;
  while (at < text.size && text.data[at] <= ' ') at++;
  bool is = at < text.size && ct_kind_of(text) == CT_KIND_TEXT && text.data[at] != '(' && text.data[at] != ';';
  ct_input_close(&input);
  return is;
}

ct_status show_bytes(ct_slice bytes, const char *output, file_shower show, const void *o, ct_error *error) {
  out_file *out;
  ct_status status = output_open(&out, output, false, error);
  if (status != CT_OK) return status;
  ct_sink sink = output_sink(out);
  return output_close(out, show(&sink, bytes, o, error), error);
}

ct_status show_file(const char *path, const text_options *read, const char *output, file_shower show, const void *o, ct_error *error) {
  ct_wasm_file file;
  ct_status status = wasm_file_open_text(&file, path, read, error);
  if (status == CT_OK) status = show_bytes(file.bytes, output, show, o, error);
  wasm_file_close(&file);
  return status;
}

char *scratch_directory(ct_error *error) {
  const char *parent = system_scratch_place();
  size_t size = strlen(parent) + sizeof "/ctool-XXXXXX";
  char *path = malloc(size);
  if (path) snprintf(path, size, "%s/ctool-XXXXXX", parent);
  if (path && system_make_directory(path)) return path;
  fail_with(error, path ? FAIL_OPEN : FAIL_NOMEM, path ? "no directory can be made in %s" : "out of memory", parent);
  free(path);
  return NULL;
}

const char *base_name(const char *path) {
  const char *slash = system_last_slash(path);
  return slash ? slash + 1 : path;
}

static bool is_wasm_tools; /* written once, by main, before a command runs */

void program_name_is(const char *path) { is_wasm_tools = strcmp(base_name(path), "wasm-tools") == 0; }

bool called_wasm_tools(void) { return is_wasm_tools; }

const char *dwarf_reader(char room[READER_SIZE]) {
  static const char *const places[] = {"/ctool-dwarf" SYSTEM_PROGRAM_ENDING, "/../libexec/ctool/ctool-dwarf" SYSTEM_PROGRAM_ENDING};
  char self[READER_SIZE - 64], *slash = system_own_path(self, sizeof self) ? system_last_slash(self) : NULL;
  if (slash) *slash = 0;
  for (size_t i = 0; slash && i < sizeof places / sizeof *places; i++) {
    snprintf(room, READER_SIZE, "%s%s", self, places[i]);
    if (system_is_program(room)) return room;
  }
  return "ctool-dwarf";
}

bool parse_number(uint64_t *out, const char *text) {
  char *end;
  errno = 0;
  *out = strtoull(text, &end, 10);
  return *text >= '0' && *text <= '9' && !*end && errno == 0;
}

char *name_of_argument(const char *argument, bool up_to_dot, const char **path) {
  const char *equals = strchr(argument, '='), *from = equals ? argument : base_name(argument);
  *path = equals ? equals + 1 : argument;
  size_t size = equals ? (size_t)(equals - argument) : up_to_dot ? strcspn(from, ".") : strlen(from);
  char *name = malloc(size + 1);
  if (!name) return NULL;
  memcpy(name, from, size);
  name[size] = 0;
  return name;
}

ct_status add_optimized_pieces(output_set *set, const char *path, const ct_pieces *pieces, const ct_optimize_options *options, bool text, ct_error *error) {
  ct_slice whole = {0}, bytes;
  ct_buf small = {0};
  ct_status status = join_pieces(&whole, pieces, error);
  if (status == CT_OK) status = ct_optimize(&small, whole, options, error);
  bytes = (ct_slice){small.data, small.size};
  if (status == CT_OK) status = outputs_add_pieces(set, path, &(ct_pieces){.items = &bytes, .count = 1}, text, error);
  ct_buf_free(&small);
  free((void *)whole.data);
  return status;
}

ct_status validate_made(ct_slice bytes, ct_error *error) {
  ct_validate_options options = {.features = ct_features_default()};
  ct_status status = ct_features_parse(&options.features, "all", error);
  return status == CT_OK ? ct_validate(bytes, &options, error) : status;
}

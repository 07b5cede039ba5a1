/* ctool validate [FILE|DIRECTORY...]: are they valid modules and components? One verdict for each; the exit status is 1 when any is bad. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common.h"
#include "opts.h"
#include "source_line.h"

enum { DEEPEST_DIRECTORY = 64, BAR_WIDTH = 24, MOST_LINES = 20 };

typedef struct validate_options {
  opt_strings features;
  const char *threads, *color;
  int error_format;
  bool verbose, all_errors, custom;
  text_options read;
} validate_options;

/* The files of one call, and what is on the terminal about them. */
typedef struct batch {
  char **paths;
  size_t count, room;
  ct_validate_options options;
  text_options read;
  const char *current; /* the file that is being validated, and its bytes in binary form */
  ct_slice bytes;
  ct_error first; /* told already by all_errors */
  unsigned lines; /* of source, that were looked for in the file: each takes a process */
  bool json, verbose, bar_shown;
  struct timespec start;
} batch;

/* ---- the list of files */

static bool add_path(batch *b, const char *path) {
  if (b->count == b->room) {
    size_t room = b->room ? b->room * 2 : 16;
    char **more = realloc(b->paths, room * sizeof *more);
    if (!more) return false;
    b->paths = more;
    b->room = room;
  }
  size_t size = strlen(path) + 1;
  char *copy = malloc(size);
  if (!copy) return false;
  b->paths[b->count++] = memcpy(copy, path, size);
  return true;
}

static bool is_binary(const char *path) {
  ct_kind kind = file_kind_of(path);
  return kind == CT_KIND_MODULE || kind == CT_KIND_COMPONENT;
}

static ct_status fail(ct_error *error, const char *message, const char *path) {
  ct_error_clear(error);
  error->status = -1;
  snprintf(error->message, sizeof error->message, "%s", message);
  snprintf(error->file, sizeof error->file, "%.250s", path);
  return error->status;
}

/* The binaries in a directory and below, by content, in the order of their names. */
static ct_status add_directory(batch *b, const char *directory, int depth, ct_error *error) {
  char **names = NULL;
  size_t count = 0;
  if (depth > DEEPEST_DIRECTORY) return fail(error, "directories are nested too deep", directory);
  ct_status status = ct_names_list(&names, &count, directory, error);
  for (size_t i = 0; status == CT_OK && i < count; i++) {
    char path[4096];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", directory, names[i]) >= sizeof path) continue;
    ct_path_kind kind = ct_path_kind_of(path);
    if (kind == CT_PATH_DIRECTORY) status = add_directory(b, path, depth + 1, error);
    else if (kind == CT_PATH_FILE && is_binary(path) && !add_path(b, path)) status = fail(error, "out of memory", path);
  }
  ct_names_free(names, count);
  return status;
}

static ct_status add_argument(batch *b, const char *path, ct_error *error) {
  if (strcmp(path, "-") != 0 && ct_path_kind_of(path) == CT_PATH_DIRECTORY) {
    size_t before = b->count;
    ct_status status = add_directory(b, path, 0, error);
    return status == CT_OK && b->count == before ? fail(error, "there is no WebAssembly binary in this directory or below", path) : status;
  }
  return add_path(b, path) ? CT_OK : fail(error, "out of memory", path);
}

/* ---- the terminal */

static void clear_bar(batch *b) {
  if (b->bar_shown) fputs("\r\033[K", stderr);
  b->bar_shown = false;
}

/* When there are several files and a second has passed: how many are done. */
static void show_bar(batch *b, size_t done) {
  struct timespec now;
  if (b->count < 2 || !ct_is_terminal(2) || clock_gettime(CLOCK_MONOTONIC, &now) != 0) return;
  double seconds = (double)(now.tv_sec - b->start.tv_sec) + (double)(now.tv_nsec - b->start.tv_nsec) * 1e-9;
  if (seconds < 1) return;
  char bar[BAR_WIDTH + 1];
  for (size_t i = 0; i < BAR_WIDTH; i++) bar[i] = i < done * BAR_WIDTH / b->count ? '#' : '.';
  bar[BAR_WIDTH] = 0;
  fprintf(stderr, "\r\033[K[%s] %zu of %zu", bar, done, b->count);
  fflush(stderr);
  b->bar_shown = true;
}

/* ---- verdicts */

static void tell_one(void *context, const ct_error *error) {
  batch *b = context;
  ct_error copy = *error;
  if (b->first.status == CT_OK) b->first = copy;
  if (b->lines++ < MOST_LINES) add_source_line(&copy, b->bytes);
  clear_bar(b);
  tell(&copy, b->current, b->json);
}

static bool was_told(const batch *b, const ct_error *error) {
  return b->first.status == error->status && b->first.offset == error->offset && strcmp(b->first.message, error->message) == 0;
}

static ct_status validate_input(batch *b, const ct_input *input, ct_kind *kind, ct_error *error) {
  ct_buf made = {0};
  ct_slice bytes = input->bytes;
  ct_status status = CT_OK;
  if (bytes.size && ct_kind_of(bytes) == CT_KIND_TEXT) {
    ct_parse_options parse = parse_options_of(&b->read, b->current);
    status = ct_text_parse_input(&made, input, &parse, error);
    bytes = (ct_slice){made.data, made.size};
  }
  *kind = ct_kind_of(bytes);
  b->bytes = bytes;
  b->lines = 0;
  if (status == CT_OK) {
    status = ct_validate(bytes, &b->options, error);
    if (status != CT_OK && !was_told(b, error)) add_source_line(error, bytes);
  }
  ct_buf_free(&made);
  return status;
}

static bool validate_file(batch *b, const char *path) {
  ct_error error;
  ct_error_clear(&error);
  ct_error_clear(&b->first);
  b->current = path;
  ct_input input;
  ct_kind kind = CT_KIND_UNKNOWN;
  ct_status status = ct_input_open(&input, path, &error);
  if (status == CT_OK) status = validate_input(b, &input, &kind, &error);
  ct_input_close(&input);
  if (status == CT_OK && b->verbose) {
    clear_bar(b);
    printf("%s: valid %s\n", strcmp(path, "-") == 0 ? "standard input" : path, kind == CT_KIND_COMPONENT ? "component" : "core module");
  }
  if (status != CT_OK && !was_told(b, &error)) {
    clear_bar(b);
    tell(&error, path, b->json);
  }
  return status == CT_OK;
}

static int validate_all(batch *b) {
  bool all_good = true;
  for (size_t i = 0; i < b->count; i++) {
    show_bar(b, i);
    if (!validate_file(b, b->paths[i])) all_good = false;
  }
  clear_bar(b);
  return all_good ? EXIT_GOOD : EXIT_BAD_INPUT;
}

/* ---- options */

/* -1 when all is well, else the exit status. */
static int take_options(batch *b, const validate_options *o, const opt_spec *spec) {
  ct_error error;
  ct_error_clear(&error);
  b->json = o->error_format;
  b->verbose = o->verbose;
  b->read = o->read;
  b->options = (ct_validate_options){.features = ct_features_default(), .show_stack = o->verbose, .custom_sections = o->custom};
  if (o->all_errors) {
    b->options.report = tell_one;
    b->options.report_context = b;
  }
  if (o->threads) {
    char *end;
    unsigned long threads = strtoul(o->threads, &end, 10);
    if (*end || threads == 0 || threads > 1024) return opt_usage_error(spec, "--threads takes a number from 1 to 1024, not \"%s\"", o->threads);
    b->options.threads = (uint32_t)threads;
  }
  for (size_t i = 0; i < o->features.count; i++)
    if (ct_features_parse(&b->options.features, o->features.items[i], &error) != CT_OK) return opt_usage_error(spec, "invalid value '%s' for '--features <FEATURES>': %s", o->features.items[i], error.message);
  return -1;
}

int cmd_validate(int argc, char **argv) {
  validate_options o = {0};
  const opt_row rows[] = {
      {'f', "features", OPT_STRINGS, &o.features, "LIST", "Comma-separated: NAME switches on, -NAME off; all, mvp, wasm1, wasm2, wasm3, lime1; repeatable"},
      {'v', "verbose", OPT_FLAG, &o.verbose, NULL, "A line for each good file; with a failure, the instruction and the operand stack there"},
      {0, "all-errors", OPT_FLAG, &o.all_errors, NULL, "After a failing function go on with the next one"},
      {0, "validate-custom", OPT_FLAG, &o.custom, NULL, "The custom sections of names and branch hints, too, must fit the module"},
      {'j', "threads", OPT_STRING, &o.threads, "N", "Threads for large modules; else as many as there are processors"},
      DWARF_ROWS(o.read),
      {0, "color", OPT_STRING, &o.color, "WHEN", "Accepted; nothing is coloured"},
      ERROR_FORMAT_ROW(o.error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool validate [OPTIONS] [FILE|DIRECTORY...]",
      "Checks that modules and components are valid, in binary or text form. Nothing is printed when they are.\n"
      "Of a directory every binary in it and below is checked. Without FILE, or with -, standard input is read.\n"
      "Where the binary has DWARF, or a text is read with -g, failures tell the line of the source.",
      rows,
      "  ctool validate app.wasm                     with all finished features\n"
      "  ctool validate -f wasm2,tail-call app.wasm  for a host that has no more\n"
      "  ctool validate -v build/                    a line for each\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  batch b = {0};
  ct_error error;
  ct_error_clear(&error);
  status = take_options(&b, &o, &spec);
  if (status >= 0) return status;
  clock_gettime(CLOCK_MONOTONIC, &b.start);
  ct_status listed = count ? CT_OK : add_argument(&b, "-", &error);
  for (int i = 1; listed == CT_OK && i <= count; i++) listed = add_argument(&b, argv[i], &error);
  status = listed == CT_OK ? validate_all(&b) : tell(&error, NULL, b.json);
  for (size_t i = 0; i < b.count; i++) free(b.paths[i]);
  free(b.paths);
  return status;
}

/* ctool strip [FILE] -o OUT: removes custom sections from a module or component, at every depth, or moves debug information to a file of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "opts.h"

typedef struct strip_options {
  text_options read;
  bool all, text, reproducible, report;
  opt_strings deleted, keep;
  const char *output, *split, *split_dir;
  int error_format;
} strip_options;

/* Debug files are kept until the stripped file is certain, and put in place before it: a failure leaves the old file whole. */
typedef struct debug_file {
  char *path;
  ct_buf bytes;
} debug_file;

typedef struct session {
  const strip_options *o;
  debug_file *files;
  size_t count;
} session;

static ct_status keep_debug(void *context, const char *name, ct_slice bytes, ct_error *error) {
  session *s = context;
  debug_file *files = realloc(s->files, (s->count + 1) * sizeof *files);
  if (!files) return fail_with(error, FAIL_NOMEM, "out of memory");
  s->files = files;
  debug_file *file = &files[s->count++];
  *file = (debug_file){0};
  const char *folder = s->o->split_dir;
  size_t size = folder ? strlen(folder) + strlen(name) + 2 : strlen(s->o->split) + 1;
  file->path = malloc(size);
  if (!file->path) return fail_with(error, FAIL_NOMEM, "out of memory");
  if (folder) snprintf(file->path, size, "%s/%s", folder, name);
  else memcpy(file->path, s->o->split, size);
  return ct_buf_append(&file->bytes, bytes, error);
}

static ct_status add_debug(output_set *set, const session *s, const char *input, ct_error *error) {
  ct_status status = s->o->split_dir && s->count ? ct_directory_make(s->o->split_dir, error) : CT_OK;
  for (size_t i = 0; status == CT_OK && i < s->count; i++) {
    const debug_file *file = &s->files[i];
    status = outputs_apart(file->path, input, s->o->output, error);
    if (status == CT_OK) status = outputs_add(set, file->path, (ct_slice){file->bytes.data, file->bytes.size}, true, error);
  }
  return status;
}

static ct_status write_all(const session *s, const char *input, const ct_pieces *pieces, ct_error *error) {
  output_set set = {0};
  ct_status status = add_debug(&set, s, input, error);
  if (status == CT_OK) status = outputs_add_pieces(&set, s->o->output, pieces, s->o->text, error);
  return outputs_close(&set, status, error);
}

static void warn(void *context, const char *text) {
  (void)context;
  fprintf(stderr, "warning: %s\n", text);
}

static ct_status strip_file(const char *path, const strip_options *o, ct_error *error) {
  ct_wasm_file input;
  ct_pieces pieces = {0};
  ct_buf report = {0};
  session s = {.o = o};
  ct_strip_options options = {
      .like_wasm_tools = called_wasm_tools(), .all = o->all, .deleted = o->deleted.items, .deleted_count = o->deleted.count, .keep = o->keep.items, .keep_count = o->keep.count,
      .reproducible = o->reproducible, .debug = o->split || o->split_dir ? keep_debug : NULL, .debug_name = o->split ? base_name(o->split) : NULL,
      .report = o->report ? &report : NULL, .tell = warn, .context = &s};
  ct_status status = wasm_file_open_text(&input, path, &o->read, error);
  if (status == CT_OK) status = ct_strip(&pieces, input.bytes, &options, error);
  if (status == CT_OK) status = write_all(&s, path, &pieces, error);
  if (status == CT_OK && report.size) fwrite(report.data, 1, report.size, stderr);
  for (size_t i = 0; i < s.count; i++) {
    free(s.files[i].path);
    ct_buf_free(&s.files[i].bytes);
  }
  free(s.files);
  ct_buf_free(&report);
  ct_pieces_free(&pieces);
  wasm_file_close(&input);
  return status;
}

int cmd_strip(int argc, char **argv) {
  strip_options o = {.output = "-"};
  const opt_row rows[] = {
      {'a', "all", OPT_FLAG, &o.all, NULL, "Remove every custom section"},
      {'d', "delete", OPT_STRINGS, &o.deleted, "REGEX", "Remove only sections whose name matches; repeatable"},
      {'k', "keep", OPT_STRINGS, &o.keep, "REGEX", "Keep sections whose name matches; repeatable"},
      {0, "split-debug", OPT_OUTPUT, &o.split, "FILE", "Move DWARF and names of the one module that has them to FILE"},
      {0, "split-debug-dir", OPT_DIRECTORY, &o.split_dir, "DIRECTORY", "The same for each module, to BUILD-ID.debug.wasm there"},
      {0, "reproducible", OPT_FLAG, &o.reproducible, NULL, "Producers that stay lose paths, dates and times"},
      {0, "report", OPT_FLAG, &o.report, NULL, "Tell what went, and how much it was"},
      {'t', "wat", OPT_FLAG, &o.text, NULL, "Write the text format"},
      DWARF_ROWS(o.read),
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write; may be the input; - is standard output"},
      ERROR_FORMAT_ROW(o.error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool strip [OPTIONS] [FILE]",
      "Removes custom sections from a module or component and all that is nested in it.\n"
      "Without -a or -d, `name`, `component-type*`, `dylink.0` and `target_features` stay.\nWithout FILE, or with -, standard input is read.",
      rows,
      "  ctool strip app.wasm -o app.wasm           in place\n"
      "  ctool strip -d '^\\.debug' app.wasm -o out   debug information alone\n"
      "  ctool strip -a -k '^name$' - < in > out     all but names\n"
      "  ctool strip --split-debug app.debug.wasm --report app.wasm -o app.wasm\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  if (o.split && o.split_dir) return opt_usage_error(&spec, "--split-debug and --split-debug-dir do not go together");
  if (o.split && !*base_name(o.split)) return opt_usage_error(&spec, "--split-debug takes the name of a file, not \"%s\"", o.split);
  if (count > 1) return opt_usage_error(&spec, "one file is stripped at a time; \"%s\" is a second one", argv[2]);
  const char *path = count ? argv[1] : "-";
  ct_error error;
  ct_error_clear(&error);
  return strip_file(path, &o, &error) == CT_OK ? EXIT_GOOD : tell_or_usage(&error, &spec, path, o.error_format);
}

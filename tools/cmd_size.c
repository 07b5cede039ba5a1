/* ctool size [FILE]: where the bytes go. */
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "opts.h"

typedef struct size_options {
  text_options read;
  bool json, retained, monos;
  const char *by, *most, *old, *page, *paths, *output;
  int error_format;
} size_options;

static bool parse_by(ct_size_by *out, const char *text) {
  static const char *const names[] = {"module", "section", "function", "file", "package", "data", "generic"};
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
    *out = (ct_size_by)i;
    if (strcmp(text, names[i]) == 0) return true;
  }
  return false;
}

static ct_status measure(const char *path, const size_options *o, ct_size_options *question, ct_error *error) {
  ct_wasm_file file = {0}, old = {0};
  ct_buf out = {0};
  ct_status status = wasm_file_open_text(&file, path, &o->read, error);
  if (status == CT_OK && o->old) {
    status = wasm_file_open_text(&old, o->old, &o->read, error);
    if (status != CT_OK && !error->file[0]) strncpy(error->file, o->old, sizeof error->file - 1);
    question->old = old.bytes;
  }
  if (status == CT_OK) status = ct_size(&out, file.bytes, question, error);
  if (status == CT_OK) status = output_write(o->page ? o->page : o->output ? o->output : "-", (ct_slice){out.data, out.size}, false, error);
  ct_buf_free(&out);
  wasm_file_close(&old);
  wasm_file_close(&file);
  return status;
}

/* What is asked for; at most one thing. */
static const char *take_question(ct_size_options *out, const size_options *o) {
  int asked = (o->retained != 0) + (o->monos != 0) + (o->paths != NULL) + (o->page != NULL) + (o->old != NULL);
  out->by = CT_SIZE_FUNCTION;
  out->question = o->retained ? CT_SIZE_RETAINED : o->monos ? CT_SIZE_MONOS : o->paths ? CT_SIZE_PATHS : o->page ? CT_SIZE_PAGE : o->old ? CT_SIZE_DIFF : o->by ? CT_SIZE_GROUPS : CT_SIZE_OVERVIEW;
  out->paths = o->paths;
  out->json = o->json;
  if (asked > 1) return "--retained, --monos, --paths, --html and --diff are asked for one at a time";
  if (o->by && !parse_by(&out->by, o->by)) return "--by takes module, section, function, file, package, data or generic";
  if (o->by && asked && !o->old) return "--by goes with --diff, or alone";
  if (o->page && o->output) return "--html names the file that is written, so --output has no place";
  if (o->page && o->json) return "--html and --json do not go together";
  return NULL;
}

int cmd_size(int argc, char **argv) {
  size_options o = {0};
  const opt_row rows[] = {
      {0, "by", OPT_STRING, &o.by, "WHAT", "module, section, function, file, package, data or generic"},
      {'n', "most", OPT_STRING, &o.most, "N", "Rows to show (25; 0: all)"},
      {0, "diff", OPT_STRING, &o.old, "OLD", "What grew and shrank since OLD, by function or as --by says"},
      {0, "retained", OPT_FLAG, &o.retained, NULL, "What would go with each function: what only it leads to"},
      {0, "paths", OPT_STRING, &o.paths, "FUNCTION", "Why functions are here: who refers to those with this in their name"},
      {0, "monos", OPT_FLAG, &o.monos, NULL, "Generic functions by what their copies cost"},
      {0, "html", OPT_OUTPUT, &o.page, "FILE", "Write a page with a treemap, which needs nothing else"},
      {0, "json", OPT_FLAG, &o.json, NULL, "Write JSON; without a question all there is"},
      DWARF_ROWS(o.read),
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write; - is standard output"},
      ERROR_FORMAT_ROW(o.error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool size [OPTIONS] [FILE]",
      "Tells where the bytes of a module or component go. Source files need DWARF, packages (crates, namespaces) need names.\nWithout FILE, or with -, standard input is read.",
      rows,
      "  ctool size app.wasm                        sections, and the largest functions\n"
      "  ctool size --by package app.wasm\n"
      "  ctool size --html app.html app.wasm\n"
      "  ctool size --diff old.wasm new.wasm\n"
      "  ctool size --paths fmt app.wasm            why is formatting here?\n"};
  int count;
  char reader[READER_SIZE];
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  uint64_t most = o.json ? 0 : 25;
  ct_size_options question = {0};
  if (o.most && (!parse_number(&most, o.most) || most > UINT32_MAX)) return opt_usage_error(&spec, "--most takes a number, not \"%s\"", o.most);
  const char *problem = take_question(&question, &o);
  if (problem) return opt_usage_error(&spec, "%s", problem);
  if (count > 1) return opt_usage_error(&spec, "one file is measured at a time; \"%s\" is a second one", argv[2]);
  const char *path = count ? argv[1] : "-";
  question.most = (uint32_t)most;
  question.title = base_name(path);
  bool wants_files = question.question == CT_SIZE_GROUPS || question.question == CT_SIZE_DIFF ? question.by == CT_SIZE_FILE : question.question == CT_SIZE_OVERVIEW && o.json;
  question.reader = wants_files ? dwarf_reader(reader) : NULL;
  ct_error error;
  ct_error_clear(&error);
  return measure(path, &o, &question, &error) == CT_OK ? EXIT_GOOD : tell(&error, path, o.error_format);
}

/* ctool strip [FILE] -o OUT: removes custom sections from a module or component, at every depth. */
#include "common.h"
#include "opts.h"

typedef struct strip_options {
  text_options read;
  bool all, text;
  opt_strings deleted, keep;
  const char *output, *error_format;
} strip_options;

static int strip_file(const char *input_path, const strip_options *o, bool json) {
  ct_error error;
  ct_error_clear(&error);
  ct_wasm_file input;
  ct_pieces pieces = {0};
  ct_strip_options options = {called_wasm_tools(), o->all, o->deleted.items, o->deleted.count, o->keep.items, o->keep.count};
  ct_status status = wasm_file_open_text(&input, input_path, &o->read, &error);
  if (status == CT_OK) status = ct_strip(&pieces, input.bytes, &options, &error);
  if (status == CT_OK) status = write_pieces(o->output, &pieces, o->text, &error);
  ct_pieces_free(&pieces);
  wasm_file_close(&input);
  return status == CT_OK ? EXIT_GOOD : tell(&error, input_path, json);
}

int cmd_strip(int argc, char **argv) {
  strip_options o = {.output = "-"};
  const opt_row rows[] = {
      {'a', "all", OPT_FLAG, &o.all, NULL, "Remove every custom section"},
      {'d', "delete", OPT_STRINGS, &o.deleted, "REGEX", "Remove only sections whose name matches; repeatable"},
      {'k', "keep", OPT_STRINGS, &o.keep, "REGEX", "Keep sections whose name matches; repeatable"},
      {'t', "wat", OPT_FLAG, &o.text, NULL, "Write the text format"},
      DWARF_ROWS(o.read),
      {'o', "output", OPT_STRING, &o.output, "FILE", "Where to write; may be the input; - is standard output"},
      {0, "error-format", OPT_STRING, &o.error_format, "text|json", "How failures are told"},
      {0},
  };
  const opt_spec spec = {
      "ctool strip [OPTIONS] [FILE]",
      "Removes custom sections from a module or component and all that is nested in it.\n"
      "Without -a or -d, `name`, `component-type*`, `dylink.0` and `target_features` stay.\nWithout FILE, or with -, standard input is read.",
      rows,
      "  ctool strip app.wasm -o app.wasm           in place\n"
      "  ctool strip -d '^\\.debug' app.wasm -o out   debug information alone\n"
      "  ctool strip -a -k '^name$' - < in > out     all but names\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  bool bad;
  bool json = wants_json(o.error_format, &bad);
  if (bad) return opt_usage_error(&spec, "--error-format takes text or json, not \"%s\"", o.error_format);
  if (!text_options_good(&o.read)) return BAD_STYLE(&spec, o.read);
  if (count > 1) return opt_usage_error(&spec, "one file is stripped at a time; \"%s\" is a second one", argv[2]);
  return strip_file(count ? argv[1] : "-", &o, json);
}

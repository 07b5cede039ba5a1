/* ctool parse [FILE] -o OUT: the text format to binary. Binary input is passed through. */
#include "common.h"
#include "opts.h"

typedef struct parse_options {
  text_options read;
  const char *output;
  int error_format;
} parse_options;

static ct_status parse_file(const char *path, const parse_options *o, ct_error *error) {
  ct_input input;
  ct_buf made = {0};
  ct_status status = ct_input_open(&input, path, error);
  ct_slice result = input.bytes;
  ct_kind kind = status == CT_OK ? ct_kind_of(input.bytes) : CT_KIND_UNKNOWN;
  if (status == CT_OK && kind != CT_KIND_MODULE && kind != CT_KIND_COMPONENT) {
    ct_parse_options options = parse_options_of(&o->read, path);
    options.whole_bodies = true;
    status = ct_text_parse_input(&made, &input, &options, error);
    result = (ct_slice){made.data, made.size};
  }
  if (status == CT_OK) status = output_write(o->output, result, true, error);
  ct_buf_free(&made);
  ct_input_close(&input);
  return status;
}

int cmd_parse(int argc, char **argv) {
  parse_options o = {.output = "-"};
  const opt_row rows[] = {
      DWARF_ROWS(o.read),
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write; - is standard output"},
      ERROR_FORMAT_ROW(o.error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool parse [OPTIONS] [FILE]",
      "Parses the text format of a module or component and writes it in binary form.\nForm and names are checked, types are not: `ctool validate` does that.\nWithout FILE, or with -, standard input is read.",
      rows,
      "  ctool parse hello.wat -o hello.wasm\n"
      "  ctool parse -g hello.wat -o hello.wasm            debuggers show the text\n"
      "  ctool print app.wasm | ctool parse -o again.wasm\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  if (count > 1) return opt_usage_error(&spec, "one file is parsed at a time; \"%s\" is a second one", argv[2]);
  const char *path = count ? argv[1] : "-";
  ct_error error;
  ct_error_clear(&error);
  return parse_file(path, &o, &error) == CT_OK ? EXIT_GOOD : tell(&error, path, o.error_format);
}

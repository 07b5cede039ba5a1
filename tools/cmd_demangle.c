/* ctool demangle [FILE] -o OUT: names of C++ and Rust become readable. */
#include "common.h"
#include "opts.h"

typedef struct demangle_options {
  text_options read;
  bool text, json;
  const char *output;
  int error_format;
} demangle_options;

static ct_status write_names(const char *output, ct_slice bytes, ct_error *error) {
  ct_buf names = {0};
  ct_status status = ct_demangle_list(&names, bytes, error);
  if (status == CT_OK) status = output_write(output, (ct_slice){names.data, names.size}, false, error);
  ct_buf_free(&names);
  return status;
}

static ct_status demangle_file(const char *path, const demangle_options *o, ct_error *error) {
  ct_wasm_file file;
  ct_pieces pieces = {0};
  ct_status status = wasm_file_open_text(&file, path, &o->read, error);
  if (status == CT_OK && o->json) status = write_names(o->output, file.bytes, error);
  if (status == CT_OK && !o->json) status = ct_demangle(&pieces, file.bytes, error);
  if (status == CT_OK && !o->json) status = output_write_pieces(o->output, &pieces, o->text, error);
  ct_pieces_free(&pieces);
  wasm_file_close(&file);
  return status;
}

int cmd_demangle(int argc, char **argv) {
  demangle_options o = {.output = "-"};
  const opt_row rows[] = {
      {'t', "wat", OPT_FLAG, &o.text, NULL, "Write the text format"},
      {0, "json", OPT_FLAG, &o.json, NULL, "Write what becomes of which name as JSON instead"},
      DWARF_ROWS(o.read),
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write; may be the input; - is standard output"},
      ERROR_FORMAT_ROW(o.error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool demangle [OPTIONS] [FILE]",
      "Makes the names of C++ and Rust in `name` sections readable, in a module or in all modules of a component: _Z3food becomes foo(double).\n"
      "What is no such name stays. Without FILE, or with -, standard input is read.",
      rows,
      "  ctool demangle app.wasm -o app.wasm              in place\n"
      "  ctool demangle app.wasm | ctool print --skeleton\n"
      "  ctool demangle --json app.wasm | jq -r '.[].name'\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  if (count > 1) return opt_usage_error(&spec, "one file is demangled at a time; \"%s\" is a second one", argv[2]);
  const char *path = count ? argv[1] : "-";
  ct_error error;
  ct_error_clear(&error);
  return demangle_file(path, &o, &error) == CT_OK ? EXIT_GOOD : tell(&error, path, o.error_format);
}

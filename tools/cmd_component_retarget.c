/* ctool component retarget --to VERSION [FILE]: a component at another version of WASI 0.2. */
#include "common.h"
#include "opts.h"

typedef struct retarget_options {
  bool verbose, text;
  const char *to, *output;
  int error_format;
} retarget_options;

static int run(const char *path, const retarget_options *o) {
  ct_error error;
  ct_error_clear(&error);
  ct_wasm_file file;
  ct_buf out = {0};
  listener to = {path, o->error_format, o->verbose};
  const ct_retarget_options options = {.tell = tell_notice, .context = &to};
  ct_status status = wasm_file_open(&file, path, &error);
  if (status == CT_OK) status = ct_component_retarget(&out, file.bytes, o->to, &options, &error);
  ct_slice made = {out.data, out.size};
  if (status == CT_OK) status = output_write_pieces(o->output, &(ct_pieces){.items = &made, .count = 1}, o->text, &error);
  ct_buf_free(&out);
  wasm_file_close(&file);
  return status == CT_OK ? EXIT_GOOD : tell(&error, path, o->error_format);
}

int cmd_component_retarget(int argc, char **argv) {
  retarget_options o = {.output = "-"};
  const opt_row rows[] = {
      {0, "to", OPT_STRING, &o.to, "VERSION", "The version of WASI: 0.2.0, 0.2.1, ..."},
      {'v', "verbose", OPT_FLAG, &o.verbose, NULL, "Tell what moves, and what is left out"},
      {'t', "wat", OPT_FLAG, &o.text, NULL, "Write the text format"},
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write; may be the input; - is standard output"},
      ERROR_FORMAT_ROW(o.error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool component retarget --to VERSION [OPTIONS] [FILE]",
      "Moves what a component imports and exports of WASI 0.2 to one version, later or earlier: for hosts that look for exact names, and for components "
      "that mix versions. What is declared, not used, and not in the version is left out; what is used and not there, or differs, is told. Without FILE, "
      "or with -, standard input is read. Text is taken as well.",
      rows,
      "  ctool component retarget --to 0.2.6 app.wasm -o out.wasm\n"
      "  ctool component retarget --to 0.2.0 -v app.wasm -o app.wasm    in place\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  if (!o.to) return opt_usage_error(&spec, "--to is needed: the version of WASI, as 0.2.6");
  if (count > 1) return opt_usage_error(&spec, "one component is moved at a time; \"%s\" is a second one", argv[2]);
  return run(count ? argv[1] : "-", &o);
}

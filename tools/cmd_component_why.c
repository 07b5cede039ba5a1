/* ctool component why FILE IMPORT: what keeps an import of a component alive. */
#include "common.h"
#include "opts.h"

typedef struct why_options {
  bool cut, json;
  const char *output;
  int error_format;
} why_options;

static int run(const char *path, const char *import, const why_options *o) {
  ct_error error;
  ct_error_clear(&error);
  ct_wasm_file file;
  ct_buf out = {0};
  const ct_why_options options = {.cut = o->cut, .json = o->json};
  ct_status status = wasm_file_open(&file, path, &error);
  if (status == CT_OK) status = ct_component_why(&out, file.bytes, import, &options, &error);
  if (status == CT_OK) status = output_write(o->output, (ct_slice){out.data, out.size}, false, &error);
  ct_buf_free(&out);
  wasm_file_close(&file);
  return status == CT_OK ? EXIT_GOOD : tell(&error, path, o->error_format);
}

int cmd_component_why(int argc, char **argv) {
  why_options o = {.output = "-"};
  const opt_row rows[] = {
      {0, "cut", OPT_FLAG, &o.cut, NULL, "Tell also which functions would have to go, the fewest, and what goes with them"},
      {'j', "json", OPT_FLAG, &o.json, NULL, "Write JSON, with each step of each way"},
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write; - is standard output"},
      ERROR_FORMAT_ROW(o.error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool component why [OPTIONS] FILE IMPORT",
      "Tells what keeps an import of a component: from what the component exports, down the calls through its core modules and adapters, to each function "
      "of the import that can be reached. Each line calls the next one, and those that are deeper. IMPORT may be without its version. FILE may be -, and text.",
      rows,
      "  ctool component why app.wasm wasi:sockets/tcp\n"
      "  ctool component why app.wasm wasi:filesystem/types --cut\n"
      "  ctool component why app.wasm wasi:cli/exit --json | jq '.called[0].way[].name'\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  if (count < 2) return opt_usage_error(&spec, count ? "which import? As wasi:sockets/tcp" : "which component, and which of its imports?");
  if (count > 2) return opt_usage_error(&spec, "one import is looked at; \"%s\" is a second one", argv[3]);
  return run(argv[1], argv[2], &o);
}

/* ctool component diff A B: what is different, in words. */
#include <string.h>

#include "common.h"
#include "opts.h"

typedef struct diff_options {
  bool code, json, exit_code;
  const char *output;
  int error_format;
} diff_options;

static int run(const char *const paths[2], const diff_options *o) {
  ct_error error;
  ct_error_clear(&error);
  ct_wasm_file files[2];
  memset(files, 0, sizeof files); /* what was not opened may be closed */
  ct_buf out = {0};
  bool same = false;
  const char *about = paths[0];
  const ct_diff_options options = {.code = o->code, .json = o->json};
  ct_status status = wasm_file_open(&files[0], paths[0], &error);
  if (status == CT_OK) status = wasm_file_open(&files[1], about = paths[1], &error);
  if (status == CT_OK) status = ct_component_diff(&out, files[0].bytes, files[1].bytes, &options, &same, &error);
  if (status == CT_OK) status = output_write(o->output, (ct_slice){out.data, out.size}, false, &error);
  ct_buf_free(&out);
  wasm_file_close(&files[0]);
  wasm_file_close(&files[1]);
  if (status != CT_OK) return tell(&error, about, o->error_format);
  return o->exit_code && !same ? EXIT_BAD_INPUT : EXIT_GOOD;
}

int cmd_component_diff(int argc, char **argv) {
  diff_options o = {.output = "-"};
  const opt_row rows[] = {
      {'c', "code", OPT_FLAG, &o.code, NULL, "List the functions that are new, gone, larger, smaller or otherwise not the same"},
      {'j', "json", OPT_FLAG, &o.json, NULL, "Write JSON, functions and all"},
      {0, "exit-code", OPT_FLAG, &o.exit_code, NULL, "Exit with 1 when the two are not the same"},
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write; - is standard output"},
      ERROR_FORMAT_ROW(o.error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool component diff [OPTIONS] A B",
      "Tells in words what is different between two components, or two core modules: size, imports and exports with what changed in their interfaces, and of each "
      "core module sizes and functions. Functions are compared by name, and indices that merely moved are no difference. Either may be text.",
      rows,
      "  ctool component diff before.wasm after.wasm\n"
      "  ctool component diff --code before.wasm after.wasm | grep -w larger\n"
      "  ctool component diff --json old.wasm new.wasm |\n"
      "    jq '.imports[] | select(.status == \"added\").name'\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  if (count != 2) return opt_usage_error(&spec, "two files are compared, not %d", count);
  return run((const char *const[]){argv[1], argv[2]}, &o);
}

/* ctool optimize IN -o OUT: smaller modules and components that do the same. */
#include "common.h"
#include "opts.h"

#include <stdio.h>

typedef struct optimize_options {
  bool list;
  ct_optimize_options library;
  const char *output, *error_format;
} optimize_options;

static ct_status optimize_file(const char *path, const optimize_options *o, ct_error *error) {
  ct_input input;
  ct_buf made = {0};
  ct_status status = ct_input_open(&input, path, error);
  if (status == CT_OK) status = ct_optimize(&made, input.bytes, &o->library, error);
  if (status == CT_OK) status = ct_output_write(o->output, (ct_slice){made.data, made.size}, true, error);
  ct_buf_free(&made);
  ct_input_close(&input);
  return status;
}

int cmd_optimize(int argc, char **argv) {
  optimize_options o = {.output = "-"};
  const opt_row rows[] = {
      {0, "list-passes", OPT_FLAG, &o.list, NULL, "Tell what is done, in order"},
      {'g', NULL, OPT_FLAG, &o.library.keep_names, NULL, "Keep names"},
      {'o', "output", OPT_STRING, &o.output, "FILE", "Where to write; may be the input; - is standard output"},
      {0, "error-format", OPT_STRING, &o.error_format, "text|json", "How failures are told"},
      {0},
  };
  const opt_spec spec = {"ctool optimize [OPTIONS] [FILE]", "Makes a module, or the modules inside of a component, smaller without changing what they do.\nNames and debug information are dropped. The result is validated.\nWithout FILE, or with -, standard input is read.", rows,
                         "  ctool optimize app.wasm -o app.wasm     in place\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  bool bad;
  bool json = wants_json(o.error_format, &bad);
  if (bad) return opt_usage_error(&spec, "--error-format takes text or json, not \"%s\"", o.error_format);
  if (count > 1) return opt_usage_error(&spec, "one file is optimized at a time; \"%s\" is a second one", argv[2]);
  if (o.list) {
    for (const ct_pass_info *pass = ct_optimize_passes(); pass->name; pass++) printf("%-14s%s\n", pass->name, pass->summary);
    return EXIT_GOOD;
  }
  const char *path = count ? argv[1] : "-";
  ct_error error;
  ct_error_clear(&error);
  return optimize_file(path, &o, &error) == CT_OK ? EXIT_GOOD : tell(&error, path, json);
}

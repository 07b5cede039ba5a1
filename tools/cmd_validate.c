/* ctool validate [FILE...]: is each file a valid module or component? */
#include <stdio.h>

#include "common.h"
#include "opts.h"

typedef struct validate_options {
  opt_strings features;
  const char *error_format;
} validate_options;

static int validate_file(const char *path, const ct_validate_options *options, bool json) {
  ct_error error;
  ct_error_clear(&error);
  ct_input input;
  ct_status status = ct_input_open(&input, path, &error);
  if (status == CT_OK) status = ct_validate(input.bytes, options, &error);
  ct_input_close(&input);
  return status == CT_OK ? EXIT_GOOD : tell(&error, path, json);
}

int cmd_validate(int argc, char **argv) {
  validate_options o = {0};
  const opt_row rows[] = {
      {'f', "features", OPT_STRINGS, &o.features, "LIST", "Features that are on and, with a - before them, off; repeatable"},
      {0, "error-format", OPT_STRING, &o.error_format, "text|json", "How failures are told"},
      {0},
  };
  const opt_spec spec = {"ctool validate [OPTIONS] [FILE]", "Checks modules and components.", rows, "  ctool validate app.wasm\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  bool bad;
  bool json = wants_json(o.error_format, &bad);
  if (bad) return opt_usage_error(&spec, "--error-format takes text or json, not \"%s\"", o.error_format);
  ct_validate_options options = {.features = ct_features_default()};
  ct_error error;
  ct_error_clear(&error);
  for (size_t i = 0; i < o.features.count; i++)
    if (ct_features_parse(&options.features, o.features.items[i], &error) != CT_OK) return opt_usage_error(&spec, "%s", error.message);
  status = count ? EXIT_GOOD : validate_file("-", &options, json);
  for (int i = 1; i <= count; i++)
    if (validate_file(argv[i], &options, json) != EXIT_GOOD) status = EXIT_BAD_INPUT;
  return status;
}

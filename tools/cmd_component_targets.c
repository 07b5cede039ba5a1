/* ctool component targets WIT [COMPONENT]: does a component fit a world? */
#include <stdio.h>

#include "common.h"
#include "opts.h"

typedef struct targets_options {
  bool all_features, no_builtin, semver_compatible;
  const char *world;
  int error_format;
  opt_strings features;
} targets_options;

static ct_status check(ct_wit *wit, const targets_options *o, const char *path, ct_error *error) {
  ct_input input;
  ct_buf made = {0};
  ct_status status = ct_input_open(&input, path, error);
  ct_slice component = input.bytes;
  if (status == CT_OK && ct_kind_of(component) == CT_KIND_TEXT) {
    status = ct_text_parse_input(&made, &input, NULL, error);
    component = (ct_slice){made.data, made.size};
  }
  if (status == CT_OK) status = ct_component_targets(wit, o->world, component, o->semver_compatible, error);
  ct_buf_free(&made);
  ct_input_close(&input);
  return status;
}

static int run(const targets_options *o, const char *wit_path, const char *path) {
  ct_error error;
  ct_error_clear(&error);
  ct_wit *wit = NULL;
  ct_wit_options options = {o->features.items, o->features.count, o->all_features, o->no_builtin};
  ct_status status = ct_wit_open(&wit, wit_path, &options, &error);
  const char *about = status == CT_OK ? path : wit_path;
  if (status == CT_OK) status = check(wit, o, path, &error);
  ct_wit_free(wit);
  if (status != CT_OK && status != FAIL_TARGET && file_kind_of(wit_path) == CT_KIND_COMPONENT && looks_like_wit(path))
    snprintf(error.hint, sizeof error.hint, "the WIT comes first: ctool component targets %s %s", path, wit_path);
  return status == CT_OK ? EXIT_GOOD : tell(&error, about, o->error_format);
}

int cmd_component_targets(int argc, char **argv) {
  targets_options o = {0};
  const opt_row rows[] = {
      {'w', "world", OPT_STRING, &o.world, "WORLD", "The world to fit: a name, or ns:pkg/name"},
      {0, "semver-compatible", OPT_FLAG, &o.semver_compatible, NULL, "Compare interfaces at compatible versions, as 0.2.3 and 0.2.0"},
      {0, "features", OPT_STRINGS, &o.features, "LIST", "Enable @unstable features of the WIT; repeatable"},
      {0, "all-features", OPT_FLAG, &o.all_features, NULL, "Enable all of them"},
      {0, "no-builtin-wit", OPT_FLAG, &o.no_builtin, NULL, "Missing wasi:* packages are not taken from those built in"},
      ERROR_FORMAT_ROW(o.error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool component targets [OPTIONS] WIT [COMPONENT]",
      "Tells whether a component fits a world: it imports nothing that the world does not import, exports all that the world exports, with the "
      "same types. Says nothing when it does. Without COMPONENT, or with -, standard input is read; text is taken as well.",
      rows,
      "  ctool component targets wit app.wasm\n"
      "  ctool component targets wit -w demo:words/library --semver-compatible app.wasm\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  if (count == 0) return opt_usage_error(&spec, "which WIT? A file, a directory or a package in binary form is needed");
  if (count > 2) return opt_usage_error(&spec, "one component is checked at a time; \"%s\" is a second one", argv[3]);
  return run(&o, argv[1], count > 1 ? argv[2] : "-");
}

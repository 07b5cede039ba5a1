/* ctool component semver-check WIT --prev WORLD --new WORLD: is a world a compatible successor of another? */
#include "common.h"
#include "opts.h"

typedef struct semver_options {
  bool all_features, no_builtin;
  const char *prev, *new;
  int error_format;
  opt_strings features;
} semver_options;

static int run(const semver_options *o, const char *path) {
  ct_error error;
  ct_error_clear(&error);
  ct_wit *wit = NULL;
  ct_wit_options options = {o->features.items, o->features.count, o->all_features, o->no_builtin};
  ct_status status = ct_wit_open(&wit, path, &options, &error);
  if (status == CT_OK) status = ct_world_semver_check(wit, o->prev, o->new, &error);
  ct_wit_free(wit);
  return status == CT_OK ? EXIT_GOOD : tell(&error, path, o->error_format);
}

int cmd_component_semver_check(int argc, char **argv) {
  semver_options o = {0};
  const opt_row rows[] = {
      {0, "prev", OPT_STRING, &o.prev, "WORLD", "The old world: a name, or ns:pkg/name"},
      {0, "new", OPT_STRING, &o.new, "WORLD", "The new world"},
      {0, "features", OPT_STRINGS, &o.features, "LIST", "Enable @unstable features of the WIT; repeatable"},
      {0, "all-features", OPT_FLAG, &o.all_features, NULL, "Enable all of them"},
      {0, "no-builtin-wit", OPT_FLAG, &o.no_builtin, NULL, "Missing wasi:* packages are not taken from those built in"},
      ERROR_FORMAT_ROW(o.error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool component semver-check [OPTIONS] --prev WORLD --new WORLD WIT",
      "Tells whether a world is a compatible successor of another: it may import more and export less, and all that both have must be the same.\n"
      "Versions in names do not count. Says nothing when it is.",
      rows,
      "  ctool component semver-check wit --prev app-v1 --new app-v2\n"
      "  ctool component semver-check wit --prev a:b/app@1.0.0 --new a:b/app@1.1.0\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  if (!o.prev || !o.new) return opt_usage_error(&spec, "--%s is needed: which worlds are compared?", o.prev ? "new" : "prev");
  if (count != 1) return opt_usage_error(&spec, "one WIT is needed, a file, a directory or a package in binary form; %d were given", count);
  return run(&o, argv[1]);
}

/* ctool optimize IN -o OUT: smaller modules and components that do the same. */
#include "optimize.h"
#include "opts.h"

#include <stdio.h>

typedef struct optimize_options {
  bool list;
  opt_strings pass_arguments;
  const char *level, *error_format;
} optimize_options;

static int list_passes(void) {
  for (const ct_pass_info *pass = ct_optimize_passes(); pass->name; pass++) printf("%-14s%s\n", pass->name, pass->summary);
  return EXIT_GOOD;
}

/* Gives -1 when the command should go on. */
static int take_arguments(const opt_spec *spec, optimize_job *job, const optimize_options *o, bool json) {
  ct_error error;
  ct_error_clear(&error);
  for (size_t i = 0; i < o->pass_arguments.count; i++) {
    if (!job->pauses) return opt_usage_error(spec, "--pass-arg is for --asyncify, which is missing");
    if (optimize_pass_argument(job, o->pass_arguments.items[i], &error)) continue;
    if (error.status != CT_OK) return tell(&error, NULL, json);
    return opt_usage_error(spec, "no pass takes the argument \"%s\"", o->pass_arguments.items[i]);
  }
  return -1;
}

static bool is_level(const char *level) {
  static const char known[] = "01234sz";
  for (const char *at = known; *at; at++)
    if (level[0] == *at && level[1] == 0) return true;
  return false;
}

int cmd_optimize(int argc, char **argv) {
  optimize_options o = {.level = "z"};
  optimize_job job = {.output = "-"};
  const opt_row rows[] = {
      {'O', NULL, OPT_STRING, &o.level, "LEVEL", "-Oz, the default; -O1 to -O4 and -Os do the same; -O0: what is not asked for stays"},
      {'g', NULL, OPT_FLAG, &job.library.keep_names, NULL, "Keep names"},
      {0, "asyncify", OPT_FLAG, &job.pauses, NULL, "Make the module one that a host can pause within a call of an import"},
      {0, "pass-arg", OPT_STRINGS, &o.pass_arguments, "KEY@VALUE", "asyncify-imports@LIST, -removelist@, -addlist@, -onlylist@ (LIST or @FILE),\n                            -memory@NAME; asyncify-ignore-imports, -ignore-indirect, -propagate-addlist,\n                            -asserts, -import-globals, -export-globals, -verbose"},
      {0, "converge", OPT_FLAG, &job.converge, NULL, "Again and again, until nothing gets smaller"},
      {0, "wasm-opt", OPT_OPTIONAL, &job.wasm_opt, "PATH", "Let an installed wasm-opt try each module too, and keep the smaller one"},
      {'t', "wat", OPT_FLAG, &job.text, NULL, "Write the text format"},
      {0, "list-passes", OPT_FLAG, &o.list, NULL, "Tell what is done, in order"},
      {'o', "output", OPT_STRING, &job.output, "FILE", "Where to write; may be the input; - is standard output"},
      {0, "error-format", OPT_STRING, &o.error_format, "text|json", "How failures are told"},
      {0},
  };
  const opt_spec spec = {"ctool optimize [OPTIONS] [FILE]", "Makes a module, or the modules inside of a component, smaller without changing what they do.\nNames and debug information are dropped. The result is validated.\nWithout FILE, or with -, standard input is read.", rows,
                         "  ctool optimize app.wasm -o app.wasm     in place\n"
                         "  ctool optimize --asyncify --pass-arg=asyncify-imports@env.sleep app.wasm -o pausable.wasm\n"
                         "  ctool optimize --wasm-opt=/opt/binaryen/bin/wasm-opt app.wasm -o app.wasm\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  bool bad;
  bool json = wants_json(o.error_format, &bad);
  if (bad) return opt_usage_error(&spec, "--error-format takes text or json, not \"%s\"", o.error_format);
  if (count > 1) return opt_usage_error(&spec, "one file is optimized at a time; \"%s\" is a second one", argv[2]);
  if (!is_level(o.level)) return opt_usage_error(&spec, "-O takes 0 to 4, s or z, not \"%s\"", o.level);
  if (o.list) return list_passes();
  job.library.as_it_is = o.level[0] == '0';
  const char *path = count ? argv[1] : "-";
  ct_error error;
  ct_error_clear(&error);
  status = take_arguments(&spec, &job, &o, json);
  if (status < 0) status = optimize_run(&job, path, &error) == CT_OK ? EXIT_GOOD : tell(&error, path, json);
  optimize_free(&job);
  return status;
}

/* ctool component bundle [FILE] --module-dir DIR -o OUT: puts core modules into a component that imports them. */
#include <stdio.h>

#include "opts.h"
#include "taken.h"

typedef struct bundle_options {
  bool text, validate;
  const char *output, *directory;
  int error_format;
} bundle_options;

/* unbundle makes no folder when it takes nothing out, and what goes without one then is no mistake: that is a warning. */
static ct_status check_directory(const taken_list *list, const char *path, const bundle_options *o, ct_error *error) {
  char text[sizeof error->message];
  if (ct_path_kind_of(list->directory) == CT_PATH_DIRECTORY) return CT_OK;
  if (list->count) return fail_with(error, FAIL_OPEN, "%s, which --module-dir names, is no directory", list->directory);
  snprintf(text, sizeof text, "nothing is bundled: the component imports no core modules, and %s is no directory", list->directory);
  tell_notice(&(listener){path, o->error_format, false}, CT_NOTICE_WARNING, text);
  return CT_OK;
}

static int run(const char *path, const bundle_options *o) {
  ct_error error;
  ct_error_clear(&error);
  ct_wasm_file file;
  ct_buf out = {0};
  taken_list list = {.directory = o->directory};
  ct_status status = wasm_file_open(&file, path, &error);
  if (status == CT_OK) status = ct_component_bundle(&out, file.bytes, taken_read, &list, &error);
  if (status == CT_OK) status = check_directory(&list, path, o, &error);
  if (status == CT_OK) status = taken_output(o->output, &out, o->validate, o->text, &error);
  taken_free(&list);
  ct_buf_free(&out);
  wasm_file_close(&file);
  return status == CT_OK ? EXIT_GOOD : tell(&error, path, o->error_format);
}

int cmd_component_bundle(int argc, char **argv) {
  bundle_options o = {.output = "-", .validate = true};
  const opt_row rows[] = {
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write; may be the input; - is standard output"},
      {0, "module-dir", OPT_DIRECTORY, &o.directory, "DIR", "Where the modules are: NAME.wasm for an import NAME"},
      {0, "validate", OPT_FLAG, &o.validate, "true|false", "Validate the component (default)"},
      {'t', "wat", OPT_FLAG, &o.text, NULL, "Write the component as text"},
      ERROR_FORMAT_ROW(o.error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool component bundle --module-dir DIR [OPTIONS] [FILE]",
      "Puts core modules into a component that imports them: what `ctool component unbundle` took out, or other modules of the same types.\n"
      "An import without a file stays, unless unbundle named it. Without FILE, or with -, standard input is read.",
      rows,
      "  ctool component unbundle app.wasm --module-dir mods -o outer.wasm\n"
      "  ctool component bundle outer.wasm --module-dir mods -o app.wasm\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  if (!o.directory) return opt_usage_error(&spec, "--module-dir is needed: where the modules are");
  if (count > 1) return opt_usage_error(&spec, "one component is bundled at a time; \"%s\" is a second one", argv[2]);
  return run(count ? argv[1] : "-", &o);
}

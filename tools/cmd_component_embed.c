/* ctool component embed WIT [INPUT] -o OUT: puts the world of a core module into it, as a component-type section. */
#include <stdio.h>
#include <string.h>

#include "common.h"
#include "opts.h"

typedef struct embed_options {
  text_options read;
  bool all_features, no_builtin, dummy, async_callback, async_stackful, only_custom, canonical, text, validate;
  const char *world, *dummy_names, *output;
  int encoding, error_format;
  opt_strings features;
} embed_options;

/* The parsed meaning of the options. */
typedef struct embed_plan {
  const embed_options *o;
  bool dummy;
  ct_dummy_style style;
  ct_embed_options embed;
} embed_plan;

/* The section was validated when it was made, and the rest of the output is the module as it came. One that came in invalid, at `path`, is told and still
 * the next command's to refuse, as in the reference: its own cases embed into adapters whose memory comes later. */
static ct_status validate(ct_slice module, const embed_plan *plan, const char *path, ct_error *error) {
  ct_error found;
  char text[sizeof found.message + 512];
  ct_error_clear(&found);
  ct_status status = validate_made(module, &found);
  if (status != CT_OK && path && status != FAIL_NOMEM) {
    snprintf(text, sizeof text, "%s is not valid, and `component new` will not take it: %s", path, found.message);
    tell_notice(&(listener){path, plan->o->error_format, false}, CT_NOTICE_WARNING, text);
    return CT_OK;
  }
  if (status != CT_OK) *error = found;
  return status;
}

static ct_status write_module(ct_wit *wit, const embed_plan *plan, const char *path, ct_error *error) {
  ct_wasm_file file = {0};
  ct_buf section = {0};
  ct_status status;
  if (plan->dummy) {
    status = ct_dummy_module(&file.made, wit, plan->o->world, plan->style, error);
    file.bytes = (ct_slice){file.made.data, file.made.size};
  } else {
    status = wasm_file_open_text(&file, path, &plan->o->read, error);
  }
  if (status == CT_OK) status = ct_component_embed(&section, file.bytes, wit, &plan->embed, error);
  if (status == CT_OK && plan->o->validate) status = validate(file.bytes, plan, plan->dummy ? NULL : path, error);
  ct_slice items[] = {file.bytes, {section.data, section.size}};
  ct_pieces pieces = {items, 2, NULL};
  if (status == CT_OK) status = output_write_pieces(plan->o->output, &pieces, plan->o->text, error);
  ct_buf_free(&section);
  wasm_file_close(&file);
  return status;
}

static ct_status write_custom(ct_wit *wit, const embed_plan *plan, ct_error *error) {
  ct_buf content = {0};
  ct_status status = ct_component_type(&content, wit, &plan->embed, error);
  if (status == CT_OK) status = output_write(plan->o->output, (ct_slice){content.data, content.size}, true, error);
  ct_buf_free(&content);
  return status;
}

/* A module stands where the WIT belongs: what the command should have been, in place of what reading went wrong about. */
static void hint_order(ct_error *error, const char *wit_path, const char *path) {
  if (path && looks_like_wit(path)) snprintf(error->hint, sizeof error->hint, "the WIT comes first: ctool component embed %s %s", path, wit_path);
  else if (!path) snprintf(error->hint, sizeof error->hint, "the WIT is missing, which comes first: ctool component embed WIT %s", wit_path);
}

static void warn_unread(const embed_plan *plan, const char *path) {
  char text[1024];
  snprintf(text, sizeof text, "%s is not read: the dummy module is made of the WIT alone", path);
  tell_notice(&(listener){path, plan->o->error_format, false}, CT_NOTICE_WARNING, text);
}

/* `path` is NULL when there is none, and the module comes from standard input. */
static int run(const embed_plan *plan, const char *wit_path, const char *path) {
  ct_error error;
  ct_error_clear(&error);
  ct_wit *wit = NULL;
  const char *about = wit_path;
  ct_wit_options options = {plan->o->features.items, plan->o->features.count, plan->o->all_features, plan->o->no_builtin};
  ct_status status = ct_wit_open(&wit, wit_path, &options, &error);
  if (status == CT_OK && !plan->dummy) about = path ? path : "-";
  if (plan->dummy && path) warn_unread(plan, path);
  if (status == CT_OK) status = plan->o->only_custom ? write_custom(wit, plan, &error) : write_module(wit, plan, path ? path : "-", &error);
  ct_wit_free(wit);
  if (status != CT_OK && file_kind_of(wit_path) == CT_KIND_MODULE) hint_order(&error, wit_path, path);
  return status == CT_OK ? EXIT_GOOD : tell(&error, about, plan->o->error_format);
}

/* What is wrong with the options together, or NULL. */
static const char *conflict(const embed_options *o) {
  bool standard = o->dummy || (o->dummy_names && strcmp(o->dummy_names, "standard32") == 0);
  if (o->dummy && o->dummy_names) return "--dummy and --dummy-names exclude each other";
  if (o->dummy_names && !standard && strcmp(o->dummy_names, "legacy") != 0) return "--dummy-names takes legacy or standard32";
  if (o->async_callback && o->async_stackful) return "--async-callback and --async-stackful exclude each other";
  if ((o->async_callback || o->async_stackful) && !o->dummy_names) return "--async-callback and --async-stackful need --dummy-names legacy";
  if ((o->async_callback || o->async_stackful) && standard) return "the standard32 names have no form for async functions yet; use --dummy-names legacy";
  if (o->only_custom && (o->dummy || o->dummy_names || o->text)) return "--only-custom writes no module, so --dummy, --dummy-names and --wat have no place";
  return NULL;
}

int cmd_component_embed(int argc, char **argv) {
  embed_options o = {.output = "-", .validate = true};
  const opt_row rows[] = {
      {'w', "world", OPT_STRING, &o.world, "WORLD", "The world that the module works with: a name, or ns:pkg/name"},
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write; may be the input; - is standard output"},
      {0, "dummy", OPT_FLAG, &o.dummy, NULL, "Read no module: make one that traps, with standard32 names"},
      {'t', "wat", OPT_FLAG, &o.text, NULL, "Write the text format"},
      {0, "validate", OPT_FLAG, &o.validate, "true|false", "Validate what is written (default)"},
      ERROR_FORMAT_ROW(o.error_format),
      OPT_GROUP("dummy modules"),
      {0, "dummy-names", OPT_STRING, &o.dummy_names, "legacy|standard32", "The same, with these names"},
      {0, "async-callback", OPT_FLAG, &o.async_callback, NULL, "With --dummy-names legacy: async functions as such, with a callback"},
      {0, "async-stackful", OPT_FLAG, &o.async_stackful, NULL, "The same, without a callback"},
      OPT_GROUP("the section"),
      {0, "encoding", OPT_WORD, &o.encoding, "utf8|utf16|compact-utf16", "How the module encodes strings"},
      {0, "only-custom", OPT_FLAG, &o.only_custom, NULL, "Write the content of the section alone"},
      {0, "emit-canonical-names", OPT_FLAG, &o.canonical, NULL, "Name interfaces by the track of their version, wasi:cli/run@0.2: not yet for wasmtime 46, which lacks cm-implements"},
      OPT_GROUP("the WIT"),
      {0, "features", OPT_STRINGS, &o.features, "LIST", "Enable @unstable features of the WIT; repeatable"},
      {0, "all-features", OPT_FLAG, &o.all_features, NULL, "Enable all of them"},
      {0, "no-builtin-wit", OPT_FLAG, &o.no_builtin, NULL, "Missing wasi:* packages are not taken from those built in"},
      OPT_GROUP("text that is read"),
      DWARF_ROWS(o.read),
      {0},
  };
  const opt_spec spec = {
      "ctool component embed [OPTIONS] WIT [MODULE]",
      "Puts a world into a core module, as the section that `component new` reads. WIT is a file, a directory or a package in binary form.\n"
      "Without MODULE, or with -, standard input is read. Text is taken as well. A section that is there stays: the worlds are merged later.",
      rows,
      "  ctool component embed wit core.wasm -o core.wasm    the only world, in place\n"
      "  ctool component embed wit -w app core.wasm -o out.wasm\n"
      "  ctool component embed --dummy wit -o template.wasm  one with all that it needs\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  embed_plan plan = {.o = &o, .dummy = o.dummy || o.dummy_names};
  plan.embed = (ct_embed_options){.world = o.world, .encoding = (ct_string_encoding)o.encoding, .canonical_names = o.canonical, .skip_validation = !o.validate};
  if (conflict(&o)) return opt_usage_error(&spec, "%s", conflict(&o));
  if (count == 0) return opt_usage_error(&spec, "which WIT? A file, a directory or a package in binary form is needed");
  if (count > 2) return opt_usage_error(&spec, "one module is changed at a time; \"%s\" is a second one", argv[3]);
  if (o.dummy_names && strcmp(o.dummy_names, "legacy") == 0) plan.style = o.async_callback ? CT_DUMMY_LEGACY_CALLBACK : o.async_stackful ? CT_DUMMY_LEGACY_STACKFUL : CT_DUMMY_LEGACY;
  return run(&plan, argv[1], count > 1 ? argv[2] : NULL);
}

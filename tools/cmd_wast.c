/* ctool wast [FILE]: is a test script as it says? ctool json-from-wast FILE: the script as JSON, its modules as files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "opts.h"

/* ---- wast */

typedef struct wast_options {
  opt_strings features, asserts;
  bool ignore_messages, confusing_unicode;
  int error_format;
} wast_options;

typedef struct told {
  const char *path;
  bool json;
  size_t count;
} told;

static void tell_one(void *context, const ct_error *error) {
  told *t = context;
  ct_error copy = *error;
  t->count++;
  tell(&copy, t->path, t->json);
}

static int check(const char *path, const ct_validate_options *validate, bool permissive, bool json) {
  ct_error error;
  ct_error_clear(&error);
  ct_input input;
  told t = {path, json, 0};
  ct_status status = ct_input_open(&input, path, &error);
  ct_wast_options options = {validate, permissive, tell_one, &t};
  if (status == CT_OK) status = ct_wast_check(input.bytes, &options, &error);
  if (status != CT_OK && t.count == 0) tell(&error, path, json);
  if (t.count > 1 && !json) fprintf(stderr, "%zu directives are not as they should be\n", t.count);
  ct_input_close(&input);
  return status == CT_OK ? EXIT_GOOD : EXIT_BAD_INPUT;
}

int cmd_wast(int argc, char **argv) {
  wast_options o = {0};
  const opt_row rows[] = {
      {'f', "features", OPT_STRINGS, &o.features, "LIST", "Comma-separated: NAME switches on, -NAME off; all, mvp, wasm1, wasm2, wasm3, lime1; repeatable"},
      {'a', "assert", OPT_STRINGS, &o.asserts, "permissive", "Let validation find what the specification calls malformed"},
      {0, "ignore-error-messages", OPT_FLAG, &o.ignore_messages, NULL, "Accepted: the wording of messages is never compared"},
      {0, "allow-confusing-unicode", OPT_FLAG, &o.confusing_unicode, NULL, "Accepted: it is allowed"},
      ERROR_FORMAT_ROW(o.error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool wast [OPTIONS] [FILE]",
      "Checks a test script (.wast), short of running it: what should be valid is valid, what should be refused is refused.\nWithout FILE, or with -, standard input is read.",
      rows,
      "  ctool wast i32.wast\n"
      "  ctool wast --features wasm2 i32.wast\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  bool permissive = false;
  ct_error error;
  ct_error_clear(&error);
  ct_validate_options validate = {.features = ct_features_default(), .threads = 1};
  if (count > 1) return opt_usage_error(&spec, "one script is checked at a time; \"%s\" is a second one", argv[2]);
  for (size_t i = 0; i < o.features.count; i++)
    if (ct_features_parse(&validate.features, o.features.items[i], &error) != CT_OK) return opt_usage_error(&spec, "--features %s: %s", o.features.items[i], error.message);
  for (size_t i = 0; i < o.asserts.count; i++) {
    if (strcmp(o.asserts.items[i], "permissive") != 0) return opt_usage_error(&spec, "--assert takes permissive, not \"%s\"", o.asserts.items[i]);
    permissive = true;
  }
  return check(count ? argv[1] : "-", &validate, permissive, o.error_format);
}

/* ---- json-from-wast */

typedef struct json_options {
  bool pretty;
  const char *output, *wasm_dir, *confusing_unicode;
  int error_format;
} json_options;

typedef struct conversion {
  const json_options *o;
  output_set modules;
} conversion;

static ct_status add_module(void *context, const char *name, ct_slice bytes, ct_error *error) {
  conversion *c = context;
  char path[4096];
  int size = c->o->wasm_dir ? snprintf(path, sizeof path, "%s/%s", c->o->wasm_dir, name) : snprintf(path, sizeof path, "%s", name);
  if (size < 0 || (size_t)size >= sizeof path) return fail_with(error, FAIL_OPEN, "the name of a file is too long");
  return outputs_add(&c->modules, path, bytes, true, error);
}

/* The name of a file without its folder and its last ending; to be freed. */
static char *stem_of(const char *path) {
  const char *name = base_name(path), *dot = strrchr(name, '.');
  size_t size = dot && dot != name ? (size_t)(dot - name) : strlen(name);
  char *out = malloc(size + 1);
  if (!out) return NULL;
  memcpy(out, name, size);
  out[size] = 0;
  return out;
}

static ct_status convert(const char *path, const json_options *o, const char *stem, ct_error *error) {
  ct_input input;
  conversion c = {.o = o};
  out_file *out = NULL;
  ct_status status = ct_input_open(&input, path, error);
  if (status == CT_OK) status = output_open(&out, o->output, false, error);
  if (status == CT_OK) {
    ct_sink sink = output_sink(out);
    ct_wast_json_options options = {path, stem, o->pretty, add_module, &c};
    status = ct_wast_json(&sink, input.bytes, &options, error);
  }
  if (status == CT_OK) status = output_finish(out, error);
  ct_status closed = outputs_close(&c.modules, status == CT_OK, error);
  if (status == CT_OK) status = closed;
  closed = output_close(out, status == CT_OK, error);
  ct_input_close(&input);
  return status != CT_OK ? status : closed;
}

int cmd_json_from_wast(int argc, char **argv) {
  json_options o = {.output = "-"};
  const opt_row rows[] = {
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write the JSON; - is standard output. Its name is that of the modules, too"},
      {0, "wasm-dir", OPT_DIRECTORY, &o.wasm_dir, "DIRECTORY", "Where to write the modules (here)"},
      {0, "pretty", OPT_FLAG, &o.pretty, NULL, "Write the JSON on many lines"},
      {0, "allow-confusing-unicode", OPT_STRING, &o.confusing_unicode, "true|false", "Accepted: it is allowed"},
      ERROR_FORMAT_ROW(o.error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool json-from-wast [OPTIONS] FILE",
      "Writes a test script (.wast) as JSON, in the form of wast2json, and its modules as files: what an engine needs to run it without a parser of texts.",
      rows,
      "  ctool json-from-wast i32.wast -o out/i32.json --wasm-dir out\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  if (count != 1) return opt_usage_error(&spec, count ? "one script is converted at a time" : "which script? Its name is needed");
  ct_error error;
  ct_error_clear(&error);
  char *stem = stem_of(strcmp(o.output, "-") == 0 ? argv[1] : o.output);
  if (stem) convert(argv[1], &o, stem, &error);
  else fail_with(&error, FAIL_NOMEM, "out of memory");
  free(stem);
  return error.status == CT_OK ? EXIT_GOOD : tell(&error, argv[1], o.error_format);
}

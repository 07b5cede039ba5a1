/* ctool wast [FILE]: is a test script as it says, and do its modules print as they did? ctool json-from-wast FILE: the script as JSON, its modules as files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "opts.h"
#include "system.h"

/* ---- wast */

typedef struct wast_options {
  opt_strings features, asserts;
  const char *snapshot;
  bool ignore_messages, confusing_unicode;
  int error_format;
} wast_options;

typedef struct told {
  const char *path;
  bool json;
  size_t count;
} told;

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

/* ---- what is checked beyond the script: words of --assert, as wasm-tools has them */

typedef struct asserted {
  bool one_blank, print, json, folded_print, fold, permissive;
} asserted;

/* False for an unknown word. Later words win. */
static bool assert_word(asserted *a, const char *word, size_t size) {
  const struct {
    const char *word;
    bool *set, value;
  } words[] = {{"pretty-whitespace", &a->one_blank, true}, {"snapshot-print", &a->print, true},        {"snapshot-json", &a->json, true},
               {"snapshot-folded", &a->folded_print, true}, {"test-folded", &a->fold, true}, {"no-test-folded", &a->fold, false}, {"permissive", &a->permissive, true}};
  if (size == 7 && memcmp(word, "default", size) == 0) {
    a->one_blank = a->print = a->json = a->fold = true;
    return true;
  }
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strlen(words[i].word) != size || memcmp(words[i].word, word, size) != 0) continue;
    *words[i].set = words[i].value;
    return true;
  }
  return false;
}

static bool assert_words(asserted *a, const char *list) {
  for (;; list++) {
    size_t size = strcspn(list, ",");
    if (!assert_word(a, list, size)) return false;
    list += size;
    if (!*list) return true;
  }
}

/* ---- snapshots */

typedef struct snapshots {
  const asserted *asserted;
  const char *script, *directory;
  bool bless;
} snapshots;

/* Of the script's path what is below a folder called tests; all of a name that has none. */
static const char *below_tests(const char *path) {
  static const char tests[] = "tests/";
  if (strncmp(path, tests, sizeof tests - 1) == 0) return path + sizeof tests - 1;
  const char *at = strstr(path, "/tests/");
  return at ? at + sizeof tests : base_name(path);
}

static ct_status write_snapshot(const char *path, ct_slice text, ct_error *error) {
  char folder[4096];
  snprintf(folder, sizeof folder, "%.*s", (int)(base_name(path) - path), path);
  ct_status status = ct_directory_make(folder, error);
  return status == CT_OK ? output_write(path, text, false, error) : status;
}

/* A text beside its file, "script.wast/3.print" or "script.wast.json"; or, with BLESS in the environment, written there. */
static ct_status check_snapshot(const snapshots *s, const char *number, const char *kind, ct_slice text, ct_error *error) {
  char path[4096];
  ct_input input;
  int size = snprintf(path, sizeof path, "%s/%s%s%s.%s", s->directory, below_tests(s->script), *number ? "/" : "", number, kind);
  if (size < 0 || (size_t)size >= sizeof path) return fail_with(error, FAIL_OPEN, "the name of a snapshot is too long");
  if (s->bless) return write_snapshot(path, text, error);
  ct_status status = ct_input_open(&input, path, error);
  if (status != CT_OK) return status;
  if (input.bytes.size != text.size || (text.size && memcmp(input.bytes.data, text.data, text.size) != 0))
    status = fail_with(error, FAIL_MISUSE, "the snapshot %s is another text; BLESS=1 in the environment writes it anew", path);
  ct_input_close(&input);
  return status;
}

/* ---- */

typedef struct checking {
  told told;
  snapshots snapshots;
} checking;

static void tell_one(void *context, const ct_error *error) {
  told *t = &((checking *)context)->told;
  ct_error copy = *error;
  t->count++;
  tell(&copy, t->path, t->json);
}

static ct_status take_print(void *context, const char *kind, uint32_t number, ct_slice text, ct_error *error) {
  const snapshots *s = &((checking *)context)->snapshots;
  char digits[16];
  snprintf(digits, sizeof digits, "%u", number);
  bool wanted = strcmp(kind, "print") == 0 ? s->asserted->print : s->asserted->folded_print;
  return wanted ? check_snapshot(s, digits, kind, text, error) : CT_OK;
}

static ct_status keep(void *user, ct_slice bytes, ct_error *error) {
  ct_buf *out = user;
  uint8_t *more = realloc(out->data, out->size + bytes.size + 1);
  if (!more) return fail_with(error, FAIL_NOMEM, "out of memory");
  if (bytes.size) memcpy(more + out->size, bytes.data, bytes.size);
  out->data = more;
  out->size += bytes.size;
  return CT_OK;
}

static ct_status forget_module(void *context, const char *name, ct_slice bytes, ct_error *error) { return (void)context, (void)name, (void)bytes, (void)error, CT_OK; }

static ct_status check_json(const snapshots *s, ct_slice script, ct_error *error) {
  ct_buf json = {0};
  char *stem = stem_of(s->script);
  if (!stem) return fail_with(error, FAIL_NOMEM, "out of memory");
  const ct_sink sink = {keep, &json};
  const ct_wast_json_options options = {s->script, stem, true, forget_module, NULL};
  ct_status status = ct_wast_json(&sink, script, &options, error);
  if (status == CT_OK) status = check_snapshot(s, "", "json", (ct_slice){json.data, json.size}, error);
  free(json.data);
  free(stem);
  return status;
}

static int check(const char *path, const ct_validate_options *validate, const asserted *a, const char *directory, bool json) {
  ct_error error;
  ct_error_clear(&error);
  ct_input input;
  checking c = {{path, json, 0}, {a, path, directory, system_variable("BLESS") != NULL}};
  ct_status status = ct_input_open(&input, path, &error);
  ct_wast_options options = {.validate = validate, .permissive = a->permissive, .fold = a->fold, .one_blank = a->one_blank, .report = tell_one, .context = &c};
  if (a->print || (a->folded_print && a->fold)) options.snapshot = take_print;
  if (status == CT_OK && a->json) status = check_json(&c.snapshots, input.bytes, &error);
  if (status == CT_OK) status = ct_wast_check(input.bytes, &options, &error);
  if (status != CT_OK && c.told.count == 0) tell(&error, path, json);
  if (c.told.count > 1 && !json) fprintf(stderr, "%zu directives are not as they should be\n", c.told.count);
  ct_input_close(&input);
  return status == CT_OK ? EXIT_GOOD : EXIT_BAD_INPUT;
}

int cmd_wast(int argc, char **argv) {
  wast_options o = {0};
  const opt_row rows[] = {
      {'f', "features", OPT_STRINGS, &o.features, "LIST", "Comma-separated: NAME switches on, -NAME off; all, mvp, wasm1, wasm2, wasm3, lime1; repeatable"},
      {'a', "assert", OPT_STRINGS, &o.asserts, "LIST", "Comma-separated: permissive lets validation find what the specification calls malformed; test-folded, no-test-folded, pretty-whitespace, snapshot-print, snapshot-folded, snapshot-json; default is all but permissive and snapshot-folded; repeatable"},
      {0, "snapshot", OPT_DIRECTORY, &o.snapshot, "DIRECTORY", "Where snapshots are; BLESS=1 in the environment writes them"},
      {0, "ignore-error-messages", OPT_FLAG, &o.ignore_messages, NULL, "Accepted: the wording of messages is never compared"},
      {0, "allow-confusing-unicode", OPT_FLAG, &o.confusing_unicode, NULL, "Accepted: it is allowed"},
      ERROR_FORMAT_ROW(o.error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool wast [OPTIONS] [FILE]",
      "Checks a test script (.wast), short of running it: what should be valid is valid and makes itself again by what it prints as, what should be refused is refused.\nWithout FILE, or with -, standard input is read.",
      rows,
      "  ctool wast i32.wast\n"
      "  ctool wast --features wasm2 i32.wast\n"
      "  ctool wast --assert default --snapshot tests/snapshots tests/mine.wast\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  asserted a = {0};
  ct_error error;
  ct_error_clear(&error);
  ct_validate_options validate = {.features = ct_features_default(), .threads = 1};
  if (count > 1) return opt_usage_error(&spec, "one script is checked at a time; \"%s\" is a second one", argv[2]);
  for (size_t i = 0; i < o.features.count; i++)
    if (ct_features_parse(&validate.features, o.features.items[i], &error) != CT_OK) return opt_usage_error(&spec, "--features %s: %s", o.features.items[i], error.message);
  for (size_t i = 0; i < o.asserts.count; i++)
    if (!assert_words(&a, o.asserts.items[i])) return opt_usage_error(&spec, "--assert %s: there is no such word; `ctool wast --help` lists them", o.asserts.items[i]);
  if ((a.print || a.json || a.folded_print) && !o.snapshot) return opt_usage_error(&spec, "which snapshots? --snapshot DIRECTORY says where they are");
  return check(count ? argv[1] : "-", &validate, &a, o.snapshot, o.error_format);
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
  status = outputs_close(&c.modules, status, error);
  status = output_close(out, status, error);
  ct_input_close(&input);
  return status;
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
      "  mkdir -p out && ctool json-from-wast i32.wast -o out/i32.json --wasm-dir out\n"};
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

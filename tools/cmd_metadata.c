/* ctool metadata show [FILE]: what a binary says of itself. ctool metadata add [FILE] -o OUT: changes that. */
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "opts.h"

typedef struct show_options {
  bool json;
  const char *output;
  int error_format;
} show_options;

static ct_status show(const ct_sink *sink, ct_slice bytes, const void *o, ct_error *error) {
  return ct_metadata_show(sink, bytes, ((const show_options *)o)->json ? CT_METADATA_JSON : CT_METADATA_TABLES, error);
}

int cmd_metadata_show(int argc, char **argv) {
  show_options o = {.output = "-"};
  const opt_row rows[] = {
      {0, "json", OPT_FLAG, &o.json, NULL, "Write JSON, on one line"},
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write; - is standard output"},
      ERROR_FORMAT_ROW(o.error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool metadata show [OPTIONS] [FILE]",
      "Shows name, size, producers and annotations of a module or component, and of all that is nested in it.\nWithout FILE, or with -, standard input is read.",
      rows,
      "  ctool metadata show app.wasm\n"
      "  ctool metadata show --json app.wasm | jq .component.metadata.producers\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  if (count > 1) return opt_usage_error(&spec, "one file is shown at a time; \"%s\" is a second one", argv[2]);
  const char *path = count ? argv[1] : "-";
  ct_error error;
  ct_error_clear(&error);
  return show_file(path, &(text_options){0}, o.output, show, &o, &error) == CT_OK ? EXIT_GOOD : tell(&error, path, o.error_format);
}

/* ---- add */

enum { PRODUCER_FIELDS = 3, TEXTS = 1 + CT_ANNOTATIONS };

static const char *const producer_fields[PRODUCER_FIELDS] = {"language", "processed-by", "sdk"};

typedef struct add_options {
  ct_metadata_change change;
  opt_strings producers[PRODUCER_FIELDS]; /* NAME=VERSION */
  bool text;
  const char *output;
  text_options read;
  int error_format;
} add_options;

static ct_status add_to_file(const char *path, const add_options *o, ct_error *error) {
  ct_wasm_file file;
  ct_pieces pieces = {0};
  ct_status status = wasm_file_open_text(&file, path, &o->read, error);
  if (status == CT_OK) status = ct_metadata_add(&pieces, file.bytes, &o->change, error);
  if (status == CT_OK) status = output_write_pieces(o->output, &pieces, o->text, error);
  ct_pieces_free(&pieces);
  wasm_file_close(&file);
  return status;
}

/* Cuts each NAME=VERSION at its first `=`. Gives the one that has none, or NULL; the list is to be freed. */
static const char *split_producers(add_options *o, ct_producer *list) {
  o->change.producers = list;
  for (int field = 0; field < PRODUCER_FIELDS; field++) {
    for (size_t i = 0; i < o->producers[field].count; i++) {
      char *text = (char *)o->producers[field].items[i]; /* of argv */
      char *equals = strchr(text, '=');
      if (!equals) return text;
      *equals = 0;
      list[o->change.producer_count++] = (ct_producer){producer_fields[field], text, equals + 1};
    }
  }
  return NULL;
}

/* The name of a text that is both set and cleared, or NULL. */
static const char *contradiction(const ct_metadata_change *change) {
  static const char *const names[CT_ANNOTATIONS] = {"authors", "description", "licenses", "source", "homepage", "revision", "version"};
  if (change->name.set && change->name.clear) return "name";
  for (int i = 0; i < CT_ANNOTATIONS; i++) {
    if (change->annotations[i].set && change->annotations[i].clear) return names[i];
  }
  return NULL;
}

static int add_run(const opt_spec *spec, add_options *o, int count, char **argv, ct_producer *list) {
  if (count > 1) return opt_usage_error(spec, "one file is changed at a time; \"%s\" is a second one", argv[2]);
  const char *both = contradiction(&o->change);
  if (both) return opt_usage_error(spec, "--%s and --clear-%s do not go together", both, both);
  const char *lone = split_producers(o, list);
  if (lone) return opt_usage_error(spec, "NAME=VERSION was expected, \"%s\" has no =; the version may be empty", lone);
  const char *path = count ? argv[1] : "-";
  ct_error error;
  ct_error_clear(&error);
  return add_to_file(path, o, &error) == CT_OK ? EXIT_GOOD : tell(&error, path, o->error_format);
}

#define TEXT_ROWS(target, name, what)                                          \
  {0, name, OPT_STRING, &(target).set, "TEXT", "Set the " what},               \
  {0, "clear-" name, OPT_FLAG, &(target).clear, NULL, "Remove the " what}

int cmd_metadata_add(int argc, char **argv) {
  add_options o = {.output = "-"};
  ct_metadata_text *texts = o.change.annotations;
  const opt_row rows[] = {
      TEXT_ROWS(o.change.name, "name", "name of the module or component"),
      {0, "language", OPT_STRINGS, &o.producers[0], "NAME=VERSION", "Add a language to the producers; repeatable"},
      {0, "processed-by", OPT_STRINGS, &o.producers[1], "NAME=VERSION", "Add a tool to the producers; repeatable"},
      {0, "sdk", OPT_STRINGS, &o.producers[2], "NAME=VERSION", "Add an SDK to the producers; repeatable"},
      TEXT_ROWS(texts[CT_ANNOTATION_AUTHORS], "authors", "people or organization responsible"),
      TEXT_ROWS(texts[CT_ANNOTATION_DESCRIPTION], "description", "description"),
      TEXT_ROWS(texts[CT_ANNOTATION_LICENSES], "licenses", "licences, an SPDX expression"),
      TEXT_ROWS(texts[CT_ANNOTATION_SOURCE], "source", "URL of the source code"),
      TEXT_ROWS(texts[CT_ANNOTATION_HOMEPAGE], "homepage", "URL to find more at"),
      TEXT_ROWS(texts[CT_ANNOTATION_REVISION], "revision", "revision in source control"),
      TEXT_ROWS(texts[CT_ANNOTATION_VERSION], "version", "version"),
      {'t', "wat", OPT_FLAG, &o.text, NULL, "Write the text format"},
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write; may be the input; - is standard output"},
      DWARF_ROWS(o.read),
      ERROR_FORMAT_ROW(o.error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool metadata add [OPTIONS] [FILE]",
      "Changes name, producers and annotations of a module or component; what is nested in it stays.\nWithout FILE, or with -, standard input is read.",
      rows,
      "  ctool metadata add --language C=17 --version 1.2.0 app.wasm -o app.wasm\n"
      "  ctool metadata add --clear-description app.wasm | ctool metadata show\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  ct_producer *list = calloc((size_t)argc + 1, sizeof *list);
  if (!list) {
    ct_error error = {0};
    fail_with(&error, FAIL_NOMEM, "out of memory");
    return tell(&error, NULL, false);
  }
  status = add_run(&spec, &o, count, argv, list);
  free(list);
  return status;
}

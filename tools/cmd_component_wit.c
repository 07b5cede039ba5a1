/* ctool component wit [INPUT]: reads WIT in any of its forms and writes it as text, JSON, binary, or a tree of files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "opts.h"
#include "words.h"

typedef struct wit_options {
  bool wasm, text, json, no_docs, importize, exportize, all_features, no_builtin, skip_validation, canonical;
  const char *output, *out_dir, *json_compat;
  int error_format;
  const char *importize_world, *importize_name, *exportize_world, *exportize_name, *merge_world, *nominal_world;
  opt_strings features, exportize_imports;
} wit_options;

/* A hint says --world, as other commands have it; here the option that is meant has another name. */
static ct_status name_option(ct_status status, const char *option, ct_error *error) {
  static const char general[] = "choose with --world NAME";
  size_t size = sizeof general - 1;
  if (status == CT_OK || strncmp(error->hint, general, size) != 0) return status;
  char rest[sizeof error->hint];
  snprintf(rest, sizeof rest, "%s", error->hint + size);
  snprintf(error->hint, sizeof error->hint, "choose with %s NAME%.700s", option, rest);
  return status;
}

/* The world that is changed, if any is asked to be; each of the ways to do it excludes the others. */
static ct_status transform(ct_wit *wit, const wit_options *o, ct_error *error) {
  if (o->importize || o->importize_world) return name_option(ct_wit_importize(wit, o->importize_world, o->importize_name, error), "--importize-world", error);
  if (o->exportize || o->exportize_world)
    return name_option(ct_wit_exportize(wit, o->exportize_world, o->exportize_name, o->exportize_imports.items, o->exportize_imports.count, error),
                       "--exportize-world", error);
  if (o->merge_world) return ct_wit_merge_imports(wit, o->merge_world, error);
  if (o->nominal_world) return ct_wit_nominalize(wit, o->nominal_world, error);
  return CT_OK;
}

typedef struct tree {
  const char *directory, *input;
  output_set files;
  words paths; /* of what is in the set */
  ct_error *error;
} tree;

static ct_status write_file(void *context, const char *name, ct_slice text) {
  tree *t = context;
  size_t size = strlen(t->directory) + strlen(name) + 2;
  char *path = malloc(size);
  if (!path) return t->error->status = 1;
  snprintf(path, size, "%s%s%s", t->directory, t->directory[strlen(t->directory) - 1] == '/' ? "" : "/", name); /* --out-dir is not empty */
  char *slash = strrchr(path, '/');
  *slash = 0;
  ct_status status = ct_directory_make(path, t->error);
  *slash = '/';
  if (status == CT_OK) status = outputs_add(&t->files, path, text, false, t->error);
  if (status == CT_OK) status = words_add(&t->paths, path, t->error);
  free(path);
  return status;
}

static const char *below(const char *path, const char *directory) {
  path += strlen(directory);
  return path + strspn(path, "/");
}

/* A source that lies where the files go must be one of them, or its package is there twice then. */
static ct_status check_source(void *context, const char *source) {
  const tree *t = context;
  for (size_t i = 0; i < t->paths.count; i++)
    if (strcmp(below(t->paths.items[i], t->directory), below(source, t->input)) == 0) return CT_OK;
  fail_with(t->error, FAIL_WRITE, "%s would stay beside the files that are written, and what it declares be there twice", source);
  snprintf(t->error->hint, sizeof t->error->hint, "give --out-dir another directory");
  return t->error->status;
}

static ct_status write_tree(ct_wit *wit, const ct_wit_print_options *print, const char *directory, const char *input, ct_error *error) {
  tree t = {.directory = directory, .input = input, .error = error};
  ct_status status = ct_wit_each_file(wit, print, write_file, &t, error);
  if (status == CT_OK && ct_path_kind_of(input) == CT_PATH_DIRECTORY && ct_is_same_output(directory, input)) status = ct_wit_each_source(wit, check_source, &t);
  status = outputs_close(&t.files, status, error);
  for (size_t i = 0; i < t.paths.count && status == CT_OK; i++) printf("Writing: %s\n", t.paths.items[i]);
  words_free(&t.paths);
  return status;
}

/* The package as WebAssembly, in binary or in text form; what was made is validated with all that the format knows. */
static ct_status emit_wasm(ct_wit *wit, const wit_options *o, ct_error *error) {
  ct_buf out = {0};
  ct_wit_encode_options encode = {o->canonical, o->skip_validation};
  ct_status status = ct_wit_encode(wit, &encode, &out, error);
  ct_slice bytes = {out.data, out.size};
  if (status == CT_OK && !o->skip_validation) status = validate_made(bytes, error);
  ct_pieces pieces = {&bytes, 1, NULL};
  if (status == CT_OK) status = output_write_pieces(o->output, &pieces, o->text, error);
  ct_buf_free(&out);
  return status;
}

static ct_wit_json_shape shape_of(const wit_options *o) {
  if (!o->json_compat) return CT_WIT_JSON_CURRENT;
  return strcmp(o->json_compat, "1.208") == 0 ? CT_WIT_JSON_1_208 : CT_WIT_JSON_1_225;
}

static ct_status emit(ct_wit *wit, const wit_options *o, const char *input, ct_error *error) {
  ct_wit_print_options print = {o->no_docs};
  out_file *out = NULL;
  if (o->wasm || o->text) return emit_wasm(wit, o, error);
  if (o->out_dir) return write_tree(wit, &print, o->out_dir, input, error);
  ct_status status = output_open(&out, o->output, false, error);
  if (status == CT_OK) {
    ct_sink sink = output_sink(out);
    status = o->json || o->json_compat ? ct_wit_print_json_to(wit, shape_of(o), &sink, error) : ct_wit_print_to(wit, &print, &sink, error);
  }
  return output_close(out, status, error);
}

static int run(const char *input, const wit_options *o) {
  ct_error error;
  ct_wit *wit;
  ct_error_clear(&error);
  ct_wit_options options = {o->features.items, o->features.count, o->all_features, o->no_builtin};
  ct_status status = ct_wit_open(&wit, input, &options, &error);
  if (status == CT_OK) status = transform(wit, o, &error);
  if (status == CT_OK) status = emit(wit, o, input, &error);
  ct_wit_free(wit);
  return status == CT_OK ? EXIT_GOOD : tell(&error, input, o->error_format);
}

/* What is wrong with the options together, or NULL. */
static const char *conflict(const wit_options *o) {
  int forms = o->wasm + o->text + (o->json || o->json_compat ? 1 : 0) + (o->out_dir ? 1 : 0);
  int changes = o->importize + o->exportize + !!o->importize_world + !!o->exportize_world + !!o->merge_world + !!o->nominal_world;
  if (forms > 1) return "of --wasm, --wat, --json and --out-dir only one can be given";
  if (o->out_dir && strcmp(o->output, "-") != 0) return "--out-dir and --output exclude each other";
  if (changes > 1) return "a world can be changed in one way at a time";
  if (o->json_compat && strcmp(o->json_compat, "1.208") != 0 && strcmp(o->json_compat, "1.225") != 0) return "--json-compat takes 1.208 or 1.225";
  return NULL;
}

int cmd_component_wit(int argc, char **argv) {
  wit_options o = {.output = "-"};
  const opt_row rows[] = {
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write; - is standard output"},
      {'w', "wasm", OPT_FLAG, &o.wasm, NULL, "Write the package in binary form"},
      {'t', "wat", OPT_FLAG, &o.text, NULL, "Write the package in the text form of WebAssembly"},
      {'j', "json", OPT_FLAG, &o.json, NULL, "Write the resolved graph as JSON"},
      {0, "out-dir", OPT_DIRECTORY, &o.out_dir, "DIR", "Write each package to a file of its own, dependencies in deps/"},
      {0, "no-docs", OPT_FLAG, &o.no_docs, NULL, "Leave documentation out of text"},
      ERROR_FORMAT_ROW(o.error_format),
      OPT_GROUP("the WIT that is read"),
      {0, "features", OPT_STRINGS, &o.features, "NAMES", "Features of @unstable that are active; repeatable"},
      {0, "all-features", OPT_FLAG, &o.all_features, NULL, "All features are active"},
      {0, "no-builtin-wit", OPT_FLAG, &o.no_builtin, NULL, "Missing wasi:* packages are not taken from those built in"},
      OPT_GROUP("another world than the one that is read"),
      {0, "importize", OPT_FLAG, &o.importize, NULL, "The world's exports become imports: what it takes to use a component"},
      {0, "importize-world", OPT_STRING, &o.importize_world, "WORLD", "The same for a world of a WIT package"},
      {0, "importize-out-world-name", OPT_STRING, &o.importize_name, "NAME", "What to call the world then"},
      {0, "exportize", OPT_FLAG, &o.exportize, NULL, "The world's imports become exports: what it takes to serve a component"},
      {0, "exportize-world", OPT_STRING, &o.exportize_world, "WORLD", "The same for a world of a WIT package"},
      {0, "exportize-import", OPT_STRINGS, &o.exportize_imports, "NAME", "Only this import becomes an export; repeatable"},
      {0, "exportize-out-world-name", OPT_STRING, &o.exportize_name, "NAME", "What to call the world then"},
      {0, "merge-world-imports-based-on-semver", OPT_STRING, &o.merge_world, "WORLD", "Keep the latest of imports at compatible versions"},
      {0, "generate-nominal-type-ids", OPT_STRING, &o.nominal_world, "WORLD", "Types of their own for interfaces that are imported and exported"},
      OPT_GROUP("how it is written"),
      {0, "emit-canonical-names", OPT_FLAG, &o.canonical, NULL, "There, name interfaces by the track of their version, wasi:cli/run@0.2: not yet for wasmtime 46, which lacks cm-implements"},
      {0, "json-compat", OPT_STRING, &o.json_compat, "1.208|1.225", "JSON in the shape that readers of that time know"},
      {0, "skip-validation", OPT_FLAG, &o.skip_validation, NULL, "With --wasm or --wat, do not validate what is written"},
      {0},
  };
  const opt_spec spec = {
      "ctool component wit [OPTIONS] [INPUT]",
      "Reads WIT and writes it as text, or in another form.\nINPUT is a directory of .wit files (with deps/), a .wit file, a WIT package in binary form, a component, "
      "or a core module with component-type sections. Without it, or with -, standard input is read.",
      rows,
      "  ctool component wit app.wasm                     a component's world\n"
      "  ctool component wit wit/ --json | jq .worlds     for generators of bindings\n"
      "  ctool component wit wit/ --wasm -o package.wasm  with dependencies\n"
      "  ctool component wit app.wasm --out-dir wit/      a file for each package\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  if (count > 1) return opt_usage_error(&spec, "one input is read at a time; \"%s\" is a second one", argv[2]);
  if (conflict(&o)) return opt_usage_error(&spec, "%s", conflict(&o));
  return run(count ? argv[1] : "-", &o);
}

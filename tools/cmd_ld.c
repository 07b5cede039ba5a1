/* ctool ld, or wasm-component-ld by name: stands where a compiler calls its linker. Its own options are taken out of the command line, all others go to wasm-ld
 * in their order, and what wasm-ld made becomes a component. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters.h"
#include "common.h"
#include "dep_file.h"
#include "linker.h"
#include "objects.h"
#include "opts.h"
#include "system.h"

typedef struct ld_options {
  bool verbose, version, validate, merge_imports, reject_legacy_names, realloc_via_memory_grow, skip_component, optimize, strip, why_size;
  const char *output, *linker, *quoting, *wit, *world, *dep_file;
  int wasi_adapter, string_encoding, error_format;
  opt_strings adapters, component_types, append;
} ld_options;

/* The command line, in two. */
typedef struct split {
  const opt_spec *spec;
  words own;    /* with a name in front, as opt_parse wants it */
  words linker; /* wasm-ld's */
  words inputs; /* files that the output is made of, for --dep-file */
  words directories, libraries; /* of -L and -l */
  bool is_component;            /* false when wasm-ld makes something that no component is made of: a shared library, an object file */
} split;

static void free_split(split *s) {
  words *all[] = {&s->own, &s->linker, &s->inputs, &s->directories, &s->libraries};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) words_free(all[i]);
}

/* ---- whose option it is */

static const opt_row *own_row(const opt_spec *spec, const char *argument) {
  bool is_long = argument[0] == '-' && argument[1] == '-';
  size_t size = is_long ? strcspn(argument + 2, "=") : 0;
  for (const opt_row *row = spec->rows; row->help; row++) {
    if (is_long && row->long_name && strlen(row->long_name) == size && strncmp(row->long_name, argument + 2, size) == 0) return row;
    if (!is_long && row->short_name && argument[1] == row->short_name && (row->kind != OPT_FLAG || !argument[2])) return row;
  }
  return NULL;
}

static bool is_help(const char *argument) { return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0; }

/* -Ldirectory, -L directory, -lname, -l name: `value` is what comes after the letter, or the next argument. */
static ct_status note_library(split *s, char letter, const char *value, ct_error *error) {
  if (letter == 'L') return words_add(&s->directories, value, error);
  return letter == 'l' ? words_add(&s->libraries, value, error) : CT_OK;
}

/* One option of wasm-ld, with its value where that is an argument of its own. */
static ct_status forward(split *s, const words *all, size_t *at, ct_error *error) {
  static const char *const not_a_component[] = {"shared", "r", "relocatable"};
  const char *argument = all->items[(*at)++], *name = argument + 1 + (argument[1] == '-');
  for (size_t i = 0; i < sizeof not_a_component / sizeof *not_a_component; i++)
    if (strcmp(name, not_a_component[i]) == 0) s->is_component = false;
  ct_status status = words_add(&s->linker, argument, error);
  if (status != CT_OK) return status;
  if (!linker_takes_next(argument) || *at == all->count) return note_library(s, argument[1], argument + 2, error);
  const char *value = all->items[(*at)++];
  status = words_add(&s->linker, value, error);
  return status == CT_OK && !argument[2] ? note_library(s, argument[1], value, error) : status;
}

static ct_status take_next(split *s, const words *all, size_t *at, ct_error *error) {
  const char *argument = all->items[*at];
  bool is_option = argument[0] == '-' && argument[1];
  const opt_row *row = is_option ? own_row(s->spec, argument) : NULL;
  if (!is_option) {
    ++*at;
    ct_status status = words_add(&s->inputs, argument, error);
    return status == CT_OK ? words_add(&s->linker, argument, error) : status;
  }
  if (!row && !is_help(argument)) return forward(s, all, at, error);
  ++*at;
  ct_status status = words_add(&s->own, argument, error);
  bool is_alone = row && row->kind != OPT_FLAG && (argument[1] == '-' ? !strchr(argument, '=') : !argument[2]);
  if (row && *at < all->count && opt_wants_equals(row, argument, all->items[*at])) is_alone = true;
  return status == CT_OK && is_alone && *at < all->count ? words_add(&s->own, all->items[(*at)++], error) : status;
}

/* rustc names the flavor as lld's own driver wants it. The words of CTOOL_LD_FLAGS come before those of the command line, which has the last word. */
static ct_status split_all(split *s, int argc, char **argv, ct_error *error) {
  words all = {0}, more = {0};
  int from = argc > 2 && strcmp(argv[1], "-flavor") == 0 && strcmp(argv[2], "wasm") == 0 ? 3 : 1;
  const char *flags = system_variable("CTOOL_LD_FLAGS");
  ct_status status = words_add(&s->own, argv[0], error);
  if (status == CT_OK && flags) status = words_split(&more, (ct_slice){(const uint8_t *)flags, strlen(flags)}, "CTOOL_LD_FLAGS", error);
  if (status == CT_OK) status = words_expand(&all, &s->inputs, more.items, more.count, error);
  if (status == CT_OK) status = words_expand(&all, &s->inputs, argv + from, (size_t)(argc - from), error);
  for (size_t at = 0; at < all.count && status == CT_OK;) status = take_next(s, &all, &at, error);
  words_free(&more);
  words_free(&all);
  return status;
}

/* ---- the linker */

static ct_status linker_command(words *command, const split *s, const ld_options *o, const char *output, ct_error *error) {
  ct_status status = linker_find(command, o->linker, error);
  if (status == CT_OK) status = linker_color(command, error);
  for (size_t i = 0; i < s->linker.count && status == CT_OK; i++) status = words_add(command, s->linker.items[i], error);
  for (size_t i = 0; i < o->append.count && status == CT_OK; i++) status = words_add(command, o->append.items[i], error);
  if (status == CT_OK && o->verbose) status = words_add(command, "--verbose", error);
  if (status == CT_OK) status = words_add(command, "-o", error);
  return status == CT_OK ? words_add(command, output, error) : status;
}

/* lld tells by itself what is wrong. One that ends badly without a word, or well without a file, is told about. */
static ct_status check_linker(int how, bool spoke, const char *linker, const char *output, const ld_options *o, ct_error *error) {
  ct_error silent;
  if (how == 0 && ct_path_kind_of(output) == CT_PATH_NONE) return fail_with(error, FAIL_RUN, "the linker `%s` ended well, but wrote no file", linker);
  if (how == 0 || spoke) return CT_OK;
  ct_error_clear(&silent);
  fail_with(&silent, FAIL_RUN, "the linker `%s` ended with status %d and said nothing", linker, how);
  tell(&silent, NULL, o->error_format);
  return CT_OK; /* the status is handed on */
}

static ct_status run_linker(int *how, const split *s, const ld_options *o, const scratch *room, const char *output, ct_error *error) {
  words command = {0};
  ct_status status = linker_command(&command, s, o, output, error);
  if (status == CT_OK && o->verbose) {
    for (size_t i = 0; i < command.count; i++) fprintf(stderr, "%s%s", i ? " " : "", command.items[i]);
    fputc('\n', stderr);
  }
  bool spoke = false;
  if (status == CT_OK) status = linker_run(how, &spoke, &command, room, error);
  if (status == CT_OK) status = check_linker(*how, spoke, command.items[0], output, o, error);
  words_free(&command);
  return status;
}

/* ---- what the output is made of */

/* Adds libNAME.a or libNAME.so of the first directory that has it, as the linker looks for it. What is not found is the linker's to tell. */
static ct_status add_library(split *s, const char *name, ct_error *error) {
  static const char *const forms[] = {"%s/lib%s.so", "%s/lib%s.a"};
  for (size_t i = 0; i < s->directories.count; i++)
    for (size_t j = 0; j < 2; j++) {
      char path[4096];
      int size = snprintf(path, sizeof path, forms[j], s->directories.items[i], name);
      if (size > 0 && (size_t)size < sizeof path && ct_path_kind_of(path) == CT_PATH_FILE) return words_add(&s->inputs, path, error);
    }
  return CT_OK;
}

static ct_status add_libraries(split *s, ct_error *error) {
  ct_status status = CT_OK;
  for (size_t i = 0; i < s->libraries.count && status == CT_OK; i++) status = add_library(s, s->libraries.items[i], error);
  words_free(&s->libraries); /* once is enough */
  return status;
}

static ct_status add_dependencies(output_set *set, split *s, const ld_options *o, ct_error *error) {
  if (!o->dep_file) return CT_OK;
  ct_status status = add_libraries(s, error);
  return status == CT_OK ? dep_file_add(set, o->dep_file, o->output, &s->inputs, error) : status;
}

/* ---- the component */

typedef struct worlds {
  ct_buf *contents; /* of component-type sections */
  ct_slice *slices;
  size_t count;
} worlds;

static void free_worlds(worlds *w) {
  for (size_t i = 0; i < w->count; i++) ct_buf_free(&w->contents[i]);
  free(w->contents);
  free(w->slices);
}

static ct_status read_world(worlds *w, split *s, const char *path, const ct_embed_options *options, ct_error *error) {
  ct_wit *wit = NULL;
  ct_buf *content = &w->contents[w->count];
  ct_status status = ct_wit_open(&wit, path, NULL, error);
  if (status == CT_OK) status = ct_component_type(content, wit, options, error);
  if (status == CT_OK) status = dep_add_wit(&s->inputs, wit, error);
  if (status != CT_OK && !error->file[0]) snprintf(error->file, sizeof error->file, "%s", path);
  w->slices[w->count++] = (ct_slice){content->data, content->size};
  ct_wit_free(wit);
  return status;
}

static ct_status read_worlds(worlds *w, split *s, const ld_options *o, ct_error *error) {
  ct_embed_options options = {.encoding = (ct_string_encoding)o->string_encoding, .skip_validation = true};
  w->contents = calloc(o->component_types.count + 1, sizeof *w->contents);
  w->slices = calloc(o->component_types.count + 1, sizeof *w->slices);
  if (!w->contents || !w->slices) return fail_with(error, FAIL_NOMEM, "out of memory");
  ct_status status = CT_OK;
  for (size_t i = 0; i < o->component_types.count && status == CT_OK; i++) status = read_world(w, s, o->component_types.items[i], &options, error);
  options.world = o->world;
  return status == CT_OK && o->wit ? read_world(w, s, o->wit, &options, error) : status;
}

static ct_status add_as_asked(output_set *set, const ct_pieces *pieces, const ld_options *o, ct_error *error) {
  return o->optimize ? add_optimized_pieces(set, o->output, pieces, NULL, false, error) : outputs_add_pieces(set, o->output, pieces, false, error);
}

static ct_status add_component(output_set *set, const ct_pieces *made, const ld_options *o, ct_error *error) {
  ct_pieces stripped = {0};
  ct_slice whole = {0};
  if (!o->strip) return add_as_asked(set, made, o, error);
  ct_status status = join_pieces(&whole, made, error);
  if (status == CT_OK) status = ct_strip(&stripped, whole, NULL, error);
  if (status == CT_OK) status = add_as_asked(set, &stripped, o, error);
  ct_pieces_free(&stripped);
  free((void *)whole.data);
  return status;
}

/* What ct_component_new calls back: notices, which want a listener, and questions. */
typedef struct callee {
  listener who;
  split *s;
  objects linked;
} callee;

static const char *object_of(void *context, const char *module, const char *name) {
  callee *c = context;
  ct_error ignored;
  ct_error_clear(&ignored);
  return add_libraries(c->s, &ignored) == CT_OK ? objects_find(&c->linked, module, name) : NULL;
}

static ct_status make_component(output_set *set, split *s, const ct_slice module, const worlds *w, const adapter_list *adapters, const ld_options *o, ct_error *error) {
  ct_pieces made = {0};
  callee c = {.who = {o->output, o->error_format, o->verbose}, .s = s, .linked = {.files = &s->inputs, .linked = module}};
  ct_component_new_options options = {
      .adapters = adapters->items, .adapter_count = adapters->count, .component_types = w->slices, .component_type_count = w->count,
      .skip_validation = !o->validate, .realloc_via_memory_grow = o->realloc_via_memory_grow, .keep_import_versions = !o->merge_imports,
      .reject_legacy_names = o->reject_legacy_names, .wasi_adapter = (ct_wasi_adapter)o->wasi_adapter, .tell = tell_notice, .object_of = object_of, .context = &c};
  ct_status status = ct_component_new(&made, module, &options, error);
  if (status == CT_OK) status = add_component(set, &made, o, error);
  ct_pieces_free(&made);
  return status;
}

static ct_status componentize(output_set *set, split *s, const ld_options *o, const char *module, ct_error *error) {
  ct_input input = {0};
  worlds w = {0};
  adapter_list adapters = {0};
  ct_status status = ct_input_open(&input, module, error);
  if (status == CT_OK) status = read_worlds(&w, s, o, error);
  if (status == CT_OK) status = adapters_open(&adapters, &o->adapters, error);
  for (size_t i = 0; i < adapters.count && status == CT_OK; i++) status = words_add(&s->inputs, adapters.items[i].file, error);
  if (status == CT_OK) status = add_dependencies(set, s, o, error);
  if (status == CT_OK) status = make_component(set, s, input.bytes, &w, &adapters, o, error);
  adapters_close(&adapters);
  free_worlds(&w);
  ct_input_close(&input);
  return status;
}

/* ---- the whole */

static ct_status link_into(int *how, output_set *set, split *s, const ld_options *o, const scratch *room, ct_error *error) {
  bool is_component = s->is_component && !o->skip_component;
  const char *output = is_component ? room->module : o->output;
  ct_status status = is_component ? CT_OK : add_dependencies(set, s, o, error);
  if (status == CT_OK) status = run_linker(how, s, o, room, output, error);
  if (status != CT_OK || *how) return status;
  return is_component ? componentize(set, s, o, output, error) : CT_OK;
}

/* Where the bytes of the output went, for people: what `ctool size` prints, on stderr. */
static ct_status tell_size(const char *output, ct_error *error) {
  enum { MOST = 25 };
  ct_input input;
  ct_buf text = {0};
  ct_size_options options = {.most = MOST};
  ct_status status = ct_input_open(&input, output, error);
  if (status == CT_OK) status = ct_size(&text, input.bytes, &options, error);
  if (status == CT_OK) fwrite(text.data, 1, text.size, stderr);
  ct_buf_free(&text);
  ct_input_close(&input);
  return status;
}

static ct_status link_all(int *how, split *s, const ld_options *o, ct_error *error) {
  scratch room = {0};
  output_set set = {0};
  ct_status status = scratch_make(&room, o->output, error);
  if (status == CT_OK) status = link_into(how, &set, s, o, &room, error);
  ct_status closed = outputs_close(&set, status == CT_OK && *how ? FAIL_RUN : status, error); /* nothing is put in place of what the linker refused */
  scratch_remove(&room);
  if (*how == 0) status = closed;
  return status == CT_OK && *how == 0 && o->why_size ? tell_size(o->output, error) : status;
}

static int version(void) {
  printf("wasm-component-ld 0.5.27 (ctool %s)\n", ct_version()); /* compilers ask: the version of the one that it does the work of comes first */
  return EXIT_GOOD;
}

/* What the parsed options do not allow; -1 when all is well. */
static int check(const opt_spec *spec, const split *s, const ld_options *o) {
  if (o->world && !o->wit) return opt_usage_error(spec, "--world chooses a world of --wit, which is not given");
  if (!o->output) return opt_usage_error(spec, "-o FILE is missing: where to write");
  for (size_t i = 0; o->dep_file && i < s->inputs.count; i++)
    if (ct_is_same_output(o->dep_file, s->inputs.items[i])) return opt_usage_error(spec, "--dep-file %s would be written over the input %s", o->dep_file, s->inputs.items[i]);
  return -1;
}

static int run(const opt_spec *spec, ld_options *o, int argc, char **argv) {
  ct_error error;
  ct_error_clear(&error);
  split s = {.spec = spec, .is_component = true};
  int how = 0, count, status = -1;
  ct_status failed = split_all(&s, argc, argv, &error);
  if (failed == CT_OK) status = opt_parse(spec, (int)s.own.count, s.own.items, &count);
  if (failed == CT_OK && status < 0 && o->version) status = version();
  if (failed == CT_OK && status < 0) status = check(spec, &s, o);
  if (failed == CT_OK && status < 0) failed = link_all(&how, &s, o, &error);
  if (failed != CT_OK) status = tell(&error, NULL, o->error_format);
  free_split(&s);
  return status < 0 ? how : status;
}

int cmd_ld(int argc, char **argv) {
  ld_options o = {.validate = true, .merge_imports = true};
  const opt_row rows[] = {
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write the component; what lies there stays until it is whole"},
      {0, "wit", OPT_STRING, &o.wit, "WIT", "The WIT that the objects were built for: a directory or file"},
      {0, "world", OPT_STRING, &o.world, "WORLD", "With --wit: the world, a name or ns:pkg/name"},
      {0, "adapt", OPT_STRINGS, &o.adapters, "[NAME=]FILE", "An adapter for imports from module NAME; repeatable"},
      {0, "optimize", OPT_FLAG, &o.optimize, NULL, "Make it smaller, as `ctool optimize` does"},
      {0, "strip", OPT_FLAG, &o.strip, NULL, "Remove custom sections, as `ctool strip` does"},
      {0, "why-size", OPT_FLAG, &o.why_size, NULL, "Tell on stderr where the bytes went, as `ctool size` does"},
      {0, "dep-file", OPT_OUTPUT, &o.dep_file, "FILE", "Write what the output is made of, for make and ninja"},
      {0, "skip-wit-component", OPT_FLAG, &o.skip_component, NULL, "Make a core module: what wasm-ld makes"},
      {'v', "verbose", OPT_FLAG, &o.verbose, NULL, "Tell the linker's command line and what is decided"},
      ERROR_FORMAT_ROW(o.error_format),
      {'V', "version", OPT_FLAG, &o.version, NULL, "Print the version"},
      OPT_GROUP("the linker"),
      {0, "wasm-ld-path", OPT_STRING, &o.linker, "FILE", "The linker, else wasm-ld, rust-lld or wasm-ld-N of PATH"},
      {0, "append-lld-flag", OPT_STRINGS, &o.append, "ARG", "One more argument for the linker, at the end; repeatable"},
      {0, "rsp-quoting", OPT_STRING, &o.quoting, "STYLE", "Taken for compatibility; response files are read as clang writes them"},
      OPT_GROUP("the component"),
      {0, "component-type", OPT_STRINGS, &o.component_types, "WIT", "WIT with one world, merged with the others; repeatable"},
      {0, "string-encoding", OPT_WORD, &o.string_encoding, "utf8|utf16|compact-utf16", "How the objects encode strings"},
      WASI_ADAPTER_ROW(o.wasi_adapter, "The form of the adapter for wasi_snapshot_preview1"),
      {0, "validate-component", OPT_FLAG, &o.validate, "true|false", "Validate the component (default)"},
      {0, "merge-imports-based-on-semver", OPT_FLAG, &o.merge_imports, "true|false", "One import for compatible versions of an interface (default)"},
      {0, "reject-legacy-names", OPT_FLAG, &o.reject_legacy_names, NULL, "Take the names of the canonical ABI's build targets alone"},
      {0, "realloc-via-memory-grow", OPT_FLAG, &o.realloc_via_memory_grow, NULL, "Adapters take memory by memory.grow, not by cabi_realloc"},
      {0},
  };
  const opt_spec spec = {
      "ctool ld [OPTIONS] -o FILE OBJECT... (wasm-component-ld by name)",
      "Links objects with wasm-ld and makes a component of the result. All other options go to wasm-ld, in their order.\n"
      "Options in the variable CTOOL_LD_FLAGS come before those of the command line.",
      rows,
      "  clang --target=wasm32-wasi -fuse-ld=/abs/path/wasm-component-ld hello.c \\\n"
      "    -o hello.wasm\n"
      "  clang ... -Wl,--wit,wit -Wl,--world,app -Wl,--optimize app.c -o app.wasm\n"
      "  wasm-component-ld -v main.o -lc -o app.wasm\n"};
  return run(&spec, &o, argc, argv);
}

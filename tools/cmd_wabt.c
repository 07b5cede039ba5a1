/* wasm-strip, wasm-validate, wasm2wat, wat2wasm: the commands that wabt has, with its options, when ctool is called by their names. wasm-objdump is in
 * cmd_wasm_objdump.c. What wabt's tools refuse to take, components, these take. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wabt.h"

/* ---- wasm-strip */

/* The names as regular expressions that match nothing else; each to be freed. */
static ct_status as_expressions(opt_strings *names, ct_error *error) {
  for (size_t i = 0; i < names->count; i++) {
    char *at = malloc(strlen(names->items[i]) * 2 + 3);
    if (!at) {
      names->count = i;
      return fail_with(error, FAIL_NOMEM, "out of memory");
    }
    const char *from = names->items[i];
    names->items[i] = at;
    *at++ = '^';
    for (; *from; from++) {
      if (strchr(".[]{}()*+?|^$\\", *from)) *at++ = '\\';
      *at++ = *from;
    }
    strcpy(at, "$");
  }
  return CT_OK;
}

static void free_all(opt_strings *strings) {
  for (size_t i = 0; i < strings->count; i++) free((char *)strings->items[i]);
}

static ct_status strip_to(const char *output, const char *path, const ct_strip_options *options, ct_error *error) {
  ct_input input;
  ct_pieces pieces = {0};
  ct_status status = ct_input_open(&input, path, error);
  if (status == CT_OK) status = ct_strip(&pieces, input.bytes, options, error);
  if (status == CT_OK) status = output_write_pieces(output, &pieces, false, error);
  ct_pieces_free(&pieces);
  ct_input_close(&input);
  return status;
}

static int strip(const char *output, const char *path, opt_strings *keep, opt_strings *removed) {
  ct_error error;
  ct_error_clear(&error);
  ct_status status = as_expressions(keep, &error);
  size_t kept = keep->count;
  if (status == CT_OK) status = as_expressions(removed, &error);
  else removed->count = 0;
  ct_strip_options options = {
      .all = !removed->count, .keep = keep->items, .keep_count = kept, .deleted = removed->items, .deleted_count = removed->count};
  if (status == CT_OK) status = strip_to(output ? output : path, path, &options, &error);
  free_all(keep);
  free_all(removed);
  return status == CT_OK ? EXIT_GOOD : tell(&error, path, false);
}

int cmd_wasm_strip(int argc, char **argv) {
  wabt w = {.spec.usage = "wasm-strip [OPTIONS] FILE"};
  const char *output = NULL;
  opt_strings keep = {0}, removed = {0};
  const opt_row rows[WABT_OWN_ROWS] = {
      {'o', "output", OPT_OUTPUT, &output, "FILE", "Where to write; else in place"},
      {'k', "keep-section", OPT_STRINGS, &keep, "NAME", "Keep the custom section NAME; repeatable"},
      {'R', "remove-section", OPT_STRINGS, &removed, "NAME", "Remove the custom section NAME, and no others; repeatable"},
      {0},
  };
  wabt_init(&w, "Removes the custom sections of a module or component, at every depth. This is ctool under the name of wasm-strip;\n`ctool strip` can do more.", &rows, false,
            "  wasm-strip app.wasm\n  wasm-strip -k name app.wasm -o small.wasm\n");
  int status = wabt_parse(&w, argc, argv, NULL);
  return status >= 0 ? status : strip(output, w.input, &keep, &removed);
}

/* ---- wasm-validate */

static int validate(const wabt *w, const char *path, bool custom) {
  ct_input input;
  ct_error error;
  ct_error_clear(&error);
  ct_status status = ct_input_open(&input, path, &error);
  if (status == CT_OK) status = wabt_validate(w, input.bytes, custom, &error);
  ct_input_close(&input);
  return status == CT_OK ? EXIT_GOOD : tell(&error, path, false);
}

int cmd_wasm_validate(int argc, char **argv) {
  wabt w = {.spec.usage = "wasm-validate [OPTIONS] FILE..."};
  bool verbose = false, no_names = false, no_custom = false;
  const opt_row rows[WABT_OWN_ROWS] = {
      {'v', "verbose", OPT_FLAG, &verbose, NULL, "Taken, and without effect"},
      {0, "no-debug-names", OPT_FLAG, &no_names, NULL, "Do not look at names"},
      {0, "ignore-custom-section-errors", OPT_FLAG, &no_custom, NULL, "Do not look at custom sections"},
      {0},
  };
  wabt_init(&w, "Tells whether modules and components are valid. This is ctool under the name of wasm-validate; `ctool validate` can do more.\n"
                "All finished features are on; --enable-NAME and --disable-NAME switch one: simd, threads, gc, memory64, tail-call, ...",
            &rows, true, "  wasm-validate app.wasm\n  wasm-validate --disable-simd --disable-bulk-memory app.wasm\n");
  int count, result = EXIT_GOOD;
  int status = wabt_parse(&w, argc, argv, &count);
  if (status >= 0) return status;
  for (int i = 1; i <= count; i++)
    if (validate(&w, argv[i], !no_names && !no_custom) != EXIT_GOOD) result = EXIT_BAD_INPUT;
  return result;
}

/* ---- names, left out */

static ct_status without_names(ct_pieces *out, ct_slice bytes, ct_error *error) {
  static const char *const names[] = {"^name$"};
  return ct_strip(out, bytes, &(ct_strip_options){.deleted = names, .deleted_count = 1}, error);
}

/* ---- wasm2wat */

typedef struct to_text {
  const wabt *w;
  ct_print_options print;
  bool no_check, no_names, no_custom;
} to_text;

static ct_status print_without_names(const ct_sink *sink, ct_slice bytes, const to_text *o, ct_error *error) {
  ct_pieces pieces = {0};
  ct_slice whole = {0};
  ct_status status = without_names(&pieces, bytes, error);
  if (status == CT_OK) status = join_pieces(&whole, &pieces, error);
  if (status == CT_OK) status = ct_print(sink, whole, &o->print, error);
  free((void *)whole.data);
  ct_pieces_free(&pieces);
  return status;
}

static ct_status print(const ct_sink *sink, ct_slice bytes, const void *context, ct_error *error) {
  const to_text *o = context;
  ct_status status = o->no_check ? CT_OK : wabt_validate(o->w, bytes, !o->no_custom && !o->no_names, error);
  if (status != CT_OK) return status;
  return o->no_names ? print_without_names(sink, bytes, o, error) : ct_print(sink, bytes, &o->print, error);
}

int cmd_wasm2wat(int argc, char **argv) {
  wabt w = {.spec.usage = "wasm2wat [OPTIONS] FILE"};
  to_text o = {.w = &w};
  const char *output = "-";
  bool ignored = false;
  const opt_row rows[WABT_OWN_ROWS] = {
      {'o', "output", OPT_OUTPUT, &output, "FILE", "Where to write; - is standard output"},
      {'f', "fold-exprs", OPT_FLAG, &o.print.fold, NULL, "Nest instructions"},
      {0, "generate-names", OPT_FLAG, &o.print.name_unnamed, NULL, "Name what has no name"},
      {0, "no-debug-names", OPT_FLAG, &o.no_names, NULL, "Do not look at names"},
      {0, "ignore-custom-section-errors", OPT_FLAG, &o.no_custom, NULL, "Do not look whether custom sections are well formed"},
      {0, "no-check", OPT_FLAG, &o.no_check, NULL, "Print what is not valid, too"},
      {0, "inline-exports", OPT_FLAG, &ignored, NULL, "Taken, and without effect: the text means the same"},
      {0, "inline-imports", OPT_FLAG, &ignored, NULL, "Taken, and without effect: the text means the same"},
      {'v', "verbose", OPT_FLAG, &ignored, NULL, "Taken, and without effect"},
      {0},
  };
  wabt_init(&w, "Prints a module or component as text. This is ctool under the name of wasm2wat; `ctool print` can do more.\nAll finished features are on; --enable-NAME and --disable-NAME switch one.",
            &rows, true, "  wasm2wat app.wasm -o app.wat\n  wasm2wat -f --no-check broken.wasm\n");
  int status = wabt_parse(&w, argc, argv, NULL);
  ct_error error;
  ct_error_clear(&error);
  if (status >= 0) return status;
  return show_file(w.input, &(text_options){0}, output, print, &o, &error) == CT_OK ? EXIT_GOOD : tell(&error, w.input, false);
}

/* ---- wat2wasm */

typedef struct to_binary {
  const wabt *w;
  const char *output;
  bool no_check, names, dump, verbose;
} to_binary;

/* "here/it.wat" becomes "it.wasm". */
static char *default_output(const char *path) {
  const char *base = base_name(path), *dot = strrchr(base, '.');
  size_t size = dot ? (size_t)(dot - base) : strlen(base);
  char *name = malloc(size + sizeof ".wasm");
  if (name) snprintf(name, size + sizeof ".wasm", "%.*s.wasm", (int)size, base);
  return name;
}

/* Without names, unless they are wanted. */
static ct_status write_binary(const to_binary *o, ct_slice bytes, const char *path, ct_error *error) {
  ct_pieces pieces = {0};
  char *made = o->output ? NULL : default_output(path);
  const char *output = o->output ? o->output : made;
  ct_status status = output ? CT_OK : fail_with(error, FAIL_NOMEM, "out of memory");
  if (status == CT_OK && o->names) status = output_write(output, bytes, true, error);
  if (status == CT_OK && !o->names) status = without_names(&pieces, bytes, error);
  if (status == CT_OK && !o->names) status = output_write_pieces(output, &pieces, false, error);
  ct_pieces_free(&pieces);
  free(made);
  return status;
}

static ct_status dump(const ct_sink *sink, ct_slice bytes, const void *nothing, ct_error *error) {
  (void)nothing;
  return ct_dump(sink, bytes, CT_DUMP_PLAIN, error);
}

static ct_status put_to_stderr(void *nothing, ct_slice bytes, ct_error *error) {
  (void)nothing, (void)error;
  fwrite(bytes.data, 1, bytes.size, stderr);
  return CT_OK; /* where nobody listens, nothing is lost */
}

static ct_status convert(const to_binary *o, const char *path, ct_error *error) {
  ct_wasm_file file;
  ct_status status = wasm_file_open(&file, path, error);
  if (status == CT_OK && !o->no_check) status = wabt_validate(o->w, file.bytes, false, error);
  if (status == CT_OK && o->verbose) status = dump(&(ct_sink){put_to_stderr, NULL}, file.bytes, NULL, error);
  if (status == CT_OK && o->dump) status = show_bytes(file.bytes, "-", dump, NULL, error);
  if (status == CT_OK) status = write_binary(o, file.bytes, path, error);
  wasm_file_close(&file);
  return status;
}

int cmd_wat2wasm(int argc, char **argv) {
  wabt w = {.spec.usage = "wat2wasm [OPTIONS] FILE"};
  to_binary o = {.w = &w};
  bool relocatable = false, long_numbers = false, ignored = false;
  const opt_row rows[WABT_OWN_ROWS] = {
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write; - is standard output; else FILE.wasm here"},
      {0, "debug-names", OPT_FLAG, &o.names, NULL, "Write the names of the text, too"},
      {0, "no-check", OPT_FLAG, &o.no_check, NULL, "Write what is not valid, too"},
      {'d', "dump-module", OPT_FLAG, &o.dump, NULL, "Print each byte beside what it means, too"},
      {'v', "verbose", OPT_FLAG, &o.verbose, NULL, "The same, to standard error"},
      {'r', "relocatable", OPT_FLAG, &relocatable, NULL, ""},
      {0, "no-canonicalize-leb128s", OPT_FLAG, &long_numbers, NULL, ""},
      {0, "debug-parser", OPT_FLAG, &ignored, NULL, ""},
      {0},
  };
  wabt_init(&w, "Writes text in binary form. This is ctool under the name of wat2wasm; `ctool parse` can do more.\nAll finished features are on; --enable-NAME and --disable-NAME switch one.",
            &rows, true, "  wat2wasm app.wat -o app.wasm\n");
  int status = wabt_parse(&w, argc, argv, NULL);
  if (status >= 0) return status;
  if (o.dump && o.output && strcmp(o.output, "-") == 0) return opt_usage_error(&w.spec, "-d prints to standard output, where -o - writes the binary: name a file, or use -v");
  if (relocatable) return opt_usage_error(&w.spec, "ctool makes no relocatable objects of text; clang does (`clang --target=wasm32 -c it.s`), and so does wabt's own wat2wasm");
  if (long_numbers) return opt_usage_error(&w.spec, "ctool writes sizes at their shortest; wabt's own wat2wasm has --no-canonicalize-leb128s");
  ct_error error;
  ct_error_clear(&error);
  return convert(&o, w.input, &error) == CT_OK ? EXIT_GOOD : tell(&error, w.input, false);
}

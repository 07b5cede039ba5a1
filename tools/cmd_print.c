/* ctool print [FILE]: a binary as text, written as it is made. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "opts.h"

typedef struct print_options {
  text_options read;
  ct_print_options print;
  const char *output, *indent, *indent_text;
  int color, error_format;
} print_options;

enum { MAX_INDENT = 64 };

static ct_status print(const ct_sink *sink, ct_slice bytes, const void *context, ct_error *error) {
  const print_options *o = context;
  ct_status status = ct_print(sink, bytes, &o->print, error);
  if (status != CT_OK && strcmp(o->output, "-") == 0 && ct_is_terminal(1)) fputc('\n', stderr); /* what broke off ends within a line */
  return status;
}

/* --indent-text wins over --indent. NULL when --indent is no small number. */
static const char *indentation(const print_options *o, char blanks[MAX_INDENT + 1]) {
  if (o->indent_text || !o->indent) return o->indent_text ? o->indent_text : "  ";
  char *end;
  unsigned long count = strtoul(o->indent, &end, 10);
  if (*end || end == o->indent || count > MAX_INDENT) return NULL;
  memset(blanks, ' ', count);
  blanks[count] = 0;
  return blanks;
}

int cmd_print(int argc, char **argv) {
  print_options o = {.output = "-"};
  const char *features; /* not needed: whatever is known is printed */
  const opt_row rows[] = {
      {'f', "fold-instructions", OPT_FLAG, &o.print.fold, NULL, "Nest instructions: (i32.add (local.get 0) (local.get 1))"},
      {'p', "print-offsets", OPT_FLAG, &o.print.offsets, NULL, "Begin each line with the offset of what it is about"},
      {0, "print-operand-stack", OPT_FLAG, &o.print.operand_stack, NULL, "Show the types on the stack after each instruction"},
      {0, "skeleton", OPT_FLAG, &o.print.skeleton, NULL, "Leave out bodies and the contents of segments"},
      {0, "name-unnamed", OPT_FLAG, &o.print.name_unnamed, NULL, "Name what has no name: $#func3"},
      {0, "indent", OPT_STRING, &o.indent, "N", "Blanks for each level (2)"},
      {0, "indent-text", OPT_STRING, &o.indent_text, "TEXT", "What to indent each level with"},
      COLOR_ROW(o.color),
      {0, "features", OPT_STRING, &features, "LIST", ""},
      DWARF_ROWS(o.read),
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write; - is standard output"},
      ERROR_FORMAT_ROW(o.error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool print [OPTIONS] [FILE]",
      "Prints a module or component in the text format. A broken one is printed up to the break.\nWithout FILE, or with -, standard input is read.",
      rows,
      "  ctool print app.wasm | less\n"
      "  ctool print --skeleton app.wasm -o app.wat     imports, exports and signatures\n"
      "  ctool print -pf app.wasm                       nested, with offsets\n"};
  int count;
  char blanks[MAX_INDENT + 1];
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  if (count > 1) return opt_usage_error(&spec, "one file is printed at a time; \"%s\" is a second one", argv[2]);
  o.print.indent = indentation(&o, blanks);
  if (!o.print.indent) return opt_usage_error(&spec, "--indent takes a number up to %d, not \"%s\"", MAX_INDENT, o.indent);
  o.print.color = wants_color(o.color, o.output);
  const char *path = count ? argv[1] : "-";
  ct_error error;
  ct_error_clear(&error);
  return show_file(path, &o.read, o.output, print, &o, &error) == CT_OK ? EXIT_GOOD : tell(&error, path, o.error_format);
}

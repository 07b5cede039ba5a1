/* help.c - the help of a command, of the table that parses its options: no line is longer than a terminal of 80 columns is wide. Only examples are printed as
 * they are, since they may be copied. */
#include <stdio.h>
#include <string.h>

#include "ctool/ctool.h"
#include "opts.h"

enum { WIDTH = 80, HELP_COLUMN = 26 };

void opt_put_wrapped(const char *text, size_t column, size_t indent) {
  bool is_first = true; /* of its line */
  while (*text) {
    size_t spaces = strspn(text, " "), size = strcspn(text + spaces, " \n");
    if (!is_first && column + spaces + size > WIDTH) {
      printf("\n%*s", (int)indent, "");
      column = indent;
      spaces = 0;
      text += strspn(text, " ");
    }
    printf("%.*s", (int)(spaces + size), text);
    column += spaces + size;
    text += spaces + size;
    is_first = *text == '\n';
    if (!is_first) continue;
    printf("\n%*s", text[1] ? (int)indent : 0, "");
    column = indent;
    text++;
  }
}

/* "  -o, --output FILE": what follows "=" alone is in brackets. */
static int left_of(char *out, size_t room, const opt_row *row) {
  bool is_optional = row->kind == OPT_OPTIONAL || row->kind == OPT_FLAG;
  int used = row->short_name ? snprintf(out, room, "  -%c%s", row->short_name, row->long_name ? ", " : "") : snprintf(out, room, "      ");
  if (row->long_name) used += snprintf(out + used, room - (size_t)used, "--%s", row->long_name);
  if (row->value_name) used += snprintf(out + used, room - (size_t)used, "%s%s%s", is_optional ? "[=" : " ", row->value_name, is_optional ? "]" : "");
  return used;
}

static void print_row(const opt_row *row) {
  char left[96];
  if (row->kind == OPT_HEADING) {
    printf("\n%s:\n", row->help);
    return;
  }
  if (!*row->help) return;
  int used = left_of(left, sizeof left, row);
  if (used > HELP_COLUMN - 2) printf("%s\n%*s", left, HELP_COLUMN, "");
  else printf("%-*s", HELP_COLUMN, left);
  opt_put_wrapped(row->help, HELP_COLUMN, HELP_COLUMN);
  putchar('\n');
}

static bool has_headings(const opt_spec *spec) {
  for (const opt_row *row = spec->rows; row->help; row++)
    if (row->kind == OPT_HEADING) return true;
  return false;
}

int opt_print_help(const opt_spec *spec, bool has_h, bool common) {
  const char *begin = has_headings(spec) ? "common options" : "options";
  opt_put_wrapped(spec->about, 0, 0);
  printf("\n\nusage: ");
  opt_put_wrapped(spec->usage, 7, 7);
  printf("\n\n%s:\n", begin);
  const opt_row *row = spec->rows;
  for (; row->help && row->kind != OPT_HEADING; row++) print_row(row);
  const char *help = !row->help ? "Print this help" : common ? "Print this; --help has all options" : "Print this; -h has the common options alone";
  print_row(&(opt_row){has_h ? 'h' : 0, "help", OPT_FLAG, NULL, NULL, help});
  for (; row->help && !common; row++) print_row(row);
  if (spec->examples) printf("\nexamples:\n%s", spec->examples);
  return 0;
}

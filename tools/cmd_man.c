/* ctool man [COMMAND]: the manual pages, from the tables that parse the options and print the help. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "common.h"
#include "opts.h"

/* ---- roff: https://man.openbsd.org/man.7 */

/* Text, in which roff sees neither escapes nor requests nor hyphens that may be broken. */
static void put_text(FILE *out, const char *text) {
  for (bool first = true; *text; text++) {
    if (first && (*text == '.' || *text == '\'')) fputs("\\&", out);
    if (*text == '\\') fputs("\\e", out);
    else if (*text == '-') fputs("\\-", out);
    else fputc(*text, out);
    first = *text == '\n';
  }
}

/* "component new" is the page ctool-component-new. */
static void put_page_name(FILE *out, const char *name) {
  fputs("ctool\\-", out);
  for (; *name; name++) fputs(*name == ' ' || *name == '-' ? "\\-" : (char[]){*name, 0}, out);
}

static void put_row(FILE *out, const opt_row *row) {
  if (row->kind == OPT_HEADING) {
    fputs(".SS ", out);
    put_text(out, row->help);
    fputc('\n', out);
    return;
  }
  if (!*row->help) return;
  bool is_optional = row->kind == OPT_OPTIONAL || row->kind == OPT_FLAG;
  fputs(".TP\n\\fB", out);
  if (row->short_name) fprintf(out, "\\-%c", row->short_name);
  if (row->short_name && row->long_name) fputs("\\fR, \\fB", out);
  if (row->long_name) put_text(out, "--"), put_text(out, row->long_name);
  fputs("\\fR", out);
  if (row->value_name) {
    fputs(is_optional ? "[=\\fI" : " \\fI", out);
    put_text(out, row->value_name);
    fputs(is_optional ? "\\fR]" : "\\fR", out);
  }
  fputc('\n', out);
  put_text(out, row->help);
  fputc('\n', out);
}

static void put_heading(FILE *out, const char *name, const char *summary) {
  fprintf(out, ".TH \"");
  put_page_name(out, name);
  fprintf(out, "\" 1 \"\" \"ctool %s\" \"ctool\"\n.SH NAME\n", ct_version());
  put_page_name(out, name);
  fputs(" \\- ", out);
  put_text(out, summary);
  fputc('\n', out);
}

typedef struct writing {
  FILE *out;
  const command *page;
} writing;

static void put_command(const opt_spec *spec, void *context) {
  const writing *w = context;
  put_heading(w->out, w->page->name, w->page->summary);
  fputs(".SH SYNOPSIS\n", w->out);
  put_text(w->out, spec->usage);
  fputs("\n.SH DESCRIPTION\n", w->out);
  put_text(w->out, spec->about);
  fputs("\n.SH OPTIONS\n", w->out);
  for (const opt_row *row = spec->rows; row->help; row++) put_row(w->out, row);
  put_row(w->out, &(opt_row){'h', "help", OPT_FLAG, NULL, NULL, "Print the help"});
  if (spec->examples) {
    fputs(".SH EXAMPLES\n.nf\n", w->out);
    put_text(w->out, spec->examples);
    fputs(".fi\n", w->out);
  }
  fputs(".SH EXIT STATUS\n0 good, 1 bad input, 2 a usage error.\n.SH SEE ALSO\n.BR ctool (1)\n", w->out);
}

/* "ctool man component": its commands have pages, the group has none. False for what is no group. */
static bool put_group(const char *group) {
  bool found = false;
  EACH_OWN_COMMAND(c) {
    if (!command_is_in_group(c, group)) continue;
    if (!found) printf("Each of these has a page, such as that of `ctool man %s`:\n", c->name);
    printf("  %-24s%s\n", c->name, c->summary);
    found = true;
  }
  return found;
}

static void put_overview(FILE *out) {
  fprintf(out, ".TH ctool 1 \"\" \"ctool %s\" \"ctool\"\n.SH NAME\nctool \\- a WebAssembly component toolkit\n.SH SYNOPSIS\nctool COMMAND [OPTIONS] [ARGUMENTS]\n.SH COMMANDS\n", ct_version());
  EACH_OWN_COMMAND(c) {
    fputs(".TP\n.BR ", out);
    put_page_name(out, c->name);
    fputs(" (1)\n", out);
    put_text(out, c->summary);
    fputc('\n', out);
  }
  fputs(".SH EXIT STATUS\n0 good, 1 bad input, 2 a usage error.\n", out);
}

/* ---- where they go */

static void put_page(FILE *out, const command *it) {
  if (it) opt_visit(it->run, it->name, put_command, &(writing){out, it});
  else put_overview(out);
}

/* "DIRECTORY/ctool-component-new.1" */
static void path_of(char *out, size_t room, const char *directory, const command *it) {
  snprintf(out, room, "%s/ctool%s%s.1", directory, it ? "-" : "", it ? it->name : "");
  for (char *at = out + strlen(directory); *at; at++)
    if (*at == ' ') *at = '-';
}

static ct_status write_page(const char *directory, const command *it, ct_error *error) {
  char path[4096], *text = NULL;
  size_t size = 0;
  path_of(path, sizeof path, directory, it);
  FILE *out = open_memstream(&text, &size);
  if (!out) return fail_with(error, FAIL_NOMEM, "out of memory");
  put_page(out, it);
  ct_status status = fclose(out) == 0 ? output_write(path, (ct_slice){(uint8_t *)text, size}, false, error) : fail_with(error, FAIL_NOMEM, "out of memory");
  free(text);
  return status;
}

static int write_all(const char *directory) {
  ct_error error;
  ct_error_clear(&error);
  ct_status status = ct_directory_make(directory, &error);
  if (status == CT_OK) status = write_page(directory, NULL, &error);
  EACH_OWN_COMMAND(c)
    if (status == CT_OK) status = write_page(directory, c, &error);
  return status == CT_OK ? EXIT_GOOD : tell(&error, directory, false);
}

static const command *find(char **words, int count) {
  EACH_OWN_COMMAND(c) {
    char both[64];
    snprintf(both, sizeof both, "%s%s%s", words[0], count > 1 ? " " : "", count > 1 ? words[1] : "");
    if (strcmp(both, c->name) == 0) return c;
  }
  return NULL;
}

int cmd_man(int argc, char **argv) {
  const char *directory = NULL;
  const opt_row rows[] = {{0, "out-dir", OPT_DIRECTORY, &directory, "DIR", "Write every page into DIR, which is made"}, {0}};
  const opt_spec spec = {"ctool man [OPTIONS] [COMMAND]", "Prints the manual page of a command, or without one that of ctool.", rows,
                         "  ctool man component new | man -l -\n  ctool man --out-dir /usr/local/share/man/man1\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  if (directory) return write_all(directory);
  bool is_overview = count == 0 || (count == 1 && strcmp(argv[1], "ctool") == 0);
  const command *it = is_overview ? NULL : find(argv + 1, count);
  if (count == 1 && !it && !is_overview && put_group(argv[1])) return EXIT_GOOD;
  if (!is_overview && !it) return opt_usage_error(&spec, "ctool has no command \"%s%s%s\"", argv[1], count > 1 ? " " : "", count > 1 ? argv[2] : "");
  put_page(stdout, it);
  return EXIT_GOOD;
}

/* ctool man [COMMAND]: the manual pages, from the tables that parse the options and print the help. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "common.h"
#include "opts.h"

/* ---- roff: https://man.openbsd.org/man.7 */

/* Memory that is out sticks to `out`. */
static void put(ct_buf *out, const char *text) {
  ct_error ignored;
  ct_error_clear(&ignored);
  ct_buf_append(out, (ct_slice){(const uint8_t *)text, strlen(text)}, &ignored);
}

/* Text, in which roff sees neither escapes nor requests nor hyphens that may be broken. */
static void put_text(ct_buf *out, const char *text) {
  for (bool first = true; *text; text++) {
    if (first && (*text == '.' || *text == '\'')) put(out, "\\&");
    if (*text == '\\') put(out, "\\e");
    else if (*text == '-') put(out, "\\-");
    else put(out, (char[]){*text, 0});
    first = *text == '\n';
  }
}

/* "component new" is the page ctool-component-new. */
static void put_page_name(ct_buf *out, const char *name) {
  put(out, "ctool\\-");
  for (; *name; name++) put(out, *name == ' ' || *name == '-' ? "\\-" : (char[]){*name, 0});
}

static void put_row(ct_buf *out, const opt_row *row) {
  if (row->kind == OPT_HEADING) {
    put(out, ".SS ");
    put_text(out, row->help);
    put(out, "\n");
    return;
  }
  if (!*row->help) return;
  bool is_optional = row->kind == OPT_OPTIONAL || row->kind == OPT_FLAG;
  put(out, ".TP\n\\fB");
  if (row->short_name) put(out, (char[]){'\\', '-', row->short_name, 0});
  if (row->short_name && row->long_name) put(out, "\\fR, \\fB");
  if (row->long_name) put_text(out, "--"), put_text(out, row->long_name);
  put(out, "\\fR");
  if (row->value_name) {
    put(out, is_optional ? "[=\\fI" : " \\fI");
    put_text(out, row->value_name);
    put(out, is_optional ? "\\fR]" : "\\fR");
  }
  put(out, "\n");
  put_text(out, row->help);
  put(out, "\n");
}

static void put_heading(ct_buf *out, const char *name, const char *summary) {
  put(out, ".TH \"");
  put_page_name(out, name);
  put(out, "\" 1 \"\" \"ctool " CT_VERSION "\" \"ctool\"\n.SH NAME\n");
  put_page_name(out, name);
  put(out, " \\- ");
  put_text(out, summary);
  put(out, "\n");
}

typedef struct writing {
  ct_buf *out;
  const command *page;
} writing;

static void put_command(const opt_spec *spec, void *context) {
  const writing *w = context;
  put_heading(w->out, w->page->name, w->page->summary);
  put(w->out, ".SH SYNOPSIS\n");
  put_text(w->out, spec->usage);
  put(w->out, "\n.SH DESCRIPTION\n");
  put_text(w->out, spec->about);
  put(w->out, "\n.SH OPTIONS\n");
  for (const opt_row *row = spec->rows; row->help; row++) put_row(w->out, row);
  put_row(w->out, &(opt_row){'h', "help", OPT_FLAG, NULL, NULL, "Print the help"});
  if (spec->examples) {
    put(w->out, ".SH EXAMPLES\n.nf\n");
    put_text(w->out, spec->examples);
    put(w->out, ".fi\n");
  }
  put(w->out, ".SH EXIT STATUS\n0 good, 1 bad input, 2 a usage error.\n.SH SEE ALSO\n.BR ctool (1)\n");
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

static void put_overview(ct_buf *out) {
  put(out, ".TH ctool 1 \"\" \"ctool " CT_VERSION "\" \"ctool\"\n.SH NAME\nctool \\- a WebAssembly component toolkit\n.SH SYNOPSIS\nctool COMMAND [OPTIONS] [ARGUMENTS]\n.SH COMMANDS\n");
  EACH_OWN_COMMAND(c) {
    put(out, ".TP\n.BR ");
    put_page_name(out, c->name);
    put(out, " (1)\n");
    put_text(out, c->summary);
    put(out, "\n");
  }
  put(out, ".SH EXIT STATUS\n0 good, 1 bad input, 2 a usage error.\n");
}

/* ---- where they go */

static void put_page(ct_buf *out, const command *it) {
  if (it) opt_visit(it->run, it->name, put_command, &(writing){out, it});
  else put_overview(out);
}

/* "DIRECTORY/ctool-component-new.1" */
static void path_of(char *out, size_t room, const char *directory, const command *it) {
  snprintf(out, room, "%s/ctool%s%s.1", directory, it ? "-" : "", it ? it->name : "");
  for (char *at = out + strlen(directory); *at; at++)
    if (*at == ' ') *at = '-';
}

static ct_status write_page(const char *path, const command *it, ct_error *error) {
  ct_buf page = {0};
  put_page(&page, it);
  ct_status status = page.failed ? fail_with(error, FAIL_NOMEM, "out of memory") : output_write(path, (ct_slice){page.data, page.size}, false, error);
  ct_buf_free(&page);
  return status;
}

static ct_status write_page_into(const char *directory, const command *it, ct_error *error) {
  char path[4096];
  path_of(path, sizeof path, directory, it);
  return write_page(path, it, error);
}

static int write_all(const char *directory) {
  ct_error error;
  ct_error_clear(&error);
  ct_status status = ct_directory_make(directory, &error);
  if (status == CT_OK) status = write_page_into(directory, NULL, &error);
  EACH_OWN_COMMAND(c)
    if (status == CT_OK) status = write_page_into(directory, c, &error);
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
  ct_error error;
  ct_error_clear(&error);
  return write_page("-", it, &error) == CT_OK ? EXIT_GOOD : tell(&error, NULL, false);
}

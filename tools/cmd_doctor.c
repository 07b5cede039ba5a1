/* ctool doctor: what of its surroundings is there, what it is for, and how to get what is missing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "opts.h"
#include "system.h"

typedef struct tool {
  const char *name, *names, *version, *purpose, *source;
} tool;

static const tool tools[] = {
#define DOCTOR(name, names, version, purpose, source) {name, names, version, purpose, source},
#include "doctor.def"
#undef DOCTOR
};

enum { TOOL_COUNT = sizeof tools / sizeof *tools, ROOM = 1024 };

typedef struct finding {
  char path[ROOM], version[ROOM]; /* empty: not found; not asked, or it does not say */
} finding;

static bool is_there(const char *path, bool is_program) { return ct_path_kind_of(path) == CT_PATH_FILE && (!is_program || system_is_program(path)); }

static bool look_on_path(char *path, const char *name, int size) {
  const char *all = system_variable("PATH");
  for (const char *at = all ? all : ""; *at;) {
    int length = (int)strcspn(at, SYSTEM_LIST_SEPARATOR);
    int made = snprintf(path, ROOM, "%.*s/%.*s" SYSTEM_PROGRAM_ENDING, length ? length : 1, length ? at : ".", size, name);
    if (made < ROOM && is_there(path, true)) return true;
    at += length + (at[length] != 0);
  }
  return false;
}

static void look_for(finding *out, const tool *t) {
  for (const char *at = t->names; *at;) {
    int size = (int)strcspn(at, ",");
    bool found = at[0] == '/' ? snprintf(out->path, ROOM, "%.*s", size, at) < ROOM && is_there(out->path, false) : look_on_path(out->path, at, size);
    if (found) return;
    at += size + (at[size] == ',');
  }
  out->path[0] = 0;
}

/* The first line that the program says of itself. */
static void ask_version(finding *out, const char *argument) {
  FILE *pipe = system_ask(out->path, argument);
  if (!pipe) return;
  if (!fgets(out->version, ROOM, pipe)) out->version[0] = 0;
  out->version[strcspn(out->version, "\r\n")] = 0;
  char rest[ROOM];
  while (fread(rest, 1, sizeof rest, pipe) == sizeof rest) continue;
  system_asked(pipe);
}

static void print_text(const tool *t, const finding *f) {
  if (f->path[0]) printf("  found    %-10s %s%s%s%s\n", t->name, f->path, f->version[0] ? " (" : "", f->version, f->version[0] ? ")" : "");
  else printf("  missing  %-10s %s: %s\n", t->name, t->purpose, t->source);
}

static void print_string(const char *text) {
  putchar('"');
  for (; *text; text++) {
    if (*text == '"' || *text == '\\') putchar('\\');
    if ((unsigned char)*text < 0x20) printf("\\u%04x", (unsigned)*text);
    else putchar(*text);
  }
  putchar('"');
}

static void print_json(const tool *t, const finding *f, bool is_last) {
  const struct {
    const char *key, *value;
  } rows[] = {{"name", t->name}, {"purpose", t->purpose}, {"source", t->source}, {"path", f->path}, {"version", f->version}};
  fputs("  {", stdout);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    printf("%s\"%s\": ", i ? ", " : "", rows[i].key);
    if (rows[i].value[0]) print_string(rows[i].value);
    else fputs("null", stdout);
  }
  puts(is_last ? "}" : "},");
}

int cmd_doctor(int argc, char **argv) {
  bool json = false;
  const opt_row rows[] = {{0, "json", OPT_FLAG, &json, NULL, "Print a JSON array"}, {0}};
  const opt_spec spec = {"ctool doctor [OPTIONS]", "Tells which compilers, linkers and runtimes are there for ctool to work with, and how to get those that are not.\nNothing of it is needed by ctool itself.",
                         rows, "  ctool doctor\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  if (count) return opt_usage_error(&spec, "nothing is taken but options, not \"%s\"", argv[1]);
  if (json) puts("[");
  else printf("ctool %s\n", ct_version());
  for (int i = 0; i < TOOL_COUNT; i++) {
    finding f = {0};
    look_for(&f, &tools[i]);
    if (f.path[0] && tools[i].version) ask_version(&f, tools[i].version);
    if (json) print_json(&tools[i], &f, i + 1 == TOOL_COUNT);
    else print_text(&tools[i], &f);
  }
  if (json) puts("]");
  return EXIT_GOOD;
}

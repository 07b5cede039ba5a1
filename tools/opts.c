/* opts.c - parsing by table; help.c prints the same table. Nothing here knows a command. */
#include "opts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctool/ctool.h"
#include "sandbox.h"

void opt_tell(const char *format, va_list arguments) {
  ct_error error = {.offset = CT_NO_OFFSET};
  ct_buf text = {0};
  vsnprintf(error.message, sizeof error.message, format, arguments);
  ct_error_print(&error, &text);
  if (text.failed) fprintf(stderr, "error: %s\n", error.message);
  else fwrite(text.data, 1, text.size, stderr);
  ct_buf_free(&text);
}

unsigned opt_distance(const char *a, const char *b) {
  enum { LIMIT = 40 };
  size_t n = strlen(a), m = strlen(b);
  if (n >= LIMIT || m >= LIMIT) return 1000;
  unsigned row[LIMIT + 1];
  for (size_t j = 0; j <= m; j++) row[j] = (unsigned)j;
  for (size_t i = 1; i <= n; i++) {
    unsigned diagonal = row[0];
    row[0] = (unsigned)i;
    for (size_t j = 1; j <= m; j++) {
      unsigned best = diagonal + (a[i - 1] != b[j - 1]);
      if (row[j] + 1 < best) best = row[j] + 1;
      if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
      diagonal = row[j];
      row[j] = best;
    }
  }
  return row[m];
}

static const opt_row *find_long(const opt_spec *spec, const char *name, size_t size) {
  for (const opt_row *row = spec->rows; row->help; row++)
    if (row->long_name && strlen(row->long_name) == size && strncmp(row->long_name, name, size) == 0) return row;
  return NULL;
}

/* What all commands of wasm-tools take, so that scripts may pass it: without effect where the command's own table has nothing of the kind. */
static bool ignored_flag;
static int ignored_word;
static const opt_row everywhere[] = {
    {'v', "verbose", OPT_FLAG, &ignored_flag, NULL, "", NULL},
    {0, "color", OPT_WORD, &ignored_word, "WHEN", "", "auto|always|never|always-ansi"},
};

/* The row of --error-format, or NULL where the command has none. Its target says 1 for JSON. */
static const opt_row *error_format_row(const opt_spec *spec) {
  const opt_row *row = find_long(spec, "error-format", strlen("error-format"));
  return row && row->kind == OPT_WORD ? row : NULL;
}

static void tell_json(const opt_spec *spec, const char *format, va_list arguments) {
  enum { USAGE = 6 }; /* of errors.def */
  ct_error error = {.status = (ct_status)USAGE, .offset = CT_NO_OFFSET};
  ct_buf text = {0};
  vsnprintf(error.message, sizeof error.message, format, arguments);
  snprintf(error.hint, sizeof error.hint, "usage: %s", spec->usage);
  ct_error_print_json(&error, &text);
  if (!text.failed) fwrite(text.data, 1, text.size, stderr);
  ct_buf_free(&text);
}

int opt_usage_error(const opt_spec *spec, const char *format, ...) {
  const opt_row *row = error_format_row(spec);
  bool json = row && *(int *)row->target == 1;
  va_list arguments;
  va_start(arguments, format);
  if (json) tell_json(spec, format, arguments);
  else opt_tell(format, arguments);
  va_end(arguments);
  if (!json) fprintf(stderr, "usage: %s\nMore with --help.\n", spec->usage);
  return 2;
}

static const opt_row *find_short(const opt_spec *spec, char name) {
  for (const opt_row *row = spec->rows; row->help; row++)
    if (row->short_name && row->short_name == name) return row;
  return NULL;
}

static int unknown_option(const opt_spec *spec, const char *argument) {
  const opt_row *best = NULL;
  unsigned best_distance = 4;
  for (const opt_row *row = spec->rows; row->help; row++) {
    unsigned distance = row->long_name && argument[1] == '-' ? opt_distance(argument + 2, row->long_name) : 1000;
    if (distance < best_distance) {
      best_distance = distance;
      best = row;
    }
  }
  if (best) return opt_usage_error(spec, "unknown option %s; did you mean --%s?", argument, best->long_name);
  return opt_usage_error(spec, "unknown option %s", argument);
}

static int store_flag(const opt_spec *spec, const opt_row *row, const char *value) {
  if (value && strcmp(value, "true") != 0 && strcmp(value, "false") != 0) return opt_usage_error(spec, "--%s takes true or false, not \"%s\"", row->long_name, value);
  *(bool *)row->target = !value || strcmp(value, "true") == 0;
  return -1;
}

/* What the OPT_STRINGS hold: it lives as long as the process. */
static struct block {
  struct block *next;
  const char *items[];
} *blocks;

static const char **new_block(int room) {
  struct block *block = calloc(1, sizeof *block + (size_t)room * sizeof block->items[0]);
  if (!block) return NULL;
  block->next = blocks;
  blocks = block;
  return block->items;
}

static int store(const opt_row *row, const char *value, int room) {
  if (row->kind != OPT_STRINGS) {
    *(const char **)row->target = value;
    return -1;
  }
  opt_strings *strings = row->target;
  if (!strings->items) strings->items = new_block(room); /* one for each argument is enough */
  if (!strings->items) return fputs("error: out of memory\n", stderr), 1;
  strings->items[strings->count++] = value;
  return -1;
}

typedef struct parse {
  const opt_spec *spec;
  int argc, next;
  char **argv;
  const opt_row *misled; /* the row of a word that it has not, and the word; a later good one makes up for it */
  const char *word;
} parse;

static const char *words_of(const opt_row *row) { return row->words ? row->words : row->value_name; }

/* The number of a word in the row's list; -1 when it is none of them. */
static int number_of(const opt_row *row, const char *word) {
  const char *at = words_of(row);
  for (int number = 0;; number++) {
    size_t size = strcspn(at, "|");
    if (size && strlen(word) == size && strncmp(at, word, size) == 0) return number;
    if (!at[size]) return -1;
    at += size + 1;
  }
}

static void take_word(parse *p, const opt_row *row, const char *word) {
  int number = number_of(row, word);
  if (number >= 0) {
    *(int *)row->target = number;
    if (p->misled == row) p->misled = NULL;
  } else if (!p->misled || p->misled == row) {
    p->misled = row;
    p->word = word;
  }
}

/* --color takes auto, always or never: the words as the help has them, where it has. */
static int misled(const parse *p) {
  char list[128];
  size_t used = 0;
  const char *at = strchr(p->misled->value_name, '|') ? p->misled->value_name : words_of(p->misled);
  for (size_t size; used + (size = strcspn(at, "|")) + 8 < sizeof list; at += size + 1) {
    used += (size_t)snprintf(list + used, sizeof list - used, "%.*s", (int)size, at);
    if (!at[size]) break;
    used += (size_t)snprintf(list + used, sizeof list - used, "%s", strchr(at + size + 1, '|') ? ", " : " or ");
  }
  return opt_usage_error(p->spec, "--%s takes %s, not \"%s\"", p->misled->long_name, list, p->word);
}

bool opt_wants_equals(const opt_row *row, const char *argument, const char *next) {
  bool is_boolean = row->kind == OPT_FLAG || row->kind == OPT_OPTIONAL;
  return is_boolean && argument[1] == '-' && !strchr(argument, '=') && next && (strcmp(next, "true") == 0 || strcmp(next, "false") == 0);
}

/* Is the word one of the command's own options, so that it is hardly the value of the one before? */
static bool is_option(const opt_spec *spec, const char *word) {
  if (word[0] != '-' || !word[1]) return false;
  if (word[1] == '-') return find_long(spec, word + 2, strcspn(word + 2, "=")) != NULL;
  return !word[2] && find_short(spec, word[1]);
}

/* One option: `value` is what follows "=" or the short letter, or NULL. */
static int take(parse *p, const opt_row *row, const char *name, const char *value) {
  const char *next = p->next < p->argc ? p->argv[p->next] : NULL;
  if (opt_wants_equals(row, name, next)) return opt_usage_error(p->spec, "%s takes no word of its own, so \"%s\" would be an input: %s=%s (a file of that name: ./%s)", name, next, name, next, next);
  if (row->kind == OPT_FLAG) return store_flag(p->spec, row, value);
  if (row->kind == OPT_OPTIONAL && !value) value = "";
  if (!value) {
    if (p->next == p->argc) return opt_usage_error(p->spec, "%s needs a value: %s", name, row->value_name);
    value = p->argv[p->next++];
    if (is_option(p->spec, value) && strcmp(row->value_name, "ARG") != 0)
      return opt_usage_error(p->spec, "%s needs a value, %s, and %s is the next option", name, row->value_name, value);
  }
  if (row->kind == OPT_WORD) {
    take_word(p, row, value);
    return -1;
  }
  return store(row, value, p->argc);
}

/* Commands that tell failures as JSON are those of ctool's own names; wasm-opt and wabt's tools have other options. */
static const opt_row *find_everywhere(const opt_spec *spec, const char *name, size_t size) {
  for (size_t i = 0; i < sizeof everywhere / sizeof *everywhere && error_format_row(spec); i++)
    if (size == 1 ? everywhere[i].short_name == *name : strlen(everywhere[i].long_name) == size && strncmp(everywhere[i].long_name, name, size) == 0) return &everywhere[i];
  return NULL;
}

static int take_long(parse *p, const char *argument) {
  const char *equals = strchr(argument, '=');
  size_t size = equals ? (size_t)(equals - argument) - 2 : strlen(argument) - 2;
  const opt_row *row = find_long(p->spec, argument + 2, size);
  if (!row && size > 1) row = find_everywhere(p->spec, argument + 2, size);
  return row ? take(p, row, argument, equals ? equals + 1 : NULL) : unknown_option(p->spec, argument);
}

/* A cluster of short flags, of which the last may take a value. */
static int take_short(parse *p, const char *argument) {
  const opt_row *whole = argument[2] ? find_long(p->spec, argument + 1, strcspn(argument + 1, "=")) : NULL;
  if (whole) return opt_usage_error(p->spec, "%s begins with one dash; did you mean --%s?", argument, argument + 1);
  for (const char *at = argument + 1; *at; at++) {
    const opt_row *row = find_short(p->spec, *at);
    if (!row) row = find_everywhere(p->spec, at, 1);
    if (!row) return unknown_option(p->spec, argument);
    if (row->kind != OPT_FLAG) return take(p, row, argument, at[1] ? at + 1 : NULL);
    int status = take(p, row, argument, NULL);
    if (status >= 0) return status;
  }
  return -1;
}

/* ---- what is written */

/* Where the row says to write, or NULL. */
static const char *place_of(const opt_row *row) { return row->kind == OPT_OUTPUT || row->kind == OPT_DIRECTORY ? *(const char **)row->target : NULL; }

static const char *written_by(const opt_row *row) { return row->kind == OPT_OUTPUT ? place_of(row) : NULL; }

static int check_pair(const opt_spec *spec, const opt_row *row, const opt_row *other) {
  const char *a = written_by(row), *b = written_by(other);
  if (!a || !b || !ct_is_same_output(a, b)) return -1;
  if (strcmp(a, b) == 0) return opt_usage_error(spec, "--%s and --%s both name %s: one would be written over the other", row->long_name, other->long_name, strcmp(a, "-") ? a : "standard output");
  return opt_usage_error(spec, "--%s %s and --%s %s are one file: one would be written over the other", row->long_name, a, other->long_name, b);
}

static int check_output(const opt_spec *spec, const opt_row *row, int count, char **inputs) {
  const char *path = written_by(row);
  int status = -1;
  for (const opt_row *other = spec->rows; path && other < row && status < 0; other++) status = check_pair(spec, other, row);
  for (int i = 0; path && row->short_name != 'o' && i < count && status < 0; i++)
    if (strcmp(inputs[i], "-") != 0 && ct_is_same_output(path, inputs[i]))
      status = opt_usage_error(spec, "--%s %s would be written over the input %s", row->long_name, path, inputs[i]);
  return status;
}

static int check_written(const opt_spec *spec, int count, char **inputs) {
  int status = -1;
  for (const opt_row *row = spec->rows; row->help && status < 0; row++) {
    if (place_of(row) && !*place_of(row)) return opt_usage_error(spec, "--%s needs a name, not an empty one", row->long_name);
    status = check_output(spec, row, count, inputs);
  }
  return status;
}

/* All is known that will be written, and nothing has been read. */
static int go_on(const opt_spec *spec, int count, char **inputs) {
  int status = check_written(spec, count, inputs);
  for (const opt_row *row = spec->rows; row->help && status < 0; row++)
    if (place_of(row)) (row->kind == OPT_DIRECTORY ? sandbox_allow_directory : sandbox_allow)(place_of(row));
  if (status < 0) sandbox_enter();
  return status;
}

/* ---- parsing */

/* Set while a command is called for its table alone. */
static opt_visitor visitor;
static void *visitor_context;

void opt_visit(int (*run)(int argc, char **argv), const char *name, opt_visitor visit, void *context) {
  char *arguments[] = {(char *)name, NULL};
  visitor = visit;
  visitor_context = context;
  run(1, arguments);
  visitor = NULL;
}

/* Errors in front of the option are told in its form, too. */
static void take_error_format(const opt_spec *spec, int argc, char **argv) {
  const opt_row *row = error_format_row(spec);
  for (int i = 1; row && i < argc && strcmp(argv[i], "--") != 0; i++) {
    static const char name[] = "--error-format";
    const size_t size = sizeof name - 1;
    if (strncmp(argv[i], name, size) != 0) continue;
    const char *word = argv[i][size] == '=' ? argv[i] + size + 1 : !argv[i][size] && i + 1 < argc ? argv[i + 1] : "";
    int number = number_of(row, word);
    if (number >= 0) *(int *)row->target = number;
  }
}

int opt_parse(const opt_spec *spec, int argc, char **argv, int *positional) {
  if (visitor) {
    visitor(spec, visitor_context);
    return 0;
  }
  take_error_format(spec, argc, argv);
  parse p = {.spec = spec, .argc = argc, .next = 1, .argv = argv};
  bool options = true, has_h = find_short(spec, 'h') != NULL;
  *positional = 0;
  while (p.next < argc) {
    char *argument = argv[p.next++];
    int status = -1;
    if (!options || argument[0] != '-' || argument[1] == 0) argv[++*positional] = argument;
    else if (strcmp(argument, "--") == 0) options = false;
    else if (strcmp(argument, "--help") == 0 || (strcmp(argument, "-h") == 0 && !has_h)) return opt_print_help(spec, !has_h, argument[1] == 'h');
    else status = argument[1] == '-' ? take_long(&p, argument) : take_short(&p, argument);
    if (status >= 0) return status;
  }
  return p.misled ? misled(&p) : go_on(spec, *positional, argv + 1);
}

/* opts.h - one table of options for each command: it is the parser and the help at once.
 *
 * Values go into a local struct of the command through the pointers of the rows. Every form works: -o FILE, -oFILE, --output FILE, --output=FILE,
 * --flag, --flag=true|false. "--" ends the options. -v, --verbose and --color WHEN, which all of wasm-tools takes, are taken beyond the table, without effect, by
 * every command that has --error-format. */
#ifndef CTOOL_TOOLS_OPTS_H
#define CTOOL_TOOLS_OPTS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum opt_kind {
  OPT_FLAG,    /* bool: set to true by its name alone, or by =true and =false */
  OPT_STRING,  /* const char *: the last one wins */
  OPT_OUTPUT,  /* the same, a file that is written: not empty, and no other of the row's kind; only -o may be an input */
  OPT_DIRECTORY, /* the same, not empty */
  OPT_STRINGS, /* opt_strings: each one is kept */
  OPT_OPTIONAL, /* const char *: what follows "=", or "" when nothing does */
  OPT_HEADING,  /* no option: `help` names the group of the rows that follow; those before the first one are what most people need */
  OPT_WORD      /* int: the number of a word of the row, from 0; another word is a usage error, told when the whole line was read */
} opt_kind;

/* Borrowed from argv; the room is argv's own, so it is never too small. */
typedef struct opt_strings {
  const char **items;
  size_t count;
} opt_strings;

typedef struct opt_row {
  char short_name;       /* 0: none */
  const char *long_name; /* NULL: none */
  opt_kind kind;
  void *target;
  const char *value_name; /* "FILE"; NULL for flags */
  const char *help;      /* "": taken, and not told of */
  const char *words; /* of OPT_WORD: "auto|always|never"; an empty first one is for what was not given. NULL: those of value_name */
} opt_row;

#define OPT_GROUP(name) {0, NULL, OPT_HEADING, NULL, NULL, name}

typedef struct opt_spec {
  const char *usage;   /* "ctool strip [OPTIONS] [FILE]" */
  const char *about;   /* what the command does, one or a few lines */
  const opt_row *rows; /* ends with an all-zero row */
  const char *examples;
} opt_spec;

/* Parses argv[1..]. Positional arguments are moved to the front: argv[1 .. *positional]. Gives -1 when the command should go on, else the exit
 * status: 0 after --help, 2 after a usage error, which was told on stderr. */
int opt_parse(const opt_spec *spec, int argc, char **argv, int *positional);

/* Is `next` a true or false that was meant for the option before it, which takes it after "=" alone? opt_parse tells that; whoever splits a command line
 * before it keeps the two together. */
bool opt_wants_equals(const opt_row *row, const char *argument, const char *next);

/* Prints the help to standard output, or its common options alone, and gives 0. `has_h`: -h is not an option of the command's own. */
int opt_print_help(const opt_spec *spec, bool has_h, bool common);

/* Prints text that begins in a column, in lines of 80 columns at most; those that follow begin with `indent` spaces. */
void opt_put_wrapped(const char *text, size_t column, size_t indent);

/* Calls `visit` with the table of a command, rather than running it: what pages and completions are made of. The table lives until it returns. */
typedef void (*opt_visitor)(const opt_spec *spec, void *context);
void opt_visit(int (*run)(int argc, char **argv), const char *name, opt_visitor visit, void *context);

/* Tells a usage error on stderr, with where to find help; gives 2. */
int opt_usage_error(const opt_spec *spec, const char *format, ...);

/* Prints "error: MESSAGE" to stderr, as failures of the library are printed: what would steer a terminal does not. */
void opt_tell(const char *format, va_list arguments);

/* The edit distance of two short names, for "did you mean"; large for long ones. */
unsigned opt_distance(const char *a, const char *b);

#endif

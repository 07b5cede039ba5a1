/* main.c - finds the command in the table of commands.def and runs it. Exit status: 0 good, 1 bad input, 2 usage. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "commands.h"
#include "common.h"
#include "ending.h"
#include "opts.h"
#include "system.h"

/* Called by the name of another tool, ctool is that command. */
static const struct {
  const char *name;
  int (*run)(int argc, char **argv);
} aliases[] = {
#define CT_ALIAS(name, function) {name, cmd_##function},
#include "aliases.def"
#undef CT_ALIAS
};

/* The wasm-tools whose commands and flags these are: by its name, ctool tells the version in its form, since scripts compare the second word. */
#define VERSION_OF_WASM_TOOLS "1.263.0"

static int help(void) {
  puts("ctool: a WebAssembly component toolkit\n\nusage: ctool COMMAND [OPTIONS] [ARGUMENTS]\n\ncommands:");
  for (const command *c = commands; c->name; c++) printf("  %-24s%s\n", c->name, c->summary);
  puts("\nctool COMMAND --help tells more; ctool --version prints the version.\n"
       "ctool --no-sandbox COMMAND leaves out what keeps a command that reads files\nfrom doing anything else.");
  return EXIT_GOOD;
}

/* How many words of argv[1..] are the command's name; 0 when they are another. */
static int words_matching(const char *name, int argc, char **argv) {
  const char *space = strchr(name, ' ');
  if (!space) return strcmp(argv[1], name) == 0 ? 1 : 0;
  size_t first = (size_t)(space - name);
  return argc > 2 && strlen(argv[1]) == first && strncmp(argv[1], name, first) == 0 && strcmp(argv[2], space + 1) == 0 ? 2 : 0;
}

static bool is_group(const char *word) {
  for (const command *c = commands; c->name; c++)
    if (command_is_in_group(c, word)) return true;
  return false;
}

static int group_help(const char *group) {
  printf("usage: ctool %s COMMAND [OPTIONS] [ARGUMENTS]\n\ncommands:\n", group);
  for (const command *c = commands; c->name; c++)
    if (command_is_in_group(c, group)) printf("  %-24s%s\n", c->name, c->summary);
  puts("\nctool COMMAND --help tells more.");
  return EXIT_GOOD;
}

/* The command whose name, or whose second word, is nearly `name`; or NULL. */
static const char *nearest(const char *name) {
  const char *best = NULL;
  unsigned best_distance = strlen(name) < 4 ? 2 : 3; /* two letters of three are another word */
  for (const command *c = commands; c->name; c++) {
    const char *space = strchr(c->name, ' ');
    unsigned whole = opt_distance(name, c->name), second = space ? opt_distance(name, space + 1) : whole;
    unsigned distance = whole < second ? whole : second;
    if (distance < best_distance) {
      best_distance = distance;
      best = c->name;
    }
  }
  return best;
}

static void print_error(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  opt_tell(format, arguments);
  va_end(arguments);
}

/* The tool for what ctool does not do, or NULL. */
static const char *elsewhere(const char *name) {
  static const struct {
    const char *name, *tool;
  } rows[] = {
#define CT_ELSEWHERE(name, tool) {name, tool},
#include "elsewhere.def"
#undef CT_ELSEWHERE
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (strcmp(rows[i].name, name) == 0) return rows[i].tool;
  return NULL;
}

/* An option before a command, where there are few. */
static int unknown_option(const char *name) {
  static const char *const options[] = {"--help", "--version", "--no-sandbox"};
  const char *best = strcmp(name, "-v") == 0 ? "--version" : NULL;
  unsigned best_distance = 4;
  for (size_t i = 0; i < sizeof options / sizeof *options && name[1] == '-'; i++) {
    unsigned distance = opt_distance(name, options[i]);
    if (distance < best_distance) best = options[i];
    if (distance < best_distance) best_distance = distance;
  }
  if (best) print_error("ctool has no option \"%s\"; did you mean \"%s\"?", name, best);
  else print_error("ctool has no option \"%s\" before a command", name);
  fputs("ctool --help lists the commands.\n", stderr);
  return EXIT_USAGE;
}

/* `second` is the word after it, or NULL; it may be the rest of the name. */
static int unknown_command(const char *first, const char *second) {
  if (first[0] == '-') return unknown_option(first);
  bool group = is_group(first);
  const char *name = group && second ? second : first, *tool = elsewhere(name);
  if (tool) {
    fprintf(stderr, "error: ctool has no command \"%s%s%s\": %s.\n", group ? first : "", group ? " " : "", name, tool);
    return EXIT_USAGE;
  }
  if (group && (!second || second[0] == '-')) {
    fprintf(stderr, "error: which command of \"%s\"?\nctool %s --help lists them.\n", first, first); /* a name of ours */
    return EXIT_USAGE;
  }
  char both[64];
  snprintf(both, sizeof both, "%s %s", first, second ? second : "");
  const char *best = group ? nearest(both) : nearest(first);
  if (!best && second) best = nearest(both); /* the first word may be the one that is misspelt */
  if (best) print_error("ctool has no command \"%s\"; did you mean \"%s\"?", group ? both : first, best);
  else print_error("ctool has no command \"%s\"", group ? both : first);
  fprintf(stderr, "ctool %s%s--help lists the commands.\n", group ? first : "", group ? " " : "");
  return EXIT_USAGE;
}

/* Memory that one step frees serves the next, instead of going back to the system for pages that must be zeroed again. */
static void keep_freed_memory(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 2 << 20);
  mallopt(M_TRIM_THRESHOLD, 4 << 20);
#endif
}

/* All that is printed but to a terminal leaves at the end, as far as it fits, so that the reason why it cannot is known there. */
static void buffer_output(void) {
  static char room[1 << 16];
  if (!ct_is_terminal(1)) setvbuf(stdout, room, _IOFBF, sizeof room);
}

/* What was printed to standard output has left, or it is told that it has not. */
static int finish(int status) {
  ct_error error;
  errno = 0;
  if (fflush(stdout) == 0 && !ferror(stdout)) return status;
  ct_error_clear(&error);
  fail_with(&error, FAIL_WRITE, errno ? "cannot write: %s" : "cannot write", strerror(errno));
  return tell(&error, "standard output", false);
}

static int run(int argc, char **argv) {
  for (size_t i = 0; argc && i < sizeof aliases / sizeof *aliases; i++)
    if (strcmp(base_name(argv[0]), aliases[i].name) == 0) return aliases[i].run(argc, argv);
  bool opened = argc > 1 && strcmp(argv[1], "--no-sandbox") == 0;
  if (opened) {
    argv[1] = argv[0];
    argc--, argv++;
  }
  if (argc < 2) {
    help();
    return EXIT_USAGE;
  }
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
    if (argc == 2 || argv[1][0] == '-') return help();
    /* `help x` is `x --help` */
    static char flag[] = "--help";
    char *turned[4] = {argv[0], argv[2], argc > 3 ? argv[3] : flag, flag};
    return run(argc > 3 ? 4 : 3, turned);
  }
  if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
    bool json = argc > 2 && strcmp(argv[2], "--json") == 0;
    if (called_wasm_tools()) printf(json ? "{\"name\": \"wasm-tools\", \"version\": \"" VERSION_OF_WASM_TOOLS "\", \"ctool\": \"%s\"}\n" : "wasm-tools " VERSION_OF_WASM_TOOLS " (ctool %s)\n", ct_version());
    else printf(json ? "{\"name\": \"ctool\", \"version\": \"%s\"}\n" : "ctool %s\n", ct_version());
    return EXIT_GOOD;
  }
  for (const command *c = commands; c->name; c++) {
    int words = words_matching(c->name, argc, argv);
    if (!words) continue;
    if (!opened) sandbox_want(c->sandbox);
    return c->run(argc - words, argv + words);
  }
  const char *second = argc > 2 ? argv[2] : NULL;
  if (is_group(argv[1]) && second && (strcmp(second, "--help") == 0 || strcmp(second, "-h") == 0)) return group_help(argv[1]);
  return unknown_command(argv[1], second);
}

int main(int argc, char **argv) {
  system_begin(&argc, &argv);
  ending_watch();
  buffer_output();
  if (argc) program_name_is(argv[0]);
  keep_freed_memory();
  return finish(run(argc, argv));
}

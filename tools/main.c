/* main.c - finds the command in the table of commands.def and runs it. Exit status: 0 good, 1 bad input, 2 usage. */
#include <stdio.h>
#include <string.h>

#include "common.h"
#include "opts.h"

typedef struct command {
  const char *name, *summary;
  int (*run)(int argc, char **argv);
} command;

static const command commands[] = {
#define CT_COMMAND(function, name, summary) {name, summary, cmd_##function},
#include "commands.def"
#undef CT_COMMAND
};

enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static int help(void) {
  puts("ctool: a WebAssembly component toolkit\n\nusage: ctool COMMAND [OPTIONS] [ARGUMENTS]\n\ncommands:");
  for (int i = 0; i < COMMAND_COUNT; i++) printf("  %-24s%s\n", commands[i].name, commands[i].summary);
  puts("\nctool COMMAND --help tells more; ctool --version prints the version.");
  return EXIT_GOOD;
}

/* How many words of argv[1..] are the command's name; 0 when they are another. */
static int words_matching(const char *name, int argc, char **argv) {
  const char *space = strchr(name, ' ');
  if (!space) return strcmp(argv[1], name) == 0 ? 1 : 0;
  size_t first = (size_t)(space - name);
  return argc > 2 && strlen(argv[1]) == first && strncmp(argv[1], name, first) == 0 && strcmp(argv[2], space + 1) == 0 ? 2 : 0;
}

static int unknown_command(const char *name) {
  const char *best = NULL;
  unsigned best_distance = 3;
  for (int i = 0; i < COMMAND_COUNT; i++) {
    unsigned distance = opt_distance(name, commands[i].name);
    if (distance < best_distance) {
      best_distance = distance;
      best = commands[i].name;
    }
  }
  fprintf(stderr, "error: ctool has no command \"%s\"", name);
  if (best) fprintf(stderr, "; did you mean \"%s\"?", best);
  fputs("\nctool --help lists the commands.\n", stderr);
  return EXIT_USAGE;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    help();
    return EXIT_USAGE;
  }
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
    if (argc == 2 || argv[1][0] == '-') return help();
    /* `help x` is `x --help` */
    static char flag[] = "--help";
    char *turned[4] = {argv[0], argv[2], argc > 3 ? argv[3] : flag, flag};
    return main(argc > 3 ? 4 : 3, turned);
  }
  if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
    printf("ctool %s\n", ct_version());
    return EXIT_GOOD;
  }
  for (int i = 0; i < COMMAND_COUNT; i++) {
    int words = words_matching(commands[i].name, argc, argv);
    if (words) return commands[i].run(argc - words, argv + words);
  }
  return unknown_command(argv[1]);
}

/* ctool completion SHELL: a script by which a shell completes commands and options, from the tables that parse them. Values are completed as files. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "common.h"
#include "opts.h"

static const opt_row help_row = {'h', "help", OPT_FLAG, NULL, NULL, "Print the help"};

/* In single quotes; `colons`: those of a zsh description. */
static void put_quoted(const char *text, bool colons) {
  for (; *text; text++) {
    if (*text == '\'') fputs("'\\''", stdout);
    else if (colons && strchr(":[]", *text)) printf("\\%c", *text);
    else putchar(*text);
  }
}

/* The first words of the commands, each once. */
static void put_first_words(void) {
  EACH_OWN_COMMAND(c)
    if (command_begins_group(c)) printf(" %.*s", (int)strcspn(c->name, " "), c->name);
}

static void put_second_words(const char *name, size_t size) {
  EACH_OWN_COMMAND(c)
    if (strcspn(c->name, " ") == size && strncmp(c->name, name, size) == 0 && c->name[size]) printf(" %s", c->name + size + 1);
}

/* ---- bash: https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html */

static void bash_row(const opt_row *row) {
  if (row->short_name) printf(" -%c", row->short_name);
  if (row->long_name) printf(" --%s", row->long_name);
}

static void bash_options(const opt_spec *spec, void *context) {
  const command *c = context;
  printf("    '%s') words='", c->name);
  for (const opt_row *row = spec->rows; row->help; row++) bash_row(row);
  bash_row(&help_row);
  puts("' ;;");
}

static void bash(void) {
  puts("_ctool() {\n  local current=${COMP_WORDS[COMP_CWORD]} first=${COMP_WORDS[1]} second=${COMP_WORDS[2]} words=\n  if [ \"$COMP_CWORD\" = 1 ]; then");
  fputs("    words='", stdout);
  put_first_words();
  puts("'\n    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n    return\n  fi\n  if [ \"$COMP_CWORD\" = 2 ]; then\n    case $first in");
  EACH_OWN_COMMAND(c) {
    size_t size = strcspn(c->name, " ");
    if (!command_begins_group(c) || !c->name[size]) continue;
    printf("      %.*s) words='", (int)size, c->name);
    put_second_words(c->name, size);
    puts("' ;;");
  }
  puts("    esac\n    if [ -n \"$words\" ]; then\n      COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n      return\n    fi\n  fi");
  puts("  [[ $current == -* ]] || return\n  case \"$first $second\" in");
  EACH_OWN_COMMAND(c)
    if (strchr(c->name, ' ')) opt_visit(c->run, c->name, bash_options, (void *)c);
  puts("  esac\n  [ -n \"$words\" ] || case $first in");
  EACH_OWN_COMMAND(c)
    if (!strchr(c->name, ' ')) opt_visit(c->run, c->name, bash_options, (void *)c);
  puts("  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n}\ncomplete -o default -F _ctool ctool");
}

/* ---- zsh: https://zsh.sourceforge.io/Doc/Release/Completion-System.html */

static void zsh_form(const opt_row *row, const char *name) {
  printf("      '*%s%s[", name, row->value_name && name[1] == '-' ? (row->kind == OPT_FLAG || row->kind == OPT_OPTIONAL ? "" : "=") : "");
  put_quoted(row->help, true);
  fputs("]", stdout);
  if (row->value_name && row->kind != OPT_FLAG && row->kind != OPT_OPTIONAL) {
    fputs(":", stdout);
    put_quoted(row->value_name, true);
    fputs(":_files", stdout);
  }
  puts("' \\");
}

static void zsh_row(const opt_row *row) {
  char name[64];
  snprintf(name, sizeof name, "-%c", row->short_name);
  if (row->short_name) zsh_form(row, name);
  snprintf(name, sizeof name, "--%s", row->long_name ? row->long_name : "");
  if (row->long_name) zsh_form(row, name);
}

static void zsh_options(const opt_spec *spec, void *context) {
  const command *c = context;
  printf("    '%s') _arguments \\\n", c->name);
  for (const opt_row *row = spec->rows; row->help; row++) zsh_row(row);
  zsh_row(&help_row);
  puts("      '*:file:_files' ;;");
}

static void zsh(void) {
  puts("#compdef ctool\n_ctool() {\n  local -a all\n  all=(");
  EACH_OWN_COMMAND(c) {
    size_t size = strcspn(c->name, " ");
    if (!command_begins_group(c)) continue;
    printf("    '%.*s:", (int)size, c->name);
    put_quoted(c->name[size] ? "several commands" : c->summary, true);
    puts("'");
  }
  puts("  )\n  if (( CURRENT == 2 )); then\n    _describe command all\n    return\n  fi\n  local name=${words[2]}\n  case $name in");
  EACH_OWN_COMMAND(c) {
    size_t size = strcspn(c->name, " ");
    if (!command_begins_group(c) || !c->name[size]) continue;
    printf("    %.*s)\n      if (( CURRENT == 3 )); then\n        compadd", (int)size, c->name);
    put_second_words(c->name, size);
    puts("\n        return\n      fi\n      name=\"$name ${words[3]}\"\n      shift words; (( CURRENT-- )) ;;");
  }
  puts("  esac\n  shift words; (( CURRENT-- ))\n  case $name in");
  EACH_OWN_COMMAND(c) opt_visit(c->run, c->name, zsh_options, (void *)c);
  puts("  esac\n}\n[ \"$funcstack[1]\" = _ctool ] && _ctool \"$@\" || compdef _ctool ctool");
}

/* ---- fish: https://fishshell.com/docs/current/completions.html */

/* When the command line is at this command. */
static void fish_condition(const char *name) {
  size_t size = strcspn(name, " ");
  printf("complete -c ctool -n '__fish_seen_subcommand_from %.*s", (int)size, name);
  if (name[size]) printf("; and __fish_seen_subcommand_from %s", name + size + 1);
  fputs("'", stdout);
}

static void fish_row(const command *c, const opt_row *row) {
  if (row->kind == OPT_HEADING) return;
  fish_condition(c->name);
  if (row->short_name) printf(" -s %c", row->short_name);
  if (row->long_name) printf(" -l %s", row->long_name);
  if (row->value_name && row->kind != OPT_FLAG && row->kind != OPT_OPTIONAL) fputs(" -r", stdout);
  fputs(" -d '", stdout);
  put_quoted(row->help, false);
  puts("'");
}

static void fish_options(const opt_spec *spec, void *context) {
  for (const opt_row *row = spec->rows; row->help; row++) fish_row(context, row);
  fish_row(context, &help_row);
}

static void fish_word(const char *condition, const char *word, int size, const char *summary) {
  printf("complete -c ctool -n '%s' -a %.*s -d '", condition, size, word);
  put_quoted(summary, false);
  puts("'");
}

static void fish(void) {
  EACH_OWN_COMMAND(c) {
    const char *name = c->name, *space = strchr(name, ' ');
    int size = (int)strcspn(name, " ");
    char condition[64];
    snprintf(condition, sizeof condition, "__fish_seen_subcommand_from %.*s", size, name);
    if (command_begins_group(c)) fish_word("__fish_use_subcommand", name, size, space ? "several commands" : c->summary);
    if (space) fish_word(condition, space + 1, (int)strlen(space + 1), c->summary);
    opt_visit(c->run, name, fish_options, (void *)c);
  }
}

int cmd_completion(int argc, char **argv) {
  static const opt_row rows[] = {{0}};
  static const opt_spec spec = {"ctool completion bash|zsh|fish", "Prints a script that makes the shell complete ctool's commands and options.", rows,
                                "  ctool completion bash > /etc/bash_completion.d/ctool\n  ctool completion zsh > \"${fpath[1]}/_ctool\"\n"
                                "  ctool completion fish > ~/.config/fish/completions/ctool.fish\n"};
  static const struct {
    const char *name;
    void (*print)(void);
  } shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  for (size_t i = 0; count == 1 && i < sizeof shells / sizeof *shells; i++)
    if (strcmp(shells[i].name, argv[1]) == 0) {
      shells[i].print();
      return EXIT_GOOD;
    }
  return opt_usage_error(&spec, "one of bash, zsh and fish is needed%s%s", count ? ", not " : "", count ? argv[1] : "");
}

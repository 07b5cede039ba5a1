/* commands.h - the rows of commands.def: main runs them, `man` and `completion` tell of them. */
#ifndef CTOOL_TOOLS_COMMANDS_H
#define CTOOL_TOOLS_COMMANDS_H

#include <stdbool.h>

#include "sandbox.h"

typedef struct command {
  const char *name, *summary;
  int (*run)(int argc, char **argv);
  sandbox_kind sandbox;
  bool is_foreign; /* its command line is another tool's: no table of opts.h tells of it */
} command;

extern const command commands[]; /* ends with a NULL name */

/* Each command but the foreign ones, as `c`. */
#define EACH_OWN_COMMAND(c) \
  for (const command *c = commands; c->name; c++) \
    if (!c->is_foreign)

/* "component new" is in the group "component". */
bool command_is_in_group(const command *it, const char *group);

/* Is this the first of the rows whose name begins with the same word? */
bool command_begins_group(const command *it);

#endif

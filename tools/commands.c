/* commands.c - the table of the commands, expanded once. */
#include "commands.h"

#include <string.h>

#include "common.h"

const command commands[] = {
#define CT_COMMAND(function, name, sandbox, summary) {name, summary, cmd_##function, SANDBOX_##sandbox, false},
#define CT_FOREIGN(function, name, sandbox, summary) {name, summary, cmd_##function, SANDBOX_##sandbox, true},
#include "commands.def"
#undef CT_COMMAND
#undef CT_FOREIGN
    {0},
};

bool command_is_in_group(const command *it, const char *group) {
  size_t size = strlen(group);
  return strncmp(it->name, group, size) == 0 && it->name[size] == ' ';
}

bool command_begins_group(const command *it) {
  size_t size = strcspn(it->name, " ");
  for (const command *c = commands; c < it; c++)
    if (strcspn(c->name, " ") == size && strncmp(c->name, it->name, size) == 0) return false;
  return true;
}

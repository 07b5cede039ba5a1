/* linker.c - finding and running wasm-ld. Its text and its exit status are its own: nothing here reads or changes them. */
#include "linker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "system.h"

bool linker_takes_next(const char *argument) {
  static const char *const names[] = {
#define LINKER_VALUE(name) name,
#include "linker_values.def"
#undef LINKER_VALUE
  };
  if (argument[0] != '-') return false;
  bool two = argument[1] == '-';
  const char *name = argument + 1 + two;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(name, names[i]) == 0) return !two || names[i][1];
  return false;
}

/* ---- where it is */

/* "DIRECTORY/NAME", to be freed; an empty directory of PATH is the current one. */
static char *join(const char *directory, size_t size, const char *name) {
  size_t room = size + strlen(name) + 3;
  char *path = malloc(room);
  if (path) snprintf(path, room, "%.*s/%s", size ? (int)size : 1, size ? directory : ".", name);
  return path;
}

/* Sets *found, to be freed, when the directory has such a program. */
static ct_status look_for(char **found, const char *directory, size_t size, const char *name, ct_error *error) {
  char *path = join(directory, size, name);
  if (!path) return fail_with(error, FAIL_NOMEM, "out of memory");
  if (system_is_program(path)) *found = path;
  else free(path);
  return CT_OK;
}

/* N of "wasm-ld-N" (and, on Windows, ".exe"), else 0. */
static unsigned long version_of(const char *name) {
  char *end;
  if (strncmp(name, "wasm-ld-", 8) != 0 || name[8] < '1' || name[8] > '9') return 0;
  unsigned long version = strtoul(name + 8, &end, 10);
  return strcmp(end, SYSTEM_PROGRAM_ENDING) != 0 ? 0 : version;
}

/* The highest version in one directory, when it is higher than *version. What cannot be listed has none. */
static ct_status look_for_version(char **found, unsigned long *version, const char *directory, size_t size, ct_error *error) {
  char *path = join(directory, size, ""), **names = NULL;
  size_t count = 0;
  ct_status status = path ? CT_OK : fail_with(error, FAIL_NOMEM, "out of memory");
  ct_error ignored;
  ct_error_clear(&ignored);
  if (path && ct_names_list(&names, &count, path, &ignored) != CT_OK) count = 0;
  for (size_t i = 0; i < count && status == CT_OK; i++) {
    char *better = NULL;
    if (version_of(names[i]) <= *version) continue;
    status = look_for(&better, directory, size, names[i], error);
    if (!better) continue;
    free(*found);
    *found = better;
    *version = version_of(names[i]);
  }
  if (names) ct_names_free(names, count);
  free(path);
  return status;
}

static const char *next_directory(const char **at, size_t *size) {
  const char *directory = *at;
  if (!directory) return NULL;
  *size = strcspn(directory, SYSTEM_LIST_SEPARATOR);
  *at = directory[*size] ? directory + *size + 1 : NULL;
  return directory;
}

static ct_status search(char **found, bool *is_rust, const char *path, ct_error *error) {
  size_t size;
  unsigned long version = 0;
  ct_status status = CT_OK;
  const char *at = path;
  for (const char *directory; status == CT_OK && !*found && (directory = next_directory(&at, &size));) {
    status = look_for(found, directory, size, "wasm-ld" SYSTEM_PROGRAM_ENDING, error);
    if (status != CT_OK || *found) break;
    status = look_for(found, directory, size, "rust-lld" SYSTEM_PROGRAM_ENDING, error);
    *is_rust = *found != NULL;
  }
  at = *found ? NULL : path;
  for (const char *directory; status == CT_OK && (directory = next_directory(&at, &size));) status = look_for_version(found, &version, directory, size, error);
  return status;
}

static ct_status not_found(const char *path, ct_error *error) {
  fail_with(error, FAIL_OPEN, "the linker was not found: no wasm-ld, rust-lld or wasm-ld-N in any directory of PATH (%s)", path);
  snprintf(error->hint, sizeof error->hint, "Debian has it in the package lld-19 (`apt install lld-19`); --wasm-ld-path FILE names one that is elsewhere.");
  return error->status;
}

ct_status linker_find(words *command, const char *path, ct_error *error) {
  char *found = NULL;
  bool is_rust = false;
  const char *all = system_variable("PATH");
  if (path) return words_add(command, path, error);
  ct_status status = search(&found, &is_rust, all ? all : "", error);
  if (status == CT_OK && !found) status = not_found(all ? all : "", error);
  if (status == CT_OK) status = words_add(command, found, error);
  if (status == CT_OK && is_rust) status = words_add(command, "-flavor", error);
  if (status == CT_OK && is_rust) status = words_add(command, "wasm", error);
  free(found);
  return status;
}

ct_status linker_color(words *command, ct_error *error) {
  const char *name = base_name(command->items[0]), *terminal = system_variable("TERM");
  bool is_lld = strncmp(name, "wasm-ld", 7) == 0 || strncmp(name, "rust-lld", 8) == 0;
  bool colors = is_lld && ct_is_terminal(2) && terminal && *terminal && strcmp(terminal, "dumb") != 0;
  return colors ? words_add(command, "--color-diagnostics", error) : CT_OK; /* first, so that the user has the last word */
}

/* ---- the scratch directory */

/* In a signal handler, too. */
static void remove_scratch(leftover *it) {
  const scratch *s = (scratch *)it;
  if (s->module) system_remove_file(s->module);
  if (s->arguments) system_remove_file(s->arguments);
  system_remove_directory(s->directory);
}

static char *directory_beside(const char *output, const char *base, ct_error *error) {
  size_t parent = (size_t)(base - output), size = parent + strlen(base) + sizeof "..XXXXXX";
  char *directory = malloc(size);
  if (directory) snprintf(directory, size, "%.*s.%s.XXXXXX", (int)parent, output, base);
  if (directory && system_make_directory(directory)) return directory;
  if (directory) fail_with(error, FAIL_OPEN, "no directory for the linker's output can be made beside %s: %s", output, strerror(errno));
  else fail_with(error, FAIL_NOMEM, "out of memory");
  free(directory);
  return NULL;
}

static ct_status make(scratch *s, const char *output, ct_error *error) {
  const char *base = base_name(output);
  /* beside /dev/null nothing can be made */
  char *directory = system_is_device(output) ? scratch_directory(error) : directory_beside(output, base, error);
  if (!directory) return error->status;
  s->directory = directory;
  leftover_add(&s->at, remove_scratch);
  s->module = join(directory, strlen(directory), base);
  s->arguments = join(directory, strlen(directory), "-arguments"); /* no output's name begins with a dash here: it would be an option */
  if (!s->module || !s->arguments) return fail_with(error, FAIL_NOMEM, "out of memory");
  return CT_OK;
}

ct_status scratch_make(scratch *s, const char *output, ct_error *error) {
  ending_hold();
  ct_status status = make(s, output, error);
  ending_release();
  return status;
}

void scratch_remove(scratch *s) {
  if (!s->directory) return;
  ending_hold();
  remove_scratch(&s->at);
  leftover_forget(&s->at);
  ending_release();
  free(s->module);
  free(s->arguments);
  free(s->directory);
  *s = (scratch){0};
}

/* ---- running it */

enum { LONGEST = 30000 /* bytes of a command line that every system takes; Windows takes 32,767 */ };

static size_t length_of(const words *command) {
  size_t size = 0;
  for (size_t i = 0; i < command->count; i++) size += strlen(command->items[i]) + 1;
  return size;
}

/* `short_one` becomes `command` with all arguments but the flavor in a file. */
static ct_status shorten(words *short_one, const words *command, const scratch *s, ct_error *error) {
  ct_buf text = {0};
  size_t fixed = command->count > 2 && strcmp(command->items[1], "-flavor") == 0 ? 3 : 1, size = strlen(s->arguments) + 2;
  words rest = {command->items + fixed, command->count - fixed};
  char *file = malloc(size);
  ct_status status = file ? words_quote(&text, &rest, error) : fail_with(error, FAIL_NOMEM, "out of memory");
  if (status == CT_OK) status = output_write(s->arguments, (ct_slice){text.data, text.size}, false, error);
  for (size_t i = 0; i < fixed && status == CT_OK; i++) status = words_add(short_one, command->items[i], error);
  if (status == CT_OK) status = words_add(short_one, "--rsp-quoting=posix", error);
  if (file) snprintf(file, size, "@%s", s->arguments);
  if (status == CT_OK) status = words_add(short_one, file, error);
  free(file);
  ct_buf_free(&text);
  return status;
}

ct_status linker_run(int *how, bool *spoke, const words *command, const scratch *s, ct_error *error) {
  words short_one = {0};
  ct_status status = length_of(command) > LONGEST ? shorten(&short_one, command, s, error) : CT_OK;
  if (status == CT_OK) status = child_run_heard(how, spoke, (const char *const *)(short_one.count ? short_one.items : command->items), error);
  words_free(&short_one);
  if (status == CT_OK && *how > 128) return fail_with(error, FAIL_RUN, "the linker `%s` was stopped by signal %d", command->items[0], *how - 128);
  return status;
}

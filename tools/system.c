/* system.c - where POSIX is. */
#include "system.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Files that are opened must not become the standard streams where those are closed: these are open then, in the direction that they do not have. */
void system_begin(int *argc, char ***argv) {
  (void)argc, (void)argv;
  for (int i = 0; i <= STDERR_FILENO; i++)
    if (fcntl(i, F_GETFD) < 0) open("/dev/null", i == STDIN_FILENO ? O_WRONLY : O_RDONLY); /* the lowest that is free: i */
}

const char *system_variable(const char *name) { return getenv(name); }

char *system_last_slash(const char *path) { return strrchr(path, '/'); }

bool system_is_program(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && !S_ISDIR(st.st_mode) && access(path, X_OK) == 0;
}

bool system_is_device(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

const char *system_scratch_place(void) {
  const char *place = getenv("TMPDIR");
  return place && *place ? place : "/tmp";
}

bool system_make_directory(char *name) { return mkdtemp(name) != NULL; }

void system_remove_file(const char *path) { unlink(path); }
void system_remove_directory(const char *path) { rmdir(path); }

#ifdef __APPLE__
#include <mach-o/dyld.h>

bool system_own_path(char *room, size_t size) {
  uint32_t room_size = (uint32_t)size;
  return _NSGetExecutablePath(room, &room_size) == 0;
}
#else
bool system_own_path(char *room, size_t size) {
  ssize_t used = readlink("/proc/self/exe", room, size - 1);
  room[used > 0 ? used : 0] = 0;
  return used > 0;
}
#endif

FILE *system_ask(const char *program, const char *argument) {
  enum { ROOM = 4096 };
  char command[ROOM] = "'";
  size_t used = 1;
  for (const char *at = program; *at && used < ROOM; at++) used += (size_t)snprintf(command + used, sizeof command - used, *at == '\'' ? "'\\''" : "%c", *at);
  if (used >= ROOM || (size_t)snprintf(command + used, sizeof command - used, "' %s 2>/dev/null", argument) >= sizeof command - used) return NULL;
  return popen(command, "r");
}

void system_asked(FILE *answer) { pclose(answer); }

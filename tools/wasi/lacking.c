/* lacking.c - what WASI's libc leaves out and ctool calls. Files: done as elsewhere. Processes and signals: not to be had. */
#include "lacks.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- files */

mode_t umask(mode_t mask) { return (void)mask, 022; }
int fchmod(int descriptor, mode_t mode) { return (void)descriptor, (void)mode, 0; } /* there are no permissions */

int madvise(void *at, size_t size, int advice) { return (void)at, (void)size, (void)advice, 0; } /* mappings are copies: nothing is given back */

/* The name ends in XXXXXX. Names are tried in their order; two at once are told apart by the file system. */
static int make(char *name, int (*attempt)(const char *name)) {
  size_t size = strlen(name);
  char *digits = size < 6 ? NULL : name + size - 6;
  if (!digits) return errno = EINVAL, -1;
  for (unsigned number = 0; number < 1000000; number++) {
    char text[8];
    snprintf(text, sizeof text, "%06u", number);
    memcpy(digits, text, 6);
    int made = attempt(name);
    if (made >= 0 || errno != EEXIST) return made;
  }
  return -1;
}

static int make_file(const char *name) { return open(name, O_RDWR | O_CREAT | O_EXCL, 0600); }
static int make_directory(const char *name) { return mkdir(name, 0700); }
int mkstemp(char *name) { return make(name, make_file); }
char *mkdtemp(char *name) { return make(name, make_directory) < 0 ? NULL : name; }

/* Links are followed by the host. What is asked is whether the path is there, and a name to write to. */
char *realpath(const char *path, char *out) {
  struct stat st;
  size_t size = strlen(path);
  if (size >= PATH_MAX) return errno = ENAMETOOLONG, NULL;
  if (stat(path, &st) != 0) return NULL;
  char link[1];
  if (readlink(path, link, sizeof link) >= 0) return errno = ENOENT, NULL; /* the caller follows it by itself */
  return memcpy(out, path, size + 1);
}

/* ---- processes */

static int none(void) { return errno = ENOSYS, -1; }
pid_t fork(void) { return none(); }
pid_t waitpid(pid_t process, int *how, int flags) { return (void)process, (void)how, (void)flags, none(); }
int execvp(const char *file, char *const arguments[]) { return (void)file, (void)arguments, none(); }
int execl(const char *file, const char *argument, ...) { return (void)file, (void)argument, none(); }
int dup2(int from, int to) { return (void)from, (void)to, none(); }
FILE *popen(const char *command, const char *mode) { return (void)command, (void)mode, errno = ENOSYS, NULL; }
int pclose(FILE *stream) { return (void)stream, none(); }
int pipe(int ends[2]) { return (void)ends, none(); }
int socketpair(int domain, int type, int protocol, int ends[2]) { return (void)domain, (void)type, (void)protocol, (void)ends, none(); }
int kill(pid_t process, int number) { return (void)process, (void)number, none(); }
int sigaction(int number, const struct sigaction *action, struct sigaction *old) { return (void)number, (void)action, (void)old, none(); }
int sigemptyset(sigset_t *set) { return (void)set, 0; }
int sigaddset(sigset_t *set, int number) { return (void)set, (void)number, 0; }

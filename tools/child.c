/* child.c - running another program and a directory for the files that it works on. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common.h"
#include "ending.h"

extern char **environ;

static int start(pid_t *child, const char *const *arguments, bool silent) {
  posix_spawn_file_actions_t actions;
  int failed = posix_spawn_file_actions_init(&actions);
  if (failed) return failed;
  if (silent) failed = posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  if (silent && !failed) failed = posix_spawn_file_actions_adddup2(&actions, 1, 2);
  if (!failed) failed = posix_spawnp(child, arguments[0], &actions, NULL, (char *const *)arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  return failed;
}

ct_status child_run(int *status, const char *const *arguments, bool silent, ct_error *error) {
  pid_t child;
  int how = 0;
  ending_hold();
  int failed = start(&child, arguments, silent);
  if (!failed) ending_child(child);
  ending_release();
  if (failed) return fail_with(error, FAIL_RUN, "`%s` cannot be run: %s", arguments[0], strerror(failed));
  pid_t waited;
  do waited = waitpid(child, &how, 0);
  while (waited < 0 && errno == EINTR);
  ending_child(0);
  if (waited != child) return fail_with(error, FAIL_RUN, "`%s` cannot be waited for", arguments[0]);
  *status = WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
  return CT_OK;
}

char *child_directory(ct_error *error) {
  const char *parent = getenv("TMPDIR");
  if (!parent || !*parent) parent = "/tmp";
  size_t size = strlen(parent) + sizeof "/ctool-XXXXXX";
  char *path = malloc(size);
  if (path) snprintf(path, size, "%s/ctool-XXXXXX", parent);
  if (path && mkdtemp(path)) return path;
  fail_with(error, path ? FAIL_OPEN : FAIL_NOMEM, path ? "no directory can be made in %s" : "out of memory", parent);
  free(path);
  return NULL;
}

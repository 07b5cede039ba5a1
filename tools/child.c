/* child.c - running another program on files in a directory of their own, and leaving nothing behind when a signal ends this one. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common.h"

extern char **environ;

/* What the signal handler looks at: set while the handlers are not in force. */
static struct {
  const char *const *files;
  size_t count;
  const char *directory;
} left_over;
static volatile sig_atomic_t running; /* the child, or 0 */

static const int ending[] = {SIGINT, SIGTERM, SIGHUP};

enum { ENDING_COUNT = sizeof ending / sizeof *ending };

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
  int how = 0, failed = start(&child, arguments, silent);
  if (failed) return fail_with(error, FAIL_RUN, "`%s` cannot be run: %s", arguments[0], strerror(failed));
  running = (sig_atomic_t)child;
  pid_t waited;
  do waited = waitpid(child, &how, 0);
  while (waited < 0 && errno == EINTR);
  running = 0;
  if (waited != child) return fail_with(error, FAIL_RUN, "`%s` cannot be waited for", arguments[0]);
  *status = WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
  return CT_OK;
}

/* The program that runs is told, too: from a terminal it knows already, from elsewhere it would go on alone. */
static void clean_up(int number) {
  if (running) kill((pid_t)running, number);
  for (size_t i = 0; i < left_over.count; i++) unlink(left_over.files[i]);
  if (left_over.directory) rmdir(left_over.directory);
  signal(number, SIG_DFL);
  raise(number);
}

static void set_handlers(void (*handler)(int)) {
  struct sigaction old, action = {.sa_handler = handler};
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < ENDING_COUNT; i++) sigaddset(&action.sa_mask, ending[i]);
  for (int i = 0; i < ENDING_COUNT; i++)
    if (sigaction(ending[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) sigaction(ending[i], &action, NULL); /* nohup stays nohup */
}

void child_remove_at_signal(const char *const *files, size_t count, const char *directory) {
  left_over.files = files;
  left_over.count = count;
  left_over.directory = directory;
  set_handlers(clean_up);
}

void child_forget(void) { set_handlers(SIG_DFL); }

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

/* child.c - running another program; on Windows child_windows.c does. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common.h"
#include "ending.h"

extern char **environ;

/* Standard error of the child is `heard`, where that is no negative number. */
static int start(pid_t *child, const char *const *arguments, bool silent, int heard) {
  posix_spawn_file_actions_t actions;
  int failed = posix_spawn_file_actions_init(&actions);
  if (failed) return failed;
  if (silent) failed = posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  if (silent && !failed) failed = posix_spawn_file_actions_adddup2(&actions, 1, 2);
  if (heard >= 0) failed = posix_spawn_file_actions_adddup2(&actions, heard, 2);
  if (!failed) failed = posix_spawnp(child, arguments[0], &actions, NULL, (char *const *)arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  return failed;
}

static ct_status start_watched(pid_t *child, const char *const *arguments, bool silent, int heard, ct_error *error) {
  ending_hold();
  int failed = start(child, arguments, silent, heard);
  if (!failed) ending_child(*child);
  ending_release();
  return failed ? fail_with(error, FAIL_RUN, "`%s` cannot be run: %s", arguments[0], strerror(failed)) : CT_OK;
}

static ct_status finish(int *status, pid_t child, pid_t waited, int how, const char *name, ct_error *error) {
  while (waited == 0 || (waited < 0 && errno == EINTR)) waited = waitpid(child, &how, 0);
  ending_child(0);
  if (waited != child) return fail_with(error, FAIL_RUN, "`%s` cannot be waited for", name);
  *status = WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
  return CT_OK;
}

ct_status child_run(int *status, const char *const *arguments, bool silent, ct_error *error) {
  pid_t child;
  ct_status started = start_watched(&child, arguments, silent, -1, error);
  return started == CT_OK ? finish(status, child, 0, 0, arguments[0], error) : started;
}

/* To the end, or until the child is no more: what it left running may keep the pipe open. Gives what waitpid gave last. */
static pid_t pass_on(int from, pid_t child, int *how, bool *spoke) {
  pid_t waited = 0;
  for (;;) {
    char room[4096];
    int ready = poll(&(struct pollfd){.fd = from, .events = POLLIN}, 1, waited ? 0 : 100);
    if (ready == 0 && waited) return waited;
    if (ready == 0) waited = waitpid(child, how, WNOHANG);
    if (ready <= 0) continue;
    ssize_t got = read(from, room, sizeof room);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return waited;
    *spoke = true;
    fwrite(room, 1, (size_t)got, stderr);
  }
}

ct_status child_run_heard(int *status, bool *spoke, const char *const *arguments, ct_error *error) {
  pid_t child, waited = 0;
  int ends[2], how = 0;
  *spoke = false;
  if (pipe(ends) != 0) return fail_with(error, FAIL_RUN, "no pipe can be made: %s", strerror(errno));
  for (int i = 0; i < 2; i++) fcntl(ends[i], F_SETFD, FD_CLOEXEC);
  ct_status started = start_watched(&child, arguments, false, ends[1], error);
  close(ends[1]);
  if (started == CT_OK) waited = pass_on(ends[0], child, &how, spoke);
  close(ends[0]);
  return started == CT_OK ? finish(status, child, waited, how, arguments[0], error) : started;
}

/* ctool dev --build CMD --run CMD [DIR]: builds, runs what was built, and does both again when a source changes. It waits in one poll: for changes, signals, children. */
#include "common.h"
#include "opts.h"
#include "watch.h"

#ifdef __linux__
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SETTLES = 100 /* ms without a change: an editor, or git, is done */, DIES = 3000 /* ms between SIGTERM and SIGKILL */ };

/* A shell and all that it started: a process group. pid 0: there is none. */
typedef struct group {
  pid_t pid;
  int64_t began;
} group;

typedef struct session {
  const char *build, *run;
  watch *files;
  int signals;
  sigset_t old_mask;
  group builder, program;
  bool wants_build;
  int64_t build_at;  /* when the changes have settled */
  words touched;     /* while the build ran */
  words suspects;    /* sources that the last build wrote, or its user while it ran */
  words outputs;     /* sources that two builds in a row wrote: they are generated */
  int ended_by;      /* a signal */
} session;

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void say(const char *what, const char *which) { fprintf(stderr, "ctool dev: %s: %s\n", what, which); }

/* ---- process groups */

static ct_status group_start(group *g, const session *s, const char *command, ct_error *error) {
  pid_t pid = fork();
  if (pid < 0) return fail_with(error, FAIL_RUN, "no process can be started: %s", strerror(errno));
  if (pid == 0) {
    int nothing = open("/dev/null", O_RDONLY);
    setpgid(0, 0); /* away from the terminal's own group, which alone may read from it */
    if (nothing > 0) dup2(nothing, 0);
    sigprocmask(SIG_SETMASK, &s->old_mask, NULL);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
  }
  setpgid(pid, pid); /* here as well: whoever comes first */
  g->pid = pid;
  g->began = now();
  return CT_OK;
}

/* Waits for the shell, but not beyond `until`; false when it lives on. There is no other child then whose end could be missed. */
static bool group_wait(const group *g, session *s, int64_t until) {
  while (waitpid(g->pid, NULL, WNOHANG) == 0) {
    int64_t left = until - now();
    struct signalfd_siginfo info;
    if (left <= 0) return false;
    if (poll(&(struct pollfd){.fd = s->signals, .events = POLLIN}, 1, (int)left) > 0 && read(s->signals, &info, sizeof info) == sizeof info && info.ssi_signo != SIGCHLD)
      s->ended_by = (int)info.ssi_signo;
  }
  return true;
}

/* The whole group: first asked, then made to end. */
static void group_stop(group *g, session *s) {
  if (!g->pid) return;
  kill(-g->pid, SIGTERM);
  bool ended = group_wait(g, s, now() + DIES);
  kill(-g->pid, SIGKILL); /* what the shell left */
  if (!ended) waitpid(g->pid, NULL, 0);
  g->pid = 0;
}

/* Its status once it has ended: as a shell gives it; -1 before. */
static int group_status(group *g) {
  int how;
  if (!g->pid || waitpid(g->pid, &how, WNOHANG) != g->pid) return -1;
  kill(-g->pid, SIGKILL);
  g->pid = 0;
  return WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
}

/* ---- what changed */

static bool holds(const words *list, const char *word) {
  for (size_t i = 0; i < list->count; i++)
    if (strcmp(list->items[i], word) == 0) return true;
  return false;
}

static void request_build(session *s, const char *because) {
  if (!s->wants_build) say("changed", because);
  s->wants_build = true;
  s->build_at = now() + SETTLES;
}

static ct_status take_changes(session *s, ct_error *error) {
  words changed = {0};
  ct_status status = watch_read(s->files, &changed, error);
  for (size_t i = 0; i < changed.count && status == CT_OK; i++) {
    if (!s->builder.pid) request_build(s, changed.items[i]);
    else if (!holds(&s->touched, changed.items[i])) status = words_add(&s->touched, changed.items[i], error);
  }
  words_free(&changed);
  return status;
}

/* Sources that changed while the build ran: by their user, or by the build, which is what it is when the next build does it again. */
static ct_status settle_touched(session *s, ct_error *error) {
  words suspects = {0};
  ct_status status = CT_OK;
  for (size_t i = 0; i < s->touched.count && status == CT_OK; i++) {
    const char *name = s->touched.items[i];
    if (holds(&s->outputs, name)) continue;
    if (holds(&s->suspects, name)) {
      status = words_add(&s->outputs, name, error);
    } else {
      status = words_add(&suspects, name, error);
      request_build(s, name);
    }
  }
  words_free(&s->suspects);
  words_free(&s->touched);
  s->suspects = suspects;
  return status;
}

/* ---- the loop */

static ct_status start_build(session *s, ct_error *error) {
  s->wants_build = false;
  say("building", s->build);
  return group_start(&s->builder, s, s->build, error);
}

static ct_status start_program(session *s, ct_error *error) {
  group_stop(&s->program, s);
  if (!s->run) return CT_OK;
  say("running", s->run);
  return group_start(&s->program, s, s->run, error);
}

static ct_status build_ended(session *s, int how, ct_error *error) {
  double seconds = (double)(now() - s->builder.began) / 1000;
  ct_status status = settle_touched(s, error);
  if (status != CT_OK) return status;
  if (how == 0) fprintf(stderr, "ctool dev: built in %.2f s\n", seconds);
  else fprintf(stderr, "ctool dev: the build failed with status %d%s\n", how, s->program.pid ? "; what ran goes on running" : "");
  return how == 0 ? start_program(s, error) : CT_OK;
}

static ct_status look_at_children(session *s, ct_error *error) {
  int how;
  pid_t builder = s->builder.pid;
  if (builder && (how = group_status(&s->builder)) >= 0) {
    s->builder.pid = builder; /* for take_changes: what it tells happened before the end */
    ct_status status = take_changes(s, error);
    s->builder.pid = 0;
    if (status == CT_OK) status = build_ended(s, how, error);
    if (status != CT_OK) return status;
  }
  if (s->program.pid && (how = group_status(&s->program)) >= 0) fprintf(stderr, "ctool dev: the program ended with status %d\n", how);
  return CT_OK;
}

static ct_status take_signals(session *s, ct_error *error) {
  struct signalfd_siginfo info;
  while (read(s->signals, &info, sizeof info) == sizeof info)
    if (info.ssi_signo != SIGCHLD) s->ended_by = (int)info.ssi_signo;
  return s->ended_by ? CT_OK : look_at_children(s, error);
}

static ct_status loop(session *s, ct_error *error) {
  ct_status status = start_build(s, error);
  while (status == CT_OK && !s->ended_by) {
    struct pollfd waited[] = {{.fd = watch_descriptor(s->files), .events = POLLIN}, {.fd = s->signals, .events = POLLIN}};
    bool is_due = s->wants_build && !s->builder.pid;
    int64_t left = s->build_at - now();
    if (is_due && left <= 0) {
      status = start_build(s, error);
      continue;
    }
    if (poll(waited, 2, is_due ? (int)left : -1) < 0 && errno != EINTR) return fail_with(error, FAIL_RUN, "nothing can be waited for: %s", strerror(errno));
    if (waited[0].revents) status = take_changes(s, error);
    if (status == CT_OK && waited[1].revents) status = take_signals(s, error);
  }
  return status;
}

static ct_status open_signals(session *s, ct_error *error) {
  sigset_t mask;
  sigemptyset(&mask);
  static const int numbers[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) sigaddset(&mask, numbers[i]);
  sigprocmask(SIG_BLOCK, &mask, &s->old_mask);
  s->signals = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
  return s->signals < 0 ? fail_with(error, FAIL_RUN, "signals cannot be waited for: %s", strerror(errno)) : CT_OK;
}

/* Gives the signal that ended it, as a shell tells it. */
static int develop(const char *build, const char *run, const char *directory, const words *more, bool json) {
  session s = {.build = build, .run = run, .signals = -1};
  ct_error error;
  ct_error_clear(&error);
  ct_status status = open_signals(&s, &error);
  if (status == CT_OK) status = watch_open(&s.files, directory, more, &error);
  if (status == CT_OK) status = loop(&s, &error);
  group_stop(&s.builder, &s);
  group_stop(&s.program, &s);
  watch_close(s.files);
  words *all[] = {&s.touched, &s.suspects, &s.outputs};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) words_free(all[i]);
  if (s.signals >= 0) close(s.signals);
  return status != CT_OK ? tell(&error, directory, json) : 128 + s.ended_by;
}

#else

static int develop(const char *build, const char *run, const char *directory, const words *more, bool json) {
  ct_error error;
  watch *files;
  (void)build, (void)run;
  ct_error_clear(&error);
  watch_open(&files, directory, more, &error);
  return tell(&error, NULL, json);
}

#endif

int cmd_dev(int argc, char **argv) {
  const char *build = NULL, *run = NULL;
  opt_strings watched = {0};
  int error_format = 0;
  const opt_row rows[] = {
      {0, "build", OPT_STRING, &build, "CMD", "Builds; a line for the shell"},
      {0, "run", OPT_STRING, &run, "CMD", "Runs what was built, and is started anew after each build that is good"},
      {0, "watch", OPT_STRINGS, &watched, ".EXT|NAME", "Files that are sources besides those of languages that are known; repeatable"},
      ERROR_FORMAT_ROW(error_format),
      {0},
  };
  const opt_spec spec = {
      "ctool dev --build CMD [--run CMD] [DIR]",
      "Builds, runs what was built, and does it again when a source or WIT in DIR (.) or below changes.\n"
      "A build that fails leaves what runs running. Directories of builds (build, target, ...) and hidden ones are not watched.",
      rows,
      "  ctool dev --build make --run 'wasmtime serve app.wasm'\n"
      "  ctool dev --build 'cmake --build build' \\\n"
      "    --run 'wasmtime run build/app.component.wasm' src\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  if (!build) return opt_usage_error(&spec, "--build CMD is missing: how to build");
  if (count > 1) return opt_usage_error(&spec, "one directory is watched; \"%s\" is a second one", argv[2]);
  words more = {(char **)watched.items, watched.count};
  return develop(build, run, count ? argv[1] : ".", &more, error_format);
}

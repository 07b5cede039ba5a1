/* ending.c - the signal handlers of the command. In flows a signal; what is on the list of leftovers is removed, and the process ends as the signal wants it.
 *
 * Why a list and not files without a name (O_TMPFILE, linkat): those need /proc and a file system that has them, cannot replace a file without getting a name
 * first, and the linker's scratch directory has a name anyway. So after SIGKILL, and only then, a temporary stays. */
#include "ending.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};

enum { ENDING_COUNT = sizeof ending / sizeof *ending };

static pid_t owner;                    /* a copy of this process, which fork makes, removes nothing of it */
static volatile sig_atomic_t running;  /* a child, or 0 */
static volatile sig_atomic_t is_held, waiting; /* `waiting`: the signal that came while it was held */

/* From a terminal the child knows already, from elsewhere it would go on alone, and write where we remove; half a second is enough for one that heeds it. */
static void end_child(int number) {
  if (!running) return;
  kill((pid_t)running, number);
  for (int i = 0; i < 100 && waitpid((pid_t)running, NULL, WNOHANG) == 0; i++) nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
}

static void on_end(int number) {
  bool is_ours = getpid() == owner;
  if (is_ours && is_held && !waiting) {
    waiting = number;
    return;
  }
  if (is_ours && !is_held) { /* a second one in a hold ends us as we are: the list may be half changed */
    end_child(number);
    leftover_remove_all();
  }
  signal(number, SIG_DFL);
  raise(number);
}

/* A page of a mapped file is gone, since the file is shorter now, or its disk is. A copy of this process, and what is no fault of a mapping, ends as without this. */
static void on_fault(int number, siginfo_t *info, void *context) {
  static const char text[] = "error: an input got shorter while it was read, or cannot be read any more\n";
  (void)context;
  if (getpid() == owner && info->si_code == BUS_ADRERR) {
    leftover_remove_all();
    ssize_t told = write(STDERR_FILENO, text, sizeof text - 1);
    (void)told; /* where nobody listens, the exit status says it */
    _exit(1);
  }
  signal(number, SIG_DFL);
  raise(number);
}

/* Past the limit of RLIMIT_FSIZE writing then fails, as on a full disk, and that is told. Other than SIG_IGN this is not handed on to programs that are run. */
static void on_limit(int number) { (void)number; }

/* What our parent ignores stays ignored: nohup stays nohup. */
static void handle(int number, const struct sigaction *action) {
  struct sigaction old;
  if (sigaction(number, NULL, &old) == 0 && old.sa_handler != SIG_IGN) sigaction(number, action, NULL);
}

void ending_watch(void) {
  struct sigaction end = {.sa_handler = on_end}, fault = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO}, limit = {.sa_handler = on_limit};
  owner = getpid();
  sigemptyset(&end.sa_mask);
  for (int i = 0; i < ENDING_COUNT; i++) sigaddset(&end.sa_mask, ending[i]);
  fault.sa_mask = limit.sa_mask = end.sa_mask;
  for (int i = 0; i < ENDING_COUNT; i++) handle(ending[i], &end);
  handle(SIGBUS, &fault);
  handle(SIGXFSZ, &limit);
}

/* The fences keep the compiler from moving what happens to the list out of the hold. */
void ending_hold(void) {
  is_held = true;
  atomic_signal_fence(memory_order_seq_cst);
}

void ending_release(void) {
  atomic_signal_fence(memory_order_seq_cst);
  is_held = false;
  if (waiting) raise(waiting);
}

void ending_child(pid_t child) { running = (sig_atomic_t)child; }

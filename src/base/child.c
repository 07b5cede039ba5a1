/* child.c - the one file that makes processes. Flows in: a function. Flows out: the bytes it put. The copy sees the memory of this process as it was and
 * writes to a line between the two; it never returns, runs no handler of exit and flushes no stream. */
#include "base/child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROOM = 1 << 14 };

struct cti_child_out {
  int descriptor;
  size_t used;
  bool failed;
  uint8_t room[ROOM];
};

void cti_child_flush(cti_child_out *out) {
  for (size_t at = 0; at < out->used && !out->failed;) {
    ssize_t wrote = write(out->descriptor, out->room + at, out->used - at);
    if (wrote > 0) at += (size_t)wrote;
    else if (errno != EINTR) out->failed = true;
  }
  out->used = 0;
}

void cti_child_put(cti_child_out *out, ct_slice bytes) {
  while (bytes.size && !out->failed) {
    size_t part = bytes.size < ROOM - out->used ? bytes.size : ROOM - out->used;
    memcpy(out->room + out->used, bytes.data, part);
    out->used += part;
    bytes = cti_slice_cut(bytes, part, bytes.size);
    if (out->used == ROOM) cti_child_flush(out);
  }
}

static void limit(int what, rlim_t most) {
  struct rlimit now;
  if (getrlimit(what, &now) != 0) return;
  if (now.rlim_max != RLIM_INFINITY && most > now.rlim_max) most = now.rlim_max;
  setrlimit(what, &(struct rlimit){most, most});
}

/* The size of this process as the system counts it against RLIMIT_AS, in bytes; 0 when it does not tell. */
#if !defined(__SANITIZE_ADDRESS__)
static rlim_t size_now(void) {
  char text[64] = "";
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file) return 0;
  size_t got = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[got] = 0;
  return (rlim_t)strtoull(text, NULL, 10) * (rlim_t)sysconf(_SC_PAGESIZE);
}
#endif

static void set_limits(cti_child_limits limits) {
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, limits.seconds);
#if !defined(__SANITIZE_ADDRESS__)
  rlim_t size = size_now();
  if (size) limit(RLIMIT_AS, size + (rlim_t)limits.megabytes * 1024 * 1024);
#endif
}

_Noreturn static void labour(int descriptor, void (*work)(cti_child_out *out, void *context), void *context) {
  static cti_child_out out; /* of the copy alone */
  out.descriptor = descriptor;
  work(&out, context);
  cti_child_flush(&out);
  _exit(out.failed ? 1 : 0);
}

enum { NOT_STARTED = 127 };

_Noreturn static void become(int descriptor, const char *program) {
  char *const arguments[] = {(char *)(uintptr_t)program, NULL};
  if (dup2(descriptor, STDIN_FILENO) >= 0 && dup2(descriptor, STDOUT_FILENO) >= 0) execvp(program, arguments);
  _exit(NOT_STARTED);
}

static void receive(cti_buf *out, int descriptor) {
  for (;;) {
    uint8_t *room = cti_buf_extend(out, ROOM);
    if (!room) return; /* the copy then finds that nobody reads */
    ssize_t got = read(descriptor, room, ROOM);
    cti_buf_truncate(out, out->size - ROOM + (got > 0 ? (size_t)got : 0));
    if (got == 0 || (got < 0 && errno != EINTR)) return;
  }
}

/* Whoever does not read all of it has a reason, which how it ends tells. */
static void send_all(int descriptor, const ct_slice *input, size_t count) {
  for (size_t i = 0; i < count; i++) {
    for (size_t at = 0; at < input[i].size;) {
      ssize_t wrote = send(descriptor, input[i].data + at, input[i].size - at, MSG_NOSIGNAL);
      if (wrote > 0) at += (size_t)wrote;
      else if (errno != EINTR) return;
    }
  }
}

/* A process and a line to it: 0 in the new one, its number here, negative (reported) when there is none. */
static pid_t start(int *descriptor, cti_child_limits limits, ct_error *error) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return cti_fail(error, CT_IO_RUN, CT_NO_OFFSET, "no line to a process can be made: %s", strerror(errno)), -1;
  pid_t pid = fork();
  if (pid < 0) {
    cti_fail(error, CT_IO_RUN, CT_NO_OFFSET, "no process can be made: %s", strerror(errno));
    close(ends[0]);
    close(ends[1]);
    return -1;
  }
  close(ends[pid == 0 ? 0 : 1]);
  *descriptor = ends[pid == 0 ? 1 : 0];
  if (pid == 0) set_limits(limits);
  return pid;
}

/* The exit status, or -1 after a signal. */
static int finish(cti_buf *out, pid_t pid, int descriptor) {
  int how = 0;
  receive(out, descriptor);
  close(descriptor);
  while (waitpid(pid, &how, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(how) ? WEXITSTATUS(how) : -1;
}

ct_status cti_child_run(cti_buf *out, cti_child_end *end, void (*work)(cti_child_out *out, void *context), void *context, cti_child_limits limits, ct_error *error) {
  int descriptor;
  pid_t pid = start(&descriptor, limits, error);
  if (pid < 0) return error->status;
  if (pid == 0) labour(descriptor, work, context);
  *end = finish(out, pid, descriptor) == 0 ? CTI_CHILD_DONE : CTI_CHILD_DIED;
  return cti_buf_check(out, error);
}

ct_status cti_child_exec(cti_buf *out, cti_child_end *end, const char *program, const ct_slice *input, size_t count, cti_child_limits limits, ct_error *error) {
  int descriptor;
  pid_t pid = start(&descriptor, limits, error);
  if (pid < 0) return error->status;
  if (pid == 0) become(descriptor, program);
  send_all(descriptor, input, count);
  shutdown(descriptor, SHUT_WR);
  int how = finish(out, pid, descriptor);
  *end = how == 0 ? CTI_CHILD_DONE : CTI_CHILD_DIED;
  if (how == NOT_STARTED) return cti_fail(error, CT_IO_RUN, CT_NO_OFFSET, "the program %s cannot be started", program);
  return cti_buf_check(out, error);
}

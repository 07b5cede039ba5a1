/* process.c (adapter) - arguments, environment, exit, clocks and random bytes. What only hosts of commands offer is in command.c. */
#include "adapter/state.h"

enum { NANOS = 1000000000 };
enum { ARGUMENT = 8, VARIABLE = 16 }; /* sizes of a string, and of a pair of strings: what the two lists hold */

/* Asks for all strings, and says by S->moved how many bytes they take with a terminator each. They go to [at, at + size), or, when that is
 * at 0, each over the one before: only their lengths stand. Answers how many elements the list has; its address is in the result. */
static u32 fetch(u32 which, u32 at, u32 size) {
  ad_expect(at, size);
  S->discard = !at;
  u32 count = which == ARGUMENT ? ad_fetch_arguments() : ad_fetch_environment();
  u32 list = OUT(u32, 0), total = 0;
  for (u32 i = 0; i < count * (which / ARGUMENT); i++) total += AT(u32, list + i * ARGUMENT + 4) + 1;
  S->moved = total;
  return count;
}

static u32 sizes(u32 count_out, u32 size_out, u32 which) {
  u32 error = ad_enter();
  if (error) return error;
  if (ad_fault(count_out, 4) || ad_fault(size_out, 4)) return EFAULT;
  AT(any32, count_out) = fetch(which, 0, 0);
  AT(any32, size_out) = S->moved;
  return SUCCESS;
}

/* The strings arrive in the guest's own buffer, behind as many bytes as they need terminators, and then move down one by one. */
static u32 strings(u32 pointers, u32 buffer, u32 which) {
  u32 error = ad_enter();
  if (error) return error;
  u32 count = fetch(which, 0, 0), size = S->moved;
  if (ad_fault(pointers, (u64)count * 4) || ad_fault(buffer, size)) return EFAULT;
  u32 terminators = count * (which / ARGUMENT);
  count = fetch(which, buffer + terminators, size - terminators);
  if (S->moved > size) return EFAULT; /* they grew since */
  u32 list = OUT(u32, 0);
  for (; count; count--, pointers += 4) {
    AT(any32, pointers) = buffer;
    for (u32 end = list + which; list < end; list += ARGUMENT) {
      u32 length = FIELD(u32, list, 4);
      copy(buffer, AT(u32, list), length);
      buffer += length;
      AT(u8, buffer++) = list + ARGUMENT < end ? '=' : 0;
    }
  }
  return SUCCESS;
}

EXPORT(args_sizes_get)(u32 count, u32 size) { return sizes(count, size, ARGUMENT); }
EXPORT(args_get)(u32 pointers, u32 buffer) { return strings(pointers, buffer, ARGUMENT); }
EXPORT(environ_sizes_get)(u32 count, u32 size) { return sizes(count, size, VARIABLE); }
EXPORT(environ_get)(u32 pointers, u32 buffer) { return strings(pointers, buffer, VARIABLE); }

EXPORTED("proc_exit") void p1_proc_exit(u32 code) {
  ad_exit_with(code);
  ad_exit(code);
  stop();
}

/* 0.2 has no signals. */
EXPORT(proc_raise)(u32 signal) { return signal ? ENOTSUP : SUCCESS; }

EXPORT(sched_yield)(void) { return SUCCESS; }

/* A datetime in the result, in nanoseconds, to `out`. */
static u32 write_time(u32 out) {
  u64 seconds = OUT(u64, 0);
  if (seconds > ~0ull / NANOS - 1) return EOVERFLOW;
  AT(any64, out) = seconds * NANOS + OUT(u32, 8);
  return SUCCESS;
}

EXPORT(clock_res_get)(u32 clock, u32 out) {
  u32 error = ad_enter();
  if (error) return error;
  if (ad_fault(out, 8)) return EFAULT;
  if (clock > CLOCK_MONOTONIC) return EINVAL;
  if (clock == CLOCK_REALTIME) {
    h_wall_resolution(RESULT);
    return write_time(out);
  }
  AT(any64, out) = h_monotonic_resolution();
  return SUCCESS;
}

EXPORT(clock_time_get)(u32 clock, u64 precision, u32 out) {
  (void)precision;
  u32 error = ad_enter();
  if (error) return error;
  if (ad_fault(out, 8)) return EFAULT;
  if (clock > CLOCK_MONOTONIC) return EINVAL;
  if (clock == CLOCK_REALTIME) {
    h_wall_now(RESULT);
    return write_time(out);
  }
  if (!S->paused) S->clock = h_monotonic_now();
  AT(any64, out) = S->clock;
  return SUCCESS;
}

/* A guest may call clock_time_get in its cabi_realloc, where imports must not be called: meanwhile it is told the last time again. */
EXPORTED("adapter_monotonic_clock_set_paused") void p1_adapter_monotonic_clock_set_paused(u32 paused) {
  if (!ad_enter()) S->paused = paused != 0;
}

EXPORTED("reset_adapter_state") void p1_reset_adapter_state(void) { ad_reset(); }

enum { RANDOM_PIECE = 65536 }; /* more than this some hosts refuse */

EXPORT(random_get)(u32 at, u32 length) {
  u32 error = ad_enter();
  if (error) return error;
  if (ad_fault(at, length)) return EFAULT;
  while (length) {
    u32 size = least(length, RANDOM_PIECE);
    ad_expect(at, size);
    h_random_bytes(size, RESULT);
    if (OUT(u32, 0) != at) copy(at, OUT(u32, 0), size);
    at += size;
    length -= size;
  }
  return SUCCESS;
}

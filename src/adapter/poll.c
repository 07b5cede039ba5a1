/* poll.c (adapter) - poll_oneoff: one host pollable for each subscription, made and dropped within the call.
 *
 * The guest's room for events, 32 bytes for each subscription, is the scratch: pollables lie at its start, the host's list of those ready at its
 * end. Events are written from its start once the pollables are dropped; the k-th never reaches the k-th of the ready ones. */
#include "adapter/state.h"

enum { NANOS = 1000000000 };

/* A realtime deadline as what is left of it; nothing when it has passed. */
static u64 left_until(u64 deadline) {
  h_wall_now(RESULT);
  u64 seconds = OUT(u64, 0);
  if (seconds > ~0ull / NANOS - 1) return 0;
  u64 now = seconds * NANOS + OUT(u32, 8);
  return deadline > now ? deadline - now : 0;
}

/* A pollable for a subscription in S->moved, or an errno. */
static u32 subscribe(u32 at) {
  u32 tag = FIELD(u8, at, SUBSCRIPTION_TAG);
  if (tag == EVENTTYPE_CLOCK) {
    u64 timeout = FIELD(any64, at, SUBSCRIPTION_TIMEOUT);
    u32 absolute = FIELD(any16, at, SUBSCRIPTION_FLAGS) & SUBCLOCK_ABSTIME, clock = FIELD(any32, at, SUBSCRIPTION_CLOCK);
    if (clock > CLOCK_MONOTONIC) return EINVAL;
    if (absolute && clock == CLOCK_MONOTONIC) S->moved = h_subscribe_instant(timeout);
    else S->moved = h_subscribe_duration(absolute ? left_until(timeout) : timeout);
    return SUCCESS;
  }
  if (tag > EVENTTYPE_FD_WRITE) return EINVAL;
  u32 d = ad_find(FIELD(any32, at, SUBSCRIPTION_FD));
  if (d < ERRNO_LIMIT) return d;
  u32 kind = D(d).kind;
  if (kind == KIND_DIRECTORY) return EBADF;
  if (kind >= KIND_FILE) S->moved = h_subscribe_duration(0);
  else if (kind >= KIND_LISTENER) S->moved = ad_socket_subscribe(d, tag);
  else if (kind == KIND_STDIN && tag == EVENTTYPE_FD_READ) S->moved = h_input_subscribe(ad_input_stream(d));
  else if (kind != KIND_STDIN && tag == EVENTTYPE_FD_WRITE) S->moved = h_output_subscribe(ad_output_stream(d));
  else return EBADF;
  return SUCCESS;
}

static void write_event(u32 event, u32 subscription) {
  u64 userdata = AT(any64, subscription);
  u32 tag = FIELD(u8, subscription, SUBSCRIPTION_TAG), number = FIELD(any32, subscription, SUBSCRIPTION_FD);
  clear(event, EVENT_SIZE);
  AT(any64, event) = userdata;
  FIELD(u8, event, EVENT_TYPE) = (u8)tag;
  if (tag == EVENTTYPE_CLOCK) return;
  FIELD(any64, event, EVENT_BYTES) = 1;
  u32 d = ad_find(number);
  if (tag == EVENTTYPE_FD_READ && d > ERRNO_LIMIT && D(d).kind >= KIND_FILE) ad_file_ready(d, event);
}

EXPORT(poll_oneoff)(u32 in, u32 events, u32 count, u32 out) {
  u32 error = ad_enter();
  if (error) return error;
  if (!count || events % 4) return EINVAL; /* it would never end; the host refuses lists out of line */
  if (ad_fault(in, (u64)count * SUBSCRIPTION_SIZE) || ad_fault(events, (u64)count * EVENT_SIZE) || ad_fault(out, 4)) return EFAULT;
  u32 made = 0;
  for (; made < count && !error; made++) {
    error = subscribe(in + made * SUBSCRIPTION_SIZE);
    if (error) break;
    AT(any32, events + 4 * made) = S->moved;
  }
  u32 ready = 0;
  if (!error) {
    u32 tail = events + count * (EVENT_SIZE - 4);
    ad_expect(0, 0);
    S->lists.next = tail;
    S->lists.end = tail + 4 * count;
    h_poll(events, count, RESULT);
  }
  u32 list = OUT(u32, 0);
  if (!error) ready = OUT(u32, 4);
  while (made) h_drop_pollable(AT(any32, events + 4 * --made));
  for (u32 i = 0; i < ready; i++) {
    u32 index = AT(any32, list + 4 * i);
    write_event(events + i * EVENT_SIZE, in + index * SUBSCRIPTION_SIZE);
  }
  AT(any32, out) = ready;
  return error;
}

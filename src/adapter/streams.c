/* streams.c (adapter) - reading and writing by lists of buffers, and the standard streams. Files join by ad_file_piece. */
#include "adapter/state.h"

enum { FLUSHED_AT_ONCE = 4096 }; /* what blocking-write-and-flush takes */

/* The errno of a result whose error is a stream-error at `offset`; a closed stream is `closed`. EIO comes with the host's error in S->reason, which is
 * the last of its stream: those of standard streams are left to the host. */
static u32 stream_failed(u32 offset, u32 closed) {
  if (!OUT(u8, 0)) return SUCCESS;
  S->reason = OUT(u32, offset + 4);
  return OUT(u8, offset) ? closed : EIO;
}

/* After the last call of a piece. */
static u32 moved(u32 length) {
  u32 error = stream_failed(4, EPIPE);
  if (!error) S->moved = length;
  return error;
}

u32 ad_output_piece(u32 stream, u32 at, u32 length) {
  if (length > FLUSHED_AT_ONCE) {
    h_output_check_write(stream, RESULT);
    u32 error = stream_failed(8, EPIPE);
    if (error) return error;
    u64 room = OUT(u64, 8);
    if (room > FLUSHED_AT_ONCE) {
      if (length > room) length = (u32)room;
      h_output_write(stream, at, length, RESULT);
      error = stream_failed(4, EPIPE);
      if (error) return error;
      h_output_flush(stream, RESULT);
      return moved(length);
    }
    length = FLUSHED_AT_ONCE; /* this one waits until there is room */
  }
  h_output_write_and_flush(stream, at, length, RESULT);
  return moved(length);
}

/* The host's stream of a descriptor, asked for at its first use. */
static u32 keep_stream(u32 d, u32 stream) {
  D(d).flags |= HAS_STREAM;
  return D(d).stream = stream;
}

u32 ad_input_stream(u32 d) { return D(d).flags & HAS_STREAM ? D(d).stream : keep_stream(d, h_get_stdin()); }

u32 ad_output_stream(u32 d) {
  if (D(d).flags & HAS_STREAM) return D(d).stream;
  return keep_stream(d, D(d).kind == KIND_STDOUT ? h_get_stdout() : h_get_stderr());
}

void ad_received(u32 at, u32 length) {
  S->moved = least(OUT(u32, 8), length);
  if (OUT(u32, 4) != at) copy(at, OUT(u32, 4), S->moved);
}

/* Waits for the first bytes only: those that came with them are taken, as readv does. */
static u32 input_piece(u32 d, u32 at, u32 length, u32 waits) {
  u32 stream = ad_input_stream(d);
  ad_expect(at, length);
  if (waits) h_input_blocking_read(stream, length, RESULT);
  else h_input_read(stream, length, RESULT);
  if (OUT(u8, 0)) return stream_failed(4, SUCCESS);
  ad_received(at, length);
  return SUCCESS;
}

static u32 piece(u32 d, u32 writes, u32 at, u32 length, u64 offset, u32 is_first) {
  S->moved = 0;
  u32 kind = D(d).kind;
  if (kind >= KIND_FILE) return ad_file_piece(d, writes, at, length, offset);
  if (kind == KIND_STDIN) return writes ? EBADF : input_piece(d, at, length, is_first);
  return writes ? ad_output_piece(ad_output_stream(d), at, length) : EBADF;
}

/* All buffers in turn, until one is not filled (reading) or nothing more is taken (writing). What was moved before an error counts. */
static u32 move(u32 d, u32 writes, u32 list, u32 count, u64 offset, u32 out) {
  if (d < ERRNO_LIMIT) return d;
  if (ad_fault(list, (u64)count * IOVEC_SIZE) || ad_fault(out, 4)) return EFAULT;
  u32 total = 0, error = SUCCESS, left = 0;
  for (; count && !error && !left; count--, list += IOVEC_SIZE) {
    u32 at = FIELD(any32, list, IOVEC_POINTER);
    left = FIELD(any32, list, IOVEC_LENGTH);
    if (ad_fault(at, left)) error = EFAULT;
    if (left > ~0u - total) error = EINVAL;
    while (left && !error) {
      error = piece(d, writes, at, left, offset + total, !total);
      total += S->moved;
      at += S->moved;
      left -= S->moved;
      if (!writes || !S->moved) break;
    }
  }
  if (error && !total) return error;
  AT(any32, out) = total;
  return SUCCESS;
}

static u32 move_on(u32 number, u32 writes, u32 list, u32 count, u32 out) {
  u32 d = ad_find(number);
  if (d < ERRNO_LIMIT) return d;
  u32 error = move(d, writes, list, count, D(d).position, out);
  if (error) return error;
  if (writes && D(d).flags & FDFLAGS_APPEND) return ad_file_seek(d, 0, WHENCE_END);
  D(d).position += AT(any32, out);
  return SUCCESS;
}

EXPORT(fd_read)(u32 number, u32 list, u32 count, u32 out) { return move_on(number, 0, list, count, out); }

EXPORT(fd_write)(u32 number, u32 list, u32 count, u32 out) { return move_on(number, 1, list, count, out); }

EXPORT(fd_pread)(u32 number, u32 list, u32 count, u64 offset, u32 out) {
  return move(ad_find_file(number, ESPIPE), 0, list, count, offset, out);
}

EXPORT(fd_pwrite)(u32 number, u32 list, u32 count, u64 offset, u32 out) {
  return move(ad_find_file(number, ESPIPE), 1, list, count, offset, out);
}

/* streams.c (adapter) - reading and writing by lists of buffers. Pieces come from standard streams (standard.c) and files (file.c). */
#include "adapter/state.h"

static u32 piece(u32 d, u32 writes, u32 at, u32 length, u64 offset, u32 is_first) {
  S->moved = 0;
  u32 kind = D(d).kind;
  if (kind >= KIND_FILE) return ad_file_piece(d, writes, at, length, offset);
  if (kind >= KIND_LISTENER) return ad_socket_piece(d, writes, at, length, is_first);
  if (kind == KIND_STDIN) return writes ? EBADF : ad_input_piece(d, at, length, is_first);
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
  D(d).position += AT(any32, out); /* of others it means nothing */
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

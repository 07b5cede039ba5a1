/* file.c (adapter) - functions on open files, and what the shared ones do when a descriptor is a file or directory.
 *
 * Files are read and written by descriptor.read and descriptor.write at the offset that the adapter keeps, in pieces as large as the host takes; a stream
 * is opened for appending alone, since only it finds the end of the file as one step. */
#include "adapter/state.h"

enum { NANOS = 1000000000 };

u32 ad_failed(u32 offset) { return OUT(u8, 0) ? ad_errno(OUT(u8, offset)) : SUCCESS; }

/* The two lists of errors are in the same order, but 0.2's has not all: set bits are preview1's numbers that have a code, in order. */
u32 ad_errno(u32 code) {
  const u64 low = 0xbdc9582dbe5905c4, high = 0xc61; /* 0 to 63, 64 to 127 */
  for (u32 number = 1; number < ERRNO_LIMIT; number++) {
    u64 set = number < 64 ? low : high;
    if (set >> (number & 63) & 1 && !code--) return number;
  }
  return EIO;
}

/* One digit for each of 0.2's descriptor types: the preview1 file type. */
u32 ad_filetype(u32 descriptor_type) { return 0x64703210u >> (descriptor_type * 4) & 15; }

/* Appending: through a stream that stays open, since each call would otherwise pay for a new one. */
static u32 append(u32 d, u32 at, u32 length) {
  if (!(D(d).flags & HAS_STREAM)) {
    h_file_append(D(d).handle, RESULT);
    u32 error = ad_failed(4);
    if (error) return error;
    D(d).stream = OUT(u32, 4);
    D(d).flags |= HAS_STREAM;
  }
  u32 error = ad_output_piece(D(d).stream, at, length);
  if (!error) return SUCCESS;
  if (error == EIO) { /* the host's error says more */
    h_error_code(S->reason, RESULT);
    if (OUT(u8, 0)) error = ad_errno(OUT(u8, 1));
    h_drop_error(S->reason);
  }
  h_drop_output(D(d).stream);
  D(d).flags &= (u8)~HAS_STREAM;
  return error;
}

HOOK(file_piece)(u32 d, u32 writes, u32 at, u32 length, u64 offset) {
  if (D(d).kind == KIND_DIRECTORY || !(D(d).flags & (writes ? CAN_WRITE : CAN_READ))) return EBADF;
  if (writes && D(d).flags & FDFLAGS_APPEND) return append(d, at, length);
  if (writes) {
    h_file_write(D(d).handle, at, length, offset, RESULT);
    u32 error = ad_failed(8);
    if (!error) S->moved = OUT(u32, 8);
    return error;
  }
  ad_expect(at, length);
  h_file_read(D(d).handle, length, offset, RESULT);
  u32 error = ad_failed(4);
  if (error) return error;
  ad_received(at, length);
  return S->moved || OUT(u8, 12) ? SUCCESS : EINTR; /* nothing, and not the end: to be tried again */
}

HOOK(file_close)(u32 d) {
  if (D(d).flags & HAS_STREAM) {
    if (D(d).kind == KIND_DIRECTORY) h_drop_entries(D(d).stream);
    else h_drop_output(D(d).stream);
  }
  h_drop_descriptor(D(d).handle);
  return SUCCESS;
}

HOOK(file_seek)(u32 d, u64 offset, u32 whence) {
  u64 from = 0;
  if (whence == WHENCE_CUR) {
    from = D(d).position;
  } else if (whence == WHENCE_END) {
    h_file_stat(D(d).handle, RESULT);
    u32 error = ad_failed(8);
    if (error) return error;
    from = OUT(u64, 24);
  } else if (whence) {
    return EINVAL;
  }
  /* both are below 2^63, or the sum is refused: a negative offset that leads below 0, or a sum beyond 2^63 - 1, has its top bit set */
  if ((i64)from < 0 || (i64)(from + offset) < 0) return EINVAL;
  D(d).position = from + offset;
  return SUCCESS;
}

HOOK(file_fdstat)(u32 d, u32 out) {
  u32 kind = D(d).kind, flags = D(d).flags;
  u64 rights = RIGHTS_OF_DIRECTORY, inheriting = RIGHTS_INHERITED;
  if (kind != KIND_DIRECTORY) {
    rights = ~0ull;
    if (!(flags & CAN_READ)) rights &= ~(u64)(RIGHTS_FD_READ | RIGHTS_FD_READDIR);
    if (!(flags & CAN_WRITE)) rights &= ~(u64)RIGHTS_FD_WRITE;
    inheriting = rights;
  }
  AT(u8, out) = (u8)(kind - KIND_FILE);
  FIELD(any16, out, FDSTAT_FLAGS) = flags & FDFLAGS_ALL;
  FIELD(any64, out, FDSTAT_RIGHTS) = rights;
  FIELD(any64, out, FDSTAT_INHERITING) = inheriting;
  return SUCCESS;
}

/* What of the result is an option of datetime at `offset`, in nanoseconds; the last ones when they are too many. */
static u64 time_at(u32 offset) {
  if (!OUT(u8, offset)) return 0;
  u64 seconds = OUT(u64, offset + 8), nanos = OUT(u32, offset + 16);
  return seconds > ~0ull / NANOS - 1 ? ~0ull : seconds * NANOS + nanos;
}

void ad_write_filestat(u32 out) {
  FIELD(any64, out, FILESTAT_DEVICE) = 1;
  FIELD(any64, out, FILESTAT_TYPE) = ad_filetype(OUT(u8, 8));
  FIELD(any64, out, FILESTAT_LINKS) = OUT(u64, 16);
  FIELD(any64, out, FILESTAT_LENGTH) = OUT(u64, 24);
  for (u32 i = 0; i < 3; i++) AT(any64, out + FILESTAT_TIMES + 8 * i) = time_at(32 + 24 * i);
}

HOOK(file_filestat)(u32 d, u32 out) {
  h_file_stat(D(d).handle, RESULT);
  u32 error = ad_failed(8);
  if (error) return error;
  ad_write_filestat(out);
  h_file_hash(D(d).handle, RESULT);
  FIELD(any64, out, FILESTAT_INODE) = OUT(u64, 8);
  return ad_failed(8);
}

/* A file is always ready. An event of reading tells how many bytes are left, and the end of the file as a hang-up. */
HOOK(file_ready)(u32 d, u32 event) {
  h_file_stat(D(d).handle, RESULT);
  u32 error = ad_failed(8);
  FIELD(any16, event, EVENT_ERROR) = (u16)error;
  if (error) return SUCCESS;
  u64 size = OUT(u64, 24), position = D(d).position;
  FIELD(any64, event, EVENT_BYTES) = size > position ? size - position : 0;
  FIELD(any16, event, EVENT_FLAGS) = size > position ? 0 : EVENT_HANGUP;
  return SUCCESS;
}

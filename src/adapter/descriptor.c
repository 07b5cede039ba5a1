/* descriptor.c (adapter) - functions on descriptors by number: what they are, where they stand, closing and renumbering. */
#include "adapter/state.h"

enum { NANOS = 1000000000 };

EXPORT(fd_advise)(u32 number, u64 offset, u64 length, u32 advice) {
  if (advice > ADVICE_LAST) return EINVAL;
  u32 d = ad_find_file(number, ESPIPE);
  if (d < ERRNO_LIMIT) return d;
  h_file_advise(D(d).handle, offset, length, advice, RESULT);
  return ad_failed(1);
}

/* 0.2 has no such function. */
EXPORT(fd_allocate)(u32 number, u64 offset, u64 length) {
  (void)offset, (void)length;
  u32 d = ad_find_file(number, EINVAL);
  return d < ERRNO_LIMIT ? d : ENOTSUP;
}

EXPORT(fd_datasync)(u32 number) {
  u32 d = ad_find_file(number, EINVAL);
  if (d < ERRNO_LIMIT) return d;
  h_file_sync_data(D(d).handle, RESULT);
  return ad_failed(1);
}

EXPORT(fd_sync)(u32 number) {
  u32 d = ad_find_file(number, EINVAL);
  if (d < ERRNO_LIMIT) return d;
  h_file_sync(D(d).handle, RESULT);
  return ad_failed(1);
}

EXPORT(fd_filestat_set_size)(u32 number, u64 size) {
  u32 d = ad_find_file(number, EINVAL);
  if (d < ERRNO_LIMIT) return d;
  h_file_set_size(D(d).handle, size, RESULT);
  return ad_failed(1);
}

EXPORT(fd_filestat_set_times)(u32 number, u64 access, u64 change, u32 flags) {
  u32 d = ad_find_file(number, EINVAL);
  if (d < ERRNO_LIMIT) return d;
  u32 which = ad_new_timestamps(flags);
  if (which == NO_NUMBER) return EINVAL;
  h_file_set_times(D(d).handle, which & 3, access / NANOS, (u32)(access % NANOS), which >> 2, change / NANOS, (u32)(change % NANOS), RESULT);
  return ad_failed(1);
}

static u32 stream_type(u32 d) { return D(d).kind < KIND_LISTENER ? ad_terminal(d) : FILETYPE_SOCKET_STREAM; }

EXPORT(fd_fdstat_get)(u32 number, u32 out) {
  u32 d = ad_find(number);
  if (d < ERRNO_LIMIT) return d;
  if (ad_fault(out, FDSTAT_SIZE)) return EFAULT;
  if (D(d).kind >= KIND_FILE) return ad_file_fdstat(d, out);
  u32 kind = D(d).kind, rights = kind == KIND_STDIN ? RIGHTS_FD_READ : kind < KIND_LISTENER ? RIGHTS_FD_WRITE : RIGHTS_OF_SOCKET;
  FIELD(any64, out, FDSTAT_TYPE) = stream_type(d) | (D(d).flags & FDFLAGS_ALL) << 8 * FDSTAT_FLAGS;
  FIELD(any64, out, FDSTAT_RIGHTS) = rights;
  FIELD(any64, out, FDSTAT_INHERITING) = rights;
  return SUCCESS;
}

EXPORT(fd_fdstat_set_flags)(u32 number, u32 flags) {
  if (flags & ~(u32)(FDFLAGS_NONBLOCK | FDFLAGS_APPEND)) return EINVAL;
  u32 d = ad_find(number);
  if (d < ERRNO_LIMIT) return d;
  if (D(d).kind < KIND_LISTENER || D(d).kind == KIND_DIRECTORY) return EBADF;
  if (D(d).kind < KIND_FILE) flags &= FDFLAGS_NONBLOCK; /* a socket has no end to append to */
  D(d).flags = (u8)((D(d).flags & ~(FDFLAGS_NONBLOCK | FDFLAGS_APPEND)) | flags);
  return SUCCESS;
}

EXPORT(fd_fdstat_set_rights)(u32 number, u64 rights, u64 inheriting) {
  (void)rights, (void)inheriting;
  u32 d = ad_find(number);
  return d < ERRNO_LIMIT ? d : ENOTSUP;
}

EXPORT(fd_filestat_get)(u32 number, u32 out) {
  u32 d = ad_find(number);
  if (d < ERRNO_LIMIT) return d;
  if (ad_fault(out, FILESTAT_SIZE)) return EFAULT;
  if (D(d).kind >= KIND_FILE) return ad_file_filestat(d, out);
  clear(out, FILESTAT_SIZE);
  FIELD(u8, out, FILESTAT_TYPE) = (u8)stream_type(d);
  return SUCCESS;
}

EXPORT(fd_seek)(u32 number, u64 offset, u32 whence, u32 out) {
  u32 d = ad_find_file(number, ESPIPE);
  if (d < ERRNO_LIMIT) return d;
  if (ad_fault(out, 8)) return EFAULT;
  u32 error = ad_file_seek(d, offset, whence);
  if (!error) AT(any64, out) = D(d).position;
  return error;
}

EXPORT(fd_tell)(u32 number, u32 out) {
  u32 d = ad_find_file(number, ESPIPE);
  if (d < ERRNO_LIMIT) return d;
  if (ad_fault(out, 8)) return EFAULT;
  AT(any64, out) = D(d).position;
  return SUCCESS;
}

static void close(u32 d, u32 number) {
  if (D(d).kind >= KIND_FILE) ad_file_close(d);
  else if (D(d).kind >= KIND_LISTENER) ad_socket_close(d);
  if (S->kept_by == number + 1) S->kept_by = 0;
}

/* Streams of 0 to 2 are not given back: the host ends them with the component, and two imports less are in it. */
EXPORT(fd_close)(u32 number) {
  u32 d = ad_find(number);
  if (d < ERRNO_LIMIT) return d;
  close(d, number);
  ad_release(number);
  return SUCCESS;
}

EXPORT(fd_renumber)(u32 number, u32 to) {
  u32 d = ad_find(number);
  if (d < ERRNO_LIMIT) return d;
  u32 other = ad_find(to);
  if (other < ERRNO_LIMIT) return other;
  if (number == to) return SUCCESS;
  close(other, to);
  if (S->kept_by == number + 1) S->kept_by = to + 1;
  D(other) = D(d);
  ad_release(number);
  return SUCCESS;
}

/* A number that every function refuses, for a libc that has descriptors of its own. */
EXPORT(adapter_open_badfd)(u32 out) {
  u32 error = ad_enter();
  if (error) return error;
  if (ad_fault(out, 4)) return EFAULT;
  u32 number = ad_claim();
  if (number == NO_NUMBER) return EMFILE;
  D(DESCRIPTOR(number)).kind = KIND_BAD;
  AT(any32, out) = number;
  return SUCCESS;
}

EXPORT(adapter_close_badfd)(u32 number) {
  u32 error = ad_enter();
  if (error) return error;
  if (number >= S->count || D(DESCRIPTOR(number)).kind != KIND_BAD) return EBADF;
  ad_release(number);
  return SUCCESS;
}

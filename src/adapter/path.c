/* path.c (adapter) - functions on paths relative to a directory, and the preopened directories. */
#include "adapter/state.h"

enum { NANOS = 1000000000, LONGEST_PATH = 65535 };

/* How many bytes follow a lead byte of UTF-8; 4 for what is none. */
static u32 bytes_after(u32 lead) { return lead < 0x80 ? 0 : lead < 0xc2 ? 4 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : 4; }

/* Hosts trap on strings that are no UTF-8, so these are refused first. */
static u32 is_utf8(u32 at, u32 length) {
  while (length) {
    u32 value = AT(u8, at), after = bytes_after(value);
    if (after >= length || after == 4) return 0;
    length -= after + 1;
    if (after) value &= 0x3fu >> after;
    for (u32 i = after; i; i--) {
      u32 byte = AT(u8, ++at);
      if (byte >> 6 != 2) return 0;
      value = value << 6 | (byte & 0x3f);
    }
    at++;
    if (after == 2 && (value < 0x800 || value >> 11 == 0x1b)) return 0; /* too long a form; a surrogate */
    if (after == 3 && (value < 0x10000 || value > 0x10ffff)) return 0;
  }
  return 1;
}

static u32 check_path(u32 path, u32 length) {
  if (ad_fault(path, length)) return EFAULT;
  if (length > LONGEST_PATH) return ENAMETOOLONG;
  return is_utf8(path, length) ? SUCCESS : EILSEQ;
}

u32 ad_find_path(u32 number, u32 path, u32 length) {
  u32 d = ad_find_directory(number);
  if (d < ERRNO_LIMIT) return d;
  u32 error = check_path(path, length);
  return error ? error : d;
}

EXPORT(path_create_directory)(u32 number, u32 path, u32 length) {
  u32 d = ad_find_path(number, path, length);
  if (d < ERRNO_LIMIT) return d;
  h_create_directory_at(D(d).handle, path, length, RESULT);
  return ad_failed(1);
}

EXPORT(path_remove_directory)(u32 number, u32 path, u32 length) {
  u32 d = ad_find_path(number, path, length);
  if (d < ERRNO_LIMIT) return d;
  h_remove_directory_at(D(d).handle, path, length, RESULT);
  return ad_failed(1);
}

EXPORT(path_unlink_file)(u32 number, u32 path, u32 length) {
  u32 d = ad_find_path(number, path, length);
  if (d < ERRNO_LIMIT) return d;
  h_unlink_at(D(d).handle, path, length, RESULT);
  return ad_failed(1);
}

EXPORT(path_symlink)(u32 target, u32 target_length, u32 number, u32 path, u32 length) {
  u32 d = ad_find_path(number, path, length);
  if (d < ERRNO_LIMIT) return d;
  u32 error = check_path(target, target_length);
  if (error) return error;
  h_symlink_at(D(d).handle, target, target_length, path, length, RESULT);
  return ad_failed(1);
}

EXPORT(path_rename)(u32 number, u32 path, u32 length, u32 new_number, u32 new_path, u32 new_length) {
  u32 d = ad_find_path(number, path, length);
  if (d < ERRNO_LIMIT) return d;
  u32 to = ad_find_path(new_number, new_path, new_length);
  if (to < ERRNO_LIMIT) return to;
  h_rename_at(D(d).handle, path, length, D(to).handle, new_path, new_length, RESULT);
  return ad_failed(1);
}

EXPORT(path_link)(u32 number, u32 flags, u32 path, u32 length, u32 new_number, u32 new_path, u32 new_length) {
  u32 d = ad_find_path(number, path, length);
  if (d < ERRNO_LIMIT) return d;
  u32 to = ad_find_path(new_number, new_path, new_length);
  if (to < ERRNO_LIMIT) return to;
  h_link_at(D(d).handle, flags & LOOKUP_SYMLINK_FOLLOW, path, length, D(to).handle, new_path, new_length, RESULT);
  return ad_failed(1);
}

EXPORT(path_filestat_get)(u32 number, u32 flags, u32 path, u32 length, u32 out) {
  u32 d = ad_find_path(number, path, length);
  if (d < ERRNO_LIMIT) return d;
  if (ad_fault(out, FILESTAT_SIZE)) return EFAULT;
  flags &= LOOKUP_SYMLINK_FOLLOW;
  h_stat_at(D(d).handle, flags, path, length, RESULT);
  u32 error = ad_failed(8);
  if (error) return error;
  ad_write_filestat(out);
  h_hash_at(D(d).handle, flags, path, length, RESULT);
  FIELD(any64, out, FILESTAT_INODE) = OUT(u64, 8);
  return ad_failed(8);
}

/* The cases of 0.2's new-timestamp: 0 as it is, 1 now, 2 as given. */
u32 ad_new_timestamps(u32 flags) {
  u32 access = flags & 3, change = flags >> 2 & 3;
  if (access == 3 || change == 3) return NO_NUMBER;
  return (access ? 3 - access : 0) | (change ? 3 - change : 0) << 2;
}

EXPORT(path_filestat_set_times)(u32 number, u32 lookup, u32 path, u32 length, u64 access, u64 change, u32 flags) {
  u32 d = ad_find_path(number, path, length);
  if (d < ERRNO_LIMIT) return d;
  u32 which = ad_new_timestamps(flags);
  if (which == NO_NUMBER) return EINVAL;
  h_set_times_at(D(d).handle, lookup & LOOKUP_SYMLINK_FOLLOW, path, length, which & 3, access / NANOS, (u32)(access % NANOS), which >> 2,
                 change / NANOS, (u32)(change % NANOS), RESULT);
  return ad_failed(1);
}

/* Gives a number to a descriptor of the host. */
static u32 adopt(u32 handle, u32 type) {
  u32 number = ad_claim();
  if (number == NO_NUMBER) return number;
  D(DESCRIPTOR(number)).handle = handle;
  D(DESCRIPTOR(number)).kind = (u8)(KIND_FILE + ad_filetype(type));
  return number;
}

/* Rights become the flags of reading and writing; 0.2 knows no others, and opens to read what is opened for nothing. */
static u32 file_flags(u64 rights, u32 flags) {
  u32 ours = rights & RIGHTS_FD_WRITE ? CAN_WRITE : CAN_READ;
  return ours | (rights & RIGHTS_FD_READ ? CAN_READ : 0) | (flags & FDFLAGS_ALL);
}

/* 0.2's descriptor-flags: read, write, file integrity, data integrity, requested write. */
static u32 host_flags(u32 flags) {
  return flags >> 6 | (flags & FDFLAGS_SYNC) >> 2 | (flags & FDFLAGS_DSYNC) << 2 | (flags & FDFLAGS_RSYNC) << 1;
}

EXPORT(path_open)(u32 number, u32 lookup, u32 path, u32 length, u32 how, u64 rights, u64 inheriting, u32 flags, u32 out) {
  (void)inheriting;
  u32 d = ad_find_path(number, path, length);
  if (d < ERRNO_LIMIT) return d;
  if (ad_fault(out, 4)) return EFAULT;
  flags = file_flags(rights, flags);
  h_open_at(D(d).handle, lookup & LOOKUP_SYMLINK_FOLLOW, path, length, how & OFLAGS_ALL, host_flags(flags), RESULT);
  u32 error = ad_failed(4);
  if (error) return error;
  u32 handle = OUT(u32, 4);
  h_file_get_type(handle, RESULT);
  u32 opened = OUT(u8, 0) ? NO_NUMBER : adopt(handle, OUT(u8, 1));
  if (opened == NO_NUMBER) {
    h_drop_descriptor(handle);
    return EMFILE;
  }
  D(DESCRIPTOR(opened)).flags = (u8)flags;
  AT(any32, out) = opened;
  return SUCCESS;
}

/* Truncates as POSIX does. A long buffer takes the host's string itself. */
EXPORT(path_readlink)(u32 number, u32 path, u32 length, u32 buffer, u32 size, u32 out) {
  u32 d = ad_find_path(number, path, length);
  if (d < ERRNO_LIMIT) return d;
  if (ad_fault(buffer, size) || ad_fault(out, 4)) return EFAULT;
  if (size >= CTI_ADAPTER_KEPT_NAME) ad_expect(buffer, size);
  else ad_expect(0, 0);
  h_readlink_at(D(d).handle, path, length, RESULT);
  u32 error = ad_failed(4);
  if (error) return error;
  ad_received(buffer, size);
  AT(any32, out) = S->moved;
  return SUCCESS;
}

enum { PREOPEN_HANDLE = 0, PREOPEN_NAME = 4, PREOPEN_LENGTH = 8, PREOPEN_SIZE = 12 };

HOOK(open_preopens)(void) {
  ad_expect(0, 0);
  h_get_directories(RESULT);
  u32 at = OUT(u32, 0), count = OUT(u32, 4);
  for (u32 i = 1; i <= count; i++, at += PREOPEN_SIZE) {
    u32 number = adopt(FIELD(u32, at, PREOPEN_HANDLE), 3);
    if (number == NO_NUMBER) break;
    D(DESCRIPTOR(number)).preopen = (u16)i;
    D(DESCRIPTOR(number)).preopen_length = FIELD(u32, at, PREOPEN_LENGTH);
  }
  return SUCCESS;
}

/* A preopened directory, else EBADF. */
static u32 find_preopen(u32 number) {
  u32 d = ad_find(number);
  if (d < ERRNO_LIMIT) return d;
  return D(d).preopen ? d : EBADF;
}

EXPORT(fd_prestat_get)(u32 number, u32 out) {
  u32 d = find_preopen(number);
  if (d < ERRNO_LIMIT) return d;
  if (ad_fault(out, PRESTAT_SIZE)) return EFAULT;
  AT(any32, out) = 0; /* a directory */
  FIELD(any32, out, PRESTAT_LENGTH) = D(d).preopen_length;
  return SUCCESS;
}

/* Names are asked for again, which costs less than memory for them. */
EXPORT(fd_prestat_dir_name)(u32 number, u32 out, u32 size) {
  u32 d = find_preopen(number);
  if (d < ERRNO_LIMIT) return d;
  u32 length = D(d).preopen_length;
  if (length > size) return ENAMETOOLONG;
  if (ad_fault(out, length)) return EFAULT;
  ad_expect(0, 0);
  h_get_directories(RESULT);
  u32 at = OUT(u32, 0), count = OUT(u32, 4);
  for (u32 i = 1; i <= count; i++, at += PREOPEN_SIZE) {
    h_drop_descriptor(FIELD(u32, at, PREOPEN_HANDLE));
    if (i == D(d).preopen) copy(out, FIELD(u32, at, PREOPEN_NAME), least(length, FIELD(u32, at, PREOPEN_LENGTH)));
  }
  return SUCCESS;
}

/* directory.c (adapter) - fd_readdir. A directory is read once: its stream stays open, `position` is the cookie of the entry that comes next.
 *
 * Cookies count: 0 is `.`, 1 is `..`, the host's entries follow. A guest's buffer must be filled to its end, or the guest takes what it got for the
 * last, so an entry that does not fit goes in part and has to come again; the stream has passed it, hence the state keeps one such
 * entry. While it keeps another directory's, a name that may not fit is not asked for: a header that announces a long name, without one,
 * makes the guest come again as well. */
#include "adapter/state.h"

enum { FIRST_ENTRY = 2, LONG_NAME = 255 };
enum { RESULT_IS_SOME = 4, RESULT_TYPE = 8, RESULT_NAME = 12, RESULT_LENGTH = 16 };

/* Makes the stream stand at `cookie` or before. */
static u32 rewind(u32 d, u64 cookie) {
  if (D(d).flags & HAS_STREAM) {
    if (D(d).position <= cookie) return SUCCESS;
    h_drop_entries(D(d).stream);
    D(d).flags &= (u8)~HAS_STREAM;
  }
  h_file_read_directory(D(d).handle, RESULT);
  u32 error = ad_failed(4);
  if (error) return error;
  D(d).stream = OUT(u32, 4);
  D(d).flags |= HAS_STREAM;
  D(d).position = FIRST_ENTRY;
  return SUCCESS;
}

/* S->entry becomes the host's entry `cookie`; with an empty name at the end. */
static u32 fetch(u32 d, u64 cookie) {
  u32 error = rewind(d, cookie);
  if (error) return error;
  do {
    ad_expect(0, 0);
    h_read_entry(D(d).stream, RESULT);
    error = ad_failed(4);
    if (error) return error;
    S->entry.length = 0;
    if (!OUT(u8, RESULT_IS_SOME)) return SUCCESS;
    D(d).position++;
  } while (D(d).position <= cookie);
  S->entry.type = ad_filetype(OUT(u8, RESULT_TYPE));
  S->entry.name = OUT(u32, RESULT_NAME);
  S->entry.length = OUT(u32, RESULT_LENGTH);
  h_hash_at(D(d).handle, 0, S->entry.name, S->entry.length, RESULT);
  S->entry.inode = OUT(u8, 0) ? 0 : OUT(u64, 8);
  return SUCCESS;
}

/* `.` and `..`, which 0.2 leaves out. */
static u32 make_dots(u32 d, u64 cookie) {
  S->entry.type = FILETYPE_DIRECTORY;
  S->entry.length = (u32)cookie + 1;
  S->entry.name = RESULT + DIRENT_SIZE;
  S->entry.inode = 0;
  if (!cookie) {
    h_file_hash(D(d).handle, RESULT);
    S->entry.inode = OUT(u64, 8);
  }
  u32 error = cookie ? SUCCESS : ad_failed(8);
  OUT(u16, DIRENT_SIZE) = '.' | '.' << 8;
  return error;
}

/* What does not fit is kept for the next call. Longer names than the state has room for make that call read the directory again. */
static void keep(u32 number, u64 cookie) {
  S->kept_by = 0;
  if (S->entry.length > CTI_ADAPTER_KEPT_NAME) return;
  S->kept_by = number + 1;
  S->kept_cookie = cookie;
  S->kept = S->entry;
  S->kept.name = KEPT_NAME;
  copy(KEPT_NAME, S->entry.name, S->entry.length);
}

static void write_entry(u32 at, u32 room, u64 next) {
  OUT(u64, DIRENT_NEXT) = next;
  OUT(u64, DIRENT_INODE) = S->entry.inode;
  OUT(u32, DIRENT_NAME_LENGTH) = S->entry.length;
  OUT(u32, DIRENT_TYPE) = S->entry.type;
  copy(at, RESULT, least(room, DIRENT_SIZE));
  if (room > DIRENT_SIZE) copy(at + DIRENT_SIZE, S->entry.name, least(room - DIRENT_SIZE, S->entry.length));
}

/* S->entry becomes the entry `cookie`, the kept one, or one that only says that there may be more. */
static u32 find_entry(u32 d, u32 number, u64 cookie, u32 may_wait) {
  if (cookie < FIRST_ENTRY) return make_dots(d, cookie);
  u32 is_own = S->kept_by == number + 1;
  if (is_own && S->kept_cookie == cookie) {
    S->entry = S->kept;
    return SUCCESS;
  }
  if (is_own || !S->kept_by || !may_wait) return fetch(d, cookie);
  S->entry.length = LONG_NAME;
  S->entry.name = 0;
  return SUCCESS;
}

EXPORT(fd_readdir)(u32 number, u32 buffer, u32 size, u64 cookie, u32 out) {
  u32 d = ad_find_directory(number);
  if (d < ERRNO_LIMIT) return d;
  if (ad_fault(buffer, size) || ad_fault(out, 4)) return EFAULT;
  u32 used = 0;
  while (used < size) {
    u32 room = size - used;
    u32 error = find_entry(d, number, cookie, used && room < DIRENT_SIZE + LONG_NAME);
    if (error) return error;
    if (!S->entry.length) break;
    u32 needed = DIRENT_SIZE + S->entry.length;
    write_entry(buffer + used, room, cookie + 1);
    used += least(room, needed);
    if (room < needed && cookie >= FIRST_ENTRY && S->entry.name) keep(number, cookie);
    else if (S->kept_by == number + 1) S->kept_by = 0;
    cookie++;
  }
  AT(any32, out) = used;
  return SUCCESS;
}

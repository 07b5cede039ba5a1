/* far.c (adapter) - the adapter in a memory of its own (`component new --adapter-memory separate`). What is 0 to everything else here is then that memory,
 * and the guest's is far: it is reached by three functions of the first module alone, which copy into ours, out of it, and tell how large the guest's is.
 *
 * For each function that takes addresses there is one here under its name with CTI_ADAPTER_FAR before it, which the guest gets instead: it checks
 * what the guest passes, brings it here, calls the function, and takes what it answered back. Functions without addresses need none.
 *
 *   | state, table, scratch: [ad_base, ad_limit) | words, paths, lists of this file | pieces of the guest's buffers ... | pages that calls add
 *   0                                     WORDS                              PIECE                         PIECE + PIECE_SIZE */
#include "adapter/state.h"

enum { WORDS = 32768, LIST = WORDS + 256, PATH = WORDS + 4096, OTHER_PATH = PATH + 8192, PATH_SIZE = 8192, PIECE = 65536, PIECE_SIZE = CTI_ADAPTER_FAR_PAGES * 65536 - PIECE };

static u32 AD_GLOBAL far_at, far_size;

#define FAR(name) EXPORTED(CTI_ADAPTER_FAR #name) u32 far_##name

static u32 fault(u32 at, u64 size) { return at + size > (u64)h_far_pages() << 16; }

/* Room here for buffers of the guest; 0 when there is none. What was grown for a large one stays for the next. */
static u32 room(u32 size) {
  if (size <= PIECE_SIZE) return PIECE;
  if (size <= far_size) return far_at;
  u32 pages = size / 65536 + 1, page = memory_grow(pages);
  if (page == ~0u) return 0;
  far_size = pages * 65536 - 1; /* less than 4 GB */
  far_at = page * 65536;
  return far_at;
}

/* A word of the guest; it is there. */
static u32 word(u32 at) {
  h_far_in(WORDS + 128, at, 4);
  return AT(u32, WORDS + 128);
}

static u32 give(u32 error, u32 out, u32 size) {
  if (!error) h_far_out(out, WORDS, size);
  return error;
}

/* Functions whose only address is that of a result. */
#define GIVES(name, size, parameters, ...) \
  FAR(name) parameters { return fault(out, size) ? EFAULT : give(p1_##name(__VA_ARGS__), out, size); }

GIVES(clock_res_get, 8, (u32 clock, u32 out), clock, WORDS)
GIVES(clock_time_get, 8, (u32 clock, u64 precision, u32 out), clock, precision, WORDS)
GIVES(fd_fdstat_get, FDSTAT_SIZE, (u32 number, u32 out), number, WORDS)
GIVES(fd_filestat_get, FILESTAT_SIZE, (u32 number, u32 out), number, WORDS)
GIVES(fd_prestat_get, PRESTAT_SIZE, (u32 number, u32 out), number, WORDS)
GIVES(fd_seek, 8, (u32 number, u64 offset, u32 whence, u32 out), number, offset, whence, WORDS)
GIVES(fd_tell, 8, (u32 number, u32 out), number, WORDS)
GIVES(sock_accept, 4, (u32 number, u32 flags, u32 out), number, flags, WORDS)
GIVES(adapter_open_badfd, 4, (u32 out), WORDS)

/* ---- paths */

static u32 take_path(u32 to, u32 path, u32 length) {
  if (fault(path, length)) return EFAULT;
  if (length > PATH_SIZE) return ENAMETOOLONG;
  h_far_in(to, path, length);
  return SUCCESS;
}

#define TAKES_PATH(name, parameters, ...)         \
  FAR(name) parameters {                          \
    u32 error = take_path(PATH, path, length);    \
    return error ? error : p1_##name(__VA_ARGS__); \
  }

TAKES_PATH(path_create_directory, (u32 number, u32 path, u32 length), number, PATH, length)
TAKES_PATH(path_remove_directory, (u32 number, u32 path, u32 length), number, PATH, length)
TAKES_PATH(path_unlink_file, (u32 number, u32 path, u32 length), number, PATH, length)
TAKES_PATH(path_filestat_set_times, (u32 number, u32 lookup, u32 path, u32 length, u64 access, u64 change, u32 flags), number, lookup, PATH, length, access, change, flags)

#define TAKES_PATHS(name, parameters, ...)                           \
  FAR(name) parameters {                                             \
    u32 error = take_path(PATH, path, length);                       \
    if (!error) error = take_path(OTHER_PATH, new_path, new_length); \
    return error ? error : p1_##name(__VA_ARGS__);                   \
  }

TAKES_PATHS(path_symlink, (u32 path, u32 length, u32 number, u32 new_path, u32 new_length), PATH, length, number, OTHER_PATH, new_length)
TAKES_PATHS(path_rename, (u32 number, u32 path, u32 length, u32 new_number, u32 new_path, u32 new_length), number, PATH, length, new_number, OTHER_PATH, new_length)
TAKES_PATHS(path_link, (u32 number, u32 flags, u32 path, u32 length, u32 new_number, u32 new_path, u32 new_length), number, flags, PATH, length, new_number, OTHER_PATH, new_length)

FAR(path_filestat_get)(u32 number, u32 flags, u32 path, u32 length, u32 out) {
  u32 error = take_path(PATH, path, length);
  if (error) return error;
  return fault(out, FILESTAT_SIZE) ? EFAULT : give(p1_path_filestat_get(number, flags, PATH, length, WORDS), out, FILESTAT_SIZE);
}

FAR(path_open)(u32 number, u32 lookup, u32 path, u32 length, u32 how, u64 rights, u64 inheriting, u32 flags, u32 out) {
  u32 error = take_path(PATH, path, length);
  if (error) return error;
  return fault(out, 4) ? EFAULT : give(p1_path_open(number, lookup, PATH, length, how, rights, inheriting, flags, WORDS), out, 4);
}

/* ---- buffers that are filled: as many bytes come back as the function says */

static u32 give_bytes(u32 error, u32 buffer, u32 at, u32 out) {
  if (error) return error;
  h_far_out(buffer, at, AT(u32, WORDS));
  h_far_out(out, WORDS, 4);
  return SUCCESS;
}

FAR(path_readlink)(u32 number, u32 path, u32 length, u32 buffer, u32 size, u32 out) {
  u32 error = take_path(PATH, path, length), at;
  if (error) return error;
  if (fault(buffer, size) || fault(out, 4)) return EFAULT;
  if (!(at = room(size))) return EIO;
  return give_bytes(p1_path_readlink(number, PATH, length, at, size, WORDS), buffer, at, out);
}

FAR(fd_readdir)(u32 number, u32 buffer, u32 size, u64 cookie, u32 out) {
  u32 at;
  if (fault(buffer, size) || fault(out, 4)) return EFAULT;
  if (!(at = room(size))) return EIO;
  return give_bytes(p1_fd_readdir(number, at, size, cookie, WORDS), buffer, at, out);
}

FAR(fd_prestat_dir_name)(u32 number, u32 out, u32 size) {
  u32 error = p1_fd_prestat_get(number, WORDS), length = FIELD(u32, WORDS, PRESTAT_LENGTH);
  if (error) return error;
  if (length > size) return ENAMETOOLONG;
  if (fault(out, length)) return EFAULT;
  u32 at = room(length);
  if (!at) return EIO;
  error = p1_fd_prestat_dir_name(number, at, length);
  if (!error) h_far_out(out, at, length);
  return error;
}

FAR(random_get)(u32 out, u32 length) {
  u32 error = SUCCESS;
  if (fault(out, length)) return EFAULT;
  for (u32 size; length && !error; out += size, length -= size) {
    size = least(length, PIECE_SIZE);
    error = p1_random_get(PIECE, size);
    if (!error) h_far_out(out, PIECE, size);
  }
  return error;
}

/* ---- strings: two words that tell how many, and how long they are together */

#define GIVES_SIZES(name)                                   \
  FAR(name)(u32 count, u32 size) {                          \
    if (fault(count, 4) || fault(size, 4)) return EFAULT;   \
    u32 error = p1_##name(WORDS, WORDS + 4);                \
    if (error) return error;                                \
    h_far_out(count, WORDS, 4);                             \
    h_far_out(size, WORDS + 4, 4);                          \
    return SUCCESS;                                         \
  }

GIVES_SIZES(args_sizes_get)
GIVES_SIZES(environ_sizes_get)

/* The strings stand here behind their addresses, which become those of the guest's buffer. */
static void give_strings(u32 at, u32 count, u32 size, u32 pointers, u32 buffer) {
  for (u32 i = 0; i < count; i++) AT(u32, at + 4 * i) += buffer - (at + 4 * count);
  h_far_out(pointers, at, 4 * count);
  h_far_out(buffer, at + 4 * count, size);
}

#define GIVES_STRINGS(name, sizes)                                                     \
  FAR(name)(u32 pointers, u32 buffer) {                                                \
    u32 error = p1_##sizes(WORDS, WORDS + 4);                                          \
    u32 count = AT(u32, WORDS), size = AT(u32, WORDS + 4), at;                         \
    if (error) return error;                                                           \
    if (fault(pointers, (u64)count * 4) || fault(buffer, size)) return EFAULT;         \
    if (count > ~0u / 8 || size > ~0u / 2) return EOVERFLOW;                           \
    if (!(at = room(4 * count + size))) return EIO;                                    \
    error = p1_##name(at, at + 4 * count);                                             \
    if (!error) give_strings(at, count, size, pointers, buffer);                       \
    return error;                                                                      \
  }

GIVES_STRINGS(args_get, args_sizes_get)
GIVES_STRINGS(environ_get, environ_sizes_get)

/* ---- lists of buffers: one here for all of them */

/* How many bytes the buffers have, those before the first that is not the guest's, or makes them too many; the error that this is. */
static u32 total(u32 *error, u32 list, u32 count) {
  u32 sum = 0;
  *error = SUCCESS;
  for (; count; count--, list += IOVEC_SIZE) {
    u32 length = word(list + IOVEC_LENGTH);
    if (fault(word(list), length)) *error = EFAULT;
    if (length > ~0u - sum) *error = EINVAL;
    if (*error) break;
    sum += length;
  }
  return sum;
}

/* Copies up to `size` bytes between the buffers and that one. */
static void spread(u32 writes, u32 list, u32 size) {
  for (u32 at = AT(u32, LIST), left = size; left; list += IOVEC_SIZE) {
    u32 buffer = word(list), length = least(word(list + IOVEC_LENGTH), left);
    if (writes) h_far_in(at, buffer, length);
    else h_far_out(buffer, at, length);
    at += length;
    left -= length;
  }
}

/* Answers the errno that ends it; else the one buffer stands at LIST. */
static u32 begin(u32 writes, u32 list, u32 count, u32 out) {
  u32 error;
  if (fault(list, (u64)count * IOVEC_SIZE) || fault(out, 4)) return EFAULT;
  u32 size = total(&error, list, count), at = room(size);
  if (error && !size) return error;
  if (!at) return EIO;
  AT(u32, LIST) = at;
  AT(u32, LIST + IOVEC_LENGTH) = size;
  if (writes) spread(1, list, size);
  return SUCCESS;
}

static u32 end(u32 error, u32 writes, u32 list, u32 out) {
  if (!error && !writes) spread(0, list, AT(u32, WORDS));
  return give(error, out, 4);
}

#define MOVES(name, writes, parameters, ...)                       \
  FAR(name) parameters {                                           \
    u32 error = begin(writes, list, count, out);                   \
    if (!error) error = p1_##name(__VA_ARGS__);                    \
    return end(error, writes, list, out);                          \
  }

MOVES(fd_read, 0, (u32 number, u32 list, u32 count, u32 out), number, LIST, 1, WORDS)
MOVES(fd_write, 1, (u32 number, u32 list, u32 count, u32 out), number, LIST, 1, WORDS)
MOVES(fd_pread, 0, (u32 number, u32 list, u32 count, u64 offset, u32 out), number, LIST, 1, offset, WORDS)
MOVES(fd_pwrite, 1, (u32 number, u32 list, u32 count, u64 offset, u32 out), number, LIST, 1, offset, WORDS)
MOVES(sock_send, 1, (u32 number, u32 list, u32 count, u32 flags, u32 out), number, LIST, 1, flags, WORDS)

FAR(sock_recv)(u32 number, u32 list, u32 count, u32 flags, u32 out, u32 flags_out) {
  if (fault(flags_out, 2)) return EFAULT;
  u32 error = begin(0, list, count, out);
  if (!error) error = p1_sock_recv(number, LIST, 1, flags, WORDS, WORDS + 4);
  if (!error) h_far_out(flags_out, WORDS + 4, 2);
  return end(error, 0, list, out);
}

/* ---- polling */

FAR(poll_oneoff)(u32 in, u32 events, u32 count, u32 out) {
  if (!count || events % 4) return EINVAL;
  if (fault(in, (u64)count * SUBSCRIPTION_SIZE) || fault(events, (u64)count * EVENT_SIZE) || fault(out, 4)) return EFAULT;
  if (count > ~0u / (SUBSCRIPTION_SIZE + EVENT_SIZE)) return EINVAL;
  u32 at = room(count * (SUBSCRIPTION_SIZE + EVENT_SIZE)), made = at + count * SUBSCRIPTION_SIZE;
  if (!at) return EIO;
  h_far_in(at, in, count * SUBSCRIPTION_SIZE);
  u32 error = p1_poll_oneoff(at, made, count, WORDS);
  if (!error) h_far_out(events, made, AT(u32, WORDS) * EVENT_SIZE);
  h_far_out(out, WORDS, 4);
  return error;
}

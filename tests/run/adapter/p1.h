/* p1.h - WASI preview1 as a guest without libc imports it, and a few helpers to print what it answers. */
#ifndef P1_H
#define P1_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long i64;

#define P1(name, ...) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name))) u32 name(__VA_ARGS__);
P1(args_get, u8 **, u8 *)
P1(args_sizes_get, u32 *, u32 *)
P1(environ_get, u8 **, u8 *)
P1(environ_sizes_get, u32 *, u32 *)
P1(clock_res_get, u32, u64 *)
P1(clock_time_get, u32, u64, u64 *)
P1(fd_advise, u32, u64, u64, u32)
P1(fd_allocate, u32, u64, u64)
P1(fd_close, u32)
P1(fd_datasync, u32)
P1(fd_fdstat_get, u32, void *)
P1(fd_fdstat_set_flags, u32, u32)
P1(fd_fdstat_set_rights, u32, u64, u64)
P1(fd_filestat_get, u32, void *)
P1(fd_filestat_set_size, u32, u64)
P1(fd_filestat_set_times, u32, u64, u64, u32)
P1(fd_pread, u32, const void *, u32, u64, u32 *)
P1(fd_prestat_get, u32, u32 *)
P1(fd_prestat_dir_name, u32, char *, u32)
P1(fd_pwrite, u32, const void *, u32, u64, u32 *)
P1(fd_read, u32, const void *, u32, u32 *)
P1(fd_readdir, u32, void *, u32, u64, u32 *)
P1(fd_renumber, u32, u32)
P1(fd_seek, u32, i64, u32, u64 *)
P1(fd_sync, u32)
P1(fd_tell, u32, u64 *)
P1(fd_write, u32, const void *, u32, u32 *)
P1(path_create_directory, u32, const char *, u32)
P1(path_filestat_get, u32, u32, const char *, u32, void *)
P1(path_filestat_set_times, u32, u32, const char *, u32, u64, u64, u32)
P1(path_link, u32, u32, const char *, u32, u32, const char *, u32)
P1(path_open, u32, u32, const char *, u32, u32, u64, u64, u32, u32 *)
P1(path_readlink, u32, const char *, u32, char *, u32, u32 *)
P1(path_remove_directory, u32, const char *, u32)
P1(path_rename, u32, const char *, u32, u32, const char *, u32)
P1(path_symlink, const char *, u32, u32, const char *, u32)
P1(path_unlink_file, u32, const char *, u32)
P1(poll_oneoff, const void *, void *, u32, u32 *)
P1(proc_raise, u32)
P1(random_get, void *, u32)
P1(sched_yield, void)
P1(sock_accept, u32, u32, u32 *)
P1(sock_recv, u32, const void *, u32, u32, u32 *, u16 *)
P1(sock_send, u32, const void *, u32, u32, u32 *)
P1(sock_shutdown, u32, u32)
P1(adapter_open_badfd, u32 *)
P1(adapter_close_badfd, u32)
__attribute__((import_module("wasi_snapshot_preview1"), import_name("proc_exit"), noreturn)) void proc_exit(u32);
__attribute__((import_module("wasi_snapshot_preview1"), import_name("adapter_monotonic_clock_set_paused"))) void adapter_monotonic_clock_set_paused(u32);
__attribute__((import_module("wasi_snapshot_preview1"), import_name("reset_adapter_state"))) void reset_adapter_state(void);

struct iovec {
  const void *at;
  u32 length;
};
struct fdstat {
  u8 type;
  u16 flags;
  u64 rights, inheriting;
};
struct filestat {
  u64 device, inode;
  u8 type;
  u64 links, size, accessed, modified, changed;
};
struct subscription {
  u64 userdata, tag;
  u32 number; /* descriptor, or clock */
  u64 timeout, precision;
  u16 flags;
};
struct event {
  u64 userdata;
  u16 error;
  u8 type;
  u64 bytes;
  u16 flags;
};

enum { R_READ = 1 << 1, R_WRITE = 1 << 6, R_ALL = R_READ | R_WRITE, O_CREAT = 1, O_DIRECTORY = 2, O_EXCL = 4, O_TRUNC = 8, FD_APPEND = 1, FD_NONBLOCK = 4 };
enum { CWD = 3 }; /* the first preopened directory */

static inline u32 length_of(const char *text) {
  u32 n = 0;
  while (text[n]) n++;
  return n;
}

static inline u32 same(const void *a, const void *b, u32 n) {
  const u8 *x = a, *y = b;
  while (n && *x == *y) x++, y++, n--;
  return !n;
}

/* ---- output, gathered and written in one go: the descriptors under test are not used meanwhile */

static char text[8192];
static u32 text_size;

static void flush(void) {
  u32 done = 0;
  while (done < text_size) {
    struct iovec list = {text + done, text_size - done};
    u32 n = 0;
    if (fd_write(1, &list, 1, &n) || !n) __builtin_trap();
    done += n;
  }
  text_size = 0;
}

static void put(const char *s, u32 n) {
  for (u32 i = 0; i < n && text_size < sizeof text; i++) text[text_size++] = s[i];
}

static void put_number(u64 n) {
  char digits[20];
  u32 at = sizeof digits;
  do {
    digits[--at] = (char)('0' + n % 10);
    n /= 10;
  } while (n);
  put(digits + at, (u32)sizeof digits - at);
}

/* A line of a label and numbers, each of its name: say("read", 2, "errno", e, "bytes", n) */
static void say_list(const char *label, u32 count, const char *const *names, const u64 *values) {
  put(label, length_of(label));
  put(":", 1);
  for (u32 i = 0; i < count; i++) {
    put(" ", 1);
    put(names[i], length_of(names[i]));
    put("=", 1);
    put_number(values[i]);
  }
  put("\n", 1);
  flush();
}

#define SAY1(label, a) say_list(label, 1, (const char *const[]){#a}, (const u64[]){(u64)(a)})
#define SAY2(label, a, b) say_list(label, 2, (const char *const[]){#a, #b}, (const u64[]){(u64)(a), (u64)(b)})
#define SAY3(label, a, b, c) say_list(label, 3, (const char *const[]){#a, #b, #c}, (const u64[]){(u64)(a), (u64)(b), (u64)(c)})
#define SAY4(label, a, b, c, d) say_list(label, 4, (const char *const[]){#a, #b, #c, #d}, (const u64[]){(u64)(a), (u64)(b), (u64)(c), (u64)(d)})

static void say_text(const char *label, const char *s, u32 n) {
  put(label, length_of(label));
  put(": '", 3);
  put(s, n);
  put("'\n", 2);
  flush();
}

#define S(literal) literal, sizeof(literal) - 1

/* ---- files */

static u32 open_file(const char *path, u32 how, u64 rights, u32 flags) {
  u32 fd = 0;
  u32 errno = path_open(CWD, 1, path, length_of(path), how, rights, rights, flags, &fd);
  if (errno) SAY1("cannot open", errno);
  return errno ? 1000000 : fd;
}

static u32 write_all(u32 fd, const char *s) {
  struct iovec list = {s, length_of(s)};
  u32 n = 0;
  u32 errno = fd_write(fd, &list, 1, &n);
  if (errno || n != list.length) SAY2("cannot write", errno, n);
  return n;
}

static void make_file(const char *path, const char *content) {
  u32 fd = open_file(path, O_CREAT | O_TRUNC, R_ALL, 0);
  write_all(fd, content);
  fd_close(fd);
}

static void remove_file(const char *path) { path_unlink_file(CWD, path, length_of(path)); }

#endif

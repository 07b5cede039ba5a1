/* sandbox.c - Landlock for where may be written, seccomp for what may be asked of the kernel at all. In flow the outputs of the command line, before the first
 * input is opened. No privilege is needed, nor can it be taken back.
 *
 * Forbidden calls fail with EPERM: a hole that ends in one is told as a failure to write or read. The kernel's numbers are written down here since musl's
 * headers have neither; they are a part of its binary interface.
 * https://docs.kernel.org/userspace-api/landlock.html https://docs.kernel.org/userspace-api/seccomp_filter.html */
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__has_feature)
#if !defined(WATCHED) && (__has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer))
#define WATCHED
#endif
#endif
#if (defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)) && !defined(WATCHED)
#define WATCHED /* or by the build: CTOOL_NO_SANDBOX */
#endif

#if defined(__linux__) && !defined(WATCHED) && (defined(__x86_64__) || defined(__aarch64__))
#include <sys/prctl.h>
#include <sys/syscall.h>

enum { PLACES = 8 };
static struct {
  sandbox_kind kind;
  bool is_open; /* an output whose place is not known, or too many; files may be written anywhere */
  int count;
  char directories[PLACES][PATH_MAX]; /* in which may be written */
} state;

void sandbox_want(sandbox_kind kind) { state.kind = kind; }

/* The file that `path` is or leads to; false for a link to what is not there yet, and what cannot be told. */
static bool resolve(char out[PATH_MAX], const char *path) {
  struct stat status;
  if (realpath(path, out)) return true;
  size_t size = strlen(path);
  if (errno != ENOENT || lstat(path, &status) == 0 || size >= PATH_MAX) return false;
  memcpy(out, path, size + 1);
  return true;
}

static void cut_last_name(char *path) {
  size_t size = strlen(path);
  while (size > 1 && path[size - 1] == '/') path[--size] = 0;
  char *slash = strrchr(path, '/');
  if (!slash) memcpy(path, ".", 2);
  else slash[slash == path] = 0; /* "/" stays */
}

/* From a directory that may be missing to the nearest one above that is there: it is made there, with those between. */
static void climb(char *path) {
  struct stat status;
  while (stat(path, &status) != 0 && errno == ENOENT && strcmp(path, ".") != 0 && strcmp(path, "/") != 0) cut_last_name(path);
}

/* A place for one more directory, which is that of `path`; NULL when there is none, so that all is allowed. */
static char *add_place(const char *path) {
  if (!state.kind || state.is_open || strcmp(path, "-") == 0) return NULL;
  state.is_open = state.count == PLACES || !resolve(state.directories[state.count], path);
  return state.is_open ? NULL : state.directories[state.count++];
}

void sandbox_allow(const char *path) {
  char *place = add_place(path);
  if (place) cut_last_name(place);
}

void sandbox_allow_directory(const char *path) {
  char *place = add_place(path);
  if (place) climb(place);
}

/* ---- Landlock */

enum { SYS_CREATE_RULESET = 444, SYS_ADD_RULE = 445, SYS_RESTRICT_SELF = 446, RULE_PATH_BENEATH = 1, RULESET_VERSION = 1 };
enum {
  MAY_WRITE_FILE = 1 << 1, MAY_REMOVE_DIR = 1 << 4, MAY_REMOVE_FILE = 1 << 5, MAY_MAKE = 0x7f << 6, /* char, dir, reg, sock, fifo, block, sym */
  MAY_REFER = 1 << 13, /* of version 2 */
  MAY_TRUNCATE = 1 << 14 /* of version 3 */
};

enum { PATH_ONLY = 010000000 }; /* O_PATH */

struct path_rule {
  uint64_t allowed;
  int32_t directory;
} __attribute__((packed));

static void allow_below(int rules, const char *directory, uint64_t allowed) {
  struct path_rule rule = {.allowed = allowed, .directory = open(directory, PATH_ONLY | O_CLOEXEC | O_DIRECTORY)};
  if (rule.directory < 0) return; /* nor can the output be made there */
  syscall(SYS_ADD_RULE, rules, RULE_PATH_BENEATH, &rule, 0);
  close(rule.directory);
}

static void restrict_writing(void) {
  long version = syscall(SYS_CREATE_RULESET, NULL, 0, RULESET_VERSION);
  uint64_t handled = MAY_WRITE_FILE | MAY_REMOVE_DIR | MAY_REMOVE_FILE | MAY_MAKE | (version >= 2 ? MAY_REFER : 0) | (version >= 3 ? MAY_TRUNCATE : 0);
  if (version < 1 || state.is_open) return;
  int rules = (int)syscall(SYS_CREATE_RULESET, &handled, sizeof handled, 0);
  if (rules < 0) return;
  for (int i = 0; i < state.count; i++) allow_below(rules, state.directories[i], handled);
  syscall(SYS_RESTRICT_SELF, rules, 0);
  close(rules);
}

/* ---- seccomp: a program for the kernel's filter, made of a list */

#if defined(__x86_64__)
enum { ARCHITECTURE = (int)0xc000003eu };
#else
enum { ARCHITECTURE = (int)0xc00000b7u };
#endif

struct instruction {
  uint16_t code;
  uint8_t if_so, if_not;
  uint32_t value;
};

enum { LOAD = 0x20, IF_EQUAL = 0x15, IF_ANY_BIT = 0x45, RETURN = 0x06 };
enum { AT_NUMBER = 0, AT_ARCHITECTURE = 4, AT_FIRST = 16, AT_THIRD = 32 }; /* in what the filter looks at; the low halves of arguments */
#define ALLOW 0x7fff0000u
#define REFUSE (0x00050000u | EPERM)
#define REFUSE_AS_MISSING (0x00050000u | ENOSYS)

static const uint16_t allowed[] = {
#ifdef SYS_open
    SYS_open, SYS_stat, SYS_lstat, SYS_readlink, SYS_rename, SYS_unlink, SYS_mkdir, SYS_rmdir, SYS_chmod, SYS_access, SYS_poll, SYS_dup2, SYS_arch_prctl, SYS_getrlimit, SYS_pipe, SYS_getdents64,
#endif
    SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_pwrite64, SYS_lseek, SYS_munmap, SYS_mremap, SYS_madvise, SYS_brk, SYS_openat, SYS_close, SYS_fstat, SYS_newfstatat,
    SYS_statx, SYS_fcntl, SYS_ioctl, SYS_getdents64, SYS_readlinkat, SYS_renameat2, SYS_unlinkat, SYS_mkdirat, SYS_fchmod, SYS_fchmodat, SYS_umask, SYS_ftruncate, SYS_fsync,
    SYS_getrandom, SYS_futex, SYS_set_robust_list, SYS_rseq, SYS_set_tid_address, SYS_sched_yield, SYS_sched_getaffinity, SYS_sysinfo, SYS_prlimit64, SYS_rt_sigaction,
    SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack, SYS_exit, SYS_exit_group, SYS_tgkill, SYS_tkill, SYS_gettid, SYS_getpid, SYS_clock_gettime, SYS_nanosleep, SYS_clock_nanosleep,
    SYS_getcwd, SYS_faccessat, SYS_ppoll, SYS_dup, SYS_dup3, SYS_membarrier, SYS_restart_syscall, SYS_uname, SYS_fadvise64, SYS_getuid, SYS_geteuid,
};

enum { COUNT = sizeof allowed / sizeof *allowed, ROOM = COUNT * 2 + 24 };
enum { CLONE_THREAD_FLAG = 0x10000, EXECUTABLE = 4 };

typedef struct program {
  uint16_t count;
  struct instruction *items;
} program;

static void put(program *p, uint16_t code, uint8_t if_so, uint8_t if_not, uint32_t value) { p->items[p->count++] = (struct instruction){code, if_so, if_not, value}; }

/* `number` is allowed when its argument has a bit, or has it not. */
static void put_by_bit(program *p, uint32_t number, uint32_t argument, uint32_t bit, bool wanted) {
  put(p, IF_EQUAL, 0, 4, number);
  put(p, LOAD, 0, 0, argument);
  put(p, IF_ANY_BIT, wanted ? 0 : 1, wanted ? 1 : 0, bit);
  put(p, RETURN, 0, 0, ALLOW);
  put(p, RETURN, 0, 0, REFUSE);
}

static void restrict_calls(void) {
  struct instruction items[ROOM];
  program p = {.items = items};
  put(&p, LOAD, 0, 0, AT_ARCHITECTURE);
  put(&p, IF_EQUAL, 1, 0, (uint32_t)ARCHITECTURE);
  put(&p, RETURN, 0, 0, REFUSE);
  put(&p, LOAD, 0, 0, AT_NUMBER);
  for (int i = 0; i < COUNT; i++) {
    put(&p, IF_EQUAL, 0, 1, allowed[i]);
    put(&p, RETURN, 0, 0, ALLOW);
  }
  put_by_bit(&p, SYS_clone, AT_FIRST, CLONE_THREAD_FLAG, true);
  put_by_bit(&p, SYS_mmap, AT_THIRD, EXECUTABLE, false);
  put_by_bit(&p, SYS_mprotect, AT_THIRD, EXECUTABLE, false);
  put(&p, IF_EQUAL, 0, 1, 435); /* clone3, whose flags are not seen here: glibc then takes clone */
  put(&p, RETURN, 0, 0, REFUSE_AS_MISSING);
  put(&p, RETURN, 0, 0, REFUSE);
  prctl(22 /* PR_SET_SECCOMP */, 2 /* SECCOMP_MODE_FILTER */, &p, 0, 0);
}

void sandbox_enter(void) {
  sandbox_kind kind = state.kind;
  state.kind = SANDBOX_NONE; /* once is enough */
  if (!kind || prctl(38 /* PR_SET_NO_NEW_PRIVS */, 1, 0, 0, 0) != 0) return;
  restrict_writing();
  if (kind == SANDBOX_CLOSED) restrict_calls();
}

bool sandbox_is_available(void) {
  uint32_t refuses = REFUSE & 0xffff0000u;
  return syscall(SYS_CREATE_RULESET, NULL, 0, RULESET_VERSION) >= 3 && syscall(SYS_seccomp, 2 /* SECCOMP_GET_ACTION_AVAIL */, 0, &refuses) == 0;
}

#else
bool sandbox_is_available(void) { return false; }
void sandbox_want(sandbox_kind kind) { (void)kind; }
void sandbox_allow(const char *output) { (void)output; }
void sandbox_allow_directory(const char *directory) { (void)directory; }
void sandbox_enter(void) {}
#endif

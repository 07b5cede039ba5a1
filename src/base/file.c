/* file.c - the one file that touches the operating system's files; on Windows file_windows.c is.
 *
 * Inputs are mapped (regular files) or read (pipes, terminals, and what is so small that a mapping costs more). Outputs are written to a temporary beside
 * the target and renamed over it, so that whoever looks sees the old file or the new one whole; targets that are no regular files (/dev/null, a fifo) are
 * written straight. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"

enum { HOW_NOTHING, HOW_MAPPED, HOW_READ };

#define SMALL_FILE 16384
#define READ_STEP 65536

/* Reads to the end, or as far as `most`, in steps of `step` bytes. */
static ct_status read_all(ct_input *out, int descriptor, size_t step, size_t most, const char *path, ct_error *error) {
  ct_buf buf = {0};
  while (buf.size < most) {
    uint8_t *room = cti_buf_extend(&buf, step);
    ssize_t got = room ? read(descriptor, room, step) : 0;
    bool again = got < 0 && errno == EINTR;
    if (got < 0 && !again) {
      ct_buf_free(&buf);
      return cti_file_fail(error, CT_IO_READ, path, "cannot read");
    }
    if (room) cti_buf_truncate(&buf, buf.size - step + (again ? 0 : (size_t)got));
    if (got == 0) break;
  }
  if (cti_buf_check(&buf, error) != CT_OK) {
    ct_buf_free(&buf);
    return error->status;
  }
  *out = (ct_input){{buf.data, buf.size}, HOW_READ};
  return CT_OK;
}

static ct_status open_descriptor(ct_input *out, int descriptor, const char *path, ct_error *error) {
  struct stat st;
  if (fstat(descriptor, &st) != 0) return cti_file_fail(error, CT_IO_OPEN, path, "cannot open");
  if (S_ISDIR(st.st_mode)) {
    errno = EISDIR;
    return cti_file_fail(error, CT_IO_OPEN, path, "a file is needed here");
  }
  if (S_ISREG(st.st_mode) && st.st_size > 0 && st.st_size <= SMALL_FILE) return read_all(out, descriptor, (size_t)st.st_size, (size_t)st.st_size, path, error);
  if (S_ISREG(st.st_mode) && st.st_size > 0) {
    void *at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (at != MAP_FAILED) {
      *out = (ct_input){{at, (size_t)st.st_size}, HOW_MAPPED};
      return CT_OK;
    }
  }
  return read_all(out, descriptor, READ_STEP, SIZE_MAX, path, error);
}

ct_status ct_input_open(ct_input *out, const char *path, ct_error *error) {
  *out = (ct_input){0};
  if (cti_is_dash(path)) return read_all(out, STDIN_FILENO, READ_STEP, SIZE_MAX, "standard input", error);
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return cti_file_fail(error, CT_IO_OPEN, path, "cannot open");
  ct_status status = open_descriptor(out, descriptor, path, error);
  close(descriptor);
  return status;
}

void ct_input_forget(const ct_input *input, size_t from, size_t to) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  from = (from + page - 1) / page * page;
  to = to / page * page;
  if (input->how == HOW_MAPPED && from < to && to <= input->bytes.size) madvise((void *)(uintptr_t)(input->bytes.data + from), to - from, MADV_DONTNEED);
}

void ct_input_close(ct_input *input) {
  if (input->how == HOW_MAPPED) munmap((void *)(uintptr_t)input->bytes.data, input->bytes.size);
  if (input->how == HOW_READ) cti_free((void *)(uintptr_t)input->bytes.data);
  *input = (ct_input){0};
}

ct_path_kind ct_path_kind_of(const char *path) {
  struct stat st;
  if (stat(path, &st) != 0) return CT_PATH_NONE;
  return S_ISDIR(st.st_mode) ? CT_PATH_DIRECTORY : CT_PATH_FILE;
}

ct_status ct_names_list(char ***names, size_t *count, const char *directory, ct_error *error) {
  cti_listing found = {0};
  DIR *dir = opendir(directory);
  if (!dir) return *names = NULL, *count = 0, cti_file_fail(error, CT_IO_OPEN, directory, "cannot open the directory");
  for (struct dirent *entry; (entry = readdir(dir));)
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) cti_listing_add(&found, entry->d_name);
  closedir(dir);
  ct_status status = cti_listing_done(&found, directory, error);
  *names = found.items;
  *count = found.count;
  return status;
}

bool ct_is_terminal(int descriptor) { return isatty(descriptor) == 1; }

/* Writes all pieces; false with errno set. Pieces are handed over in groups, so a large module is never joined with the rest. */
static bool write_pieces(int descriptor, const ct_slice *pieces, size_t count) {
  enum { GROUP = 64 };
  size_t next = 0, skip = 0;
  while (next < count) {
    struct iovec group[GROUP];
    int filled = 0;
    for (size_t i = next; i < count && filled < GROUP; i++) {
      size_t passed = i == next ? skip : 0;
      if (pieces[i].size > passed) group[filled++] = (struct iovec){(void *)(uintptr_t)(pieces[i].data + passed), pieces[i].size - passed};
    }
    if (filled == 0) {
      next = next + GROUP < count ? next + GROUP : count;
      skip = 0;
      continue;
    }
    ssize_t put = writev(descriptor, group, filled);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    for (skip += (size_t)put; next < count && skip >= pieces[next].size; next++) skip -= pieces[next].size;
  }
  return true;
}

/* ---- where outputs go */

enum { MOST_LINKS = 40 /* as Linux follows */ };

/* `path` becomes what a symbolic link there leads to, once; false when there is none, or (errno is not EINVAL or ENOENT) it cannot be followed. */
static bool follow(char path[PATH_MAX]) {
  char link[PATH_MAX];
  ssize_t size = readlink(path, link, sizeof link);
  if (size < 0) return false;
  char *slash = strrchr(path, '/');
  size_t kept = size && link[0] == '/' ? 0 : slash ? (size_t)(slash - path) + 1 : 0;
  if (kept + (size_t)size >= PATH_MAX) return errno = ENAMETOOLONG, false;
  memcpy(path + kept, link, (size_t)size);
  path[kept + (size_t)size] = 0;
  return true;
}

/* The file that `path` leads to through symbolic links, which need not exist: the last of them may lead to what is to be made. False with errno set. */
static bool resolve(char out[PATH_MAX], const char *path) {
  if (realpath(path, out)) return true;
  size_t size = strlen(path);
  if (errno != ENOENT || size >= PATH_MAX) return false;
  memcpy(out, path, size + 1);
  for (int links = 0; links < MOST_LINKS; links++)
    if (!follow(out)) return errno == EINVAL || errno == ENOENT;
  return errno = ELOOP, false;
}

/* Two paths where nothing is yet: one name in one directory? */
static bool is_same_place(const char *a, const char *b) {
  char paths[2][PATH_MAX], *names[2];
  struct stat directories[2];
  if (!resolve(paths[0], a) || !resolve(paths[1], b)) return strcmp(a, b) == 0;
  for (int i = 0; i < 2; i++) {
    char *slash = strrchr(paths[i], '/');
    names[i] = slash ? slash + 1 : paths[i];
    char first = names[i][0];
    names[i][0] = 0; /* what is before it, for a moment */
    bool found = stat(slash ? paths[i] : ".", &directories[i]) == 0;
    names[i][0] = first;
    if (!found) return strcmp(a, b) == 0;
  }
  return strcmp(names[0], names[1]) == 0 && directories[0].st_dev == directories[1].st_dev && directories[0].st_ino == directories[1].st_ino;
}

bool ct_is_same_output(const char *a, const char *b) {
  struct stat x, y;
  if (cti_is_dash(a) && cti_is_dash(b)) return true;
  bool is_a = cti_is_dash(a) ? fstat(STDOUT_FILENO, &x) == 0 : stat(a, &x) == 0, is_b = cti_is_dash(b) ? fstat(STDOUT_FILENO, &y) == 0 : stat(b, &y) == 0;
  if (is_a && is_b) return x.st_dev == y.st_dev && x.st_ino == y.st_ino && !S_ISCHR(x.st_mode);
  return !is_a && !is_b && !cti_is_dash(a) && !cti_is_dash(b) && is_same_place(a, b);
}

/* The mode that the new file gets: the old one's, else 0666 less the umask. */
static mode_t mode_for(const struct stat *old) {
  if (old) return old->st_mode & 07777;
  mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

struct ct_output {
  int descriptor;
  bool owned;      /* to be closed: not standard output */
  cti_output_names names;
  mode_t mode;
};

static void output_free(ct_output *output) {
  cti_output_names_free(&output->names);
  cti_free(output);
}

static ct_status open_beside(ct_output *output, const char *target, const struct stat *old, ct_error *error) {
  size_t size = strlen(target) + sizeof ".XXXXXX";
  output->names.target = cti_file_text(target);
  output->names.temporary = cti_malloc(size);
  if (!output->names.target || !output->names.temporary) return cti_output_no_memory(output->names.path, error);
  snprintf(output->names.temporary, size, "%s.XXXXXX", target);
  output->mode = mode_for(old);
  output->descriptor = mkstemp(output->names.temporary);
  if (output->descriptor >= 0) return CT_OK;
  return cti_file_fail(error, CT_IO_WRITE, output->names.path, errno == ENOENT ? "cannot write: its directory does not exist" : "cannot write a file in its directory");
}

static ct_status open_standard(ct_output *output, bool binary, ct_error *error) {
  output->owned = false;
  output->descriptor = STDOUT_FILENO;
  if (!binary || !ct_is_terminal(STDOUT_FILENO)) return CT_OK;
  return cti_output_is_terminal(error);
}

/* The descriptor that a name of Linux stands for, else -1. */
static int named_descriptor(const char *path) {
  static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
  if (strcmp(path, "/dev/stdout") == 0) return STDOUT_FILENO;
  if (strcmp(path, "/dev/stderr") == 0) return STDERR_FILENO;
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
    if (strncmp(path, folders[i], strlen(folders[i])) != 0) continue;
    const char *digits = path + strlen(folders[i]);
    if (*digits && strlen(digits) < 10 && digits[strspn(digits, "0123456789")] == 0) return atoi(digits);
  }
  return -1;
}

/* Where it leads to is somebody's open file: others write there, before and after us, so that it is neither replaced nor begun anew. */
static ct_status open_named(ct_output *output, int descriptor, bool binary, ct_error *error) {
  if (descriptor == STDOUT_FILENO) return open_standard(output, binary, error);
  output->descriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
  return output->descriptor >= 0 ? CT_OK : cti_file_fail(error, CT_IO_WRITE, output->names.path, "cannot open for writing");
}

static ct_status open_path(ct_output *output, const char *path, bool binary, ct_error *error) {
  struct stat st;
  char resolved[PATH_MAX];
  if (named_descriptor(path) >= 0) return open_named(output, named_descriptor(path), binary, error);
  bool exists = stat(path, &st) == 0;
  if (!exists && errno != ENOENT) return cti_file_fail(error, CT_IO_WRITE, path, "cannot write");
  if (exists && S_ISDIR(st.st_mode)) {
    errno = EISDIR;
    return cti_file_fail(error, CT_IO_WRITE, path, "cannot write");
  }
  if (!exists || S_ISREG(st.st_mode)) {
    /* A symbolic link stays one: what it leads to is replaced, or made. */
    if (!resolve(resolved, path)) return cti_file_fail(error, CT_IO_WRITE, path, "cannot write");
    return open_beside(output, resolved, exists ? &st : NULL, error);
  }
  output->descriptor = open(path, O_WRONLY | O_CLOEXEC);
  return output->descriptor >= 0 ? CT_OK : cti_file_fail(error, CT_IO_WRITE, path, "cannot open for writing");
}

ct_status ct_output_open(ct_output **out, const char *path, bool binary, ct_error *error) {
  *out = NULL;
  ct_output *output = cti_malloc(sizeof *output);
  if (!output) return cti_output_no_memory(path, error);
  *output = (ct_output){.descriptor = -1, .owned = true, .names.path = cti_file_text(cti_is_dash(path) ? "standard output" : path)};
  ct_status status = !output->names.path ? cti_output_no_memory(path, error) : cti_is_dash(path) ? open_standard(output, binary, error) : open_path(output, path, binary, error);
  if (status == CT_OK) *out = output;
  else output_free(output);
  return status;
}

ct_status ct_output_put_pieces(ct_output *output, const ct_slice *pieces, size_t count, ct_error *error) {
  if (write_pieces(output->descriptor, pieces, count)) return CT_OK;
  return cti_file_fail(error, CT_IO_WRITE, output->names.path, "cannot write");
}

const char *ct_output_temporary(const ct_output *output) { return output->names.temporary; }

ct_status ct_output_finish(ct_output *output, ct_error *error) {
  if (output->descriptor < 0) return CT_OK;
  bool ok = !output->names.temporary || fchmod(output->descriptor, output->mode) == 0;
  if (output->owned) ok = close(output->descriptor) == 0 && ok;
  output->descriptor = -1;
  return ok ? CT_OK : cti_file_fail(error, CT_IO_WRITE, output->names.path, "cannot write");
}

ct_status ct_output_close(ct_output *output, bool keep, ct_error *error) {
  if (!output) return CT_OK;
  ct_error ignored;
  ct_error_clear(&ignored);
  ct_status status = ct_output_finish(output, keep ? error : &ignored);
  if (!keep) status = CT_OK;
  keep = keep && status == CT_OK;
  if (output->names.temporary && keep && rename(output->names.temporary, output->names.target) != 0) {
    status = cti_file_fail(error, CT_IO_WRITE, output->names.path, "cannot write");
    keep = false;
  }
  if (output->names.temporary && !keep) unlink(output->names.temporary);
  output_free(output);
  return status;
}

bool cti_directory_make(const char *path) { return mkdir(path, 0777) == 0 || (errno == EEXIST && ct_path_kind_of(path) == CT_PATH_DIRECTORY); }

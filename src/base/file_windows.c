/* file_windows.c - what file.c is elsewhere: the one file that touches the operating system's files.
 *
 * Inputs are read, not mapped: Windows lets nobody replace a file that is mapped, and commands that write where they read from (`component embed x -o x`) do
 * that. Files are opened such that others may replace and remove them meanwhile. Outputs are written to a temporary beside the target and renamed over it;
 * targets that are no files of a disk (NUL, a pipe) are written straight. Paths are UTF-8, with slashes of either kind. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/wide.h"

static ct_status fail_system(ct_error *error, ct_status status, const char *path, const char *what) {
  cti_wide_errno();
  return cti_file_fail(error, status, path, what);
}

enum { SHARED = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE };

/* INVALID_HANDLE_VALUE, with what GetLastError gives, when it cannot be opened. */
static HANDLE open_path(const char *path, DWORD access, DWORD how, DWORD flags) {
  wchar_t *wide = cti_wide_path(path);
  if (!wide) return SetLastError(errno == ENOMEM ? ERROR_NOT_ENOUGH_MEMORY : ERROR_INVALID_NAME), INVALID_HANDLE_VALUE;
  HANDLE file = CreateFileW(wide, access, SHARED, NULL, how, flags, NULL);
  DWORD code = GetLastError();
  cti_free(wide);
  SetLastError(code);
  return file;
}

static bool is_file(HANDLE file) { return GetFileType(file) == FILE_TYPE_DISK; }

/* ---- inputs */

enum { READ_STEP = 65536, LARGEST_STEP = 1 << 30 };

/* Reads to the end, or as far as `most`. */
static ct_status read_all(ct_input *out, HANDLE file, size_t step, size_t most, const char *path, ct_error *error) {
  ct_buf buf = {0};
  bool good = true;
  for (DWORD got = 1; good && got && buf.size < most;) {
    size_t part = most - buf.size < step ? most - buf.size : step;
    uint8_t *room = cti_buf_extend(&buf, part);
    got = 0;
    good = !room || ReadFile(file, room, (DWORD)part, &got, NULL) || GetLastError() == ERROR_BROKEN_PIPE; /* the other side is done */
    if (room) cti_buf_truncate(&buf, buf.size - part + got);
  }
  if (good && cti_buf_check(&buf, error) == CT_OK) return *out = (ct_input){{buf.data, buf.size}, 0}, CT_OK;
  if (!good) fail_system(error, CT_IO_READ, path, "cannot read");
  ct_buf_free(&buf);
  return error->status;
}

ct_status ct_input_open(ct_input *out, const char *path, ct_error *error) {
  *out = (ct_input){0};
  if (cti_is_dash(path)) return read_all(out, GetStdHandle(STD_INPUT_HANDLE), READ_STEP, SIZE_MAX, "standard input", error);
  if (ct_path_kind_of(path) == CT_PATH_DIRECTORY) return errno = EISDIR, cti_file_fail(error, CT_IO_OPEN, path, "a file is needed here");
  HANDLE file = open_path(path, GENERIC_READ, OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN);
  if (file == INVALID_HANDLE_VALUE) return fail_system(error, CT_IO_OPEN, path, "cannot open");
  LARGE_INTEGER size;
  bool sized = is_file(file) && GetFileSizeEx(file, &size) && size.QuadPart > 0 && (uint64_t)size.QuadPart <= SIZE_MAX;
  ct_status status = read_all(out, file, sized && size.QuadPart < LARGEST_STEP ? (size_t)size.QuadPart : sized ? LARGEST_STEP : READ_STEP, sized ? (size_t)size.QuadPart : SIZE_MAX, path, error);
  CloseHandle(file);
  return status;
}

void ct_input_forget(const ct_input *input, size_t from, size_t to) { (void)input, (void)from, (void)to; } /* nothing is mapped */

void ct_input_close(ct_input *input) {
  cti_free((void *)(uintptr_t)input->bytes.data);
  *input = (ct_input){0};
}

/* ---- what is there */

ct_path_kind ct_path_kind_of(const char *path) {
  wchar_t *wide = cti_wide_path(path);
  DWORD attributes = wide ? GetFileAttributesW(wide) : INVALID_FILE_ATTRIBUTES;
  cti_free(wide);
  if (attributes == INVALID_FILE_ATTRIBUTES) return CT_PATH_NONE;
  return attributes & FILE_ATTRIBUTE_DIRECTORY ? CT_PATH_DIRECTORY : CT_PATH_FILE;
}

static HANDLE find_first(const char *directory, WIN32_FIND_DATAW *entry) {
  size_t size = strlen(directory);
  char *pattern = cti_malloc(size + 3);
  wchar_t *wide = NULL;
  if (pattern) {
    memcpy(pattern, directory, size);
    memcpy(pattern + size, "/*", 3);
    wide = cti_wide_path(pattern);
  }
  SetLastError(ERROR_NOT_ENOUGH_MEMORY);
  HANDLE search = wide ? FindFirstFileW(wide, entry) : INVALID_HANDLE_VALUE;
  DWORD code = GetLastError();
  cti_free(wide);
  cti_free(pattern);
  SetLastError(code);
  return search;
}

ct_status ct_names_list(char ***names, size_t *count, const char *directory, ct_error *error) {
  cti_listing found = {0};
  WIN32_FIND_DATAW entry;
  *names = NULL;
  *count = 0;
  HANDLE search = find_first(directory, &entry);
  if (search == INVALID_HANDLE_VALUE) return fail_system(error, CT_IO_OPEN, directory, "cannot open the directory");
  do {
    char *name = cti_narrow(entry.cFileName);
    if (!name) found.failed = true;
    else if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) cti_listing_add(&found, name);
    cti_free(name);
  } while (FindNextFileW(search, &entry));
  FindClose(search);
  ct_status status = cti_listing_done(&found, directory, error);
  *names = found.items;
  *count = found.count;
  return status;
}

bool cti_directory_make(const char *path) {
  wchar_t *wide = cti_wide_path(path);
  if (!wide) return false;
  bool made = CreateDirectoryW(wide, NULL);
  if (!made) cti_wide_errno();
  int code = errno;
  cti_free(wide);
  made = made || ct_path_kind_of(path) == CT_PATH_DIRECTORY; /* of a drive, too, which nobody may make */
  errno = code;
  return made;
}

static HANDLE standard(int descriptor) { return GetStdHandle(descriptor == 0 ? STD_INPUT_HANDLE : descriptor == 1 ? STD_OUTPUT_HANDLE : STD_ERROR_HANDLE); }

bool ct_is_terminal(int descriptor) {
  DWORD mode;
  return GetConsoleMode(standard(descriptor), &mode) != 0;
}

/* ---- where outputs go */

static bool identity(BY_HANDLE_FILE_INFORMATION *out, const char *path) {
  if (cti_is_dash(path)) return is_file(standard(1)) && GetFileInformationByHandle(standard(1), out);
  HANDLE file = open_path(path, 0, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS);
  if (file == INVALID_HANDLE_VALUE) return false;
  bool good = is_file(file) && GetFileInformationByHandle(file, out);
  CloseHandle(file);
  return good;
}

/* Two paths where nothing is yet; names that differ in case alone are one. */
static bool is_same_place(const char *a, const char *b) {
  wchar_t *wide[2] = {cti_wide(a), cti_wide(b)}, full[2][MAX_PATH];
  bool good = true;
  for (int i = 0; i < 2 && good; i++) {
    DWORD size = wide[i] ? GetFullPathNameW(wide[i], MAX_PATH, full[i], NULL) : 0;
    good = size && size < MAX_PATH;
  }
  good = good ? CompareStringOrdinal(full[0], -1, full[1], -1, TRUE) == CSTR_EQUAL : strcmp(a, b) == 0;
  for (int i = 0; i < 2; i++) cti_free(wide[i]);
  return good;
}

bool ct_is_same_output(const char *a, const char *b) {
  BY_HANDLE_FILE_INFORMATION x, y;
  if (cti_is_dash(a) && cti_is_dash(b)) return true;
  bool is_a = identity(&x, a), is_b = identity(&y, b);
  if (is_a && is_b) return x.dwVolumeSerialNumber == y.dwVolumeSerialNumber && x.nFileIndexHigh == y.nFileIndexHigh && x.nFileIndexLow == y.nFileIndexLow;
  return !is_a && !is_b && !cti_is_dash(a) && !cti_is_dash(b) && ct_path_kind_of(a) == CT_PATH_NONE && is_same_place(a, b);
}

struct ct_output {
  HANDLE file;
  bool owned;      /* to be closed: not standard output */
  cti_output_names names;
};

static void output_free(ct_output *output) {
  cti_output_names_free(&output->names);
  cti_free(output);
}

/* A name that nobody else has, in the six places of X. */
static HANDLE make_temporary(char *name) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  HANDLE file = INVALID_HANDLE_VALUE;
  LARGE_INTEGER ticks;
  QueryPerformanceCounter(&ticks);
  uint64_t number = (uint64_t)ticks.QuadPart * 0x9e3779b97f4a7c15u + GetCurrentProcessId() * (uint64_t)0xbf58476d1ce4e5b9u + (uintptr_t)name;
  for (int i = 0; i < 100; i++, number += 0x9e3779b97f4a7c15u) {
    uint64_t mixed = (number ^ number >> 31) * 0x94d049bb133111ebu >> 16;
    for (size_t j = strlen(name) - 6; name[j]; j++, mixed /= 36) name[j] = letters[mixed % 36];
    file = open_path(name, GENERIC_WRITE | DELETE, CREATE_NEW, FILE_ATTRIBUTE_NORMAL);
    if (file != INVALID_HANDLE_VALUE || GetLastError() != ERROR_FILE_EXISTS) break;
  }
  return file;
}

/* Where an open file is, as links were followed; NULL when that cannot be told. */
static char *final_path(HANDLE file) {
  DWORD size = GetFinalPathNameByHandleW(file, NULL, 0, FILE_NAME_NORMALIZED);
  wchar_t *wide = size ? cti_malloc((size + 1) * sizeof *wide) : NULL;
  char *path = wide && GetFinalPathNameByHandleW(file, wide, size + 1, FILE_NAME_NORMALIZED) ? cti_narrow(wide) : NULL;
  cti_free(wide);
  return path;
}

static ct_status open_beside(ct_output *output, char *target, ct_error *error) {
  size_t size = target ? strlen(target) + sizeof ".XXXXXX" : 0;
  output->names.target = target;
  output->names.temporary = target ? cti_malloc(size) : NULL;
  if (!output->names.temporary) return cti_output_no_memory(output->names.path, error);
  snprintf(output->names.temporary, size, "%s.XXXXXX", target);
  output->file = make_temporary(output->names.temporary);
  if (output->file != INVALID_HANDLE_VALUE) return CT_OK;
  cti_wide_errno();
  return cti_file_fail(error, CT_IO_WRITE, output->names.path, errno == ENOENT ? "cannot write: its directory does not exist" : "cannot write a file in its directory");
}

static ct_status open_standard(ct_output *output, bool binary, ct_error *error) {
  output->owned = false;
  output->file = standard(1);
  if (!binary || !ct_is_terminal(1)) return CT_OK;
  return cti_output_is_terminal(error);
}

static ct_status open_target(ct_output *output, const char *path, bool binary, ct_error *error) {
  if (cti_is_dash(path)) return open_standard(output, binary, error);
  if (ct_path_kind_of(path) == CT_PATH_DIRECTORY) return errno = EISDIR, cti_file_fail(error, CT_IO_WRITE, path, "cannot write");
  HANDLE file = open_path(path, GENERIC_WRITE, OPEN_EXISTING, 0);
  DWORD code = GetLastError();
  if (file == INVALID_HANDLE_VALUE && code != ERROR_FILE_NOT_FOUND && code != ERROR_PATH_NOT_FOUND) return fail_system(error, CT_IO_WRITE, path, "cannot write");
  if (file != INVALID_HANDLE_VALUE && !is_file(file)) return output->file = file, CT_OK;
  char *final = file == INVALID_HANDLE_VALUE ? NULL : final_path(file);
  if (file != INVALID_HANDLE_VALUE) CloseHandle(file);
  return open_beside(output, final ? final : cti_file_text(path), error);
}

ct_status ct_output_open(ct_output **out, const char *path, bool binary, ct_error *error) {
  *out = NULL;
  ct_output *output = cti_malloc(sizeof *output);
  if (!output) return cti_output_no_memory(path, error);
  *output = (ct_output){.file = INVALID_HANDLE_VALUE, .owned = true, .names.path = cti_file_text(cti_is_dash(path) ? "standard output" : path)};
  ct_status status = output->names.path ? open_target(output, path, binary, error) : cti_output_no_memory(path, error);
  if (status == CT_OK) *out = output;
  else output_free(output);
  return status;
}

static bool write_all(HANDLE file, ct_slice bytes) {
  while (bytes.size) {
    DWORD put, part = bytes.size < LARGEST_STEP ? (DWORD)bytes.size : LARGEST_STEP;
    if (!WriteFile(file, bytes.data, part, &put, NULL)) return false;
    bytes = cti_slice_cut(bytes, put, bytes.size);
  }
  return true;
}

/* Small ones are joined, since each call is a way into the system. */
ct_status ct_output_put_pieces(ct_output *output, const ct_slice *pieces, size_t count, ct_error *error) {
  enum { ROOM = 1 << 14 };
  uint8_t room[ROOM];
  size_t used = 0;
  bool good = true;
  for (size_t i = 0; good && i < count; i++) {
    if (pieces[i].size > ROOM - used) good = write_all(output->file, cti_slice(room, used)), used = 0;
    if (!good) break;
    if (pieces[i].size > ROOM) good = write_all(output->file, pieces[i]);
    else if (pieces[i].size) memcpy(room + used, pieces[i].data, pieces[i].size), used += pieces[i].size;
  }
  good = good && write_all(output->file, cti_slice(room, used));
  return good ? CT_OK : fail_system(error, CT_IO_WRITE, output->names.path, "cannot write");
}

const char *ct_output_temporary(const ct_output *output) { return output->names.temporary; }

ct_status ct_output_finish(ct_output *output, ct_error *error) {
  if (output->file == INVALID_HANDLE_VALUE) return CT_OK;
  bool good = !output->owned || CloseHandle(output->file);
  output->file = INVALID_HANDLE_VALUE;
  return good ? CT_OK : fail_system(error, CT_IO_WRITE, output->names.path, "cannot write");
}

static ct_status put_in_place(const ct_output *output, ct_error *error) {
  wchar_t *from = cti_wide_path(output->names.temporary), *to = cti_wide_path(output->names.target);
  bool good = from && to && MoveFileExW(from, to, MOVEFILE_REPLACE_EXISTING);
  bool in_use = !good && (GetLastError() == ERROR_SHARING_VIOLATION || GetLastError() == ERROR_ACCESS_DENIED);
  ct_status status = good ? CT_OK : fail_system(error, CT_IO_WRITE, output->names.path, "cannot write");
  if (in_use) cti_error_hint(error, "another program may have it open");
  cti_free(from);
  cti_free(to);
  return status;
}

static void remove_temporary(const ct_output *output) {
  wchar_t *wide = cti_wide_path(output->names.temporary);
  if (wide) DeleteFileW(wide);
  cti_free(wide);
}

ct_status ct_output_close(ct_output *output, bool keep, ct_error *error) {
  if (!output) return CT_OK;
  ct_error ignored;
  ct_error_clear(&ignored);
  ct_status status = ct_output_finish(output, keep ? error : &ignored);
  if (!keep) status = CT_OK;
  keep = keep && status == CT_OK;
  if (output->names.temporary && keep) {
    status = put_in_place(output, error);
    keep = status == CT_OK;
  }
  if (output->names.temporary && !keep) remove_temporary(output);
  output_free(output);
  return status;
}

/* wide_windows.c - text on its way to and from Windows, and reasons for failures, which are told in the same words as elsewhere. */
#include "base/wide.h"

#include <errno.h>
#include <windows.h>

#include "base/arena.h"

wchar_t *cti_wide(const char *text) {
  int size = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);
  wchar_t *wide = size ? cti_malloc((size_t)size * sizeof *wide) : NULL;
  errno = size ? ENOMEM : EILSEQ;
  if (wide) MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, wide, size);
  return wide;
}

char *cti_narrow(const wchar_t *text) {
  int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
  char *narrow = size ? cti_malloc((size_t)size) : NULL;
  errno = size ? ENOMEM : EILSEQ;
  if (narrow) WideCharToMultiByte(CP_UTF8, 0, text, -1, narrow, size, NULL, NULL);
  return narrow;
}

/* https://learn.microsoft.com/windows/win32/fileio/maximum-file-path-limitation: no limit holds after this prefix, and nothing is changed in what follows. */
static wchar_t *with_prefix(const wchar_t *path) {
  static const wchar_t local[] = L"\\\\?\\", server[] = L"\\\\?\\UNC";
  DWORD size = GetFullPathNameW(path, 0, NULL, NULL);
  wchar_t *full = size ? cti_malloc((size + sizeof server / sizeof *server) * sizeof *full) : NULL;
  if (!full) return errno = ENOMEM, NULL;
  size_t room = sizeof local / sizeof *local - 1;
  GetFullPathNameW(path, size, full + room, NULL);
  if (full[room] == L'\\' && full[room + 1] == L'\\') { /* \\server\share: the first of the two goes */
    room = sizeof server / sizeof *server - 2;
    GetFullPathNameW(path, size, full + room, NULL);
    wmemcpy(full, server, room + 1);
  } else {
    wmemcpy(full, local, room);
  }
  return full;
}

wchar_t *cti_wide_path(const char *path) {
  enum { SHORT = MAX_PATH - 12 /* which directories are given less than files */ };
  wchar_t *wide = cti_wide(path);
  if (!wide || wcslen(wide) < SHORT || wcsncmp(wide, L"\\\\?\\", 4) == 0) return wide;
  wchar_t *longer = with_prefix(wide);
  cti_free(wide);
  return longer;
}

void cti_wide_errno(void) {
  static const struct {
    DWORD code;
    int number;
  } rows[] = {
      {ERROR_FILE_NOT_FOUND, ENOENT}, {ERROR_PATH_NOT_FOUND, ENOENT}, {ERROR_INVALID_NAME, ENOENT}, {ERROR_BAD_PATHNAME, ENOENT}, {ERROR_BAD_NETPATH, ENOENT},
      {ERROR_INVALID_DRIVE, ENOENT}, {ERROR_DIRECTORY, ENOTDIR}, {ERROR_ACCESS_DENIED, EACCES}, {ERROR_SHARING_VIOLATION, EACCES}, {ERROR_LOCK_VIOLATION, EACCES},
      {ERROR_USER_MAPPED_FILE, EACCES}, {ERROR_WRITE_PROTECT, EROFS}, {ERROR_FILE_EXISTS, EEXIST}, {ERROR_ALREADY_EXISTS, EEXIST}, {ERROR_NOT_ENOUGH_MEMORY, ENOMEM},
      {ERROR_OUTOFMEMORY, ENOMEM}, {ERROR_DISK_FULL, ENOSPC}, {ERROR_HANDLE_DISK_FULL, ENOSPC}, {ERROR_BROKEN_PIPE, EPIPE}, {ERROR_NO_DATA, EPIPE},
      {ERROR_FILENAME_EXCED_RANGE, ENAMETOOLONG}, {ERROR_INVALID_HANDLE, EBADF}, {ERROR_TOO_MANY_OPEN_FILES, EMFILE}, {ERROR_BAD_EXE_FORMAT, ENOEXEC}, {ERROR_DIR_NOT_EMPTY, ENOTEMPTY},
  };
  DWORD code = GetLastError();
  errno = EIO;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (rows[i].code == code) errno = rows[i].number;
}

/* system_windows.c - where Windows is. Its own strings are UTF-16; what the C library has of them in bytes loses characters, and is not asked. */
#include "system.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include <shellapi.h>

#include "wide.h"

wchar_t *wide(const char *text) {
  int size = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);
  wchar_t *out = size ? malloc((size_t)size * sizeof *out) : NULL;
  if (out) MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, out, size);
  return out;
}

char *narrow(const wchar_t *text) {
  int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
  char *out = size ? malloc((size_t)size) : NULL;
  if (out) WideCharToMultiByte(CP_UTF8, 0, text, -1, out, size, NULL, NULL);
  return out;
}

void errno_by_system(void) {
  DWORD code = GetLastError();
  errno = code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND ? ENOENT
          : code == ERROR_ACCESS_DENIED || code == ERROR_SHARING_VIOLATION ? EACCES
          : code == ERROR_ALREADY_EXISTS || code == ERROR_FILE_EXISTS ? EEXIST
          : code == ERROR_BAD_EXE_FORMAT ? ENOEXEC
          : code == ERROR_FILENAME_EXCED_RANGE ? E2BIG
          : code == ERROR_NOT_ENOUGH_MEMORY ? ENOMEM
                                            : EIO;
}

/* The name by which this program was called, without the ending that all programs have. */
static void cut_ending(char *name) {
  size_t size = strlen(name), ending = sizeof SYSTEM_PROGRAM_ENDING - 1;
  if (size > ending && _stricmp(name + size - ending, SYSTEM_PROGRAM_ENDING) == 0) name[size - ending] = 0;
}

void system_begin(int *argc, char ***argv) {
  int count;
  for (int i = 0; i < 3; i++)
    if (_get_osfhandle(i) == -1 || _get_osfhandle(i) == -2) _open("NUL", i == 0 ? _O_WRONLY : _O_RDONLY);
  for (int i = 0; i < 3; i++) _setmode(i, _O_BINARY);
  SetConsoleOutputCP(CP_UTF8);
  LPWSTR *words = CommandLineToArgvW(GetCommandLineW(), &count);
  char **all = words ? calloc((size_t)count + 1, sizeof *all) : NULL; /* as long as the process lives */
  for (int i = 0; all && i < count; i++)
    if (!(all[i] = narrow(words[i]))) all = NULL;
  LocalFree(words);
  if (!all) return; /* memory is out: the C library's are as good as they can be */
  if (count) cut_ending(all[0]);
  *argc = count;
  *argv = all;
}

/* What was asked for once is kept, so that it may be asked for often. */
const char *system_variable(const char *name) {
  static struct {
    const char *name;
    char *value;
  } known[16];
  size_t i = 0;
  for (; i < sizeof known / sizeof *known && known[i].name; i++)
    if (strcmp(known[i].name, name) == 0) return known[i].value;
  wchar_t *key = i < sizeof known / sizeof *known ? wide(name) : NULL;
  DWORD size = key ? GetEnvironmentVariableW(key, NULL, 0) : 0;
  wchar_t *value = size ? malloc(size * sizeof *value) : NULL;
  if (value && GetEnvironmentVariableW(key, value, size) < size) {
    known[i].name = name;
    known[i].value = narrow(value);
  }
  free(value);
  free(key);
  return i < sizeof known / sizeof *known ? known[i].value : NULL;
}

char *system_last_slash(const char *path) {
  char *last = NULL;
  for (const char *at = path; *at; at++)
    if (*at == '/' || *at == '\\' || (*at == ':' && at == path + 1)) last = (char *)(uintptr_t)at;
  return last;
}

static DWORD attributes_of(const char *path) {
  wchar_t *name = wide(path);
  DWORD attributes = name ? GetFileAttributesW(name) : INVALID_FILE_ATTRIBUTES;
  free(name);
  return attributes;
}

/* By its name alone: there is nothing else to know it by. */
bool system_is_program(const char *path) {
  DWORD attributes = attributes_of(path);
  return attributes != INVALID_FILE_ATTRIBUTES && !(attributes & FILE_ATTRIBUTE_DIRECTORY);
}

bool system_is_device(const char *path) {
  wchar_t *name = wide(path);
  HANDLE file = name ? CreateFileW(name, 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL) : INVALID_HANDLE_VALUE;
  bool is = file != INVALID_HANDLE_VALUE && GetFileType(file) != FILE_TYPE_DISK;
  if (file != INVALID_HANDLE_VALUE) CloseHandle(file);
  free(name);
  return is;
}

const char *system_scratch_place(void) {
  static const char *const names[] = {"TMP", "TEMP", "USERPROFILE"}; /* as GetTempPath looks for it */
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const char *place = system_variable(names[i]);
    if (place && *place) return place;
  }
  return ".";
}

bool system_make_directory(char *name) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  LARGE_INTEGER ticks;
  QueryPerformanceCounter(&ticks);
  unsigned long long number = (unsigned long long)ticks.QuadPart * 0x9e3779b97f4a7c15u + GetCurrentProcessId();
  for (int i = 0; i < 100; i++, number += 0x9e3779b97f4a7c15u) {
    unsigned long long rest = (number ^ number >> 31) * 0x94d049bb133111ebu >> 16;
    for (char *at = name + strlen(name) - 6; *at; at++, rest /= 36) *at = letters[rest % 36];
    wchar_t *path = wide(name);
    bool made = path && CreateDirectoryW(path, NULL);
    if (!made) errno_by_system();
    free(path);
    if (made) return true;
    if (errno != EEXIST) return false;
  }
  return false;
}

void system_remove_file(const char *path) {
  wchar_t *name = wide(path);
  if (name) DeleteFileW(name);
  free(name);
}

void system_remove_directory(const char *path) {
  wchar_t *name = wide(path);
  if (name) RemoveDirectoryW(name);
  free(name);
}

bool system_own_path(char *room, size_t size) {
  wchar_t path[MAX_PATH];
  DWORD used = GetModuleFileNameW(NULL, path, MAX_PATH);
  return used && used < MAX_PATH && WideCharToMultiByte(CP_UTF8, 0, path, -1, room, (int)size, NULL, NULL) > 0;
}

/* cmd takes the outer quotes away. */
FILE *system_ask(const char *program, const char *argument) {
  size_t size = strlen(program) + strlen(argument) + sizeof "\"\"\" \" 2>NUL\"";
  char *command = malloc(size);
  if (command) snprintf(command, size, "\"\"%s\" %s 2>NUL\"", program, argument);
  wchar_t *words = command ? wide(command) : NULL;
  FILE *answer = words ? _wpopen(words, L"rb") : NULL;
  free(words);
  free(command);
  return answer;
}

void system_asked(FILE *answer) { _pclose(answer); }

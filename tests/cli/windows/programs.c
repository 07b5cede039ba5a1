/* programs.c - what tests of the command start on Windows, by the name that it has: true, false, cp, and a wasm-ld that links nothing:
 *
 *   --fake-copy=FILE   is what it makes
 *   --fake-list=FILE   gets its arguments, one to a line, those of response files in their place
 *   --fake-fail        it says so and ends with status 3 */
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>

#include <shellapi.h>

enum { MOST = 1 << 16, ROOM = 1 << 22 };

static wchar_t *arguments[MOST];
static int count;

static void add(wchar_t *word) {
  if (count < MOST) arguments[count++] = word;
}

/* Lines of "word", with backslashes before quotes and backslashes. */
static void add_file(const wchar_t *path) {
  static char text[ROOM];
  static wchar_t wide[ROOM];
  FILE *file = _wfopen(path, L"rb");
  size_t size = file ? fread(text, 1, sizeof text - 1, file) : 0;
  if (file) fclose(file);
  text[size] = 0;
  MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, ROOM);
  for (wchar_t *at = wide; *at == L'"';) {
    wchar_t *word = ++at, *to = word;
    for (; *at && *at != L'"'; at++) {
      if (*at == L'\\') at++;
      *to++ = *at;
    }
    at += wcscspn(at, L"\n");
    at += *at == L'\n';
    *to = 0;
    add(word);
  }
}

static const wchar_t *value(const wchar_t *name) {
  for (int i = 1; i < count; i++)
    if (wcsncmp(arguments[i], name, wcslen(name)) == 0) return arguments[i] + wcslen(name);
  return NULL;
}

static int link_nothing(void) {
  const wchar_t *from = value(L"--fake-copy="), *list = value(L"--fake-list="), *output = NULL;
  FILE *file = list ? _wfopen(list, L"wb") : NULL;
  for (int i = 1; file && i < count; i++) {
    char line[4096];
    WideCharToMultiByte(CP_UTF8, 0, arguments[i], -1, line, sizeof line, NULL, NULL);
    fprintf(file, "%s\n", line);
  }
  if (file) fclose(file);
  if (value(L"--fake-fail")) return fputs("wasm-ld: error: as it was told\n", stderr), 3;
  for (int i = 1; i + 1 < count; i++)
    if (wcscmp(arguments[i], L"-o") == 0) output = arguments[i + 1];
  return from && output && CopyFileW(from, output, FALSE) ? 0 : 1;
}

int main(void) {
  int words;
  wchar_t **all = CommandLineToArgvW(GetCommandLineW(), &words), path[MAX_PATH];
  _setmode(2, _O_BINARY);
  GetModuleFileNameW(NULL, path, MAX_PATH);
  const wchar_t *slash = wcsrchr(path, L'\\'), *name = slash ? slash + 1 : path;
  for (int i = 0; i < words; i++) {
    if (all[i][0] == L'@') add_file(all[i] + 1);
    else add(all[i]);
  }
  if (wcsncmp(name, L"wasm-ld", 7) == 0) return link_nothing();
  if (wcsncmp(name, L"cp", 2) == 0) return count == 3 && CopyFileW(arguments[1], arguments[2], FALSE) ? 0 : 1;
  return wcsncmp(name, L"true", 4) == 0 ? 0 : 1;
}

/* child_windows.c - what child.c is elsewhere: running another program. */
#include "child.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "common.h"
#include "ending.h"
#include "system.h"
#include "wide.h"

/* One argument as programs take their command line apart: backslashes count before a quote alone.
 * https://learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments */
static void quote(ct_buf *out, const char *word, ct_error *error) {
  const ct_slice mark = {(const uint8_t *)"\"", 1}, slash = {(const uint8_t *)"\\", 1};
  bool plain = *word && !word[strcspn(word, " \t\n\v\"")];
  size_t slashes = 0;
  if (!plain) ct_buf_append(out, mark, error);
  for (const char *at = word; *at; at++) {
    slashes = *at == '\\' ? slashes + 1 : slashes;
    for (size_t i = 0; *at == '"' && i <= slashes; i++) ct_buf_append(out, slash, error);
    if (*at != '\\') slashes = 0;
    ct_buf_append(out, (ct_slice){(const uint8_t *)at, 1}, error);
  }
  for (size_t i = 0; !plain && i < slashes; i++) ct_buf_append(out, slash, error);
  if (!plain) ct_buf_append(out, mark, error);
}

static wchar_t *command_line(const char *const *arguments, ct_error *error) {
  ct_buf text = {0};
  for (size_t i = 0; arguments[i]; i++) {
    if (i) ct_buf_append(&text, (ct_slice){(const uint8_t *)" ", 1}, error);
    quote(&text, arguments[i], error);
  }
  ct_buf_append(&text, (ct_slice){(const uint8_t *)"", 1}, error);
  wchar_t *line = text.failed ? NULL : wide((const char *)text.data);
  ct_buf_free(&text);
  return line;
}

static HANDLE nothing(void) {
  SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
  return CreateFileW(L"NUL", GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited, OPEN_EXISTING, 0, NULL);
}

/* Its standard error is `heard`, where that is not NULL. */
static ct_status start(HANDLE *process, const char *const *arguments, bool silent, HANDLE heard, ct_error *error) {
  PROCESS_INFORMATION made;
  STARTUPINFOW how = {.cb = sizeof how, .dwFlags = STARTF_USESTDHANDLES, .hStdInput = GetStdHandle(STD_INPUT_HANDLE), .hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE), .hStdError = heard ? heard : GetStdHandle(STD_ERROR_HANDLE)};
  HANDLE sink = silent ? nothing() : NULL;
  if (silent) how.hStdOutput = how.hStdError = sink;
  wchar_t *line = command_line(arguments, error);
  fflush(stdout);
  ending_hold();
  bool good = line && CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &how, &made);
  if (!good) errno_by_system();
  if (good) ending_child((pid_t)(intptr_t)made.hProcess);
  ending_release();
  free(line);
  if (silent) CloseHandle(sink);
  if (!good) return fail_with(error, FAIL_RUN, "`%s` cannot be run: %s", arguments[0], strerror(errno));
  CloseHandle(made.hThread);
  *process = made.hProcess;
  return CT_OK;
}

static void finish(int *status, HANDLE process) {
  DWORD how = 1;
  WaitForSingleObject(process, INFINITE);
  ending_child(0);
  GetExitCodeProcess(process, &how);
  CloseHandle(process);
  *status = how & 0xc0000000 ? 128 : (int)how; /* of an exception */
}

ct_status child_run(int *status, const char *const *arguments, bool silent, ct_error *error) {
  HANDLE process;
  ct_status started = start(&process, arguments, silent, NULL, error);
  if (started == CT_OK) finish(status, process);
  return started;
}

ct_status child_run_heard(int *status, bool *spoke, const char *const *arguments, ct_error *error) {
  SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
  HANDLE process, ours, its;
  char room[4096];
  *spoke = false;
  if (!CreatePipe(&ours, &its, &inherited, 0)) return fail_with(error, FAIL_RUN, "no pipe can be made");
  SetHandleInformation(ours, HANDLE_FLAG_INHERIT, 0);
  ct_status started = start(&process, arguments, false, its, error);
  CloseHandle(its);
  for (DWORD got; started == CT_OK && ReadFile(ours, room, sizeof room, &got, NULL) && got;) {
    *spoke = true;
    fwrite(room, 1, got, stderr);
  }
  CloseHandle(ours);
  if (started == CT_OK) finish(status, process);
  return started;
}

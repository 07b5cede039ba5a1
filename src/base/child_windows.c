/* child_windows.c - what child.c is elsewhere. Windows makes no copies of a process, so that work in one cannot be asked for; other programs run in a job, which
 * keeps them to their limits. */
#include <errno.h>
#include <stdio.h>
#include <windows.h>

#include "base/arena.h"
#include "base/child.h"
#include "base/wide.h"

struct cti_child_out {
  char nothing;
};

void cti_child_put(cti_child_out *out, ct_slice bytes) { (void)out, (void)bytes; }
void cti_child_flush(cti_child_out *out) { (void)out; }

ct_status cti_child_run(cti_buf *out, cti_child_end *end, void (*work)(cti_child_out *out, void *context), void *context, cti_child_limits limits, ct_error *error) {
  (void)out, (void)end, (void)work, (void)context, (void)limits;
  return cti_fail(error, CT_UNSUPPORTED, CT_NO_OFFSET, "this needs a copy of the process, which Windows does not make");
}

typedef struct line {
  HANDLE ours, its;
} line;

static bool make_line(line *out, bool to_it) {
  SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
  HANDLE ends[2];
  if (!CreatePipe(&ends[0], &ends[1], &inherited, 0)) return false;
  *out = to_it ? (line){ends[1], ends[0]} : (line){ends[0], ends[1]};
  return SetHandleInformation(out->ours, HANDLE_FLAG_INHERIT, 0);
}

static HANDLE make_job(cti_child_limits limits) {
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION most = {0};
  most.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_PROCESS_TIME | JOB_OBJECT_LIMIT_PROCESS_MEMORY | JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION;
  most.BasicLimitInformation.PerProcessUserTimeLimit.QuadPart = (LONGLONG)limits.seconds * 10000000;
  most.ProcessMemoryLimit = (SIZE_T)limits.megabytes << 20;
  HANDLE job = CreateJobObjectW(NULL, NULL);
  if (job) SetInformationJobObject(job, JobObjectExtendedLimitInformation, &most, sizeof most);
  return job;
}

static bool start(PROCESS_INFORMATION *process, const char *program, const line *in, const line *out, HANDLE job) {
  size_t size = strlen(program) + 3;
  char *quoted = cti_malloc(size);
  if (quoted) snprintf(quoted, size, "\"%s\"", program);
  wchar_t *command = quoted ? cti_wide(quoted) : NULL;
  STARTUPINFOW how = {.cb = sizeof how, .dwFlags = STARTF_USESTDHANDLES, .hStdInput = in->its, .hStdOutput = out->its, .hStdError = GetStdHandle(STD_ERROR_HANDLE)};
  bool good = command && CreateProcessW(NULL, command, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL, &how, process);
  if (good && job) AssignProcessToJobObject(job, process->hProcess);
  if (good) ResumeThread(process->hThread);
  cti_free(command);
  cti_free(quoted);
  return good;
}

/* Whoever does not read all of it has a reason, which how it ends tells. */
static void send_all(HANDLE to, const ct_slice *input, size_t count) {
  for (size_t i = 0; i < count; i++)
    for (size_t at = 0; at < input[i].size;) {
      DWORD put, part = input[i].size - at < 1 << 20 ? (DWORD)(input[i].size - at) : 1 << 20;
      if (!WriteFile(to, input[i].data + at, part, &put, NULL)) return;
      at += put;
    }
}

static void receive(cti_buf *out, HANDLE from) {
  enum { ROOM = 1 << 14 };
  for (DWORD got = 1; got;) {
    uint8_t *room = cti_buf_extend(out, ROOM);
    if (!room) return;
    if (!ReadFile(from, room, ROOM, &got, NULL)) got = 0;
    cti_buf_truncate(out, out->size - ROOM + got);
  }
}

ct_status cti_child_exec(cti_buf *out, cti_child_end *end, const char *program, const ct_slice *input, size_t count, cti_child_limits limits, ct_error *error) {
  line in = {0}, back = {0};
  PROCESS_INFORMATION process;
  DWORD how = 1;
  if (!make_line(&in, true) || !make_line(&back, false)) return cti_fail(error, CT_IO_RUN, CT_NO_OFFSET, "no line to a process can be made");
  HANDLE job = make_job(limits);
  bool started = start(&process, program, &in, &back, job);
  CloseHandle(in.its);
  CloseHandle(back.its);
  if (started) send_all(in.ours, input, count);
  CloseHandle(in.ours);
  if (started) {
    receive(out, back.ours);
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &how);
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
  }
  CloseHandle(back.ours);
  if (job) CloseHandle(job);
  *end = how == 0 ? CTI_CHILD_DONE : CTI_CHILD_DIED;
  if (!started) return cti_fail(error, CT_IO_RUN, CT_NO_OFFSET, "the program %s cannot be started", program);
  return cti_buf_check(out, error);
}

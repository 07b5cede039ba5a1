/* ending_windows.c - what ending.c is elsewhere. Windows tells of an end (Ctrl-C, a closed console, a shutdown) in a thread of its own, which waits where a signal
 * would. A file that is open is removed as soon as it is not, which is when the process has ended. Inputs are not mapped, so that none can be cut off. */
#include "ending.h"

#include <stddef.h>
#include <windows.h>

static HANDLE running; /* a child, or NULL */
static CRITICAL_SECTION held;

/* From a console the child knows already; half a second is enough for one that heeds it. */
static void end_child(void) {
  if (running && WaitForSingleObject(running, 500) != WAIT_OBJECT_0) TerminateProcess(running, 1);
}

static BOOL WINAPI on_end(DWORD what) {
  (void)what;
  EnterCriticalSection(&held); /* for ever: nothing more is put in place */
  end_child();
  leftover_remove_all();
  ExitProcess(STATUS_CONTROL_C_EXIT);
}

void ending_watch(void) {
  InitializeCriticalSection(&held);
  SetConsoleCtrlHandler(on_end, TRUE);
}

void ending_hold(void) { EnterCriticalSection(&held); }
void ending_release(void) { LeaveCriticalSection(&held); }

void ending_child(pid_t child) { running = (HANDLE)(intptr_t)child; }

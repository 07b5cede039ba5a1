/* command.c (adapter) - what hosts of commands offer and a proxy's may not: strings, exit, and the entry that runs the guest. */
#include "adapter/state.h"

HOOK(fetch_arguments)(void) {
  h_get_arguments(RESULT);
  return OUT(u32, 4);
}

HOOK(fetch_environment)(void) {
  h_get_environment(RESULT);
  return OUT(u32, 4);
}

HOOK(exit_with)(u32 code) {
  h_exit_with_code(code & 255);
  return SUCCESS;
}

HOOK(exit)(u32 code) {
  h_exit(code != 0);
  return SUCCESS;
}

/* The command's entry. A guest that fails calls proc_exit. */
EXPORTED("wasi:cli/run@0.2.0#run") u32 p1_run(void) {
  h_guest_start();
  return 0;
}

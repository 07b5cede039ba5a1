/* child.h - running another program on files in a directory of their own, and leaving nothing behind when a signal ends this one. */
#ifndef CTOOL_TOOLS_CHILD_H
#define CTOOL_TOOLS_CHILD_H

#include "ctool/ctool.h"

/* Runs arguments[0], found on PATH, and waits. *status is its exit status, or 128 and more: the signal that stopped it. FAIL_RUN when it cannot be run.
 * `silent`: what it prints is not seen. */
ct_status child_run(int *status, const char *const *arguments, bool silent, ct_error *error);

/* From here on SIGINT, SIGTERM and SIGHUP remove these, as far as they are there, before they end the process: files, then the directory that holds them. The
 * strings must live until child_forget. */
void child_remove_at_signal(const char *const *files, size_t count, const char *directory);
void child_forget(void);

/* A new directory under TMPDIR, whose path is to be freed; NULL after a failure. */
char *child_directory(ct_error *error);

#endif

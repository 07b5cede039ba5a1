/* child.h - running another program. */
#ifndef CTOOL_TOOLS_CHILD_H
#define CTOOL_TOOLS_CHILD_H

#include "ctool/ctool.h"

/* Runs arguments[0], found on PATH, and waits. *status is its exit status, or 128 and more: the signal that stopped it. FAIL_RUN when it cannot be run.
 * `silent`: what it prints is not seen. */
ct_status child_run(int *status, const char *const *arguments, bool silent, ct_error *error);

/* The same; what it prints to standard error goes there through us, and *spoke tells whether it did. */
ct_status child_run_heard(int *status, bool *spoke, const char *const *arguments, ct_error *error);

#endif

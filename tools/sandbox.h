/* sandbox.h - what a hostile input could make of the command, were there a hole in it: on Linux, a process that cannot start programs, make processes, open
 * connections, make memory executable, or write in another place than those of its outputs. Where the kernel has no part of it, that part is missing. */
#ifndef CTOOL_TOOLS_SANDBOX_H
#define CTOOL_TOOLS_SANDBOX_H

#include <stdbool.h>

typedef enum sandbox_kind {
  SANDBOX_NONE,
  SANDBOX_STARTING, /* processes may be made and programs started, and the rest of seccomp is left out, too */
  SANDBOX_CLOSED
} sandbox_kind;

/* Asks for it; main does, by commands.def and --no-sandbox. In a build with sanitizers, which need what it forbids, nothing happens. */
void sandbox_want(sandbox_kind kind);

/* A file that will be written, whose directory stays open for it. "-" is none. */
void sandbox_allow(const char *output);

/* A directory in which files will be written. It may be missing, and those above it: the nearest one that is there stays open, so that they can be made. */
void sandbox_allow_directory(const char *directory);

/* From here on it holds for the process and its threads. Does nothing when it is not wanted. */
void sandbox_enter(void);

/* Does the kernel have all parts of it? */
bool sandbox_is_available(void);

#endif

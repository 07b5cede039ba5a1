/* linker.h - LLVM's linker for WebAssembly: where it is, which of its options take the next argument, and running it into a scratch directory. */
#ifndef CTOOL_TOOLS_LINKER_H
#define CTOOL_TOOLS_LINKER_H

#include "ending.h"
#include "words.h"

/* Does the linker take the argument after this one for its value? ("-L", "--entry"; not "-Ldir", "--entry=main".) */
bool linker_takes_next(const char *argument);

/* Adds the command's first words to `command`: the linker, and the flavor when it goes by another name. Without `path`, PATH is searched for wasm-ld and, beside
 * it in each directory, for rust-lld; then for wasm-ld-N with the highest N. The failure tells what was looked for and where. */
ct_status linker_find(words *command, const char *path, ct_error *error);

/* Adds what makes lld's messages coloured, where they come to a terminal: it sees a pipe. Does nothing for what goes by no name of lld. */
ct_status linker_color(words *command, ct_error *error);

/* A directory for the linker's output, on the same file system: beside that of the command, unless that is a device. All-zero may be removed. */
typedef struct scratch {
  leftover at; /* first: what removes it gets it */
  char *directory;
  char *module;    /* in it: the output's own base name, which the linker writes into the module's name section */
  char *arguments; /* in it: a response file, when the command line is long */
} scratch;

/* From here on an ending signal removes it, too; it stays where it is in memory. */
ct_status scratch_make(scratch *s, const char *output, ct_error *error);
void scratch_remove(scratch *s);

/* Runs the linker; *how is its exit status, which is not a failure of this function, and *spoke tells whether it printed to standard error. `s` has the room for a
 * long command line. */
ct_status linker_run(int *how, bool *spoke, const words *command, const scratch *s, ct_error *error);

#endif

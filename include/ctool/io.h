/* io.h - files: mapping inputs, listing directories, writing outputs atomically. The operating system's files are touched by src/base/file.c alone.
 *
 * A library user who keeps everything in memory needs none of this. Signals are the program's: the library installs no handler. So one that ends the process
 * leaves the temporary of an output that is being written (ct_output_temporary names it), and SIGBUS comes when a mapped input gets shorter meanwhile: whoever
 * reads files that others truncate reads them by itself. tools/ending.c is what the command does about both. */
#ifndef CTOOL_IO_H
#define CTOOL_IO_H

#include "ctool/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The bytes of a file: mapped where that is possible, else read. */
typedef struct ct_input {
  ct_slice bytes;
  int how; /* private */
} ct_input;

/* Opens `path`; "-" is standard input, which is read to its end. A directory is an error that says so. Close with ct_input_close, also after a failure. */
CT_API ct_status ct_input_open(ct_input *out, const char *path, ct_error *error);
CT_API void ct_input_close(ct_input *input);

/* Tells the system that the bytes [from, to) will not be looked at soon, so that they take no memory. They stay readable. Only mapped files give any back. */
CT_API void ct_input_forget(const ct_input *input, size_t from, size_t to);

typedef enum ct_path_kind { CT_PATH_NONE, CT_PATH_FILE, CT_PATH_DIRECTORY } ct_path_kind;
CT_API ct_path_kind ct_path_kind_of(const char *path);

/* The names in a directory, sorted bytewise, without "." and "..": `*names` is one block that ct_names_free frees. */
CT_API ct_status ct_names_list(char ***names, size_t *count, const char *directory, ct_error *error);
CT_API void ct_names_free(char **names, size_t count);

/* Is writing to both to write one file? By device and inode, by where a symbolic link leads, and where nothing is yet, by name and directory. "-" is standard
 * output. Two times the same device of characters (/dev/null) is no harm, and false. */
CT_API bool ct_is_same_output(const char *a, const char *b);

/* Writes `bytes` to `path` so that a reader sees the old file or the new one whole: a temporary beside the target, then a rename.
 * "-" is standard output. `binary` output is refused on a terminal. The mode is that of the old file, else 0666 less umask. A symbolic link stays one: what it
 * leads to is replaced, or made. */
CT_API ct_status ct_output_write(const char *path, ct_slice bytes, bool binary, ct_error *error);
/* The same for several pieces in order, written without joining them. */
CT_API ct_status ct_output_write_pieces(const char *path, const ct_slice *pieces, size_t count, bool binary, ct_error *error);

/* The same, piece by piece as it is made. ct_output_close with `keep` puts the file in place; without it nothing is left of it (what went to
 * standard output has gone). It takes NULL too, so that it can follow a failed open. */
typedef struct ct_output ct_output;
CT_API ct_status ct_output_open(ct_output **out, const char *path, bool binary, ct_error *error);
CT_API ct_status ct_output_put(ct_output *output, ct_slice bytes, ct_error *error);
CT_API ct_status ct_output_put_pieces(ct_output *output, const ct_slice *pieces, size_t count, ct_error *error);
/* All is put: whatever can fail but putting it in place has been done then. For outputs that belong together: finish all, then close all. */
CT_API ct_status ct_output_finish(ct_output *output, ct_error *error);
/* The file that holds it until it is put in place; NULL when the target is written straight. Lives until ct_output_close. */
CT_API const char *ct_output_temporary(const ct_output *output);
CT_API ct_status ct_output_close(ct_output *output, bool keep, ct_error *error);

/* Where functions write that make their output piece by piece. `write` takes all bytes or reports why not. */
typedef struct ct_sink {
  ct_status (*write)(void *user, ct_slice bytes, ct_error *error);
  void *user;
} ct_sink;
CT_API ct_sink ct_output_sink(ct_output *output);

/* Makes a directory and its parents, where they are absent. */
CT_API ct_status ct_directory_make(const char *path, ct_error *error);

/* Is standard output / standard error a terminal? */
CT_API bool ct_is_terminal(int descriptor);

#ifdef __cplusplus
}
#endif
#endif

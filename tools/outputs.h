/* outputs.h - what the command writes: files whose temporaries are removed when a signal ends it, and sets of files that are put in place together. No other
 * file of the command writes files. */
#ifndef CTOOL_TOOLS_OUTPUTS_H
#define CTOOL_TOOLS_OUTPUTS_H

#include "ctool/ctool.h"

/* One file; as ct_output_open and its like. It is put in place when all has gone well, which `status` tells; the status that holds then comes back. */
typedef struct out_file out_file;
ct_status output_open(out_file **out, const char *path, bool binary, ct_error *error);
ct_sink output_sink(out_file *it);
ct_status output_finish(out_file *it, ct_error *error);
ct_status output_close(out_file *it, ct_status status, ct_error *error);

/* The same at once. */
ct_status output_write(const char *path, ct_slice bytes, bool binary, ct_error *error);

/* A binary that is in pieces, as it is or as text. */
ct_status output_write_pieces(const char *path, const ct_pieces *pieces, bool text, ct_error *error);

/* Files that belong together: none is put in place before all are written, then they are in the order in which they were added. So the last one should be that
 * which says that the others are there. All-zero is empty; it must be closed, also after a failure. */
typedef struct output_set {
  out_file *first, *last;
} output_set;
ct_status outputs_add(output_set *set, const char *path, ct_slice bytes, bool binary, ct_error *error);
ct_status outputs_add_pieces(output_set *set, const char *path, const ct_pieces *pieces, bool text, ct_error *error);
ct_status outputs_close(output_set *set, ct_status status, ct_error *error);

/* A failure when writing to `path`, which the user did not name, would overwrite what he did: the input or the output. */
ct_status outputs_apart(const char *path, const char *input, const char *output, ct_error *error);

/* A failure when writing to `path` would overwrite that input. "-" is no file. */
ct_status output_apart(const char *path, const char *input, ct_error *error);

/* The pieces as one block; out->data is to be freed. */
ct_status join_pieces(ct_slice *out, const ct_pieces *pieces, ct_error *error);

#endif

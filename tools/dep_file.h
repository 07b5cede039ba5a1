/* dep_file.h - what an output was made of, for make and ninja: "OUT: IN IN ...", and for each IN an empty rule, so that a file which goes away stops no build. */
#ifndef CTOOL_TOOLS_DEP_FILE_H
#define CTOOL_TOOLS_DEP_FILE_H

#include "words.h"

/* Adds each file that the WIT was read from. */
ct_status dep_add_wit(words *inputs, const ct_wit *wit, ct_error *error);

/* Adds it to what is written, as `path`: before the output, so that an output never stands beside the dependencies of an older one. An input that comes twice is
 * named once; "-" is none. The order of `inputs` changes. A failure: `path` is an input, or a name has a line break (or that of the output a tab), which
 * make has no way to write. */
ct_status dep_file_add(output_set *set, const char *path, const char *output, words *inputs, ct_error *error);

#endif

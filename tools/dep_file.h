/* dep_file.h - what an output was made of, for make and ninja: "OUT: IN IN ...", and for each IN an empty rule, so that a file which goes away stops no build. */
#ifndef CTOOL_TOOLS_DEP_FILE_H
#define CTOOL_TOOLS_DEP_FILE_H

#include "words.h"

/* Adds each file that the WIT was read from. */
ct_status dep_add_wit(words *inputs, const ct_wit *wit, ct_error *error);

/* Writes it to `path`. An input that comes twice is named once; "-" is none. The order of `inputs` changes. */
ct_status dep_file_write(const char *path, const char *output, words *inputs, ct_error *error);

#endif

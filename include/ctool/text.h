/* text.h - the text format of modules and components. */
#ifndef CTOOL_TEXT_H
#define CTOOL_TEXT_H

#include "ctool/io.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Text to binary: a module or component in the text format. `out` owns the result (ct_buf_free); after a failure it is empty. Form and names are checked,
 * types are not: validate the result. Failures have line, column and source line.
 * https://webassembly.github.io/spec/core/text/ */
CT_API ct_status ct_text_parse(ct_buf *out, ct_slice text, ct_error *error);

/* The same for a file: the memory of what has been read is given back on the way (ct_input_forget). */
CT_API ct_status ct_text_parse_input(ct_buf *out, const ct_input *input, ct_error *error);

#ifdef __cplusplus
}
#endif
#endif

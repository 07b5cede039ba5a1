/* optimize.h - making modules and components smaller without changing what they do. */
#ifndef CTOOL_OPTIMIZE_H
#define CTOOL_OPTIMIZE_H

#include "ctool/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Optimizes a module, or every core module inside of a component. `out` owns the result (ct_buf_free); after a failure it is empty. Input that is not
 * valid is refused with the validator's failure, and the result is validated. Names of functions, debug information and what else refers to code by its
 * offset are dropped; all other custom sections stay. A function that has something the optimizer does not know keeps its code. */
CT_API ct_status ct_optimize(ct_buf *out, ct_slice bytes, ct_error *error);

/* The passes, in the order in which they run. Static strings; the table ends with a NULL name. */
typedef struct ct_pass_info {
  const char *name, *summary;
} ct_pass_info;
CT_API const ct_pass_info *ct_optimize_passes(void);

#ifdef __cplusplus
}
#endif
#endif

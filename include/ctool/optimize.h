/* optimize.h - making modules and components smaller without changing what they do. */
#ifndef CTOOL_OPTIMIZE_H
#define CTOOL_OPTIMIZE_H

#include "ctool/asyncify.h"
#include "ctool/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All-zero: as small as can be. */
typedef struct ct_optimize_options {
  bool as_it_is;   /* nothing is made smaller: only what else is asked for here is done */
  bool keep_names; /* the `name` section stays, but for what is inside of functions */
  const ct_asyncify_options *asyncify; /* NULL: modules are not made to pause; else the input is a core module */
} ct_optimize_options;

/* Optimizes a module, or every core module inside of a component. `out` owns the result (ct_buf_free); after a failure it is empty. Input that is not
 * valid is refused with the validator's failure, and the result is validated. Names of functions (unless they are kept), debug information and what else
 * refers to code by its offset are dropped; all other custom sections stay. A function that has something the optimizer does not know keeps its code. */
CT_API ct_status ct_optimize(ct_buf *out, ct_slice bytes, const ct_optimize_options *options, ct_error *error);

/* The passes, in the order in which they run. Static strings; the table ends with a NULL name. */
typedef struct ct_pass_info {
  const char *name, *summary;
} ct_pass_info;
CT_API const ct_pass_info *ct_optimize_passes(void);

#ifdef __cplusplus
}
#endif
#endif

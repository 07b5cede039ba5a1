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
  int level;       /* 1: what is quick; 2; 3: size before speed; 4, and 0: as small as can be */
  const char *passes, *skip_passes; /* names, with commas between; NULL: what the level has, none */
  bool traps_never_happen; /* what would trap may go when nobody wants its value */
  bool fast_math;          /* sums and products of floats may lose NaNs' bits and signs of zeros */
  bool (*stop)(void *context); /* asked between functions; once it says true, what is left stays as it is. NULL: never */
  void *stop_context;
  uint32_t threads; /* 0: as many as the machine has processors; small modules use one in any case. The result does not depend on it */
  int64_t *saved;  /* room for as many numbers as there are passes: bytes that each saved are added; takes longer. NULL: nobody asks */
  const ct_asyncify_options *asyncify; /* NULL: modules are not made to pause; else the input is a core module */
} ct_optimize_options;

/* Optimizes a module, or every core module inside of a component. `out` owns the result (ct_buf_free); after a failure it is empty. Input that is not
 * valid is refused with the validator's failure, and the result is validated. Names of functions (unless they are kept), debug information and what else
 * refers to code by its offset are dropped; all other custom sections stay. A function that has something the optimizer does not know keeps its code. */
CT_API ct_status ct_optimize(ct_buf *out, ct_slice bytes, const ct_optimize_options *options, ct_error *error);

/* The passes, in the order in which they run. Static strings; the table ends with a NULL name. `saved_*`: bytes that the whole loses without the pass, on
 * SQLite by clang and on a small program by Go. */
typedef struct ct_pass_info {
  const char *name, *summary, *contract;
  int level; /* the first that runs it */
  int saved_sqlite, saved_go;
} ct_pass_info;
CT_API const ct_pass_info *ct_optimize_passes(void);

#ifdef __cplusplus
}
#endif
#endif

/* wabt.h - what the commands that answer to the names of wabt's tools share. */
#ifndef CTOOL_TOOLS_WABT_H
#define CTOOL_TOOLS_WABT_H

#include "common.h"
#include "opts.h"

enum {
  WABT_OWN_ROWS = 16, /* of a command, with the one that ends them */
#define CT_WABT_FEATURE(wabts, ctools) +1
  WABT_FEATURES = 0
#include "wabt_features.def"
#undef CT_WABT_FEATURE
};

/* What is common to their command lines. `rows` has room for the command's own rows and those of the features. */
typedef struct wabt {
  opt_row rows[WABT_OWN_ROWS + 2 + 2 * WABT_FEATURES];
  opt_spec spec;
  const char *input;
  bool version;
  bool enabled[WABT_FEATURES], disabled[WABT_FEATURES], enable_all; /* by row of wabt_features.def */
  ct_features features;
} wabt;

/* Makes the table of a command whose w->spec.usage is set: `rows`, of which the compiler sees that there is room for them, then --version and, when
 * `with_features`, --enable-X and --disable-X. */
void wabt_init(wabt *w, const char *about, const opt_row (*rows)[WABT_OWN_ROWS], bool with_features, const char *examples);

/* Gives -1 when the command should go on: w->input is the one file, or those are in argv[1 .. *count] where `count` is no NULL. */
int wabt_parse(wabt *w, int argc, char **argv, int *count);

/* Validates with the features chosen; names, too, when `custom`. */
ct_status wabt_validate(const wabt *w, ct_slice bytes, bool custom, ct_error *error);

#endif

/* optimize.h - what `ctool optimize` and `wasm-opt` do alike once their options are read. */
#ifndef CTOOL_TOOLS_OPTIMIZE_H
#define CTOOL_TOOLS_OPTIMIZE_H

#include "common.h"

enum { PASS_ARGUMENTS = 16 };

/* All-zero, and `output`, is a start. */
typedef struct optimize_job {
  ct_optimize_options library;
  ct_asyncify_options asyncify;
  bool pauses;          /* asyncify is asked for */
  bool converge;        /* again and again, until nothing gets smaller */
  bool strip_producers, strip_target_features;
  bool text;            /* the output is text */
  bool print, metrics;  /* text, or the table of sections, on standard output as well */
  const char *wasm_opt; /* the program that may make modules smaller than ctool does; NULL: none */
  const char *output;   /* NULL: nothing is written */
  char *kept[PASS_ARGUMENTS]; /* lists that were read from files */
  unsigned kept_count;
} optimize_job;

/* Takes KEY or KEY@VALUE; a VALUE that is @FILE is what the file holds. False: ctool has no such argument, or (then reported) the file cannot be read. */
bool optimize_pass_argument(optimize_job *job, const char *argument, ct_error *error);

ct_status optimize_run(optimize_job *job, const char *path, ct_error *error);
void optimize_free(optimize_job *job);

/* Puts what `program` makes of each module in place of it where that is smaller. `bytes` is a module or component. */
ct_status optimize_with(ct_buf *bytes, const char *program, bool keep_names, ct_error *error);

#endif

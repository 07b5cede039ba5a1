/* target.h - what a fuzz target is: one entry point or round trip, given any bytes. It may answer what it likes, but comes back, leaks nothing, and holds
 * what it promises: FUZZ_CHECK stops the process where that is broken, in every build.
 *
 * fuzz_<name>.c is linked with libFuzzer (preset `fuzz`: build/fuzz/fuzz/fuzz_<name> corpus/<name>) and with replay.c, which ctest runs over corpus/<name>. */
#ifndef FUZZ_TARGET_H
#define FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "ctool/validate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(condition)                                                                         \
  do {                                                                                                \
    if (!(condition)) {                                                                               \
      fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);                  \
      abort();                                                                                        \
    }                                                                                                 \
  } while (0)

/* When an allocation failed, what came otherwise says nothing. */
static inline bool is_starved(ct_status status) { return ct_status_class(status) == CT_CLASS_NOMEM; }

/* The options of a validator with these features: "all", or others of `--features`. */
static inline ct_validate_options with_features(const char *list) {
  ct_error error = {0};
  ct_validate_options options = {0};
  FUZZ_CHECK(ct_features_parse(&options.features, list, &error) == CT_OK);
  return options;
}

/* No verdict counts as a good one. */
static inline bool is_valid(ct_slice bytes, const char *features) {
  ct_error error = {0};
  ct_validate_options options = with_features(features);
  return ct_validate(bytes, &options, &error) == CT_OK || is_starved(error.status);
}

#endif

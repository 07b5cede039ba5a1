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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(condition)                                                                         \
  do {                                                                                                \
    if (!(condition)) {                                                                               \
      fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);                  \
      abort();                                                                                        \
    }                                                                                                 \
  } while (0)

#endif

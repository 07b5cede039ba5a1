/* evaluate.h - what a core module does, seen from outside: an interpreter of the integer part of WebAssembly that shares nothing with the optimizer but the
 * decoder, so that two forms of a module can be compared.
 *
 * Each exported function is called, in the order of the exports, with arguments drawn from `seed`, on one instance. What is seen: the calls of imported
 * functions with their arguments, results, traps, and, after each call, exported memories and globals. Imported functions give what their arguments and
 * the calls before make of `seed`. What is not known (floats' arithmetic, vectors, references, imported memories) or takes too long ends it without a verdict.
 * https://webassembly.github.io/spec/core/exec/ */
#ifndef FUZZ_GEN_EVALUATE_H
#define FUZZ_GEN_EVALUATE_H

#include "core/module.h"

typedef enum evaluation_end { EVALUATION_DONE, EVALUATION_TRAP, EVALUATION_SPENT, EVALUATION_UNKNOWN } evaluation_end;

typedef struct evaluation {
  evaluation_end end; /* TRAP: while it was instantiated. After SPENT and UNKNOWN the rest says nothing */
  uint32_t calls;     /* of exported functions, that came back or trapped */
  uint64_t seen;      /* a hash of all that was seen */
} evaluation;

/* The module must be valid. */
evaluation evaluate(ct_slice module, uint64_t seed);

/* Do two forms of a module behave the same, as far as a verdict can be had, for `seeds` seeds? */
bool evaluate_same(ct_slice a, ct_slice b, uint32_t seeds);

#endif

/* binary_mutate.h - mutants of modules and components: edits of sections, lengths, indices and instructions that a flip of bits hardly makes, and crossings.
 *
 * Both write at most `most` bytes to `out`, which is none of the inputs, and give how many; 0: nothing came of it. The same seed gives the same bytes. */
#ifndef FUZZ_GEN_BINARY_MUTATE_H
#define FUZZ_GEN_BINARY_MUTATE_H

#include "base/buf.h"

size_t mutate_binary(uint8_t *out, size_t most, ct_slice bytes, uint64_t seed);

/* Sections of both: of modules one of each kind, of components any in turn. */
size_t cross_binaries(uint8_t *out, size_t most, ct_slice a, ct_slice b, uint64_t seed);

#endif

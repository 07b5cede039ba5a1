/* engine_binary.c - what libFuzzer calls instead of its own mutations, for targets that take a module or component: half of the time its own, else ours. */
#include <stdlib.h>

#include "gen/binary_mutate.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size, uint8_t *out, size_t most, unsigned seed);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed) {
  if (seed % 2 || size < 8) return LLVMFuzzerMutate(data, size, most);
  uint8_t *out = malloc(most);
  size_t made = out ? mutate_binary(out, most, (ct_slice){data, size}, seed) : 0;
  if (made) memcpy(data, out, made);
  free(out);
  return made ? made : LLVMFuzzerMutate(data, size, most);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size, uint8_t *out, size_t most, unsigned seed) {
  return cross_binaries(out, most, (ct_slice){a, a_size}, (ct_slice){b, b_size}, seed);
}

/* Mutants of components that keep their form (gen/component_mutate.h): mutate_component SEED COUNT FOLDER FILE... writes FOLDER/0.wasm, FOLDER/1.wasm, ...
 * The same seed gives the same files. */
#include <stdio.h>
#include <stdlib.h>

#include "ctool/io.h"
#include "gen/component_mutate.h"

static bool write_mutant(uint64_t *state, const char *from, const char *to) {
  ct_error error = {0};
  ct_input input;
  cti_buf bytes = {0};
  if (ct_input_open(&input, from, &error) != CT_OK) return false;
  mutate_component(&bytes, input.bytes, state);
  bool good = ct_output_write(to, cti_buf_slice(&bytes), false, &error) == CT_OK;
  ct_buf_free(&bytes);
  ct_input_close(&input);
  return good;
}

int main(int argc, char **argv) {
  if (argc < 5) {
    fprintf(stderr, "usage: mutate_component SEED COUNT FOLDER FILE...\n");
    return 2;
  }
  uint64_t state = strtoull(argv[1], NULL, 10) * 0x9e3779b97f4a7c15u + 1;
  unsigned long count = strtoul(argv[2], NULL, 10);
  for (unsigned long i = 0; i < count; i++) {
    char to[4096];
    snprintf(to, sizeof to, "%.4000s/%lu.wasm", argv[3], i);
    if (write_mutant(&state, argv[4 + (state >> 11) % ((unsigned)argc - 4)], to)) continue;
    fprintf(stderr, "%s cannot be written\n", to);
    return 1;
  }
  return 0;
}

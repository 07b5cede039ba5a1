/* demangle: any bytes come back; what came out of a binary has its form, and demangling that once more changes nothing. */
#include "ctool/inspect.h"
#include "pieces.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ct_pieces once = {0}, twice = {0};
  ct_error error = {0};
  if (ct_demangle(&once, (ct_slice){data, size}, &error) == CT_OK) {
    size_t first_size, second_size;
    uint8_t *first = pieces_join(&once, &first_size);
    ct_status status = ct_demangle(&twice, (ct_slice){first, first_size}, &error);
    FUZZ_CHECK(status == CT_OK || is_starved(status));
    if (status == CT_OK) {
      uint8_t *second = pieces_join(&twice, &second_size);
      FUZZ_CHECK(first_size == second_size && memcmp(first, second, first_size) == 0);
      free(second);
    }
    free(first);
  } else {
    FUZZ_CHECK(error.message[0]);
  }
  ct_pieces_free(&once);
  ct_pieces_free(&twice);
  return 0;
}

/* strip: what it makes has the same form, and stripping it again changes nothing. */
#include <string.h>

#include "pieces.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ct_strip_options options = {.all = true};
  ct_pieces once = {0}, twice = {0};
  ct_error error = {0};
  if (ct_strip(&once, (ct_slice){data, size}, &options, &error) == CT_OK) {
    size_t once_size, twice_size;
    uint8_t *first = pieces_join(&once, &once_size);
    FUZZ_CHECK(once_size <= size);
    ct_status status = ct_strip(&twice, (ct_slice){first, once_size}, &options, &error);
    FUZZ_CHECK(status == CT_OK || ct_status_class(status) == CT_CLASS_NOMEM);
    if (status == CT_OK) {
      uint8_t *second = pieces_join(&twice, &twice_size);
      FUZZ_CHECK(once_size == twice_size && !memcmp(first, second, once_size));
      free(second);
    }
    free(first);
  } else {
    FUZZ_CHECK(error.status != CT_OK && error.message[0]);
  }
  ct_pieces_free(&once);
  ct_pieces_free(&twice);
  return 0;
}

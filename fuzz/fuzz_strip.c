/* strip: what it makes has the same form, and stripping it again changes nothing. */
#include <string.h>

#include "ctool/module.h"
#include "target.h"

static uint8_t *joined(const ct_pieces *pieces, size_t *size) {
  *size = 0;
  for (size_t i = 0; i < pieces->count; i++) *size += pieces->items[i].size;
  uint8_t *out = malloc(*size ? *size : 1), *at = out;
  FUZZ_CHECK(out);
  for (size_t i = 0; i < pieces->count; i++) {
    if (pieces->items[i].size) memcpy(at, pieces->items[i].data, pieces->items[i].size);
    at += pieces->items[i].size;
  }
  return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ct_strip_options options = {.all = true};
  ct_pieces once = {0}, twice = {0};
  ct_error error = {0};
  if (ct_strip(&once, (ct_slice){data, size}, &options, &error) == CT_OK) {
    size_t once_size, twice_size;
    uint8_t *first = joined(&once, &once_size);
    FUZZ_CHECK(once_size <= size);
    ct_status status = ct_strip(&twice, (ct_slice){first, once_size}, &options, &error);
    FUZZ_CHECK(status == CT_OK || ct_status_class(status) == CT_CLASS_NOMEM);
    if (status == CT_OK) {
      uint8_t *second = joined(&twice, &twice_size);
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

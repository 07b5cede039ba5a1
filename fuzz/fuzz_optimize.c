/* The optimizer: what it makes of a valid module or component is valid (it refuses its own result otherwise, with CT_INTERNAL) and not larger. */
#include "ctool/optimize.h"
#include "target.h"

enum { INTERNAL = 5 }; /* CT_INTERNAL of errors.def, whose numbers are stable */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ct_buf out = {0};
  ct_error error = {0};
  if (ct_optimize(&out, (ct_slice){data, size}, NULL, &error) != CT_OK) FUZZ_CHECK(error.status != INTERNAL && error.message[0] && !out.size);
  ct_buf_free(&out);
  return 0;
}

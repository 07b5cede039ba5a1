/* Any bytes at another version of WASI 0.2, which one is up to the bytes: what comes out is valid, a failure has words. */
#include <string.h>

#include "ctool/ctool.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const versions[] = {"0.2.0", "0.2.6", "0.2.12"};
  unsigned sum = 0;
  for (size_t i = 0; i < size; i++) sum += data[i];
  ct_error error = {0};
  ct_buf out = {0};
  ct_status status = ct_component_retarget(&out, (ct_slice){data, size}, versions[sum % 3], NULL, &error);
  FUZZ_CHECK(status == error.status && (status == CT_OK || error.message[0] != 0));
  FUZZ_CHECK(!strstr(error.trail, "the component that was made"));
  ct_buf_free(&out);
  return 0;
}

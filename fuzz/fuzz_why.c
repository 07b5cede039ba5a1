/* Any bytes: what keeps an import alive is told, with a cut, as text and as JSON, or a failure that has words. */
#include "ctool/ctool.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  for (int json = 0; json < 2; json++) {
    ct_error error = {0};
    ct_buf out = {0};
    const ct_why_options options = {.cut = true, .json = json};
    ct_status status = ct_component_why(&out, (ct_slice){data, size}, "a:b/c", &options, &error);
    FUZZ_CHECK(status == error.status && (status == CT_OK ? out.size > 0 : error.message[0] != 0));
    ct_buf_free(&out);
  }
  return 0;
}

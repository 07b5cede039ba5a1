/* Any bytes beside a component, beside a core module and beside themselves: what is different is told, or a failure has words. */
#include "ctool/ctool.h"
#include "target.h"

static void check(ct_slice a, ct_slice b, bool json) {
  ct_error error = {0};
  ct_buf out = {0};
  const ct_diff_options options = {.code = true, .json = json};
  ct_status status = ct_component_diff(&out, a, b, &options, NULL, &error);
  FUZZ_CHECK(status == error.status && (status == CT_OK ? out.size > 0 : error.message[0] != 0));
  ct_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const uint8_t component[] = {0, 'a', 's', 'm', 0x0d, 0, 1, 0}, module[] = {0, 'a', 's', 'm', 1, 0, 0, 0};
  const ct_slice bytes = {data, size};
  check(bytes, bytes, false);
  check(bytes, (ct_slice){component, sizeof component}, false);
  check((ct_slice){component, sizeof component}, bytes, true);
  check(bytes, (ct_slice){module, sizeof module}, true);
  return 0;
}

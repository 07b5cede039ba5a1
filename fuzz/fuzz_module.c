/* Core modules: decode and encode. */
#include "roundtrip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  check_roundtrip(reencode_module, (ct_slice){data, size});
  return 0;
}

/* The text format: what parses is binary of good form, module or component, and a failure has a place. */
#include "ctool/text.h"
#include "roundtrip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ct_buf out = {0};
  ct_error error = {0};
  if (ct_text_parse(&out, (ct_slice){data, size}, &error) == CT_OK) {
    cti_buf same = {0};
    ct_slice bytes = cti_buf_slice(&out);
    bool good = (ct_kind_of(bytes) == CT_KIND_MODULE ? reencode_module : reencode_component)(&same, bytes, 0, false, &error);
    FUZZ_CHECK(good ? same.failed || cti_slice_eq(bytes, cti_buf_slice(&same)) : is_starved(error.status));
    ct_buf_free(&same);
  } else {
    FUZZ_CHECK(error.status != CT_OK && error.message[0] && !out.size);
  }
  ct_buf_free(&out);
  return 0;
}

/* nm: any bytes come back, in both forms. */
#include "ctool/inspect.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  for (int form = 0; form < 2; form++) {
    ct_error error = {0};
    ct_buf out;
    ct_status status = ct_nm(&out, (ct_slice){data, size}, &(ct_nm_options){.json = form, .exported = size & 1}, &error);
    FUZZ_CHECK(status == CT_OK ? !form || (out.size > 1 && out.data[out.size - 2] == ']') : error.message[0] != 0);
    ct_buf_free(&out);
  }
  return 0;
}

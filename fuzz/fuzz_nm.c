/* nm: any bytes come back, in both forms; and so they do as an object file or archive that is asked for a symbol. */
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
  ct_slice member;
  ct_object_has(&member, (ct_slice){data, size}, &(ct_object_question){.module = "env", .name = "f"});
  ct_object_has(&member, (ct_slice){data, size}, &(ct_object_question){.name = "f", .linked = {data, size}});
  return 0;
}

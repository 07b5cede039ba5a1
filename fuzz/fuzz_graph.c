/* Any bytes as a picture: one comes, or a failure that has words, in each format. */
#include "ctool/ctool.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  for (int format = CT_GRAPH_MERMAID; format <= CT_GRAPH_SVG; format++) {
    ct_error error = {0};
    ct_buf out = {0};
    ct_status status = ct_component_graph(&out, (ct_slice){data, size}, (ct_graph_format)format, &error);
    FUZZ_CHECK(status == error.status && (status == CT_OK ? out.size > 0 : error.message[0] != 0));
    ct_buf_free(&out);
  }
  return 0;
}

/* producers.c - the producers section of what is made from nothing but WIT. */
#include "compose/producers.h"

void cti_producers_base_write(cti_buf *out) {
  cti_buf_uleb(out, 1);
  cti_buf_name(out, CTI_LIT("processed-by"));
  cti_buf_uleb(out, 1);
  cti_buf_name(out, CTI_LIT(CTI_PRODUCER_NAME));
  cti_buf_name(out, CTI_LIT(CTI_PRODUCER_VERSION));
}

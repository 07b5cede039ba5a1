/* roundtrip.h - what the targets `module` and `component` check alike. */
#ifndef FUZZ_ROUNDTRIP_H
#define FUZZ_ROUNDTRIP_H

#include "reencode.h"
#include "target.h"

/* What decodes encodes to its own bytes; written anew it decodes, and written anew once more it is the same. What does not decode has a message. */
static inline void check_roundtrip(reencode again, ct_slice bytes) {
  ct_error error = {0};
  cti_buf same = {0}, anew = {0}, twice = {0};
  if (again(&same, bytes, 0, false, &error)) {
    FUZZ_CHECK(same.failed || cti_slice_eq(bytes, cti_buf_slice(&same)));
    if (again(&anew, bytes, 0, true, &error) && !anew.failed) {
      bool good = again(&twice, cti_buf_slice(&anew), 0, true, &error);
      FUZZ_CHECK(good ? twice.failed || cti_slice_eq(cti_buf_slice(&anew), cti_buf_slice(&twice)) : is_starved(error.status));
    }
  } else {
    FUZZ_CHECK(error.status != CT_OK && error.message[0]);
  }
  ct_buf_free(&same);
  ct_buf_free(&anew);
  ct_buf_free(&twice);
}

#endif

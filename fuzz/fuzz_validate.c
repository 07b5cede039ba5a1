/* validate: the verdict and the place of the failure are the same on one thread and on two. */
#include "ctool/validate.h"
#include "target.h"

static void check_same(const ct_error *a, const ct_error *b) {
  if (ct_status_class(a->status) == CT_CLASS_NOMEM || ct_status_class(b->status) == CT_CLASS_NOMEM) return;
  FUZZ_CHECK(a->status == b->status);
  FUZZ_CHECK(a->status == CT_OK || (a->offset == b->offset && a->message[0]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ct_slice bytes = {data, size};
  ct_error one = {0}, two = {0};
  ct_validate_options options = {.threads = 1};
  FUZZ_CHECK(ct_features_parse(&options.features, "all", &one) == CT_OK);
  FUZZ_CHECK(ct_validate(bytes, &options, &one) == one.status);
  options.threads = 2;
  ct_validate(bytes, &options, &two);
  check_same(&one, &two);
  return 0;
}

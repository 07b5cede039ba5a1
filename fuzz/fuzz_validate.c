/* validate: the verdict and the place of the failure are the same on one thread and on two; all errors begin with that one; bytes in pieces get the same verdict;
 * a look at custom sections makes nothing valid. */
#include "ctool/validate.h"
#include "target.h"

static void check_same(const ct_error *a, const ct_error *b) {
  if (ct_status_class(a->status) == CT_CLASS_NOMEM || ct_status_class(b->status) == CT_CLASS_NOMEM) return;
  FUZZ_CHECK(a->status == b->status);
  FUZZ_CHECK(a->status == CT_OK || (a->offset == b->offset && a->message[0]));
}

static void note_order(void *context, const ct_error *error) {
  uint64_t *before = context;
  FUZZ_CHECK(error->status != CT_OK && error->offset >= *before);
  *before = error->offset;
}

static ct_status feed(ct_slice bytes, size_t piece, const ct_validate_options *options) {
  ct_error error = {0};
  ct_validator *validator = ct_validator_new(options, &error);
  if (!validator) return error.status;
  for (size_t at = 0; at < bytes.size; at += piece) ct_validator_feed(validator, (ct_slice){bytes.data + at, bytes.size - at < piece ? bytes.size - at : piece});
  ct_status status = ct_validator_finish(validator);
  ct_validator_free(validator);
  return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ct_slice bytes = {data, size};
  ct_error one = {0}, two = {0}, all = {0}, custom = {0};
  uint64_t last = 0;
  ct_validate_options options = {.threads = 1};
  FUZZ_CHECK(ct_features_parse(&options.features, "all", &one) == CT_OK);
  FUZZ_CHECK(ct_validate(bytes, &options, &one) == one.status);
  ct_status fed = feed(bytes, 1 + size % 61, &options);
  if (ct_status_class(one.status) == CT_CLASS_NOMEM || ct_status_class(fed) == CT_CLASS_NOMEM) return 0; /* the verdicts of a starved run say nothing */
  FUZZ_CHECK((fed == CT_OK) == (one.status == CT_OK));
  options.custom_sections = true;
  FUZZ_CHECK(ct_validate(bytes, &options, &custom) != CT_OK || one.status == CT_OK);
  options.custom_sections = false;
  options.threads = 2;
  ct_validate(bytes, &options, &two);
  check_same(&one, &two);
  options.report = note_order;
  options.report_context = &last;
  ct_validate(bytes, &options, &all);
  check_same(&one, &all);
  return 0;
}

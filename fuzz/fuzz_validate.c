/* validate: bytes in pieces get the same verdict as the whole; all errors begin with the one that is told alone; a look at custom sections makes nothing valid;
 * the verdict and the place of the failure are the same on one thread and on two. The bytes themselves choose which of these is asked, so that thousands of
 * them are looked at in a second. */
#include "target.h"

static void check_same(const ct_error *a, const ct_error *b) {
  if (is_starved(a->status) || is_starved(b->status)) return;
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

static void check_pieces(ct_slice bytes, const ct_validate_options *options, const ct_error *one) {
  ct_status fed = feed(bytes, 1 + bytes.size % 61, options);
  FUZZ_CHECK(is_starved(fed) || (fed == CT_OK) == (one->status == CT_OK));
}

static void check_custom(ct_slice bytes, ct_validate_options options, const ct_error *one) {
  ct_error error = {0};
  options.custom_sections = true;
  FUZZ_CHECK(ct_validate(bytes, &options, &error) != CT_OK || one->status == CT_OK);
}

static void check_threads(ct_slice bytes, ct_validate_options options, const ct_error *one) {
  ct_error error = {0};
  options.threads = 2;
  ct_validate(bytes, &options, &error);
  check_same(one, &error);
}

static void check_all_errors(ct_slice bytes, ct_validate_options options, const ct_error *one) {
  ct_error error = {0};
  uint64_t last = 0;
  options.report = note_order;
  options.report_context = &last;
  ct_validate(bytes, &options, &error);
  check_same(one, &error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ct_validate_options options = with_features("all");
  options.threads = 1;
  ct_slice bytes = {data, size};
  ct_error error = {0};
  FUZZ_CHECK(ct_validate(bytes, &options, &error) == error.status);
  if (is_starved(error.status)) return 0;
  unsigned sum = 0;
  for (size_t i = 0; i < size; i++) sum += data[i];
  switch (sum % 16) {
  case 0: check_threads(bytes, options, &error); break;
  case 1: case 2: case 3: check_custom(bytes, options, &error); break;
  case 4: case 5: case 6: check_all_errors(bytes, options, &error); break;
  default: check_pieces(bytes, &options, &error);
  }
  return 0;
}

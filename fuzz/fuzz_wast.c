/* wast: any text as a script comes back, checked and as JSON; what both take has JSON that ends. */
#include "ctool/text.h"
#include "target.h"

typedef struct written {
  size_t size;
  uint8_t last;
} written;

static ct_status take(void *user, ct_slice bytes, ct_error *error) {
  written *w = user;
  (void)error;
  w->size += bytes.size;
  if (bytes.size) w->last = bytes.data[bytes.size - 1];
  return CT_OK;
}

static ct_status give(void *context, const char *name, ct_slice bytes, ct_error *error) {
  (void)error;
  FUZZ_CHECK(name[0] == 'x' && (bytes.data || !bytes.size));
  *(size_t *)context += 1;
  return CT_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  size_t modules = 0;
  written w = {0};
  const ct_sink sink = {take, &w};
  const ct_validate_options validate = {.threads = 1};
  const ct_wast_options check = {.validate = &validate, .fold = size % 2, .one_blank = true};
  const ct_wast_json_options json = {.source_filename = "x.wast", .stem = "x", .give = give, .context = &modules};
  ct_error error = {0};
  ct_status status = ct_wast_json(&sink, (ct_slice){data, size}, &json, &error);
  FUZZ_CHECK(status == CT_OK ? w.last == '}' : error.message[0] != 0);
  error = (ct_error){0};
  status = ct_wast_check((ct_slice){data, size}, &check, &error);
  FUZZ_CHECK(status == CT_OK || error.message[0]);
  return 0;
}

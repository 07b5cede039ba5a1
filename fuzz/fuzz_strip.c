/* strip: what it makes has the same form, and stripping it again changes nothing. */
#include <string.h>

#include "pieces.h"
#include "target.h"

static ct_status keep(void *context, const char *name, ct_slice bytes, ct_error *error) {
  (void)error;
  FUZZ_CHECK(name[0] && bytes.size >= 8);
  *(size_t *)context += 1;
  return CT_OK;
}

/* With debug files: what is left has the form that it had, and says so of each file. */
static void split(const uint8_t *data, size_t size) {
  size_t files = 0;
  ct_buf report = {0};
  ct_pieces pieces = {0};
  ct_error error = {0};
  ct_strip_options options = {.reproducible = true, .debug = keep, .report = &report, .context = &files};
  if (ct_strip(&pieces, (ct_slice){data, size}, &options, &error) == CT_OK) {
    FUZZ_CHECK(report.size > 0);
    size_t left_size;
    uint8_t *left = pieces_join(&pieces, &left_size);
    ct_pieces again = {0};
    ct_status status = ct_strip(&again, (ct_slice){left, left_size}, &(ct_strip_options){.all = true}, &error);
    FUZZ_CHECK(status == CT_OK || ct_status_class(status) == CT_CLASS_NOMEM);
    ct_pieces_free(&again);
    free(left);
  } else {
    FUZZ_CHECK(error.message[0]);
  }
  ct_buf_free(&report);
  ct_pieces_free(&pieces);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  split(data, size);
  ct_strip_options options = {.all = true};
  ct_pieces once = {0}, twice = {0};
  ct_error error = {0};
  if (ct_strip(&once, (ct_slice){data, size}, &options, &error) == CT_OK) {
    size_t once_size, twice_size;
    uint8_t *first = pieces_join(&once, &once_size);
    FUZZ_CHECK(once_size <= size);
    ct_status status = ct_strip(&twice, (ct_slice){first, once_size}, &options, &error);
    FUZZ_CHECK(status == CT_OK || ct_status_class(status) == CT_CLASS_NOMEM);
    if (status == CT_OK) {
      uint8_t *second = pieces_join(&twice, &twice_size);
      FUZZ_CHECK(once_size == twice_size && !memcmp(first, second, once_size));
      free(second);
    }
    free(first);
  } else {
    FUZZ_CHECK(error.status != CT_OK && error.message[0]);
  }
  ct_pieces_free(&once);
  ct_pieces_free(&twice);
  return 0;
}

/* metadata: showing any bytes comes back; what was added is shown, and adding it a second time changes nothing. */
#include <string.h>

#include "ctool/metadata.h"
#include "pieces.h"
#include "target.h"

static ct_status count(void *user, ct_slice bytes, ct_error *error) {
  (void)error;
  *(size_t *)user += bytes.size;
  return CT_OK;
}

static void show(ct_slice bytes) {
  size_t size = 0;
  const ct_sink sink = {count, &size};
  for (int format = CT_METADATA_TABLES; format <= CT_METADATA_JSON; format++) {
    ct_error error = {0};
    ct_status status = ct_metadata_show(&sink, bytes, (ct_metadata_format)format, &error);
    FUZZ_CHECK(status == CT_OK ? size > 0 : error.message[0] != 0);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const ct_producer producer = {"language", "C", "17"};
  ct_metadata_change change = {.name = {.set = "x"}, .producers = &producer, .producer_count = 1};
  change.annotations[CT_ANNOTATION_VERSION].set = "1.2.3";
  change.annotations[CT_ANNOTATION_AUTHORS].clear = true;
  show((ct_slice){data, size});
  ct_pieces once = {0}, twice = {0};
  ct_error error = {0};
  if (ct_metadata_add(&once, (ct_slice){data, size}, &change, &error) == CT_OK) {
    size_t first_size, second_size;
    uint8_t *first = pieces_join(&once, &first_size);
    show((ct_slice){first, first_size});
    ct_status status = ct_metadata_add(&twice, (ct_slice){first, first_size}, &change, &error);
    FUZZ_CHECK(status == CT_OK || is_starved(status));
    if (status == CT_OK) {
      uint8_t *second = pieces_join(&twice, &second_size);
      FUZZ_CHECK(first_size == second_size);
      free(second);
    }
    free(first);
  } else {
    FUZZ_CHECK(error.message[0]);
  }
  ct_pieces_free(&once);
  ct_pieces_free(&twice);
  return 0;
}

/* words: the command line of ctool ld, as it stands in a response file or in CTOOL_LD_FLAGS. Words that are quoted and split again are the same ones, and each can
 * be asked whether it takes the next. */
#include <string.h>

#include "linker.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ct_error error = {0};
  words once = {0}, twice = {0};
  ct_buf text = {0};
  ct_status status = words_split(&once, (ct_slice){data, size}, "input", &error);
  FUZZ_CHECK(status == CT_OK || error.message[0]);
  if (status == CT_OK) status = words_quote(&text, &once, &error);
  if (status == CT_OK) status = words_split(&twice, (ct_slice){text.data, text.size}, "again", &error);
  if (status == CT_OK) {
    FUZZ_CHECK(once.count == twice.count);
    for (size_t i = 0; i < once.count; i++) FUZZ_CHECK(strcmp(once.items[i], twice.items[i]) == 0 && (!linker_takes_next(once.items[i]) || once.items[i][0] == '-'));
  }
  words_free(&once);
  words_free(&twice);
  ct_buf_free(&text);
  return 0;
}

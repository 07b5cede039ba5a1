/* size: every question about any bytes is answered or refused; the parts of a file are the whole of it. */
#include "ctool/inspect.h"
#include "inspect/size.h"
#include "target.h"

static void sums(ct_slice bytes) {
  ct_error error = {0};
  cti_arena arena;
  cti_size size;
  cti_arena_init(&arena, &error);
  if (cti_size_make(&size, bytes, NULL, &arena) == CT_OK && error.status == CT_OK) {
    uint64_t modules = 0;
    for (uint32_t i = 0; i < size.modules.count; i++) modules += size.modules.items[i].bytes;
    FUZZ_CHECK(modules == bytes.size);
  }
  cti_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const ct_slice bytes = {data, size};
  sums(bytes);
  for (int question = CT_SIZE_OVERVIEW; question <= CT_SIZE_PAGE; question++) {
    ct_error error = {0};
    ct_buf out;
    ct_size_options options = {.question = (ct_size_question)question, .by = CT_SIZE_PACKAGE, .paths = "a", .title = "</script>", .old = bytes, .json = size & 1};
    ct_status status = ct_size(&out, bytes, &options, &error);
    FUZZ_CHECK(status == CT_OK ? out.size > 0 : error.message[0] != 0);
    ct_buf_free(&out);
  }
  return 0;
}

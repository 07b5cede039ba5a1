/* Dump, objdump and the layout of wasm-objdump of any bytes come back, with a message where they fail. */
#include "base/buf.h"
#include "ctool/text.h"
#include "target.h"

enum { MOST = 1 << 22 }; /* of text */

static ct_status keep(void *user, ct_slice bytes, ct_error *error) {
  size_t *size = user;
  *size += bytes.size;
  return *size > MOST ? cti_fail(error, CT_LIMIT, CT_NO_OFFSET, "too much text") : CT_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  size_t written = 0;
  const ct_sink sink = {keep, &written};
  const ct_object_dump_options all = {.headers = true, .details = true, .disassembly = true, .relocations = true, .contents = true};
  ct_error error = {0}, table_error = {0}, object_error = {0};
  FUZZ_CHECK(ct_dump(&sink, (ct_slice){data, size}, (ct_dump_form)(size % 3), &error) == CT_OK || error.message[0]);
  FUZZ_CHECK(ct_objdump(&sink, (ct_slice){data, size}, size % 2, &table_error) == CT_OK || table_error.message[0]);
  written = 0;
  FUZZ_CHECK(ct_object_dump(&sink, (ct_slice){data, size}, &all, &object_error) == CT_OK || object_error.message[0]);
  return 0;
}

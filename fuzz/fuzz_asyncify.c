/* asyncify: the first byte chooses options, the rest is a module. What comes out is valid (ct_optimize refuses its own result otherwise, with CT_INTERNAL), has
 * the five exports, and is refused when it comes again. */
#include "ctool/optimize.h"
#include "target.h"

enum { INTERNAL = 5 }; /* CT_INTERNAL of errors.def, whose numbers are stable */

static ct_asyncify_options chosen(uint8_t bits) {
  return (ct_asyncify_options){
      .ignore_indirect = bits & 1, .asserts = bits & 2, .import_globals = bits & 4, .export_globals = bits & 8,
      .remove_list = bits & 16 ? "*1,f*" : NULL, .only_list = (bits & 0x30) == 0x20 ? "*0*" : NULL, .add_list = bits & 64 ? "2,3" : NULL, .imports = bits & 128 ? "env.*,a*" : NULL};
}

static void again(ct_buf made, const ct_optimize_options *options) {
  ct_buf out = {0};
  ct_error error = {0};
  FUZZ_CHECK(ct_optimize(&out, (ct_slice){made.data, made.size}, options, &error) != CT_OK && error.status != INTERNAL && !out.size);
  ct_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  ct_buf out = {0};
  ct_error error = {0};
  ct_asyncify_options asyncify = chosen(data[0]);
  ct_optimize_options options = {.as_it_is = data[0] % 3 == 0, .keep_names = data[0] % 5 == 0, .asyncify = &asyncify};
  if (ct_optimize(&out, (ct_slice){data + 1, size - 1}, &options, &error) != CT_OK) FUZZ_CHECK(error.status != INTERNAL && error.message[0] && !out.size);
  else again(out, &options);
  ct_buf_free(&out);
  return 0;
}

/* embed: for a world of any WIT a dummy module is made, in one of the styles; the world is embedded in it; and of that comes a valid component, which fits the
 * world. What cannot be made has a message. The length of the bytes chooses the style. Bytes that begin with 0 to 7 are choices of which WIT is made that
 * resolves. */
#include "ctool/compose.h"
#include "gen/wit_gen.h"
#include "pieces.h"
#include "target.h"

static void check_component(const ct_buf *module) {
  ct_error error = {0};
  ct_pieces pieces = {0};
  const ct_component_new_options options = {.skip_validation = true, .wasi_adapter = CT_WASI_ADAPTER_NONE};
  if (ct_component_new(&pieces, (ct_slice){module->data, module->size}, &options, &error) == CT_OK) {
    ct_slice component;
    uint8_t *bytes = pieces_join(&pieces, &component.size);
    component.data = bytes;
    FUZZ_CHECK(is_valid(component, "all"));
    free(bytes);
  } else {
    FUZZ_CHECK(error.message[0]);
  }
  ct_pieces_free(&pieces);
}

static void check(ct_slice text, size_t style, bool resolves) {
  ct_error error = {0};
  ct_wit *wit = NULL;
  ct_buf module = {0};
  ct_status status = ct_wit_read(&wit, "input", text, NULL, &error);
  FUZZ_CHECK(!resolves || status == CT_OK || is_starved(error.status));
  if (status == CT_OK) status = ct_dummy_module(&module, wit, NULL, (ct_dummy_style)(style % 4), &error);
  if (status == CT_OK) status = ct_component_embed(&module, (ct_slice){module.data, module.size}, wit, NULL, &error);
  FUZZ_CHECK(status == error.status && (status == CT_OK || error.message[0]));
  if (status == CT_OK) check_component(&module);
  ct_wit_free(wit);
  ct_buf_free(&module);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0 || data[0] > 7) {
    check((ct_slice){data, size}, size, false);
    return 0;
  }
  cti_buf made = {0};
  choices from = {.bytes = {data, size}, .at = 1};
  gen_wit(&made, &from);
  if (!made.failed) check(cti_buf_slice(&made), data[0], true);
  ct_buf_free(&made);
  return 0;
}

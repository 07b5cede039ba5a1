/* component new: of a valid module comes a valid component, whose WIT can be read, or a message. The bytes are a core module with its component-type sections. */
#include "ctool/compose.h"
#include "pieces.h"
#include "target.h"

static void check_wit(ct_slice component) {
  ct_error error = {0};
  ct_wit *wit = NULL;
  ct_buf text = {0};
  bool good = ct_wit_read(&wit, "component", component, NULL, &error) == CT_OK && ct_wit_print(wit, NULL, &text, &error) == CT_OK;
  FUZZ_CHECK(good || is_starved(error.status));
  ct_wit_free(wit);
  ct_buf_free(&text);
}

typedef struct input {
  ct_slice module;
  bool is_known, good; /* validated once, when a component is made of it */
} input;

/* A memory of 64 bits asks for functions of another type, which the validation of the component tells. */
static bool module_is_valid(input *in) {
  if (!in->is_known) in->good = is_valid(in->module, "all,-memory64");
  in->is_known = true;
  return in->good;
}

/* False when memory was out: what would be made after that is what is made without it. */
static bool make(input *in, const ct_component_new_options *options) {
  ct_error error = {0};
  ct_pieces pieces = {0};
  if (ct_component_new(&pieces, in->module, options, &error) == CT_OK) {
    ct_slice component;
    uint8_t *bytes = pieces_join(&pieces, &component.size);
    component.data = bytes;
    if (module_is_valid(in)) {
      FUZZ_CHECK(is_valid(component, "all"));
      check_wit(component);
    }
    free(bytes);
  } else {
    FUZZ_CHECK(error.status != CT_OK && error.message[0]);
  }
  ct_pieces_free(&pieces);
  return !is_starved(error.status);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const ct_component_new_options options[] = {
      {.skip_validation = true},
      {.skip_validation = true, .synthesize_realloc = true},
      {.skip_validation = true, .layout = CT_LAYOUT_DIRECT, .fuse_adapter = true, .adapter_names = true},
  };
  input in = {.module = {data, size}};
  for (size_t i = 0; i < sizeof options / sizeof *options; i++)
    if (!make(&in, &options[i])) break;
  return 0;
}

/* component new: of a valid module comes a valid component, whose WIT can be read, or a message. The bytes are a core module with its component-type sections. */
#include "ctool/compose.h"
#include "ctool/validate.h"
#include "pieces.h"
#include "target.h"

static ct_validate_options all;     /* every feature */
static ct_validate_options bits_32; /* a memory of 64 bits asks for functions of another type, which the validation of the component tells */

static bool out_of_memory(const ct_error *error) { return ct_status_class(error->status) == CT_CLASS_NOMEM; }

static bool valid(ct_slice bytes, const ct_validate_options *options) {
  ct_error error = {0};
  return ct_validate(bytes, options, &error) == CT_OK || out_of_memory(&error);
}

static void check_wit(ct_slice component) {
  ct_error error = {0};
  ct_wit *wit = NULL;
  ct_buf text = {0};
  bool good = ct_wit_read(&wit, "component", component, NULL, &error) == CT_OK && ct_wit_print(wit, NULL, &text, &error) == CT_OK;
  FUZZ_CHECK(good || out_of_memory(&error));
  ct_wit_free(wit);
  ct_buf_free(&text);
}

typedef struct input {
  ct_slice module;
  bool is_known, is_valid; /* validated once, when a component is made of it */
} input;

static bool module_is_valid(input *in) {
  if (!in->is_known) in->is_valid = valid(in->module, &bits_32);
  in->is_known = true;
  return in->is_valid;
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
      FUZZ_CHECK(valid(component, &all));
      check_wit(component);
    }
    free(bytes);
  } else {
    FUZZ_CHECK(error.status != CT_OK && error.message[0]);
  }
  ct_pieces_free(&pieces);
  return !out_of_memory(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ct_error error = {0};
  if (!all.features) FUZZ_CHECK(ct_features_parse(&all.features, "all", &error) == CT_OK && ct_features_parse(&bits_32.features, "all,-memory64", &error) == CT_OK);
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

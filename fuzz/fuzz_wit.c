/* WIT, as text or binary: what is read prints as WIT that is read again and prints the same, prints as JSON, and encodes to a binary that is read again. */
#include <string.h>

#include "ctool/module.h"
#include "ctool/wit.h"
#include "target.h"

static const ct_wit_options options = {.all_features = true};
static const ct_wit_print_options no_docs = {.no_docs = true}; /* a tab before documentation does not come through, as it does not in the reference */

/* Reads `bytes` and prints them. False when they are not WIT, or memory is out. */
static bool print(ct_buf *out, ct_slice bytes, ct_error *error) {
  ct_wit *wit = NULL;
  bool good = ct_wit_read(&wit, "input", bytes, &options, error) == CT_OK && ct_wit_print(wit, &no_docs, out, error) == CT_OK;
  ct_wit_free(wit);
  return good;
}

static bool same(const ct_buf *a, const ct_buf *b) { return a->size == b->size && !memcmp(a->data, b->data, a->size); }

/* `from_text`: reading what was printed changes nothing, but for the order of packages where one used no name of another (`use p:i/j.{}` orders them, and is
 * not printed; the reference does the same). A binary can say what no text can, such as two names in conflict in two views of one interface, and may have
 * its packages in another order than reading gives: there reading must only come back. */
static void check_text(const ct_buf *text, bool from_text) {
  ct_error error = {0};
  ct_buf again = {0}, third = {0};
  bool good = print(&again, (ct_slice){text->data, text->size}, &error);
  if (from_text) FUZZ_CHECK(good || is_starved(error.status));
  if (from_text && good && !same(text, &again)) {
    FUZZ_CHECK(again.size == text->size);
    FUZZ_CHECK(print(&third, (ct_slice){again.data, again.size}, &error) ? same(&again, &third) : is_starved(error.status));
  }
  ct_buf_free(&again);
  ct_buf_free(&third);
}

/* What is encoded and valid can be read. (WIT may say what is not valid in binary, such as a list of no elements.) */
static void check_binary(ct_wit *wit) {
  ct_error error = {0};
  ct_buf binary = {0}, text = {0};
  ct_validate_options all = with_features("all"); /* as the WIT reader has them */
  ct_status encoded = ct_wit_encode(wit, NULL, &binary, &error);
  ct_slice bytes = {binary.data, binary.size};
  if (encoded != CT_OK) FUZZ_CHECK(error.message[0]);
  else if (ct_validate(bytes, &all, &error) == CT_OK) FUZZ_CHECK(print(&text, bytes, &error) || is_starved(error.status));
  ct_buf_free(&binary);
  ct_buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ct_error error = {0};
  ct_wit *wit = NULL;
  ct_buf text = {0}, json = {0};
  if (ct_wit_read(&wit, "input", (ct_slice){data, size}, &options, &error) == CT_OK) {
    ct_status printed = ct_wit_print(wit, &no_docs, &text, &error);
    FUZZ_CHECK(printed == CT_OK || is_starved(error.status));
    if (printed == CT_OK && !ct_wit_is_component(wit)) check_text(&text, ct_kind_of((ct_slice){data, size}) == CT_KIND_TEXT);
    if (printed == CT_OK) FUZZ_CHECK(ct_wit_print_json(wit, CT_WIT_JSON_CURRENT, &json, &error) == CT_OK || is_starved(error.status));
    if (!ct_wit_is_component(wit)) check_binary(wit);
  } else {
    FUZZ_CHECK(error.status != CT_OK && error.message[0] && !wit);
  }
  ct_wit_free(wit);
  ct_buf_free(&text);
  ct_buf_free(&json);
  return 0;
}

/* Printing any bytes, with any options: it comes back, and what it printed whole and in its plain form parses again, to something that prints as the same. */
#include "base/buf.h"
#include "base/slice.h"
#include "ctool/text.h"
#include "target.h"

enum { MOST = 1 << 22 }; /* of text: a few bytes may declare many locals */

static ct_status keep(void *user, ct_slice bytes, ct_error *error) {
  cti_buf *out = user;
  if (out->size + bytes.size > MOST) return cti_fail(error, CT_LIMIT, CT_NO_OFFSET, "too much text");
  cti_buf_bytes(out, bytes);
  return cti_buf_check(out, error);
}

static ct_status print(cti_buf *out, ct_slice bytes, const ct_print_options *options, ct_error *error) {
  const ct_sink sink = {keep, out};
  return ct_print(&sink, bytes, options, error);
}

/* Names that are no identifiers, such as the empty one, get a prefix; that of a field is read as part of the name. */
static bool has_prefixed_name(ct_slice text) {
  for (size_t at = cti_slice_find(text, '$', 0); at + 2 < text.size; at = cti_slice_find(text, '$', at + 1)) {
    if (text.data[at + 1] == '"' && text.data[at + 2] == '#') return true;
  }
  return false;
}

/* Printing what was parsed gives the text that was parsed. Text of an invalid module need not parse: it has indices that lead nowhere. */
static void check_again(const cti_buf *text) {
  if (has_prefixed_name(cti_buf_slice(text))) return;
  ct_error error = {0};
  ct_buf binary = {0};
  cti_buf again = {0};
  ct_status status = ct_text_parse(&binary, cti_buf_slice(text), &error);
  if (status == CT_OK) status = print(&again, cti_buf_slice(&binary), NULL, &error);
  if (status == CT_OK && !again.failed) {
    cti_buf third = {0};
    ct_buf_free(&binary);
    if (ct_text_parse(&binary, cti_buf_slice(&again), &error) == CT_OK && print(&third, cti_buf_slice(&binary), NULL, &error) == CT_OK && !third.failed)
      FUZZ_CHECK(cti_slice_eq(cti_buf_slice(&again), cti_buf_slice(&third)));
    ct_buf_free(&third);
  }
  ct_buf_free(&binary);
  ct_buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  unsigned form = size ? data[size - 1] : 0; /* the last byte chooses, too */
  const ct_print_options options = {.fold = form & 1, .skeleton = form & 2, .offsets = form & 4, .operand_stack = form & 8, .name_unnamed = form & 16, .color = form & 32};
  cti_buf out = {0}, plain = {0};
  ct_error error = {0}, plain_error = {0};
  ct_status status = print(&out, (ct_slice){data, size}, &options, &error);
  FUZZ_CHECK(status == CT_OK || error.message[0]);
  if (print(&plain, (ct_slice){data, size}, NULL, &plain_error) == CT_OK && !plain.failed) check_again(&plain);
  ct_buf_free(&out);
  ct_buf_free(&plain);
  return 0;
}

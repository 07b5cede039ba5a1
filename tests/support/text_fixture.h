/* text_fixture.h - modules from strings and back: bytes, texts and failures that compare with one call. */
#ifndef TEST_TEXT_FIXTURE_H
#define TEST_TEXT_FIXTURE_H

#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "ctool/text.h"

static inline ct_status text_keep(void *user, ct_slice bytes, ct_error *error) {
  cti_buf_bytes(user, bytes);
  return cti_buf_check(user, error);
}

/* The binary form; the caller frees it. A failure of the test when there is none. */
static inline cti_buf text_bytes(const char *text) {
  cti_buf out = {0};
  ct_error error = {0};
  if (ct_text_parse(&out, cti_slice_str(text), &error) != CT_OK) print_error("%s\n  %s\n", text, error.message);
  assert_int_equal(error.status, CT_OK);
  return out;
}

/* Both texts make the same module. */
static inline void text_same(const char *a, const char *b) {
  cti_buf x = text_bytes(a), y = text_bytes(b);
  if (!cti_slice_eq(cti_buf_slice(&x), cti_buf_slice(&y))) print_error("%s\n%s\n", a, b);
  assert_true(cti_slice_eq(cti_buf_slice(&x), cti_buf_slice(&y)));
  ct_buf_free(&x);
  ct_buf_free(&y);
}

/* A text is refused, with `message` and the line and column of its caret. */
static inline void text_refused(const char *text, const char *message, uint32_t line, uint32_t column) {
  cti_buf out = {0};
  ct_error error = {0};
  assert_true(ct_text_parse(&out, cti_slice_str(text), &error) != CT_OK);
  if (!strstr(error.message, message) || error.line != line || error.column != column) print_error("%s\n  %u:%u: %s\n", text, error.line, error.column, error.message);
  assert_non_null(strstr(error.message, message));
  assert_int_equal(error.line, line);
  assert_int_equal(error.column, column);
  assert_int_equal(out.size, 0);
  ct_buf_free(&out);
}

/* What the text prints as, ending with NUL; the caller frees it. */
static inline cti_buf text_printed(const char *text, const ct_print_options *options) {
  cti_buf bytes = text_bytes(text), out = {0};
  ct_error error = {0};
  const ct_sink sink = {text_keep, &out};
  assert_int_equal(ct_print(&sink, cti_buf_slice(&bytes), options, &error), CT_OK);
  cti_buf_u8(&out, 0);
  ct_buf_free(&bytes);
  return out;
}

static inline void text_prints(const char *text, const ct_print_options *options, const char *expected) {
  cti_buf out = text_printed(text, options);
  assert_string_equal((const char *)out.data, expected);
  text_same(text, expected);
  ct_buf_free(&out);
}

#endif

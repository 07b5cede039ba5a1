/* Output buffers: LEB128 forms, nested sizes, and that a failed growth sticks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/cursor.h"

static void test_leb__reads_back(void **state) {
  (void)state;
  static const int64_t values[] = {0, 1, -1, 63, 64, -64, -65, 127, 128, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};
  cti_buf buf = {0};
  for (size_t i = 0; i < CTI_COUNT(values); i++) {
    cti_buf_sleb(&buf, values[i]);
    cti_buf_uleb(&buf, (uint64_t)values[i]);
  }
  ct_error error;
  ct_error_clear(&error);
  cti_cursor c = cti_cursor_make(cti_buf_slice(&buf), 0, &error);
  for (size_t i = 0; i < CTI_COUNT(values); i++) {
    assert_true(cti_cursor_s64(&c) == values[i]);
    assert_true(cti_cursor_u64(&c) == (uint64_t)values[i]);
  }
  assert_true(cti_cursor_done(&c) && !c.failed);
  ct_buf_free(&buf);
}

static void test_open_close__nested(void **state) {
  (void)state;
  cti_buf buf = {0};
  size_t outer = cti_buf_open(&buf);
  cti_buf_u8(&buf, 0xaa);
  size_t inner = cti_buf_open(&buf);
  cti_buf_fill(&buf, 7, 200);
  cti_buf_close(&buf, inner);
  cti_buf_close(&buf, outer);
  static const uint8_t head[] = {0xcb, 0x01, 0xaa, 0xc8, 0x01, 7};
  assert_int_equal(buf.size, 205);
  assert_memory_equal(buf.data, head, sizeof head);
  ct_buf_free(&buf);
}

static void test_printf__longer_than_the_small_buffer(void **state) {
  (void)state;
  cti_buf buf = {0};
  cti_buf_printf(&buf, "%0300d|", 5);
  assert_int_equal(buf.size, 301);
  assert_int_equal(buf.data[300], '|');
  ct_buf_free(&buf);
}

static void test_failure__sticks(void **state) {
  (void)state;
  cti_buf buf = {0};
  cti_alloc_fail_at(1);
  cti_buf_u8(&buf, 1);
  assert_true(cti_alloc_failed());
  cti_buf_str(&buf, "ignored");
  assert_int_equal(buf.size, 0);
  ct_error error;
  ct_error_clear(&error);
  assert_int_equal(cti_buf_check(&buf, &error), CT_NOMEM);
  ct_buf_free(&buf);
}

static void test_decimal__ends(void **state) {
  (void)state;
  cti_buf buf = {0};
  cti_buf_decimal(&buf, 0);
  cti_buf_u8(&buf, ' ');
  cti_buf_decimal(&buf, UINT64_MAX);
  assert_true(cti_slice_is(cti_buf_slice(&buf), "0 18446744073709551615"));
  ct_buf_free(&buf);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_decimal__ends),
      cmocka_unit_test(test_leb__reads_back),
      cmocka_unit_test(test_open_close__nested),
      cmocka_unit_test(test_printf__longer_than_the_small_buffer),
      cmocka_unit_test(test_failure__sticks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

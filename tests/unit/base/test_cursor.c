/* Bounded reading: LEB128 at its limits, names, counts, and that a failure sticks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cursor.h"

static cti_cursor over(const void *bytes, size_t size, ct_error *error) {
  ct_error_clear(error);
  return cti_cursor_make(cti_slice(bytes, size), 100, error);
}

#define OVER(error, ...) over((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}), error)

static void test_u32__limits(void **state) {
  (void)state;
  ct_error error;
  cti_cursor c = OVER(&error, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x80, 0x00, 0x7f);
  assert_int_equal(cti_cursor_u32(&c), UINT32_MAX);
  assert_int_equal(cti_cursor_u32(&c), 0); /* padded is allowed */
  assert_int_equal(cti_cursor_u32(&c), 0x7f);
  assert_true(cti_cursor_done(&c));
  assert_false(c.failed);
}

static void test_u32__too_large(void **state) {
  (void)state;
  ct_error error;
  cti_cursor c = OVER(&error, 0x01, 0xff, 0xff, 0xff, 0xff, 0x1f, 0x05);
  cti_cursor_u8(&c);
  assert_int_equal(cti_cursor_u32(&c), 0);
  assert_int_equal(error.status, CT_CORE_LEB);
  assert_int_equal(error.offset, 101);
  assert_int_equal(cti_cursor_u8(&c), 0); /* sticky */
  assert_true(cti_cursor_done(&c));
}

static void test_u32__too_long(void **state) {
  (void)state;
  ct_error error;
  cti_cursor c = OVER(&error, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00);
  cti_cursor_u32(&c);
  assert_int_equal(error.status, CT_CORE_LEB);
}

static void test_signed__limits(void **state) {
  (void)state;
  ct_error error;
  cti_cursor c = OVER(&error, 0x80, 0x80, 0x80, 0x80, 0x78, 0xff, 0xff, 0xff, 0xff, 0x07, 0x7f, 0x40, 0xc0, 0x00);
  assert_int_equal(cti_cursor_s32(&c), INT32_MIN);
  assert_int_equal(cti_cursor_s32(&c), INT32_MAX);
  assert_int_equal(cti_cursor_s32(&c), -1);
  assert_int_equal(cti_cursor_s33(&c), -64);
  assert_int_equal(cti_cursor_s64(&c), 64);
  assert_false(c.failed);
  c = OVER(&error, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f);
  assert_true(cti_cursor_s64(&c) == INT64_MIN);
  c = OVER(&error, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00);
  assert_true(cti_cursor_s64(&c) == INT64_MAX);
  assert_false(c.failed);
}

static void test_signed__unused_bits(void **state) {
  (void)state;
  ct_error error;
  cti_cursor c = OVER(&error, 0x80, 0x80, 0x80, 0x80, 0x70); /* the sign says one thing, the unused bits another */
  cti_cursor_s32(&c);
  assert_int_equal(error.status, CT_CORE_LEB);
  c = OVER(&error, 0xff, 0xff, 0xff, 0xff, 0x0f);
  cti_cursor_s32(&c);
  assert_int_equal(error.status, CT_CORE_LEB);
  c = OVER(&error, 0xff, 0xff, 0xff, 0xff, 0x0f);
  assert_true(cti_cursor_s33(&c) == 0xffffffff); /* bit 32 is the sign, and is clear */
  assert_false(c.failed);
}

static void test_count__bounded(void **state) {
  (void)state;
  ct_error error;
  cti_cursor c = OVER(&error, 0x03, 1, 2);
  assert_int_equal(cti_cursor_count(&c, "types"), 0);
  assert_non_null(strstr(error.message, "3 types"));
  assert_int_equal(error.offset, 100);
}

static void test_name__utf8(void **state) {
  (void)state;
  ct_error error;
  cti_cursor c = OVER(&error, 0x02, 0xc3, 0xa4, 0x02, 0xc3, 0x28);
  assert_true(cti_slice_is(cti_cursor_name(&c), "\xc3\xa4"));
  assert_int_equal(cti_cursor_name(&c).size, 0);
  assert_int_equal(error.status, CT_CORE_UTF8);
  assert_int_equal(error.offset, 104);
}

static void test_sub__offsets_and_ends(void **state) {
  (void)state;
  ct_error error;
  cti_cursor c = OVER(&error, 1, 2, 3, 4);
  cti_cursor_u8(&c);
  cti_cursor sub = cti_cursor_sub(&c, 2);
  assert_int_equal(cti_cursor_offset(&sub), 101);
  assert_int_equal(cti_cursor_u8(&c), 4);
  cti_cursor_u8(&sub);
  assert_int_equal(cti_cursor_expect_end(&sub, "the thing"), CT_CORE_SECTION);
  assert_int_equal(error.offset, 102);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_u32__limits),    cmocka_unit_test(test_u32__too_large), cmocka_unit_test(test_u32__too_long),
      cmocka_unit_test(test_signed__limits), cmocka_unit_test(test_signed__unused_bits), cmocka_unit_test(test_count__bounded),
      cmocka_unit_test(test_name__utf8),     cmocka_unit_test(test_sub__offsets_and_ends),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

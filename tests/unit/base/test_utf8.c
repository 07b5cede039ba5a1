/* UTF-8 against the table of well-formed sequences. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/slice.h"
#include "base/utf8.h"

static void test_all_scalars__encode_decode(void **state) {
  (void)state;
  for (uint32_t scalar = 0; scalar <= 0x10ffff; scalar++) {
    uint8_t bytes[4];
    if (scalar >= 0xd800 && scalar < 0xe000) continue;
    size_t size = cti_utf8_encode(scalar, bytes), length;
    if (cti_utf8_decode(cti_slice(bytes, size), &length) != scalar || length != size) fail();
    if (!cti_utf8_valid(cti_slice(bytes, size)) || cti_utf8_valid(cti_slice(bytes, size - 1)) != (size == 1)) fail();
  }
}

static void test_invalid__prefix(void **state) {
  (void)state;
  static const struct {
    const char *bytes;
    size_t size, valid;
  } rows[] = {
      {"abcdefgh\xff", 9, 8},       {"\xc0\x80", 2, 0},         {"\xe0\x9f\xbf", 3, 0},      {"\xed\xa0\x80", 3, 0},
      {"\xf0\x8f\xbf\xbf", 4, 0},   {"\xf4\x90\x80\x80", 4, 0}, {"\xf5\x80\x80\x80", 4, 0}, {"abc\x80", 4, 3},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) assert_int_equal(cti_utf8_valid_prefix(cti_slice(rows[i].bytes, rows[i].size)), rows[i].valid);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_scalars__encode_decode), cmocka_unit_test(test_invalid__prefix)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

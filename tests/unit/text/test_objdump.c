/* A line for each section at every depth: offsets, sizes and counts are those of the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text_fixture.h"

static void lists(const char *text, bool json, const char *expected) {
  cti_buf bytes = text_bytes(text), out = {0};
  ct_error error = {0};
  const ct_sink sink = {text_keep, &out};
  assert_int_equal(ct_objdump(&sink, cti_buf_slice(&bytes), json, &error), CT_OK);
  cti_buf_u8(&out, 0);
  assert_string_equal((const char *)out.data, expected);
  ct_buf_free(&bytes);
  ct_buf_free(&out);
}

static void test_objdump__module(void **state) {
  (void)state;
  lists("(module (func) (memory 1) (@custom \"x\" \"y\"))", false,
        "  types                                  |        0xa -        0xe |         4 bytes | 1 count\n"
        "  functions                              |       0x10 -       0x12 |         2 bytes | 1 count\n"
        "  memories                               |       0x14 -       0x17 |         3 bytes | 1 count\n"
        "  code                                   |       0x19 -       0x1d |         4 bytes | 1 count\n"
        "  custom \"x\"                             |       0x21 -       0x22 |         1 bytes | 1 count\n");
  lists("(module)", false, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_objdump__module),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

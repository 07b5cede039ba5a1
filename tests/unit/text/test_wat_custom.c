/* Custom sections and annotations: where they are put, and that printing gives them back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text_fixture.h"

static void test_wat_custom__places(void **state) {
  (void)state;
  static const char before[] = "(module (@custom \"x\" (before func) \"ab\") (func))", after[] = "(module (func) (@custom \"x\" (after func) \"\\61b\"))";
  cti_buf a = text_bytes(before), b = text_bytes(after);
  /* type section; x; function section   and   type; function; x */
  assert_memory_equal(a.data + 8, "\1\4\1\x60\0\0\0\4\1xab\3", 13);
  assert_memory_equal(b.data + 8, "\1\4\1\x60\0\0\3\2\1\0\0\4\1xab", 16);
  ct_buf_free(&a);
  ct_buf_free(&b);
  text_same("(module (@custom \"x\" \"ab\") (func))", "(module (func) (@custom \"x\" (after last) \"ab\"))");
}

static void test_wat_custom__given_back(void **state) {
  (void)state;
  text_prints("(module (func) (@custom \"x\" (before first) \"\\ff\"))", NULL,
              "(module\n  (@custom \"x\" (before first) \"\\ff\")\n  (type (;0;) (func))\n  (func (;0;) (type 0))\n)\n");
  text_prints("(module (@producers (processed-by \"a\" \"1\")))", NULL, "(module\n  (@producers\n    (processed-by \"a\" \"1\")\n  )\n)\n");
  text_prints("(module (func (@metadata.code.branch_hint \"\\01\") (if (i32.const 1) (then))))", NULL,
              "(module\n  (type (;0;) (func))\n  (func (;0;) (type 0)\n    i32.const 1\n    (@metadata.code.branch_hint \"\\01\")\n    if ;; label = @1\n    end\n  )\n)\n");
}

static void test_wat_custom__refused(void **state) {
  (void)state;
  text_refused("(module (@custom \"x\" (behind func) \"\"))", "`after` was expected", 1, 23);
  text_refused("(module (@custom \"x\" (before nothing) \"\"))", "", 1, 30);
  text_refused("(module (func (@metadata.code.branch_hint \"\\02\") nop))", "invalid value for branch hint", 1, 16);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_wat_custom__places),
      cmocka_unit_test(test_wat_custom__given_back),
      cmocka_unit_test(test_wat_custom__refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

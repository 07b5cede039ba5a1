/* The operand stack beside instructions, and that text with it still reads as the same module. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text_fixture.h"

static void test_print_stack__types(void **state) {
  (void)state;
  cti_buf out = text_printed("(module (func (result i32) i32.const 1 i64.const 2 drop))", &(ct_print_options){.operand_stack = true});
  assert_string_equal((const char *)out.data, "(module\n  (type (;0;) (func (result i32)))\n  (func (;0;) (type 0) (result i32)\n    i32.const 1\n    ;; [i32]\n    i64.const 2\n    ;; [i32 i64]\n    drop\n    ;; [i32]\n  )\n)\n");
  text_same("(module (func (result i32) i32.const 1 i64.const 2 drop))", (const char *)out.data);
  ct_buf_free(&out);
}

/* An invalid body is printed all the same. */
static void test_print_stack__invalid(void **state) {
  (void)state;
  cti_buf out = text_printed("(module (func i32.add) (func nop))", &(ct_print_options){.operand_stack = true});
  assert_non_null(strstr((const char *)out.data, "i32.add"));
  assert_non_null(strstr((const char *)out.data, "nop"));
  ct_buf_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_print_stack__types),
      cmocka_unit_test(test_print_stack__invalid),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Folding: operands go inside where one instruction follows the other's results; what does not fold stays in order; the text makes the same module. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text_fixture.h"

static void fold(const char *text, const char *body) {
  cti_buf out = text_printed(text, &(ct_print_options){.fold = true});
  if (!strstr((const char *)out.data, body)) print_error("%s\n%s", text, (const char *)out.data);
  assert_non_null(strstr((const char *)out.data, body));
  text_same(text, (const char *)out.data);
  ct_buf_free(&out);
}

static void test_print_folded__operands(void **state) {
  (void)state;
  fold("(module (func (result i32) i32.const 1 i32.const 2 i32.add))", "    (i32.add\n      (i32.const 1)\n      (i32.const 2))\n");
  fold("(module (func (param i32) local.get 0 drop nop))", "    (drop\n      (local.get 0))\n    (nop)\n");
}

static void test_print_folded__what_comes_between_is_kept_in_order(void **state) {
  (void)state;
  fold("(module (func (result i32) i32.const 1 nop i32.const 2 i32.add))", "(nop)");
  fold("(module (func $f (result i32 i32) unreachable) (func (result i32) call $f i32.add))", "(call $f)");
}

static void test_print_folded__blocks(void **state) {
  (void)state;
  fold("(module (func (param i32) local.get 0 if nop else unreachable end))", "    (if ;; label = @1\n      (local.get 0)\n      (then\n        (nop))\n      (else\n        (unreachable)))\n");
  fold("(module (func block $a loop br $a end end))", "    (block $a\n      (loop ;; label = @2\n        (br $a)))\n");
  fold("(module (tag $e) (func try_table (catch $e 0) nop end))", "(try_table (catch $e 0) ;; label = @1");
}

static void test_print_folded__dead_code(void **state) {
  (void)state;
  fold("(module (func (result i32) unreachable i32.add))", "unreachable");
  fold("(module (func br 0 drop drop))", "drop");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_print_folded__operands),
      cmocka_unit_test(test_print_folded__what_comes_between_is_kept_in_order),
      cmocka_unit_test(test_print_folded__blocks),
      cmocka_unit_test(test_print_folded__dead_code),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Instructions in both forms of the text make the same code; labels are found by name from the inside out; what does not nest is refused where it stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text_fixture.h"

static void test_wat_expr__folded_is_flat(void **state) {
  (void)state;
  text_same("(module (func (result i32) (i32.add (i32.const 1) (i32.sub (i32.const 2) (i32.const 3)))))",
            "(module (func (result i32) i32.const 1 i32.const 2 i32.const 3 i32.sub i32.add))");
  text_same("(module (func (param i32) (if (local.get 0) (then (nop)) (else (unreachable)))))", "(module (func (param i32) local.get 0 if nop else unreachable end))");
  text_same("(module (func (block (loop (br 1)))))", "(module (func block loop br 1 end end))");
  text_same("(module (func (drop (block (result i32) (br_if 0 (i32.const 1) (i32.const 2))))))", "(module (func block (result i32) i32.const 1 i32.const 2 br_if 0 end drop))");
  text_same("(module (func (if (i32.const 1) (then))))", "(module (func i32.const 1 if end))");
  text_same("(module (tag $e) (func (try_table (catch $e 0) (nop))))", "(module (tag $e) (func try_table (catch $e 0) nop end))");
  text_same("(module (memory 1) (func (result i32) (i32.load8_u offset=4 align=1 (i32.const 8))))", "(module (memory 1) (func (result i32) i32.const 8 i32.load8_u offset=4))");
}

static void test_wat_expr__labels(void **state) {
  (void)state;
  text_same("(module (func block $a block $b br $a br $b end end))", "(module (func block $a block $b br 1 br 0 end end))");
  text_same("(module (func block $a block $a br $a end br $a end))", "(module (func block $a block $a br 0 end br 0 end))"); /* the inner one hides the outer one */
  text_same("(module (func block $a br_table $a 1 $a end))", "(module (func block $a br_table 0 1 0 end))");
  text_same("(module (func block $a nop end $a))", "(module (func block $a nop end))");
}

static void test_wat_expr__constants(void **state) {
  (void)state;
  text_same("(module (func i32.const 0xffff_ffff drop))", "(module (func i32.const -1 drop))");
  text_same("(module (func f32.const 1.5e0 drop))", "(module (func f32.const 0x1.8p0 drop))");
  text_same("(module (func v128.const i32x4 1 2 3 4 drop))", "(module (func v128.const i8x16 1 0 0 0 2 0 0 0 3 0 0 0 4 0 0 0 drop))");
  text_refused("(module (func\n  i32.const 4294967296))", "constant out of range", 2, 13);
  text_refused("(module (func v128.const i32x4 1 2 3))", "an integer was expected", 1, 37);
}

static void test_wat_expr__refused(void **state) {
  (void)state;
  text_refused("(module (func br $no))", "unknown label", 1, 18);
  text_refused("(module (func local.get $no))", "unknown local", 1, 25);
  text_refused("(module (func block $a end $b))", "mismatching label", 1, 28);
  text_refused("(module (func i32.ad))", "there is no instruction `i32.ad`", 1, 15);
  text_same("(module (func block))", "(module binary \"\\00asm\\01\\00\\00\\00\\01\\04\\01\\60\\00\\00\\03\\02\\01\\00\\0a\\06\\01\\04\\00\\02\\40\\0b\")"); /* as it stands: the validator, and the printer, tell what is open */
  text_refused("(module (func (if (i32.const 1))))", "previous `if` had no `then`", 1, 32);
  text_refused("(module (memory 1) (func i32.load align=3))", "alignment", 1, 35);
}

/* A tree of any depth costs no stack. */
static void test_wat_expr__deep(void **state) {
  (void)state;
  enum { DEPTH = 50000 };
  cti_buf text = {0}, out = {0};
  ct_error error = {0};
  cti_buf_str(&text, "(module (func (param i32) (result i32) ");
  for (int i = 0; i < DEPTH; i++) cti_buf_str(&text, "(i32.eqz ");
  cti_buf_str(&text, "(local.get 0)");
  for (int i = 0; i < DEPTH; i++) cti_buf_str(&text, ")");
  cti_buf_str(&text, "))");
  ct_status status = ct_text_parse(&out, cti_buf_slice(&text), &error);
  assert_true(status == CT_OK ? out.size > DEPTH : error.message[0] != 0); /* made, or refused in words */
  ct_buf_free(&text);
  ct_buf_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_wat_expr__folded_is_flat),
      cmocka_unit_test(test_wat_expr__labels),
      cmocka_unit_test(test_wat_expr__constants),
      cmocka_unit_test(test_wat_expr__refused),
      cmocka_unit_test(test_wat_expr__deep),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

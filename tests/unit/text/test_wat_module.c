/* Fields of modules: abbreviations stand for fields of their own, names are declared once, imports come first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text_fixture.h"

static void test_wat_module__abbreviations(void **state) {
  (void)state;
  text_same("(func)", "(module (func))"); /* fields alone */
  text_same("(module (func (export \"a\") (export \"b\")))", "(module (func) (export \"a\" (func 0)) (export \"b\" (func 0)))");
  text_same("(module (func (import \"m\" \"n\") (param i32)))", "(module (import \"m\" \"n\" (func (param i32))))");
  text_same("(module (memory (data \"abc\" \"d\")))", "(module (memory 1 1) (data (i32.const 0) \"abcd\"))");
  text_same("(module (table funcref (elem 0 0)) (func))", "(module (table 2 2 funcref) (elem (table 0) (i32.const 0) func 0 0) (func))");
  text_same("(module (global (export \"g\") (mut i32) (i32.const 1)))", "(module (global (mut i32) (i32.const 1)) (export \"g\" (global 0)))");
  text_same("(module (table 1 funcref) (elem (i32.const 0) 0) (func))", "(module (table 1 funcref) (elem (offset i32.const 0) func 0) (func))");
  text_same("(module (memory 1) (data (i32.const 1) \"x\"))", "(module (memory 1) (data (offset i32.const 1) \"x\"))");
}

static void test_wat_module__names(void **state) {
  (void)state;
  text_same("(module (export \"f\" (func $f)) (func) (func $f))", "(module (func) (func $f) (export \"f\" (func 1)))"); /* used before it is declared */
  text_same("(module (func $a (@name \"b\")))", "(module (func $b (@name \"b\")))");
  text_refused("(module (func $a)\n  (func $a))", "duplicate", 2, 9);
  text_refused("(module (export \"f\" (func $no)))", "unknown func", 1, 27);
  text_refused("(module (func (param $x i32) (local $x i32)))", "duplicate local", 1, 37);
}

static void test_wat_module__order(void **state) {
  (void)state;
  text_refused("(module (func) (import \"m\" \"n\" (func)))", "import after function", 1, 17);
  text_refused("(module (func) (start 0) (start 0))", "multiple start", 1, 27);
  text_refused("(module) (module)", "", 1, 10);
  text_refused("(module (nothing))", "", 1, 10);
}

static void test_wat_module__binary(void **state) {
  (void)state;
  text_same("(module binary \"\\00asm\" \"\\01\\00\\00\\00\")", "(module)");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_wat_module__abbreviations),
      cmocka_unit_test(test_wat_module__names),
      cmocka_unit_test(test_wat_module__order),
      cmocka_unit_test(test_wat_module__binary),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

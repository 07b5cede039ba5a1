/* Types in the text: signatures without an index find or make theirs, abbreviations, groups of recursive types, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text_fixture.h"

static void test_wat_type__uses_without_an_index(void **state) {
  (void)state;
  text_same("(module (func (param i32)) (func (param i32)))", "(module (type (func (param i32))) (func (type 0)) (func (type 0)))");
  text_same("(module (func (result i32) unreachable) (type (func)) (func))", "(module (type (func)) (type (func (result i32))) (func (type 1) unreachable) (func (type 0)))");
  text_same("(module (type $t (func (param i32 i64))) (func (type $t) (param i32) (param i64)))", "(module (type $t (func (param i32 i64))) (func (type $t)))");
  text_refused("(module (type $t (func (param i32))) (func (type $t) (param i64)))", "inline function type", 1, 44);
  text_refused("(module (func (type $no)))", "unknown type", 1, 21);
}

static void test_wat_type__references(void **state) {
  (void)state;
  text_same("(module (func (param funcref externref anyref)))", "(module (func (param (ref null func) (ref null extern) (ref null any))))");
  text_same("(module (type $s (struct (field $x (mut i8)) (field i16 i32))))", "(module (type $s (struct (field $x (mut i8)) (field i16) (field i32))))");
  text_same("(module (rec (type $a (struct (field (ref $b)))) (type $b (array (ref null $a)))))", "(module (rec (type $a (struct (field (ref 1)))) (type $b (array (ref null 0)))))");
  text_same("(module (type (sub final (func))) (type (sub 0 (func))))", "(module (type (func)) (type (sub 0 (func))))");
  text_refused("(module (type (struct (field (ref $no)))))", "unknown type", 1, 35);
  text_refused("(module (func (param (ref null nobody))))", "", 1, 32);
}

static void test_wat_type__limits(void **state) {
  (void)state;
  text_same("(module (memory i32 1 2))", "(module (memory 1 2))");
  text_same("(module (table i64 0x10 funcref))", "(module (table i64 16 funcref))");
  text_same("(module (memory 65536 (pagesize 65536)))", "(module (memory 65536 (pagesize 0x10000)))");
  text_refused("(module (memory 1 (pagesize 3)))", "power", 1, 29);
  text_refused("(module (memory))", "", 1, 16);
  text_refused("(module (table 1))", "", 1, 17);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_wat_type__uses_without_an_index),
      cmocka_unit_test(test_wat_type__references),
      cmocka_unit_test(test_wat_type__limits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

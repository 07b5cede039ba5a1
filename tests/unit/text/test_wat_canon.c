/* Canonical definitions in the text: options, each with what it names, and the functions that components are given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text_fixture.h"

#define GUEST "(component (core module $m (memory (export \"m\") 1) (func (export \"r\") (param i32 i32 i32 i32) (result i32) unreachable) (func (export \"f\"))) (core instance $c (instantiate $m)) "

static void test_wat_canon__options(void **state) {
  (void)state;
  text_same(GUEST "(import \"i\" (func $i (param \"s\" string))) (core func (canon lower (func $i) (memory $c \"m\") string-encoding=utf16)))",
            GUEST "(import \"i\" (func $i (param \"s\" string))) (alias core export $c \"m\" (core memory)) (core func (canon lower (func $i) (memory 0) string-encoding=utf16)))");
  text_same(GUEST "(func (canon lift (core func $c \"f\"))))", GUEST "(type (func)) (alias core export $c \"f\" (core func)) (func (type 0) (canon lift (core func 0))))");
}

static void test_wat_canon__resources(void **state) {
  (void)state;
  text_same("(component (type $r (resource (rep i32))) (core func (canon resource.new $r)) (core func $d (canon resource.drop $r)))",
            "(component (type $r (resource (rep i32))) (canon resource.new $r (core func)) (canon resource.drop $r (core func $d)))");
}

static void test_wat_canon__refused(void **state) {
  (void)state;
  text_refused("(component (core func (canon lower (func $no))))", "unknown func", 1, 42);
  text_refused("(component (core func (canon lowr (func 0))))", "", 1, 30);
  text_refused("(component (import \"i\" (func $i)) (core func (canon lower (func $i) string-encoding=utf9)))", "", 1, 69);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_wat_canon__options),
      cmocka_unit_test(test_wat_canon__resources),
      cmocka_unit_test(test_wat_canon__refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

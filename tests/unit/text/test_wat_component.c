/* Components in the text: aliases that are written inside, sorts, outer names, and what is refused where it stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text_fixture.h"

static void test_wat_component__aliases_written_inside(void **state) {
  (void)state;
  text_same("(component (import \"i\" (instance $i (export \"f\" (func)))) (export \"g\" (func $i \"f\")))",
            "(component (import \"i\" (instance $i (export \"f\" (func)))) (alias export $i \"f\" (func)) (export \"g\" (func 0)))");
  text_same("(component (core module $m (func (export \"f\"))) (core instance $c (instantiate $m)) (func $x (canon lift (core func $c \"f\"))))",
            "(component (core module $m (func (export \"f\"))) (core instance $c (instantiate $m)) (type (func)) (alias core export $c \"f\" (core func)) (func $x (type 0) (canon lift (core func 0))))");
}

static void test_wat_component__outer(void **state) {
  (void)state;
  text_same("(component $c (type $t u8) (component (export \"t\" (type $t))))", "(component $c (type $t u8) (component (alias outer $c $t (type)) (export \"t\" (type 0))))");
  text_same("(component $c (component (alias outer 1 0 (type))) )", "(component $c (component (alias outer $c 0 (type))))");
}

static void test_wat_component__printed(void **state) {
  (void)state;
  text_prints("(component (type $r (record (field \"a\" (list u8)))) (import \"f\" (func (param \"x\" $r) (result (tuple u8 string)))))", NULL,
              "(component\n  (type (;0;) (list u8))\n  (type $r (;1;) (record (field \"a\" 0)))\n  (type (;2;) (tuple u8 string))\n  (type (;3;) (func (param \"x\" $r) (result 2)))\n  (import \"f\" (func (;0;) (type 3)))\n)\n");
}

static void test_wat_component__refused(void **state) {
  (void)state;
  text_refused("(component (export \"g\" (func $no)))", "unknown func", 1, 30);
  text_refused("(component (type $t u8)\n  (type $t u8))", "duplicate", 2, 9);
  text_refused("(component (nothing))", "", 1, 13);
  text_refused("(component (core instance (instantiate $m)))", "unknown", 1, 40);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_wat_component__aliases_written_inside),
      cmocka_unit_test(test_wat_component__outer),
      cmocka_unit_test(test_wat_component__printed),
      cmocka_unit_test(test_wat_component__refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

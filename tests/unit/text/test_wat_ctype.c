/* Types of components in the text: a type that is written inside another stands before it as one of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text_fixture.h"

static void test_wat_ctype__written_inside(void **state) {
  (void)state;
  text_same("(component (type (list (option u8))))", "(component (type (option u8)) (type (list 0)))");
  text_same("(component (type (func (param \"a\" (list u8)) (result (tuple u8 s8)))))", "(component (type (list u8)) (type (tuple u8 s8)) (type (func (param \"a\" 0) (result 1))))");
  text_same("(component (type (record (field \"a\" u8) (field \"b\" (list string)))))", "(component (type (list string)) (type (record (field \"a\" u8) (field \"b\" 0))))");
}

static void test_wat_ctype__forms(void **state) {
  (void)state;
  text_prints("(component (type (flags \"a\" \"b\")) (type (enum \"c\")) (type (result u8 (error string))) (type (result)))", NULL,
              "(component\n  (type (;0;) (flags \"a\" \"b\"))\n  (type (;1;) (enum \"c\"))\n  (type (;2;) (result u8 (error string)))\n  (type (;3;) (result))\n)\n");
  text_prints("(component (import \"r\" (type $r (sub resource))) (type (own $r)) (type (borrow $r)))", NULL,
              "(component\n  (import \"r\" (type $r (;0;) (sub resource)))\n  (type (;1;) (own $r))\n  (type (;2;) (borrow $r))\n)\n");
}

static void test_wat_ctype__refused(void **state) {
  (void)state;
  text_refused("(component (type (list $no)))", "unknown type", 1, 24);
  text_refused("(component (type (record (feld \"a\" u8))))", "`(field` was expected", 1, 26);
  text_refused("(component (type (func (param u8))))", "", 1, 31);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_wat_ctype__written_inside),
      cmocka_unit_test(test_wat_ctype__forms),
      cmocka_unit_test(test_wat_ctype__refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What a script claims of its modules is checked: claims that hold pass, and of each kind one that does not is told with its line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text_fixture.h"

static void passes(const char *script) {
  ct_error error = {0};
  if (ct_wast_check(cti_slice_str(script), NULL, &error) != CT_OK) print_error("%s\n  %s\n", script, error.message);
  assert_int_equal(error.status, CT_OK);
}

static void fails(const char *script, uint32_t line) {
  ct_error error = {0};
  assert_true(ct_wast_check(cti_slice_str(script), NULL, &error) != CT_OK);
  if (error.line != line) print_error("%s\n  %u: %s\n", script, error.line, error.message);
  assert_int_equal(error.line, line);
}

static void test_wast_check__holds(void **state) {
  (void)state;
  passes("(module (func (export \"f\") (result i32) (i32.const 1))) (assert_return (invoke \"f\") (i32.const 1))");
  passes("(assert_invalid (module (func (result i32))) \"type mismatch\")");
  passes("(assert_malformed (module quote \"(func\") \"unexpected end\")");
  passes("(assert_malformed (module binary \"\\00asm\") \"unexpected end\")");
  passes("(component (import \"f\" (func)))");
  passes("");
}

static void test_wast_check__does_not_hold(void **state) {
  (void)state;
  fails("\n(module (func (result i32)))", 2);                            /* it is invalid */
  fails("\n\n(assert_invalid (module (func)) \"why\")", 3);              /* it is valid */
  fails("(module)\n(assert_malformed (module quote \"(func)\") \"x\")", 2); /* it is well formed */
  fails("(module)\n(assert_malformed (module binary \"\\00asm\\01\\00\\00\\00\") \"x\")", 2);
}

typedef struct told {
  uint32_t count, last;
} told;

static void note(void *context, const ct_error *error) {
  told *t = context;
  t->count++;
  t->last = error->line;
}

/* With somebody to tell, the script is read to its end. */
static void test_wast_check__tells_each(void **state) {
  (void)state;
  told t = {0};
  ct_error error = {0};
  assert_true(ct_wast_check(CTI_LIT("(module (func (result i32)))\n(module)\n(assert_invalid (module) \"x\")"), &(ct_wast_options){.report = note, .context = &t}, &error) != CT_OK);
  assert_int_equal(t.count, 2);
  assert_int_equal(t.last, 3);
  assert_int_equal(error.line, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_wast_check__holds),
      cmocka_unit_test(test_wast_check__does_not_hold),
      cmocka_unit_test(test_wast_check__tells_each),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What all parsers of the text share: looking at tokens and taking them, going back, numbers, strings, identifiers; and that failures stick. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text/wat_parser.h"

typedef struct fixture {
  ct_error error;
  cti_arena arena;
  cti_wat_parser p;
} fixture;

static void begin(fixture *f, const char *text) {
  *f = (fixture){0};
  cti_arena_init(&f->arena, &f->error);
  assert_int_equal(cti_wat_parser_make(&f->p, cti_slice_str(text), NULL, &f->arena), CT_OK);
}

static void end(fixture *f) { cti_arena_free(&f->arena); }

static void test_wat_parser__taking(void **state) {
  (void)state;
  fixture f;
  begin(&f, "(a $x 7 -1 \"s\" \"t\") b");
  assert_true(cti_wat_at_group(&f.p, "a"));
  assert_false(cti_wat_enter(&f.p, "b"));
  assert_true(cti_wat_enter(&f.p, "a"));
  cti_wat_ident ident = cti_wat_take_ident(&f.p);
  assert_true(ident.number != CTI_WAT_NO_IDENT && cti_slice_is(ident.name, "x"));
  assert_int_equal(cti_wat_take_u32(&f.p), 7);
  assert_int_equal(cti_wat_take_int(&f.p, 32, true), UINT64_MAX);
  assert_true(cti_slice_is(cti_wat_take_strings(&f.p), "st"));
  cti_wat_leave(&f.p);
  assert_true(cti_wat_take_word(&f.p, "b"));
  assert_true(cti_wat_at(&f.p, CTI_WAT_END));
  assert_int_equal(cti_wat_status(&f.p), CT_OK);
  end(&f);
}

/* The same text has the same number, another another. */
static void test_wat_parser__identifiers(void **state) {
  (void)state;
  fixture f;
  begin(&f, "$a $b $\"a\" x");
  uint32_t a = cti_wat_take_ident(&f.p).number, b = cti_wat_take_ident(&f.p).number, again = cti_wat_take_ident(&f.p).number;
  assert_int_equal(a, again);
  assert_int_not_equal(a, b);
  assert_int_equal(cti_wat_take_ident(&f.p).number, CTI_WAT_NO_IDENT); /* there is none, nor need be */
  assert_int_equal(cti_wat_status(&f.p), CT_OK);
  end(&f);
}

static void test_wat_parser__going_back(void **state) {
  (void)state;
  fixture f;
  begin(&f, "a b c d");
  cti_wat_advance(&f.p);
  assert_true(cti_wat_is(cti_wat_second(&f.p), "c")); /* looked at, not taken */
  cti_wat_place here = cti_wat_here(&f.p);
  cti_wat_advance(&f.p);
  cti_wat_advance(&f.p);
  assert_true(cti_wat_at_word(&f.p, "d"));
  cti_wat_go(&f.p, here);
  assert_true(cti_wat_at_word(&f.p, "b"));
  cti_wat_advance(&f.p);
  assert_true(cti_wat_at_word(&f.p, "c"));
  end(&f);
}

static void test_wat_parser__failures_stick(void **state) {
  (void)state;
  fixture f;
  begin(&f, "(a 300) b");
  assert_true(cti_wat_enter(&f.p, "a"));
  cti_wat_take_int(&f.p, 8, false);
  assert_true(cti_wat_failed(&f.p));
  assert_int_equal(f.error.column, 4);
  assert_false(cti_wat_more(&f.p));
  cti_wat_expect_word(&f.p, "nothing"); /* the first failure is the one that is told */
  assert_int_equal(f.error.column, 4);
  end(&f);
}

static void test_wat_parser__expected(void **state) {
  (void)state;
  fixture f;
  begin(&f, "(a b)");
  cti_wat_expect_group(&f.p, "c");
  assert_non_null(strstr(f.error.message, "was expected"));
  assert_int_equal(f.error.line, 1);
  end(&f);
  begin(&f, "\"\\ff\"");
  cti_wat_take_name(&f.p); /* bytes, but no name */
  assert_true(cti_wat_failed(&f.p));
  assert_non_null(strstr(f.error.message, "UTF-8"));
  end(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_wat_parser__taking),   cmocka_unit_test(test_wat_parser__identifiers), cmocka_unit_test(test_wat_parser__going_back),
      cmocka_unit_test(test_wat_parser__failures_stick), cmocka_unit_test(test_wat_parser__expected),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Documentation: marks, indentation, blocks, what is no comment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit/wit_lex.h"
#include "wit_fixture.h"

static void test_docs__forms(void **state) {
  (void)state;
  static const struct { const char *gap, *docs; } cases[] = {
      {"/// a\n", "a"}, {"// a\n// b\n", "a\nb"}, {"///a\n/// b\n", "a\n b"}, {"/** a */", "a"}, {"/* a */", "* a */"}, {"/**/", ""}, {"///\n", ""},
      {"/// a\n///\n/// b\n///\n", "a\n\nb"}, {"///   a\n///     b\n", "a\n  b"}, {"/** a\n   b */", "a\n   b"}, {"/// a\r\n/// b\r\n", "a\nb"}, {"///\ta\n", "\ta"},
      {"/* x /* y */ z */ // w\n", "* x /* y */ z */\n w"},
  };
  for (size_t i = 0; i < CTI_COUNT(cases); i++) {
    wit_fixture f;
    wit_begin(&f);
    ct_slice docs = cti_docs_text(&f.arena, cti_slice_str(cases[i].gap));
    assert_non_null(docs.data);
    assert_true(cti_slice_is(docs, cases[i].docs));
    wit_end(&f);
  }
}

static void test_docs__none(void **state) {
  (void)state;
  wit_fixture f;
  wit_begin(&f);
  assert_null(cti_docs_text(&f.arena, CTI_LIT(" \n\t")).data);
  wit_end(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_docs__forms),
      cmocka_unit_test(test_docs__none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

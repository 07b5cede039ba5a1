/* Regular expressions of names, on Windows: what one of them matches, and which one is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/error.h"
#include "base/regex.h"

static void test_regex__matches(void **state) {
  static const struct {
    const char *pattern, *text;
    bool matches;
  } cases[] = {
      {"^name$", "name", true},  {"^name$", "names", false}, {"^name$", "a name", false}, {"name", "a names", true}, {"^.debug_", ".debug_line", true}, {"^\\.debug", "xdebug", false},
      {"^.debug", "xdebug", true}, {"line$", ".debug_line", true}, {"line$", "lines", false}, {"^$", "", true}, {"^$", "x", false}, {"", "x", true}, {"a.c", "xabcx", true}, {"a.c", "ab", false}, {"a\\$", "a$b", true},
  };
  (void)state;
  for (size_t i = 0; i < CTI_COUNT(cases); i++) {
    ct_error error = {0};
    cti_arena arena;
    cti_regex_set *set;
    cti_arena_init(&arena, &error);
    assert_int_equal(cti_regex_set_make(&set, &cases[i].pattern, 1, &arena), CT_OK);
    if (cti_regex_set_matches(set, cti_slice_str(cases[i].text), &arena) != cases[i].matches) fail_msg("%s, %s", cases[i].pattern, cases[i].text);
    cti_regex_set_free(set);
    cti_arena_free(&arena);
  }
}

static void test_regex__refused(void **state) {
  static const char *const patterns[] = {"a*", "a+", "a?", "a{2}", "[ab]", "(a)", "a|b", "a^b", "a$b", "\\d", "\\1", "a\\"};
  (void)state;
  for (size_t i = 0; i < CTI_COUNT(patterns); i++) {
    ct_error error = {0};
    cti_arena arena;
    cti_regex_set *set;
    const char *both[] = {"good", patterns[i]};
    cti_arena_init(&arena, &error);
    assert_int_equal(cti_regex_set_make(&set, both, 2, &arena), CT_USAGE);
    assert_non_null(strstr(error.message, patterns[i]));
    cti_arena_free(&arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_regex__matches), cmocka_unit_test(test_regex__refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

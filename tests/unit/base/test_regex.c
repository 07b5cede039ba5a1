/* Sets of regular expressions: what one of them matches, which one is refused, and where; why is said in the words that the C library has numbers for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/error.h"
#include "base/regex.h"

static void test_regex__matches(void **state) {
  (void)state;
  ct_error error = {0};
  cti_arena arena;
  cti_regex_set *set, *none;
  static const char *const patterns[] = {"^name$", "debug_(line|info)", "^$"};
  cti_arena_init(&arena, &error);
  assert_int_equal(cti_regex_set_make(&set, patterns, 3, &arena), CT_OK);
  assert_int_equal(cti_regex_set_make(&none, NULL, 0, &arena), CT_OK);
  assert_true(cti_regex_set_matches(set, CTI_LIT("name"), &arena));
  assert_false(cti_regex_set_matches(set, CTI_LIT("names"), &arena));
  assert_true(cti_regex_set_matches(set, CTI_LIT(".debug_line"), &arena));
  assert_false(cti_regex_set_matches(set, CTI_LIT(".debug_str"), &arena));
  assert_true(cti_regex_set_matches(set, CTI_LIT(""), &arena));
  assert_false(cti_regex_set_matches(none, CTI_LIT(""), &arena));
  cti_regex_set_free(set);
  cti_regex_set_free(set); /* the second time does nothing */
  cti_regex_set_free(none);
  cti_regex_set_free(NULL);
  cti_arena_free(&arena);
}

static void test_regex__says_where(void **state) {
  static const struct {
    const char *pattern, *where;
  } cases[] = {
      {"[", "at character 1: \"[\""},
      {"a(b", "at character 2: \"(b\""},
      {"(a)(b", "at character 4: \"(b\""},
      {"ab[z-a]c", "at character 3: \"[z-a]c\""},
      {"x\\", "at character 2: \"\\\""},
      {"x{2,1}y", "at character 2: \"{2,1}y\""},
      {"a[[:foo:]]", "at character 2: \"[[:foo:]]\""},
  };
  (void)state;
  for (size_t i = 0; i < CTI_COUNT(cases); i++) {
    ct_error error = {0};
    cti_arena arena;
    cti_regex_set *set;
    const char *patterns[] = {"good", cases[i].pattern};
    cti_arena_init(&arena, &error);
    assert_int_equal(cti_regex_set_make(&set, patterns, 2, &arena), CT_USAGE);
    if (!strstr(error.message, cases[i].where)) fail_msg("%s", error.message);
    cti_regex_set_free(set);
    cti_arena_free(&arena);
  }
}

static void test_regex__out_of_memory(void **state) {
  (void)state;
  for (size_t step = 0; step < 6; step++) {
    ct_error error = {0};
    cti_arena arena;
    cti_regex_set *set;
    const char *patterns[] = {"a", "("};
    cti_arena_init(&arena, &error);
    cti_alloc_fail_at(step + 1);
    ct_status status = cti_regex_set_make(&set, patterns, 2, &arena);
    cti_alloc_fail_at(0);
    assert_true(status == CT_USAGE || status == CT_NOMEM);
    cti_regex_set_free(set);
    cti_arena_free(&arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_regex__matches),
      cmocka_unit_test(test_regex__says_where),
      cmocka_unit_test(test_regex__out_of_memory),
  };
#ifdef _WIN32
  return 0 * (int)sizeof tests; /* it has none: regex_windows.c refuses each pattern in words, which tests of the command see */
#else
  return cmocka_run_group_tests(tests, NULL, NULL);
#endif
}

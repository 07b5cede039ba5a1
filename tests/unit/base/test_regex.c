/* Sets of regular expressions: what one of them matches, which one is refused, where and why. */
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
  cti_arena_free(&arena);
}

/* The texts that a pattern matches, and those that it does not. */
static void test_regex__grammar(void **state) {
  static const struct {
    const char *pattern, *good[4], *bad[4];
  } cases[] = {
      {"a|b|c", {"a", "b", "xc"}, {"d", ""}},
      {"^(ab|cd)*$", {"", "ab", "abcdab"}, {"abc", "x"}},
      {"^(a*)*$", {"", "aaa"}, {"b"}},
      {"^(a|ab)(c|bcd)(d*)$", {"abcd", "ac", "acdd"}, {"ab"}},
      {"^x{2}$", {"xx"}, {"x", "xxx"}},
      {"^x{2,}y$", {"xxy", "xxxxy"}, {"xy", "y"}},
      {"^x{,2}y$", {"y", "xxy"}, {"xxxy"}},
      {"^(ab){1,3}$", {"ab", "ababab"}, {"", "abababab"}},
      {"^(a|b{2}){2}$", {"aa", "abb", "bbbb"}, {"a", "bb"}},
      {"^x{0}y$", {"y"}, {"xy"}},
      {"^a?b+$", {"b", "abbb"}, {"a", "aab"}},
      {"^[]a-c-]+$", {"]", "abc-"}, {"d"}},
      {"^[^]a]$", {"b", "\xc3\xa4"}, {"]", "a", "bb"}},
      {"^[[:digit:]_[:upper:]]+$", {"A_9"}, {"a"}},
      {"^[[.-.][=a=]]$", {"-", "a"}, {"="}},
      {"^[\\]$", {"\\"}, {"a"}},
      {"^.$", {"x", "\xe2\x82\xac", "\xff"}, {"", "xy"}},
      {"^[\xc3\xa0-\xc3\xbf]$", {"\xc3\xa4"}, {"a", "\xc3"}},
      {"^\\.\\*\\($", {".*("}, {"a"}},
      {"^\\d+\\s\\w\\W\\D\\S$", {"12 a-xy"}, {"a2 a-xy", "12aa-xy"}},
      {"\\bcat\\b", {"a cat", "cat"}, {"cats", "concat"}},
      {"\\<cat", {"cats"}, {"concat"}},
      {"cat\\>", {"concat"}, {"cats"}},
      {"a\\Bb", {"ab"}, {"a b"}},
      {"a||b", {"", "x"}, {NULL}},
      {"()", {"", "x"}, {NULL}},
      {"a)", {"a)"}, {"a"}},
      {"^^a$$", {"a"}, {"b"}},
      {"a^b", {NULL}, {"ab", "a^b"}},
      {"", {"", "x"}, {NULL}},
  };
  (void)state;
  for (size_t i = 0; i < CTI_COUNT(cases); i++) {
    ct_error error = {0};
    cti_arena arena;
    cti_regex_set *set;
    cti_arena_init(&arena, &error);
    if (cti_regex_set_make(&set, &cases[i].pattern, 1, &arena) != CT_OK) fail_msg("%s", error.message);
    for (size_t j = 0; j < 4; j++) {
      if (cases[i].good[j] && !cti_regex_set_matches(set, cti_slice_str(cases[i].good[j]), &arena)) fail_msg("%s: not \"%s\"", cases[i].pattern, cases[i].good[j]);
      if (cases[i].bad[j] && cti_regex_set_matches(set, cti_slice_str(cases[i].bad[j]), &arena)) fail_msg("%s: \"%s\"", cases[i].pattern, cases[i].bad[j]);
    }
    cti_arena_free(&arena);
  }
}

/* What makes others run for ever, or take all memory. */
static void test_regex__linear(void **state) {
  (void)state;
  ct_error error = {0};
  cti_arena arena;
  cti_regex_set *set;
  static const char *const slow[] = {"^(a|a)*(a*)*(a+)+$"}, *const large[] = {"(((a{255}){255}){255}){255}"};
  cti_arena_init(&arena, &error);
  assert_int_equal(cti_regex_set_make(&set, slow, 1, &arena), CT_OK);
  uint8_t *text = cti_alloc(&arena, 20000);
  memset(text, 'a', 20000);
  assert_true(cti_regex_set_matches(set, cti_slice(text, 20000), &arena));
  text[19999] = 'b';
  assert_false(cti_regex_set_matches(set, cti_slice(text, 20000), &arena));
  assert_int_equal(cti_regex_set_make(&set, large, 1, &arena), CT_USAGE);
  char deep[302];
  memset(deep, '(', 150);
  memset(deep + 150, ')', 150);
  deep[300] = 0;
  assert_int_equal(cti_regex_set_make(&set, (const char *const[]){deep}, 1, &arena), CT_USAGE);
  cti_arena_free(&arena);
}

static void test_regex__says_where(void **state) {
  static const struct {
    const char *pattern, *where;
  } cases[] = {
      {"[", "a bracket has no partner, at character 1: \"[\""},
      {"a(b", "a parenthesis has no partner, at character 2: \"(b\""},
      {"(a)(b", "at character 4: \"(b\""},
      {"ab[z-a]c", "a range ends before it begins, at character 3: \"[z-a]c\""},
      {"x\\", "it ends with a backslash, at character 2: \"\\\""},
      {"x{2,1}y", "what is in braces is no count, at character 2: \"{2,1}y\""},
      {"x{a}", "what is in braces is no count, at character 2: \"{a}\""},
      {"x{256}", "what is in braces is no count, at character 2: \"{256}\""},
      {"x{1", "a brace has no partner, at character 2: \"{1\""},
      {"a[[:foo:]]", "there is no such class of characters, at character 2: \"[[:foo:]]\""},
      {"a[[.ab.]]", "there is no such collating element, at character 2: \"[[.ab.]]\""},
      {"a|*b", "there is nothing before a *, + or ?, at character 3: \"*b\""},
      {"(+)", "there is nothing before a *, + or ?, at character 2: \"+)\""},
      {"(a)\\1", "a number refers to no group, at character 4: \"\\1\""},
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
    cti_arena_free(&arena);
  }
}

static void test_regex__out_of_memory(void **state) {
  (void)state;
  for (size_t step = 0; step < 12; step++) {
    ct_error error = {0};
    cti_arena arena;
    cti_regex_set *set;
    const char *patterns[] = {"a", "("};
    cti_arena_init(&arena, &error);
    cti_alloc_fail_at(step + 1);
    ct_status status = cti_regex_set_make(&set, patterns, 2, &arena);
    cti_alloc_fail_at(0);
    assert_true(status == CT_USAGE || status == CT_NOMEM);
    cti_arena_free(&arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_regex__matches),
      cmocka_unit_test(test_regex__grammar),
      cmocka_unit_test(test_regex__linear),
      cmocka_unit_test(test_regex__says_where),
      cmocka_unit_test(test_regex__out_of_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

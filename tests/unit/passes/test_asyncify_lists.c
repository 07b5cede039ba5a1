/* Lists of names: how they are taken apart, what they match, what they warn of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "passes/asyncify.h"

typedef struct fixture {
  ct_error error;
  cti_arena arena;
  cti_asyncify_list list;
} fixture;

static fixture *parsed(const char *text) {
  static fixture f;
  f = (fixture){0};
  ct_error_clear(&f.error);
  cti_arena_init(&f.arena, &f.error);
  assert_int_equal(cti_asyncify_list_parse(&f.list, "add", text, &f.arena), CT_OK);
  return &f;
}

static void done(fixture *f) { cti_arena_free(&f->arena); }

static bool has(fixture *f, const char *name) { return cti_asyncify_list_has(&f->list, cti_slice_str(name)); }

static void test_asyncify_lists__commas_and_lines(void **state) {
  (void)state;
  fixture *f = parsed(" one,two , three ");
  assert_true(has(f, "one") && has(f, "two") && has(f, "three"));
  assert_false(has(f, "two ") || has(f, "") || has(f, "one,two"));
  done(f);
  f = parsed("one\r\ntwo, and more\n\n");
  assert_true(has(f, "one") && has(f, "two, and more"));
  assert_false(has(f, "two"));
  done(f);
}

static void test_asyncify_lists__brackets_keep_commas(void **state) {
  (void)state;
  fixture *f = parsed("f(int, int),g<a, b>::h[1,2],i");
  assert_true(has(f, "f(int, int)") && has(f, "g<a, b>::h[1,2]") && has(f, "i"));
  assert_int_equal(f->list.exact.count, 3);
  done(f);
}

static void test_asyncify_lists__nothing(void **state) {
  (void)state;
  const char *const empty[] = {NULL, "", "  ", ",,", "\n"};
  for (size_t i = 0; i < CTI_COUNT(empty); i++) {
    fixture *f = parsed(empty[i]);
    assert_false(f->list.given || has(f, ""));
    done(f);
  }
}

static void test_asyncify_lists__stars(void **state) {
  (void)state;
  const struct {
    const char *pattern, *text;
    bool fits;
  } cases[] = {
      {"*", "", true},           {"*", "anything", true}, {"a*", "a", true},       {"a*", "ba", false},     {"*a", "bba", true},      {"*a", "ab", false},
      {"a*b*c", "axxbyyc", true}, {"a*b*c", "abc", true},  {"a*b*c", "acb", false}, {"**a**", "xax", true},  {"a*ab", "aaab", true},   {"*aab*", "aaaab", true},
      {"env.*", "env.sleep", true}, {"env.*", "environ", false}, {"*x*y*z", "xyxyxz", true}, {"*x*y*z", "xyxyxzq", false},
  };
  for (size_t i = 0; i < CTI_COUNT(cases); i++) {
    fixture *f = parsed(cases[i].pattern);
    if (has(f, cases[i].text) != cases[i].fits) fail_msg("%s against %s", cases[i].pattern, cases[i].text);
    done(f);
  }
}

/* Backtracking that went to every star would take longer than anybody waits. */
static void test_asyncify_lists__many_stars_are_quick(void **state) {
  (void)state;
  char text[20001];
  memset(text, 'a', sizeof text - 1);
  text[sizeof text - 1] = 0;
  fixture *f = parsed("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b");
  assert_false(has(f, text));
  done(f);
}

static unsigned notes;
static void count_note(void *context, const char *text) {
  assert_non_null(strstr(text, context));
  notes++;
}

static void test_asyncify_lists__unused_is_told(void **state) {
  (void)state;
  char needle[] = "gone";
  const ct_asyncify_options options = {.note = count_note, .context = needle};
  fixture *f = parsed("here,gone,also*,gone*");
  assert_true(has(f, "here") && has(f, "also this"));
  notes = 0;
  cti_asyncify_list_warn(&f->list, &options);
  assert_int_equal(notes, 2);
  done(f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_asyncify_lists__commas_and_lines), cmocka_unit_test(test_asyncify_lists__brackets_keep_commas), cmocka_unit_test(test_asyncify_lists__nothing),
      cmocka_unit_test(test_asyncify_lists__stars), cmocka_unit_test(test_asyncify_lists__many_stars_are_quick), cmocka_unit_test(test_asyncify_lists__unused_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

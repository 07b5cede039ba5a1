/* Labels, plain names, strong uniqueness. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "types/label.h"

static void test_label__form(void **state) {
  (void)state;
  static const char *const good[] = {"a", "A", "a1", "a-b", "a-B-c", "ab-CD-1", "a-1b", "a-1"}, *const bad[] = {"", "-", "a-", "-a", "a--b", "1a", "aB", "Ab", "a_b", "a.b", "a b", "\xc3\xa9"};
  for (size_t i = 0; i < CTI_COUNT(good); i++) assert_true(cti_label_valid(cti_slice_str(good[i])));
  for (size_t i = 0; i < CTI_COUNT(bad); i++) assert_false(cti_label_valid(cti_slice_str(bad[i])));
}

static void test_label__same(void **state) {
  (void)state;
  assert_true(cti_label_same(CTI_LIT("foo-bar"), CTI_LIT("FO-O-bar")));
  assert_true(cti_label_same(CTI_LIT("a-1"), CTI_LIT("a1")));
  assert_false(cti_label_same(CTI_LIT("foo"), CTI_LIT("foo-b")));
}

static void test_canonical__forms(void **state) {
  (void)state;
  static const struct { const char *name, *canonical; } cases[] = {
      {"Foo-BAR", "foobar"}, {"[method]a-b.c-D", "ab.cd"}, {"[static]a-b.c-D", "ab.cd"}, {"[constructor]A-b", "[constructor]ab"}, {"[get]x", "x"}, {"[set]x", "[set]x"},
      {"[method][set]r.x", "[set]r.x"}, {"[method][get]r.x", "r.x"}, {"[method]r.R", "r"}, {"r", "r"}, {"[static][set]r.r", "r"},
  };
  ct_error error;
  cti_arena arena;
  ct_error_clear(&error);
  cti_arena_init(&arena, &error);
  for (size_t i = 0; i < CTI_COUNT(cases); i++) assert_true(cti_slice_is(cti_plain_name_canonical(&arena, cti_slice_str(cases[i].name)), cases[i].canonical));
  cti_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_label__form),
      cmocka_unit_test(test_label__same),
      cmocka_unit_test(test_canonical__forms),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Places of failures, and the nearest name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit/wit_error.h"
#include "wit_fixture.h"

static void test_place__of_a_span(void **state) {
  (void)state;
  wit_fixture f;
  wit_begin(&f);
  cti_wit_file file = {CTI_LIT("d/x.wit"), CTI_LIT("one\ntwo three\n")};
  assert_true(cti_vec_push(&f.arena, &f.resolve.files, file));
  assert_true(cti_slice_is(cti_span_text(&f.resolve, (cti_span){0, 8, 5}), "d/x.wit:2:5"));
  assert_true(cti_slice_is(cti_span_text(&f.resolve, (cti_span){CTI_WIT_NONE, 8, 5}), "a binary"));
  cti_wit_fail(&f.resolve, CT_WIT_NAME, (cti_span){0, 8, 5}, "no %s", "such");
  cti_wit_fail(&f.resolve, CT_WIT_TYPE, (cti_span){0, 0, 1}, "the first failure wins");
  assert_string_equal(wit_failure(&f), "d/x.wit:2:5: no such");
  assert_int_equal(f.error.span, 5);
  assert_string_equal(f.error.source, "two three");
  wit_end(&f);
}

static void test_nearest__of_candidates(void **state) {
  (void)state;
  static const struct { const char *name, *best; } cases[] = {{"polable", "pollable"}, {"strem", "stream"}, {"xyz", ""}, {"a", ""}, {"pollables", "pollable"}, {"inputstream", "input-stream"}};
  static const char *const candidates[] = {"pollable", "stream", "input-stream", "error"};
  for (size_t i = 0; i < CTI_COUNT(cases); i++) {
    cti_nearest nearest = cti_nearest_make(cti_slice_str(cases[i].name));
    for (size_t j = 0; j < CTI_COUNT(candidates); j++) cti_nearest_try(&nearest, cti_slice_str(candidates[j]));
    assert_true(cti_slice_is(nearest.best, cases[i].best));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_place__of_a_span),
      cmocka_unit_test(test_nearest__of_candidates),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

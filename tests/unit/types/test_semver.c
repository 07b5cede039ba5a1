/* Semantic versions: form, order, tracks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit_fixture.h"

static cti_semver version(const char *text) {
  cti_semver out = {0};
  assert_true(cti_semver_parse(&out, cti_slice_str(text)));
  return out;
}

static void test_parse__refused(void **state) {
  (void)state;
  static const char *const bad[] = {"", "1", "1.2", "1.2.", "1.2.3.", "01.2.3", "1.2.3-", "1.2.3-01", "1.2.3-a..b", "1.2.3+", "1.2.3+a..b", "1.2.3 ", "99999999999999999999.0.0", "1.2.3-a_b", "v1.2.3"};
  cti_semver out;
  for (size_t i = 0; i < CTI_COUNT(bad); i++) assert_false(cti_semver_parse(&out, cti_slice_str(bad[i])));
}

static void test_text__comes_back(void **state) {
  (void)state;
  static const char *const good[] = {"0.0.0", "1.2.3", "18446744073709551615.0.0", "1.0.0-rc.1", "1.0.0-0a.b-c+001.x", "1.0.0+b"};
  wit_fixture f;
  wit_begin(&f);
  for (size_t i = 0; i < CTI_COUNT(good); i++) {
    cti_semver it = version(good[i]);
    cti_buf buf = {0};
    assert_true(cti_slice_is(cti_semver_text(&f.arena, &it), good[i]));
    cti_semver_write(&it, &buf);
    assert_true(cti_slice_is(cti_buf_slice(&buf), good[i]));
    ct_buf_free(&buf);
  }
  wit_end(&f);
}

/* https://semver.org/#spec-item-11 */
static void test_cmp__order(void **state) {
  (void)state;
  static const char *const order[] = {"0.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.0+1", "1.0.0+01", "1.0.0+2", "1.0.0+a", "1.0.1", "1.10.0"};
  for (size_t i = 0; i < CTI_COUNT(order); i++)
    for (size_t j = 0; j < CTI_COUNT(order); j++) {
      cti_semver a = version(order[i]), b = version(order[j]);
      int found = cti_semver_cmp(&a, &b);
      assert_int_equal((found > 0) - (found < 0), (i > j) - (i < j));
    }
  cti_semver none = {0}, some = version("0.0.0");
  assert_true(cti_semver_cmp(&none, &some) < 0 && cti_semver_cmp(&none, &none) == 0);
}

static void test_track__text_and_compatibility(void **state) {
  (void)state;
  static const struct { const char *text, *track, *suffix; } cases[] = {
      {"1.2.3", "1", ".2.3"}, {"0.2.1", "0.2", ".1"}, {"0.0.3", "0.0.3", ""}, {"1.2.3+b", "1", ".2.3+b"}, {"0.0.3+b", "0.0.3", "+b"}, {"1.0.0-rc.1", "1.0.0-rc.1", ""}, {"12.0.0", "12", ".0.0"}, {"0.12.0", "0.12", ".0"},
  };
  wit_fixture f;
  wit_begin(&f);
  for (size_t i = 0; i < CTI_COUNT(cases); i++) {
    cti_semver it = version(cases[i].text);
    ct_slice suffix, track = cti_semver_track(&f.arena, &it, &suffix);
    assert_true(cti_slice_is(track, cases[i].track) && cti_slice_is(suffix, cases[i].suffix));
    for (size_t j = 0; j < CTI_COUNT(cases); j++) {
      cti_semver other = version(cases[j].text);
      ct_slice ignored;
      assert_int_equal(cti_semver_compatible(&it, &other), cti_slice_eq(track, cti_semver_track(&f.arena, &other, &ignored)));
    }
  }
  wit_end(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_parse__refused),
      cmocka_unit_test(test_text__comes_back),
      cmocka_unit_test(test_cmp__order),
      cmocka_unit_test(test_track__text_and_compatibility),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

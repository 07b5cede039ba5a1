/* The names of imports and exports: forms, versions, and which of them are in conflict. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "component/extern_name.h"

static ct_status parse_with(cti_name *out, const char *text, const char *features) {
  ct_error error = {0};
  cti_features mask = cti_features_default();
  assert_int_equal(cti_features_apply(&mask, features, &error), CT_OK);
  return cti_name_parse(out, cti_slice_str(text), mask, 7, &error);
}

static void test_extern_name__forms(void **state) {
  (void)state;
  static const struct {
    const char *text, *features;
    bool good;
  } rows[] = {
      {"a", "", true}, {"a-b1", "", true}, {"a-1", "", true}, {"A-b", "", true}, {"", "", false}, {"-a", "", false}, {"a-", "", false}, {"a--b", "", false},
      {"aB", "", false}, {"1a", "", false}, {"a_b", "", false}, {"[constructor]r", "", true}, {"[constructor]r.x", "", false}, {"[method]r.m", "", true},
      {"[method]r", "", false}, {"[method]r.m.n", "", false}, {"[method].m", "", false}, {"[static]r.s", "", true}, {"[stat]r.s", "", false},
      {"[get]a", "", false}, {"[get]a", "cm-accessors", true}, {"[method][set]r.a", "cm-accessors", true}, {"[constructor][get]a", "cm-accessors", false},
      {"a:b/c", "", true}, {"a:b/C-d", "", true}, {"A:b/c", "", false}, {"a:B/c", "", false}, {"a:b", "", false}, {"a:b/", "", false}, {"a:b/c/d", "", false},
      {"a:b/c/d", "cm-nested-names", true}, {"a:b:c/d", "cm-nested-names", true}, {"a:b/c@anything", "", true}, {"a:b/c.d", "", false},
      {"url=<https://x>", "", false}, {"url=<https://x>", "cm-legacy-names", true}, {"url=<a<b>", "cm-legacy-names", false}, {"url=<a>,integrity=<sha256-AA==>", "cm-legacy-names", true},
      {"url=<a>,x", "cm-legacy-names", false}, {"integrity=<sha256-AA== sha512-b?o>", "cm-legacy-names", true}, {"integrity=<md5-AA>", "cm-legacy-names", false},
      {"integrity=<>", "cm-legacy-names", false}, {"locked-dep=<a:b@1.2.3>", "cm-legacy-names", true}, {"locked-dep=<a:b@1.2>", "cm-legacy-names", false},
      {"unlocked-dep=<a:b@{>=1.0.0 <2.0.0}>", "cm-legacy-names", true}, {"unlocked-dep=<a:b@*>", "cm-legacy-names", true}, {"unlocked-dep=<a:b@{=1.0.0}>", "cm-legacy-names", false},
  };
  for (size_t i = 0; i < CTI_COUNT(rows); i++) {
    cti_name name;
    bool good = parse_with(&name, rows[i].text, rows[i].features) == CT_OK;
    if (good != rows[i].good) fail_msg("`%s` [%s] must be %s", rows[i].text, rows[i].features, rows[i].good ? "a name" : "refused");
  }
}

static void test_extern_name__parts(void **state) {
  (void)state;
  cti_name name;
  assert_int_equal(parse_with(&name, "[method][get]res.prop", "cm-accessors"), CT_OK);
  assert_int_equal(name.form, CTI_NAME_PLAIN);
  assert_int_equal(name.resource_func, CTI_RESOURCE_FUNC_METHOD);
  assert_int_equal(name.accessor, CTI_ACCESSOR_GET);
  assert_true(cti_slice_is(name.resource, "res"));
  assert_true(cti_slice_is(name.label, "res.prop"));
  assert_int_equal(parse_with(&name, "a:b/c@1.2.3-rc.1", ""), CT_OK);
  assert_int_equal(name.form, CTI_NAME_INTERFACE);
  assert_true(cti_slice_is(name.version, "1.2.3-rc.1"));
}

static void test_extern_name__versions(void **state) {
  (void)state;
  static const struct {
    const char *text, *suffix;
    bool good;
  } rows[] = {
      {"a:b/c", NULL, true},        {"a:b/c", ".1", false},         {"a:b/c@1.2.3", NULL, true},   {"a:b/c@1.2", NULL, false},   {"a:b/c@01.2.3", NULL, false}, {"a:b/c@1", ".2.3", true},
      {"a:b/c@1.2", ".3", false},   {"a:b/c@0.2", ".1", true},      {"a:b/c@0.2.1", "", false},    {"a:b/c@0.0.1", "+x", true},  {"a:b/c@1.0.0-rc", "+x", true}, {"a:b/c@1", ".0.0-rc", false},
  };
  for (size_t i = 0; i < CTI_COUNT(rows); i++) {
    ct_error error = {0};
    cti_arena arena;
    cti_arena_init(&arena, &error);
    cti_name name;
    assert_int_equal(parse_with(&name, rows[i].text, ""), CT_OK);
    ct_slice suffix = rows[i].suffix ? cti_slice_str(rows[i].suffix) : (ct_slice){NULL, 0};
    bool good = rows[i].suffix && !rows[i].suffix[0] ? false : cti_name_check_version(&name, suffix, 0, &arena) == CT_OK; /* an empty suffix is refused before */
    cti_arena_free(&arena);
    if (good != rows[i].good) fail_msg("`%s` + `%s`", rows[i].text, rows[i].suffix ? rows[i].suffix : "none");
  }
}

static void test_extern_name__keys(void **state) {
  (void)state;
  static const struct {
    const char *a, *b;
    bool same;
  } rows[] = {
      {"a-b", "AB", true}, {"a", "b", false}, {"[method]r.m", "[static]R.M", true}, {"[constructor]r", "r", false}, {"[constructor]r", "[constructor]R", true}, {"[method]r.r", "r", true},
      {"[get]a", "a", true}, {"[set]a", "a", false}, {"a:b/c", "a:b/C", true}, {"a:b/c@1.0.0", "a:b/c@1.0.1", false}, {"a:b/c@1.0.0-x", "a:b/c@1.0.0-X", false}, {"a:b/c-d@1.0.0", "a:b/cd@1.0.0", true},
  };
  for (size_t i = 0; i < CTI_COUNT(rows); i++) {
    ct_error error = {0};
    cti_arena arena;
    cti_arena_init(&arena, &error);
    cti_name a, b;
    assert_int_equal(parse_with(&a, rows[i].a, "cm-accessors"), CT_OK);
    assert_int_equal(parse_with(&b, rows[i].b, "cm-accessors"), CT_OK);
    bool same = cti_slice_eq(cti_name_key(&a, &arena), cti_name_key(&b, &arena));
    cti_arena_free(&arena);
    if (same != rows[i].same) fail_msg("`%s` and `%s`", rows[i].a, rows[i].b);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_extern_name__forms),
      cmocka_unit_test(test_extern_name__parts),
      cmocka_unit_test(test_extern_name__versions),
      cmocka_unit_test(test_extern_name__keys),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

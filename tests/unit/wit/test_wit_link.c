/* Drafts into a resolve: other packages, gates, the order of ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit_fixture.h"

static void test_foreign__refused(void **state) {
  (void)state;
  static const wit_case cases[] = {
      {"interface i { use c:d/e.{t}; }",
       "t.wit:1:32: the package `c:d` was not found | searched: t.wit alone / put its .wit files into deps/d/, one directory for each package"},
      {"package c:d { interface e { type u = u8; } } interface i { use c:d/e.{t}; }",
       "t.wit:1:84: the type `t` does not exist in `c:d/e` | its types are u"},
      {"package c:d { interface ee { } } interface i { use c:d/e.{t}; }",
       "t.wit:1:69: the interface `e` does not exist in the package `c:d` | its interfaces are ee"},
      {"package c:d { world e { } } interface i { use c:d/e.{t}; }",
       "t.wit:1:64: the interface `e` does not exist in the package `c:d` | it is a world there"},
      {"package c:d { interface e { } } world w { include c:d/e; }",
       "t.wit:1:68: the world `e` does not exist in the package `c:d` | it is an interface there"},
      {"package c:d { world ee { } } world w { include c:d/e; }",
       "t.wit:1:65: the world `e` does not exist in the package `c:d` | its worlds are ee"},
      {"package c:d@1.0.0 { interface e { } } world w { import c:d/e; }",
       "t.wit:1:69: the package `c:d` was not found | there is `c:d@1.0.0`: name that version where it is used / searched: t.wit alone"},
      {"package c:d { interface e { type t = u8; } } interface i { use c:d/e.{t}; f: func(x: borrow<t>); }",
       "t.wit:1:106: this is no resource, and own<> and borrow<> are for resources alone"},
      {"interface i { use a:b/j.{t}; } interface j { type t = u8; }",
       "t.wit:1:32: the package `a:b` depends on itself: a:b -> a:b | within a package its interfaces and worlds are named without the package"},
      {"package c:d { interface e { use a:b/i.{t}; } } interface i { use c:d/e.{u}; }",
       "t.wit:1:46: the package `a:b` depends on itself: a:b -> c:d -> a:b"},
      {"package c:d {} package c:d {}",
       "t.wit:1:37: the package `c:d` is defined in two places | the other one is t.wit:1:22"},
      {"@since(version = 1.0.0) interface i {}",
       "t.wit:1:48: this is gated by @since, and its package `a:b` has no version | name the package with a version: `package a:b@1.0.0;`"},
  };
  wit_check_cases("package a:b; ", cases);
}

static void test_version__refused(void **state) {
  (void)state;
  static const wit_case cases[] = {
      {"@since(version = 1.0.1) interface i {}",
       "t.wit:1:54: @since names the version 1.0.1, which is later than the package's own, 1.0.0"},
  };
  wit_check_cases("package a:b@1.0.0; ", cases);
}


static void test_gate__by_feature(void **state) {
  (void)state;
  static const char text[] = "package a:b@1.0.0; @unstable(feature = x) interface x { @unstable(feature = x) type t = u8; } interface i { @unstable(feature = y) f: func(); g: func(); @unstable(feature = x) use x.{t}; } "
                             "world w { @unstable(feature = x) import x; @unstable(feature = y) include v; } @unstable(feature = y) world v { import i; }";
  static const struct { const char *features; bool all; uint32_t types, interfaces, worlds, funcs, imports; } cases[] = {
      {"", false, 0, 1, 1, 1, 0}, {"x", false, 2, 2, 1, 1, 1}, {"y", false, 0, 1, 2, 2, 1}, {" x,y", false, 2, 2, 2, 2, 2}, {"z", true, 2, 2, 2, 2, 2},
  };
  for (size_t i = 0; i < CTI_COUNT(cases); i++) {
    wit_fixture f;
    ct_slice features = cti_slice_str(cases[i].features);
    cti_wit_options options = {.features = &features, .feature_count = 1, .all_features = cases[i].all};
    wit_begin(&f);
    assert_int_equal(cti_wit_load_text(&f.resolve, &f.package, CTI_LIT("t.wit"), cti_slice_str(text), &options), CT_OK);
    assert_int_equal(f.resolve.names.count, cases[i].types);
    assert_int_equal(f.resolve.interfaces.count, cases[i].interfaces);
    assert_int_equal(f.resolve.worlds.count, cases[i].worlds);
    assert_int_equal(cti_vec_last(&f.resolve.interfaces)->funcs.count, cases[i].funcs);
    uint32_t w = cti_map_get(&f.resolve.packages.items[f.package].world_ids, CTI_LIT("w"));
    assert_int_equal(f.resolve.worlds.items[w].imports.count, cases[i].imports);
    wit_end(&f);
  }
}

static void test_gate__refers_to_what_is_gone(void **state) {
  (void)state;
  static const wit_case cases[] = {
      {"@unstable(feature = x) interface i { } world w { import i; }", "t.wit:1:82: this refers to an interface which is gated by a feature that is not active"},
      {"@unstable(feature = x) world v { } world w { include v; }", "t.wit:1:79: this refers to a world which is gated by a feature that is not active"},
      {"interface i { @unstable(feature = x) type t = u8; f: func(a: t); }",
       "t.wit:1:76: this refers to the type `t`, which is gated by a feature that is not active | gate this in the same way, or switch the feature on: --features NAME"},
      {"@unstable(feature = x) interface i { type t = u8; }", "t.wit:1:68: this type is not gated by a feature, but the interface around it is"},
  };
  for (size_t i = 0; i < CTI_COUNT(cases); i++) {
    wit_fixture f;
    char text[512];
    snprintf(text, sizeof text, "package a:b@1.0.0;       %s", cases[i].text);
    wit_begin(&f);
    assert_int_not_equal(cti_wit_load_text(&f.resolve, &f.package, CTI_LIT("t.wit"), cti_slice_str(text), NULL), CT_OK);
    assert_string_equal(wit_failure(&f), cases[i].expected);
    wit_end(&f);
  }
}

/* The ids that generators of bindings see: types with the handles they need before them, handles of functions behind all types. */
static void test_ids__order(void **state) {
  (void)state;
  wit_fixture f;
  static const struct { cti_def_kind kind; const char *name; } types[] = {
      {CTI_DEF_RESOURCE, "r"}, {CTI_DEF_LIST, ""}, {CTI_DEF_OWN, ""}, {CTI_DEF_RECORD, "x"}, {CTI_DEF_BORROW, ""}, {CTI_DEF_OPTION, ""}, {CTI_DEF_ALIAS, "a"}, {CTI_DEF_OWN, ""},
  };
  wit_begin(&f);
  assert_int_equal(wit_load_all(&f, CTI_LIT("package a:b; interface i { resource r { m: func(); } record x { a: r, b: list<u8> } f: func() -> option<list<u8>>; } interface j { use i.{r as a}; g: func() -> a; }")), CT_OK);
  assert_int_equal(f.resolve.names.count, CTI_COUNT(types));
  for (size_t i = 0; i < CTI_COUNT(types); i++) {
    assert_int_equal(f.resolve.types.defs.items[i].kind, types[i].kind);
    assert_true(cti_slice_is(f.resolve.names.items[i].name, types[i].name));
  }
  wit_end(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_foreign__refused),
      cmocka_unit_test(test_version__refused),
      cmocka_unit_test(test_gate__by_feature),
      cmocka_unit_test(test_gate__refers_to_what_is_gone),
      cmocka_unit_test(test_ids__order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

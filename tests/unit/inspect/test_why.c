#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "component_fixture.h"
#include "ctool/inspect.h"
#include "hurt.h"
#include "inspect/why.h"

/* A component that imports a:b/c with f, g and resource r, lowered as $f, $g and $drop, and one core module with BODY, whose export "run" is exported. */
#define COMPONENT(body)                                                                                                                                  \
  "(import \"a:b/c@0.1.2\" (instance $i (export \"r\" (type (sub resource))) (export \"f\" (func)) (export \"g\" (func))))"                              \
  "(alias export $i \"r\" (type $r)) (alias export $i \"f\" (func $f)) (alias export $i \"g\" (func $g))"                                                \
  "(core func $f (canon lower (func $f))) (core func $g (canon lower (func $g))) (core func $drop (canon resource.drop $r))"                             \
  "(core module $m (import \"x\" \"f\" (func $f)) (import \"x\" \"g\" (func $g)) (import \"x\" \"drop\" (func $drop (param i32)))" body ")"               \
  "(core instance $args (export \"f\" (func $f)) (export \"g\" (func $g)) (export \"drop\" (func $drop)))"                                               \
  "(core instance $main (instantiate $m (with \"x\" (instance $args))))"                                                                                 \
  "(func $run (canon lift (core func $main \"run\"))) (export \"run\" (func $run))"

static void assert_says(const char *text, const char *import, ct_why_options options, const char *expected) {
  ct_error error = {0};
  ct_buf out = {0}, bytes = component_of_text(text);
  if (ct_component_why(&out, (ct_slice){bytes.data, bytes.size}, import, &options, &error) != CT_OK) fail_msg("%s", error.message);
  if (out.size != strlen(expected) || memcmp(out.data, expected, out.size) != 0) fail_msg("%.*s", (int)out.size, (const char *)out.data);
  ct_buf_free(&out);
  ct_buf_free(&bytes);
}

static void test_why__calls(void **state) {
  (void)state;
  assert_says(COMPONENT("(func $other call $f) (func $b call $f) (func $a call $b) (func (export \"run\") call $a)"), "a:b/c", (ct_why_options){0},
              "a:b/c@0.1.2 is called:\n  export run\n  main: run\n  main: a\n  main: b\n  => f\nnever called: g, r\n");
}

static void test_why__the_version_may_be_given(void **state) {
  (void)state;
  ct_error error = {0};
  ct_buf out = {0}, bytes = component_of_text(COMPONENT("(func (export \"run\") call $f)"));
  assert_int_equal(ct_component_why(&out, (ct_slice){bytes.data, bytes.size}, "a:b/c@0.1.2", NULL, &error), CT_OK);
  ct_buf_free(&out);
  assert_int_equal(ct_component_why(&out, (ct_slice){bytes.data, bytes.size}, "a:b/c@0.1.3", NULL, &error), CT_COMP_NAME);
  assert_string_equal(error.message, "the component does not import `a:b/c@0.1.3`");
  assert_string_equal(error.hint, "it imports a:b/c@0.1.2");
  ct_buf_free(&out);
  ct_buf_free(&bytes);
}

static void test_why__branches_and_built_ins(void **state) {
  (void)state;
  assert_says(COMPONENT("(func $x call $f) (func $y (call $drop (i32.const 0))) (func (export \"run\") call $x call $y)"), "a:b/c", (ct_why_options){0},
              "a:b/c@0.1.2 is called:\n  export run\n  main: run\n  - main: x\n    => f\n  - main: y\n    => resource.drop r\nnever called: g\n");
}

/* Any function of the type that is in the table; none of another type. */
static void test_why__tables(void **state) {
  (void)state;
  assert_says(COMPONENT("(type $t (func)) (type $u (func (param i32))) (table 3 funcref) (elem (i32.const 0) $p $q $n) (func $p call $f) (func $q (param i32) call $g) (func $n)"
                        "(func (export \"run\") (call_indirect (type $t) (i32.add (i32.const 0) (i32.const 0))))"),
              "a:b/c", (ct_why_options){0}, "a:b/c@0.1.2 is called:\n  export run\n  main: run\n  main: p (by a table)\n  => f\nnever called: g, r\n");
}

/* The index of the shim's call is a constant: it reaches its slot alone, unless code writes to the table. */
static void test_why__a_constant_index_is_one_slot(void **state) {
  (void)state;
  assert_says(COMPONENT("(table 2 funcref) (elem (i32.const 0) $p $q) (func $p call $f) (func $q call $g) (func (export \"run\") (call_indirect (i32.const 1)))"), "a:b/c",
              (ct_why_options){0}, "a:b/c@0.1.2 is called:\n  export run\n  main: run\n  main: q\n  => g\nnever called: f, r\n");
  assert_says(COMPONENT("(table 2 funcref) (elem (i32.const 0) $p $q) (func $p call $f) (func $q call $g) (func (export \"run\") (table.set 0 (i32.const 1) (table.get 0 (i32.const 0)))"
                        " (call_indirect (i32.const 1)))"),
              "a:b/c", (ct_why_options){0},
              "a:b/c@0.1.2 is called:\n  export run\n  main: run\n  - main: p (by a table)\n    => f\n  - main: q (by a table)\n    => g\nnever called: r\n");
}

static void test_why__references(void **state) {
  (void)state;
  assert_says(COMPONENT("(type $t (func)) (elem declare func $p) (global $slot (mut (ref null $t)) (ref.null $t)) (func $p call $f)"
                        "(func $put (global.set $slot (ref.func $p))) (func (export \"run\") (call_ref $t (global.get $slot)))"),
              "a:b/c", (ct_why_options){0}, "a:b/c@0.1.2 is called:\n  export run\n  main: run\n  main: p (by a reference)\n  => f\nnever called: g, r\n");
}

static void test_why__start_functions(void **state) {
  (void)state;
  assert_says(COMPONENT("(func $init call $g) (start $init) (func (export \"run\"))"), "a:b/c", (ct_why_options){0},
              "a:b/c@0.1.2 is called:\n  start of main\n  main: init\n  => g\nnever called: f, r\n");
}

static void test_why__nothing_calls_it(void **state) {
  (void)state;
  assert_says(COMPONENT("(func $dead call $g) (func (export \"run\"))"), "a:b/c", (ct_why_options){.cut = true},
              "a:b/c@0.1.2 is imported, but nothing that can run calls it; `ctool optimize` removes such code\nnever called: f, g, r\n");
  assert_says("(import \"a:b/t\" (instance $t (export \"r\" (type (sub resource))))) (alias export $t \"r\" (type $r))"
              "(import \"a:b/u\" (instance (alias outer 1 $r (type $in)) (export \"r\" (type (eq $in)))))",
              "a:b/t", (ct_why_options){0}, "a:b/t is imported, but nothing that can run calls it\nits types are used by: a:b/u\n");
}

static void test_why__reexported(void **state) {
  (void)state;
  assert_says("(import \"f\" (func $f)) (export \"g\" (func $f))", "f", (ct_why_options){0}, "f is called:\n  export g\n  => f\n");
}

/* What a component from outside is given, it may call. */
static void test_why__given_away(void **state) {
  (void)state;
  assert_says("(import \"f\" (func $f)) (import \"other\" (component $o (import \"x\" (func)))) (instance (instantiate $o (with \"x\" (func $f))))", "f", (ct_why_options){0},
              "f is called:\n  given to o, which comes from outside\n  => f\n");
}

static void test_why__through_nested_components(void **state) {
  (void)state;
  assert_says("(import \"f\" (func $f))"
              "(component $inner (import \"f\" (func $f)) (core func $l (canon lower (func $f))) (core module $m (import \"\" \"f\" (func $f)) (func (export \"go\") call $f))"
              "  (core instance $args (export \"f\" (func $l))) (core instance $deep (instantiate $m (with \"\" (instance $args)))) (func $go (canon lift (core func $deep \"go\"))) (export \"go\" (func $go)))"
              "(instance $in (instantiate $inner (with \"f\" (func $f)))) (alias export $in \"go\" (func $go))"
              "(core func $l (canon lower (func $go))) (core module $m (import \"\" \"go\" (func $f)) (func (export \"run\") call $f))"
              "(core instance $args (export \"go\" (func $l))) (core instance $top (instantiate $m (with \"\" (instance $args)))) (func $run (canon lift (core func $top \"run\"))) (export \"run\" (func $run))",
              "f", (ct_why_options){0}, "f is called:\n  export run\n  top: run\n  in/deep: go\n  => f\n");
}

static void test_why__cut(void **state) {
  (void)state;
  assert_says(COMPONENT("(func $x call $f call $only) (func $only) (func $y call $x) (func $z call $x) (func (export \"run\") call $y call $z)"), "a:b/c", (ct_why_options){.cut = true},
              "a:b/c@0.1.2 is called:\n  export run\n  main: run\n  main: y\n  main: x\n  => f\nnever called: g, r\n"
              "cut: without this function it would go\n  main: x (6 B)\n  and 1 function that nothing else leads to, 8 B in all\n");
  assert_says(COMPONENT("(func $x call $f) (func $y call $g) (func $busy) (func (export \"run\") call $busy call $x call $y) (func (export \"other\") call $x)"), "a:b/c", (ct_why_options){.cut = true},
              "a:b/c@0.1.2 is called:\n  export run\n  main: run\n  - main: x\n    => f\n  - main: y\n    => g\nnever called: r\n"
              "cut: without this function it would go\n  main: run (8 B)\n  and 3 functions that nothing else leads to, 18 B in all\n");
  assert_says("(import \"f\" (func $f)) (export \"g\" (func $f))", "f", (ct_why_options){.cut = true},
              "f is called:\n  export g\n  => f\ncut: nothing of the program's own is on one of the ways: an adapter, an export or a start function leads there by itself\n");
}

static void test_why__json(void **state) {
  (void)state;
  ct_error error = {0};
  ct_buf out = {0}, bytes = component_of_text(COMPONENT("(func (export \"run\") call $f)"));
  assert_int_equal(ct_component_why(&out, (ct_slice){bytes.data, bytes.size}, "a:b/c", &(ct_why_options){.json = true, .cut = true}, &error), CT_OK);
  assert_int_equal(ct_buf_append(&out, (ct_slice){(const uint8_t *)"", 1}, &error), CT_OK);
  assert_non_null(strstr((const char *)out.data, "\"never-called\": [\n    \"g\",\n    \"r\"\n  ]"));
  assert_non_null(strstr((const char *)out.data, "\"kind\": \"canon\",\n          \"name\": \"lower\""));
  assert_non_null(strstr((const char *)out.data, "\"result\": \"found\""));
  ct_buf_free(&out);
  ct_buf_free(&bytes);
}

static void run_all(ct_slice bytes, void *context) {
  (void)context;
  for (unsigned json = 0; json < 2; json++) {
    ct_error error = {0};
    ct_buf out = {0};
    ct_status status = ct_component_why(&out, bytes, "a:b/c", &(ct_why_options){.cut = true, .json = json}, &error);
    assert_int_equal(status, error.status);
    ct_buf_free(&out);
  }
}

static void test_why__survives_what_is_broken(void **state) {
  (void)state;
  ct_buf bytes = component_of_text(COMPONENT("(type $t (func)) (table 2 funcref) (elem (i32.const 0) $p $q) (func $p call $f) (func $q call $g)"
                                             "(func (export \"run\") (call_indirect (i32.const 1)) (call_indirect (type $t) (i32.add (i32.const 0) (i32.const 0))))"));
  hurt_cuts((ct_slice){bytes.data, bytes.size}, run_all, NULL);
  hurt_bits((ct_slice){bytes.data, bytes.size}, run_all, NULL);
  assert_true(hurt_starve((ct_slice){bytes.data, bytes.size}, run_all, NULL) > 3);
  ct_buf_free(&bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_why__calls),
      cmocka_unit_test(test_why__the_version_may_be_given),
      cmocka_unit_test(test_why__branches_and_built_ins),
      cmocka_unit_test(test_why__tables),
      cmocka_unit_test(test_why__a_constant_index_is_one_slot),
      cmocka_unit_test(test_why__references),
      cmocka_unit_test(test_why__start_functions),
      cmocka_unit_test(test_why__nothing_calls_it),
      cmocka_unit_test(test_why__reexported),
      cmocka_unit_test(test_why__given_away),
      cmocka_unit_test(test_why__through_nested_components),
      cmocka_unit_test(test_why__cut),
      cmocka_unit_test(test_why__json),
      cmocka_unit_test(test_why__survives_what_is_broken),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

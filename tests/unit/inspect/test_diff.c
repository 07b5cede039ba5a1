#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "component_fixture.h"
#include "ctool/inspect.h"
#include "hurt.h"

static ct_buf module_of_text(const char *text) {
  ct_error error = {0};
  ct_buf out = {0};
  if (ct_text_parse(&out, cti_slice_str(text), &error) != CT_OK) fail_msg("%s", error.message);
  return out;
}

/* What is said of two, from its second line on: the first is about the whole. */
static void assert_differ(ct_buf a, ct_buf b, bool code, const char *expected) {
  ct_error error = {0};
  ct_buf out = {0};
  bool same = true;
  const ct_diff_options options = {.code = code};
  if (ct_component_diff(&out, (ct_slice){a.data, a.size}, (ct_slice){b.data, b.size}, &options, &same, &error) != CT_OK) fail_msg("%s", error.message);
  assert_false(same);
  assert_int_equal(ct_buf_append(&out, (ct_slice){(const uint8_t *)"", 1}, &error), CT_OK);
  const char *line = strchr((const char *)out.data, '\n');
  assert_non_null(line);
  if (strcmp(line + 1, expected) != 0) fail_msg("%s", (const char *)out.data);
  ct_buf_free(&out);
  ct_buf_free(&a);
  ct_buf_free(&b);
}

static void test_diff__functions(void **state) {
  (void)state;
  assert_differ(module_of_text("(module (func $same nop) (func $grows nop) (func $shrinks nop nop nop) (func $goes) (func $other (drop (i32.const 1))) (func $moves (drop (i32.const 7))))"),
                module_of_text("(module (func $comes) (func $same nop) (func $grows nop nop) (func $shrinks nop) (func $other (drop (f32.const 1))) (func $moves (drop (i32.const 8))))"), true,
                "It imports and exports the same.\nIts sections: code +2 B, custom sections +1 B.\n  Functions: 1 new, 1 gone, 2 larger, 1 smaller, 1 other numbers (of 6, now 6)\n"
                "  larger        other: 5 B -> 8 B\n  new           comes: 2 B\n  gone          goes: 2 B\n  smaller       shrinks: 5 B -> 3 B\n  larger        grows: 3 B -> 4 B\n"
                "  other numbers moves: 5 B\n");
}

/* A function more in front moves the indices of all others: they are the same. */
static void test_diff__moved_indices_are_no_difference(void **state) {
  (void)state;
  assert_differ(module_of_text("(module (global $g i32 (i32.const 0)) (func $f (result i32) global.get $g) (func $h call $f drop))"),
                module_of_text("(module (type $new (func (param i64))) (func $new (type $new)) (global $first i64 (i64.const 0)) (global $g i32 (i32.const 0)) (func $f (result i32) global.get $g) (func $h call $f drop))"), true,
                "It imports and exports the same.\nIts sections: code +3 B, custom sections +20 B, the rest +10 B.\n  Functions: 1 new (of 2, now 3)\n  new           new: 2 B\n");
  /* but a call of another function is one */
  assert_differ(module_of_text("(module (func $f) (func $g) (func $h call $f))"), module_of_text("(module (func $f) (func $g) (func $h call $g))"), false,
                "It imports and exports the same.\nIts sections are as large as they were.\n  Functions: 1 other code (of 3, now 3)\n");
}

static void test_diff__functions_without_names(void **state) {
  (void)state;
  assert_differ(module_of_text("(module (func nop) (func nop) (func nop nop))"), module_of_text("(module (func nop nop) (func nop) (func nop nop nop))"), true,
                "It imports and exports the same.\nIts sections: code +2 B.\n  Functions: 1 new, 1 gone (of 3, now 3)\n  new           func 2: 5 B\n  gone          func 0: 3 B\n");
}

static void test_diff__two_functions_of_one_name(void **state) {
  (void)state;
  assert_differ(module_of_text("(module (func (@name \"f\") nop) (func (@name \"f\") nop nop))"), module_of_text("(module (func (@name \"f\") nop) (func (@name \"f\") nop))"), true,
                "It imports and exports the same.\nIts sections: code -1 B.\n  Functions: 1 smaller (of 2, now 2)\n  smaller       f (2): 4 B -> 3 B\n");
}

static void test_diff__imports_of_modules(void **state) {
  (void)state;
  assert_differ(module_of_text("(module (import \"a\" \"b\" (func)) (memory (export \"m\") 1))"), module_of_text("(module (import \"a\" \"c\" (func)) (memory (export \"m\") 1))"), false,
                "It no longer imports a.b.\nIt now imports a.c.\nIts sections are as large as they were; what is different is in no function.\n");
}

#define ONE(version, more) "(import \"a:b/c@" version "\" (instance (export \"f\" (func)) " more "))"

static void test_diff__worlds(void **state) {
  (void)state;
  assert_differ(component_of_text("(import \"x:y/gone@1.0.0\" (instance (export \"f\" (func)))) " ONE("1.0.0", "(export \"old\" (func)) (export \"g\" (func (param \"x\" u32)))")),
                component_of_text(ONE("1.2.0", "(export \"new\" (func)) (export \"g\" (func (param \"x\" string)))") "(import \"plain\" (func))"), false,
                "It no longer imports x:y/gone@1.0.0 (1 function).\nIt imports a:b/c at 1.2.0 rather than 1.0.0, of which:\n  new: `new`\n  gone: `old`\n"
                "  other: `g`: u32 is string in the second\nIt now imports plain.\n");
}

static void test_diff__versions_that_moved_alike(void **state) {
  (void)state;
  assert_differ(component_of_text("(import \"a:b/c@1.0.0\" (instance)) (import \"a:b/d@1.0.0\" (instance))"), component_of_text("(import \"a:b/c@1.0.1\" (instance)) (import \"a:b/d@1.0.1\" (instance))"), false,
                "It imports at 1.0.1 rather than 1.0.0: a:b/c, a:b/d.\n");
}

static void test_diff__modules_of_components(void **state) {
  (void)state;
  assert_differ(component_of_text("(core module $m (func $f nop)) (core instance $main (instantiate $m)) (core module $n) (core instance $same (instantiate $n)) (core module $o) (core instance $gone (instantiate $o))"),
                component_of_text("(core module $m (func $f nop nop)) (core instance $main (instantiate $m)) (core module $n) (core instance $same (instantiate $n))"
                                  "(component $in (core module $o (func $x)) (core instance $deep (instantiate $o))) (instance $in (instantiate $in))"),
                false,
                "It imports and exports the same.\nThe core module `main` grew by 1 B (2.3 %), from 42 B to 43 B: code +1 B.\n  Functions: 1 larger (of 1, now 1)\n"
                "Gone is the core module `gone` (19 B).\nNew is the core module `in/deep` (41 B).\n1 core module is the same.\n");
}

/* An instance that exports an instance is nothing that WIT can say. */
static void test_diff__worlds_that_wit_has_no_form_for(void **state) {
  (void)state;
  assert_differ(component_of_text("(import \"a:b/c@1.0.0\" (instance (export \"i\" (instance)))) (import \"x\" (func))"), component_of_text("(import \"a:b/c@1.0.1\" (instance)) (import \"x\" (func))"), false,
                "Imports and exports are compared by name alone: the instance exports the instance \"i\", which WIT has no form for.\n"
                "It no longer imports a:b/c@1.0.0.\nIt now imports a:b/c@1.0.1.\n");
}

static void test_diff__the_same(void **state) {
  (void)state;
  ct_error error = {0};
  ct_buf out = {0}, a = component_of_text("(core module (func nop))");
  bool same = false;
  assert_int_equal(ct_component_diff(&out, (ct_slice){a.data, a.size}, (ct_slice){a.data, a.size}, NULL, &same, &error), CT_OK);
  assert_true(same);
  assert_memory_equal(out.data, "The two are the same", 20);
  ct_buf_free(&out);
  ct_buf_free(&a);
}

static void test_diff__two_kinds(void **state) {
  (void)state;
  ct_error error = {0};
  ct_buf out = {0}, a = component_of_text(""), b = module_of_text("(module)");
  assert_int_equal(ct_component_diff(&out, (ct_slice){a.data, a.size}, (ct_slice){b.data, b.size}, NULL, NULL, &error), CT_CORE_KIND);
  assert_string_equal(error.message, "the second file is a core module, the other a component");
  ct_buf_free(&out);
  ct_buf_free(&a);
  ct_buf_free(&b);
}

/* Beside itself, and beside what it was before it was broken. */
static void run_all(ct_slice bytes, void *context) {
  const ct_buf *whole = context;
  for (unsigned i = 0; i < 4; i++) {
    ct_error error = {0};
    ct_buf out = {0};
    const ct_diff_options options = {.code = true, .json = i & 1};
    ct_status status = ct_component_diff(&out, bytes, i & 2 ? bytes : (ct_slice){whole->data, whole->size}, &options, NULL, &error);
    assert_int_equal(status, error.status);
    ct_buf_free(&out);
  }
}

static void hurt(ct_buf bytes) {
  hurt_cuts((ct_slice){bytes.data, bytes.size}, run_all, &bytes);
  hurt_bits((ct_slice){bytes.data, bytes.size}, run_all, &bytes);
  assert_true(hurt_starve((ct_slice){bytes.data, bytes.size}, run_all, &bytes) > 3);
  ct_buf_free(&bytes);
}

static void test_diff__survives_what_is_broken(void **state) {
  (void)state;
  hurt(component_of_text(ONE("1.0.0", "(export \"g\" (func (param \"x\" u32)))") "(core module $m (func $f (drop (i32.const 5))) (func nop)) (core instance $main (instantiate $m))"));
  hurt(module_of_text("(module (import \"a\" \"b\" (func)) (func $f (call 0)) (data \"x\"))"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_diff__functions),
      cmocka_unit_test(test_diff__moved_indices_are_no_difference),
      cmocka_unit_test(test_diff__functions_without_names),
      cmocka_unit_test(test_diff__two_functions_of_one_name),
      cmocka_unit_test(test_diff__imports_of_modules),
      cmocka_unit_test(test_diff__worlds),
      cmocka_unit_test(test_diff__versions_that_moved_alike),
      cmocka_unit_test(test_diff__modules_of_components),
      cmocka_unit_test(test_diff__worlds_that_wit_has_no_form_for),
      cmocka_unit_test(test_diff__the_same),
      cmocka_unit_test(test_diff__two_kinds),
      cmocka_unit_test(test_diff__survives_what_is_broken),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

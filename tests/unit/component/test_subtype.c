/* Instantiation: what is given must satisfy what is asked for, resources included. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "component_fixture.h"

static const verdict rows[] = {
    {"(component (import \"a\" (func))) (instance (instantiate 0))", "", "missing import named `a`: a function was expected"},
    {"(import \"f\" (func)) (component (import \"a\" (func))) (instance (instantiate 0 (with \"a\" (func 0))))", "", NULL},
    {"(import \"f\" (instance)) (component (import \"a\" (func))) (instance (instantiate 0 (with \"a\" (instance 0))))", "", "a function was expected, an instance was found"},
    {"(import \"f\" (func (param \"x\" u8))) (component (import \"a\" (func (param \"y\" u8)))) (instance (instantiate 0 (with \"a\" (func 0))))", "", "parameter 0 was expected to be named `y`"},
    {"(import \"f\" (func (param \"x\" u8))) (component (import \"a\" (func (param \"x\" u16)))) (instance (instantiate 0 (with \"a\" (func 0))))", "", "a u16 was expected, a u8 was found"},
    {"(import \"f\" (func async)) (component (import \"a\" (func))) (instance (instantiate 0 (with \"a\" (func 0))))", "", "an async function was found"},
    {"(import \"f\" (func (result u8))) (component (import \"a\" (func))) (instance (instantiate 0 (with \"a\" (func 0))))", "", "no type was expected, a u8 was found"},
    /* width: an instance may export more */
    {"(import \"i\" (instance (export \"x\" (func)) (export \"y\" (func)))) (component (import \"a\" (instance (export \"y\" (func))))) (instance (instantiate 0 (with \"a\" (instance 0))))", "", NULL},
    {"(import \"i\" (instance (export \"x\" (func)))) (component (import \"a\" (instance (export \"y\" (func))))) (instance (instantiate 0 (with \"a\" (instance 0))))", "",
     "the instance does not export `y`"},
    /* a component may import less and export more */
    {"(import \"c\" (component (export \"x\" (func)))) (component (import \"a\" (component (import \"m\" (func)) (export \"x\" (func))))) (instance (instantiate 1 (with \"a\" (component 0))))", "", NULL},
    {"(import \"c\" (component (import \"m\" (func)) (export \"x\" (func)))) (component (import \"a\" (component (export \"x\" (func))))) (instance (instantiate 1 (with \"a\" (component 0))))", "",
     "missing import named `m`"},
    {"(import \"c\" (component)) (component (import \"a\" (component (export \"x\" (func))))) (instance (instantiate 1 (with \"a\" (component 0))))", "", "missing export named `x`"},
    /* resources of components: imports of what is asked for are given to what is given */
    {"(import \"c\" (component (import \"r\" (type (sub resource))) (type (own 0)) (export \"f\" (func (result 1)))))"
     "(component (import \"a\" (component (import \"r\" (type (sub resource))) (type (own 0)) (export \"f\" (func (result 1)))))) (instance (instantiate 1 (with \"a\" (component 0))))", "", NULL},
    {"(import \"c\" (component (import \"r\" (type (sub resource))) (import \"s\" (type (sub resource))) (type (own 0)) (export \"f\" (func (result 2)))))"
     "(component (import \"a\" (component (import \"r\" (type (sub resource))) (import \"s\" (type (sub resource))) (type (own 1)) (export \"f\" (func (result 2)))))) (instance (instantiate 1 (with \"a\" (component 0))))",
     "", "the resource types are not the same"},
    /* value types by structure */
    {"(type (record (field \"a\" u8))) (import \"t\" (type $t (eq 0))) (import \"f\" (func (param \"x\" $t)))"
     "(component (type (record (field \"a\" u8))) (import \"t\" (type $t (eq 0))) (import \"f\" (func (param \"x\" $t))))"
     "(instance (instantiate 0 (with \"t\" (type $t)) (with \"f\" (func 0))))", "", NULL},
    {"(type (record (field \"a\" u8))) (import \"t\" (type $t (eq 0)))"
     "(component (type (record (field \"b\" u8))) (import \"t\" (type $t (eq 0)))) (instance (instantiate 0 (with \"t\" (type $t))))", "", "`b` was expected as number 0, `a` was found"},
    {"(type (enum \"a\" \"b\")) (import \"t\" (type $t (eq 0)))"
     "(component (type (enum \"a\")) (import \"t\" (type $t (eq 0)))) (instance (instantiate 0 (with \"t\" (type $t))))", "", "1 members were expected, 2 were found"},
    /* resources: bound to what is given, then compared */
    {"(import \"r\" (type $r (sub resource))) (type $o (own $r)) (import \"f\" (func (result $o)))"
     "(component $c (import \"r\" (type $r (sub resource))) (type $o (own $r)) (import \"f\" (func (result $o))))"
     "(instance (instantiate $c (with \"r\" (type $r)) (with \"f\" (func 0))))", "", NULL},
    {"(import \"r\" (type $r (sub resource))) (import \"s\" (type $s (sub resource))) (type $o (own $s)) (import \"f\" (func (result $o)))"
     "(component $c (import \"r\" (type $r (sub resource))) (type $o (own $r)) (import \"f\" (func (result $o))))"
     "(instance (instantiate $c (with \"r\" (type $r)) (with \"f\" (func 0))))", "", "the resource types are not the same"},
    /* each instantiation makes its own */
    {"(component $c (type $r (resource (rep i32))) (export \"r\" (type $r)))"
     "(instance $a (instantiate $c)) (instance $b (instantiate $c)) (alias export $a \"r\" (type $ra)) (alias export $b \"r\" (type $rb))"
     "(component $d (import \"x\" (type $x (sub resource))) (import \"y\" (type (eq $x)))) (instance (instantiate $d (with \"x\" (type $ra)) (with \"y\" (type $rb))))", "",
     "the resource types are not the same"},
    {"(component $c (type $r (resource (rep i32))) (export \"r\" (type $r)))"
     "(instance $a (instantiate $c)) (alias export $a \"r\" (type $ra)) (alias export $a \"r\" (type $rb))"
     "(component $d (import \"x\" (type $x (sub resource))) (import \"y\" (type (eq $x)))) (instance (instantiate $d (with \"x\" (type $ra)) (with \"y\" (type $rb))))", "", NULL},
    /* two imports of one instance type share no resource */
    {"(type $t (instance (export \"r\" (type (sub resource))))) (import \"a\" (instance $a (type $t))) (import \"b\" (instance $b (type $t)))"
     "(alias export $a \"r\" (type $ra)) (alias export $b \"r\" (type $rb))"
     "(component $d (import \"x\" (type $x (sub resource))) (import \"y\" (type (eq $x)))) (instance (instantiate $d (with \"x\" (type $ra)) (with \"y\" (type $rb))))", "",
     "the resource types are not the same"},
    /* lists of exports that are empty, and lists that are not, may have one address: the first is no instance of the second */
    {"(instance) (component (type (component (type (instance (export \"a\" (type (sub resource))))) (import \"a\" (type (sub resource))))) (import \"a\" (type (sub resource)))"
     "(import \"b\" (type (sub resource))) (type (variant (case \"a\" u32))) (type (instance (export \"a\" (type (sub resource))) (type (instance)) (export \"b\" (instance (type 1)))"
     "(export \"c\" (instance (type 1))) (type (instance (type (instance (export \"a\" (type (sub resource))) (export \"b\" (type (eq 0))) (export \"c\" (type (sub resource)))"
     "(export \"d\" (type (sub resource))) (export \"e\" (type (eq 3))) (type (func)))) (type (instance (export \"a\" (type (sub resource)))))))"
     "(export \"d\" (type (sub resource))) (export \"e\" (instance (type 2))))) (import \"i1\" (instance (type 4))) (alias export 0 \"b\" (instance))"
     "(alias export 0 \"c\" (instance)) (alias export 0 \"e\" (instance)) (import \"i2\" (instance (type 4))) (alias export 4 \"c\" (instance))"
     "(alias export 4 \"e\" (instance)) (export \"e5\" (instance 6) (instance (type 4))))", "", "the instance does not export `a`"},
    /* core modules */
    {"(core module $m (func (export \"f\"))) (component (import \"a\" (core module (export \"f\" (func))))) (instance (instantiate 0 (with \"a\" (core module $m))))", "", NULL},
    {"(core module $m (func (export \"f\") (param i32))) (component (import \"a\" (core module (export \"f\" (func))))) (instance (instantiate 0 (with \"a\" (core module $m))))", "",
     "a function [] -> [] was expected, a function [i32] -> [] was found"},
    {"(core module $m (import \"\" \"g\" (func))) (component (import \"a\" (core module))) (instance (instantiate 0 (with \"a\" (core module $m))))", "", "which the module type that is expected does not"},
    {"(core module $m (memory (export \"m\") 1)) (component (import \"a\" (core module (export \"m\" (memory 2))))) (instance (instantiate 0 (with \"a\" (core module $m))))", "",
     "a memory of at least 2 pages was expected, a memory of at least 1 page was found"},
    {"(core module $m (global (export \"g\") (mut i32) (i32.const 0))) (component (import \"a\" (core module (export \"g\" (global i32))))) (instance (instantiate 0 (with \"a\" (core module $m))))", "",
     "a global of i32 was expected, a global of mutable i32 was found"},
};

static void test_subtype__rows(void **state) {
  (void)state;
  assert_int_equal(check_verdicts(rows, sizeof rows / sizeof *rows), 0);
}

/* A type whose tree has a billion leaves, made of thirty definitions: what is shared is compared once, whether it holds resources or not. The size limit
 * refuses larger ones where they are defined. */
static void test_subtype__shared_parts_cost_once(void **state) {
  (void)state;
  char text[8192];
  size_t size = 0;
  for (int side = 0; side < 2; side++) {
    size += (size_t)snprintf(text + size, sizeof text - size, side ? "(component $c (import \"r\" (type (sub resource))) (type (own 0))" : "(import \"r\" (type (sub resource))) (type (own 0))");
    for (int i = 1; i < 18; i++) size += (size_t)snprintf(text + size, sizeof text - size, "(type (tuple %d %d))", i, i);
    size += (size_t)snprintf(text + size, sizeof text - size, "(import \"f\" (func (param \"x\" 18)))%s", side ? ")" : "");
  }
  snprintf(text + size, sizeof text - size, "(instance (instantiate $c (with \"r\" (type 0)) (with \"f\" (func 0))))");
  ct_error error;
  assert_int_equal(validate_text(text, "", &error), CT_OK);
}

/* An instance type of 2^17 functions, defined on both sides, and instances of it that differ: each instantiation would compare them all. */
static void test_subtype__work_has_a_limit(void **state) {
  (void)state;
  char text[8192];
  size_t size = 0;
  for (int side = 0; side < 2; side++) {
    size += (size_t)snprintf(text + size, sizeof text - size, "%s(type (instance (export \"f\" (func))))", side ? "" : "(component ");
    for (int i = 0; i < 17; i++)
      size += (size_t)snprintf(text + size, sizeof text - size, "(type (instance (alias outer 1 %d (type)) (export \"a\" (instance (type 0))) (export \"b\" (instance (type 0)))))", i);
    size += (size_t)snprintf(text + size, sizeof text - size, "(import \"i\" (instance (type 17)))%s", side ? "(alias export 0 \"a\" (instance))" : ")");
  }
  ct_error error;
  for (int i = 0; i < 20; i++) {
    size += (size_t)snprintf(text + size, sizeof text - size, "(instance (export \"a\" (instance 1)) (export \"b\" (instance 1))) (instance (instantiate 0 (with \"i\" (instance %d))))", 2 + 2 * i);
    if (i == 0) assert_int_equal(validate_text(text, "", &error), CT_OK);
  }
  assert_true(size < sizeof text);
  assert_int_equal(validate_text(text, "", &error), CT_LIMIT);
  assert_non_null(strstr(error.message, "parts of types compared"));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_subtype__rows), cmocka_unit_test(test_subtype__shared_parts_cost_once), cmocka_unit_test(test_subtype__work_has_a_limit)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Definitions of types: each rule of value, function, resource, component, instance and core types. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "component_fixture.h"

static const verdict rows[] = {
    /* value types */
    {"(type (record (field \"a\" u8) (field \"A\" u8)))", "", "record field name `A` conflicts with `a`"},
    {"(type (record (field \"a_b\" u8)))", "", "is not in kebab case"},
    {"(type (record (field \"\" u8)))", "", "record field name cannot be empty"},
    {"(type (record))", "", "a record must have at least one field"},
    {"(type (variant))", "", "a variant must have at least one case"},
    {"(type (variant (case \"a\") (case \"b\" u8) (case \"a\" u8)))", "", "conflicts with `a`"},
    {"(type (enum))", "", "an enum must have at least one case"},
    {"(type (flags))", "", "flags must have at least one entry"},
    {"(type (tuple))", "", "a tuple must have at least one type"},
    {"(type (list 0))", "", "unknown type 0: the index space has 0 so far"},
    {"(type (func)) (type (list 0))", "", "type 0 is not a value type: it is a function type"},
    {"(type (list u8 0))", "cm-fixed-length-lists", "more than zero elements"},
    {"(type (list u8 4))", "", "needs the feature cm-fixed-length-lists"},
    {"(type (list u8 4))", "cm-fixed-length-lists", NULL},
    {"(type (list u64 33554431))", "cm-fixed-length-lists", NULL},
    {"(type (list u64 33554432))", "cm-fixed-length-lists", "268435456 bytes of a value in memory: the limit is 268435455"},
    {"(type (map string u8))", "", NULL},
    {"(type (map f32 u8))", "", "the key of a map must be"},
    {"(type (record (field \"a\" u8))) (type (map 0 u8))", "", "this is of type record"},
    {"(type (stream u8)) (type (map u8 0))", "", "the value of a map must not contain a handle"},
    {"(type (map string u8))", "-cm-map", "a map needs the feature cm-map"},
    {"(type (stream char))", "", "a stream of char is not valid for now"},
    {"(type char) (type (stream 0))", "", "a stream of char is not valid for now"},
    {"(type (future char))", "", NULL},
    {"(type (stream))", "-cm-async", "stream needs the feature cm-async"},
    {"(type error-context)", "", "cm-error-context"},
    {"(type error-context)", "cm-error-context", NULL},
    /* resources and handles */
    {"(type (resource (rep i32))) (type (borrow 0)) (type (stream 1))", "", "the payload of a stream must not contain a borrow"},
    {"(type (resource (rep i32))) (type (borrow 0)) (type (list 1)) (type (func (result 2)))", "", "the result of a function must not contain a borrow"},
    {"(type (resource (rep i32))) (type (borrow 0)) (type (func (param \"a\" 1)))", "", NULL},
    {"(type u8) (type (own 0))", "", "type 0 is not a resource type: it is a u8"},
    {"(type (resource (rep i64)))", "", "needs the feature cm64"},
    {"(type (resource (rep i64)))", "cm64", NULL},
    {"(type (resource (rep f32)))", "", "must be represented by i32 or i64"},
    {"(type (resource (rep i32) (dtor (func 0))))", "", "unknown core function 0"},
    {"(core module $m (func (export \"d\") (param i64))) (core instance $i (instantiate $m)) (alias core export $i \"d\" (core func $d)) (type (resource (rep i32) (dtor (func $d))))", "",
     "wrong signature for a destructor"},
    {"(type (instance (type (resource (rep i32)))))", "", "resources can only be defined in a component"},
    /* functions */
    {"(type (func (param \"a\" u8) (param \"a\" u8)))", "", "parameter name `a` conflicts"},
    {"(type (func async))", "-cm-async", "an async function needs the feature cm-async"},
    /* component and instance types */
    {"(type (component (import \"a\" (func (type 0)))))", "", "unknown type 0"},
    {"(type (instance (export \"a\" (func)) (export \"a\" (func))))", "", "conflicts with the export `a`"},
    {"(type (component (import \"a\" (func)) (import \"A\" (func))))", "", "conflicts with the import `a`"},
    {"(type (component (import \"a\" (func)) (export \"a\" (func))))", "", NULL},
    {"(type (instance (type (func)) (alias outer 0 0 (type))))", "", NULL},
    {"(type (instance (alias outer 2 0 (type))))", "", "invalid outer alias count of 2"},
    /* core types */
    {"(core type (module (import \"\" \"f\" (func (type 0)))))", "", "unknown type 0"},
    {"(core type (module (type (func)) (export \"a\" (func (type 0))) (export \"a\" (func (type 0)))))", "", "exports `a` twice"},
    {"(core type (module (type (func)) (import \"m\" \"a\" (func (type 0))) (import \"m\" \"a\" (func (type 0)))))", "", "imports `m` `a` twice"},
    {"(core type (module)) (core type (module (alias outer 1 0 (type))))", "", "a module type cannot be aliased"},
    {"(core type (func)) (core type (module (alias outer 1 0 (type)) (import \"\" \"\" (func (type 0)))))", "", NULL},
    {"(core type (module)) (core type (func (param (ref 0))))", "", "names a module type"},
};

static void test_validate_type__rules(void **state) {
  (void)state;
  assert_int_equal(check_verdicts(rows, sizeof rows / sizeof *rows), 0);
}

/* Labels in conflict are found among few and among many. */
static void test_validate_type__many_labels(void **state) {
  (void)state;
  char text[4096];
  for (int last = 0; last < 32; last++) {
    ct_error error;
    size_t size = (size_t)snprintf(text, sizeof text, "(type (enum");
    for (int i = 0; i < 32; i++) size += (size_t)snprintf(text + size, sizeof text - size, " \"L-%d\"", i);
    snprintf(text + size, sizeof text - size, " \"l%d\"))", last);
    assert_int_equal(validate_text(text, "", &error), CT_COMP_NAME);
    snprintf(text + size, sizeof text - size, "))");
    assert_int_equal(validate_text(text, "", &error), CT_OK);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_validate_type__rules), cmocka_unit_test(test_validate_type__many_labels)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What names of imports and exports demand of their types, and that no two of one scope are in conflict. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "component_fixture.h"

#define RESOURCE "(import \"r\" (type $r (sub resource))) (type $own (own $r)) (type $borrow (borrow $r)) "

static const verdict rows[] = {
    {RESOURCE "(import \"[constructor]r\" (func (result $own)))", "", NULL},
    {RESOURCE "(type (result $own)) (import \"[constructor]r\" (func (result 3)))", "", NULL},
    {RESOURCE "(import \"[constructor]r\" (func (result u8)))", "", "a constructor must return"},
    {RESOURCE "(import \"[constructor]r\" (func))", "", "this returns no type"},
    {RESOURCE "(import \"[constructor]r\" (func async (result $own)))", "", "a constructor must not be async"},
    {RESOURCE "(import \"[constructor]s\" (func (result $own)))", "", "of the resource `r` by its type, and of `s` by its name"},
    {RESOURCE "(import \"[constructor]r\" (instance))", "", "the name is one of a function, but the type is that of an instance"},
    {RESOURCE "(import \"[method]r.m\" (func (param \"self\" $borrow)))", "", NULL},
    {RESOURCE "(import \"[method]r.m\" (func))", "", "this has no parameters"},
    {RESOURCE "(import \"[method]r.m\" (func (param \"x\" $borrow)))", "", "must be named `self`"},
    {RESOURCE "(import \"[method]r.m\" (func (param \"self\" $own)))", "", "must be of type `(borrow $T)`"},
    {RESOURCE "(import \"[method]R.m\" (func (param \"self\" $borrow)))", "", "and of `R` by its name"},
    {RESOURCE "(import \"[static]r.s\" (func))", "", NULL},
    {RESOURCE "(import \"[static]q.s\" (func))", "", "there is no resource `q` here"},
    {"(import \"r\" (func)) (import \"[static]r.s\" (func))", "", "there is no resource `r` here"},
    /* a method of what is imported cannot be exported */
    {RESOURCE "(import \"f\" (func $f (param \"self\" $borrow))) (export \"[method]r.m\" (func $f))", "", "has no name here"},
    /* getters and setters */
    {"(import \"[get]a\" (func (result u8)))", "", "cm-accessors"},
    {"(import \"[get]a\" (func (result u8)))", "cm-accessors", NULL},
    {"(import \"[get]a\" (func))", "cm-accessors", "a getter must return a value"},
    {"(import \"[get]a\" (func (param \"x\" u8) (result u8)))", "cm-accessors", "a getter must have no parameter"},
    {"(type (result)) (import \"[get]a\" (func (result 0)))", "cm-accessors", "must have a value"},
    {"(import \"[set]a\" (func (param \"x\" u8)))", "cm-accessors", "a setter must follow its getter"},
    {"(import \"[get]a\" (func (result u8))) (import \"[set]a\" (func (param \"x\" u8)))", "cm-accessors", NULL},
    {"(import \"[get]a\" (func (result u8))) (import \"[set]a\" (func (param \"x\" u16)))", "cm-accessors", "u8 was expected, u16 was found"},
    {"(type (result u8 (error string))) (import \"[get]a\" (func (result 0))) (import \"[set]a\" (func (param \"x\" u8)))", "cm-accessors", NULL},
    {"(import \"[get]a\" (func (result u8))) (import \"[set]a\" (func (param \"x\" u8) (result u8)))", "cm-accessors", "a setter must return nothing"},
    {RESOURCE "(import \"[method][get]r.p\" (func (param \"self\" $borrow) (result u8))) (import \"[method][set]r.p\" (func (param \"self\" $borrow) (param \"v\" u8)))", "cm-accessors", NULL},
    /* uniqueness */
    {"(import \"a-b\" (func)) (import \"AB\" (func))", "", "conflicts with the import `a-b`"},
    {"(import \"a\" (func)) (export \"a\" (func 0))", "", NULL},
    {RESOURCE "(import \"[method]r.m\" (func (param \"self\" $borrow))) (import \"[static]r.m\" (func))", "", "conflicts with the import `[method]r.m`"},
    {"(import \"a:b/c\" (func)) (import \"a:b/c\" (func))", "", "conflicts"},
    {"(import \"a:b/c@1.0.0\" (func)) (import \"a:b/c@1.0.1\" (func))", "", NULL},
    {"(import \"a:b/c@1.0\" (func))", "", "invalid interface version"},
    /* attributes */
    {"(import \"a\" (implements \"a:b/c\") (instance))", "", NULL},
    {"(import \"a\" (implements \"a:b/c\") (func))", "", "only instances can have `implements`"},
    {"(import \"a\" (implements \"b\") (instance))", "", "must name an interface"},
    {"(import \"a:b/c\" (implements \"a:b/c\") (instance))", "", "only a plain name can have `implements`"},
    {"(import \"a\" (implements \"a:b/c@1\") (instance))", "", "invalid interface version"},
    {"(import \"a\" (implements \"a:b/c\") (instance))", "-cm-implements", "needs the feature cm-implements"},
    /* many names: by a map */
    {"(import \"a0\" (func)) (import \"a1\" (func)) (import \"a2\" (func)) (import \"a3\" (func)) (import \"a4\" (func)) (import \"a5\" (func)) (import \"a6\" (func)) (import \"a7\" (func)) "
     "(import \"a8\" (func)) (import \"a9\" (func)) (import \"A-0\" (func))", "", "conflicts with the import `a0`"},
};

static void test_extern_rules__rows(void **state) {
  (void)state;
  assert_int_equal(check_verdicts(rows, sizeof rows / sizeof *rows), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_extern_rules__rows)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

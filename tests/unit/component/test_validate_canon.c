/* Canonical definitions: options, what they need, and the signatures of core functions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "component/component.h"
#include "component_fixture.h"
#include "core/features.h"

/* A core module with functions of some signatures, a memory and what goes with it; `f` is a core function without parameters, `fi` takes an i32, ... */
#define CORE                                                                                                                                        \
  "(core module $m (func (export \"f\")) (func (export \"fi\") (param i32)) (func (export \"ri\") (result i32) unreachable)"                         \
  "(func (export \"fii\") (param i32 i32)) (func (export \"realloc\") (param i32 i32 i32 i32) (result i32) unreachable)"                             \
  "(func (export \"cb\") (param i32 i32 i32) (result i32) unreachable) (memory (export \"mem\") 1))"                                                 \
  "(core instance $i (instantiate $m)) (alias core export $i \"f\" (core func $f)) (alias core export $i \"fi\" (core func $fi))"                    \
  "(alias core export $i \"ri\" (core func $ri)) (alias core export $i \"fii\" (core func $fii)) (alias core export $i \"realloc\" (core func $realloc))" \
  "(alias core export $i \"cb\" (core func $cb)) (alias core export $i \"mem\" (core memory $mem)) "

static const verdict lifts[] = {
    {CORE "(func (canon lift (core func $f)))", "", NULL},
    {CORE "(func (canon lift (core func $fi)))", "", "[] -> [] was expected, [i32] -> [] was found"},
    {CORE "(func (param \"x\" u8) (canon lift (core func $fi)))", "", NULL},
    {CORE "(func (param \"x\" string) (canon lift (core func $fii)))", "", "`memory` is required"},
    {CORE "(func (param \"x\" string) (canon lift (core func $fii) (memory $mem)))", "", "`realloc` is required"},
    {CORE "(func (param \"x\" string) (canon lift (core func $fii) (memory $mem) (realloc $realloc)))", "", NULL},
    {CORE "(func (param \"x\" string) (canon lift (core func $fii) (memory $mem) (realloc $cb)))", "", "incorrect signature: [i32 i32 i32 i32] -> [i32] was expected"},
    {CORE "(func (param \"x\" string) (canon lift (core func $fii) (realloc $realloc)))", "", "`realloc` needs `memory`"},
    {CORE "(func (result string) (canon lift (core func $ri)))", "", "`memory` is required"},
    {CORE "(func (result string) (canon lift (core func $ri) (memory $mem) (post-return (func $fi))))", "", NULL},
    {CORE "(func (result string) (canon lift (core func $ri) (memory $mem) (post-return (func $f))))", "", "it must take what the lifted function returns"},
    {CORE "(func (canon lift (core func $f) string-encoding=utf8 string-encoding=utf16))", "", "conflicts with `string-encoding=utf8`"},
    {CORE "(func (canon lift (core func $f) (memory $mem) (memory $mem)))", "", "`memory` is given more than once"},
    {CORE "(func (canon lift (core func $f) async))", "", "cm-async-stackful"},
    {CORE "(func async (canon lift (core func $f) async))", "cm-async-stackful", NULL},
    {CORE "(func (canon lift (core func $ri) async (callback (func $cb))))", "", "`async` needs an async function type"},
    {CORE "(func async (canon lift (core func $ri) async (callback (func $cb))))", "", NULL},
    {CORE "(func async (canon lift (core func $ri) async (callback (func $f))))", "", "[i32 i32 i32] -> [i32] was expected"},
    {CORE "(func async (canon lift (core func $ri) (callback (func $cb))))", "", "`callback` needs `async`"},
    {CORE "(func async (canon lift (core func $ri) async (callback (func $cb)) (post-return (func $f))))", "", "`post-return` cannot be given with `async`"},
    /* the result of an async lift goes through task.return: sixteen flat values need no memory */
    {CORE "(type (tuple u8 u8)) (func async (result 0) (canon lift (core func $ri) async (callback (func $cb))))", "", NULL},
    {CORE "(func async (result string) (canon lift (core func $ri) async (callback (func $cb))))", "", "`memory` is required"},
};

#define IMPORT "(import \"f\" (func $h)) (import \"s\" (func $s (param \"x\" string))) (import \"r\" (func $r (result string))) (import \"a\" (func $a async (result u8))) "

static const verdict lowers[] = {
    {CORE IMPORT "(core func (canon lower (func $h)))", "", NULL},
    {CORE IMPORT "(core func (canon lower (func $s)))", "", "`memory` is required"},
    {CORE IMPORT "(core func (canon lower (func $s) (memory $mem)))", "", NULL},
    {CORE IMPORT "(core func (canon lower (func $r) (memory $mem)))", "", "`realloc` is required"},
    {CORE IMPORT "(core func (canon lower (func $h) (post-return $f)))", "", "`post-return` cannot be given to `lower`"},
    {CORE IMPORT "(core func (canon lower (func $h) async))", "", "`async` needs an async function type"},
    {CORE IMPORT "(core func (canon lower (func $a) async))", "", "`memory` is required"},
    {CORE IMPORT "(core func (canon lower (func $a) async (memory $mem)))", "", NULL},
    {CORE IMPORT "(core func (canon lower (func $a)))", "", NULL},
    {CORE IMPORT "(core func (canon lower (func $h) gc))", "", "cm-gc"},
    {CORE IMPORT "(core func (canon lower (func $h) gc))", "cm-gc", "`gc` needs `core-type`"},
    {CORE IMPORT "(core type $t (func)) (core func (canon lower (func $h) gc (core-type $t)))", "cm-gc", NULL},
    {CORE IMPORT "(core type $t (func)) (core func (canon lower (func $h) (core-type $t)))", "cm-gc", "`core-type` needs `gc`"},
    {CORE IMPORT "(core type $t (func (param i32))) (core func (canon lower (func $h) gc (core-type $t)))", "cm-gc", "the core type has 1 parameters, but the component function has 0"},
};

static const verdict builtins[] = {
    {"(type $r (resource (rep i32))) (core func (canon resource.new $r))", "", NULL},
    {"(import \"r\" (type $r (sub resource))) (core func (canon resource.new $r))", "", "type 0 is not a local resource"},
    {"(import \"r\" (type $r (sub resource))) (core func (canon resource.drop $r))", "", NULL},
    {"(type $s (stream u8)) (core func (canon stream.new $s))", "", NULL},
    {"(type $s (future u8)) (core func (canon stream.new $s))", "", "`stream.new` needs a stream type, type 0 is a future"},
    {"(type $s (stream u8)) (core func (canon stream.read $s async))", "", "`memory` is required"},
    {"(type $s (stream)) (core func (canon stream.read $s async))", "", NULL},
    {"(type $s (stream)) (core func (canon stream.read $s))", "", "cm-more-async-builtins"},
    {CORE "(type $s (stream string)) (core func (canon stream.read $s async (memory $mem)))", "", "`realloc` is required"},
    {CORE "(type $s (stream string)) (core func (canon stream.write $s async (memory $mem)))", "", NULL},
    {"(type $s (stream)) (core func (canon stream.cancel-read $s async))", "", "cm-more-async-builtins"},
    {"(core func (canon context.get i32 0))", "", NULL},
    {"(core func (canon context.get i64 0))", "", "cm64"},
    {"(core func (canon context.get f32 0))", "", "of i32 or i64 alone"},
    {"(core func (canon context.get i32 1))", "", "cm-threading"},
    {"(core func (canon context.get i32 2))", "cm-threading", "slots 0 and 1 alone"},
    {"(core func (canon context.get i32 0)) (core func (canon context.set i64 0))", "cm64", "must be of the type that the context had before"},
    {"(core func (canon task.return (result string)))", "", "`memory` is required"},
    {CORE "(core func (canon task.return (result string) (memory $mem)))", "", NULL},
    {CORE "(core func (canon task.return (memory $mem) (realloc $realloc)))", "", "`realloc` cannot be given to `task.return`"},
    {"(core func (canon task.return async))", "", "`async` cannot be given to `task.return`"},
    {"(type $r (resource (rep i32))) (type $b (borrow $r)) (core func (canon task.return (result $b)))", "", "must not contain a borrow"},
    {CORE "(core func (canon waitable-set.wait (memory $mem)))", "", NULL},
    {"(core func (canon error-context.drop))", "", "error-context.drop needs the feature cm-error-context"},
    {"(core type $t (func (param i32))) (core func (canon thread.spawn-ref $t))", "shared-everything-threads", "must be shared"},
    {"(core type $t (shared (func (param i32)))) (core func (canon thread.spawn-ref $t))", "shared-everything-threads", NULL},
    {"(core type $t (shared (func (param i64)))) (core func (canon thread.spawn-ref $t))", "shared-everything-threads", "must take an i32"},
};

static void test_validate_canon__lift(void **state) {
  (void)state;
  assert_int_equal(check_verdicts(lifts, sizeof lifts / sizeof *lifts), 0);
}

static void test_validate_canon__lower(void **state) {
  (void)state;
  assert_int_equal(check_verdicts(lowers, sizeof lowers / sizeof *lowers), 0);
}

static void test_validate_canon__builtins(void **state) {
  (void)state;
  assert_int_equal(check_verdicts(builtins, sizeof builtins / sizeof *builtins), 0);
}

/* Sixteen parameters pass flat, seventeen through memory. */
static void test_validate_canon__flat_limit(void **state) {
  (void)state;
  char text[4096];
  for (int count = 16; count <= 17; count++) {
    size_t size = (size_t)snprintf(text, sizeof text, "(core module $m (func (export \"f\") (param");
    for (int i = 0; i < 16 && (count == 16 || i == 0); i++) size += (size_t)snprintf(text + size, sizeof text - size, " i32");
    size += (size_t)snprintf(text + size, sizeof text - size,
                             ")) (func (export \"realloc\") (param i32 i32 i32 i32) (result i32) unreachable) (memory (export \"mem\") 1)) (core instance $i (instantiate $m))"
                             "(alias core export $i \"f\" (core func $f)) (alias core export $i \"realloc\" (core func $realloc)) (alias core export $i \"mem\" (core memory $mem)) (func");
    for (int i = 0; i < count; i++) size += (size_t)snprintf(text + size, sizeof text - size, " (param \"p%d\" u8)", i);
    ct_error error;
    snprintf(text + size, sizeof text - size, " (canon lift (core func $f)))");
    assert_int_equal(validate_text(text, "", &error), count == 16 ? CT_OK : CT_COMP_CANON);
    snprintf(text + size, sizeof text - size, " (canon lift (core func $f) (memory $mem) (realloc $realloc)))");
    assert_int_equal(validate_text(text, "", &error), CT_OK);
  }
}

/* The table: codes are unique, the letters are known, rows that take options say what they need. */
static void test_canons__table(void **state) {
  (void)state;
  for (unsigned i = 0; i < CTI_CANON_COUNT; i++) {
    for (unsigned j = 0; j < i; j++) assert_int_not_equal(cti_canons[i].code, cti_canons[j].code);
    for (const char *part = cti_canons[i].immediates; *part; part++) assert_non_null(strchr("0ftoRSUybmacrvn", *part));
    for (const char *part = cti_canons[i].signature; *part; part++) assert_non_null(strchr("ilpv:*", *part));
    for (const char *part = cti_canons[i].rules; *part; part++) assert_non_null(strchr("mMrRsS", *part));
    assert_true(strchr(cti_canons[i].signature, ':') || strcmp(cti_canons[i].signature, "*") == 0);
    assert_true(cti_canons[i].feature < CTI_FEATURES);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_validate_canon__lift),       cmocka_unit_test(test_validate_canon__lower), cmocka_unit_test(test_validate_canon__builtins),
      cmocka_unit_test(test_validate_canon__flat_limit), cmocka_unit_test(test_canons__table),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

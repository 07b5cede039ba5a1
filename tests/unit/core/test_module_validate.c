/* The rules of core modules, family by family: what is valid, and what is refused with which words. Modules are given as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/module_validate.h"
#include "ctool/text.h"

/* `message` is a part of the failure's; NULL: the module is valid. `features` NULL: all. */
typedef struct row {
  const char *text, *message, *features;
} row;

static ct_status verdict(ct_error *error, const row *r) {
  ct_buf binary = {0};
  ct_error_clear(error);
  if (ct_text_parse(&binary, (ct_slice){(const uint8_t *)r->text, strlen(r->text)}, error) != CT_OK) fail_msg("%s\n%s", r->text, error->message);
  ct_validate_options options = {.features = ct_features_default(), .threads = 1};
  assert_int_equal(ct_features_parse(&options.features, r->features ? r->features : "all", error), CT_OK);
  ct_status status = ct_validate((ct_slice){binary.data, binary.size}, &options, error);
  ct_buf_free(&binary);
  return status;
}

static void check_rows(const row *rows, size_t count) {
  for (size_t i = 0; i < count; i++) {
    ct_error error;
    ct_status status = verdict(&error, &rows[i]);
    if (!rows[i].message && status != CT_OK) fail_msg("%s\nis valid, but: %s", rows[i].text, error.message);
    if (rows[i].message && status == CT_OK) fail_msg("%s\nis invalid: %s", rows[i].text, rows[i].message);
    if (rows[i].message && !strstr(error.message, rows[i].message)) fail_msg("%s\nexpected: %s\nfound: %s", rows[i].text, rows[i].message, error.message);
  }
}

#define CHECK(...)                              \
  do {                                          \
    static const row rows_[] = {__VA_ARGS__};   \
    (void)state;                                \
    check_rows(rows_, CTI_COUNT(rows_));        \
  } while (0)

#define FUNC(body) "(module (func " body "))"

static void test_types__groups_and_subtypes(void **state) {
  CHECK({"(module (type (func (param i32) (result i64))) (func (type 0) i64.const 0))", NULL, "mvp"},
        {"(module (rec (type $a (struct (field (ref $b)))) (type $b (struct (field (ref $a))))))", NULL, NULL},
        {"(module (rec (type $a (struct (field (ref $b)))) (type $b (struct (field (ref $a))))))", "recursion groups", "all,-gc"},
        {"(module (type $a (sub (struct (field i32)))) (type $b (sub $a (struct (field i32) (field i64)))))", NULL, NULL},
        {"(module (type $a (struct (field i32))) (type $b (sub $a (struct (field i32)))))", "final super type", NULL},
        {"(module (type $a (sub (struct (field i32)))) (type $b (sub $a (struct (field i64)))))", "must match super type", NULL},
        {"(module (type $a (sub (struct (field (mut anyref))))) (type $b (sub $a (struct (field (mut eqref))))))", "must match super type", NULL},
        {"(module (type $a (sub (struct (field anyref)))) (type $b (sub $a (struct (field eqref)))))", NULL, NULL},
        {"(module (type $a (sub (func (param eqref) (result anyref)))) (type $b (sub $a (func (param anyref) (result eqref)))))", NULL, NULL},
        {"(module (type $a (sub (func (param anyref)))) (type $b (sub $a (func (param eqref)))))", "must match super type", NULL},
        {"(module (type $a (sub (array i8))) (type $b (sub $a (array i16))))", "must match super type", NULL},
        {"(module (type $f (func (param (ref 1)))))", "unknown type 1", NULL},
        {"(module (type $s (struct)) (type (cont $s)))", "non-function type", NULL},
        {"(module (type $f (func)) (type (cont $f)))", NULL, NULL},
        {"(module (type $f (func)) (type (cont $f)))", "stack-switching", "all,-stack-switching"},
        {"(module (type (struct)))", "gc", "all,-gc-types"},
        {"(module (type (shared (struct (field (ref null (shared any)))))))", NULL, NULL},
        {"(module (type (shared (struct (field anyref)))))", "must contain shared types", NULL},
        {"(module (type (func (result i32 i32))))", "multi-value", "wasm1"});
}

static void test_types__equal_across_groups(void **state) {
  CHECK({"(module (type $a (func (param i32))) (type $b (func (param i32))) (func (param (ref $a)) (result (ref $b)) local.get 0))", NULL, NULL},
        {"(module (rec (type $a (struct (field (ref null $b)))) (type $b (struct))) (rec (type $c (struct (field (ref null $d)))) (type $d (struct))) (func (param (ref $a)) (result (ref $c)) local.get 0))", NULL, NULL},
        {"(module (rec (type $a (struct)) (type $b (struct))) (type $c (struct)) (func (param (ref $a)) (result (ref $c)) local.get 0))", "expected (ref 2), found (ref 0)", NULL},
        {"(module (rec (type $a (struct)) (type $b (struct))) (func (param (ref $a)) (result (ref $b)) local.get 0))", "expected (ref 1), found (ref 0)", NULL});
}

static void test_types__descriptors(void **state) {
  CHECK({"(module (rec (type $a (descriptor $b) (struct)) (type $b (describes $a) (struct))))", NULL, NULL},
        {"(module (rec (type $a (descriptor $b) (struct)) (type $b (describes $a) (struct))))", "custom-descriptors", "all,-custom-descriptors"},
        {"(module (rec (type $a (descriptor $b) (struct)) (type $b (struct))))", "no matching describes", NULL},
        {"(module (rec (type $a (struct)) (type $b (describes $a) (struct))))", "no matching descriptor", NULL},
        {"(module (rec (type $a (descriptor $b) (array i8)) (type $b (describes $a) (struct))))", "non-struct", NULL},
        {"(module (rec (type $a (sub (descriptor $b) (struct))) (type $b (describes $a) (struct))))", "same finality", NULL});
}

static void test_imports_and_exports(void **state) {
  CHECK({"(module (import \"a\" \"b\" (func (param i32))) (import \"a\" \"b\" (global (mut i32))))", NULL, "wasm1"},
        {"(module (import \"a\" \"b\" (global (mut i32))))", "mutable-global", "mvp"},
        {"(module (import \"a\" \"b\" (memory 1)) (memory 1))", "multi-memory", "wasm2"},
        {"(module (import \"a\" \"b\" (table 1 funcref)) (table 1 funcref))", "reference-types", "wasm1"},
        {"(module (func) (export \"a\" (func 0)) (export \"b\" (func 0)))", NULL, "mvp"},
        {"(module (func) (export \"a\" (func 0)) (export \"a\" (func 0)))", "duplicate export name `a`", NULL},
        {"(module (export \"a\" (func 0)))", "unknown function 0", NULL},
        {"(module (export \"a\" (memory 0)))", "unknown memory 0", NULL},
        {"(module (import \"a\" \"b\" (tag (param i32))))", "exceptions", "all,-exceptions"},
        {"(module (tag (param i32) (result i32)))", "tag result type", "all,-stack-switching"},
        {"(module (type (func)) (import \"a\" \"b\" (func (exact (type 0)))))", "custom-descriptors", "all,-custom-descriptors"});
}

static void test_tables_and_memories(void **state) {
  CHECK({"(module (memory 1 2))", NULL, "mvp"}, {"(module (memory 2 1))", "must not be greater than maximum", NULL}, {"(module (memory 65537))", "at most 0x10000", NULL}, {"(module (memory 65536))", NULL, NULL},
        {"(module (memory i64 281474976710657))", "at most", NULL}, {"(module (memory i64 281474976710656))", NULL, NULL}, {"(module (memory i64 1))", "memory64", "all,-memory64"},
        {"(module (memory 1 shared))", "must have maximum", NULL}, {"(module (memory 1 2 shared))", "threads", "all,-threads"}, {"(module (memory 1 (pagesize 1)))", "custom-page-sizes", ""},
        {"(module (memory 1 (pagesize 1)))", NULL, NULL}, {"(module (memory 1 (pagesize 2)))", "invalid custom page size", NULL}, {"(module (table 1 (ref func)))", "non-defaultable", NULL},
        {"(module (table 1 (ref null func)))", NULL, NULL}, {"(module (func $f) (elem declare func $f) (table 1 (ref func) (ref.func $f)))", NULL, NULL},
        {"(module (func $f) (table 1 funcref (ref.func $f)))", "expression initializers", "all,-function-references"}, {"(module (table 3 2 funcref))", "must not be greater", NULL},
        {"(module (table i64 1 funcref))", "memory64", "all,-memory64"}, {"(module (table 1 externref))", "externref", "all,-gc-types"});
}

static void test_globals_and_constants(void **state) {
  CHECK({"(module (global i32 (i32.const 1)))", NULL, "mvp"}, {"(module (global i32 (i64.const 1)))", "expected i32, found i64", NULL}, {"(module (global i32 (i32.const 1) (i32.const 2)))", "values remaining", NULL},
        {"(module (global i32 (i32.add (i32.const 1) (i32.const 2))))", NULL, NULL}, {"(module (global i32 (i32.add (i32.const 1) (i32.const 2))))", "constant expression required", "wasm2"},
        {"(module (global i32 (i32.div_s (i32.const 1) (i32.const 2))))", "constant expression required", NULL}, {"(module (global $a i32 (i32.const 1)) (global i32 (global.get $a)))", NULL, NULL},
        {"(module (global $a i32 (i32.const 1)) (global i32 (global.get $a)))", "locally defined global", "wasm2"}, {"(module (import \"a\" \"b\" (global $a (mut i32))) (global i32 (global.get $a)))", "mutable global", NULL},
        {"(module (global i32 (global.get 0)))", "unknown global 0", NULL}, {"(module (global (ref i31) (ref.i31 (i32.const 1))))", NULL, NULL}, {"(module (func $f) (global funcref (ref.func $f)) (func ref.func $f drop))", NULL, NULL},
        {"(module (type $s (struct (field i32))) (global (ref $s) (struct.new $s (i32.const 1))))", NULL, NULL}, {"(module (global i32 (block (result i32) i32.const 1)))", "constant expression required", NULL},
        {"(module (global v128 (v128.const i32x4 0 0 0 0)))", "simd", "all,-simd"}, {"(module (global f32 (f32.const 1)))", "floats", "all,-floats"});
}

static void test_segments_and_start(void **state) {
  CHECK({"(module (memory 1) (data (i32.const 0) \"a\"))", NULL, "mvp"}, {"(module (data (i32.const 0) \"a\"))", "unknown memory 0", NULL}, {"(module (memory 1) (data (i64.const 0) \"a\"))", "expected i32", NULL},
        {"(module (memory i64 1) (data (i64.const 0) \"a\"))", NULL, NULL}, {"(module (data \"a\"))", "bulk-memory", "wasm1"}, {"(module (table 1 funcref) (func $f) (elem (i32.const 0) $f))", NULL, "mvp"},
        {"(module (func $f) (elem (i32.const 0) $f))", "unknown table 0", NULL}, {"(module (table 1 externref) (func $f) (elem (i32.const 0) $f))", "invalid element type", NULL},
        {"(module (elem func 3))", "unknown function 3", NULL}, {"(module (elem funcref (ref.null extern)))", "expected funcref, found externref", NULL}, {"(module (func $f) (start $f))", NULL, "mvp"},
        {"(module (func $f (param i32)) (start $f))", "invalid start function", NULL}, {"(module (memory 1) (func (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 0))) (data \"a\"))", NULL, NULL});
}

static void test_control__blocks(void **state) {
  CHECK({FUNC("(result i32) block (result i32) i32.const 1 end"), NULL, "mvp"}, {FUNC("block (result i32) end drop"), "nothing on stack", NULL}, {FUNC("block i32.const 1 end"), "values remaining", NULL},
        {FUNC("i32.const 1 if (result i32) i32.const 1 else i32.const 2 end drop"), NULL, "mvp"}, {FUNC("i32.const 1 if (result i32) i32.const 1 end drop"), "nothing on stack", NULL},
        {FUNC("i32.const 1 if (result i32) i32.const 1 else i64.const 2 end drop"), "expected i32, found i64", NULL}, {FUNC("i64.const 1 if end"), "expected i32, found i64", NULL},
        {FUNC("(result i32) i32.const 1 block (param i32) (result i32) end"), NULL, NULL}, {FUNC("(result i32) i32.const 1 block (param i32) (result i32) end"), "multi-value", "wasm1"},
        {FUNC("(result i32) i32.const 7 i32.const 1 if (param i32) (result i32) end"), NULL, NULL}, {FUNC("loop (result i32) br 0 end drop"), NULL, NULL}, {FUNC("block br 2 end"), "unknown label 2", NULL},
        {FUNC("(result i32) block (result i32) i32.const 1 br 0 end"), NULL, NULL}, {FUNC("block (result i32) br 0 end drop"), "nothing on stack", NULL},
        {FUNC("(result i32) block (result i32) i32.const 1 i32.const 2 br_if 0 end"), NULL, NULL}, {FUNC("(result i32) block (result i32) i64.const 1 i32.const 2 br_if 0 drop i32.const 0 end"), "expected i32, found i64", NULL},
        {FUNC("block block i32.const 0 br_table 0 1 2 end end"), NULL, NULL}, {FUNC("block (result i32) block i32.const 0 br_table 0 1 end i32.const 1 end drop"), "different number of types", NULL},
        {FUNC("block block i32.const 0 br_table 0 9 1 end end"), "unknown label 9", NULL}, {FUNC("(result i32) return"), "nothing on stack", NULL}, {FUNC("(result i32) i32.const 1 return"), NULL, NULL});
}

static void test_control__unreachable(void **state) {
  CHECK({FUNC("(result i32) unreachable"), NULL, NULL}, {FUNC("unreachable i32.add drop"), NULL, NULL}, {FUNC("(result i32) unreachable i64.const 1"), "expected i32, found i64", NULL},
        {FUNC("unreachable i64.const 1 i32.add drop"), "expected i32, found i64", NULL}, {FUNC("unreachable select drop"), NULL, NULL}, {FUNC("(result i32) unreachable select"), NULL, NULL},
        {FUNC("unreachable i32.const 1"), "values remaining", NULL}, {FUNC("block unreachable end i32.add"), "nothing on stack", NULL}, {FUNC("unreachable ref.as_non_null i32.eqz drop"), "expected i32", NULL},
        {FUNC("unreachable ref.as_non_null drop"), NULL, NULL}, {FUNC("unreachable any.convert_extern i31.get_s drop"), "expected i31ref", NULL}, {FUNC("unreachable i32.load drop"), "unknown memory 0", NULL},
        {FUNC("unreachable select i32.load drop"), "unknown memory 0", NULL}, {FUNC("unreachable local.tee 0 drop"), "unknown local 0", NULL}, {FUNC("(local i32) unreachable local.tee 0 local.set 0"), NULL, NULL});
}

static void test_calls(void **state) {
  CHECK({"(module (func $f (param i32) (result i64) i64.const 0) (func i32.const 1 call $f drop))", NULL, "mvp"}, {"(module (func $f (param i32)) (func i64.const 1 call $f))", "expected i32, found i64", NULL},
        {"(module (func call 9))", "unknown function 9", NULL}, {"(module (type (func)) (table 1 funcref) (func i32.const 0 call_indirect (type 0)))", NULL, "mvp"},
        {"(module (type (func)) (func i32.const 0 call_indirect (type 0)))", "unknown table 0", NULL}, {"(module (type (func)) (table 1 externref) (func i32.const 0 call_indirect (type 0)))", "type <= funcref", NULL},
        {"(module (table 1 funcref) (type (struct)) (func i32.const 0 call_indirect (type 0)))", "not a function type", NULL},
        {"(module (func $f (result i32) return_call $f))", NULL, NULL}, {"(module (func $f (result i32) return_call $f))", "tail-call", "all,-tail-call"},
        {"(module (func $f (result i32) i32.const 0) (func (result i64) return_call $f))", "requires result type [i64] but callee returns [i32]", NULL},
        {"(module (type $t (func)) (func (param (ref $t)) local.get 0 call_ref $t))", NULL, NULL}, {"(module (type $t (func)) (func (param funcref) local.get 0 call_ref $t))", "expected (ref null 0), found funcref", NULL},
        {"(module (type $t (func (result i32))) (func (param (ref null $t)) (result i32) local.get 0 return_call_ref $t))", NULL, NULL});
}

static void test_locals(void **state) {
  CHECK({FUNC("(local i32 i64) local.get 1 drop"), NULL, "mvp"}, {FUNC("(local i32) local.get 1 drop"), "unknown local 1: local index out of bounds, there is 1", NULL}, {FUNC("(local i32) i64.const 0 local.set 0"), "expected i32, found i64", NULL},
        {FUNC("(local (ref func)) local.get 0 drop"), "uninitialized local: 0", NULL}, {FUNC("(param (ref func)) (local (ref func)) local.get 0 local.set 1 local.get 1 drop"), NULL, NULL},
        {FUNC("(param (ref func)) (local (ref func)) block local.get 0 local.set 1 end local.get 1 drop"), "uninitialized local: 1", NULL},
        {FUNC("(param (ref func)) (local (ref func)) i32.const 0 if local.get 0 local.set 1 else local.get 1 drop end"), "uninitialized local: 1", NULL},
        {FUNC("(param (ref func)) (local (ref func)) local.get 0 local.tee 1 drop block local.get 1 drop end"), NULL, NULL}, {FUNC("(local v128)"), "simd", "wasm1"}, {FUNC("(local (ref 7))"), "unknown type 7", NULL});
}

static void test_globals__in_bodies(void **state) {
  CHECK({"(module (global (mut i32) (i32.const 0)) (func i32.const 1 global.set 0 global.get 0 drop))", NULL, "mvp"}, {"(module (global i32 (i32.const 0)) (func i32.const 1 global.set 0))", "immutable", NULL},
        {"(module (func global.get 0 drop))", "unknown global 0", NULL}, {"(module (global (mut i32) (i32.const 0)) (func i64.const 1 global.set 0))", "expected i32, found i64", NULL});
}

static void test_memory__accesses(void **state) {
  CHECK({"(module (memory 1) (func i32.const 0 i32.load align=4 drop))", NULL, "mvp"}, {"(module (memory 1) (func i32.const 0 i32.load align=8 drop))", "must not be larger than natural", NULL},
        {"(module (memory 1) (func i64.const 0 i32.load drop))", "expected i32, found i64", NULL}, {"(module (memory i64 1) (func i64.const 0 i64.load offset=4294967296 drop))", NULL, NULL},
        {"(module (memory 1) (memory 1) (func i32.const 0 i32.load 1 drop))", NULL, NULL}, {"(module (memory 1) (func i32.const 0 i32.load 1 drop))", "unknown memory 1", NULL},
        {"(module (memory 1) (func i32.const 0 i64.const 0 i32.store))", "expected i32, found i64", NULL}, {"(module (memory i64 1) (memory 1) (func i64.const 0 i32.const 0 i32.const 0 memory.copy 0 1))", NULL, NULL},
        {"(module (memory i64 1) (memory 1) (func i64.const 0 i32.const 0 i64.const 0 memory.copy 0 1))", "expected i32, found i64", NULL}, {"(module (memory 1) (func i32.const 0 i32.const 0 i32.const 0 memory.fill))", "bulk-memory-opt", "wasm1"},
        {"(module (memory 1) (func i32.const 0 i32.const 0 i32.const 0 memory.fill))", NULL, "lime1"}, {"(module (memory 1) (func data.drop 0) (data \"\"))", NULL, NULL}, {"(module (memory 1) (func memory.size drop))", NULL, "mvp"},
        {"(module (memory 1 1 shared) (func i32.const 0 i32.atomic.load align=2 drop))", "maximum alignment", NULL}, {"(module (memory 1) (func i32.const 0 i32.const 1 i32.atomic.rmw.add drop))", NULL, NULL});
}

static void test_tables__accesses(void **state) {
  CHECK({"(module (table 1 funcref) (func (result funcref) i32.const 0 table.get 0))", NULL, "wasm2"}, {"(module (table 1 funcref) (func i32.const 0 ref.null extern table.set 0))", "expected funcref, found externref", NULL},
        {"(module (table 1 funcref) (table 1 externref) (func i32.const 0 i32.const 0 i32.const 0 table.copy 0 1))", "no subtype", NULL}, {"(module (table i64 1 funcref) (func ref.null func i64.const 1 table.grow 0 drop))", NULL, NULL},
        {"(module (table 1 externref) (elem func) (func i32.const 0 i32.const 0 i32.const 0 table.init 0 0))", "no subtype", NULL}, {"(module (table 1 funcref) (func elem.drop 3))", "unknown elem segment 3", NULL},
        {"(module (table 1 funcref) (func table.size 0 drop i32.const 0 ref.null func i32.const 1 table.fill 0))", NULL, NULL});
}

static void test_vectors(void **state) {
  CHECK({FUNC("(result v128) i32.const 1 i8x16.splat"), NULL, NULL}, {FUNC("i32.const 1 i8x16.splat drop"), "simd", "all,-simd"}, {FUNC("(param v128) local.get 0 i8x16.extract_lane_s 16 drop"), "16 of 16 lanes", NULL},
        {FUNC("(param v128) local.get 0 i64x2.extract_lane 1 drop"), NULL, NULL}, {FUNC("(param v128) local.get 0 local.get 0 i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 32 drop"), "32 of 32 lanes", NULL},
        {FUNC("(param v128) local.get 0 local.get 0 i8x16.relaxed_swizzle drop"), "relaxed-simd", "all,-relaxed-simd"}, {"(module (memory 1) (func (param v128) i32.const 0 local.get 0 v128.load64_lane 2 drop))", "2 of 2 lanes", NULL},
        {FUNC("(param v128) local.get 0 local.get 0 f32x4.add drop"), "floats", "all,-floats"});
}

static void test_select(void **state) {
  CHECK({FUNC("i32.const 1 i32.const 2 i32.const 3 select drop"), NULL, "mvp"}, {FUNC("i32.const 1 i64.const 2 i32.const 3 select drop"), "different types", NULL}, {FUNC("ref.null func ref.null func i32.const 3 select drop"), "integral types", NULL},
        {FUNC("ref.null func ref.null func i32.const 3 select (result funcref) drop"), NULL, NULL}, {FUNC("i32.const 3 select"), "nothing on stack", NULL}, {FUNC("select"), "nothing on stack", NULL});
}

static void test_references(void **state) {
  CHECK({FUNC("ref.null func ref.is_null drop"), NULL, "wasm2"}, {FUNC("i32.const 0 ref.is_null drop"), "expected a reference, found i32", NULL}, {"(module (func $f ref.func $f drop))", "undeclared function reference", NULL},
        {"(module (func $f ref.func $f drop) (elem declare func $f))", NULL, NULL}, {"(module (func $f (export \"f\") ref.func $f drop))", NULL, NULL}, {FUNC("ref.func 9 drop"), "unknown function 9", NULL},
        {FUNC("(param funcref) (result (ref func)) local.get 0 ref.as_non_null"), NULL, NULL}, {FUNC("(param funcref) block local.get 0 br_on_null 0 drop end"), NULL, NULL},
        {FUNC("(param funcref) (result (ref func)) block (result (ref func)) local.get 0 br_on_non_null 0 unreachable end"), NULL, NULL}, {FUNC("(param funcref) block local.get 0 br_on_non_null 0 end"), "does not end with a reference", NULL},
        {FUNC("(param eqref eqref) local.get 0 local.get 1 ref.eq drop"), NULL, NULL}, {FUNC("(param anyref eqref) local.get 0 local.get 1 ref.eq drop"), "expected eqref, found anyref", NULL},
        {FUNC("(param (ref null (shared eq)) eqref) local.get 0 local.get 1 ref.eq drop"), "shared", NULL});
}

static void test_structs_and_arrays(void **state) {
  CHECK({"(module (type $s (struct (field i32) (field (mut i8)))) (func (result i32) i32.const 1 i32.const 2 struct.new $s struct.get_u $s 1))", NULL, NULL},
        {"(module (type $s (struct (field i32) (field (mut i8)))) (func (param (ref $s)) local.get 0 struct.get $s 1 drop))", "non-packed", NULL},
        {"(module (type $s (struct (field i32))) (func (param (ref $s)) local.get 0 i32.const 0 struct.set $s 0))", "immutable", NULL},
        {"(module (type $s (struct (field i32))) (func (param (ref $s)) local.get 0 struct.get $s 1 drop))", "unknown field 1", NULL}, {"(module (type $s (struct (field (ref any)))) (func struct.new_default $s drop))", "not defaultable", NULL},
        {"(module (type $a (array (mut i32))) (func i32.const 3 array.new_default $a i32.const 0 i32.const 1 array.set $a))", NULL, NULL}, {"(module (type $a (array i32)) (func (param (ref $a)) local.get 0 i32.const 0 i32.const 1 array.set $a))", "immutable", NULL},
        {"(module (type $a (array i32)) (func i32.const 1 i32.const 2 array.new_fixed $a 2 array.len drop))", NULL, NULL}, {"(module (type $a (array i32)) (func i32.const 1 array.new_fixed $a 2 drop))", "nothing on stack", NULL},
        {"(module (type $a (array i8)) (type $b (array (mut i16))) (func (param (ref $b) (ref $a)) local.get 0 i32.const 0 local.get 1 i32.const 0 i32.const 0 array.copy $b $a))", "do not match", NULL},
        {"(module (type $a (array (ref null any))) (data \"\") (func i32.const 0 i32.const 0 array.new_data $a 0 drop))", "not numeric", NULL}, {"(module (type $a (array i8)) (data \"\") (func i32.const 0 i32.const 0 array.new_data $a 0 drop))", NULL, NULL},
        {"(module (type $a (array funcref)) (elem funcref) (func i32.const 0 i32.const 0 array.new_elem $a 0 drop))", NULL, NULL}, {"(module (type $a (array i32)) (func (param (ref $a)) local.get 0 struct.get $a 0 drop))", "expected struct type", NULL});
}

static void test_casts(void **state) {
  CHECK({FUNC("(param anyref) local.get 0 ref.test (ref i31) drop"), NULL, NULL}, {FUNC("(param funcref) local.get 0 ref.test (ref i31) drop"), "expected anyref, found funcref", NULL}, {FUNC("(param anyref) (result eqref) local.get 0 ref.cast eqref"), NULL, NULL},
        {FUNC("(param anyref) (result (ref i31)) block (result (ref i31)) local.get 0 br_on_cast 0 anyref (ref i31) unreachable end"), NULL, NULL},
        {FUNC("(param anyref) block (result funcref) local.get 0 br_on_cast 0 anyref (ref i31) unreachable end drop"), "the label expects funcref", NULL},
        {FUNC("(param eqref) block (result anyref) local.get 0 br_on_cast 0 eqref anyref unreachable end drop"), "expected a subtype of eqref", "all,-custom-descriptors"},
        {FUNC("(param eqref) block (result anyref) local.get 0 br_on_cast 0 eqref anyref unreachable end drop"), NULL, NULL}, {FUNC("(param externref) (result anyref) local.get 0 any.convert_extern"), NULL, NULL},
        {FUNC("(param (ref null cont)) local.get 0 ref.test (ref nocont) drop"), "cannot cast to a continuation", NULL});
}

static void test_descriptors(void **state) {
#define DESC "(rec (type $a (descriptor $b) (struct)) (type $b (describes $a) (struct)))"
  CHECK({"(module " DESC "(func (param (ref (exact $b))) (result (ref (exact $a))) local.get 0 struct.new_desc $a))", NULL, NULL}, {"(module " DESC "(func struct.new $a drop))", "requires descriptor allocation", NULL},
        {"(module " DESC "(func (param (ref (exact $a))) (result (ref (exact $b))) local.get 0 ref.get_desc $a))", NULL, NULL}, {"(module " DESC "(func (param (ref $a)) (result (ref (exact $b))) local.get 0 ref.get_desc $a))", "expected (ref (exact 1)), found (ref 1)", NULL},
        {"(module " DESC "(func (param anyref (ref $b)) (result (ref $a)) local.get 0 local.get 1 ref.cast_desc_eq (ref $a)))", NULL, NULL}, {"(module " DESC "(func (param anyref (ref $b)) local.get 0 local.get 1 ref.cast_desc_eq (ref $b) drop))", "must have descriptor", NULL});
}

static void test_exceptions(void **state) {
  CHECK({"(module (tag $t (param i32)) (func i32.const 1 throw $t))", NULL, NULL}, {"(module (tag $t (param i32)) (func i64.const 1 throw $t))", "expected i32, found i64", NULL}, {FUNC("throw 3"), "unknown tag 3", NULL},
        {"(module (tag $t (param i32)) (func (result i32) block (result i32) try_table (catch $t 0) end i32.const 0 end))", NULL, NULL}, {"(module (tag $t (param i32)) (func block try_table (catch $t 0) end end))", "takes 0 values, the clause gives 1", NULL},
        {FUNC("block (result (ref exn)) try_table (catch_all_ref 0) end unreachable end drop"), NULL, NULL}, {FUNC("block (result funcref) try_table (catch_all_ref 0) end unreachable end drop"), "expects funcref", NULL},
        {FUNC("(param exnref) local.get 0 throw_ref"), NULL, NULL}, {FUNC("try catch_all rethrow 0 end"), NULL, NULL}, {FUNC("try catch_all rethrow 1 end"), "not a `catch` block", NULL}, {FUNC("try catch_all end"), "legacy-exceptions", ""},
        {"(module (tag $t (param i32)) (func (result i32) try (result i32) i32.const 0 catch $t end))", NULL, NULL}, {FUNC("block catch_all end"), "outside a `try` block", NULL}, {FUNC("try try delegate 0 end"), NULL, NULL});
}

static void test_shared(void **state) {
  CHECK({"(module (global (shared mut i32) (i32.const 0)) (func i32.const 1 global.atomic.rmw.add seq_cst 0 drop))", NULL, NULL}, {"(module (global (shared mut f32) (f32.const 0)) (func global.atomic.get seq_cst 0 drop))", "does not allow f32", NULL},
        {"(module (table shared 1 (ref null (shared any))) (func i32.const 0 table.atomic.get acq_rel 0 drop))", NULL, NULL}, {"(module (type $s (shared (struct (field (mut i64))))) (func (param (ref $s)) local.get 0 i64.const 1 i64.const 2 struct.atomic.rmw.cmpxchg seq_cst $s 0 drop))", NULL, NULL},
        {"(module (type $f (shared (func))) (global $g (mut i32) (i32.const 0)) (func (type $f) global.get $g drop))", "shared functions cannot access unshared globals", NULL},
        {"(module (type $f (shared (func))) (type $g (func)) (func $plain (type $g)) (func (type $f) call $plain))", "shared functions cannot access unshared functions", NULL}, {"(module (global (shared i32) (i32.const 0)))", "shared-everything-threads", ""});
}

static void test_continuations(void **state) {
#define CONT "(type $f (func (param i32) (result i64))) (type $k (cont $f)) (tag $t (param f32) (result i32))"
  CHECK({"(module " CONT "(func (param (ref $f)) (result (ref $k)) local.get 0 cont.new $k))", NULL, NULL}, {"(module " CONT "(func (param (ref $k)) (result i64) i32.const 1 local.get 0 resume $k))", NULL, NULL},
        {"(module " CONT "(func (result i32) f32.const 0 suspend $t))", NULL, NULL}, {"(module " CONT "(func (param (ref $k)) i64.const 1 local.get 0 resume $k drop))", "expected i32, found i64", NULL}, {"(module " CONT "(func (param (ref $f)) local.get 0 cont.new $f drop))", "non-continuation type 0", NULL});
}

static void test_wide_arithmetic(void **state) {
  CHECK({FUNC("(param i64) (result i64 i64) local.get 0 local.get 0 i64.mul_wide_u"), NULL, NULL}, {FUNC("(param i64) local.get 0 local.get 0 local.get 0 i64.add128 drop drop"), "nothing on stack", NULL},
        {FUNC("(param i64) (result i64 i64) local.get 0 local.get 0 i64.mul_wide_u"), "wide-arithmetic", "wasm3"});
}

/* What cannot be written as text: order, counts, ends. */
static void test_form(void **state) {
  (void)state;
#define MODULE "\0asm\1\0\0\0"
  static const struct {
    const char *bytes;
    size_t size;
    const char *message;
    uint64_t offset;
  } rows[] = {
#define ROW(bytes, message, offset) {MODULE bytes, sizeof(MODULE bytes) - 1, message, offset}
      ROW("", NULL, 0),
      ROW("\x03\x01\x00\x01\x01\x00", "section out of order", 11),
      ROW("\x01\x01\x00\x01\x01\x00", "section out of order", 11),
      ROW("\x0f\x00", "malformed section id: 15", 8),
      ROW("\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00", "1 functions, 0 bodies", 18),
      ROW("\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00\x0a\x01\x00", "1 functions, 0 bodies", 20),
      ROW("\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00\x0a\x04\x01\x02\x00\x0b", NULL, 0),
      ROW("\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00\x0a\x05\x01\x02\x00\x0b\x00", "after the end of the code section", 24),
      ROW("\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00\x0a\x04\x01\x02\x00\x01", "not closed by `end`", 24),
      ROW("\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00\x0a\x05\x01\x03\x00\x0b\x01", "operators remaining after end", 24),
      ROW("\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00\x0a\x06\x01\x04\x00\x41\x80\x80", "unexpected end", 26),
      ROW("\x01\x04\x01\x60\x00\x00\x03\x02\x01\x00\x0a\x05\x01\x03\x00\x05\x0b", "`else` found outside an `if` block", 23),
      /* constants: one byte of LEB, as many as there may be, one more; bits that do not fit; cut; more than one value; another type */
      ROW("\x06\x06\x01\x7f\x00\x41\x00\x0b", NULL, 0),
      ROW("\x06\x0a\x01\x7f\x00\x41\x80\x80\x80\x80\x00\x0b", NULL, 0),
      ROW("\x06\x0a\x01\x7f\x00\x41\xff\xff\xff\xff\x07\x0b", NULL, 0),
      ROW("\x06\x0a\x01\x7f\x00\x41\x80\x80\x80\x80\x08\x0b", "LEB128", 14),
      ROW("\x06\x0b\x01\x7f\x00\x41\x80\x80\x80\x80\x80\x00\x0b", "LEB128", 14),
      ROW("\x06\x05\x01\x7f\x00\x41\x00", "no `end`", 15),
      ROW("\x06\x05\x01\x7f\x00\x41\x80", "unexpected end", 15),
      ROW("\x06\x08\x01\x7f\x00\x41\x00\x41\x00\x0b", "values remaining", 17),
      ROW("\x06\x06\x01\x7e\x00\x41\x00\x0b", "expected i64, found i32", 15),
      ROW("\x06\x06\x01\x7f\x00\x42\x00\x0b", "expected i32, found i64", 15),
      ROW("\x06\x0f\x01\x7e\x00\x42\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00\x0b", NULL, 0),
      ROW("\x06\x0f\x01\x7e\x00\x42\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01\x0b", "LEB128", 14),
      ROW("\x06\x10\x01\x7e\x00\x42\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00\x0b", "LEB128", 14),
      ROW("\x0c\x01\x01", "1 announced, 0 segments", 11),
      ROW("\x05\x03\x01\x00\x01\x0c\x01\x01\x0b\x01\x00", "1 announced, 0 segments", 18),
      ROW("\x00\x02\x01\xff", "UTF-8", 11),
#undef ROW
  };
  for (size_t i = 0; i < CTI_COUNT(rows); i++) {
    ct_error error;
    ct_error_clear(&error);
    ct_status status = ct_validate(cti_slice(rows[i].bytes, rows[i].size), NULL, &error);
    if ((status == CT_OK) != (rows[i].message == NULL) || (rows[i].message && !strstr(error.message, rows[i].message))) fail_msg("row %zu: %s", i, error.message);
    if (rows[i].message && error.offset != rows[i].offset) fail_msg("row %zu: %s at %llu", i, error.message, (unsigned long long)error.offset);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_types__groups_and_subtypes),
      cmocka_unit_test(test_types__equal_across_groups),
      cmocka_unit_test(test_types__descriptors),
      cmocka_unit_test(test_imports_and_exports),
      cmocka_unit_test(test_tables_and_memories),
      cmocka_unit_test(test_globals_and_constants),
      cmocka_unit_test(test_segments_and_start),
      cmocka_unit_test(test_control__blocks),
      cmocka_unit_test(test_control__unreachable),
      cmocka_unit_test(test_calls),
      cmocka_unit_test(test_locals),
      cmocka_unit_test(test_globals__in_bodies),
      cmocka_unit_test(test_memory__accesses),
      cmocka_unit_test(test_tables__accesses),
      cmocka_unit_test(test_vectors),
      cmocka_unit_test(test_select),
      cmocka_unit_test(test_references),
      cmocka_unit_test(test_structs_and_arrays),
      cmocka_unit_test(test_casts),
      cmocka_unit_test(test_descriptors),
      cmocka_unit_test(test_exceptions),
      cmocka_unit_test(test_shared),
      cmocka_unit_test(test_continuations),
      cmocka_unit_test(test_wide_arithmetic),
      cmocka_unit_test(test_form),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

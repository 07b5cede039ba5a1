/* The fast path gives what the whole rules give, in verdict, words and place; so does any number of threads. Failing allocations, cut and bent bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "core/module_validate.h"
#include "ctool/io.h"
#include "ctool/text.h"
#include "hurt.h"

static ct_status validate(ct_error *error, ct_slice bytes, bool slow, uint32_t threads) {
  cti_arena arena;
  cti_validation v;
  ct_error_clear(error);
  cti_arena_init(&arena, error);
  ct_features features = ct_features_default();
  if (ct_features_parse(&features, "all", error) != CT_OK) abort();
  cti_validation_init(&v, &(ct_validate_options){.features = features, .threads = threads}, &arena);
  v.slow = slow;
  ct_status status = cti_module_validate(NULL, bytes, 0, &v);
  cti_arena_free(&arena);
  return status;
}

static void compare_named(ct_slice bytes, const char *name) {
  ct_error fast, slow;
  validate(&fast, bytes, false, 1);
  validate(&slow, bytes, true, 1);
  if (fast.status != slow.status || fast.offset != slow.offset || strcmp(fast.message, slow.message) != 0 || strcmp(fast.trail, slow.trail) != 0)
    fail_msg("%s:\nfast: %s at %llu\nslow: %s at %llu", name, fast.message, (unsigned long long)fast.offset, slow.message, (unsigned long long)slow.offset);
}

static void compare(ct_slice bytes, void *context) {
  (void)context;
  compare_named(bytes, "hurt");
}

/* A module that has what the fast path knows, in all its forms. */
static const char everything[] =
    "(module (import \"a\" \"b\" (func $i (param f32))) (type $v (func)) (type $r (func (param i32 i64) (result f64))) (memory 1) (table 2 funcref) (global $g (mut i64) (i64.const 5))\n"
    " (func $f (type $r) (local f32 f64)\n"
    "  block loop local.get 0 br_if 0 local.get 0 i32.eqz br_if 1 end end\n"
    "  local.get 0 if (result i32) i32.const 70000 else i32.const -1 end drop\n"
    "  local.get 0 if local.get 2 call $i else nop end\n"
    "  block block local.get 0 br_table 0 1 0 end end\n"
    "  i32.const 8 i32.load offset=300 align=2 i32.const 1 i32.add local.tee 0 local.set 0\n"
    "  i32.const 8 global.get $g i64.store32 offset=5 i64.const -9000000000 global.set $g\n"
    "  f32.const 1.5 f64.promote_f32 local.get 3 f64.mul local.set 3\n"
    "  local.get 0 i64.const 3 i32.const 1 call_indirect (type $r) local.get 3 i32.const 1 select drop\n"
    "  i32.const 3 i8x16.splat i32.const 1 i16x8.shl v128.const i32x4 1 2 3 4 i8x16.relaxed_swizzle i32.const 7 i32x4.replace_lane 3 i32x4.extract_lane 2 drop\n"
    "  i32.const 0 v128.load offset=200 i32.const 0 v128.load32_zero i32.const 0 v128.load8x8_s v128.bitselect drop local.get 3 i32.trunc_sat_f64_s drop\n"
    "  block (result f64) f64.const 1 br 0 end return)\n"
    " (func (export \"x\") i32.const 1 i64.const 2 call $f drop unreachable))";

static ct_slice everything_bytes(ct_buf *owner) {
  ct_error error;
  ct_error_clear(&error);
  *owner = (ct_buf){0};
  if (ct_text_parse(owner, cti_slice_str(everything), &error) != CT_OK) fail_msg("%s", error.message);
  return (ct_slice){owner->data, owner->size};
}

static void test_fast__as_slow_on_bent_bytes(void **state) {
  (void)state;
  ct_buf owner;
  ct_slice bytes = everything_bytes(&owner);
  ct_error error;
  assert_int_equal(validate(&error, bytes, false, 1), CT_OK);
  hurt_cuts(bytes, compare, NULL);
  hurt_bits(bytes, compare, NULL);
  ct_buf_free(&owner);
}

/* Each byte of the code set to each value: opcodes, labels, indices, padded and cut LEBs. */
static void test_fast__as_slow_on_any_byte(void **state) {
  (void)state;
  ct_buf owner;
  ct_slice bytes = everything_bytes(&owner);
  for (size_t i = 60; i < bytes.size; i++) {
    uint8_t old = owner.data[i];
    for (unsigned value = 0; value < 256; value++) {
      owner.data[i] = (uint8_t)value;
      compare_named(bytes, "byte");
    }
    owner.data[i] = old;
  }
  ct_buf_free(&owner);
}

static void compare_file(const char *path) {
  ct_error error;
  ct_error_clear(&error);
  ct_input input;
  if (ct_input_open(&input, path, &error) == CT_OK && input.bytes.size < 100000) compare_named(input.bytes, path);
  ct_input_close(&input);
}

static void test_fast__as_slow_on_the_suite(void **state) {
  (void)state;
  static const char *const folders[] = {"spec", "custom-descriptors", "custom-page-sizes", "threads", "wide-arithmetic"};
  if (ct_path_kind_of(CTOOL_SOURCE_DIR "/../shared/conformance/core") != CT_PATH_DIRECTORY) {
    print_message("the conformance suite is not beside the project\n");
    skip();
  }
  for (size_t f = 0; f < CTI_COUNT(folders); f++) {
    char folder[512], path[1024];
    char **names;
    size_t count;
    ct_error error;
    ct_error_clear(&error);
    snprintf(folder, sizeof folder, CTOOL_SOURCE_DIR "/../shared/conformance/core/%s", folders[f]);
    if (ct_names_list(&names, &count, folder, &error) != CT_OK) continue;
    for (size_t i = 0; i < count; i++) {
      snprintf(path, sizeof path, "%s/%s", folder, names[i]);
      compare_file(path);
    }
    ct_names_free(names, count);
  }
}

/* ---- threads */

enum { BODIES = 40000, BODY_SIZE = 64 };

/* Many bodies of drops, some of which drop nothing. */
static void many_bodies(cti_buf *out, const uint32_t *bad, size_t bad_count) {
  static const char start[] = "\0asm\1\0\0\0\x01\x04\x01\x60\x00\x00";
  cti_buf_bytes(out, cti_slice(start, sizeof start - 1));
  cti_buf_u8(out, 3);
  size_t mark = cti_buf_open(out);
  cti_buf_uleb(out, BODIES);
  cti_buf_fill(out, 0, BODIES);
  cti_buf_close(out, mark);
  cti_buf_u8(out, 10);
  mark = cti_buf_open(out);
  cti_buf_uleb(out, BODIES);
  for (uint32_t i = 0; i < BODIES; i++) {
    bool is_bad = false;
    for (size_t k = 0; k < bad_count; k++) is_bad |= bad[k] == i;
    cti_buf_u8(out, BODY_SIZE);
    cti_buf_u8(out, 0);
    for (int k = 0; k < (BODY_SIZE - 4) / 3; k++) cti_buf_bytes(out, cti_slice(is_bad && k == 7 ? "\x01\x01\x1a" : "\x41\x00\x1a", 3));
    cti_buf_bytes(out, CTI_LIT("\x01\x01\x0b"));
  }
  cti_buf_close(out, mark);
}

static void test_threads__one_verdict(void **state) {
  (void)state;
  static const uint32_t none[1] = {0}, some[] = {39990, 12345, 20000, 12346, 3};
  for (size_t bad = 0; bad <= CTI_COUNT(some); bad++) {
    cti_buf module = {0};
    many_bodies(&module, bad ? some : none, bad);
    /* the k-th module has its first `bad` failures: the lowest of them is told */
    ct_error one, many;
    validate(&one, cti_buf_slice(&module), false, 1);
    assert_int_equal(one.status == CT_OK, bad == 0);
    for (uint32_t threads = 2; threads <= 9; threads++) {
      validate(&many, cti_buf_slice(&module), false, threads);
      assert_int_equal(one.status, many.status);
      assert_true(one.offset == many.offset);
      assert_string_equal(one.message, many.message);
      assert_string_equal(one.trail, many.trail);
    }
    ct_buf_free(&module);
  }
}

/* A size that goes past the section, behind a body that is bad: the bad body comes first; without it the size is told. */
static void test_threads__bad_size(void **state) {
  (void)state;
  static const uint32_t bad[] = {39998};
  for (size_t count = 0; count < 2; count++) {
    cti_buf module = {0};
    ct_error one, many;
    many_bodies(&module, bad, count);
    module.data[module.size - BODY_SIZE - 1] = BODY_SIZE + 1;
    validate(&one, cti_buf_slice(&module), false, 1);
    validate(&many, cti_buf_slice(&module), false, 4);
    assert_int_not_equal(one.status, CT_OK);
    assert_string_equal(one.message, many.message);
    assert_true(one.offset == many.offset);
    ct_buf_free(&module);
  }
}

/* ---- reports */

static void count_report(void *context, const ct_error *error) {
  uint32_t *counts = context;
  counts[0]++;
  assert_true(error->offset > counts[1]);
  counts[1] = (uint32_t)error->offset;
  assert_non_null(strstr(error->trail, "code > func "));
}

static void test_report__every_function(void **state) {
  (void)state;
  static const uint32_t bad[] = {5, 77, 39999};
  cti_buf module = {0};
  uint32_t counts[2] = {0};
  ct_error error;
  ct_error_clear(&error);
  many_bodies(&module, bad, 3);
  assert_int_equal(ct_validate(cti_buf_slice(&module), &(ct_validate_options){.report = count_report, .report_context = counts}, &error), CT_CORE_TYPE);
  assert_int_equal(counts[0], 3);
  assert_string_equal(error.trail, "code > func 5");
  ct_buf_free(&module);
}

/* ---- memory */

static void must_not_lie(ct_slice bytes, void *context) {
  ct_error error;
  ct_status status = validate(&error, bytes, false, 1);
  (void)context;
  if (cti_alloc_failed()) assert_int_equal(status, CT_NOMEM);
  else assert_int_equal(status, CT_OK);
}

static void test_memory__each_allocation_fails(void **state) {
  (void)state;
  ct_buf owner;
  ct_slice bytes = everything_bytes(&owner);
  assert_in_range(hurt_starve(bytes, must_not_lie, NULL), 5, 200);
  ct_buf_free(&owner);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_fast__as_slow_on_bent_bytes),
      cmocka_unit_test(test_fast__as_slow_on_any_byte),
      cmocka_unit_test(test_fast__as_slow_on_the_suite),
      cmocka_unit_test(test_threads__one_verdict),
      cmocka_unit_test(test_threads__bad_size),
      cmocka_unit_test(test_report__every_function),
      cmocka_unit_test(test_memory__each_allocation_fails),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

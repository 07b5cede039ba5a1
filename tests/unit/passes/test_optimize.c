/* The optimizer as a whole: what fails leaves nothing behind, whichever allocation it is; time that is up; options that are wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "ctool/optimize.h"
#include "ctool/text.h"

/* Something for each pass. */
static const char text[] =
    "(module (type $t (func (param i32) (result i32)))"
    " (import \"e\" \"g\" (func $g (param i32 i32) (result i32))) (import \"e\" \"unused\" (func $unused))"
    " (memory (export \"m\") 1) (table 2 funcref) (elem (i32.const 0) $table $a)"
    " (global $sp (mut i32) (i32.const 1024))"
    " (data (i32.const 8) \"ab\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00cd\")"
    " (func $once (param i32 i32) (result i32) (local i32) (if (local.get 0) (then (return (local.get 1)))) (local.set 2 (call $g (i32.const 7) (local.get 0))) (local.get 2))"
    " (func $twice (param i32 i32) (result i32) (i32.store (local.get 0) (i32.const 9)) (call $g (local.get 0) (i32.const 1)))"
    " (func $table (param i32) (result i32) (block $l (br_if $l (i32.eqz (local.get 0))) (drop (call $twice (local.get 0) (i32.const 5)))) (i32.add (local.get 0) (i32.mul (i32.const 2) (i32.const 3))))"
    " (func $a (type $t) (drop (call $g (local.get 0) (i32.const 100001))) (drop (call $g (i32.const 500) (i32.const 77))) (call $g (i32.const 900) (i32.const 100001)))"
    " (func $b (type $t) (drop (call $g (local.get 0) (i32.const 100002))) (drop (call $g (i32.const 500) (i32.const 77))) (call $g (i32.const 900) (i32.const 100002)))"
    " (func $c (type $t) (drop (call $g (local.get 0) (i32.const 100003))) (drop (call $g (i32.const 500) (i32.const 77))) (call $g (i32.const 900) (i32.const 100003)))"
    " (func (export \"s\") (local i32)"
    "  (global.set $sp (local.tee 0 (i32.sub (global.get $sp) (i32.const 8)))) (f64.store offset=8 (local.get 0) (f64.const 2.5)) (f64.store (i32.add (local.get 0) (i32.const 8)) (f64.const 2.5))"
    "  (global.set $sp (local.tee 0 (i32.add (local.get 0) (i32.const 4)))) (global.set $sp (i32.add (local.get 0) (i32.const 4))))"
    " (func (export \"f\") (param i32) (result i32) (local i32 i32)"
    "  (drop (call $twice (local.get 0) (i32.const 5)))"
    "  (block $x (loop $l (br_if $x (i32.eqz (local.get 0))) (local.set 0 (i32.sub (local.get 0) (i32.const 1))) (br_table $l $x $l (local.get 0))))"
    "  (if (local.get 0) (then (local.set 1 (i32.const 3))) (else (local.set 1 (local.get 2))))"
    "  (block $y (if (local.get 1) (then (drop (call $b (i32.const 1))) (i32.store (i32.const 16) (i32.const 1000000)) (br $y))) (drop (call $c (i32.const 2))) (i32.store (i32.const 16) (i32.const 1000000)))"
    "  (call_indirect (type $t) (call $once (local.get 1) (local.get 0)) (i32.const 1))))";

/* The same for what core modules say to each other. */
static const char component[] =
    "(component (import \"host\" (func $h)) (import \"unused\" (func))"
    " (core module $a (import \"a long name of an import\" \"a long name of a field\" (func $f)) (func $g (call $f)) (func $dead (call $f) (call $f))"
    "  (export \"another long name\" (func $g)) (export \"nobody asks for it\" (func $dead)))"
    " (core func $l (canon lower (func $h))) (core func $l2 (canon lower (func $h)))"
    " (core instance $x (export \"a long name of a field\" (func $l)) (export \"not asked for\" (func $l2)))"
    " (core instance $i (instantiate $a (with \"a long name of an import\" (instance $x))))"
    " (func (export \"run\") (canon lift (core func $i \"another long name\"))))";

/* What `outline` makes functions of: parameters that are locals and constants, a result in a local, and returns. */
static const char repeats[] =
    "(module (import \"e\" \"g\" (func $g (param i32) (result i32))) (memory 1)"
#define REPEAT(name, constant)                                                                                                                                        \
  " (func (export \"" name "\") (param i32 i64) (result i32) (local i32 i32 i64)"                                                                                        \
  "  (if (i64.eqz (local.get 1)) (then (local.set 2 (call $g (local.get 0))) (local.set 3 (i32.add (i32.mul (local.get 2) (local.get 2)) (i32.const " constant ")))"     \
  "   (drop (call $g (local.get 3))) (drop (i32.load8_s (local.get 0)))))"                                                                                               \
  "  (drop (i32.load offset=" constant " (local.get 0)))"                                                                                                               \
  "  (if (i32.load (local.get 3)) (then (if (call $g (local.get 0)) (then (return (i32.const 5)))) (i32.store (local.get 3) (i32.const 9)) (return (local.get 3)))) (local.get 0))"
    REPEAT("a", "100001") REPEAT("b", "100002") REPEAT("c", "100003") REPEAT("d", "100004") ")";

static ct_buf parsed(const char *from) {
  ct_buf out = {0};
  ct_error error = {0};
  if (ct_text_parse(&out, (ct_slice){(const uint8_t *)from, strlen(from)}, &error) != CT_OK) fail_msg("%s", error.message);
  return out;
}

static ct_buf binary(void) { return parsed(text); }

static void each_allocation_may_fail(const char *from) {
  ct_buf in = parsed(from);
  for (size_t n = 1;; n++) {
    ct_buf out = {0};
    ct_error error = {0};
    const ct_optimize_options options = {0};
    cti_alloc_fail_at(n);
    ct_status status = ct_optimize(&out, (ct_slice){in.data, in.size}, &options, &error);
    bool failed = cti_alloc_failed();
    cti_alloc_fail_at(0);
    if (status != (failed ? CT_NOMEM : CT_OK)) print_error("allocation %zu: status %d: %s\n", n, status, error.message);
    assert_int_equal(status, failed ? CT_NOMEM : CT_OK);
    assert_true(failed ? out.size == 0 : out.size > 0 && out.size < in.size);
    ct_buf_free(&out);
    if (!failed) break;
  }
  ct_buf_free(&in);
}

static void test_optimize__each_allocation_may_fail(void **state) {
  (void)state;
  each_allocation_may_fail(text);
  each_allocation_may_fail(component);
  each_allocation_may_fail(repeats);
}

static size_t size_with(const ct_optimize_options *options) {
  ct_buf in = binary(), out = {0};
  ct_error error = {0};
  if (ct_optimize(&out, (ct_slice){in.data, in.size}, options, &error) != CT_OK) fail_msg("%s", error.message);
  size_t size = out.size;
  ct_buf_free(&in);
  ct_buf_free(&out);
  return size;
}

static bool after_some(void *context) { return (*(int *)context)-- <= 0; }

/* Whenever it stops, the result is valid (ct_optimize validates it). */
static void test_optimize__time_is_up(void **state) {
  (void)state;
  size_t all = size_with(&(ct_optimize_options){0});
  for (int calls = 0; calls < 60; calls++) {
    int left = calls;
    size_t size = size_with(&(ct_optimize_options){.stop = after_some, .stop_context = &left});
    assert_true(size >= all);
    if (left > 0) return; /* it came to its end */
  }
  fail_msg("it asks too often");
}

static void test_optimize__any_pass_may_be_missing(void **state) {
  (void)state;
  size_t none = size_with(&(ct_optimize_options){.passes = ""});
  for (const ct_pass_info *pass = ct_optimize_passes(); pass->name; pass++) {
    size_with(&(ct_optimize_options){.skip_passes = pass->name});
    size_with(&(ct_optimize_options){.passes = pass->name});
  }
  for (int level = 1; level <= 4; level++) assert_true(size_with(&(ct_optimize_options){.level = level}) < none);
}

enum { FUNCTIONS = 3000 };

/* As many functions as several threads are begun for; each calls the next, some with what is always the same. */
static ct_buf large(void) {
  char line[512];
  ct_buf wat = {0};
  ct_error error = {0};
  for (int i = 0; i < FUNCTIONS; i++) {
    int size = snprintf(line, sizeof line,
                        "%s (func $f%d (param i32 i32) (result i32) (local i32) (local.set 2 (i32.load offset=%d (local.get 0))) (if (local.get 2) (then (i32.store (local.get 0) (i32.const %d))))"
                        " (i32.store offset=%d (local.get 0) (call $f%d (local.get 2) (i32.const %d))) (i32.mul (local.get 2) (i32.const %d)))",
                        i ? "" : "(module (memory (export \"m\") 1) (export \"f\" (func $f0))", i, i, 1000000 + i, i * 4, (i + 1) % FUNCTIONS, i % 3 ? 5 : i, i);
    ct_buf_append(&wat, (ct_slice){(const uint8_t *)line, (size_t)size}, &error);
  }
  ct_buf_append(&wat, (ct_slice){(const uint8_t *)")", 2}, &error);
  ct_buf out = parsed((const char *)wat.data);
  ct_buf_free(&wat);
  return out;
}

static void test_optimize__threads_make_no_difference(void **state) {
  (void)state;
  ct_buf in = large(), alone = {0};
  ct_error error = {0};
  assert_true(in.size > 1 << 17);
  assert_int_equal(ct_optimize(&alone, (ct_slice){in.data, in.size}, &(ct_optimize_options){.threads = 1}, &error), CT_OK);
  assert_true(alone.size < in.size);
  for (uint32_t threads = 2; threads <= 5; threads++) {
    ct_buf out = {0};
    assert_int_equal(ct_optimize(&out, (ct_slice){in.data, in.size}, &(ct_optimize_options){.threads = threads}, &error), CT_OK);
    assert_int_equal(out.size, alone.size);
    assert_memory_equal(out.data, alone.data, alone.size);
    ct_buf_free(&out);
  }
  ct_buf_free(&alone);
  ct_buf_free(&in);
}

static void refuse(const ct_optimize_options *options, ct_status status) {
  ct_buf in = binary(), out = {0};
  ct_error error = {0};
  assert_int_equal(ct_optimize(&out, (ct_slice){in.data, in.size}, options, &error), status);
  assert_int_equal(out.size, 0);
  ct_buf_free(&in);
}

static void test_optimize__wrong_options(void **state) {
  (void)state;
  refuse(&(ct_optimize_options){.passes = "fold,nothing"}, CT_USAGE);
  refuse(&(ct_optimize_options){.skip_passes = "fol"}, CT_USAGE);
  refuse(&(ct_optimize_options){.level = 9}, CT_MISUSE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_optimize__each_allocation_may_fail),
      cmocka_unit_test(test_optimize__time_is_up),
      cmocka_unit_test(test_optimize__any_pass_may_be_missing),
      cmocka_unit_test(test_optimize__threads_make_no_difference),
      cmocka_unit_test(test_optimize__wrong_options),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

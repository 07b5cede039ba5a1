/* The arena: alignment, zeroing, large requests, overflow, growing vectors, and reported failures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/vec.h"

static void test_alloc__aligned_and_zeroed(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  cti_arena arena;
  cti_arena_init(&arena, &error);
  for (size_t size = 1; size < 5000; size += 37) {
    uint8_t *at = cti_alloc(&arena, size);
    assert_non_null(at);
    assert_int_equal((uintptr_t)at % 16, 0);
    for (size_t i = 0; i < size; i++) assert_int_equal(at[i], 0);
    memset(at, 0xff, size);
  }
  cti_arena_free(&arena);
  cti_arena_free(&arena);
}

static void test_alloc_n__overflow(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  cti_arena arena;
  cti_arena_init(&arena, &error);
  assert_null(cti_alloc_n(&arena, SIZE_MAX / 2, 3));
  assert_int_equal(error.status, CT_NOMEM);
  cti_arena_free(&arena);
}

static void test_vec__grows_and_keeps(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  cti_arena arena;
  cti_arena_init(&arena, &error);
  CTI_VEC(uint32_t) numbers = {0};
  for (uint32_t i = 0; i < 10000; i++) assert_true(cti_vec_push(&arena, &numbers, i * 3));
  for (uint32_t i = 0; i < 10000; i++) assert_int_equal(numbers.items[i], i * 3);
  uint32_t *added = cti_vec_add(&arena, &numbers);
  assert_ptr_equal(added, cti_vec_last(&numbers));
  assert_int_equal(*added, 0);
  cti_arena_free(&arena);
}

static void test_vec__failure_keeps_the_items(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  cti_arena arena;
  cti_arena_init(&arena, &error);
  CTI_VEC(uint32_t) numbers = {0};
  bool pushed = true;
  uint32_t count = 0;
  cti_alloc_fail_at(2);
  while (pushed && numbers.count < 100000) pushed = cti_vec_push(&arena, &numbers, count++);
  cti_alloc_fail_at(0);
  assert_false(pushed);
  assert_int_equal(error.status, CT_NOMEM);
  for (uint32_t i = 0; i < numbers.count; i++) assert_int_equal(numbers.items[i], i);
  cti_arena_free(&arena);
}

/* What was given back is cut again, zeroed; large requests do not fit there. */
static void test_give_back__used_again(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  cti_arena arena;
  cti_arena_init(&arena, &error);
  uint8_t *old = cti_alloc(&arena, 100);
  memset(old, 0xff, 100);
  cti_give_back(&arena, old, 100);
  uint8_t *large = cti_alloc(&arena, 200), *again = cti_alloc(&arena, 40), *rest = cti_alloc(&arena, 64);
#ifndef CTI_ARENA_SINGLE
  assert_ptr_equal(again, old);
  assert_ptr_equal(rest, old + 48);
#endif
  for (size_t i = 0; i < 200; i++) assert_int_equal(large[i], 0);
  for (size_t i = 0; i < 40; i++) assert_int_equal(again[i], 0);
  for (size_t i = 0; i < 64; i++) assert_int_equal(rest[i], 0);
  cti_arena_free(&arena);
}

/* An array at the end of the chunk grows there; one that moves leaves its items whole. */
static void test_vec__two_take_turns(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  cti_arena arena;
  cti_arena_init(&arena, &error);
  enum { COUNT = 600000 }; /* the arrays outgrow the chunks */
  CTI_VEC(uint32_t) kept = {0}, moved = {0};
  const uint32_t *first = NULL;
  for (uint32_t i = 0; i < COUNT; i++) {
    assert_true(cti_vec_push(&arena, &kept, i));
    if (!first) first = kept.items;
    assert_true(cti_vec_push_large(&arena, &moved, ~i));
    uint8_t *small = cti_alloc(&arena, 24);
    assert_int_equal(small[0] | small[23], 0);
    memset(small, 0xee, 24);
  }
  assert_int_equal(first[0], 0); /* an old address of an array that gives nothing back is still readable */
  for (uint32_t i = 0; i < COUNT; i++) assert_true(kept.items[i] == i && moved.items[i] == ~i);
  cti_arena_free(&arena);
}

/* Arrays that begin anywhere in a chunk, also with its first byte, and leave it for chunks of their own; what is beside them in the chunk stays. */
static void test_vec__outgrows_its_chunk(void **state) {
  (void)state;
  enum { ARRAYS = 40, ROOM = 50000, COUNT = 150000 };
  ct_error error;
  ct_error_clear(&error);
  cti_arena arena;
  cti_arena_init(&arena, &error);
  CTI_VEC(uint32_t) arrays[ARRAYS] = {0};
  uint8_t *beside[ARRAYS];
  for (uint32_t i = 0; i < 4000; i++) assert_non_null(cti_alloc(&arena, 1000)); /* from now on chunks have their full size */
  for (uint32_t i = 0; i < ARRAYS; i++) {
    assert_true(cti_vec_reserve(&arena, &arrays[i], ROOM));
    for (uint32_t k = 0; k < COUNT; k++) assert_true(cti_vec_push_large(&arena, &arrays[i], i + k));
    beside[i] = cti_alloc(&arena, 70000);
    memset(beside[i], (int)i, 70000);
  }
  for (uint32_t i = 0; i < ARRAYS; i++) {
    for (uint32_t k = 0; k < COUNT; k++) assert_true(arrays[i].items[k] == i + k);
    for (uint32_t k = 0; k < 70000; k++) assert_true(beside[i][k] == i);
  }
  cti_arena_free(&arena);
}

static void test_join__parts(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  cti_arena arena;
  cti_arena_init(&arena, &error);
  ct_slice joined = CTI_JOIN(&arena, CTI_LIT("wasi"), CTI_LIT(":"), (ct_slice){NULL, 0}, CTI_LIT("io"));
  assert_true(cti_slice_is(joined, "wasi:io"));
  assert_int_equal(joined.data[joined.size], 0);
  assert_non_null(CTI_JOIN(&arena, (ct_slice){NULL, 0}).data);
  cti_arena_free(&arena);
}

static void test_format__text(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  cti_arena arena;
  cti_arena_init(&arena, &error);
  assert_true(cti_slice_is(cti_format(&arena, "%s-%d", "a", 5), "a-5"));
  cti_arena_free(&arena);
}

static void test_alloc__nothing_has_an_address(void **state) {
  (void)state;
  ct_error error;
  cti_arena arena;
  ct_error_clear(&error);
  cti_arena_init(&arena, &error);
  assert_non_null(cti_alloc(&arena, 0)); /* the very first request */
  assert_non_null(cti_alloc_n(&arena, 0, 8));
  assert_int_equal(error.status, CT_OK);
  cti_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_alloc__aligned_and_zeroed), cmocka_unit_test(test_alloc__nothing_has_an_address),    cmocka_unit_test(test_alloc_n__overflow), cmocka_unit_test(test_vec__grows_and_keeps),
      cmocka_unit_test(test_vec__failure_keeps_the_items), cmocka_unit_test(test_format__text),
      cmocka_unit_test(test_give_back__used_again), cmocka_unit_test(test_vec__two_take_turns), cmocka_unit_test(test_vec__outgrows_its_chunk), cmocka_unit_test(test_join__parts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

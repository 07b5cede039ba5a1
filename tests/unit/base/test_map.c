/* Maps: insertion order, replacement, growth, empty keys, and failing allocations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/map.h"

typedef struct fixture {
  ct_error error;
  cti_arena arena;
  cti_map map;
} fixture;

static fixture *fresh(void) {
  static fixture f;
  f = (fixture){0};
  ct_error_clear(&f.error);
  cti_arena_init(&f.arena, &f.error);
  return &f;
}

static void test_bytes__add_get_set(void **state) {
  (void)state;
  fixture *f = fresh();
  for (uint32_t i = 0; i < 5000; i++) {
    uint32_t value = i;
    bool added;
    assert_int_equal(cti_map_add(&f->map, &f->arena, cti_format(&f->arena, "key%u", i), &value, &added), CT_OK);
    assert_true(added);
  }
  uint32_t value = 99;
  bool added;
  assert_int_equal(cti_map_add(&f->map, &f->arena, CTI_LIT("key7"), &value, &added), CT_OK);
  assert_false(added);
  assert_int_equal(value, 7);
  cti_map_set(&f->map, &f->arena, CTI_LIT("key7"), 70);
  assert_int_equal(cti_map_get(&f->map, CTI_LIT("key7")), 70);
  assert_int_equal(cti_map_get(&f->map, CTI_LIT("key5000")), CTI_MAP_NONE);
  assert_int_equal(f->map.count, 5000);
  for (uint32_t i = 0; i < 5000; i++) assert_int_equal(f->map.entries[i].value, i == 7 ? 70 : i); /* the order of insertion */
  cti_arena_free(&f->arena);
}

static void test_bytes__empty_key(void **state) {
  (void)state;
  fixture *f = fresh();
  assert_int_equal(cti_map_get(&f->map, (ct_slice){0}), CTI_MAP_NONE);
  cti_map_set(&f->map, &f->arena, (ct_slice){0}, 3);
  assert_int_equal(cti_map_get(&f->map, CTI_LIT("")), 3);
  cti_arena_free(&f->arena);
}

static void test_numbers__strided(void **state) {
  (void)state;
  fixture *f = fresh();
  for (uint64_t i = 0; i < 20000; i++) assert_int_equal(cti_map_set_u64(&f->map, &f->arena, i << 32, (uint32_t)i), CT_OK);
  for (uint64_t i = 0; i < 20000; i++) assert_int_equal(cti_map_get_u64(&f->map, i << 32), i);
  assert_int_equal(cti_map_get_u64(&f->map, 1), CTI_MAP_NONE);
  cti_arena_free(&f->arena);
}

static void test_failure__map_stays_whole(void **state) {
  (void)state;
  for (size_t n = 1; n < 8; n++) {
    fixture *f = fresh();
    cti_alloc_fail_at(n);
    uint32_t i = 0;
    while (i < 100000 && cti_map_set_u64(&f->map, &f->arena, i, i) == CT_OK) i++;
    cti_alloc_fail_at(0);
    assert_int_equal(f->error.status, CT_NOMEM);
    for (uint32_t k = 0; k < i; k++) assert_int_equal(cti_map_get_u64(&f->map, k), k);
    cti_arena_free(&f->arena);
  }
}

static void test_reserve__room_at_once(void **state) {
  (void)state;
  fixture *f = fresh();
  cti_map_set_u64(&f->map, &f->arena, 7, 70);
  assert_int_equal(cti_map_reserve(&f->map, &f->arena, 1000), CT_OK);
  assert_true(f->map.capacity >= 1000);
  const cti_map_entry *entries = f->map.entries;
  for (uint32_t i = 0; i < 1000; i++) cti_map_set_u64(&f->map, &f->arena, i, i);
  assert_ptr_equal(f->map.entries, entries);
  assert_int_equal(cti_map_get_u64(&f->map, 7), 7);
  assert_int_equal(cti_map_get_u64(&f->map, 999), 999);
  assert_int_equal(cti_map_reserve(&f->map, &f->arena, 10), CT_OK); /* never smaller */
  assert_ptr_equal(f->map.entries, entries);
  cti_arena_free(&f->arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_bytes__add_get_set), cmocka_unit_test(test_reserve__room_at_once),
      cmocka_unit_test(test_bytes__empty_key),
      cmocka_unit_test(test_numbers__strided),
      cmocka_unit_test(test_failure__map_stays_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

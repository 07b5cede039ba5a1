/* The answer of ctool-dwarf: lookups in a good one, and that no bad one, whole, cut, with a bit flipped or without memory, does harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "hurt.h"
#include "inspect/dwarf.h"

static void numbers(cti_buf *out, char tag, const uint32_t *values, uint32_t count) {
  cti_buf_u8(out, (uint8_t)tag);
  for (uint32_t i = 0; i < count; i++) cti_buf_uleb(out, values[i]);
}
#define NUMBERS(out, tag, ...) numbers((out), (tag), (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void func(cti_buf *out, uint32_t depth, const char *name, uint32_t line, uint32_t low, uint32_t high) {
  cti_buf_u8(out, 'S');
  cti_buf_uleb(out, depth);
  cti_buf_name(out, cti_slice_str(name));
  for (const uint32_t *v = (const uint32_t[]){1, line, 2, 1, low, high}, *end = v + 6; v < end; v++) cti_buf_uleb(out, *v);
}

/* Two sequences, one that descends, one of dropped code; f with g inlined, h after it. */
static cti_buf good(void) {
  cti_buf out = {0};
  cti_buf_u8(&out, 'F');
  cti_buf_name(&out, CTI_LIT("a.c"));
  NUMBERS(&out, 'L', 40, 1, 7, 1);
  NUMBERS(&out, 'L', 44, 1, 8, 2);
  NUMBERS(&out, 'E', 50);
  NUMBERS(&out, 'L', 10, 1, 1, 1);
  NUMBERS(&out, 'L', 12, 9, 2, 1);
  NUMBERS(&out, 'E', 20);
  NUMBERS(&out, 'L', 30, 1, 1, 1);
  NUMBERS(&out, 'L', 29, 1, 2, 1);
  NUMBERS(&out, 'E', 31);
  NUMBERS(&out, 'L', 0, 1, 1, 1);
  NUMBERS(&out, 'E', 100);
  func(&out, 0, "f", 0, 10, 20);
  func(&out, 1, "g", 5, 12, 14);
  func(&out, 0, "h", 0, 40, 50);
  func(&out, 0, "dropped", 0, 11, 12);
  cti_buf_u8(&out, '.');
  return out;
}

static void test_dwarf__lookups(void **state) {
  (void)state;
  cti_buf answer = good();
  ct_error error = {0};
  cti_arena arena;
  cti_dwarf dwarf;
  cti_arena_init(&arena, &error);
  assert_int_equal(cti_dwarf_take(&dwarf, cti_buf_slice(&answer), &arena), CT_OK);
  assert_int_equal(dwarf.failure.size, 0);
  assert_int_equal(dwarf.sequences.count, 2);
  assert_null(cti_dwarf_row_at(&dwarf, 9));
  assert_int_equal(cti_dwarf_row_at(&dwarf, 11)->line, 1);
  assert_int_equal(cti_dwarf_row_at(&dwarf, 19)->line, 2);
  assert_int_equal(cti_dwarf_row_at(&dwarf, 19)->file, CTI_DWARF_NO_FILE); /* there is no file 9 */
  assert_null(cti_dwarf_row_at(&dwarf, 20));
  assert_null(cti_dwarf_row_at(&dwarf, 30));
  assert_int_equal(cti_dwarf_row_at(&dwarf, 49)->line, 8);
  assert_int_equal(cti_dwarf_func_at(&dwarf, 13), 0);
  assert_true(cti_dwarf_func_covers(&dwarf, 1, 13));
  assert_false(cti_dwarf_func_covers(&dwarf, 1, 14));
  assert_int_equal(cti_dwarf_func_at(&dwarf, 45), 2);
  assert_int_equal(cti_dwarf_func_at(&dwarf, 50), UINT32_MAX);
  assert_true(cti_slice_is(cti_dwarf_file(&dwarf, 1), "a.c"));
  cti_arena_free(&arena);
  ct_buf_free(&answer);
}

static void take(ct_slice bytes, void *context) {
  ct_error error = {0};
  cti_arena arena;
  cti_dwarf dwarf;
  (void)context;
  cti_arena_init(&arena, &error);
  if (cti_dwarf_take(&dwarf, bytes, &arena) == CT_OK) {
    for (uint64_t address = 0; address < 60; address += 3) {
      const cti_dwarf_row *row = cti_dwarf_row_at(&dwarf, address);
      if (row) assert_true(row->address <= address);
      uint32_t f = cti_dwarf_func_at(&dwarf, address);
      if (f != UINT32_MAX) assert_true(cti_dwarf_func_covers(&dwarf, f, address));
    }
  } else {
    assert_int_equal(error.status, CT_NOMEM);
  }
  cti_arena_free(&arena);
}

static void test_dwarf__hurt(void **state) {
  (void)state;
  cti_buf answer = good();
  hurt_cuts(cti_buf_slice(&answer), take, NULL);
  hurt_bits(cti_buf_slice(&answer), take, NULL);
  assert_true(hurt_starve(cti_buf_slice(&answer), take, NULL) > 0);
  ct_buf_free(&answer);
}

static void test_dwarf__breaking_off_is_told(void **state) {
  (void)state;
  ct_error error = {0};
  cti_arena arena;
  cti_dwarf dwarf;
  cti_arena_init(&arena, &error);
  assert_int_equal(cti_dwarf_take(&dwarf, CTI_LIT("L\12\1\1\1E\24"), &arena), CT_OK);
  assert_true(dwarf.failure.size > 0);
  assert_int_equal(dwarf.sequences.count, 1);
  assert_int_equal(cti_dwarf_take(&dwarf, CTI_LIT("X\4what."), &arena), CT_OK);
  assert_true(cti_slice_is(dwarf.failure, "what"));
  cti_arena_free(&arena);
}

static void test_dwarf__no_reader(void **state) {
  (void)state;
  ct_error error = {0};
  cti_arena arena;
  cti_dwarf dwarf;
  cti_dwarf_sections sections = {0};
  cti_arena_init(&arena, &error);
  assert_int_equal(cti_dwarf_read(&dwarf, &sections, NULL, 0, "/nowhere/reader", &arena), CT_OK); /* nothing to read */
  assert_true(cti_vec_push(&arena, &sections.names, CTI_LIT(".debug_info")) && cti_vec_push(&arena, &sections.contents, CTI_LIT("?")));
  assert_int_equal(cti_dwarf_read(&dwarf, &sections, NULL, 0, "/nowhere/reader", &arena), CT_IO_RUN);
  assert_non_null(strstr(error.message, "/nowhere/reader"));
  cti_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_dwarf__lookups),
      cmocka_unit_test(test_dwarf__hurt),
      cmocka_unit_test(test_dwarf__breaking_off_is_told),
      cmocka_unit_test(test_dwarf__no_reader),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

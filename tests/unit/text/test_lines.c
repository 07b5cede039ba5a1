/* Which line a byte stands on: at ends of lines, in empty ones, behind the last. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "text/lines.h"

static void number(const char *text, uint32_t offset, uint32_t expected) {
  ct_error error = {0};
  cti_arena arena;
  cti_lines lines = {0};
  cti_arena_init(&arena, &error);
  assert_int_equal(cti_lines_find(&lines, cti_slice_str(text), &arena), CT_OK);
  assert_int_equal(cti_lines_number(&lines, offset), expected);
  cti_arena_free(&arena);
}

static void test_lines__number(void **state) {
  (void)state;
  number("", 0, 1);
  number("ab\n\ncd", 0, 1);
  number("ab\n\ncd", 2, 1); /* the line feed is on the line that it ends */
  number("ab\n\ncd", 3, 2);
  number("ab\n\ncd", 4, 3);
  number("ab\n\ncd", 6, 3);
  number("ab\n", 3, 2);
  number("ab\n", 1000, 2);
}

static void test_lines__as_counted(void **state) {
  (void)state;
  enum { SIZE = 5000 };
  static char text[SIZE];
  ct_error error = {0};
  cti_arena arena;
  cti_lines lines = {0};
  for (uint32_t i = 0, seed = 7; i < SIZE; i++, seed = seed * 1103515245 + 12345) text[i] = seed >> 16 & 3 ? 'x' : '\n';
  cti_arena_init(&arena, &error);
  assert_int_equal(cti_lines_find(&lines, cti_slice(text, SIZE), &arena), CT_OK);
  uint32_t line = 1;
  for (uint32_t i = 0; i < SIZE; i++) {
    assert_int_equal(cti_lines_number(&lines, i), line);
    line += text[i] == '\n';
  }
  cti_arena_free(&arena);
}

static void test_lines__without_memory(void **state) {
  (void)state;
  ct_error error = {0};
  cti_arena arena;
  cti_lines lines = {0};
  cti_arena_init(&arena, &error);
  cti_alloc_fail_at(1);
  assert_int_equal(cti_lines_find(&lines, CTI_LIT("a\nb"), &arena), CT_NOMEM);
  cti_alloc_fail_at(0);
  cti_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_lines__number),
      cmocka_unit_test(test_lines__as_counted),
      cmocka_unit_test(test_lines__without_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

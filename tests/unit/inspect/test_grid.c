/* Tables: breaking of cells, alignment, widths, what control characters become; time for a word without an end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "inspect/grid.h"

static cti_buf drawn(cti_arena *arena, const char *const *cells, uint32_t count, uint32_t columns, bool right) {
  cti_grid grid = {.arena = arena, .columns = columns, .right = {[1] = right}};
  cti_buf out = {0};
  for (uint32_t i = 0; i < count; i++) assert_true(cti_vec_push(arena, &grid.cells, cti_slice_str(cells[i])));
  cti_grid_write(&grid, &out);
  return out;
}

static void check(const char *const *cells, uint32_t count, uint32_t columns, bool right, const char *want) {
  ct_error error = {0};
  cti_arena arena;
  cti_arena_init(&arena, &error);
  cti_buf out = drawn(&arena, cells, count, columns, right);
  if (!cti_slice_is(cti_buf_slice(&out), want)) print_error("%.*s", CTI_S(cti_buf_slice(&out)));
  assert_true(cti_slice_is(cti_buf_slice(&out), want));
  ct_buf_free(&out);
  cti_arena_free(&arena);
}

static void test_grid__small(void **state) {
  (void)state;
  const char *const cells[] = {"A", "SIZE", "x", "9", "y\x1b[31m", "10"};
  check(cells, 6, 2, true,
        "╭────────┬──────╮\n"
        "│ A      ┆ SIZE │\n"
        "╞════════╪══════╡\n"
        "│ x      ┆    9 │\n"
        "├╌╌╌╌╌╌╌╌┼╌╌╌╌╌╌┤\n"
        "│ y\xef\xbf\xbd[31m ┆   10 │\n"
        "╰────────┴──────╯\n");
}

static void test_grid__words_are_broken(void **state) {
  (void)state;
  const char *const cells[] = {"K", "VALUE", "k", "the quick brown fox jumps over the lazy dog, and the lazy dog does not mind it at all, being lazy"};
  check(cells, 4, 2, false,
        "╭───┬──────────────────────────────────────────────────────────────────────────╮\n"
        "│ K ┆ VALUE                                                                    │\n"
        "╞═══╪══════════════════════════════════════════════════════════════════════════╡\n"
        "│ k ┆ the quick brown fox jumps over the lazy dog, and the lazy dog does not   │\n"
        "│   ┆ mind it at all, being lazy                                               │\n"
        "╰───┴──────────────────────────────────────────────────────────────────────────╯\n");
}

/* A cell may begin with blanks, as any name in a file may. */
static void test_grid__blank_first(void **state) {
  (void)state;
  const char *const cells[] = {"K", "V", "  a", " "};
  check(cells, 4, 2, false,
        "╭─────┬───╮\n"
        "│ K   ┆ V │\n"
        "╞═════╪═══╡\n"
        "│   a ┆   │\n"
        "╰─────┴───╯\n");
}

static void test_grid__width(void **state) {
  (void)state;
  assert_int_equal(cti_text_width(cti_slice_str("a\xcc\x81")), 1);         /* a combining mark */
  assert_int_equal(cti_text_width(cti_slice_str("\xe6\xbc\xa2x")), 3);     /* one wide character */
  assert_int_equal(cti_text_width(cti_slice_str("\xf0\x9f\x98\x80")), 2);  /* an emoji */
  assert_int_equal(cti_text_width((ct_slice){NULL, 0}), 0);
}

/* A megabyte without a blank takes a moment, not minutes: the test's limit of time is the assertion. */
static void test_grid__endless_word(void **state) {
  (void)state;
  enum { SIZE = 1 << 20 };
  ct_error error = {0};
  cti_arena arena;
  cti_arena_init(&arena, &error);
  char *text = cti_alloc(&arena, SIZE + 1);
  assert_non_null(text);
  memset(text, 'x', SIZE);
  const char *const cells[] = {"K", "V", "k", text};
  cti_buf out = drawn(&arena, cells, 4, 2, false);
  assert_true(out.size > SIZE && !out.failed);
  ct_buf_free(&out);
  cti_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_grid__small),
      cmocka_unit_test(test_grid__words_are_broken),
      cmocka_unit_test(test_grid__blank_first),
      cmocka_unit_test(test_grid__width),
      cmocka_unit_test(test_grid__endless_word),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Where the adapter's memory is, what it does when that is not enough, and that no address of a guest reaches it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "adapter/guest.h"

static void test_state__stays_in_its_region(void **unused) {
  (void)unused;
  world_open(NULL, 0, CTI_ADAPTER_MEMORY);
  memset(ad_memory, 0xab, WORLD_BASE);
  memset(ad_memory + WORLD_BASE + CTI_ADAPTER_MEMORY, 0xab, GUEST - WORLD_BASE - CTI_ADAPTER_MEMORY);
  world_make_file("f", "content");
  u32 file = open_path("f", 0);
  put_buffer(0, BUFFER, 100);
  assert_int_equal(p1_fd_read(file, LIST, 1, OUT_WORD), SUCCESS);
  assert_int_equal(p1_environ_sizes_get(OUT_WORD, OUT_WORD + 4), SUCCESS);
  assert_int_equal(p1_environ_get(BUFFER, BUFFER + 1000), SUCCESS);
  assert_int_equal(p1_fd_readdir(FIRST_DIRECTORY, BUFFER, 30, 0, OUT_WORD), SUCCESS);
  for (u32 i = 0; i < GUEST; i++)
    if (i < WORLD_BASE || i >= WORLD_BASE + CTI_ADAPTER_MEMORY) assert_int_equal(ad_memory[i], 0xab);
  world_check_state();
}

static void test_state__asks_the_guest_without_one(void **unused) {
  (void)unused;
  world_open(NULL, 0, 0);
  assert_int_equal(p1_fd_prestat_get(FIRST_DIRECTORY, OUT_WORD), SUCCESS);
  assert_int_equal(ad_base, WORLD_PAGES * 65536);
  assert_int_equal(ad_limit - ad_base, CTI_ADAPTER_MEMORY_OWN);
  world_check_state();
  world_open(NULL, 0, 0);
  world.refuse_realloc = 1;
  assert_int_equal(p1_fd_prestat_get(FIRST_DIRECTORY, OUT_WORD), ENOMEM);
  world.refuse_realloc = 0;
  assert_int_equal(p1_fd_prestat_get(FIRST_DIRECTORY, OUT_WORD), SUCCESS);
}

/* The guest's allocator calls back while it is asked. */
static void test_state__calls_back(void **unused) {
  (void)unused;
  world_open(NULL, 0, 0);
  ad_base = PLACING;
  assert_int_equal(p1_fd_write(1, LIST, 0, OUT_WORD), EAGAIN);
  assert_int_equal(p1_random_get(BUFFER, 10), EAGAIN);
  p1_adapter_monotonic_clock_set_paused(1);
  p1_reset_adapter_state();
  assert_int_equal(ad_base, PLACING);
}

static u32 open_many(u32 count) {
  u32 opened = 0;
  world_make_file("f", "x");
  while (opened < count && open_path("f", 0) != ~0u) opened++;
  return opened;
}

static void test_state__table_grows(void **unused) {
  (void)unused;
  world_open(NULL, 0, CTI_ADAPTER_MEMORY);
  assert_int_equal(open_many(4000), 4000);
  world_check_state();
  assert_true(S->table >= GUEST);
  assert_int_equal(p1_fd_fdstat_get(3 + 2 + 3999, BUFFER), SUCCESS);
  assert_int_equal(p1_fd_fdstat_get(3 + 2 + 4000, BUFFER), EBADF);
  assert_int_equal(p1_fd_tell(10, S->table), EFAULT); /* the longer table is no guest's either */
  for (u32 i = 5; i < 4005; i++) assert_int_equal(p1_fd_close(i), SUCCESS);
  world_check_state();
}

static void test_state__table_is_full(void **unused) {
  (void)unused;
  world_open(NULL, 0, CTI_ADAPTER_MEMORY);
  world.refuse_realloc = 1;
  u32 opened = open_many(1000), live = world_live_handles();
  assert_int_equal(opened, S->capacity - 5);
  assert_true(opened > 100);
  put_text(TEXT, "f");
  assert_int_equal(p1_path_open(FIRST_DIRECTORY, 1, TEXT, 1, 0, RIGHTS_FD_READ, 0, 0, OUT_WORD), EMFILE);
  assert_int_equal(p1_adapter_open_badfd(OUT_WORD), EMFILE);
  assert_int_equal(world_live_handles(), live); /* what could not be kept was given back */
  assert_int_equal(p1_fd_close(7), SUCCESS);
  assert_int_equal(open_path("f", 0), 7);
  world_check_state();
}

static void test_state__other_memory(void **unused) {
  (void)unused;
  world_open(NULL, 0, CTI_ADAPTER_MEMORY);
  assert_int_equal(ad_grow_by_malloc(100), WORLD_PAGES * 65536);
  assert_int_equal(ad_grow_by_pages(65537), (WORLD_PAGES + 1) * 65536);
  assert_int_equal(world.pages, WORLD_PAGES + 3);
  assert_int_equal(ad_grow_by_pages(WORLD_MAX_PAGES * 65536), 0);
}

static void test_state__faults(void **unused) {
  (void)unused;
  world_open(NULL, 0, CTI_ADAPTER_MEMORY);
  static const u32 bad[] = {WORLD_BASE - 7, WORLD_BASE, WORLD_BASE + 1000, WORLD_BASE + CTI_ADAPTER_MEMORY - 1, WORLD_PAGES * 65536 - 7, WORLD_PAGES * 65536, ~0u, ~7u};
  for (u32 i = 0; i < sizeof bad / sizeof *bad; i++) assert_int_equal(p1_clock_time_get(1, 0, bad[i]), EFAULT);
  static const u32 good[] = {0, WORLD_BASE - 8, WORLD_BASE + CTI_ADAPTER_MEMORY, WORLD_PAGES * 65536 - 8, GUEST + 3};
  for (u32 i = 0; i < sizeof good / sizeof *good; i++) assert_int_equal(p1_clock_time_get(1, 0, good[i]), SUCCESS);
}

/* A list longer than the scratch lies in pages that are the guest's again after the call. */
static void test_state__long_lists(void **unused) {
  (void)unused;
  world_open(NULL, 0, CTI_ADAPTER_MEMORY);
  world.variables = 9000;
  assert_int_equal(p1_environ_sizes_get(OUT_WORD, OUT_WORD + 4), SUCCESS);
  assert_int_equal(out_word(), 9000);
  assert_true(world.pages > WORLD_PAGES);
  memset(ad_memory + WORLD_PAGES * 65536, 0xff, (world.pages - WORLD_PAGES) * 65536);
  assert_int_equal(p1_environ_sizes_get(OUT_WORD, OUT_WORD + 4), SUCCESS);
  assert_int_equal(out_word(), 9000);
  world_check_state();
}

static void test_state__reset(void **unused) {
  (void)unused;
  world_open(NULL, 0, CTI_ADAPTER_MEMORY);
  u32 bad = 99;
  assert_int_equal(p1_adapter_open_badfd(OUT_WORD), SUCCESS);
  bad = out_word();
  assert_int_equal(bad, 5);
  p1_reset_adapter_state();
  assert_int_equal(p1_adapter_close_badfd(bad), EBADF);
  assert_int_equal(p1_fd_prestat_get(FIRST_DIRECTORY, OUT_WORD), SUCCESS);
}

static void test_state__errno(void **unused) {
  (void)unused;
  static const u8 expected[] = {2, 6, 7, 8, 10, 16, 19, 20, 22, 25, 26, 27, 28, 29, 31, 32, 34, 35, 37, 43, 44, 46, 48, 51, 54, 55, 56, 58, 59, 60, 61, 63, 64, 69, 70, 74, 75};
  for (u32 i = 0; i < sizeof expected; i++) assert_int_equal(ad_errno(i), expected[i]);
  assert_int_equal(ad_errno(37), EIO);
  static const u8 types[] = {0, 1, 2, 3, 0, 7, 4, 6};
  for (u32 i = 0; i < sizeof types; i++) assert_int_equal(ad_filetype(i), types[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_state__stays_in_its_region), cmocka_unit_test(test_state__asks_the_guest_without_one),
      cmocka_unit_test(test_state__calls_back),          cmocka_unit_test(test_state__table_grows),
      cmocka_unit_test(test_state__table_is_full),       cmocka_unit_test(test_state__faults),
      cmocka_unit_test(test_state__long_lists),          cmocka_unit_test(test_state__reset),
      cmocka_unit_test(test_state__errno),               cmocka_unit_test(test_state__other_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* fd_readdir: each directory is read once, whatever the buffers are and whoever else is being read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "adapter/guest.h"

enum { FILES = 60 };

static void make_files(u32 name_length) {
  for (u32 i = 0; i < FILES; i++) {
    char name[1100];
    memset(name, 'n', sizeof name);
    snprintf(name, sizeof name, "%03u", (unsigned)i);
    name[3] = 'n';
    name[name_length] = 0;
    world_make_file(name, "");
  }
}

/* A reader as libc's: takes whole entries, asks again from the first that it did not get, and grows its buffer for a long one. */
struct reader {
  u32 number, size, seen, calls, done;
  u64 cookie;
};

static void step(struct reader *r) {
  assert_int_equal(p1_fd_readdir(r->number, BUFFER, r->size, r->cookie, OUT_WORD), SUCCESS);
  u32 used = out_word(), at = BUFFER;
  r->calls++;
  assert_true(used <= r->size);
  while (BUFFER + used - at >= DIRENT_SIZE) {
    u32 length = AT(any32, at + DIRENT_NAME_LENGTH);
    if (length > BUFFER + used - at - DIRENT_SIZE) {
      if (r->size < DIRENT_SIZE + length) r->size = DIRENT_SIZE + length;
      break;
    }
    assert_int_equal(AT(any64, at), r->cookie + 1);
    if (r->cookie == 0) assert_memory_equal(ad_memory + at + DIRENT_SIZE, ".", 1);
    if (r->cookie >= 2) {
      char expected[4];
      snprintf(expected, sizeof expected, "%03u", (unsigned)(r->cookie - 2));
      assert_memory_equal(ad_memory + at + DIRENT_SIZE, expected, 3);
    }
    r->cookie++;
    r->seen++;
    at += DIRENT_SIZE + length;
  }
  r->done = used < r->size && at == BUFFER + used;
}

static void test_directory__once(void **unused) {
  (void)unused;
  static const u32 sizes[] = {10, 24, 30, 100, 128, 279, 280, 1000, 4096, 30000}, names[] = {4, 30, 200, 255, 256};
  for (u32 n = 0; n < sizeof names / sizeof *names; n++)
    for (u32 i = 0; i < sizeof sizes / sizeof *sizes; i++) {
      world_open(NULL, 0, CTI_ADAPTER_MEMORY);
      make_files(names[n]);
      struct reader r = {.number = FIRST_DIRECTORY, .size = sizes[i] < DIRENT_SIZE ? 25 : sizes[i]};
      while (!r.done && r.calls < 1000) step(&r);
      assert_int_equal(r.seen, FILES + 2);
      assert_int_equal(world.directory_reads, 1);
      world_check_state();
    }
}

static void test_directory__by_turns(void **unused) {
  (void)unused;
  world_open(NULL, 0, CTI_ADAPTER_MEMORY);
  make_files(50);
  u32 second = open_path(".", 2);
  assert_int_not_equal(second, ~0u);
  struct reader a = {.number = FIRST_DIRECTORY, .size = 500}, b = {.number = second, .size = 700};
  while (!a.done || !b.done) {
    if (!a.done) step(&a);
    if (!b.done) step(&b);
    assert_true(a.calls + b.calls < 1000);
  }
  assert_int_equal(a.seen, FILES + 2);
  assert_int_equal(b.seen, FILES + 2);
  assert_int_equal(world.directory_reads, 2);
}

/* Names that are longer than what is kept: all come, at the price of reading again. */
static void test_directory__long_names(void **unused) {
  (void)unused;
  world_open(NULL, 0, CTI_ADAPTER_MEMORY);
  make_files(1000);
  struct reader r = {.number = FIRST_DIRECTORY, .size = 3000};
  while (!r.done && r.calls < 1000) step(&r);
  assert_int_equal(r.seen, FILES + 2);
}

static void test_directory__again(void **unused) {
  (void)unused;
  world_open(NULL, 0, CTI_ADAPTER_MEMORY);
  make_files(10);
  struct reader r = {.number = FIRST_DIRECTORY, .size = 300};
  for (u32 i = 0; i < 4; i++) step(&r);
  u32 seen = r.seen;
  u64 here = r.cookie;
  while (!r.done) step(&r);
  r = (struct reader){.number = FIRST_DIRECTORY, .size = 300, .cookie = here};
  while (!r.done) step(&r);
  assert_int_equal(r.seen, FILES + 2 - seen);
  assert_int_equal(world.directory_reads, 2);
  r = (struct reader){.number = FIRST_DIRECTORY, .size = 300};
  world_make_file("060n", "");
  while (!r.done) step(&r);
  assert_int_equal(r.seen, FILES + 3); /* what is new is seen after a rewind */
}

/* The kept entry leaves with its descriptor, and goes along when that is renumbered. */
static void test_directory__kept(void **unused) {
  (void)unused;
  world_open(NULL, 0, CTI_ADAPTER_MEMORY);
  make_files(100);
  u32 second = open_path(".", 2), third = open_path(".", 2);
  struct reader r = {.number = second, .size = 200};
  step(&r);
  assert_int_equal(S->kept_by, second + 1);
  assert_int_equal(p1_fd_renumber(second, third), SUCCESS);
  assert_int_equal(S->kept_by, third + 1);
  r.number = third;
  step(&r);
  assert_int_equal(world.directory_reads, 1);
  assert_int_equal(p1_fd_close(third), SUCCESS);
  assert_int_equal(S->kept_by, 0);
  world_check_state();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_directory__once),  cmocka_unit_test(test_directory__by_turns), cmocka_unit_test(test_directory__long_names),
      cmocka_unit_test(test_directory__again), cmocka_unit_test(test_directory__kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

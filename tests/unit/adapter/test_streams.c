/* Lists of buffers: all are served, in pieces as the host takes them, and what was moved before an error counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "adapter/guest.h"

static void decide(const uint8_t *decisions, size_t size) {
  world.decisions = decisions;
  world.left = size;
}

static void test_streams__all_buffers(void **unused) {
  (void)unused;
  world_open(NULL, 0, CTI_ADAPTER_MEMORY);
  u32 file = open_path("f", 1), size = 0;
  put_text(BUFFER, "hello world");
  put_buffer(0, BUFFER, 6);
  put_buffer(1, 0, 0);
  put_buffer(2, BUFFER + 6, 5);
  assert_int_equal(p1_fd_write(file, LIST, 3, OUT_WORD), SUCCESS);
  assert_int_equal(out_word(), 11);
  assert_memory_equal(world_file("f", &size), "hello world", 11);
  assert_int_equal(p1_fd_seek(file, 0, 0, OUT_WORD), SUCCESS);
  memset(ad_memory + BUFFER, 0, 100);
  put_buffer(0, BUFFER, 3);
  put_buffer(1, BUFFER + 3, 5);
  put_buffer(2, BUFFER + 8, 90);
  assert_int_equal(p1_fd_read(file, LIST, 3, OUT_WORD), SUCCESS);
  assert_int_equal(out_word(), 11);
  assert_string_equal((char *)ad_memory + BUFFER, "hello world");
}

/* Host writes of 3 bytes, then of all. */
static void test_streams__short_writes(void **unused) {
  (void)unused;
  world_open(NULL, 0, CTI_ADAPTER_MEMORY);
  u32 file = open_path("f", 1), size = 0;
  put_text(BUFFER, "0123456789");
  put_buffer(0, BUFFER, 10);
  static const uint8_t some[] = {0, 3, 3};
  decide(some, sizeof some);
  assert_int_equal(p1_fd_write(file, LIST, 1, OUT_WORD), SUCCESS);
  assert_int_equal(out_word(), 10);
  assert_memory_equal(world_file("f", &size), "0123456789", 10);
  assert_int_equal(size, 10);
}

/* Permits of 64 KB, none (a small piece that waits goes first), and the rest. */
static void test_streams__output_pieces(void **unused) {
  (void)unused;
  world_open(NULL, 0, CTI_ADAPTER_MEMORY);
  static const uint8_t permits[] = {0, 0, 0, 0, 0, 1, 0, 0, 5, 0, 0};
  put_buffer(0, GUEST, 100000);
  assert_int_equal(p1_fd_write(99, LIST, 1, OUT_WORD), EBADF);
  decide(permits, sizeof permits);
  assert_int_equal(p1_fd_write(1, LIST, 1, OUT_WORD), SUCCESS);
  assert_int_equal(out_word(), 100000);
  assert_int_equal(world.written, 100000);
}

static void test_streams__errors(void **unused) {
  (void)unused;
  world_open(NULL, 0, CTI_ADAPTER_MEMORY);
  put_buffer(0, BUFFER, 10);
  put_buffer(1, WORLD_BASE, 10);
  assert_int_equal(p1_fd_write(1, LIST, 2, OUT_WORD), SUCCESS);
  assert_int_equal(out_word(), 10);
  assert_int_equal(p1_fd_write(1, LIST + 8, 1, OUT_WORD), EFAULT);
  assert_int_equal(p1_fd_write(0, LIST, 1, OUT_WORD), EBADF);
  assert_int_equal(p1_fd_read(1, LIST, 1, OUT_WORD), EBADF);
  assert_int_equal(p1_fd_pread(0, LIST, 1, 0, OUT_WORD), ESPIPE);
  static const uint8_t closed[] = {10}, failed[] = {11};
  decide(closed, 1);
  assert_int_equal(p1_fd_write(1, LIST, 1, OUT_WORD), EPIPE);
  decide(closed, 1);
  assert_int_equal(p1_fd_read(0, LIST, 1, OUT_WORD), SUCCESS);
  assert_int_equal(out_word(), 0);
  decide(failed, 1);
  assert_int_equal(p1_fd_write(1, LIST, 1, OUT_WORD), EIO);
}

/* As many lists as fill 4 GB: what is not representable is refused, not wrapped. */
static void test_streams__too_much(void **unused) {
  (void)unused;
  world_open(NULL, 0, CTI_ADAPTER_MEMORY);
  u32 list = GUEST, count = 8192;
  for (u32 i = 0; i < count; i++) AT(u32, list + 8 * i) = GUEST, AT(u32, list + 8 * i + 4) = 2 * 65536;
  assert_int_equal(p1_fd_write(99, LIST, 1, OUT_WORD), EBADF);
  world.calls = 0;
  assert_int_equal(p1_fd_write(1, list, ~0u, BUFFER), EFAULT);
  assert_int_equal(world.calls, 0);
}

static void test_streams__append(void **unused) {
  (void)unused;
  world_open(NULL, 0, CTI_ADAPTER_MEMORY);
  world_make_file("f", "one ");
  put_text(TEXT, "f");
  assert_int_equal(p1_path_open(FIRST_DIRECTORY, 1, TEXT, 1, 0, RIGHTS_FD_READ | RIGHTS_FD_WRITE, 0, FDFLAGS_APPEND, OUT_WORD), SUCCESS);
  u32 file = out_word(), size = 0;
  put_text(BUFFER, "two");
  put_buffer(0, BUFFER, 3);
  assert_int_equal(p1_fd_write(file, LIST, 1, OUT_WORD), SUCCESS);
  assert_memory_equal(world_file("f", &size), "one two", 7);
  assert_int_equal(p1_fd_tell(file, OUT_WORD), SUCCESS);
  assert_int_equal(out_word(), 7);
  static const uint8_t fails[] = {11, 1};
  u32 live = world_live_handles();
  decide(fails, sizeof fails);
  assert_int_equal(p1_fd_write(file, LIST, 1, OUT_WORD), 51); /* the host's own reason: no space */
  assert_int_equal(world_live_handles(), live - 1);          /* the stream is dropped, and so is the error */
  assert_int_equal(p1_fd_write(file, LIST, 1, OUT_WORD), SUCCESS);
  world_check_state();
}

/* Descriptors answer for what they were opened, whatever the host does. */
static void test_streams__rights(void **unused) {
  (void)unused;
  world_open(NULL, 0, CTI_ADAPTER_MEMORY);
  world_make_file("f", "abc");
  put_text(TEXT, "f");
  put_buffer(0, BUFFER, 3);
  static const struct {
    u64 rights;
    u32 read, write;
  } ways[] = {{RIGHTS_FD_READ, 0, EBADF}, {RIGHTS_FD_WRITE, EBADF, 0}, {RIGHTS_FD_READ | RIGHTS_FD_WRITE, 0, 0}, {0, 0, EBADF}};
  for (u32 i = 0; i < 4; i++) {
    assert_int_equal(p1_path_open(FIRST_DIRECTORY, 1, TEXT, 1, 0, ways[i].rights, 0, 0, OUT_WORD), SUCCESS);
    u32 file = out_word();
    assert_int_equal(p1_fd_read(file, LIST, 1, OUT_WORD), ways[i].read);
    assert_int_equal(p1_fd_pwrite(file, LIST, 1, 0, OUT_WORD), ways[i].write);
    assert_int_equal(p1_fd_close(file), SUCCESS);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_streams__all_buffers), cmocka_unit_test(test_streams__short_writes), cmocka_unit_test(test_streams__output_pieces),
      cmocka_unit_test(test_streams__errors),      cmocka_unit_test(test_streams__too_much),     cmocka_unit_test(test_streams__append),
      cmocka_unit_test(test_streams__rights),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Strings of arguments and environment by every way in which a host allocates them; clocks, random bytes, exit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "adapter/guest.h"

static void check_strings(u32 count, u32 pointers, u32 is_environ) {
  for (u32 i = 0; i < count; i++) {
    char expected[200];
    strcpy(expected, world.strings[i % WORLD_STRINGS]);
    if (is_environ) strcat(strcat(expected, "="), world.strings[(i + 1) % WORLD_STRINGS]);
    assert_string_equal((const char *)ad_memory + AT(u32, pointers + 4 * i), expected);
  }
}

/* Each byte of the decisions is how one string is allocated. */
static void test_process__strings(void **unused) {
  (void)unused;
  for (u32 seed = 0; seed < 50; seed++) {
    uint8_t ways[400];
    for (u32 i = 0; i < sizeof ways; i++) ways[i] = (uint8_t)(seed * 31 + i * i * (seed + 7) / 3);
    for (u32 is_environ = 0; is_environ < 2; is_environ++) {
      world_open(NULL, 0, CTI_ADAPTER_MEMORY_NO_FILES);
      world.arguments = world.variables = seed % WORLD_STRINGS;
      assert_int_equal(p1_fd_close(99), EBADF);
      world.decisions = ways;
      world.left = sizeof ways;
      u32 error = is_environ ? p1_environ_sizes_get(OUT_WORD, OUT_WORD + 4) : p1_args_sizes_get(OUT_WORD, OUT_WORD + 4);
      assert_int_equal(error, SUCCESS);
      u32 count = out_word(), size = AT(u32, OUT_WORD + 4), end = BUFFER + size;
      assert_int_equal(count, seed % WORLD_STRINGS);
      memset(ad_memory + BUFFER, 0xcc, size + 64);
      error = is_environ ? p1_environ_get(LIST, BUFFER) : p1_args_get(LIST, BUFFER);
      assert_int_equal(error, SUCCESS);
      check_strings(count, LIST, is_environ);
      for (u32 i = 0; i < 64; i++) assert_int_equal(ad_memory[end + i], 0xcc);
      if (count) assert_int_equal(AT(u32, LIST), BUFFER);
    }
  }
}

static void test_process__strings_fault(void **unused) {
  (void)unused;
  world_open(NULL, 0, CTI_ADAPTER_MEMORY);
  u32 last = WORLD_PAGES * 65536;
  assert_int_equal(p1_args_sizes_get(OUT_WORD, OUT_WORD + 4), SUCCESS);
  u32 size = AT(u32, OUT_WORD + 4);
  assert_int_equal(p1_args_get(LIST, last - size), SUCCESS);
  assert_int_equal(p1_args_get(LIST, last - size + 1), EFAULT);
  assert_int_equal(p1_args_get(last - 11, BUFFER), EFAULT);
  assert_int_equal(p1_args_get(last - 12, BUFFER), SUCCESS);
  assert_int_equal(p1_args_get(LIST, WORLD_BASE - 5), EFAULT);
}

static void test_process__clocks(void **unused) {
  (void)unused;
  world_open(NULL, 0, CTI_ADAPTER_MEMORY);
  assert_int_equal(p1_clock_time_get(1, 0, OUT_WORD), SUCCESS);
  u64 first = AT(u64, OUT_WORD);
  p1_adapter_monotonic_clock_set_paused(1);
  u32 calls = world.calls;
  assert_int_equal(p1_clock_time_get(1, 0, OUT_WORD), SUCCESS);
  assert_int_equal(AT(u64, OUT_WORD), first);
  assert_int_equal(world.calls, calls);
  p1_adapter_monotonic_clock_set_paused(0);
  assert_int_equal(p1_clock_time_get(1, 0, OUT_WORD), SUCCESS);
  assert_true(AT(u64, OUT_WORD) > first);
  assert_int_equal(p1_clock_time_get(0, 0, OUT_WORD), SUCCESS);
  assert_int_equal(AT(u64, OUT_WORD), 1700000000999999999ull);
  static const uint8_t far[] = {49};
  world.decisions = far, world.left = 1;
  assert_int_equal(p1_clock_time_get(0, 0, OUT_WORD), EOVERFLOW);
  assert_int_equal(p1_clock_time_get(2, 0, OUT_WORD), EINVAL);
  assert_int_equal(p1_clock_res_get(1, OUT_WORD), SUCCESS);
  assert_int_equal(p1_clock_res_get(0, OUT_WORD), SUCCESS);
  assert_int_equal(AT(u64, OUT_WORD), 1000);
}

static void test_process__random(void **unused) {
  (void)unused;
  world_open(NULL, 0, CTI_ADAPTER_MEMORY);
  assert_int_equal(p1_random_get(GUEST, 2 * 65536), SUCCESS);
  for (u32 i = 0; i < 2 * 65536; i++) assert_int_equal(ad_memory[GUEST + i], 0xa5);
  assert_int_equal(p1_random_get(GUEST, 2 * 65536 + 1), EFAULT);
}

static void test_process__exit(void **unused) {
  (void)unused;
  world_open(NULL, 0, CTI_ADAPTER_MEMORY);
  extern jmp_buf world_stopped;
  if (!setjmp(world_stopped)) p1_proc_exit(259);
  assert_int_equal(world.exits, 1);
  assert_int_equal(world.exit_code, 3);
  assert_int_equal(p1_proc_raise(0), SUCCESS);
  assert_int_equal(p1_proc_raise(9), ENOTSUP);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_process__strings), cmocka_unit_test(test_process__strings_fault), cmocka_unit_test(test_process__clocks),
      cmocka_unit_test(test_process__random),  cmocka_unit_test(test_process__exit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

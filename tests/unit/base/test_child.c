/* Work in a process of its own: what it put arrives, in what way it ended is told, its limits hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/child.h"

static cti_child_end run(cti_buf *out, void (*work)(cti_child_out *out, void *context), void *context) {
  ct_error error = {0};
  cti_child_end end;
  assert_int_equal(cti_child_run(out, &end, work, context, (cti_child_limits){1, 64}, &error), CT_OK);
  return end;
}

static void put_many(cti_child_out *out, void *context) {
  for (uint32_t i = 0; i < *(uint32_t *)context; i++) cti_child_put(out, cti_slice(&i, sizeof i));
}

static void test_child__all_arrives(void **state) {
  (void)state;
  cti_buf out = {0};
  uint32_t count = 100000, seen;
  assert_int_equal(run(&out, put_many, &count), CTI_CHILD_DONE);
  assert_int_equal(out.size, count * sizeof seen);
  memcpy(&seen, out.data + out.size - sizeof seen, sizeof seen);
  assert_int_equal(seen, count - 1);
  ct_buf_free(&out);
}

static void put_and_die(cti_child_out *out, void *context) {
  uint32_t count = 5000; /* more than one buffer full, so that some is on its way */
  (void)context;
  put_many(out, &count);
  abort();
}

static void test_child__death_is_told(void **state) {
  (void)state;
  cti_buf out = {0};
  assert_int_equal(run(&out, put_and_die, NULL), CTI_CHILD_DIED);
  assert_true(out.size > 0 && out.size <= 5000 * sizeof(uint32_t));
  ct_buf_free(&out);
}

static void turn_for_ever(cti_child_out *out, void *context) {
  (void)out;
  for (volatile uint32_t *turn = context;; (*turn)++) continue;
}

static void test_child__time_is_limited(void **state) {
  (void)state;
  cti_buf out = {0};
  uint32_t turn = 0;
  assert_int_equal(run(&out, turn_for_ever, &turn), CTI_CHILD_DIED);
  assert_int_equal(turn, 0); /* its memory is its own */
  ct_buf_free(&out);
}

#ifndef CTI_ARENA_SINGLE /* sanitizers take memory of their own */
static void take_memory(cti_child_out *out, void *context) {
  (void)context;
  void *volatile memory = malloc(512u << 20); /* a compiler may leave out what nobody looks at */
  cti_child_put(out, memory ? CTI_LIT("got it") : CTI_LIT("refused"));
}

static void test_child__memory_is_limited(void **state) {
  (void)state;
  cti_buf out = {0};
  assert_int_equal(run(&out, take_memory, NULL), CTI_CHILD_DONE);
  assert_true(cti_slice_is(cti_buf_slice(&out), "refused"));
  ct_buf_free(&out);
}
#endif

static void test_child__memory_out_here(void **state) {
  (void)state;
  cti_buf out = {0};
  ct_error error = {0};
  cti_child_end end;
  uint32_t count = 100000;
  cti_alloc_fail_at(1);
  assert_int_equal(cti_child_run(&out, &end, put_many, &count, (cti_child_limits){5, 64}, &error), CT_NOMEM);
  cti_alloc_fail_at(0);
  ct_buf_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_child__all_arrives),
      cmocka_unit_test(test_child__death_is_told),
      cmocka_unit_test(test_child__time_is_limited),
#ifndef CTI_ARENA_SINGLE /* sanitizers take memory of their own */
      cmocka_unit_test(test_child__memory_is_limited),
#endif
      cmocka_unit_test(test_child__memory_out_here),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

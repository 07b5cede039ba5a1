/* Other programs on Windows: what goes in and comes out, and how they end. This program is each of them, by a variable of the environment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "base/arena.h"
#include "base/child.h"
#include "base/wide.h"

enum { LENGTH = 300000 };

static const cti_child_limits limits = {20, 256};

/* "turn": what was read, turned round; "fault": a bad access; else the status to end with. (Wine does not keep to limits of memory, so none is asked for.) */
static int be(const char *what) {
  static uint8_t room[LENGTH + 1];
  _setmode(0, _O_BINARY);
  _setmode(1, _O_BINARY);
  size_t size = fread(room, 1, sizeof room, stdin);
  if (strcmp(what, "fault") == 0) *(volatile char *)(uintptr_t)1 = 0;
  if (strcmp(what, "turn") != 0) return atoi(what);
  for (size_t i = size; i-- > 0;) putchar(room[i]);
  return 0;
}

static ct_status run(cti_buf *out, cti_child_end *end, const char *what, ct_slice input, ct_error *error) {
  wchar_t path[MAX_PATH];
  GetModuleFileNameW(NULL, path, MAX_PATH);
  char *program = cti_narrow(path);
  ct_slice pieces[] = {cti_slice_cut(input, 0, 1000), cti_slice_cut(input, 1000, input.size)};
  SetEnvironmentVariableA("CTOOL_TEST_BE", what);
  ct_status status = cti_child_exec(out, end, program, pieces, 2, limits, error);
  cti_free(program);
  return status;
}

static void test_exec__what_goes_in_and_out(void **state) {
  (void)state;
  static uint8_t input[LENGTH];
  ct_error error = {0};
  cti_buf out = {0};
  cti_child_end end;
  for (size_t i = 0; i < LENGTH; i++) input[i] = (uint8_t)(i * 7 + i / 256);
  assert_int_equal(run(&out, &end, "turn", cti_slice(input, LENGTH), &error), CT_OK);
  assert_int_equal(end, CTI_CHILD_DONE);
  assert_int_equal(out.size, LENGTH);
  for (size_t i = 0; i < LENGTH; i++) assert_int_equal(out.data[i], input[LENGTH - 1 - i]);
  ct_buf_free(&out);
}

static void test_exec__how_it_ends(void **state) {
  (void)state;
  static const char *const ends[] = {"3", "fault"};
  for (size_t i = 0; i < 2; i++) {
    ct_error error = {0};
    cti_buf out = {0};
    cti_child_end end;
    assert_int_equal(run(&out, &end, ends[i], CTI_LIT("x"), &error), CT_OK);
    assert_int_equal(end, CTI_CHILD_DIED);
    ct_buf_free(&out);
  }
}

static void test_exec__not_there(void **state) {
  (void)state;
  ct_error error = {0};
  cti_buf out = {0};
  cti_child_end end;
  ct_slice input = CTI_LIT("x");
  assert_int_equal(cti_child_exec(&out, &end, "no-such-program", &input, 1, limits, &error), CT_IO_RUN);
  ct_buf_free(&out);
}

int main(void) {
  const char *what = getenv("CTOOL_TEST_BE");
  if (what) return be(what);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_exec__what_goes_in_and_out),
      cmocka_unit_test(test_exec__how_it_ends),
      cmocka_unit_test(test_exec__not_there),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

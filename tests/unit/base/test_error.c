/* Errors: the first wins, trails grow outwards, places in text have a caret, numbers are unique. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"

static ct_slice printed(const ct_error *error, ct_buf *buf) {
  *buf = (ct_buf){0};
  ct_error_print(error, buf);
  return cti_buf_slice(buf);
}

static void test_fail__first_wins(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  assert_int_equal(cti_fail(&error, CT_CORE_LEB, 5, "one %d", 1), CT_CORE_LEB);
  assert_int_equal(cti_fail(&error, CT_NOMEM, 6, "two"), CT_CORE_LEB);
  assert_string_equal(error.message, "one 1");
  assert_int_equal(error.offset, 5);
}

static void test_trail__innermost_first(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  cti_error_trail(&error, "ignored");
  cti_fail(&error, CT_CORE_TYPE, 0x1f, "expected i32, found i64");
  cti_error_trail(&error, "func %d", 12);
  cti_error_trail(&error, "code");
  cti_error_file(&error, CTI_LIT("a.wasm"));
  ct_buf buf;
  assert_true(cti_slice_eq(printed(&error, &buf), CTI_LIT("error: expected i32, found i64\n  --> a.wasm, at offset 0x1f, in code > func 12\n")));
  ct_buf_free(&buf);
}

static void test_place_text__caret(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  ct_slice text = CTI_LIT("package a:b;\n\t\xc3\xa4 foo;\nend");
  cti_fail(&error, CT_WIT_SYNTAX, CT_NO_OFFSET, "no");
  cti_error_place_text(&error, text, 17, 3);
  cti_error_file(&error, CTI_LIT("x.wit"));
  cti_error_hint(&error, "do this\nor that");
  assert_int_equal(error.line, 2);
  assert_int_equal(error.column, 4);
  ct_buf buf;
  assert_true(cti_slice_eq(printed(&error, &buf), CTI_LIT("error: no\n  --> x.wit:2:4\n   |\n 2 | \t\xc3\xa4 foo;\n   | \t  ^^^\n  = do this\n    or that\n")));
  ct_buf_free(&buf);
}

static void test_place_text__past_the_end(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  cti_fail(&error, CT_WIT_SYNTAX, CT_NO_OFFSET, "no");
  cti_error_place_text(&error, CTI_LIT("ab\n"), 99, 5);
  assert_int_equal(error.line, 2);
  assert_int_equal(error.column, 1);
  assert_int_equal(error.span, 1);
}

static void test_json__one_line(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  cti_fail(&error, CT_CORE_END, 7, "a \"quote\"");
  ct_buf buf = {0};
  ct_error_print_json(&error, &buf);
  assert_true(cti_slice_eq(cti_buf_slice(&buf), CTI_LIT("{\"severity\":\"error\",\"code\":101,\"name\":\"unexpected-end\",\"message\":\"a \\\"quote\\\"\",\"offset\":7}\n")));
  ct_buf_free(&buf);
}

static void test_statuses__numbers_and_names_are_unique(void **state) {
  (void)state;
  static const struct {
    ct_status status;
    const char *name;
  } rows[] = {
#define CT_E(symbol, number, class, name, story) {number, name},
#include "base/errors.def"
#undef CT_E
  };
  for (size_t i = 0; i < CTI_COUNT(rows); i++) {
    assert_true(rows[i].status > 0 && rows[i].status < CT_STATUS_LIMIT);
    assert_string_equal(ct_status_name(rows[i].status), rows[i].name);
    for (size_t k = 0; k < i; k++) {
      assert_int_not_equal(rows[i].status, rows[k].status);
      assert_string_not_equal(rows[i].name, rows[k].name);
    }
  }
  assert_string_equal(ct_status_name(999), "unknown");
}

/* Of what comes out of an input, the story says more than its message does; of files and of ctool itself there is less to say. */
static void test_statuses__stories_tell_more(void **state) {
  (void)state;
  enum { FIRST = 100, LAST = 899, TWO_LINES = 150 };
  for (int status = FIRST; status <= LAST; status++) {
    if (strcmp(ct_status_name(status), "unknown") == 0) continue;
    if (strlen(ct_status_story(status)) < TWO_LINES) fail_msg("the story of %d (%s) is short", status, ct_status_name(status));
  }
}

static void test_print__names_are_bytes(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  cti_fail(&error, CT_IO_OPEN, CT_NO_OFFSET, "no \x1b[31m \xff \xc3\xa4");
  cti_error_file(&error, CTI_LIT("a\n\xff\x1b\xc2\x9b\\\xc3\xa4"));
  ct_buf buf;
  assert_true(cti_slice_eq(printed(&error, &buf), CTI_LIT("error: no ?[31m ? \xc3\xa4\n  --> a\\n\\xff\\x1b\\xc2\\x9b\\\xc3\xa4\n")));
  ct_buf_free(&buf);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_fail__first_wins),          cmocka_unit_test(test_trail__innermost_first),
      cmocka_unit_test(test_place_text__caret),         cmocka_unit_test(test_place_text__past_the_end),
      cmocka_unit_test(test_json__one_line),            cmocka_unit_test(test_statuses__numbers_and_names_are_unique),
      cmocka_unit_test(test_print__names_are_bytes),    cmocka_unit_test(test_statuses__stories_tell_more),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

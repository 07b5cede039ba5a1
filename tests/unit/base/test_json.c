/* JSON writing: commas, indentation, escapes, and text that is not UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json.h"

static void test_pretty__nested(void **state) {
  (void)state;
  cti_buf buf = {0};
  cti_json json = cti_json_make(&buf, 2);
  cti_json_open(&json, '{');
  cti_json_key(&json, "a");
  cti_json_open(&json, '[');
  cti_json_uint(&json, 1);
  cti_json_null(&json);
  cti_json_close(&json, ']');
  cti_json_key(&json, "b");
  cti_json_open(&json, '{');
  cti_json_close(&json, '}');
  cti_json_key(&json, "c");
  cti_json_bool(&json, true);
  cti_json_close(&json, '}');
  assert_true(cti_slice_eq(cti_buf_slice(&buf), CTI_LIT("{\n  \"a\": [\n    1,\n    null\n  ],\n  \"b\": {},\n  \"c\": true\n}")));
  ct_buf_free(&buf);
}

static void test_string__escapes(void **state) {
  (void)state;
  cti_buf buf = {0};
  cti_json json = cti_json_make(&buf, 0);
  cti_json_string(&json, cti_slice("a\"\\n\x01\xc3\xa4\xff", 8));
  assert_true(cti_slice_eq(cti_buf_slice(&buf), CTI_LIT("\"a\\\"\\\\n\\u0001\xc3\xa4\xef\xbf\xbd\"")));
  ct_buf_free(&buf);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_pretty__nested), cmocka_unit_test(test_string__escapes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

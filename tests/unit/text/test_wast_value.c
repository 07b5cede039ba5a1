/* Values in scripts: each kind of argument and result as JSON has it, and how deep they may nest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text_fixture.h"

/* What the JSON says of one argument. */
static void argument(const char *value, const char *expected) {
  cti_buf script = {0}, out = {0};
  ct_error error = {0};
  const ct_sink sink = {text_keep, &out};
  cti_buf_printf(&script, "(invoke \"f\" (%s))", value);
  ct_status status = ct_wast_json(&sink, cti_buf_slice(&script), &(ct_wast_json_options){.source_filename = "s", .stem = "s"}, &error);
  if (!expected) {
    assert_true(status != CT_OK);
  } else {
    if (status != CT_OK) print_error("%s: %s\n", value, error.message);
    assert_int_equal(status, CT_OK);
    cti_buf_u8(&out, 0);
    if (!strstr((const char *)out.data, expected)) print_error("%s: %s\n", value, (const char *)out.data);
    assert_non_null(strstr((const char *)out.data, expected));
  }
  ct_buf_free(&script);
  ct_buf_free(&out);
}

static void test_wast_value__core(void **state) {
  (void)state;
  argument("i32.const 0xffffffff", "[{\"type\":\"i32\",\"value\":\"-1\"}]");
  argument("i64.const 0x8000000000000000", "[{\"type\":\"i64\",\"value\":\"-9223372036854775808\"}]");
  argument("f32.const -0", "[{\"type\":\"f32\",\"value\":\"2147483648\"}]");
  argument("f64.const nan:0x1", "[{\"type\":\"f64\",\"value\":\"9218868437227405313\"}]");
  argument("v128.const i8x16 -1 0 0 0 0 0 0 0 0 0 0 0 0 0 0 255", "\"lane_type\":\"i8\",\"value\":[\"-1\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\",\"-1\"]}]");
  argument("ref.null extern", "[{\"type\":\"externref\",\"value\":\"null\"}]");
  argument("ref.extern 3", "[{\"type\":\"externref\",\"value\":\"3\"}]");
  argument("f32.const nan:canonical", NULL); /* a pattern is no argument */
  argument("v128.const i32x4 1 2 3", NULL);
  argument("i32.const 4294967296", NULL);
}

static void nested(uint32_t depth, bool good) {
  cti_buf value = {0};
  for (uint32_t i = 0; i < depth; i++) cti_buf_str(&value, i ? "(list.const " : "list.const ");
  for (uint32_t i = 1; i < depth; i++) cti_buf_str(&value, ")");
  cti_buf_u8(&value, 0);
  argument((const char *)value.data, good ? "\"type\":\"list\"" : NULL);
  ct_buf_free(&value);
}

static void test_wast_value__components(void **state) {
  (void)state;
  argument("u8.const 255", "[{\"type\":\"u8\",\"value\":\"255\"}]");
  argument("u8.const 256", NULL);
  argument("bool.const true", "[{\"type\":\"bool\",\"value\":true}]");
  argument("char.const \"\\u{e9}\"", "[{\"type\":\"char\",\"value\":\"\xc3\xa9\"}]");
  argument("char.const \"ab\"", NULL);
  argument("str.const \"a\\\"b\"", "[{\"type\":\"string\",\"value\":\"a\\\"b\"}]");
  nested(20, true);
  nested(1000, false); /* a stated limit */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_wast_value__core),
      cmocka_unit_test(test_wast_value__components),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Scripts as JSON in the form of wast2json: one command for each directive, its line, values as text, and the modules by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text_fixture.h"

typedef struct given {
  char names[8][16];
  uint32_t count;
  size_t bytes;
} given;

static ct_status give(void *context, const char *name, ct_slice bytes, ct_error *error) {
  given *g = context;
  (void)error;
  assert_true(g->count < CTI_COUNT(g->names));
  snprintf(g->names[g->count++], sizeof g->names[0], "%s", name);
  g->bytes += bytes.size;
  return CT_OK;
}

static ct_status json(cti_buf *out, given *g, const char *script, ct_error *error) {
  const ct_sink sink = {text_keep, out};
  *out = (cti_buf){0};
  *g = (given){0};
  *error = (ct_error){0};
  return ct_wast_json(&sink, cti_slice_str(script), &(ct_wast_json_options){"s.wast", "s", false, give, g}, error);
}

/* The commands alone, without their braces. */
static void says(const char *script, const char *commands) {
  cti_buf out;
  given g;
  ct_error error;
  char expected[2048];
  assert_int_equal(json(&out, &g, script, &error), CT_OK);
  cti_buf_u8(&out, 0);
  snprintf(expected, sizeof expected, "{\"source_filename\":\"s.wast\",\"commands\":[%s]}", commands);
  assert_string_equal((const char *)out.data, expected);
  ct_buf_free(&out);
}

static void test_wast_json__commands(void **state) {
  (void)state;
  says("", "");
  says("(module $m)\n(register \"r\" $m)", "{\"type\":\"module\",\"line\":1,\"name\":\"m\",\"filename\":\"s.0.wasm\",\"module_type\":\"binary\"},{\"type\":\"register\",\"line\":2,\"name\":\"m\",\"as\":\"r\"}");
  says("\n(assert_trap (invoke $m \"f\" (i32.const 1)) \"why\")",
       "{\"type\":\"assert_trap\",\"line\":2,\"action\":{\"type\":\"invoke\",\"module\":\"m\",\"field\":\"f\",\"args\":[{\"type\":\"i32\",\"value\":\"1\"}]},\"text\":\"why\"}");
  says("(assert_malformed (module quote \"(func\") \"no\")", "{\"type\":\"assert_malformed\",\"line\":1,\"filename\":\"s.0.wat\",\"module_type\":\"text\",\"text\":\"no\"}");
  says("(assert_return (get \"g\"))", "{\"type\":\"assert_return\",\"line\":1,\"action\":{\"type\":\"get\",\"field\":\"g\"},\"expected\":[]}");
}

static void test_wast_json__modules_are_given(void **state) {
  (void)state;
  cti_buf out;
  given g;
  ct_error error;
  assert_int_equal(json(&out, &g, "(module) (assert_malformed (module quote \"(\") \"x\") (module binary \"\\00asm\\01\\00\\00\\00\")", &error), CT_OK);
  assert_int_equal(g.count, 3);
  assert_string_equal(g.names[0], "s.0.wasm");
  assert_string_equal(g.names[1], "s.1.wat");
  assert_string_equal(g.names[2], "s.2.wasm");
  assert_int_equal(g.bytes, 8 + 2 + 8 /* a blank ends each string */);
  ct_buf_free(&out);
}

static void test_wast_json__refused(void **state) {
  (void)state;
  static const struct {
    const char *script, *message;
    uint32_t line, column;
  } rows[] = {
      {"(module)\n(modul)", "", 2, 2},
      {"(module)\n  (module (func $a) (func $a))", "duplicate", 2, 27},
      {"(assert_return (invoke \"f\" (i32.const x)))", "", 1, 39},
      {"(invoke \"f\" (i32.const 4294967296))", "out of range", 1, 24},
      {"(assert_trap (invoke \"f\"))", "", 1, 26},
  };
  for (size_t i = 0; i < CTI_COUNT(rows); i++) {
    cti_buf out;
    given g;
    ct_error error;
    assert_true(json(&out, &g, rows[i].script, &error) != CT_OK);
    if (!strstr(error.message, rows[i].message) || error.line != rows[i].line || error.column != rows[i].column) print_error("%s\n  %u:%u: %s\n", rows[i].script, error.line, error.column, error.message);
    assert_non_null(strstr(error.message, rows[i].message));
    assert_int_equal(error.line, rows[i].line);
    assert_int_equal(error.column, rows[i].column);
    ct_buf_free(&out);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_wast_json__commands),
      cmocka_unit_test(test_wast_json__modules_are_given),
      cmocka_unit_test(test_wast_json__refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Offsets and bytes beside what they mean: a module from end to end, one that breaks off, and the same as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text_fixture.h"

static cti_buf dumped(const char *text, size_t cut, ct_dump_form form, ct_status *status) {
  cti_buf bytes = text_bytes(text), out = {0};
  ct_error error = {0};
  const ct_sink sink = {text_keep, &out};
  *status = ct_dump(&sink, cti_slice_cut(cti_buf_slice(&bytes), 0, bytes.size - cut), form, &error);
  cti_buf_u8(&out, 0);
  ct_buf_free(&bytes);
  return out;
}

static void test_dump__module(void **state) {
  (void)state;
  ct_status status;
  cti_buf out = dumped("(module (import \"m\" \"n\" (func)) (func (param i32) (block (br_if 0 (local.get 0)))) (@custom \"x\" \"y\"))", 0, CT_DUMP_PLAIN, &status);
  assert_int_equal(status, CT_OK);
  assert_string_equal((const char *)out.data, "  0x0 | 00 61 73 6d | version 1 (Module)\n"
                                              "      | 01 00 00 00\n"
                                              "  0x8 | 01 08       | type section\n"
                                              "  0xa | 02          | 2 count\n"
                                              "--- rec group 0 (implicit) ---\n"
                                              "  0xb | 60 00 00    | [type 0] (func)\n"
                                              "--- rec group 1 (implicit) ---\n"
                                              "  0xe | 60 01 7f 00 | [type 1] (func (param i32))\n"
                                              " 0x12 | 02 07       | import section\n"
                                              " 0x14 | 01          | 1 count\n"
                                              " 0x15 | 01 6d 01 6e | import [func 0] Import { module: \"m\", name: \"n\", ty: Func(0) }\n"
                                              "      | 00 00      \n"
                                              " 0x1b | 03 02       | func section\n"
                                              " 0x1d | 01          | 1 count\n"
                                              " 0x1e | 01          | [func 1] type 1\n"
                                              " 0x1f | 0a 0b       | code section\n"
                                              " 0x21 | 01          | 1 count\n"
                                              "============== func 1 ====================\n"
                                              " 0x22 | 09          | size of function\n"
                                              " 0x23 | 00          | 0 local blocks\n"
                                              " 0x24 | 02 40       | block blockty:Empty\n"
                                              " 0x26 | 20 00       | local_get local_index:0\n"
                                              " 0x28 | 0d 00       | br_if relative_depth:0\n"
                                              " 0x2a | 0b          | end\n"
                                              " 0x2b | 0b          | end\n"
                                              " 0x2c | 00 03       | custom section\n"
                                              " 0x2e | 01 78       | name: \"x\"\n"
                                              " 0x30 |-------------| ... 1 bytes of data\n");
  ct_buf_free(&out);
}

/* What comes before the break is shown. */
static void test_dump__breaks_off(void **state) {
  (void)state;
  ct_status status;
  cti_buf out = dumped("(module (func nop))", 2, CT_DUMP_PLAIN, &status);
  assert_true(status != CT_OK);
  assert_non_null(strstr((const char *)out.data, "[func 0] type 0"));
  ct_buf_free(&out);
}

static void test_dump__json(void **state) {
  (void)state;
  ct_status status;
  cti_buf out = dumped("(component (core module (func nop)) (import \"f\" (func)))", 0, CT_DUMP_JSON, &status);
  assert_int_equal(status, CT_OK);
  uint32_t lines = 0;
  for (const char *at = (const char *)out.data; *at; lines++) {
    assert_int_equal(*at, '{');
    at = strchr(at, '\n');
    assert_non_null(at);
    assert_int_equal(at[-1], '}');
    at++;
  }
  assert_true(lines > 10);
  ct_buf_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_dump__module),
      cmocka_unit_test(test_dump__breaks_off),
      cmocka_unit_test(test_dump__json),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

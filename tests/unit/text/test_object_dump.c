/* The layout of wasm-objdump: memory that ends, input that breaks off, sections that are asked for. (The texts are goldens of tests/cli, and are compared with
 * wabt's own by tests/differential/wabt.py.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "ctool/text.h"

static const char text[] =
    "(module $m (type $t (func (param i32) (result i32))) (import \"e\" \"f\" (func $f (type $t))) (import \"e\" \"m\" (memory 1)) (table $x 2 funcref)"
    " (global $g f32 (f32.const 1.5)) (func $h (export \"h\") (type $t) (local $a i64) (call $f (local.get 0))) (elem (i32.const 0) $f $h) (data (i32.const 16) \"hello\")"
    /* linking: version 2, one symbol (func 1 "h"), one segment; reloc.CODE: section 7, one FunctionIndexLeb of symbol 0 */
    " (@custom \"linking\" \"\\02\\08\\06\\01\\00\\00\\01\\01h\\05\\08\\01\\04.dat\\02\\00\") (@custom \"reloc.CODE\" \"\\07\\01\\00\\08\\00\"))";

static const ct_object_dump_options everything = {.headers = true, .details = true, .disassembly = true, .relocations = true, .contents = true, .title = "it"};

static ct_status keep(void *user, ct_slice bytes, ct_error *error) {
  cti_buf_bytes(user, bytes);
  return cti_buf_check(user, error);
}

static cti_buf module_made(void) {
  cti_buf out = {0};
  ct_error error = {0};
  assert_int_equal(ct_text_parse(&out, cti_slice(text, sizeof text - 1), &error), CT_OK);
  return out;
}

static bool holds(const cti_buf *out, const char *part) {
  size_t size = strlen(part);
  for (size_t at = 0; at + size <= out->size; at++)
    if (memcmp(out->data + at, part, size) == 0) return true;
  return false;
}

static void test_object_dump__symbols_and_relocations(void **state) {
  (void)state;
  cti_buf module = module_made(), out = {0};
  ct_error error = {0};
  const ct_sink sink = {keep, &out};
  assert_int_equal(ct_object_dump(&sink, cti_buf_slice(&module), &everything, &error), CT_OK);
  assert_true(holds(&out, "   - 0: F <h> func=1 [ binding=global vis=default ]\n"));
  assert_true(holds(&out, " - segment[0] <.dat> memory=0 size=5 - init i32=16\n"));
  assert_true(holds(&out, "  - relocations for section: 7 (Code) [1]\n   - R_WASM_FUNCTION_INDEX_LEB offset=0x000008"));
  assert_true(holds(&out, ": R_WASM_FUNCTION_INDEX_LEB 0 <h>\n"));
  ct_buf_free(&out);
  ct_buf_free(&module);
}

static void test_object_dump__memory_ends(void **state) {
  (void)state;
  cti_buf module = module_made();
  ct_status status = CT_NOMEM;
  for (uint64_t n = 1; status != CT_OK; n++) {
    cti_buf out = {0};
    ct_error error = {0};
    const ct_sink sink = {keep, &out};
    cti_alloc_fail_at(n);
    status = ct_object_dump(&sink, cti_buf_slice(&module), &everything, &error);
    cti_alloc_fail_at(0);
    assert_true(status == CT_OK || status == CT_NOMEM);
    assert_true(n < 1000);
    ct_buf_free(&out);
  }
  ct_buf_free(&module);
}

static void test_object_dump__input_breaks_off(void **state) {
  (void)state;
  cti_buf module = module_made();
  for (size_t size = 0; size < module.size; size++) {
    cti_buf out = {0};
    ct_error error = {0};
    const ct_sink sink = {keep, &out};
    if (ct_object_dump(&sink, (ct_slice){module.data, size}, &everything, &error) != CT_OK) assert_true(error.message[0] != 0);
    ct_buf_free(&out);
  }
  ct_buf_free(&module);
}

static void test_object_dump__one_section(void **state) {
  (void)state;
  cti_buf module = module_made(), out = {0};
  ct_error error = {0};
  const ct_sink sink = {keep, &out};
  ct_object_dump_options one = {.details = true, .contents = true, .section = "LINKING"};
  assert_int_equal(ct_object_dump(&sink, cti_buf_slice(&module), &one, &error), CT_OK);
  assert_true(holds(&out, "symbol table") && !holds(&out, "Import["));
  one.section = "tag";
  assert_int_equal(ct_object_dump(&sink, cti_buf_slice(&module), &one, &error), CT_MISUSE);
  ct_buf_free(&out);
  ct_buf_free(&module);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_object_dump__symbols_and_relocations),
      cmocka_unit_test(test_object_dump__memory_ends),
      cmocka_unit_test(test_object_dump__input_breaks_off),
      cmocka_unit_test(test_object_dump__one_section),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

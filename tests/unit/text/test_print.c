/* Printing: sinks that refuse, memory that ends, input that breaks off; and deep nesting, which must not use the stack. (The texts themselves are goldens
 * of tests/cli and of the conformance data.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "ctool/text.h"

/* A module with a type, an import, a function that adds and branches, a global, an export, data, names. */
static const uint8_t module[] = {0,    'a', 's', 'm', 1, 0, 0, 0, 1,    6,   1,   0x60, 1, 0x7f, 1, 0x7f, 2,    7,    1,   1,    'm', 1,   'n', 0, 0,    3,    2, 1, 0, 6,   6, 1,   0x7f, 0,   0x41, 42,
                                 0x0b, 7,   5,   1,   1, 'f', 0, 1, 0x0a, 15, 1, 13, 0, 2, 0x40, 0x20, 0, 0x0d, 0, 0x0b, 0x20, 0, 0x10, 0, 0x0b, 0, 13, 4, 'n', 'a', 'm', 'e', 1, 6, 1, 1, 3, 'a', 'd', 'd'};

static ct_status keep(void *user, ct_slice bytes, ct_error *error) {
  cti_buf_bytes(user, bytes);
  return cti_buf_check(user, error);
}

static ct_status refuse(void *user, ct_slice bytes, ct_error *error) {
  (void)user;
  (void)bytes;
  return cti_fail(error, CT_IO_WRITE, CT_NO_OFFSET, "%s", "full");
}

static void test_print__text(void **state) {
  (void)state;
  cti_buf out = {0};
  ct_error error = {0};
  const ct_sink sink = {keep, &out};
  assert_int_equal(ct_print(&sink, cti_slice(module, sizeof module), NULL, &error), CT_OK);
  assert_true(cti_slice_is(cti_buf_slice(&out), "(module\n"
                                                "  (type (;0;) (func (param i32) (result i32)))\n"
                                                "  (import \"m\" \"n\" (func (;0;) (type 0) (param i32) (result i32)))\n"
                                                "  (global (;0;) i32 i32.const 42)\n"
                                                "  (export \"f\" (func $add))\n"
                                                "  (func $add (;1;) (type 0) (param i32) (result i32)\n"
                                                "    block ;; label = @1\n"
                                                "      local.get 0\n"
                                                "      br_if 0 (;@1;)\n"
                                                "    end\n"
                                                "    local.get 0\n"
                                                "    call 0\n"
                                                "  )\n"
                                                ")\n"));
  ct_buf_free(&out);
}

static void test_print__sink_refuses(void **state) {
  (void)state;
  ct_error error = {0};
  const ct_sink sink = {refuse, NULL};
  assert_int_equal(ct_print(&sink, cti_slice(module, sizeof module), NULL, &error), CT_IO_WRITE);
}

static void test_print__each_allocation_may_fail(void **state) {
  (void)state;
  for (int form = 0; form < 8; form++) {
    const ct_print_options options = {.fold = form & 1, .operand_stack = form & 2, .name_unnamed = form & 4};
    for (size_t n = 1;; n++) {
      cti_buf out = {0};
      ct_error error = {0};
      const ct_sink sink = {keep, &out};
      cti_alloc_fail_at(n);
      ct_status status = ct_print(&sink, cti_slice(module, sizeof module), &options, &error);
      bool failed = cti_alloc_failed();
      cti_alloc_fail_at(0);
      ct_buf_free(&out);
      if (status != (failed ? CT_NOMEM : CT_OK)) print_error("form %d allocation %zu: status %d\n", form, n, status);
      assert_int_equal(status, failed ? CT_NOMEM : CT_OK);
      if (!failed) break;
    }
  }
}

static void test_print__every_prefix(void **state) {
  (void)state;
  for (size_t size = 0; size < sizeof module; size++) {
    uint8_t *copy = test_malloc(size ? size : 1);
    memcpy(copy, module, size);
    cti_buf out = {0};
    ct_error error = {0};
    const ct_sink sink = {keep, &out};
    ct_status status = ct_print(&sink, cti_slice(copy, size), NULL, &error);
    assert_true(status == CT_OK || error.message[0]);
    if (status != CT_OK) assert_true(out.size == 0 || out.data[out.size - 1] != '\n');
    ct_buf_free(&out);
    test_free(copy);
  }
}

/* A body of `depth` blocks, or of as many i32.eqz on one operand: a tree as deep. */
static cti_buf deep_module(uint32_t depth, bool blocks) {
  cti_buf out = {0};
  cti_buf_bytes(&out, CTI_LIT("\0asm\1\0\0\0\1\4\1\x60\0\0\3\2\1\0"));
  cti_buf_u8(&out, 10);
  size_t section = cti_buf_open(&out);
  cti_buf_u8(&out, 1);
  size_t body = cti_buf_open(&out);
  cti_buf_bytes(&out, CTI_LIT("\0\x41\0"));
  for (uint32_t i = 0; i < depth; i++) cti_buf_bytes(&out, blocks ? CTI_LIT("\2\x40") : CTI_LIT("\x45"));
  if (blocks) cti_buf_fill(&out, 0x0b, depth);
  cti_buf_bytes(&out, CTI_LIT("\x1a\x0b"));
  cti_buf_close(&out, body);
  cti_buf_close(&out, section);
  return out;
}

static void test_print__deep(void **state) {
  (void)state;
  for (int form = 0; form < 4; form++) {
    cti_buf in = deep_module(200000, form & 1), out = {0};
    ct_error error = {0};
    const ct_sink sink = {keep, &out};
    const ct_print_options options = {.fold = form & 2};
    assert_int_equal(ct_print(&sink, cti_buf_slice(&in), &options, &error), CT_OK);
    ct_buf_free(&in);
    ct_buf_free(&out);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_print__text), cmocka_unit_test(test_print__sink_refuses), cmocka_unit_test(test_print__each_allocation_may_fail), cmocka_unit_test(test_print__every_prefix), cmocka_unit_test(test_print__deep),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

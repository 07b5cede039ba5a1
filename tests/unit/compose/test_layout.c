/* Layouts of a component's core modules: what is there of shim and fixup for guests of each shape; every result is valid. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "compose/plan.h"
#include "ctool/text.h"
#include "ctool/validate.h"
#include "hurt.h"

#define P1(name, type) "(import \"wasi_snapshot_preview1\" \"" name "\" (func " type "))"
#define FD_WRITE P1("fd_write", "(param i32 i32 i32 i32) (result i32)")
#define ARGS P1("args_get", "(param i32 i32) (result i32)") P1("args_sizes_get", "(param i32 i32) (result i32)")
#define GUEST(imports, rest) "(module " imports "(memory (export \"memory\") 2 5) (global $__stack_pointer (mut i32) (i32.const 65536))" rest ")"
#define START "(func $s (export \"_start\") (drop (call 0 (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))))"
#define INITIALIZE "(func (export \"_initialize\"))"

typedef enum wanted { SHIM, DIRECT, DIRECT_WITH_FIXUP } wanted;

static bool holds_bytes(const ct_buf *component, ct_slice bytes) {
  for (size_t at = 0; at + bytes.size <= component->size; at++)
    if (memcmp(component->data + at, bytes.data, bytes.size) == 0) return true;
  return false;
}

static bool holds(const ct_buf *component, const char *text) { return holds_bytes(component, cti_slice_str(text)); }

static ct_buf make(const char *text, const ct_component_new_options *options) {
  ct_buf binary = {0}, whole = {0};
  ct_pieces pieces = {0};
  ct_error error;
  ct_error_clear(&error);
  if (ct_text_parse(&binary, cti_slice_str(text), &error)) fail_msg("%s\n  %s", text, error.message);
  if (ct_component_new(&pieces, cti_buf_slice(&binary), options, &error)) fail_msg("%s\n  %s", text, error.message);
  for (size_t i = 0; i < pieces.count; i++) cti_buf_bytes(&whole, pieces.items[i]);
  ct_pieces_free(&pieces);
  ct_buf_free(&binary);
  return whole;
}

/* The reference's shim has a function for each import of the adapter, named "adapt-..."; both have names while debug names are on. */
static void expect(const char *text, ct_layout layout, wanted what) {
  ct_component_new_options options = {.layout = layout};
  ct_buf component = make(text, &options);
  if (holds(&component, "adapt-wasi") != (what == SHIM)) fail_msg("%s\n  is not of that layout", text);
  if (holds(&component, "wit-component-fixup") != (what != DIRECT)) fail_msg("%s\n  has a fixup, or not", text);
  ct_buf_free(&component);
}

static void test_layout__choice(void **state) {
  (void)state;
  expect(GUEST(FD_WRITE, START), CT_LAYOUT_AUTO, DIRECT);
  expect(GUEST(FD_WRITE, START), CT_LAYOUT_DIRECT, DIRECT);
  expect(GUEST(FD_WRITE, START), CT_LAYOUT_SHIM, SHIM);
  expect(GUEST(FD_WRITE ARGS, START), CT_LAYOUT_AUTO, DIRECT); /* lists come back: the adapter's realloc waits */
  expect(GUEST(FD_WRITE FD_WRITE, START), CT_LAYOUT_AUTO, DIRECT);
  ct_component_new_options named = {.adapter_names = true};
  ct_buf component = make(GUEST(FD_WRITE FD_WRITE, START), &named);
  assert_true(holds(&component, "p1_fd_write") && !holds(&component, "wit-component-fixup"));
  ct_buf_free(&component);
}

/* What is imported once or twice is taken of the adapter's instance as it is, by short names; wasi:cli/run has no types, so no component is put around it. */
static void test_layout__nothing_between(void **state) {
  (void)state;
  const char *const guests[] = {GUEST(FD_WRITE, START), GUEST(FD_WRITE FD_WRITE, START), GUEST(FD_WRITE FD_WRITE ARGS FD_WRITE, START)};
  for (unsigned i = 0; i < CTI_COUNT(guests); i++) {
    ct_buf direct = make(guests[i], &(ct_component_new_options){0}), shim = make(guests[i], &(ct_component_new_options){.layout = CT_LAYOUT_SHIM});
    assert_false(holds(&direct, "fd_write") || holds(&direct, "shim-component"));
    assert_true(holds(&shim, "fd_write") && holds(&shim, "shim-component"));
    ct_buf_free(&direct);
    ct_buf_free(&shim);
  }
}

/* An imported memory is not the module's to give away. */
static void test_layout__memory(void **state) {
  (void)state;
  expect("(module " FD_WRITE "(import \"env\" \"memory\" (memory 1)) (export \"memory\" (memory 0))" START ")", CT_LAYOUT_DIRECT, SHIM);
  expect("(module " FD_WRITE "(memory (export \"memory\") 1 1)" START "(data (i32.const 0) \"x\"))", CT_LAYOUT_AUTO, DIRECT);
}

/* The module's table is what it was, wherever it is; what the first module calls through is another one, whose size is the number of its slots. */
static void expect_own_table(const char *limits, ct_slice type) {
  char text[1000];
  for (int way = 0; way < 3; way++) {
    ct_component_new_options options = {.fuse_adapter = way == 1, .separate_memory = way == 2};
    snprintf(text, sizeof text, GUEST(FD_WRITE ARGS, START "(table (export \"t\") %s funcref)"), limits);
    ct_buf component = make(text, &options);
    if (!holds_bytes(&component, type)) fail_msg("%s\n  has another table", text);
    if (!holds(&component, way == 1 ? "\x70\1\1\1" : "\x70\1\2\2") || holds(&component, "wit-component-fixup")) fail_msg("%s\n  has another number of slots, or a fixup", text);
    ct_buf_free(&component);
  }
}

static void test_layout__table(void **state) {
  (void)state;
  static const char *const own[] = {"",
                                    "(table 3 3 funcref)",
                                    "(table 3 funcref) (elem (i32.const 1) $s)",
                                    "(table 1 4 funcref) (elem declare func $s)",
                                    "(table $t (export \"__indirect_function_table\") 3 funcref) (elem (table $t) (i32.const 0) func $s $s) (elem func $s)",
                                    "(table 2 2 funcref) (elem funcref (ref.func $s)) (start $i) (func $i)"};
  char text[1000];
  for (unsigned i = 0; i < CTI_COUNT(own); i++) {
    snprintf(text, sizeof text, GUEST(FD_WRITE, START "%s (data (i32.const 65600) \"x\")"), own[i]);
    expect(text, CT_LAYOUT_AUTO, DIRECT);
  }
  expect_own_table("3 5", CTI_LIT("\x70\1\3\5"));
  expect_own_table("3", CTI_LIT("\x70\0\3"));
  expect_own_table("1 0xffffffff", CTI_LIT("\x70\1\1\xff\xff\xff\xff\x0f"));
  static const char *const others[] = {"(table 3 funcref) (table 3 funcref)", "(table 3 externref)", "(table 3 3 funcref (ref.func $s)) (elem declare func $s)"};
  for (unsigned i = 0; i < CTI_COUNT(others); i++) {
    snprintf(text, sizeof text, GUEST(FD_WRITE, START "%s"), others[i]);
    expect(text, CT_LAYOUT_AUTO, DIRECT_WITH_FIXUP);
  }
}

/* `_initialize` becomes the start function, unless there is another one. */
static void test_layout__initialize(void **state) {
  (void)state;
  expect(GUEST(FD_WRITE, INITIALIZE), CT_LAYOUT_AUTO, DIRECT);
  expect(GUEST(FD_WRITE, INITIALIZE "(func $i) (start $i)"), CT_LAYOUT_AUTO, DIRECT_WITH_FIXUP);
  expect(GUEST(FD_WRITE, INITIALIZE "(table 2 funcref) (elem (i32.const 0) 1) (data (i32.const 8) \"x\")"), CT_LAYOUT_AUTO, DIRECT);
}

/* The adapter inside of the module: every shape is valid, and no core module stands beside the main one and the first. */
static void test_layout__fused(void **state) {
  (void)state;
  static const char *const rest[] = {
      START,
      START "(table 3 funcref) (elem (i32.const 1) $s) (data (i32.const 70000) \"x\")",
      START "(table 3 funcref) (table 3 funcref)",
      START "(export \"+0\" (func 0)) (export \"+1\" (func $s)) (export \"again\" (func 0)) (elem declare func 0)",
      INITIALIZE,
      INITIALIZE "(func $i) (start $i)",
      START "(func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) i32.const 8)",
      START "(tag (param i32)) (global $mine (mut i64) (i64.const 1)) (func (global.set $mine (i64.const 2)))",
  };
  char text[2000];
  for (unsigned i = 0; i < CTI_COUNT(rest); i++)
    for (int named = 0; named < 2; named++) {
      ct_component_new_options fused = {.fuse_adapter = true, .adapter_names = named};
      snprintf(text, sizeof text, GUEST(FD_WRITE ARGS FD_WRITE, "%s"), rest[i]);
      ct_buf component = make(text, &fused);
      if (holds(&component, "wit-component:adapter") || !holds(&component, "wit-component:shim")) fail_msg("%s\n  is not fused", text);
      if (holds(&component, "\x16wasi_snapshot_preview1")) fail_msg("%s\n  still imports preview1", text);
      ct_buf_free(&component);
    }
}

/* The adapter in a memory of its own: two memories, but no instance has two; what cannot have one is told. */
static void test_layout__separate(void **state) {
  (void)state;
  ct_component_new_options separate = {.separate_memory = true}, shim = {.separate_memory = true, .layout = CT_LAYOUT_SHIM};
  static const char *const rest[] = {START, START "(table 3 funcref) (elem (i32.const 1) $s)", INITIALIZE, START "(func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) i32.const 8)"};
  char text[1000];
  for (unsigned i = 0; i < CTI_COUNT(rest); i++) {
    snprintf(text, sizeof text, GUEST(FD_WRITE ARGS, "%s"), rest[i]);
    ct_buf component = make(text, &separate);
    if (!holds(&component, "adapter-memory")) fail_msg("%s\n  has no memory for the adapter", text);
    ct_buf_free(&component);
  }
  ct_error error;
  ct_buf binary = {0};
  ct_pieces pieces;
  ct_error_clear(&error);
  assert_int_equal(ct_text_parse(&binary, CTI_LIT(GUEST(FD_WRITE, START)), &error), CT_OK);
  assert_int_equal(ct_component_new(&pieces, cti_buf_slice(&binary), &shim, &error), CT_COMPOSE_ADAPTER);
  assert_non_null(strstr(error.message, "no memory of its own"));
  ct_buf_free(&binary);
}

static void new_component(ct_slice bytes, void *context) {
  ct_error error;
  ct_pieces pieces = {0};
  ct_error_clear(&error);
  if (ct_component_new(&pieces, bytes, context, &error) != CT_OK) assert_int_not_equal(error.status, CT_OK);
  ct_pieces_free(&pieces);
}

static void test_layout__hostile(void **state) {
  (void)state;
  ct_error error;
  ct_buf binary = {0};
  ct_error_clear(&error);
  assert_int_equal(ct_text_parse(&binary, CTI_LIT(GUEST(FD_WRITE, START "(table 3 funcref) (elem (i32.const 1) $s)")), &error), CT_OK);
  for (int way = 0; way < 3; way++) {
    ct_component_new_options options = {.fuse_adapter = way == 1, .separate_memory = way == 2};
    hurt_cuts(cti_buf_slice(&binary), new_component, &options);
    hurt_bits(cti_buf_slice(&binary), new_component, &options);
    hurt_starve(cti_buf_slice(&binary), new_component, &options);
  }
  ct_buf_free(&binary);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_layout__nothing_between), cmocka_unit_test(test_layout__choice),     cmocka_unit_test(test_layout__memory),  cmocka_unit_test(test_layout__table),
      cmocka_unit_test(test_layout__initialize), cmocka_unit_test(test_layout__fused), cmocka_unit_test(test_layout__separate), cmocka_unit_test(test_layout__hostile),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

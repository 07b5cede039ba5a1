/* Where the preview1 adapter may live in a guest: above a stack pointer that is one, in what Go leaves free, and nowhere else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "compose/adapter_place.h"
#include "ctool/text.h"

enum { SIZE = 4096 };

#define MEMORY "(memory 2)"
#define TAKES "(func (local i32) (global.set 0 (local.tee 0 (i32.sub (global.get 0) (i32.const 16)))))"
#define POINTER(top) "(global (mut i32) (i32.const " #top "))"

static cti_place find(const char *text, uint32_t size) {
  ct_error error;
  cti_arena arena;
  ct_buf binary = {0};
  cti_module module;
  cti_place place;
  ct_error_clear(&error);
  cti_arena_init(&arena, &error);
  if (ct_text_parse(&binary, cti_slice_str(text), &error)) fail_msg("%s", error.message);
  assert_int_equal(cti_module_decode_interface(&module, cti_buf_slice(&binary), 0, &arena), CT_OK);
  assert_int_equal(cti_find_place(&place, &module, size, &arena), CT_OK);
  if (place.kind == CTI_PLACE_STACK) { /* what it holds instead is a global section whose first constant is the base */
    cti_cursor c = cti_cursor_make(place.globals, 0, &error);
    cti_cursor_u32(&c);
    cti_cursor_u8(&c);
    cti_cursor_u8(&c);
    assert_int_equal(cti_cursor_u8(&c), 0x41);
    assert_int_equal((uint32_t)cti_cursor_s32(&c), place.base);
  } else {
    assert_null(place.globals.data);
  }
  place.globals.data = NULL;
  ct_buf_free(&binary);
  cti_arena_free(&arena);
  return place;
}

static void expect(const char *text, cti_place_kind kind, uint32_t base, uint32_t limit) {
  cti_place place = find(text, SIZE);
  if (place.kind != kind || place.base != base || place.limit != limit)
    fail_msg("%s\n  is placed by %d at %u to %u", text, (int)place.kind, (unsigned)place.base, (unsigned)place.limit);
}

static void nowhere(const char *text) { expect(text, CTI_PLACE_NONE, 0, 0); }

static void test_place__stack(void **state) {
  (void)state;
  expect("(module " MEMORY POINTER(66560) TAKES "(data (i32.const 1024) \"below\"))", CTI_PLACE_STACK, 66560 - SIZE, 66560);
  expect("(module " MEMORY POINTER(65536) TAKES "(data (i32.const 65536) \"above\"))", CTI_PLACE_STACK, 65536 - SIZE, 65536);
  expect("(module " MEMORY POINTER(65536) TAKES "(global i32 (i32.const 7)) (data \"passive\"))", CTI_PLACE_STACK, 65536 - SIZE, 65536);
  expect("(module (memory 40)" POINTER(1048576) TAKES "(data (i32.const 1048576) \"above\"))", CTI_PLACE_STACK, 1048576 - 4 * SIZE, 1048576);
  expect("(module " MEMORY "(global $__stack_pointer (mut i32) (i32.const 65536)))", CTI_PLACE_STACK, 65536 - SIZE, 65536); /* by its name */
}

static void test_place__no_stack_pointer(void **state) {
  (void)state;
  nowhere("(module " MEMORY POINTER(65536) ")");                                                            /* nothing takes room there */
  nowhere("(module " MEMORY POINTER(65536) "(func (global.set 0 (i32.add (global.get 0) (i32.const 16)))))"); /* a counter */
  nowhere("(module " MEMORY "(global $counter (mut i32) (i32.const 65536))" TAKES ")");                    /* by its name */
  nowhere("(module " MEMORY "(global i32 (i32.const 65536)))");
  nowhere("(module " MEMORY "(global (mut i64) (i64.const 65536)))");
  nowhere("(module (import \"a\" \"b\" (global i32)) " MEMORY "(global (mut i32) (i32.const 65536)))");
  nowhere("(module " MEMORY POINTER(65540) TAKES ")"); /* not aligned */
  nowhere("(module " MEMORY ")");
}

static void test_place__no_room(void **state) {
  (void)state;
  nowhere("(module " MEMORY POINTER(8192) TAKES ")");                                                              /* a small stack */
  nowhere("(module " MEMORY POINTER(131080) TAKES ")");                                                            /* outside of memory */
  nowhere("(module " MEMORY POINTER(65536) TAKES "(data (i32.const 65000) \"in it\"))");
  nowhere("(module " MEMORY POINTER(65536) TAKES "(data (i32.const 53000) \"near\"))");
  nowhere("(module " MEMORY POINTER(65536) TAKES "(data (i32.const 65530) \"over its end\"))");
  nowhere("(module " MEMORY POINTER(65536) TAKES "(data (i32.const 1024) \"below\") (data (i32.const 70000) \"above\"))");
  nowhere("(module " MEMORY POINTER(65536) TAKES "(global i32 (i32.const 0)) (data (global.get 1) \"unknown\"))");
  nowhere("(module (memory i64 2)" POINTER(65536) TAKES ")");
  nowhere("(module (import \"env\" \"memory\" (memory 2))" POINTER(65536) TAKES ")");
  nowhere("(module (memory 2) (memory 2)" POINTER(65536) TAKES ")");
}

#define GO_REST "(global (mut i64) (i64.const 0)) (global (mut i64) (i64.const 0)) (global (mut i64) (i64.const 0)) (global (mut i64) (i64.const 0)) (global (mut i64) (i64.const 0)) (global (mut i64) (i64.const 0))"
#define GO_GLOBALS "(global (mut i32) (i32.const 0))" GO_REST "(global (mut i32) (i32.const 0))"

static void test_place__go(void **state) {
  (void)state;
  expect("(module (memory 16)" GO_GLOBALS "(data (i32.const 12288) \"first\"))", CTI_PLACE_GO, 4096, 12288);
  nowhere("(module (memory 16)" GO_GLOBALS "(data (i32.const 12280) \"too early\"))");
  nowhere("(module (memory 16)" GO_GLOBALS "(global (mut i32) (i32.const 0)))");
  nowhere("(module (memory 16) (global (mut i32) (i32.const 8))" GO_REST "(global (mut i32) (i32.const 0)))");
  nowhere("(module (memory 0)" GO_GLOBALS ")");
}

/* The rest of the section stays as it is, padded numbers included. */
static void test_place__keeps_other_globals(void **state) {
  (void)state;
  static const uint8_t module_bytes[] = {0, 'a', 's', 'm', 1, 0, 0, 0, 5, 3, 1, 0, 2, /* memory */
                                         6, 21, 2, 0x7f, 1, 0x41, 0x80, 0x80, 0x84, 0x80, 0, 0x0b, 0x7e, 0, 0x42, 0x85, 0x80, 0x80, 0, 0x0b, 0, 0, 0};
  static const uint8_t names[] = {0, 25, 4, 'n', 'a', 'm', 'e', 7, 18, 1, 0, 15, '_', '_', 's', 't', 'a', 'c', 'k', '_', 'p', 'o', 'i', 'n', 't', 'e', 'r'};
  uint8_t bytes[sizeof module_bytes + sizeof names];
  size_t used = sizeof module_bytes - 3;
  memcpy(bytes, module_bytes, used);
  bytes[14] = (uint8_t)(used - 15);
  memcpy(bytes + used, names, sizeof names);
  ct_error error;
  cti_arena arena;
  cti_module module;
  cti_place place;
  ct_error_clear(&error);
  cti_arena_init(&arena, &error);
  assert_int_equal(cti_module_decode_interface(&module, cti_slice(bytes, used + sizeof names), 0, &arena), CT_OK);
  assert_int_equal(cti_find_place(&place, &module, SIZE, &arena), CT_OK);
  assert_int_equal(place.kind, CTI_PLACE_STACK);
  static const uint8_t expected[] = {2, 0x7f, 1, 0x41, 0x80, 0xe0, 0x03, 0x0b, 0x7e, 0, 0x42, 0x85, 0x80, 0x80, 0, 0x0b};
  assert_int_equal(place.globals.size, sizeof expected);
  assert_memory_equal(place.globals.data, expected, sizeof expected);
  cti_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_place__stack), cmocka_unit_test(test_place__no_stack_pointer), cmocka_unit_test(test_place__no_room),
      cmocka_unit_test(test_place__go),    cmocka_unit_test(test_place__keeps_other_globals),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

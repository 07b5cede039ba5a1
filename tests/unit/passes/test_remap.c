/* Indices in code: each is seen, each is moved, what is gone is refused; and without moves every instruction is written as it was read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctool/text.h"
#include "passes/remap.h"

static const char every_space[] =
    "(module"
    "  (type $s (struct (field (mut i32)))) (type $a (array (mut i8))) (type $f (func (param i32) (result i32)))"
    "  (import \"m\" \"f\" (func $imported (type $f)))"
    "  (table $t 4 funcref) (table $u 4 funcref) (memory $m 1) (memory $n 1) (global $g (mut i32) (i32.const 0)) (tag $e (param i32))"
    "  (elem $el func $imported) (data $d \"abc\")"
    "  (func $x (param i32) (result i32) (local (ref null $s)) (local v128)"
    "    (block (result i32) (block $h (result i32) (try_table (result i32) (catch $e $h) (call $imported (local.get 0)))))"
    "    (drop (call_indirect $u (type $f) (i32.const 1) (i32.const 2)))"
    "    (local.set 1 (struct.new $s (i32.const 7)))"
    "    (drop (struct.get $s 0 (local.get 1)))"
    "    (drop (select (result (ref null $s)) (local.get 1) (ref.null $s) (i32.const 1)))"
    "    (drop (array.new_data $a $d (i32.const 0) (i32.const 3)))"
    "    (drop (ref.cast (ref $s) (local.get 1)))"
    "    (drop (block $l (result anyref) (br_on_cast $l anyref (ref $s) (local.get 1))))"
    "    (table.copy $t $u (i32.const 0) (i32.const 0) (i32.const 1)) (table.init $u $el (i32.const 0) (i32.const 0) (i32.const 1)) (elem.drop $el)"
    "    (memory.copy $m $n (i32.const 0) (i32.const 0) (i32.const 1)) (memory.init $n $d (i32.const 0) (i32.const 0) (i32.const 1)) (data.drop $d)"
    "    (i32.store $n offset=70000 align=1 (i32.const 0) (global.get $g)) (global.set $g (i32.const -70000))"
    "    (local.set 2 (v128.load8_lane $n offset=3 5 (i32.const 0) (v128.const i64x2 -1 0x123456789)))"
    "    (local.set 2 (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31 (local.get 2) (local.get 2)))"
    "    (drop (f64.const nan:0x8000000000001)) (drop (f32.const -0.5)) (drop (i64.const -9223372036854775808))"
    "    (if (local.get 0) (then (throw $e (i32.const 1)))) (block $z (br_table $z 0 1 (local.get 0)))"
    "    (drop (ref.func $imported)) (drop (memory.size $n)) (i32.atomic.store $n (i32.const 0) (i32.const 1)))"
    "  (export \"x\" (func $x)))";

typedef struct fixture {
  ct_error error;
  cti_arena arena;
  ct_buf binary;
  cti_module module;
  const cti_func *func;
} fixture;

static fixture *fresh(void) {
  static fixture f;
  f = (fixture){0};
  ct_error_clear(&f.error);
  cti_arena_init(&f.arena, &f.error);
  if (ct_text_parse(&f.binary, cti_slice_str(every_space), &f.error)) fail_msg("%s", f.error.message);
  assert_int_equal(cti_module_decode(&f.module, cti_buf_slice(&f.binary), 0, &f.arena), CT_OK);
  f.func = &f.module.funcs.items[1];
  return &f;
}

static void done(fixture *f) {
  ct_buf_free(&f->binary);
  cti_arena_free(&f->arena);
}

static ct_status remap_body(cti_buf *out, fixture *f, const cti_remap *remap) {
  cti_cursor c = cti_cursor_make(f->func->body, 0, &f->error);
  ct_status status = cti_remap_locals(out, remap, &c);
  return status == CT_OK ? cti_remap_code(out, remap, &c) : status;
}

static void test_remap__without_moves_nothing_changes(void **state) {
  (void)state;
  fixture *f = fresh();
  cti_buf out = {0};
  cti_remap none = {0};
  assert_int_equal(remap_body(&out, f, &none), CT_OK);
  assert_int_equal(out.size, f->func->body.size);
  assert_memory_equal(out.data, f->func->body.data, out.size);
  ct_buf_free(&out);
  done(f);
}

static void count(void *context, cti_space space, uint32_t index) {
  (void)index;
  ((uint32_t *)context)[space]++;
}

static void count_body(uint32_t counts[CTI_SPACE_COUNT], ct_slice body) {
  ct_error error = {0};
  cti_cursor c = cti_cursor_make(body, 0, &error);
  uint32_t runs = cti_cursor_count(&c, "runs");
  for (uint32_t i = 0; i < runs; i++) cti_read_local_run(&c);
  cti_instr instr;
  while (cti_instr_next(&instr, &c)) cti_instr_each_ref(&instr, count, counts);
  assert_false(c.failed);
}

/* Every space moves up by 1,000: as many references as before, and none to the old ones. */
static void least(void *context, cti_space space, uint32_t index) {
  (void)space;
  if (index < *(uint32_t *)context) *(uint32_t *)context = index;
}

static void test_remap__moves_every_space(void **state) {
  (void)state;
  fixture *f = fresh();
  static uint32_t up[16];
  for (uint32_t i = 0; i < 16; i++) up[i] = 1000 + i;
  cti_remap remap;
  for (unsigned i = 0; i < CTI_SPACE_COUNT; i++) {
    remap.space[i].to = up;
    remap.space[i].count = 16;
  }
  cti_buf out = {0};
  assert_int_equal(remap_body(&out, f, &remap), CT_OK);
  uint32_t before[CTI_SPACE_COUNT] = {0}, after[CTI_SPACE_COUNT] = {0}, lowest = UINT32_MAX;
  count_body(before, f->func->body);
  count_body(after, cti_buf_slice(&out));
  for (unsigned i = 0; i < CTI_SPACE_COUNT; i++) {
    assert_int_equal(before[i], after[i]);
    assert_true(before[i] > 0);
  }
  cti_cursor c = cti_cursor_make(cti_buf_slice(&out), 0, &f->error);
  uint32_t runs = cti_cursor_count(&c, "runs");
  for (uint32_t i = 0; i < runs; i++) cti_read_local_run(&c);
  cti_instr instr;
  while (cti_instr_next(&instr, &c)) cti_instr_each_ref(&instr, least, &lowest);
  assert_true(lowest >= 1000);
  ct_buf_free(&out);
  done(f);
}

static void test_remap__refuses_what_is_gone(void **state) {
  (void)state;
  for (unsigned space = 0; space < CTI_SPACE_COUNT; space++) {
    fixture *f = fresh();
    static const uint32_t gone[2] = {UINT32_MAX, UINT32_MAX};
    cti_remap remap = {0};
    remap.space[space].to = gone;
    remap.space[space].count = 2;
    cti_buf out = {0};
    assert_int_equal(remap_body(&out, f, &remap), CT_CORE_INDEX);
    ct_buf_free(&out);
    done(f);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_remap__without_moves_nothing_changes),
      cmocka_unit_test(test_remap__moves_every_space),
      cmocka_unit_test(test_remap__refuses_what_is_gone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* opcodes.def: order, counts, an outside table (wabt's, which has most proposals), the names of the others; reading and skipping of immediates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "core/opcode.h"

static cti_cursor over(const void *bytes, size_t size, ct_error *error) {
  ct_error_clear(error);
  return cti_cursor_make(cti_slice(bytes, size), 0, error);
}

static void test_table__order(void **state) {
  (void)state;
  for (int i = 1; i < CTI_OPS; i++) {
    const cti_opcode *a = &cti_opcodes[i - 1], *b = &cti_opcodes[i];
    if (a->prefix > b->prefix || (a->prefix == b->prefix && a->code >= b->code)) fail_msg("%s does not come before %s", a->text, b->text);
  }
  for (int i = 0; i < CTI_OPS; i++) assert_int_equal(cti_op_find(cti_opcodes[i].prefix, cti_opcodes[i].code), i);
}

/* MVP, sign extension, reference types, tail calls, exceptions old and new, function references, ref.eq, stack switching; then by prefix. */
static void test_table__counts(void **state) {
  (void)state;
  int one = 0, fb = 0, fc = 0, fd = 0, fe = 0;
  for (int i = 0; i < CTI_OPS; i++) {
    uint8_t prefix = cti_opcodes[i].prefix;
    *(prefix == 0 ? &one : prefix == 0xfb ? &fb : prefix == 0xfc ? &fc : prefix == 0xfd ? &fd : &fe) += 1;
  }
  assert_int_equal(one, 172 + 5 + 6 + 2 + 5 + 3 + 5 + 1 + 7);
  assert_int_equal(fb, 31 + 7);
  assert_int_equal(fc, 8 + 7 + 3 + 1 + 4);
  assert_int_equal(fd, 236 + 20);
  assert_int_equal(fe, 4 + 1 + 14 + 49 + 9 + 4 + 22 + 1);
}

static void test_table__signatures(void **state) {
  (void)state;
  for (int i = 0; i < CTI_OPS; i++) {
    const char *signature = cti_opcodes[i].signature, *colon = strchr(signature, ':');
    if (strcmp(signature, "*") == 0) continue;
    assert_non_null(colon);
    assert_true(strspn(signature, "iIfFvp:") == strlen(signature));
    assert_null(strchr(colon + 1, ':'));
  }
}

#if defined(__has_include)
#if __has_include("wabt/opcode.def")
#define HAVE_WABT 1
#endif
#endif

#ifdef HAVE_WABT
typedef struct wabt_row {
  const char *result, *operands[3];
  unsigned size, prefix, code;
  const char *text;
} wabt_row;

#define ___ "_"
static const wabt_row wabt_rows[] = {
#define WABT_OPCODE(r, a, b, c, size, prefix, code, name, text, decomp) {#r, {#a, #b, #c}, size, prefix, code, text},
#include "wabt/opcode.def"
#undef WABT_OPCODE
};

static char letter(const char *type) { return strcmp(type, "I32") == 0 ? 'i' : strcmp(type, "I64") == 0 ? 'I' : strcmp(type, "F32") == 0 ? 'f' : strcmp(type, "F64") == 0 ? 'F' : strcmp(type, "V128") == 0 ? 'v' : 0; }

/* wabt writes addresses as i32, and gives the unary operations on scalar floats two operands. */
static bool same_signature(const wabt_row *row, const cti_opcode *op) {
  if ((op->prefix == 0 && op->code >= 0x8b && op->code <= 0x91) || (op->prefix == 0 && op->code >= 0x99 && op->code <= 0x9f)) return true;
  char theirs[8] = "", ours[8] = "";
  size_t n = 0;
  for (int i = 0; i < 3; i++)
    if (letter(row->operands[i])) theirs[n++] = letter(row->operands[i]);
  theirs[n++] = ':';
  if (letter(row->result)) theirs[n++] = letter(row->result);
  for (n = 0; op->signature[n]; n++) ours[n] = op->signature[n] == 'p' ? 'i' : op->signature[n];
  return strcmp(ours, theirs) == 0;
}

static void test_table__as_wabt_has_it(void **state) {
  (void)state;
  int compared = 0;
  for (size_t i = 0; i < CTI_COUNT(wabt_rows); i++) {
    const wabt_row *row = &wabt_rows[i];
    if (row->prefix == 0 && row->code >= 0xe0) continue; /* of its interpreter */
    cti_op found = cti_op_find((uint8_t)row->prefix, row->code);
    if (found == CTI_OP_NONE) fail_msg("%s is missing", row->text);
    const cti_opcode *op = &cti_opcodes[found];
    if (op->code != 0x112 && op->code != 0x113) assert_string_equal(op->text, row->text); /* relaxed dot products: named by an earlier draft there */
    if (row->size) assert_int_equal(1u << op->width, row->size);
    bool lists_all = row->operands[0][0] != '_' && op->immediate != CTI_IMM_LANE && op->immediate != CTI_IMM_SHUFFLE; /* lanes stand among its operands */
    if (lists_all && strcmp(op->signature, "*") != 0 && !same_signature(row, op)) fail_msg("%s: %s", op->text, op->signature);
    compared++;
  }
  assert_in_range(compared, 480, CTI_OPS);
}
#endif

/* What wabt does not know, as the overviews of the proposals list it. */
static void test_table__names_of_the_others(void **state) {
  (void)state;
  static const struct {
    unsigned prefix, code;
    const char *text;
  } rows[] = {
      {0, 0x0a, "throw_ref"}, {0, 0x15, "return_call_ref"}, {0, 0x1f, "try_table"}, {0, 0xd3, "ref.eq"}, {0, 0xd4, "ref.as_non_null"},
      {0, 0xd5, "br_on_null"}, {0, 0xd6, "br_on_non_null"}, {0, 0xe0, "cont.new"}, {0, 0xe1, "cont.bind"}, {0, 0xe2, "suspend"}, {0, 0xe3, "resume"},
      {0, 0xe4, "resume_throw"}, {0, 0xe5, "resume_throw_ref"}, {0, 0xe6, "switch"},
      {0xfb, 0, "struct.new"}, {0xfb, 1, "struct.new_default"}, {0xfb, 2, "struct.get"}, {0xfb, 3, "struct.get_s"}, {0xfb, 4, "struct.get_u"},
      {0xfb, 5, "struct.set"}, {0xfb, 6, "array.new"}, {0xfb, 7, "array.new_default"}, {0xfb, 8, "array.new_fixed"}, {0xfb, 9, "array.new_data"},
      {0xfb, 10, "array.new_elem"}, {0xfb, 11, "array.get"}, {0xfb, 12, "array.get_s"}, {0xfb, 13, "array.get_u"}, {0xfb, 14, "array.set"},
      {0xfb, 15, "array.len"}, {0xfb, 16, "array.fill"}, {0xfb, 17, "array.copy"}, {0xfb, 18, "array.init_data"}, {0xfb, 19, "array.init_elem"},
      {0xfb, 20, "ref.test"}, {0xfb, 21, "ref.test"}, {0xfb, 22, "ref.cast"}, {0xfb, 23, "ref.cast"}, {0xfb, 24, "br_on_cast"},
      {0xfb, 25, "br_on_cast_fail"}, {0xfb, 26, "any.convert_extern"}, {0xfb, 27, "extern.convert_any"}, {0xfb, 28, "ref.i31"}, {0xfb, 29, "i31.get_s"},
      {0xfb, 30, "i31.get_u"}, {0xfb, 32, "struct.new_desc"}, {0xfb, 33, "struct.new_default_desc"}, {0xfb, 34, "ref.get_desc"},
      {0xfb, 35, "ref.cast_desc_eq"}, {0xfb, 36, "ref.cast_desc_eq"}, {0xfb, 37, "br_on_cast_desc_eq"}, {0xfb, 38, "br_on_cast_desc_eq_fail"},
      {0xfc, 18, "memory.discard"}, {0xfc, 19, "i64.add128"}, {0xfc, 20, "i64.sub128"}, {0xfc, 21, "i64.mul_wide_s"}, {0xfc, 22, "i64.mul_wide_u"},
      {0xfe, 4, "pause"}, {0xfe, 0x4f, "global.atomic.get"}, {0xfe, 0x50, "global.atomic.set"}, {0xfe, 0x57, "global.atomic.rmw.cmpxchg"},
      {0xfe, 0x58, "table.atomic.get"}, {0xfe, 0x5b, "table.atomic.rmw.cmpxchg"}, {0xfe, 0x5c, "struct.atomic.get"}, {0xfe, 0x66, "struct.atomic.rmw.cmpxchg"},
      {0xfe, 0x67, "array.atomic.get"}, {0xfe, 0x6a, "array.atomic.set"}, {0xfe, 0x71, "array.atomic.rmw.cmpxchg"}, {0xfe, 0x72, "ref.i31_shared"},
  };
  for (size_t i = 0; i < CTI_COUNT(rows); i++) assert_string_equal(cti_opcodes[cti_op_find((uint8_t)rows[i].prefix, rows[i].code)].text, rows[i].text);
}

static void test_find__nothing_there(void **state) {
  (void)state;
  assert_int_equal(cti_op_find(0, 0x27), CTI_OP_NONE);
  assert_int_equal(cti_op_find(0, 0xff), CTI_OP_NONE);
  assert_int_equal(cti_op_find(0xfb, 31), CTI_OP_NONE);
  assert_int_equal(cti_op_find(0xfd, 0x9a), CTI_OP_NONE);
  assert_int_equal(cti_op_find(0xfd, 0x114), CTI_OP_NONE);
  assert_int_equal(cti_op_find(0xfe, UINT32_MAX), CTI_OP_NONE);
  assert_int_equal(cti_op_find(0xff, 0), CTI_OP_NONE);
  assert_int_equal(cti_op_find(1, 0), CTI_OP_NONE);
}

/* ---- reading */

static void test_instr__forms(void **state) {
  (void)state;
  static const uint8_t code[] = {
      0x02, 0x40,                               /* block */
      0x0e, 0x02, 0x00, 0x81, 0x00, 0x02,       /* br_table 0 1 2, the second padded */
      0x11, 0x05, 0x07,                         /* call_indirect */
      0x28, 0x42, 0x01, 0x10,                   /* i32.load of memory 1 */
      0x41, 0x7f,                               /* i32.const -1 */
      0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f,       /* f64.const 1 */
      0xfb, 0x18, 0x02, 0x03, 0x6e, 0x80, 0x01, /* br_on_cast 3 (ref any) (ref null 128) */
      0xfd, 0x80, 0x02,                         /* i8x16.relaxed_swizzle */
      0xfe, 0x1e, 0x12, 0x11, 0x00,             /* i32.atomic.rmw.add acqrel */
      0x1f, 0x40, 0x02, 0x00, 0x04, 0x05, 0x03, 0x06, /* try_table (catch 4 5) (catch_all_ref 6) */
      0x0b};
  ct_error error;
  cti_cursor c = over(code, sizeof code, &error);
  cti_instr in;
  assert_true(cti_instr_next(&in, &c));
  assert_int_equal(in.op, CTI_OP_BLOCK);
  assert_int_equal(in.block.kind, CTI_BLOCK_EMPTY);
  assert_true(cti_instr_next(&in, &c));
  assert_int_equal(in.count, 2);
  assert_int_equal(in.list.size, 3);
  assert_int_equal(in.a, 2);
  assert_true(cti_instr_next(&in, &c));
  assert_int_equal(in.a, 5);
  assert_int_equal(in.b, 7);
  assert_true(cti_instr_next(&in, &c));
  assert_int_equal(in.memarg.align_log2, 2);
  assert_int_equal(in.memarg.memory, 1);
  assert_int_equal(in.memarg.offset, 16);
  assert_int_equal(in.ordering, CTI_ORDER_UNWRITTEN);
  assert_true(cti_instr_next(&in, &c));
  assert_true(in.value == UINT64_MAX);
  assert_true(cti_instr_next(&in, &c));
  assert_true(in.value == 0x3ff0000000000000u);
  assert_true(cti_instr_next(&in, &c));
  assert_int_equal(in.a, 3);
  assert_int_equal(in.heap, CTI_VT_REF | CTI_HEAP_ANY);
  assert_int_equal(in.heap2, CTI_VT_REF | CTI_VT_NULLABLE | CTI_VT_CONCRETE | 128);
  assert_true(cti_instr_next(&in, &c));
  assert_int_equal(in.op, CTI_OP_I8X16_RELAXED_SWIZZLE);
  assert_int_equal(in.bytes.size, 3);
  assert_true(cti_instr_next(&in, &c));
  assert_int_equal(in.ordering, CTI_ORDER_ACQREL);
  assert_true(cti_instr_next(&in, &c));
  assert_int_equal(in.count, 2);
  cti_cursor list = over(in.list.data, in.list.size, &error);
  cti_clause clause;
  cti_read_catch(&clause, &list);
  assert_int_equal(clause.tag, 4);
  assert_int_equal(clause.label, 5);
  cti_read_catch(&clause, &list);
  assert_int_equal(clause.kind, 3);
  assert_int_equal(clause.label, 6);
  assert_true(cti_cursor_done(&list));
  assert_true(cti_instr_next(&in, &c));
  assert_int_equal(in.op, CTI_OP_END);
  assert_false(cti_instr_next(&in, &c));
  assert_int_equal(error.status, CT_OK);
}

/* Each instruction over each short run of equal bytes: it fails, or its bytes are what skipping passes, and cut bytes always fail. */
static void test_instr__skip_agrees(void **state) {
  (void)state;
  for (int op = 0; op < CTI_OPS; op++) {
    for (int filler = 0; filler < 0x80; filler++) {
      uint8_t code[64];
      memset(code, filler, sizeof code);
      size_t n = 0;
      if (cti_opcodes[op].prefix) code[n++] = cti_opcodes[op].prefix;
      uint32_t number = cti_opcodes[op].code;
      if (!cti_opcodes[op].prefix) code[n++] = (uint8_t)number;
      else if (number < 0x80) code[n++] = (uint8_t)number;
      else code[n++] = (uint8_t)(number & 0x7f) | 0x80, code[n++] = (uint8_t)(number >> 7);
      ct_error error;
      cti_cursor c = over(code, sizeof code, &error), skipping = c;
      cti_instr in;
      if (!cti_instr_next(&in, &c)) continue;
      assert_int_equal(cti_op_read(&skipping), op);
      cti_imm_skip(&skipping, in.op);
      assert_ptr_equal(skipping.at, c.at);
      for (size_t cut = 0; cut < in.bytes.size; cut++) {
        c = over(code, cut, &error);
        assert_false(cti_instr_next(&in, &c));
      }
    }
  }
}

static void test_instr__refused(void **state) {
  (void)state;
  static const struct {
    uint8_t bytes[6];
    ct_status status;
  } rows[] = {
      {{0x27}, CT_CORE_OPCODE}, {{0xfb, 0x1f}, CT_CORE_OPCODE}, {{0xfd, 0x9a, 0x01}, CT_CORE_OPCODE}, {{0xff}, CT_CORE_OPCODE},
      {{0x28, 0x12, 0x00}, CT_CORE_FORM},       /* an ordering on a plain load */
      {{0x28, 0x60, 0, 0, 0}, CT_CORE_FORM},    /* memory and array */
      {{0xfb, 0x18, 0x04, 0, 0x6e}, CT_CORE_FORM}, /* cast flags */
      {{0xfe, 0x03, 0x02}, CT_CORE_FORM},       /* fence */
      {{0x1f, 0x40, 0x01, 0x04}, CT_CORE_FORM}, /* catch clause */
  };
  for (size_t i = 0; i < CTI_COUNT(rows); i++) {
    ct_error error;
    cti_cursor c = over(rows[i].bytes, sizeof rows[i].bytes, &error);
    cti_instr in;
    assert_false(cti_instr_next(&in, &c));
    assert_int_equal(error.status, rows[i].status);
  }
}

static void test_map__names(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  cti_arena arena;
  cti_arena_init(&arena, &error);
  cti_map map;
  assert_int_equal(cti_op_map(&map, &arena), CT_OK);
  assert_int_equal(cti_map_get(&map, CTI_LIT("select")), CTI_OP_SELECT);
  assert_int_equal(cti_map_get(&map, CTI_LIT("i32x4.relaxed_dot_i8x16_i7x16_add_s")), CTI_OP_I32X4_RELAXED_DOT_I8X16_I7X16_ADD_S);
  assert_int_equal(cti_map_get(&map, CTI_LIT("i32.adb")), CTI_MAP_NONE);
  assert_int_equal(map.count, CTI_OPS - 4);
  cti_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_table__order),
      cmocka_unit_test(test_table__counts),
      cmocka_unit_test(test_table__signatures),
#ifdef HAVE_WABT
      cmocka_unit_test(test_table__as_wabt_has_it),
#endif
      cmocka_unit_test(test_table__names_of_the_others),
      cmocka_unit_test(test_find__nothing_there),
      cmocka_unit_test(test_instr__forms),
      cmocka_unit_test(test_instr__skip_agrees),
      cmocka_unit_test(test_instr__refused),
      cmocka_unit_test(test_map__names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

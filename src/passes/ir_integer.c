/* ir_integer.c - integer arithmetic on constants, and what is known of values. Flows in: instructions and bits. Flows out: bits. */
#include "passes/ir_integer.h"

static bool within(uint16_t op, uint16_t from, uint16_t to) { return op >= from && op <= to; }

bool cti_is_i64_op(uint16_t op) { return within(op, CTI_OP_I64_EQZ, CTI_OP_I64_GE_U) || within(op, CTI_OP_I64_CLZ, CTI_OP_I64_ROTR); }

/* The rows of opcodes.def are in order of code, and both widths come in one order. */
uint16_t cti_narrow_op(uint16_t op) {
  if (within(op, CTI_OP_I64_EQZ, CTI_OP_I64_GE_U)) return (uint16_t)(op - CTI_OP_I64_EQZ + CTI_OP_I32_EQZ);
  if (within(op, CTI_OP_I64_CLZ, CTI_OP_I64_ROTR)) return (uint16_t)(op - CTI_OP_I64_CLZ + CTI_OP_I32_CLZ);
  return op;
}

uint16_t cti_op_of_width(uint16_t narrow, bool is_64) {
  if (!is_64) return narrow;
  if (within(narrow, CTI_OP_I32_EQZ, CTI_OP_I32_GE_U)) return (uint16_t)(narrow - CTI_OP_I32_EQZ + CTI_OP_I64_EQZ);
  return (uint16_t)(narrow - CTI_OP_I32_CLZ + CTI_OP_I64_CLZ);
}

uint16_t cti_opposite_op(uint16_t op) {
  switch (cti_narrow_op(op)) {
  case CTI_OP_I32_EQ: return cti_op_of_width(CTI_OP_I32_NE, cti_is_i64_op(op));
  case CTI_OP_I32_NE: return cti_op_of_width(CTI_OP_I32_EQ, cti_is_i64_op(op));
  case CTI_OP_I32_LT_S: return cti_op_of_width(CTI_OP_I32_GE_S, cti_is_i64_op(op));
  case CTI_OP_I32_LT_U: return cti_op_of_width(CTI_OP_I32_GE_U, cti_is_i64_op(op));
  case CTI_OP_I32_GT_S: return cti_op_of_width(CTI_OP_I32_LE_S, cti_is_i64_op(op));
  case CTI_OP_I32_GT_U: return cti_op_of_width(CTI_OP_I32_LE_U, cti_is_i64_op(op));
  case CTI_OP_I32_LE_S: return cti_op_of_width(CTI_OP_I32_GT_S, cti_is_i64_op(op));
  case CTI_OP_I32_LE_U: return cti_op_of_width(CTI_OP_I32_GT_U, cti_is_i64_op(op));
  case CTI_OP_I32_GE_S: return cti_op_of_width(CTI_OP_I32_LT_S, cti_is_i64_op(op));
  case CTI_OP_I32_GE_U: return cti_op_of_width(CTI_OP_I32_LT_U, cti_is_i64_op(op));
  case CTI_OP_F32_EQ: return CTI_OP_F32_NE;
  case CTI_OP_F32_NE: return CTI_OP_F32_EQ;
  case CTI_OP_F64_EQ: return CTI_OP_F64_NE;
  case CTI_OP_F64_NE: return CTI_OP_F64_EQ;
  default: return CTI_OP_NOP;
  }
}

static uint64_t extend(uint64_t value, uint32_t from) { return from >= 64 ? value : (cti_cut_to(value, from) ^ (uint64_t)1 << (from - 1)) - ((uint64_t)1 << (from - 1)); }

static uint64_t leading_zeros(uint64_t value, uint32_t width) {
  uint32_t count = 0;
  while (count < width && !(value >> (width - 1 - count) & 1)) count++;
  return count;
}

static uint64_t trailing_zeros(uint64_t value, uint32_t width) {
  uint32_t count = 0;
  while (count < width && !(value >> count & 1)) count++;
  return count;
}

static uint64_t ones(uint64_t value) {
  uint64_t count = 0;
  for (; value; value &= value - 1) count++;
  return count;
}

bool cti_integer_unary(uint64_t *out, uint16_t op, uint64_t a) {
  uint32_t width = cti_is_i64_op(op) ? 64 : 32;
  switch (op) {
  case CTI_OP_I32_WRAP_I64: *out = cti_cut_to(a, 32); return true;
  case CTI_OP_I64_EXTEND_I32_S: *out = extend(a, 32); return true;
  case CTI_OP_I64_EXTEND_I32_U: *out = cti_cut_to(a, 32); return true;
  case CTI_OP_I32_EXTEND8_S: *out = cti_cut_to(extend(a, 8), 32); return true;
  case CTI_OP_I32_EXTEND16_S: *out = cti_cut_to(extend(a, 16), 32); return true;
  case CTI_OP_I64_EXTEND8_S: *out = extend(a, 8); return true;
  case CTI_OP_I64_EXTEND16_S: *out = extend(a, 16); return true;
  case CTI_OP_I64_EXTEND32_S: *out = extend(a, 32); return true;
  default: break;
  }
  switch (cti_narrow_op(op)) {
  case CTI_OP_I32_EQZ: *out = a == 0; return true;
  case CTI_OP_I32_CLZ: *out = leading_zeros(a, width); return true;
  case CTI_OP_I32_CTZ: *out = trailing_zeros(a, width); return true;
  case CTI_OP_I32_POPCNT: *out = ones(a); return true;
  default: return false;
  }
}

static bool divide(uint64_t *out, uint16_t narrow, uint64_t a, uint64_t b, uint32_t width) {
  int64_t x = cti_as_signed(a, width), y = cti_as_signed(b, width);
  int64_t least = width == 64 ? INT64_MIN : INT32_MIN;
  if (b == 0) return false;
  switch (narrow) {
  case CTI_OP_I32_DIV_U: *out = a / b; return true;
  case CTI_OP_I32_REM_U: *out = a % b; return true;
  case CTI_OP_I32_DIV_S:
    if (x == least && y == -1) return false;
    *out = (uint64_t)(x / y);
    return true;
  default: *out = y == -1 ? 0 : (uint64_t)(x % y); return true;
  }
}

static uint64_t rotate_left(uint64_t a, uint32_t by, uint32_t width) { return by == 0 ? a : cti_cut_to(a << by, width) | a >> (width - by); }

static uint64_t shift_right_signed(uint64_t a, uint32_t by, uint32_t width) {
  uint64_t x = extend(a, width);
  return by == 0 ? x : x >> by | (x >> 63 ? ~(uint64_t)0 << (64 - by) : 0);
}

bool cti_integer_binary(uint64_t *out, uint16_t op, uint64_t a, uint64_t b) {
  uint32_t width = cti_is_i64_op(op) ? 64 : 32, by = (uint32_t)(b & (width - 1));
  int64_t x = cti_as_signed(a, width), y = cti_as_signed(b, width);
  uint16_t narrow = cti_narrow_op(op);
  switch (narrow) {
  case CTI_OP_I32_ADD: *out = a + b; break;
  case CTI_OP_I32_SUB: *out = a - b; break;
  case CTI_OP_I32_MUL: *out = a * b; break;
  case CTI_OP_I32_DIV_S: case CTI_OP_I32_DIV_U: case CTI_OP_I32_REM_S: case CTI_OP_I32_REM_U:
    if (!divide(out, narrow, a, b, width)) return false;
    break;
  case CTI_OP_I32_AND: *out = a & b; break;
  case CTI_OP_I32_OR: *out = a | b; break;
  case CTI_OP_I32_XOR: *out = a ^ b; break;
  case CTI_OP_I32_SHL: *out = a << by; break;
  case CTI_OP_I32_SHR_U: *out = a >> by; break;
  case CTI_OP_I32_SHR_S: *out = shift_right_signed(a, by, width); break;
  case CTI_OP_I32_ROTL: *out = rotate_left(a, by, width); break;
  case CTI_OP_I32_ROTR: *out = rotate_left(a, (width - by) & (width - 1), width); break;
  case CTI_OP_I32_EQ: *out = a == b; break;
  case CTI_OP_I32_NE: *out = a != b; break;
  case CTI_OP_I32_LT_S: *out = x < y; break;
  case CTI_OP_I32_LT_U: *out = a < b; break;
  case CTI_OP_I32_GT_S: *out = x > y; break;
  case CTI_OP_I32_GT_U: *out = a > b; break;
  case CTI_OP_I32_LE_S: *out = x <= y; break;
  case CTI_OP_I32_LE_U: *out = a <= b; break;
  case CTI_OP_I32_GE_S: *out = x >= y; break;
  case CTI_OP_I32_GE_U: *out = a >= b; break;
  default: return false;
  }
  *out = cti_cut_to(*out, width);
  return true;
}

/* ---- what is known of a value */

static uint32_t length(uint64_t value) {
  uint32_t count = 0;
  for (; value; value >>= 1) count++;
  return count;
}

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }
static uint32_t most(uint32_t a, uint32_t b) { return a > b ? a : b; }

/* A load's own width, when it fills up with zeros. */
static uint32_t load_bits(uint16_t op) {
  switch (op) {
  case CTI_OP_I32_LOAD8_U: case CTI_OP_I64_LOAD8_U: return 8;
  case CTI_OP_I32_LOAD16_U: case CTI_OP_I64_LOAD16_U: return 16;
  case CTI_OP_I64_LOAD32_U: return 32;
  default: return 64;
  }
}

enum { MAX_LOOK = 6 }; /* levels of a tree */

static uint32_t bits(const cti_ir *f, cti_node node, uint32_t levels) {
  const cti_ir_node *n = cti_ir_at(f, node);
  uint32_t whole = n->type == CTI_VT_I32 ? 32 : 64;
  if (cti_ir_is_const(f, node)) return n->type == CTI_VT_I32 || n->type == CTI_VT_I64 ? length(n->value) : whole;
  if (load_bits(n->op) < 64) return load_bits(n->op);
  uint16_t narrow = cti_narrow_op(n->op);
  if (within(narrow, CTI_OP_I32_EQZ, CTI_OP_I32_GE_U) || within(n->op, CTI_OP_F32_EQ, CTI_OP_F64_GE)) return 1;
  if (levels == 0 || n->kid_count == 0 || n->is_instr) return whole;
#define BITS(i) bits(f, cti_ir_kid(f, node, i), levels - 1)
  const cti_ir_node *right = n->kid_count == 2 ? cti_ir_at(f, cti_ir_kid(f, node, 1)) : NULL;
  uint32_t left, by;
  switch (narrow) {
  case CTI_OP_I32_AND: return least(BITS(0), BITS(1));
  case CTI_OP_I32_OR: case CTI_OP_I32_XOR: return most(BITS(0), BITS(1));
  case CTI_OP_I32_SHR_U:
    left = BITS(0);
    if (!cti_op_is_const(right->op)) return left;
    by = (uint32_t)right->value & (whole - 1);
    return left > by ? left - by : 0;
  case CTI_OP_I32_SHL:
    return cti_op_is_const(right->op) ? least(whole, BITS(0) + ((uint32_t)right->value & (whole - 1))) : whole;
  case CTI_OP_I32_ADD: return least(whole, most(BITS(0), BITS(1)) + 1);
  case CTI_OP_I32_DIV_U: return BITS(0);
  case CTI_OP_I32_REM_U: return least(BITS(0), BITS(1));
  case CTI_OP_I32_CLZ: case CTI_OP_I32_CTZ: case CTI_OP_I32_POPCNT: return 7;
  case CTI_OP_I32_WRAP_I64: case CTI_OP_I64_EXTEND_I32_U: return least(32, BITS(0));
  case CTI_OP_LOCAL_TEE: return BITS(0);
  case CTI_OP_SELECT: return most(BITS(0), BITS(1));
  default: return whole;
  }
#undef BITS
}

uint32_t cti_ir_bits(const cti_ir *f, cti_node node) { return bits(f, node, MAX_LOOK); }

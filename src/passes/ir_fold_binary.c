/* ir_fold_binary.c - the rules of `fold` for arithmetic and comparisons of two operands. Flows in: a node. Flows out: the node, another one that gives the same.
 *
 * preserves: effects and their order, traps. Rules that would move an operand past another do so for constants only. Constants stand on the right afterwards. */
#include "passes/ir_fold.h"

/* ---- constants go to the right */

static uint16_t mirrored(uint16_t narrow) {
  switch (narrow) {
  case CTI_OP_I32_ADD: case CTI_OP_I32_MUL: case CTI_OP_I32_AND: case CTI_OP_I32_OR: case CTI_OP_I32_XOR: case CTI_OP_I32_EQ: case CTI_OP_I32_NE: return narrow;
  case CTI_OP_I32_LT_S: return CTI_OP_I32_GT_S;
  case CTI_OP_I32_LT_U: return CTI_OP_I32_GT_U;
  case CTI_OP_I32_GT_S: return CTI_OP_I32_LT_S;
  case CTI_OP_I32_GT_U: return CTI_OP_I32_LT_U;
  case CTI_OP_I32_LE_S: return CTI_OP_I32_GE_S;
  case CTI_OP_I32_LE_U: return CTI_OP_I32_GE_U;
  case CTI_OP_I32_GE_S: return CTI_OP_I32_LE_S;
  case CTI_OP_I32_GE_U: return CTI_OP_I32_LE_U;
  default: return CTI_OP_NOP;
  }
}

static bool mirror(cti_ir *f, cti_node node) {
  cti_node left = cti_ir_kid(f, node, 0), right = cti_ir_kid(f, node, 1);
  uint16_t to = mirrored(cti_narrow_op(cti_ir_op(f, node)));
  if (to == CTI_OP_NOP || !cti_fold_is_integer(f, left) || cti_fold_is_integer(f, right)) return false;
  cti_ir_at(f, node)->op = cti_op_of_width(to, cti_is_i64_op(cti_ir_op(f, node)));
  cti_fold_kid(f, node, 0, right);
  return cti_fold_kid(f, node, 1, left);
}

/* ---- one constant, on the right */

static bool is_identity(uint16_t narrow, uint64_t c, uint32_t width) {
  switch (narrow) {
  case CTI_OP_I32_ADD: case CTI_OP_I32_SUB: case CTI_OP_I32_OR: case CTI_OP_I32_XOR: return c == 0;
  case CTI_OP_I32_SHL: case CTI_OP_I32_SHR_U: case CTI_OP_I32_SHR_S: case CTI_OP_I32_ROTL: case CTI_OP_I32_ROTR: return (c & (width - 1)) == 0;
  case CTI_OP_I32_MUL: case CTI_OP_I32_DIV_S: case CTI_OP_I32_DIV_U: return c == 1;
  case CTI_OP_I32_AND: return c == cti_low_ones(width);
  default: return false;
  }
}

/* Nothing of the left operand is left: needs that leaving it out is not seen. */
static bool absorbs(cti_ir *f, cti_node node, uint16_t narrow, uint64_t c) {
  bool all = narrow == CTI_OP_I32_AND || narrow == CTI_OP_I32_MUL ? c == 0 : narrow == CTI_OP_I32_LT_U || narrow == CTI_OP_I32_GE_U ? c == 0 : narrow == CTI_OP_I32_REM_U && c == 1;
  if (!all || !cti_ir_is_pure(f, cti_ir_kid(f, node, 0))) return false;
  return cti_fold_become_const(f, node, narrow == CTI_OP_I32_GE_U);
}

/* How many ones a mask of nothing but low ones has; UINT32_MAX for another. */
static uint32_t mask_length(uint64_t mask) {
  uint32_t count = 0;
  for (; mask & 1; mask >>= 1) count++;
  return mask == 0 && count ? count : UINT32_MAX;
}

static bool power_of_two(uint64_t c) { return c && !(c & (c - 1)); }

/* Multiplication and unsigned division by powers of two. */
static bool cheaper(cti_ir *f, cti_node node, uint16_t narrow, uint64_t c, uint32_t width) {
  uint16_t to = narrow == CTI_OP_I32_MUL ? CTI_OP_I32_SHL : narrow == CTI_OP_I32_DIV_U ? CTI_OP_I32_SHR_U : narrow == CTI_OP_I32_REM_U ? CTI_OP_I32_AND : CTI_OP_NOP;
  if (to == CTI_OP_NOP || !power_of_two(c)) return false;
  uint64_t value = to == CTI_OP_I32_AND ? c - 1 : mask_length(c - 1) == UINT32_MAX ? 0 : mask_length(c - 1);
  if (cti_const_size(value, width) > cti_const_size(c, width)) return false;
  cti_fold_const(f, cti_ir_kid(f, node, 1), value);
  return cti_fold_op(f, node, cti_op_of_width(to, width == 64));
}

/* a - c is a + -c, unless that is longer. */
static bool sum_sign(cti_ir *f, cti_node node, uint16_t narrow, uint64_t c, uint32_t width) {
  uint32_t as_is = cti_const_size(c, width), other = cti_const_size(0 - c, width);
  bool add = narrow == CTI_OP_I32_ADD;
  if ((narrow != CTI_OP_I32_ADD && narrow != CTI_OP_I32_SUB) || (add ? other >= as_is : other > as_is)) return false;
  cti_fold_const(f, cti_ir_kid(f, node, 1), 0 - c);
  return cti_fold_op(f, node, cti_op_of_width(add ? CTI_OP_I32_SUB : CTI_OP_I32_ADD, width == 64));
}

/* x op c1 op c2. */
static bool twice(cti_ir *f, cti_node node, uint16_t narrow, uint64_t c, uint32_t width) {
  cti_node left = cti_ir_kid(f, node, 0);
  uint64_t inner;
  if (cti_ir_at(f, left)->kid_count != 2 || cti_is_i64_op(cti_ir_op(f, left)) != cti_is_i64_op(cti_ir_op(f, node)) || !cti_fold_constant(f, cti_ir_kid(f, left, 1), &inner)) return false;
  uint16_t first = cti_narrow_op(cti_ir_op(f, left));
  bool sums = (first == CTI_OP_I32_ADD || first == CTI_OP_I32_SUB) && (narrow == CTI_OP_I32_ADD || narrow == CTI_OP_I32_SUB);
  uint64_t together = 0;
  if (sums) {
    together = (first == CTI_OP_I32_ADD ? inner : 0 - inner) + (narrow == CTI_OP_I32_ADD ? c : 0 - c);
    cti_fold_op(f, node, cti_op_of_width(CTI_OP_I32_ADD, width == 64));
  } else if (first != narrow) {
    return false;
  } else if (narrow == CTI_OP_I32_AND) {
    together = inner & c;
  } else if (narrow == CTI_OP_I32_OR) {
    together = inner | c;
  } else if (narrow == CTI_OP_I32_XOR) {
    together = inner ^ c;
  } else if (narrow == CTI_OP_I32_SHL || narrow == CTI_OP_I32_SHR_U || narrow == CTI_OP_I32_SHR_S) {
    together = (inner & (width - 1)) + (c & (width - 1));
    if (together >= width && narrow != CTI_OP_I32_SHR_S) return cti_ir_is_pure(f, cti_ir_kid(f, left, 0)) && cti_fold_become_const(f, node, 0);
    if (together >= width) together = width - 1;
  } else {
    return false;
  }
  cti_fold_const(f, cti_ir_kid(f, node, 1), together);
  return cti_fold_kid(f, node, 0, cti_ir_kid(f, left, 0));
}

/* Shifts there and back are masks or sign extensions. */
static bool shifts(cti_ir *f, cti_node node, uint16_t narrow, uint64_t c, uint32_t width) {
  cti_node left = cti_ir_kid(f, node, 0);
  uint64_t inner;
  if (cti_ir_at(f, left)->kid_count != 2 || cti_is_i64_op(cti_ir_op(f, left)) != cti_is_i64_op(cti_ir_op(f, node)) || !cti_fold_constant(f, cti_ir_kid(f, left, 1), &inner)) return false;
  uint32_t by = (uint32_t)(c & (width - 1));
  if ((inner & (width - 1)) != by) return false;
  uint16_t first = cti_narrow_op(cti_ir_op(f, left));
  if (narrow == CTI_OP_I32_SHR_S && first == CTI_OP_I32_SHL && f->sign_extension) {
    uint16_t to = width - by == 8 ? CTI_OP_I32_EXTEND8_S : width - by == 16 ? CTI_OP_I32_EXTEND16_S : CTI_OP_NOP;
    if (width == 64) to = by == 56 ? CTI_OP_I64_EXTEND8_S : by == 48 ? CTI_OP_I64_EXTEND16_S : by == 32 ? CTI_OP_I64_EXTEND32_S : CTI_OP_NOP;
    return to != CTI_OP_NOP && cti_fold_become_unary(f, node, to, cti_ir_kid(f, left, 0));
  }
  bool down = narrow == CTI_OP_I32_SHR_U && first == CTI_OP_I32_SHL, up = narrow == CTI_OP_I32_SHL && first == CTI_OP_I32_SHR_U;
  if (!down && !up) return false;
  uint64_t mask = down ? cti_low_ones(width) >> by : cti_cut_to(cti_low_ones(width) << by, width);
  if (cti_const_size(mask, width) > cti_const_size(c, width) + cti_const_size(inner, width)) return false;
  cti_fold_op(f, node, cti_op_of_width(CTI_OP_I32_AND, width == 64));
  cti_fold_const(f, cti_ir_kid(f, node, 1), mask);
  return cti_fold_kid(f, node, 0, cti_ir_kid(f, left, 0));
}

static uint16_t unsigned_load(uint16_t op, uint64_t mask) {
  switch (op) {
  case CTI_OP_I32_LOAD8_S: return mask == 0xff ? CTI_OP_I32_LOAD8_U : CTI_OP_NOP;
  case CTI_OP_I32_LOAD16_S: return mask == 0xffff ? CTI_OP_I32_LOAD16_U : CTI_OP_NOP;
  case CTI_OP_I64_LOAD8_S: return mask == 0xff ? CTI_OP_I64_LOAD8_U : CTI_OP_NOP;
  case CTI_OP_I64_LOAD16_S: return mask == 0xffff ? CTI_OP_I64_LOAD16_U : CTI_OP_NOP;
  case CTI_OP_I64_LOAD32_S: return mask == 0xffffffff ? CTI_OP_I64_LOAD32_U : CTI_OP_NOP;
  default: return CTI_OP_NOP;
  }
}

/* A mask over bits that are zero anyway, over sign-extended ones, or that another shape of the constant says shorter. */
static bool masks(cti_ir *f, cti_node node, uint64_t c, uint32_t width) {
  cti_node left = cti_ir_kid(f, node, 0);
  uint32_t bits = cti_ir_bits(f, left);
  if (bits < 64 && (c & cti_low_ones(bits)) == cti_low_ones(bits)) return cti_fold_become(f, node, left);
  uint16_t load = unsigned_load(cti_ir_op(f, left), c);
  if (load != CTI_OP_NOP) {
    cti_fold_op(f, left, load);
    return cti_fold_become(f, node, left);
  }
  uint16_t op = cti_ir_op(f, left); /* x sign-extended & its own width: no need to extend */
  uint64_t own = op == CTI_OP_I32_EXTEND8_S || op == CTI_OP_I64_EXTEND8_S ? 0xff : op == CTI_OP_I32_EXTEND16_S || op == CTI_OP_I64_EXTEND16_S ? 0xffff : op == CTI_OP_I64_EXTEND32_S ? 0xffffffff : 0;
  if (own && (c & ~own) == 0) return cti_fold_kid(f, node, 0, cti_ir_kid(f, left, 0));
  uint64_t wider = c | (cti_low_ones(width) & ~cti_low_ones(bits)); /* ones where it does not matter: -2 for 0xfe of a byte */
  if (wider != c && cti_const_size(wider, width) < cti_const_size(c, width)) return cti_fold_const(f, cti_ir_kid(f, node, 1), wider);
  return false;
}

/* Comparisons with a constant. `width` is that of the operands. */
static bool compares(cti_ir *f, cti_node node, uint16_t narrow, uint64_t c, uint32_t width) {
  cti_node left = cti_ir_kid(f, node, 0);
  bool is_64 = width == 64, boolean = cti_ir_bits(f, left) <= 1;
  uint64_t inner;
  switch (narrow) {
  case CTI_OP_I32_EQ:
    if (c == 0) return cti_fold_become_unary(f, node, cti_op_of_width(CTI_OP_I32_EQZ, is_64), left);
    if (boolean && c == 1 && !is_64) return cti_fold_become(f, node, left);
    break;
  case CTI_OP_I32_NE:
    if (boolean && c == 0 && !is_64) return cti_fold_become(f, node, left);
    if (boolean && c == 1) return cti_fold_become_unary(f, node, cti_op_of_width(CTI_OP_I32_EQZ, is_64), left);
    break;
  case CTI_OP_I32_LT_U:
    return c == 1 && cti_fold_become_unary(f, node, cti_op_of_width(CTI_OP_I32_EQZ, is_64), left);
  case CTI_OP_I32_LE_U:
    return c == 0 && cti_fold_become_unary(f, node, cti_op_of_width(CTI_OP_I32_EQZ, is_64), left);
  case CTI_OP_I32_GT_U:
    return c == 0 && cti_fold_op(f, node, cti_op_of_width(CTI_OP_I32_NE, is_64));
  case CTI_OP_I32_GE_U:
    return c == 1 && cti_fold_const(f, cti_ir_kid(f, node, 1), 0) && cti_fold_op(f, node, cti_op_of_width(CTI_OP_I32_NE, is_64));
  default: return false;
  }
  bool add = cti_fold_is(f, left, CTI_OP_I32_ADD), sub = cti_fold_is(f, left, CTI_OP_I32_SUB);
  if ((add || sub) && cti_fold_constant(f, cti_ir_kid(f, left, 1), &inner)) { /* x + a == c */
    cti_fold_const(f, cti_ir_kid(f, node, 1), add ? c - inner : c + inner);
    return cti_fold_kid(f, node, 0, cti_ir_kid(f, left, 0));
  }
  if (narrow == CTI_OP_I32_NE && c == 0 && (sub || cti_fold_is(f, left, CTI_OP_I32_XOR))) { /* x - y != 0 */
    cti_fold_kid(f, node, 1, cti_ir_kid(f, left, 1));
    return cti_fold_kid(f, node, 0, cti_ir_kid(f, left, 0));
  }
  return false;
}

static uint16_t as_unsigned(uint16_t narrow) {
  switch (narrow) {
  case CTI_OP_I32_LT_S: return CTI_OP_I32_LT_U;
  case CTI_OP_I32_GT_S: return CTI_OP_I32_GT_U;
  case CTI_OP_I32_LE_S: return CTI_OP_I32_LE_U;
  case CTI_OP_I32_GE_S: return CTI_OP_I32_GE_U;
  default: return narrow;
  }
}

static bool is_signed_test(uint16_t narrow) { return as_unsigned(narrow) != narrow; }

/* A widened i32 beside a constant of its range compares as it is. */
static bool widened_constant(cti_ir *f, cti_node node, uint16_t narrow, uint64_t c) {
  cti_node left = cti_ir_kid(f, node, 0);
  bool test = narrow >= CTI_OP_I32_EQ && narrow <= CTI_OP_I32_GE_U, is_unsigned = cti_ir_op(f, left) == CTI_OP_I64_EXTEND_I32_U && c <= UINT32_MAX;
  bool is_signed = cti_ir_op(f, left) == CTI_OP_I64_EXTEND_I32_S && (int64_t)c >= INT32_MIN && (int64_t)c <= INT32_MAX && (is_signed_test(narrow) || narrow == CTI_OP_I32_EQ || narrow == CTI_OP_I32_NE);
  if (!test || !cti_is_i64_op(cti_ir_op(f, node)) || (!is_unsigned && !is_signed)) return false;
  cti_fold_kid(f, node, 0, cti_ir_kid(f, left, 0));
  cti_fold_kid(f, node, 1, cti_ir_const(f, CTI_VT_I32, c));
  return cti_fold_op(f, node, is_unsigned ? as_unsigned(narrow) : narrow);
}

static bool with_constant(cti_ir *f, cti_node node, uint64_t c) {
  uint16_t narrow = cti_narrow_op(cti_ir_op(f, node));
  uint32_t width = cti_is_i64_op(cti_ir_op(f, node)) ? 64 : 32;
  if (is_identity(narrow, c, width)) return cti_fold_become(f, node, cti_ir_kid(f, node, 0));
  if (absorbs(f, node, narrow, c) || cheaper(f, node, narrow, c, width) || sum_sign(f, node, narrow, c, width) || twice(f, node, narrow, c, width)) return true;
  if (shifts(f, node, narrow, c, width) || widened_constant(f, node, narrow, c)) return true;
  if (narrow == CTI_OP_I32_AND) return masks(f, node, c, width);
  return compares(f, node, narrow, c, width);
}

/* ---- operands that are the same, or sums */

static bool same_operands(cti_ir *f, cti_node node, uint16_t narrow) {
  cti_node left = cti_ir_kid(f, node, 0);
  if (!cti_ir_equal(f, left, cti_ir_kid(f, node, 1)) || !cti_ir_is_pure(f, left) || cti_ir_is_label_node(cti_ir_op(f, left))) return false;
  switch (narrow) {
  case CTI_OP_I32_AND: case CTI_OP_I32_OR: return cti_fold_become(f, node, left);
  case CTI_OP_I32_SUB: case CTI_OP_I32_XOR: case CTI_OP_I32_NE: case CTI_OP_I32_LT_S: case CTI_OP_I32_LT_U: case CTI_OP_I32_GT_S: case CTI_OP_I32_GT_U: return cti_fold_become_const(f, node, 0);
  case CTI_OP_I32_EQ: case CTI_OP_I32_LE_S: case CTI_OP_I32_LE_U: case CTI_OP_I32_GE_S: case CTI_OP_I32_GE_U: return cti_fold_become_const(f, node, 1);
  default: return false;
  }
}

static bool is_zero(const cti_ir *f, cti_node node) { return cti_fold_is_integer(f, node) && cti_ir_at(f, node)->value == 0; }

/* a + (0 - b), a - (0 - b), (a + c1) + (b + c2). */
static bool sums(cti_ir *f, cti_node node, uint16_t narrow) {
  cti_node left = cti_ir_kid(f, node, 0), right = cti_ir_kid(f, node, 1);
  bool is_64 = cti_is_i64_op(cti_ir_op(f, node));
  uint64_t a, b;
  if (narrow != CTI_OP_I32_ADD && narrow != CTI_OP_I32_SUB) return false;
  if (cti_fold_is(f, right, CTI_OP_I32_SUB) && is_zero(f, cti_ir_kid(f, right, 0))) {
    cti_fold_kid(f, node, 1, cti_ir_kid(f, right, 1));
    return cti_fold_op(f, node, cti_op_of_width(narrow == CTI_OP_I32_ADD ? CTI_OP_I32_SUB : CTI_OP_I32_ADD, is_64));
  }
  if (!cti_fold_is(f, left, CTI_OP_I32_ADD) || !cti_fold_is(f, right, CTI_OP_I32_ADD) || !cti_fold_constant(f, cti_ir_kid(f, left, 1), &a) || !cti_fold_constant(f, cti_ir_kid(f, right, 1), &b)) return false;
  cti_fold_const(f, cti_ir_kid(f, left, 1), narrow == CTI_OP_I32_ADD ? a + b : a - b);
  cti_node offset = cti_ir_kid(f, left, 1);
  cti_fold_kid(f, left, 1, cti_ir_kid(f, right, 0));
  cti_fold_op(f, left, cti_ir_op(f, node));
  cti_fold_kid(f, node, 0, left);
  cti_fold_kid(f, node, 1, offset);
  return cti_fold_op(f, node, cti_op_of_width(CTI_OP_I32_ADD, is_64));
}

/* Two widened i32 compare as they are. */
static bool widened(cti_ir *f, cti_node node, uint16_t narrow) {
  uint16_t left = cti_ir_op(f, cti_ir_kid(f, node, 0)), right = cti_ir_op(f, cti_ir_kid(f, node, 1));
  bool is_unsigned = narrow == CTI_OP_I32_EQ || narrow == CTI_OP_I32_NE || narrow == CTI_OP_I32_LT_U || narrow == CTI_OP_I32_GT_U || narrow == CTI_OP_I32_LE_U || narrow == CTI_OP_I32_GE_U;
  bool is_signed = narrow == CTI_OP_I32_EQ || narrow == CTI_OP_I32_NE || narrow == CTI_OP_I32_LT_S || narrow == CTI_OP_I32_GT_S || narrow == CTI_OP_I32_LE_S || narrow == CTI_OP_I32_GE_S;
  bool fits = left == right && ((left == CTI_OP_I64_EXTEND_I32_U && is_unsigned) || (left == CTI_OP_I64_EXTEND_I32_S && is_signed));
  if (!fits || !cti_is_i64_op(cti_ir_op(f, node))) return false;
  cti_fold_kid(f, node, 0, cti_ir_kid(f, cti_ir_kid(f, node, 0), 0));
  cti_fold_kid(f, node, 1, cti_ir_kid(f, cti_ir_kid(f, node, 1), 0));
  return cti_fold_op(f, node, narrow);
}

/* x + 0, x - 0, x * 1, x / 1 of floats: but for signs of zeros and the bits of NaNs they are x. */
static bool float_identity(cti_ir *f, cti_node node) {
  const cti_ir_node *right = cti_ir_at(f, cti_ir_kid(f, node, 1));
  bool wide = right->op == CTI_OP_F64_CONST, zero = right->value << (wide ? 1 : 33) == 0, one = right->value == (wide ? 0x3ff0000000000000u : 0x3f800000u);
  if (!f->fast_math || (!wide && right->op != CTI_OP_F32_CONST)) return false;
  switch (cti_ir_op(f, node)) {
  case CTI_OP_F32_ADD: case CTI_OP_F64_ADD: case CTI_OP_F32_SUB: case CTI_OP_F64_SUB: return zero && cti_fold_become(f, node, cti_ir_kid(f, node, 0));
  case CTI_OP_F32_MUL: case CTI_OP_F64_MUL: case CTI_OP_F32_DIV: case CTI_OP_F64_DIV: return one && cti_fold_become(f, node, cti_ir_kid(f, node, 0));
  default: return false;
  }
}

bool cti_fold_binary(cti_ir *f, cti_node node) {
  uint64_t a, b, result;
  bool left = cti_fold_constant(f, cti_ir_kid(f, node, 0), &a), right = cti_fold_constant(f, cti_ir_kid(f, node, 1), &b);
  uint16_t op = cti_ir_op(f, node);
  if (left && right && cti_integer_binary(&result, op, a, b)) return cti_fold_become_const(f, node, result);
  if (mirror(f, node) || float_identity(f, node)) return true;
  if (right) return with_constant(f, node, b);
  uint16_t narrow = cti_narrow_op(op);
  return same_operands(f, node, narrow) || sums(f, node, narrow) || widened(f, node, narrow);
}

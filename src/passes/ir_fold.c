/* ir_fold.c - values computed at once, or in a shorter way. Flows in: trees. Flows out: trees that give the same values.
 *
 * requires: nothing. preserves: effects and their order, traps. A walk from the leaves up; a node is looked at again until no rule changes it. Rules that
 * would move an operand past another do so for constants only. Constants stand on the right afterwards. */
#include "passes/ir_integer.h"
#include "passes/ir_passes.h"

typedef struct folder {
  cti_ir *f;
  bool changed;
} folder;

static cti_ir_node *at(const folder *s, cti_node node) { return cti_ir_at(s->f, node); }
static cti_node kid(const folder *s, cti_node node, uint32_t i) { return cti_ir_kid(s->f, node, i); }
static uint16_t op_of(const folder *s, cti_node node) { return at(s, node)->op; }
static bool is_op(const folder *s, cti_node node, uint16_t narrow) { return cti_narrow_op(op_of(s, node)) == narrow; }

static bool is_integer(const folder *s, cti_node node) { return op_of(s, node) == CTI_OP_I32_CONST || op_of(s, node) == CTI_OP_I64_CONST; }

static bool constant(const folder *s, cti_node node, uint64_t *out) {
  *out = at(s, node)->value;
  return is_integer(s, node);
}

static uint32_t width_of(const folder *s, cti_node node) { return at(s, node)->type == CTI_VT_I64 ? 64 : 32; }
static uint64_t cut_to(uint64_t value, uint32_t width) { return width == 64 ? value : (uint32_t)value; }
static int64_t signed_of(uint64_t value, uint32_t width) { return width == 64 ? (int64_t)value : (int32_t)(uint32_t)value; }
static uint32_t const_size(uint64_t value, uint32_t width) { return 1 + cti_sleb_size(signed_of(value, width)); }

static uint64_t low_ones(uint32_t count) { return count >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << count) - 1; }

/* How many ones a mask of nothing but low ones has; UINT32_MAX for another. */
static uint32_t mask_length(uint64_t mask) {
  uint32_t count = 0;
  for (; mask & 1; mask >>= 1) count++;
  return mask == 0 && count ? count : UINT32_MAX;
}

/* The node becomes another one, of its type. */
static bool become(folder *s, cti_node node, cti_node other) {
  *at(s, node) = *at(s, other);
  if (cti_ir_is_label_node(op_of(s, node))) s->f->labels.items[at(s, node)->a].target = node;
  return true;
}

static bool become_const(folder *s, cti_node node, uint64_t value) {
  cti_ir_node *n = at(s, node);
  uint32_t width = n->type == CTI_VT_I64 ? 64 : 32;
  *n = (cti_ir_node){.op = width == 64 ? CTI_OP_I64_CONST : CTI_OP_I32_CONST, .type = n->type, .value = cut_to(value, width)};
  return true;
}

static bool set_op(folder *s, cti_node node, uint16_t op) {
  at(s, node)->op = op;
  return true;
}

static bool set_kid(folder *s, cti_node node, uint32_t i, cti_node other) {
  *cti_ir_kid_at(s->f, node, i) = other;
  return true;
}

static bool set_const(folder *s, cti_node node, uint64_t value) {
  cti_ir_node *n = at(s, node);
  n->value = n->type == CTI_VT_I64 ? value : (uint32_t)value;
  return true;
}

/* One operand is left. */
static bool become_unary(folder *s, cti_node node, uint16_t op, cti_node operand) {
  at(s, node)->op = op;
  set_kid(s, node, 0, operand);
  at(s, node)->kid_count = 1;
  return true;
}

static uint16_t same_width(const folder *s, uint16_t narrow, cti_node operand) { return cti_op_of_width(narrow, at(s, operand)->type == CTI_VT_I64); }

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

static bool mirror(folder *s, cti_node node) {
  cti_node left = kid(s, node, 0), right = kid(s, node, 1);
  uint16_t to = mirrored(cti_narrow_op(op_of(s, node)));
  if (to == CTI_OP_NOP || !is_integer(s, left) || is_integer(s, right)) return false;
  at(s, node)->op = cti_op_of_width(to, cti_is_i64_op(op_of(s, node)));
  set_kid(s, node, 0, right);
  return set_kid(s, node, 1, left);
}

/* ---- one constant, on the right */

static bool is_identity(uint16_t narrow, uint64_t c, uint32_t width) {
  switch (narrow) {
  case CTI_OP_I32_ADD: case CTI_OP_I32_SUB: case CTI_OP_I32_OR: case CTI_OP_I32_XOR: return c == 0;
  case CTI_OP_I32_SHL: case CTI_OP_I32_SHR_U: case CTI_OP_I32_SHR_S: case CTI_OP_I32_ROTL: case CTI_OP_I32_ROTR: return (c & (width - 1)) == 0;
  case CTI_OP_I32_MUL: case CTI_OP_I32_DIV_S: case CTI_OP_I32_DIV_U: return c == 1;
  case CTI_OP_I32_AND: return c == low_ones(width);
  default: return false;
  }
}

/* Nothing of the left operand is left: needs that leaving it out is not seen. */
static bool absorbs(folder *s, cti_node node, uint16_t narrow, uint64_t c) {
  bool all = narrow == CTI_OP_I32_AND || narrow == CTI_OP_I32_MUL ? c == 0 : narrow == CTI_OP_I32_LT_U || narrow == CTI_OP_I32_GE_U ? c == 0 : narrow == CTI_OP_I32_REM_U && c == 1;
  if (!all || !cti_ir_is_pure(s->f, kid(s, node, 0))) return false;
  return become_const(s, node, narrow == CTI_OP_I32_GE_U);
}

static bool power_of_two(uint64_t c) { return c && !(c & (c - 1)); }

/* Multiplication and unsigned division by powers of two. */
static bool cheaper(folder *s, cti_node node, uint16_t narrow, uint64_t c, uint32_t width) {
  uint16_t to = narrow == CTI_OP_I32_MUL ? CTI_OP_I32_SHL : narrow == CTI_OP_I32_DIV_U ? CTI_OP_I32_SHR_U : narrow == CTI_OP_I32_REM_U ? CTI_OP_I32_AND : CTI_OP_NOP;
  if (to == CTI_OP_NOP || !power_of_two(c)) return false;
  uint64_t value = to == CTI_OP_I32_AND ? c - 1 : mask_length(c - 1) == UINT32_MAX ? 0 : mask_length(c - 1);
  if (const_size(value, width) > const_size(c, width)) return false;
  set_const(s, kid(s, node, 1), value);
  return set_op(s, node, cti_op_of_width(to, width == 64));
}

/* a - c is a + -c, unless that is longer. */
static bool sum_sign(folder *s, cti_node node, uint16_t narrow, uint64_t c, uint32_t width) {
  uint32_t as_is = const_size(c, width), other = const_size(0 - c, width);
  bool add = narrow == CTI_OP_I32_ADD;
  if ((narrow != CTI_OP_I32_ADD && narrow != CTI_OP_I32_SUB) || (add ? other >= as_is : other > as_is)) return false;
  set_const(s, kid(s, node, 1), 0 - c);
  return set_op(s, node, cti_op_of_width(add ? CTI_OP_I32_SUB : CTI_OP_I32_ADD, width == 64));
}

/* x op c1 op c2. */
static bool twice(folder *s, cti_node node, uint16_t narrow, uint64_t c, uint32_t width) {
  cti_node left = kid(s, node, 0);
  uint64_t inner;
  if (at(s, left)->kid_count != 2 || cti_is_i64_op(op_of(s, left)) != cti_is_i64_op(op_of(s, node)) || !constant(s, kid(s, left, 1), &inner)) return false;
  uint16_t first = cti_narrow_op(op_of(s, left));
  bool sums = (first == CTI_OP_I32_ADD || first == CTI_OP_I32_SUB) && (narrow == CTI_OP_I32_ADD || narrow == CTI_OP_I32_SUB);
  uint64_t together = 0;
  if (sums) {
    together = (first == CTI_OP_I32_ADD ? inner : 0 - inner) + (narrow == CTI_OP_I32_ADD ? c : 0 - c);
    set_op(s, node, cti_op_of_width(CTI_OP_I32_ADD, width == 64));
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
    if (together >= width && narrow != CTI_OP_I32_SHR_S) return cti_ir_is_pure(s->f, kid(s, left, 0)) && become_const(s, node, 0);
    if (together >= width) together = width - 1;
  } else {
    return false;
  }
  set_const(s, kid(s, node, 1), together);
  return set_kid(s, node, 0, kid(s, left, 0));
}

/* Shifts there and back are masks or sign extensions. */
static bool shifts(folder *s, cti_node node, uint16_t narrow, uint64_t c, uint32_t width) {
  cti_node left = kid(s, node, 0);
  uint64_t inner;
  if (at(s, left)->kid_count != 2 || cti_is_i64_op(op_of(s, left)) != cti_is_i64_op(op_of(s, node)) || !constant(s, kid(s, left, 1), &inner)) return false;
  uint32_t by = (uint32_t)(c & (width - 1));
  if ((inner & (width - 1)) != by) return false;
  uint16_t first = cti_narrow_op(op_of(s, left));
  if (narrow == CTI_OP_I32_SHR_S && first == CTI_OP_I32_SHL && s->f->sign_extension) {
    uint16_t to = width - by == 8 ? CTI_OP_I32_EXTEND8_S : width - by == 16 ? CTI_OP_I32_EXTEND16_S : CTI_OP_NOP;
    if (width == 64) to = by == 56 ? CTI_OP_I64_EXTEND8_S : by == 48 ? CTI_OP_I64_EXTEND16_S : by == 32 ? CTI_OP_I64_EXTEND32_S : CTI_OP_NOP;
    return to != CTI_OP_NOP && become_unary(s, node, to, kid(s, left, 0));
  }
  bool down = narrow == CTI_OP_I32_SHR_U && first == CTI_OP_I32_SHL, up = narrow == CTI_OP_I32_SHL && first == CTI_OP_I32_SHR_U;
  if (!down && !up) return false;
  uint64_t mask = down ? low_ones(width) >> by : cut_to(low_ones(width) << by, width);
  if (const_size(mask, width) > const_size(c, width) + const_size(inner, width)) return false;
  set_op(s, node, cti_op_of_width(CTI_OP_I32_AND, width == 64));
  set_const(s, kid(s, node, 1), mask);
  return set_kid(s, node, 0, kid(s, left, 0));
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
static bool masks(folder *s, cti_node node, uint64_t c, uint32_t width) {
  cti_node left = kid(s, node, 0);
  uint32_t bits = cti_ir_bits(s->f, left);
  if (bits < 64 && (c & low_ones(bits)) == low_ones(bits)) return become(s, node, left);
  uint16_t load = unsigned_load(op_of(s, left), c);
  if (load != CTI_OP_NOP) {
    set_op(s, left, load);
    return become(s, node, left);
  }
  uint16_t op = op_of(s, left); /* x sign-extended & its own width: no need to extend */
  uint64_t own = op == CTI_OP_I32_EXTEND8_S || op == CTI_OP_I64_EXTEND8_S ? 0xff : op == CTI_OP_I32_EXTEND16_S || op == CTI_OP_I64_EXTEND16_S ? 0xffff : op == CTI_OP_I64_EXTEND32_S ? 0xffffffff : 0;
  if (own && (c & ~own) == 0) return set_kid(s, node, 0, kid(s, left, 0));
  uint64_t wider = c | (low_ones(width) & ~low_ones(bits)); /* ones where it does not matter: -2 for 0xfe of a byte */
  if (wider != c && const_size(wider, width) < const_size(c, width)) return set_const(s, kid(s, node, 1), wider);
  return false;
}

/* Comparisons with a constant. `width` is that of the operands. */
static bool compares(folder *s, cti_node node, uint16_t narrow, uint64_t c, uint32_t width) {
  cti_node left = kid(s, node, 0);
  bool is_64 = width == 64, boolean = cti_ir_bits(s->f, left) <= 1;
  uint64_t inner;
  switch (narrow) {
  case CTI_OP_I32_EQ:
    if (c == 0) return become_unary(s, node, cti_op_of_width(CTI_OP_I32_EQZ, is_64), left);
    if (boolean && c == 1 && !is_64) return become(s, node, left);
    break;
  case CTI_OP_I32_NE:
    if (boolean && c == 0 && !is_64) return become(s, node, left);
    if (boolean && c == 1) return become_unary(s, node, cti_op_of_width(CTI_OP_I32_EQZ, is_64), left);
    break;
  case CTI_OP_I32_LT_U:
    return c == 1 && become_unary(s, node, cti_op_of_width(CTI_OP_I32_EQZ, is_64), left);
  case CTI_OP_I32_LE_U:
    return c == 0 && become_unary(s, node, cti_op_of_width(CTI_OP_I32_EQZ, is_64), left);
  case CTI_OP_I32_GT_U:
    return c == 0 && set_op(s, node, cti_op_of_width(CTI_OP_I32_NE, is_64));
  case CTI_OP_I32_GE_U:
    return c == 1 && set_const(s, kid(s, node, 1), 0) && set_op(s, node, cti_op_of_width(CTI_OP_I32_NE, is_64));
  default: return false;
  }
  bool add = is_op(s, left, CTI_OP_I32_ADD), sub = is_op(s, left, CTI_OP_I32_SUB);
  if ((add || sub) && constant(s, kid(s, left, 1), &inner)) { /* x + a == c */
    set_const(s, kid(s, node, 1), add ? c - inner : c + inner);
    return set_kid(s, node, 0, kid(s, left, 0));
  }
  if (narrow == CTI_OP_I32_NE && c == 0 && (sub || is_op(s, left, CTI_OP_I32_XOR))) { /* x - y != 0 */
    set_kid(s, node, 1, kid(s, left, 1));
    return set_kid(s, node, 0, kid(s, left, 0));
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
static bool widened_constant(folder *s, cti_node node, uint16_t narrow, uint64_t c) {
  cti_node left = kid(s, node, 0);
  bool test = narrow >= CTI_OP_I32_EQ && narrow <= CTI_OP_I32_GE_U, is_unsigned = op_of(s, left) == CTI_OP_I64_EXTEND_I32_U && c <= UINT32_MAX;
  bool is_signed = op_of(s, left) == CTI_OP_I64_EXTEND_I32_S && (int64_t)c >= INT32_MIN && (int64_t)c <= INT32_MAX && (is_signed_test(narrow) || narrow == CTI_OP_I32_EQ || narrow == CTI_OP_I32_NE);
  if (!test || !cti_is_i64_op(op_of(s, node)) || (!is_unsigned && !is_signed)) return false;
  set_kid(s, node, 0, kid(s, left, 0));
  set_kid(s, node, 1, cti_ir_const(s->f, CTI_VT_I32, c));
  return set_op(s, node, is_unsigned ? as_unsigned(narrow) : narrow);
}

static bool with_constant(folder *s, cti_node node, uint64_t c) {
  uint16_t narrow = cti_narrow_op(op_of(s, node));
  uint32_t width = cti_is_i64_op(op_of(s, node)) ? 64 : 32;
  if (is_identity(narrow, c, width)) return become(s, node, kid(s, node, 0));
  if (absorbs(s, node, narrow, c) || cheaper(s, node, narrow, c, width) || sum_sign(s, node, narrow, c, width) || twice(s, node, narrow, c, width)) return true;
  if (shifts(s, node, narrow, c, width) || widened_constant(s, node, narrow, c)) return true;
  if (narrow == CTI_OP_I32_AND) return masks(s, node, c, width);
  return compares(s, node, narrow, c, width);
}

/* ---- operands that are the same, or sums */

static bool same_operands(folder *s, cti_node node, uint16_t narrow) {
  cti_node left = kid(s, node, 0);
  if (!cti_ir_equal(s->f, left, kid(s, node, 1)) || !cti_ir_is_pure(s->f, left) || cti_ir_is_label_node(op_of(s, left))) return false;
  switch (narrow) {
  case CTI_OP_I32_AND: case CTI_OP_I32_OR: return become(s, node, left);
  case CTI_OP_I32_SUB: case CTI_OP_I32_XOR: case CTI_OP_I32_NE: case CTI_OP_I32_LT_S: case CTI_OP_I32_LT_U: case CTI_OP_I32_GT_S: case CTI_OP_I32_GT_U: return become_const(s, node, 0);
  case CTI_OP_I32_EQ: case CTI_OP_I32_LE_S: case CTI_OP_I32_LE_U: case CTI_OP_I32_GE_S: case CTI_OP_I32_GE_U: return become_const(s, node, 1);
  default: return false;
  }
}

static bool is_zero(const folder *s, cti_node node) { return is_integer(s, node) && at(s, node)->value == 0; }

/* a + (0 - b), a - (0 - b), (a + c1) + (b + c2). */
static bool sums(folder *s, cti_node node, uint16_t narrow) {
  cti_node left = kid(s, node, 0), right = kid(s, node, 1);
  bool is_64 = cti_is_i64_op(op_of(s, node));
  uint64_t a, b;
  if (narrow != CTI_OP_I32_ADD && narrow != CTI_OP_I32_SUB) return false;
  if (is_op(s, right, CTI_OP_I32_SUB) && is_zero(s, kid(s, right, 0))) {
    set_kid(s, node, 1, kid(s, right, 1));
    return set_op(s, node, cti_op_of_width(narrow == CTI_OP_I32_ADD ? CTI_OP_I32_SUB : CTI_OP_I32_ADD, is_64));
  }
  if (!is_op(s, left, CTI_OP_I32_ADD) || !is_op(s, right, CTI_OP_I32_ADD) || !constant(s, kid(s, left, 1), &a) || !constant(s, kid(s, right, 1), &b)) return false;
  set_const(s, kid(s, left, 1), narrow == CTI_OP_I32_ADD ? a + b : a - b);
  cti_node offset = kid(s, left, 1);
  set_kid(s, left, 1, kid(s, right, 0));
  set_op(s, left, op_of(s, node));
  set_kid(s, node, 0, left);
  set_kid(s, node, 1, offset);
  return set_op(s, node, cti_op_of_width(CTI_OP_I32_ADD, is_64));
}

/* Two widened i32 compare as they are. */
static bool widened(folder *s, cti_node node, uint16_t narrow) {
  uint16_t left = op_of(s, kid(s, node, 0)), right = op_of(s, kid(s, node, 1));
  bool is_unsigned = narrow == CTI_OP_I32_EQ || narrow == CTI_OP_I32_NE || narrow == CTI_OP_I32_LT_U || narrow == CTI_OP_I32_GT_U || narrow == CTI_OP_I32_LE_U || narrow == CTI_OP_I32_GE_U;
  bool is_signed = narrow == CTI_OP_I32_EQ || narrow == CTI_OP_I32_NE || narrow == CTI_OP_I32_LT_S || narrow == CTI_OP_I32_GT_S || narrow == CTI_OP_I32_LE_S || narrow == CTI_OP_I32_GE_S;
  bool fits = left == right && ((left == CTI_OP_I64_EXTEND_I32_U && is_unsigned) || (left == CTI_OP_I64_EXTEND_I32_S && is_signed));
  if (!fits || !cti_is_i64_op(op_of(s, node))) return false;
  set_kid(s, node, 0, kid(s, kid(s, node, 0), 0));
  set_kid(s, node, 1, kid(s, kid(s, node, 1), 0));
  return set_op(s, node, narrow);
}

/* x + 0, x - 0, x * 1, x / 1 of floats: but for signs of zeros and the bits of NaNs they are x. */
static bool float_identity(folder *s, cti_node node) {
  const cti_ir_node *right = at(s, kid(s, node, 1));
  bool wide = right->op == CTI_OP_F64_CONST, zero = right->value << (wide ? 1 : 33) == 0, one = right->value == (wide ? 0x3ff0000000000000u : 0x3f800000u);
  if (!s->f->fast_math || (!wide && right->op != CTI_OP_F32_CONST)) return false;
  switch (op_of(s, node)) {
  case CTI_OP_F32_ADD: case CTI_OP_F64_ADD: case CTI_OP_F32_SUB: case CTI_OP_F64_SUB: return zero && become(s, node, kid(s, node, 0));
  case CTI_OP_F32_MUL: case CTI_OP_F64_MUL: case CTI_OP_F32_DIV: case CTI_OP_F64_DIV: return one && become(s, node, kid(s, node, 0));
  default: return false;
  }
}

static bool binary(folder *s, cti_node node) {
  uint64_t a, b, result;
  bool left = constant(s, kid(s, node, 0), &a), right = constant(s, kid(s, node, 1), &b);
  uint16_t op = op_of(s, node);
  if (left && right && cti_integer_binary(&result, op, a, b)) return become_const(s, node, result);
  if (mirror(s, node) || float_identity(s, node)) return true;
  if (right) return with_constant(s, node, b);
  uint16_t narrow = cti_narrow_op(op);
  return same_operands(s, node, narrow) || sums(s, node, narrow) || widened(s, node, narrow);
}

/* ---- one operand */

static uint16_t opposite(uint16_t op) {
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

/* x == 0. */
static bool zero_test(folder *s, cti_node node) {
  cti_node operand = kid(s, node, 0);
  bool is_64 = op_of(s, node) == CTI_OP_I64_EQZ;
  uint16_t not = is_64 ? CTI_OP_NOP : opposite(op_of(s, operand));
  if (not != CTI_OP_NOP) {
    set_op(s, operand, not);
    return become(s, node, operand);
  }
  if (is_op(s, operand, CTI_OP_I32_SUB) || is_op(s, operand, CTI_OP_I32_XOR)) {
    set_op(s, operand, same_width(s, CTI_OP_I32_EQ, operand));
    at(s, operand)->type = CTI_VT_I32;
    return become(s, node, operand);
  }
  if (is_64 && (op_of(s, operand) == CTI_OP_I64_EXTEND_I32_U || op_of(s, operand) == CTI_OP_I64_EXTEND_I32_S)) return become_unary(s, node, CTI_OP_I32_EQZ, kid(s, operand, 0));
  bool twice_zero = op_of(s, operand) == CTI_OP_I32_EQZ && !is_64 && cti_ir_bits(s->f, kid(s, operand, 0)) <= 1;
  return twice_zero && at(s, kid(s, operand, 0))->type == CTI_VT_I32 && become(s, node, kid(s, operand, 0));
}

/* Loads that widen or narrow by themselves: {of, what is loaded, what does both}. */
static const uint16_t loads[][3] = {
    {CTI_OP_I32_WRAP_I64, CTI_OP_I64_LOAD8_U, CTI_OP_I32_LOAD8_U},      {CTI_OP_I32_WRAP_I64, CTI_OP_I64_LOAD8_S, CTI_OP_I32_LOAD8_S},
    {CTI_OP_I32_WRAP_I64, CTI_OP_I64_LOAD16_U, CTI_OP_I32_LOAD16_U},    {CTI_OP_I32_WRAP_I64, CTI_OP_I64_LOAD16_S, CTI_OP_I32_LOAD16_S},
    {CTI_OP_I32_WRAP_I64, CTI_OP_I64_LOAD32_U, CTI_OP_I32_LOAD},        {CTI_OP_I32_WRAP_I64, CTI_OP_I64_LOAD32_S, CTI_OP_I32_LOAD},
    {CTI_OP_I64_EXTEND_I32_U, CTI_OP_I32_LOAD, CTI_OP_I64_LOAD32_U},    {CTI_OP_I64_EXTEND_I32_S, CTI_OP_I32_LOAD, CTI_OP_I64_LOAD32_S},
    {CTI_OP_I64_EXTEND_I32_U, CTI_OP_I32_LOAD8_U, CTI_OP_I64_LOAD8_U},  {CTI_OP_I64_EXTEND_I32_S, CTI_OP_I32_LOAD8_U, CTI_OP_I64_LOAD8_U},
    {CTI_OP_I64_EXTEND_I32_U, CTI_OP_I32_LOAD16_U, CTI_OP_I64_LOAD16_U}, {CTI_OP_I64_EXTEND_I32_S, CTI_OP_I32_LOAD16_U, CTI_OP_I64_LOAD16_U},
    {CTI_OP_I64_EXTEND_I32_S, CTI_OP_I32_LOAD8_S, CTI_OP_I64_LOAD8_S},  {CTI_OP_I64_EXTEND_I32_S, CTI_OP_I32_LOAD16_S, CTI_OP_I64_LOAD16_S},
    {CTI_OP_I32_EXTEND8_S, CTI_OP_I32_LOAD8_U, CTI_OP_I32_LOAD8_S},     {CTI_OP_I32_EXTEND8_S, CTI_OP_I32_LOAD8_S, CTI_OP_I32_LOAD8_S},
    {CTI_OP_I32_EXTEND16_S, CTI_OP_I32_LOAD16_U, CTI_OP_I32_LOAD16_S},  {CTI_OP_I32_EXTEND16_S, CTI_OP_I32_LOAD16_S, CTI_OP_I32_LOAD16_S},
    {CTI_OP_I64_EXTEND8_S, CTI_OP_I64_LOAD8_U, CTI_OP_I64_LOAD8_S},     {CTI_OP_I64_EXTEND16_S, CTI_OP_I64_LOAD16_U, CTI_OP_I64_LOAD16_S},
    {CTI_OP_I64_EXTEND32_S, CTI_OP_I64_LOAD32_U, CTI_OP_I64_LOAD32_S},
};

/* Is the low half of the value had without an instruction? */
static bool narrows_for_free(const folder *s, cti_node node) {
  uint16_t op = op_of(s, node);
  return op == CTI_OP_I64_CONST || op == CTI_OP_I64_EXTEND_I32_U || op == CTI_OP_I64_EXTEND_I32_S;
}

static cti_node narrowed(folder *s, cti_node node) {
  if (op_of(s, node) == CTI_OP_I64_CONST) return cti_ir_const(s->f, CTI_VT_I32, at(s, node)->value);
  if (narrows_for_free(s, node)) return kid(s, node, 0);
  return cti_ir_add(s->f, CTI_OP_I32_WRAP_I64, CTI_VT_I32, &node, 1);
}

/* The low half of a sum is the sum of the low halves, and the like. */
static bool narrow_arithmetic(folder *s, cti_node node) {
  cti_node operand = kid(s, node, 0);
  uint16_t narrow = cti_narrow_op(op_of(s, operand));
  uint64_t by;
  if (!cti_is_i64_op(op_of(s, operand)) || at(s, operand)->kid_count != 2) return false;
  bool shift = narrow == CTI_OP_I32_SHL && constant(s, kid(s, operand, 1), &by) && by < 32;
  bool fits = narrow == CTI_OP_I32_ADD || narrow == CTI_OP_I32_SUB || narrow == CTI_OP_I32_MUL || narrow == CTI_OP_I32_AND || narrow == CTI_OP_I32_OR || narrow == CTI_OP_I32_XOR || shift;
  if (!fits || (!narrows_for_free(s, kid(s, operand, 0)) && !narrows_for_free(s, kid(s, operand, 1)))) return false;
  cti_node kids[2] = {narrowed(s, kid(s, operand, 0)), CTI_NO_NODE};
  kids[1] = narrowed(s, kid(s, operand, 1));
  cti_ir_set_kids(s->f, node, kids, 2);
  return set_op(s, node, narrow);
}

static bool conversion(folder *s, cti_node node) {
  cti_node operand = kid(s, node, 0);
  uint16_t inner = op_of(s, operand);
  if (op_of(s, node) == CTI_OP_I32_WRAP_I64 && narrow_arithmetic(s, node)) return true;
  for (size_t i = 0; i < CTI_COUNT(loads); i++) {
    if (loads[i][0] != op_of(s, node) || loads[i][1] != inner) continue;
    cti_corevt type = at(s, node)->type;
    set_op(s, operand, loads[i][2]);
    at(s, operand)->type = type;
    return become(s, node, operand);
  }
  bool back = op_of(s, node) == CTI_OP_I32_WRAP_I64 && (inner == CTI_OP_I64_EXTEND_I32_U || inner == CTI_OP_I64_EXTEND_I32_S);
  if (back) return become(s, node, kid(s, operand, 0));
  /* what has no sign bit is widened by either; the unsigned one is what other rules know */
  if (op_of(s, node) == CTI_OP_I64_EXTEND_I32_S && cti_ir_bits(s->f, operand) < 32) return set_op(s, node, CTI_OP_I64_EXTEND_I32_U);
  return false;
}

static bool unary(folder *s, cti_node node) {
  uint64_t a, result;
  if (constant(s, kid(s, node, 0), &a) && cti_integer_unary(&result, op_of(s, node), a)) return become_const(s, node, result);
  if (op_of(s, node) == CTI_OP_I32_EQZ || op_of(s, node) == CTI_OP_I64_EQZ) return zero_test(s, node);
  return conversion(s, node);
}

/* ---- memory */

/* Which low bits of a value a store keeps; 0: no integer store, or all of them. */
static uint32_t stored_bits(uint16_t op) {
  switch (op) {
  case CTI_OP_I32_STORE8: case CTI_OP_I64_STORE8: return 8;
  case CTI_OP_I32_STORE16: case CTI_OP_I64_STORE16: return 16;
  case CTI_OP_I64_STORE32: return 32;
  default: return 0;
  }
}

static uint16_t store_of_other_width(uint16_t op, uint16_t value) {
  bool wrapped = value == CTI_OP_I32_WRAP_I64, wide = value == CTI_OP_I64_EXTEND_I32_U || value == CTI_OP_I64_EXTEND_I32_S;
  switch (op) {
  case CTI_OP_I32_STORE: return wrapped ? CTI_OP_I64_STORE32 : CTI_OP_NOP;
  case CTI_OP_I32_STORE8: return wrapped ? CTI_OP_I64_STORE8 : CTI_OP_NOP;
  case CTI_OP_I32_STORE16: return wrapped ? CTI_OP_I64_STORE16 : CTI_OP_NOP;
  case CTI_OP_I64_STORE32: return wide ? CTI_OP_I32_STORE : CTI_OP_NOP;
  case CTI_OP_I64_STORE8: return wide ? CTI_OP_I32_STORE8 : CTI_OP_NOP;
  case CTI_OP_I64_STORE16: return wide ? CTI_OP_I32_STORE16 : CTI_OP_NOP;
  default: return CTI_OP_NOP;
  }
}

static bool is_extension_of(uint16_t op, uint32_t at_least) {
  switch (op) {
  case CTI_OP_I32_EXTEND8_S: case CTI_OP_I64_EXTEND8_S: return at_least <= 8;
  case CTI_OP_I32_EXTEND16_S: case CTI_OP_I64_EXTEND16_S: return at_least <= 16;
  case CTI_OP_I64_EXTEND32_S: return at_least <= 32;
  default: return false;
  }
}

static bool store(folder *s, cti_node node) {
  cti_node value = kid(s, node, 1);
  uint32_t kept = stored_bits(op_of(s, node));
  uint16_t other = store_of_other_width(op_of(s, node), op_of(s, value));
  uint64_t c;
  if (other != CTI_OP_NOP) {
    set_kid(s, node, 1, kid(s, value, 0));
    return set_op(s, node, other);
  }
  if (!kept) return false;
  if (is_op(s, value, CTI_OP_I32_AND) && constant(s, kid(s, value, 1), &c) && (c & low_ones(kept)) == low_ones(kept)) return set_kid(s, node, 1, kid(s, value, 0));
  if (is_extension_of(op_of(s, value), kept)) return set_kid(s, node, 1, kid(s, value, 0));
  if (!constant(s, value, &c)) return false;
  uint64_t shorter = (c & low_ones(kept)) ^ (uint64_t)1 << (kept - 1); /* as a signed number */
  shorter -= (uint64_t)1 << (kept - 1);
  if (cut_to(shorter, width_of(s, value)) == c || const_size(shorter, width_of(s, value)) >= const_size(c, width_of(s, value))) return false;
  return set_const(s, value, shorter);
}

static uint32_t uleb_size(uint64_t value) {
  uint32_t size = 1;
  while (value >>= 7) size++;
  return size;
}

/* A constant address and the offset beside it: whichever way is shorter. A sum that wraps around is another address. */
static bool address(folder *s, cti_node node) {
  cti_node pointer = kid(s, node, 0);
  uint64_t base, offset = at(s, node)->value;
  if (!constant(s, pointer, &base)) return false;
  uint32_t width = width_of(s, pointer);
  uint64_t sum = base + offset;
  if (sum < base || (width == 32 && sum > UINT32_MAX)) return false;
  uint32_t as_is = const_size(base, width) + uleb_size(offset), in_base = const_size(sum, width) + 1, in_offset = const_size(0, width) + uleb_size(sum);
  if (in_base >= as_is && in_offset >= as_is) return false;
  set_const(s, pointer, in_base <= in_offset ? sum : 0);
  at(s, node)->value = in_base <= in_offset ? 0 : sum;
  return true;
}

/* ---- choices */

static bool moves_past(const folder *s, cti_node a, cti_node b) {
  cti_ir_effects x, y;
  cti_ir_effects_of(&x, s->f, a);
  cti_ir_effects_of(&y, s->f, b);
  return !cti_ir_conflict(&x, &y);
}

static bool select(folder *s, cti_node node) {
  cti_node yes = kid(s, node, 0), no = kid(s, node, 1), condition = kid(s, node, 2);
  uint64_t c, a, b;
  if (constant(s, condition, &c) && cti_ir_is_pure(s->f, c ? no : yes)) return become(s, node, c ? yes : no);
  if (constant(s, yes, &a) && constant(s, no, &b) && at(s, node)->type == CTI_VT_I32 && a + b == 1 && (a == 0 || cti_ir_bits(s->f, condition) <= 1)) {
    if (a == 0) return become_unary(s, node, CTI_OP_I32_EQZ, condition);
    return become(s, node, condition);
  }
  if (op_of(s, condition) == CTI_OP_I32_EQZ && moves_past(s, yes, no)) {
    set_kid(s, node, 0, no);
    set_kid(s, node, 1, yes);
    return set_kid(s, node, 2, kid(s, condition, 0));
  }
  return cti_ir_equal(s->f, yes, no) && cti_ir_is_pure(s->f, yes) && cti_ir_is_pure(s->f, condition) && !cti_ir_is_label_node(op_of(s, yes)) && become(s, node, yes);
}

static uint32_t count_nodes(const folder *s, cti_node node) {
  uint32_t count = 1;
  for (uint32_t i = 0; i < at(s, node)->kid_count; i++) count += count_nodes(s, kid(s, node, i));
  return count;
}

enum { CHEAP = 6 }; /* nodes that may run in vain */

/* An arm that is one value, cheap and without effect. */
static cti_node cheap_arm(const folder *s, cti_node arm) {
  if (at(s, arm)->kid_count != 1 || op_of(s, arm) != CTI_IR_SEQ) return CTI_NO_NODE;
  cti_node value = kid(s, arm, 0);
  return cti_ir_is_pure(s->f, value) && at(s, value)->depth < CHEAP && count_nodes(s, value) <= CHEAP ? value : CTI_NO_NODE;
}

/* An `if` that chooses between two cheap values is a `select`. */
static bool choice(folder *s, cti_node node) {
  if (at(s, node)->kid_count != 3 || s->f->labels.items[at(s, node)->a].uses || cti_vt_is_ref(at(s, node)->type)) return false;
  cti_node yes = cheap_arm(s, kid(s, node, 1)), no = cheap_arm(s, kid(s, node, 2)), condition = kid(s, node, 0);
  if (!yes || !no || !moves_past(s, yes, condition) || !moves_past(s, no, condition)) return false;
  cti_node kids[3] = {yes, no, condition};
  cti_ir_set_kids(s->f, node, kids, 3);
  at(s, node)->a = 0;
  return set_op(s, node, CTI_OP_SELECT);
}

/* ---- the walk */

static bool once(folder *s, cti_node node) {
  const cti_ir_node *n = at(s, node);
  if (n->is_instr || n->op >= CTI_OPS) return false;
  if (n->op == CTI_OP_SELECT) return select(s, node);
  if (n->op == CTI_OP_IF) return n->type != CTI_VT_NONE && choice(s, node);
  if (cti_opcodes[n->op].immediate == CTI_IMM_MEMARG && n->kid_count && address(s, node)) return true;
  if (cti_opcodes[n->op].immediate == CTI_IMM_MEMARG) return n->kid_count == 2 && store(s, node);
  if (cti_opcodes[n->op].immediate != CTI_IMM_NONE || n->type == CTI_VT_NONE) return false;
  return n->kid_count == 2 ? binary(s, node) : n->kid_count == 1 && unary(s, node);
}

enum { MAX_STEPS = 32 };

static void walk(folder *s, cti_node node) {
  for (uint32_t i = 0; i < at(s, node)->kid_count; i++) walk(s, kid(s, node, i));
  for (int i = 0; i < MAX_STEPS && once(s, node); i++) s->changed = true;
}

bool cti_ir_pass_fold(cti_ir *f) {
  folder s = {.f = f};
  walk(&s, f->root);
  return s.changed;
}

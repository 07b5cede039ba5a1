/* ir_fold.c - values computed at once, or in a shorter way. Flows in: trees. Flows out: trees that give the same values.
 *
 * requires: nothing. preserves: effects and their order, traps. A walk from the leaves up; a node is looked at again until no rule changes it. The rules for two
 * operands are in ir_fold_binary.c. */
#include "passes/ir_fold.h"
#include "passes/ir_passes.h"

/* ---- one operand */

static uint16_t same_width(const cti_ir *f, uint16_t narrow, cti_node operand) { return cti_op_of_width(narrow, cti_ir_at(f, operand)->type == CTI_VT_I64); }

/* x == 0. */
static bool zero_test(cti_ir *f, cti_node node) {
  cti_node operand = cti_ir_kid(f, node, 0);
  bool is_64 = cti_ir_op(f, node) == CTI_OP_I64_EQZ;
  uint16_t not = is_64 ? CTI_OP_NOP : cti_opposite_op(cti_ir_op(f, operand));
  if (not != CTI_OP_NOP) {
    cti_fold_op(f, operand, not);
    return cti_fold_become(f, node, operand);
  }
  if (cti_fold_is(f, operand, CTI_OP_I32_SUB) || cti_fold_is(f, operand, CTI_OP_I32_XOR)) {
    cti_fold_op(f, operand, same_width(f, CTI_OP_I32_EQ, operand));
    cti_ir_at(f, operand)->type = CTI_VT_I32;
    return cti_fold_become(f, node, operand);
  }
  if (is_64 && (cti_ir_op(f, operand) == CTI_OP_I64_EXTEND_I32_U || cti_ir_op(f, operand) == CTI_OP_I64_EXTEND_I32_S)) return cti_fold_become_unary(f, node, CTI_OP_I32_EQZ, cti_ir_kid(f, operand, 0));
  bool twice_zero = cti_ir_op(f, operand) == CTI_OP_I32_EQZ && !is_64 && cti_ir_bits(f, cti_ir_kid(f, operand, 0)) <= 1;
  return twice_zero && cti_ir_at(f, cti_ir_kid(f, operand, 0))->type == CTI_VT_I32 && cti_fold_become(f, node, cti_ir_kid(f, operand, 0));
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
static bool narrows_for_free(const cti_ir *f, cti_node node) {
  uint16_t op = cti_ir_op(f, node);
  return op == CTI_OP_I64_CONST || op == CTI_OP_I64_EXTEND_I32_U || op == CTI_OP_I64_EXTEND_I32_S;
}

static cti_node narrowed(cti_ir *f, cti_node node) {
  if (cti_ir_op(f, node) == CTI_OP_I64_CONST) return cti_ir_const(f, CTI_VT_I32, cti_ir_at(f, node)->value);
  if (narrows_for_free(f, node)) return cti_ir_kid(f, node, 0);
  return cti_ir_add(f, CTI_OP_I32_WRAP_I64, CTI_VT_I32, &node, 1);
}

/* The low half of a sum is the sum of the low halves, and the like. */
static bool narrow_arithmetic(cti_ir *f, cti_node node) {
  cti_node operand = cti_ir_kid(f, node, 0);
  uint16_t narrow = cti_narrow_op(cti_ir_op(f, operand));
  uint64_t by;
  if (!cti_is_i64_op(cti_ir_op(f, operand)) || cti_ir_at(f, operand)->kid_count != 2) return false;
  bool shift = narrow == CTI_OP_I32_SHL && cti_fold_constant(f, cti_ir_kid(f, operand, 1), &by) && by < 32;
  bool fits = narrow == CTI_OP_I32_ADD || narrow == CTI_OP_I32_SUB || narrow == CTI_OP_I32_MUL || narrow == CTI_OP_I32_AND || narrow == CTI_OP_I32_OR || narrow == CTI_OP_I32_XOR || shift;
  if (!fits || (!narrows_for_free(f, cti_ir_kid(f, operand, 0)) && !narrows_for_free(f, cti_ir_kid(f, operand, 1)))) return false;
  cti_node kids[2] = {narrowed(f, cti_ir_kid(f, operand, 0)), CTI_NO_NODE};
  kids[1] = narrowed(f, cti_ir_kid(f, operand, 1));
  cti_ir_set_kids(f, node, kids, 2);
  return cti_fold_op(f, node, narrow);
}

static bool conversion(cti_ir *f, cti_node node) {
  cti_node operand = cti_ir_kid(f, node, 0);
  uint16_t inner = cti_ir_op(f, operand);
  if (cti_ir_op(f, node) == CTI_OP_I32_WRAP_I64 && narrow_arithmetic(f, node)) return true;
  for (size_t i = 0; i < CTI_COUNT(loads); i++) {
    if (loads[i][0] != cti_ir_op(f, node) || loads[i][1] != inner) continue;
    cti_corevt type = cti_ir_at(f, node)->type;
    cti_fold_op(f, operand, loads[i][2]);
    cti_ir_at(f, operand)->type = type;
    return cti_fold_become(f, node, operand);
  }
  bool back = cti_ir_op(f, node) == CTI_OP_I32_WRAP_I64 && (inner == CTI_OP_I64_EXTEND_I32_U || inner == CTI_OP_I64_EXTEND_I32_S);
  if (back) return cti_fold_become(f, node, cti_ir_kid(f, operand, 0));
  /* what has no sign bit is widened by either; the unsigned one is what other rules know */
  if (cti_ir_op(f, node) == CTI_OP_I64_EXTEND_I32_S && cti_ir_bits(f, operand) < 32) return cti_fold_op(f, node, CTI_OP_I64_EXTEND_I32_U);
  return false;
}

static bool unary(cti_ir *f, cti_node node) {
  uint64_t a, result;
  if (cti_fold_constant(f, cti_ir_kid(f, node, 0), &a) && cti_integer_unary(&result, cti_ir_op(f, node), a)) return cti_fold_become_const(f, node, result);
  if (cti_ir_op(f, node) == CTI_OP_I32_EQZ || cti_ir_op(f, node) == CTI_OP_I64_EQZ) return zero_test(f, node);
  return conversion(f, node);
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

static bool store(cti_ir *f, cti_node node) {
  cti_node value = cti_ir_kid(f, node, 1);
  uint32_t kept = stored_bits(cti_ir_op(f, node));
  uint16_t other = store_of_other_width(cti_ir_op(f, node), cti_ir_op(f, value));
  uint64_t c;
  if (other != CTI_OP_NOP) {
    cti_fold_kid(f, node, 1, cti_ir_kid(f, value, 0));
    return cti_fold_op(f, node, other);
  }
  if (!kept) return false;
  if (cti_fold_is(f, value, CTI_OP_I32_AND) && cti_fold_constant(f, cti_ir_kid(f, value, 1), &c) && (c & cti_low_ones(kept)) == cti_low_ones(kept)) return cti_fold_kid(f, node, 1, cti_ir_kid(f, value, 0));
  if (is_extension_of(cti_ir_op(f, value), kept)) return cti_fold_kid(f, node, 1, cti_ir_kid(f, value, 0));
  if (!cti_fold_constant(f, value, &c)) return false;
  uint64_t shorter = (c & cti_low_ones(kept)) ^ (uint64_t)1 << (kept - 1); /* as a signed number */
  shorter -= (uint64_t)1 << (kept - 1);
  if (cti_cut_to(shorter, cti_fold_width(f, value)) == c || cti_const_size(shorter, cti_fold_width(f, value)) >= cti_const_size(c, cti_fold_width(f, value))) return false;
  return cti_fold_const(f, value, shorter);
}

/* A constant address and the offset beside it: whichever way is shorter. A sum that wraps around is another address. */
static bool address(cti_ir *f, cti_node node) {
  cti_node pointer = cti_ir_kid(f, node, 0);
  uint64_t base, offset = cti_ir_at(f, node)->value;
  if (!cti_fold_constant(f, pointer, &base)) return false;
  uint32_t width = cti_fold_width(f, pointer);
  uint64_t sum = base + offset;
  if (sum < base || (width == 32 && sum > UINT32_MAX)) return false;
  uint32_t as_is = cti_const_size(base, width) + cti_uleb_size(offset), in_base = cti_const_size(sum, width) + 1, in_offset = cti_const_size(0, width) + cti_uleb_size(sum);
  if (in_base >= as_is && in_offset >= as_is) return false;
  cti_fold_const(f, pointer, in_base <= in_offset ? sum : 0);
  cti_ir_at(f, node)->value = in_base <= in_offset ? 0 : sum;
  return true;
}

/* ---- choices */

static bool moves_past(const cti_ir *f, cti_node a, cti_node b) {
  cti_ir_effects x, y;
  cti_ir_effects_of(&x, f, a);
  cti_ir_effects_of(&y, f, b);
  return !cti_ir_conflict(&x, &y);
}

static bool select(cti_ir *f, cti_node node) {
  cti_node yes = cti_ir_kid(f, node, 0), no = cti_ir_kid(f, node, 1), condition = cti_ir_kid(f, node, 2);
  uint64_t c, a, b;
  if (cti_fold_constant(f, condition, &c) && cti_ir_is_pure(f, c ? no : yes)) return cti_fold_become(f, node, c ? yes : no);
  if (cti_fold_constant(f, yes, &a) && cti_fold_constant(f, no, &b) && cti_ir_at(f, node)->type == CTI_VT_I32 && a + b == 1 && (a == 0 || cti_ir_bits(f, condition) <= 1)) {
    if (a == 0) return cti_fold_become_unary(f, node, CTI_OP_I32_EQZ, condition);
    return cti_fold_become(f, node, condition);
  }
  if (cti_ir_op(f, condition) == CTI_OP_I32_EQZ && moves_past(f, yes, no)) {
    cti_fold_kid(f, node, 0, no);
    cti_fold_kid(f, node, 1, yes);
    return cti_fold_kid(f, node, 2, cti_ir_kid(f, condition, 0));
  }
  return cti_ir_equal(f, yes, no) && cti_ir_is_pure(f, yes) && cti_ir_is_pure(f, condition) && !cti_ir_is_label_node(cti_ir_op(f, yes)) && cti_fold_become(f, node, yes);
}

/* An arm that is one value, cheap and without effect. */
static cti_node cheap_arm(const cti_ir *f, cti_node arm) {
  if (cti_ir_at(f, arm)->kid_count != 1 || cti_ir_op(f, arm) != CTI_IR_SEQ) return CTI_NO_NODE;
  cti_node value = cti_ir_kid(f, arm, 0);
  return cti_ir_is_cheap(f, value) ? value : CTI_NO_NODE;
}

/* An `if` that chooses between two cheap values is a `select`. */
static bool choice(cti_ir *f, cti_node node) {
  if (cti_ir_at(f, node)->kid_count != 3 || f->labels.items[cti_ir_at(f, node)->a].uses || cti_vt_is_ref(cti_ir_at(f, node)->type)) return false;
  cti_node yes = cheap_arm(f, cti_ir_kid(f, node, 1)), no = cheap_arm(f, cti_ir_kid(f, node, 2)), condition = cti_ir_kid(f, node, 0);
  if (!yes || !no || !moves_past(f, yes, condition) || !moves_past(f, no, condition)) return false;
  cti_node kids[3] = {yes, no, condition};
  cti_ir_set_kids(f, node, kids, 3);
  cti_ir_at(f, node)->a = 0;
  return cti_fold_op(f, node, CTI_OP_SELECT);
}

/* ---- the walk */

static bool once(cti_ir *f, cti_node node) {
  const cti_ir_node *n = cti_ir_at(f, node);
  if (n->is_instr || n->op >= CTI_OPS) return false;
  if (n->op == CTI_OP_SELECT) return select(f, node);
  if (n->op == CTI_OP_IF) return n->type != CTI_VT_NONE && choice(f, node);
  if (cti_opcodes[n->op].immediate == CTI_IMM_MEMARG && n->kid_count && address(f, node)) return true;
  if (cti_opcodes[n->op].immediate == CTI_IMM_MEMARG) return n->kid_count == 2 && store(f, node);
  if (cti_opcodes[n->op].immediate != CTI_IMM_NONE || n->type == CTI_VT_NONE) return false;
  return n->kid_count == 2 ? cti_fold_binary(f, node) : n->kid_count == 1 && unary(f, node);
}

enum { MAX_STEPS = 32 };

static bool walk(cti_ir *f, cti_node node) {
  bool changed = false;
  for (uint32_t i = 0; i < cti_ir_at(f, node)->kid_count; i++) changed |= walk(f, cti_ir_kid(f, node, i));
  for (int i = 0; i < MAX_STEPS && once(f, node); i++) changed = true;
  return changed;
}

bool cti_ir_pass_fold(cti_ir *f) { return walk(f, f->root); }

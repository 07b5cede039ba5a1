/* ir_fold.h - what the rules of `fold` share. A rule gives true when it changed the node; so do the steps here, with which many of them end. */
#ifndef CTI_PASSES_IR_FOLD_H
#define CTI_PASSES_IR_FOLD_H

#include "passes/ir_integer.h"

/* The rules for two operands, of which a constant comes to stand on the right. */
bool cti_fold_binary(cti_ir *f, cti_node node);

/* ---- what a node is */

/* The instruction of that name, of either width. */
static inline bool cti_fold_is(const cti_ir *f, cti_node node, uint16_t narrow) { return cti_narrow_op(cti_ir_op(f, node)) == narrow; }

static inline bool cti_fold_is_integer(const cti_ir *f, cti_node node) { return cti_ir_op(f, node) == CTI_OP_I32_CONST || cti_ir_op(f, node) == CTI_OP_I64_CONST; }

/* An integer constant, and which. */
static inline bool cti_fold_constant(const cti_ir *f, cti_node node, uint64_t *out) {
  *out = cti_ir_at(f, node)->value;
  return cti_fold_is_integer(f, node);
}

static inline uint32_t cti_fold_width(const cti_ir *f, cti_node node) { return cti_ir_at(f, node)->type == CTI_VT_I64 ? 64 : 32; }

/* ---- steps */

static inline bool cti_fold_op(cti_ir *f, cti_node node, uint16_t op) {
  cti_ir_at(f, node)->op = op;
  return true;
}

static inline bool cti_fold_kid(cti_ir *f, cti_node node, uint32_t i, cti_node other) {
  cti_ir_set_kid(f, node, i, other);
  return true;
}

/* Another value of the constant. */
static inline bool cti_fold_const(cti_ir *f, cti_node node, uint64_t value) {
  cti_ir_at(f, node)->value = cti_cut_to(value, cti_fold_width(f, node));
  return true;
}

static inline bool cti_fold_become(cti_ir *f, cti_node node, cti_node other) {
  cti_ir_become(f, node, other);
  return true;
}

static inline bool cti_fold_become_const(cti_ir *f, cti_node node, uint64_t value) {
  cti_corevt type = cti_ir_at(f, node)->type;
  *cti_ir_at(f, node) = (cti_ir_node){.op = type == CTI_VT_I64 ? CTI_OP_I64_CONST : CTI_OP_I32_CONST, .type = type};
  return cti_fold_const(f, node, value);
}

/* One operand is left. */
static inline bool cti_fold_become_unary(cti_ir *f, cti_node node, uint16_t op, cti_node operand) {
  cti_ir_set_kid(f, node, 0, operand);
  cti_ir_at(f, node)->kid_count = 1;
  return cti_fold_op(f, node, op);
}

#endif

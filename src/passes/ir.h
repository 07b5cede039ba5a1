/* ir.h - one function as trees: each expression a node with its operands as kids, blocks kept as they nest, so that emission is a walk in order and no
 * structure has to be found again.
 *
 *   Order is meaning. Kids are evaluated from the first to the last. Where a statement runs while a value waits on the operand stack, both lie in a SEQ,
 *   whose kid number `a` gives the value; so any stack code has a tree, without new locals.
 *   Blocks have labels (ids, not depths): `a` of BLOCK, LOOP and IF, and what branches go to. Label 0 is the function itself, whose node is `root`;
 *   a `return` is a branch there.
 *   An IF's kids are its condition and one or two SEQs.
 * Nodes and lists of kids are never freed one by one: all of it goes with the next function. Functions that use what has no form here (several results of
 * one instruction, parameters of blocks, exceptions, continuations) are not lifted: they keep their code. */
#ifndef CTI_PASSES_IR_H
#define CTI_PASSES_IR_H

#include "core/opcode.h"
#include "passes/remap.h"

typedef uint32_t cti_node;
#define CTI_NO_NODE 0u

/* Node kinds beside cti_op. */
enum { CTI_IR_SEQ = CTI_OPS + 1 };

typedef struct cti_ir_node {
  uint16_t op;
  uint16_t depth;   /* of the tree below, when it was made */
  cti_corevt type;  /* of the value; CTI_VT_NONE for statements and for what never comes back */
  uint32_t kids;
  uint32_t kid_count : 31, is_instr : 1; /* is_instr: immediates are those of instrs[value], which no pass looks into */
  uint32_t a, b;    /* index of local, global, function, ...; label; memory access: alignment and memory; BR_TABLE: first and count in lists */
  uint64_t value;   /* constant (its bits, i32 zero-extended); offset of a memory access */
} cti_ir_node;

typedef struct cti_ir_label {
  cti_node target;
  uint32_t uses; /* how many branches go there, kept by cti_ir_count_labels */
  uint32_t depth; /* while emitting */
  uint32_t twin;  /* while trees are compared: the label of the other one; 0: none */
  bool is_open;   /* while effects are asked for: the tree holds the target */
} cti_ir_label;

typedef struct cti_ir {
  const cti_module *m;
  cti_arena *arena;
  bool no_traps, fast_math; /* traps never happen; the bits of NaNs and signs of zeros do not matter */
  bool counted; /* the labels' uses are right */
  bool sign_extension; /* i32.extend8_s and the like may be made: the module's makers allow them */
  uint32_t func;
  uint32_t param_count;
  cti_corevt result; /* of the function */
  cti_node root;
  CTI_VEC(cti_ir_node) nodes;
  CTI_VEC(cti_node) kids;
  CTI_VEC(cti_ir_label) labels;
  CTI_VEC(uint32_t) lists; /* labels of BR_TABLEs, the default last */
  CTI_VEC(cti_instr) instrs;
  CTI_VEC(cti_corevt) locals; /* parameters first */
} cti_ir;

void cti_ir_init(cti_ir *f, const cti_module *m, cti_arena *arena);

/* How deep trees may be; a function that is deeper is left alone. */
enum { CTI_IR_MAX_DEPTH = 1000 };

/* Builds the trees of a defined function. *lifted false: it has something that has no form here. The module is valid. */
ct_status cti_ir_lift(cti_ir *f, uint32_t func, bool *lifted);
ct_status cti_ir_lift_body(cti_ir *f, uint32_t func, ct_slice body, bool *lifted); /* as if that were its body */

/* Appends the body, locals and all, with the indices moved. */
ct_status cti_ir_emit(cti_buf *out, const cti_ir *f, const cti_remap *remap);

/* How many bytes the code of a node takes, with the indices as they are. */
uint32_t cti_ir_size(const cti_ir *f, cti_node node);

/* ---- making and changing nodes; CTI_NO_NODE when memory is out (reported) */

cti_node cti_ir_add(cti_ir *f, uint16_t op, cti_corevt type, const cti_node *kids, uint32_t count);
cti_node cti_ir_const(cti_ir *f, cti_corevt type, uint64_t value);
cti_node cti_ir_add_with(cti_ir *f, uint16_t op, cti_corevt type, uint32_t a, const cti_node *kids, uint32_t count); /* the same with its `a` */
cti_node cti_ir_copy(cti_ir *f, cti_node node); /* the tree */
void cti_ir_set_kids(cti_ir *f, cti_node node, const cti_node *kids, uint32_t count);
bool cti_ir_equal(const cti_ir *f, cti_node a, cti_node b); /* the same trees; labels inside of them correspond */

static inline cti_ir_node *cti_ir_at(const cti_ir *f, cti_node node) { return &f->nodes.items[node]; }
static inline uint16_t cti_ir_op(const cti_ir *f, cti_node node) { return f->nodes.items[node].op; }
static inline cti_node cti_ir_kid(const cti_ir *f, cti_node node, uint32_t i) { return f->kids.items[f->nodes.items[node].kids + i]; }
static inline cti_node *cti_ir_kid_at(const cti_ir *f, cti_node node, uint32_t i) { return &f->kids.items[f->nodes.items[node].kids + i]; }
static inline bool cti_ir_is_const(const cti_ir *f, cti_node node) {
  return cti_op_is_const(cti_ir_at(f, node)->op);
}
static inline void cti_ir_set_kid(cti_ir *f, cti_node node, uint32_t i, cti_node kid) { *cti_ir_kid_at(f, node, i) = kid; }

/* Is `a` the label that the node defines? Whoever moves such a node moves the label's target. */
static inline bool cti_ir_is_label_node(uint16_t op) { return op == CTI_OP_BLOCK || op == CTI_OP_LOOP || op == CTI_OP_IF; }

/* Becomes the other one, which stands nowhere else any more: kids, label and all. */
void cti_ir_become(cti_ir *f, cti_node node, cti_node other);

/* The same condition where only zero or not zero matters, in its shortest form; and its opposite. They may reuse and change the node. */
cti_node cti_ir_condition(cti_ir *f, cti_node node);
cti_node cti_ir_negated(cti_ir *f, cti_node node);

/* Locals of the tree go by other numbers. */
void cti_ir_renumber_locals(cti_ir *f, cti_node node, const uint32_t *to);

/* Becomes a `nop`, which no list of statements keeps. */
void cti_ir_remove(cti_ir *f, cti_node node);

/* ---- questions */

/* What running a tree may do, and what it depends on. Locals are told apart up to 64: others are all the last bit. */
typedef struct cti_ir_effects {
  uint32_t bits;               /* CTI_EFFECT_* */
  uint64_t reads, writes;      /* of locals */
  bool leaves;                 /* branches to a label outside of the tree, or returns */
} cti_ir_effects;
void cti_ir_effects_of(cti_ir_effects *out, const cti_ir *f, cti_node node);
static inline uint64_t cti_ir_local_bit(uint32_t local) { return (uint64_t)1 << (local < 63 ? local : 63); }

/* Can it be left out when nobody wants its value? */
bool cti_ir_is_pure(const cti_ir *f, cti_node node);

/* Can it run in vain? It is pure, and short. */
bool cti_ir_is_cheap(const cti_ir *f, cti_node node);

/* Would it make a difference whether `a` runs before or after `b`? */
bool cti_ir_conflict(const cti_ir_effects *a, const cti_ir_effects *b);

/* Does control never come out at the end of the tree? And does validation see that, which looks into no block? */
bool cti_ir_diverges(const cti_ir *f, cti_node node);
bool cti_ir_diverges_plainly(const cti_ir *f, cti_node node);

/* Counts the branches to each label. Whoever changes branches afterwards says so by `counted`. */
void cti_ir_count_labels(cti_ir *f);

#endif

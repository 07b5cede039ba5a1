/* ir_lift.c - stack code to trees. Flows in: a body of a valid module. Flows out: nodes of a cti_ir.
 *
 * The operand stack of the walk holds nodes: values that wait for who takes them, and statements that ran meanwhile. What is taken with statements behind
 * it is taken as a SEQ. Code that cannot be reached is passed over.
 * https://webassembly.github.io/spec/core/valid/instructions.html */
#include "passes/instr_shape.h"
#include "passes/ir.h"

void cti_ir_init(cti_ir *f, const cti_module *m, cti_arena *arena) { *f = (cti_ir){.m = m, .arena = arena}; }

typedef struct frame {
  uint16_t op; /* BLOCK, LOOP, IF, or CTI_OPS for the function */
  uint32_t label, start;
  cti_corevt result;
  cti_node condition, then;
} frame;

typedef struct lifter {
  cti_ir *f;
  CTI_VEC(cti_node) items;
  CTI_VEC(frame) frames;
  bool foreign; /* something has no form */
  bool dead;    /* no control comes here */
} lifter;

static void push(lifter *l, cti_node node) { cti_vec_push(l->f->arena, &l->items, node); }

static bool is_value(const lifter *l, cti_node node) { return cti_ir_at(l->f, node)->type != CTI_VT_NONE; }

/* The value on top, with the statements that ran after it. */
static cti_node pop(lifter *l) {
  uint32_t at = l->items.count, start = cti_vec_last(&l->frames)->start;
  while (at > start && !is_value(l, l->items.items[at - 1])) at--;
  if (at == start) {
    l->foreign = true; /* a value from a form that was not understood */
    return CTI_NO_NODE;
  }
  cti_node value = l->items.items[--at];
  if (at + 1 < l->items.count) {
    cti_corevt type = cti_ir_at(l->f, value)->type;
    value = cti_ir_add(l->f, CTI_IR_SEQ, type, cti_vec_tail(&l->items, at), l->items.count - at);
  }
  l->items.count = at;
  return value;
}

enum { MAX_OPERANDS = 64 };

/* A node with its `count` operands from the stack. */
static cti_node take(lifter *l, uint16_t op, cti_corevt type, uint32_t count) {
  cti_node kids[MAX_OPERANDS];
  if (count > MAX_OPERANDS) {
    l->foreign = true;
    return CTI_NO_NODE;
  }
  for (uint32_t i = count; i-- > 0;) kids[i] = pop(l);
  if (l->foreign) return CTI_NO_NODE;
  cti_node node = cti_ir_add(l->f, op, type, kids, count);
  push(l, node);
  return node;
}

/* ---- what has no control in it */

static bool regular_immediates(cti_node node, cti_ir *f, const cti_instr *instr) {
  cti_ir_node *n = cti_ir_at(f, node);
  switch ((cti_imm)cti_opcodes[instr->op].immediate) {
  case CTI_IMM_NONE: return true;
  case CTI_IMM_I32: n->value = (uint32_t)instr->value; return true;
  case CTI_IMM_I64: case CTI_IMM_F32: case CTI_IMM_F64: n->value = instr->value; return true;
  case CTI_IMM_LOCAL: case CTI_IMM_GLOBAL: case CTI_IMM_FUNC: case CTI_IMM_MEMORY: n->a = instr->a; return true;
  case CTI_IMM_TYPE_TABLE: n->a = instr->a, n->b = instr->b; return true;
  case CTI_IMM_MEMARG:
    if (instr->memarg.of_array) return false;
    n->a = instr->memarg.align_log2;
    n->b = instr->memarg.memory;
    n->value = instr->memarg.offset;
    return true;
  default: return false;
  }
}

/* Puts the immediates into the node, or the instruction beside it. */
static void set_immediates(lifter *l, cti_node node, const cti_instr *instr) {
  if (node == CTI_NO_NODE || regular_immediates(node, l->f, instr)) return;
  cti_ir_at(l->f, node)->is_instr = true;
  cti_ir_at(l->f, node)->value = l->f->instrs.count;
  cti_vec_push(l->f->arena, &l->f->instrs, *instr);
}

static const cti_subtype *type_at(const lifter *l, uint32_t index) { return index < l->f->m->types.count ? &l->f->m->types.items[index] : NULL; }

/* ---- control */

static uint32_t new_label(lifter *l) {
  cti_vec_push(l->f->arena, &l->f->labels, ((cti_ir_label){0}));
  return l->f->labels.count - 1;
}

static void open_frame(lifter *l, const cti_instr *instr) {
  frame fr = {.op = (uint16_t)instr->op, .result = CTI_VT_NONE};
  if (instr->block.kind == CTI_BLOCK_TYPE) {
    const cti_subtype *type = type_at(l, instr->block.word);
    if (!type || type->param_count || type->result_count > 1) l->foreign = true;
    else if (type->result_count) fr.result = type->types[0];
  } else if (instr->block.kind == CTI_BLOCK_VALUE) {
    fr.result = instr->block.word;
  }
  if (instr->op == CTI_OP_IF) fr.condition = pop(l);
  fr.label = new_label(l);
  fr.start = l->items.count;
  if (l->frames.count >= CTI_IR_MAX_DEPTH) l->foreign = true;
  cti_vec_push(l->f->arena, &l->frames, fr);
}

/* What the frame's statements leave: in a dead end values may lie about, which a drop takes. */
static void settle(lifter *l, const frame *fr) {
  cti_ir *f = l->f;
  uint32_t keep = UINT32_MAX;
  if (fr->result != CTI_VT_NONE && !l->dead) {
    push(l, pop(l));
    keep = l->items.count - 1;
  }
  for (uint32_t i = fr->start; i < l->items.count && !l->foreign; i++)
    if (i != keep && is_value(l, l->items.items[i])) l->items.items[i] = cti_ir_add(f, CTI_OP_DROP, CTI_VT_NONE, &l->items.items[i], 1);
}

static cti_node arm(lifter *l, const frame *fr) {
  settle(l, fr);
  if (l->foreign) return CTI_NO_NODE;
  cti_node node = cti_ir_add(l->f, CTI_IR_SEQ, fr->result, cti_vec_tail(&l->items, fr->start), l->items.count - fr->start);
  cti_ir_at(l->f, node)->a = l->items.count - fr->start - 1;
  if (fr->result == CTI_VT_NONE) cti_ir_at(l->f, node)->a = UINT32_MAX;
  l->items.count = fr->start;
  return node;
}

static void else_arm(lifter *l) {
  frame *fr = cti_vec_last(&l->frames);
  fr->then = arm(l, fr);
  l->dead = false;
}

/* `end`: the frame becomes a node. */
static void close_frame(lifter *l) {
  cti_ir *f = l->f;
  frame fr = *cti_vec_last(&l->frames);
  cti_node node;
  if (fr.op == CTI_OP_IF) {
    cti_node last = arm(l, &fr), kids[3] = {fr.condition, fr.then ? fr.then : last, last};
    node = l->foreign ? CTI_NO_NODE : cti_ir_add(f, CTI_OP_IF, fr.result, kids, fr.then ? 3 : 2);
  } else {
    settle(l, &fr);
    uint16_t op = fr.op == CTI_OPS ? CTI_OP_BLOCK : fr.op;
    node = l->foreign ? CTI_NO_NODE : cti_ir_add(f, op, fr.result, cti_vec_tail(&l->items, fr.start), l->items.count - fr.start);
    l->items.count = fr.start;
  }
  l->frames.count--;
  l->dead = false;
  if (l->foreign) return;
  cti_ir_at(f, node)->a = fr.label;
  f->labels.items[fr.label].target = node;
  if (fr.op == CTI_OPS) f->root = node;
  else push(l, node);
}

static const frame *frame_at(const lifter *l, uint32_t depth) { return &l->frames.items[l->frames.count - 1 - depth]; }

/* How many values a branch there takes: none for loops. */
static uint32_t branch_values(const frame *fr) { return fr->op != CTI_OP_LOOP && fr->result != CTI_VT_NONE; }

static void branch(lifter *l, const cti_instr *instr) {
  const frame *to = frame_at(l, instr->a);
  bool conditional = instr->op == CTI_OP_BR_IF;
  cti_corevt type = conditional && branch_values(to) ? to->result : CTI_VT_NONE;
  uint32_t label = to->label;
  cti_node node = take(l, (uint16_t)instr->op, type, branch_values(to) + conditional);
  if (node) cti_ir_at(l->f, node)->a = label;
  l->dead = !conditional;
}

static void branch_table(lifter *l, const cti_instr *instr) {
  cti_ir *f = l->f;
  uint32_t first = f->lists.count, values = branch_values(frame_at(l, instr->a));
  ct_error error;
  ct_error_clear(&error);
  cti_cursor c = cti_cursor_make(instr->list, instr->offset, &error);
  for (uint32_t i = 0; i < instr->count; i++) cti_vec_push(f->arena, &f->lists, frame_at(l, cti_cursor_u32(&c))->label);
  cti_vec_push(f->arena, &f->lists, frame_at(l, instr->a)->label);
  cti_node node = take(l, CTI_OP_BR_TABLE, CTI_VT_NONE, values + 1);
  if (!node) return;
  cti_ir_at(f, node)->a = first;
  cti_ir_at(f, node)->b = instr->count + 1;
  l->dead = true;
}

static void select(lifter *l, const cti_instr *instr) {
  cti_node node = take(l, (uint16_t)instr->op, CTI_VT_NONE, 3);
  if (!node) return;
  cti_ir_at(l->f, node)->type = cti_ir_at(l->f, cti_ir_kid(l->f, node, 0))->type;
  if (instr->op == CTI_OP_SELECT_TYPED) set_immediates(l, node, instr);
}

static void plain(lifter *l, const cti_instr *instr) {
  cti_instr_shape shape;
  if (cti_instr_shape_of(&shape, l->f->m, l->f->locals.items, instr)) set_immediates(l, take(l, (uint16_t)instr->op, shape.result, shape.operands), instr);
  else l->foreign = true;
}

static void lift_instr(lifter *l, const cti_instr *instr) {
  switch (instr->op) {
  case CTI_OP_NOP: break;
  case CTI_OP_UNREACHABLE: take(l, CTI_OP_UNREACHABLE, CTI_VT_NONE, 0), l->dead = true; break;
  case CTI_OP_BLOCK: case CTI_OP_LOOP: case CTI_OP_IF: open_frame(l, instr); break;
  case CTI_OP_ELSE: else_arm(l); break;
  case CTI_OP_END: close_frame(l); break;
  case CTI_OP_BR: case CTI_OP_BR_IF: branch(l, instr); break;
  case CTI_OP_BR_TABLE: branch_table(l, instr); break;
  case CTI_OP_RETURN: take(l, CTI_OP_BR, CTI_VT_NONE, l->f->result != CTI_VT_NONE), l->dead = true; break; /* a branch to label 0 */
  case CTI_OP_DROP: take(l, CTI_OP_DROP, CTI_VT_NONE, 1); break;
  case CTI_OP_SELECT: case CTI_OP_SELECT_TYPED: select(l, instr); break;
  default: plain(l, instr);
  }
}

/* Passes over code that no control reaches, up to the `else` or `end` of the frame. */
static bool skip_dead(cti_instr *instr, cti_cursor *c) {
  uint32_t depth = 0;
  do {
    cti_imm imm = (cti_imm)cti_opcodes[instr->op].immediate;
    if (depth == 0 && (instr->op == CTI_OP_ELSE || instr->op == CTI_OP_END)) return true;
    if (imm == CTI_IMM_BLOCK || imm == CTI_IMM_TRY_TABLE) depth++;
    else if (instr->op == CTI_OP_END || instr->op == CTI_OP_DELEGATE) depth--;
  } while (cti_instr_next(instr, c));
  return false;
}

static void read_locals(cti_ir *f, const cti_subtype *type, cti_cursor *c) {
  for (uint32_t i = 0; i < type->param_count; i++) cti_vec_push(f->arena, &f->locals, type->types[i]);
  uint32_t runs = cti_cursor_count(c, "runs of locals");
  for (uint32_t i = 0; i < runs; i++) {
    cti_local_run run = cti_read_local_run(c);
    for (uint32_t k = 0; k < run.count; k++)
      if (!cti_vec_push(f->arena, &f->locals, run.type)) return;
  }
}

static void reset(cti_ir *f, uint32_t func, const cti_subtype *type) {
  f->func = func;
  f->param_count = type->param_count;
  f->result = type->result_count == 1 ? type->types[type->param_count] : CTI_VT_NONE;
  f->nodes.count = f->kids.count = f->labels.count = f->lists.count = f->instrs.count = f->locals.count = 0;
  f->root = CTI_NO_NODE;
  f->counted = false;
  cti_vec_push(f->arena, &f->nodes, ((cti_ir_node){.op = CTI_OP_NOP})); /* number 0 is no node */
}

ct_status cti_ir_lift(cti_ir *f, uint32_t func, bool *lifted) { return cti_ir_lift_body(f, func, f->m->funcs.items[func].body, lifted); }

ct_status cti_ir_lift_body(cti_ir *f, uint32_t func, ct_slice body, bool *lifted) {
  const cti_subtype *type = cti_module_func_type(f->m, func);
  lifter l = {.f = f};
  cti_instr instr;
  *lifted = false;
  if (!type || type->result_count > 1) return CT_OK;
  reset(f, func, type);
  cti_cursor c = cti_cursor_make(body, f->m->funcs.items[func].body_offset, f->arena->error);
  read_locals(f, type, &c);
  cti_vec_push(f->arena, &l.frames, ((frame){.op = CTI_OPS, .label = new_label(&l), .result = f->result}));
  while (!l.foreign && l.frames.count && f->arena->error->status == CT_OK && cti_instr_next(&instr, &c)) {
    if (l.dead && !skip_dead(&instr, &c)) break;
    lift_instr(&l, &instr);
  }
  *lifted = !l.foreign && l.frames.count == 0 && cti_ir_at(f, f->root)->depth <= CTI_IR_MAX_DEPTH;
  return f->arena->error->status;
}

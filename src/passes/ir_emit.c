/* ir_emit.c - trees to stack code: a walk in order, operands first. Flows in: a cti_ir. Flows out: a body. */
#include "core/codes.h"
#include "core/core_write.h"
#include "passes/ir.h"

typedef struct emitter {
  const cti_ir *f;
  cti_ir_label *labels;
  const cti_remap *remap;
  cti_buf *out;
  size_t last_set; /* where a local.set begins that is the last thing written, else SIZE_MAX */
  uint32_t set;    /* its local */
  uint32_t depth;  /* of open blocks */
  ct_error *error;
} emitter;

static void emit(emitter *e, cti_node node);

static uint32_t moved(const emitter *e, cti_space space, uint32_t index) { return cti_remap_index(e->remap, space, index); }

static void op(emitter *e, uint16_t code) {
  const cti_opcode *row = &cti_opcodes[code];
  if (!row->prefix) {
    cti_buf_u8(e->out, (uint8_t)row->code);
    return;
  }
  cti_buf_u8(e->out, row->prefix);
  cti_buf_uleb(e->out, row->code);
}

static void label(emitter *e, uint32_t to) { cti_buf_uleb(e->out, e->depth - e->labels[to].depth); }

static void immediates(emitter *e, const cti_ir_node *n) {
  cti_buf *out = e->out;
  switch ((cti_imm)cti_opcodes[n->op].immediate) {
  case CTI_IMM_LABEL: label(e, n->a); break;
  case CTI_IMM_LOCAL: cti_buf_uleb(out, n->a); break;
  case CTI_IMM_GLOBAL: cti_buf_uleb(out, moved(e, CTI_SPACE_GLOBAL, n->a)); break;
  case CTI_IMM_FUNC: cti_buf_uleb(out, moved(e, CTI_SPACE_FUNC, n->a)); break;
  case CTI_IMM_MEMORY: cti_buf_uleb(out, moved(e, CTI_SPACE_MEMORY, n->a)); break;
  case CTI_IMM_TYPE_TABLE: cti_buf_uleb(out, moved(e, CTI_SPACE_TYPE, n->a)), cti_buf_uleb(out, moved(e, CTI_SPACE_TABLE, n->b)); break;
  case CTI_IMM_MEMARG: cti_write_memarg(out, n->a, moved(e, CTI_SPACE_MEMORY, n->b), n->value); break;
  case CTI_IMM_I32: cti_buf_sleb(out, (int32_t)(uint32_t)n->value); break;
  case CTI_IMM_I64: cti_buf_sleb(out, (int64_t)n->value); break;
  case CTI_IMM_F32: cti_buf_u32_fixed(out, (uint32_t)n->value); break;
  case CTI_IMM_F64: cti_buf_u32_fixed(out, (uint32_t)n->value), cti_buf_u32_fixed(out, (uint32_t)(n->value >> 32)); break;
  default: break;
  }
}

static void kids(emitter *e, cti_node node, uint32_t from) {
  for (uint32_t i = from; i < cti_ir_at(e->f, node)->kid_count; i++) emit(e, cti_ir_kid(e->f, node, i));
}

static void open_block(emitter *e, const cti_ir_node *n) {
  op(e, n->op);
  if (n->type == CTI_VT_NONE) cti_buf_u8(e->out, CTI_CODE_EMPTY_BLOCK);
  else cti_write_valtype(e->out, cti_remap_valtype(e->remap, n->type));
  e->labels[n->a].depth = ++e->depth;
  e->last_set = SIZE_MAX;
}

static void close_block(emitter *e) {
  cti_buf_u8(e->out, 0x0b);
  e->depth--;
  e->last_set = SIZE_MAX;
}

static void emit_if(emitter *e, cti_node node) {
  const cti_ir_node *n = cti_ir_at(e->f, node);
  emit(e, cti_ir_kid(e->f, node, 0));
  open_block(e, n);
  emit(e, cti_ir_kid(e->f, node, 1));
  if (n->kid_count == 3) {
    cti_buf_u8(e->out, 0x05);
    e->last_set = SIZE_MAX;
    emit(e, cti_ir_kid(e->f, node, 2));
  }
  close_block(e);
}

static void emit_table(emitter *e, const cti_ir_node *n) {
  op(e, n->op);
  cti_buf_uleb(e->out, n->b - 1);
  for (uint32_t i = 0; i < n->b; i++) label(e, e->f->lists.items[n->a + i]);
}

/* A get of what was set right before is a tee. */
static bool became_tee(emitter *e, const cti_ir_node *n) {
  if (n->op != CTI_OP_LOCAL_GET || e->last_set == SIZE_MAX || e->set != n->a || e->out->failed) return false;
  e->out->data[e->last_set] = (uint8_t)cti_opcodes[CTI_OP_LOCAL_TEE].code;
  e->last_set = SIZE_MAX;
  return true;
}

static void emit_plain(emitter *e, cti_node node) {
  const cti_ir_node *n = cti_ir_at(e->f, node);
  kids(e, node, 0);
  if (became_tee(e, n)) return;
  size_t at = e->out->size;
  if (n->is_instr) {
    cti_remap_instr(e->out, e->remap, &e->f->instrs.items[n->value], e->error);
  } else if (n->op == CTI_OP_BR && n->a == 0) { /* one byte less than a branch */
    op(e, CTI_OP_RETURN);
  } else if (n->op == CTI_OP_BR_TABLE) {
    emit_table(e, n);
  } else {
    op(e, n->op);
    immediates(e, n);
  }
  e->last_set = n->op == CTI_OP_LOCAL_SET ? at : SIZE_MAX;
  e->set = n->a;
}

static void emit(emitter *e, cti_node node) {
  const cti_ir_node *n = cti_ir_at(e->f, node);
  switch (n->op) {
  case CTI_OP_NOP: break;
  case CTI_IR_SEQ: kids(e, node, 0); break;
  case CTI_OP_IF: emit_if(e, node); break;
  case CTI_OP_BLOCK: case CTI_OP_LOOP:
    open_block(e, n);
    kids(e, node, 0);
    close_block(e);
    break;
  default: emit_plain(e, node);
  }
}

static uint32_t run_length(const cti_ir *f, uint32_t at) {
  uint32_t end = at + 1;
  while (end < f->locals.count && f->locals.items[end] == f->locals.items[at]) end++;
  return end - at;
}

static void emit_locals(emitter *e) {
  const cti_ir *f = e->f;
  uint32_t runs = 0;
  for (uint32_t i = f->param_count; i < f->locals.count; i += run_length(f, i)) runs++;
  cti_buf_uleb(e->out, runs);
  for (uint32_t i = f->param_count, length; i < f->locals.count; i += length) {
    length = run_length(f, i);
    cti_buf_uleb(e->out, length);
    cti_write_valtype(e->out, cti_remap_valtype(e->remap, f->locals.items[i]));
  }
}

ct_status cti_ir_emit(cti_buf *out, const cti_ir *f, const cti_remap *remap) {
  emitter e = {.f = f, .labels = f->labels.items, .remap = remap, .out = out, .last_set = SIZE_MAX, .error = f->arena->error};
  f->labels.items[0].depth = 0;
  emit_locals(&e);
  kids(&e, f->root, 0);
  cti_buf_u8(out, 0x0b);
  return f->arena->error->status;
}

/* ---- the size alone */

uint32_t cti_ir_size(const cti_ir *f, cti_node node) {
  const cti_ir_node *n = cti_ir_at(f, node);
  uint32_t size = 0;
  for (uint32_t i = 0; i < n->kid_count; i++) size += cti_ir_size(f, cti_ir_kid(f, node, i));
  if (n->op >= CTI_OPS || n->op == CTI_OP_NOP) return size;
  if (n->is_instr) return size + (uint32_t)f->instrs.items[n->value].bytes.size;
  switch ((cti_imm)cti_opcodes[n->op].immediate) {
  case CTI_IMM_I32: return size + 1 + cti_sleb_size((int32_t)(uint32_t)n->value);
  case CTI_IMM_I64: return size + 1 + cti_sleb_size((int64_t)n->value);
  case CTI_IMM_F32: return size + 5;
  case CTI_IMM_F64: return size + 9;
  case CTI_IMM_MEMARG: return size + 2 + cti_uleb_size(n->value);
  case CTI_IMM_BLOCK: return size + (n->op == CTI_OP_IF && n->kid_count == 3 ? 4 : 3);
  case CTI_IMM_BR_TABLE: return size + 2 + n->b;
  case CTI_IMM_NONE: return size + 1;
  case CTI_IMM_FUNC: case CTI_IMM_LOCAL: case CTI_IMM_GLOBAL: return size + 1 + cti_uleb_size(n->a);
  case CTI_IMM_LABEL: return size + (n->op == CTI_OP_BR && n->a == 0 ? 1 : 2);
  default: return size + 3;
  }
}

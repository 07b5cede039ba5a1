/* opcode_write.c - a cti_instr to bytes, twin of the reader in opcode.c. Flows in: an instruction as it was read, or made. Flows out: its shortest form.
 * Items of lists are written as `list` has them. */
#include "core/codes.h"
#include "core/core_write.h"
#include "core/opcode.h"

static void write_block(cti_buf *out, cti_blocktype type) {
  switch (type.kind) {
  case CTI_BLOCK_EMPTY: cti_buf_u8(out, CTI_CODE_EMPTY_BLOCK); break;
  case CTI_BLOCK_VALUE: cti_write_valtype(out, type.word); break;
  case CTI_BLOCK_TYPE: cti_buf_sleb(out, type.word); break;
  }
}

static void write_ordering(cti_buf *out, cti_ordering ordering, uint8_t acqrel) { cti_buf_u8(out, ordering == CTI_ORDER_ACQREL ? acqrel : 0); }

static void write_memarg(cti_buf *out, const cti_instr *instr) {
  const cti_memarg *memarg = &instr->memarg;
  bool ordered = instr->ordering != CTI_ORDER_UNWRITTEN, has_index = memarg->of_array || memarg->memory;
  uint32_t flags = memarg->align_log2 | (ordered ? 1u << 4 : 0) | (memarg->of_array ? 1u << 5 : 0) | (has_index && !memarg->of_array ? 1u << 6 : 0);
  cti_buf_uleb(out, flags);
  if (has_index) cti_buf_uleb(out, memarg->memory);
  if (ordered) write_ordering(out, instr->ordering, cti_opcodes[instr->op].immediate == CTI_IMM_MEMARG_RMW ? 0x11 : 0x01);
  cti_buf_uleb(out, memarg->offset);
}

static void write_list(cti_buf *out, const cti_instr *instr) {
  cti_buf_uleb(out, instr->count);
  cti_buf_bytes(out, instr->list);
}

static void write_cast(cti_buf *out, const cti_instr *instr) {
  cti_buf_u8(out, (uint8_t)((instr->heap & CTI_VT_NULLABLE ? 1 : 0) | (instr->heap2 & CTI_VT_NULLABLE ? 2 : 0)));
  cti_buf_uleb(out, instr->a);
  cti_write_heaptype(out, instr->heap);
  cti_write_heaptype(out, instr->heap2);
}

static void write_two(cti_buf *out, const cti_instr *instr) {
  cti_buf_uleb(out, instr->a);
  cti_buf_uleb(out, instr->b);
}

static void write_fixed(cti_buf *out, uint64_t bits, unsigned size) {
  for (unsigned i = 0; i < size; i++) cti_buf_u8(out, (uint8_t)(bits >> (8 * i)));
}

static void write_ordered(cti_buf *out, const cti_instr *instr) {
  write_ordering(out, instr->ordering, 0x01);
  cti_buf_uleb(out, instr->a);
}

static void write_immediates(cti_buf *out, const cti_instr *instr) {
  switch ((cti_imm)cti_opcodes[instr->op].immediate) {
  case CTI_IMM_NONE: break;
  case CTI_IMM_BLOCK: write_block(out, instr->block); break;
  case CTI_IMM_LABEL: case CTI_IMM_FUNC: case CTI_IMM_TYPE: case CTI_IMM_LOCAL: case CTI_IMM_GLOBAL: case CTI_IMM_TABLE:
  case CTI_IMM_ELEM: case CTI_IMM_DATA: case CTI_IMM_MEMORY: case CTI_IMM_TAG: cti_buf_uleb(out, instr->a); break;
  case CTI_IMM_TYPE_TABLE: case CTI_IMM_TYPE_TYPE: case CTI_IMM_TYPE_FIELD: case CTI_IMM_TYPE_COUNT: case CTI_IMM_TYPE_DATA:
  case CTI_IMM_TYPE_ELEM: case CTI_IMM_TYPE_TAG: case CTI_IMM_TABLE_TABLE: case CTI_IMM_ELEM_TABLE: case CTI_IMM_DATA_MEMORY:
  case CTI_IMM_MEMORY_MEMORY: write_two(out, instr); break;
  case CTI_IMM_BR_TABLE: write_list(out, instr); cti_buf_uleb(out, instr->a); break;
  case CTI_IMM_TYPE_HANDLERS: cti_buf_uleb(out, instr->a); write_list(out, instr); break;
  case CTI_IMM_TYPE_TAG_HANDLERS: write_two(out, instr); write_list(out, instr); break;
  case CTI_IMM_MEMARG: case CTI_IMM_MEMARG_ATOMIC: case CTI_IMM_MEMARG_RMW: write_memarg(out, instr); break;
  case CTI_IMM_MEMARG_LANE: write_memarg(out, instr); cti_buf_u8(out, (uint8_t)instr->a); break;
  case CTI_IMM_LANE: cti_buf_u8(out, (uint8_t)instr->a); break;
  case CTI_IMM_SHUFFLE: case CTI_IMM_V128: cti_buf_bytes(out, instr->list); break;
  case CTI_IMM_I32: case CTI_IMM_I64: cti_buf_sleb(out, (int64_t)instr->value); break;
  case CTI_IMM_F32: write_fixed(out, instr->value, 4); break;
  case CTI_IMM_F64: write_fixed(out, instr->value, 8); break;
  case CTI_IMM_HEAP: cti_write_heaptype(out, instr->heap); break;
  case CTI_IMM_SELECT: write_list(out, instr); break;
  case CTI_IMM_TRY_TABLE: write_block(out, instr->block); write_list(out, instr); break;
  case CTI_IMM_CAST: write_cast(out, instr); break;
  case CTI_IMM_FENCE: write_ordering(out, instr->ordering, 0x01); break;
  case CTI_IMM_ORDER_GLOBAL: case CTI_IMM_ORDER_TABLE: case CTI_IMM_ORDER_TYPE: write_ordered(out, instr); break;
  case CTI_IMM_ORDER_TYPE_FIELD: write_ordered(out, instr); cti_buf_uleb(out, instr->b); break;
  }
}

void cti_instr_write(cti_buf *out, const cti_instr *instr) {
  const cti_opcode *opcode = &cti_opcodes[instr->op];
  if (opcode->prefix) {
    cti_buf_u8(out, opcode->prefix);
    cti_buf_uleb(out, opcode->code);
  } else {
    cti_buf_u8(out, (uint8_t)opcode->code);
  }
  write_immediates(out, instr);
}

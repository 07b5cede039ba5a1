/* instr_shape.c - operands and results of instructions: by the signature of their row, or, where that is "*", by what they refer to.
 * https://webassembly.github.io/spec/core/valid/instructions.html */
#include "passes/instr_shape.h"

#include <string.h>

static cti_corevt address_type(const cti_module *m, uint32_t memory) { return memory < m->memories.count && m->memories.items[memory].type.is_64 ? CTI_VT_I64 : CTI_VT_I32; }

static cti_corevt type_of_letter(const cti_module *m, char letter, const cti_instr *instr) {
  cti_imm imm = (cti_imm)cti_opcodes[instr->op].immediate;
  if (letter != 'p') return cti_letter_type(letter, CTI_VT_NONE);
  if (imm == CTI_IMM_TABLE) return instr->a < m->tables.count && m->tables.items[instr->a].type.limits.is_64 ? CTI_VT_I64 : CTI_VT_I32;
  return address_type(m, imm == CTI_IMM_MEMORY ? instr->a : instr->memarg.memory);
}

static bool by_signature(cti_instr_shape *out, const cti_module *m, const cti_instr *instr, const char *signature) {
  const char *colon = strchr(signature, ':');
  *out = (cti_instr_shape){(uint32_t)(colon - signature), type_of_letter(m, colon[1], instr)};
  return !(colon[1] && colon[2]); /* two results */
}

static bool of_call(cti_instr_shape *out, const cti_subtype *type, uint32_t more) {
  if (!type || type->kind != CTI_COMPOSITE_FUNC || type->result_count > 1) return false;
  *out = (cti_instr_shape){type->param_count + more, type->result_count ? type->types[type->param_count] : CTI_VT_NONE};
  return true;
}

static bool is(cti_instr_shape *out, uint32_t operands, cti_corevt result) {
  *out = (cti_instr_shape){operands, result};
  return true;
}

bool cti_instr_shape_of(cti_instr_shape *out, const cti_module *m, const cti_corevt *locals, const cti_instr *instr) {
  const char *signature = cti_opcodes[instr->op].signature;
  if (signature[0] != '*') return by_signature(out, m, instr, signature);
  switch (instr->op) {
  case CTI_OP_CALL: return of_call(out, cti_module_func_type(m, instr->a), 0);
  case CTI_OP_CALL_INDIRECT: return of_call(out, instr->a < m->types.count ? &m->types.items[instr->a] : NULL, 1);
  case CTI_OP_LOCAL_GET: return is(out, 0, locals[instr->a]);
  case CTI_OP_LOCAL_SET: return is(out, 1, CTI_VT_NONE);
  case CTI_OP_LOCAL_TEE: return is(out, 1, locals[instr->a]);
  case CTI_OP_GLOBAL_GET: return is(out, 0, m->globals.items[instr->a].type.type);
  case CTI_OP_GLOBAL_SET: return is(out, 1, CTI_VT_NONE);
  case CTI_OP_TABLE_GET: return is(out, 1, m->tables.items[instr->a].type.element);
  case CTI_OP_TABLE_SET: return is(out, 2, CTI_VT_NONE);
  case CTI_OP_TABLE_GROW: return is(out, 2, type_of_letter(m, 'p', instr));
  case CTI_OP_TABLE_FILL: case CTI_OP_TABLE_COPY: case CTI_OP_TABLE_INIT: case CTI_OP_MEMORY_COPY: return is(out, 3, CTI_VT_NONE);
  case CTI_OP_REF_FUNC: return is(out, 0, CTI_VT_REF | CTI_HEAP_FUNC);
  case CTI_OP_REF_IS_NULL: return is(out, 1, CTI_VT_I32);
  case CTI_OP_REF_NULL: return is(out, 0, instr->heap | CTI_VT_REF | CTI_VT_NULLABLE);
  default: return false;
  }
}

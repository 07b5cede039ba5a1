/* arity.c - operand and result counts of instructions. Flows in: an instruction, the types and frames around it. Flows out: two counts.
 *
 * Instructions with a signature in opcodes.def have their counts there. The others are in the table below, or depend on a type that an immediate names. */
#include "text/arity.h"

/* Irregular instructions whose counts are fixed all the same: by row of opcodes.def, with 1 added so that 0 means "not here". */
static const struct {
  uint8_t params, results;
} fixed[CTI_OPS + 1] = {
#define FIXED(symbol, takes, gives) [CTI_OP_##symbol] = {takes + 1, gives + 1}
    FIXED(UNREACHABLE, 0, 0), FIXED(RETHROW, 0, 0), FIXED(THROW_REF, 1, 0), FIXED(DROP, 1, 0), FIXED(SELECT, 3, 1),
    FIXED(LOCAL_GET, 0, 1), FIXED(LOCAL_SET, 1, 0), FIXED(LOCAL_TEE, 1, 1), FIXED(GLOBAL_GET, 0, 1), FIXED(GLOBAL_SET, 1, 0),
    FIXED(TABLE_GET, 1, 1), FIXED(TABLE_SET, 2, 0), FIXED(TABLE_INIT, 3, 0), FIXED(TABLE_COPY, 3, 0), FIXED(TABLE_GROW, 2, 1), FIXED(TABLE_FILL, 3, 0), FIXED(MEMORY_COPY, 3, 0),
    FIXED(REF_NULL, 0, 1), FIXED(REF_IS_NULL, 1, 1), FIXED(REF_FUNC, 0, 1), FIXED(REF_EQ, 2, 1), FIXED(REF_AS_NON_NULL, 1, 1),
    FIXED(CONT_NEW, 1, 1),
    FIXED(STRUCT_NEW_DEFAULT, 0, 1), FIXED(STRUCT_GET, 1, 1), FIXED(STRUCT_GET_S, 1, 1), FIXED(STRUCT_GET_U, 1, 1), FIXED(STRUCT_SET, 2, 0), FIXED(STRUCT_NEW_DEFAULT_DESC, 1, 1),
    FIXED(ARRAY_NEW, 2, 1), FIXED(ARRAY_NEW_DEFAULT, 1, 1), FIXED(ARRAY_NEW_DATA, 2, 1), FIXED(ARRAY_NEW_ELEM, 2, 1), FIXED(ARRAY_GET, 2, 1), FIXED(ARRAY_GET_S, 2, 1), FIXED(ARRAY_GET_U, 2, 1),
    FIXED(ARRAY_SET, 3, 0), FIXED(ARRAY_LEN, 1, 1), FIXED(ARRAY_FILL, 4, 0), FIXED(ARRAY_COPY, 5, 0), FIXED(ARRAY_INIT_DATA, 4, 0), FIXED(ARRAY_INIT_ELEM, 4, 0),
    FIXED(REF_TEST, 1, 1), FIXED(REF_TEST_NULL, 1, 1), FIXED(REF_CAST, 1, 1), FIXED(REF_CAST_NULL, 1, 1), FIXED(ANY_CONVERT_EXTERN, 1, 1), FIXED(EXTERN_CONVERT_ANY, 1, 1),
    FIXED(REF_I31, 1, 1), FIXED(I31_GET_S, 1, 1), FIXED(I31_GET_U, 1, 1), FIXED(REF_GET_DESC, 1, 1), FIXED(REF_CAST_DESC_EQ, 2, 1), FIXED(REF_CAST_DESC_EQ_NULL, 2, 1), FIXED(REF_I31_SHARED, 1, 1),
    FIXED(GLOBAL_ATOMIC_GET, 0, 1), FIXED(GLOBAL_ATOMIC_SET, 1, 0), FIXED(GLOBAL_ATOMIC_RMW_ADD, 1, 1), FIXED(GLOBAL_ATOMIC_RMW_SUB, 1, 1), FIXED(GLOBAL_ATOMIC_RMW_AND, 1, 1),
    FIXED(GLOBAL_ATOMIC_RMW_OR, 1, 1), FIXED(GLOBAL_ATOMIC_RMW_XOR, 1, 1), FIXED(GLOBAL_ATOMIC_RMW_XCHG, 1, 1), FIXED(GLOBAL_ATOMIC_RMW_CMPXCHG, 2, 1),
    FIXED(TABLE_ATOMIC_GET, 1, 1), FIXED(TABLE_ATOMIC_SET, 2, 0), FIXED(TABLE_ATOMIC_RMW_XCHG, 2, 1), FIXED(TABLE_ATOMIC_RMW_CMPXCHG, 3, 1),
    FIXED(STRUCT_ATOMIC_GET, 1, 1), FIXED(STRUCT_ATOMIC_GET_S, 1, 1), FIXED(STRUCT_ATOMIC_GET_U, 1, 1), FIXED(STRUCT_ATOMIC_SET, 2, 0), FIXED(STRUCT_ATOMIC_RMW_ADD, 2, 1), FIXED(STRUCT_ATOMIC_RMW_SUB, 2, 1),
    FIXED(STRUCT_ATOMIC_RMW_AND, 2, 1), FIXED(STRUCT_ATOMIC_RMW_OR, 2, 1), FIXED(STRUCT_ATOMIC_RMW_XOR, 2, 1), FIXED(STRUCT_ATOMIC_RMW_XCHG, 2, 1), FIXED(STRUCT_ATOMIC_RMW_CMPXCHG, 3, 1),
    FIXED(ARRAY_ATOMIC_GET, 2, 1), FIXED(ARRAY_ATOMIC_GET_S, 2, 1), FIXED(ARRAY_ATOMIC_GET_U, 2, 1), FIXED(ARRAY_ATOMIC_SET, 3, 0), FIXED(ARRAY_ATOMIC_RMW_ADD, 3, 1), FIXED(ARRAY_ATOMIC_RMW_SUB, 3, 1),
    FIXED(ARRAY_ATOMIC_RMW_AND, 3, 1), FIXED(ARRAY_ATOMIC_RMW_OR, 3, 1), FIXED(ARRAY_ATOMIC_RMW_XOR, 3, 1), FIXED(ARRAY_ATOMIC_RMW_XCHG, 3, 1), FIXED(ARRAY_ATOMIC_RMW_CMPXCHG, 4, 1),
#undef FIXED
};

static const cti_arity unknown = {0, 0, false};

static cti_arity arity(uint32_t params, uint32_t results) { return (cti_arity){params, results, true}; }

static const cti_subtype *type_at(const cti_code *code, uint32_t type) { return type < code->scope->types.count ? code->scope->types.items[type] : NULL; }

static cti_arity of_type(const cti_code *code, uint32_t index) {
  const cti_subtype *type = type_at(code, index);
  if (type && type->kind == CTI_COMPOSITE_CONT) type = type_at(code, type->cont);
  if (!type || type->kind == CTI_COMPOSITE_ARRAY || type->kind == CTI_COMPOSITE_CONT) return unknown;
  return type->kind == CTI_COMPOSITE_FUNC ? arity(type->param_count, type->result_count) : arity(type->field_count, type->field_count);
}

static cti_arity of_func(const cti_code *code, uint32_t func) { return func < code->scope->module->funcs.count ? of_type(code, code->scope->module->funcs.items[func].type) : unknown; }
static cti_arity of_tag(const cti_code *code, uint32_t tag) { return tag < code->scope->module->tags.count ? of_type(code, code->scope->module->tags.items[tag].type) : unknown; }

static cti_arity of_block(const cti_code *code, cti_blocktype type) {
  if (type.kind == CTI_BLOCK_TYPE) return of_type(code, type.word);
  return arity(0, type.kind == CTI_BLOCK_VALUE);
}

/* What a branch to the label takes with it: the parameters of a loop, else the results. */
static cti_arity of_label(const cti_code *code, uint32_t relative) {
  if (relative >= code->frames.count) return unknown;
  const cti_code_frame *frame = &code->frames.items[code->frames.count - 1 - relative];
  cti_arity block = of_block(code, frame->type);
  if (block.known) block.params = frame->kind == CTI_FRAME_LOOP ? block.params : block.results;
  return block;
}

static cti_arity with(cti_arity a, uint32_t more_params, uint32_t results) { return a.known ? arity(a.params + more_params, results) : unknown; }

/* The continuation that switch hands over is the last parameter of the one it switches to. */
static cti_arity of_switch(const cti_code *code, const cti_instr *instr) {
  cti_arity a = of_type(code, instr->a);
  const cti_subtype *cont = type_at(code, instr->a);
  const cti_subtype *func = cont && cont->kind == CTI_COMPOSITE_CONT ? type_at(code, cont->cont) : NULL;
  if (!a.known || !func || func->kind != CTI_COMPOSITE_FUNC || func->param_count == 0) return unknown;
  cti_corevt last = func->types[func->param_count - 1];
  cti_arity handed = cti_vt_is_ref(last) && cti_vt_is_concrete(last) ? of_type(code, cti_vt_index(last)) : unknown;
  return handed.known ? arity(a.params, handed.params) : unknown;
}

static cti_arity of_cont_bind(const cti_code *code, const cti_instr *instr) {
  cti_arity before = of_type(code, instr->a), after = of_type(code, instr->b);
  return before.known && after.known && after.params <= before.params ? arity(before.params - after.params + 1, 1) : unknown;
}

static cti_arity of_signature(const cti_instr *instr) {
  const char *signature = cti_opcodes[instr->op].signature, *colon = strchr(signature, ':');
  return colon ? arity((uint32_t)(colon - signature) + instr->memarg.of_array, (uint32_t)strlen(colon + 1)) : unknown;
}

/* Control: blocks take their parameters and hand them in; what ends them gives the results. */
static cti_arity of_control(const cti_code *code, const cti_instr *instr) {
  cti_arity block = of_block(code, instr->block);
  cti_arity label = of_label(code, instr->a), inner = of_block(code, code->frames.items[code->frames.count - 1].type);
  switch (instr->op) {
    case CTI_OP_BLOCK:
    case CTI_OP_LOOP:
    case CTI_OP_TRY:
    case CTI_OP_TRY_TABLE: return with(block, 0, block.params);
    case CTI_OP_IF: return with(block, 1, block.params);
    case CTI_OP_ELSE: return inner.known ? arity(inner.results, inner.params) : unknown;
    case CTI_OP_END: return inner.known ? arity(inner.results, inner.results) : unknown;
    case CTI_OP_BR: return with(label, 0, 0);
    case CTI_OP_BR_IF: return with(label, 1, label.params);
    case CTI_OP_BR_TABLE: return with(label, 1, 0);
    case CTI_OP_RETURN: return with(of_label(code, code->frames.count - 1), 0, 0);
    case CTI_OP_BR_ON_NULL: return with(label, 1, label.params + 1);
    case CTI_OP_BR_ON_NON_NULL: return label.known && label.params ? arity(label.params, label.params - 1) : unknown;
    case CTI_OP_BR_ON_CAST:
    case CTI_OP_BR_ON_CAST_FAIL: return with(label, 0, label.params);
    case CTI_OP_BR_ON_CAST_DESC_EQ:
    case CTI_OP_BR_ON_CAST_DESC_EQ_FAIL: return with(label, 1, label.params);
    default: return unknown;
  }
}

cti_arity cti_instr_arity(const cti_code *code, const cti_instr *instr) {
  if (fixed[instr->op].params) return arity(fixed[instr->op].params - 1u, fixed[instr->op].results - 1u);
  cti_arity type = of_type(code, instr->a);
  switch (instr->op) {
    case CTI_OP_CALL: return of_func(code, instr->a);
    case CTI_OP_RETURN_CALL: return with(of_func(code, instr->a), 0, 0);
    case CTI_OP_CALL_INDIRECT:
    case CTI_OP_CALL_REF:
    case CTI_OP_RESUME: return with(type, 1, type.results);
    case CTI_OP_RETURN_CALL_INDIRECT:
    case CTI_OP_RETURN_CALL_REF: return with(type, 1, 0);
    case CTI_OP_SELECT_TYPED: return arity(1 + 2 * instr->count, instr->count);
    case CTI_OP_THROW: return with(of_tag(code, instr->a), 0, 0);
    case CTI_OP_SUSPEND: return of_tag(code, instr->a);
    case CTI_OP_STRUCT_NEW: return with(type, 0, 1);
    case CTI_OP_STRUCT_NEW_DESC: return with(type, 1, 1);
    case CTI_OP_ARRAY_NEW_FIXED: return arity(instr->b, 1);
    case CTI_OP_CONT_BIND: return of_cont_bind(code, instr);
    case CTI_OP_RESUME_THROW: return type.known ? with(of_tag(code, instr->b), 1, type.results) : unknown;
    case CTI_OP_RESUME_THROW_REF: return type.known ? arity(2, type.results) : unknown;
    case CTI_OP_SWITCH: return of_switch(code, instr);
    default: break;
  }
  return cti_opcodes[instr->op].signature[0] == '*' ? of_control(code, instr) : of_signature(instr);
}

/* opcode.c - opcodes.def as arrays, and the one reader of immediates. Flows in: a cursor at an instruction. Flows out: a cti_instr, cursor behind it.
 *
 * Reading is liberal: what any proposal gives a form is read, whatever features a validator would want. */
#include "core/opcode.h"

enum {
  NONE = 0,
  CONST = CTI_EFFECT_CONST,
  CONST_EXTENDED = CTI_EFFECT_CONST_EXTENDED,
  TRAP = CTI_EFFECT_TRAP,
  THROW = CTI_EFFECT_THROW,
  CONTROL = CTI_EFFECT_CONTROL,
  CALL = CTI_EFFECT_CALL,
  READ_LOCAL = CTI_EFFECT_READ_LOCAL,
  WRITE_LOCAL = CTI_EFFECT_WRITE_LOCAL,
  READ_GLOBAL = CTI_EFFECT_READ_GLOBAL,
  WRITE_GLOBAL = CTI_EFFECT_WRITE_GLOBAL,
  READ_TABLE = CTI_EFFECT_READ_TABLE,
  WRITE_TABLE = CTI_EFFECT_WRITE_TABLE,
  READ_MEMORY = CTI_EFFECT_READ_MEMORY,
  WRITE_MEMORY = CTI_EFFECT_WRITE_MEMORY,
  READ_HEAP = CTI_EFFECT_READ_HEAP,
  WRITE_HEAP = CTI_EFFECT_WRITE_HEAP,
  ALLOC = CTI_EFFECT_ALLOC,
  SYNC = CTI_EFFECT_SYNC,
  FLOATS = CTI_EFFECT_FLOATS
};

const cti_opcode cti_opcodes[CTI_OPS + 1] = {
#define CT_OP(symbol, prefix, code, text, immediate, width, signature, feature, effects) \
  {text, signature, effects, code, prefix, CTI_IMM_##immediate, width, CTI_FEATURE_##feature},
#include "core/opcodes.def"
#undef CT_OP
    {"?", "*", 0, 0, 0, CTI_IMM_NONE, 0, CTI_FEATURE_MVP}};

/* Five planes: one-byte opcodes, then those of each prefix. An entry is the row's number and one, so that 0 is "none". */
enum { PLANE = 0x120 };
#define SLOT(prefix, code) (((prefix) ? (prefix) - 0xfa : 0) * PLANE + (code))

static const uint16_t rows[5 * PLANE] = {
#define CT_OP(symbol, prefix, code, text, immediate, width, signature, feature, effects) [SLOT(prefix, code)] = CTI_OP_##symbol + 1,
#include "core/opcodes.def"
#undef CT_OP
};

cti_op cti_op_find(uint8_t prefix, uint32_t code) {
  if (code >= PLANE || (prefix && !cti_op_is_prefix(prefix))) return CTI_OP_NONE;
  uint16_t row = rows[SLOT(prefix, code)];
  return row ? (cti_op)(row - 1) : CTI_OP_NONE;
}

cti_op cti_op_read(cti_cursor *c) {
  uint64_t offset = cti_cursor_offset(c);
  uint8_t first = cti_cursor_u8(c);
  bool prefixed = cti_op_is_prefix(first);
  uint32_t code = prefixed ? cti_cursor_u32(c) : first;
  cti_op op = c->failed ? CTI_OP_NONE : cti_op_find(prefixed ? first : 0, code);
  if (op != CTI_OP_NONE || c->failed) return op;
  if (prefixed) cti_cursor_fail_at(c, CT_CORE_OPCODE, offset, "unknown 0x%02x subopcode: 0x%x", first, code);
  else cti_cursor_fail_at(c, CT_CORE_OPCODE, offset, "illegal opcode: 0x%02x", first);
  return CTI_OP_NONE;
}

ct_status cti_op_map(cti_map *out, cti_arena *arena) {
  *out = (cti_map){0};
  for (uint32_t i = 0; i < CTI_OPS; i++) {
    uint32_t value = i;
    bool added;
    CTI_TRY(cti_map_add(out, arena, cti_slice_str(cti_opcodes[i].text), &value, &added));
  }
  return CT_OK;
}

/* ---- immediates */

static void form_error(cti_cursor *c, uint64_t offset, const char *what, uint32_t value) {
  if (!c->failed) cti_cursor_fail_at(c, CT_CORE_FORM, offset, "malformed %s: 0x%02x", what, value);
}

static cti_ordering read_ordering(cti_cursor *c, uint8_t acqrel) {
  uint64_t offset = cti_cursor_offset(c);
  uint8_t code = cti_cursor_u8(c);
  if (code != 0 && code != acqrel) form_error(c, offset, "memory ordering", code);
  return code ? CTI_ORDER_ACQREL : CTI_ORDER_SEQCST;
}

enum { MEMARG_ORDERING = 1 << 4, MEMARG_ARRAY = 1 << 5, MEMARG_MEMORY = 1 << 6 };

static void read_memarg(cti_instr *out, cti_cursor *c, cti_imm kind) {
  uint64_t offset = cti_cursor_offset(c);
  uint32_t flags = cti_cursor_u32(c);
  bool ordered = (flags & MEMARG_ORDERING) != 0, may_order = kind == CTI_IMM_MEMARG_ATOMIC || kind == CTI_IMM_MEMARG_RMW;
  bool both = (flags & MEMARG_ARRAY) && (flags & MEMARG_MEMORY);
  if (both || (ordered && !may_order) || flags >= 2 * MEMARG_MEMORY) form_error(c, offset, "alignment and flags of a memory access", flags);
  out->memarg.align_log2 = flags & (MEMARG_ORDERING - 1);
  out->memarg.of_array = (flags & MEMARG_ARRAY) != 0;
  if (flags & (MEMARG_ARRAY | MEMARG_MEMORY)) out->memarg.memory = cti_cursor_u32(c);
  out->ordering = ordered ? read_ordering(c, kind == CTI_IMM_MEMARG_RMW ? 0x11 : 0x01) : CTI_ORDER_UNWRITTEN;
  out->memarg.offset = cti_cursor_u64(c);
}

const char *const cti_catch_words[CTI_CATCH_KINDS] = {"catch", "catch_ref", "catch_all", "catch_all_ref"};

void cti_read_catch(cti_clause *out, cti_cursor *c) {
  uint64_t offset = cti_cursor_offset(c);
  *out = (cti_clause){.kind = cti_cursor_u8(c), .tag = UINT32_MAX};
  if (out->kind >= CTI_CATCH_KINDS) form_error(c, offset, "catch clause", out->kind);
  if (out->kind < 2) out->tag = cti_cursor_u32(c);
  out->label = cti_cursor_u32(c);
}

void cti_read_handler(cti_clause *out, cti_cursor *c) {
  uint64_t offset = cti_cursor_offset(c);
  *out = (cti_clause){.kind = cti_cursor_u8(c), .label = UINT32_MAX};
  if (out->kind > 1) form_error(c, offset, "handler of a continuation", out->kind);
  out->tag = cti_cursor_u32(c);
  if (out->kind == 0) out->label = cti_cursor_u32(c);
}

/* The items of a vector are passed over one by one; the list is the bytes that they take. */
static void read_list(cti_instr *out, cti_cursor *c, cti_imm kind) {
  out->count = cti_cursor_count(c, "items of an instruction");
  const uint8_t *start = c->at;
  cti_clause clause;
  for (uint32_t i = 0; i < out->count && !c->failed; i++) {
    if (kind == CTI_IMM_BR_TABLE) cti_cursor_u32(c);
    else if (kind == CTI_IMM_SELECT) cti_read_valtype(c);
    else if (kind == CTI_IMM_TRY_TABLE) cti_read_catch(&clause, c);
    else cti_read_handler(&clause, c);
  }
  if (!c->failed) out->list = (ct_slice){start, (size_t)(c->at - start)};
}

static void read_cast(cti_instr *out, cti_cursor *c) {
  uint64_t offset = cti_cursor_offset(c);
  uint8_t flags = cti_cursor_u8(c);
  if (flags > 3) form_error(c, offset, "cast flags", flags);
  out->a = cti_cursor_u32(c);
  out->heap = cti_read_heaptype(c) | (flags & 1 ? CTI_VT_NULLABLE : 0);
  out->heap2 = cti_read_heaptype(c) | (flags & 2 ? CTI_VT_NULLABLE : 0);
}

static void read_two(cti_instr *out, cti_cursor *c) {
  out->a = cti_cursor_u32(c);
  out->b = cti_cursor_u32(c);
}

static void read_immediates(cti_instr *out, cti_cursor *c) {
  cti_imm kind = (cti_imm)cti_opcodes[out->op].immediate;
  switch (kind) {
    case CTI_IMM_NONE: break;
    case CTI_IMM_BLOCK: out->block = cti_read_blocktype(c); break;
    case CTI_IMM_LABEL: case CTI_IMM_FUNC: case CTI_IMM_TYPE: case CTI_IMM_LOCAL: case CTI_IMM_GLOBAL: case CTI_IMM_TABLE:
    case CTI_IMM_ELEM: case CTI_IMM_DATA: case CTI_IMM_MEMORY: case CTI_IMM_TAG: out->a = cti_cursor_u32(c); break;
    case CTI_IMM_TYPE_TABLE: case CTI_IMM_TYPE_TYPE: case CTI_IMM_TYPE_FIELD: case CTI_IMM_TYPE_COUNT: case CTI_IMM_TYPE_DATA:
    case CTI_IMM_TYPE_ELEM: case CTI_IMM_TYPE_TAG: case CTI_IMM_TABLE_TABLE: case CTI_IMM_ELEM_TABLE: case CTI_IMM_DATA_MEMORY:
    case CTI_IMM_MEMORY_MEMORY: read_two(out, c); break;
    case CTI_IMM_BR_TABLE: read_list(out, c, kind); out->a = cti_cursor_u32(c); break;
    case CTI_IMM_TYPE_HANDLERS: out->a = cti_cursor_u32(c); read_list(out, c, kind); break;
    case CTI_IMM_TYPE_TAG_HANDLERS: read_two(out, c); read_list(out, c, kind); break;
    case CTI_IMM_MEMARG: case CTI_IMM_MEMARG_ATOMIC: case CTI_IMM_MEMARG_RMW: read_memarg(out, c, kind); break;
    case CTI_IMM_MEMARG_LANE: read_memarg(out, c, kind); out->a = cti_cursor_u8(c); break;
    case CTI_IMM_LANE: out->a = cti_cursor_u8(c); break;
    case CTI_IMM_SHUFFLE: case CTI_IMM_V128: out->list = cti_cursor_bytes(c, 16); break;
    case CTI_IMM_I32: out->value = (uint64_t)(int64_t)cti_cursor_s32(c); break;
    case CTI_IMM_I64: out->value = (uint64_t)cti_cursor_s64(c); break;
    case CTI_IMM_F32: out->value = cti_cursor_u32_fixed(c); break;
    case CTI_IMM_F64: out->value = cti_cursor_u64_fixed(c); break;
    case CTI_IMM_HEAP: out->heap = cti_read_heaptype(c); break;
    case CTI_IMM_SELECT: read_list(out, c, kind); break;
    case CTI_IMM_TRY_TABLE: out->block = cti_read_blocktype(c); read_list(out, c, kind); break;
    case CTI_IMM_CAST: read_cast(out, c); break;
    case CTI_IMM_FENCE: out->ordering = read_ordering(c, 0x01); break;
    case CTI_IMM_ORDER_GLOBAL: case CTI_IMM_ORDER_TABLE: case CTI_IMM_ORDER_TYPE: out->ordering = read_ordering(c, 0x01); out->a = cti_cursor_u32(c); break;
    case CTI_IMM_ORDER_TYPE_FIELD: out->ordering = read_ordering(c, 0x01); read_two(out, c); break;
  }
}

void cti_imm_skip(cti_cursor *c, cti_op op) {
  cti_instr instr = {.op = op};
  read_immediates(&instr, c);
}

bool cti_instr_next(cti_instr *out, cti_cursor *c) {
  if (cti_cursor_done(c)) return false;
  const uint8_t *start = c->at;
  *out = (cti_instr){.offset = cti_cursor_offset(c)};
  out->op = cti_op_read(c);
  read_immediates(out, c);
  out->bytes = c->failed ? (ct_slice){NULL, 0} : (ct_slice){start, (size_t)(c->at - start)};
  return !c->failed;
}

bool cti_expr_single(cti_instr *out, const cti_expr *expr) {
  ct_error ignored = {0};
  cti_instr end;
  cti_cursor c = cti_cursor_make(expr->bytes, expr->offset, &ignored);
  return cti_instr_next(out, &c) && out->op != CTI_OP_END && cti_instr_next(&end, &c) && end.op == CTI_OP_END;
}

/* remap.c - indices inside code. Flows in: instructions as they were read. Flows out: calls for each index, or the instruction written with others.
 * Invariant: which immediate is an index of which space stands in one table here, and nowhere else. */
#include "passes/remap.h"

#include "core/core_write.h"

const char *cti_space_name(cti_space space) {
  static const char *const names[] = {"function", "table", "memory", "global", "tag", "type", "element segment", "data segment", "index"};
  return names[space];
}

/* The spaces of the immediates that cti_instr keeps in `a` and `b`. */
typedef struct two_spaces {
  uint8_t a, b;
} two_spaces;

#define SPACES(imm, first, second) [CTI_IMM_##imm] = {CTI_SPACE_##first + 1, CTI_SPACE_##second + 1}
static const two_spaces spaces_by_imm[] = {
    SPACES(FUNC, FUNC, NONE),        SPACES(TYPE, TYPE, NONE),           SPACES(TYPE_TABLE, TYPE, TABLE),     SPACES(TYPE_TYPE, TYPE, TYPE),
    SPACES(TYPE_FIELD, TYPE, NONE),  SPACES(TYPE_COUNT, TYPE, NONE),     SPACES(TYPE_DATA, TYPE, DATA),       SPACES(TYPE_ELEM, TYPE, ELEM),
    SPACES(TYPE_TAG, TYPE, TAG),     SPACES(TYPE_HANDLERS, TYPE, NONE),  SPACES(TYPE_TAG_HANDLERS, TYPE, TAG), SPACES(GLOBAL, GLOBAL, NONE),
    SPACES(TABLE, TABLE, NONE),      SPACES(TABLE_TABLE, TABLE, TABLE),  SPACES(ELEM, ELEM, NONE),            SPACES(ELEM_TABLE, ELEM, TABLE),
    SPACES(DATA, DATA, NONE),        SPACES(DATA_MEMORY, DATA, MEMORY),  SPACES(MEMORY, MEMORY, NONE),        SPACES(MEMORY_MEMORY, MEMORY, MEMORY),
    SPACES(TAG, TAG, NONE),          SPACES(ORDER_GLOBAL, GLOBAL, NONE), SPACES(ORDER_TABLE, TABLE, NONE),    SPACES(ORDER_TYPE, TYPE, NONE),
    SPACES(ORDER_TYPE_FIELD, TYPE, NONE),
};
#undef SPACES

static cti_imm imm_of(const cti_instr *instr) { return (cti_imm)cti_opcodes[instr->op].immediate; }

/* Immediates without a row, and columns without an index, give NONE. */
static two_spaces spaces_of(const cti_instr *instr) {
  cti_imm imm = imm_of(instr);
  two_spaces row = {0, 0};
  if (imm < CTI_COUNT(spaces_by_imm)) row = spaces_by_imm[imm];
  return (two_spaces){row.a ? row.a - 1 : CTI_SPACE_NONE, row.b ? row.b - 1 : CTI_SPACE_NONE};
}

static bool has_memarg(cti_imm imm) {
  return imm == CTI_IMM_MEMARG || imm == CTI_IMM_MEMARG_ATOMIC || imm == CTI_IMM_MEMARG_RMW || imm == CTI_IMM_MEMARG_LANE;
}

/* Lists of types, catches and handlers hold indices too. They were read once: reading them again cannot fail. */
static cti_cursor list_cursor(const cti_instr *instr, ct_error *error) { return cti_cursor_make(instr->list, instr->offset, error); }

void cti_valtype_each_ref(cti_corevt type, cti_ref_visitor *visit, void *context) {
  if (cti_vt_is_concrete(type)) visit(context, CTI_SPACE_TYPE, cti_vt_index(type));
}

static void each_ref_of_list(const cti_instr *instr, cti_ref_visitor *visit, void *context) {
  ct_error error;
  ct_error_clear(&error);
  cti_cursor c = list_cursor(instr, &error);
  cti_imm imm = imm_of(instr);
  for (uint32_t i = 0; i < instr->count; i++) {
    if (imm == CTI_IMM_SELECT) {
      cti_valtype_each_ref(cti_read_valtype(&c), visit, context);
      continue;
    }
    cti_clause clause;
    if (imm == CTI_IMM_TRY_TABLE) cti_read_catch(&clause, &c);
    else cti_read_handler(&clause, &c);
    if (clause.tag != UINT32_MAX) visit(context, CTI_SPACE_TAG, clause.tag);
  }
}

static bool list_has_refs(cti_imm imm) { return imm == CTI_IMM_SELECT || imm == CTI_IMM_TRY_TABLE || imm == CTI_IMM_TYPE_HANDLERS || imm == CTI_IMM_TYPE_TAG_HANDLERS; }

void cti_instr_each_ref(const cti_instr *instr, cti_ref_visitor *visit, void *context) {
  two_spaces spaces = spaces_of(instr);
  cti_imm imm = imm_of(instr);
  if (spaces.a != CTI_SPACE_NONE) visit(context, (cti_space)spaces.a, instr->a);
  if (spaces.b != CTI_SPACE_NONE) visit(context, (cti_space)spaces.b, instr->b);
  if (has_memarg(imm)) visit(context, instr->memarg.of_array ? CTI_SPACE_TYPE : CTI_SPACE_MEMORY, instr->memarg.memory);
  if (imm == CTI_IMM_BLOCK || imm == CTI_IMM_TRY_TABLE) {
    if (instr->block.kind == CTI_BLOCK_TYPE) visit(context, CTI_SPACE_TYPE, instr->block.word);
    else if (instr->block.kind == CTI_BLOCK_VALUE) cti_valtype_each_ref(instr->block.word, visit, context);
  }
  cti_valtype_each_ref(instr->heap, visit, context);
  cti_valtype_each_ref(instr->heap2, visit, context);
  if (list_has_refs(imm)) each_ref_of_list(instr, visit, context);
}

/* ---- rewriting */

uint32_t cti_remap_index(const cti_remap *remap, cti_space space, uint32_t index) {
  if (!remap->space[space].to) return index;
  return index < remap->space[space].count ? remap->space[space].to[index] : UINT32_MAX;
}

cti_corevt cti_remap_valtype(const cti_remap *remap, cti_corevt type) {
  if (!cti_vt_is_concrete(type)) return type;
  return (type & ~CTI_VT_LOW) | (cti_remap_index(remap, CTI_SPACE_TYPE, cti_vt_index(type)) & CTI_VT_LOW);
}

typedef struct rewriter {
  const cti_remap *remap;
  const cti_instr *from;
  ct_error *error;
  ct_status status;
} rewriter;

static void refuse(void *context, cti_space space, uint32_t index) {
  rewriter *r = context;
  if (cti_remap_index(r->remap, space, index) == UINT32_MAX && r->status == CT_OK)
    r->status = cti_fail(r->error, CT_CORE_INDEX, r->from->offset, "unknown %s %u in `%s`", cti_space_name(space), index, cti_opcodes[r->from->op].text);
}

/* `list` of the instruction with its indices moved, in a buffer of its own. */
static void write_list(cti_buf *list, const rewriter *r) {
  cti_cursor c = list_cursor(r->from, r->error);
  cti_imm imm = imm_of(r->from);
  for (uint32_t i = 0; i < r->from->count; i++) {
    if (imm == CTI_IMM_SELECT) {
      cti_write_valtype(list, cti_remap_valtype(r->remap, cti_read_valtype(&c)));
      continue;
    }
    cti_clause clause;
    if (imm == CTI_IMM_TRY_TABLE) cti_read_catch(&clause, &c);
    else cti_read_handler(&clause, &c);
    cti_buf_u8(list, clause.kind);
    if (clause.tag != UINT32_MAX) cti_buf_uleb(list, cti_remap_index(r->remap, CTI_SPACE_TAG, clause.tag));
    if (clause.label != UINT32_MAX) cti_buf_uleb(list, clause.label);
  }
}

/* Everything but lists. */
static cti_instr moved(const cti_remap *remap, const cti_instr *from) {
  cti_instr to = *from;
  two_spaces spaces = spaces_of(from);
  if (spaces.a != CTI_SPACE_NONE) to.a = cti_remap_index(remap, (cti_space)spaces.a, from->a);
  if (spaces.b != CTI_SPACE_NONE) to.b = cti_remap_index(remap, (cti_space)spaces.b, from->b);
  if (has_memarg(imm_of(from))) to.memarg.memory = cti_remap_index(remap, from->memarg.of_array ? CTI_SPACE_TYPE : CTI_SPACE_MEMORY, from->memarg.memory);
  if (from->block.kind == CTI_BLOCK_TYPE) to.block.word = cti_remap_index(remap, CTI_SPACE_TYPE, from->block.word);
  if (from->block.kind == CTI_BLOCK_VALUE) to.block.word = cti_remap_valtype(remap, from->block.word);
  to.heap = cti_remap_valtype(remap, from->heap);
  to.heap2 = cti_remap_valtype(remap, from->heap2);
  return to;
}

ct_status cti_remap_instr(cti_buf *out, const cti_remap *remap, const cti_instr *instr, ct_error *error) {
  rewriter r = {.remap = remap, .from = instr, .error = error};
  cti_instr_each_ref(instr, refuse, &r);
  if (r.status != CT_OK) return r.status;
  cti_instr to = moved(remap, instr);
  cti_buf list = {0};
  if (list_has_refs(imm_of(instr))) {
    write_list(&list, &r);
    to.list = cti_buf_slice(&list);
  }
  cti_instr_write(out, &to);
  ct_status status = cti_buf_check(&list, error);
  ct_buf_free(&list);
  return status;
}

ct_status cti_remap_code(cti_buf *out, const cti_remap *remap, cti_cursor *c) {
  cti_instr instr;
  while (cti_instr_next(&instr, c)) CTI_TRY(cti_remap_instr(out, remap, &instr, c->error));
  return cti_cursor_status(c);
}

ct_status cti_remap_locals(cti_buf *out, const cti_remap *remap, cti_cursor *c) {
  uint32_t runs = cti_cursor_count(c, "runs of locals");
  cti_buf_uleb(out, runs);
  for (uint32_t i = 0; i < runs && !c->failed; i++) {
    cti_local_run run = cti_read_local_run(c);
    cti_corevt type = cti_remap_valtype(remap, run.type);
    cti_buf_uleb(out, run.count);
    cti_write_valtype(out, type);
  }
  return cti_cursor_status(c);
}

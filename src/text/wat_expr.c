/* cti_wat_expr.c - instructions, flat and folded, to bytes. Flows in: tokens. Flows out: opcodes and immediates at the end of w->code.
 *
 * A folded instruction is encoded when its head is read, into w->pending, and moved to w->code at its closing parenthesis, after its operands. So no
 * tree is built, and nesting costs an entry of a stack of ours, never one of the machine's.
 * https://webassembly.github.io/spec/core/text/instructions.html */
#include "core/codes.h"
#include "core/core_write.h"
#include "text/wat_module.h"

/* ---- names inside a function */

void cti_wat_function_begin(cti_wat_module *w) {
  w->stamp++;
  w->local_count = w->label_count = 0;
  w->blocks.count = 0;
}

static cti_wat_local_name *local_name(cti_wat_module *w, uint32_t ident) {
  while (w->local_names.count <= ident)
    if (!cti_vec_add(w->p->arena, &w->local_names)) return NULL;
  return &w->local_names.items[ident];
}

void cti_wat_local_add(cti_wat_module *w, cti_wat_ident ident) {
  uint32_t index = w->local_count++;
  if (ident.number == CTI_WAT_NO_IDENT) return;
  cti_wat_local_name *name = local_name(w, ident.number);
  if (!name) return;
  if (name->stamp == w->stamp) cti_wat_fail(w->p, ident.token, CT_TEXT_NAME, "duplicate local identifier: `%.*s` stands for local %u already", CTI_S(cti_wat_slice(ident.token)), name->local);
  name->stamp = w->stamp;
  name->local = index;
}

static uint32_t local_index(cti_wat_module *w) {
  cti_wat_parser *p = w->p;
  if (!cti_wat_at(p, CTI_WAT_ID)) return cti_wat_take_u32(p);
  uint32_t ident = cti_wat_ident_number(p, p->token);
  const cti_wat_local_name *name = ident < w->local_names.count ? &w->local_names.items[ident] : NULL;
  if (!name || name->stamp != w->stamp) return cti_wat_fail(p, p->token, CT_TEXT_NAME, "unknown local: this function has no parameter or local called `%.*s`", CTI_S(cti_wat_slice(p->token))), 0;
  cti_wat_advance(p);
  return name->local;
}

static uint32_t open_label(const cti_wat_module *w, uint32_t ident) {
  const cti_wat_local_name *name = ident < w->local_names.count ? &w->local_names.items[ident] : NULL;
  return name && name->label_stamp == w->stamp ? name->label : 0;
}

static uint32_t label_index(cti_wat_module *w) {
  cti_wat_parser *p = w->p;
  if (!cti_wat_at(p, CTI_WAT_ID)) return cti_wat_take_u32(p);
  uint32_t ident = cti_wat_ident_number(p, p->token), label = open_label(w, ident);
  if (!label) return cti_wat_fail(p, p->token, CT_TEXT_NAME, "unknown label: no block around here is called `%.*s`", CTI_S(cti_wat_slice(p->token))), 0;
  cti_wat_advance(p);
  return w->blocks.count - label;
}

static void open_block(cti_wat_module *w, cti_wat_ident ident) {
  cti_wat_block block = {ident.number, 0};
  uint32_t index = w->label_count++;
  if (w->in_body) cti_wat_name_inner(w, CTI_NAME_LABEL, w->given[CTI_WAT_FUNC], index, ident.name);
  if (ident.number != CTI_WAT_NO_IDENT) {
    cti_wat_local_name *name = local_name(w, ident.number);
    if (!name) return;
    block.shadowed = open_label(w, ident.number);
    name->label_stamp = w->stamp;
    name->label = w->blocks.count + 1;
  }
  cti_vec_push(w->p->arena, &w->blocks, block);
}

static void close_block(cti_wat_module *w) {
  if (w->blocks.count == 0) return;
  cti_wat_block block = w->blocks.items[--w->blocks.count];
  if (block.ident != CTI_WAT_NO_IDENT) w->local_names.items[block.ident].label = block.shadowed;
}

/* `end $l` and `else $l`: the label must be the one that the block has. */
static void check_label(cti_wat_module *w) {
  cti_wat_parser *p = w->p;
  if (!cti_wat_at(p, CTI_WAT_ID)) return;
  uint32_t ident = cti_wat_ident_number(p, p->token);
  if (w->blocks.count == 0 || cti_vec_last(&w->blocks)->ident != ident) {
    cti_wat_fail(p, p->token, CT_TEXT_NAME, "mismatching labels between end and block: `%.*s` is not the label of the innermost block", CTI_S(cti_wat_slice(p->token)));
    return;
  }
  cti_wat_advance(p);
}

/* ---- immediates */

/* The head of an instruction, on its way from `read_head` to `emit`. */
typedef struct head {
  cti_op op;
  cti_wat_ident label; /* of blocks */
} head;

static void block_type(cti_wat_module *w, cti_buf *out, head *h) {
  cti_wat_use use;
  h->label = cti_wat_take_ident(w->p);
  cti_wat_type_use(w, &use, false, true);
  if (use.type != UINT32_MAX) cti_buf_sleb(out, use.type);
  else if (use.result_count) cti_write_valtype(out, w->use_types.items[0]);
  else cti_buf_u8(out, CTI_CODE_EMPTY_BLOCK);
}

static void two(cti_buf *out, uint32_t a, uint32_t b) {
  cti_buf_uleb(out, a);
  cti_buf_uleb(out, b);
}

static void label_list(cti_wat_module *w, cti_buf *out) {
  CTI_VEC(uint32_t) labels = {0};
  do cti_vec_push(w->p->arena, &labels, label_index(w));
  while (cti_wat_at_index(w->p) && !cti_wat_failed(w->p));
  if (cti_wat_failed(w->p)) return;
  cti_buf_uleb(out, labels.count - 1);
  for (uint32_t i = 0; i < labels.count; i++) cti_buf_uleb(out, labels.items[i]);
}

static void call_indirect(cti_wat_module *w, cti_buf *out) {
  uint32_t table = cti_wat_index_or(w, CTI_WAT_TABLE, 0);
  cti_wat_use use;
  cti_wat_type_use(w, &use, false, false);
  two(out, use.type, table);
}

static uint32_t field_index(cti_wat_module *w, uint32_t type) {
  cti_wat_parser *p = w->p;
  if (!cti_wat_at(p, CTI_WAT_ID)) return cti_wat_take_u32(p);
  uint32_t ident = cti_wat_ident_number(p, p->token);
  uint32_t index = cti_map_get_u64(&w->field_names, (uint64_t)type << 32 | ident);
  if (index == CTI_MAP_NONE) return cti_wat_fail(p, p->token, CT_TEXT_NAME, "unknown field: type %u has no field called `%.*s`", type, CTI_S(cti_wat_slice(p->token))), 0;
  cti_wat_advance(p);
  return index;
}

/* Two indices of one space that are both left out or both given: destination, source. */
static void both_or_none(cti_wat_module *w, cti_buf *out, cti_wat_space space) {
  if (!cti_wat_at_index(w->p)) {
    two(out, 0, 0);
    return;
  }
  uint32_t destination = cti_wat_index(w, space);
  two(out, destination, cti_wat_index(w, space));
}

/* `x? y`: the first may be left out, and is written second. */
static void segment_of(cti_wat_module *w, cti_buf *out, cti_wat_space segment, cti_wat_space of) {
  bool both = cti_wat_second(w->p).kind == CTI_WAT_INTEGER || cti_wat_second(w->p).kind == CTI_WAT_ID;
  uint32_t target = both ? cti_wat_index(w, of) : 0;
  two(out, cti_wat_index(w, segment), target);
}

static cti_ordering ordering(cti_wat_module *w) {
  if (cti_wat_take_word(w->p, "seq_cst")) return CTI_ORDER_SEQCST;
  return cti_wat_take_word(w->p, "acq_rel") ? CTI_ORDER_ACQREL : CTI_ORDER_UNWRITTEN;
}

static void must_order(cti_wat_module *w, cti_buf *out) {
  cti_ordering order = ordering(w);
  if (order == CTI_ORDER_UNWRITTEN) cti_wat_expected(w->p, "a memory ordering, `seq_cst` or `acq_rel`");
  cti_buf_u8(out, (uint8_t)order);
}

/* `offset=N` and `align=N` are one word each. */
static bool word_with_number(cti_wat_module *w, ct_slice prefix, uint64_t *out) {
  cti_wat_parser *p = w->p;
  ct_slice word = cti_wat_slice(p->token);
  if (!cti_wat_at(p, CTI_WAT_KEYWORD) || !cti_slice_starts(word, prefix)) return false;
  word = cti_slice_cut(word, prefix.size, word.size);
  if (cti_wat_number_kind(word) != CTI_WAT_INTEGER || !cti_wat_integer(out, word, 64, false)) cti_wat_fail(p, p->token, CT_TEXT_SYNTAX, "%.*sN takes an unsigned integer of 64 bits", CTI_S(prefix));
  cti_wat_advance(p);
  return true;
}

/* The bits of the alignment that tell what else is written are those of cti_memarg. */
enum { ALIGN_ORDERED = 1 << 4 };

static void memarg_after_memory(cti_wat_module *w, cti_buf *out, const cti_opcode *row, uint32_t memory) {
  cti_wat_parser *p = w->p;
  cti_ordering order = row->immediate == CTI_IMM_MEMARG_ATOMIC || row->immediate == CTI_IMM_MEMARG_RMW ? ordering(w) : CTI_ORDER_UNWRITTEN;
  uint64_t offset = 0, align = (uint64_t)1 << row->width;
  word_with_number(w, CTI_LIT("offset="), &offset);
  cti_wat_token at = p->token;
  word_with_number(w, CTI_LIT("align="), &align);
  if (align == 0 || (align & (align - 1)) != 0) cti_wat_fail(p, at, CT_TEXT_SYNTAX, "alignment must be a power of two");
  uint32_t flags = 0;
  while (align >>= 1) flags++;
  if (order != CTI_ORDER_UNWRITTEN) flags |= ALIGN_ORDERED;
  cti_buf_uleb(out, flags | (memory ? CTI_MEMARG_MEMORY : 0));
  if (memory) cti_buf_uleb(out, memory);
  if (order != CTI_ORDER_UNWRITTEN) cti_buf_u8(out, order == CTI_ORDER_SEQCST ? 0 : row->immediate == CTI_IMM_MEMARG_RMW ? 0x11 : 1);
  cti_buf_uleb(out, offset);
}

static void memarg(cti_wat_module *w, cti_buf *out, const cti_opcode *row) { memarg_after_memory(w, out, row, cti_wat_index_or(w, CTI_WAT_MEMORY, 0)); }

static void lane(cti_wat_module *w, cti_buf *out) { cti_buf_u8(out, (uint8_t)cti_wat_take_int(w->p, 8, false)); }

/* A lone integer is the lane; one that is followed by another, or by offset= or align=, is the memory. */
static void memarg_lane(cti_wat_module *w, cti_buf *out, const cti_opcode *row) {
  cti_wat_token next = cti_wat_second(w->p);
  bool alone = cti_wat_at(w->p, CTI_WAT_INTEGER) && next.kind != CTI_WAT_INTEGER &&
               !(next.kind == CTI_WAT_KEYWORD && (cti_slice_starts(cti_wat_slice(next), CTI_LIT("offset=")) || cti_slice_starts(cti_wat_slice(next), CTI_LIT("align="))));
  if (alone) two(out, row->width, 0);
  else memarg(w, out, row);
  lane(w, out);
}

static void f32(cti_wat_module *w, cti_buf *out) {
  cti_wat_parser *p = w->p;
  uint32_t bits = 0;
  if (!cti_wat_at(p, CTI_WAT_FLOAT) && !cti_wat_at(p, CTI_WAT_INTEGER)) cti_wat_expected(p, "a float");
  else if (!cti_wat_float32(&bits, cti_wat_slice(p->token), p->arena)) cti_wat_fail(p, p->token, CT_TEXT_SYNTAX, "constant out of range: invalid float value, no float of 32 bits is as large");
  cti_wat_advance(p);
  cti_buf_u32_fixed(out, bits);
}

static void f64(cti_wat_module *w, cti_buf *out) {
  cti_wat_parser *p = w->p;
  uint64_t bits = 0;
  if (!cti_wat_at(p, CTI_WAT_FLOAT) && !cti_wat_at(p, CTI_WAT_INTEGER)) cti_wat_expected(p, "a float");
  else if (!cti_wat_float64(&bits, cti_wat_slice(p->token), p->arena)) cti_wat_fail(p, p->token, CT_TEXT_SYNTAX, "constant out of range: invalid float value, no float of 64 bits is as large");
  cti_wat_advance(p);
  cti_buf_u32_fixed(out, (uint32_t)bits);
  cti_buf_u32_fixed(out, (uint32_t)(bits >> 32));
}

static void v128(cti_wat_module *w, cti_buf *out) {
  static const struct shape {
    const char *name;
    uint8_t lanes, bits;
    bool floats;
  } shapes[] = {{"i8x16", 16, 8, false}, {"i16x8", 8, 16, false}, {"i32x4", 4, 32, false}, {"i64x2", 2, 64, false}, {"f32x4", 4, 32, true}, {"f64x2", 2, 64, true}};
  const struct shape *shape = shapes;
  while (shape < shapes + CTI_COUNT(shapes) && !cti_wat_take_word(w->p, shape->name)) shape++;
  if (shape == shapes + CTI_COUNT(shapes)) {
    cti_wat_expected(w->p, "the shape of a vector, such as i32x4");
    return;
  }
  for (unsigned i = 0; i < shape->lanes; i++) {
    if (shape->floats && shape->bits == 32) f32(w, out);
    else if (shape->floats) f64(w, out);
    else {
      uint64_t value = cti_wat_take_int(w->p, shape->bits, true);
      for (unsigned byte = 0; byte < shape->bits; byte += 8) cti_buf_u8(out, (uint8_t)(value >> byte));
    }
  }
}

/* Integers are as signed LEB: a value that was written without sign wraps. */
static void constant(cti_wat_module *w, cti_buf *out, unsigned bits) {
  uint64_t value = cti_wat_take_int(w->p, bits, true);
  cti_buf_sleb(out, bits == 32 ? (int64_t)(int32_t)(uint32_t)value : (int64_t)value);
}

static void shuffle(cti_wat_module *w, cti_buf *out) {
  for (int i = 0; i < 16; i++) lane(w, out);
}

static void select_types(cti_wat_module *w, cti_buf *out) {
  cti_wat_parser *p = w->p;
  w->use_types.count = 0;
  while (cti_wat_enter(p, "result")) {
    while (cti_wat_more(p)) cti_vec_push(p->arena, &w->use_types, cti_wat_valtype(w));
    cti_wat_leave(p);
  }
  cti_buf_uleb(out, w->use_types.count);
  for (uint32_t i = 0; i < w->use_types.count; i++) cti_write_valtype(out, w->use_types.items[i]);
}

/* Clauses are counted before they are written, so they go into a buffer of their own first. */
static bool enter_catch(cti_wat_parser *p, uint8_t *kind) {
  for (*kind = 0; *kind < CTI_CATCH_KINDS; ++*kind)
    if (cti_wat_enter(p, cti_catch_words[*kind])) return true;
  return false;
}

static void catches(cti_wat_module *w, cti_buf *out) {
  cti_buf clauses = {0};
  uint32_t count = 0;
  for (uint8_t kind; enter_catch(w->p, &kind); count++) {
    cti_buf_u8(&clauses, kind);
    if (kind < 2) cti_buf_uleb(&clauses, cti_wat_index(w, CTI_WAT_TAG));
    cti_buf_uleb(&clauses, label_index(w));
    cti_wat_leave(w->p);
  }
  cti_buf_uleb(out, count);
  cti_buf_bytes(out, cti_buf_slice(&clauses));
  out->failed |= clauses.failed;
  ct_buf_free(&clauses);
}

static void handlers(cti_wat_module *w, cti_buf *out) {
  cti_wat_parser *p = w->p;
  cti_buf clauses = {0};
  uint32_t count = 0;
  for (; cti_wat_enter(p, "on"); count++) {
    uint32_t tag = cti_wat_index(w, CTI_WAT_TAG);
    bool is_switch = cti_wat_take_word(p, "switch");
    cti_buf_u8(&clauses, is_switch);
    cti_buf_uleb(&clauses, tag);
    if (!is_switch) cti_buf_uleb(&clauses, label_index(w));
    cti_wat_leave(p);
  }
  cti_buf_uleb(out, count);
  cti_buf_bytes(out, cti_buf_slice(&clauses));
  out->failed |= clauses.failed;
  ct_buf_free(&clauses);
}

static void cast(cti_wat_module *w, cti_buf *out) {
  uint32_t label = label_index(w);
  cti_corevt from = cti_wat_reftype(w), to = cti_wat_reftype(w);
  cti_buf_u8(out, (uint8_t)((from & CTI_VT_NULLABLE ? 1 : 0) | (to & CTI_VT_NULLABLE ? 2 : 0)));
  cti_buf_uleb(out, label);
  cti_write_heaptype(out, from);
  cti_write_heaptype(out, to);
}

static void type_field(cti_wat_module *w, cti_buf *out) {
  uint32_t type = cti_wat_index(w, CTI_WAT_TYPE);
  two(out, type, field_index(w, type));
}

static void type_and(cti_wat_module *w, cti_buf *out, cti_wat_space space) {
  uint32_t type = cti_wat_index(w, CTI_WAT_TYPE);
  two(out, type, cti_wat_index(w, space));
}

static void immediates(cti_wat_module *w, cti_buf *out, head *h) {
  cti_wat_parser *p = w->p;
  const cti_opcode *row = &cti_opcodes[h->op];
  switch ((cti_imm)row->immediate) {
  case CTI_IMM_NONE: break;
  case CTI_IMM_BLOCK: block_type(w, out, h); break;
  case CTI_IMM_LABEL: cti_buf_uleb(out, label_index(w)); break;
  case CTI_IMM_BR_TABLE: label_list(w, out); break;
  case CTI_IMM_FUNC: cti_buf_uleb(out, cti_wat_index(w, CTI_WAT_FUNC)); break;
  case CTI_IMM_TYPE: cti_buf_uleb(out, cti_wat_index(w, CTI_WAT_TYPE)); break;
  case CTI_IMM_TYPE_TABLE: call_indirect(w, out); break;
  case CTI_IMM_TYPE_TYPE: type_and(w, out, CTI_WAT_TYPE); break;
  case CTI_IMM_TYPE_FIELD: type_field(w, out); break;
  case CTI_IMM_TYPE_COUNT: cti_buf_uleb(out, cti_wat_index(w, CTI_WAT_TYPE)), cti_buf_uleb(out, cti_wat_take_u32(p)); break;
  case CTI_IMM_TYPE_DATA: w->needs_data_count |= w->in_body, type_and(w, out, CTI_WAT_DATA); break;
  case CTI_IMM_TYPE_ELEM: type_and(w, out, CTI_WAT_ELEM); break;
  case CTI_IMM_TYPE_TAG: type_and(w, out, CTI_WAT_TAG); break;
  case CTI_IMM_TYPE_HANDLERS: cti_buf_uleb(out, cti_wat_index(w, CTI_WAT_TYPE)), handlers(w, out); break;
  case CTI_IMM_TYPE_TAG_HANDLERS: type_and(w, out, CTI_WAT_TAG), handlers(w, out); break;
  case CTI_IMM_LOCAL: cti_buf_uleb(out, local_index(w)); break;
  case CTI_IMM_GLOBAL: cti_buf_uleb(out, cti_wat_index(w, CTI_WAT_GLOBAL)); break;
  case CTI_IMM_TABLE: cti_buf_uleb(out, cti_wat_index_or(w, CTI_WAT_TABLE, 0)); break;
  case CTI_IMM_TABLE_TABLE: both_or_none(w, out, CTI_WAT_TABLE); break;
  case CTI_IMM_ELEM: cti_buf_uleb(out, cti_wat_index(w, CTI_WAT_ELEM)); break;
  case CTI_IMM_ELEM_TABLE: segment_of(w, out, CTI_WAT_ELEM, CTI_WAT_TABLE); break;
  case CTI_IMM_DATA: w->needs_data_count |= w->in_body, cti_buf_uleb(out, cti_wat_index(w, CTI_WAT_DATA)); break;
  case CTI_IMM_DATA_MEMORY: w->needs_data_count |= w->in_body, segment_of(w, out, CTI_WAT_DATA, CTI_WAT_MEMORY); break;
  case CTI_IMM_MEMORY: cti_buf_uleb(out, cti_wat_index_or(w, CTI_WAT_MEMORY, 0)); break;
  case CTI_IMM_MEMORY_MEMORY: both_or_none(w, out, CTI_WAT_MEMORY); break;
  case CTI_IMM_TAG: cti_buf_uleb(out, cti_wat_index(w, CTI_WAT_TAG)); break;
  case CTI_IMM_MEMARG: case CTI_IMM_MEMARG_ATOMIC: case CTI_IMM_MEMARG_RMW: memarg(w, out, row); break;
  case CTI_IMM_MEMARG_LANE: memarg_lane(w, out, row); break;
  case CTI_IMM_LANE: lane(w, out); break;
  case CTI_IMM_SHUFFLE: shuffle(w, out); break;
  case CTI_IMM_V128: v128(w, out); break;
  case CTI_IMM_I32: constant(w, out, 32); break;
  case CTI_IMM_I64: constant(w, out, 64); break;
  case CTI_IMM_F32: f32(w, out); break;
  case CTI_IMM_F64: f64(w, out); break;
  case CTI_IMM_HEAP: cti_write_heaptype(out, cti_wat_heaptype(w)); break;
  case CTI_IMM_SELECT: select_types(w, out); break;
  case CTI_IMM_TRY_TABLE: block_type(w, out, h), catches(w, out); break;
  case CTI_IMM_CAST: cast(w, out); break;
  case CTI_IMM_FENCE: cti_buf_u8(out, ordering(w) == CTI_ORDER_ACQREL); break;
  case CTI_IMM_ORDER_GLOBAL: must_order(w, out), cti_buf_uleb(out, cti_wat_index(w, CTI_WAT_GLOBAL)); break;
  case CTI_IMM_ORDER_TABLE: must_order(w, out), cti_buf_uleb(out, cti_wat_index_or(w, CTI_WAT_TABLE, 0)); break;
  case CTI_IMM_ORDER_TYPE: must_order(w, out), cti_buf_uleb(out, cti_wat_index(w, CTI_WAT_TYPE)); break;
  case CTI_IMM_ORDER_TYPE_FIELD: must_order(w, out), type_field(w, out); break;
  }
}

/* ---- instructions */

static void write_op(cti_buf *out, cti_op op) {
  const cti_opcode *row = &cti_opcodes[op];
  if (row->prefix) {
    cti_buf_u8(out, row->prefix);
    cti_buf_uleb(out, row->code);
  } else {
    cti_buf_u8(out, (uint8_t)row->code);
  }
}

/* Two instructions may share a name; what follows it tells them apart. */
static bool is_cast_of_type(cti_op op) { return op == CTI_OP_REF_TEST || op == CTI_OP_REF_CAST || op == CTI_OP_REF_CAST_DESC_EQ; }

static head read_head(cti_wat_module *w, cti_buf *out) {
  cti_wat_parser *p = w->p;
  head h = {CTI_OP_NONE, {.number = CTI_WAT_NO_IDENT}};
  if (!cti_wat_at(p, CTI_WAT_KEYWORD)) return cti_wat_expected(p, "an instruction"), h;
  uint32_t op = cti_map_get(&p->ops, cti_wat_slice(p->token));
  if (op == CTI_MAP_NONE) return cti_wat_fail(p, p->token, CT_TEXT_SYNTAX, "unknown operator or unexpected token: there is no instruction `%.*s`", CTI_S(cti_slice_cut(cti_wat_slice(p->token), 0, 60))), h;
  h.op = (cti_op)op;
  if ((h.op == CTI_OP_END || h.op == CTI_OP_DELEGATE) && p->whole_bodies && w->blocks.count == 0) return cti_wat_fail(p, p->token, CT_TEXT_SYNTAX, "unexpected token: no block is open here"), h;
  cti_wat_advance(p);
  if (h.op == CTI_OP_SELECT && cti_wat_at_group(p, "result")) h.op = CTI_OP_SELECT_TYPED;
  if (is_cast_of_type(h.op)) {
    cti_corevt type = cti_wat_reftype(w);
    if (type & CTI_VT_NULLABLE) h.op = (cti_op)(h.op + 1);
    write_op(out, h.op);
    cti_write_heaptype(out, type);
    return h;
  }
  if (h.op == CTI_OP_DELEGATE) close_block(w); /* its label is looked for outside of the block that it ends */
  if (h.op == CTI_OP_END || h.op == CTI_OP_ELSE) check_label(w);
  write_op(out, h.op);
  immediates(w, out, &h);
  return h;
}

static bool opens_block(cti_op op) { return cti_opcodes[op].immediate == CTI_IMM_BLOCK || cti_opcodes[op].immediate == CTI_IMM_TRY_TABLE; }

/* What happens when the bytes of an instruction have come to stand in w->code. */
static void emitted(cti_wat_module *w, const head *h) {
  if (opens_block(h->op)) open_block(w, h->label);
  else if (h->op == CTI_OP_END) close_block(w);
}

static void emit_end(cti_wat_module *w) {
  cti_buf_u8(&w->code, 0x0b);
  close_block(w);
}

/* ---- branch hints: (@metadata.code.branch_hint "\00" or "\01") before the instruction that they are about */

enum { NO_HINT = -1 };

static int take_hint(cti_wat_module *w, int pending) {
  cti_wat_parser *p = w->p;
  cti_wat_token at = p->token;
  cti_wat_expect_word(p, "@metadata.code.branch_hint");
  ct_slice value = cti_wat_take_string(p);
  cti_wat_leave(p);
  if (cti_wat_failed(p)) return NO_HINT;
  if (value.size != 1 || value.data[0] > 1) cti_wat_fail(p, at, CT_TEXT_SYNTAX, "invalid value for branch hint: it is \"\\00\" or \"\\01\"");
  else if (pending != NO_HINT) cti_wat_fail(p, at, CT_TEXT_SYNTAX, "@metadata.code.branch_hint annotation: duplicate annotation");
  return cti_wat_failed(p) ? NO_HINT : value.data[0];
}

static void record_hint(cti_wat_module *w, int *hint) {
  if (*hint == NO_HINT || !w->in_body) return;
  uint32_t offset = (uint32_t)(w->code.size - *cti_vec_last(&w->body_at));
  cti_vec_push(w->p->arena, &w->hints.items, ((cti_branch_hint){.func = w->given[CTI_WAT_FUNC], .offset = offset, .likely = *hint == 1}));
  *hint = NO_HINT;
}

static void record_place(cti_wat_module *w, const uint8_t *at) {
  if (w->p->debug && w->in_body && at) cti_vec_push_large(w->p->arena, &w->places.instrs, ((cti_wat_instr_place){(uint32_t)w->code.size, (uint32_t)(at - w->p->debug->text.data)}));
}

static void check_no_hint(cti_wat_module *w, int hint) {
  if (hint != NO_HINT) cti_wat_fail(w->p, w->p->token, CT_TEXT_SYNTAX, "@metadata.code.branch_hint annotation: must precede an instruction");
}

/* ---- folding */

typedef struct level {
  enum { OPERANDS, BLOCK, IF_CONDITION, IF_THEN, IF_ELSE, ARM } kind;
  head h;
  size_t pending_at; /* OPERANDS, IF_CONDITION: where the encoded head begins in w->pending */
  int hint;
  const uint8_t *at; /* of its keyword in the text */
} level;

typedef struct folding {
  cti_wat_module *w;
  CTI_VEC(level) levels;
  int hint; /* waits for the next instruction */
} folding;

static level *push_level(folding *f, level item) {
  if (!cti_vec_push(f->w->p->arena, &f->levels, item)) return NULL;
  return cti_vec_last(&f->levels);
}

static void move_pending(folding *f, level *item) {
  cti_wat_module *w = f->w;
  record_hint(w, &item->hint);
  record_place(w, item->at);
  cti_buf_bytes(&w->code, cti_slice_cut(cti_buf_slice(&w->pending), item->pending_at, w->pending.size));
  cti_buf_truncate(&w->pending, item->pending_at);
  emitted(w, &item->h);
}

static void flat(folding *f) {
  record_hint(f->w, &f->hint);
  record_place(f->w, f->w->p->token.at);
  head h = read_head(f->w, &f->w->code);
  if (!cti_wat_failed(f->w->p)) emitted(f->w, &h);
}

/* "(then" and "(else" inside of "(if". Gives whether the parenthesis was one of them. */
static bool enter_arm(folding *f, level *top) {
  cti_wat_parser *p = f->w->p;
  if (top->kind == IF_CONDITION) {
    if (!cti_wat_enter(p, "then")) return false;
    check_no_hint(f->w, f->hint);
    top->kind = IF_THEN;
    move_pending(f, top);
  } else {
    if (top->kind == IF_ELSE) cti_wat_fail(p, p->token, CT_TEXT_SYNTAX, "unexpected token: too many payloads inside of `(if)`");
    else cti_wat_expect_group(p, "else");
    top->kind = IF_ELSE;
    cti_buf_u8(&f->w->code, 0x05);
  }
  push_level(f, (level){.kind = ARM});
  return true;
}

static void open_folded(folding *f) {
  cti_wat_module *w = f->w;
  cti_wat_parser *p = w->p;
  level *top = f->levels.count ? cti_vec_last(&f->levels) : NULL;
  bool in_if = top && (top->kind == IF_CONDITION || top->kind == IF_THEN || top->kind == IF_ELSE);
  if (in_if && enter_arm(f, top)) return;
  cti_wat_advance(p);
  if (cti_wat_at_word(p, "@metadata.code.branch_hint")) {
    f->hint = take_hint(w, f->hint);
    return;
  }
  bool at_once = cti_wat_at_word(p, "block") || cti_wat_at_word(p, "loop") || cti_wat_at_word(p, "try_table");
  if (at_once) {
    flat(f);
    push_level(f, (level){.kind = BLOCK});
    return;
  }
  level item = {.kind = cti_wat_at_word(p, "if") ? IF_CONDITION : OPERANDS, .pending_at = w->pending.size, .hint = f->hint, .at = p->token.at};
  f->hint = NO_HINT;
  item.h = read_head(w, &w->pending);
  push_level(f, item);
}

static void close_folded(folding *f) {
  cti_wat_module *w = f->w;
  level *top = cti_vec_last(&f->levels);
  check_no_hint(w, f->hint);
  switch (top->kind) {
  case OPERANDS: move_pending(f, top); break;
  case IF_CONDITION: cti_wat_fail(w->p, w->p->token, CT_TEXT_SYNTAX, "previous `if` had no `then`: the form is (if (condition) (then ...) (else ...))"); break;
  case BLOCK: case IF_THEN: case IF_ELSE: emit_end(w); break;
  case ARM: break;
  }
  f->levels.count--;
  cti_wat_leave(w->p);
}

/* Until the group ends, or, for one folded instruction, until its parenthesis is closed. */
static void run(folding *f, bool one) {
  cti_wat_parser *p = f->w->p;
  while (!cti_wat_failed(p) && (f->levels.count || cti_wat_more(p))) {
    if (cti_wat_at(p, CTI_WAT_LEFT)) open_folded(f);
    else if (cti_wat_at(p, CTI_WAT_RIGHT)) close_folded(f);
    else if (one || (f->levels.count && cti_vec_last(&f->levels)->kind >= IF_CONDITION && cti_vec_last(&f->levels)->kind <= IF_ELSE)) cti_wat_expected(p, "`(`");
    else flat(f);
    if (one && f->levels.count == 0) break;
  }
  check_no_hint(f->w, f->hint);
}

void cti_wat_instructions(cti_wat_module *w) {
  folding f = {.w = w, .hint = NO_HINT};
  run(&f, false);
  if (w->p->whole_bodies && w->blocks.count && !cti_wat_failed(w->p)) cti_wat_fail(w->p, w->p->token, CT_TEXT_SYNTAX, "unexpected token: a block is open, and its `end` is missing");
}

void cti_wat_folded(cti_wat_module *w) {
  folding f = {.w = w, .hint = NO_HINT};
  if (!cti_wat_at(w->p, CTI_WAT_LEFT)) cti_wat_expected(w->p, "an instruction in parentheses");
  run(&f, true);
}

/* ---- expressions outside of bodies */

static cti_expr take_expr(cti_wat_module *w, size_t mark) {
  cti_buf_u8(&w->code, 0x0b);
  cti_expr expr = {.offset = 0};
  if (cti_buf_check(&w->code, w->p->arena->error) == CT_OK) expr.bytes = cti_copy(w->p->arena, cti_slice_cut(cti_buf_slice(&w->code), mark, w->code.size));
  cti_buf_truncate(&w->code, mark);
  return expr;
}

cti_expr cti_wat_expr(cti_wat_module *w, bool folded) {
  size_t mark = w->code.size;
  cti_wat_function_begin(w);
  if (folded) cti_wat_folded(w);
  else cti_wat_instructions(w);
  return take_expr(w, mark);
}

cti_expr cti_wat_expr_of_op(cti_wat_module *w, cti_op op, uint32_t immediate) {
  size_t mark = w->code.size;
  write_op(&w->code, op);
  if (cti_opcodes[op].immediate == CTI_IMM_FUNC) cti_buf_uleb(&w->code, immediate);
  else cti_buf_sleb(&w->code, (int32_t)immediate);
  return take_expr(w, mark);
}

cti_expr cti_wat_group_or_folded(cti_wat_module *w, const char *word) {
  if (!cti_wat_enter(w->p, word)) return cti_wat_expr(w, true);
  cti_expr expr = cti_wat_expr(w, false);
  cti_wat_leave(w->p);
  return expr;
}

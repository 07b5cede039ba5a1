/* dump_instr.c - instructions in words, for the dumper: `i32_load memarg:MemArg { align: 2, ... }`. Flows in: an instruction. Flows out: its description. */
#include "text/dump.h"

static void show_blocktype(cti_buf *out, cti_blocktype type) {
  if (type.kind == CTI_BLOCK_EMPTY) {
    cti_buf_str(out, "Empty");
  } else if (type.kind == CTI_BLOCK_TYPE) {
    cti_buf_printf(out, "FuncType(%u)", type.word);
  } else {
    cti_buf_str(out, "Type(");
    cti_show_valtype(out, type.word);
    cti_buf_u8(out, ')');
  }
}

static void show_memarg(cti_buf *out, const cti_instr *instr, bool rmw) {
  const cti_memarg *memarg = &instr->memarg;
  cti_buf_str(out, " memarg:MemArg { align: ");
  cti_buf_decimal(out, memarg->align_log2);
  cti_buf_str(out, ", max_align: ");
  cti_buf_decimal(out, cti_opcodes[instr->op].width);
  cti_buf_str(out, ", offset: ");
  cti_buf_decimal(out, memarg->offset);
  cti_buf_str(out, memarg->of_array ? ", target: Array(" : ", target: Memory(");
  cti_buf_decimal(out, memarg->memory);
  cti_buf_str(out, "), ordering: ");
  if (instr->ordering == CTI_ORDER_UNWRITTEN) cti_buf_str(out, "None }");
  else cti_buf_printf(out, "Some(%s(%s)) }", rmw ? "Rmw" : "Op", instr->ordering == CTI_ORDER_ACQREL ? "AcqRel" : "SeqCst");
}

static cti_cursor list_of(const cti_instr *instr, ct_error *ignored) { return cti_cursor_make(instr->list, instr->offset, ignored); }

static void show_br_table(cti_buf *out, const cti_instr *instr) {
  ct_error ignored = {0};
  cti_cursor c = list_of(instr, &ignored);
  cti_buf_printf(out, " targets:BrTable { count: %u, default: %u, targets: [", instr->count, instr->a);
  for (uint32_t i = 0; i < instr->count; i++) cti_buf_printf(out, i ? ", %u" : "%u", cti_cursor_u32(&c));
  cti_buf_str(out, "] }");
}

static void show_select(cti_buf *out, const cti_instr *instr) {
  ct_error ignored = {0};
  cti_cursor c = list_of(instr, &ignored);
  cti_buf_str(out, instr->count == 1 ? " ty:" : " tys:[");
  for (uint32_t i = 0; i < instr->count; i++) {
    if (i) cti_buf_str(out, ", ");
    cti_show_valtype(out, cti_read_valtype(&c));
  }
  if (instr->count != 1) cti_buf_u8(out, ']');
}

static void show_try_table(cti_buf *out, const cti_instr *instr) {
  static const char *const words[] = {"One", "OneRef", "All", "AllRef"};
  ct_error ignored = {0};
  cti_cursor c = list_of(instr, &ignored);
  cti_buf_str(out, " try_table:TryTable { ty: ");
  show_blocktype(out, instr->block);
  cti_buf_str(out, ", catches: [");
  for (uint32_t i = 0; i < instr->count; i++) {
    cti_clause clause;
    cti_read_catch(&clause, &c);
    cti_buf_printf(out, i ? ", %s { " : "%s { ", words[clause.kind & 3]);
    if (clause.tag != UINT32_MAX) cti_buf_printf(out, "tag: %u, ", clause.tag);
    cti_buf_printf(out, "label: %u }", clause.label);
  }
  cti_buf_str(out, "] }");
}

static void show_handlers(cti_buf *out, const cti_instr *instr) {
  ct_error ignored = {0};
  cti_cursor c = list_of(instr, &ignored);
  cti_buf_str(out, " resume_table:ResumeTable { handlers: [");
  for (uint32_t i = 0; i < instr->count; i++) {
    cti_clause clause;
    cti_read_handler(&clause, &c);
    if (i) cti_buf_str(out, ", ");
    if (clause.label == UINT32_MAX) cti_buf_printf(out, "OnSwitch { tag: %u }", clause.tag);
    else cti_buf_printf(out, "OnLabel { tag: %u, label: %u }", clause.tag, clause.label);
  }
  cti_buf_str(out, "] }");
}

/* What the index of a type is called: by the kind of instruction. */
static const char *type_label(cti_op op) {
  const char *text = cti_opcodes[op].text;
  return strncmp(text, "struct.", 7) == 0 ? "struct_type_index" : strncmp(text, "array.", 6) == 0 ? "array_type_index" : op == CTI_OP_CONT_NEW ? "cont_type_index" : "type_index";
}

/* Instructions are most of what there is to show, so their parts are written without printf. */
static void show_number(cti_buf *out, const char *label, uint64_t value) {
  cti_buf_u8(out, ' ');
  cti_buf_str(out, label);
  cti_buf_u8(out, ':');
  cti_buf_decimal(out, value);
}

static void show_integer(cti_buf *out, int64_t value) {
  cti_buf_str(out, value < 0 ? " value:-" : " value:");
  cti_buf_decimal(out, value < 0 ? ~(uint64_t)value + 1 : (uint64_t)value);
}

static void show_heap(cti_buf *out, const char *label, cti_corevt type) {
  cti_buf_printf(out, " %s:", label);
  cti_show_heaptype(out, type);
}

static void show_ref(cti_buf *out, const char *label, cti_corevt type) {
  cti_buf_printf(out, " %s:", label);
  cti_show_valtype_short(out, type);
}

static void show_order(cti_buf *out, cti_ordering ordering) { cti_buf_str(out, ordering == CTI_ORDER_ACQREL ? " ordering:AcqRel" : " ordering:SeqCst"); }

static void show_list(cti_buf *out, const char *label, ct_slice bytes, const char *end) {
  cti_buf_printf(out, " %s", label);
  cti_show_bytes(out, bytes);
  cti_buf_str(out, end);
}

/* A table: one row for each kind of immediates. */
static void show_immediates(cti_buf *out, const cti_instr *in) {
  uint32_t a = in->a, b = in->b;
  switch ((cti_imm)cti_opcodes[in->op].immediate) {
    case CTI_IMM_NONE: break;
    case CTI_IMM_BLOCK: cti_buf_str(out, " blockty:"); show_blocktype(out, in->block); break;
    case CTI_IMM_TRY_TABLE: show_try_table(out, in); break;
    case CTI_IMM_LABEL: show_number(out, "relative_depth", a); break;
    case CTI_IMM_BR_TABLE: show_br_table(out, in); break;
    case CTI_IMM_FUNC: show_number(out, "function_index", a); break;
    case CTI_IMM_TYPE: show_number(out, type_label(in->op), a); break;
    case CTI_IMM_TYPE_TABLE: show_number(out, "type_index", a); show_number(out, "table_index", b); break;
    case CTI_IMM_TYPE_TYPE:
      show_number(out, in->op == CTI_OP_CONT_BIND ? "argument_index" : "array_type_index_dst", a);
      show_number(out, in->op == CTI_OP_CONT_BIND ? "result_index" : "array_type_index_src", b);
      break;
    case CTI_IMM_TYPE_FIELD: show_number(out, "struct_type_index", a); show_number(out, "field_index", b); break;
    case CTI_IMM_TYPE_COUNT: show_number(out, "array_type_index", a); show_number(out, "array_size", b); break;
    case CTI_IMM_TYPE_DATA: show_number(out, "array_type_index", a); show_number(out, "array_data_index", b); break;
    case CTI_IMM_TYPE_ELEM: show_number(out, "array_type_index", a); show_number(out, "array_elem_index", b); break;
    case CTI_IMM_TYPE_TAG: show_number(out, "cont_type_index", a); show_number(out, "tag_index", b); break;
    case CTI_IMM_TYPE_HANDLERS: show_number(out, "cont_type_index", a); show_handlers(out, in); break;
    case CTI_IMM_TYPE_TAG_HANDLERS: show_number(out, "cont_type_index", a); show_number(out, "tag_index", b); show_handlers(out, in); break;
    case CTI_IMM_LOCAL: show_number(out, "local_index", a); break;
    case CTI_IMM_GLOBAL: show_number(out, "global_index", a); break;
    case CTI_IMM_TABLE: show_number(out, "table", a); break;
    case CTI_IMM_TABLE_TABLE: show_number(out, "dst_table", a); show_number(out, "src_table", b); break;
    case CTI_IMM_ELEM: show_number(out, "elem_index", a); break;
    case CTI_IMM_ELEM_TABLE: show_number(out, "elem_index", a); show_number(out, "table", b); break;
    case CTI_IMM_DATA: show_number(out, "data_index", a); break;
    case CTI_IMM_DATA_MEMORY: show_number(out, "data_index", a); show_number(out, "mem", b); break;
    case CTI_IMM_MEMORY: show_number(out, "mem", a); break;
    case CTI_IMM_MEMORY_MEMORY: show_number(out, "dst_mem", a); show_number(out, "src_mem", b); break;
    case CTI_IMM_TAG: show_number(out, "tag_index", a); break;
    case CTI_IMM_MEMARG:
    case CTI_IMM_MEMARG_ATOMIC: show_memarg(out, in, false); break;
    case CTI_IMM_MEMARG_RMW: show_memarg(out, in, true); break;
    case CTI_IMM_MEMARG_LANE: show_memarg(out, in, false); show_number(out, "lane", a); break;
    case CTI_IMM_LANE: show_number(out, "lane", a); break;
    case CTI_IMM_SHUFFLE: show_list(out, "lanes:", in->list, ""); break;
    case CTI_IMM_V128: show_list(out, "value:V128(", in->list, ")"); break;
    case CTI_IMM_I32:
    case CTI_IMM_I64: show_integer(out, (int64_t)in->value); break;
    case CTI_IMM_F32: cti_buf_printf(out, " value:Ieee32(%llu)", (unsigned long long)in->value); break;
    case CTI_IMM_F64: cti_buf_printf(out, " value:Ieee64(%llu)", (unsigned long long)in->value); break;
    case CTI_IMM_HEAP: show_heap(out, "hty", in->heap); break;
    case CTI_IMM_SELECT: show_select(out, in); break;
    case CTI_IMM_CAST: show_number(out, "relative_depth", a); show_ref(out, "from_ref_type", in->heap); show_ref(out, "to_ref_type", in->heap2); break;
    case CTI_IMM_FENCE: show_order(out, in->ordering); break;
    case CTI_IMM_ORDER_GLOBAL: show_order(out, in->ordering); show_number(out, "global_index", a); break;
    case CTI_IMM_ORDER_TABLE: show_order(out, in->ordering); show_number(out, "table_index", a); break;
    case CTI_IMM_ORDER_TYPE: show_order(out, in->ordering); show_number(out, "array_type_index", a); break;
    case CTI_IMM_ORDER_TYPE_FIELD: show_order(out, in->ordering); show_number(out, "struct_type_index", a); show_number(out, "field_index", b); break;
  }
}

/* Names that do not follow from the text format, where two instructions share one. */
static const char *special_name(const cti_instr *instr) {
  switch (instr->op) {
    case CTI_OP_SELECT_TYPED: return instr->count == 1 ? "typed_select" : "typed_select_multi";
    case CTI_OP_REF_TEST: return "ref_test_non_null";
    case CTI_OP_REF_TEST_NULL: return "ref_test_nullable";
    case CTI_OP_REF_CAST: return "ref_cast_non_null";
    case CTI_OP_REF_CAST_NULL: return "ref_cast_nullable";
    case CTI_OP_REF_CAST_DESC_EQ: return "ref_cast_desc_eq_non_null";
    case CTI_OP_REF_CAST_DESC_EQ_NULL: return "ref_cast_desc_eq_nullable";
    default: return NULL;
  }
}

void cti_show_instr(cti_buf *out, const cti_instr *instr) {
  const char *special = special_name(instr);
  if (special) cti_buf_str(out, special);
  size_t from = out->size;
  if (!special) cti_buf_str(out, cti_opcodes[instr->op].text);
  for (size_t i = from; i < out->size; i++) {
    if (out->data[i] == '.') out->data[i] = '_';
  }
  show_immediates(out, instr);
}

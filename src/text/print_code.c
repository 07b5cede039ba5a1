/* print_code.c - bodies and expressions: locals, then instruction after instruction, straight from the bytes.
 *
 * Labels are printed by name where they have one that no inner label hides, else by depth, with the number that stands at the block as a comment.
 * https://webassembly.github.io/spec/core/text/instructions.html */
#include "text/print_stack.h"

enum { MAX_LOCALS = 50000 }; /* each local is a word of text, however few bytes declare it */

/* ---- frames */

static cti_code_frame *top(cti_code *code) { return cti_vec_last(&code->frames); }

static uint32_t depth(const cti_code *code) { return code->frames.count - 1; }

bool cti_code_begin(cti_code *code, cti_printer *p, cti_scope *scope, uint32_t func, cti_separator separator) {
  code->p = p;
  code->scope = scope;
  code->func = func;
  code->separator = separator;
  code->first = true;
  code->labels = 0;
  code->frames.count = 0;
  return cti_vec_push(p->arena, &code->frames, ((cti_code_frame){.kind = CTI_FRAME_BODY, .shadowed = UINT32_MAX}));
}

static cti_frame_kind frame_kind(cti_op op) {
  switch (op) {
    case CTI_OP_LOOP: return CTI_FRAME_LOOP;
    case CTI_OP_IF: return CTI_FRAME_IF;
    case CTI_OP_TRY: return CTI_FRAME_TRY;
    case CTI_OP_TRY_TABLE: return CTI_FRAME_TRY_TABLE;
    default: return CTI_FRAME_BLOCK;
  }
}

static void push_frame(cti_code *code, const cti_instr *instr) {
  cti_printer *p = code->p;
  cti_code_frame frame = {.kind = frame_kind(instr->op), .ordinal = code->labels++, .shadowed = UINT32_MAX, .type = instr->block};
  frame.label = cti_shown_pair(&code->scope->labels, code->func, frame.ordinal);
  if (frame.label) {
    frame.shadowed = cti_map_get(&code->innermost, frame.label->name);
    if (cti_map_set(&code->innermost, p->arena, frame.label->name, code->frames.count) != CT_OK) p->text.failed = true;
  }
  if (!cti_vec_push(p->arena, &code->frames, frame)) p->text.failed = true;
}

static void pop_frame(cti_code *code) {
  cti_code_frame *frame = top(code);
  if (frame->label && cti_map_set(&code->innermost, code->p->arena, frame->label->name, frame->shadowed) != CT_OK) code->p->text.failed = true;
  code->frames.count--;
}

/* ---- immediates */

static void blank(cti_code *code) { cti_text_char(&code->p->text, ' '); }

static void print_sort(cti_code *code, cti_sort sort, uint32_t index) {
  blank(code);
  cti_print_sort_index(code->p, code->scope, sort, index);
}

static void print_sort_unless_0(cti_code *code, cti_sort sort, uint32_t index) {
  if (index) print_sort(code, sort, index);
}

static void print_space(cti_code *code, const cti_name_space *space, uint32_t index) {
  blank(code);
  cti_print_index(code->p, space, index);
}

static void print_type_use(cti_code *code, uint32_t type) {
  blank(code);
  cti_print_type_use(code->p, code->scope, type);
}

static void print_field(cti_code *code, uint32_t type, uint32_t field) {
  print_sort(code, CTI_SORT_CORE_TYPE, type);
  blank(code);
  cti_print_pair_index(code->p, &code->scope->fields, type, field);
}

static void print_number(cti_code *code, uint64_t number) {
  blank(code);
  cti_text_u64(&code->p->text, number);
}

/* The label `relative` frames out of the frame `from`. */
static void print_label(cti_code *code, uint32_t relative, uint32_t from) {
  cti_text *t = &code->p->text;
  blank(code);
  if (relative > from) {
    cti_text_printf(t, "%u (; INVALID ;)", relative);
    return;
  }
  uint32_t target = from - relative;
  const cti_shown *label = code->frames.items[target].label;
  uint32_t nearest = label ? cti_map_get(&code->innermost, label->name) : target;
  while (nearest != CTI_MAP_NONE && nearest > from) nearest = code->frames.items[nearest].shadowed; /* the labels of a try_table's clauses are outside of it */
  if (label && nearest == target) {
    cti_print_shown_defined(code->p, label, "label", code->frames.items[target].ordinal);
    return;
  }
  cti_text_ink(t, CTI_INK_NAME);
  if (!label && code->p->options->name_unnamed && target > 0) {
    cti_text_lit(t, "$#label");
    cti_text_u64(t, target - 1);
    cti_text_plain(t);
    return;
  }
  cti_text_u64(t, relative);
  cti_text_plain(t);
  if (label || target == 0) return;
  cti_text_ink(t, CTI_INK_COMMENT);
  cti_text_lit(t, " (;@");
  cti_text_u64(t, target);
  cti_text_lit(t, ";)");
  cti_text_plain(t);
}

/* The block's own name and type; true when it has a name. Its frame is open already. */
static bool print_blocktype(cti_code *code, cti_blocktype type) {
  cti_printer *p = code->p;
  const cti_code_frame *frame = top(code);
  bool named = frame->label || p->options->name_unnamed;
  if (frame->label) {
    blank(code);
    cti_print_shown_defined(p, frame->label, "label", frame->ordinal);
  } else if (named) {
    cti_text_printf(&p->text, " $#label%u", depth(code) - 1);
  }
  if (type.kind == CTI_BLOCK_VALUE) {
    blank(code);
    cti_text_open(&p->text, "result ");
    cti_print_valtype(p, code->scope, type.word);
    cti_text_close(&p->text);
  } else if (type.kind == CTI_BLOCK_TYPE) {
    blank(code);
    cti_print_func_type_use(p, code->scope, type.word, CTI_PARAMS_UNNAMED, 0);
  }
  return named;
}

static void print_label_comment(cti_code *code, bool named) {
  if (named) return;
  cti_text *t = &code->p->text;
  blank(code);
  cti_text_ink(t, CTI_INK_COMMENT);
  bool inside = code->separator == CTI_SEPARATE_BLANKS;
  cti_text_str(t, inside ? " (; label = @" : ";; label = @");
  cti_text_u64(t, depth(code));
  if (inside) cti_text_lit(t, " ;)");
  cti_text_plain(t);
}

static cti_cursor list_cursor(const cti_instr *instr, ct_error *error) { return cti_cursor_make(instr->list, instr->offset, error); }

static void print_catches(cti_code *code, const cti_instr *instr) {
  cti_cursor c = list_cursor(instr, code->p->error);
  for (uint32_t i = 0; i < instr->count; i++) {
    cti_clause clause;
    cti_read_catch(&clause, &c);
    blank(code);
    cti_text_open(&code->p->text, cti_catch_words[clause.kind % CTI_CATCH_KINDS]);
    if (clause.tag != UINT32_MAX) print_sort(code, CTI_SORT_CORE_TAG, clause.tag);
    print_label(code, clause.label, depth(code) - 1);
    cti_text_close(&code->p->text);
  }
}

static void print_handlers(cti_code *code, const cti_instr *instr) {
  cti_cursor c = list_cursor(instr, code->p->error);
  for (uint32_t i = 0; i < instr->count; i++) {
    cti_clause clause;
    cti_read_handler(&clause, &c);
    blank(code);
    cti_text_open(&code->p->text, "on");
    print_sort(code, CTI_SORT_CORE_TAG, clause.tag);
    if (clause.label == UINT32_MAX) cti_text_lit(&code->p->text, " switch");
    else print_label(code, clause.label, depth(code));
    cti_text_close(&code->p->text);
  }
}

static void print_br_table(cti_code *code, const cti_instr *instr) {
  cti_cursor c = list_cursor(instr, code->p->error);
  for (uint32_t i = 0; i < instr->count; i++) print_label(code, cti_cursor_u32(&c), depth(code));
  print_label(code, instr->a, depth(code));
}

static void print_select(cti_code *code, const cti_instr *instr) {
  cti_cursor c = list_cursor(instr, code->p->error);
  blank(code);
  cti_text_open(&code->p->text, "result");
  for (uint32_t i = 0; i < instr->count; i++) {
    blank(code);
    cti_print_valtype(code->p, code->scope, cti_read_valtype(&c));
  }
  cti_text_close(&code->p->text);
}

static void print_ordering(cti_code *code, cti_ordering ordering) { cti_text_str(&code->p->text, ordering == CTI_ORDER_ACQREL ? " acqrel" : " seqcst"); }

static void print_memarg(cti_code *code, const cti_instr *instr) {
  cti_text *t = &code->p->text;
  const cti_memarg *memarg = &instr->memarg;
  if (memarg->of_array) print_type_use(code, memarg->memory);
  else print_sort_unless_0(code, CTI_SORT_CORE_MEMORY, memarg->memory);
  if (memarg->offset) {
    cti_text_lit(t, " offset=");
    cti_text_u64(t, memarg->offset);
  }
  if (memarg->align_log2 != cti_opcodes[instr->op].width) {
    cti_text_lit(t, " align=");
    cti_text_u64(t, (uint64_t)1 << memarg->align_log2);
  }
  if (instr->ordering != CTI_ORDER_UNWRITTEN) print_ordering(code, instr->ordering);
}

static void print_integer(cti_code *code, int64_t value) {
  cti_text_ink(&code->p->text, CTI_INK_LITERAL);
  blank(code);
  cti_text_i64(&code->p->text, value);
  cti_text_plain(&code->p->text);
}

static void print_v128(cti_code *code, ct_slice bytes) {
  cti_text *t = &code->p->text;
  cti_text_inked(t, CTI_INK_TYPE, " i32x4");
  cti_text_ink(t, CTI_INK_LITERAL);
  for (size_t i = 0; i + 4 <= bytes.size; i += 4) {
    const uint8_t *word = bytes.data + i;
    cti_text_printf(t, " 0x%02x%02x%02x%02x", word[3], word[2], word[1], word[0]);
  }
  cti_text_plain(t);
}

static void print_reftype(cti_code *code, cti_corevt type) {
  blank(code);
  cti_print_valtype(code->p, code->scope, type);
}

/* ref.null names a heap type; tests and casts a reference type, whose nullability the opcode tells. */
static void print_heap(cti_code *code, const cti_instr *instr) {
  if (instr->op == CTI_OP_REF_NULL) {
    blank(code);
    cti_print_heaptype(code->p, code->scope, instr->heap);
    return;
  }
  bool nullable = instr->op == CTI_OP_REF_TEST_NULL || instr->op == CTI_OP_REF_CAST_NULL || instr->op == CTI_OP_REF_CAST_DESC_EQ_NULL;
  print_reftype(code, instr->heap | (nullable ? CTI_VT_NULLABLE : 0));
}

/* Two tables or memories are left out when both are the first. */
static void print_two_of(cti_code *code, cti_sort sort, const cti_instr *instr) {
  if (!instr->a && !instr->b) return;
  print_sort(code, sort, instr->a);
  print_sort(code, sort, instr->b);
}

static void print_block(cti_code *code, const cti_instr *instr) {
  bool named = print_blocktype(code, instr->block);
  if (instr->op == CTI_OP_TRY_TABLE) print_catches(code, instr);
  print_label_comment(code, named);
}

/* A table: one row for each kind of immediates. */
static void print_immediates(cti_code *code, const cti_instr *instr) {
  cti_printer *p = code->p;
  uint32_t a = instr->a, b = instr->b;
  switch ((cti_imm)cti_opcodes[instr->op].immediate) {
    case CTI_IMM_NONE: break;
    case CTI_IMM_BLOCK:
    case CTI_IMM_TRY_TABLE: print_block(code, instr); break;
    case CTI_IMM_LABEL: print_label(code, a, depth(code)); break;
    case CTI_IMM_BR_TABLE: print_br_table(code, instr); break;
    case CTI_IMM_FUNC: print_sort(code, CTI_SORT_CORE_FUNC, a); break;
    case CTI_IMM_TYPE: print_sort(code, CTI_SORT_CORE_TYPE, a); break;
    case CTI_IMM_TYPE_TABLE: print_sort_unless_0(code, CTI_SORT_CORE_TABLE, b); print_type_use(code, a); break;
    case CTI_IMM_TYPE_TYPE: print_sort(code, CTI_SORT_CORE_TYPE, a); print_sort(code, CTI_SORT_CORE_TYPE, b); break;
    case CTI_IMM_TYPE_FIELD: print_field(code, a, b); break;
    case CTI_IMM_TYPE_COUNT: print_sort(code, CTI_SORT_CORE_TYPE, a); print_number(code, b); break;
    case CTI_IMM_TYPE_DATA: print_sort(code, CTI_SORT_CORE_TYPE, a); print_space(code, &code->scope->datas, b); break;
    case CTI_IMM_TYPE_ELEM: print_sort(code, CTI_SORT_CORE_TYPE, a); print_space(code, &code->scope->elems, b); break;
    case CTI_IMM_TYPE_TAG: print_sort(code, CTI_SORT_CORE_TYPE, a); print_sort(code, CTI_SORT_CORE_TAG, b); break;
    case CTI_IMM_TYPE_HANDLERS: print_sort(code, CTI_SORT_CORE_TYPE, a); print_handlers(code, instr); break;
    case CTI_IMM_TYPE_TAG_HANDLERS: print_sort(code, CTI_SORT_CORE_TYPE, a); print_sort(code, CTI_SORT_CORE_TAG, b); print_handlers(code, instr); break;
    case CTI_IMM_LOCAL: blank(code); cti_print_pair_index(p, &code->scope->locals, code->func, a); break;
    case CTI_IMM_GLOBAL: print_sort(code, CTI_SORT_CORE_GLOBAL, a); break;
    case CTI_IMM_TABLE: print_sort(code, CTI_SORT_CORE_TABLE, a); break;
    case CTI_IMM_TABLE_TABLE: print_two_of(code, CTI_SORT_CORE_TABLE, instr); break;
    case CTI_IMM_ELEM: print_space(code, &code->scope->elems, a); break;
    case CTI_IMM_ELEM_TABLE: print_sort_unless_0(code, CTI_SORT_CORE_TABLE, b); print_space(code, &code->scope->elems, a); break;
    case CTI_IMM_DATA: print_space(code, &code->scope->datas, a); break;
    case CTI_IMM_DATA_MEMORY: print_sort_unless_0(code, CTI_SORT_CORE_MEMORY, b); print_space(code, &code->scope->datas, a); break;
    case CTI_IMM_MEMORY: print_sort_unless_0(code, CTI_SORT_CORE_MEMORY, a); break;
    case CTI_IMM_MEMORY_MEMORY: print_two_of(code, CTI_SORT_CORE_MEMORY, instr); break;
    case CTI_IMM_TAG: print_sort(code, CTI_SORT_CORE_TAG, a); break;
    case CTI_IMM_MEMARG:
    case CTI_IMM_MEMARG_ATOMIC:
    case CTI_IMM_MEMARG_RMW: print_memarg(code, instr); break;
    case CTI_IMM_MEMARG_LANE: print_memarg(code, instr); print_number(code, a); break;
    case CTI_IMM_LANE: print_number(code, a); break;
    case CTI_IMM_SHUFFLE: for (size_t i = 0; i < instr->list.size; i++) print_number(code, instr->list.data[i]); break;
    case CTI_IMM_V128: print_v128(code, instr->list); break;
    case CTI_IMM_I32:
    case CTI_IMM_I64: print_integer(code, (int64_t)instr->value); break;
    case CTI_IMM_F32: blank(code); cti_print_f32(&p->text, (uint32_t)instr->value); break;
    case CTI_IMM_F64: blank(code); cti_print_f64(&p->text, instr->value); break;
    case CTI_IMM_HEAP: print_heap(code, instr); break;
    case CTI_IMM_SELECT: print_select(code, instr); break;
    case CTI_IMM_CAST: print_label(code, a, depth(code)); print_reftype(code, instr->heap); print_reftype(code, instr->heap2); break;
    case CTI_IMM_FENCE: if (instr->ordering != CTI_ORDER_SEQCST) print_ordering(code, instr->ordering); break;
    case CTI_IMM_ORDER_GLOBAL: print_ordering(code, instr->ordering); print_sort(code, CTI_SORT_CORE_GLOBAL, a); break;
    case CTI_IMM_ORDER_TABLE: print_ordering(code, instr->ordering); print_sort(code, CTI_SORT_CORE_TABLE, a); break;
    case CTI_IMM_ORDER_TYPE: print_ordering(code, instr->ordering); print_sort(code, CTI_SORT_CORE_TYPE, a); break;
    case CTI_IMM_ORDER_TYPE_FIELD: print_ordering(code, instr->ordering); print_field(code, a, b); break;
  }
}

/* ---- instructions among their blocks */

static void separate(cti_code *code, uint64_t place) {
  if (code->separator == CTI_SEPARATE_LINES) cti_text_newline(&code->p->text, place);
  else if (code->separator == CTI_SEPARATE_BLANKS && !code->first) blank(code);
  code->first = false;
}

static bool opens_frame(const cti_instr *instr) {
  uint8_t immediate = cti_opcodes[instr->op].immediate;
  return immediate == CTI_IMM_BLOCK || immediate == CTI_IMM_TRY_TABLE;
}

/* The name of an instruction with its length: what each line begins with. */
static const struct {
  const char *text;
  uint32_t size;
} op_texts[CTI_OPS + 1] = {
#define CT_OP(symbol, prefix, code, text, immediate, width, signature, feature, effects) {text, sizeof(text) - 1},
#include "core/opcodes.def"
#undef CT_OP
    {"?", 1}};

/* `end` and what stands between two parts of a block are a step further out than what they enclose. */
static void print_closing(cti_code *code, const cti_instr *instr, bool is_middle) {
  cti_text *t = &code->p->text;
  if (depth(code) > 0) t->nesting--;
  separate(code, instr->offset);
  if (depth(code) > 0 && is_middle) t->nesting++;
  if (!is_middle && instr->op == CTI_OP_DELEGATE) pop_frame(code);
  cti_text_bytes(t, op_texts[instr->op].text, op_texts[instr->op].size);
  print_immediates(code, instr);
  if (!is_middle && instr->op == CTI_OP_END) pop_frame(code);
}

ct_status cti_code_instr(cti_code *code, const cti_instr *instr) {
  cti_text *t = &code->p->text;
  switch (instr->op) {
    case CTI_OP_END:
    case CTI_OP_DELEGATE: print_closing(code, instr, false); break;
    case CTI_OP_ELSE: top(code)->kind = CTI_FRAME_ELSE; print_closing(code, instr, true); break;
    case CTI_OP_CATCH: top(code)->kind = CTI_FRAME_CATCH; print_closing(code, instr, true); break;
    case CTI_OP_CATCH_ALL: top(code)->kind = CTI_FRAME_CATCH_ALL; print_closing(code, instr, true); break;
    default:
      separate(code, instr->offset);
      if (opens_frame(instr)) {
        t->nesting++;
        push_frame(code, instr);
      }
      cti_text_bytes(t, op_texts[instr->op].text, op_texts[instr->op].size);
      print_immediates(code, instr);
  }
  return t->failed ? code->p->error->status : CT_OK;
}

/* What may stand where: https://webassembly.github.io/spec/core/binary/instructions.html#control-instructions */
static ct_status check_place(cti_code *code, const cti_instr *instr) {
  ct_error *error = code->p->error;
  cti_frame_kind kind = top(code)->kind;
  switch (instr->op) {
    case CTI_OP_ELSE:
      if (kind != CTI_FRAME_IF) return cti_fail(error, CT_CORE_FORM, instr->offset, "`else` found outside `if` block");
      break;
    case CTI_OP_CATCH:
    case CTI_OP_CATCH_ALL:
      if (kind != CTI_FRAME_TRY && kind != CTI_FRAME_CATCH) return cti_fail(error, CT_CORE_FORM, instr->offset, "`%s` found outside `try` block", cti_opcodes[instr->op].text);
      break;
    case CTI_OP_DELEGATE:
      if (kind != CTI_FRAME_TRY) return cti_fail(error, CT_CORE_FORM, instr->offset, "`delegate` found outside `try` block");
      break;
    default: break;
  }
  return CT_OK;
}

ct_status cti_code_next(cti_code *code, cti_instr *out, cti_cursor *c, bool *done) {
  uint64_t offset = cti_cursor_offset(c);
  *done = false;
  if (code->frames.count == 0) return cti_fail(code->p->error, CT_CORE_FORM, offset, "operators remaining after end of function body or expression");
  if (!cti_instr_next(out, c)) {
    if (c->failed) return c->error->status;
    return cti_fail(code->p->error, CT_CORE_FORM, offset, "control frames remain at end of function body or expression: END opcode expected");
  }
  CTI_TRY(check_place(code, out));
  if (out->op != CTI_OP_END || !cti_cursor_done(c)) return CT_OK;
  if (depth(code) > 0) return cti_fail(code->p->error, CT_CORE_FORM, offset, "control frames remain at end of function body or expression: END opcode expected");
  *done = true;
  return CT_OK;
}

/* ---- bodies and expressions */

static void print_hint(cti_printer *p, const cti_branch_hint *hint) {
  cti_text_newline(&p->text, hint->place);
  cti_text_ink(&p->text, CTI_INK_COMMENT);
  cti_text_str(&p->text, hint->likely ? "(@metadata.code.branch_hint \"\\01\")" : "(@metadata.code.branch_hint \"\\00\")");
  cti_text_plain(&p->text);
}

static ct_status print_flat(cti_code *code, cti_cursor *c, const cti_branch_hint *hints, uint32_t hint_count, uint64_t body_start, uint64_t *end_place) {
  cti_instr instr;
  for (bool done;;) {
    *end_place = cti_cursor_offset(c);
    if (hint_count && hints->offset == *end_place - body_start && cti_cursor_left(c) > 1) {
      print_hint(code->p, hints++);
      hint_count--;
    }
    CTI_TRY(cti_code_next(code, &instr, c, &done));
    if (done) break;
    if (code->stack) cti_stack_step(code->stack, code, &instr);
    CTI_TRY(cti_code_instr(code, &instr));
    if (code->stack) cti_stack_note(code->stack, code->p, false);
  }
  if (code->stack) cti_stack_end(code->stack, code->p);
  return CT_OK;
}

static ct_status print_locals(cti_printer *p, const cti_scope *scope, cti_cursor *c, uint32_t func, uint32_t params) {
  cti_locals_printer locals = {.keyword = "local"};
  uint32_t runs = cti_cursor_count(c, "runs of locals"), index = 0;
  for (uint32_t i = 0; i < runs && !c->failed; i++) {
    uint64_t place = cti_cursor_offset(c);
    cti_local_run run = cti_read_local_run(c);
    if (c->failed) break;
    if (run.count > MAX_LOCALS - index) return cti_fail(p->error, CT_LIMIT, place, "function exceeds the maximum number of locals that can be printed: %d", MAX_LOCALS);
    for (uint32_t k = 0; k < run.count; k++, index++) {
      if (index == 0) cti_text_newline(&p->text, place);
      cti_print_local(p, &locals, scope, run.type, CTI_PARAMS_OF_FUNC, func, params + index);
    }
  }
  cti_print_locals_end(p, &locals);
  return cti_cursor_status(c);
}

/* The hints of a function, when they are the next ones. */
static const cti_branch_hint *take_hints(cti_scope *scope, uint32_t func, uint32_t *count) {
  *count = 0;
  if (scope->next_hint == scope->hints.items.count) return NULL;
  const cti_branch_hint *first = scope->hints.items.items + scope->next_hint;
  while (scope->next_hint < scope->hints.items.count && scope->hints.items.items[scope->next_hint].func == func) {
    scope->next_hint++;
    ++*count;
  }
  return first;
}

static cti_code *code_of(cti_scope *scope, cti_printer *p) {
  if (!scope->code) scope->code = CTI_NEW(p->arena, cti_code);
  return scope->code;
}

ct_status cti_print_body(cti_printer *p, cti_scope *scope, uint32_t func, uint32_t params, uint64_t *end_place) {
  const cti_func *f = &scope->module->funcs.items[func];
  cti_cursor c = cti_cursor_make(f->body, f->body_offset, p->error);
  cti_code *code = code_of(scope, p);
  uint32_t hint_count;
  const cti_branch_hint *hints = take_hints(scope, func, &hint_count);
  *end_place = f->body_offset;
  CTI_TRY(print_locals(p, scope, &c, func, params));
  if (!code || !cti_code_begin(code, p, scope, func, p->options->fold ? CTI_SEPARATE_NOTHING : CTI_SEPARATE_LINES)) return CT_NOMEM;
  code->stack = scope->stack;
  if (code->stack) cti_stack_body(code->stack, p, func, f->body, f->body_offset);
  return (p->options->fold ? cti_print_folded : print_flat)(code, &c, hints, hint_count, f->body_offset, end_place);
}

ct_status cti_print_expr(cti_printer *p, cti_scope *scope, const cti_expr *expr, bool folded) {
  cti_cursor c = cti_cursor_make(expr->bytes, expr->offset, p->error);
  cti_code *code = code_of(scope, p);
  uint64_t end_place;
  uint32_t nesting = p->text.nesting;
  if (!code || !cti_code_begin(code, p, scope, scope->count[CTI_SORT_CORE_FUNC], CTI_SEPARATE_BLANKS)) return CT_NOMEM;
  code->stack = NULL;
  ct_status status = (folded ? cti_print_folded : print_flat)(code, &c, NULL, 0, 0, &end_place);
  p->text.nesting = nesting;
  return status;
}

/* One instruction and its end: the instruction alone stands in the parentheses. */
static bool is_single(const cti_expr *expr) {
  ct_error ignored = {0};
  cti_cursor c = cti_cursor_make(expr->bytes, expr->offset, &ignored);
  cti_instr instr;
  return !cti_instr_next(&instr, &c) || (cti_cursor_left(&c) == 1 && *c.at == 0x0b);
}

ct_status cti_print_expr_group(cti_printer *p, cti_scope *scope, const cti_expr *expr, const char *keyword) {
  bool single = is_single(expr);
  cti_text_open(&p->text, "");
  if (!single) {
    cti_text_str(&p->text, keyword);
    cti_text_char(&p->text, ' ');
  }
  ct_status status = cti_print_expr(p, scope, expr, !single && p->options->fold);
  cti_text_close(&p->text);
  return status;
}

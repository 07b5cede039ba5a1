/* print_stack.c - the operand stack as comments. Flows in: the sections and instructions that are being printed. Flows out: `;; [i32 funcref]` after each
 * instruction. An invalid module is printed all the same: the comments end where it stops making sense. */
#include "text/print_stack.h"

#include "core/module_state.h"

struct cti_stack_view {
  ct_error error; /* of the validator: it is shown as a comment */
  cti_arena arena;
  cti_validation validation;
  cti_module_validator module;
  cti_body body;
  ct_error body_error;
  bool module_valid, body_valid;
  bool wants_note, note_invalid;
  uint32_t pushed; /* by the last instruction whose results are known */
};

cti_stack_view *cti_stack_open(cti_printer *p) {
  cti_stack_view *view = CTI_NEW(p->arena, cti_stack_view);
  if (!view) return NULL;
  const ct_validate_options options = {.features = cti_features_all(), .threads = 1};
  cti_arena_init(&view->arena, &view->error);
  cti_validation_init(&view->validation, &options, &view->arena);
  view->module_valid = cti_module_validator_init(&view->module, &view->validation, false) == CT_OK;
  cti_body_init(&view->body, &view->module.env, &view->body_error);
  return view;
}

void cti_stack_close(cti_stack_view *view) {
  if (!view) return;
  cti_body_free(&view->body);
  cti_module_validator_free(&view->module);
  cti_arena_free(&view->arena);
}

/* Memory that ends is the printer's failure; any other one is a comment. */
static void print_failure(cti_printer *p, const char *what, const ct_error *error) {
  if (error->status == CT_NOMEM) {
    p->text.failed = true;
    *p->error = *error;
    return;
  }
  cti_text_newline(&p->text, CTI_NO_PLACE);
  cti_text_printf(&p->text, ";; %s: %.300s", what, error->message);
  if (error->offset != CT_NO_OFFSET) cti_text_printf(&p->text, " (at offset 0x%llx)", (unsigned long long)error->offset);
}

/* Bodies are validated as they are printed. */
void cti_stack_section(cti_stack_view *view, cti_printer *p, const cti_frame *frame) {
  if (!view->module_valid || frame->id == CTI_SECTION_CODE) return;
  view->module_valid = cti_module_validator_section(&view->module, frame) == CT_OK;
  if (!view->module_valid) print_failure(p, "module or component is invalid", &view->error);
}

void cti_stack_body(cti_stack_view *view, cti_printer *p, uint32_t func, ct_slice bytes, uint64_t offset) {
  bool ends = bytes.size && bytes.data[bytes.size - 1] == 0x0b;
  ct_error_clear(&view->body_error);
  view->pushed = 0;
  view->body_valid = view->module_valid && ends && func < view->module.env.funcs.count;
  if (!view->body_valid) return;
  view->body_valid = cti_body_open(&view->body, func, bytes, offset) == CT_OK;
  if (!view->body_valid) print_failure(p, "locals are invalid", &view->body_error);
}

void cti_stack_step(cti_stack_view *view, const cti_code *code, const cti_instr *instr) {
  view->wants_note = view->body_valid;
  if (!view->body_valid) return;
  cti_arity arity = cti_instr_arity(code, instr);
  if (arity.known) view->pushed = arity.results;
  view->body_valid = cti_body_step(&view->body) == CT_OK;
  view->note_invalid = !view->body_valid;
}

static void print_heap(cti_text *t, cti_corevt type) {
  static const char *const names[] = {
      [CTI_HEAP_FUNC - CTI_HEAP_CONT] = "func", [CTI_HEAP_EXTERN - CTI_HEAP_CONT] = "extern", [CTI_HEAP_ANY - CTI_HEAP_CONT] = "any",       [CTI_HEAP_NONE - CTI_HEAP_CONT] = "none",
      [CTI_HEAP_EQ - CTI_HEAP_CONT] = "eq",     [CTI_HEAP_I31 - CTI_HEAP_CONT] = "i31",       [CTI_HEAP_STRUCT - CTI_HEAP_CONT] = "struct", [CTI_HEAP_ARRAY - CTI_HEAP_CONT] = "array",
      [CTI_HEAP_EXN - CTI_HEAP_CONT] = "exn",   [CTI_HEAP_CONT - CTI_HEAP_CONT] = "cont",     [CTI_HEAP_NOEXTERN - CTI_HEAP_CONT] = "noextern", [CTI_HEAP_NOFUNC - CTI_HEAP_CONT] = "nofunc",
      [CTI_HEAP_NOEXN - CTI_HEAP_CONT] = "noexn", [CTI_HEAP_NOCONT - CTI_HEAP_CONT] = "nocont",
  };
  unsigned row = (type & 0xff) - CTI_HEAP_CONT;
  const char *name = row < CTI_COUNT(names) && names[row] ? names[row] : "any";
  bool bottom = name[0] == 'n' && name[1] == 'o';
  bool nullable = (type & CTI_VT_NULLABLE) != 0, shared = (type & CTI_VT_SHARED) != 0;
  if (!nullable) cti_text_lit(t, "(ref ");
  if (shared) cti_text_lit(t, "(shared ");
  if (nullable && bottom) cti_text_lit(t, "null");
  cti_text_str(t, nullable && bottom ? (strcmp(name, "none") == 0 ? "" : name + 2) : name);
  if (nullable) cti_text_lit(t, "ref");
  if (shared) cti_text_char(t, ')');
  if (!nullable) cti_text_char(t, ')');
}

/* Defined types are told by their number among all canonical types. */
static void print_type(cti_text *t, uint32_t type) {
  static const struct {
    uint32_t type;
    const char *name;
  } numbers[] = {{CTI_VT_I32, "i32"}, {CTI_VT_I64, "i64"}, {CTI_VT_F32, "f32"}, {CTI_VT_F64, "f64"}, {CTI_VT_V128, "v128"}};
  for (size_t i = 0; i < CTI_COUNT(numbers); i++) {
    if (numbers[i].type == type) cti_text_str(t, numbers[i].name);
  }
  if (!cti_vt_is_ref(type)) {
    if (type == CTI_OPERAND_BOTTOM) cti_text_lit(t, "(unknown)");
    return;
  }
  if (type & CTI_OPERAND_ANY_REF) cti_text_lit(t, "(unknown)");
  else if (!cti_vt_is_concrete(type)) print_heap(t, type);
  else if (type & CTI_VT_EXACT) cti_text_printf(t, "(ref (exact (id %u)))", cti_vt_index(type));
  else cti_text_printf(t, type & CTI_VT_NULLABLE ? "(ref null (id %u))" : "(ref (id %u))", cti_vt_index(type));
}

/* The operands of the innermost block, the last one on top; those that the instruction gave in another colour. */
static void print_stack(const cti_stack_view *view, cti_text *t) {
  const cti_body *b = &view->body;
  if (b->depth == 0) return;
  const uint32_t *first = b->stack + b->control[b->depth - 1].base;
  cti_text_ink(t, CTI_INK_COMMENT);
  cti_text_char(t, '[');
  for (const uint32_t *at = first; at < b->sp; at++) {
    if (at > first) cti_text_char(t, ' ');
    if ((size_t)(b->sp - at) == view->pushed) cti_text_ink(t, CTI_INK_TYPE);
    print_type(t, *at);
  }
  cti_text_ink(t, CTI_INK_COMMENT);
  cti_text_char(t, ']');
  cti_text_plain(t);
}

void cti_stack_note(cti_stack_view *view, cti_printer *p, bool folded) {
  cti_text *t = &p->text;
  if (!view->wants_note) return;
  if (view->note_invalid && view->body_error.status == CT_NOMEM) print_failure(p, "", &view->body_error);
  if (!folded) cti_text_newline(t, CTI_NO_PLACE);
  cti_text_ink(t, CTI_INK_COMMENT);
  cti_text_str(t, folded ? " (; " : ";; ");
  if (view->note_invalid) cti_text_lit(t, "(invalid)");
  else print_stack(view, t);
  if (folded) {
    cti_text_ink(t, CTI_INK_COMMENT);
    cti_text_lit(t, " ;)");
  }
  cti_text_plain(t);
}

void cti_stack_end(cti_stack_view *view, cti_printer *p) {
  if (view->body_valid && cti_body_step(&view->body) != CT_OK) {
    cti_text_newline(&p->text, CTI_NO_PLACE);
    cti_text_inked(&p->text, CTI_INK_COMMENT, ";; type mismatch at end of expression");
  }
  if (view->module_valid) cti_body_close(&view->body);
}

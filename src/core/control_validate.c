/* control_validate.c - blocks, branches, calls and exceptions, one instruction at a time.
 * https://webassembly.github.io/spec/core/valid/instructions.html#control-instructions */
#include "core/body_state.h"

/* ---- blocks */

/* A block type as a type word (cti_control.type). */
static ct_status check_block_type(cti_body *b, const cti_blocktype *block, uint32_t *word) {
  *word = CTI_VT_NONE;
  if (block->kind == CTI_BLOCK_VALUE) {
    *word = block->word;
    return cti_valtype_check(word, b->types, &b->env->space, cti_body_offset(b, b->at), b->error);
  }
  if (block->kind == CTI_BLOCK_EMPTY) return CT_OK;
  if (!cti_features_have(b->features, CTI_FEATURE_MULTI_VALUE)) return cti_body_fail(b, CT_CORE_FEATURE, "blocks, loops, and ifs may only produce a resulttype when multi-value is not enabled");
  if (!cti_body_func_type(b, block->word)) return b->error->status;
  *word = CTI_VT_CONCRETE | b->env->space.items[block->word];
  return CT_OK;
}

static ct_status open_block(cti_body *b, const cti_instr *in, cti_block_kind kind) {
  uint32_t word;
  CTI_TRY(check_block_type(b, &in->block, &word));
  if (kind == CTI_CONTROL_IF) CTI_TRY(cti_pop(b, CTI_VT_I32, NULL));
  cti_typelist params = cti_word_params(b, &word);
  CTI_TRY(cti_pop_n(b, params.items, params.count));
  return cti_open_block(b, kind, word, true);
}

static ct_status check_else(cti_body *b) {
  cti_control closed;
  if (cti_body_top(b)->kind != CTI_CONTROL_IF) return cti_body_fail(b, CT_CORE_FORM, "`else` found outside an `if` block");
  CTI_TRY(cti_close_block(b, &closed));
  return cti_open_block(b, CTI_CONTROL_ELSE, closed.type, true);
}

static ct_status push_results(cti_body *b, const cti_control *closed) {
  cti_typelist results = cti_word_results(b, &closed->type);
  return cti_push_n(b, results.items, results.count);
}

/* An `if` without `else` is one whose other arm gives its parameters as results. */
static ct_status check_end(cti_body *b) {
  cti_control closed;
  CTI_TRY(cti_close_block(b, &closed));
  if (closed.kind == CTI_CONTROL_IF) {
    CTI_TRY(cti_open_block(b, CTI_CONTROL_ELSE, closed.type, true));
    CTI_TRY(cti_close_block(b, &closed));
  }
  return push_results(b, &closed);
}

/* ---- branches */

static ct_status check_br(cti_body *b, uint32_t depth) {
  const cti_control *label;
  CTI_TRY(cti_label(b, depth, &label));
  cti_typelist types = cti_label_types(b, label);
  CTI_TRY(cti_pop_n(b, types.items, types.count));
  cti_set_unreachable(b);
  return CT_OK;
}

static ct_status check_br_if(cti_body *b, uint32_t depth) {
  const cti_control *label;
  CTI_TRY(cti_pop(b, CTI_VT_I32, NULL));
  CTI_TRY(cti_label(b, depth, &label));
  return cti_pop_push(b, cti_label_types(b, label));
}

/* The operands stay as they are: every label must take them. */
static ct_status match_operands(cti_body *b, cti_typelist types) {
  uint32_t *top = b->sp;
  for (uint32_t i = types.count; i-- > 0;) {
    if (b->sp[-1] == CTI_OPERAND_BARRIER && cti_body_top(b)->unreachable) break;
    CTI_TRY(cti_pop(b, types.items[i], NULL));
  }
  b->sp = top; /* pops do not overwrite */
  return CT_OK;
}

static ct_status check_br_table(cti_body *b, const cti_instr *in) {
  CTI_TRY(cti_limit_check(&b->types->limits, CTI_LIMIT_br_table_size, in->count, in->offset, b->error));
  CTI_TRY(cti_pop(b, CTI_VT_I32, NULL));
  const cti_control *fallback, *label;
  CTI_TRY(cti_label(b, in->a, &fallback));
  cti_typelist types = cti_label_types(b, fallback);
  cti_cursor list = cti_cursor_make(in->list, in->offset, b->error);
  const cti_control *before = NULL;
  for (uint32_t i = 0; i < in->count; i++) {
    CTI_TRY(cti_label(b, cti_cursor_u32(&list), &label));
    if (before && before->label == label->label && before->label_is_params == label->label_is_params) continue; /* just checked */
    before = label;
    cti_typelist others = cti_label_types(b, label);
    if (others.count != types.count) return cti_body_fail(b, CT_CORE_TYPE, "type mismatch: br_table target labels have different number of types, %u and %u", others.count, types.count);
    CTI_TRY(match_operands(b, others));
  }
  CTI_TRY(cti_pop_n(b, types.items, types.count));
  cti_set_unreachable(b);
  return CT_OK;
}

static ct_status check_return(cti_body *b) {
  cti_typelist results = cti_word_results(b, &b->result_type);
  CTI_TRY(cti_pop_n(b, results.items, results.count));
  cti_set_unreachable(b);
  return CT_OK;
}

/* ---- calls */

ct_status cti_check_call(cti_body *b, const cti_deftype *type) {
  CTI_TRY(cti_pop_n(b, type->of.types, type->param_count));
  return cti_push_n(b, type->of.types + type->param_count, type->result_count);
}

static ct_status check_return_call(cti_body *b, const cti_deftype *type) {
  cti_typelist results = cti_word_results(b, &b->result_type);
  const cti_corevt *given = type->of.types + type->param_count;
  bool same = type->result_count == results.count;
  for (uint32_t i = 0; same && i < results.count; i++) same = cti_valtype_is_sub(b->types, given[i], results.items[i]);
  if (!same) {
    cti_types_text wanted = cti_valtypes_text(results.items, results.count, &b->env->space), found = cti_valtypes_text(given, type->result_count, &b->env->space);
    return cti_body_fail(b, CT_CORE_TYPE, "type mismatch: current function requires result type %s but callee returns %s", wanted.text, found.text);
  }
  CTI_TRY(cti_pop_n(b, type->of.types, type->param_count));
  cti_set_unreachable(b);
  return CT_OK;
}

/* The type of what is called, once what it is called through has been popped; NULL after a failure. */
static const cti_deftype *callee(cti_body *b, const cti_instr *in) {
  if (in->op == CTI_OP_CALL || in->op == CTI_OP_RETURN_CALL) {
    if (in->a >= b->env->funcs.count) {
      cti_body_fail(b, CT_CORE_INDEX, "unknown function %u: function index out of bounds", in->a);
      return NULL;
    }
    const cti_deftype *type = &b->types->types.items[b->env->funcs.items[in->a]];
    if (!b->shared || type->shared) return type;
    cti_body_fail(b, CT_CORE_TYPE, "shared functions cannot access unshared functions");
    return NULL;
  }
  if (in->op == CTI_OP_CALL_REF || in->op == CTI_OP_RETURN_CALL_REF) {
    uint32_t id;
    if (!cti_body_type(b, in->a, &id) || cti_pop_ref(b, cti_ref_to(id, CTI_VT_NULLABLE), NULL) != CT_OK) return NULL;
    return cti_body_func_type(b, in->a);
  }
  const cti_table_type *table = cti_body_table(b, in->b);
  if (!table) return NULL;
  if (!cti_valtype_is_sub(b->types, table->element, CTI_VT_FUNCREF)) {
    cti_body_fail(b, CT_CORE_TYPE, "type mismatch: indirect calls must go through a table with type <= funcref");
    return NULL;
  }
  if (cti_pop(b, cti_address_type(&table->limits), NULL) != CT_OK) return NULL;
  return cti_body_func_type(b, in->a);
}

static ct_status check_any_call(cti_body *b, const cti_instr *in, bool is_tail) {
  const cti_deftype *type = callee(b, in);
  if (!type) return b->error->status;
  return is_tail ? check_return_call(b, type) : cti_check_call(b, type);
}

/* ---- exceptions: https://webassembly.github.io/spec/core/valid/instructions.html#exception-instructions */

/* Tags of stack switching may have results; those of exceptions may not. NULL after a failure. */
static const cti_deftype *exception_tag(cti_body *b, uint32_t index) {
  const cti_deftype *type = cti_body_tag(b, index);
  if (!type || type->result_count == 0) return type;
  cti_body_fail(b, CT_CORE_TYPE, "invalid exception type: non-empty tag result type");
  return NULL;
}

/* Does what a clause hands over, the tag's parameters and perhaps the exception itself, fit its label? */
static ct_status check_catch(cti_body *b, const cti_clause *clause) {
  static const cti_corevt exception = CTI_VT_REF | CTI_HEAP_EXN;
  const cti_deftype *tag = NULL;
  const cti_control *label;
  bool with_ref = (clause->kind & 1) != 0;
  if (clause->kind < 2 && !(tag = exception_tag(b, clause->tag))) return b->error->status;
  CTI_TRY(cti_label(b, clause->label, &label));
  cti_typelist wanted = cti_label_types(b, label);
  uint32_t given = (tag ? tag->param_count : 0) + with_ref;
  if (wanted.count != given) return cti_body_fail(b, CT_CORE_TYPE, "type mismatch: the label of a catch clause takes %u values, the clause gives %u", wanted.count, given);
  for (uint32_t i = 0; i < given; i++) {
    cti_corevt type = tag && i < tag->param_count ? tag->of.types[i] : exception;
    if (!cti_valtype_is_sub(b->types, type, wanted.items[i])) return cti_body_fail(b, CT_CORE_TYPE, "type mismatch: the label of a catch clause expects %s, found %s", cti_body_text(b, wanted.items[i]).text, cti_body_text(b, type).text);
  }
  return CT_OK;
}

static ct_status check_try_table(cti_body *b, const cti_instr *in) {
  CTI_TRY(cti_limit_check(&b->types->limits, CTI_LIMIT_catches, in->count, in->offset, b->error));
  uint32_t word;
  CTI_TRY(check_block_type(b, &in->block, &word));
  cti_typelist params = cti_word_params(b, &word);
  CTI_TRY(cti_pop_n(b, params.items, params.count));
  cti_cursor list = cti_cursor_make(in->list, in->offset, b->error);
  for (uint32_t i = 0; i < in->count; i++) {
    cti_clause clause;
    cti_read_catch(&clause, &list);
    CTI_TRY(check_catch(b, &clause));
  }
  return cti_open_block(b, CTI_CONTROL_TRY_TABLE, word, true);
}

static ct_status check_throw(cti_body *b, const cti_instr *in) {
  const cti_deftype *tag = exception_tag(b, in->a);
  if (!tag) return b->error->status;
  CTI_TRY(cti_pop_n(b, tag->of.types, tag->param_count));
  cti_set_unreachable(b);
  return CT_OK;
}

static ct_status check_throw_ref(cti_body *b) {
  CTI_TRY(cti_pop(b, CTI_VT_REF | CTI_VT_NULLABLE | CTI_HEAP_EXN, NULL));
  cti_set_unreachable(b);
  return CT_OK;
}

/* https://github.com/WebAssembly/exception-handling/blob/main/proposals/exception-handling/legacy/Exceptions.md */
static ct_status check_legacy(cti_body *b, const cti_instr *in) {
  const cti_control *label;
  cti_control closed;
  if (in->op == CTI_OP_RETHROW) {
    CTI_TRY(cti_label(b, in->a, &label));
    if (label->kind != CTI_CONTROL_CATCH && label->kind != CTI_CONTROL_CATCH_ALL) return cti_body_fail(b, CT_CORE_INVALID, "invalid rethrow label: target was not a `catch` block");
    cti_set_unreachable(b);
    return CT_OK;
  }
  uint8_t kind = cti_body_top(b)->kind;
  bool may_follow = kind == CTI_CONTROL_TRY || (kind == CTI_CONTROL_CATCH && in->op != CTI_OP_DELEGATE);
  if (!may_follow) return cti_body_fail(b, CT_CORE_FORM, "`%s` found outside a `try` block", cti_opcodes[in->op].text);
  CTI_TRY(cti_close_block(b, &closed));
  if (in->op == CTI_OP_DELEGATE) {
    CTI_TRY(cti_label(b, in->a, &label));
    return push_results(b, &closed);
  }
  CTI_TRY(cti_open_block(b, in->op == CTI_OP_CATCH ? CTI_CONTROL_CATCH : CTI_CONTROL_CATCH_ALL, closed.type, false));
  if (in->op == CTI_OP_CATCH_ALL) return CT_OK;
  const cti_deftype *tag = exception_tag(b, in->a);
  return tag ? cti_push_n(b, tag->of.types, tag->param_count) : b->error->status;
}

ct_status cti_control_validate(cti_body *b, const cti_instr *in) {
  switch (in->op) {
    case CTI_OP_UNREACHABLE: cti_set_unreachable(b); return CT_OK;
    case CTI_OP_BLOCK: return open_block(b, in, CTI_CONTROL_BLOCK);
    case CTI_OP_LOOP: return open_block(b, in, CTI_CONTROL_LOOP);
    case CTI_OP_IF: return open_block(b, in, CTI_CONTROL_IF);
    case CTI_OP_ELSE: return check_else(b);
    case CTI_OP_END: return check_end(b);
    case CTI_OP_TRY: return open_block(b, in, CTI_CONTROL_TRY);
    case CTI_OP_TRY_TABLE: return check_try_table(b, in);
    case CTI_OP_THROW: return check_throw(b, in);
    case CTI_OP_THROW_REF: return check_throw_ref(b);
    case CTI_OP_CATCH: case CTI_OP_CATCH_ALL: case CTI_OP_RETHROW: case CTI_OP_DELEGATE: return check_legacy(b, in);
    case CTI_OP_BR: return check_br(b, in->a);
    case CTI_OP_BR_IF: return check_br_if(b, in->a);
    case CTI_OP_BR_TABLE: return check_br_table(b, in);
    case CTI_OP_RETURN: return check_return(b);
    case CTI_OP_CALL: case CTI_OP_CALL_INDIRECT: case CTI_OP_CALL_REF: return check_any_call(b, in, false);
    case CTI_OP_RETURN_CALL: case CTI_OP_RETURN_CALL_INDIRECT: case CTI_OP_RETURN_CALL_REF: return check_any_call(b, in, true);
    default: return cti_body_fail(b, CT_INTERNAL, "`%s` has no rule", cti_opcodes[in->op].text);
  }
}

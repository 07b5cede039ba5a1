/* shared_validate.c - atomic accesses to globals, tables, structs and arrays, and continuations: what the proposals shared-everything-threads and
 * stack-switching add, one instruction at a time.
 * https://github.com/WebAssembly/shared-everything-threads/blob/main/proposals/shared-everything-threads/Overview.md
 * https://github.com/WebAssembly/stack-switching/blob/main/proposals/stack-switching/Explainer.md */
#include "core/body_state.h"

/* ---- atomic accesses */

typedef enum access { ACCESS_GET, ACCESS_GET_PACKED, ACCESS_SET, ACCESS_RMW, ACCESS_XCHG, ACCESS_CMPXCHG } access;

/* What an instruction does, by its place among those of its kind: get, [get_s, get_u,] set, five arithmetic ones, xchg, cmpxchg. */
static access access_of(cti_op op, cti_op get, cti_op set, cti_op xchg) {
  if (op == get) return ACCESS_GET;
  if (op < set) return ACCESS_GET_PACKED;
  if (op == set) return ACCESS_SET;
  return op < xchg ? ACCESS_RMW : op == xchg ? ACCESS_XCHG : ACCESS_CMPXCHG;
}

/* Numbers of 32 and 64 bits can be accessed in every way, references can be read, written and exchanged below any, compared below eq. Packed fields
 * can be written, and read as signed or unsigned. */
static ct_status check_accessible(cti_body *b, access how, cti_corevt type, bool shared_top) {
  uint32_t top = how == ACCESS_CMPXCHG ? CTI_HEAP_EQ : CTI_HEAP_ANY;
  bool ok = type == CTI_VT_I32 || type == CTI_VT_I64;
  if (cti_is_packed(type)) ok = how == ACCESS_SET || how == ACCESS_GET_PACKED;
  if (how == ACCESS_GET_PACKED) ok = cti_is_packed(type);
  if (cti_vt_is_ref(type) && how != ACCESS_RMW && how != ACCESS_GET_PACKED) ok = cti_valtype_is_sub(b->types, type, CTI_VT_REF | CTI_VT_NULLABLE | (shared_top ? CTI_VT_SHARED : 0) | top);
  if (ok) return CT_OK;
  return cti_body_fail(b, CT_CORE_TYPE, "invalid type: `%s` does not allow %s", cti_opcodes[b->op].text, cti_body_text(b, type).text);
}

/* Pops the operands of the access, then the place (an index, a reference, both or neither: 0 is "none"), and pushes what it gives. */
static ct_status check_access(cti_body *b, access how, cti_corevt type, cti_corevt index, cti_corevt reference) {
  int operands = how == ACCESS_GET || how == ACCESS_GET_PACKED ? 0 : how == ACCESS_CMPXCHG ? 2 : 1;
  for (int i = 0; i < operands; i++) CTI_TRY(cti_pop(b, cti_unpacked(type), NULL));
  if (index) CTI_TRY(cti_pop(b, index, NULL));
  if (reference) CTI_TRY(cti_pop(b, reference, NULL));
  return how == ACCESS_SET ? CT_OK : cti_push(b, cti_unpacked(type));
}

static ct_status check_global(cti_body *b, const cti_instr *in) {
  access how = access_of(in->op, CTI_OP_GLOBAL_ATOMIC_GET, CTI_OP_GLOBAL_ATOMIC_SET, CTI_OP_GLOBAL_ATOMIC_RMW_XCHG);
  const cti_global_type *global = cti_body_global(b, in->a);
  if (!global) return b->error->status;
  if (how != ACCESS_GET && !global->is_mutable) return cti_body_fail(b, CT_CORE_INVALID, "global is immutable: cannot modify it with `%s`", cti_opcodes[in->op].text);
  CTI_TRY(check_accessible(b, how, global->type, false));
  return check_access(b, how, global->type, CTI_VT_NONE, CTI_VT_NONE);
}

static ct_status check_table(cti_body *b, const cti_instr *in) {
  access how = access_of(in->op, CTI_OP_TABLE_ATOMIC_GET, CTI_OP_TABLE_ATOMIC_SET, CTI_OP_TABLE_ATOMIC_RMW_XCHG);
  const cti_table_type *table = cti_body_table(b, in->a);
  if (!table) return b->error->status;
  CTI_TRY(check_accessible(b, how, table->element, true));
  return check_access(b, how, table->element, cti_address_type(&table->limits), CTI_VT_NONE);
}

static ct_status check_struct(cti_body *b, const cti_instr *in) {
  access how = access_of(in->op, CTI_OP_STRUCT_ATOMIC_GET, CTI_OP_STRUCT_ATOMIC_SET, CTI_OP_STRUCT_ATOMIC_RMW_XCHG);
  cti_field field;
  uint32_t id;
  CTI_TRY(cti_field_at(b, in->a, in->b, how >= ACCESS_SET, &field, &id));
  CTI_TRY(check_accessible(b, how, field.type, true));
  return check_access(b, how, field.type, CTI_VT_NONE, cti_ref_to(id, CTI_VT_NULLABLE));
}

static ct_status check_array(cti_body *b, const cti_instr *in) {
  access how = access_of(in->op, CTI_OP_ARRAY_ATOMIC_GET, CTI_OP_ARRAY_ATOMIC_SET, CTI_OP_ARRAY_ATOMIC_RMW_XCHG);
  cti_field element;
  uint32_t id;
  CTI_TRY(cti_element_at(b, in->a, how >= ACCESS_SET, &element, &id));
  CTI_TRY(check_accessible(b, how, element.type, true));
  return check_access(b, how, element.type, CTI_VT_I32, cti_ref_to(id, CTI_VT_NULLABLE));
}

ct_status cti_shared_validate(cti_body *b, const cti_instr *in) {
  switch ((cti_imm)cti_opcodes[in->op].immediate) {
    case CTI_IMM_ORDER_GLOBAL: return check_global(b, in);
    case CTI_IMM_ORDER_TABLE: return check_table(b, in);
    case CTI_IMM_ORDER_TYPE_FIELD: return check_struct(b, in);
    case CTI_IMM_ORDER_TYPE: return check_array(b, in);
    default: break; /* ref.i31_shared */
  }
  CTI_TRY(cti_pop(b, CTI_VT_I32, NULL));
  return cti_push(b, CTI_VT_REF | CTI_VT_SHARED | CTI_HEAP_I31);
}

/* ---- continuations */

/* The function type of a continuation type; NULL after a failure. */
static const cti_deftype *cont_func(cti_body *b, uint32_t index, uint32_t *id) {
  const cti_deftype *type = cti_body_type(b, index, id);
  if (!type) return NULL;
  if (type->kind != CTI_COMPOSITE_CONT) cti_body_fail(b, CT_CORE_TYPE, "non-continuation type %u", index);
  else if (b->shared && !type->shared) cti_body_fail(b, CT_CORE_TYPE, "shared continuations cannot access unshared continuations");
  else return &b->types->types.items[type->of.cont];
  return NULL;
}

/* The same for a reference type that must name a continuation. */
static const cti_deftype *cont_func_of_ref(cti_body *b, cti_corevt type) {
  if (!cti_vt_is_ref(type) || !cti_vt_is_concrete(type)) {
    cti_body_fail(b, CT_CORE_TYPE, "type mismatch: expected a continuation reference, found %s", cti_body_text(b, type).text);
    return NULL;
  }
  const cti_deftype *found = &b->types->types.items[cti_vt_index(type)];
  if (found->kind == CTI_COMPOSITE_CONT) return &b->types->types.items[found->of.cont];
  cti_body_fail(b, CT_CORE_TYPE, "non-continuation type in %s", cti_body_text(b, type).text);
  return NULL;
}

static const cti_corevt *results_of(const cti_deftype *func) { return func->of.types + func->param_count; }

/* A handler `on tag label`: the label takes the tag's parameters and a continuation that takes the tag's results and gives what the old one gives. */
static ct_status check_on_label(cti_body *b, const cti_clause *clause, const cti_deftype *old) {
  const cti_deftype *tag = cti_body_tag(b, clause->tag);
  const cti_control *label;
  if (!tag) return b->error->status;
  CTI_TRY(cti_label(b, clause->label, &label));
  cti_typelist types = cti_label_types(b, label);
  if (types.count == 0) return cti_body_fail(b, CT_CORE_TYPE, "type mismatch: instruction requires continuation reference type but label has none");
  const cti_deftype *next = cont_func_of_ref(b, types.items[--types.count]);
  if (!next) return b->error->status;
  if (!cti_func_is_sub(b->types, types.items, types.count, NULL, 0, tag->of.types, tag->param_count, NULL, 0)) return cti_body_fail(b, CT_CORE_TYPE, "type mismatch between tag type and label type");
  if (cti_func_is_sub(b->types, results_of(tag), tag->result_count, results_of(old), old->result_count, next->of.types, next->param_count, results_of(next), next->result_count)) return CT_OK;
  return cti_body_fail(b, CT_CORE_TYPE, "type mismatch in continuation type");
}

/* A handler `on tag switch`: the tag takes nothing and gives just what the continuation gives. */
static ct_status check_on_switch(cti_body *b, const cti_clause *clause, const cti_deftype *old) {
  const cti_deftype *tag = cti_body_tag(b, clause->tag);
  if (!tag) return b->error->status;
  bool same = tag->param_count == 0 && cti_func_is_sub(b->types, NULL, 0, results_of(tag), tag->result_count, NULL, 0, results_of(old), old->result_count) &&
              cti_func_is_sub(b->types, NULL, 0, results_of(old), old->result_count, NULL, 0, results_of(tag), tag->result_count);
  return same ? CT_OK : cti_body_fail(b, CT_CORE_TYPE, "type mismatch: switch tag does not match continuation");
}

static ct_status check_resume(cti_body *b, const cti_instr *in) {
  uint32_t id;
  const cti_deftype *func = cont_func(b, in->a, &id), *tag = NULL;
  if (!func) return b->error->status;
  CTI_TRY(cti_limit_check(&b->types->limits, CTI_LIMIT_handlers, in->count, in->offset, b->error));
  cti_cursor list = cti_cursor_make(in->list, in->offset, b->error);
  for (uint32_t i = 0; i < in->count; i++) {
    cti_clause clause;
    cti_read_handler(&clause, &list);
    CTI_TRY(clause.kind == 0 ? check_on_label(b, &clause, func) : check_on_switch(b, &clause, func));
  }
  if (in->op == CTI_OP_RESUME_THROW) {
    if (!(tag = cti_body_tag(b, in->b))) return b->error->status;
    if (tag->result_count) return cti_body_fail(b, CT_CORE_TYPE, "invalid exception type: non-empty tag result type");
  }
  CTI_TRY(cti_pop(b, cti_ref_to(id, CTI_VT_NULLABLE), NULL));
  if (in->op == CTI_OP_RESUME) CTI_TRY(cti_pop_n(b, func->of.types, func->param_count));
  else if (tag) CTI_TRY(cti_pop_n(b, tag->of.types, tag->param_count));
  else CTI_TRY(cti_pop(b, CTI_VT_REF | CTI_VT_NULLABLE | CTI_HEAP_EXN, NULL));
  return cti_push_n(b, results_of(func), func->result_count);
}

static ct_status check_cont_bind(cti_body *b, const cti_instr *in) {
  uint32_t from_id, to_id;
  const cti_deftype *from = cont_func(b, in->a, &from_id), *to = from ? cont_func(b, in->b, &to_id) : NULL;
  if (!to) return b->error->status;
  if (from->param_count < to->param_count) return cti_body_fail(b, CT_CORE_TYPE, "type mismatch in continuation arguments: %u are left of %u", to->param_count, from->param_count);
  uint32_t bound = from->param_count - to->param_count;
  if (!cti_func_is_sub(b->types, from->of.types + bound, to->param_count, results_of(from), from->result_count, to->of.types, to->param_count, results_of(to), to->result_count))
    return cti_body_fail(b, CT_CORE_TYPE, "type mismatch in continuation types");
  CTI_TRY(cti_pop(b, cti_ref_to(from_id, CTI_VT_NULLABLE), NULL));
  CTI_TRY(cti_pop_n(b, from->of.types, bound));
  return cti_push(b, cti_ref_to(to_id, 0));
}

static ct_status check_switch(cti_body *b, const cti_instr *in) {
  uint32_t id;
  const cti_deftype *func = cont_func(b, in->a, &id), *tag = func ? cti_body_tag(b, in->b) : NULL;
  if (!tag) return b->error->status;
  if (tag->param_count) return cti_body_fail(b, CT_CORE_TYPE, "type mismatch: non-empty tag parameter type");
  if (func->param_count == 0) return cti_body_fail(b, CT_CORE_TYPE, "type mismatch: instruction requires a continuation reference");
  const cti_deftype *other = cont_func_of_ref(b, func->of.types[func->param_count - 1]);
  if (!other) return b->error->status;
  const cti_corevt *given = results_of(tag);
  if (!cti_func_is_sub(b->types, given, tag->result_count, given, tag->result_count, results_of(func), func->result_count, results_of(other), other->result_count))
    return cti_body_fail(b, CT_CORE_TYPE, "type mismatch in continuation types");
  CTI_TRY(cti_pop(b, cti_ref_to(id, CTI_VT_NULLABLE), NULL));
  CTI_TRY(cti_pop_n(b, func->of.types, func->param_count - 1));
  return cti_push_n(b, other->of.types, other->param_count);
}

ct_status cti_cont_validate(cti_body *b, const cti_instr *in) {
  uint32_t id;
  const cti_deftype *type;
  switch (in->op) {
    case CTI_OP_CONT_NEW:
      if (!cont_func(b, in->a, &id)) return b->error->status;
      CTI_TRY(cti_pop_ref(b, cti_ref_to(b->types->types.items[id].of.cont, CTI_VT_NULLABLE), NULL));
      return cti_push(b, cti_ref_to(id, 0));
    case CTI_OP_SUSPEND: type = cti_body_tag(b, in->a); return type ? cti_check_call(b, type) : b->error->status;
    case CTI_OP_CONT_BIND: return check_cont_bind(b, in);
    case CTI_OP_SWITCH: return check_switch(b, in);
    default: return check_resume(b, in);
  }
}

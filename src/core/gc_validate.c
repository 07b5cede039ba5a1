/* gc_validate.c - references, structs, arrays, casts and descriptors, one instruction at a time.
 * https://webassembly.github.io/spec/core/valid/instructions.html#reference-instructions and the sections after it */
#include "core/body_state.h"

static ct_status pop_i32s(cti_body *b, int count) {
  while (count-- > 0) CTI_TRY(cti_pop(b, CTI_VT_I32, NULL));
  return CT_OK;
}

/* ---- the types that instructions name */

static ct_status fail_kind(cti_body *b, const char *wanted, uint32_t index) { return cti_body_fail(b, CT_CORE_TYPE, "expected %s type at index %u", wanted, index); }

static const cti_deftype *composite_at(cti_body *b, uint32_t index, cti_composite kind, uint32_t *id) {
  const cti_deftype *type = cti_body_type(b, index, id);
  const char *name = kind == CTI_COMPOSITE_STRUCT ? "struct" : "array";
  if (!type) return NULL;
  if (type->kind != kind) fail_kind(b, name, index);
  else if (b->shared && !type->shared) cti_body_fail(b, CT_CORE_TYPE, "shared functions cannot access unshared %ss", name);
  else return type;
  return NULL;
}

ct_status cti_field_at(cti_body *b, uint32_t type, uint32_t field, bool must_change, cti_field *out, uint32_t *id) {
  const cti_deftype *found = composite_at(b, type, CTI_COMPOSITE_STRUCT, id);
  if (!found) return b->error->status;
  if (field >= found->param_count) return cti_body_fail(b, CT_CORE_INDEX, "unknown field %u: field index out of bounds, type %u has %u", field, type, found->param_count);
  *out = found->of.fields[field];
  if (must_change && !out->is_mutable) return cti_body_fail(b, CT_CORE_INVALID, "invalid struct modification: struct field is immutable");
  return CT_OK;
}

ct_status cti_element_at(cti_body *b, uint32_t type, bool must_change, cti_field *out, uint32_t *id) {
  const cti_deftype *found = composite_at(b, type, CTI_COMPOSITE_ARRAY, id);
  if (!found) return b->error->status;
  *out = found->of.fields[0];
  if (must_change && !out->is_mutable) return cti_body_fail(b, CT_CORE_INVALID, "invalid array modification: array is immutable");
  return CT_OK;
}

/* A new struct or array is exactly of its type, where types can say so. */
static ct_status push_new(cti_body *b, uint32_t id) {
  return cti_push(b, cti_ref_to(id, cti_features_have(b->features, CTI_FEATURE_CUSTOM_DESCRIPTORS) ? CTI_VT_EXACT : 0));
}

/* ---- structs */

static ct_status check_default(cti_body *b, cti_corevt type) {
  if (cti_valtype_is_defaultable(type)) return CT_OK;
  return cti_body_fail(b, CT_CORE_TYPE, "invalid `%s`: %s field is not defaultable", cti_opcodes[b->op].text, cti_body_text(b, type).text);
}

static ct_status check_struct_new(cti_body *b, const cti_instr *in, bool with_default, bool with_descriptor) {
  uint32_t id;
  const cti_deftype *named = cti_body_type(b, in->a, NULL);
  if (!named) return b->error->status;
  if (!with_descriptor && named->descriptor != CTI_NO_TYPE) return cti_body_fail(b, CT_CORE_TYPE, "type with descriptor requires descriptor allocation: `%s` with type %u", cti_opcodes[in->op].text, in->a);
  if (with_descriptor && named->descriptor == CTI_NO_TYPE) return cti_body_fail(b, CT_CORE_TYPE, "invalid `%s`: type %u is not described", cti_opcodes[in->op].text, in->a);
  if (with_descriptor) CTI_TRY(cti_pop(b, cti_ref_to(named->descriptor, CTI_VT_NULLABLE | CTI_VT_EXACT), NULL));
  const cti_deftype *type = composite_at(b, in->a, CTI_COMPOSITE_STRUCT, &id);
  if (!type) return b->error->status;
  for (uint32_t i = type->param_count; i-- > 0;) CTI_TRY(with_default ? check_default(b, type->of.fields[i].type) : cti_pop(b, cti_unpacked(type->of.fields[i].type), NULL));
  return push_new(b, id);
}

/* Plain accesses want plain fields, signed and unsigned ones packed fields. */
static ct_status check_packing(cti_body *b, cti_corevt type, bool want_packed) {
  if (cti_is_packed(type) == want_packed) return CT_OK;
  return cti_body_fail(b, CT_CORE_TYPE, "`%s` can only be used with %s storage types, found %s", cti_opcodes[b->op].text, want_packed ? "packed" : "non-packed", cti_body_text(b, type).text);
}

static ct_status check_struct_get(cti_body *b, const cti_instr *in) {
  cti_field field;
  uint32_t id;
  CTI_TRY(cti_field_at(b, in->a, in->b, false, &field, &id));
  CTI_TRY(check_packing(b, field.type, in->op != CTI_OP_STRUCT_GET));
  CTI_TRY(cti_pop(b, cti_ref_to(id, CTI_VT_NULLABLE), NULL));
  return cti_push(b, cti_unpacked(field.type));
}

static ct_status check_struct_set(cti_body *b, const cti_instr *in) {
  cti_field field;
  uint32_t id;
  CTI_TRY(cti_field_at(b, in->a, in->b, true, &field, &id));
  CTI_TRY(cti_pop(b, cti_unpacked(field.type), NULL));
  return cti_pop(b, cti_ref_to(id, CTI_VT_NULLABLE), NULL);
}

/* ---- arrays */

static ct_status check_array_new_fixed(cti_body *b, const cti_instr *in) {
  cti_field element;
  uint32_t id;
  CTI_TRY(cti_element_at(b, in->a, false, &element, &id));
  for (uint32_t i = 0; i < in->b; i++) {
    if (b->sp[-1] == CTI_OPERAND_BARRIER && cti_body_top(b)->unreachable) break; /* everything else is there */
    CTI_TRY(cti_pop(b, cti_unpacked(element.type), NULL));
  }
  return push_new(b, id);
}

static ct_status check_array_new(cti_body *b, const cti_instr *in) {
  cti_field element;
  uint32_t id;
  CTI_TRY(cti_element_at(b, in->a, false, &element, &id));
  if (in->op == CTI_OP_ARRAY_NEW_DEFAULT) CTI_TRY(check_default(b, element.type));
  CTI_TRY(pop_i32s(b, 1));
  if (in->op == CTI_OP_ARRAY_NEW) CTI_TRY(cti_pop(b, cti_unpacked(element.type), NULL));
  return push_new(b, id);
}

/* Can the segment fill such elements? */
static ct_status check_segment(cti_body *b, const cti_instr *in, cti_corevt element) {
  cti_corevt given = CTI_VT_NONE;
  if (in->op == CTI_OP_ARRAY_NEW_DATA || in->op == CTI_OP_ARRAY_INIT_DATA) {
    if (cti_vt_is_ref(element)) return cti_body_fail(b, CT_CORE_TYPE, "type mismatch: array type is not numeric or vector, `%s` cannot make %s of bytes", cti_opcodes[in->op].text, cti_body_text(b, element).text);
    return cti_body_data(b, in->b);
  }
  if (!cti_vt_is_ref(element)) return cti_body_fail(b, CT_CORE_TYPE, "type mismatch: `%s` can only create arrays with reference elements", cti_opcodes[in->op].text);
  CTI_TRY(cti_body_elem(b, in->b, &given));
  if (cti_valtype_is_sub(b->types, given, element)) return CT_OK;
  return cti_body_fail(b, CT_CORE_TYPE, "type mismatch in `%s`: element segment %u has %s, expected %s", cti_opcodes[in->op].text, in->b, cti_body_text(b, given).text, cti_body_text(b, element).text);
}

static ct_status check_array_segment(cti_body *b, const cti_instr *in) {
  cti_field element;
  uint32_t id;
  bool is_new = in->op == CTI_OP_ARRAY_NEW_DATA || in->op == CTI_OP_ARRAY_NEW_ELEM;
  CTI_TRY(cti_element_at(b, in->a, !is_new, &element, &id));
  CTI_TRY(check_segment(b, in, element.type));
  CTI_TRY(pop_i32s(b, is_new ? 2 : 3));
  return is_new ? push_new(b, id) : cti_pop(b, cti_ref_to(id, CTI_VT_NULLABLE), NULL);
}

static ct_status check_array_access(cti_body *b, const cti_instr *in) {
  cti_field element;
  uint32_t id;
  bool reads = in->op == CTI_OP_ARRAY_GET || in->op == CTI_OP_ARRAY_GET_S || in->op == CTI_OP_ARRAY_GET_U;
  CTI_TRY(cti_element_at(b, in->a, !reads, &element, &id));
  if (reads) CTI_TRY(check_packing(b, element.type, in->op != CTI_OP_ARRAY_GET));
  if (in->op == CTI_OP_ARRAY_FILL) CTI_TRY(pop_i32s(b, 1));
  if (!reads) CTI_TRY(cti_pop(b, cti_unpacked(element.type), NULL));
  CTI_TRY(pop_i32s(b, 1));
  CTI_TRY(cti_pop(b, cti_ref_to(id, CTI_VT_NULLABLE), NULL));
  return reads ? cti_push(b, cti_unpacked(element.type)) : CT_OK;
}

static ct_status check_array_copy(cti_body *b, const cti_instr *in) {
  cti_field to, from;
  uint32_t to_id, from_id;
  CTI_TRY(cti_element_at(b, in->a, true, &to, &to_id));
  CTI_TRY(cti_element_at(b, in->b, false, &from, &from_id));
  if (!cti_valtype_is_sub(b->types, from.type, to.type)) return cti_body_fail(b, CT_CORE_TYPE, "array types do not match: expected %s, found %s", cti_body_text(b, to.type).text, cti_body_text(b, from.type).text);
  CTI_TRY(pop_i32s(b, 2));
  CTI_TRY(cti_pop(b, cti_ref_to(from_id, CTI_VT_NULLABLE), NULL));
  CTI_TRY(pop_i32s(b, 1));
  return cti_pop(b, cti_ref_to(to_id, CTI_VT_NULLABLE), NULL);
}

/* ---- references */

static ct_status check_ref_func(cti_body *b, uint32_t func) {
  if (func >= b->env->funcs.count) return cti_body_fail(b, CT_CORE_INDEX, "unknown function %u: function index out of bounds", func);
  if (!b->is_const && !cti_env_is_declared(b->env, func)) return cti_body_fail(b, CT_CORE_INVALID, "undeclared function reference: function %u stands in no export, element segment or global", func);
  bool exact = cti_features_have(b->features, CTI_FEATURE_CUSTOM_DESCRIPTORS) && cti_env_is_exact(b->env, func);
  return cti_push(b, cti_ref_to(b->env->funcs.items[func], exact ? CTI_VT_EXACT : 0));
}

static cti_corevt non_null(cti_corevt type) { return type & ~CTI_VT_NULLABLE; }

static ct_status check_ref_eq(cti_body *b) {
  cti_corevt types[2];
  for (int i = 0; i < 2; i++) CTI_TRY(cti_pop_abstract(b, CTI_HEAP_EQ, &types[i]));
  bool known = !cti_operand_is_unknown(types[0]) && !cti_operand_is_unknown(types[1]);
  if (known && cti_valtype_is_shared(b->types, types[0]) != cti_valtype_is_shared(b->types, types[1])) return cti_body_fail(b, CT_CORE_TYPE, "type mismatch: expected `ref.eq` types to match `shared`-ness");
  return cti_push(b, CTI_VT_I32);
}

/* any.convert_extern and extern.convert_any: nullability and sharing stay. */
static ct_status check_convert(cti_body *b, uint32_t from, uint32_t to) {
  cti_corevt found;
  CTI_TRY(cti_pop_abstract(b, from, &found));
  if (cti_operand_is_unknown(found)) return cti_push(b, CTI_OPERAND_SOME_REF | to);
  cti_corevt shared = cti_valtype_is_shared(b->types, found) ? CTI_VT_SHARED : 0;
  return cti_push(b, CTI_VT_REF | (found & CTI_VT_NULLABLE) | shared | to);
}

static ct_status check_br_on_null(cti_body *b, uint32_t depth) {
  cti_corevt found;
  const cti_control *label;
  CTI_TRY(cti_pop_ref(b, CTI_VT_NONE, &found));
  CTI_TRY(cti_label(b, depth, &label));
  CTI_TRY(cti_pop_push(b, cti_label_types(b, label)));
  return cti_push(b, non_null(found));
}

static ct_status check_br_on_non_null(cti_body *b, uint32_t depth) {
  const cti_control *label;
  CTI_TRY(cti_label(b, depth, &label));
  cti_typelist types = cti_label_types(b, label);
  if (types.count == 0 || !cti_vt_is_ref(types.items[types.count - 1])) return cti_body_fail(b, CT_CORE_TYPE, "type mismatch: the target of br_on_non_null does not end with a reference type");
  CTI_TRY(cti_pop_ref(b, types.items[types.count - 1] | CTI_VT_NULLABLE, NULL));
  types.count--;
  return cti_pop_push(b, types);
}

/* ---- casts: https://webassembly.github.io/spec/core/valid/instructions.html#aggregate-reference-instructions */

static ct_status check_cast_target(cti_body *b, cti_corevt type) {
  if (cti_vt_index(cti_reftype_top(b->types, type)) != CTI_HEAP_CONT) return CT_OK;
  return cti_body_fail(b, CT_CORE_TYPE, "invalid cast: cannot cast to a continuation type");
}

/* Pops something of the target's hierarchy. */
static ct_status check_downcast(cti_body *b, cti_corevt *target) {
  CTI_TRY(cti_valtype_check(target, b->types, &b->env->space, cti_body_offset(b, b->at), b->error));
  CTI_TRY(check_cast_target(b, *target));
  return cti_pop_ref(b, cti_reftype_top(b->types, *target), NULL);
}

static ct_status check_hierarchy(cti_body *b, cti_corevt from, cti_corevt to) {
  CTI_TRY(check_cast_target(b, to));
  if (cti_features_have(b->features, CTI_FEATURE_CUSTOM_DESCRIPTORS)) {
    if (cti_reftype_top(b->types, from) == cti_reftype_top(b->types, to)) return CT_OK;
    return cti_body_fail(b, CT_CORE_TYPE, "type mismatch: %s and %s have different heap type hierarchies", cti_body_text(b, from).text, cti_body_text(b, to).text);
  }
  if (cti_valtype_is_sub(b->types, to, from)) return CT_OK;
  return cti_body_fail(b, CT_CORE_TYPE, "type mismatch: expected a subtype of %s, found %s", cti_body_text(b, from).text, cti_body_text(b, to).text);
}

/* The described type's descriptor, popped; exact when the target is. `target` has the index of the module. */
static ct_status pop_descriptor(cti_body *b, cti_corevt target) {
  cti_corevt found;
  if (!cti_vt_is_concrete(target)) return cti_body_fail(b, CT_CORE_TYPE, "unexpected heap type: the cast target must have a descriptor");
  const cti_deftype *type = cti_body_type(b, cti_vt_index(target), NULL);
  if (!type) return b->error->status;
  if (type->descriptor == CTI_NO_TYPE) return cti_body_fail(b, CT_CORE_TYPE, "cast target must have descriptor: type %u has none", cti_vt_index(target));
  CTI_TRY(cti_pop(b, cti_ref_to(type->descriptor, CTI_VT_NULLABLE), &found));
  if (!(target & CTI_VT_EXACT) || cti_operand_is_unknown(found)) return CT_OK;
  cti_corevt exact = cti_ref_to(type->descriptor, CTI_VT_NULLABLE | CTI_VT_EXACT);
  if (cti_valtype_is_sub(b->types, found, exact)) return CT_OK;
  return cti_body_fail(b, CT_CORE_TYPE, "type mismatch: expected descriptor of exact type %s, found %s", cti_body_text(b, exact).text, cti_body_text(b, found).text);
}

static ct_status check_cast(cti_body *b, const cti_instr *in, bool nullable, bool by_descriptor) {
  cti_corevt target = in->heap | (nullable ? CTI_VT_NULLABLE : 0);
  if (by_descriptor) CTI_TRY(pop_descriptor(b, in->heap));
  CTI_TRY(check_downcast(b, &target));
  return cti_push(b, target);
}

static ct_status check_ref_test(cti_body *b, const cti_instr *in, bool nullable) {
  cti_corevt target = in->heap | (nullable ? CTI_VT_NULLABLE : 0);
  CTI_TRY(check_downcast(b, &target));
  return cti_push(b, CTI_VT_I32);
}

/* What is left of `from` where the cast to `to` failed. https://webassembly.github.io/spec/core/valid/conventions.html#aux-reftypediff */
static cti_corevt difference(cti_corevt from, cti_corevt to) { return to & CTI_VT_NULLABLE ? non_null(from) : from; }

static ct_status check_br_on_cast(cti_body *b, const cti_instr *in, bool on_fail, bool by_descriptor) {
  cti_corevt from = in->heap, to = in->heap2;
  uint64_t offset = cti_body_offset(b, b->at);
  const cti_control *label;
  CTI_TRY(cti_valtype_check(&from, b->types, &b->env->space, offset, b->error));
  CTI_TRY(cti_valtype_check(&to, b->types, &b->env->space, offset, b->error));
  CTI_TRY(check_hierarchy(b, from, to));
  if (by_descriptor) CTI_TRY(pop_descriptor(b, in->heap2));
  CTI_TRY(cti_label(b, in->a, &label));
  cti_typelist types = cti_label_types(b, label);
  cti_corevt branching = on_fail ? difference(from, to) : to, staying = on_fail ? to : difference(from, to);
  if (types.count == 0) return cti_body_fail(b, CT_CORE_TYPE, "type mismatch: the label of `%s` takes nothing, it must take a reference", cti_opcodes[in->op].text);
  cti_corevt last = types.items[--types.count];
  if (!cti_valtype_is_sub(b->types, branching, last)) return cti_body_fail(b, CT_CORE_TYPE, "type mismatch: the label expects %s, found %s", cti_body_text(b, last).text, cti_body_text(b, branching).text);
  CTI_TRY(cti_pop(b, from, NULL));
  CTI_TRY(cti_pop_push(b, types));
  return cti_push(b, staying);
}

/* https://github.com/WebAssembly/custom-descriptors/blob/main/proposals/custom-descriptors/Overview.md: exact in, exact out */
static ct_status check_ref_get_desc(cti_body *b, const cti_instr *in) {
  uint32_t id;
  cti_corevt found;
  const cti_deftype *type = cti_body_type(b, in->a, &id);
  if (!type) return b->error->status;
  CTI_TRY(cti_pop(b, cti_ref_to(id, CTI_VT_NULLABLE), &found));
  if (type->descriptor == CTI_NO_TYPE) return cti_body_fail(b, CT_CORE_TYPE, "expected type with descriptor: type %u has none", in->a);
  bool exact = found == CTI_OPERAND_BOTTOM || found == CTI_OPERAND_SOME_REF;
  if (!cti_operand_is_unknown(found)) exact = cti_valtype_is_sub(b->types, found, cti_ref_to(id, CTI_VT_NULLABLE | CTI_VT_EXACT));
  return cti_push(b, cti_ref_to(type->descriptor, exact ? CTI_VT_EXACT : 0));
}

static ct_status check_reference(cti_body *b, const cti_instr *in) {
  cti_corevt type = in->heap | CTI_VT_NULLABLE;
  switch (in->op) {
    case CTI_OP_REF_NULL: CTI_TRY(cti_valtype_check(&type, b->types, &b->env->space, cti_body_offset(b, b->at), b->error)); return cti_push(b, type);
    case CTI_OP_REF_IS_NULL: CTI_TRY(cti_pop_ref(b, CTI_VT_NONE, NULL)); return cti_push(b, CTI_VT_I32);
    case CTI_OP_REF_FUNC: return check_ref_func(b, in->a);
    case CTI_OP_REF_EQ: return check_ref_eq(b);
    case CTI_OP_REF_AS_NON_NULL: CTI_TRY(cti_pop_ref(b, CTI_VT_NONE, &type)); return cti_push(b, non_null(type));
    case CTI_OP_BR_ON_NULL: return check_br_on_null(b, in->a);
    case CTI_OP_BR_ON_NON_NULL: return check_br_on_non_null(b, in->a);
    case CTI_OP_REF_I31: CTI_TRY(pop_i32s(b, 1)); return cti_push(b, CTI_VT_REF | CTI_HEAP_I31);
    case CTI_OP_I31_GET_S: case CTI_OP_I31_GET_U: CTI_TRY(cti_pop_abstract(b, CTI_HEAP_I31, NULL)); return cti_push(b, CTI_VT_I32);
    case CTI_OP_ANY_CONVERT_EXTERN: return check_convert(b, CTI_HEAP_EXTERN, CTI_HEAP_ANY);
    case CTI_OP_EXTERN_CONVERT_ANY: return check_convert(b, CTI_HEAP_ANY, CTI_HEAP_EXTERN);
    default: return cti_body_fail(b, CT_INTERNAL, "`%s` has no rule", cti_opcodes[in->op].text);
  }
}

ct_status cti_gc_validate(cti_body *b, const cti_instr *in) {
  switch (in->op) {
    case CTI_OP_STRUCT_NEW: return check_struct_new(b, in, false, false);
    case CTI_OP_STRUCT_NEW_DEFAULT: return check_struct_new(b, in, true, false);
    case CTI_OP_STRUCT_NEW_DESC: return check_struct_new(b, in, false, true);
    case CTI_OP_STRUCT_NEW_DEFAULT_DESC: return check_struct_new(b, in, true, true);
    case CTI_OP_STRUCT_GET: case CTI_OP_STRUCT_GET_S: case CTI_OP_STRUCT_GET_U: return check_struct_get(b, in);
    case CTI_OP_STRUCT_SET: return check_struct_set(b, in);
    case CTI_OP_ARRAY_NEW: case CTI_OP_ARRAY_NEW_DEFAULT: return check_array_new(b, in);
    case CTI_OP_ARRAY_NEW_FIXED: return check_array_new_fixed(b, in);
    case CTI_OP_ARRAY_NEW_DATA: case CTI_OP_ARRAY_NEW_ELEM: case CTI_OP_ARRAY_INIT_DATA: case CTI_OP_ARRAY_INIT_ELEM: return check_array_segment(b, in);
    case CTI_OP_ARRAY_GET: case CTI_OP_ARRAY_GET_S: case CTI_OP_ARRAY_GET_U: case CTI_OP_ARRAY_SET: case CTI_OP_ARRAY_FILL: return check_array_access(b, in);
    case CTI_OP_ARRAY_COPY: return check_array_copy(b, in);
    case CTI_OP_ARRAY_LEN: CTI_TRY(cti_pop_abstract(b, CTI_HEAP_ARRAY, NULL)); return cti_push(b, CTI_VT_I32);
    case CTI_OP_REF_TEST: return check_ref_test(b, in, false);
    case CTI_OP_REF_TEST_NULL: return check_ref_test(b, in, true);
    case CTI_OP_REF_CAST: return check_cast(b, in, false, false);
    case CTI_OP_REF_CAST_NULL: return check_cast(b, in, true, false);
    case CTI_OP_REF_CAST_DESC_EQ: return check_cast(b, in, false, true);
    case CTI_OP_REF_CAST_DESC_EQ_NULL: return check_cast(b, in, true, true);
    case CTI_OP_BR_ON_CAST: return check_br_on_cast(b, in, false, false);
    case CTI_OP_BR_ON_CAST_FAIL: return check_br_on_cast(b, in, true, false);
    case CTI_OP_BR_ON_CAST_DESC_EQ: return check_br_on_cast(b, in, false, true);
    case CTI_OP_BR_ON_CAST_DESC_EQ_FAIL: return check_br_on_cast(b, in, true, true);
    case CTI_OP_REF_GET_DESC: return check_ref_get_desc(b, in);
    default: return check_reference(b, in);
  }
}

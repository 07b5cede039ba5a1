/* gc_abi.c - the canonical ABI that passes values as references instead of through a memory (cm-gc). Flows in: component value types and the core types
 * that a core function type gives them. Flows out: CT_OK when each can pass as the other.
 *   records and tuples: a struct of as many fields    variants, options, results: an empty struct to inherit from    lists: an array
 *   strings: an array of i8, or i16 in UTF-16         handles: externref                                             all else: numbers
 * https://github.com/WebAssembly/component-model/issues/525 */
#include "component/canon_options.h"

typedef struct gc_abi {
  cti_component_validator *v;
  const cti_canon_options *o;
  cti_map seen; /* (value type, core type) pairs that passed */
} gc_abi;

static ct_status refuse(const gc_abi *a, cti_valtype type, const char *wanted, cti_corevt core) {
  return cti_fail(a->v->error, CT_COMP_CANON, a->o->offset, "%s%s passes as core `%s`, but the core type has `%s`",
                  cti_article(cti_value_describe(&a->v->store, type)), cti_value_describe(&a->v->store, type), wanted, cti_valtype_text(core, NULL).text);
}

/* The type that a reference is to; NULL when it is not to one of this kind. */
static const cti_deftype *target(const gc_abi *a, cti_corevt core, cti_composite kind) {
  if (!cti_vt_is_ref(core) || !cti_vt_is_concrete(core)) return NULL;
  const cti_deftype *type = &a->v->v->types.types.items[cti_vt_index(core)];
  return type->kind == kind ? type : NULL;
}

static bool is_extern(cti_corevt core) { return cti_vt_is_ref(core) && !cti_vt_is_concrete(core) && cti_vt_index(core) == CTI_HEAP_EXTERN; }

/* How a number passes as a parameter, and as a field: `field` differs where the field is packed. */
typedef struct number {
  uint8_t arg, field;
  const char *name, *field_name;
} number;

static number number_of(cti_prim prim) {
  static const number i8 = {CTI_VT_I32, CTI_VT_I8, "i32", "i8"}, i16 = {CTI_VT_I32, CTI_VT_I16, "i32", "i16"}, i32 = {CTI_VT_I32, CTI_VT_I32, "i32", "i32"};
  static const number i64 = {CTI_VT_I64, CTI_VT_I64, "i64", "i64"}, f32 = {CTI_VT_F32, CTI_VT_F32, "f32", "f32"}, f64 = {CTI_VT_F64, CTI_VT_F64, "f64", "f64"};
  switch (prim) {
    case CTI_PRIM_BOOL:
    case CTI_PRIM_S8:
    case CTI_PRIM_U8: return i8;
    case CTI_PRIM_S16:
    case CTI_PRIM_U16: return i16;
    case CTI_PRIM_S64:
    case CTI_PRIM_U64: return i64;
    case CTI_PRIM_F32: return f32;
    case CTI_PRIM_F64: return f64;
    default: return i32;
  }
}

static ct_status check_string(const gc_abi *a, cti_valtype type, cti_corevt core) {
  const cti_deftype *array = target(a, core, CTI_COMPOSITE_ARRAY);
  cti_corevt unit = a->o->encoding == CTI_ENCODING_UTF16 ? CTI_VT_I16 : CTI_VT_I8;
  if (array && array->of.fields[0].type == unit) return CT_OK;
  return refuse(a, type, unit == CTI_VT_I16 ? "(ref null? (array i16))" : "(ref null? (array i8))", core);
}

static ct_status check_prim(const gc_abi *a, cti_valtype type, cti_prim prim, cti_corevt core, bool is_field) {
  if (prim == CTI_PRIM_STRING) return check_string(a, type, core);
  if (prim == CTI_PRIM_ERROR_CONTEXT) return is_extern(core) ? CT_OK : refuse(a, type, "(ref null? extern)", core);
  number as = number_of(prim);
  if (core == (is_field ? as.field : as.arg)) return CT_OK;
  return refuse(a, type, is_field ? as.field_name : as.name, core);
}

static ct_status check(gc_abi *a, cti_valtype type, cti_corevt core, bool is_field);

static ct_status check_product(gc_abi *a, cti_valtype type, const cti_def *def, cti_corevt core) {
  const cti_deftype *shape = target(a, core, CTI_COMPOSITE_STRUCT);
  if (!shape) return refuse(a, type, "(ref null? (struct ...))", core);
  if (shape->param_count != def->member_count)
    return cti_fail(a->v->error, CT_COMP_CANON, a->o->offset, "the core struct has %u fields, but the %s has %u", shape->param_count,
                    cti_value_describe(&a->v->store, type), def->member_count);
  for (uint32_t i = 0; i < def->member_count; i++) CTI_TRY(check(a, def->members[i].type, shape->of.fields[i].type, true));
  return CT_OK;
}

static ct_status check_def(gc_abi *a, cti_valtype type, const cti_def *def, cti_corevt core) {
  const cti_deftype *shape;
  switch (def->kind) {
    case CTI_DEF_RECORD:
    case CTI_DEF_TUPLE: return check_product(a, type, def, core);
    case CTI_DEF_LIST:
    case CTI_DEF_FIXED_LIST:
      shape = target(a, core, CTI_COMPOSITE_ARRAY);
      return shape ? check(a, def->element, shape->of.fields[0].type, true) : refuse(a, type, "(ref null? (array ...))", core);
    case CTI_DEF_MAP: return cti_fail(a->v->error, CT_UNSUPPORTED, a->o->offset, "how a map passes as a reference is not defined yet");
    case CTI_DEF_FLAGS:
    case CTI_DEF_ENUM: return core == CTI_VT_I32 ? CT_OK : refuse(a, type, "i32", core);
    case CTI_DEF_VARIANT:
    case CTI_DEF_OPTION:
    case CTI_DEF_RESULT:
      shape = target(a, core, CTI_COMPOSITE_STRUCT);
      return shape && shape->param_count == 0 ? CT_OK : refuse(a, type, "(ref null? (struct))", core);
    default: return is_extern(core) ? CT_OK : refuse(a, type, "(ref null? extern)", core);
  }
}

static ct_status check(gc_abi *a, cti_valtype type, cti_corevt core, bool is_field) {
  cti_valtype plain = cti_types_strip_alias(&a->v->store.values, type);
  if (!cti_valtype_is_def(plain)) return check_prim(a, plain, cti_valtype_to_prim(plain), core, is_field);
  uint64_t pair = (uint64_t)plain.word << 32 | core;
  if (cti_map_get_u64(&a->seen, pair) != CTI_MAP_NONE) return CT_OK;
  CTI_TRY(check_def(a, plain, cti_value_at(&a->v->store, cti_valtype_index(plain)), core));
  return cti_map_set_u64(&a->seen, a->v->arena, pair, 1);
}

ct_status cti_gc_abi_check(cti_component_validator *v, const cti_canon_options *o, const cti_func_type *func) {
  gc_abi a = {.v = v, .o = o};
  const cti_deftype *core = &v->v->types.types.items[o->core_type];
  uint32_t results = cti_valtype_is_none(func->result) ? 0 : 1;
  if (core->param_count != func->param_count)
    return cti_fail(v->error, CT_COMP_CANON, o->offset, "the core type has %u parameters, but the component function has %u", core->param_count,
                    func->param_count);
  if (core->result_count != results)
    return cti_fail(v->error, CT_COMP_CANON, o->offset, "the core type has %u results, but the component function has %u", core->result_count, results);
  for (uint32_t i = 0; i < func->param_count; i++) CTI_TRY(check(&a, func->params[i].type, core->of.types[i], false));
  return results ? check(&a, func->result, core->of.types[core->param_count], false) : CT_OK;
}

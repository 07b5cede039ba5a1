/* subtype.c - which value types are allowed, subtyping of canonical types, and their text. https://webassembly.github.io/spec/core/valid/matching.html */
#include <stdarg.h>
#include <stdio.h>

#include "core/type_table.h"

/* ---- features */

typedef struct heap_rule {
  cti_feature feature; /* of the type itself */
  uint8_t top, above;  /* the top of its hierarchy; the heap type it is a direct subtype of (0: none, or it is a bottom) */
  bool is_gc;          /* falls with gc-types */
} heap_rule;

/* Index: code - CTI_HEAP_CONT. */
static const heap_rule heap_rules[] = {
    [CTI_HEAP_CONT - CTI_HEAP_CONT] = {CTI_FEATURE_STACK_SWITCHING, CTI_HEAP_CONT, 0, true},
    [CTI_HEAP_EXN - CTI_HEAP_CONT] = {CTI_FEATURE_EXCEPTIONS, CTI_HEAP_EXN, 0, false},
    [CTI_HEAP_ARRAY - CTI_HEAP_CONT] = {CTI_FEATURE_GC, CTI_HEAP_ANY, CTI_HEAP_EQ, true},
    [CTI_HEAP_STRUCT - CTI_HEAP_CONT] = {CTI_FEATURE_GC, CTI_HEAP_ANY, CTI_HEAP_EQ, true},
    [CTI_HEAP_I31 - CTI_HEAP_CONT] = {CTI_FEATURE_GC, CTI_HEAP_ANY, CTI_HEAP_EQ, true},
    [CTI_HEAP_EQ - CTI_HEAP_CONT] = {CTI_FEATURE_GC, CTI_HEAP_ANY, CTI_HEAP_ANY, true},
    [CTI_HEAP_ANY - CTI_HEAP_CONT] = {CTI_FEATURE_GC, CTI_HEAP_ANY, 0, true},
    [CTI_HEAP_EXTERN - CTI_HEAP_CONT] = {CTI_FEATURE_MVP, CTI_HEAP_EXTERN, 0, true},
    [CTI_HEAP_FUNC - CTI_HEAP_CONT] = {CTI_FEATURE_MVP, CTI_HEAP_FUNC, 0, false},
    [CTI_HEAP_NONE - CTI_HEAP_CONT] = {CTI_FEATURE_GC, CTI_HEAP_ANY, 0, true},
    [CTI_HEAP_NOEXTERN - CTI_HEAP_CONT] = {CTI_FEATURE_GC, CTI_HEAP_EXTERN, 0, true},
    [CTI_HEAP_NOFUNC - CTI_HEAP_CONT] = {CTI_FEATURE_GC, CTI_HEAP_FUNC, 0, true},
    [CTI_HEAP_NOEXN - CTI_HEAP_CONT] = {CTI_FEATURE_EXCEPTIONS, CTI_HEAP_EXN, 0, true},
    [CTI_HEAP_NOCONT - CTI_HEAP_CONT] = {CTI_FEATURE_STACK_SWITCHING, CTI_HEAP_CONT, 0, true},
};

typedef struct heap_name {
  const char *name, *ref_name; /* "func", "funcref" */
} heap_name;

static const heap_name heap_names[] = {
#define CT_HEAPTYPE(symbol, name, shorthand) [CTI_HEAP_##symbol - CTI_HEAP_CONT] = {name, shorthand},
#include "core/heaptypes.def"
#undef CT_HEAPTYPE
};

static const heap_name *name_of(cti_corevt type) { return &heap_names[cti_vt_index(type) - CTI_HEAP_CONT]; }
static const heap_rule *rule_of(cti_corevt type) { return &heap_rules[cti_vt_index(type) - CTI_HEAP_CONT]; }

static ct_status need(cti_features features, cti_feature feature, const char *what, uint64_t offset, ct_error *error) {
  if (cti_features_have(features, feature)) return CT_OK;
  return cti_fail(error, CT_CORE_FEATURE, offset, "%s not allowed: `%s` is not enabled", what, cti_feature_name(feature));
}

static ct_status ref_allowed(cti_corevt type, cti_features features, uint64_t offset, ct_error *error) {
  CTI_TRY(need(features, CTI_FEATURE_REFERENCE_TYPES, "reference types are", offset, error));
  if (cti_vt_is_concrete(type)) {
    if (type & CTI_VT_EXACT) return need(features, CTI_FEATURE_CUSTOM_DESCRIPTORS, "exact reference types are", offset, error);
    return cti_features_have(features, CTI_FEATURE_GC) ? CT_OK : need(features, CTI_FEATURE_FUNCTION_REFERENCES, "references to defined types are", offset, error);
  }
  const heap_rule *rule = rule_of(type);
  char what[64];
  snprintf(what, sizeof what, "the type `%s` is", name_of(type)->ref_name);
  if (type & CTI_VT_SHARED) CTI_TRY(need(features, CTI_FEATURE_SHARED_EVERYTHING_THREADS, "shared reference types are", offset, error));
  if (rule->is_gc) CTI_TRY(need(features, CTI_FEATURE_GC_TYPES, what, offset, error));
  if (rule->feature == CTI_FEATURE_MVP && !(type & CTI_VT_NULLABLE)) return need(features, CTI_FEATURE_FUNCTION_REFERENCES, "non-nullable reference types are", offset, error);
  return need(features, rule->feature, what, offset, error);
}

ct_status cti_valtype_allowed(cti_corevt type, cti_features features, uint64_t offset, ct_error *error) {
  if (cti_vt_is_ref(type)) return ref_allowed(type, features, offset, error);
  if (type == CTI_VT_F32 || type == CTI_VT_F64) return need(features, CTI_FEATURE_FLOATS, "floating point is", offset, error);
  return type == CTI_VT_V128 ? need(features, CTI_FEATURE_SIMD, "the type `v128` is", offset, error) : CT_OK;
}

ct_status cti_valtype_canonical(cti_corevt *type, const cti_type_space *space, uint64_t offset, ct_error *error) {
  if (!cti_vt_is_concrete(*type)) return CT_OK;
  uint32_t index = cti_vt_index(*type);
  if (index >= space->count) return cti_fail(error, CT_CORE_INDEX, offset, "unknown type %u: type index out of bounds", index);
  *type = (*type & ~CTI_VT_LOW) | space->items[index];
  return CT_OK;
}

ct_status cti_valtype_check(cti_corevt *type, const cti_type_table *table, const cti_type_space *space, uint64_t offset, ct_error *error) {
  CTI_TRY(cti_valtype_allowed(*type, table->features, offset, error));
  return cti_valtype_canonical(type, space, offset, error);
}

/* ---- subtyping */

bool cti_type_is_sub(const cti_type_table *table, uint32_t a, uint32_t b) {
  const cti_deftype *types = table->types.items;
  while (a != b) {
    if (types[a].depth <= types[b].depth) return false;
    a = types[a].super;
  }
  return true;
}

static bool abstract_is_sub(uint32_t a, uint32_t b) {
  if (a == b) return true;
  if (a == CTI_HEAP_NONE) return heap_rules[b - CTI_HEAP_CONT].top == CTI_HEAP_ANY;
  if (a >= CTI_HEAP_NOEXTERN) return heap_rules[a - CTI_HEAP_CONT].top == b; /* the other bottoms: their hierarchies have two types */
  for (uint32_t up = heap_rules[a - CTI_HEAP_CONT].above; up; up = heap_rules[up - CTI_HEAP_CONT].above)
    if (up == b) return true;
  return false;
}

/* Is a defined type a subtype of an abstract one? */
static bool defined_is_sub(const cti_deftype *a, uint32_t b) {
  switch ((cti_composite)a->kind) {
    case CTI_COMPOSITE_FUNC: return b == CTI_HEAP_FUNC;
    case CTI_COMPOSITE_CONT: return b == CTI_HEAP_CONT;
    case CTI_COMPOSITE_STRUCT: return b == CTI_HEAP_STRUCT || b == CTI_HEAP_EQ || b == CTI_HEAP_ANY;
    case CTI_COMPOSITE_ARRAY: return b == CTI_HEAP_ARRAY || b == CTI_HEAP_EQ || b == CTI_HEAP_ANY;
  }
  return false;
}

/* Is an abstract type, which then is a bottom, a subtype of a defined one? */
static bool bottom_is_sub(uint32_t a, const cti_deftype *b) {
  switch ((cti_composite)b->kind) {
    case CTI_COMPOSITE_FUNC: return a == CTI_HEAP_NOFUNC;
    case CTI_COMPOSITE_CONT: return a == CTI_HEAP_NOCONT;
    case CTI_COMPOSITE_STRUCT:
    case CTI_COMPOSITE_ARRAY: return a == CTI_HEAP_NONE;
  }
  return false;
}

bool cti_valtype_is_sub_slow(const cti_type_table *table, cti_corevt a, cti_corevt b) {
  if ((a & CTI_VT_NULLABLE) && !(b & CTI_VT_NULLABLE)) return false;
  const cti_deftype *types = table->types.items;
  uint32_t low_a = cti_vt_index(a), low_b = cti_vt_index(b);
  bool shared_a = cti_valtype_is_shared(table, a), shared_b = cti_valtype_is_shared(table, b);
  if (cti_vt_is_concrete(a) && cti_vt_is_concrete(b)) {
    if (b & CTI_VT_EXACT) return (a & CTI_VT_EXACT) && low_a == low_b;
    return cti_type_is_sub(table, low_a, low_b);
  }
  if (shared_a != shared_b) return false;
  if (cti_vt_is_concrete(a)) return defined_is_sub(&types[low_a], low_b);
  if (cti_vt_is_concrete(b)) return bottom_is_sub(low_a, &types[low_b]);
  return abstract_is_sub(low_a, low_b);
}

bool cti_valtype_is_shared(const cti_type_table *table, cti_corevt type) {
  if (!cti_vt_is_ref(type)) return true;
  return cti_vt_is_concrete(type) ? table->types.items[cti_vt_index(type)].shared : (type & CTI_VT_SHARED) != 0;
}

cti_corevt cti_reftype_top(const cti_type_table *table, cti_corevt type) {
  static const uint8_t tops[] = {[CTI_COMPOSITE_FUNC] = CTI_HEAP_FUNC, [CTI_COMPOSITE_STRUCT] = CTI_HEAP_ANY, [CTI_COMPOSITE_ARRAY] = CTI_HEAP_ANY, [CTI_COMPOSITE_CONT] = CTI_HEAP_CONT};
  cti_corevt shared = cti_valtype_is_shared(table, type) ? CTI_VT_SHARED : 0;
  uint32_t top = cti_vt_is_concrete(type) ? tops[table->types.items[cti_vt_index(type)].kind] : rule_of(type)->top;
  return CTI_VT_REF | CTI_VT_NULLABLE | shared | top;
}

bool cti_abstract_is_sub(uint32_t a, uint32_t b) { return abstract_is_sub(a, b); }

bool cti_func_is_sub(const cti_type_table *table, const cti_corevt *a_params, uint32_t a_param_count, const cti_corevt *a_results, uint32_t a_result_count,
                     const cti_corevt *b_params, uint32_t b_param_count, const cti_corevt *b_results, uint32_t b_result_count) {
  if (a_param_count != b_param_count || a_result_count != b_result_count) return false;
  for (uint32_t i = 0; i < a_param_count; i++)
    if (!cti_valtype_is_sub(table, b_params[i], a_params[i])) return false;
  for (uint32_t i = 0; i < a_result_count; i++)
    if (!cti_valtype_is_sub(table, a_results[i], b_results[i])) return false;
  return true;
}

/* ---- imports and exports */

/* https://webassembly.github.io/spec/core/valid/matching.html#limits */
static bool limits_are_sub(const cti_limits *a, const cti_limits *b) {
  if (a->is_64 != b->is_64 || a->shared != b->shared || a->page_log2 != b->page_log2 || a->min < b->min) return false;
  return !b->has_max || (a->has_max && a->max <= b->max);
}

bool cti_extern_is_sub(const cti_type_table *table, const cti_extern_type *provided, const cti_extern_type *wanted) {
  if (provided->kind != wanted->kind) return false;
  switch (wanted->kind) {
    case CTI_EXTERN_FUNC: return wanted->exact ? provided->exact && provided->type == wanted->type : cti_type_is_sub(table, provided->type, wanted->type);
    case CTI_EXTERN_TABLE: return provided->of.table.element == wanted->of.table.element && limits_are_sub(&provided->of.table.limits, &wanted->of.table.limits);
    case CTI_EXTERN_MEMORY: return limits_are_sub(&provided->of.memory, &wanted->of.memory);
    case CTI_EXTERN_GLOBAL: {
      const cti_global_type *a = &provided->of.global, *b = &wanted->of.global;
      return a->is_mutable == b->is_mutable && a->shared == b->shared && (b->is_mutable ? a->type == b->type : cti_valtype_is_sub(table, a->type, b->type));
    }
    case CTI_EXTERN_TAG: return provided->type == wanted->type;
    case CTI_EXTERN_KINDS: break;
  }
  return false;
}

/* ---- text */

static const char *plain_name(cti_corevt type) {
  switch (type) {
    case CTI_VT_NONE: return "any type";
    case CTI_VT_I32: return "i32";
    case CTI_VT_I64: return "i64";
    case CTI_VT_F32: return "f32";
    case CTI_VT_F64: return "f64";
    case CTI_VT_V128: return "v128";
    case CTI_VT_I8: return "i8";
    case CTI_VT_I16: return "i16";
    default: return "?";
  }
}

static void heap_text(char *out, size_t room, cti_corevt type, const cti_type_space *space) {
  const char *open = type & CTI_VT_EXACT ? "(exact " : "", *close = type & CTI_VT_EXACT ? ")" : "";
  for (uint32_t i = 0; space && i < space->count; i++)
    if (space->items[i] == cti_vt_index(type)) {
      snprintf(out, room, "%s%u%s", open, i, close);
      return;
    }
  snprintf(out, room, "%stype #%u of the validation%s", open, cti_vt_index(type), close);
}

cti_type_text cti_valtype_text(cti_corevt type, const cti_type_space *space) {
  cti_type_text out;
  const char *null = type & CTI_VT_NULLABLE ? "null " : "";
  if (!cti_vt_is_ref(type)) {
    snprintf(out.text, sizeof out.text, "%s", plain_name(type));
  } else if (cti_vt_is_concrete(type)) {
    char heap[64];
    heap_text(heap, sizeof heap, type, space);
    snprintf(out.text, sizeof out.text, "(ref %s%s)", null, heap);
  } else if (cti_vt_index(type) > CTI_HEAP_NOCONT) {
    snprintf(out.text, sizeof out.text, "a reference of unreachable code");
  } else if (type & CTI_VT_SHARED) {
    snprintf(out.text, sizeof out.text, "(ref %s(shared %s))", null, name_of(type)->name);
  } else {
    if (type & CTI_VT_NULLABLE) snprintf(out.text, sizeof out.text, "%s", name_of(type)->ref_name);
    else snprintf(out.text, sizeof out.text, "(ref %s)", name_of(type)->name);
  }
  return out;
}

cti_types_text cti_valtypes_text(const cti_corevt *types, uint32_t count, const cti_type_space *space) {
  cti_types_text out;
  size_t used = (size_t)snprintf(out.text, sizeof out.text, "[");
  for (uint32_t i = 0; i < count; i++) {
    cti_type_text one = cti_valtype_text(types[i], space);
    size_t size = strlen(one.text);
    if (used + size + 8 > sizeof out.text) {
      used += (size_t)snprintf(out.text + used, sizeof out.text - used, " ...");
      break;
    }
    used += (size_t)snprintf(out.text + used, sizeof out.text - used, "%s%s", i ? " " : "", one.text);
  }
  snprintf(out.text + used, sizeof out.text - used, "]");
  return out;
}

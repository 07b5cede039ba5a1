/* type_table.c - interning of recursion groups, the rules about types, subtyping. Flows in: subtypes as they were read, with indices of the module.
 * Flows out: ids in the module's type space; equal groups of all modules have equal ids.
 *
 * A group is written as a key of words, references inside the group relative to its first type, and looked up by that key. So the structure of mutually
 * recursive types looks the same wherever the group stands. Types of a new group then get absolute ids.
 * https://webassembly.github.io/spec/core/valid/types.html#recursive-types */
#include "core/type_table.h"

#include "base/map.h"

/* In a key: a reference to type N of the same group. Bit 28 means "shared" of abstract heap types alone, so it is free here. */
#define RELATIVE CTI_VT_SHARED

void cti_type_table_init(cti_type_table *out, cti_arena *arena, cti_features features, const ct_limits *limits) {
  *out = (cti_type_table){.arena = arena, .features = cti_features_effective(features)};
  cti_limits_init(&out->limits, limits);
}

/* What a group is checked and interned in. */
typedef struct interning {
  cti_type_table *table;
  const cti_type_space *space;
  uint32_t start, count; /* indices of the module */
  uint64_t offset;
} interning;

static ct_status fail(const interning *in, ct_status status, const char *message) { return cti_fail(in->table->arena->error, status, in->offset, "%s", message); }

static bool have(const cti_type_table *table, cti_feature feature) { return cti_features_have(table->features, feature); }

static ct_status require(const interning *in, cti_feature feature, const char *what) {
  if (have(in->table, feature)) return CT_OK;
  return cti_fail(in->table->arena->error, CT_CORE_FEATURE, in->offset, "%s: the %s proposal is not enabled", what, cti_feature_name(feature));
}

/* ---- keys */

static ct_status unknown_type(const interning *in, uint32_t index) {
  const char *why = index - in->start < in->count ? "; types may refer to themselves with the gc proposal alone" : "";
  return cti_fail(in->table->arena->error, CT_CORE_INDEX, in->offset, "unknown type %u: type index out of bounds%s", index, why);
}

/* The word for a reference: the id, or for a type of this group its place there. */
static ct_status key_index(uint32_t *word, const interning *in, uint32_t index) {
  if (index == CTI_NO_TYPE) *word = CTI_NO_TYPE;
  else if (index < in->start) *word = in->space->items[index];
  else if (index - in->start < in->count && have(in->table, CTI_FEATURE_GC)) *word = RELATIVE | (index - in->start);
  else return unknown_type(in, index);
  return CT_OK;
}

static ct_status key_valtype(uint32_t *word, const interning *in, cti_corevt type) {
  *word = type;
  if (!cti_vt_is_concrete(type)) return CT_OK;
  uint32_t index = 0;
  CTI_TRY(key_index(&index, in, cti_vt_index(type)));
  *word = (type & ~CTI_VT_LOW) | index;
  return CT_OK;
}

enum { KEY_HEAD = 6 }; /* kind and flags, supertype, describes, descriptor, two counts */

static uint32_t key_size(const cti_subtype *type) {
  if (type->kind == CTI_COMPOSITE_FUNC) return KEY_HEAD + type->param_count + type->result_count;
  return KEY_HEAD + (type->kind == CTI_COMPOSITE_CONT ? 1 : 2 * type->field_count);
}

static ct_status write_key(uint32_t *key, const interning *in, const cti_subtype *type) {
  *key++ = (uint32_t)type->kind | (uint32_t)type->is_final << 8 | (uint32_t)type->shared << 9;
  CTI_TRY(key_index(key++, in, type->super));
  CTI_TRY(key_index(key++, in, type->describes));
  CTI_TRY(key_index(key++, in, type->descriptor));
  bool is_func = type->kind == CTI_COMPOSITE_FUNC;
  *key++ = is_func ? type->param_count : type->field_count;
  *key++ = is_func ? type->result_count : 0;
  if (type->kind == CTI_COMPOSITE_CONT) return key_index(key, in, type->cont);
  for (uint32_t i = 0; is_func && i < type->param_count + type->result_count; i++) CTI_TRY(key_valtype(key++, in, type->types[i]));
  for (uint32_t i = 0; !is_func && i < type->field_count; i++) {
    CTI_TRY(key_valtype(key++, in, type->fields[i].type));
    *key++ = type->fields[i].is_mutable;
  }
  return CT_OK;
}

/* What must hold before the key can be made: supertypes come first, sizes are within the limits. */
static ct_status check_form(const interning *in, const cti_subtype *type, uint32_t index) {
  const cti_limit_set *limits = &in->table->limits;
  ct_error *error = in->table->arena->error;
  CTI_TRY(cti_limit_check(limits, CTI_LIMIT_function_params, type->param_count, in->offset, error));
  CTI_TRY(cti_limit_check(limits, CTI_LIMIT_function_results, type->result_count, in->offset, error));
  CTI_TRY(cti_limit_check(limits, CTI_LIMIT_struct_fields, type->field_count, in->offset, error));
  if (type->written) CTI_TRY(require(in, CTI_FEATURE_GC, "subtypes"));
  if (type->super_count > 1) return fail(in, CT_CORE_INVALID, "multiple supertypes: a type has one at most");
  if (type->super_count == 1 && type->super >= index) return fail(in, CT_CORE_INDEX, "supertypes must be defined before subtypes");
  if (type->describes != CTI_NO_TYPE && type->describes >= index) return fail(in, CT_CORE_INDEX, "forward describes reference");
  return CT_OK;
}

/* ---- the hash table of groups */

static uint32_t *find_slot(const cti_type_table *table, const uint32_t *key, uint32_t size, uint32_t hash) {
  for (uint32_t i = hash;; i++) {
    uint32_t *slot = &table->slots[i & (table->slot_count - 1)];
    if (*slot == 0) return slot;
    const cti_type_group *group = &table->groups.items[*slot - 1];
    if (group->hash == hash && group->key_size == size && memcmp(group->key, key, size * sizeof *key) == 0) return slot;
  }
}

/* At load 1/2 the slots double; the old ones stay in the arena, which at most doubles what they take. */
static ct_status grow_slots(cti_type_table *table) {
  if (table->groups.count * 2 < table->slot_count) return CT_OK;
  uint32_t count = table->slot_count ? table->slot_count * 2 : 64;
  uint32_t *slots = CTI_NEW_N(table->arena, uint32_t, count);
  if (!slots) return CT_NOMEM;
  table->slots = slots;
  table->slot_count = count;
  for (uint32_t i = 0; i < table->groups.count; i++) {
    const cti_type_group *group = &table->groups.items[i];
    *find_slot(table, group->key, group->key_size, group->hash) = i + 1;
  }
  return CT_OK;
}

/* ---- from a key to types */

static uint32_t absolute_index(uint32_t word, uint32_t first) { return word != CTI_NO_TYPE && (word & RELATIVE) ? first + (word & CTI_VT_LOW) : word; }

static cti_corevt absolute_valtype(cti_corevt word, uint32_t first) {
  if (!cti_vt_is_concrete(word) || !(word & RELATIVE)) return word;
  return (word & ~(CTI_VT_LOW | RELATIVE)) | (first + cti_vt_index(word));
}

static bool any_relative(const uint32_t *words, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    if (cti_vt_is_concrete(words[i]) && (words[i] & RELATIVE)) return true;
  return false;
}

/* Function types that do not refer to their own group, which is nearly all, share the words of the key. */
static ct_status take_types(cti_deftype *out, cti_arena *arena, const uint32_t *key, uint32_t first) {
  uint32_t count = out->param_count + out->result_count;
  out->of.types = key;
  if (!any_relative(key, count)) return CT_OK;
  cti_corevt *types = CTI_NEW_N(arena, cti_corevt, count);
  if (!types) return CT_NOMEM;
  for (uint32_t i = 0; i < count; i++) types[i] = absolute_valtype(key[i], first);
  out->of.types = types;
  return CT_OK;
}

static ct_status take_fields(cti_deftype *out, cti_arena *arena, const uint32_t *key, uint32_t first) {
  cti_field *fields = CTI_NEW_N(arena, cti_field, out->param_count);
  if (!fields) return CT_NOMEM;
  for (uint32_t i = 0; i < out->param_count; i++) fields[i] = (cti_field){absolute_valtype(key[2 * i], first), key[2 * i + 1] != 0};
  out->of.fields = fields;
  return CT_OK;
}

static ct_status take_type(cti_type_table *table, const uint32_t **key, uint32_t first) {
  const uint32_t *at = *key;
  cti_deftype type = {.kind = (uint8_t)at[0], .is_final = (at[0] >> 8 & 1) != 0, .shared = (at[0] >> 9 & 1) != 0};
  type.super = absolute_index(at[1], first);
  type.describes = absolute_index(at[2], first);
  type.descriptor = absolute_index(at[3], first);
  type.param_count = at[4];
  type.result_count = at[5];
  uint32_t above = type.super == CTI_NO_TYPE ? 0 : table->types.items[type.super].depth + 1u;
  type.depth = (uint16_t)(above < UINT16_MAX ? above : UINT16_MAX);
  at += KEY_HEAD;
  if (type.kind == CTI_COMPOSITE_FUNC) {
    CTI_TRY(take_types(&type, table->arena, at, first));
    *key = at + type.param_count + type.result_count;
  } else if (type.kind == CTI_COMPOSITE_CONT) {
    type.of.cont = absolute_index(*at, first);
    *key = at + 1;
  } else {
    CTI_TRY(take_fields(&type, table->arena, at, first));
    *key = at + 2 * (size_t)type.param_count;
  }
  return cti_vec_push(table->arena, &table->types, type) ? CT_OK : CT_NOMEM;
}

/* Appends the group of `count` types whose key stands in scratch. */
static ct_status add_group(cti_type_table *table, uint32_t count, uint32_t hash, uint64_t offset) {
  uint32_t first = table->types.count, size = table->scratch.count;
  CTI_TRY(cti_limit_check(&table->limits, CTI_LIMIT_canonical_types, (uint64_t)first + count, offset, table->arena->error));
  uint32_t *key = cti_alloc_raw(table->arena, size, sizeof *key);
  if (!key) return CT_NOMEM;
  if (size) memcpy(key, table->scratch.items, size * sizeof *key);
  const uint32_t *at = key;
  for (uint32_t i = 0; i < count; i++) CTI_TRY(take_type(table, &at, first));
  cti_type_group group = {key, size, hash, first, count};
  return cti_vec_push(table->arena, &table->groups, group) ? CT_OK : CT_NOMEM;
}

/* Finds the group whose key stands in scratch, or makes it. */
static ct_status intern(uint32_t *first, bool *added, cti_type_table *table, uint32_t count, uint64_t offset) {
  CTI_TRY(grow_slots(table));
  const uint32_t *key = table->scratch.items;
  uint32_t size = table->scratch.count, hash = (uint32_t)cti_hash_bytes(key, size * sizeof *key);
  uint32_t *slot = find_slot(table, key, size, hash);
  *added = *slot == 0;
  if (*added) {
    CTI_TRY(add_group(table, count, hash, offset));
    *slot = table->groups.count;
  }
  *first = table->groups.items[*slot - 1].first;
  return CT_OK;
}

/* ---- rules of new types: https://webassembly.github.io/spec/core/valid/types.html#composite-types */

static ct_status check_member(const interning *in, cti_corevt type, bool shared) {
  if (type == CTI_VT_I8 || type == CTI_VT_I16) return CT_OK;
  CTI_TRY(cti_valtype_allowed(type, in->table->features, in->offset, in->table->arena->error));
  if (shared && !cti_valtype_is_shared(in->table, type)) return fail(in, CT_CORE_TYPE, "shared composite type must contain shared types");
  return CT_OK;
}

static ct_status check_composite(const interning *in, const cti_deftype *type) {
  if (type->shared) CTI_TRY(require(in, CTI_FEATURE_SHARED_EVERYTHING_THREADS, "shared composite types"));
  switch ((cti_composite)type->kind) {
    case CTI_COMPOSITE_FUNC:
      for (uint32_t i = 0; i < type->param_count + type->result_count; i++) CTI_TRY(check_member(in, type->of.types[i], type->shared));
      return type->result_count > 1 ? require(in, CTI_FEATURE_MULTI_VALUE, "function types with several results") : CT_OK;
    case CTI_COMPOSITE_STRUCT:
    case CTI_COMPOSITE_ARRAY:
      CTI_TRY(require(in, CTI_FEATURE_GC, type->kind == CTI_COMPOSITE_ARRAY ? "array types" : "struct types"));
      CTI_TRY(require(in, CTI_FEATURE_GC_TYPES, type->kind == CTI_COMPOSITE_ARRAY ? "array types" : "struct types"));
      for (uint32_t i = 0; i < type->param_count; i++) CTI_TRY(check_member(in, type->of.fields[i].type, type->shared));
      return CT_OK;
    case CTI_COMPOSITE_CONT:
      CTI_TRY(require(in, CTI_FEATURE_STACK_SWITCHING, "continuation types"));
      CTI_TRY(require(in, CTI_FEATURE_GC_TYPES, "continuation types"));
      if (in->table->types.items[type->of.cont].kind != CTI_COMPOSITE_FUNC) return fail(in, CT_CORE_TYPE, "non-function type: a continuation type must name a function type");
      return CT_OK;
  }
  return CT_OK;
}

static bool field_is_sub(const cti_type_table *table, const cti_field *a, const cti_field *b) {
  if (!cti_valtype_is_sub(table, a->type, b->type) || a->is_mutable != b->is_mutable) return false;
  return !a->is_mutable || cti_valtype_is_sub(table, b->type, a->type);
}

/* Does the structure of `a` match that of its declared supertype `b`? One step alone: what lies above was checked when it was declared.
 * https://webassembly.github.io/spec/core/valid/matching.html#composite-types */
static bool composite_is_sub(const cti_type_table *table, const cti_deftype *a, const cti_deftype *b) {
  if (a->kind != b->kind || a->shared != b->shared) return false;
  switch ((cti_composite)a->kind) {
    case CTI_COMPOSITE_FUNC:
      return cti_func_is_sub(table, a->of.types, a->param_count, a->of.types + a->param_count, a->result_count, b->of.types, b->param_count,
                             b->of.types + b->param_count, b->result_count);
    case CTI_COMPOSITE_CONT: return cti_type_is_sub(table, a->of.cont, b->of.cont);
    case CTI_COMPOSITE_ARRAY: return field_is_sub(table, a->of.fields, b->of.fields);
    case CTI_COMPOSITE_STRUCT: break;
  }
  if (a->param_count < b->param_count) return false;
  for (uint32_t i = 0; i < b->param_count; i++)
    if (!field_is_sub(table, &a->of.fields[i], &b->of.fields[i])) return false;
  return true;
}

static ct_status check_super(const interning *in, const cti_deftype *type) {
  if (!type->is_final || type->super != CTI_NO_TYPE) CTI_TRY(require(in, CTI_FEATURE_GC, "subtypes"));
  CTI_TRY(check_composite(in, type));
  if (type->super == CTI_NO_TYPE) return CT_OK;
  const cti_deftype *super = &in->table->types.items[type->super];
  if (super->is_final) return fail(in, CT_CORE_TYPE, "sub type cannot have a final super type");
  if (!composite_is_sub(in->table, type, super)) return fail(in, CT_CORE_TYPE, "sub type must match super type");
  return cti_limit_check(&in->table->limits, CTI_LIMIT_subtyping_depth, type->depth, in->offset, in->table->arena->error);
}

/* https://github.com/WebAssembly/custom-descriptors/blob/main/proposals/custom-descriptors/Overview.md: descriptors and what they describe are two
 * chains of types that run side by side. */
static ct_status check_descriptor_super(const interning *in, const cti_deftype *type) {
  const cti_deftype *types = in->table->types.items, *super = &types[type->super];
  bool has = type->descriptor != CTI_NO_TYPE, super_has = super->descriptor != CTI_NO_TYPE;
  if (has && !super_has) return fail(in, CT_CORE_TYPE, "sub type with descriptor must have super type with descriptor");
  if (!has && super_has) return fail(in, CT_CORE_TYPE, "supertype of type without descriptor cannot have descriptor");
  if (has && types[type->descriptor].super != super->descriptor) return fail(in, CT_CORE_TYPE, "supertype of described type must be described by supertype of descriptor");
  bool is = type->describes != CTI_NO_TYPE, super_is = super->describes != CTI_NO_TYPE;
  if (!is && super_is) return fail(in, CT_CORE_TYPE, "supertype of non-descriptor type cannot be a descriptor");
  if (is && !super_is) return fail(in, CT_CORE_TYPE, "supertype of descriptor must be a descriptor");
  if (is && types[type->describes].super != super->describes) return fail(in, CT_CORE_TYPE, "supertype of descriptor does not match");
  return CT_OK;
}

static ct_status check_descriptors(const interning *in, uint32_t id) {
  const cti_deftype *types = in->table->types.items, *type = &types[id];
  if (type->descriptor != CTI_NO_TYPE || type->describes != CTI_NO_TYPE) {
    CTI_TRY(require(in, CTI_FEATURE_CUSTOM_DESCRIPTORS, "descriptor and describes clauses"));
    if (type->kind != CTI_COMPOSITE_STRUCT) return fail(in, CT_CORE_TYPE, type->descriptor != CTI_NO_TYPE ? "descriptor clause on non-struct type" : "describes clause on non-struct type");
  }
  if (type->super != CTI_NO_TYPE) CTI_TRY(check_descriptor_super(in, type));
  if (type->descriptor != CTI_NO_TYPE) {
    if (types[type->descriptor].describes != id) return fail(in, CT_CORE_TYPE, "descriptor with no matching describes");
    if (types[type->descriptor].is_final != type->is_final) return fail(in, CT_CORE_TYPE, "descriptor and described type must have the same finality");
  }
  if (type->describes != CTI_NO_TYPE && types[type->describes].descriptor != id) return fail(in, CT_CORE_TYPE, "describes with no matching descriptor");
  return CT_OK;
}

/* Room for `size` more words of the key. */
static uint32_t *scratch_room(cti_type_table *table, uint32_t size) {
  uint32_t at = table->scratch.count;
  while (table->scratch.capacity - at < size) {
    uint32_t before = table->scratch.capacity;
    table->scratch.items = cti_vec_more(table->arena, table->scratch.items, before, &table->scratch.capacity, sizeof *table->scratch.items);
    if (table->scratch.capacity == before) return NULL;
  }
  table->scratch.count = at + size;
  return table->scratch.items + at;
}

ct_status cti_types_add_group(cti_type_table *table, cti_type_space *space, const cti_subtype *types, uint32_t count, bool written, uint64_t offset) {
  interning in = {table, space, space->count, count, offset};
  if (written) CTI_TRY(require(&in, CTI_FEATURE_GC, "recursion groups"));
  table->scratch.count = 0;
  for (uint32_t i = 0; i < count; i++) {
    CTI_TRY(check_form(&in, &types[i], in.start + i));
    uint32_t *key = scratch_room(table, key_size(&types[i]));
    if (!key) return CT_NOMEM;
    CTI_TRY(write_key(key, &in, &types[i]));
  }
  uint32_t first;
  bool added;
  CTI_TRY(intern(&first, &added, table, count, offset));
  for (uint32_t i = 0; i < count; i++)
    if (!cti_vec_push(table->arena, space, first + i)) return CT_NOMEM;
  for (uint32_t i = 0; added && i < count; i++) {
    CTI_TRY(check_super(&in, &table->types.items[first + i]));
    CTI_TRY(check_descriptors(&in, first + i));
  }
  return CT_OK;
}

ct_status cti_types_func(uint32_t *out, cti_type_table *table, const cti_corevt *types, uint32_t param_count, uint32_t result_count) {
  uint32_t head[KEY_HEAD] = {CTI_COMPOSITE_FUNC | 1u << 8, CTI_NO_TYPE, CTI_NO_TYPE, CTI_NO_TYPE, param_count, result_count};
  table->scratch.count = 0;
  for (uint32_t i = 0; i < KEY_HEAD + param_count + result_count; i++)
    if (!cti_vec_push(table->arena, &table->scratch, i < KEY_HEAD ? head[i] : types[i - KEY_HEAD])) return CT_NOMEM;
  bool added;
  return intern(out, &added, table, 1, CT_NO_OFFSET);
}

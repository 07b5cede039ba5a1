/* type_table.h - the canonical types of one validation: one table for all core modules of a component, so that two types are equal when their ids are.
 *
 * A recursion group is interned as a whole; references inside it are relative while it is compared. In the table every cti_corevt that names a type
 * carries the canonical id where the binary has an index of the module ("canonical value type"). A cti_type_space maps the one to the other.
 * https://webassembly.github.io/spec/core/valid/conventions.html#defined-types */
#ifndef CTI_CORE_TYPE_TABLE_H
#define CTI_CORE_TYPE_TABLE_H

#include "core/features.h"
#include "core/limits.h"
#include "core/module.h"

#define CTI_NO_TYPE UINT32_MAX

/* A canonical type. The arrays belong to the table. */
typedef struct cti_deftype {
  uint8_t kind; /* cti_composite */
  bool is_final : 1, shared : 1;
  uint16_t depth; /* how many supertypes lie above */
  uint32_t super, describes, descriptor; /* ids; CTI_NO_TYPE when absent */
  uint32_t param_count, result_count; /* of functions; fields are counted by param_count */
  union {
    const cti_corevt *types; /* of functions: parameters, then results */
    const cti_field *fields; /* of structs; of arrays one */
    uint32_t cont;           /* of continuations: id of the function type */
  } of;
} cti_deftype;

/* An interned group, and the words that it is compared by (type_table.c). */
typedef struct cti_type_group {
  const uint32_t *key;
  uint32_t key_size, hash; /* key_size in words */
  uint32_t first, count;   /* ids */
} cti_type_group;

typedef struct cti_type_table {
  cti_arena *arena; /* holds everything; its error takes failures */
  cti_features features;
  cti_limit_set limits;
  CTI_VEC(cti_deftype) types; /* index: id */
  CTI_VEC(cti_type_group) groups;
  CTI_VEC(uint32_t) scratch; /* the key of the group that is being looked up */
  uint32_t *slots;           /* hash table: index of the group and one; 0 is free */
  uint32_t slot_count;       /* a power of two */
} cti_type_table;

/* The types that a module or module type sees, by index. */
typedef CTI_VEC(uint32_t) cti_type_space;

void cti_type_table_init(cti_type_table *out, cti_arena *arena, cti_features features, const ct_limits *limits);

/* Interns one recursion group as it was read (cti_read_subtype; its arrays may be scratch) and appends its ids to `space`. Checks every rule about
 * types: indices, features, supertypes, descriptors, sharing, limits. Failures are reported at `offset`. */
ct_status cti_types_add_group(cti_type_table *table, cti_type_space *space, const cti_subtype *types, uint32_t count, bool written, uint64_t offset);

/* The id of a final function type without a group of its own, from canonical value types: params, then results. CT_NOMEM is the one failure. */
ct_status cti_types_func(uint32_t *out, cti_type_table *table, const cti_corevt *types, uint32_t param_count, uint32_t result_count);

/* ---- value types */

/* Is the type allowed by the features? */
ct_status cti_valtype_allowed(cti_corevt type, cti_features features, uint64_t offset, ct_error *error);

/* Is its index in range? *type then is canonical. The second does both. */
ct_status cti_valtype_canonical(cti_corevt *type, const cti_type_space *space, uint64_t offset, ct_error *error);
ct_status cti_valtype_check(cti_corevt *type, const cti_type_table *table, const cti_type_space *space, uint64_t offset, ct_error *error);

/* Subtyping of canonical value types, storage types included. https://webassembly.github.io/spec/core/valid/matching.html */
bool cti_type_is_sub(const cti_type_table *table, uint32_t a, uint32_t b); /* of ids: declared subtypes */
bool cti_valtype_is_sub_slow(const cti_type_table *table, cti_corevt a, cti_corevt b);
static inline bool cti_valtype_is_sub(const cti_type_table *table, cti_corevt a, cti_corevt b) { return a == b || (cti_vt_is_ref(a) && cti_vt_is_ref(b) && cti_valtype_is_sub_slow(table, a, b)); }

bool cti_abstract_is_sub(uint32_t a, uint32_t b); /* of the codes of abstract heap types, CTI_HEAP_* */

bool cti_valtype_is_shared(const cti_type_table *table, cti_corevt type);
static inline bool cti_valtype_is_defaultable(cti_corevt type) { return !cti_vt_is_ref(type) || (type & CTI_VT_NULLABLE) != 0; }

/* The top of the hierarchy that a reference type belongs to, nullable: anyref, funcref, externref, exnref, contref, or their shared forms. */
cti_corevt cti_reftype_top(const cti_type_table *table, cti_corevt type);

/* Is a function type [params a] -> [results a] a subtype of b's? Contravariant, covariant. */
bool cti_func_is_sub(const cti_type_table *table, const cti_corevt *a_params, uint32_t a_param_count, const cti_corevt *a_results, uint32_t a_result_count,
                     const cti_corevt *b_params, uint32_t b_param_count, const cti_corevt *b_results, uint32_t b_result_count);

/* ---- imports and exports */

/* Does what is provided (canonical) satisfy what an import asks for? https://webassembly.github.io/spec/core/valid/matching.html#external-types */
bool cti_extern_is_sub(const cti_type_table *table, const cti_extern_type *provided, const cti_extern_type *wanted);

/* ---- text, for messages. Concrete types are shown by the first index that `space` has for them (NULL: "type #ID of the validation"). */

typedef struct cti_type_text {
  char text[96];
} cti_type_text;
cti_type_text cti_valtype_text(cti_corevt type, const cti_type_space *space);

/* "[i32 i64]", cut with "..." when it is long. */
typedef struct cti_types_text {
  char text[256];
} cti_types_text;
cti_types_text cti_valtypes_text(const cti_corevt *types, uint32_t count, const cti_type_space *space);

#endif

/* types.h - the one representation of component value types, used by the WIT resolver, the component validator and the encoders.
 *
 * A ct_valtype is one word: none, a primitive, or the index of a definition in a cti_types table. Definitions hold structure only; names, owners
 * and documentation of types live with who names them (wit_model.h). Entities refer to each other by index, never by pointer. */
#ifndef CTI_TYPES_TYPES_H
#define CTI_TYPES_TYPES_H

#include "base/vec.h"

typedef enum cti_prim {
#define CT_PRIM(symbol, code, name, size, core) CTI_PRIM_##symbol,
#include "types/valtypes.def"
#undef CT_PRIM
  CTI_PRIM_COUNT
} cti_prim;

/* 0: no type (an absent payload). 1 .. CTI_PRIM_COUNT: a primitive. With the top bit: the index of a definition. */
typedef struct cti_valtype {
  uint32_t word;
} cti_valtype;

#define CTI_VALTYPE_NONE ((cti_valtype){0})
static inline cti_valtype cti_valtype_prim(cti_prim prim) { return (cti_valtype){(uint32_t)prim + 1}; }
static inline cti_valtype cti_valtype_def(uint32_t index) { return (cti_valtype){index | 0x80000000u}; }
static inline bool cti_valtype_is_none(cti_valtype type) { return type.word == 0; }
static inline bool cti_valtype_is_def(cti_valtype type) { return (type.word & 0x80000000u) != 0; }
static inline bool cti_valtype_is_prim(cti_valtype type) { return type.word != 0 && !cti_valtype_is_def(type); }
static inline uint32_t cti_valtype_index(cti_valtype type) { return type.word & 0x7fffffffu; } /* of a definition */
static inline cti_prim cti_valtype_to_prim(cti_valtype type) { return (cti_prim)(type.word - 1); }
static inline bool cti_valtype_eq(cti_valtype a, cti_valtype b) { return a.word == b.word; }

/* https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#type-definitions */
typedef enum cti_def_kind {
  CTI_DEF_UNKNOWN,    /* not resolved yet */
  CTI_DEF_ALIAS,      /* `type a = b`: `element` is the type that is meant */
  CTI_DEF_RECORD,     /* members: name and type */
  CTI_DEF_VARIANT,    /* members: name and type or none */
  CTI_DEF_ENUM,       /* members: name alone */
  CTI_DEF_FLAGS,      /* members: name alone */
  CTI_DEF_TUPLE,      /* members: type alone */
  CTI_DEF_LIST,       /* element */
  CTI_DEF_FIXED_LIST, /* element, length */
  CTI_DEF_MAP,        /* element is the value, key */
  CTI_DEF_OPTION,     /* element */
  CTI_DEF_RESULT,     /* element is ok or none, key is the error or none */
  CTI_DEF_STREAM,     /* element or none */
  CTI_DEF_FUTURE,     /* element or none */
  CTI_DEF_OWN,        /* resource */
  CTI_DEF_BORROW,     /* resource */
  CTI_DEF_RESOURCE    /* a resource type itself: an identity, not a value type */
} cti_def_kind;

/* A field of a record, a case of a variant or enum, a flag, an element of a tuple. */
typedef struct cti_member {
  ct_slice name;    /* borrowed; empty in tuples */
  cti_valtype type; /* none for cases without payload, enum cases and flags */
  ct_slice docs;    /* WIT only: documentation as written, else empty */
} cti_member;

typedef struct cti_def {
  cti_def_kind kind;
  uint32_t member_count;
  cti_member *members;
  cti_valtype element, key;
  uint32_t length;   /* of a fixed-length list */
  uint32_t resource; /* own, borrow: the index of the definition of the resource */
} cti_def;

typedef struct cti_types {
  CTI_VEC(cti_def) defs;
} cti_types;

typedef struct cti_prim_info {
  const char *name;
  uint8_t code; /* in the binary format */
  uint8_t size; /* bytes; also the alignment; 0 for string */
} cti_prim_info;

extern const cti_prim_info cti_prims[CTI_PRIM_COUNT];

/* The primitive with this code of the binary format, or CTI_PRIM_COUNT. */
cti_prim cti_prim_of_code(uint8_t code);
/* The primitive that WIT calls so, or CTI_PRIM_COUNT. */
cti_prim cti_prim_of_name(ct_slice name);

/* What `type` is after following aliases. A chain that is longer than the table ends in none. */
cti_valtype cti_types_strip_alias(const cti_types *types, cti_valtype type);

#endif

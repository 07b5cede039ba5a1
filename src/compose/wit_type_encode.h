/* wit_type_encode.h - WIT types -> type definitions in one scope: the declarations of a component type or of an instance type, or a component itself.
 *
 * An encoder defines in `scope` what a type or function needs, once, and gives the index by which it is known there. Anonymous types of one structure
 * share one definition, as do functions of one signature. What differs between scopes is told by two fields: how a named type becomes visible
 * (`naming`), and how a type of another interface is reached (`import_type`). Used by wit_encode.c and by `component new`.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md#package-format */
#ifndef CTI_COMPOSE_WIT_TYPE_ENCODE_H
#define CTI_COMPOSE_WIT_TYPE_ENCODE_H

#include "component/component.h"
#include "wit/wit_model.h"

typedef enum cti_type_naming {
  CTI_NAMING_DECLARE, /* `scope` is a type: an export declaration */
  CTI_NAMING_IMPORT,  /* an import of `scope` */
  CTI_NAMING_EXPORT,  /* `scope` is a component: an export of it */
  CTI_NAMING_NONE,    /* named types stay plain definitions; a resource is then a contract broken by the caller */
  CTI_NAMING_CUSTOM   /* by `name_type` */
} cti_type_naming;

/* What one scope has already. All-zero is empty. */
typedef struct cti_type_maps {
  cti_map types;      /* type id -> the word of the cti_valtype that it became */
  cti_map structures; /* structure of an anonymous type -> the same */
  cti_map funcs;      /* signature -> index of the function type */
  cti_map units;      /* CTI_DEF_FUTURE and CTI_DEF_STREAM without a payload -> index */
} cti_type_maps;

typedef struct cti_type_step {
  uint32_t type, next_child;
  ct_slice structure; /* of an anonymous type */
} cti_type_step;

typedef struct cti_type_encoder cti_type_encoder;
struct cti_type_encoder {
  const cti_resolve *resolve;
  cti_component *scope;
  cti_arena *arena;    /* for all that is made; its error tells a failure */
  cti_type_maps *maps; /* of `scope` */
  cti_type_naming naming;
  uint32_t interface; /* the one whose own types are defined here, or CTI_WIT_NONE for those of a world */
  /* The index in `scope` of `type`, which belongs to another interface than `interface`; UINT32_MAX on failure (reported). */
  uint32_t (*import_type)(cti_type_encoder *encoder, uint32_t type);
  /* CTI_NAMING_CUSTOM: makes `bound`, what type `type` is, visible; gives the index that is to be used from now on, UINT32_MAX on failure (reported). */
  uint32_t (*name_type)(cti_type_encoder *encoder, uint32_t type, cti_externtype bound);
  void *context;                 /* for import_type and name_type */
  CTI_VEC(cti_type_step) pending; /* private: types that wait for those they are made of */
};

/* The value type that `type` is in the scope; a definition's index is one of the scope's type index space. None gives none. */
ct_status cti_encode_valtype(cti_valtype *out, cti_type_encoder *encoder, cti_valtype type);

/* The same for a type id, as an index: for types that are no alias of a primitive without a name of its own (every named type, every resource). */
ct_status cti_encode_type_id(uint32_t *out, cti_type_encoder *encoder, uint32_t type);

/* The index of the function type of `func`. */
ct_status cti_encode_func_type(uint32_t *out, cti_type_encoder *encoder, const cti_wit_func *func);

/* `future` or `stream` without a payload, which no type id need stand for; `kind` is CTI_DEF_FUTURE or CTI_DEF_STREAM. */
ct_status cti_encode_unit(uint32_t *out, cti_type_encoder *encoder, cti_def_kind kind);

/* Forgets what a type, and an anonymous one of its structure, became in the scope: it is defined anew when it is asked for again. */
ct_status cti_forget_type(cti_type_encoder *encoder, uint32_t type);

/* An independent copy of what a scope has. */
ct_status cti_type_maps_copy(cti_type_maps *out, const cti_type_maps *maps, cti_arena *arena);

/* The extern name of something that has an external id, or none (data == NULL). */
cti_extern_name cti_extern_name_make(ct_slice name, ct_slice external_id, cti_arena *arena);

#endif

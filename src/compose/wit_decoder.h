/* wit_decoder.h - the state of decoding, shared by wit_decode.c (packages, worlds, interfaces), wit_decode_type.c (types and
 * functions) and wit_decode_order.c (packages in order). */
#ifndef CTI_COMPOSE_WIT_DECODER_H
#define CTI_COMPOSE_WIT_DECODER_H

#include "component/extern_name.h"
#include "component/type_store.h"
#include "wit/wit_model.h"

/* A package that is met by references alone: as much of it is known as they show. */
typedef struct cti_foreign_package {
  cti_package_name name;
  cti_ids interfaces;
  cti_map by_name; /* interface name -> id */
} cti_foreign_package;

typedef struct cti_wit_decoder {
  cti_type_store *store;
  cti_resolve *resolve;
  cti_arena *arena;
  cti_map types;           /* id in the store -> type id of the resolve */
  cti_map world_resources; /* of the world that is being decoded: name -> type id */
  cti_map own;             /* full name of an interface of the main package -> id */
  cti_map homes;           /* interface id -> index of its foreign package */
  cti_map foreign_ids;     /* text of a package name -> index */
  CTI_VEC(cti_foreign_package) foreign;
  cti_ids interfaces, worlds; /* of the main package */
} cti_wit_decoder;

/* One import or export, of the component or of a type: what `component/type_store.h` keeps in two lists. */
typedef struct cti_decode_item {
  ct_slice name, implements, external_id, suffix;
  cti_entity entity;
} cti_decode_item;

static inline uint32_t cti_decode_count(const cti_extern_list *list) { return list->names->count; }
cti_decode_item cti_decode_item_at(const cti_extern_list *list, uint32_t index);

/* ---- wit_decode_type.c */

/* Makes the named type that an export or import of a type stands for; *out is its id. */
ct_status cti_decode_type(uint32_t *out, cti_wit_decoder *d, const cti_decode_item *item, cti_owner owner);

/* A type export that is known by name as `type` already: its structure must be the same, and its parts become known by the types that are there. */
ct_status cti_decode_known_type(cti_wit_decoder *d, const cti_decode_item *item, uint32_t type);

ct_status cti_decode_func(cti_wit_func *out, cti_wit_decoder *d, const cti_decode_item *item, cti_owner owner);

/* ---- wit_decode_order.c */

/* All packages enter the resolve; *package is the main one, of that name. */
ct_status cti_decode_finish(uint32_t *package, cti_wit_decoder *d, const cti_package_name *name);

#endif

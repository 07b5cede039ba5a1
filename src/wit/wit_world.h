/* wit_world.h - the lists of imports and exports of a world: finding items, adding what they need, the order in which all tools tell them. */
#ifndef CTI_WIT_WIT_WORLD_H
#define CTI_WIT_WIT_WORLD_H

#include "wit/wit_model.h"

/* Where each item of a list is, by its name or by its interface. All-zero is empty. */
typedef struct cti_item_index {
  cti_map names, interfaces; /* -> position in the list */
} cti_item_index;

ct_status cti_item_index_make(cti_item_index *out, const cti_world_items *items, cti_arena *arena);
/* The position of what has the same key as `item`, or CTI_WIT_NONE. */
uint32_t cti_item_index_find(const cti_item_index *index, const cti_world_item *item);
/* Appends an item whose key is not there yet. */
ct_status cti_items_add(cti_world_items *items, cti_item_index *index, const cti_world_item *item, cti_arena *arena);

/* The interfaces that an interface uses types of, each once, in the order of its types. Remembered, since worlds ask for the same ones. */
typedef struct cti_interface_deps {
  uint32_t count;
  uint32_t *ids;
} cti_interface_deps;

typedef struct cti_dep_cache {
  cti_resolve *resolve;
  cti_arena *arena; /* of the lists */
  cti_map slot_of; /* interface -> index into lists */
  CTI_VEC(cti_interface_deps) lists;
} cti_dep_cache;

ct_status cti_dep_cache_get(cti_dep_cache *cache, uint32_t interface, cti_interface_deps *out);

/* Completes a world: every interface that an import or export needs is imported, dependencies first; interfaces come before types, types before functions.
 * Fails when an export needs an interface both as an import and as the export that it is, too.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md#wit-worlds */
ct_status cti_elaborate_world(cti_dep_cache *cache, uint32_t world);

#endif

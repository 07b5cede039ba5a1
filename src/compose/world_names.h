/* world_names.h - a world's imports and exports by the names that core modules use for them. */
#ifndef CTI_COMPOSE_WORLD_NAMES_H
#define CTI_COMPOSE_WORLD_NAMES_H

#include "compose/core_name.h"
#include "wit/wit_model.h"

/* Items by name, for one direction of a world. */
typedef struct cti_world_names {
  const cti_resolve *resolve;
  const cti_world_items *items;
  cti_map by_name;  /* plain name, or id of the interface with its version -> place */
  cti_map by_track; /* id of the interface with the track of its version ("ns:pkg/iface@0.2") -> place of the first */
} cti_world_names;

ct_status cti_world_names_make(cti_world_names *out, const cti_resolve *resolve, const cti_world_items *items, cti_arena *arena);

/* The function or type of that name, or CTI_WIT_NONE. */
uint32_t cti_world_names_find(const cti_world_names *names, ct_slice name, cti_world_item_kind kind);

/* The interface that a core module calls `name`: legacy names match at the same version or else at a compatible one, standard names carry the track alone.
 * CTI_WIT_NONE when there is none. */
uint32_t cti_world_names_interface(const cti_world_names *names, ct_slice name, cti_mangling mangling, cti_arena *arena);

/* Splits "ns:pkg/iface@1.2.3" before the '@'; false without a version that parses. */
bool cti_split_version(ct_slice *base, cti_semver *version, ct_slice name);

/* The name of an item with the track of its version, as the standard names have it: plain names as they are. Empty when memory is out. */
ct_slice cti_world_item_track_name(const cti_resolve *resolve, const cti_world_item *item, cti_arena *arena);

#endif

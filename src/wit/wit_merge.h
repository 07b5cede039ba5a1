/* wit_merge.h - one resolve into another, and one world into another: what both have must agree, what one lacks it gets. */
#ifndef CTI_WIT_WIT_MERGE_H
#define CTI_WIT_WIT_MERGE_H

#include "wit/wit_clone.h"

/* Ids of `from` to ids of `into`; arrays in the arena of `into`. */
typedef struct cti_merge_maps {
  uint32_t *types, *interfaces, *worlds, *packages;
} cti_merge_maps;

/* Merges `from` into `into`; both lie in the same arena. Interfaces of the same id may each have types and functions that the other lacks, worlds of the
 * same id must agree. Fails with both places when they do not. `from` is not to be used afterwards. */
ct_status cti_resolve_merge(cti_resolve *into, cti_resolve *from, cti_merge_maps *maps);

/* Merges the world `from` into the world `into` of the same resolve: the union of their imports and exports. What `from` owns is copied; `maps` (all-zero
 * at first) tells what was. Fails when an item of both differs, or when an export would change what another export means. */
ct_status cti_world_merge(cti_resolve *resolve, uint32_t from, uint32_t into, cti_clone_maps *maps);

/* Do two functions of the same name agree in kind, parameters and result, as far as can be told without looking into named types? */
ct_status cti_check_same_func(const cti_resolve *a_resolve, const cti_wit_func *a, const cti_resolve *b_resolve, const cti_wit_func *b);
/* Do all functions that both interfaces have agree? */
ct_status cti_check_same_interface(const cti_resolve *a_resolve, uint32_t a, const cti_resolve *b_resolve, uint32_t b);

/* Takes over the stability of `from` where `into` has none; fails when they differ. */
ct_status cti_merge_stability(const cti_resolve *resolve, const cti_stability *from, cti_stability *into, cti_span span);

#endif

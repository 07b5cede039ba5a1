/* wit_clone.h - deep copies of what a world or interface owns, for another owner: `include`, merging of worlds, separate types for imports and exports. */
#ifndef CTI_WIT_WIT_CLONE_H
#define CTI_WIT_WIT_CLONE_H

#include "wit/wit_model.h"

/* What was copied so far; may serve several cloners. All-zero is empty. */
typedef struct cti_clone_maps {
  cti_map types, interfaces; /* old id -> new id */
} cti_clone_maps;

typedef struct cti_cloner {
  cti_resolve *resolve;
  cti_clone_maps *maps;
  cti_owner from, to; /* types that `from` owns are copied to be owned by `to`, anonymous ones with them; what others own stays theirs */
  uint32_t package;   /* of copied interfaces */
} cti_cloner;

/* Each replaces the id, or the ids inside, by those of copies. */
ct_status cti_clone_type(cti_cloner *cloner, uint32_t *type);
ct_status cti_clone_func(cti_cloner *cloner, cti_wit_func *func);
ct_status cti_clone_interface(cti_cloner *cloner, uint32_t *interface);
/* An item under a plain name; named interfaces, and items that are an interface under its own name, stay what they are. */
ct_status cti_clone_world_item(cti_cloner *cloner, cti_world_item *item);

#endif

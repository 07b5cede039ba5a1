/* wit_transform.h - worlds turned around, deduplicated, and with a type of its own for each side. */
#ifndef CTI_WIT_WIT_TRANSFORM_H
#define CTI_WIT_WIT_TRANSFORM_H

#include "wit/wit_model.h"

/* The world's exports become its imports, its imports go, types aside. `new_name` with data == NULL: the old one with "-importized". */
ct_status cti_world_importize(cti_resolve *resolve, uint32_t world, ct_slice new_name);

/* The world's imports (those of `names`, or all when there are none) become its exports; its exports go. "-exportized" likewise. */
ct_status cti_world_exportize(cti_resolve *resolve, uint32_t world, ct_slice new_name, const ct_slice *names, uint32_t name_count);

/* Of the imports of one interface at compatible versions the latest stays, and what used the others uses it. With `complete` it gets what it lacks of
 * theirs, for worlds that are cut to what their module calls; without, it stays as it was written. Fails when a function of both differs. Other worlds are
 * completed anew. */
ct_status cti_world_merge_imports(cti_resolve *resolve, uint32_t world, bool complete);

/* Copies interfaces that the world has more than once (imported, exported, under labels), and those that use such, so that each has types of its own. */
ct_status cti_world_nominalize(cti_resolve *resolve, uint32_t world);

#endif

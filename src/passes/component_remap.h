/* component_remap.h - moving what is referred to in the index spaces of a component: in all of them, or in the two that hold core modules and their types.
 *
 * requires: a decoded component. preserves: everything but these indices; sections without one stay as they came, byte for byte. breaks: nothing; the names of
 * what moves (`component-name`) move along. */
#ifndef CTI_PASSES_COMPONENT_REMAP_H
#define CTI_PASSES_COMPONENT_REMAP_H

#include "component/component.h"

/* Where `index` goes in the index space of `sort` of the outermost component; UINT32_MAX: it is gone. */
typedef uint32_t cti_component_mover(void *context, cti_sort sort, uint32_t index);

/* Hands each reference to core modules and core types, at any depth, to `move`, and puts in its place what that gives. CT_COMP_INDEX, at the item, for one that is gone. */
ct_status cti_component_remap(cti_component *component, cti_component_mover *move, void *context);

/* The same for one item of the outermost component. */
ct_status cti_component_remap_item(cti_component *component, uint32_t item, cti_component_mover *move, void *context);

/* The same two for every index space: `move` is asked for each sort, values included. */
ct_status cti_component_remap_all(cti_component *component, cti_component_mover *move, void *context);
ct_status cti_component_remap_item_all(cti_component *component, uint32_t item, cti_component_mover *move, void *context);

/* What an item of `component` says has changed: its section, and the component, are to be encoded anew. Components around this one are the caller's. */
void cti_component_touch(cti_component *component, const cti_item *item);

#endif

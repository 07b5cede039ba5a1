/* units.h - core modules on their way into a component: read, merged, cut, written in pieces. */
#ifndef CTI_COMPOSE_UNITS_H
#define CTI_COMPOSE_UNITS_H

#include "compose/plan.h"

/* Prepares an empty plan: the world root:root, to which everything is merged, and room for the main module as unit 0. */
ct_status cti_plan_init(cti_plan *plan, const ct_component_new_options *options, cti_arena *arena);

/* Reads the interface of a module and merges its component-type sections into the world. Adapters and libraries come before the main module: that is the
 * order of the reference, and so that of the imports. Slices are borrowed. */
ct_status cti_add_unit(cti_plan *plan, cti_unit_kind kind, ct_slice name, ct_slice file, ct_slice bytes);
ct_status cti_set_main(cti_plan *plan, ct_slice file, ct_slice bytes);

/* What debuggers call the module of a unit: its own name, or that of an adapter with this before it. In the arena. */
#define CTI_ADAPTER_PREFIX "wit-component:adapter:"
ct_slice cti_unit_debug_name(cti_plan *plan, const cti_unit *unit);

/* The world is complete: merges imports at compatible versions unless they are to stay apart, gives imports and exports types of their own, and prepares
 * matching. */
ct_status cti_settle_world(cti_plan *plan);

/* Matches adapters and libraries, after the main module: an adapter that nothing needs is left out, others are cut to what is needed (adapt_units.c). */
ct_status cti_match_units(cti_plan *plan);

/* Fills unit->pieces with the module as it goes into the component: without component-type sections, with the producers that they name, imports that have
 * one name told apart, adapters and libraries with their names. Nothing large is copied. */
ct_status cti_unit_pieces(cti_plan *plan, uint32_t unit);

#endif

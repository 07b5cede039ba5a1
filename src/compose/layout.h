/* layout.h - how the core modules of a component find each other.
 *
 * The shim layout is the reference's: the main module is instantiated first after a shim, through which it calls whatever needs its memory, adapters come
 * next, and a last module, the fixup, fills the shim's table.
 *
 * The direct layout turns that round. The first module owns the memory that the main one defined, which imports it now, so that everything can be lowered at
 * once; ctool's own adapter comes before the main module, which calls it without a detour. What still has to wait are the few functions that a module has
 * and earlier ones need (a realloc, `_start`): trampolines through a table of the first module, whose slots each module fills by an element segment, so that
 * no fixup is needed. Imported tables come first: a main module that fills slots and has a table of its own imports that, too, as it defined it, before the
 * slots, from a module by itself (hosts with tables in a pool give each instance one). So no index of the main module moves, no body is read, and nothing
 * that its code can name is another thing than it was.
 *
 * With --fuse-adapter the adapter becomes a part of the main module, whose function indices move for that: one instance imports what both do. */
#ifndef CTI_COMPOSE_LAYOUT_H
#define CTI_COMPOSE_LAYOUT_H

#include "compose/plan.h"

/* The stages, each when what it looks at is there: the main module is matched; an adapter is; plan->shims is complete. */
ct_status cti_layout_choose(cti_plan *plan);
ct_status cti_layout_join_adapter(cti_plan *plan, uint32_t unit);
ct_status cti_layout_settle(cti_plan *plan);

/* Is the unit instantiated before the main module? */
static inline bool cti_comes_first(const cti_plan *plan, uint32_t unit) { return plan->is_direct && plan->units.items[unit].is_builtin; }

/* Is it one module with the main one? */
static inline bool cti_is_fused(const cti_plan *plan, uint32_t unit) { return plan->is_fused && cti_comes_first(plan, unit); }

/* Makes the adapter a part of the main module: its unit's bytes and interface are then those of both (fuse.c). When the component is complete. */
ct_status cti_fuse_adapter(cti_plan *plan, uint32_t unit);

/* The module name by which units import from the first module in the direct layout. */
#define CTI_LAYOUT_FIRST "shim"

#endif

/* adapter_builtin.h - the preview1 adapter that ctool brings along, made ready for one guest. */
#ifndef CTI_COMPOSE_ADAPTER_BUILTIN_H
#define CTI_COMPOSE_ADAPTER_BUILTIN_H

#include "compose/plan.h"

/* What is to be done about a guest's memory that is another than preview1 has. */
#define CTI_ADAPTER_TARGET "build the module for wasm32-wasip1, without threads and without custom page sizes"

/* Adds ctool's own adapter as a unit when the guest imports preview1's functions, no adapter for them was given and options->wasi_adapter allows it. Of the
 * guest the interface is decoded, or at least imports and exports are there: then no place for the adapter is known in its memory.
 * Comes before cti_set_main, as adapters do; plan.main_globals is set when the main module gets another global section. */
ct_status cti_add_builtin_adapter(cti_plan *plan, const cti_module *guest);

/* Nobody reads the names by which a component's own modules import from each other: the adapter's get as short ones as there are, its imports all under one
 * module name. After its imports and exports were matched, and the main module's. */
ct_status cti_shorten_names(cti_plan *plan, uint32_t unit);

#endif

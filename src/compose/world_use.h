/* world_use.h - what of a world a component needs: numbers for its functions, those that are called, the types that are mentioned. */
#ifndef CTI_COMPOSE_WORLD_USE_H
#define CTI_COMPOSE_WORLD_USE_H

#include "compose/plan.h"

/* Numbers the functions of the final world and prepares the names of its items: before anything is matched. */
ct_status cti_number_world(cti_plan *plan);

/* After all is matched: which imported functions are wanted, which types live, which interfaces are exported under their own names. */
ct_status cti_find_used(cti_plan *plan);

/* The types that an interface mentions, its own and those of others, parts before wholes. */
ct_status cti_interface_types(cti_ids *out, cti_plan *plan, uint32_t interface);

/* The number of an imported or exported function. */
static inline uint32_t cti_import_number(const cti_plan *plan, uint32_t item, uint32_t func) { return plan->import_base[item] + func; }

#endif

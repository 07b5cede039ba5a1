/* component_new.h - the end of `component new`, which `component link` shares: from a plan whose units are all there to the pieces of a component. */
#ifndef CTI_COMPOSE_COMPONENT_NEW_H
#define CTI_COMPOSE_COMPONENT_NEW_H

#include "compose/plan.h"

/* Everything from the merged world to plan->component. */
ct_status cti_compose(cti_plan *plan);

/* The component in pieces, which borrow from the units and lie in the plan's arena; out->owner is left alone. */
ct_status cti_plan_pieces(ct_pieces *out, cti_plan *plan);

/* Validates what was made, with every feature on. */
ct_status cti_validate_pieces(const ct_pieces *pieces, ct_error *error);

#endif

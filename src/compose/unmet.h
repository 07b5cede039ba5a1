/* unmet.h - what stands between a module and its component: collected, so that all of it is told at once. */
#ifndef CTI_COMPOSE_UNMET_H
#define CTI_COMPOSE_UNMET_H

#include "compose/plan.h"

/* Adds one thing that is wrong: `text` says what, `hint` what to do (may be empty). CT_NOMEM, when memory is out, is the one failure. */
ct_status cti_unmet_add(cti_plan *plan, ct_status status, ct_slice text, ct_slice hint);

/* Fails with all that was added: the first one in full, the others in a line each. CT_OK when there is nothing. */
ct_status cti_unmet_report(cti_plan *plan);

#endif

/* doubts.h - what may be a mistake although the component is made. */
#ifndef CTI_COMPOSE_DOUBTS_H
#define CTI_COMPOSE_DOUBTS_H

#include "compose/plan.h"

/* After the component is built: warns of names that --import-name changes but nobody imports, of a `_start` that nothing calls, of a component that exports
 * nothing although its module does. CT_NOMEM is the one failure. */
ct_status cti_tell_doubts(cti_plan *plan);

#endif

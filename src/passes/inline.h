/* inline.h - functions that stand where they are called. */
#ifndef CTI_PASSES_INLINE_H
#define CTI_PASSES_INLINE_H

#include "passes/signatures.h"

/* Plans which functions are inlined in the next round: those with one call, and those that are no longer than a call. What is planned keeps its signature for
 * that round, and holds no call that is inlined itself. `now`: a round in which every live function was noted, not yet decided. */
void cti_inline_decide(cti_signatures *now, bool *any);

/* Puts the planned functions in the place of their calls. `callee` is room for the trees of one; `bodies` are the code of all functions as it was when the
 * round began, by whose types `f` was lifted. True when something changed. */
bool cti_inline_apply(const cti_signatures *plan, cti_ir *f, cti_ir *callee, const ct_slice *bodies);

#endif

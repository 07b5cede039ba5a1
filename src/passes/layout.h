/* layout.h - where the items of a module go: who stays, in which order, and the module rewritten so. */
#ifndef CTI_PASSES_LAYOUT_H
#define CTI_PASSES_LAYOUT_H

#include "passes/gc.h"

/* Drops what `uses` says nothing reaches and (`by_use`) puts what is referred to most first, so that its index is short. Bodies, segments, exports and names follow.
 * requires: valid, and uses of this module. preserves: behaviour, exports. breaks: what refers to code by offset (DWARF, source maps, hints). */
ct_status cti_layout_apply(cti_module *m, const cti_uses *uses, bool by_use);

/* Are all types function types of numbers and such, each alone in its group? Only then can they change places or become one. */
bool cti_types_are_plain(const cti_module *m);

#endif

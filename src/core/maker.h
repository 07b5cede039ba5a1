/* maker.h - who made a file that cannot be read: newer tools write what older ones do not know. */
#ifndef CTI_CORE_MAKER_H
#define CTI_CORE_MAKER_H

#include "base/error.h"
#include "base/slice.h"

/* Adds to the hint of a failure over the form of `bytes` (a module or a component that begins at absolute offset `base`) the tools and versions that a producers
 * section names: that of the innermost binary around the place of the failure, for a nested component else that of what is around it. Once; does nothing for
 * other failures, and where there is no such section. */
void cti_hint_maker(ct_error *error, ct_slice bytes, uint64_t base);

#endif

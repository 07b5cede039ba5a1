/* func_names.h - how the functions of a core module are called. */
#ifndef CTI_INSPECT_FUNC_NAMES_H
#define CTI_INSPECT_FUNC_NAMES_H

#include "core/custom.h"

/* By function: its name in the name section, else that of its first export; empty without one. A malformed name section gives the names before the break; *parsed,
 * unless NULL, gets all of it. NULL when memory is out (reported). */
const ct_slice *cti_func_names(cti_names *parsed, const cti_module *module, cti_arena *arena);

#endif

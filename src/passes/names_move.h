/* names_move.h - the `name` section when index spaces have moved. */
#ifndef CTI_PASSES_NAMES_MOVE_H
#define CTI_PASSES_NAMES_MOVE_H

#include "core/custom.h"
#include "passes/remap.h"

/* Names go along with what they name, and go with what is gone. Those of things inside of functions (locals, labels) are dropped, as those of data segments
 * are, which are cut and joined. A section that cannot be read is dropped whole. */
ct_status cti_names_move(cti_module *m, const cti_remap *remap);

/* Gives further functions or globals of a module names, if it has a `name` section. */
ct_status cti_names_add(cti_module *m, cti_name_kind kind, const cti_naming *names, uint32_t count);

/* Does a custom section of that name speak of code by its offset (DWARF, source maps, hints)? It goes when code moves. */
bool cti_custom_tells_offsets(ct_slice name);

#endif

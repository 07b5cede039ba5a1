/* types.c - facts about primitive value types, expanded from valtypes.def, and following of aliases. */
#include "types/types.h"

const cti_prim_info cti_prims[CTI_PRIM_COUNT] = {
#define CT_PRIM(symbol, code, name, size, core) {name, code, size},
#include "types/valtypes.def"
#undef CT_PRIM
};

cti_prim cti_prim_of_code(uint8_t code) {
  for (unsigned i = 0; i < CTI_PRIM_COUNT; i++)
    if (cti_prims[i].code == code) return (cti_prim)i;
  return CTI_PRIM_COUNT;
}

cti_prim cti_prim_of_name(ct_slice name) {
  for (unsigned i = 0; i < CTI_PRIM_COUNT; i++)
    if (cti_slice_is(name, cti_prims[i].name)) return (cti_prim)i;
  return CTI_PRIM_COUNT;
}

cti_valtype cti_types_strip_alias(const cti_types *types, cti_valtype type) {
  for (uint32_t steps = 0; steps <= types->defs.count; steps++) {
    if (!cti_valtype_is_def(type) || types->defs.items[cti_valtype_index(type)].kind != CTI_DEF_ALIAS) return type;
    type = types->defs.items[cti_valtype_index(type)].element;
  }
  return CTI_VALTYPE_NONE;
}

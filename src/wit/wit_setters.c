/* wit_setters.c - the order of getters and setters.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#import-and-export-definitions */
#include "wit/wit_setters.h"

ct_slice cti_getter_of(cti_arena *arena, ct_slice setter) {
  size_t at = 0;
  while (at < setter.size && !cti_slice_starts(cti_slice_cut(setter, at, setter.size), CTI_LIT("[set]"))) at++;
  return CTI_JOIN(arena, cti_slice_cut(setter, 0, at), CTI_LIT("[get]"), cti_slice_cut(setter, at + 5, setter.size));
}

static ct_status map_getters(cti_arena *arena, cti_map *getters, uint32_t *setters, const void *list, uint32_t count, cti_func_at func_at) {
  for (uint32_t i = 0; i < count; i++) {
    const cti_wit_func *func = func_at(list, i);
    if (func && func->accessor == CTI_ACCESSOR_GET) CTI_TRY(cti_map_set(getters, arena, func->name, i));
    *setters += func && func->accessor == CTI_ACCESSOR_SET;
  }
  return CT_OK;
}

ct_status cti_setter_order(cti_arena *arena, uint32_t **order, uint32_t *lonely, const void *list, uint32_t count, cti_func_at func_at) {
  cti_map getters = {0};
  uint32_t setters = 0, moved = 0, placed = 0;
  *order = NULL;
  *lonely = CTI_WIT_NONE;
  CTI_TRY(map_getters(arena, &getters, &setters, list, count, func_at));
  if (setters == 0) return CT_OK;
  uint32_t *behind = CTI_NEW_N(arena, uint32_t, count); /* of a getter: 1 + the setter that waits for it; of such a setter: UINT32_MAX */
  uint32_t *made = CTI_NEW_N(arena, uint32_t, count);
  if (!behind || !made) return arena->error->status;
  for (uint32_t i = 0; i < count; i++) {
    const cti_wit_func *func = func_at(list, i);
    if (!func || func->accessor != CTI_ACCESSOR_SET) continue;
    ct_slice name = cti_getter_of(arena, func->name);
    if (!name.data) return arena->error->status;
    uint32_t getter = cti_map_get(&getters, name);
    if (getter == CTI_MAP_NONE && *lonely == CTI_WIT_NONE) *lonely = i;
    if (getter == CTI_MAP_NONE || getter < i) continue;
    behind[getter] = i + 1;
    behind[i] = UINT32_MAX;
    moved++;
  }
  for (uint32_t i = 0; i < count; i++) {
    if (behind[i] == UINT32_MAX) continue;
    made[placed++] = i;
    if (behind[i]) made[placed++] = behind[i] - 1;
  }
  if (moved) *order = made;
  return CT_OK;
}

/* wit_setters.h - getters and setters: each setter has its getter in the same scope and comes after it. */
#ifndef CTI_WIT_WIT_SETTERS_H
#define CTI_WIT_WIT_SETTERS_H

#include "wit/wit_model.h"

/* The function at index `at` of a list, or NULL when something else is there. */
typedef const cti_wit_func *(*cti_func_at)(const void *list, uint32_t at);

/* How to order a list so that setters that came before their getter come right behind it: order[i] is the old index of what is i-th then, NULL when
 * nothing has to move. *lonely is the first setter without a getter, or CTI_WIT_NONE. */
ct_status cti_setter_order(cti_arena *arena, uint32_t **order, uint32_t *lonely, const void *list, uint32_t count, cti_func_at func_at);

/* "[..][get]x" for "[..][set]x", in the arena. */
ct_slice cti_getter_of(cti_arena *arena, ct_slice setter);

#endif

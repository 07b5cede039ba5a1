/* world_match.h - the imports and exports of a core module against a world: what each import stands for, what each export is good for. */
#ifndef CTI_COMPOSE_WORLD_MATCH_H
#define CTI_COMPOSE_WORLD_MATCH_H

#include "compose/plan.h"

/* Fills unit->uses, unit->groups and unit->imported_memory. An import that nothing meets is added to plan->unmet (unmet.h) and gives no use. */
ct_status cti_match_imports(cti_plan *plan, uint32_t unit);

/* Fills unit->offers and what is kept beside them. An export of the world that the unit owes and does not have is added to plan->unmet. */
ct_status cti_match_exports(cti_plan *plan, uint32_t unit);

/* ---- signatures */

/* The signature that letters of canon.def describe: i, l, f, d; p is `pointer`, v `slot`. */
cti_core_sig cti_sig_of_letters(const char *letters, cti_corevt pointer, cti_corevt slot);
bool cti_sig_eq(const cti_core_sig *sig, const cti_subtype *type);
/* The other way: of a core import called `name`. CT_COMPOSE_TYPE when no function that goes through the shim can have that type. */
ct_status cti_sig_of_type(cti_core_sig *out, cti_plan *plan, const cti_subtype *type, ct_slice name);
/* "(i32, i64) -> i32", in the arena; empty when memory is out. */
ct_slice cti_sig_text(cti_arena *arena, const cti_core_sig *sig);
ct_slice cti_func_type_text(cti_arena *arena, const cti_subtype *type);

/* The core signature of a function of the world. */
ct_status cti_func_sig(cti_core_sig *out, cti_plan *plan, const cti_wit_func *func, cti_abi_variant variant);

/* The stream or future number `at` in the signature of `func`, counted depth first over params and result, the payload of each before itself; every
 * occurrence counts. CTI_WIT_NONE when there are fewer. */
uint32_t cti_func_nth_stream(cti_plan *plan, const cti_wit_func *func, uint32_t at);

#endif

/* emit.h - the component, item by item: what its parts share.
 *
 * Every index that an emit function gives is one of the component's index spaces, and UINT32_MAX after a failure (reported by the arena). */
#ifndef CTI_COMPOSE_EMIT_H
#define CTI_COMPOSE_EMIT_H

#include "compose/fixup.h"
#include "compose/plan.h"
#include "compose/shim.h"

/* ---- the stages, in order */

ct_status cti_emit_imports(cti_plan *plan);        /* emit_imports.c: imported interfaces, types and functions */
ct_status cti_emit_core(cti_plan *plan);           /* emit_core.c: modules and their instances, resources, what is lowered into them */
ct_status cti_emit_exports(cti_plan *plan);        /* emit_exports.c: lifted functions and the interfaces that they make */
ct_status cti_emit_end(cti_plan *plan);            /* emit.c: names and producers */

/* ---- shared */

/* Gives the item that was built last a name for debugging. */
void cti_name_item(cti_plan *plan, ct_slice name);

/* An export of a core instance, aliased once. The name for debugging is that of the first request. */
uint32_t cti_emit_core_alias(cti_plan *plan, ct_slice debug_name, uint32_t instance, ct_slice name, cti_sort sort);

/* A type encoder over the component itself: for types of imports (named ones become imports when `interface` is CTI_WIT_NONE) or of exports (named ones
 * stay definitions until their interface is exported). Types of other interfaces are aliased from their instances. */
cti_type_encoder cti_root_types(cti_plan *plan, uint32_t interface, bool of_imports);

/* An imported or exported instance's type, aliased anew. */
uint32_t cti_alias_type(cti_plan *plan, uint32_t type);

/* The options that `needs` asks for, in the order of the reference, into an array with room for extra ones. `realloc` is UINT32_MAX when there is none;
 * what is asked for and not there is a failure that names `about`. */
enum { CTI_MAX_OPTIONS = 8 };
typedef struct cti_option_list {
  cti_canon_opt *items;
  uint32_t count;
} cti_option_list;
/* What takes canonical options: a definition for `unit`; for messages, "the exported" function `func` of `item`, or a built-in (`func` NULL) by its whole name. */
typedef struct cti_emit_about {
  uint32_t unit;
  const char *what;
  const cti_world_item *item;
  const cti_wit_func *func;
} cti_emit_about;
ct_status cti_emit_options(cti_option_list *out, cti_plan *plan, uint8_t needs, cti_string_encoding encoding, uint32_t realloc, const cti_emit_about *about);
void cti_add_option(cti_option_list *list, cti_canon_opt_kind kind, uint32_t index);

/* The memory that holds the unit's values; UINT32_MAX when there is none, or none yet. */
uint32_t cti_memory_of(const cti_plan *plan, uint32_t unit);

/* The encoding of strings that `unit` uses for a function of the world that it imports or exports (`use` NULL: exports); without an item, its own. */
cti_string_encoding cti_encoding_of(cti_plan *plan, uint32_t unit, const cti_use *use, const cti_world_item *item, const cti_wit_func *func);

/* The core function that an import of `unit` gets, from the shim or made here (emit_use.c). */
ct_status cti_emit_use(cti_sort_index *out, cti_plan *plan, uint32_t unit, const cti_use *use);
/* Aliases the functions that these uses lower, all of them before the first is lowered: a section of aliases and one of definitions are less than many. */
ct_status cti_emit_lowered_funcs(cti_plan *plan, cti_use *uses, uint32_t count);
/* The core function that fills a shim: everything exists by now. */
uint32_t cti_emit_shim(cti_plan *plan, const cti_shim *shim);

/* The instance of a unit's export, or its wrapper when task hooks are on. */
uint32_t cti_emit_hooked(cti_plan *plan, uint32_t unit, ct_slice name);

#endif

/* shim.h - what a module imports before it can exist: functions that wait in a module of their own until the fixup fills them.
 *
 * A lowered function that needs the main module's memory or realloc cannot be made before the main module is instantiated, but must be given to it for
 * that. So a first module, the shim, exports a function for each such import that calls through a table (or a global of a function reference); when all
 * modules exist, a last one, the fixup, fills the table with the real ones. */
#ifndef CTI_COMPOSE_SHIM_H
#define CTI_COMPOSE_SHIM_H

#include "compose/plan.h"

/* Where a realloc is asked for: before the main module exists, or after it and before the fixup. */
typedef enum cti_realloc_site { CTI_BEFORE_MAIN, CTI_AFTER_MAIN } cti_realloc_site;

/* Finds out which shims are needed: fills plan->shims. */
ct_status cti_find_shims(cti_plan *plan);

/* The shim that a use or an export (a realloc, mostly) goes through: its place in plan->shims, or CTI_WIT_NONE when it needs none. */
uint32_t cti_shim_of_use(const cti_plan *plan, uint32_t unit, const cti_use *use);
uint32_t cti_shim_of_export(const cti_plan *plan, uint32_t unit, ct_slice name);
uint32_t cti_shim_of_dtor(const cti_plan *plan, uint32_t unit, ct_slice name);

/* The allocator of `unit` for what goes into it: results of imports, or params of exports. A library without one takes the main module's. */
typedef struct cti_allocator {
  uint32_t unit;
  ct_slice name; /* data == NULL: there is none */
} cti_allocator;
cti_allocator cti_allocator_for(const cti_plan *plan, uint32_t unit, bool of_export);
bool cti_realloc_needs_shim(const cti_plan *plan, cti_realloc_site site);

/* What the canonical definition behind a use needs, and the core signature that it gives. */
ct_status cti_use_sig(cti_core_sig *out, cti_plan *plan, const cti_use *use);
/* Whose realloc it takes: that for exports when it is about a stream or future in the signature of an export. */
bool cti_use_takes_export_realloc(const cti_use *use);

/* Is the memory there before the main module is, because it is imported? */
static inline bool cti_memory_is_early(const cti_plan *plan) { return plan->units.items[0].imported_memory != NULL; }

/* The type of the table that trampolines call through. */
static inline cti_table_type cti_slot_table(const cti_plan *plan) {
  return (cti_table_type){.element = CTI_VT_FUNCREF, .limits = {.min = plan->shims.count, .max = plan->shims.count, .has_max = true}};
}

/* The core type of the base of thread-local storage when the shim keeps it, CTI_VT_NONE when nobody asks or a context slot does. */
ct_status cti_find_tls(cti_plan *plan);

/* The shim module in binary form, in the arena; empty when there is nothing for it to do. */
ct_status cti_make_shim_module(ct_slice *out, cti_plan *plan);

/* The module that has the adapter's own memory, in the arena. */
ct_status cti_make_own_memory(ct_slice *out, cti_plan *plan);

/* The module that has the table which the main module defined, in the arena; the name of its export, and of itself for the main module. */
ct_status cti_make_main_table(ct_slice *out, cti_plan *plan);
#define CTI_MAIN_TABLE "table"

/* Names in the shim's exports. */
#define CTI_SHIM_TABLE "$imports"
#define CTI_SHIM_MEMORY "$memory"
#define CTI_SHIM_OWN "own" /* a memory of the adapter's own; what copies between it and the main module's (adapter/adapter.h): */
#define CTI_SHIM_FAR_IN "in"
#define CTI_SHIM_FAR_OUT "out"
#define CTI_SHIM_FAR_PAGES "pages"
#define CTI_SHIM_TLS_GET "$get-tls-base"
#define CTI_SHIM_TLS_SET "$set-tls-base"

#endif

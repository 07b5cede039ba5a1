/* realloc_make.h - a cabi_realloc for modules that have none, when the user asks for it. */
#ifndef CTI_COMPOSE_REALLOC_MAKE_H
#define CTI_COMPOSE_REALLOC_MAKE_H

#include "core/module.h"

/* How the allocator comes by memory. */
typedef enum cti_realloc_kind {
  CTI_REALLOC_NONE,  /* none was made: the module has one, or no memory to allocate in */
  CTI_REALLOC_BUMP,  /* by memory.grow; nothing is ever freed */
  CTI_REALLOC_MALLOC /* by the `realloc` or `malloc` that the module exports */
} cti_realloc_kind;

typedef struct cti_realloc_made {
  cti_realloc_kind kind;
  ct_slice bytes;   /* the module with the allocator, in the arena; as it was when `kind` is NONE */
  ct_slice by;      /* MALLOC: the export that it calls */
  bool grows;       /* BUMP: the module grows its memory itself, and may take the pages for its own */
} cti_realloc_made;

/* The exported function of that name when all its params, and its one result, are i32; else NULL. */
const cti_export *cti_find_allocator(const cti_module *module, const char *name, uint32_t params);

/* Adds a function, exported as `name`, to a core module that exports no allocator of the canonical ABI under any name in use. The module's own indices stay.
 * CT_COMPOSE_EXPORT when its memory is one that no such allocator can be made for. */
ct_status cti_realloc_make(cti_realloc_made *out, ct_slice module, const char *name, cti_arena *arena);

#endif

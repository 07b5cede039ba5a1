/* adapter_place.h - where in a guest's memory the preview1 adapter can live. */
#ifndef CTI_COMPOSE_ADAPTER_PLACE_H
#define CTI_COMPOSE_ADAPTER_PLACE_H

#include "core/module.h"

typedef enum cti_place_kind {
  CTI_PLACE_NONE,    /* none is known to be safe */
  CTI_PLACE_STACK,   /* above the initial stack pointer, which is lowered for it */
  CTI_PLACE_GO,      /* in the part of memory that Go's linker leaves to a JavaScript host */
  CTI_PLACE_SEPARATE /* in a memory of its own, which this file has nothing to do with */
} cti_place_kind;

typedef struct cti_place {
  cti_place_kind kind;
  uint32_t base, limit; /* [base, limit), 8-aligned, zero at instantiation */
  ct_slice globals;     /* STACK: what the guest's global section holds instead, in the arena */
} cti_place;

/* Looks for `size` bytes, for four times as many where the stack is large. The module's interface is decoded (module.h); a module that is malformed in the
 * parts that are looked at has no place, which is no failure here. */
ct_status cti_find_place(cti_place *out, const cti_module *guest, uint32_t size, cti_arena *arena);

#endif

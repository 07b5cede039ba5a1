/* wit_api.h - what a ct_wit is, for the public functions of compose/ that take one. */
#ifndef CTI_COMPOSE_WIT_API_H
#define CTI_COMPOSE_WIT_API_H

#include "ctool/wit.h"
#include "wit/wit.h"

struct ct_wit {
  cti_arena arena; /* its error is that of the call that is under way */
  cti_resolve resolve;
  uint32_t package;
  uint32_t world; /* what this is about, or CTI_WIT_NONE */
  cti_wit_disk disk;
  ct_input input;
  ct_slice name; /* of what was read, for messages */
};

/* The world of that name or id; with NULL the one that `wit` is about, else the only one of the main package. `error` is that of the arena from then on. */
ct_status cti_wit_choose_world(uint32_t *out, ct_wit *wit, const char *world, ct_error *error);

#endif

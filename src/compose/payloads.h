/* payloads.h - the streams and futures of a function's signature, by the numbers that core modules name them with: "[stream-new-2]f" is about number 2.
 *
 * The order is that of the reference, which the names of core modules are bound to: parameters, then the result, depth first, what is inside of a stream
 * before the stream; a type that is mentioned twice is there twice, and the first mention gives its number. */
#ifndef CTI_COMPOSE_PAYLOADS_H
#define CTI_COMPOSE_PAYLOADS_H

#include "wit/wit_model.h"

/* No function may mention more; every mention costs an import. */
enum { CTI_MAX_PAYLOADS = 10000 };

typedef struct cti_payload_step {
  uint32_t type, next_child;
} cti_payload_step;

/* A finder works on one resolve, as long as no type is added to it. */
typedef struct cti_payload_finder {
  const cti_resolve *resolve;
  bool *has_any; /* by type: is a stream or future, or holds one */
  CTI_VEC(cti_payload_step) steps; /* scratch */
} cti_payload_finder;

ct_status cti_payload_finder_init(cti_payload_finder *finder, const cti_resolve *resolve);

/* Sets out->count to 0 and appends the type ids of the streams and futures of `func`. CT_LIMIT when there are more than CTI_MAX_PAYLOADS. */
ct_status cti_payloads_find(cti_ids *out, cti_payload_finder *finder, const cti_wit_func *func);

#endif

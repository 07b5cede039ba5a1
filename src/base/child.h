/* child.h - work on hostile input in a process of its own, where a foreign library may crash, hang or take memory without harm to this one.
 * Processes are made by child.c alone. */
#ifndef CTI_BASE_CHILD_H
#define CTI_BASE_CHILD_H

#include "base/buf.h"

/* What the work writes to. Failures stick: when nobody reads any more, nothing is written. */
typedef struct cti_child_out cti_child_out;
void cti_child_put(cti_child_out *out, ct_slice bytes);
void cti_child_flush(cti_child_out *out); /* what was put leaves now, and so also arrives when the work dies after it */

typedef struct cti_child_limits {
  uint32_t seconds;   /* of processor time */
  uint32_t megabytes; /* of memory beyond what there is; not kept under the address sanitizer, which maps all of it */
} cti_child_limits;

typedef enum cti_child_end {
  CTI_CHILD_DONE, /* the work returned */
  CTI_CHILD_DIED  /* by a signal, its limits among them, or it ended itself */
} cti_child_end;

/* Runs `work` in a copy of this process and appends to `out` what it put, also when it died on the way. CT_IO_RUN when no process can be made, CT_NOMEM. */
ct_status cti_child_run(cti_buf *out, cti_child_end *end, void (*work)(cti_child_out *out, void *context), void *context, cti_child_limits limits, ct_error *error);

/* The same with another program, a path or a name that PATH finds; it must read its input to the end before it writes. CT_IO_RUN when it cannot be started. */
ct_status cti_child_exec(cti_buf *out, cti_child_end *end, const char *program, const ct_slice *input, size_t count, cti_child_limits limits, ct_error *error);

#endif

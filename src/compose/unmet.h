/* unmet.h - what stands between a module and its component: collected, so that all of it is told at once. */
#ifndef CTI_COMPOSE_UNMET_H
#define CTI_COMPOSE_UNMET_H

#include "compose/plan.h"

/* Adds one thing that is wrong: `text` says what, `hint` what to do (may be empty). CT_NOMEM, when memory is out, is the one failure. */
ct_status cti_unmet_add(cti_plan *plan, ct_status status, ct_slice text, ct_slice hint);

/* The same for one of many of which the same is true, told by their `group`: neighbours join the first by name alone. */
ct_status cti_unmet_add_as(cti_plan *plan, ct_status status, ct_slice text, ct_slice hint, ct_slice group);
/* True when it was added to the last problem, which is of that group: nothing need be said of it but the name. */
bool cti_unmet_join(cti_plan *plan, ct_slice group, ct_slice name);

/* Are there as many as are told in full? What is added now is counted alone, so that it need not be looked into. */
bool cti_unmet_is_full(const cti_plan *plan);

/* A message of many lines, as many as an error holds whole; the others are counted. All-zero is empty. */
typedef struct cti_lines {
  cti_buf text;
  uint32_t left_out;
} cti_lines;

void cti_lines_add(cti_lines *lines, const char *start, ct_slice line);

/* Fails with the lines, and frees them. */
ct_status cti_lines_fail(cti_lines *lines, ct_error *error, ct_status status);

/* Fails with all that was added: a line each, and what to do about it. CT_OK when there is nothing. */
ct_status cti_unmet_report(cti_plan *plan);

#endif

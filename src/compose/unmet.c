/* unmet.c - telling all that is wrong at once. Flows in: problems as they are found. Flows out: one failure that names each of them. */
#include "compose/unmet.h"

/* More than these are counted, not kept: the message would not hold them. */
enum { KEPT = 12 };

ct_status cti_unmet_add(cti_plan *plan, ct_status status, ct_slice text, ct_slice hint) {
  if (!text.data) return plan->arena->error->status;
  plan->unmet_count++;
  if (plan->unmet.count == KEPT) return CT_OK;
  return cti_vec_push(plan->arena, &plan->unmet, ((cti_problem){status, text, hint})) ? CT_OK : CT_NOMEM;
}

ct_status cti_unmet_report(cti_plan *plan) {
  if (plan->unmet_count == 0) return CT_OK;
  cti_buf message = {0};
  const cti_problem *first = &plan->unmet.items[0];
  cti_buf_bytes(&message, first->text);
  for (uint32_t i = 1; i < plan->unmet.count; i++) cti_buf_printf(&message, "\nand %.*s", CTI_S(plan->unmet.items[i].text));
  if (plan->unmet_count > plan->unmet.count) cti_buf_printf(&message, "\nand %u more", plan->unmet_count - plan->unmet.count);
  ct_status status = cti_buf_check(&message, plan->arena->error);
  if (status == CT_OK) {
    status = cti_fail(plan->arena->error, first->status, CT_NO_OFFSET, "%.*s", CTI_S(cti_buf_slice(&message)));
    if (first->hint.size) cti_error_hint(plan->arena->error, "%.*s", CTI_S(first->hint));
  }
  ct_buf_free(&message);
  return status;
}

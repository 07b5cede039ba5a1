/* unmet.c - telling all that is wrong at once. Flows in: problems as they are found. Flows out: one failure that names each of them. */
#include "compose/unmet.h"

/* More than these are counted, not kept: the message would not hold them, nor anybody read them. */
enum { KEPT = 12, NAMED = 8, ROOM_FOR_MORE = 32 };

bool cti_unmet_is_full(const cti_plan *plan) { return plan->unmet.count == KEPT; }

bool cti_unmet_join(cti_plan *plan, ct_slice group, ct_slice name) {
  cti_problem *last = plan->unmet.count ? cti_vec_last(&plan->unmet) : NULL;
  if (!last || !group.size || plan->unmet_count != plan->unmet.count || !cti_slice_eq(last->group, group)) return false;
  if (last->other_count++ >= NAMED) return true;
  last->others = cti_format(plan->arena, "%.*s%s\"%.*s\"", CTI_S(last->others), last->others.size ? ", " : "", CTI_S(name));
  return true;
}

ct_status cti_unmet_add_as(cti_plan *plan, ct_status status, ct_slice text, ct_slice hint, ct_slice group) {
  if (!text.data) return plan->arena->error->status;
  plan->unmet_count++;
  if (cti_unmet_is_full(plan)) return CT_OK;
  return cti_vec_push(plan->arena, &plan->unmet, ((cti_problem){.status = status, .text = text, .hint = hint, .group = group})) ? CT_OK : CT_NOMEM;
}

ct_status cti_unmet_add(cti_plan *plan, ct_status status, ct_slice text, ct_slice hint) {
  return cti_unmet_add_as(plan, status, text, hint, (ct_slice){NULL, 0});
}

void cti_lines_add(cti_lines *lines, const char *start, ct_slice line) {
  size_t room = sizeof ((ct_error *)NULL)->message - ROOM_FOR_MORE;
  if (lines->left_out || (lines->text.size && lines->text.size + strlen(start) + line.size > room)) lines->left_out++;
  else cti_buf_printf(&lines->text, "%s%.*s", start, CTI_S(line));
}

ct_status cti_lines_fail(cti_lines *lines, ct_error *error, ct_status status) {
  if (lines->left_out) cti_buf_printf(&lines->text, "\nand %u more", lines->left_out);
  if (cti_buf_check(&lines->text, error) == CT_OK) cti_fail(error, status, CT_NO_OFFSET, "%.*s", CTI_S(cti_buf_slice(&lines->text)));
  ct_buf_free(&lines->text);
  return error->status;
}

/* One thing to do about all of them? */
static bool is_one_hint(const cti_plan *plan) {
  for (uint32_t i = 1; i < plan->unmet.count; i++)
    if (!cti_slice_eq(plan->unmet.items[i].hint, plan->unmet.items[0].hint)) return false;
  return true;
}

static ct_slice whole_text(cti_plan *plan, const cti_problem *problem) {
  if (!problem->other_count) return problem->text;
  ct_slice more = problem->other_count > NAMED ? cti_format(plan->arena, " and %u more", problem->other_count - NAMED) : CTI_LIT("");
  return cti_format(plan->arena, "%.*s; the same holds for %.*s%.*s", CTI_S(problem->text), CTI_S(problem->others), CTI_S(more));
}

/* What to do stands below each problem; below the last of its like when several have one answer. */
static ct_slice line_of(cti_plan *plan, uint32_t place, bool with_hint) {
  const cti_problem *problem = &plan->unmet.items[place], *next = place + 1 < plan->unmet.count ? problem + 1 : NULL;
  ct_slice text = whole_text(plan, problem);
  if (!with_hint || !problem->hint.size || (next && cti_slice_eq(next->hint, problem->hint))) return text;
  return cti_format(plan->arena, "%.*s\n  = %.*s", CTI_S(text), CTI_S(problem->hint));
}

ct_status cti_unmet_report(cti_plan *plan) {
  if (plan->unmet_count == 0) return CT_OK;
  cti_lines lines = {0};
  const cti_problem *first = &plan->unmet.items[0];
  bool one = is_one_hint(plan);
  for (uint32_t i = 0; i < plan->unmet.count; i++) cti_lines_add(&lines, i ? "\nand " : "", line_of(plan, i, !one));
  lines.left_out += plan->unmet_count - plan->unmet.count;
  ct_status status = cti_lines_fail(&lines, plan->arena->error, first->status);
  if (status == first->status && one && first->hint.size) cti_error_hint(plan->arena->error, "%.*s", CTI_S(first->hint));
  return status;
}

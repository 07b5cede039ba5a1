/* ir_lower.c - what `sink` prepared and nobody used is undone: the value of an `if` is set in its arms again. Flows in: trees. Flows out: trees with fewer nodes.
 *
 * requires: label counts. preserves: order of effects. Late: `sink` would prepare it again. */
#include "passes/ir_passes.h"

/* x = if c { .. v } else { x }, whose value nobody took further: if c { .. x = v }. */
static bool lower(cti_ir *f, cti_node node) {
  bool changed = false;
  for (uint32_t i = 0; i < cti_ir_at(f, node)->kid_count; i++) changed |= lower(f, cti_ir_kid(f, node, i));
  cti_ir_node *set = cti_ir_at(f, node);
  if (set->op != CTI_OP_LOCAL_SET) return changed;
  cti_node choice = cti_ir_kid(f, node, 0);
  if (cti_ir_at(f, choice)->op != CTI_OP_IF || cti_ir_at(f, choice)->kid_count != 3 || f->labels.items[cti_ir_at(f, choice)->a].uses) return changed;
  for (uint32_t side = 1; side <= 2; side++) {
    cti_node same = cti_ir_kid(f, choice, side), arm = cti_ir_kid(f, choice, 3 - side);
    if (cti_ir_at(f, same)->kid_count != 1 || cti_ir_at(f, arm)->kid_count == 0) continue;
    cti_node get = cti_ir_kid(f, same, 0), value = cti_ir_kid(f, arm, cti_ir_at(f, arm)->kid_count - 1);
    if (cti_ir_at(f, get)->op != CTI_OP_LOCAL_GET || cti_ir_at(f, get)->a != set->a) continue;
    if (cti_ir_at(f, value)->type != CTI_VT_NONE) {
      cti_node made = cti_ir_add_with(f, CTI_OP_LOCAL_SET, CTI_VT_NONE, set->a, &value, 1);
      cti_ir_set_kid(f, arm, cti_ir_at(f, arm)->kid_count - 1, made);
    } else if (!cti_ir_diverges(f, value)) {
      continue;
    }
    cti_ir_at(f, arm)->type = CTI_VT_NONE;
    cti_ir_at(f, arm)->a = UINT32_MAX;
    cti_node condition = cti_ir_kid(f, choice, 0), kids[2] = {side == 2 ? condition : cti_ir_negated(f, condition), arm};
    cti_ir_become(f, node, choice);
    cti_ir_at(f, node)->type = CTI_VT_NONE;
    cti_ir_set_kids(f, node, kids, 2);
    return true;
  }
  return changed;
}

bool cti_ir_pass_lower(cti_ir *f) { return lower(f, f->root); }

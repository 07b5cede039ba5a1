/* payloads.c - the walk over a signature that numbers its streams and futures. Types without any are not entered, so the cost is that of what is found. */
#include "compose/payloads.h"

static bool is_payload(const cti_def *def) { return def->kind == CTI_DEF_STREAM || def->kind == CTI_DEF_FUTURE; }

static uint32_t child_count(const cti_def *def) { return def->kind == CTI_DEF_OWN || def->kind == CTI_DEF_BORROW ? 0 : cti_def_child_count(def); }

static bool enters(const cti_payload_finder *finder, cti_valtype type) { return cti_valtype_is_def(type) && finder->has_any[cti_valtype_index(type)]; }

/* Types come after those that they refer to, so one pass is enough. */
ct_status cti_payload_finder_init(cti_payload_finder *finder, const cti_resolve *resolve) {
  uint32_t count = resolve->types.defs.count;
  *finder = (cti_payload_finder){.resolve = resolve, .has_any = CTI_NEW_N(resolve->arena, bool, count)};
  if (!finder->has_any) return resolve->arena->error->status;
  for (uint32_t i = 0; i < count; i++) {
    const cti_def *def = &resolve->types.defs.items[i];
    finder->has_any[i] = is_payload(def);
    for (uint32_t j = 0; j < child_count(def) && !finder->has_any[i]; j++) finder->has_any[i] = enters(finder, cti_def_child(def, j));
  }
  return CT_OK;
}

static ct_status push(cti_payload_finder *finder, cti_valtype type) {
  cti_arena *arena = finder->resolve->arena;
  if (!enters(finder, type)) return CT_OK;
  return cti_vec_push(arena, &finder->steps, ((cti_payload_step){cti_valtype_index(type), 0})) ? CT_OK : arena->error->status;
}

static ct_status found(cti_ids *out, cti_payload_finder *finder, uint32_t type, const cti_wit_func *func) {
  cti_arena *arena = finder->resolve->arena;
  if (out->count == CTI_MAX_PAYLOADS)
    return cti_fail(arena->error, CT_LIMIT, CT_NO_OFFSET, "function \"%.*s\" mentions more than %d streams and futures", CTI_S(func->name), CTI_MAX_PAYLOADS);
  return cti_vec_push(arena, out, type) ? CT_OK : arena->error->status;
}

static ct_status walk(cti_ids *out, cti_payload_finder *finder, cti_valtype root, const cti_wit_func *func) {
  CTI_TRY(push(finder, root));
  while (finder->steps.count) {
    cti_payload_step *top = cti_vec_last(&finder->steps);
    const cti_def *def = &finder->resolve->types.defs.items[top->type];
    if (top->next_child < child_count(def)) {
      CTI_TRY(push(finder, cti_def_child(def, top->next_child++)));
    } else {
      finder->steps.count--;
      if (is_payload(def)) CTI_TRY(found(out, finder, top->type, func));
    }
  }
  return CT_OK;
}

ct_status cti_payloads_find(cti_ids *out, cti_payload_finder *finder, const cti_wit_func *func) {
  out->count = 0;
  finder->steps.count = 0;
  for (uint32_t i = 0; i < func->param_count; i++) CTI_TRY(walk(out, finder, func->params[i].type, func));
  return walk(out, finder, func->result, func);
}

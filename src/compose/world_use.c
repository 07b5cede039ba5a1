/* world_use.c - what of a world is used. Flows in: the final world, and the uses of every unit. Flows out: plan->wanted by function, plan->live_types by
 * interface, in the order in which types are met, parts before wholes.
 *
 * Types of an exported interface that belong to an interface which is not exported come from an import, and so live; those of an exported one do not. */
#include "compose/world_use.h"

/* ---- numbers */

static uint32_t func_count(const cti_resolve *resolve, const cti_world_item *item) {
  if (item->kind == CTI_WORLD_INTERFACE) return resolve->interfaces.items[item->interface].funcs.count;
  return item->kind == CTI_WORLD_FUNC;
}

static ct_status number(uint32_t **base, uint32_t *total, cti_plan *plan, const cti_world_items *items) {
  *base = CTI_NEW_N(plan->arena, uint32_t, items->count);
  if (!*base) return CT_NOMEM;
  *total = 0;
  for (uint32_t i = 0; i < items->count; i++) {
    (*base)[i] = *total;
    *total += func_count(&plan->resolve, &items->items[i]);
  }
  return CT_OK;
}

ct_status cti_number_world(cti_plan *plan) {
  const cti_wit_world *world = cti_plan_world(plan);
  uint32_t imports;
  CTI_TRY(number(&plan->import_base, &imports, plan, &world->imports));
  CTI_TRY(number(&plan->export_base, &plan->export_func_count, plan, &world->exports));
  plan->wanted = CTI_NEW_N(plan->arena, uint8_t, imports);
  if (!plan->wanted) return CT_NOMEM;
  CTI_TRY(cti_world_names_make(&plan->import_names, &plan->resolve, &world->imports, plan->arena));
  return cti_world_names_make(&plan->export_names, &plan->resolve, &world->exports, plan->arena);
}

const cti_wit_func *cti_item_func(const cti_resolve *resolve, const cti_world_item *item, uint32_t func) {
  return item->kind == CTI_WORLD_INTERFACE ? &resolve->interfaces.items[item->interface].funcs.items[func] : &item->func;
}

const cti_world_item *cti_use_item(cti_plan *plan, const cti_use *use) {
  const cti_wit_world *world = cti_plan_world(plan);
  return use->of_export ? &world->exports.items[use->item] : &world->imports.items[use->item];
}

/* ---- live types: a walk with its own stack over a graph that may be deep; `seen` holds the round in which a type was last met */

typedef struct walk {
  cti_plan *plan;
  uint32_t *seen, round;
  CTI_VEC(cti_type_step) stack;
  cti_ids met; /* in order */
} walk;

static ct_status walk_start(walk *w, cti_plan *plan) {
  *w = (walk){.plan = plan, .round = 1};
  w->seen = CTI_NEW_N(plan->arena, uint32_t, plan->resolve.types.defs.count);
  return w->seen ? CT_OK : CT_NOMEM;
}

/* Walks of single interfaces, one after the other, share one table. */
static ct_status interface_walk_start(walk *w, cti_plan *plan) {
  if (!plan->type_marks) plan->type_marks = CTI_NEW_N(plan->arena, uint32_t, plan->resolve.types.defs.count);
  *w = (walk){.plan = plan, .seen = plan->type_marks, .round = ++plan->type_round};
  return w->seen ? CT_OK : CT_NOMEM;
}

static ct_status enter(walk *w, cti_valtype type) {
  if (!cti_valtype_is_def(type) || w->seen[cti_valtype_index(type)] == w->round) return CT_OK;
  w->seen[cti_valtype_index(type)] = w->round;
  return cti_vec_push(w->plan->arena, &w->stack, ((cti_type_step){.type = cti_valtype_index(type)})) ? CT_OK : CT_NOMEM;
}

static ct_status meet(walk *w, cti_valtype type) {
  CTI_TRY(enter(w, type));
  while (w->stack.count) {
    cti_type_step *top = cti_vec_last(&w->stack);
    const cti_def *def = &w->plan->resolve.types.defs.items[top->type];
    if (top->next_child < cti_def_child_count(def)) {
      CTI_TRY(enter(w, cti_def_child(def, top->next_child++)));
      continue;
    }
    if (!cti_vec_push(w->plan->arena, &w->met, top->type)) return CT_NOMEM;
    w->stack.count--;
  }
  return CT_OK;
}

static ct_status meet_id(walk *w, uint32_t type) { return type == CTI_WIT_NONE ? CT_OK : meet(w, cti_valtype_def(type)); }

/* Static functions name a resource that may be in neither params nor result. */
static ct_status meet_func(walk *w, const cti_wit_func *func) {
  if (func->kind == CTI_FUNC_STATIC) CTI_TRY(meet_id(w, func->resource));
  for (uint32_t i = 0; i < func->param_count; i++) CTI_TRY(meet(w, func->params[i].type));
  return meet(w, func->result);
}

static ct_status meet_interface(walk *w, uint32_t id) {
  const cti_wit_interface *interface = &w->plan->resolve.interfaces.items[id];
  for (uint32_t i = 0; i < interface->types.count; i++) CTI_TRY(meet_id(w, interface->types.items[i]));
  for (uint32_t i = 0; i < interface->funcs.count; i++) CTI_TRY(meet_func(w, &interface->funcs.items[i]));
  return CT_OK;
}

ct_status cti_interface_types(cti_ids *out, cti_plan *plan, uint32_t interface) {
  walk w;
  CTI_TRY(interface_walk_start(&w, plan));
  CTI_TRY(meet_interface(&w, interface));
  *out = w.met;
  return CT_OK;
}

static ct_status meet_use(walk *w, const cti_use *use) {
  if (use->kind != CTI_USE_CANON) return CT_OK;
  if (use->canon == CTI_CANON_LOWER) return meet_func(w, cti_item_func(&w->plan->resolve, cti_use_item(w->plan, use), use->func));
  if (use->canon == CTI_CANON_TASK_RETURN) return meet(w, cti_item_func(&w->plan->resolve, cti_use_item(w->plan, use), use->func)->result);
  return meet_id(w, use->type);
}

static ct_status meet_unit(walk *w, const cti_unit *unit) {
  const cti_wit_world *world = cti_plan_world(w->plan);
  for (uint32_t i = 0; i < world->imports.count; i++)
    if (world->imports.items[i].kind == CTI_WORLD_TYPE) CTI_TRY(meet_id(w, world->imports.items[i].type));
  for (uint32_t i = 0; i < unit->uses.count; i++) CTI_TRY(meet_use(w, &unit->uses.items[i]));
  return CT_OK;
}

static bool comes_from_import(const cti_plan *plan, uint32_t type, uint32_t exported) {
  cti_owner owner = plan->resolve.names.items[type].owner;
  return owner.kind == CTI_OWNER_INTERFACE && owner.id != exported && !plan->is_exported[owner.id];
}

/* Of what an exported interface mentions, that lives which comes from imports. */
static ct_status meet_export(walk *w, const cti_world_item *item) {
  if (item->kind == CTI_WORLD_FUNC) return meet_func(w, &item->func);
  if (item->kind == CTI_WORLD_TYPE) return meet_id(w, item->type);
  cti_ids mentioned = {0};
  CTI_TRY(cti_interface_types(&mentioned, w->plan, item->interface));
  for (uint32_t i = 0; i < mentioned.count; i++)
    if (comes_from_import(w->plan, mentioned.items[i], item->interface)) CTI_TRY(meet_id(w, mentioned.items[i]));
  return CT_OK;
}

static ct_status sort_by_interface(cti_plan *plan, const cti_ids *met) {
  plan->live_types = CTI_NEW_N(plan->arena, cti_ids, plan->resolve.interfaces.count);
  if (!plan->live_types) return CT_NOMEM;
  for (uint32_t i = 0; i < met->count; i++) {
    cti_owner owner = plan->resolve.names.items[met->items[i]].owner;
    if (owner.kind == CTI_OWNER_INTERFACE && !cti_vec_push(plan->arena, &plan->live_types[owner.id], met->items[i])) return CT_NOMEM;
  }
  return CT_OK;
}

static ct_status find_live_types(cti_plan *plan) {
  const cti_wit_world *world = cti_plan_world(plan);
  walk w;
  CTI_TRY(walk_start(&w, plan));
  for (uint32_t i = 0; i < plan->units.count; i++)
    if (plan->units.items[i].is_used) CTI_TRY(meet_unit(&w, &plan->units.items[i]));
  for (uint32_t i = 0; i < world->exports.count; i++) CTI_TRY(meet_export(&w, &world->exports.items[i]));
  return sort_by_interface(plan, &w.met);
}

/* ---- wanted functions, exported interfaces */

static void find_wanted(cti_plan *plan, const cti_unit *unit) {
  for (uint32_t i = 0; i < unit->uses.count; i++) {
    const cti_use *use = &unit->uses.items[i];
    if (use->kind != CTI_USE_CANON || use->canon != CTI_CANON_LOWER) continue;
    plan->wanted[cti_import_number(plan, use->item, use->func)] |= use->flag ? CTI_WANT_ASYNC : CTI_WANT_SYNC;
  }
}

static ct_status find_exported(cti_plan *plan) {
  const cti_world_items *exports = &cti_plan_world(plan)->exports;
  plan->is_exported = CTI_NEW_N(plan->arena, bool, plan->resolve.interfaces.count);
  for (uint32_t i = 0; plan->is_exported && i < exports->count; i++)
    if (exports->items[i].kind == CTI_WORLD_INTERFACE && !exports->items[i].name.data) plan->is_exported[exports->items[i].interface] = true;
  return plan->is_exported ? CT_OK : CT_NOMEM;
}

ct_status cti_find_used(cti_plan *plan) {
  for (uint32_t i = 0; i < plan->units.count; i++)
    if (plan->units.items[i].is_used) find_wanted(plan, &plan->units.items[i]);
  CTI_TRY(find_exported(plan));
  return find_live_types(plan);
}

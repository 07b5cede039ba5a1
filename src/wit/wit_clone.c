/* wit_clone.c - deep copies of types, functions and interfaces. A type comes after what it refers to, here as everywhere, so copying goes depth first;
 * a stack of its own keeps deep types from the machine's. */
#include "wit/wit_clone.h"

typedef struct clone_frame {
  uint32_t type, child;
} clone_frame;

typedef CTI_VEC(clone_frame) clone_stack;

static bool same_owner(cti_owner a, cti_owner b) { return a.kind == b.kind && (a.kind == CTI_OWNER_NONE || a.id == b.id); }

/* Is this type copied when a type of kind `by` refers to it? An alias of what another interface owns is a `use`, and goes on being one. */
static bool is_cloned(const cti_cloner *c, cti_def_kind by, uint32_t type) {
  cti_owner owner = c->resolve->names.items[type].owner;
  if (same_owner(owner, c->from)) return true;
  return by != CTI_DEF_ALIAS && owner.kind == CTI_OWNER_NONE;
}

static uint32_t mapped(const cti_cloner *c, uint32_t type) { return cti_map_get_u64(&c->maps->types, type); }

static ct_status finish_type(cti_cloner *c, uint32_t type) {
  cti_resolve *r = c->resolve;
  cti_def def = r->types.defs.items[type];
  cti_wit_type names = r->names.items[type];
  if (names.owner.kind != CTI_OWNER_NONE) names.owner = c->to;
  if (def.member_count) {
    cti_member *members = CTI_NEW_N(r->arena, cti_member, def.member_count);
    if (!members) return r->arena->error->status;
    memcpy(members, def.members, def.member_count * sizeof *members);
    def.members = members;
  }
  for (uint32_t i = 0, count = cti_def_child_count(&def); i < count; i++) {
    cti_valtype child = cti_def_child(&def, i);
    uint32_t copy = cti_valtype_is_def(child) ? mapped(c, cti_valtype_index(child)) : CTI_MAP_NONE;
    if (copy != CTI_MAP_NONE) cti_def_set_child(&def, i, cti_valtype_def(copy));
  }
  uint32_t id = cti_resolve_add_type(r, &def, &names);
  return id == CTI_WIT_NONE ? r->arena->error->status : cti_map_set_u64(&c->maps->types, r->arena, type, id);
}

static ct_status push_frame(cti_cloner *c, clone_stack *stack, uint32_t type) {
  clone_frame frame = {type, 0};
  return cti_vec_push(c->resolve->arena, stack, frame) ? CT_OK : c->resolve->arena->error->status;
}

ct_status cti_clone_type(cti_cloner *c, uint32_t *type) {
  clone_stack stack = {0};
  if (mapped(c, *type) == CTI_MAP_NONE) CTI_TRY(push_frame(c, &stack, *type));
  while (stack.count) {
    clone_frame *top = cti_vec_last(&stack);
    const cti_def *def = &c->resolve->types.defs.items[top->type];
    if (top->child == cti_def_child_count(def)) {
      CTI_TRY(finish_type(c, top->type));
      stack.count--;
      continue;
    }
    cti_valtype child = cti_def_child(def, top->child++);
    if (!cti_valtype_is_def(child) || mapped(c, cti_valtype_index(child)) != CTI_MAP_NONE) continue;
    if (is_cloned(c, def->kind, cti_valtype_index(child))) CTI_TRY(push_frame(c, &stack, cti_valtype_index(child)));
  }
  *type = mapped(c, *type);
  return CT_OK;
}

static ct_status clone_valtype(cti_cloner *c, cti_valtype *type) {
  if (!cti_valtype_is_def(*type)) return CT_OK;
  uint32_t id = cti_valtype_index(*type);
  if (mapped(c, id) == CTI_MAP_NONE && !is_cloned(c, CTI_DEF_UNKNOWN, id)) return CT_OK;
  CTI_TRY(cti_clone_type(c, &id));
  *type = cti_valtype_def(id);
  return CT_OK;
}

ct_status cti_clone_func(cti_cloner *c, cti_wit_func *func) {
  cti_arena *arena = c->resolve->arena;
  cti_valtype resource = func->resource == CTI_WIT_NONE ? CTI_VALTYPE_NONE : cti_valtype_def(func->resource);
  CTI_TRY(clone_valtype(c, &resource));
  if (func->resource != CTI_WIT_NONE) func->resource = cti_valtype_index(resource);
  cti_member *params = CTI_NEW_N(arena, cti_member, func->param_count);
  if (!params) return arena->error->status;
  for (uint32_t i = 0; i < func->param_count; i++) {
    params[i] = func->params[i];
    CTI_TRY(clone_valtype(c, &params[i].type));
  }
  func->params = params;
  return clone_valtype(c, &func->result);
}

ct_status cti_clone_interface(cti_cloner *c, uint32_t *interface) {
  cti_resolve *r = c->resolve;
  uint32_t old = *interface, next = r->interfaces.count;
  cti_wit_interface copy = r->interfaces.items[old];
  cti_cloner inner = {r, c->maps, {CTI_OWNER_INTERFACE, old}, {CTI_OWNER_INTERFACE, next}, c->package};
  copy.package = c->package;
  copy.clone_of = old;
  memset(&copy.types, 0, sizeof copy.types);
  memset(&copy.funcs, 0, sizeof copy.funcs);
  copy.type_ids = copy.func_slots = (cti_map){0};
  *interface = cti_resolve_add_interface(r, &copy);
  if (*interface == CTI_WIT_NONE) return r->arena->error->status;
  for (uint32_t i = 0; i < r->interfaces.items[old].types.count; i++) {
    uint32_t type = r->interfaces.items[old].types.items[i];
    CTI_TRY(cti_clone_type(&inner, &type));
    CTI_TRY(cti_interface_add_type(r, next, type));
  }
  for (uint32_t i = 0; i < r->interfaces.items[old].funcs.count; i++) {
    cti_wit_func func = r->interfaces.items[old].funcs.items[i];
    CTI_TRY(cti_clone_func(&inner, &func));
    CTI_TRY(cti_interface_add_func(r, next, &func));
  }
  return cti_map_set_u64(&c->maps->interfaces, r->arena, old, next);
}

ct_status cti_clone_world_item(cti_cloner *c, cti_world_item *item) {
  if (!item->name.data) return CT_OK;
  switch (item->kind) {
  case CTI_WORLD_TYPE: return cti_clone_type(c, &item->type);
  case CTI_WORLD_FUNC: return cti_clone_func(c, &item->func);
  default: return c->resolve->interfaces.items[item->interface].name.data ? CT_OK : cti_clone_interface(c, &item->interface);
  }
}

/* retarget_users.c - which core module uses an imported function. Flows in: the component, when something stands in the way. Flows out: words.
 * What cannot be followed (a limit of flow.h, a module that is malformed) has no user to name, and is no failure of its own. */
#include "compose/retarget.h"
#include "compose/units.h"

typedef struct user {
  ct_slice instance, module, name;
} user;

struct cti_users {
  ct_error error;
  cti_arena arena;
  cti_flow flow;
  bool known;
  cti_map by_func; /* value of a function -> place in list */
  CTI_VEC(user) list;
};

/* The first user of each function that is lowered. */
static void add_module(struct cti_users *u, const cti_flow_instance *instance) {
  cti_module module;
  cti_value of = *cti_flow_value(&u->flow, instance->of);
  if (!instance->is_core || of.kind != CTI_VALUE_MODULE || cti_module_decode_interface(&module, of.is.module, of.offset, &u->arena) != CT_OK) return;
  for (uint32_t i = 0; i < module.imports.count; i++) {
    const cti_import *import = &module.imports.items[i];
    uint32_t place = u->list.count, arg = import->type.kind == CTI_EXTERN_FUNC ? cti_map_get(&instance->args_by_name, import->module) : CTI_MAP_NONE;
    if (arg == CTI_MAP_NONE) continue;
    const cti_value *core = cti_flow_value(&u->flow, cti_flow_member(&u->flow, arg, import->name, CTI_SORT_CORE_FUNC));
    bool added;
    if (core->kind != CTI_VALUE_CANON || core->is.canon->kind != CTI_CANON_LOWER) continue;
    if (cti_map_add_u64(&u->by_func, &u->arena, core->of, &place, &added) != CT_OK) return;
    if (added) cti_vec_push(&u->arena, &u->list, ((user){instance->name, import->module, import->name}));
  }
}

static struct cti_users *users_of(cti_retarget *r) {
  if (r->users) return r->users;
  struct cti_users *u = r->users = CTI_NEW(r->arena, struct cti_users);
  if (!u) return NULL;
  cti_arena_init(&u->arena, &u->error);
  u->known = cti_flow_make(&u->flow, r->bytes, &u->arena) == CT_OK;
  for (uint32_t i = 0; u->known && i < u->flow.instances.count && u->error.status == CT_OK; i++) add_module(u, &u->flow.instances.items[i]);
  return u;
}

/* What an adapter adapts, by the name that components give its instance; {NULL, 0} for what is none, or where names were left out. */
static ct_slice adapted(const user *by) {
  const ct_slice prefix = CTI_LIT(CTI_ADAPTER_PREFIX);
  return cti_slice_starts(by->instance, prefix) ? cti_slice_cut(by->instance, prefix.size, by->instance.size) : (ct_slice){NULL, 0};
}

ct_slice cti_retarget_user(cti_retarget *r, const cti_move *m, ct_slice name) {
  struct cti_users *u = users_of(r);
  if (!u || !u->known) return (ct_slice){NULL, 0};
  uint32_t func = cti_flow_member(&u->flow, cti_flow_index(&u->flow, 0, CTI_SORT_INSTANCE, m->instance), name, CTI_SORT_FUNC);
  uint32_t place = func ? cti_map_get_u64(&u->by_func, func) : CTI_MAP_NONE;
  if (place == CTI_MAP_NONE) return (ct_slice){NULL, 0};
  const user *by = &u->list.items[place];
  ct_slice adapts = adapted(by);
  if (adapts.size && cti_slice_is(m->title, "wasi:cli/exit") && cti_slice_is(name, "exit-with-code")) r->adapter_exits = true;
  if (adapts.size) return cti_format(r->arena, "\n    used by the adapter for %.*s", CTI_S(adapts));
  return cti_format(r->arena, "\n    used by the core module `%.*s`, as \"%.*s\" \"%.*s\"", CTI_S(by->instance), CTI_S(by->module), CTI_S(by->name));
}

void cti_retarget_users_free(cti_retarget *r) {
  if (r->users) cti_arena_free(&r->users->arena);
}

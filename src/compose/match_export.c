/* match_export.c - what the exports of a core module are good for. Flows in: the interface of a module and the world's exports that it owes. Flows out:
 * unit->offers in the order of the module's exports, and by role, by function and by resource; in plan->unmet what is owed and not there. */
#include "component/extern_name.h"
#include "compose/unmet.h"
#include "compose/world_match.h"
#include "wit/wit_error.h"

/* What the name of an export may stand for. */
typedef struct target {
  uint32_t item, func;
  uint32_t resource; /* a destructor's; else CTI_WIT_NONE */
} target;

typedef struct matcher {
  cti_plan *plan;
  cti_unit *unit;
  CTI_VEC(target) targets;
  cti_map by_name[2]; /* by mangling: core name -> place in targets */
} matcher;

static const cti_world_items *world_exports(const cti_plan *plan) { return &plan->resolve.worlds.items[plan->world].exports; }

/* ---- the names that are owed */

static ct_status add_target(matcher *m, target t, ct_slice legacy, ct_slice standard) {
  uint32_t place = m->targets.count, value = place;
  bool added;
  if (!legacy.data || !standard.data || !cti_vec_push(m->plan->arena, &m->targets, t)) return m->plan->arena->error->status;
  CTI_TRY(cti_map_add(&m->by_name[CTI_MANGLING_LEGACY], m->plan->arena, legacy, &value, &added));
  value = place;
  return cti_map_add(&m->by_name[CTI_MANGLING_STANDARD], m->plan->arena, standard, &value, &added);
}

static ct_status add_interface(matcher *m, uint32_t place) {
  cti_arena *arena = m->plan->arena;
  const cti_resolve *resolve = &m->plan->resolve;
  const cti_world_item *item = &world_exports(m->plan)->items[place];
  const cti_wit_interface *interface = &resolve->interfaces.items[item->interface];
  ct_slice name = cti_world_item_name(resolve, item), track = cti_world_item_track_name(resolve, item, arena);
  if (!name.data || !track.data) return arena->error->status;
  for (uint32_t i = 0; i < interface->funcs.count; i++) {
    ct_slice func = interface->funcs.items[i].name;
    ct_slice legacy = CTI_JOIN(arena, name, CTI_LIT("#"), func), standard = CTI_JOIN(arena, CTI_LIT("|"), track, CTI_LIT("|"), func);
    CTI_TRY(add_target(m, (target){place, i, CTI_WIT_NONE}, legacy, standard));
  }
  for (uint32_t i = 0; i < interface->types.count; i++) {
    uint32_t type = interface->types.items[i];
    if (resolve->types.defs.items[type].kind != CTI_DEF_RESOURCE) continue;
    ct_slice resource = resolve->names.items[type].name;
    ct_slice legacy = cti_format(arena, "%.*s#[dtor]%.*s", CTI_S(name), CTI_S(resource)), standard = cti_format(arena, "|%.*s|%.*s_dtor", CTI_S(track), CTI_S(resource));
    CTI_TRY(add_target(m, (target){place, 0, type}, legacy, standard));
  }
  return CT_OK;
}

static ct_status add_targets(matcher *m) {
  for (uint32_t i = 0; i < m->unit->exports.count; i++) {
    uint32_t place = m->unit->exports.items[i];
    const cti_world_item *item = &world_exports(m->plan)->items[place];
    if (item->kind == CTI_WORLD_INTERFACE) CTI_TRY(add_interface(m, place));
    else if (item->kind == CTI_WORLD_FUNC) CTI_TRY(add_target(m, (target){place, 0, CTI_WIT_NONE}, item->func.name, cti_format(m->plan->arena, "||%.*s", CTI_S(item->func.name))));
  }
  return CT_OK;
}

/* ---- one export */

typedef struct candidate {
  matcher *m;
  ct_slice full, name; /* as exported; without what was understood so far */
  cti_mangling mangling;
  const cti_subtype *type;
  cti_offer offer;
  bool found;
} candidate;

static bool strip(ct_slice *name, ct_slice prefix) {
  if (!cti_slice_starts(*name, prefix)) return false;
  *name = cti_slice_cut(*name, prefix.size, name->size);
  return true;
}

static bool strip_end(ct_slice *name, ct_slice suffix) {
  if (!cti_slice_ends(*name, suffix)) return false;
  name->size -= suffix.size;
  return true;
}

static const target *find_target(const candidate *c, ct_slice name) {
  uint32_t place = cti_map_get(&c->m->by_name[c->mangling], name);
  return place == CTI_MAP_NONE ? NULL : &c->m->targets.items[place];
}

static ct_status take(candidate *c, cti_role role) {
  c->offer.role = role;
  c->found = true;
  return CT_OK;
}

/* Takes the export for `role`, and tells when its core type is not the expected one. */
static ct_status take_checked(candidate *c, cti_role role, const cti_core_sig *expected, ct_slice what, const char *hint) {
  cti_plan *plan = c->m->plan;
  if (cti_sig_eq(expected, c->type)) return take(c, role);
  CTI_TRY(take(c, role)); /* so that it is not told to be absent, too */
  ct_slice text = cti_format(plan->arena, "%.*score export \"%.*s\"%.*s is %.*s and must have type %.*s, but has %.*s", CTI_S(cti_whose(plan, c->m->unit)),
                             CTI_S(c->full), CTI_S(cti_object_text(plan, c->m->unit, (ct_slice){NULL, 0}, c->full)), CTI_S(what), CTI_S(cti_sig_text(plan->arena, expected)), CTI_S(cti_func_type_text(plan->arena, c->type)));
  return cti_unmet_add(plan, CT_COMPOSE_TYPE, text, cti_slice_str(hint));
}

static const char other_wit[] = "the bindings were made from another version of the WIT, or by hand: make them again from the WIT that is embedded";

static ct_status take_letters(candidate *c, cti_role role, const char *letters, const char *what) {
  cti_core_sig expected = cti_sig_of_letters(letters, CTI_VT_I32, CTI_VT_I32);
  return take_checked(c, role, &expected, cti_slice_str(what), "the name means this in every module: give the function that type, or another name");
}

static void aim(candidate *c, const target *t) {
  c->offer.item = t->item;
  c->offer.func = t->func;
}

static const cti_wit_func *func_of(const candidate *c, const target *t) {
  return cti_item_func(&c->m->plan->resolve, &world_exports(c->m->plan)->items[t->item], t->func);
}

static ct_status take_lift(candidate *c, const target *t) {
  cti_core_sig expected;
  const cti_wit_func *func = func_of(c, t);
  CTI_TRY(cti_func_sig(&expected, c->m->plan, func, c->offer.variant));
  aim(c, t);
  if (cti_sig_eq(&expected, c->type)) return take(c, CTI_ROLE_LIFT);
  ct_slice what = cti_format(c->m->plan->arena, "WIT function `%.*s`", CTI_S(cti_func_text(c->m->plan, func)));
  return take_checked(c, CTI_ROLE_LIFT, &expected, what, other_wit);
}

/* What cleans up after a call takes what the call returned. */
static ct_status take_post_return(candidate *c, const target *t) {
  cti_core_sig lifted, expected = {0};
  CTI_TRY(cti_func_sig(&lifted, c->m->plan, func_of(c, t), CTI_ABI_LIFT));
  expected.param_count = lifted.result_count;
  memcpy(expected.params, lifted.results, sizeof lifted.results);
  aim(c, t);
  return take_checked(c, CTI_ROLE_POST_RETURN, &expected, CTI_LIT("called after a function returned"), other_wit);
}

/* What only the legacy names know: "[async-lift]f", "[async-lift-stackful]f", "[callback][async-lift]f". */
static cti_abi_variant strip_lift(candidate *c) {
  if (c->mangling != CTI_MANGLING_LEGACY) return CTI_ABI_LIFT;
  if (strip(&c->name, CTI_LIT("[async-lift]"))) return CTI_ABI_LIFT_CALLBACK;
  return strip(&c->name, CTI_LIT("[async-lift-stackful]")) ? CTI_ABI_LIFT_STACKFUL : CTI_ABI_LIFT;
}

static ct_status match_func(candidate *c) {
  ct_slice callback = c->name;
  bool legacy = c->mangling == CTI_MANGLING_LEGACY, is_callback = legacy && strip(&callback, CTI_LIT("[callback][async-lift]"));
  c->offer.variant = strip_lift(c);
  const target *t = find_target(c, c->name);
  if (t && t->resource == CTI_WIT_NONE) return take_lift(c, t);
  if (t) {
    c->offer.type = t->resource;
    return take_letters(c, CTI_ROLE_DTOR, "i:", "a destructor");
  }
  ct_slice rest = c->name;
  if (legacy ? strip(&rest, CTI_LIT("cabi_post_")) : strip_end(&rest, CTI_LIT("_post"))) t = find_target(c, rest);
  if (t && t->resource == CTI_WIT_NONE) return take_post_return(c, t);
  t = is_callback ? find_target(c, callback) : NULL;
  if (!t || t->resource != CTI_WIT_NONE) return CT_OK;
  aim(c, t);
  return take_letters(c, CTI_ROLE_CALLBACK, "iii:i", "a callback");
}

/* Names that mean the same in every world: by mangling; NULL where one has no such name. */
static const struct {
  const char *names[2];
  cti_extern_kind kind;
  cti_role role;
  const char *letters; /* of functions; NULL: any */
  const char *what;
} specials[] = {
    {{"memory", "_memory"}, CTI_EXTERN_MEMORY, CTI_ROLE_MEMORY, NULL, NULL},
    {{"__indirect_function_table", NULL}, CTI_EXTERN_TABLE, CTI_ROLE_TABLE, NULL, NULL},
    {{"cabi_realloc", "_realloc"}, CTI_EXTERN_FUNC, CTI_ROLE_REALLOC, "iiii:i", "the allocator of the canonical ABI"},
    {{"_initialize", "_initialize"}, CTI_EXTERN_FUNC, CTI_ROLE_INITIALIZE, ":", "called once at the start"},
    {{"__wasm_task_hook", NULL}, CTI_EXTERN_FUNC, CTI_ROLE_TASK_HOOK, "i:", "called around each task"},
};

/* Names of older toolchains, which hold in any mangling. */
static const struct {
  const char *name;
  cti_role role;
} aliases[] = {
    {"canonical_abi_realloc", CTI_ROLE_REALLOC},
    {"cabi_import_realloc", CTI_ROLE_IMPORT_REALLOC},
    {"cabi_export_realloc", CTI_ROLE_EXPORT_REALLOC},
    {"cabi_realloc_adapter", CTI_ROLE_ADAPTER_REALLOC},
};

static ct_status match_special(candidate *c, cti_extern_kind kind) {
  for (unsigned i = 0; i < CTI_COUNT(specials); i++) {
    const char *name = specials[i].names[c->mangling];
    if (!name || specials[i].kind != kind || !cti_slice_is(c->name, name)) continue;
    return specials[i].letters ? take_letters(c, specials[i].role, specials[i].letters, specials[i].what) : take(c, specials[i].role);
  }
  return kind == CTI_EXTERN_FUNC ? match_func(c) : CT_OK;
}

static ct_status match_name(candidate *c, const cti_export *export_) {
  for (unsigned i = 0; i < CTI_COUNT(aliases); i++)
    if (cti_slice_is(c->name, aliases[i].name)) return take(c, aliases[i].role);
  if (strip(&c->name, CTI_LIT("cm32p2"))) c->mangling = CTI_MANGLING_STANDARD;
  else if (c->m->plan->options->reject_legacy_names) return CT_OK;
  if (export_->kind == CTI_EXTERN_FUNC && !c->type) return CT_OK; /* an index that is out of range: validation tells */
  return match_special(c, export_->kind);
}

/* ---- offers by what they are asked for */

static cti_lift *lift_slot(const cti_plan *plan, cti_unit *unit, const cti_offer *offer) { return &unit->lifts[plan->export_base[offer->item] + offer->func]; }

static ct_status enter(matcher *m, const cti_offer *offer) {
  uint32_t place = m->unit->offers.count;
  if (!cti_vec_push(m->plan->arena, &m->unit->offers, *offer)) return CT_NOMEM;
  if (m->unit->first_of[offer->role] == CTI_WIT_NONE) m->unit->first_of[offer->role] = place;
  uint32_t *slot = NULL;
  switch (offer->role) {
  case CTI_ROLE_LIFT: slot = &lift_slot(m->plan, m->unit, offer)->lift; break;
  case CTI_ROLE_POST_RETURN: slot = &lift_slot(m->plan, m->unit, offer)->post_return; break;
  case CTI_ROLE_CALLBACK: slot = &lift_slot(m->plan, m->unit, offer)->callback; break;
  case CTI_ROLE_DTOR: {
    uint32_t value = place;
    bool added;
    return cti_map_add_u64(&m->unit->dtors, m->plan->arena, offer->type, &value, &added);
  }
  default: return CT_OK;
  }
  if (*slot == CTI_WIT_NONE) *slot = place;
  return CT_OK;
}

static ct_status match_one(matcher *m, uint32_t index) {
  const cti_export *export_ = &m->unit->module.exports.items[index];
  candidate c = {.m = m, .full = export_->name, .name = export_->name, .mangling = CTI_MANGLING_LEGACY};
  c.offer = (cti_offer){.name = export_->name, .export_ = index, .item = CTI_WIT_NONE, .type = CTI_WIT_NONE};
  if (export_->kind == CTI_EXTERN_FUNC) c.type = cti_module_func_type(&m->unit->module, export_->index);
  CTI_TRY(match_name(&c, export_));
  return c.found ? enter(m, &c.offer) : CT_OK;
}

/* ---- what is owed */

static ct_slice owed_names(cti_plan *plan, const cti_world_item *item, const cti_wit_func *func) {
  bool legacy = !plan->options->reject_legacy_names;
  if (item->kind == CTI_WORLD_FUNC) return cti_format(plan->arena, "\"%s%.*s\"", legacy ? "" : "cm32p2||", CTI_S(func->name));
  ct_slice name = legacy ? cti_world_item_name(&plan->resolve, item) : cti_world_item_track_name(&plan->resolve, item, plan->arena);
  if (!legacy) return cti_format(plan->arena, "\"cm32p2|%.*s|%.*s\"", CTI_S(name), CTI_S(func->name));
  return cti_format(plan->arena, "\"%.*s#%.*s\"", CTI_S(name), CTI_S(func->name));
}

static ct_status check_callback(matcher *m, const cti_lift *lift) {
  const cti_offer *offer = &m->unit->offers.items[lift->lift];
  if (offer->variant != CTI_ABI_LIFT_CALLBACK || lift->callback != CTI_WIT_NONE) return CT_OK;
  ct_slice text = cti_format(m->plan->arena, "core export \"%.*s\" is an asynchronous function, but its callback \"[callback]%.*s\" is not exported", CTI_S(offer->name), CTI_S(offer->name));
  return cti_unmet_add(m->plan, CT_COMPOSE_EXPORT, text, CTI_LIT("export the callback, type (i32, i32, i32) -> i32, or export the function as \"[async-lift-stackful]...\""));
}

/* The part of a core name that is the interface's id without a version. */
static ct_slice interface_part(ct_slice name, size_t hash) { return cti_name_unversioned(cti_slice_cut(name, 0, hash)); }

/* May `name` be meant as the wanted "a:b/c@1.0.0#f-g": what is amiss with it, as part of a sentence; or NULL. */
static const char *amiss(ct_slice name, ct_slice wanted) {
  size_t hash = cti_slice_find(wanted, '#', 0), own = cti_slice_find(name, '#', 0);
  ct_slice func = cti_slice_cut(wanted, hash + 1, wanted.size);
  if (hash == wanted.size) return NULL;
  if (own < name.size) {
    if (!cti_slice_eq(interface_part(name, own), interface_part(wanted, hash)) || !cti_slice_eq(cti_slice_cut(name, own + 1, name.size), func)) return NULL;
    return cti_slice_find(name, '@', 0) > own ? "without the interface's version" : "with another version of the interface than the world has";
  }
  if (name.size != func.size) return NULL;
  for (size_t i = 0; i < name.size; i++)
    if (name.data[i] != func.data[i] && !(name.data[i] == '_' && func.data[i] == '-')) return NULL;
  return "without the interface's name";
}

/* The first function export that may be meant, or else that of the nearest name, as part of a sentence; empty when none is near. */
static ct_slice near_export(const matcher *m, ct_slice wanted) {
  ct_slice name = cti_slice_cut(wanted, 1, wanted.size - 1); /* in quotes */
  cti_nearest nearest = cti_nearest_make(name);
  const cti_module *module = &m->unit->module;
  for (uint32_t i = 0; i < module->exports.count; i++) {
    const cti_export *export_ = &module->exports.items[i];
    if (export_->kind != CTI_EXTERN_FUNC) continue;
    const char *how = amiss(export_->name, name);
    if (how) return cti_format(m->plan->arena, "; it has \"%.*s\", %s", CTI_S(export_->name), how);
    cti_nearest_try(&nearest, export_->name);
  }
  return nearest.best.size ? cti_format(m->plan->arena, "; it has \"%.*s\"", CTI_S(nearest.best)) : CTI_LIT("");
}

/* All functions of one interface that are not there are told as one. */
static ct_status miss(matcher *m, const cti_world_item *owed, const cti_wit_func *f) {
  cti_plan *plan = m->plan;
  cti_core_sig sig;
  ct_slice title = cti_world_title(plan, m->unit), item = cti_world_item_name(&plan->resolve, owed), wanted = owed_names(plan, owed, f);
  bool is_func = owed->kind == CTI_WORLD_FUNC;
  ct_slice group = is_func ? (ct_slice){NULL, 0} : cti_format(plan->arena, "export %.*s", CTI_S(item));
  if (cti_unmet_join(plan, group, f->name) || !wanted.data) return plan->arena->error->status;
  CTI_TRY(cti_func_sig(&sig, plan, f, CTI_ABI_LIFT));
  ct_slice near = cti_unmet_is_full(plan) ? CTI_LIT("") : near_export(m, wanted);
  static const char interface_text[] = "%.*s exports interface \"%.*s\", but the core module does not export its function `%.*s`%.*s";
  ct_slice text = is_func ? cti_format(plan->arena, "%.*s exports function `%.*s`, but the core module does not export it%.*s", CTI_S(title), CTI_S(f->name), CTI_S(near))
                          : cti_format(plan->arena, interface_text, CTI_S(title), CTI_S(item), CTI_S(f->name), CTI_S(near));
  ct_slice hint = cti_format(plan->arena, "export a core function named %.*s of type %.*s; in C: __attribute__((export_name(%.*s))) before its definition", CTI_S(wanted),
                             CTI_S(cti_sig_text(plan->arena, &sig)), CTI_S(wanted));
  return cti_unmet_add_as(plan, CT_COMPOSE_EXPORT, text, hint, group);
}

static ct_status check_owed(matcher *m, uint32_t item, uint32_t func) {
  const cti_lift *lift = &m->unit->lifts[m->plan->export_base[item] + func];
  const cti_world_item *owed = &world_exports(m->plan)->items[item];
  return lift->lift != CTI_WIT_NONE ? check_callback(m, lift) : miss(m, owed, cti_item_func(&m->plan->resolve, owed, func));
}

static ct_status check_all_owed(matcher *m) {
  for (uint32_t i = 0; i < m->unit->exports.count; i++) {
    uint32_t item = m->unit->exports.items[i];
    const cti_world_item *owed = &world_exports(m->plan)->items[item];
    uint32_t count = owed->kind == CTI_WORLD_INTERFACE ? m->plan->resolve.interfaces.items[owed->interface].funcs.count : owed->kind == CTI_WORLD_FUNC;
    for (uint32_t f = 0; f < count; f++) CTI_TRY(check_owed(m, item, f));
  }
  return CT_OK;
}

static ct_status check_memories(matcher *m) {
  uint32_t first = m->unit->first_of[CTI_ROLE_MEMORY];
  for (uint32_t i = first; first != CTI_WIT_NONE && i < m->unit->offers.count; i++) {
    if (i == first || m->unit->offers.items[i].role != CTI_ROLE_MEMORY) continue;
    ct_slice text = cti_format(m->plan->arena, "%.*sthe module exports two memories, \"%.*s\" and \"%.*s\": which one holds the values that cross "
                                               "the component's border?", CTI_S(cti_whose(m->plan, m->unit)), CTI_S(m->unit->offers.items[first].name), CTI_S(m->unit->offers.items[i].name));
    return cti_unmet_add(m->plan, CT_COMPOSE_EXPORT, text, CTI_LIT("export one of them alone"));
  }
  return CT_OK;
}

static ct_status make_slots(matcher *m) {
  m->unit->offers.count = 0;
  m->unit->dtors = (cti_map){0};
  for (unsigned i = 0; i < CTI_ROLE_COUNT; i++) m->unit->first_of[i] = CTI_WIT_NONE;
  if (m->unit->exports.count == 0) return CT_OK;
  m->unit->lifts = cti_alloc_raw(m->plan->arena, m->plan->export_func_count, sizeof *m->unit->lifts);
  if (!m->unit->lifts) return CT_NOMEM;
  memset(m->unit->lifts, 0xff, m->plan->export_func_count * sizeof *m->unit->lifts);
  return CT_OK;
}

ct_status cti_match_exports(cti_plan *plan, uint32_t unit) {
  matcher m = {.plan = plan, .unit = &plan->units.items[unit]};
  CTI_TRY(make_slots(&m));
  CTI_TRY(add_targets(&m));
  for (uint32_t i = 0; i < m.unit->module.exports.count; i++) CTI_TRY(match_one(&m, i));
  CTI_TRY(check_memories(&m));
  return check_all_owed(&m);
}

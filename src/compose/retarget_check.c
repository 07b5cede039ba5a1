/* retarget_check.c - what stands in the way of another version. Flows in: moves. Flows out: obstacles in words, and what can be left out.
 *
 * What the component imports must be in the version; what the version has of an interface that the component exports must be exported. A function that the
 * component declares but nobody uses, which is so when a tool imported a whole interface, is left out. A type that is no more than another name of one that
 * the version has loses that name. */
#include "compose/retarget.h"

#include "wit/wit.h"
#include "wit/wit_wasi.h"

static ct_status failed(const cti_retarget *r) { return r->arena->error->status; }

static ct_status obstacle(cti_retarget *r, ct_slice text) { return text.data && cti_vec_push(r->arena, &r->obstacles, text) ? CT_OK : failed(r); }

/* ---- the interfaces of both sides */

/* The carried package at a version, loaded once. Later versions than the one that is carried are taken to have all that this one has. */
static ct_status load(uint32_t *package, cti_resolve *resolve, const cti_move *m, cti_semver version) {
  const cti_wit_options options = {.all_features = true};
  cti_package_name name = m->package;
  cti_semver carried;
  if (!cti_semver_parse(&carried, cti_slice_str(cti_wasi_version(&m->package)))) return CT_OK;
  name.version = cti_semver_cmp(&version, &carried) > 0 ? carried : version;
  return cti_wit_load_carried(resolve, package, &name, &options);
}

static uint32_t interface_of(const cti_resolve *resolve, uint32_t package, ct_slice name) {
  return package == CTI_WIT_NONE ? CTI_WIT_NONE : cti_map_get(&resolve->packages.items[package].interface_ids, name);
}

/* ", which came with 0.2.12" for an item of an interface (or for the interface itself, when `func` is empty); empty when it is not known. */
static ct_slice came_with(cti_retarget *r, const cti_move *m, ct_slice func) {
  cti_resolve *latest = &r->latest;
  cti_semver newest = {.minor = 2, .patch = UINT32_MAX, .present = true};
  uint32_t package = CTI_WIT_NONE;
  const cti_stability *stability = NULL;
  if (load(&package, latest, m, newest) != CT_OK) return (ct_slice){NULL, 0};
  uint32_t interface = interface_of(latest, package, m->interface);
  if (interface == CTI_MAP_NONE) return (ct_slice){NULL, 0};
  stability = &latest->interfaces.items[interface].stability;
  uint32_t slot = func.size ? cti_map_get(&latest->interfaces.items[interface].func_slots, func) : CTI_MAP_NONE;
  if (slot != CTI_MAP_NONE) stability = &latest->interfaces.items[interface].funcs.items[slot].stability;
  else if (func.size) return (ct_slice){NULL, 0};
  if (stability->kind != CTI_STABILITY_STABLE) return (ct_slice){NULL, 0};
  return cti_format(r->arena, ", it came with %.*s", CTI_S(cti_semver_text(r->arena, &stability->gate->since)));
}

static bool is_used(const cti_move *m, ct_slice name) { return m->is_whole || cti_map_get(&m->used, name) != CTI_MAP_NONE; }

/* ---- imports */

static ct_status import_obstacle(cti_retarget *r, const cti_move *m, ct_slice name, ct_slice difference) {
  ct_slice user = cti_retarget_user(r, m, name);
  if (difference.data) return obstacle(r, cti_format(r->arena, "%.*s: `%.*s` differs: %.*s%.*s", CTI_S(m->title), CTI_S(name), CTI_S(difference), CTI_S(user)));
  ct_slice since = came_with(r, m, name);
  return obstacle(r, cti_format(r->arena, "%.*s: %s has no `%.*s`%.*s%.*s", CTI_S(m->title), r->to_text, CTI_S(name), CTI_S(since), CTI_S(user)));
}

static void tell_unstable(cti_retarget *r, const cti_move *m, const cti_wit_func *func) {
  if (func->stability.kind != CTI_STABILITY_UNSTABLE) return;
  cti_retarget_tell(r, CT_NOTICE_WARNING, "`%.*s` of %.*s is unstable (feature %.*s): hosts of %s need not have it", CTI_S(func->name), CTI_S(m->title),
                    CTI_S(func->stability.gate->feature), r->to_text);
}

static ct_status import_func(cti_retarget *r, cti_move *m, const cti_wit_func *func, const cti_wit_interface *there) {
  uint32_t slot = cti_map_get(&there->func_slots, func->name);
  ct_slice difference = {NULL, 0};
  if (slot != CTI_MAP_NONE) {
    CTI_TRY(cti_wit_compare_func(&difference, &r->compare, func, &there->funcs.items[slot]));
    if (!difference.data) return is_used(m, func->name) ? (tell_unstable(r, m, &there->funcs.items[slot]), CT_OK) : CT_OK;
  }
  if (is_used(m, func->name)) return import_obstacle(r, m, func->name, difference);
  return cti_map_set(&m->left_out, r->arena, func->name, 0);
}

/* The name, in the same interface, of the type that `type` is another name of; {NULL, 0} when it is none. */
static ct_slice other_name(const cti_resolve *resolve, uint32_t type) {
  const cti_def *def = &resolve->types.defs.items[type];
  if (def->kind != CTI_DEF_ALIAS || !cti_valtype_is_def(def->element)) return (ct_slice){NULL, 0};
  const cti_wit_type *other = &resolve->names.items[cti_valtype_index(def->element)], *mine = &resolve->names.items[type];
  return other->owner.kind == mine->owner.kind && other->owner.id == mine->owner.id ? other->name : (ct_slice){NULL, 0};
}

static ct_status add_unnamed(cti_retarget *r, cti_move *m, ct_slice name, ct_slice other) {
  CTI_TRY(cti_map_set(&m->unnamed, r->arena, name, m->renamed.count));
  return cti_vec_push(r->arena, &m->renamed, other) ? CT_OK : failed(r);
}

static ct_status import_type(cti_retarget *r, cti_move *m, uint32_t type, const cti_wit_interface *there) {
  ct_slice name = r->own.names.items[type].name, difference;
  uint32_t other = cti_map_get(&there->type_ids, name);
  if (other == CTI_MAP_NONE) {
    ct_slice same = other_name(&r->own, type);
    if (!m->is_whole && same.data && cti_map_get(&there->type_ids, same) != CTI_MAP_NONE) return add_unnamed(r, m, name, same);
    return import_obstacle(r, m, name, (ct_slice){NULL, 0});
  }
  CTI_TRY(cti_wit_compare_type(&difference, &r->compare, cti_valtype_def(type), cti_valtype_def(other)));
  return difference.data ? import_obstacle(r, m, name, difference) : CT_OK;
}

static ct_status check_import(cti_retarget *r, cti_move *m, const cti_wit_interface *own, const cti_wit_interface *there) {
  for (uint32_t i = 0; i < own->types.count; i++) CTI_TRY(import_type(r, m, own->types.items[i], there));
  for (uint32_t i = 0; i < own->funcs.count; i++) CTI_TRY(import_func(r, m, &own->funcs.items[i], there));
  return CT_OK;
}

/* ---- exports */

static ct_status export_obstacle(cti_retarget *r, const cti_move *m, ct_slice name, ct_slice difference) {
  if (difference.data) return obstacle(r, cti_format(r->arena, "export %.*s: `%.*s` differs: %.*s", CTI_S(m->title), CTI_S(name), CTI_S(difference)));
  return obstacle(r, cti_format(r->arena, "export %.*s: %s has `%.*s`, which the component does not export", CTI_S(m->title), r->to_text, CTI_S(name)));
}

static ct_status check_export(cti_retarget *r, cti_move *m, const cti_wit_interface *own, const cti_wit_interface *there) {
  ct_slice difference;
  for (uint32_t i = 0; i < there->types.count; i++) {
    ct_slice name = r->target.names.items[there->types.items[i]].name;
    uint32_t type = cti_map_get(&own->type_ids, name);
    if (type == CTI_MAP_NONE) CTI_TRY(export_obstacle(r, m, name, (ct_slice){NULL, 0}));
    else {
      CTI_TRY(cti_wit_compare_type(&difference, &r->compare, cti_valtype_def(type), cti_valtype_def(there->types.items[i])));
      if (difference.data) CTI_TRY(export_obstacle(r, m, name, difference));
    }
  }
  for (uint32_t i = 0; i < there->funcs.count; i++) {
    const cti_wit_func *func = &there->funcs.items[i];
    uint32_t slot = cti_map_get(&own->func_slots, func->name);
    if (slot == CTI_MAP_NONE) {
      if (func->stability.kind != CTI_STABILITY_UNSTABLE) CTI_TRY(export_obstacle(r, m, func->name, (ct_slice){NULL, 0}));
      continue;
    }
    CTI_TRY(cti_wit_compare_func(&difference, &r->compare, &own->funcs.items[slot], func));
    if (difference.data) CTI_TRY(export_obstacle(r, m, func->name, difference));
  }
  return CT_OK;
}

/* ---- all of them */

static ct_status check_move(cti_retarget *r, cti_move *m) {
  uint32_t package = CTI_WIT_NONE, own = cti_map_get(m->is_export ? &r->own_exports : &r->own_imports, m->old);
  CTI_TRY(load(&package, &r->target, m, r->to));
  uint32_t there = interface_of(&r->target, package, m->interface);
  if (there == CTI_MAP_NONE) {
    ct_slice since = came_with(r, m, (ct_slice){NULL, 0});
    return obstacle(r, cti_format(r->arena, "%s has no interface %.*s%.*s", r->to_text, CTI_S(m->title), CTI_S(since)));
  }
  m->there = there;
  if (own == CTI_MAP_NONE) return CT_OK;
  const cti_wit_interface *mine = &r->own.interfaces.items[own], *asked = &r->target.interfaces.items[there];
  if (asked->stability.kind == CTI_STABILITY_UNSTABLE)
    cti_retarget_tell(r, CT_NOTICE_WARNING, "the interface %.*s is unstable (feature %.*s): hosts of %s need not have it", CTI_S(m->title),
                      CTI_S(asked->stability.gate->feature), r->to_text);
  return m->is_export ? check_export(r, m, mine, asked) : check_import(r, m, mine, asked);
}

/* Two imports of one interface become one; two exports cannot. */
static ct_status find_doubles(cti_retarget *r) {
  cti_map imports = {0}, exports = {0};
  for (uint32_t i = 0; i < r->moves.count; i++) {
    const cti_move *m = &r->moves.items[i];
    uint32_t first = i;
    bool added;
    CTI_TRY(cti_map_add(m->is_export ? &exports : &imports, r->arena, m->name.name, &first, &added));
    if (!added && !m->is_export) r->has_doubles = true;
    else if (!added) CTI_TRY(obstacle(r, cti_format(r->arena, "%.*s and %.*s are exported both", CTI_S(r->moves.items[first].old), CTI_S(m->old))));
  }
  return CT_OK;
}

ct_status cti_retarget_check(cti_retarget *r) {
  cti_resolve_init(&r->target, r->arena);
  cti_resolve_init(&r->latest, r->arena);
  r->compare = (cti_wit_compare){.a = &r->own, .b = &r->target, .a_name = "the component", .b_name = r->to_text};
  for (uint32_t i = 0; i < r->moves.count; i++) CTI_TRY(check_move(r, &r->moves.items[i]));
  return find_doubles(r);
}

/* emit_exports.c - the component's exports. Flows in: the world's exports and the units that have them. Flows out: a lifted function for each, and for each
 * interface a nested component that imports these functions and its types and exports them again.
 *
 * The nested component is there to name things: an instance made of plain items cannot export a type and functions that mention it by that name, an
 * instance of a component can. */
#include "compose/emit.h"

#include "compose/wit_encode.h"
#include "compose/world_match.h"
#include "compose/world_use.h"

static ct_status failed(const cti_plan *plan) { return plan->arena->error->status; }

/* ---- lifting */

static uint32_t offer_func(cti_plan *plan, uint32_t unit, uint32_t offer) { return cti_emit_hooked(plan, unit, plan->units.items[unit].offers.items[offer].name); }

static uint32_t lift_realloc(cti_plan *plan, uint32_t unit, uint8_t needs) {
  cti_allocator allocator = cti_allocator_for(plan, unit, true);
  if (!(needs & CTI_NEEDS_REALLOC) || !allocator.name.data) return UINT32_MAX;
  plan->main_allocates |= allocator.unit == 0;
  return cti_emit_hooked(plan, allocator.unit, allocator.name);
}

/* A function of the component made of the core function that the unit exports for it; `type` is its function type. */
static uint32_t emit_lift(cti_plan *plan, uint32_t unit, uint32_t place, uint32_t func_place, uint32_t type) {
  const cti_unit *u = &plan->units.items[unit];
  const cti_world_item *item = &cti_plan_world(plan)->exports.items[place];
  const cti_wit_func *func = cti_item_func(&plan->resolve, item, func_place);
  const cti_lift *lift = &u->lifts[plan->export_base[place] + func_place];
  cti_core_sig sig;
  cti_string_encoding encoding = cti_encoding_of(plan, unit, NULL, item, func);
  cti_option_list options;
  cti_canon canon = {.kind = CTI_CANON_LIFT, .func = offer_func(plan, unit, lift->lift), .type = type};
  if (cti_func_sig(&sig, plan, func, u->offers.items[lift->lift].variant)) return UINT32_MAX;
  uint32_t realloc = lift_realloc(plan, unit, sig.needs);
  if (cti_emit_options(&options, plan, sig.needs, encoding, realloc, &(cti_emit_about){unit, "the exported", item, func})) return UINT32_MAX;
  if (lift->post_return != CTI_WIT_NONE) cti_add_option(&options, CTI_CANON_OPT_POST_RETURN, offer_func(plan, unit, lift->post_return));
  if (lift->callback != CTI_WIT_NONE) cti_add_option(&options, CTI_CANON_OPT_CALLBACK, offer_func(plan, unit, lift->callback));
  canon.options = options.items;
  canon.option_count = options.count;
  uint32_t index = cti_build_canon(&plan->component, &canon);
  cti_name_item(plan, func->name);
  return failed(plan) ? UINT32_MAX : index;
}

/* ---- interfaces */

typedef struct nester {
  cti_plan *plan;
  const cti_world_item *item;
  uint32_t unit, place;
  cti_component inner;
  cti_type_maps maps;
  cti_type_encoder types;
  cti_map names; /* of type imports */
  CTI_VEC(cti_named_index) args; /* what the inner component is instantiated with */
  CTI_VEC(uint32_t) imported;    /* types, in order of their imports */
  CTI_VEC(ct_slice) imported_names;
} nester;

static const cti_wit_interface *interface_of(const nester *n) { return &n->plan->resolve.interfaces.items[n->item->interface]; }

/* A name that no two functions of an interface share: "import-func-f", "import-method-r-m". */
static ct_slice import_func_name(cti_plan *plan, const cti_wit_func *func) {
  if (func->kind == CTI_FUNC_FREE && func->accessor == CTI_ACCESSOR_NONE) return cti_format(plan->arena, "import-func-%.*s", CTI_S(func->name));
  cti_buf name = {0};
  cti_buf_str(&name, "import-");
  for (size_t i = 0; i < func->name.size; i++) {
    uint8_t c = func->name.data[i];
    if (c != '[') cti_buf_u8(&name, c == ']' || c == '.' || c == ' ' ? '-' : c);
  }
  return cti_take(&name, plan->arena);
}

static ct_slice unique_type_name(nester *n, ct_slice type) {
  ct_slice name = cti_format(n->plan->arena, "import-type-%.*s", CTI_S(type));
  for (uint32_t i = 0; name.data && cti_map_get(&n->names, name) != CTI_MAP_NONE; i++) name = cti_format(n->plan->arena, "%.*s%u", CTI_S(name), i);
  if (name.data && cti_map_set(&n->names, n->plan->arena, name, 0)) return (ct_slice){NULL, 0};
  return name;
}

/* Named types are imported under names of their own; what they are outside is told when the component is instantiated. */
static uint32_t import_named(cti_type_encoder *types, uint32_t type, cti_externtype bound) {
  nester *n = types->context;
  ct_slice name = unique_type_name(n, n->plan->resolve.names.items[type].name);
  if (!name.data || !cti_vec_push(n->plan->arena, &n->imported, type) || !cti_vec_push(n->plan->arena, &n->imported_names, name)) return UINT32_MAX;
  cti_extern_name as_import = {.name = name};
  return cti_build_import(&n->inner, &as_import, bound);
}

static uint32_t no_import(cti_type_encoder *types, uint32_t type) {
  nester *n = types->context;
  cti_fail(n->plan->arena->error, CT_INTERNAL, CT_NO_OFFSET, "type \"%.*s\" should have been imported before", CTI_S(n->plan->resolve.names.items[type].name));
  return UINT32_MAX;
}

static ct_status add_arg(nester *n, ct_slice name, cti_sort sort, uint32_t index) {
  if (!name.data || index == UINT32_MAX) return failed(n->plan);
  cti_named_index arg = {.name = {.name = name}, .item = {sort, index}};
  return cti_vec_push(n->plan->arena, &n->args, arg) ? CT_OK : CT_NOMEM;
}

static ct_status lift_funcs(nester *n) {
  const cti_wit_interface *interface = interface_of(n);
  for (uint32_t i = 0; i < interface->funcs.count; i++) {
    cti_type_encoder root = cti_root_types(n->plan, n->item->interface, false);
    uint32_t type;
    CTI_TRY(cti_encode_func_type(&type, &root, &interface->funcs.items[i]));
    CTI_TRY(add_arg(n, import_func_name(n->plan, &interface->funcs.items[i]), CTI_SORT_FUNC, emit_lift(n->plan, n->unit, n->place, i, type)));
  }
  return CT_OK;
}

/* Types of other interfaces: known outside, and imported inside. */
static ct_status import_foreign_types(nester *n) {
  cti_ids foreign = {0};
  cti_valtype ignored;
  CTI_TRY(cti_interface_types(&foreign, n->plan, n->item->interface));
  for (uint32_t i = 0; i < foreign.count; i++) {
    cti_owner owner = n->plan->resolve.names.items[foreign.items[i]].owner;
    if (owner.kind != CTI_OWNER_INTERFACE || owner.id == n->item->interface) continue;
    cti_type_encoder root = cti_root_types(n->plan, n->item->interface, false);
    CTI_TRY(cti_encode_valtype(&ignored, &root, cti_valtype_def(foreign.items[i])));
    n->types.interface = owner.id;
    CTI_TRY(cti_encode_valtype(&ignored, &n->types, cti_valtype_def(foreign.items[i])));
  }
  n->types.interface = n->item->interface;
  return CT_OK;
}

static bool is_resource(const nester *n, uint32_t type) { return n->plan->resolve.types.defs.items[type].kind == CTI_DEF_RESOURCE; }

/* resources[i] is the import of the interface's type number i, when that is a resource. */
static ct_status import_resources(nester *n, uint32_t *resources) {
  const cti_wit_interface *interface = interface_of(n);
  for (uint32_t i = 0; i < interface->types.count; i++)
    if (is_resource(n, interface->types.items[i])) CTI_TRY(cti_encode_type_id(&resources[i], &n->types, interface->types.items[i]));
  return CT_OK;
}

static ct_status import_funcs(nester *n) {
  const cti_wit_interface *interface = interface_of(n);
  for (uint32_t i = 0; i < interface->funcs.count; i++) {
    cti_externtype type = {.sort = CTI_SORT_FUNC};
    CTI_TRY(cti_encode_func_type(&type.index, &n->types, &interface->funcs.items[i]));
    cti_extern_name name = {.name = import_func_name(n->plan, &interface->funcs.items[i])};
    if (cti_build_import(&n->inner, &name, type) == UINT32_MAX) return failed(n->plan);
  }
  return CT_OK;
}

static ct_status add_type_args(nester *n) {
  for (uint32_t i = 0; i < n->imported.count; i++) {
    uint32_t word = cti_map_get_u64(&n->plan->type_maps.types, n->imported.items[i]);
    if (word == CTI_MAP_NONE) return cti_fail(n->plan->arena->error, CT_INTERNAL, CT_NO_OFFSET, "type \"%.*s\" is not known at the root", CTI_S(n->plan->resolve.names.items[n->imported.items[i]].name));
    CTI_TRY(add_arg(n, n->imported_names.items[i], CTI_SORT_TYPE, cti_valtype_index((cti_valtype){word})));
  }
  return CT_OK;
}

static ct_status export_types(nester *n, const uint32_t *resources) {
  const cti_wit_interface *interface = interface_of(n);
  for (uint32_t i = 0; i < interface->types.count; i++) {
    uint32_t type = interface->types.items[i];
    if (!is_resource(n, type)) {
      cti_valtype ignored;
      CTI_TRY(cti_encode_valtype(&ignored, &n->types, cti_valtype_def(type)));
      continue;
    }
    const cti_wit_type *names = &n->plan->resolve.names.items[type];
    cti_extern_name name = cti_extern_name_make(names->name, names->external_id, n->plan->arena);
    uint32_t index = cti_build_export(&n->inner, &name, (cti_sort_index){CTI_SORT_TYPE, resources[i]}, NULL);
    if (index == UINT32_MAX) return failed(n->plan);
    CTI_TRY(cti_map_set_u64(&n->types.maps->types, n->plan->arena, type, cti_valtype_def(index).word));
  }
  return CT_OK;
}

/* Each function is the import of the same number, with the type that the exported types give it. */
static ct_status export_funcs(nester *n) {
  const cti_wit_interface *interface = interface_of(n);
  for (uint32_t i = 0; i < interface->funcs.count; i++) {
    const cti_wit_func *func = &interface->funcs.items[i];
    cti_externtype type = {.sort = CTI_SORT_FUNC};
    CTI_TRY(cti_encode_func_type(&type.index, &n->types, func));
    cti_extern_name name = cti_extern_name_make(func->name, func->external_id, n->plan->arena);
    if (cti_build_export(&n->inner, &name, (cti_sort_index){CTI_SORT_FUNC, i}, &type) == UINT32_MAX) return failed(n->plan);
  }
  return CT_OK;
}

static ct_status make_inner(nester *n) {
  uint32_t *resources = CTI_NEW_N(n->plan->arena, uint32_t, interface_of(n)->types.count);
  cti_type_maps imported = {0};
  if (!resources) return CT_NOMEM;
  CTI_TRY(import_foreign_types(n));
  CTI_TRY(cti_type_maps_copy(&imported, &n->maps, n->plan->arena));
  CTI_TRY(import_resources(n, resources));
  CTI_TRY(import_funcs(n));
  CTI_TRY(add_type_args(n));
  n->types.maps = &imported;
  n->types.naming = CTI_NAMING_EXPORT;
  CTI_TRY(export_types(n, resources));
  return export_funcs(n);
}

static ct_status instantiate_inner(nester *n) {
  cti_plan *plan = n->plan;
  cti_component *inner = CTI_NEW(plan->arena, cti_component);
  if (!inner) return CT_NOMEM;
  *inner = n->inner;
  cti_extern_name name = cti_world_item_extern_name(&plan->resolve, n->item, plan->options->canonical_names);
  uint32_t component = cti_build_component(&plan->component, inner);
  cti_name_item(plan, cti_format(plan->arena, "%.*s-shim-component", CTI_S(name.name)));
  uint32_t instance = cti_build_instantiate(&plan->component, component, n->args.items, n->args.count);
  cti_name_item(plan, cti_format(plan->arena, "%.*s-shim-instance", CTI_S(name.name)));
  plan->instances[n->item->interface] = cti_build_export(&plan->component, &name, (cti_sort_index){CTI_SORT_INSTANCE, instance}, NULL);
  cti_plan_note(plan, "export \"%.*s\"", CTI_S(name.name));
  return failed(plan);
}

/* From now on the exported instance is where the interface's types come from. */
static ct_status forget_types(nester *n) {
  const cti_wit_interface *interface = interface_of(n);
  cti_type_encoder root = cti_root_types(n->plan, n->item->interface, false);
  for (uint32_t i = 0; i < interface->types.count; i++) CTI_TRY(cti_forget_type(&root, interface->types.items[i]));
  return CT_OK;
}

/* An interface without types needs no component to give them names: its functions are put together as they are. (With types that it uses of others it does: two
 * exports of one type have no form in WIT.) */
static ct_status emit_plain_interface(cti_plan *plan, uint32_t unit, uint32_t place) {
  const cti_world_item *item = &cti_plan_world(plan)->exports.items[place];
  const cti_wit_interface *interface = &plan->resolve.interfaces.items[item->interface];
  cti_named_index *funcs = CTI_NEW_N(plan->arena, cti_named_index, interface->funcs.count);
  if (!funcs) return CT_NOMEM;
  for (uint32_t i = 0; i < interface->funcs.count; i++) {
    const cti_wit_func *func = &interface->funcs.items[i];
    cti_type_encoder root = cti_root_types(plan, item->interface, false);
    uint32_t type;
    CTI_TRY(cti_encode_func_type(&type, &root, func));
    funcs[i] = (cti_named_index){.name = cti_extern_name_make(func->name, func->external_id, plan->arena), .item = {CTI_SORT_FUNC, emit_lift(plan, unit, place, i, type)}};
    if (failed(plan)) return failed(plan);
  }
  cti_extern_name name = cti_world_item_extern_name(&plan->resolve, item, plan->options->canonical_names);
  uint32_t instance = cti_build_exports(&plan->component, funcs, interface->funcs.count);
  cti_name_item(plan, name.name);
  plan->instances[item->interface] = cti_build_export(&plan->component, &name, (cti_sort_index){CTI_SORT_INSTANCE, instance}, NULL);
  cti_plan_note(plan, "export \"%.*s\"", CTI_S(name.name));
  return failed(plan);
}

static bool is_plain(const cti_plan *plan, const cti_world_item *item) { return plan->is_direct && plan->resolve.interfaces.items[item->interface].types.count == 0; }

static ct_status emit_interface(cti_plan *plan, uint32_t unit, uint32_t place) {
  nester n = {.plan = plan, .item = &cti_plan_world(plan)->exports.items[place], .unit = unit, .place = place};
  cti_component_init(&n.inner, plan->arena);
  n.types = (cti_type_encoder){.resolve = &plan->resolve, .scope = &n.inner, .arena = plan->arena, .maps = &n.maps, .naming = CTI_NAMING_CUSTOM, .interface = n.item->interface,
                               .import_type = no_import, .name_type = import_named, .context = &n};
  CTI_TRY(lift_funcs(&n));
  CTI_TRY(make_inner(&n));
  CTI_TRY(instantiate_inner(&n));
  return forget_types(&n);
}

static ct_status emit_func(cti_plan *plan, uint32_t unit, uint32_t place) {
  const cti_world_item *item = &cti_plan_world(plan)->exports.items[place];
  cti_type_encoder types = cti_root_types(plan, CTI_WIT_NONE, true);
  uint32_t type;
  CTI_TRY(cti_encode_func_type(&type, &types, &item->func));
  uint32_t func = emit_lift(plan, unit, place, 0, type);
  if (failed(plan)) return failed(plan);
  cti_extern_name name = cti_world_item_extern_name(&plan->resolve, item, plan->options->canonical_names);
  cti_build_export(&plan->component, &name, (cti_sort_index){CTI_SORT_FUNC, func}, NULL);
  cti_plan_note(plan, "export function `%.*s`", CTI_S(name.name));
  return failed(plan);
}

ct_status cti_emit_exports(cti_plan *plan) {
  const cti_world_items *exports = &cti_plan_world(plan)->exports;
  for (uint32_t unit = 0; unit < plan->units.count; unit++) {
    for (uint32_t i = 0; i < plan->units.items[unit].exports.count; i++) {
      uint32_t place = plan->units.items[unit].exports.items[i];
      const cti_world_item *item = &exports->items[place];
      if (item->kind == CTI_WORLD_INTERFACE) CTI_TRY(is_plain(plan, item) ? emit_plain_interface(plan, unit, place) : emit_interface(plan, unit, place));
      else if (item->kind == CTI_WORLD_FUNC) CTI_TRY(emit_func(plan, unit, place));
    }
  }
  return CT_OK;
}

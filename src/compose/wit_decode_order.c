/* wit_decode_order.c - the end of decoding: packages that were met by references enter the resolve, each after those that it needs, and the main one last.
 *
 * Packages of WIT never depend on each other in a circle; a binary can be made that says so, and is refused. */
#include "compose/wit_decoder.h"

static ct_status failed(const cti_wit_decoder *d) { return d->arena->error->status; }

static ct_status insert_package(uint32_t *out, cti_wit_decoder *d, const cti_package_name *name, const cti_ids *interfaces) {
  *out = cti_resolve_find_package(d->resolve, name);
  CTI_TRY(failed(d));
  if (*out == CTI_WIT_NONE) *out = cti_resolve_add_package(d->resolve, &(cti_wit_package){.name = *name, .span.file = CTI_WIT_NONE});
  if (*out == CTI_WIT_NONE) return failed(d);
  for (uint32_t i = 0; i < interfaces->count; i++) {
    uint32_t interface = interfaces->items[i];
    if (cti_map_get(&d->resolve->packages.items[*out].interface_ids, d->resolve->interfaces.items[interface].name) != CTI_MAP_NONE)
      return cti_fail(d->arena->error, CT_WIT_BINARY, CT_NO_OFFSET, "the interface \"%.*s\" is referred to before it is defined", CTI_S(d->resolve->interfaces.items[interface].name));
    CTI_TRY(cti_package_add_interface(d->resolve, *out, interface));
    d->resolve->interfaces.items[interface].package = *out;
  }
  return CT_OK;
}

static void own_inline_interfaces(cti_wit_decoder *d, const cti_world_items *items, uint32_t package) {
  for (uint32_t i = 0; i < items->count; i++)
    if (items->items[i].kind == CTI_WORLD_INTERFACE && items->items[i].name.data && !d->resolve->interfaces.items[items->items[i].interface].name.data)
      d->resolve->interfaces.items[items->items[i].interface].package = package;
}

static ct_status insert_worlds(cti_wit_decoder *d, uint32_t package) {
  for (uint32_t i = 0; i < d->worlds.count; i++) {
    cti_wit_world *world = &d->resolve->worlds.items[d->worlds.items[i]];
    if (cti_map_get(&d->resolve->packages.items[package].world_ids, world->name) != CTI_MAP_NONE)
      return cti_fail(d->arena->error, CT_WIT_BINARY, CT_NO_OFFSET, "the world \"%.*s\" is there twice", CTI_S(world->name));
    CTI_TRY(cti_package_add_world(d->resolve, package, d->worlds.items[i]));
    world->package = package;
    own_inline_interfaces(d, &world->imports, package);
    own_inline_interfaces(d, &world->exports, package);
  }
  return CT_OK;
}

typedef struct order_step {
  uint32_t package, next_interface, next_type;
} order_step;

/* The next package that `step`'s package uses a type of: its index; CTI_MAP_NONE when there is no more. */
static ct_status next_dependency(uint32_t *out, cti_wit_decoder *d, order_step *step) {
  const cti_foreign_package *package = &d->foreign.items[step->package];
  for (; step->next_interface < package->interfaces.count; step->next_interface++, step->next_type = 0) {
    const cti_wit_interface *interface = &d->resolve->interfaces.items[package->interfaces.items[step->next_interface]];
    while (step->next_type < interface->types.count) {
      uint32_t used = cti_type_interface_dep(d->resolve, interface->types.items[step->next_type++]);
      if (used == CTI_WIT_NONE) continue;
      *out = cti_map_get_u64(&d->homes, used);
      if (*out == CTI_MAP_NONE)
        return cti_fail(d->arena->error, CT_WIT_BINARY, CT_NO_OFFSET, "the package `%.*s` uses a type of an interface that is no package's, which WIT has no form for",
                        CTI_S(cti_package_name_text(d->arena, &package->name)));
      if (*out != step->package) return CT_OK;
    }
  }
  *out = CTI_MAP_NONE;
  return CT_OK;
}

enum { UNSEEN, ENTERED, INSERTED };

/* Inserts a foreign package after those it depends on, unless it was. `order` takes what is inserted. */
static ct_status insert_foreign(cti_wit_decoder *d, uint8_t *states, uint32_t *order, uint32_t *inserted, uint32_t root) {
  CTI_VEC(order_step) stack = {0};
  uint32_t id, next = root;
  while (next != CTI_MAP_NONE || stack.count) {
    if (next == CTI_MAP_NONE) {
      const cti_foreign_package *package = &d->foreign.items[cti_vec_last(&stack)->package];
      CTI_TRY(insert_package(&id, d, &package->name, &package->interfaces));
      states[cti_vec_last(&stack)->package] = INSERTED;
      order[(*inserted)++] = cti_vec_last(&stack)->package;
      stack.count--;
    } else if (states[next] == ENTERED) {
      return cti_fail(d->arena->error, CT_WIT_BINARY, CT_NO_OFFSET, "the package `%.*s` depends on itself by way of others, which WIT has no form for",
                      CTI_S(cti_package_name_text(d->arena, &d->foreign.items[next].name)));
    } else if (states[next] == UNSEEN) {
      states[next] = ENTERED;
      if (!cti_vec_push(d->arena, &stack, ((order_step){.package = next}))) return failed(d);
    }
    next = CTI_MAP_NONE;
    if (stack.count) CTI_TRY(next_dependency(&next, d, cti_vec_last(&stack)));
  }
  return CT_OK;
}

/* Marks the foreign packages that the items of the main package need themselves. */
static void mark_used(cti_wit_decoder *d, uint8_t *needed, uint32_t interface) {
  uint32_t home = cti_map_get_u64(&d->homes, interface);
  if (home != CTI_MAP_NONE) needed[home] = 1;
}

static void mark_needed(cti_wit_decoder *d, uint8_t *needed) {
  for (uint32_t i = 0; i < d->interfaces.count; i++) {
    const cti_wit_interface *interface = &d->resolve->interfaces.items[d->interfaces.items[i]];
    for (uint32_t j = 0; j < interface->types.count; j++) {
      uint32_t used = cti_type_interface_dep(d->resolve, interface->types.items[j]);
      if (used != CTI_WIT_NONE) mark_used(d, needed, used);
    }
  }
  for (uint32_t i = 0; i < d->worlds.count; i++) {
    const cti_wit_world *world = &d->resolve->worlds.items[d->worlds.items[i]];
    for (uint32_t j = 0; j < world->imports.count; j++)
      if (world->imports.items[j].kind == CTI_WORLD_INTERFACE) mark_used(d, needed, world->imports.items[j].interface);
    for (uint32_t j = 0; j < world->exports.count; j++)
      if (world->exports.items[j].kind == CTI_WORLD_INTERFACE) mark_used(d, needed, world->exports.items[j].interface);
  }
}

/* When parts of the main package are met as foreign, it may depend on itself by way of others: then what it needs comes to need those parts. Packages are
 * in order, so one pass from the last to the first spreads `needed`. */
static ct_status check_main_package(cti_wit_decoder *d, const cti_package_name *name, const uint32_t *order) {
  uint32_t count = d->foreign.count, own = cti_map_get(&d->foreign_ids, cti_package_name_text(d->arena, name));
  uint8_t *needed = CTI_NEW_N(d->arena, uint8_t, count);
  if (!needed) return failed(d);
  if (own == CTI_MAP_NONE) return failed(d);
  mark_needed(d, needed);
  needed[own] = 0; /* its own parts need no detour */
  for (uint32_t i = count; i-- > 0;) {
    order_step step = {.package = order[i]};
    uint32_t next;
    while (needed[order[i]]) {
      CTI_TRY(next_dependency(&next, d, &step));
      if (next == CTI_MAP_NONE) break;
      if (next == own)
        return cti_fail(d->arena->error, CT_WIT_BINARY, CT_NO_OFFSET, "the package `%.*s` depends on itself by way of others, which WIT has no form for",
                        CTI_S(cti_package_name_text(d->arena, name)));
      needed[next] = 1;
    }
  }
  return CT_OK;
}

ct_status cti_decode_finish(uint32_t *package, cti_wit_decoder *d, const cti_package_name *name) {
  uint8_t *states = CTI_NEW_N(d->arena, uint8_t, d->foreign.count);
  uint32_t *order = CTI_NEW_N(d->arena, uint32_t, d->foreign.count), inserted = 0;
  if (!states || !order) return failed(d);
  for (uint32_t i = 0; i < d->foreign.count; i++) CTI_TRY(insert_foreign(d, states, order, &inserted, i));
  CTI_TRY(check_main_package(d, name, order));
  CTI_TRY(insert_package(package, d, name, &d->interfaces));
  return insert_worlds(d, *package);
}

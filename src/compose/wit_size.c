/* wit_size.c - sizes of types, summed from their parts. Flows in: a resolve. Flows out: a number for each type and interface, and for worlds on demand.
 * Invariant: each sum is what validate_type.c and validate_extern.c come to over the encoded form, so that no package is refused which validation accepts. */
#include "compose/wit_size.h"

uint32_t cti_wit_size_add(uint32_t size, uint32_t part) { return size > UINT32_MAX - part ? UINT32_MAX : size + part; }

/* A type that is made of it comes after it, so its size is known; an absent payload adds nothing. */
static uint32_t size_of(const cti_wit_sizes *sizes, cti_valtype type) {
  if (cti_valtype_is_none(type)) return 0;
  return cti_valtype_is_def(type) ? sizes->types[cti_valtype_index(type)] : 1;
}

static uint32_t size_of_def(const cti_wit_sizes *sizes, const cti_def *def) {
  uint32_t size = 1;
  if (def->kind == CTI_DEF_ALIAS) return size_of(sizes, def->element);
  if (def->kind == CTI_DEF_OWN || def->kind == CTI_DEF_BORROW) return size;
  for (uint32_t i = 0, count = cti_def_child_count(def); i < count; i++) size = cti_wit_size_add(size, size_of(sizes, cti_def_child(def, i)));
  return size;
}

static uint32_t size_of_func(const cti_wit_sizes *sizes, const cti_wit_func *func) {
  uint32_t size = cti_wit_size_add(1, size_of(sizes, func->result));
  for (uint32_t i = 0; i < func->param_count; i++) size = cti_wit_size_add(size, size_of(sizes, func->params[i].type));
  return size;
}

ct_status cti_wit_sizes_make(cti_wit_sizes *out, const cti_resolve *resolve, cti_arena *arena) {
  *out = (cti_wit_sizes){resolve, CTI_NEW_N(arena, uint32_t, resolve->types.defs.count), CTI_NEW_N(arena, uint32_t, resolve->interfaces.count)};
  if (!out->types || !out->interfaces) return CT_NOMEM;
  for (uint32_t i = 0; i < resolve->types.defs.count; i++) out->types[i] = size_of_def(out, &resolve->types.defs.items[i]);
  for (uint32_t i = 0; i < resolve->interfaces.count; i++) {
    const cti_wit_interface *interface = &resolve->interfaces.items[i];
    out->interfaces[i] = 1;
    for (uint32_t j = 0; j < interface->types.count; j++) out->interfaces[i] = cti_wit_size_add(out->interfaces[i], out->types[interface->types.items[j]]);
  }
  return CT_OK;
}

uint32_t cti_wit_interface_size(const cti_wit_sizes *sizes, uint32_t interface) {
  const cti_wit_interface *of = &sizes->resolve->interfaces.items[interface];
  uint32_t size = sizes->interfaces[interface];
  for (uint32_t i = 0; i < of->funcs.count; i++) size = cti_wit_size_add(size, size_of_func(sizes, &of->funcs.items[i]));
  return size;
}

static uint32_t size_of_items(const cti_wit_sizes *sizes, const cti_world_items *items) {
  uint32_t size = 0;
  for (uint32_t i = 0; i < items->count; i++) {
    const cti_world_item *item = &items->items[i];
    uint32_t part = 0;
    switch (item->kind) {
      case CTI_WORLD_INTERFACE: part = cti_wit_interface_size(sizes, item->interface); break;
      case CTI_WORLD_FUNC: part = size_of_func(sizes, &item->func); break;
      case CTI_WORLD_TYPE: part = sizes->types[item->type]; break;
    }
    size = cti_wit_size_add(size, part);
  }
  return size;
}

uint32_t cti_wit_world_size(const cti_wit_sizes *sizes, uint32_t world) {
  const cti_wit_world *of = &sizes->resolve->worlds.items[world];
  return cti_wit_size_add(1, cti_wit_size_add(size_of_items(sizes, &of->imports), size_of_items(sizes, &of->exports)));
}

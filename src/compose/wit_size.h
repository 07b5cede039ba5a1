/* wit_size.h - how large the component types are that interfaces, worlds and packages become, counted as validation counts (component/type_store.h): a type is
 * one more than all that it is made of. Known from the resolve alone, before a byte is encoded. */
#ifndef CTI_COMPOSE_WIT_SIZE_H
#define CTI_COMPOSE_WIT_SIZE_H

#include "wit/wit_model.h"

/* Sizes of 2^32 and more are told as that less one: the limit is far below. */
typedef struct cti_wit_sizes {
  const cti_resolve *resolve;
  uint32_t *types;      /* by id */
  uint32_t *interfaces; /* by id: the instance type with the types of the interface alone */
} cti_wit_sizes;

ct_status cti_wit_sizes_make(cti_wit_sizes *out, const cti_resolve *resolve, cti_arena *arena);
uint32_t cti_wit_size_add(uint32_t size, uint32_t part);
/* The instance type with the functions, too. */
uint32_t cti_wit_interface_size(const cti_wit_sizes *sizes, uint32_t interface);
/* The component type that a world is. */
uint32_t cti_wit_world_size(const cti_wit_sizes *sizes, uint32_t world);

#endif

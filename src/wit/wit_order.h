/* wit_order.h - ordering what depends on each other: interfaces and worlds of a package, types of an interface, packages. */
#ifndef CTI_WIT_WIT_ORDER_H
#define CTI_WIT_WIT_ORDER_H

#include "wit/wit_model.h"

typedef struct cti_edge {
  uint32_t node, on; /* `node` depends on `on` */
  cti_span span;     /* where it says so */
} cti_edge;

typedef CTI_VEC(cti_edge) cti_edges;

/* Orders the nodes 0 .. count - 1 so that each comes after all that it depends on; of several that could come, the lowest does. *order is an array of
 * `count` in the arena. When there is a cycle, *order is NULL and *cycle has its edges, one after the other. */
ct_status cti_order_nodes(uint32_t **order, cti_edges *cycle, uint32_t count, const cti_edges *edges, cti_arena *arena);

#endif

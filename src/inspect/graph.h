/* graph.h - a component as boxes and what flows between them: imports, instances and exports. No edge leads back, for an instance is given only what is there. */
#ifndef CTI_INSPECT_GRAPH_H
#define CTI_INSPECT_GRAPH_H

#include "ctool/inspect.h"
#include "component/flow.h"

typedef enum cti_box_kind {
#define CT_BOX(symbol, name, fill, line) CTI_BOX_##symbol,
#include "inspect/boxes.def"
#undef CT_BOX
  CTI_BOX_KINDS
} cti_box_kind;

typedef struct cti_box_info {
  const char *name, *fill, *line; /* in JSON; colors */
} cti_box_info;
extern const cti_box_info cti_boxes[CTI_BOX_KINDS];

typedef struct cti_box {
  cti_box_kind kind;
  uint32_t value;
  uint32_t scope;
  ct_slice name;
  uint32_t group; /* the nested component instance that it is a part of: graph.groups; 0 for the outermost */
  uint64_t bytes; /* of the core module that is instantiated */
} cti_box;

/* How something comes from one box to another. */
typedef enum cti_via {
#define CT_VIA(symbol, name) CTI_VIA_##symbol,
#include "inspect/boxes.def"
#undef CT_VIA
  CTI_VIA_COUNT
} cti_via;
extern const char *const cti_vias[CTI_VIA_COUNT];

/* What `to` uses of `from` in one way. */
typedef struct cti_edge {
  uint32_t from, to;
  cti_via via;
  CTI_VEC(ct_slice) items;
} cti_edge;

typedef struct cti_graph {
  cti_flow flow;
  cti_arena *arena;
  CTI_VEC(cti_box) boxes;
  CTI_VEC(cti_edge) edges; /* in order of first use */
  CTI_VEC(ct_slice) groups; /* names of component instances that have boxes, "outer/inner"; the outermost is empty */
  const uint32_t *by_group; /* boxes, those of one group together */
  cti_map group_of;        /* scope -> group */
  cti_map box_of;          /* value of an import or instance -> box */
  cti_map edge_of;         /* from, to, via -> edge */
} cti_graph;

/* What the names of an instance and of its module tell: BOX_INSTANCE for one of a component, BOX_MODULE for one of the program's own modules. */
cti_box_kind cti_instance_kind(const cti_flow_instance *instance);
/* The name of an instance with the nested components around it, "outer/main", without what tools put before the names of adapters. `kind` ("adapter ", "") stands before
 * the name itself. In the arena. */
ct_slice cti_instance_text(const cti_flow *flow, const cti_flow_instance *instance, const char *kind);

ct_status cti_graph_make(cti_graph *out, ct_slice component, cti_arena *arena);

/* "read, write and 3 more": at most `most` names. In the arena. */
ct_slice cti_edge_label(const cti_graph *graph, const cti_edge *edge, uint32_t most);
/* "12.3 kB". In the arena. */
ct_slice cti_size_text(cti_arena *arena, uint64_t bytes);

void cti_graph_write_mermaid(cti_buf *out, const cti_graph *graph);
void cti_graph_write_dot(cti_buf *out, const cti_graph *graph);
void cti_graph_write_json(cti_buf *out, const cti_graph *graph);
ct_status cti_graph_write_svg(cti_buf *out, const cti_graph *graph);

#endif

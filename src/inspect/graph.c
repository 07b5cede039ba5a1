/* graph.c - boxes and edges. Flows in: a flow. Flows out: a cti_graph: who is given what by whom, through which canonical definitions.
 * Invariant: an edge leads from an import or an earlier instance to a later instance or an export. What only types tell makes no edge. */
#include "inspect/graph.h"

#include "compose/units.h"
#include "ctool/inspect.h"

const cti_box_info cti_boxes[CTI_BOX_KINDS] = {
#define CT_BOX(symbol, name, fill, line) {name, fill, line},
#include "inspect/boxes.def"
#undef CT_BOX
};

const char *const cti_vias[CTI_VIA_COUNT] = {
#define CT_VIA(symbol, name) name,
#include "inspect/boxes.def"
#undef CT_VIA
};

/* ---- boxes */

static uint32_t group_of(cti_graph *g, uint32_t scope) {
  uint32_t group = g->groups.count;
  bool added;
  if (cti_map_add_u64(&g->group_of, g->arena, scope, &group, &added) == CT_OK && added) cti_vec_push(g->arena, &g->groups, cti_flow_scope_text(&g->flow, scope));
  return group;
}

static uint32_t add_box(cti_graph *g, cti_box box) {
  uint32_t number = g->boxes.count;
  bool added;
  box.group = group_of(g, box.scope);
  if (box.value && cti_map_add_u64(&g->box_of, g->arena, box.value, &number, &added) != CT_OK) return UINT32_MAX;
  return cti_vec_push(g->arena, &g->boxes, box) ? g->boxes.count - 1 : UINT32_MAX;
}

/* What `component new` of all tools makes has names that tell. */
static cti_box_kind kind_by_name(ct_slice name) {
  static const struct { const char *begin; cti_box_kind kind; } rows[] = {
      {CTI_ADAPTER_PREFIX, CTI_BOX_ADAPTER}, {"wit-component-shim", CTI_BOX_SHIM}, {"wit-component:shim", CTI_BOX_SHIM},
      {"wit-component-fixup", CTI_BOX_SHIM},       {"wit-component:fixup", CTI_BOX_SHIM},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (cti_slice_starts(name, cti_slice_str(rows[i].begin))) return rows[i].kind;
  return CTI_BOX_MODULE;
}

cti_box_kind cti_instance_kind(const cti_flow_instance *instance) {
  if (!instance->is_core) return CTI_BOX_INSTANCE;
  cti_box_kind kind = kind_by_name(instance->of_name);
  return kind != CTI_BOX_MODULE ? kind : kind_by_name(instance->name);
}

ct_slice cti_instance_text(const cti_flow *flow, const cti_flow_instance *instance, const char *kind) {
  ct_slice scope = cti_flow_scope_text(flow, instance->scope), name = instance->name;
  if (cti_slice_starts(name, CTI_LIT(CTI_ADAPTER_PREFIX))) name = cti_slice_cut(name, sizeof CTI_ADAPTER_PREFIX - 1, name.size);
  return cti_format(flow->arena, "%.*s%s%s%.*s", CTI_S(scope), scope.size ? "/" : "", kind, CTI_S(name));
}

static void make_boxes(cti_graph *g) {
  for (uint32_t i = 0; i < g->flow.imports.count; i++) {
    const cti_value *import = cti_flow_value(&g->flow, g->flow.imports.items[i]);
    if (import->sort != CTI_SORT_TYPE) add_box(g, (cti_box){.kind = CTI_BOX_IMPORT, .value = g->flow.imports.items[i], .name = import->name});
  }
  for (uint32_t i = 0; i < g->flow.instances.count; i++) {
    const cti_flow_instance *instance = &g->flow.instances.items[i];
    const cti_value *of = cti_flow_value(&g->flow, instance->of);
    uint64_t bytes = of->kind == CTI_VALUE_MODULE ? of->is.module.size : 0;
    add_box(g, (cti_box){.kind = cti_instance_kind(instance), .value = instance->value, .scope = instance->scope, .name = instance->name, .bytes = bytes});
  }
}

/* Canonical built-ins that are about no import are one box, made when the first is met. */
static uint32_t builtins_box(cti_graph *g) {
  const uint32_t key = 0;
  uint32_t box = cti_map_get_u64(&g->box_of, key);
  if (box != CTI_MAP_NONE) return box;
  box = add_box(g, (cti_box){.kind = CTI_BOX_BUILTINS, .name = CTI_LIT("canonical built-ins")});
  cti_map_set_u64(&g->box_of, g->arena, key, box);
  return box;
}

/* ---- where something comes from */

typedef struct source {
  uint32_t box; /* UINT32_MAX: from nowhere that is drawn */
  cti_via via;
} source;

static uint32_t box_of(const cti_graph *g, uint32_t value) {
  uint32_t root = cti_flow_root(&g->flow, value);
  return root ? cti_map_get_u64(&g->box_of, root) : UINT32_MAX;
}

static source source_of(cti_graph *g, uint32_t value) {
  const cti_value *v = cti_flow_value(&g->flow, value);
  if (v->kind == CTI_VALUE_LIFT) return (source){box_of(g, v->of), CTI_VIA_LIFT};
  if (v->kind == CTI_VALUE_CANON && v->is.canon->kind == CTI_CANON_LOWER) {
    const cti_value *func = cti_flow_value(&g->flow, v->of);
    if (func->kind == CTI_VALUE_LIFT) return (source){box_of(g, func->of), CTI_VIA_LIFT_LOWER};
    return (source){box_of(g, v->of), CTI_VIA_LOWER};
  }
  if (v->kind != CTI_VALUE_CANON) return (source){box_of(g, value), CTI_VIA_DIRECT};
  uint32_t box = v->of ? box_of(g, v->of) : UINT32_MAX;
  return (source){box != UINT32_MAX ? box : builtins_box(g), CTI_VIA_BUILTIN};
}

/* How a thing is called; `name` is how it is called where it goes. What core modules give each other goes by the longer of its two names, for shims and shrunk
 * adapters have numbers and letters alone. What goes through the canonical ABI is called as the component calls it. */
static ct_slice name_of_item(const cti_graph *g, uint32_t value, ct_slice name) {
  const cti_value *v = cti_flow_value(&g->flow, value);
  if (v->kind == CTI_VALUE_MEMBER && cti_sorts[v->sort].is_core && name.size > v->name.size) return name;
  if (v->kind == CTI_VALUE_CANON && v->is.canon->kind == CTI_CANON_LOWER) v = cti_flow_value(&g->flow, v->of);
  if (v->kind == CTI_VALUE_MEMBER) return v->name;
  if (v->kind != CTI_VALUE_CANON) return name;
  const char *builtin = cti_canons[v->is.canon->kind].name;
  const cti_value *type = cti_flow_value(&g->flow, v->of);
  return type->kind == CTI_VALUE_MEMBER || type->kind == CTI_VALUE_IMPORT ? cti_format(g->arena, "%s %.*s", builtin, CTI_S(type->name)) : cti_slice_str(builtin);
}

/* ---- edges */

static void add_item(cti_graph *g, source from, uint32_t to, ct_slice name) {
  if (from.box == UINT32_MAX || to == UINT32_MAX || from.box == to || g->arena->error->status != CT_OK) return;
  uint32_t edge = g->edges.count;
  bool added;
  if (cti_map_add_u64(&g->edge_of, g->arena, (uint64_t)from.via << 60 | (uint64_t)from.box << 30 | to, &edge, &added) != CT_OK) return;
  if (added && !cti_vec_push(g->arena, &g->edges, ((cti_edge){.from = from.box, .to = to, .via = from.via}))) return;
  cti_vec_push(g->arena, &g->edges.items[edge].items, name);
}

/* Everything that `value` stands for goes to box `to`. `seen` holds the bundles that were gone through. */
static void hand_over(cti_graph *g, uint32_t value, ct_slice name, uint32_t to, cti_map *seen, uint32_t depth) {
  const cti_value *v = cti_flow_value(&g->flow, value);
  if (v->kind == CTI_VALUE_NONE || v->sort == CTI_SORT_TYPE || depth > CTI_FLOW_DEPTH) return;
  if (v->kind != CTI_VALUE_BUNDLE) {
    add_item(g, source_of(g, value), to, v->kind == CTI_VALUE_INSTANCE ? name : name_of_item(g, value, name));
    return;
  }
  uint32_t mark = 0;
  bool added;
  if (!v->members || cti_map_add_u64(seen, g->arena, value, &mark, &added) != CT_OK || !added) return;
  for (uint32_t i = 0; i < v->members->count; i++) hand_over(g, v->members->entries[i].value, cti_map_key(&v->members->entries[i]), to, seen, depth + 1);
}

/* What a core module is given is what it imports, not all that its arguments have. */
static ct_status core_edges(cti_graph *g, const cti_flow_instance *instance, uint32_t to, const cti_value *of) {
  cti_module module;
  CTI_TRY(cti_module_decode_interface(&module, of->is.module, of->offset, g->arena));
  for (uint32_t i = 0; i < module.imports.count; i++) {
    const cti_import *import = &module.imports.items[i];
    uint32_t arg = cti_map_get(&instance->args_by_name, import->module);
    if (arg == CTI_MAP_NONE) continue;
    uint32_t value = cti_flow_member(&g->flow, arg, import->name, (cti_sort)(CTI_SORT_CORE_FUNC + import->type.kind));
    if (value) add_item(g, source_of(g, value), to, name_of_item(g, value, import->name));
  }
  return CT_OK;
}

static ct_status make_edges(cti_graph *g) {
  for (uint32_t i = 0; i < g->flow.instances.count; i++) {
    const cti_flow_instance *instance = &g->flow.instances.items[i];
    cti_value of = *cti_flow_value(&g->flow, instance->of);
    uint32_t to = cti_map_get_u64(&g->box_of, instance->value);
    cti_map seen = {0};
    if (instance->is_core && of.kind == CTI_VALUE_MODULE) {
      CTI_TRY(core_edges(g, instance, to, &of));
      continue;
    }
    for (uint32_t k = 0; k < instance->arg_count; k++) hand_over(g, instance->args[k].value, instance->args[k].name, to, &seen, 0);
    add_item(g, (source){box_of(g, instance->of), CTI_VIA_DIRECT}, to, CTI_LIT("the code")); /* an imported module or component */
  }
  for (uint32_t i = 0; i < g->flow.exports.count; i++) {
    const cti_flow_export *export_ = &g->flow.exports.items[i];
    cti_map seen = {0};
    if (export_->sort == CTI_SORT_TYPE) continue;
    uint32_t to = add_box(g, (cti_box){.kind = CTI_BOX_EXPORT, .name = export_->name});
    hand_over(g, export_->value, export_->name, to, &seen, 0);
  }
  return g->arena->error->status;
}

/* A counting sort by group. */
static ct_status order_boxes(cti_graph *g) {
  uint32_t *order = CTI_NEW_N(g->arena, uint32_t, g->boxes.count), *at = CTI_NEW_N(g->arena, uint32_t, g->groups.count + 1);
  if (!order || !at) return CT_NOMEM;
  for (uint32_t i = 0; i < g->boxes.count; i++) at[g->boxes.items[i].group + 1]++;
  for (uint32_t i = 0; i < g->groups.count; i++) at[i + 1] += at[i];
  for (uint32_t i = 0; i < g->boxes.count; i++) order[at[g->boxes.items[i].group]++] = i;
  g->by_group = order;
  return CT_OK;
}

ct_status cti_graph_make(cti_graph *g, ct_slice component, cti_arena *arena) {
  *g = (cti_graph){.arena = arena};
  CTI_TRY(cti_flow_make(&g->flow, component, arena));
  group_of(g, 0);
  make_boxes(g);
  CTI_TRY(arena->error->status);
  CTI_TRY(make_edges(g));
  return order_boxes(g);
}

/* ---- the public face */

static ct_status write_graph(ct_buf *out, const cti_graph *g, ct_graph_format format) {
  switch (format) {
  case CT_GRAPH_MERMAID: cti_graph_write_mermaid(out, g); break;
  case CT_GRAPH_DOT: cti_graph_write_dot(out, g); break;
  case CT_GRAPH_JSON: cti_graph_write_json(out, g); break;
  case CT_GRAPH_SVG: CTI_TRY(cti_graph_write_svg(out, g)); break;
  default: return cti_fail(g->arena->error, CT_MISUSE, CT_NO_OFFSET, "%d is no format of graphs", (int)format);
  }
  CTI_TRY(g->arena->error->status);
  return cti_buf_check(out, g->arena->error);
}

ct_status ct_component_graph(ct_buf *out, ct_slice component, ct_graph_format format, ct_error *error) {
  cti_arena arena;
  cti_graph graph;
  cti_arena_init(&arena, error);
  ct_status status = cti_graph_make(&graph, component, &arena);
  if (status == CT_OK) status = write_graph(out, &graph, format);
  cti_arena_free(&arena);
  return status;
}

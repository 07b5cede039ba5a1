/* graph_text.c - a graph as mermaid, dot and JSON. Flows in: boxes and edges, in their order. Flows out: text.
 * Names come from the input and may hold anything that is UTF-8: each format has its own way to say what it reads as its own. */
#include <stdio.h>

#include "base/json.h"
#include "inspect/graph.h"

ct_slice cti_size_text(cti_arena *arena, uint64_t bytes) {
  static const char *const units[] = {"kB", "MB", "GB", "TB"};
  if (bytes < 1000) return cti_format(arena, "%u B", (unsigned)bytes);
  uint64_t tenths = bytes / 100 + (bytes % 100 >= 50);
  unsigned unit = 0;
  for (; tenths >= 10000 && unit + 1 < CTI_COUNT(units); unit++) tenths = tenths / 1000 + (tenths % 1000 >= 500);
  return cti_format(arena, "%llu.%llu %s", (unsigned long long)(tenths / 10), (unsigned long long)(tenths % 10), units[unit]);
}

ct_slice cti_edge_label(const cti_graph *g, const cti_edge *edge, uint32_t most) {
  cti_buf text = {0};
  for (uint32_t i = 0; i < edge->items.count && i < most; i++) {
    if (i) cti_buf_str(&text, ", ");
    cti_buf_bytes(&text, edge->items.items[i]);
  }
  if (edge->items.count > most) cti_buf_printf(&text, " and %u more", edge->items.count - most);
  return cti_take(&text, g->arena);
}

enum { LABEL_NAMES = 3, MERMAID_NAMES = 1 }; /* mermaid lets labels lie over each other */

/* ---- mermaid: entities are #code; https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters */

static void mermaid_text(cti_buf *out, ct_slice text) {
  for (size_t i = 0; i < text.size; i++) {
    uint8_t c = text.data[i];
    if (c < ' ' || c == 0x7f) cti_buf_u8(out, '?');
    else if (strchr("\"#<>&;`", c)) cti_buf_printf(out, "#%u;", c);
    else cti_buf_u8(out, c);
  }
}

/* "export" is a word of mermaid's own. */
static const char *mermaid_class(cti_box_kind kind) { return kind == CTI_BOX_EXPORT ? "outlet" : cti_boxes[kind].name; }

static void mermaid_box(cti_buf *out, const cti_graph *g, uint32_t i) {
  static const char *const open[CTI_BOX_KINDS] = {[CTI_BOX_IMPORT] = "([\"", [CTI_BOX_EXPORT] = "([\"", [CTI_BOX_BUILTINS] = "{{\""};
  static const char *const close[CTI_BOX_KINDS] = {[CTI_BOX_IMPORT] = "\"])", [CTI_BOX_EXPORT] = "\"])", [CTI_BOX_BUILTINS] = "\"}}"};
  const cti_box *box = &g->boxes.items[i];
  cti_buf_printf(out, "  n%u%s", i, open[box->kind] ? open[box->kind] : "[\"");
  mermaid_text(out, box->name);
  if (box->bytes) cti_buf_printf(out, "<br/>%.*s", CTI_S(cti_size_text(g->arena, box->bytes)));
  cti_buf_printf(out, "%s:::%s\n", close[box->kind] ? close[box->kind] : "\"]", mermaid_class(box->kind));
}

/* What a format writes for a box, and around the boxes of one nested component. */
typedef struct form {
  void (*box)(cti_buf *out, const cti_graph *g, uint32_t box);
  void (*open)(cti_buf *out, uint32_t group, ct_slice name);
  const char *close;
} form;

static void write_boxes(cti_buf *out, const cti_graph *g, const form *as) {
  uint32_t group = 0;
  for (uint32_t i = 0; i < g->boxes.count; i++) {
    uint32_t next = g->boxes.items[g->by_group[i]].group;
    if (next != group && group) cti_buf_str(out, as->close);
    if (next != group) as->open(out, next, g->groups.items[next]);
    as->box(out, g, g->by_group[i]);
    group = next;
  }
  if (group) cti_buf_str(out, as->close);
}

static void mermaid_group(cti_buf *out, uint32_t group, ct_slice name) {
  cti_buf_printf(out, "  subgraph g%u[\"", group);
  mermaid_text(out, name);
  cti_buf_str(out, "\"]\n");
}

void cti_graph_write_mermaid(cti_buf *out, const cti_graph *g) {
  cti_buf_str(out, "flowchart LR\n");
  write_boxes(out, g, &(form){mermaid_box, mermaid_group, "  end\n"});
  for (uint32_t i = 0; i < g->edges.count; i++) {
    const cti_edge *edge = &g->edges.items[i];
    cti_buf_printf(out, "  n%u %s|\"", edge->from, edge->via == CTI_VIA_DIRECT ? "-->" : "-.->");
    mermaid_text(out, cti_edge_label(g, edge, MERMAID_NAMES));
    if (edge->via != CTI_VIA_DIRECT) cti_buf_printf(out, " (%s)", cti_vias[edge->via]);
    cti_buf_printf(out, "\"| n%u\n", edge->to);
  }
  bool used[CTI_BOX_KINDS] = {false};
  for (uint32_t i = 0; i < g->boxes.count; i++) used[g->boxes.items[i].kind] = true;
  for (unsigned kind = 0; kind < CTI_BOX_KINDS; kind++)
    if (used[kind]) cti_buf_printf(out, "  classDef %s fill:%s,stroke:%s,color:#111\n", mermaid_class(kind), cti_boxes[kind].fill, cti_boxes[kind].line);
}

/* ---- dot: https://graphviz.org/doc/info/lang.html */

static void dot_text(cti_buf *out, ct_slice text) {
  for (size_t i = 0; i < text.size; i++) {
    uint8_t c = text.data[i];
    if (c < ' ' || c == 0x7f) c = '?';
    if (c == '"' || c == '\\') cti_buf_u8(out, '\\');
    cti_buf_u8(out, c);
  }
}

static void dot_box(cti_buf *out, const cti_graph *g, uint32_t i) {
  const cti_box *box = &g->boxes.items[i];
  cti_buf_printf(out, "  n%u [label=\"", i);
  dot_text(out, box->name);
  if (box->bytes) cti_buf_printf(out, "\\n%.*s", CTI_S(cti_size_text(g->arena, box->bytes)));
  cti_buf_printf(out, "\", fillcolor=\"%s\", color=\"%s\"];\n", cti_boxes[box->kind].fill, cti_boxes[box->kind].line);
}

static void dot_group(cti_buf *out, uint32_t group, ct_slice name) {
  cti_buf_printf(out, "  subgraph cluster%u {\n  label=\"", group);
  dot_text(out, name);
  cti_buf_str(out, "\";\n");
}

void cti_graph_write_dot(cti_buf *out, const cti_graph *g) {
  cti_buf_str(out, "digraph component {\n  rankdir=LR;\n  node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\", fontsize=11];\n"
                   "  edge [fontname=\"Helvetica\", fontsize=9];\n");
  write_boxes(out, g, &(form){dot_box, dot_group, "  }\n"});
  for (uint32_t i = 0; i < g->edges.count; i++) {
    const cti_edge *edge = &g->edges.items[i];
    cti_buf_printf(out, "  n%u -> n%u [label=\"", edge->from, edge->to);
    dot_text(out, cti_edge_label(g, edge, LABEL_NAMES));
    cti_buf_str(out, edge->via == CTI_VIA_DIRECT ? "\"];\n" : "\", style=dashed];\n");
  }
  cti_buf_str(out, "}\n");
}

/* ---- JSON */

static void id(cti_json *json, const char *key, uint32_t box) {
  char text[16];
  snprintf(text, sizeof text, "n%u", box);
  cti_json_member_str(json, key, text);
}

static void json_box(cti_json *json, const cti_graph *g, uint32_t i) {
  const cti_box *box = &g->boxes.items[i];
  cti_json_open(json, '{');
  id(json, "id", i);
  cti_json_member_str(json, "kind", cti_boxes[box->kind].name);
  cti_json_member(json, "name", box->name);
  if (box->group) cti_json_member(json, "in", g->groups.items[box->group]);
  if (box->bytes) cti_json_member_uint(json, "bytes", box->bytes);
  cti_json_close(json, '}');
}

static void json_edge(cti_json *json, const cti_edge *edge) {
  cti_json_open(json, '{');
  id(json, "from", edge->from);
  id(json, "to", edge->to);
  cti_json_member_str(json, "via", cti_vias[edge->via]);
  cti_json_member_strings(json, "items", edge->items.items, edge->items.count);
  cti_json_close(json, '}');
}

void cti_graph_write_json(cti_buf *out, const cti_graph *g) {
  cti_json json = cti_json_make(out, 2);
  cti_json_open(&json, '{');
  cti_json_member_open(&json, "nodes", '[');
  for (uint32_t i = 0; i < g->boxes.count; i++) json_box(&json, g, i);
  cti_json_close(&json, ']');
  cti_json_member_open(&json, "edges", '[');
  for (uint32_t i = 0; i < g->edges.count; i++) json_edge(&json, &g->edges.items[i]);
  cti_json_close(&json, ']');
  cti_json_close(&json, '}');
  cti_buf_u8(out, '\n');
}

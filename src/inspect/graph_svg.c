/* graph_svg.c - a picture of a graph, from left to right. Flows in: boxes and edges. Flows out: SVG that needs neither scripts nor fonts.
 *
 * Each box stands in a column right of all that it uses, exports in the last one. A long edge passes columns at places of its own (bends). Columns are sorted by
 * where their neighbours stand until crossings are few, then moved towards them. (Sugiyama, Tagawa, Toda: Methods for visual understanding of hierarchical
 * system structures, 1981.) All coordinates are integers, so that the picture is the same everywhere. */
#include <stdlib.h>

#include "inspect/graph.h"

enum {
  MARGIN = 24, COLUMN_GAP = 150, ROW_GAP = 14, PORT_GAP = 13, LINE = 16, PADDING = 10, LETTER = 7, NAME_LETTERS = 48, LABEL_LETTERS = 26,
  SWEEPS = 8,
  MAX_BENDS = 200000 /* beyond, long edges go straight */
};

/* A box, or a bend of an edge. */
typedef struct node {
  uint32_t box; /* UINT32_MAX: a bend */
  uint32_t column, place; /* place in the column */
  int64_t y, height, wanted;
  uint32_t in, out;           /* how many segments */
  uint32_t next_in, next_out; /* ports given so far */
} node;

/* An edge, or a part of one from column to column. */
typedef struct segment {
  uint32_t from, to; /* nodes */
  uint32_t edge;
  bool first, last; /* of its edge */
  int64_t from_y, to_y;
} segment;

typedef struct column {
  int64_t x, width;
  CTI_VEC(uint32_t) nodes;
} column;

typedef struct picture {
  const cti_graph *g;
  cti_arena *arena;
  CTI_VEC(node) nodes; /* those of the boxes come first */
  CTI_VEC(segment) segments;
  CTI_VEC(column) columns;
  int64_t width, height;
} picture;

/* ---- text */

static size_t letters(ct_slice text) {
  size_t count = 0;
  for (size_t i = 0; i < text.size; i++) count += (text.data[i] & 0xc0) != 0x80;
  return count;
}

/* XML has no control characters, and not the last two of the basic plane. https://www.w3.org/TR/xml/#charsets */
static void xml_text(cti_buf *out, ct_slice text, size_t most) {
  size_t count = 0;
  for (size_t i = 0; i < text.size; i++) {
    uint8_t c = text.data[i];
    if ((c & 0xc0) != 0x80 && count++ == most) {
      cti_buf_str(out, "\xe2\x80\xa6");
      return;
    }
    bool none = c == 0xef && i + 2 < text.size && text.data[i + 1] == 0xbf && text.data[i + 2] >= 0xbe;
    if (none) i += 2;
    if (c < ' ' || c == 0x7f || none) cti_buf_u8(out, '?');
    else if (c == '&') cti_buf_str(out, "&amp;");
    else if (c == '<') cti_buf_str(out, "&lt;");
    else if (c == '>') cti_buf_str(out, "&gt;");
    else cti_buf_u8(out, c);
  }
}

static ct_slice second_line(const picture *p, const cti_box *box) {
  ct_slice size = box->bytes ? cti_size_text(p->arena, box->bytes) : (ct_slice){NULL, 0};
  if (!box->group) return size;
  return cti_format(p->arena, "%.*s%sin %.*s", CTI_S(size), size.size ? ", " : "", CTI_S(p->g->groups.items[box->group]));
}

static int64_t text_width(ct_slice text) {
  size_t count = letters(text);
  return (int64_t)(count > NAME_LETTERS ? NAME_LETTERS + 1 : count) * LETTER;
}

/* ---- columns. Edges are in the order of what they lead to, and lead to nothing that an earlier edge leads from. */

static ct_status find_columns(picture *p) {
  const cti_graph *g = p->g;
  uint32_t last = 0;
  for (uint32_t i = 0; i < g->boxes.count; i++)
    if (!cti_vec_push(p->arena, &p->nodes, ((node){.box = i}))) return CT_NOMEM;
  for (uint32_t i = 0; i < g->edges.count; i++) {
    const node *from = &p->nodes.items[g->edges.items[i].from];
    node *to = &p->nodes.items[g->edges.items[i].to];
    if (to->column <= from->column) to->column = from->column + 1;
    if (to->column > last) last = to->column;
  }
  for (uint32_t i = 0; i < g->boxes.count; i++)
    if (g->boxes.items[i].kind == CTI_BOX_EXPORT) p->nodes.items[i].column = last;
  for (uint32_t i = 0; i <= last; i++)
    if (!cti_vec_push(p->arena, &p->columns, ((column){0}))) return CT_NOMEM;
  return CT_OK;
}

static ct_status add_segment(picture *p, segment s) {
  p->nodes.items[s.from].out++;
  p->nodes.items[s.to].in++;
  return cti_vec_push(p->arena, &p->segments, s) ? CT_OK : CT_NOMEM;
}

static ct_status add_edge(picture *p, uint32_t edge) {
  uint32_t from = p->g->edges.items[edge].from, to = p->g->edges.items[edge].to, start = from;
  for (uint32_t at = p->nodes.items[from].column + 1; at < p->nodes.items[to].column && p->nodes.count < MAX_BENDS; at++) {
    uint32_t bend = p->nodes.count;
    if (!cti_vec_push(p->arena, &p->nodes, ((node){.box = UINT32_MAX, .column = at, .height = 4}))) return CT_NOMEM;
    CTI_TRY(add_segment(p, (segment){.from = from, .to = bend, .edge = edge, .first = from == start}));
    from = bend;
  }
  return add_segment(p, (segment){.from = from, .to = to, .edge = edge, .first = from == start, .last = true});
}

static void measure(picture *p, node *n) {
  const cti_box *box = &p->g->boxes.items[n->box];
  ct_slice more = second_line(p, box);
  int64_t width = text_width(box->name), second = text_width(more), ports = (n->in > n->out ? n->in : n->out) * (int64_t)PORT_GAP + 8;
  if (second > width) width = second;
  n->height = 2 * PADDING + (more.size ? 2 : 1) * LINE;
  if (ports > n->height) n->height = ports;
  if (p->columns.items[n->column].width < width + 2 * PADDING) p->columns.items[n->column].width = width + 2 * PADDING;
}

static ct_status fill_columns(picture *p) {
  for (uint32_t i = 0; i < p->g->edges.count; i++) CTI_TRY(add_edge(p, i));
  for (uint32_t i = 0; i < p->nodes.count; i++) {
    node *n = &p->nodes.items[i];
    column *c = &p->columns.items[n->column];
    if (n->box != UINT32_MAX) measure(p, n);
    n->place = c->nodes.count;
    if (!cti_vec_push(p->arena, &c->nodes, i)) return CT_NOMEM;
  }
  int64_t x = MARGIN;
  for (uint32_t i = 0; i < p->columns.count; i++) {
    p->columns.items[i].x = x;
    x += p->columns.items[i].width + COLUMN_GAP;
  }
  p->width = x - COLUMN_GAP + MARGIN;
  return CT_OK;
}

/* ---- order and height within columns */

typedef struct key {
  int64_t wanted;
  uint32_t place, node;
} key;

static int compare_keys(const void *left, const void *right) {
  const key *a = left, *b = right;
  if (a->wanted != b->wanted) return a->wanted < b->wanted ? -1 : 1;
  return (a->place > b->place) - (a->place < b->place);
}

/* Where each node of a column would stand for its neighbours on one side: the mean of their centers. */
static void find_wanted(picture *p, bool of_left, int64_t *sum, uint32_t *count) {
  memset(sum, 0, p->nodes.count * sizeof *sum);
  memset(count, 0, p->nodes.count * sizeof *count);
  for (uint32_t i = 0; i < p->segments.count; i++) {
    uint32_t here = of_left ? p->segments.items[i].to : p->segments.items[i].from, there = of_left ? p->segments.items[i].from : p->segments.items[i].to;
    sum[here] += p->nodes.items[there].y + p->nodes.items[there].height / 2;
    count[here]++;
  }
  for (uint32_t i = 0; i < p->nodes.count; i++) {
    node *n = &p->nodes.items[i];
    n->wanted = count[i] ? sum[i] / count[i] - n->height / 2 : n->y;
  }
}

/* Nothing leads to it or from it, as with an interface whose types alone are used: below all others of its column. */
static bool is_loose(const node *n) { return n->in == 0 && n->out == 0; }

static void sort_column(picture *p, column *c, key *keys) {
  for (uint32_t i = 0; i < c->nodes.count; i++) {
    const node *n = &p->nodes.items[c->nodes.items[i]];
    keys[i] = (key){is_loose(n) ? INT64_MAX : n->wanted + n->height / 2, n->place, c->nodes.items[i]};
  }
  qsort(keys, c->nodes.count, sizeof *keys, compare_keys);
  for (uint32_t i = 0; i < c->nodes.count; i++) {
    c->nodes.items[i] = keys[i].node;
    p->nodes.items[keys[i].node].place = i;
  }
}

/* Nodes in their order, none over another, and on the whole where they want to be. */
static void place_column(picture *p, const column *c) {
  int64_t free_from = INT64_MIN, miss = 0, count = 0;
  for (uint32_t i = 0; i < c->nodes.count; i++) {
    node *n = &p->nodes.items[c->nodes.items[i]];
    n->y = i && (n->wanted < free_from || is_loose(n)) ? free_from : n->wanted;
    free_from = n->y + n->height + ROW_GAP;
    if (is_loose(n)) continue;
    miss += n->y - n->wanted;
    count++;
  }
  for (uint32_t i = 0; count && i < c->nodes.count; i++) p->nodes.items[c->nodes.items[i]].y -= miss / count;
}

static ct_status place_nodes(picture *p) {
  key *keys = CTI_NEW_N(p->arena, key, p->nodes.count);
  int64_t *sum = CTI_NEW_N(p->arena, int64_t, p->nodes.count);
  uint32_t *count = CTI_NEW_N(p->arena, uint32_t, p->nodes.count);
  if (!keys || !sum || !count) return CT_NOMEM;
  for (uint32_t i = 0; i < p->columns.count; i++) place_column(p, &p->columns.items[i]);
  for (unsigned sweep = 0; sweep < SWEEPS; sweep++) {
    find_wanted(p, sweep % 2 == 0, sum, count);
    for (uint32_t i = 0; i < p->columns.count; i++) {
      if (sweep + 2 < SWEEPS) sort_column(p, &p->columns.items[i], keys);
      place_column(p, &p->columns.items[i]);
    }
  }
  int64_t top = INT64_MAX, bottom = 0;
  for (uint32_t i = 0; i < p->nodes.count; i++)
    if (p->nodes.items[i].y < top) top = p->nodes.items[i].y;
  for (uint32_t i = 0; i < p->nodes.count; i++) {
    node *n = &p->nodes.items[i];
    n->y += MARGIN - top;
    if (n->y + n->height > bottom) bottom = n->y + n->height;
  }
  p->height = bottom + MARGIN;
  return CT_OK;
}

/* ---- ports: where segments meet a box, in the order of where they come from */

static int64_t port_y(const node *n, uint32_t port, uint32_t count) {
  if (n->box == UINT32_MAX) return n->y + n->height / 2;
  int64_t room = (int64_t)(count - 1) * PORT_GAP;
  return n->y + (n->height - room) / 2 + (int64_t)port * PORT_GAP;
}

static ct_status place_ports(picture *p) {
  key *keys = CTI_NEW_N(p->arena, key, p->segments.count);
  if (!keys) return CT_NOMEM;
  for (unsigned side = 0; side < 2; side++) {
    for (uint32_t i = 0; i < p->segments.count; i++) {
      const node *other = &p->nodes.items[side ? p->segments.items[i].from : p->segments.items[i].to];
      keys[i] = (key){other->y, i, i};
    }
    qsort(keys, p->segments.count, sizeof *keys, compare_keys);
    for (uint32_t i = 0; i < p->segments.count; i++) {
      segment *s = &p->segments.items[keys[i].node];
      node *n = &p->nodes.items[side ? s->to : s->from];
      if (side) s->to_y = port_y(n, n->next_in++, n->in);
      else s->from_y = port_y(n, n->next_out++, n->out);
    }
  }
  return CT_OK;
}

/* ---- drawing */

#define LL(number) (long long)(number)

static void draw_box(cti_buf *out, const picture *p, const node *n) {
  const cti_box *box = &p->g->boxes.items[n->box];
  const column *c = &p->columns.items[n->column];
  ct_slice more = second_line(p, box);
  int64_t middle = n->y + n->height / 2, center = c->x + c->width / 2;
  bool is_outside = box->kind == CTI_BOX_IMPORT || box->kind == CTI_BOX_EXPORT;
  cti_buf_printf(out, "<g><title>%s ", cti_boxes[box->kind].name);
  xml_text(out, box->name, SIZE_MAX);
  cti_buf_printf(out, "</title><rect x=\"%lld\" y=\"%lld\" width=\"%lld\" height=\"%lld\" rx=\"%d\" fill=\"%s\" stroke=\"%s\"/>", LL(c->x), LL(n->y), LL(c->width),
                 LL(n->height), is_outside ? 14 : 4, cti_boxes[box->kind].fill, cti_boxes[box->kind].line);
  cti_buf_printf(out, "<text x=\"%lld\" y=\"%lld\" text-anchor=\"middle\">", LL(center), LL(more.size ? middle - 3 : middle + 4));
  xml_text(out, box->name, NAME_LETTERS);
  cti_buf_str(out, "</text>");
  if (more.size) {
    cti_buf_printf(out, "<text class=\"s\" x=\"%lld\" y=\"%lld\" text-anchor=\"middle\">", LL(center), LL(middle + 13));
    xml_text(out, more, NAME_LETTERS);
    cti_buf_str(out, "</text>");
  }
  cti_buf_str(out, "</g>\n");
}

/* From the right side of one column to the left side of the next; bends pass straight through their column. */
static void draw_segment(cti_buf *out, const picture *p, const segment *s) {
  const node *from = &p->nodes.items[s->from], *to = &p->nodes.items[s->to];
  const column *left = &p->columns.items[from->column], *right = &p->columns.items[to->column];
  int64_t x = left->x + left->width, end = right->x, pull = (end - x) / 2;
  if (from->box == UINT32_MAX) cti_buf_printf(out, "M%lld %lldH%lld", LL(left->x), LL(s->from_y), LL(x));
  else cti_buf_printf(out, "M%lld %lld", LL(x), LL(s->from_y));
  if (s->last) end -= 6; /* the head of the arrow */
  cti_buf_printf(out, "C%lld %lld %lld %lld %lld %lld", LL(x + pull), LL(s->from_y), LL(end - pull), LL(s->to_y), LL(end), LL(s->to_y));
}

static void draw_edges(cti_buf *out, const picture *p) {
  for (uint32_t i = 0; i < p->segments.count; i++) {
    const segment *s = &p->segments.items[i];
    const cti_edge *edge = &p->g->edges.items[s->edge];
    if (s->first) {
      cti_buf_printf(out, "<g class=\"e%s\"><title>%s: ", edge->via == CTI_VIA_DIRECT ? "" : " d", cti_vias[edge->via]);
      xml_text(out, cti_edge_label(p->g, edge, 40), SIZE_MAX);
      cti_buf_str(out, "</title><path d=\"");
    }
    draw_segment(out, p, s);
    if (s->last) cti_buf_str(out, "\" marker-end=\"url(#a)\"/></g>\n");
  }
}

/* "output-stream.write" of "[method]output-stream.write": room is short. */
static ct_slice after_brackets(ct_slice name) {
  size_t close = name.size && name.data[0] == '[' ? cti_slice_find(name, ']', 0) : name.size;
  return close + 1 < name.size ? cti_slice_cut(name, close + 1, name.size) : name;
}

/* The name of the first thing that flows, and how many more do, above the begin of the line. */
static void draw_labels(cti_buf *out, const picture *p) {
  for (uint32_t i = 0; i < p->segments.count; i++) {
    const segment *s = &p->segments.items[i];
    const cti_edge *edge = &p->g->edges.items[s->edge];
    const column *c = &p->columns.items[p->nodes.items[s->from].column];
    if (!s->first) continue;
    cti_buf_printf(out, "<text class=\"l\" x=\"%lld\" y=\"%lld\">", LL(c->x + c->width + 4), LL(s->from_y - 2));
    xml_text(out, after_brackets(edge->items.items[0]), LABEL_LETTERS);
    if (edge->items.count > 1) cti_buf_printf(out, " +%u", edge->items.count - 1);
    cti_buf_str(out, "</text>\n");
  }
}

static void draw(cti_buf *out, const picture *p) {
  cti_buf_printf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%lld\" height=\"%lld\" viewBox=\"0 0 %lld %lld\">\n", LL(p->width), LL(p->height), LL(p->width),
                 LL(p->height));
  cti_buf_str(out, "<style>text{font:12px Helvetica,Arial,sans-serif;fill:#111}.s{font-size:11px;fill:#555}.l{font-size:9px;fill:#444;stroke:#fff;stroke-width:3px;"
                   "paint-order:stroke}.e path{fill:none;stroke:#777}.d path{stroke-dasharray:5 3}.e:hover path{stroke:#000;stroke-width:2}</style>\n");
  cti_buf_str(out, "<defs><marker id=\"a\" markerWidth=\"7\" markerHeight=\"8\" refX=\"0\" refY=\"4\" orient=\"auto\" markerUnits=\"userSpaceOnUse\">"
                   "<path d=\"M0 1L6 4L0 7z\" fill=\"#777\"/></marker></defs>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
  draw_edges(out, p);
  for (uint32_t i = 0; i < p->g->boxes.count; i++) draw_box(out, p, &p->nodes.items[i]);
  draw_labels(out, p);
  cti_buf_str(out, "</svg>\n");
}

ct_status cti_graph_write_svg(cti_buf *out, const cti_graph *g) {
  picture p = {.g = g, .arena = g->arena};
  ct_status status = find_columns(&p);
  if (status == CT_OK) status = fill_columns(&p);
  if (status == CT_OK && p.nodes.count) status = place_nodes(&p);
  if (status == CT_OK) status = place_ports(&p);
  if (status == CT_OK && g->arena->error->status == CT_OK) draw(out, &p);
  return g->arena->error->status;
}

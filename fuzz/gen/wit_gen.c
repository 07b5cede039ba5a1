/* wit_gen.c - walks the grammar of WIT: https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md
 *
 * What makes it resolve: names are numbered (interfaces i0, i1, ...; types t0, t1, ... in each; fields a0, a1, ...), a type names earlier ones of its own
 * interface, which it may have from another by `use`; resources are owned or borrowed, and borrowed in parameters alone. */
#include "gen/wit_gen.h"

enum { INTERFACES = 3, TYPES = 5, MEMBERS = 4, FUNCS = 3, DEPTH = 3, TEXT = 4000 };

typedef enum sort { SORT_VALUE, SORT_HOLDS_BORROW, SORT_RESOURCE } sort;

typedef struct gen {
  choices *from;
  cti_buf *out;
  uint32_t interface;
  uint32_t counts[INTERFACES + 1]; /* types; the last one is the world */
  sort sorts[INTERFACES + 1][TYPES];
  bool linked[INTERFACES]; /* by a use: exporting one of several that are needs care */
} gen;

static void put(gen *g, const char *text) { cti_buf_str(g->out, text); }
static bool is_full(const gen *g) { return !choices_are_left(g->from) || g->out->size > TEXT; }

static void primitive(gen *g) {
  static const char *const names[] = {"u32", "string", "bool", "s8", "u8", "s16", "u16", "s32", "s64", "u64", "f32", "f64", "char"};
  put(g, names[choose_below(g->from, CTI_COUNT(names))]);
}

/* An earlier type of this interface, where there is one that may stand here. */
static void named(gen *g, bool may_borrow) {
  uint32_t count = g->counts[g->interface], at = count ? choose_below(g->from, count) : 0;
  sort what = count ? g->sorts[g->interface][at] : SORT_VALUE;
  if (!count) primitive(g);
  else if (what == SORT_RESOURCE && may_borrow && choose_rarely(g->from, 6)) cti_buf_printf(g->out, "borrow<t%u>", at);
  else cti_buf_printf(g->out, "t%u", at);
}

static void type(gen *g, uint32_t depth, bool may_borrow);

static void in_brackets(gen *g, const char *word, uint32_t count, uint32_t depth, bool may_borrow) {
  put(g, word);
  for (uint32_t i = 0; i < count; i++) {
    put(g, i ? ", " : "<");
    type(g, depth + 1, may_borrow);
  }
  put(g, ">");
}

static void type(gen *g, uint32_t depth, bool may_borrow) {
  if (depth > DEPTH || is_full(g)) {
    primitive(g);
    return;
  }
  switch (choose_below(g->from, 10)) {
  case 0: case 1: primitive(g); break;
  case 2: in_brackets(g, "list", 1, depth, may_borrow); break;
  case 3: in_brackets(g, "option", 1, depth, may_borrow); break;
  case 4: in_brackets(g, "result", choose_below(g->from, 2) + 1, depth, may_borrow); break;
  case 5: in_brackets(g, "tuple", 1 + choose_below(g->from, 3), depth, may_borrow); break;
  case 6: in_brackets(g, choose_rarely(g->from, 8) ? "stream" : "future", 1, depth, false); break;
  case 7: put(g, "result"); break;
  default: named(g, may_borrow);
  }
}

static void signature(gen *g) {
  put(g, choose_rarely(g->from, 3) ? "async func(" : "func(");
  for (uint32_t i = 0, count = choose_below(g->from, MEMBERS); i < count; i++) {
    cti_buf_printf(g->out, "%sp%u: ", i ? ", " : "", i);
    type(g, 0, true);
  }
  put(g, ")");
  if (!choose_rarely(g->from, 10)) return;
  put(g, " -> ");
  type(g, 0, false);
}

static void members(gen *g, const char *keyword, uint32_t number, bool has_types, bool may_lack) {
  cti_buf_printf(g->out, "  %s t%u { ", keyword, number);
  for (uint32_t i = 0, count = 1 + choose_below(g->from, MEMBERS); i < count; i++) {
    cti_buf_printf(g->out, "a%u", i);
    if (has_types && !(may_lack && choose_rarely(g->from, 6))) {
      put(g, may_lack ? "(" : ": ");
      type(g, 1, false);
      if (may_lack) put(g, ")");
    }
    put(g, ", ");
  }
  put(g, "}\n");
}

static void resource(gen *g, uint32_t number) {
  cti_buf_printf(g->out, "  resource t%u {\n", number);
  if (choose_rarely(g->from, 8)) {
    put(g, "    constructor(x: ");
    type(g, 1, true);
    put(g, ");\n");
  }
  for (uint32_t i = 0, count = choose_below(g->from, FUNCS); i < count; i++) {
    cti_buf_printf(g->out, "    m%u: %s", i, choose_rarely(g->from, 4) ? "static " : "");
    signature(g);
    put(g, ";\n");
  }
  put(g, "  }\n");
}

/* From an earlier interface, under its own new number. */
static bool use(gen *g, uint32_t number) {
  uint32_t other = g->interface ? choose_below(g->from, g->interface) : 0;
  if (!g->interface || !g->counts[other]) return false;
  uint32_t which = choose_below(g->from, g->counts[other]);
  cti_buf_printf(g->out, "  use i%u.{t%u as t%u};\n", other, which, number);
  g->sorts[g->interface][number] = g->sorts[other][which];
  g->linked[g->interface] = g->linked[other] = true;
  return true;
}

static void definition(gen *g) {
  uint32_t number = g->counts[g->interface];
  g->sorts[g->interface][number] = SORT_VALUE;
  switch (choose_below(g->from, 8)) {
  case 0: members(g, "record", number, true, false); break;
  case 1: members(g, "variant", number, true, true); break;
  case 2: members(g, "enum", number, false, false); break;
  case 3: members(g, "flags", number, false, false); break;
  case 4: case 5:
    g->sorts[g->interface][number] = SORT_RESOURCE;
    g->counts[g->interface]++; /* its methods may name it */
    resource(g, number);
    return;
  case 6:
    if (use(g, number)) break;
    /* fall through */
  default:
    cti_buf_printf(g->out, "  type t%u = ", number);
    in_brackets(g, "list", 1, 1, false);
    put(g, ";\n");
  }
  g->counts[g->interface]++;
}

static void interface(gen *g) {
  cti_buf_printf(g->out, "interface i%u {\n", g->interface);
  for (uint32_t i = choose_below(g->from, TYPES + 1); i; i--) definition(g);
  for (uint32_t i = 0, count = choose_below(g->from, FUNCS + 1); i < count; i++) {
    cti_buf_printf(g->out, "  f%u: ", i);
    signature(g);
    put(g, ";\n");
  }
  put(g, "}\n");
}

static void world(gen *g, uint32_t interfaces) {
  g->interface = INTERFACES;
  put(g, "world w {\n");
  for (uint32_t i = 0; i < interfaces; i++) {
    if (choose_rarely(g->from, 10)) cti_buf_printf(g->out, "  import i%u;\n", i);
    if (!g->linked[i] && choose_rarely(g->from, 6)) cti_buf_printf(g->out, "  export i%u;\n", i);
  }
  for (uint32_t i = 0, count = choose_below(g->from, FUNCS + 1); i < count; i++) {
    cti_buf_printf(g->out, "  %s g%u: ", choose_rarely(g->from, 8) ? "export" : "import", i);
    signature(g);
    put(g, ";\n");
  }
  put(g, "}\n");
}

void gen_wit(cti_buf *out, choices *from) {
  gen g = {.from = from, .out = out};
  uint32_t interfaces = choose_below(from, INTERFACES + 1);
  put(&g, "package a:b");
  if (choose_rarely(from, 4)) put(&g, "@0.2.1");
  put(&g, ";\n");
  for (g.interface = 0; g.interface < interfaces; g.interface++) interface(&g);
  world(&g, interfaces);
}

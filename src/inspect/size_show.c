/* size_show.c - answers about sizes as tables and JSON. Flows in: one or two measured files and a question. Flows out: text. */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "inspect/size.h"
#include "inspect/symbols.h"

enum { MOST_COLUMNS = 3, WIDEST_NAME = 200 };

typedef struct row {
  ct_slice name;
  int64_t values[MOST_COLUMNS];
} row;

/* An answer: rows that are in order of their first column. */
typedef struct answer {
  const char *what; /* "Function" */
  const char *columns[MOST_COLUMNS];
  uint32_t column_count;
  int64_t total; /* of the first column, for shares; 0: none */
  bool overlaps; /* rows count what others count, too: there is no sum */
  CTI_VEC(row) rows;
} answer;

/* ---- writing */

static void write_number(cti_buf *out, int64_t value, bool with_sign) {
  char digits[32], text[48];
  uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  int count = snprintf(digits, sizeof digits, "%llu", (unsigned long long)magnitude), at = 0;
  if (value < 0) text[at++] = '-';
  else if (with_sign && value > 0) text[at++] = '+';
  for (int i = 0; i < count; i++) {
    text[at++] = digits[i];
    if (i + 1 < count && (count - i - 1) % 3 == 0) text[at++] = ',';
  }
  text[at] = 0;
  cti_buf_printf(out, "%14s", text);
}

/* Names come from files: control characters are not a terminal's business. */
static void write_name(cti_buf *out, ct_slice name) {
  bool cut = name.size > WIDEST_NAME;
  for (size_t i = 0; i < name.size && i < WIDEST_NAME; i++) cti_buf_u8(out, name.data[i] < 0x20 || name.data[i] == 0x7f ? '?' : name.data[i]);
  if (cut) cti_buf_str(out, "...");
}

static void write_table(cti_buf *out, const answer *a, uint32_t most) {
  for (uint32_t c = 0; c < a->column_count; c++) cti_buf_printf(out, "%14s", a->columns[c]);
  cti_buf_printf(out, "%s  %s\n", a->total ? "       %" : "", a->what);
  bool signs = strcmp(a->columns[0], "Change") == 0;
  uint32_t shown = most && most < a->rows.count ? most : a->rows.count;
  int64_t rest = 0;
  for (uint32_t i = 0; i < a->rows.count; i++) {
    const row *r = &a->rows.items[i];
    if (i >= shown) {
      rest += r->values[0];
      continue;
    }
    for (uint32_t c = 0; c < a->column_count; c++) write_number(out, r->values[c], signs && c == 0);
    if (a->total) cti_buf_printf(out, "%7.2f%%", 100.0 * (double)r->values[0] / (double)a->total);
    cti_buf_str(out, "  ");
    write_name(out, r->name);
    cti_buf_u8(out, '\n');
  }
  if (shown == a->rows.count) return;
  if (a->overlaps) {
    cti_buf_printf(out, "%*s  ... %u more\n", (int)(14 * a->column_count + (a->total ? 8 : 0)), "", a->rows.count - shown);
    return;
  }
  write_number(out, rest, signs);
  for (uint32_t c = 1; c < a->column_count; c++) cti_buf_printf(out, "%14s", "");
  if (a->total) cti_buf_printf(out, "%7.2f%%", 100.0 * (double)rest / (double)a->total);
  cti_buf_printf(out, "  ... %u more\n", a->rows.count - shown);
}

static void write_json(cti_buf *out, const answer *a, uint32_t most) {
  cti_json json = cti_json_make(out, 0);
  cti_json_open(&json, '[');
  for (uint32_t i = 0; i < a->rows.count && (!most || i < most); i++) {
    cti_json_open(&json, '{');
    cti_json_member(&json, "name", a->rows.items[i].name);
    for (uint32_t c = 0; c < a->column_count; c++) {
      char key[24];
      snprintf(key, sizeof key, "%s", a->columns[c]);
      key[0] = (char)(key[0] | 0x20);
      cti_json_key(&json, key);
      if (a->rows.items[i].values[c] < 0) cti_json_int(&json, a->rows.items[i].values[c]);
      else cti_json_uint(&json, (uint64_t)a->rows.items[i].values[c]);
    }
    cti_json_close(&json, '}');
  }
  cti_json_close(&json, ']');
  cti_buf_u8(out, '\n');
}

static void write(cti_buf *out, const answer *a, const ct_size_options *o) {
  if (o->json) write_json(out, a, o->most);
  else write_table(out, a, o->most);
}

/* ---- questions */

static const char *const group_names[] = {"Module", "Section", "Function", "Source file", "Crate, namespace or package", "Data", "Function without its arguments"};

static ct_status by_group(answer *out, const cti_size *size, ct_size_by by) {
  cti_size_parts parts;
  CTI_TRY(cti_size_group(&parts, size, by));
  bool counts = by == CT_SIZE_PACKAGE || by == CT_SIZE_GENERIC;
  *out = (answer){.what = group_names[by], .columns = {"Bytes", "Functions"}, .column_count = counts ? 2 : 1, .total = (int64_t)size->bytes};
  for (uint32_t i = 0; i < parts.count; i++)
    if (!cti_vec_push_large(size->arena, &out->rows, ((row){parts.items[i].name, {(int64_t)parts.items[i].bytes, parts.items[i].count}}))) return CT_NOMEM;
  return CT_OK;
}

static int by_first(const void *a, const void *b) {
  const row *x = a, *y = b;
  if (x->values[0] != y->values[0]) return x->values[0] > y->values[0] ? -1 : 1;
  return cti_slice_cmp(x->name, y->name);
}

static int by_change(const void *a, const void *b) {
  const row *x = a, *y = b;
  int64_t p = x->values[0] < 0 ? -x->values[0] : x->values[0], q = y->values[0] < 0 ? -y->values[0] : y->values[0];
  if (p != q) return p > q ? -1 : 1;
  return cti_slice_cmp(x->name, y->name);
}

static void sort(answer *a, int (*order)(const void *, const void *)) {
  if (a->rows.count) qsort(a->rows.items, a->rows.count, sizeof *a->rows.items, order);
}

/* Copies of one generic function: what all but the largest cost. */
static ct_status monos(answer *out, const cti_size *size) {
  cti_size_parts parts;
  CTI_TRY(cti_size_group(&parts, size, CT_SIZE_GENERIC));
  *out = (answer){.what = group_names[CT_SIZE_GENERIC], .columns = {"Above one", "Bytes", "Copies"}, .column_count = 3, .total = (int64_t)size->bytes};
  for (uint32_t i = 0; i < parts.count; i++) {
    const cti_size_part *p = &parts.items[i];
    if (p->count > 1 && !cti_vec_push_large(size->arena, &out->rows, ((row){p->name, {(int64_t)(p->bytes - p->most), (int64_t)p->bytes, p->count}}))) return CT_NOMEM;
  }
  sort(out, by_first);
  return CT_OK;
}

/* Of a module and a component that was made of it: the module in there, that of its name or else the largest, so that both call its functions the same. */
static const cti_size_module *counterpart(const cti_size *in, const cti_size *of) {
  const cti_size_module *best = NULL;
  if (of->modules.count != 1 || in->modules.count < 2) return NULL;
  for (uint32_t i = 0; i < in->modules.count; i++) {
    const cti_size_module *module = &in->modules.items[i];
    if (!module->module) continue;
    if (cti_slice_eq(module->name, of->modules.items[0].name)) return module;
    if (!best || module->bytes > best->bytes) best = module;
  }
  return best;
}

static ct_status diff(answer *out, const cti_size *old, const cti_size *new, ct_size_by by) {
  cti_size_parts before, after;
  cti_map index_of = {0};
  cti_size was = *old, is = *new;
  was.plain = counterpart(old, new);
  is.plain = counterpart(new, old);
  CTI_TRY(cti_size_group(&before, &was, by));
  CTI_TRY(cti_size_group(&after, &is, by));
  *out = (answer){.what = group_names[by], .columns = {"Change", "Before", "After"}, .column_count = 3};
  for (uint32_t i = 0; i < before.count + after.count; i++) {
    bool is_after = i >= before.count;
    const cti_size_part *p = is_after ? &after.items[i - before.count] : &before.items[i];
    uint32_t index = out->rows.count;
    bool added;
    ct_slice name = cti_without_hashes(p->name, new->arena);
    if (!name.data) return CT_NOMEM;
    CTI_TRY(cti_map_add(&index_of, new->arena, name, &index, &added));
    if (added && !cti_vec_push_large(new->arena, &out->rows, ((row){.name = name}))) return CT_NOMEM;
    out->rows.items[index].values[is_after ? 2 : 1] += (int64_t)p->bytes;
  }
  uint32_t kept = 0;
  for (uint32_t i = 0; i < out->rows.count; i++) {
    row r = out->rows.items[i];
    r.values[0] = r.values[2] - r.values[1];
    if (r.values[0]) out->rows.items[kept++] = r;
  }
  out->rows.count = kept;
  sort(out, by_change);
  return CT_OK;
}

static ct_slice func_name(const cti_size_module *module, uint32_t index, cti_arena *arena) {
  uint32_t imported = module->module->imported[CTI_EXTERN_FUNC];
  if (index >= imported && index - imported < module->funcs.count) return module->funcs.items[index - imported].name;
  return cti_format(arena, "imported function %u", index);
}

static ct_slice qualified(const cti_size *size, const cti_size_module *module, ct_slice name) {
  return size->walked.items.count > 1 ? cti_format(size->arena, "%.*s: %.*s", CTI_S(module->name), CTI_S(name)) : name;
}

/* What would go with each function: what it alone leads to. What nothing reaches stands last. */
static ct_status retained(answer *out, const cti_size *size) {
  *out = (answer){.what = "Function", .columns = {"Retained", "Own"}, .column_count = 2, .total = (int64_t)size->bytes, .overlaps = true};
  for (uint32_t i = 0; i < size->modules.count; i++) {
    const cti_size_module *module = &size->modules.items[i];
    cti_size_graph graph;
    if (!module->module) continue;
    CTI_TRY(cti_size_graph_make(&graph, module, size->arena));
    for (uint32_t j = 0; j < module->funcs.count; j++) {
      const cti_size_func *f = &module->funcs.items[j];
      bool reached = graph.dominator[f->index + 1] != UINT32_MAX;
      ct_slice name = qualified(size, module, f->name);
      if (!reached && name.data) name = cti_format(size->arena, "%.*s (nothing refers to it)", CTI_S(name));
      if (!name.data || !cti_vec_push_large(size->arena, &out->rows, ((row){name, {(int64_t)graph.retained[f->index + 1], (int64_t)f->bytes}}))) return CT_NOMEM;
    }
  }
  sort(out, by_first);
  return CT_OK;
}

/* ---- why is this here? */

static bool matches(ct_slice name, const char *wanted) {
  size_t size = strlen(wanted);
  for (size_t i = 0; i + size <= name.size; i++)
    if (memcmp(name.data + i, wanted, size) == 0) return true;
  return false;
}

static ct_slice node_name(const cti_size_graph *g, uint32_t node, cti_arena *arena) {
  uint32_t func = cti_size_graph_func(g, node);
  if (func != UINT32_MAX) return func_name(g->of, func, arena);
  return node == CTI_SIZE_ROOT ? CTI_LIT("(outside: exports, start)") : cti_format(arena, "(table %u)", node - g->of->module->funcs.count - 1);
}

static void write_way(cti_buf *out, cti_json *json, const cti_size_graph *g, uint32_t node, cti_arena *arena) {
  uint32_t depth = 0;
  for (uint32_t at = node;; at = g->parent[at]) {
    ct_slice name = node_name(g, at, arena);
    if (json) {
      cti_json_string(json, name);
    } else {
      cti_buf_printf(out, "%*s", (int)(2 + 2 * (depth < 40 ? depth : 40)), "");
      if (depth) cti_buf_str(out, "is referred to by ");
      write_name(out, name);
      cti_buf_u8(out, '\n');
    }
    depth++;
    if (at == CTI_SIZE_ROOT) return;
  }
}

static void write_paths_of(cti_buf *out, cti_json *json, const cti_size_graph *g, const cti_size_func *f, cti_arena *arena) {
  bool reached = g->parent[f->index + 1] != UINT32_MAX;
  if (json) {
    cti_json_open(json, '{');
    cti_json_member(json, "name", f->name);
    cti_json_member_uint(json, "bytes", f->bytes);
    cti_json_member_uint(json, "retained", g->retained[f->index + 1]);
    cti_json_member_open(json, "path", '[');
    if (reached) write_way(out, json, g, f->index + 1, arena);
    cti_json_close(json, ']');
    cti_json_close(json, '}');
    return;
  }
  write_name(out, f->name);
  cti_buf_printf(out, ": %llu bytes, %llu retained\n", (unsigned long long)f->bytes, (unsigned long long)g->retained[f->index + 1]);
  if (reached) write_way(out, NULL, g, f->index + 1, arena);
  else cti_buf_str(out, "  nothing refers to it\n");
}

static ct_status paths(cti_buf *out, const cti_size *size, const ct_size_options *o) {
  cti_json json = cti_json_make(out, 0);
  uint32_t found = 0;
  if (o->json) cti_json_open(&json, '[');
  for (uint32_t i = 0; i < size->modules.count; i++) {
    const cti_size_module *module = &size->modules.items[i];
    cti_size_graph graph = {0};
    for (uint32_t j = 0; module->module && j < module->funcs.count; j++) {
      if (!matches(module->funcs.items[j].name, o->paths) || (o->most && found >= o->most)) continue;
      if (!graph.of) CTI_TRY(cti_size_graph_make(&graph, module, size->arena));
      write_paths_of(out, o->json ? &json : NULL, &graph, &module->funcs.items[j], size->arena);
      found++;
    }
  }
  if (o->json) {
    cti_json_close(&json, ']');
    cti_buf_u8(out, '\n');
  }
  return found ? CT_OK : cti_fail(size->arena->error, CT_MISUSE, CT_NO_OFFSET, "no function has a name with `%.200s` in it", o->paths);
}

/* ---- without a question: sections, and the largest functions */

static ct_status overview(cti_buf *out, const cti_size *size, const ct_size_options *o) {
  answer sections, functions;
  CTI_TRY(by_group(&sections, size, CT_SIZE_SECTION));
  CTI_TRY(by_group(&functions, size, CT_SIZE_FUNCTION));
  write_table(out, &sections, 20);
  cti_buf_u8(out, '\n');
  write_table(out, &functions, o->most ? o->most : 20);
  return CT_OK;
}

static ct_status answer_question(cti_buf *out, const cti_size *size, const cti_size *old, const ct_size_options *o) {
  answer a;
  switch (o->question) {
  case CT_SIZE_OVERVIEW:
    if (!o->json) return overview(out, size, o);
    cti_size_json(out, size);
    return CT_OK;
  case CT_SIZE_PAGE: cti_size_html(out, size, o->title); return CT_OK;
  case CT_SIZE_PATHS: return paths(out, size, o);
  case CT_SIZE_GROUPS: CTI_TRY(by_group(&a, size, o->by)); break;
  case CT_SIZE_RETAINED: CTI_TRY(retained(&a, size)); break;
  case CT_SIZE_MONOS: CTI_TRY(monos(&a, size)); break;
  case CT_SIZE_DIFF: CTI_TRY(diff(&a, old, size, o->by)); break;
  }
  write(out, &a, o);
  return CT_OK;
}

ct_status ct_size(ct_buf *out, ct_slice bytes, const ct_size_options *options, ct_error *error) {
  cti_arena arena;
  cti_size size, old = {0};
  cti_arena_init(&arena, error);
  *out = (ct_buf){0};
  ct_status status = cti_size_make(&size, bytes, options->reader, &arena);
  if (status == CT_OK && options->question == CT_SIZE_DIFF) status = cti_size_make(&old, options->old, options->reader, &arena);
  if (status == CT_OK) status = answer_question(out, &size, &old, options);
  if (status == CT_OK) status = error->status;
  if (status == CT_OK) status = cti_buf_check(out, error);
  if (status != CT_OK) ct_buf_free(out);
  cti_arena_free(&arena);
  return status;
}

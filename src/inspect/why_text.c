/* why_text.c - what keeps an import, for people and as JSON. Flows in: ways to members of the import. Flows out: text.
 * The ways are one tree, since each caller has one parent. Shims, canonical definitions and tables stand in it, but only what they join is printed: a way that
 * does not branch goes straight down; branches are indented, each with a dash. */
#include "base/json.h"
#include "inspect/graph.h"
#include "inspect/symbols.h"
#include "inspect/why.h"

/* ---- one caller */

/* "main", "adapter wasi_snapshot_preview1", with the nested component around it. */
static ct_slice instance_text(const cti_why *w, uint32_t place) {
  const cti_flow_instance *instance = &w->calls.flow.instances.items[place];
  return cti_instance_text(&w->calls.flow, instance, cti_instance_kind(instance) == CTI_BOX_ADAPTER ? "adapter " : "");
}

/* "run" of "wasi:cli/run@0.2.0#run". */
static ct_slice after_hash(ct_slice name) {
  size_t hash = cti_slice_find(name, '#', 0);
  return hash < name.size ? cti_slice_cut(name, hash + 1, name.size) : name;
}

/* Shrunk adapters have letters for names: then what they are called by, through a shim or as an export, says more. */
static ct_slice func_text(const cti_why *w, uint32_t caller) {
  const cti_caller *k = cti_caller_at(&w->calls, caller);
  ct_slice own = w->calls.instances.items[k->instance].of->names[k->index], called = k->name;
  if (w->readable[caller].size) return w->readable[caller];
  if (own.size > 2) return own;
  for (uint32_t at = w->parent[caller]; !called.size && at; at = w->parent[at]) {
    const cti_caller *before = cti_caller_at(&w->calls, at);
    if (cti_why_is_shim(w, at)) called = before->name;
    else if (before->kind == CTI_CALLER_EXPORT) called = after_hash(before->name);
    else if (before->kind != CTI_CALLER_CANON) break;
  }
  return called.size ? called : cti_caller_func_name(&w->calls, caller);
}

typedef struct mangled {
  CTI_VEC(uint32_t) callers;
  CTI_VEC(ct_slice) names;
} mangled;

static ct_status note_mangled(mangled *m, cti_why *w, uint32_t caller) {
  const cti_caller *k = cti_caller_at(&w->calls, caller);
  if (k->kind != CTI_CALLER_FUNC || w->readable[caller].size) return CT_OK;
  ct_slice name = func_text(w, caller);
  if (!cti_is_mangled(name)) return CT_OK;
  w->readable[caller] = name; /* it was seen */
  return cti_vec_push(w->arena, &m->callers, caller) && cti_vec_push(w->arena, &m->names, name) ? CT_OK : CT_NOMEM;
}

ct_status cti_why_name_all(cti_why *w) {
  mangled m = {0};
  bool *seen = CTI_NEW_N(w->arena, bool, w->calls.callers.count);
  w->readable = CTI_NEW_N(w->arena, ct_slice, w->calls.callers.count);
  if (!seen || !w->readable) return CT_NOMEM;
  for (uint32_t i = 0; i < w->kept.count; i++)
    for (uint32_t caller = w->kept.items[i]; caller && !seen[caller]; caller = w->parent[caller]) {
      seen[caller] = true;
      CTI_TRY(note_mangled(&m, w, caller));
    }
  for (uint32_t i = 0; i < w->cut.functions.count; i++) CTI_TRY(note_mangled(&m, w, w->cut.functions.items[i]));
  CTI_TRY(cti_demangle_if_can(m.names.items, m.names.count, w->arena));
  for (uint32_t i = 0; i < m.callers.count; i++) {
    ct_slice name = cti_without_hashes(m.names.items[i], w->arena);
    if (!name.data) return CT_NOMEM;
    w->readable[m.callers.items[i]] = name;
  }
  return CT_OK;
}

/* "[method]descriptor.read" of an interface; a built-in says which it is. */
static ct_slice import_text(const cti_why *w, uint32_t caller) {
  const cti_caller *k = cti_caller_at(&w->calls, caller), *before = cti_caller_at(&w->calls, w->parent[caller]);
  ct_slice name = cti_flow_value(&w->calls.flow, k->value)->name;
  if (before->kind != CTI_CALLER_CANON) return name;
  const cti_value *canon = cti_flow_value(&w->calls.flow, before->value);
  if (canon->is.canon->kind == CTI_CANON_LOWER || canon->kind == CTI_VALUE_LIFT) return name;
  return cti_format(w->arena, "%s %.*s", cti_canons[canon->is.canon->kind].name, CTI_S(name));
}

static bool is_printed(const cti_why *w, uint32_t caller) {
  switch (cti_caller_at(&w->calls, caller)->kind) {
  case CTI_CALLER_ROOT:
  case CTI_CALLER_CANON:
  case CTI_CALLER_TABLE:
  case CTI_CALLER_REFS: return false;
  default: return !cti_why_is_shim(w, caller);
  }
}

static uint32_t printed_parent(const cti_why *w, uint32_t caller, const char **by) {
  *by = "";
  for (caller = w->parent[caller]; caller && !is_printed(w, caller); caller = w->parent[caller]) {
    cti_caller_kind kind = cti_caller_at(&w->calls, caller)->kind;
    if (kind == CTI_CALLER_TABLE) *by = "by a table";
    if (kind == CTI_CALLER_REFS) *by = "by a reference";
  }
  return caller;
}

static void write_caller(cti_buf *out, const cti_why *w, uint32_t caller) {
  const cti_caller *k = cti_caller_at(&w->calls, caller);
  switch (k->kind) {
  case CTI_CALLER_EXPORT: cti_buf_printf(out, "export %.*s", CTI_S(k->name)); break;
  case CTI_CALLER_START: cti_buf_printf(out, "start of %.*s", CTI_S(k->name)); break;
  case CTI_CALLER_DTOR: cti_buf_str(out, "destructor of a resource"); break;
  case CTI_CALLER_GIVEN: cti_buf_printf(out, "given to %.*s, which comes from outside", CTI_S(k->name)); break;
  case CTI_CALLER_FUNC: cti_buf_printf(out, "%.*s: %.*s", CTI_S(instance_text(w, k->instance)), CTI_S(func_text(w, caller))); break;
  default: cti_buf_printf(out, "=> %.*s", CTI_S(import_text(w, caller))); break;
  }
}

/* ---- the tree */

typedef struct tree {
  const cti_why *w;
  uint32_t *first, *last, *next; /* by caller: children that are printed */
} tree;

static void add_child(tree *t, uint32_t parent, uint32_t child) {
  if (t->first[parent] == UINT32_MAX) t->first[parent] = child;
  else t->next[t->last[parent]] = child;
  t->last[parent] = child;
}

static ct_status make_tree(tree *t, const cti_why *w) {
  uint32_t count = w->calls.callers.count;
  bool *in = CTI_NEW_N(w->arena, bool, count);
  *t = (tree){.w = w};
  t->first = cti_alloc_raw(w->arena, count, sizeof *t->first);
  t->last = cti_alloc_raw(w->arena, count, sizeof *t->last);
  t->next = cti_alloc_raw(w->arena, count, sizeof *t->next);
  if (!in || !t->first || !t->last || !t->next) return CT_NOMEM;
  for (uint32_t i = 0; i < count; i++) t->first[i] = t->next[i] = UINT32_MAX;
  for (uint32_t i = 0; i < w->kept.count; i++)
    for (uint32_t caller = w->kept.items[i]; caller && !in[caller];) {
      const char *by;
      uint32_t parent = printed_parent(w, caller, &by);
      in[caller] = true;
      add_child(t, parent, caller);
      caller = parent;
    }
  return CT_OK;
}

typedef struct place {
  uint32_t caller, depth;
  bool is_branch; /* one of several that its parent calls */
} place;

/* Depth first, with a stack of its own: ways may be long. */
static ct_status write_tree(cti_buf *out, const cti_why *w) {
  tree t;
  CTI_VEC(place) stack = {0};
  CTI_TRY(make_tree(&t, w));
  if (t.first[0] != UINT32_MAX && !cti_vec_push(w->arena, &stack, ((place){t.first[0], 0, t.next[t.first[0]] != UINT32_MAX}))) return CT_NOMEM;
  while (stack.count) {
    place at = stack.items[--stack.count];
    const char *by;
    if (t.next[at.caller] != UINT32_MAX && !cti_vec_push(w->arena, &stack, ((place){t.next[at.caller], at.depth, true}))) return CT_NOMEM;
    printed_parent(w, at.caller, &by);
    for (uint32_t i = 0; i < at.depth; i++) cti_buf_str(out, "  ");
    cti_buf_str(out, at.is_branch ? "- " : "  ");
    write_caller(out, w, at.caller);
    cti_buf_printf(out, "%s%s%s\n", *by ? " (" : "", by, *by ? ")" : "");
    uint32_t child = t.first[at.caller];
    if (child == UINT32_MAX) continue;
    bool branches = t.next[child] != UINT32_MAX;
    if (!cti_vec_push(w->arena, &stack, ((place){child, at.depth + branches, branches}))) return CT_NOMEM;
  }
  return CT_OK;
}

/* ---- text */

static void write_list(cti_buf *out, const char *words, const ct_slice *names, uint32_t count) {
  if (!count) return;
  cti_buf_str(out, words);
  for (uint32_t i = 0; i < count; i++) cti_buf_printf(out, "%s%.*s", i ? ", " : " ", CTI_S(names[i]));
  cti_buf_u8(out, '\n');
}

static void write_cut(cti_buf *out, const cti_why *w) {
  const cti_cut *cut = &w->cut;
  uint64_t bytes = cut->more_bytes;
  switch (cut->kind) {
  case CTI_CUT_NONE: return;
  case CTI_CUT_LARGE: cti_buf_printf(out, "cut: more than %d functions would have to go\n", CTI_CUT_MOST); return;
  case CTI_CUT_IMPOSSIBLE:
    cti_buf_str(out, "cut: nothing of the program's own is on one of the ways: an adapter, an export or a start function leads there by itself\n");
    return;
  default: break;
  }
  cti_buf_printf(out, "cut: without %s it would go\n", cut->functions.count == 1 ? "this function" : "these functions");
  for (uint32_t i = 0; i < cut->functions.count; i++) {
    bytes += cti_caller_bytes(&w->calls, cut->functions.items[i]);
    cti_buf_str(out, "  ");
    write_caller(out, w, cut->functions.items[i]);
    cti_buf_printf(out, " (%.*s)\n", CTI_S(cti_size_text(w->arena, cti_caller_bytes(&w->calls, cut->functions.items[i]))));
  }
  if (!cut->more_count) return;
  const char *plural = cut->more_count == 1 ? "" : "s";
  cti_buf_printf(out, "  and %u function%s that nothing else leads to, %.*s in all\n", cut->more_count, plural, CTI_S(cti_size_text(w->arena, bytes)));
}

void cti_why_write(cti_buf *out, const cti_why *w) {
  for (uint32_t i = 0; i < w->imports.count; i++) cti_buf_printf(out, "%s%.*s", i ? ", " : "", CTI_S(cti_flow_value(&w->calls.flow, w->imports.items[i])->name));
  if (w->kept.count) cti_buf_str(out, " is called:\n");
  else cti_buf_printf(out, " is imported, but nothing that can run calls it%s\n", w->idle.count ? "; `ctool optimize` removes such code" : "");
  if (w->kept.count && write_tree(out, w) != CT_OK) return;
  write_list(out, "never called:", w->idle.items, w->idle.count);
  write_list(out, "its types are used by:", w->for_types.items, w->for_types.count);
  write_cut(out, w);
}

/* ---- JSON */

static const char *const kinds[] = {
    [CTI_CALLER_ROOT] = "root",     [CTI_CALLER_EXPORT] = "export", [CTI_CALLER_START] = "start",   [CTI_CALLER_DTOR] = "destructor", [CTI_CALLER_GIVEN] = "given",
    [CTI_CALLER_FUNC] = "function", [CTI_CALLER_CANON] = "canon",   [CTI_CALLER_IMPORT] = "import", [CTI_CALLER_TABLE] = "table",     [CTI_CALLER_REFS] = "references",
};

static void json_caller(cti_json *j, const cti_why *w, uint32_t caller) {
  const cti_caller *k = cti_caller_at(&w->calls, caller);
  cti_json_open(j, '{');
  cti_json_member_str(j, "kind", cti_why_is_shim(w, caller) ? "shim" : kinds[k->kind]);
  if (k->kind == CTI_CALLER_FUNC) {
    cti_json_member(j, "instance", instance_text(w, k->instance));
    cti_json_member_uint(j, "index", k->index);
    cti_json_member_uint(j, "bytes", cti_caller_bytes(&w->calls, caller));
  }
  ct_slice name = k->kind == CTI_CALLER_FUNC ? func_text(w, caller) : k->kind == CTI_CALLER_IMPORT ? import_text(w, caller) : k->name;
  if (k->kind == CTI_CALLER_CANON) name = cti_slice_str(cti_canons[cti_flow_value(&w->calls.flow, k->value)->is.canon->kind].name);
  if (name.size) cti_json_member(j, "name", name);
  cti_json_close(j, '}');
}

/* From the root down: callers are collected from the end. */
static ct_status json_way(cti_json *j, const cti_why *w, uint32_t target) {
  CTI_VEC(uint32_t) way = {0};
  for (uint32_t caller = target; caller; caller = w->parent[caller])
    if (!cti_vec_push(w->arena, &way, caller)) return CT_NOMEM;
  cti_json_open(j, '[');
  while (way.count) json_caller(j, w, way.items[--way.count]);
  cti_json_close(j, ']');
  return CT_OK;
}

static void json_cut(cti_json *j, const cti_why *w) {
  static const char *const words[] = {[CTI_CUT_FOUND] = "found", [CTI_CUT_LARGE] = "too large", [CTI_CUT_IMPOSSIBLE] = "impossible"};
  if (w->cut.kind == CTI_CUT_NONE) return;
  cti_json_member_open(j, "cut", '{');
  cti_json_member_str(j, "result", words[w->cut.kind]);
  cti_json_member_open(j, "functions", '[');
  for (uint32_t i = 0; i < w->cut.functions.count; i++) json_caller(j, w, w->cut.functions.items[i]);
  cti_json_close(j, ']');
  cti_json_member_uint(j, "more-functions", w->cut.more_count);
  cti_json_member_uint(j, "more-bytes", w->cut.more_bytes);
  cti_json_close(j, '}');
}

void cti_why_write_json(cti_buf *out, const cti_why *w) {
  cti_json j = cti_json_make(out, 2);
  cti_json_open(&j, '{');
  cti_json_member_open(&j, "imports", '[');
  for (uint32_t i = 0; i < w->imports.count; i++) cti_json_string(&j, cti_flow_value(&w->calls.flow, w->imports.items[i])->name);
  cti_json_close(&j, ']');
  cti_json_member_open(&j, "called", '[');
  for (uint32_t i = 0; i < w->kept.count; i++) {
    cti_json_open(&j, '{');
    cti_json_member(&j, "name", import_text(w, w->kept.items[i]));
    cti_json_key(&j, "way");
    if (json_way(&j, w, w->kept.items[i]) != CT_OK) return;
    cti_json_close(&j, '}');
  }
  cti_json_close(&j, ']');
  cti_json_member_strings(&j, "never-called", w->idle.items, w->idle.count);
  cti_json_member_strings(&j, "types-used-by", w->for_types.items, w->for_types.count);
  json_cut(&j, w);
  cti_json_close(&j, '}');
  cti_buf_u8(out, '\n');
}

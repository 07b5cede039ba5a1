/* why.c - ways from what a component exports to one of its imports. Flows in: calls, and the name of an import. Flows out: shortest ways, one to each member
 * that is reached; what is not, and who needs but the types. */
#include "inspect/why.h"

#include "component/extern_name.h"
#include "inspect/graph.h"

static ct_status failed(const cti_why *w) { return w->arena->error->status; }

/* ---- which import is meant */

/* "wasi:io/streams@0.2.0" is meant by itself and without its version. */
static bool is_meant(ct_slice name, ct_slice asked) {
  return cti_slice_eq(name, asked) || cti_slice_eq(cti_name_unversioned(name), asked);
}

static ct_status no_such_import(cti_why *w, ct_slice asked) {
  cti_buf list = {0};
  uint32_t count = w->calls.flow.imports.count, most = count < 40 ? count : 40;
  for (uint32_t i = 0; i < most; i++) cti_buf_printf(&list, "%s%.*s", i ? ", " : "", CTI_S(cti_flow_value(&w->calls.flow, w->calls.flow.imports.items[i])->name));
  if (most < count) cti_buf_printf(&list, " and %u more", count - most);
  ct_slice text = cti_take(&list, w->arena);
  if (!text.data) return failed(w);
  cti_fail(w->arena->error, CT_COMP_NAME, CT_NO_OFFSET, "the component does not import `%.*s`", CTI_S(asked));
  cti_error_hint(w->arena->error, count ? "it imports %.*s" : "it imports nothing%.*s", CTI_S(text));
  return failed(w);
}

static ct_status find_imports(cti_why *w, ct_slice asked) {
  const cti_flow *flow = &w->calls.flow;
  for (uint32_t i = 0; i < flow->imports.count; i++) {
    uint32_t value = flow->imports.items[i];
    if (!is_meant(cti_flow_value(flow, value)->name, asked)) continue;
    CTI_TRY(cti_map_set_u64(&w->is_import, w->arena, value, i));
    if (!cti_vec_push(w->arena, &w->imports, value)) return CT_NOMEM;
  }
  return w->imports.count ? CT_OK : no_such_import(w, asked);
}

static bool is_asked(const cti_why *w, uint32_t value) { return cti_map_get_u64(&w->is_import, cti_flow_root(&w->calls.flow, value)) != CTI_MAP_NONE; }

/* ---- ways */

static ct_status find_ways(cti_why *w) {
  const cti_calls *c = &w->calls;
  uint32_t *queue = cti_alloc_raw(w->arena, c->callers.count, sizeof *queue), count = 1;
  w->parent = cti_alloc_raw(w->arena, c->callers.count, sizeof *w->parent);
  if (!queue || !w->parent) return CT_NOMEM;
  for (uint32_t i = 0; i < c->callers.count; i++) w->parent[i] = UINT32_MAX;
  queue[0] = w->parent[0] = 0;
  for (uint32_t at = 0; at < count; at++) {
    const cti_caller *k = cti_caller_at(c, queue[at]);
    if (k->kind == CTI_CALLER_IMPORT && is_asked(w, k->value) && !cti_vec_push(w->arena, &w->kept, queue[at])) return CT_NOMEM;
    for (uint32_t i = c->first[queue[at]]; i < c->first[queue[at] + 1]; i++) {
      if (w->parent[c->to[i]] != UINT32_MAX) continue;
      w->parent[c->to[i]] = queue[at];
      queue[count++] = c->to[i];
    }
  }
  for (uint32_t i = 0; i < c->callers.count; i++) {
    const cti_caller *k = cti_caller_at(c, i);
    if (k->kind != CTI_CALLER_IMPORT || w->parent[i] != UINT32_MAX || !is_asked(w, k->value)) continue;
    if (!cti_vec_push(w->arena, &w->idle, cti_flow_value(&c->flow, k->value)->name)) return CT_NOMEM;
  }
  return CT_OK;
}

/* ---- types alone */

static bool uses_types(const cti_why *w, const cti_component *decls) {
  for (uint32_t i = 0; i < decls->items.count; i++) {
    const cti_item *item = &decls->items.items[i];
    if (item->kind != CTI_ITEM_ALIAS || item->of.alias.kind != CTI_ALIAS_OUTER || item->of.alias.instance != 1 || item->of.alias.sort != CTI_SORT_TYPE) continue;
    uint32_t value = cti_flow_index(&w->calls.flow, 0, CTI_SORT_TYPE, item->of.alias.index);
    if (value && is_asked(w, value)) return true;
  }
  return false;
}

static ct_status find_type_users(cti_why *w) {
  const cti_component *c = &w->calls.flow.component;
  const cti_ctype **types = CTI_NEW_N(w->arena, const cti_ctype *, c->count[CTI_SORT_TYPE] + (size_t)1);
  uint32_t type = 0;
  if (!types) return CT_NOMEM;
  for (uint32_t i = 0; i < c->items.count; i++) {
    const cti_item *item = &c->items.items[i];
    if (item->kind == CTI_ITEM_TYPE) types[type] = item->of.type;
    if (cti_item_sort(item, false) == CTI_SORT_TYPE) type++;
    if (item->kind != CTI_ITEM_IMPORT || item->of.import.type.sort != CTI_SORT_INSTANCE || item->of.import.type.index >= type) continue;
    const cti_ctype *of = types[item->of.import.type.index];
    if (of && cti_ctype_is_scope(of) && uses_types(w, of->decls) && !cti_vec_push(w->arena, &w->for_types, item->of.import.name.name)) return CT_NOMEM;
  }
  return CT_OK;
}

/* ---- whose function */

/* What the instance of a function is; of any other caller one of the program's own. */
static cti_box_kind kind_around(const cti_why *w, uint32_t caller) {
  const cti_caller *k = cti_caller_at(&w->calls, caller);
  return k->kind == CTI_CALLER_FUNC ? cti_instance_kind(&w->calls.flow.instances.items[k->instance]) : CTI_BOX_MODULE;
}

bool cti_why_is_shim(const cti_why *w, uint32_t caller) { return kind_around(w, caller) == CTI_BOX_SHIM; }
bool cti_why_is_glue(const cti_why *w, uint32_t caller) { return kind_around(w, caller) != CTI_BOX_MODULE; }

ct_status cti_why_make(cti_why *w, ct_slice component, ct_slice import, cti_arena *arena) {
  *w = (cti_why){.arena = arena};
  CTI_TRY(cti_calls_make(&w->calls, component, arena));
  CTI_TRY(find_imports(w, import));
  CTI_TRY(find_ways(w));
  return find_type_users(w);
}

/* ---- the public face */

ct_status ct_component_why(ct_buf *out, ct_slice component, const char *import, const ct_why_options *options, ct_error *error) {
  const ct_why_options none = {0};
  cti_arena arena;
  cti_why why;
  cti_arena_init(&arena, error);
  if (!options) options = &none;
  ct_status status = cti_why_make(&why, component, cti_slice_str(import), &arena);
  if (status == CT_OK && options->cut) status = cti_why_cut(&why);
  if (status == CT_OK) status = cti_why_name_all(&why);
  if (status == CT_OK) {
    if (options->json) cti_why_write_json(out, &why);
    else cti_why_write(out, &why);
    status = cti_buf_check(out, error);
  }
  if (status == CT_OK) status = error->status;
  cti_arena_free(&arena);
  return status;
}

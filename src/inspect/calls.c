/* calls.c - the calls between the instances of a component. Flows in: a flow. Flows out: callers, numbered, and calls between them.
 * Instances come in order, so that what one imports from another has its number already. */
#include "inspect/calls.h"

#include "inspect/func_names.h"
#include "inspect/graph.h"

static ct_status failed(const cti_calls *c) { return c->arena->error->status; }

static uint32_t add_caller(cti_calls *c, cti_caller caller) { return cti_vec_push_large(c->arena, &c->callers, caller) ? c->callers.count - 1 : UINT32_MAX; }

ct_status cti_calls_add(cti_calls *c, uint32_t from, uint32_t to) {
  if (from == UINT32_MAX || to == UINT32_MAX) return failed(c);
  return cti_vec_push_large(c->arena, &c->calls, ((cti_call){from, to})) ? CT_OK : failed(c);
}

/* ---- modules */

/* Function types whose words are the same but for what references lead to: then a subtype has the class of its supertype. */
static ct_slice class_key(cti_calls *c, const cti_subtype *type) {
  uint32_t count = type->param_count + type->result_count;
  cti_corevt *words = cti_alloc_raw(c->arena, count + (size_t)1, sizeof *words);
  if (!words) return (ct_slice){NULL, 0};
  words[0] = type->param_count;
  for (uint32_t i = 0; i < count; i++) words[i + 1] = cti_vt_is_ref(type->types[i]) ? UINT32_MAX : type->types[i];
  return cti_slice(words, (count + (size_t)1) * sizeof *words);
}

static ct_status find_classes(cti_calls *c, cti_calls_module *m) {
  uint32_t *classes = cti_alloc_raw(c->arena, m->module.types.count, sizeof *classes);
  if (!classes) return CT_NOMEM;
  for (uint32_t i = 0; i < m->module.types.count; i++) {
    bool added;
    classes[i] = UINT32_MAX;
    if (m->module.types.items[i].kind != CTI_COMPOSITE_FUNC) continue;
    ct_slice key = class_key(c, &m->module.types.items[i]);
    classes[i] = c->class_of.count;
    if (!key.data) return CT_NOMEM;
    CTI_TRY(cti_map_add(&c->class_of, c->arena, key, &classes[i], &added));
  }
  m->classes = classes;
  return CT_OK;
}

static ct_status read_module(cti_calls *c, cti_calls_module *m, const cti_value *of) {
  CTI_TRY(cti_module_decode(&m->module, of->is.module, of->offset, c->arena));
  for (uint32_t i = 0; i < m->module.exports.count; i++) {
    const cti_export *export_ = &m->module.exports.items[i];
    if (export_->kind == CTI_EXTERN_FUNC) CTI_TRY(cti_map_set(&m->exports, c->arena, export_->name, export_->index));
    if (export_->kind == CTI_EXTERN_TABLE) CTI_TRY(cti_map_set(&m->tables, c->arena, export_->name, export_->index));
  }
  CTI_TRY(find_classes(c, m));
  return (m->names = cti_func_names(NULL, &m->module, c->arena)) ? CT_OK : failed(c);
}

static ct_status module_of(cti_calls_module **out, cti_calls *c, uint32_t value) {
  uint32_t place = c->modules.count;
  cti_value of = *cti_flow_value(&c->flow, value);
  bool added;
  *out = NULL;
  if (of.kind != CTI_VALUE_MODULE) return CT_OK;
  CTI_TRY(cti_map_add_u64(&c->module_of, c->arena, value, &place, &added));
  if (added) {
    cti_calls_module *made = CTI_NEW(c->arena, cti_calls_module);
    if (!made || !cti_vec_push(c->arena, &c->modules, made)) return CT_NOMEM;
    CTI_TRY(read_module(c, made, &of));
  }
  *out = c->modules.items[place];
  return CT_OK;
}

/* ---- what a value is */

uint32_t cti_calls_func(const cti_calls *c, uint32_t instance, uint32_t func) {
  const cti_calls_instance *i = &c->instances.items[instance];
  if (!i->of || func >= i->of->module.funcs.count) return UINT32_MAX;
  uint32_t imported = i->of->module.imported[CTI_EXTERN_FUNC];
  return func < imported ? i->imported_funcs[func] : i->first_func + func - imported;
}

uint32_t cti_calls_table(const cti_calls *c, uint32_t instance, uint32_t table) {
  const cti_calls_instance *i = &c->instances.items[instance];
  if (!i->of || table >= i->of->module.tables.count) return UINT32_MAX;
  uint32_t imported = i->of->module.imported[CTI_EXTERN_TABLE];
  return table < imported ? i->imported_tables[table] : i->first_table + table - imported;
}

/* The place of the core instance that a value is a member of, which has a module that is known; UINT32_MAX for any other. */
static uint32_t instance_of(const cti_calls *c, const cti_value *member) {
  const cti_value *of = cti_flow_value(&c->flow, member->of);
  if (member->kind != CTI_VALUE_MEMBER || of->kind != CTI_VALUE_INSTANCE || of->of >= c->instances.count) return UINT32_MAX;
  return c->instances.items[of->of].of ? of->of : UINT32_MAX;
}

static bool is_outside(const cti_calls *c, uint32_t value) {
  const cti_value *root = cti_flow_value(&c->flow, cti_flow_root(&c->flow, value));
  return root->kind == CTI_VALUE_IMPORT;
}

static uint32_t numbered(cti_calls *c, uint32_t value, cti_caller_kind kind) {
  uint32_t caller = c->callers.count;
  bool added;
  if (cti_map_add_u64(&c->caller_of, c->arena, value, &caller, &added) != CT_OK || !added) return failed(c) == CT_OK ? caller : UINT32_MAX;
  if (add_caller(c, (cti_caller){.kind = kind, .value = value}) == UINT32_MAX) return UINT32_MAX;
  if (kind == CTI_CALLER_CANON) cti_vec_push(c->arena, &c->pending, caller);
  return caller;
}

/* The caller that a function, core or not, is; for a type, the import that it comes from. */
static uint32_t caller_of(cti_calls *c, uint32_t value) {
  const cti_value *v = cti_flow_value(&c->flow, value);
  if (v->kind == CTI_VALUE_CANON || v->kind == CTI_VALUE_LIFT) return numbered(c, value, CTI_CALLER_CANON);
  uint32_t instance = instance_of(c, v);
  if (instance != UINT32_MAX) return cti_calls_func(c, instance, cti_map_get(&c->instances.items[instance].of->exports, v->name));
  return value && is_outside(c, value) ? numbered(c, value, CTI_CALLER_IMPORT) : UINT32_MAX;
}

static uint32_t table_of(const cti_calls *c, uint32_t value) {
  const cti_value *v = cti_flow_value(&c->flow, value);
  uint32_t instance = instance_of(c, v);
  return instance == UINT32_MAX ? UINT32_MAX : cti_calls_table(c, instance, cti_map_get(&c->instances.items[instance].of->tables, v->name));
}

/* ---- instances */

static uint32_t import_value(cti_calls *c, const cti_flow_instance *instance, const cti_import *import) {
  uint32_t arg = cti_map_get(&instance->args_by_name, import->module);
  return arg == CTI_MAP_NONE ? 0 : cti_flow_member(&c->flow, arg, import->name, (cti_sort)(CTI_SORT_CORE_FUNC + import->type.kind));
}

/* What another instance calls it by: shims have numbers, and shrunk adapters letters, which the importer's own name section may explain. */
static void keep_name(cti_calls *c, uint32_t caller, const cti_flow_instance *importer, ct_slice name) {
  if (caller == UINT32_MAX || c->callers.items[caller].kind != CTI_CALLER_FUNC || c->callers.items[caller].name.size) return;
  if (cti_instance_kind(importer) != CTI_BOX_SHIM) c->callers.items[caller].name = name;
}

static ct_status import_all(cti_calls *c, cti_calls_instance *made, const cti_flow_instance *instance) {
  const cti_module *m = &made->of->module;
  uint32_t *funcs = cti_alloc_raw(c->arena, m->imported[CTI_EXTERN_FUNC], sizeof *funcs), func = 0;
  uint32_t *tables = cti_alloc_raw(c->arena, m->imported[CTI_EXTERN_TABLE], sizeof *tables), table = 0;
  if (!funcs || !tables) return CT_NOMEM;
  for (uint32_t i = 0; i < m->imports.count; i++) {
    const cti_import *import = &m->imports.items[i];
    if (import->type.kind == CTI_EXTERN_FUNC) {
      funcs[func] = caller_of(c, import_value(c, instance, import));
      keep_name(c, funcs[func], instance, import->name.size > 2 || !made->of->names[func].size ? import->name : made->of->names[func]);
      func++;
    } else if (import->type.kind == CTI_EXTERN_TABLE) {
      tables[table++] = table_of(c, import_value(c, instance, import));
    }
  }
  made->imported_funcs = funcs;
  made->imported_tables = tables;
  return failed(c);
}

static ct_status add_instance(cti_calls *c, uint32_t place) {
  const cti_flow_instance *instance = &c->flow.instances.items[place];
  cti_calls_module *of;
  cti_calls_instance made = {.first_func = c->callers.count, .first_table = c->table_count};
  CTI_TRY(module_of(&of, c, instance->is_core ? instance->of : 0));
  made.of = of;
  if (of) {
    CTI_TRY(import_all(c, &made, instance));
    made.first_func = c->callers.count;
    for (uint32_t i = of->module.imported[CTI_EXTERN_FUNC]; i < of->module.funcs.count; i++)
      if (add_caller(c, (cti_caller){.kind = CTI_CALLER_FUNC, .instance = place, .index = i}) == UINT32_MAX) return CT_NOMEM;
    c->table_count += of->module.tables.count - of->module.imported[CTI_EXTERN_TABLE];
  }
  return cti_vec_push(c->arena, &c->instances, made) ? CT_OK : failed(c);
}

/* ---- what runs by itself */

/* Functions at any depth of bundles. */
static ct_status add_root(cti_calls *c, uint32_t value, cti_caller_kind kind, ct_slice name, uint32_t depth) {
  cti_value v = *cti_flow_value(&c->flow, value);
  if (!value || v.sort == CTI_SORT_TYPE || depth > CTI_FLOW_DEPTH || !name.data) return failed(c);
  if (v.kind == CTI_VALUE_BUNDLE) {
    for (uint32_t i = 0; v.members && i < v.members->count; i++) {
      const cti_map_entry *member = &v.members->entries[i];
      CTI_TRY(add_root(c, member->value, kind, cti_format(c->arena, "%.*s#%.*s", CTI_S(name), CTI_S(cti_map_key(member))), depth + 1));
    }
    return failed(c);
  }
  uint32_t to = caller_of(c, value);
  if (to == UINT32_MAX) return failed(c);
  uint32_t root = add_caller(c, (cti_caller){.kind = kind, .name = name});
  CTI_TRY(cti_calls_add(c, 0, root));
  return cti_calls_add(c, root, to);
}

static ct_status add_start(cti_calls *c, uint32_t place) {
  const cti_calls_instance *i = &c->instances.items[place];
  if (!i->of || i->of->module.start == UINT32_MAX) return CT_OK;
  uint32_t start = add_caller(c, (cti_caller){.kind = CTI_CALLER_START, .name = c->flow.instances.items[place].name});
  CTI_TRY(cti_calls_add(c, 0, start));
  return cti_calls_add(c, start, cti_calls_func(c, place, i->of->module.start));
}

/* A module or component from outside may call all that it is given. */
static ct_status add_given(cti_calls *c, uint32_t place) {
  const cti_flow_instance *instance = &c->flow.instances.items[place];
  for (uint32_t i = 0; !c->instances.items[place].of && i < instance->arg_count; i++) CTI_TRY(add_root(c, instance->args[i].value, CTI_CALLER_GIVEN, instance->name, 0));
  return CT_OK;
}

static ct_status add_scope_roots(cti_calls *c, uint32_t scope) {
  const cti_component *component = c->flow.scopes.items[scope].component;
  for (uint32_t i = 0; i < component->items.count; i++) {
    const cti_item *item = &component->items.items[i];
    uint32_t start = item->kind == CTI_ITEM_START ? cti_flow_index(&c->flow, scope, CTI_SORT_FUNC, item->of.start.func) : 0;
    CTI_TRY(add_root(c, start, CTI_CALLER_START, CTI_LIT("the component"), 0));
    if (item->kind != CTI_ITEM_TYPE || item->of.type->kind != CTI_CTYPE_RESOURCE || item->of.type->dtor == UINT32_MAX) continue;
    CTI_TRY(add_root(c, cti_flow_index(&c->flow, scope, CTI_SORT_CORE_FUNC, item->of.type->dtor), CTI_CALLER_DTOR, CTI_LIT("a resource"), 0));
  }
  return CT_OK;
}

static ct_status add_roots(cti_calls *c) {
  for (uint32_t i = 0; i < c->flow.exports.count; i++) CTI_TRY(add_root(c, c->flow.exports.items[i].value, CTI_CALLER_EXPORT, c->flow.exports.items[i].name, 0));
  for (uint32_t i = 0; i < c->flow.instances.count; i++) {
    CTI_TRY(add_start(c, i));
    CTI_TRY(add_given(c, i));
  }
  for (uint32_t i = 0; i < c->flow.scopes.count; i++) CTI_TRY(add_scope_roots(c, i));
  return CT_OK;
}

/* ---- canonical definitions */

static bool is_callable(cti_canon_opt_kind kind) { return kind == CTI_CANON_OPT_REALLOC || kind == CTI_CANON_OPT_POST_RETURN || kind == CTI_CANON_OPT_CALLBACK; }

/* A thread may start at any function of the table. */
static ct_status start_thread(cti_calls *c, uint32_t caller, const cti_value *v) {
  uint32_t table = table_of(c, cti_flow_index(&c->flow, v->scope, CTI_SORT_CORE_TABLE, v->is.canon->table));
  for (uint32_t i = 0; i < c->slots.count; i++)
    if (c->slots.items[i].table == table) CTI_TRY(cti_calls_add(c, caller, c->slots.items[i].func));
  return CT_OK;
}

static ct_status canon_calls(cti_calls *c, uint32_t caller) {
  cti_value v = *cti_flow_value(&c->flow, c->callers.items[caller].value);
  const cti_canon *canon = v.is.canon;
  CTI_TRY(cti_calls_add(c, caller, caller_of(c, v.of)));
  for (uint32_t i = 0; i < canon->option_count; i++) {
    if (!is_callable(canon->options[i].kind)) continue;
    CTI_TRY(cti_calls_add(c, caller, caller_of(c, cti_flow_index(&c->flow, v.scope, CTI_SORT_CORE_FUNC, canon->options[i].index))));
  }
  return strchr(cti_canons[canon->kind].immediates, 'b') ? start_thread(c, caller, &v) : CT_OK;
}

/* ---- all of it */

/* A counting sort by caller. */
static ct_status sort_calls(cti_calls *c) {
  uint32_t *first = CTI_NEW_N(c->arena, uint32_t, c->callers.count + (size_t)2), *to = cti_alloc_raw(c->arena, c->calls.count, sizeof *to);
  if (!first || !to) return CT_NOMEM;
  for (uint32_t i = 0; i < c->calls.count; i++) first[c->calls.items[i].from + 2]++;
  for (uint32_t i = 0; i < c->callers.count; i++) first[i + 2] += first[i + 1];
  for (uint32_t i = 0; i < c->calls.count; i++) to[first[c->calls.items[i].from + 1]++] = c->calls.items[i].to;
  c->first = first;
  c->to = to;
  return CT_OK;
}

ct_status cti_calls_make(cti_calls *c, ct_slice component, cti_arena *arena) {
  *c = (cti_calls){.arena = arena};
  CTI_TRY(cti_flow_make(&c->flow, component, arena));
  if (add_caller(c, (cti_caller){.kind = CTI_CALLER_ROOT}) == UINT32_MAX) return CT_NOMEM;
  for (uint32_t i = 0; i < c->flow.instances.count; i++) CTI_TRY(add_instance(c, i));
  for (uint32_t i = 0; i < c->table_count; i++)
    if (!cti_vec_push(arena, &c->is_written, false)) return CT_NOMEM;
  for (uint32_t i = 0; i < c->instances.count; i++) CTI_TRY(cti_calls_of_segments(c, i));
  for (uint32_t i = 0; i < c->instances.count; i++) CTI_TRY(cti_calls_of_code(c, i));
  CTI_TRY(add_roots(c));
  for (uint32_t i = 0; i < c->pending.count; i++) CTI_TRY(canon_calls(c, c->pending.items[i]));
  CTI_TRY(cti_calls_of_tables(c));
  return sort_calls(c);
}

/* ---- names and sizes */

ct_slice cti_caller_func_name(const cti_calls *c, uint32_t caller) {
  const cti_caller *k = cti_caller_at(c, caller);
  if (k->kind != CTI_CALLER_FUNC) return (ct_slice){NULL, 0};
  ct_slice name = c->instances.items[k->instance].of->names[k->index];
  return name.size ? name : cti_format(c->arena, "func %u", k->index);
}

uint64_t cti_caller_bytes(const cti_calls *c, uint32_t caller) {
  const cti_caller *k = cti_caller_at(c, caller);
  return k->kind == CTI_CALLER_FUNC ? c->instances.items[k->instance].of->module.funcs.items[k->index].body.size : 0;
}

/* validate_canon.c - canonical definitions: lift, lower and built-ins. Flows in: a row of canon.def with its immediates. Flows out: a function, or a core
 * function of the signature that the canonical ABI gives it.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#canonical-definitions */
#include "component/canon_options.h"

typedef struct canon {
  cti_component_validator *v;
  const cti_canon *of;
  const cti_canon_info *info;
  uint64_t offset;
} canon;

#define refuse(c, ...) cti_fail((c)->v->error, CT_COMP_CANON, (c)->offset, __VA_ARGS__)

static ct_status push_core(const canon *c, uint32_t type) { return cti_vec_push(c->v->arena, &cti_scope_current(c->v)->core_funcs, type) ? CT_OK : CT_NOMEM; }

static ct_status define(const canon *c, const cti_corevt *types, uint32_t param_count, uint32_t result_count) {
  uint32_t type;
  CTI_TRY(cti_types_func(&type, &c->v->v->types, types, param_count, result_count));
  return push_core(c, type);
}

/* ---- lift and lower: https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#flattening */

static cti_abi *abi_of(const canon *c, const cti_canon_options *o) { return o->pointer == CTI_VT_I64 ? &c->v->store.abi64 : &c->v->store.abi32; }

static ct_status layout_of(cti_layout *out, const canon *c, const cti_canon_options *o, cti_valtype type) {
  *out = (cti_layout){0};
  const cti_layout *layout = cti_abi_layout(abi_of(c, o), type);
  if (layout) *out = *layout;
  return c->v->error->status;
}

/* What goes into the module must be allocated there, what comes out of it lies in its memory. */
static ct_status check_needs(const canon *c, const cti_canon_options *o, const cti_func_type *func, const cti_core_sig *sig, bool lift) {
  cti_layout layout;
  for (uint32_t i = 0; i < func->param_count; i++) {
    CTI_TRY(layout_of(&layout, c, o, func->params[i].type));
    if (layout.holds) CTI_TRY(lift ? cti_canon_need_realloc(o, c->v) : cti_canon_need_memory(o, c->v));
  }
  if (sig->indirect_params) CTI_TRY(lift ? cti_canon_need_realloc(o, c->v) : cti_canon_need_memory(o, c->v));
  CTI_TRY(layout_of(&layout, c, o, func->result));
  if (layout.holds && !lift) CTI_TRY(cti_canon_need_realloc(o, c->v));
  bool returned_later = lift && o->is_async; /* by task.return, as a parameter */
  bool in_memory = returned_later ? layout.holds || layout.flat_count > CTI_MAX_FLAT_PARAMS : sig->indirect_result;
  return in_memory ? cti_canon_need_memory(o, c->v) : CT_OK;
}

static ct_status flatten(uint32_t *out, const canon *c, const cti_canon_options *o, const cti_func_type *func, bool lift) {
  cti_core_sig sig;
  cti_corevt types[CTI_MAX_FLAT_PARAMS + 1 + CTI_MAX_FLAT_RESULTS];
  cti_abi_variant variant = lift ? CTI_ABI_LIFT : CTI_ABI_LOWER;
  if (o->is_async) variant = !lift ? CTI_ABI_LOWER_ASYNC : o->has_callback ? CTI_ABI_LIFT_CALLBACK : CTI_ABI_LIFT_STACKFUL;
  CTI_TRY(cti_abi_signature(&sig, abi_of(c, o), func->params, func->param_count, func->result, variant));
  CTI_TRY(check_needs(c, o, func, &sig, lift));
  for (uint32_t i = 0; i < sig.param_count; i++) types[i] = sig.params[i];
  for (uint32_t i = 0; i < sig.result_count; i++) types[sig.param_count + i] = sig.results[i];
  return cti_types_func(out, &c->v->v->types, types, sig.param_count, sig.result_count);
}

static ct_status core_type_of(uint32_t *out, const canon *c, const cti_canon_options *o, const cti_func_type *func, bool lift) {
  if (!o->gc) return flatten(out, c, o, func, lift);
  *out = o->core_type;
  return cti_gc_abi_check(c->v, o, func);
}

static ct_status check_async(const canon *c, const cti_canon_options *o, const cti_func_type *func) {
  return o->is_async && !func->is_async ? refuse(c, "canonical option `async` needs an async function type") : CT_OK;
}

static ct_status wrong_core_type(const canon *c, uint32_t wanted, uint32_t found) {
  const cti_deftype *w = &c->v->v->types.types.items[wanted], *f = &c->v->v->types.types.items[found];
  cti_types_text wp = cti_valtypes_text(w->of.types, w->param_count, NULL), wr = cti_valtypes_text(w->of.types + w->param_count, w->result_count, NULL);
  cti_types_text fp = cti_valtypes_text(f->of.types, f->param_count, NULL), fr = cti_valtypes_text(f->of.types + f->param_count, f->result_count, NULL);
  if (cti_core_func_is(c->v, found, w->of.types, w->param_count, w->result_count))
    return refuse(c, "core function %u has the right parameters and results, but its type stands in a recursion group or is not final", c->of->func);
  return refuse(c, "core function %u does not have the lowered type of the function: %s -> %s was expected, %s -> %s was found", c->of->func, wp.text, wr.text,
                fp.text, fr.text);
}

static ct_status lift(const canon *c) {
  cti_scope *scope = cti_scope_current(c->v);
  cti_canon_options o;
  uint32_t type, wanted;
  CTI_TRY(cti_scope_type(&type, c->v, c->of->type, CTI_TYPE_FUNC, c->offset));
  CTI_TRY(cti_scope_check(c->v, scope, CTI_SORT_CORE_FUNC, c->of->func, c->offset));
  uint32_t found = scope->core_funcs.items[c->of->func];
  const cti_func_type *func = cti_type_at(&c->v->store, type)->of.func;
  CTI_TRY(cti_canon_options_read(&o, c->v, c->of, c->offset));
  CTI_TRY(cti_canon_options_check_lift(&o, c->v, found));
  CTI_TRY(check_async(c, &o, func));
  CTI_TRY(core_type_of(&wanted, c, &o, func, true));
  if (wanted != found) return wrong_core_type(c, wanted, found);
  return cti_vec_push(c->v->arena, &scope->funcs, type) ? CT_OK : CT_NOMEM;
}

static ct_status lower(const canon *c) {
  const cti_scope *scope = cti_scope_current(c->v);
  cti_canon_options o;
  uint32_t core;
  CTI_TRY(cti_scope_check(c->v, scope, CTI_SORT_FUNC, c->of->func, c->offset));
  const cti_func_type *func = cti_type_at(&c->v->store, scope->funcs.items[c->of->func])->of.func;
  CTI_TRY(cti_canon_options_read(&o, c->v, c->of, c->offset));
  CTI_TRY(cti_canon_options_check_lower(&o, c->v));
  CTI_TRY(check_async(c, &o, func));
  CTI_TRY(core_type_of(&core, c, &o, func, false));
  return push_core(c, core);
}

/* The result of the function that returns becomes the parameter of task.return. */
static ct_status task_return(const canon *c) {
  cti_canon_options o;
  cti_member result = {.type = CTI_VALTYPE_NONE};
  uint32_t core;
  CTI_TRY(cti_scope_valtype(&result.type, c->v, c->of->result, c->offset));
  if (cti_type_info_of_value(&c->v->store, result.type).flags & CTI_TYPE_BORROW)
    return refuse(c, "the result that `task.return` takes must not contain a borrow");
  CTI_TRY(cti_canon_options_read(&o, c->v, c->of, c->offset));
  if (o.has_realloc) return refuse(c, "canonical option `realloc` cannot be given to `task.return`");
  CTI_TRY(cti_canon_options_check_lower(&o, c->v));
  if (o.is_async) return refuse(c, "canonical option `async` cannot be given to `task.return`");
  cti_func_type func = {.param_count = cti_valtype_is_none(result.type) ? 0 : 1, .params = &result};
  CTI_TRY(core_type_of(&core, c, &o, &func, false));
  return push_core(c, core);
}

/* ---- resources */

static ct_status local_resource(cti_corevt *rep, const canon *c) {
  uint32_t id;
  CTI_TRY(cti_scope_type(&id, c->v, c->of->type, CTI_TYPE_RESOURCE, c->offset));
  *rep = cti_map_get_u64(&cti_scope_current(c->v)->representations, cti_type_at(&c->v->store, id)->of.resource.number);
  if (*rep != CTI_MAP_NONE) return CT_OK;
  return cti_fail(c->v->error, CT_COMP_RESOURCE, c->offset,
                  "type %u is not a local resource: only the component that defines a resource knows its representation", c->of->type);
}

static ct_status resource_new(const canon *c) {
  cti_corevt rep;
  CTI_TRY(local_resource(&rep, c));
  return define(c, (const cti_corevt[]){rep, CTI_VT_I32}, 1, 1);
}

static ct_status resource_rep(const canon *c) {
  cti_corevt rep;
  CTI_TRY(local_resource(&rep, c));
  return define(c, (const cti_corevt[]){CTI_VT_I32, rep}, 1, 1);
}

/* ---- threads */

static ct_status start_type(const cti_deftype **out, uint32_t *id, const canon *c) {
  const cti_scope *scope = cti_scope_current(c->v);
  CTI_TRY(cti_scope_check(c->v, scope, CTI_SORT_CORE_TYPE, c->of->type, c->offset));
  *id = scope->core_types.items[c->of->type];
  *out = *id == CTI_NO_TYPE ? NULL : &c->v->v->types.types.items[*id];
  if (!*out || (*out)->kind != CTI_COMPOSITE_FUNC)
    return refuse(c, "core type %u must be a function type, that of the function which the thread starts with", c->of->type);
  if ((*out)->param_count == 1 && (*out)->result_count == 0) return CT_OK;
  return refuse(c, "the function that a thread starts with must take one argument and return nothing");
}

/* A table of nullable function references, as shared as asked for. */
static ct_status check_start_table(const canon *c, bool shared) {
  const cti_scope *scope = cti_scope_current(c->v);
  CTI_TRY(cti_scope_check(c->v, scope, CTI_SORT_CORE_TABLE, c->of->table, c->offset));
  const cti_table_type *table = &scope->core_tables.items[c->of->table];
  cti_corevt element = CTI_VT_FUNCREF | (shared ? CTI_VT_SHARED : 0);
  if (table->element == element && table->limits.shared == shared) return CT_OK;
  return refuse(c, "core table %u must be a %stable of %s, it is one of %s", c->of->table, shared ? "shared " : "", cti_valtype_text(element, NULL).text,
                cti_valtype_text(table->element, NULL).text);
}

static ct_status thread_new_indirect(const canon *c) {
  const cti_deftype *start;
  uint32_t id;
  CTI_TRY(start_type(&start, &id, c));
  bool wide = start->of.types[0] == CTI_VT_I64 && cti_features_have(c->v->v->types.features, CTI_FEATURE_CM64);
  if (start->of.types[0] != CTI_VT_I32 && !wide) return refuse(c, "the function that a thread starts with must take an i32");
  cti_corevt closure = start->of.types[0];
  CTI_TRY(cti_scope_check(c->v, cti_scope_current(c->v), CTI_SORT_CORE_TABLE, c->of->table, c->offset));
  bool is_64 = cti_scope_current(c->v)->core_tables.items[c->of->table].limits.is_64;
  if (is_64) CTI_TRY(cti_require(c->v, CTI_FEATURE_CM64, c->offset, "a 64-bit table"));
  CTI_TRY(check_start_table(c, false));
  return define(c, (const cti_corevt[]){is_64 ? CTI_VT_I64 : CTI_VT_I32, closure, CTI_VT_I32}, 2, 1);
}

/* Defines a shared core function. A concrete reference in `types` has index 0, which is `id`. */
static ct_status define_shared(const canon *c, uint32_t id, const cti_corevt *types, uint32_t param_count) {
  cti_type_space space = {0};
  if (!cti_vec_push(c->v->arena, &space, id)) return CT_NOMEM;
  cti_subtype sub = {.kind = CTI_COMPOSITE_FUNC, .is_final = true, .shared = true, .super = UINT32_MAX, .describes = UINT32_MAX, .descriptor = UINT32_MAX};
  sub.types = types;
  sub.param_count = param_count;
  sub.result_count = 1;
  CTI_TRY(cti_types_add_group(&c->v->v->types, &space, &sub, 1, false, c->offset));
  return push_core(c, space.items[1]);
}

static ct_status spawn_type(uint32_t *id, const canon *c) {
  const cti_deftype *start;
  CTI_TRY(start_type(&start, id, c));
  if (!start->shared) return refuse(c, "the function that a thread starts with must be shared");
  return start->of.types[0] == CTI_VT_I32 ? CT_OK : refuse(c, "the function that a thread starts with must take an i32");
}

static ct_status thread_spawn_ref(const canon *c) {
  uint32_t id;
  CTI_TRY(spawn_type(&id, c));
  return define_shared(c, id, (const cti_corevt[]){CTI_VT_REF | CTI_VT_NULLABLE | CTI_VT_CONCRETE, CTI_VT_I32, CTI_VT_I32}, 2);
}

static ct_status thread_spawn_indirect(const canon *c) {
  uint32_t id;
  CTI_TRY(spawn_type(&id, c));
  CTI_TRY(cti_scope_check(c->v, cti_scope_current(c->v), CTI_SORT_CORE_TABLE, c->of->table, c->offset));
  if (cti_scope_current(c->v)->core_tables.items[c->of->table].limits.is_64) return refuse(c, "core table %u must be a 32-bit table", c->of->table);
  CTI_TRY(check_start_table(c, true));
  return define_shared(c, id, (const cti_corevt[]){CTI_VT_I32, CTI_VT_I32, CTI_VT_I32}, 2);
}

/* ---- immediates and rules that are the same for many */

static ct_status check_payload_type(cti_valtype *payload, const canon *c, cti_def_kind kind) {
  uint32_t id;
  CTI_TRY(cti_scope_type(&id, c->v, c->of->type, CTI_TYPE_VALUE, c->offset));
  const cti_def *def = cti_value_at(&c->v->store, id);
  const char *found = cti_value_describe(&c->v->store, cti_valtype_def(id));
  if (def->kind != kind) return refuse(c, "`%s` needs a %s type, type %u is %s%s", c->info->name, kind == CTI_DEF_STREAM ? "stream" : "future", c->of->type,
                                       cti_article(found), found);
  *payload = def->element;
  return CT_OK;
}

static ct_status check_slot(const canon *c) {
  cti_scope *scope = cti_scope_current(c->v);
  cti_corevt type = c->of->slot_type;
  if (type == CTI_VT_I64) CTI_TRY(cti_require(c->v, CTI_FEATURE_CM64, c->offset, "a 64-bit context"));
  if (type != CTI_VT_I32 && type != CTI_VT_I64) return refuse(c, "`%s` is of i32 or i64 alone", c->info->name);
  if (scope->context_type != CTI_VT_NONE && scope->context_type != type)
    return refuse(c, "`%s` must be of the type that the context had before in this component", c->info->name);
  scope->context_type = type;
  if (c->of->slot > 0) CTI_TRY(cti_require(c->v, CTI_FEATURE_CM_THREADING, c->offset, "a context slot other than 0"));
  return c->of->slot >= CTI_CONTEXT_SLOTS ? refuse(c, "`%s` has slots 0 and 1 alone, this is %u", c->info->name, c->of->slot) : CT_OK;
}

static ct_status check_flag(const canon *c, char part) {
  if (!c->of->flag) return CT_OK;
  if (part == 'a') return cti_require(c->v, CTI_FEATURE_CM_MORE_ASYNC_BUILTINS, c->offset, "an async cancellation");
  return cti_require(c->v, CTI_FEATURE_CM_LEGACY_NAMES, c->offset, "`cancellable`, which the component model dropped,");
}

static ct_status check_rule(const canon *c, const cti_canon_options *o, cti_valtype payload, char rule) {
  cti_layout layout;
  CTI_TRY(layout_of(&layout, c, o, payload));
  switch (rule) {
    case 'm': return cti_canon_need_memory(o, c->v);
    case 'M': return cti_valtype_is_none(payload) ? CT_OK : cti_canon_need_memory(o, c->v);
    case 'r': return cti_canon_need_realloc(o, c->v);
    case 'R': return layout.holds ? cti_canon_need_realloc(o, c->v) : CT_OK;
    case 's': return o->is_async ? refuse(c, "canonical option `async` cannot be given to `%s`", o->name) : CT_OK;
    default: return o->is_async ? CT_OK : cti_require(c->v, CTI_FEATURE_CM_MORE_ASYNC_BUILTINS, c->offset, "a synchronous read or write");
  }
}

/* The signature of a row, with the address type of its memory, and the type of its context slot. */
static ct_status define_signature(const canon *c, const cti_canon_options *o) {
  cti_corevt types[8];
  uint32_t count = 0, params = 0;
  for (const char *at = c->info->signature; *at; at++) {
    switch (*at) {
      case ':': params = count; break;
      case 'i': types[count++] = CTI_VT_I32; break;
      case 'l': types[count++] = CTI_VT_I64; break;
      case 'p': types[count++] = o->pointer; break;
      default: types[count++] = c->of->slot_type; /* v */
    }
  }
  if (!o->has_core_type) return define(c, types, params, count - params);
  if (cti_core_func_is(c->v, o->core_type, types, params, count - params)) return push_core(c, o->core_type);
  return refuse(c, "the type that `core-type` names is not that of `%s`", c->info->name);
}

/* Built-ins whose row says all. */
static ct_status regular(const canon *c) {
  cti_canon_options o = {.name = c->info->name, .offset = c->offset, .pointer = CTI_VT_I32};
  cti_valtype payload = CTI_VALTYPE_NONE;
  uint32_t id;
  for (const char *part = c->info->immediates; *part; part++) {
    switch (*part) {
      case 'R': CTI_TRY(cti_scope_type(&id, c->v, c->of->type, CTI_TYPE_RESOURCE, c->offset)); break;
      case 'S': CTI_TRY(check_payload_type(&payload, c, CTI_DEF_STREAM)); break;
      case 'U': CTI_TRY(check_payload_type(&payload, c, CTI_DEF_FUTURE)); break;
      case 'm': CTI_TRY(cti_canon_memory(&o.pointer, c->v, c->of->memory, c->offset)); break;
      case 'v': CTI_TRY(check_slot(c)); break;
      case 'a':
      case 'c': CTI_TRY(check_flag(c, *part)); break;
      case 'o':
        CTI_TRY(cti_canon_options_read(&o, c->v, c->of, c->offset));
        for (const char *rule = c->info->rules; *rule; rule++) CTI_TRY(check_rule(c, &o, payload, *rule));
        CTI_TRY(cti_canon_options_check_lower(&o, c->v));
        break;
      default: break; /* n, which `v` looks at */
    }
  }
  return define_signature(c, &o);
}

ct_status cti_validate_canon(cti_component_validator *v, const cti_canon *of, uint64_t offset) {
  const cti_scope *scope = cti_scope_current(v);
  canon c = {v, of, &cti_canons[of->kind], offset};
  CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_FUNCTIONS, (uint64_t)scope->funcs.count + scope->core_funcs.count + 1, offset, v->error));
  CTI_TRY(cti_require(v, (cti_feature)c.info->feature, offset, c.info->name));
  switch (of->kind) {
    case CTI_CANON_LIFT: return lift(&c);
    case CTI_CANON_LOWER: return lower(&c);
    case CTI_CANON_RESOURCE_NEW: return resource_new(&c);
    case CTI_CANON_RESOURCE_REP: return resource_rep(&c);
    case CTI_CANON_TASK_RETURN: return task_return(&c);
    case CTI_CANON_THREAD_NEW_INDIRECT: return thread_new_indirect(&c);
    case CTI_CANON_THREAD_SPAWN_REF: return thread_spawn_ref(&c);
    case CTI_CANON_THREAD_SPAWN_INDIRECT: return thread_spawn_indirect(&c);
    case CTI_CANON_THREAD_AVAILABLE_PARALLELISM: return define_shared(&c, 0, (const cti_corevt[]){CTI_VT_I32}, 0);
    default: return regular(&c);
  }
}

/* canon_options.c - reads and checks canonical options. Flows in: the list as written. Flows out: what is set, or the conflict.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#canonical-abi-options */
#include "component/canon_options.h"

#define refuse(o, v, ...) cti_fail((v)->error, CT_COMP_CANON, (o)->offset, __VA_ARGS__)

bool cti_core_func_is(const cti_component_validator *v, uint32_t id, const cti_corevt *types, uint32_t param_count, uint32_t result_count) {
  const cti_deftype *type = &v->v->types.types.items[id];
  if (type->kind != CTI_COMPOSITE_FUNC || type->param_count != param_count || type->result_count != result_count) return false;
  uint32_t count = param_count + result_count;
  return count == 0 || memcmp(type->of.types, types, count * sizeof *types) == 0;
}

ct_status cti_canon_memory(cti_corevt *pointer, const cti_component_validator *v, uint32_t index, uint64_t offset) {
  const cti_scope *scope = cti_scope_current(v);
  CTI_TRY(cti_scope_check(v, scope, CTI_SORT_CORE_MEMORY, index, offset));
  const cti_limits *memory = &scope->core_memories.items[index];
  if (memory->is_64) CTI_TRY(cti_require(v, CTI_FEATURE_CM64, offset, "a 64-bit memory"));
  if (memory->shared) return cti_fail(v->error, CT_COMP_CANON, offset, "core memory %u is shared, which the canonical ABI cannot use", index);
  *pointer = memory->is_64 ? CTI_VT_I64 : CTI_VT_I32;
  return CT_OK;
}

static ct_status need_core_func(uint32_t *out, const cti_component_validator *v, uint32_t index, uint64_t offset) {
  const cti_scope *scope = cti_scope_current(v);
  CTI_TRY(cti_scope_check(v, scope, CTI_SORT_CORE_FUNC, index, offset));
  *out = scope->core_funcs.items[index];
  return CT_OK;
}

static ct_status read_core_type(cti_canon_options *o, const cti_component_validator *v, uint32_t index) {
  const cti_scope *scope = cti_scope_current(v);
  CTI_TRY(cti_require(v, CTI_FEATURE_CM_GC, o->offset, "the canonical option core-type"));
  CTI_TRY(cti_scope_check(v, scope, CTI_SORT_CORE_TYPE, index, o->offset));
  o->core_type = scope->core_types.items[index];
  if (o->core_type != CTI_NO_TYPE && v->v->types.types.items[o->core_type].kind == CTI_COMPOSITE_FUNC) return CT_OK;
  return refuse(o, v, "canonical option core-type must name a core function type, core type %u is none", index);
}

static ct_status read_one(cti_canon_options *o, const cti_component_validator *v, const cti_canon_opt *option) {
  switch (option->kind) {
    case CTI_CANON_OPT_UTF8: o->encoding = CTI_ENCODING_UTF8; return CT_OK;
    case CTI_CANON_OPT_UTF16: o->encoding = CTI_ENCODING_UTF16; return CT_OK;
    case CTI_CANON_OPT_LATIN1_UTF16: o->encoding = CTI_ENCODING_COMPACT_UTF16; return CT_OK;
    case CTI_CANON_OPT_MEMORY: o->has_memory = true; return cti_canon_memory(&o->pointer, v, option->index, o->offset);
    case CTI_CANON_OPT_REALLOC: o->has_realloc = true; return CT_OK; /* checked when the memory is known */
    case CTI_CANON_OPT_POST_RETURN: o->has_post_return = true; o->post_return = option->index; return CT_OK;
    case CTI_CANON_OPT_ASYNC: o->is_async = true; return cti_require(v, CTI_FEATURE_CM_ASYNC, o->offset, "the canonical option async");
    case CTI_CANON_OPT_CALLBACK: o->has_callback = true; o->callback = option->index; return CT_OK;
    case CTI_CANON_OPT_CORE_TYPE: o->has_core_type = true; return read_core_type(o, v, option->index);
    case CTI_CANON_OPT_GC: o->gc = true; return cti_require(v, CTI_FEATURE_CM_GC, o->offset, "the canonical option gc");
    case CTI_CANON_OPT_COUNT: break;
  }
  return CT_OK;
}

/* Which options exclude each other: the encodings are one. */
static unsigned slot_of(cti_canon_opt_kind kind) { return kind <= CTI_CANON_OPT_LATIN1_UTF16 ? CTI_CANON_OPT_UTF8 : (unsigned)kind; }

static ct_status check_once(const cti_canon_options *o, const cti_component_validator *v, const cti_canon *canon, uint32_t at, int *seen) {
  cti_canon_opt_kind kind = canon->options[at].kind;
  int *slot = &seen[slot_of(kind)];
  if (*slot >= 0 && canon->options[*slot].kind != kind)
    return refuse(o, v, "canonical option `%s` conflicts with `%s`", cti_canon_opts[kind].name, cti_canon_opts[canon->options[*slot].kind].name);
  if (*slot >= 0) return refuse(o, v, "canonical option `%s` is given more than once", cti_canon_opts[kind].name);
  *slot = (int)at;
  return CT_OK;
}

static ct_status check_realloc(const cti_canon_options *o, const cti_component_validator *v, uint32_t index) {
  uint32_t type;
  cti_corevt p = o->pointer, types[] = {p, p, p, p, p};
  if (!o->has_memory) return refuse(o, v, "canonical option `realloc` needs `memory`");
  CTI_TRY(need_core_func(&type, v, index, o->offset));
  if (cti_core_func_is(v, type, types, 4, 1)) return CT_OK;
  const char *text = cti_vt_is_ref(p) || p == CTI_VT_I32 ? "[i32 i32 i32 i32] -> [i32]" : "[i64 i64 i64 i64] -> [i64]";
  return refuse(o, v, "canonical option `realloc` uses core function %u, which has an incorrect signature: %s was expected", index, text);
}

ct_status cti_canon_options_read(cti_canon_options *out, const cti_component_validator *v, const cti_canon *canon, uint64_t offset) {
  int seen[CTI_CANON_OPT_COUNT];
  for (unsigned i = 0; i < CTI_CANON_OPT_COUNT; i++) seen[i] = -1;
  *out = (cti_canon_options){.name = cti_canons[canon->kind].name, .offset = offset, .pointer = CTI_VT_I32};
  CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_OPTIONS, canon->option_count, offset, v->error));
  for (uint32_t i = 0; i < canon->option_count; i++) {
    CTI_TRY(check_once(out, v, canon, i, seen));
    CTI_TRY(read_one(out, v, &canon->options[i]));
  }
  if (out->has_callback && !out->is_async) return refuse(out, v, "canonical option `callback` needs `async`");
  if (out->is_async && out->has_post_return) return refuse(out, v, "canonical option `post-return` cannot be given with `async`");
  if (out->has_core_type && !out->gc) return refuse(out, v, "canonical option `core-type` needs `gc`");
  return out->has_realloc ? check_realloc(out, v, canon->options[seen[CTI_CANON_OPT_REALLOC]].index) : CT_OK;
}

ct_status cti_canon_need_memory(const cti_canon_options *o, const cti_component_validator *v) {
  return o->has_memory ? CT_OK : refuse(o, v, "canonical option `memory` is required");
}

ct_status cti_canon_need_realloc(const cti_canon_options *o, const cti_component_validator *v) {
  CTI_TRY(cti_canon_need_memory(o, v));
  return o->has_realloc ? CT_OK : refuse(o, v, "canonical option `realloc` is required");
}

ct_status cti_canon_options_check_lower(const cti_canon_options *o, const cti_component_validator *v) {
  if (o->has_post_return) return refuse(o, v, "canonical option `post-return` cannot be given to `%s`, which calls out of the core module", o->name);
  if (o->has_callback) return refuse(o, v, "canonical option `callback` cannot be given to `%s`, which calls out of the core module", o->name);
  if (o->gc && !o->has_core_type) return refuse(o, v, "canonical option `gc` needs `core-type` in `%s`", o->name);
  return CT_OK;
}

static ct_status check_post_return(const cti_canon_options *o, const cti_component_validator *v, uint32_t core_type) {
  uint32_t type;
  CTI_TRY(need_core_func(&type, v, o->post_return, o->offset));
  const cti_deftype *lifted = &v->v->types.types.items[core_type];
  if (cti_core_func_is(v, type, lifted->of.types + lifted->param_count, lifted->result_count, 0)) return CT_OK;
  return refuse(o, v, "canonical option `post-return` uses core function %u, which has an incorrect signature: it must take what the lifted function returns",
                o->post_return);
}

ct_status cti_canon_options_check_lift(cti_canon_options *o, const cti_component_validator *v, uint32_t core_type) {
  static const cti_corevt callback[] = {CTI_VT_I32, CTI_VT_I32, CTI_VT_I32, CTI_VT_I32};
  uint32_t type;
  if (o->has_post_return) CTI_TRY(check_post_return(o, v, core_type));
  if (o->is_async && !o->has_callback) CTI_TRY(cti_require(v, CTI_FEATURE_CM_ASYNC_STACKFUL, o->offset, "an async lift without a callback"));
  if (o->has_callback) {
    CTI_TRY(need_core_func(&type, v, o->callback, o->offset));
    if (!cti_core_func_is(v, type, callback, 3, 1))
      return refuse(o, v, "canonical option `callback` uses core function %u, which has an incorrect signature: [i32 i32 i32] -> [i32] was expected",
                    o->callback);
  }
  if (o->has_core_type) return refuse(o, v, "canonical option `core-type` cannot be given to `lift`");
  o->has_core_type = true;
  o->core_type = core_type;
  return CT_OK;
}

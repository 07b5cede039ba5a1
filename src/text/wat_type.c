/* cti_wat_type.c - types, uses of types and indices of core modules. https://webassembly.github.io/spec/core/text/types.html */
#include "text/wat_module.h"

/* ---- indices */

static const char *const space_names[CTI_WAT_SPACES] = {"func", "table", "memory", "global", "tag", "type", "elem segment", "data segment"};

static uint64_t space_key(cti_wat_space space, uint32_t ident) { return (uint64_t)space << 32 | ident; }

void cti_wat_declare(cti_wat_module *w, cti_wat_space space, cti_wat_ident ident) {
  uint32_t index = w->next[space]++;
  if (ident.number == CTI_WAT_NO_IDENT) return;
  bool added;
  if (cti_map_add_u64(&w->names, w->p->arena, space_key(space, ident.number), &index, &added) != CT_OK) return;
  if (!added) cti_wat_fail(w->p, ident.token, CT_TEXT_NAME, "duplicate %s identifier: `%.*s` stands for number %u already", space_names[space], CTI_S(cti_wat_slice(ident.token)), index);
}

void cti_wat_call_type(cti_wat_module *w, uint32_t ident, uint32_t index) { cti_map_set_u64(&w->names, w->p->arena, space_key(CTI_WAT_TYPE, ident), index); }

static uint32_t lookup(cti_wat_module *w, cti_wat_space space, cti_wat_token id) {
  uint32_t ident = cti_wat_ident_number(w->p, id);
  uint32_t index = ident == CTI_WAT_NO_IDENT ? CTI_MAP_NONE : cti_map_get_u64(&w->names, space_key(space, ident));
  if (index == CTI_MAP_NONE) cti_wat_fail(w->p, id, CT_TEXT_NAME, "unknown %s: no %s is called `%.*s`", space_names[space], space_names[space], CTI_S(cti_wat_slice(id)));
  return index;
}

uint32_t cti_wat_index(cti_wat_module *w, cti_wat_space space) {
  if (!cti_wat_at(w->p, CTI_WAT_ID)) return cti_wat_take_u32(w->p);
  uint32_t index = lookup(w, space, w->p->token);
  cti_wat_advance(w->p);
  return index;
}

uint32_t cti_wat_index_or(cti_wat_module *w, cti_wat_space space, uint32_t otherwise) { return cti_wat_at_index(w->p) ? cti_wat_index(w, space) : otherwise; }

/* ---- value types */

static const struct numtype {
  const char *name;
  cti_corevt type;
} numtypes[] = {{"i32", CTI_VT_I32}, {"i64", CTI_VT_I64}, {"f32", CTI_VT_F32}, {"f64", CTI_VT_F64}, {"v128", CTI_VT_V128}};

static const struct heaptype {
  const char *name, *shorthand;
  uint32_t code;
} heaptypes[] = {
#define CT_HEAPTYPE(symbol, name, shorthand) {name, shorthand, CTI_HEAP_##symbol},
#include "core/heaptypes.def"
#undef CT_HEAPTYPE
};

/* The type of a word such as funcref, 0 when it is none. */
static cti_corevt shorthand(cti_wat_token token) {
  if (token.kind != CTI_WAT_KEYWORD || token.size < 5) return 0;
  for (size_t i = 0; i < CTI_COUNT(heaptypes); i++)
    if (cti_slice_is(cti_wat_slice(token), heaptypes[i].shorthand)) return CTI_VT_REF | CTI_VT_NULLABLE | heaptypes[i].code;
  return 0;
}

static cti_corevt numtype(cti_wat_token token) {
  for (size_t i = 0; i < CTI_COUNT(numtypes) && token.kind == CTI_WAT_KEYWORD && token.size <= 4; i++)
    if (cti_slice_is(cti_wat_slice(token), numtypes[i].name)) return numtypes[i].type;
  return 0;
}

static cti_corevt abstract_heaptype(cti_wat_module *w) {
  for (size_t i = 0; i < CTI_COUNT(heaptypes); i++)
    if (cti_wat_take_word(w->p, heaptypes[i].name)) return CTI_VT_REF | heaptypes[i].code;
  cti_wat_expected(w->p, "a heap type");
  return CTI_VT_REF | CTI_HEAP_ANY;
}

cti_corevt cti_wat_heaptype(cti_wat_module *w) {
  cti_wat_parser *p = w->p;
  if (cti_wat_at_index(p)) return CTI_VT_REF | CTI_VT_CONCRETE | (cti_wat_index(w, CTI_WAT_TYPE) & CTI_VT_LOW);
  cti_corevt type;
  if (cti_wat_enter(p, "exact")) {
    type = CTI_VT_REF | CTI_VT_CONCRETE | CTI_VT_EXACT | (cti_wat_index(w, CTI_WAT_TYPE) & CTI_VT_LOW);
    cti_wat_leave(p);
  } else if (cti_wat_enter(p, "shared")) {
    type = abstract_heaptype(w) | CTI_VT_SHARED;
    cti_wat_leave(p);
  } else {
    type = abstract_heaptype(w);
  }
  return type;
}

bool cti_wat_at_reftype(cti_wat_module *w) { return shorthand(w->p->token) != 0 || cti_wat_at_group(w->p, "ref") || cti_wat_at_group(w->p, "shared"); }

cti_corevt cti_wat_reftype(cti_wat_module *w) {
  cti_wat_parser *p = w->p;
  cti_corevt type = shorthand(p->token);
  if (type) {
    cti_wat_advance(p);
    return type;
  }
  if (cti_wat_enter(p, "shared")) {
    type = shorthand(p->token) | CTI_VT_SHARED;
    if (type == CTI_VT_SHARED) cti_wat_expected(p, "a reference type such as funcref");
    cti_wat_advance(p);
  } else if (cti_wat_enter(p, "ref")) {
    bool nullable = cti_wat_take_word(p, "null");
    type = cti_wat_heaptype(w) | (nullable ? CTI_VT_NULLABLE : 0);
  } else {
    cti_wat_expected(p, "a reference type");
  }
  cti_wat_leave(p);
  return type;
}

cti_corevt cti_wat_valtype(cti_wat_module *w) {
  cti_corevt type = numtype(w->p->token);
  if (!type) {
    if (!cti_wat_at_reftype(w)) cti_wat_expected(w->p, "a value type");
    return cti_wat_reftype(w);
  }
  cti_wat_advance(w->p);
  return type;
}

static cti_corevt storage_type(cti_wat_module *w) {
  if (cti_wat_take_word(w->p, "i8")) return CTI_VT_I8;
  if (cti_wat_take_word(w->p, "i16")) return CTI_VT_I16;
  return cti_wat_valtype(w);
}

/* ---- function types */

static void params(cti_wat_module *w, bool with_names) {
  cti_wat_parser *p = w->p;
  while (cti_wat_more(p)) {
    cti_wat_ident ident = {.number = CTI_WAT_NO_IDENT};
    if (with_names) ident = cti_wat_take_ident(p);
    if (ident.name.data) cti_vec_push(p->arena, &w->use_params, ((cti_wat_param){w->use_types.count, ident}));
    cti_vec_push(p->arena, &w->use_types, cti_wat_valtype(w));
    if (ident.name.data) break;
    with_names = false; /* only the first of a group may have one */
  }
  cti_wat_leave(p);
}

/* (param ..)* (result ..)* into use_types and use_params. Gives whether any stands there. */
static bool signature(cti_wat_module *w, cti_wat_use *out, bool with_names) {
  cti_wat_parser *p = w->p;
  bool any = false;
  w->use_types.count = w->use_params.count = 0;
  for (; cti_wat_enter(p, "param"); any = true) params(w, with_names);
  out->param_count = w->use_types.count;
  for (; cti_wat_enter(p, "result"); any = true) {
    while (cti_wat_more(p)) cti_vec_push(p->arena, &w->use_types, cti_wat_valtype(w));
    cti_wat_leave(p);
  }
  if (cti_wat_at_group(p, "param")) cti_wat_fail(p, cti_wat_second(p), CT_TEXT_SYNTAX, "result before parameter: all (param ...) come before the first (result ...)");
  out->result_count = w->use_types.count - out->param_count;
  return any;
}


/* Params, results and where one ends and the other begins, as the bytes of a key that lives in the arena. */
static ct_slice make_key(cti_wat_module *w, const cti_corevt *types, uint32_t param_count, uint32_t count) {
  uint32_t *key = CTI_NEW_N(w->p->arena, uint32_t, count + 1);
  if (!key) return (ct_slice){NULL, 0};
  key[0] = param_count;
  if (count) memcpy(key + 1, types, count * sizeof *types);
  return cti_slice(key, ((size_t)count + 1) * sizeof *key);
}

void cti_wat_index_type(cti_wat_module *w, uint32_t type) {
  const cti_subtype *sub = &w->m.types.items[type];
  if (sub->kind != CTI_COMPOSITE_FUNC) return;
  ct_slice key = make_key(w, sub->types, sub->param_count, sub->param_count + sub->result_count);
  bool added;
  if (key.data && cti_map_add(&w->func_types, w->p->arena, key, &type, &added) != CT_OK) return;
}

static cti_corevt *copy_types(cti_wat_module *w, const cti_corevt *types, uint32_t count) {
  cti_corevt *copy = CTI_NEW_N(w->p->arena, cti_corevt, count);
  if (copy && count) memcpy(copy, types, count * sizeof *copy);
  return copy;
}

/* The type of what use_types holds: one that is there already, else a new one after all that the text defines. */
static uint32_t implicit_type(cti_wat_module *w, const cti_wat_use *use) {
  uint32_t index = w->m.types.count, count = use->param_count + use->result_count;
  ct_slice key = make_key(w, w->use_types.items, use->param_count, count);
  if (!key.data) return index;
  uint32_t known = cti_map_get(&w->func_types, key);
  if (known != CTI_MAP_NONE) return known;
  if (!w->in_module_type) cti_map_set(&w->func_types, w->p->arena, key, index);
  cti_subtype type = {.kind = CTI_COMPOSITE_FUNC, .is_final = true, .super = UINT32_MAX, .describes = UINT32_MAX, .descriptor = UINT32_MAX, .param_count = use->param_count, .result_count = use->result_count};
  type.types = copy_types(w, w->use_types.items, count);
  cti_vec_push(w->p->arena, &w->m.types, type);
  cti_vec_push(w->p->arena, &w->m.rec_groups, ((cti_rec_group){.first = index, .count = 1}));
  return index;
}

static void check_use(cti_wat_module *w, const cti_wat_use *use, cti_wat_token at) {
  if (w->in_module_type || use->type >= w->m.types.count) return; /* out of range: validation's */
  const cti_subtype *type = &w->m.types.items[use->type];
  bool same = type->kind == CTI_COMPOSITE_FUNC && type->param_count == use->param_count && type->result_count == use->result_count &&
              (w->use_types.count == 0 || memcmp(type->types, w->use_types.items, w->use_types.count * sizeof *type->types) == 0);
  if (!same) cti_wat_fail(w->p, at, CT_TEXT_NAME, "inline function type doesn't match type reference: the params and results written here are not those of type %u", use->type);
}

void cti_wat_type_use(cti_wat_module *w, cti_wat_use *out, bool with_names, bool for_block) {
  cti_wat_parser *p = w->p;
  *out = (cti_wat_use){.type = UINT32_MAX};
  cti_wat_token at = p->token;
  if (cti_wat_enter(p, "type")) {
    out->type = cti_wat_index(w, CTI_WAT_TYPE);
    cti_wat_leave(p);
    out->is_inline = signature(w, out, with_names);
    if (out->is_inline) check_use(w, out, at);
    return;
  }
  out->is_inline = signature(w, out, with_names);
  if (for_block && out->param_count == 0 && out->result_count <= 1) return;
  if (!cti_wat_failed(p)) out->type = implicit_type(w, out);
}

/* ---- definitions */

static cti_field field(cti_wat_module *w) {
  cti_field out = {0};
  if (cti_wat_enter(w->p, "mut")) {
    out = (cti_field){storage_type(w), true};
    cti_wat_leave(w->p);
  } else {
    out.type = storage_type(w);
  }
  return out;
}

static void name_field(cti_wat_module *w, uint32_t index, cti_wat_ident ident) {
  uint32_t type = w->m.types.count;
  bool added = true;
  uint32_t value = index;
  if (cti_map_add_u64(&w->field_names, w->p->arena, (uint64_t)type << 32 | ident.number, &value, &added) != CT_OK) return;
  if (!added) cti_wat_fail(w->p, ident.token, CT_TEXT_NAME, "duplicate field identifier: `%.*s`", CTI_S(cti_wat_slice(ident.token)));
  cti_wat_name_inner(w, CTI_NAME_FIELD, type, index, ident.name);
}

static void struct_type(cti_wat_module *w, cti_subtype *out) {
  cti_wat_parser *p = w->p;
  CTI_VEC(cti_field) fields = {0};
  while (cti_wat_more(p)) {
    cti_wat_expect_group(p, "field");
    if (cti_wat_at(p, CTI_WAT_ID)) {
      name_field(w, fields.count, cti_wat_take_ident(p));
      cti_vec_push(p->arena, &fields, field(w));
    }
    while (cti_wat_more(p)) cti_vec_push(p->arena, &fields, field(w));
    cti_wat_leave(p);
  }
  out->fields = fields.items;
  out->field_count = fields.count;
}

static void composite(cti_wat_module *w, cti_subtype *out) {
  cti_wat_parser *p = w->p;
  if (cti_wat_take_word(p, "func")) {
    cti_wat_use use;
    signature(w, &use, true);
    cti_wat_name_params(w, CTI_NAME_PARAM, w->m.types.count);
    out->param_count = use.param_count;
    out->result_count = use.result_count;
    out->types = copy_types(w, w->use_types.items, w->use_types.count);
  } else if (cti_wat_take_word(p, "struct")) {
    out->kind = CTI_COMPOSITE_STRUCT;
    struct_type(w, out);
  } else if (cti_wat_take_word(p, "array")) {
    out->kind = CTI_COMPOSITE_ARRAY;
    cti_field *fields = CTI_NEW(p->arena, cti_field);
    if (!fields) return;
    *fields = field(w);
    out->fields = fields;
    out->field_count = 1;
  } else if (cti_wat_take_word(p, "cont")) {
    out->kind = CTI_COMPOSITE_CONT;
    out->cont = cti_wat_index(w, CTI_WAT_TYPE);
  } else {
    cti_wat_expected(p, "`func`, `struct`, `array` or `cont`");
  }
}

/* `describes x` and `descriptor x` stand in groups of their own, each followed by the next group. */
static void described(cti_wat_module *w, cti_subtype *out) {
  cti_wat_parser *p = w->p;
  if (cti_wat_take_word(p, "describes")) {
    out->describes = cti_wat_index(w, CTI_WAT_TYPE);
    cti_wat_leave(p);
    cti_wat_expect(p, CTI_WAT_LEFT);
  }
  if (cti_wat_take_word(p, "descriptor")) {
    out->descriptor = cti_wat_index(w, CTI_WAT_TYPE);
    cti_wat_leave(p);
    cti_wat_expect(p, CTI_WAT_LEFT);
  }
  composite(w, out);
}

static void shared_or_not(cti_wat_module *w, cti_subtype *out) {
  out->shared = cti_wat_take_word(w->p, "shared");
  if (out->shared) cti_wat_expect(w->p, CTI_WAT_LEFT);
  described(w, out);
  if (out->shared) cti_wat_leave(w->p);
}

void cti_wat_subtype(cti_wat_module *w) {
  cti_wat_parser *p = w->p;
  cti_subtype out = {.is_final = true, .super = UINT32_MAX, .describes = UINT32_MAX, .descriptor = UINT32_MAX};
  cti_wat_expect(p, CTI_WAT_LEFT);
  if (cti_wat_take_word(p, "sub")) {
    out.is_final = cti_wat_take_word(p, "final");
    if (cti_wat_at_index(p)) {
      out.super = cti_wat_index(w, CTI_WAT_TYPE);
      out.super_count = 1;
    }
    cti_wat_expect(p, CTI_WAT_LEFT);
    shared_or_not(w, &out);
    cti_wat_leave(p);
  } else {
    shared_or_not(w, &out);
  }
  cti_wat_leave(p);
  out.written = !out.is_final || out.super_count;
  cti_vec_push(p->arena, &w->m.types, out);
}

static void index_type(cti_wat_module *w, cti_limits *out) {
  out->is_64 = cti_wat_take_word(w->p, "i64");
  if (!out->is_64) cti_wat_take_word(w->p, "i32");
}

void cti_wat_limits(cti_wat_module *w, cti_limits *out) {
  *out = (cti_limits){.page_log2 = 16};
  index_type(w, out);
  out->min = cti_wat_take_int(w->p, 64, false);
  out->has_max = cti_wat_at(w->p, CTI_WAT_INTEGER);
  if (out->has_max) out->max = cti_wat_take_int(w->p, 64, false);
}

uint32_t cti_wat_page_size(cti_wat_module *w, bool *written) {
  cti_wat_parser *p = w->p;
  *written = cti_wat_enter(p, "pagesize");
  if (!*written) return 16;
  cti_wat_token at = p->token;
  uint32_t size = cti_wat_take_u32(p), log2 = 0;
  cti_wat_leave(p);
  if (size == 0 || (size & (size - 1)) != 0) cti_wat_fail(p, at, CT_TEXT_SYNTAX, "invalid custom page size: %u is not a power of two", size);
  while (size >>= 1) log2++;
  return log2;
}

void cti_wat_memory_type(cti_wat_module *w, cti_limits *out) {
  cti_wat_limits(w, out);
  out->shared = cti_wat_take_word(w->p, "shared");
  out->page_log2 = cti_wat_page_size(w, &out->has_page_log2);
}

void cti_wat_table_type(cti_wat_module *w, cti_table_type *out) {
  bool shared = cti_wat_take_word(w->p, "shared");
  cti_wat_limits(w, &out->limits);
  out->limits.shared = shared;
  out->element = cti_wat_reftype(w);
}

void cti_wat_global_type(cti_wat_module *w, cti_global_type *out) {
  cti_wat_parser *p = w->p;
  *out = (cti_global_type){0};
  bool group = cti_wat_at(p, CTI_WAT_LEFT) && (cti_wat_is(cti_wat_second(p), "mut") || cti_wat_is(cti_wat_second(p), "shared"));
  bool shared_reference = group && cti_wat_is(cti_wat_second(p), "shared");
  if (shared_reference) { /* (shared funcref) is a type, (shared mut? t) tells of the global */
    cti_wat_place here = cti_wat_here(p);
    cti_wat_advance(p), cti_wat_advance(p);
    shared_reference = shorthand(p->token) != 0 && cti_wat_second(p).kind == CTI_WAT_RIGHT;
    cti_wat_go(p, here);
  }
  if (!group || shared_reference) {
    out->type = cti_wat_valtype(w);
    return;
  }
  cti_wat_advance(p);
  out->shared = cti_wat_take_word(p, "shared");
  out->is_mutable = cti_wat_take_word(p, "mut");
  out->type = cti_wat_valtype(w);
  cti_wat_leave(p);
}

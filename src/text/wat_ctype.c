/* wat_ctype.c - types of components in text: value, function, component, instance and resource types, core types, and aliases.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#type-definitions */
#include "text/wat_component.h"

/* ---- value types */

static cti_prim primitive(cti_wat_token token) {
  if (token.kind != CTI_WAT_KEYWORD) return CTI_PRIM_COUNT;
  if (cti_wat_is(token, "float32")) return CTI_PRIM_F32; /* older texts */
  if (cti_wat_is(token, "float64")) return CTI_PRIM_F64;
  return cti_prim_of_name(cti_wat_slice(token));
}

static const struct deftype {
  const char *word, *layout;
  cti_def_kind kind;
} deftypes[] = {
#define CT_DEFTYPE(symbol, code, name, layout) {name, layout, CTI_DEF_##symbol},
#include "component/deftypes.def"
#undef CT_DEFTYPE
};

static const struct deftype *deftype(cti_wat_token token) {
  for (size_t i = 0; i < CTI_COUNT(deftypes); i++)
    if (cti_wat_is(token, deftypes[i].word)) return &deftypes[i];
  return NULL;
}

bool cti_wat_at_valtype(cti_wat_builder *b) {
  cti_wat_parser *p = b->p;
  return cti_wat_at_index(p) || primitive(p->token) != CTI_PRIM_COUNT || (cti_wat_at(p, CTI_WAT_LEFT) && deftype(cti_wat_second(p)));
}

typedef struct members {
  CTI_VEC(cti_member) items;
} members;

/* The identifiers of cases name nothing, but each stands once. */
static void take_case_ident(cti_wat_parser *p, cti_map *seen) {
  cti_wat_ident ident = cti_wat_take_ident(p);
  uint32_t number = ident.number;
  bool added = true;
  if (number == CTI_WAT_NO_IDENT || cti_map_add_u64(seen, p->arena, number, &number, &added) != CT_OK) return;
  if (!added) cti_wat_fail(p, ident.token, CT_TEXT_NAME, "duplicate variant case identifier: `%.*s`", CTI_S(cti_wat_slice(ident.token)));
}

/* (field "a" t)*, (case $id? "a" t?)*, t* or "a"*, up to the end of the group. */
static void take_members(cti_wat_builder *b, cti_def *out, char layout) {
  cti_wat_parser *p = b->p;
  members all = {0};
  cti_map idents = {0};
  while (cti_wat_more(p)) {
    cti_member member = {.type = CTI_VALTYPE_NONE};
    bool group = layout == 'F' || layout == 'C';
    if (group) cti_wat_expect_group(p, layout == 'F' ? "field" : "case");
    if (layout == 'C') take_case_ident(p, &idents);
    if (layout != 'T') member.name = cti_wat_take_name(p);
    if (layout == 'F' || layout == 'T' || (layout == 'C' && cti_wat_more(p))) member.type = cti_wat_component_valtype(b);
    if (group) cti_wat_leave(p);
    cti_vec_push(p->arena, &all.items, member);
  }
  out->members = all.items.items;
  out->member_count = all.items.count;
}

static cti_valtype error_type(cti_wat_builder *b) {
  if (!cti_wat_enter(b->p, "error")) return CTI_VALTYPE_NONE;
  cti_valtype type = cti_wat_component_valtype(b);
  cti_wat_leave(b->p);
  return type;
}

/* After the parenthesis: what the table says of the constructor. */
static void defined_type(cti_wat_builder *b, cti_def *out) {
  cti_wat_parser *p = b->p;
  const struct deftype *row = deftype(p->token);
  *out = (cti_def){0};
  if (!row) {
    cti_wat_expected(p, "a type such as `record`, `list` or `result`");
    return;
  }
  cti_wat_advance(p);
  out->kind = row->kind;
  for (const char *part = row->layout; *part; part++) {
    switch (*part) {
    case 'e': out->element = cti_wat_component_valtype(b); break;
    case 'E': out->element = cti_wat_at_valtype(b) ? cti_wat_component_valtype(b) : CTI_VALTYPE_NONE; break;
    case 'k': out->key = cti_wat_component_valtype(b); break;
    case 'K': out->key = error_type(b); break;
    case 'r': out->resource = cti_wat_resolve(b, CTI_SORT_TYPE); break;
    default: take_members(b, out, *part);
    }
  }
  if (out->kind == CTI_DEF_LIST && cti_wat_at(p, CTI_WAT_INTEGER)) {
    out->kind = CTI_DEF_FIXED_LIST;
    out->length = cti_wat_take_u32(p);
  }
}

/* How deep types are written into each other is the machine's stack: bounded like scopes. */
static bool deeper(cti_wat_builder *b) {
  if (++b->scope->depth <= CTI_MAX_DEPTH) return true;
  cti_wat_fail(b->p, b->p->token, CT_LIMIT, "types are nested more than %d deep", CTI_MAX_DEPTH);
  return false;
}

cti_valtype cti_wat_component_valtype(cti_wat_builder *b) {
  cti_wat_parser *p = b->p;
  if (cti_wat_at_index(p)) return cti_valtype_def(cti_wat_resolve(b, CTI_SORT_TYPE));
  cti_prim prim = primitive(p->token);
  if (prim != CTI_PRIM_COUNT) {
    cti_wat_advance(p);
    return cti_valtype_prim(prim);
  }
  if (!cti_wat_at(p, CTI_WAT_LEFT)) {
    cti_wat_expected(p, "a value type");
    return CTI_VALTYPE_NONE;
  }
  cti_ctype type = {.kind = CTI_CTYPE_VALUE};
  cti_wat_advance(p);
  if (deeper(b)) defined_type(b, &type.value);
  b->scope->depth--;
  cti_wat_leave(p);
  if (cti_wat_failed(p)) return CTI_VALTYPE_NONE;
  return cti_valtype_def(cti_build_type(b->scope->c, &type));
}

/* ---- function, component, instance and resource types */

static void func_type(cti_wat_builder *b, cti_ctype *out) {
  cti_wat_parser *p = b->p;
  members params = {0};
  out->is_async = cti_wat_take_word(p, "async");
  while (cti_wat_enter(p, "param")) {
    cti_member param = {.name = cti_wat_take_name(p)};
    param.type = cti_wat_component_valtype(b);
    cti_vec_push(p->arena, &params.items, param);
    cti_wat_leave(p);
  }
  if (cti_wat_enter(p, "result")) {
    out->result = cti_wat_component_valtype(b);
    cti_wat_leave(p);
  }
  out->params = params.items.items;
  out->param_count = params.items.count;
}

static void type_decl(cti_wat_builder *b) {
  cti_ctype made;
  cti_wat_ident ident = cti_wat_take_ident(b->p);
  cti_wat_ctype(b, &made, ident.number);
  if (!cti_wat_failed(b->p)) cti_wat_define(b, CTI_SORT_TYPE, ident, cti_build_type(b->scope->c, &made));
}

static void extern_decl(cti_wat_builder *b, bool is_import) {
  cti_extern_name name;
  cti_externtype made;
  cti_wat_extern_name(b, &name);
  cti_wat_expect(b->p, CTI_WAT_LEFT);
  cti_wat_ident ident = cti_wat_externtype(b, &made, true);
  cti_wat_leave(b->p);
  if (cti_wat_failed(b->p)) return;
  cti_wat_define(b, made.sort, ident, is_import ? cti_build_import(b->scope->c, &name, made) : cti_build_type_export(b->scope->c, &name, made));
}

static void decl(cti_wat_builder *b, bool of_component) {
  cti_wat_parser *p = b->p;
  cti_wat_expect(p, CTI_WAT_LEFT);
  if (cti_wat_take_word(p, "type")) type_decl(b);
  else if (cti_wat_take_word(p, "alias")) cti_wat_alias(b);
  else if (cti_wat_take_word(p, "export")) extern_decl(b, false);
  else if (of_component && cti_wat_take_word(p, "import")) extern_decl(b, true);
  else if (cti_wat_take_word(p, "core")) {
    cti_wat_expect_word(p, "type");
    cti_wat_core_type(b, cti_wat_take_ident(p));
  } else {
    cti_wat_expected(p, of_component ? "`core`, `type`, `alias`, `import` or `export`" : "`core`, `type`, `alias` or `export`");
  }
  cti_wat_leave(p);
}

static void decls(cti_wat_builder *b, cti_ctype *out, uint32_t ident) {
  cti_wat_scope *scope = cti_wat_scope_open(b, ident, true);
  if (!scope) return;
  while (cti_wat_more(b->p)) decl(b, out->kind == CTI_CTYPE_COMPONENT);
  out->decls = scope->c;
  cti_wat_scope_close(b);
}

static void resource_type(cti_wat_builder *b, cti_ctype *out) {
  cti_wat_parser *p = b->p;
  cti_wat_expect_group(p, "rep");
  out->rep = cti_wat_core_valtype(b);
  cti_wat_leave(p);
  out->dtor = UINT32_MAX;
  if (!cti_wat_enter(p, "dtor")) return;
  out->dtor = cti_wat_core_ref(b, CTI_SORT_CORE_FUNC);
  cti_wat_leave(p);
}

/* What is between the keyword and the end of its group. */
static void type_content(cti_wat_builder *b, cti_ctype *out, uint32_t ident) {
  switch (out->kind) {
  case CTI_CTYPE_FUNC: func_type(b, out); break;
  case CTI_CTYPE_RESOURCE: resource_type(b, out); break;
  case CTI_CTYPE_COMPONENT: case CTI_CTYPE_INSTANCE: decls(b, out, ident); break;
  case CTI_CTYPE_VALUE: defined_type(b, &out->value); break;
  }
}

void cti_wat_ctype(cti_wat_builder *b, cti_ctype *out, uint32_t ident) {
  cti_wat_parser *p = b->p;
  *out = (cti_ctype){.kind = CTI_CTYPE_VALUE};
  cti_prim prim = primitive(p->token);
  if (prim != CTI_PRIM_COUNT) {
    out->value = (cti_def){.kind = CTI_DEF_ALIAS, .element = cti_valtype_prim(prim)};
    cti_wat_advance(p);
    return;
  }
  cti_wat_expect(p, CTI_WAT_LEFT);
  if (cti_wat_take_word(p, "func")) out->kind = CTI_CTYPE_FUNC;
  else if (cti_wat_take_word(p, "component")) out->kind = CTI_CTYPE_COMPONENT;
  else if (cti_wat_take_word(p, "instance")) out->kind = CTI_CTYPE_INSTANCE;
  else if (cti_wat_take_word(p, "resource")) out->kind = CTI_CTYPE_RESOURCE;
  type_content(b, out, ident);
  cti_wat_leave(p);
}

/* ---- uses */

/* "(type x)" or "(type x "export"...)", and not the declaration of a type. */
static bool at_type_ref(cti_wat_parser *p) {
  if (!cti_wat_at_group(p, "type")) return false;
  cti_wat_place here = cti_wat_here(p);
  cti_wat_enter(p, "type");
  bool found = cti_wat_at_index(p) && (cti_wat_second(p).kind == CTI_WAT_RIGHT || cti_wat_second(p).kind == CTI_WAT_STRING);
  cti_wat_go(p, here);
  return found;
}

uint32_t cti_wat_ctype_use(cti_wat_builder *b, cti_ctype_kind kind) {
  cti_wat_parser *p = b->p;
  if (at_type_ref(p)) {
    cti_wat_enter(p, "type");
    uint32_t index = cti_wat_ref(b, CTI_SORT_TYPE);
    cti_wat_leave(p);
    return index;
  }
  cti_ctype type = {.kind = kind};
  type_content(b, &type, CTI_WAT_NO_IDENT);
  return cti_wat_failed(p) ? 0 : cti_build_type(b->scope->c, &type);
}

static void type_bound(cti_wat_builder *b, cti_externtype *out) {
  cti_wat_parser *p = b->p;
  cti_wat_expect(p, CTI_WAT_LEFT);
  out->is_eq = cti_wat_take_word(p, "eq");
  if (out->is_eq) out->index = cti_wat_resolve(b, CTI_SORT_TYPE);
  else {
    cti_wat_expect_word(p, "sub");
    cti_wat_expect_word(p, "resource");
  }
  cti_wat_leave(p);
}

static cti_valtype value_type(cti_wat_builder *b) {
  cti_wat_parser *p = b->p;
  if (!at_type_ref(p)) return cti_wat_component_valtype(b);
  cti_wat_enter(p, "type");
  cti_valtype type = cti_valtype_def(cti_wat_ref(b, CTI_SORT_TYPE));
  cti_wat_leave(p);
  return type;
}

cti_wat_ident cti_wat_externtype(cti_wat_builder *b, cti_externtype *out, bool with_ident) {
  cti_wat_ident ident = {.number = CTI_WAT_NO_IDENT};
  *out = (cti_externtype){.sort = cti_wat_take_sort(b)};
  if (with_ident) ident = cti_wat_take_ident(b->p);
  switch (out->sort) {
  case CTI_SORT_CORE_MODULE: out->index = cti_wat_module_type_use(b); break;
  case CTI_SORT_FUNC: out->index = cti_wat_ctype_use(b, CTI_CTYPE_FUNC); break;
  case CTI_SORT_COMPONENT: out->index = cti_wat_ctype_use(b, CTI_CTYPE_COMPONENT); break;
  case CTI_SORT_INSTANCE: out->index = cti_wat_ctype_use(b, CTI_CTYPE_INSTANCE); break;
  case CTI_SORT_VALUE: out->value = value_type(b); break;
  case CTI_SORT_TYPE: type_bound(b, out); break;
  default: cti_wat_expected(b->p, "a type that an import or export can have");
  }
  return ident;
}

/* ---- core types */

/* The module that parses core types numbers them as this scope's index space does: other things in that space take a place there. */
static cti_wat_module *core_types(cti_wat_builder *b, uint32_t count) {
  cti_wat_module *core = b->scope->core;
  while (core->m.types.count < count && cti_vec_add(b->p->arena, &core->m.types)) core->m.types.items[core->m.types.count - 1].kind = CTI_COMPOSITE_STRUCT;
  core->next[CTI_WAT_TYPE] = core->m.types.count;
  return core;
}

cti_corevt cti_wat_core_valtype(cti_wat_builder *b) { return cti_wat_valtype(core_types(b, b->scope->c->count[CTI_SORT_CORE_TYPE])); }

static void take_subs(cti_wat_builder *b, const cti_wat_module *core, uint32_t first, cti_core_type_def *out) {
  out->kind = CTI_CORE_TYPE_REC;
  out->sub_count = core->m.types.count - first;
  out->subs = CTI_NEW_N(b->p->arena, cti_subtype, out->sub_count);
  if (out->subs && out->sub_count) memcpy(out->subs, core->m.types.items + first, out->sub_count * sizeof *out->subs);
}

/* A list of declarations under way. */
typedef struct module_decls {
  CTI_VEC(cti_module_decl) items;
  cti_wat_module *core;
} module_decls;

static void add_type_decl(cti_wat_builder *b, module_decls *all, uint32_t first, bool written) {
  cti_module_decl decl_ = {.kind = CTI_MODULE_DECL_TYPE, .type = CTI_NEW(b->p->arena, cti_core_type_def)};
  if (!decl_.type) return;
  take_subs(b, all->core, first, decl_.type);
  decl_.type->written = written;
  cti_vec_push(b->p->arena, &all->items, decl_);
}

/* What an import or export of a module type asks for. A type that it writes inline becomes a declaration before it. */
static void module_extern(cti_wat_builder *b, module_decls *all, cti_module_decl_kind kind) {
  cti_wat_parser *p = b->p;
  cti_module_decl decl_ = {.kind = kind};
  uint32_t first = all->core->m.types.count;
  if (kind == CTI_MODULE_DECL_IMPORT) decl_.import.module = cti_wat_take_name(p);
  decl_.import.name = cti_wat_take_name(p);
  all->core->in_module_type = true;
  cti_wat_import_type(all->core, &decl_.import.type);
  all->core->in_module_type = false;
  if (all->core->m.types.count > first) add_type_decl(b, all, first, false);
  cti_vec_push(p->arena, &all->items, decl_);
}

static void module_alias(cti_wat_builder *b, module_decls *all);

static void module_type_decl(cti_wat_builder *b, module_decls *all) {
  cti_wat_parser *p = b->p;
  cti_wat_module *core = all->core;
  uint32_t first = core->m.types.count;
  core->next[CTI_WAT_TYPE] = first;
  cti_wat_expect(p, CTI_WAT_LEFT);
  if (cti_wat_take_word(p, "type")) {
    cti_wat_declare(core, CTI_WAT_TYPE, cti_wat_take_ident(p));
    cti_wat_subtype(core);
    if (!cti_wat_failed(p)) cti_wat_index_type(core, first);
    add_type_decl(b, all, first, false);
  } else if (cti_wat_take_word(p, "rec")) {
    cti_wat_rec(core);
    add_type_decl(b, all, first, true);
  } else if (cti_wat_take_word(p, "import")) {
    module_extern(b, all, CTI_MODULE_DECL_IMPORT);
  } else if (cti_wat_take_word(p, "export")) {
    module_extern(b, all, CTI_MODULE_DECL_EXPORT);
  } else if (cti_wat_take_word(p, "alias")) {
    module_alias(b, all);
  } else {
    cti_wat_expected(p, "`type`, `rec`, `alias`, `import` or `export`");
  }
  cti_wat_leave(p);
}

/* Declarations up to the end of the group, in a scope of their own. */
static void module_type(cti_wat_builder *b, cti_core_type_def *out, uint32_t ident) {
  cti_wat_scope *scope = cti_wat_scope_open(b, ident, true);
  if (!scope) return;
  module_decls all = {.core = scope->core};
  while (cti_wat_more(b->p)) module_type_decl(b, &all);
  cti_wat_scope_close(b);
  *out = (cti_core_type_def){.kind = CTI_CORE_TYPE_MODULE, .decls = all.items.items, .decl_count = all.items.count};
}

void cti_wat_core_type(cti_wat_builder *b, cti_wat_ident ident) {
  cti_wat_parser *p = b->p;
  uint32_t index = b->scope->c->count[CTI_SORT_CORE_TYPE];
  cti_core_type_def type = {.kind = CTI_CORE_TYPE_REC};
  if (cti_wat_enter(p, "module")) {
    module_type(b, &type, ident.number);
    cti_wat_leave(p);
    cti_wat_define(b, CTI_SORT_CORE_TYPE, ident, index);
  } else { /* a core type may refer to itself */
    cti_wat_module *core = core_types(b, index);
    cti_wat_define(b, CTI_SORT_CORE_TYPE, ident, index);
    cti_wat_subtype(core);
    take_subs(b, core, index, &type);
  }
  if (!cti_wat_failed(p)) cti_build_core_type(b->scope->c, &type);
}

void cti_wat_core_rec(cti_wat_builder *b) {
  uint32_t first = b->scope->c->count[CTI_SORT_CORE_TYPE];
  cti_wat_module *core = core_types(b, first);
  cti_wat_rec(core);
  cti_core_type_def type = {.written = true};
  take_subs(b, core, first, &type);
  type.written = true;
  for (uint32_t i = 0; i < core->rec_idents.count; i++) cti_wat_define(b, CTI_SORT_CORE_TYPE, core->rec_idents.items[i], first + i);
  if (!cti_wat_failed(b->p)) cti_build_core_type(b->scope->c, &type);
}

uint32_t cti_wat_module_type_use(cti_wat_builder *b) {
  cti_wat_parser *p = b->p;
  if (at_type_ref(p)) {
    cti_wat_enter(p, "type");
    uint32_t index = cti_wat_resolve(b, CTI_SORT_CORE_TYPE);
    cti_wat_leave(p);
    return index;
  }
  cti_core_type_def type = {.kind = CTI_CORE_TYPE_MODULE};
  module_type(b, &type, CTI_WAT_NO_IDENT);
  return cti_wat_failed(p) ? 0 : cti_build_core_type(b->scope->c, &type);
}

/* ---- aliases */

/* After `outer`: how many scopes outward, by number or by the name of one, and what there. Both as numbers are taken as they are. */
static void outer(cti_wat_builder *b, uint32_t *count, cti_wat_token *what) {
  cti_wat_parser *p = b->p;
  *count = 0;
  if (cti_wat_at(p, CTI_WAT_ID)) {
    uint32_t ident = cti_wat_ident_number(p, p->token);
    const cti_wat_scope *scope = b->scope;
    for (; scope && scope->ident != ident; scope = scope->outer) ++*count;
    if (!scope) cti_wat_fail(p, p->token, CT_TEXT_NAME, "outer component `%.*s` not found: nothing around this is called so", CTI_S(cti_wat_slice(p->token)));
    else cti_wat_advance(p);
  } else {
    *count = cti_wat_take_u32(p);
  }
  *what = p->token;
  cti_wat_advance(p);
}

static uint32_t outer_index(cti_wat_builder *b, uint32_t count, cti_wat_token what, cti_sort sort) {
  cti_wat_parser *p = b->p;
  uint64_t number = 0;
  if (what.kind == CTI_WAT_INTEGER && cti_wat_integer(&number, cti_wat_slice(what), 32, false)) return (uint32_t)number;
  const cti_wat_scope *scope = b->scope;
  for (uint32_t i = 0; scope && i < count; i++) scope = scope->outer;
  if (!scope) return cti_wat_fail(p, what, CT_TEXT_NAME, "outer count of `%u` is too large", count), 0;
  uint32_t ident = what.kind == CTI_WAT_ID ? cti_wat_ident_number(p, what) : CTI_WAT_NO_IDENT;
  uint32_t index = ident == CTI_WAT_NO_IDENT ? CTI_MAP_NONE : cti_map_get_u64(&scope->names, (uint64_t)sort << 32 | ident);
  if (index == CTI_MAP_NONE) return cti_wat_fail(p, what, CT_TEXT_NAME, "unknown %s: nothing in that scope is called `%.*s`", cti_sorts[sort].text, CTI_S(cti_wat_slice(what))), 0;
  return index;
}

static void alias_outer(cti_wat_builder *b) {
  cti_wat_parser *p = b->p;
  uint32_t count;
  cti_wat_token what;
  outer(b, &count, &what);
  cti_wat_expect(p, CTI_WAT_LEFT);
  cti_sort sort = cti_wat_take_sort(b);
  cti_wat_ident ident = cti_wat_take_ident(p);
  cti_wat_leave(p);
  if (cti_wat_failed(p)) return;
  uint32_t index = outer_index(b, count, what, sort);
  cti_wat_define(b, sort, ident, cti_build_alias_outer(b->scope->c, sort, count, index));
}

static void alias_export(cti_wat_builder *b, bool core) {
  cti_wat_parser *p = b->p;
  uint32_t instance = cti_wat_resolve(b, core ? CTI_SORT_CORE_INSTANCE : CTI_SORT_INSTANCE);
  ct_slice name = cti_wat_take_name(p);
  cti_wat_expect(p, CTI_WAT_LEFT);
  cti_sort sort = cti_wat_take_sort(b);
  cti_wat_ident ident = cti_wat_take_ident(p);
  cti_wat_leave(p);
  if (cti_wat_failed(p)) return;
  cti_wat_define(b, sort, ident, core ? cti_build_alias_core_export(b->scope->c, sort, instance, name) : cti_build_alias_export(b->scope->c, sort, instance, name));
}

void cti_wat_alias(cti_wat_builder *b) {
  cti_wat_parser *p = b->p;
  if (cti_wat_take_word(p, "outer")) {
    alias_outer(b);
  } else if (cti_wat_take_word(p, "export")) {
    alias_export(b, false);
  } else {
    cti_wat_expect_word(p, "core");
    cti_wat_expect_word(p, "export");
    alias_export(b, true);
  }
}

/* (alias outer n x (type $id?)) inside of a module type: the one kind of alias there. */
static void module_alias(cti_wat_builder *b, module_decls *all) {
  cti_wat_parser *p = b->p;
  cti_module_decl decl_ = {.kind = CTI_MODULE_DECL_ALIAS};
  cti_wat_token what;
  cti_wat_expect_word(p, "outer");
  outer(b, &decl_.outer_count, &what);
  cti_wat_expect_group(p, "type");
  cti_wat_ident ident = cti_wat_take_ident(p);
  cti_wat_leave(p);
  if (cti_wat_failed(p)) return;
  decl_.outer_index = outer_index(b, decl_.outer_count, what, CTI_SORT_CORE_TYPE);
  cti_wat_declare(all->core, CTI_WAT_TYPE, ident);
  if (cti_vec_add(p->arena, &all->core->m.types)) cti_vec_last(&all->core->m.types)->kind = CTI_COMPOSITE_STRUCT;
  cti_vec_push(p->arena, &all->items, decl_);
}

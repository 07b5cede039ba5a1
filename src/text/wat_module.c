/* cti_wat_module.c - the fields of a core module. Flows in: tokens. Flows out: the module's binary form.
 * https://webassembly.github.io/spec/core/text/modules.html */
#include "text/wat_module.h"

#include "core/codes.h"
#include "core/core_write.h"

/* ---- first walk: where fields are, and which index each identifier has */

static cti_wat_space space_of(cti_wat_token keyword) {
  static const struct {
    const char *word;
    cti_wat_space space;
  } spaces[] = {{"func", CTI_WAT_FUNC}, {"table", CTI_WAT_TABLE}, {"memory", CTI_WAT_MEMORY}, {"global", CTI_WAT_GLOBAL}, {"tag", CTI_WAT_TAG}, {"type", CTI_WAT_TYPE}, {"elem", CTI_WAT_ELEM}, {"data", CTI_WAT_DATA}};
  for (size_t i = 0; i < CTI_COUNT(spaces); i++)
    if (cti_wat_is(keyword, spaces[i].word)) return spaces[i].space;
  return CTI_WAT_SPACES;
}

/* The keyword of what can be imported and exported. */
static bool take_extern_kind(cti_wat_parser *p, cti_wat_space *out) {
  *out = space_of(p->token);
  if (*out > CTI_WAT_TAG) cti_wat_expected(p, "`func`, `table`, `memory`, `global` or `tag`");
  else cti_wat_advance(p);
  return *out <= CTI_WAT_TAG;
}

static void skip_group_here(cti_wat_parser *p) {
  cti_wat_token opened = p->token;
  cti_wat_expect(p, CTI_WAT_LEFT);
  cti_wat_skip_rest(p, opened);
}

/* After `import`: one declaration for each item. In (item "a") (item "b") TYPE all have the type that comes last. */
static void declare_import(cti_wat_module *w) {
  cti_wat_parser *p = w->p;
  cti_wat_take_string(p);
  if (cti_wat_at(p, CTI_WAT_STRING)) cti_wat_take_string(p);
  uint32_t nameless = 0;
  while (cti_wat_at(p, CTI_WAT_LEFT) && !cti_wat_failed(p)) {
    cti_wat_token opened = p->token;
    bool is_item = cti_wat_enter(p, "item");
    if (is_item) cti_wat_take_string(p);
    if (is_item && cti_wat_take_word(p, ")")) nameless++;
    if (is_item && cti_wat_at(p, CTI_WAT_RIGHT)) {
      nameless++;
      cti_wat_advance(p);
      continue;
    }
    cti_wat_expect(p, CTI_WAT_LEFT);
    cti_wat_space space;
    if (!take_extern_kind(p, &space)) return;
    cti_wat_ident ident = cti_wat_take_ident(p);
    for (; nameless > 1; nameless--) cti_wat_declare(w, space, (cti_wat_ident){.number = CTI_WAT_NO_IDENT});
    nameless = 0;
    cti_wat_declare(w, space, ident);
    cti_wat_skip_rest(p, opened);
    if (is_item) cti_wat_leave(p);
  }
}

/* After `rec`: its types. */
static void declare_rec(cti_wat_module *w) {
  cti_wat_parser *p = w->p;
  while (cti_wat_more(p)) {
    cti_wat_token opened = p->token;
    cti_wat_expect_group(p, "type");
    cti_wat_declare(w, CTI_WAT_TYPE, cti_wat_take_ident(p));
    cti_wat_skip_rest(p, opened);
  }
}

/* A table or memory with its content inline declares a segment as well: (table funcref (elem ..)), (memory (data ..)). */
static void declare_inline_segment(cti_wat_module *w, cti_wat_space space) {
  cti_wat_parser *p = w->p;
  while (cti_wat_at_group(p, "export")) skip_group_here(p);
  if (cti_wat_at_group(p, "import")) return;
  cti_wat_space segment = space == CTI_WAT_TABLE ? CTI_WAT_ELEM : CTI_WAT_DATA;
  bool is_inline = false;
  while (cti_wat_more(p) && !cti_wat_at(p, CTI_WAT_INTEGER) && !is_inline) {
    is_inline = cti_wat_at_group(p, space == CTI_WAT_TABLE ? "elem" : "data");
    if (cti_wat_at(p, CTI_WAT_LEFT)) skip_group_here(p);
    else cti_wat_advance(p);
  }
  if (is_inline) cti_wat_declare(w, segment, (cti_wat_ident){.number = CTI_WAT_NO_IDENT});
}

static void declare_field(cti_wat_module *w) {
  cti_wat_parser *p = w->p;
  cti_wat_field field = {.opened = p->token};
  cti_wat_expect(p, CTI_WAT_LEFT);
  field.keyword = p->token;
  if (!cti_wat_at(p, CTI_WAT_KEYWORD) && !cti_wat_at(p, CTI_WAT_ANNOTATION)) {
    cti_wat_expected(p, "a field of a module, such as `func`");
    return;
  }
  cti_wat_advance(p);
  field.place = cti_wat_here(p);
  cti_wat_space space = space_of(field.keyword);
  field.is_type = space == CTI_WAT_TYPE;
  field.is_rec = cti_wat_is(field.keyword, "rec");
  cti_vec_push(p->arena, &w->fields, field);
  if (space < CTI_WAT_SPACES) {
    cti_wat_declare(w, space, cti_wat_take_ident(p));
    if (space == CTI_WAT_TABLE || space == CTI_WAT_MEMORY) declare_inline_segment(w, space);
  } else if (cti_wat_is(field.keyword, "import")) {
    declare_import(w);
  } else if (field.is_rec) {
    declare_rec(w);
  }
  cti_wat_skip_rest(p, field.opened);
  cti_wat_forget(p);
}

/* ---- second walk: types */

static void read_type(cti_wat_module *w) {
  cti_wat_ident ident = cti_wat_take_ident(w->p);
  cti_wat_name(w, CTI_NAME_TYPE, w->m.types.count, ident.name);
  cti_wat_subtype(w);
}

static void read_types(cti_wat_module *w) {
  cti_wat_parser *p = w->p;
  for (uint32_t i = 0; i < w->fields.count && !cti_wat_failed(p); i++) {
    const cti_wat_field *field = &w->fields.items[i];
    bool is_rec = field->is_rec;
    if (!is_rec && !field->is_type) continue; /* without a look at the text: it would be in memory again */
    cti_wat_go(p, field->place);
    cti_rec_group group = {.first = w->m.types.count, .count = 1, .written = is_rec};
    if (!is_rec) read_type(w);
    while (is_rec && cti_wat_enter(p, "type")) {
      read_type(w);
      cti_wat_leave(p);
    }
    cti_wat_leave(p);
    group.count = w->m.types.count - group.first;
    cti_vec_push(p->arena, &w->m.rec_groups, group);
    if (!is_rec && !cti_wat_failed(p)) cti_wat_index_type(w, group.first);
  }
}

/* For types outside of a module: their identifiers have no index yet. */
void cti_wat_rec(cti_wat_module *w) {
  cti_wat_parser *p = w->p;
  cti_wat_place start = cti_wat_here(p);
  w->rec_idents.count = 0;
  while (cti_wat_at(p, CTI_WAT_LEFT)) {
    cti_wat_token opened = p->token;
    cti_wat_expect_group(p, "type");
    cti_vec_push(p->arena, &w->rec_idents, cti_wat_take_ident(p));
    if (w->rec_idents.count) cti_wat_declare(w, CTI_WAT_TYPE, *cti_vec_last(&w->rec_idents));
    cti_wat_skip_rest(p, opened);
  }
  cti_wat_go(p, start);
  while (cti_wat_enter(p, "type")) {
    cti_wat_take_ident(p);
    cti_wat_subtype(w);
    cti_wat_leave(p);
  }
}

/* ---- third walk: everything else, in order */

static void add_export(cti_wat_module *w, cti_extern_kind kind, uint32_t index, ct_slice name) {
  cti_vec_push(w->p->arena, &w->m.exports, ((cti_export){.name = name, .kind = kind, .index = index}));
}

/* (export "name")* of the definition that is about to get the next index of its space. */
static void inline_exports(cti_wat_module *w, cti_extern_kind kind) {
  while (cti_wat_enter(w->p, "export")) {
    add_export(w, kind, w->given[kind], cti_wat_take_name(w->p));
    cti_wat_leave(w->p);
  }
}

static const cti_name_kind name_kinds[CTI_WAT_SPACES] = {CTI_NAME_FUNC, CTI_NAME_TABLE, CTI_NAME_MEMORY, CTI_NAME_GLOBAL, CTI_NAME_TAG, CTI_NAME_TYPE, CTI_NAME_ELEM, CTI_NAME_DATA};

static void given(cti_wat_module *w, cti_wat_space space, ct_slice name) {
  cti_wat_name(w, name_kinds[space], w->given[space], name);
  w->given[space]++;
}

/* What an import of `kind` asks for, up to the end of its group. */
static void extern_type(cti_wat_module *w, cti_extern_kind kind, cti_extern_type *out) {
  cti_wat_parser *p = w->p;
  cti_wat_use use;
  *out = (cti_extern_type){.kind = kind};
  switch (kind) {
  case CTI_EXTERN_FUNC:
    out->exact = cti_wat_enter(p, "exact");
    cti_wat_type_use(w, &use, true, false);
    out->type = use.type;
    if (out->exact) cti_wat_leave(p);
    break;
  case CTI_EXTERN_TABLE: cti_wat_table_type(w, &out->of.table); break;
  case CTI_EXTERN_MEMORY: cti_wat_memory_type(w, &out->of.memory); break;
  case CTI_EXTERN_GLOBAL: cti_wat_global_type(w, &out->of.global); break;
  default:
    cti_wat_type_use(w, &use, true, false);
    cti_wat_name_params(w, CTI_NAME_TAG_PARAM, w->given[CTI_WAT_TAG]);
    out->type = use.type;
  }
}

/* Imports come before all definitions of functions, tables, memories and globals. */
static void check_order(cti_wat_module *w, cti_wat_token at) {
  static const char *const names[] = {"function", "table", "memory", "global"};
  for (unsigned kind = 0; kind < CTI_COUNT(names); kind++)
    if (w->given[kind] > w->m.imported[kind]) cti_wat_fail(w->p, at, CT_TEXT_SYNTAX, "import after %s: imports come before all definitions", names[kind]);
}

static void add_import(cti_wat_module *w, cti_import import, ct_slice name) {
  cti_wat_parser *p = w->p;
  uint32_t index = w->m.imports.count;
  cti_vec_push(p->arena, &w->m.imports, import);
  switch (import.type.kind) {
  case CTI_EXTERN_FUNC: cti_vec_push(p->arena, &w->m.funcs, ((cti_func){.type = import.type.type, .import = index})); break;
  case CTI_EXTERN_TABLE: cti_vec_push(p->arena, &w->m.tables, ((cti_table){.type = import.type.of.table, .import = index})); break;
  case CTI_EXTERN_MEMORY: cti_vec_push(p->arena, &w->m.memories, ((cti_memory){.type = import.type.of.memory, .import = index})); break;
  case CTI_EXTERN_GLOBAL: cti_vec_push(p->arena, &w->m.globals, ((cti_global){.type = import.type.of.global, .import = index})); break;
  default: cti_vec_push(p->arena, &w->m.tags, ((cti_tag){.type = import.type.type, .import = index}));
  }
  w->m.imported[import.type.kind]++;
  given(w, (cti_wat_space)import.type.kind, name);
}

/* (import "module" "name") inside of a definition, which then is an import. */
static bool inline_import(cti_wat_module *w, cti_extern_kind kind, ct_slice name) {
  cti_wat_parser *p = w->p;
  cti_wat_token at = p->token;
  if (!cti_wat_enter(p, "import")) return false;
  check_order(w, at);
  cti_import import = {.form = CTI_IMPORT_SINGLE};
  import.module = cti_wat_take_name(p);
  import.name = cti_wat_take_name(p);
  cti_wat_leave(p);
  extern_type(w, kind, &import.type);
  add_import(w, import, name);
  return true;
}

/* "(kind $id type)" of an import. */
ct_slice cti_wat_import_type(cti_wat_module *w, cti_extern_type *out) {
  cti_wat_parser *p = w->p;
  cti_wat_expect(p, CTI_WAT_LEFT);
  cti_wat_space space;
  if (!take_extern_kind(p, &space)) return (ct_slice){NULL, 0};
  ct_slice name = cti_wat_take_ident(p).name;
  extern_type(w, (cti_extern_kind)space, out);
  cti_wat_leave(p);
  return name;
}

/* The compact forms: items with a type each, or names alone and one type for all.
 * https://github.com/WebAssembly/compact-import-section */
static void import_group(cti_wat_module *w, cti_import import) {
  cti_wat_parser *p = w->p;
  CTI_VEC(ct_slice) nameless = {0};
  import.group = w->m.imports.count + 1;
  import.form = CTI_IMPORT_SHARED_MODULE;
  if (!cti_wat_at_group(p, "item")) cti_wat_expected(p, "the name of the import, or (item ...)");
  while (cti_wat_enter(p, "item")) {
    import.name = cti_wat_take_name(p);
    if (cti_wat_at(p, CTI_WAT_RIGHT)) cti_vec_push(p->arena, &nameless, import.name);
    else {
      if (nameless.count) cti_wat_fail(p, p->token, CT_TEXT_SYNTAX, "unexpected import type: either each item has a type, or none");
      ct_slice name = cti_wat_import_type(w, &import.type);
      if (!cti_wat_failed(p)) add_import(w, import, name);
    }
    cti_wat_leave(p);
  }
  if (nameless.count == 0 || cti_wat_failed(p)) return;
  import.form = CTI_IMPORT_SHARED_TYPE;
  cti_wat_token at = p->token;
  if (cti_wat_import_type(w, &import.type).data) cti_wat_fail(p, at, CT_TEXT_SYNTAX, "identifier not allowed: this type is shared by several imports");
  for (uint32_t i = 0; i < nameless.count && !cti_wat_failed(p); i++) {
    import.name = nameless.items[i];
    add_import(w, import, (ct_slice){NULL, 0});
  }
}

static void read_import(cti_wat_module *w, cti_wat_token keyword) {
  cti_wat_parser *p = w->p;
  check_order(w, keyword);
  cti_import import = {.form = CTI_IMPORT_SINGLE};
  import.module = cti_wat_take_name(p);
  if (!cti_wat_at(p, CTI_WAT_STRING)) {
    import_group(w, import);
    return;
  }
  import.name = cti_wat_take_name(p);
  ct_slice name = cti_wat_import_type(w, &import.type);
  if (!cti_wat_failed(p)) add_import(w, import, name);
}

/* ---- functions */

static void name_local(cti_wat_module *w, cti_wat_ident ident) {
  cti_wat_name_inner(w, CTI_NAME_LOCAL, w->given[CTI_WAT_FUNC], w->local_count, ident.name);
  cti_wat_local_add(w, ident);
}

static void read_params(cti_wat_module *w, const cti_wat_use *use) {
  const cti_subtype *type = use->type < w->m.types.count ? &w->m.types.items[use->type] : NULL;
  uint32_t count = use->is_inline ? use->param_count : type ? type->param_count : 0;
  uint32_t named = 0;
  for (uint32_t i = 0; i < count; i++) {
    bool has_name = use->is_inline && named < w->use_params.count && w->use_params.items[named].index == i;
    name_local(w, has_name ? w->use_params.items[named++].ident : (cti_wat_ident){.number = CTI_WAT_NO_IDENT});
  }
}

static void read_locals(cti_wat_module *w) {
  cti_wat_parser *p = w->p;
  w->locals.count = 0;
  while (cti_wat_enter(p, "local")) {
    cti_wat_ident ident = cti_wat_more(p) ? cti_wat_take_ident(p) : (cti_wat_ident){.number = CTI_WAT_NO_IDENT};
    while (cti_wat_more(p)) {
      name_local(w, ident);
      cti_vec_push(p->arena, &w->locals, cti_wat_valtype(w));
      if (ident.name.data) break;
    }
    cti_wat_leave(p);
  }
}

/* Neighbours of one type are one run. */
static uint32_t run_length(const cti_wat_module *w, uint32_t at) {
  uint32_t end = at + 1;
  while (end < w->locals.count && w->locals.items[end] == w->locals.items[at]) end++;
  return end - at;
}

static void write_locals(cti_wat_module *w) {
  uint32_t runs = 0;
  for (uint32_t i = 0; i < w->locals.count; i += run_length(w, i)) runs++;
  cti_buf_uleb(&w->code, runs);
  for (uint32_t i = 0, length; i < w->locals.count; i += length) {
    length = run_length(w, i);
    cti_buf_uleb(&w->code, length);
    cti_write_valtype(&w->code, w->locals.items[i]);
  }
}

/* What debug information needs of a function whose keyword stands at `at`, before its instructions. */
static void record_func(cti_wat_module *w, const uint8_t *at) {
  if (!w->p->debug) return;
  cti_wat_func_place place = {.text = (uint32_t)(at - w->p->debug->text.data), .first = w->places.instrs.count};
  if (w->p->debug->style == CT_DWARF_FULL && w->locals.count) {
    ct_slice copy = cti_copy(w->p->arena, cti_slice(w->locals.items, w->locals.count * sizeof *w->locals.items));
    place.locals = (const cti_corevt *)(const void *)copy.data;
    place.local_count = copy.data ? w->locals.count : 0;
  }
  cti_vec_push(w->p->arena, &w->places.funcs, place);
}

static void read_func(cti_wat_module *w) {
  cti_wat_parser *p = w->p;
  const uint8_t *at = p->token.at;
  ct_slice name = cti_wat_take_ident(p).name;
  inline_exports(w, CTI_EXTERN_FUNC);
  if (inline_import(w, CTI_EXTERN_FUNC, name)) return;
  cti_wat_use use;
  cti_wat_type_use(w, &use, true, false);
  cti_wat_function_begin(w);
  w->in_body = true;
  read_params(w, &use);
  read_locals(w);
  cti_vec_push(p->arena, &w->body_at, w->code.size);
  write_locals(w);
  record_func(w, at);
  cti_wat_instructions(w);
  cti_buf_u8(&w->code, 0x0b);
  w->in_body = false;
  cti_vec_push(p->arena, &w->m.funcs, ((cti_func){.type = use.type, .import = UINT32_MAX}));
  given(w, CTI_WAT_FUNC, name);
}

/* ---- segments */

static cti_expr zero_of(cti_wat_module *w, bool is_64) { return cti_wat_expr_of_op(w, is_64 ? CTI_OP_I64_CONST : CTI_OP_I32_CONST, 0); }

static void elem_funcs(cti_wat_module *w, cti_elem *out) {
  CTI_VEC(uint32_t) funcs = {0};
  while (cti_wat_more(w->p)) cti_vec_push(w->p->arena, &funcs, cti_wat_index(w, CTI_WAT_FUNC));
  out->type = CTI_VT_FUNCREF;
  out->funcs = funcs.items;
  out->count = funcs.count;
}

static void elem_exprs(cti_wat_module *w, cti_elem *out, cti_corevt type) {
  CTI_VEC(cti_expr) exprs = {0};
  while (cti_wat_more(w->p)) {
    if (cti_wat_at_index(w->p)) cti_vec_push(w->p->arena, &exprs, cti_wat_expr_of_op(w, CTI_OP_REF_FUNC, cti_wat_index(w, CTI_WAT_FUNC)));
    else cti_vec_push(w->p->arena, &exprs, cti_wat_group_or_folded(w, "item"));
  }
  out->is_exprs = true;
  out->type = type;
  out->exprs = exprs.items;
  out->count = exprs.count;
}

/* The form in which the segment is written. A table that was left out stays so where the form allows it. */
static void add_elem(cti_wat_module *w, cti_elem elem, bool has_table, ct_slice name) {
  elem.flags = elem.is_exprs ? CTI_ELEM_EXPRS : 0;
  if (elem.mode != CTI_SEGMENT_ACTIVE) elem.flags |= CTI_ELEM_NOT_ACTIVE | (elem.mode == CTI_SEGMENT_DECLARED ? CTI_ELEM_EXPLICIT : 0);
  else if (has_table || (elem.is_exprs && elem.type != CTI_VT_FUNCREF)) elem.flags |= CTI_ELEM_EXPLICIT;
  cti_vec_push(w->p->arena, &w->m.elems, elem);
  given(w, CTI_WAT_ELEM, name);
}

/* Gives whether the table was written. */
static bool elem_mode(cti_wat_module *w, cti_elem *out, bool *may_omit_func) {
  cti_wat_parser *p = w->p;
  bool has_table = false;
  out->mode = CTI_SEGMENT_PASSIVE;
  if (cti_wat_take_word(p, "declare")) out->mode = CTI_SEGMENT_DECLARED;
  else if (cti_wat_at(p, CTI_WAT_INTEGER) || (cti_wat_at(p, CTI_WAT_LEFT) && !cti_wat_at_reftype(w))) {
    out->mode = CTI_SEGMENT_ACTIVE;
    has_table = cti_wat_at(p, CTI_WAT_INTEGER) || cti_wat_at_group(p, "table");
    *may_omit_func = !cti_wat_at_group(p, "table");
    if (cti_wat_enter(p, "table")) {
      out->table = cti_wat_index(w, CTI_WAT_TABLE);
      cti_wat_leave(p);
    } else if (has_table) {
      out->table = cti_wat_take_u32(p);
    }
    out->offset_expr = cti_wat_group_or_folded(w, "offset");
  }
  return has_table;
}

static void read_elem(cti_wat_module *w) {
  cti_elem elem = {0};
  bool may_omit_func = false;
  ct_slice name = cti_wat_take_ident(w->p).name;
  bool has_table = elem_mode(w, &elem, &may_omit_func);
  if (cti_wat_take_word(w->p, "func")) elem_funcs(w, &elem);
  else if (cti_wat_at_reftype(w) || !may_omit_func) elem_exprs(w, &elem, cti_wat_reftype(w));
  else elem_funcs(w, &elem);
  add_elem(w, elem, has_table, name);
}

static void add_data(cti_wat_module *w, cti_data data, ct_slice name) {
  data.flags = data.mode == CTI_SEGMENT_PASSIVE ? 1 : data.memory ? 2 : 0;
  cti_vec_push(w->p->arena, &w->m.datas, data);
  given(w, CTI_WAT_DATA, name);
}

/* (WORD (offset ...)) and ((offset ...)) are told by the keyword; else one folded instruction. */
static void read_data(cti_wat_module *w) {
  cti_wat_parser *p = w->p;
  cti_data data = {.mode = CTI_SEGMENT_PASSIVE};
  ct_slice name = cti_wat_take_ident(p).name;
  if (cti_wat_at(p, CTI_WAT_INTEGER) || cti_wat_at(p, CTI_WAT_LEFT)) {
    data.mode = CTI_SEGMENT_ACTIVE;
    if (cti_wat_at(p, CTI_WAT_INTEGER)) data.memory = cti_wat_take_u32(p);
    else if (cti_wat_enter(p, "memory")) {
      data.memory = cti_wat_index(w, CTI_WAT_MEMORY);
      cti_wat_leave(p);
    }
    data.offset_expr = cti_wat_group_or_folded(w, "offset");
  }
  data.bytes = cti_wat_take_strings(p);
  add_data(w, data, name);
}

/* ---- tables, memories, globals, tags */

static void table_with_elem(cti_wat_module *w, cti_table *table) {
  cti_wat_parser *p = w->p;
  cti_limits *limits = &table->type.limits;
  *limits = (cti_limits){.has_max = true, .page_log2 = 16, .shared = cti_wat_take_word(p, "shared")};
  limits->is_64 = cti_wat_take_word(p, "i64");
  if (!limits->is_64) cti_wat_take_word(p, "i32");
  table->type.element = cti_wat_reftype(w);
  cti_wat_expect_group(p, "elem");
  cti_elem elem = {.mode = CTI_SEGMENT_ACTIVE, .table = w->given[CTI_WAT_TABLE], .offset_expr = zero_of(w, limits->is_64)};
  if (cti_wat_at(p, CTI_WAT_LEFT) || table->type.element != CTI_VT_FUNCREF) elem_exprs(w, &elem, table->type.element);
  else elem_funcs(w, &elem);
  cti_wat_leave(p);
  limits->min = limits->max = elem.count;
  add_elem(w, elem, true, (ct_slice){NULL, 0});
}

/* Does a reference type stand where limits could? Then the content is inline. */
static bool table_is_inline(cti_wat_module *w) {
  cti_wat_parser *p = w->p;
  cti_wat_place here = cti_wat_here(p);
  cti_wat_take_word(p, "shared");
  if (!cti_wat_take_word(p, "i64")) cti_wat_take_word(p, "i32");
  bool is_inline = !cti_wat_at(p, CTI_WAT_INTEGER);
  cti_wat_go(p, here);
  return is_inline;
}

static void read_table(cti_wat_module *w) {
  cti_wat_parser *p = w->p;
  ct_slice name = cti_wat_take_ident(p).name;
  inline_exports(w, CTI_EXTERN_TABLE);
  if (inline_import(w, CTI_EXTERN_TABLE, name)) return;
  cti_table table = {.import = UINT32_MAX};
  if (table_is_inline(w)) {
    table_with_elem(w, &table);
  } else {
    cti_wat_table_type(w, &table.type);
    if (cti_wat_more(p)) table.init = cti_wat_expr(w, false);
  }
  cti_vec_push(p->arena, &w->m.tables, table);
  given(w, CTI_WAT_TABLE, name);
}

static void memory_with_data(cti_wat_module *w, cti_limits *limits) {
  cti_wat_parser *p = w->p;
  *limits = (cti_limits){.has_max = true};
  limits->is_64 = cti_wat_take_word(p, "i64");
  if (!limits->is_64) cti_wat_take_word(p, "i32");
  limits->page_log2 = cti_wat_page_size(w, &limits->has_page_log2);
  cti_wat_expect_group(p, "data");
  cti_data data = {.mode = CTI_SEGMENT_ACTIVE, .memory = w->given[CTI_WAT_MEMORY], .offset_expr = zero_of(w, limits->is_64), .bytes = cti_wat_take_strings(p)};
  cti_wat_leave(p);
  uint64_t page = (uint64_t)1 << limits->page_log2;
  limits->min = limits->max = (data.bytes.size + page - 1) / page;
  add_data(w, data, (ct_slice){NULL, 0});
}

static bool memory_is_inline(cti_wat_module *w) {
  cti_wat_token first = w->p->token, second = cti_wat_second(w->p);
  return first.kind == CTI_WAT_LEFT || ((cti_wat_is(first, "i32") || cti_wat_is(first, "i64")) && second.kind == CTI_WAT_LEFT);
}

static void read_memory(cti_wat_module *w) {
  cti_wat_parser *p = w->p;
  ct_slice name = cti_wat_take_ident(p).name;
  inline_exports(w, CTI_EXTERN_MEMORY);
  if (inline_import(w, CTI_EXTERN_MEMORY, name)) return;
  cti_memory memory = {.import = UINT32_MAX};
  if (memory_is_inline(w)) memory_with_data(w, &memory.type);
  else cti_wat_memory_type(w, &memory.type);
  cti_vec_push(p->arena, &w->m.memories, memory);
  given(w, CTI_WAT_MEMORY, name);
}

static void read_global(cti_wat_module *w) {
  cti_wat_parser *p = w->p;
  ct_slice name = cti_wat_take_ident(p).name;
  inline_exports(w, CTI_EXTERN_GLOBAL);
  if (inline_import(w, CTI_EXTERN_GLOBAL, name)) return;
  cti_global global = {.import = UINT32_MAX};
  cti_wat_global_type(w, &global.type);
  global.init = cti_wat_expr(w, false);
  cti_vec_push(p->arena, &w->m.globals, global);
  given(w, CTI_WAT_GLOBAL, name);
}

static void read_tag(cti_wat_module *w) {
  cti_wat_parser *p = w->p;
  ct_slice name = cti_wat_take_ident(p).name;
  inline_exports(w, CTI_EXTERN_TAG);
  if (inline_import(w, CTI_EXTERN_TAG, name)) return;
  cti_wat_use use;
  cti_wat_type_use(w, &use, true, false);
  cti_wat_name_params(w, CTI_NAME_TAG_PARAM, w->given[CTI_WAT_TAG]);
  cti_vec_push(p->arena, &w->m.tags, ((cti_tag){.type = use.type, .import = UINT32_MAX}));
  given(w, CTI_WAT_TAG, name);
}

static void read_export(cti_wat_module *w) {
  cti_wat_parser *p = w->p;
  ct_slice name = cti_wat_take_name(p);
  cti_wat_expect(p, CTI_WAT_LEFT);
  cti_wat_space space;
  if (!take_extern_kind(p, &space)) return;
  add_export(w, (cti_extern_kind)space, cti_wat_index(w, space), name);
  cti_wat_leave(p);
}

static void read_start(cti_wat_module *w, cti_wat_token keyword) {
  if (w->m.start != UINT32_MAX) cti_wat_fail(w->p, keyword, CT_TEXT_SYNTAX, "multiple start sections: a module starts with one function at most");
  w->m.start = cti_wat_index(w, CTI_WAT_FUNC);
}

static void read_field(cti_wat_module *w, const cti_wat_field *field) {
  static const struct {
    const char *word;
    void (*read)(cti_wat_module *w);
  } readers[] = {{"func", read_func}, {"table", read_table}, {"memory", read_memory}, {"global", read_global}, {"tag", read_tag}, {"elem", read_elem}, {"data", read_data}, {"export", read_export}};
  cti_wat_parser *p = w->p;
  if (field->is_type || field->is_rec) return;
  cti_wat_go(p, field->place);
  size_t i = 0;
  while (i < CTI_COUNT(readers) && !cti_wat_is(field->keyword, readers[i].word)) i++;
  if (i < CTI_COUNT(readers)) readers[i].read(w);
  else if (cti_wat_is(field->keyword, "import")) read_import(w, field->keyword);
  else if (cti_wat_is(field->keyword, "start")) read_start(w, field->keyword);
  else if (field->keyword.kind == CTI_WAT_ANNOTATION) cti_wat_custom_field(w, cti_wat_slice(field->keyword));
  else cti_wat_fail(p, field->keyword, CT_TEXT_SYNTAX, "expected valid module field, found `%.*s`", CTI_S(cti_slice_cut(cti_wat_slice(field->keyword), 0, 60)));
  cti_wat_leave(p);
  cti_wat_forget(p);
}

/* ---- all together */

/* Bodies lie one after the other in `code`, which no longer moves. */
static void place_bodies(cti_wat_module *w) {
  for (uint32_t i = 0; i < w->body_at.count; i++) {
    size_t end = i + 1 < w->body_at.count ? w->body_at.items[i + 1] : w->code.size;
    w->m.funcs.items[w->m.imported[CTI_EXTERN_FUNC] + i].body = cti_slice_cut(cti_buf_slice(&w->code), w->body_at.items[i], end);
  }
}

static ct_status parse(cti_wat_module *w, cti_buf *out) {
  cti_wat_parser *p = w->p;
  if (p->ops.count == 0) CTI_TRY(cti_op_map(&p->ops, p->arena));
  cti_wat_place after = cti_wat_here(p);
  while (cti_wat_more(p)) declare_field(w);
  after = cti_wat_here(p);
  read_types(w);
  for (uint32_t i = 0; i < w->fields.count && !cti_wat_failed(p); i++) read_field(w, &w->fields.items[i]);
  CTI_TRY(cti_wat_status(p));
  cti_wat_go(p, after);
  CTI_TRY(cti_buf_check(&w->code, p->arena->error));
  CTI_TRY(cti_buf_check(&w->pending, p->arena->error));
  place_bodies(w);
  cti_wat_finish_sections(w);
  CTI_TRY(cti_wat_status(p));
  cti_module_encode(&w->m, out);
  return CT_OK;
}

ct_status cti_wat_module_fields(cti_wat_parser *p, cti_wat_ident ident, cti_buf *out) {
  cti_wat_module *w = CTI_NEW(p->arena, cti_wat_module);
  if (!w) return cti_wat_status(p);
  w->p = p;
  w->m.arena = p->arena;
  w->m.start = w->m.data_count = UINT32_MAX;
  w->module_name = ident.name;
  ct_status status = parse(w, out);
  ct_buf_free(&w->code);
  ct_buf_free(&w->pending);
  return status;
}

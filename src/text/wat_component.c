/* wat_component.c - scopes, names and fields of components. Flows in: tokens. Flows out: items of a cti_component, then its binary form. */
#include "text/wat_component.h"

#include "component/codec.h"

/* ---- scopes and names */

cti_wat_scope *cti_wat_scope_open(cti_wat_builder *b, uint32_t ident, bool in_type) {
  cti_wat_parser *p = b->p;
  cti_wat_scope *scope = CTI_NEW(p->arena, cti_wat_scope);
  cti_component *c = CTI_NEW(p->arena, cti_component);
  cti_wat_module *core = CTI_NEW(p->arena, cti_wat_module);
  if (!scope || !c || !core) return NULL;
  cti_component_init(c, p->arena);
  core->p = p;
  core->m.arena = p->arena;
  *scope = (cti_wat_scope){.outer = b->scope, .c = c, .in_type = in_type, .ident = ident, .depth = b->scope ? b->scope->depth + 1 : 0, .core = core};
  if (scope->depth > CTI_MAX_DEPTH) {
    cti_wat_fail(p, p->token, CT_LIMIT, "components and types are nested more than %d deep", CTI_MAX_DEPTH);
    return NULL;
  }
  b->scope = scope;
  return scope;
}

void cti_wat_scope_close(cti_wat_builder *b) { b->scope = b->scope->outer; }

static uint64_t name_key(cti_sort sort, uint32_t ident) { return (uint64_t)sort << 32 | ident; }

void cti_wat_define(cti_wat_builder *b, cti_sort sort, cti_wat_ident ident, uint32_t index) {
  cti_wat_parser *p = b->p;
  cti_wat_scope *scope = b->scope;
  if (ident.name.data && !scope->in_type) cti_vec_push(p->arena, &scope->namings[sort].names, ((cti_naming){index, ident.name}));
  if (ident.number == CTI_WAT_NO_IDENT) return;
  bool added;
  uint32_t there = index;
  if (cti_map_add_u64(&scope->names, p->arena, name_key(sort, ident.number), &there, &added) != CT_OK) return;
  if (!added) cti_wat_fail(p, ident.token, CT_TEXT_NAME, "duplicate %s identifier: `%.*s` stands for number %u already", cti_sorts[sort].text, CTI_S(cti_wat_slice(ident.token)), there);
  if (sort == CTI_SORT_CORE_TYPE) cti_wat_call_type(scope->core, ident.number, index);
}

static bool may_be_outer(cti_sort sort) { return sort == CTI_SORT_CORE_MODULE || sort == CTI_SORT_CORE_TYPE || sort == CTI_SORT_TYPE || sort == CTI_SORT_COMPONENT; }

static uint32_t outer_name(cti_wat_builder *b, cti_sort sort, uint32_t count, uint32_t index) {
  cti_wat_parser *p = b->p;
  if (!may_be_outer(sort) || !b->scope->c) return cti_wat_fail(p, p->token, CT_TEXT_NAME, "outer item `%.*s` is not a module, type, or component", CTI_S(cti_wat_slice(p->token))), 0;
  return cti_build_alias_outer(b->scope->c, sort, count, index); /* the next use makes another one, as in the reference */
}

uint32_t cti_wat_resolve(cti_wat_builder *b, cti_sort sort) {
  cti_wat_parser *p = b->p;
  if (!cti_wat_at(p, CTI_WAT_ID)) return cti_wat_take_u32(p);
  uint32_t ident = cti_wat_ident_number(p, p->token), count = 0, index = CTI_MAP_NONE;
  for (cti_wat_scope *scope = b->scope; scope && ident != CTI_WAT_NO_IDENT; scope = scope->outer, count++) {
    index = cti_map_get_u64(&scope->names, name_key(sort, ident));
    if (index != CTI_MAP_NONE) break;
  }
  if (index == CTI_MAP_NONE) return cti_wat_fail(p, p->token, CT_TEXT_NAME, "unknown %s: no %s before this is called `%.*s`", cti_sorts[sort].text, cti_sorts[sort].text, CTI_S(cti_wat_slice(p->token))), 0;
  if (count) index = outer_name(b, sort, count, index);
  cti_wat_advance(p);
  return index;
}

/* ---- references */

uint32_t cti_wat_ref(cti_wat_builder *b, cti_sort sort) {
  cti_wat_parser *p = b->p;
  if (cti_wat_second(p).kind != CTI_WAT_STRING) return cti_wat_resolve(b, sort);
  bool core = cti_sorts[sort].is_core && sort != CTI_SORT_CORE_MODULE;
  uint32_t index = cti_wat_resolve(b, core ? CTI_SORT_CORE_INSTANCE : CTI_SORT_INSTANCE);
  while (cti_wat_at(p, CTI_WAT_STRING)) {
    ct_slice name = cti_wat_take_name(p);
    bool last = !cti_wat_at(p, CTI_WAT_STRING);
    if (core) index = cti_build_alias_core_export(b->scope->c, sort, index, name);
    else index = cti_build_alias_export(b->scope->c, last ? sort : CTI_SORT_INSTANCE, index, name);
  }
  return index;
}

/* The last word of a core sort: "func" of "core func". */
static const char *core_word(cti_sort sort) { return cti_sorts[sort].text + sizeof "core " - 1; }

uint32_t cti_wat_core_ref(cti_wat_builder *b, cti_sort sort) {
  cti_wat_parser *p = b->p;
  if (cti_wat_at_index(p)) return cti_wat_ref(b, sort);
  cti_wat_expect(p, CTI_WAT_LEFT);
  cti_wat_take_word(p, "core"); /* older texts leave it out */
  cti_wat_expect_word(p, core_word(sort));
  uint32_t index = cti_wat_ref(b, sort);
  cti_wat_leave(p);
  return index;
}

cti_sort cti_wat_take_sort(cti_wat_builder *b) {
  cti_wat_parser *p = b->p;
  bool core = cti_wat_take_word(p, "core");
  for (int sort = 0; sort < CTI_SORT_COUNT; sort++)
    if (cti_sorts[sort].is_core == core && cti_wat_take_word(p, core ? core_word((cti_sort)sort) : cti_sorts[sort].text)) return (cti_sort)sort;
  cti_wat_expected(p, core ? "`func`, `table`, `memory`, `global`, `type`, `module` or `instance`" : "`core`, `func`, `value`, `type`, `component` or `instance`");
  return CTI_SORT_COUNT;
}

static ct_slice attribute(cti_wat_parser *p, const char *word) {
  ct_slice value = {NULL, 0};
  if (!cti_wat_enter(p, word)) return value;
  value = cti_wat_take_name(p);
  cti_wat_leave(p);
  return value;
}

void cti_wat_extern_name(cti_wat_builder *b, cti_extern_name *out) {
  cti_wat_parser *p = b->p;
  cti_name_attributes attributes = {.repeated = false};
  bool interface = cti_wat_enter(p, "interface"); /* an older way to write names of interfaces */
  *out = (cti_extern_name){.name = cti_wat_take_name(p)};
  if (interface) cti_wat_leave(p);
  attributes.implements = attribute(p, "implements");
  attributes.version_suffix = attribute(p, "versionsuffix");
  attributes.external_id = attribute(p, "external-id");
  cti_extern_name_set(out, attributes, p->arena);
}

/* ---- inline exports and imports */

/* Is this (WORD "name") or (WORD (interface "name")), with nothing after the name? */
static bool at_inline(cti_wat_parser *p, const char *word) {
  if (!cti_wat_at_group(p, word)) return false;
  cti_wat_place here = cti_wat_here(p);
  cti_wat_enter(p, word);
  bool interface = cti_wat_at_group(p, "interface");
  if (interface) cti_wat_enter(p, "interface");
  bool found = cti_wat_at(p, CTI_WAT_STRING) && cti_wat_second(p).kind == CTI_WAT_RIGHT;
  if (found && interface) {
    cti_wat_advance(p);
    found = cti_wat_second(p).kind == CTI_WAT_RIGHT;
  }
  cti_wat_go(p, here);
  return found;
}

typedef struct inline_exports {
  CTI_VEC(cti_extern_name) names;
} inline_exports;

static void take_inline_exports(cti_wat_builder *b, inline_exports *out) {
  *out = (inline_exports){0};
  while (at_inline(b->p, "export")) {
    cti_extern_name name;
    cti_wat_enter(b->p, "export");
    cti_wat_extern_name(b, &name);
    cti_wat_leave(b->p);
    cti_vec_push(b->p->arena, &out->names, name);
  }
}

static void export_later(cti_wat_builder *b, const inline_exports *exports, cti_sort sort, uint32_t index) {
  for (uint32_t i = 0; i < exports->names.count; i++) cti_vec_push(b->p->arena, &b->scope->exports, ((cti_wat_pending_export){exports->names.items[i], {sort, index}}));
}

/* A definition that is an import: (import "name"), then its type. */
static bool take_inline_import(cti_wat_builder *b, cti_sort sort, uint32_t *index) {
  if (!at_inline(b->p, "import")) return false;
  cti_extern_name name;
  cti_wat_enter(b->p, "import");
  cti_wat_extern_name(b, &name);
  cti_wat_leave(b->p);
  cti_externtype type = {.sort = sort};
  if (sort == CTI_SORT_CORE_MODULE) type.index = cti_wat_module_type_use(b);
  else type.index = cti_wat_ctype_use(b, sort == CTI_SORT_FUNC ? CTI_CTYPE_FUNC : sort == CTI_SORT_COMPONENT ? CTI_CTYPE_COMPONENT : CTI_CTYPE_INSTANCE);
  *index = cti_build_import(b->scope->c, &name, type);
  return true;
}

/* ---- modules and components */

static uint32_t core_module_content(cti_wat_builder *b, cti_wat_ident ident) {
  cti_buf bytes = {0};
  ct_slice copy = {NULL, 0};
  if (cti_wat_module_fields(b->p, ident, &bytes) == CT_OK && cti_buf_check(&bytes, b->p->arena->error) == CT_OK) copy = cti_copy(b->p->arena, cti_buf_slice(&bytes));
  ct_buf_free(&bytes);
  return cti_build_core_module(b->scope->c, copy);
}

static void core_module(cti_wat_builder *b) {
  inline_exports exports;
  uint32_t index;
  cti_wat_ident ident = cti_wat_take_ident(b->p);
  take_inline_exports(b, &exports);
  if (!take_inline_import(b, CTI_SORT_CORE_MODULE, &index)) index = core_module_content(b, ident);
  cti_wat_define(b, CTI_SORT_CORE_MODULE, ident, index);
  export_later(b, &exports, CTI_SORT_CORE_MODULE, index);
}

static uint32_t component_content(cti_wat_builder *b, cti_wat_ident ident) {
  cti_wat_scope *scope = cti_wat_scope_open(b, ident.number, false);
  if (!scope) return 0;
  cti_wat_component_fields(b, ident);
  cti_wat_scope_close(b);
  return cti_build_component(b->scope->c, scope->c);
}

static void component(cti_wat_builder *b) {
  inline_exports exports;
  uint32_t index;
  cti_wat_ident ident = cti_wat_take_ident(b->p);
  take_inline_exports(b, &exports);
  if (!take_inline_import(b, CTI_SORT_COMPONENT, &index)) index = component_content(b, ident);
  cti_wat_define(b, CTI_SORT_COMPONENT, ident, index);
  export_later(b, &exports, CTI_SORT_COMPONENT, index);
}

/* ---- instances */

typedef struct named_items {
  CTI_VEC(cti_named_index) items;
} named_items;

static cti_sort_index item_group(cti_wat_builder *b) {
  cti_sort_index item = {CTI_SORT_COUNT, 0};
  cti_wat_expect(b->p, CTI_WAT_LEFT);
  item.sort = cti_wat_take_sort(b);
  if (item.sort != CTI_SORT_COUNT) item.index = cti_wat_ref(b, item.sort);
  cti_wat_leave(b->p);
  return item;
}

/* What core instances export: functions, tables, memories, globals and tags, without the word `core`. */
static cti_sort_index core_item_group(cti_wat_builder *b) {
  cti_sort_index item = {CTI_SORT_CORE_FUNC, 0};
  cti_wat_expect(b->p, CTI_WAT_LEFT);
  while (item.sort < CTI_SORT_CORE_TYPE && !cti_wat_take_word(b->p, core_word(item.sort))) item.sort++;
  if (item.sort == CTI_SORT_CORE_TYPE) cti_wat_expected(b->p, "`func`, `table`, `memory`, `global` or `tag`");
  else item.index = cti_wat_ref(b, item.sort);
  cti_wat_leave(b->p);
  return item;
}

/* (export "name" (sort x))* */
static void bundle(cti_wat_builder *b, named_items *out, bool core) {
  cti_wat_parser *p = b->p;
  while (cti_wat_enter(p, "export")) {
    cti_named_index named = {.item.index = 0};
    if (core) named.name.name = cti_wat_take_name(p);
    else cti_wat_extern_name(b, &named.name);
    named.item = core ? core_item_group(b) : item_group(b);
    cti_wat_leave(p);
    cti_vec_push(p->arena, &out->items, named);
  }
}

/* An argument may be an instance written out; all of these come to stand before anything else that the instantiation refers to. */
static bool at_bundle(cti_wat_parser *p) {
  if (!cti_wat_at_group(p, "instance")) return false;
  cti_wat_place here = cti_wat_here(p);
  cti_wat_enter(p, "instance");
  bool found = !cti_wat_at_index(p);
  cti_wat_go(p, here);
  return found;
}

static void skip_group_here(cti_wat_parser *p) {
  cti_wat_token opened = p->token;
  cti_wat_expect(p, CTI_WAT_LEFT);
  cti_wat_skip_rest(p, opened);
}

static void bundled_args(cti_wat_builder *b, named_items *args, bool core) {
  cti_wat_parser *p = b->p;
  while (cti_wat_enter(p, "with")) {
    cti_named_index arg = {.item.sort = CTI_SORT_COUNT};
    arg.name.name = cti_wat_take_name(p);
    if (at_bundle(p)) {
      named_items items = {0};
      cti_wat_enter(p, "instance");
      bundle(b, &items, core);
      cti_wat_leave(p);
      if (core) arg.item = (cti_sort_index){CTI_SORT_CORE_INSTANCE, cti_build_core_exports(b->scope->c, items.items.items, items.items.count)};
      else arg.item = (cti_sort_index){CTI_SORT_INSTANCE, cti_build_exports(b->scope->c, items.items.items, items.items.count)};
    } else {
      skip_group_here(p);
    }
    cti_wat_leave(p);
    cti_vec_push(p->arena, &args->items, arg);
  }
}

static void other_args(cti_wat_builder *b, named_items *args, bool core) {
  cti_wat_parser *p = b->p;
  for (uint32_t i = 0; cti_wat_enter(p, "with") && i < args->items.count; i++) {
    cti_wat_take_name(p);
    cti_named_index *arg = &args->items.items[i];
    if (arg->item.sort != CTI_SORT_COUNT) skip_group_here(p);
    else if (core) {
      cti_wat_expect_group(p, "instance");
      arg->item = (cti_sort_index){CTI_SORT_CORE_INSTANCE, cti_wat_resolve(b, CTI_SORT_CORE_INSTANCE)};
      cti_wat_leave(p);
    } else {
      arg->item = item_group(b);
    }
    cti_wat_leave(p);
  }
}

/* After (instantiate: what, then (with "name" ...)*. */
static uint32_t instantiate(cti_wat_builder *b, bool core) {
  cti_wat_parser *p = b->p;
  cti_sort sort = core ? CTI_SORT_CORE_MODULE : CTI_SORT_COMPONENT;
  named_items args = {0};
  cti_wat_place start = cti_wat_here(p);
  if (cti_wat_at(p, CTI_WAT_LEFT)) skip_group_here(p);
  else cti_wat_advance(p);
  bundled_args(b, &args, core);
  cti_wat_go(p, start);
  uint32_t of;
  if (cti_wat_at(p, CTI_WAT_LEFT)) {
    cti_wat_advance(p);
    cti_wat_expect_word(p, core ? "module" : "component");
    of = cti_wat_ref(b, sort);
    cti_wat_leave(p);
  } else {
    of = cti_wat_resolve(b, sort);
  }
  other_args(b, &args, core);
  if (core) return cti_build_core_instantiate(b->scope->c, of, args.items.items, args.items.count);
  return cti_build_instantiate(b->scope->c, of, args.items.items, args.items.count);
}

static uint32_t instance_content(cti_wat_builder *b, bool core) {
  if (cti_wat_enter(b->p, "instantiate")) {
    uint32_t index = instantiate(b, core);
    cti_wat_leave(b->p);
    return index;
  }
  named_items items = {0};
  bundle(b, &items, core);
  return core ? cti_build_core_exports(b->scope->c, items.items.items, items.items.count) : cti_build_exports(b->scope->c, items.items.items, items.items.count);
}

static void core_instance(cti_wat_builder *b) {
  cti_wat_ident ident = cti_wat_take_ident(b->p);
  cti_wat_define(b, CTI_SORT_CORE_INSTANCE, ident, instance_content(b, true));
}

static void instance(cti_wat_builder *b) {
  inline_exports exports;
  uint32_t index;
  cti_wat_ident ident = cti_wat_take_ident(b->p);
  take_inline_exports(b, &exports);
  if (!take_inline_import(b, CTI_SORT_INSTANCE, &index)) index = instance_content(b, false);
  cti_wat_define(b, CTI_SORT_INSTANCE, ident, index);
  export_later(b, &exports, CTI_SORT_INSTANCE, index);
}

/* ---- functions, types, imports, exports, start */

static void func(cti_wat_builder *b) {
  cti_wat_parser *p = b->p;
  inline_exports exports;
  uint32_t index;
  cti_wat_ident ident = cti_wat_take_ident(p);
  take_inline_exports(b, &exports);
  if (take_inline_import(b, CTI_SORT_FUNC, &index)) {
  } else if (cti_wat_enter(p, "alias")) {
    cti_wat_expect_word(p, "export");
    uint32_t of = cti_wat_resolve(b, CTI_SORT_INSTANCE);
    index = cti_build_alias_export(b->scope->c, CTI_SORT_FUNC, of, cti_wat_take_name(p));
    cti_wat_leave(p);
  } else {
    index = cti_wat_lift(b);
  }
  cti_wat_define(b, CTI_SORT_FUNC, ident, index);
  export_later(b, &exports, CTI_SORT_FUNC, index);
}

static void type(cti_wat_builder *b) {
  inline_exports exports;
  cti_ctype made;
  cti_wat_ident ident = cti_wat_take_ident(b->p);
  take_inline_exports(b, &exports);
  cti_wat_ctype(b, &made, ident.number);
  if (cti_wat_failed(b->p)) return;
  uint32_t index = cti_build_type(b->scope->c, &made);
  cti_wat_define(b, CTI_SORT_TYPE, ident, index);
  export_later(b, &exports, CTI_SORT_TYPE, index);
}

static void import(cti_wat_builder *b) {
  cti_extern_name name;
  cti_externtype made;
  cti_wat_extern_name(b, &name);
  cti_wat_expect(b->p, CTI_WAT_LEFT);
  cti_wat_ident ident = cti_wat_externtype(b, &made, true);
  cti_wat_leave(b->p);
  if (!cti_wat_failed(b->p)) cti_wat_define(b, made.sort, ident, cti_build_import(b->scope->c, &name, made));
}

/* The type that the export shall have comes after what is exported, and is worked out before it. */
static void export_(cti_wat_builder *b) {
  cti_wat_parser *p = b->p;
  cti_extern_name name;
  cti_externtype made;
  cti_wat_ident ident = cti_wat_take_ident(p);
  cti_wat_extern_name(b, &name);
  cti_wat_place item_at = cti_wat_here(p);
  skip_group_here(p);
  bool has_type = cti_wat_at(p, CTI_WAT_LEFT);
  if (has_type) {
    cti_wat_advance(p);
    cti_wat_externtype(b, &made, false);
    cti_wat_leave(p);
  }
  cti_wat_place end = cti_wat_here(p);
  cti_wat_go(p, item_at);
  cti_sort_index item = item_group(b);
  cti_wat_go(p, end);
  if (!cti_wat_failed(p)) cti_wat_define(b, item.sort, ident, cti_build_export(b->scope->c, &name, item, has_type ? &made : NULL));
}

static void start(cti_wat_builder *b) {
  cti_wat_parser *p = b->p;
  CTI_VEC(uint32_t) args = {0};
  CTI_VEC(cti_wat_ident) results = {0};
  uint32_t of = cti_wat_resolve(b, CTI_SORT_FUNC);
  while (cti_wat_enter(p, "value")) {
    cti_vec_push(p->arena, &args, cti_wat_ref(b, CTI_SORT_VALUE));
    cti_wat_leave(p);
  }
  while (cti_wat_enter(p, "result")) {
    cti_wat_expect_group(p, "value");
    cti_vec_push(p->arena, &results, cti_wat_take_ident(p));
    cti_wat_leave(p);
    cti_wat_leave(p);
  }
  uint32_t first = cti_build_start(b->scope->c, of, args.items, args.count, results.count);
  for (uint32_t i = 0; i < results.count; i++) cti_wat_define(b, CTI_SORT_VALUE, results.items[i], first + i);
}

static void custom(cti_wat_builder *b) {
  ct_slice name = cti_wat_take_name(b->p);
  cti_build_custom(b->scope->c, name, cti_wat_take_strings(b->p));
}

static void core_field(cti_wat_builder *b) {
  cti_wat_parser *p = b->p;
  if (cti_wat_take_word(p, "module")) core_module(b);
  else if (cti_wat_take_word(p, "instance")) core_instance(b);
  else if (cti_wat_take_word(p, "type")) cti_wat_core_type(b, cti_wat_take_ident(p));
  else if (cti_wat_take_word(p, "rec")) cti_wat_core_rec(b);
  else if (cti_wat_take_word(p, "func")) cti_wat_core_func(b, cti_wat_take_ident(p));
  else cti_wat_expected(p, "`module`, `instance`, `type`, `rec` or `func` after `core`");
}

static void field(cti_wat_builder *b) {
  static const struct {
    const char *word;
    void (*read)(cti_wat_builder *b);
  } fields[] = {{"core", core_field}, {"component", component}, {"instance", instance}, {"alias", cti_wat_alias}, {"type", type},     {"import", import},
                {"func", func},       {"export", export_},      {"start", start},       {"canon", cti_wat_canon}, {"@custom", custom}};
  cti_wat_parser *p = b->p;
  cti_wat_expect(p, CTI_WAT_LEFT);
  size_t i = 0;
  while (i < CTI_COUNT(fields) && !cti_wat_take_word(p, fields[i].word)) i++;
  if (i < CTI_COUNT(fields)) fields[i].read(b);
  else if (cti_wat_at_word(p, "@producers")) {
    cti_wat_advance(p);
    cti_buf content = {0};
    cti_wat_producers(p, &content);
    if (cti_buf_check(&content, p->arena->error) == CT_OK) cti_build_custom(b->scope->c, CTI_LIT("producers"), cti_copy(p->arena, cti_buf_slice(&content)));
    ct_buf_free(&content);
  } else {
    cti_wat_expected(p, "a field of a component, such as `import`");
  }
  cti_wat_leave(p);
}

/* ---- names: https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#name-section */

static void write_sort_names(cti_buf *out, cti_sort sort, const cti_name_map *map) {
  if (map->names.count == 0) return;
  cti_buf_u8(out, 1);
  size_t mark = cti_buf_open(out);
  cti_write_sort(out, sort);
  cti_buf_uleb(out, map->names.count);
  for (uint32_t i = 0; i < map->names.count; i++) {
    cti_buf_uleb(out, map->names.items[i].index);
    cti_buf_name(out, map->names.items[i].name);
  }
  cti_buf_close(out, mark);
}

static void add_names(cti_wat_builder *b, ct_slice own_name) {
  cti_buf content = {0};
  if (own_name.data) {
    cti_buf_u8(&content, 0);
    size_t mark = cti_buf_open(&content);
    cti_buf_name(&content, own_name);
    cti_buf_close(&content, mark);
  }
  for (int sort = 0; sort < CTI_SORT_COUNT; sort++) write_sort_names(&content, (cti_sort)sort, &b->scope->namings[sort]);
  bool any = content.size > 0 || content.failed;
  if (any && cti_buf_check(&content, b->p->arena->error) == CT_OK) cti_build_custom(b->scope->c, CTI_LIT("component-name"), cti_copy(b->p->arena, cti_buf_slice(&content)));
  ct_buf_free(&content);
}

void cti_wat_component_fields(cti_wat_builder *b, cti_wat_ident ident) {
  while (cti_wat_more(b->p)) field(b);
  const cti_wat_scope *scope = b->scope;
  for (uint32_t i = 0; i < scope->exports.count; i++) cti_build_export(scope->c, &scope->exports.items[i].name, scope->exports.items[i].item, NULL);
  if (!cti_wat_failed(b->p)) add_names(b, ident.name);
}

ct_status cti_wat_component(cti_wat_parser *p, cti_wat_ident ident, cti_buf *out) {
  cti_wat_builder b = {p, NULL};
  cti_wat_scope *scope = cti_wat_scope_open(&b, ident.number, false);
  if (!scope) return cti_wat_status(p);
  cti_wat_component_fields(&b, ident);
  CTI_TRY(cti_wat_status(p));
  cti_component_encode(scope->c, out);
  return CT_OK;
}

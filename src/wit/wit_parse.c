/* wit_parse.c - a WIT file to its tree: packages, interfaces, worlds, and the attributes before items. One token of lookahead; where `label: ` may be
 * the start of several things a copy of the lexer looks further. https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md */
#include "wit/wit_ast.h"
#include "wit/wit_wasi.h"

/* ---- attributes ---- */

static bool parse_word(cti_lexer *lexer, const char *word) {
  if (cti_slice_is(cti_lexer_text(lexer), word) && lexer->token == CTI_TOKEN_ID) {
    cti_lexer_next(lexer);
    return true;
  }
  return cti_lexer_fail(lexer, lexer->at, lexer->size, "expected `%s`, found `%.*s`", word, CTI_S(cti_lexer_text(lexer)));
}

/* `version = 1.2.3` */
static bool parse_version_argument(cti_lexer *lexer, cti_semver *out, cti_span name) {
  cti_span span;
  if (out->present) return cti_lexer_fail(lexer, name.at, name.size, "this attribute stands twice");
  return parse_word(lexer, "version") && cti_lexer_expect(lexer, CTI_TOKEN_EQUALS) && cti_lexer_version(lexer, out, &span);
}

/* `feature = name` */
static bool parse_feature(cti_lexer *lexer, cti_gate *out, cti_span name) {
  cti_ast_id feature;
  if (out->feature.data) return cti_lexer_fail(lexer, name.at, name.size, "@unstable stands twice");
  if (!parse_word(lexer, "feature") || !cti_lexer_expect(lexer, CTI_TOKEN_EQUALS) || !cti_parse_id(lexer, &feature)) return false;
  out->feature = feature.name;
  return true;
}

static bool parse_external_id(cti_lexer *lexer, cti_ast_gates *out, cti_span name) {
  if (out->external_id.data) return cti_lexer_fail(lexer, name.at, name.size, "@external-id stands twice");
  if (lexer->token != CTI_TOKEN_STRING) return cti_lexer_expected(lexer, "a string");
  out->external_id = cti_lexer_string(lexer);
  out->external_span = name;
  cti_lexer_next(lexer);
  return !cti_lexer_failed(lexer);
}

typedef enum attribute { SINCE, UNSTABLE, DEPRECATED, EXTERNAL_ID, ATTRIBUTE_COUNT } attribute;

static attribute attribute_of(ct_slice name) {
  static const char *const names[ATTRIBUTE_COUNT] = {"since", "unstable", "deprecated", "external-id"};
  for (unsigned i = 0; i < ATTRIBUTE_COUNT; i++)
    if (cti_slice_is(name, names[i])) return (attribute)i;
  return ATTRIBUTE_COUNT;
}

static bool parse_argument(cti_lexer *lexer, attribute which, cti_ast_gates *out, cti_gate *gate, cti_span name) {
  switch (which) {
  case SINCE: return parse_version_argument(lexer, &gate->since, name);
  case DEPRECATED: return parse_version_argument(lexer, &gate->deprecated, name);
  case UNSTABLE: return parse_feature(lexer, gate, name);
  default: return parse_external_id(lexer, out, name);
  }
}

static bool parse_attribute(cti_lexer *lexer, cti_ast_gates *out, cti_gate *gate) {
  cti_ast_id id;
  if (!cti_parse_id(lexer, &id)) return false;
  if (out->span.size == 0) out->span = id.span;
  attribute which = attribute_of(id.name);
  if (which == ATTRIBUTE_COUNT) {
    cti_lexer_fail(lexer, id.span.at, id.span.size, "unknown attribute `@%.*s`", CTI_S(id.name));
    cti_error_hint(lexer->error, "there are @since(version = 1.2.3), @unstable(feature = name), @deprecated(version = 1.2.3) and @external-id(\"text\")");
    return false;
  }
  return cti_lexer_expect(lexer, CTI_TOKEN_LEFT_PAREN) && parse_argument(lexer, which, out, gate, id.span) && cti_lexer_expect(lexer, CTI_TOKEN_RIGHT_PAREN);
}

/* What the attributes mean together. */
static bool settle_stability(cti_lexer *lexer, cti_ast_gates *out, const cti_gate *gate) {
  bool since = gate->since.present, unstable = gate->feature.data != NULL;
  if (since && unstable) return cti_lexer_fail(lexer, out->span.at, out->span.size, "@since and @unstable exclude each other: what is stable since a version is not unstable");
  if (gate->deprecated.present && !since && !unstable)
    return cti_lexer_fail(lexer, out->span.at, out->span.size, "@deprecated stands alone: it needs @since or @unstable beside it");
  if (!since && !unstable) return true;
  cti_gate *kept = CTI_NEW(lexer->keep, cti_gate);
  if (!kept) return false;
  *kept = *gate;
  out->stability = (cti_stability){since ? CTI_STABILITY_STABLE : CTI_STABILITY_UNSTABLE, kept};
  return true;
}

bool cti_parse_gates(cti_lexer *lexer, const cti_ast_gates **out) {
  static const cti_ast_gates none;
  cti_gate gate = {0};
  *out = &none;
  if (lexer->token != CTI_TOKEN_AT) return !cti_lexer_failed(lexer);
  cti_ast_gates *made = CTI_NEW(lexer->arena, cti_ast_gates);
  if (!made) return false;
  *out = made;
  while (cti_lexer_eat(lexer, CTI_TOKEN_AT))
    if (!parse_attribute(lexer, made, &gate)) return false;
  return settle_stability(lexer, made, &gate) && !cti_lexer_failed(lexer);
}

static bool reject_external_id(cti_lexer *lexer, const cti_ast_gates *gates, const char *what) {
  return !gates->external_id.data || cti_lexer_fail(lexer, gates->external_span.at, gates->external_span.size, "@external-id is not allowed on %s", what);
}

/* ---- paths ---- */

static cti_span span_to(cti_span from, cti_span last) { return (cti_span){from.file, from.at, last.at + last.size - from.at}; }

static bool parse_opt_version(cti_lexer *lexer, cti_semver *out, cti_span *span) {
  return !cti_lexer_eat(lexer, CTI_TOKEN_AT) ? !cti_lexer_failed(lexer) : cti_lexer_version(lexer, out, span);
}

/* `ns:name@version` */
static bool parse_package_name(cti_lexer *lexer, cti_package_name *out, cti_span *span) {
  cti_ast_id ns, name;
  if (!cti_parse_id(lexer, &ns) || !cti_lexer_expect(lexer, CTI_TOKEN_COLON) || !cti_parse_id(lexer, &name)) return false;
  cti_span last = name.span;
  *out = (cti_package_name){.ns = ns.name, .name = name.name};
  if (!parse_opt_version(lexer, &out->version, &last)) return false;
  *span = span_to(ns.span, last);
  return true;
}

static const char behind_package[] = "`/` and the name of an interface or a world";

/* `ns:name` or `ns:name/` where an item of a package is needed. */
static bool fail_package(cti_lexer *lexer, const cti_ast_id *ns, const cti_ast_id *name, const char *expected) {
  cti_lexer_expected(lexer, expected);
  cti_hint_package_item(ns->name, name->name, lexer->arena);
  return false;
}

/* What follows `ns:` in a path. */
static bool parse_foreign_path(cti_lexer *lexer, cti_ast_path *out, const cti_ast_id *ns) {
  cti_ast_id name;
  cti_span ignored;
  if (!cti_parse_id(lexer, &name)) return false;
  if (lexer->token != CTI_TOKEN_SLASH) return fail_package(lexer, ns, &name, behind_package);
  cti_lexer_next(lexer);
  if (lexer->token == CTI_TOKEN_SEMICOLON || lexer->token == CTI_TOKEN_AT) return fail_package(lexer, ns, &name, "the name of an interface or a world");
  if (!cti_parse_id(lexer, &out->item)) return false;
  out->is_foreign = true;
  out->package = (cti_package_name){.ns = ns->name, .name = name.name};
  out->package_span = span_to(ns->span, name.span);
  return parse_opt_version(lexer, &out->package.version, &ignored);
}

static bool parse_path(cti_lexer *lexer, cti_ast_path *out) {
  if (!cti_parse_id(lexer, &out->item)) return false;
  if (!cti_lexer_eat(lexer, CTI_TOKEN_COLON)) return !cti_lexer_failed(lexer);
  cti_ast_id ns = out->item;
  return parse_foreign_path(lexer, out, &ns);
}

/* ---- items of interfaces and worlds ---- */

static bool parse_rename(cti_lexer *lexer, cti_ast_rename *out, bool needs_as) {
  if (!cti_parse_id(lexer, &out->id)) return false;
  if (needs_as && lexer->token != CTI_TOKEN_AS) return cti_lexer_expect(lexer, CTI_TOKEN_AS);
  lexer->stack->type_count += 2; /* a name, and what it stands for in another package */
  return !cti_lexer_eat(lexer, CTI_TOKEN_AS) ? !cti_lexer_failed(lexer) : cti_parse_id(lexer, &out->as);
}

/* The names between braces; `as` is required in `include .. with`. */
static bool parse_renames(cti_lexer *lexer, cti_ast_renames *out, bool needs_as) {
  cti_ast_renames *list = &lexer->stack->renames;
  uint32_t start = list->count;
  if (!cti_lexer_expect(lexer, CTI_TOKEN_LEFT_BRACE)) return false;
  while (!cti_lexer_eat(lexer, CTI_TOKEN_RIGHT_BRACE)) {
    cti_ast_rename rename = {0};
    if (!parse_rename(lexer, &rename, needs_as) || !cti_vec_push(lexer->arena, list, rename)) return false;
    if (cti_lexer_eat(lexer, CTI_TOKEN_COMMA)) continue;
    if (!cti_lexer_expect(lexer, CTI_TOKEN_RIGHT_BRACE)) return false;
    break;
  }
  return CTI_TAKE_LIST(lexer, list, start, &out->items, &out->count);
}

static bool parse_use(cti_lexer *lexer, cti_ast_use *out) {
  out->span = cti_lexer_span(lexer);
  cti_lexer_next(lexer);
  if (!parse_path(lexer, &out->path)) return false;
  if (lexer->token == CTI_TOKEN_SEMICOLON) {
    cti_lexer_expected(lexer, "`.{` and the names that are used");
    cti_error_hint(lexer->error, "write `use %.*s.{name};`", CTI_S(out->path.item.name));
    return false;
  }
  return cti_lexer_expect(lexer, CTI_TOKEN_PERIOD) && parse_renames(lexer, &out->names, false) && cti_lexer_expect(lexer, CTI_TOKEN_SEMICOLON);
}

static bool parse_include(cti_lexer *lexer, cti_ast_use *out) {
  out->span = cti_lexer_span(lexer);
  cti_lexer_next(lexer);
  if (!reject_external_id(lexer, out->gates, "include statements") || !parse_path(lexer, &out->path)) return false;
  if (cti_lexer_eat(lexer, CTI_TOKEN_WITH)) return parse_renames(lexer, &out->names, true);
  return cti_lexer_expect(lexer, CTI_TOKEN_SEMICOLON);
}

static bool parse_named_func(cti_lexer *lexer, cti_ast_func *out) {
  return cti_parse_id(lexer, &out->id) && cti_lexer_expect(lexer, CTI_TOKEN_COLON) && cti_parse_func_type(lexer, out) &&
         cti_lexer_expect(lexer, CTI_TOKEN_SEMICOLON);
}

/* Room for what an item points to; NULL when memory is out. */
#define NEW_ITEM(lexer, item, what, item_kind, type) ((item)->kind = (item_kind), (item)->of.what = CTI_NEW((lexer)->arena, type))

static bool parse_interface_item(cti_lexer *lexer, cti_ast_item *item, ct_slice docs, const cti_ast_gates *gates) {
  if (cti_parse_at_typedef(lexer)) {
    if (!NEW_ITEM(lexer, item, type, CTI_AST_TYPEDEF, cti_ast_typedef)) return false;
    item->of.type->docs = docs;
    item->of.type->gates = gates;
    return cti_parse_typedef(lexer, item->of.type);
  }
  if (lexer->token == CTI_TOKEN_USE) {
    if (!NEW_ITEM(lexer, item, use, CTI_AST_USE, cti_ast_use)) return false;
    item->of.use->gates = gates;
    return parse_use(lexer, item->of.use);
  }
  if (lexer->token != CTI_TOKEN_ID && lexer->token != CTI_TOKEN_EXPLICIT_ID)
    return cti_lexer_expected(lexer, "a type, `use`, or the name of a function");
  if (!NEW_ITEM(lexer, item, func, CTI_AST_FUNC, cti_ast_func)) return false;
  item->of.func->docs = docs;
  item->of.func->gates = gates;
  return parse_named_func(lexer, item->of.func);
}

typedef bool (*parse_item_fn)(cti_lexer *lexer, cti_ast_item *item, ct_slice docs, const cti_ast_gates *gates);

static bool parse_items(cti_lexer *lexer, cti_ast_items *out, parse_item_fn parse_item) {
  cti_ast_items *list = &lexer->stack->items;
  uint32_t start = list->count;
  if (!cti_lexer_expect(lexer, CTI_TOKEN_LEFT_BRACE)) return false;
  while (!cti_lexer_eat(lexer, CTI_TOKEN_RIGHT_BRACE)) {
    const cti_ast_gates *gates;
    ct_slice docs = cti_lexer_docs(lexer);
    cti_ast_item item = {.kind = CTI_AST_USE};
    if (!cti_parse_gates(lexer, &gates) || !parse_item(lexer, &item, docs, gates) || !cti_vec_push(lexer->arena, list, item)) return false;
  }
  return CTI_TAKE_LIST(lexer, list, start, &out->items, &out->count);
}

/* ---- imports and exports ---- */

/* Is `ns:` at `ahead` (behind the colon) the start of `ns:pkg/iface`, rather than a label before a path? */
static bool is_foreign_path(const cti_lexer *behind_colon) {
  cti_lexer ahead = *behind_colon;
  cti_ast_id id;
  return cti_parse_id(&ahead, &id) && ahead.token == CTI_TOKEN_SLASH;
}

/* What follows `name:`. */
static bool parse_labelled(cti_lexer *lexer, cti_ast_extern *out) {
  if (cti_parse_at_func_type(lexer)) {
    out->kind = CTI_EXTERN_FUNC;
    out->func.id = out->id;
    return cti_parse_func_type(lexer, &out->func) && cti_lexer_expect(lexer, CTI_TOKEN_SEMICOLON);
  }
  if (cti_lexer_eat(lexer, CTI_TOKEN_INTERFACE)) {
    out->kind = CTI_EXTERN_INLINE;
    return parse_items(lexer, &out->items, parse_interface_item);
  }
  if (lexer->token != CTI_TOKEN_ID && lexer->token != CTI_TOKEN_EXPLICIT_ID) return cti_parse_no_name(lexer, "`func`, `interface`, or the path of an interface");
  if (is_foreign_path(lexer)) {
    out->kind = CTI_EXTERN_PATH;
    return parse_foreign_path(lexer, &out->path, &out->id) && cti_lexer_expect(lexer, CTI_TOKEN_SEMICOLON);
  }
  out->kind = CTI_EXTERN_NAMED_PATH;
  if (!parse_path(lexer, &out->path)) return false;
  if (lexer->token == CTI_TOKEN_AT && !out->path.is_foreign) return fail_package(lexer, &out->id, &out->path.item, behind_package);
  return cti_lexer_expect(lexer, CTI_TOKEN_SEMICOLON);
}

static bool parse_extern(cti_lexer *lexer, cti_ast_extern *out) {
  out->is_export = lexer->token == CTI_TOKEN_EXPORT;
  cti_lexer_next(lexer);
  if (!cti_parse_id(lexer, &out->id)) return false;
  if (cti_lexer_eat(lexer, CTI_TOKEN_COLON)) return parse_labelled(lexer, out);
  out->kind = CTI_EXTERN_PATH;
  out->path.item = out->id;
  return cti_lexer_expect(lexer, CTI_TOKEN_SEMICOLON);
}

static bool parse_world_item(cti_lexer *lexer, cti_ast_item *item, ct_slice docs, const cti_ast_gates *gates) {
  if (lexer->token == CTI_TOKEN_IMPORT || lexer->token == CTI_TOKEN_EXPORT) {
    if (!NEW_ITEM(lexer, item, extern_, CTI_AST_EXTERN, cti_ast_extern)) return false;
    item->of.extern_->docs = item->of.extern_->func.docs = docs;
    item->of.extern_->gates = item->of.extern_->func.gates = gates;
    return parse_extern(lexer, item->of.extern_);
  }
  if (lexer->token == CTI_TOKEN_INCLUDE) {
    if (!NEW_ITEM(lexer, item, use, CTI_AST_INCLUDE, cti_ast_use)) return false;
    item->of.use->gates = gates;
    return parse_include(lexer, item->of.use);
  }
  if (lexer->token == CTI_TOKEN_USE || cti_parse_at_typedef(lexer)) return parse_interface_item(lexer, item, docs, gates);
  return cti_lexer_expected(lexer, "`import`, `export`, `include`, `use` or a type");
}

/* ---- files and packages ---- */

static bool parse_block(cti_lexer *lexer, cti_ast_decl *out, ct_slice docs, const cti_ast_gates *gates) {
  cti_ast_block *block = out->block = CTI_NEW(lexer->arena, cti_ast_block);
  if (!block) return false;
  block->docs = docs;
  block->gates = gates;
  block->is_world = lexer->token == CTI_TOKEN_WORLD;
  cti_lexer_next(lexer);
  return reject_external_id(lexer, gates, block->is_world ? "worlds" : "interfaces") && cti_parse_id(lexer, &block->id) &&
         parse_items(lexer, &block->items, block->is_world ? parse_world_item : parse_interface_item);
}

/* `use path as name;` at the top of a file. */
static bool parse_top_use(cti_lexer *lexer, cti_ast_decl *out, const cti_ast_gates *gates) {
  cti_ast_use *use = out->use = CTI_NEW(lexer->arena, cti_ast_use);
  if (!use) return false;
  use->span = cti_lexer_span(lexer);
  use->gates = gates;
  if (gates->span.size) return cti_lexer_fail(lexer, use->span.at, use->span.size, "attributes are not allowed on a `use` at the top of a file");
  cti_lexer_next(lexer);
  if (!parse_path(lexer, &use->path)) return false;
  if (cti_lexer_eat(lexer, CTI_TOKEN_AS) && !cti_parse_id(lexer, &out->as)) return false;
  if (!out->as.name.data) out->as = use->path.item;
  return cti_lexer_expect(lexer, CTI_TOKEN_SEMICOLON);
}

static bool parse_decls(cti_lexer *lexer, cti_ast_unit *out, cti_ast_file *file, cti_token end);

/* `package a:b { }` */
static bool parse_nested(cti_lexer *lexer, cti_ast_file *file, ct_slice docs, const cti_ast_gates *gates) {
  if (!file) return cti_lexer_fail(lexer, lexer->at, lexer->size, "a package stands inside another; packages with braces stand at the top of a file");
  if (gates->span.size) return cti_lexer_fail(lexer, lexer->at, lexer->size, "attributes are not allowed on packages");
  cti_ast_unit unit = {.has_name = true, .docs = docs};
  cti_lexer_next(lexer);
  if (!parse_package_name(lexer, &unit.name, &unit.name_span)) return false;
  if (lexer->token == CTI_TOKEN_SEMICOLON) {
    cti_lexer_expected(lexer, "`{`");
    cti_error_hint(lexer->error, "`package name;` is the first line of a file; a further package has its content in braces");
    return false;
  }
  if (!cti_lexer_expect(lexer, CTI_TOKEN_LEFT_BRACE) || !parse_decls(lexer, &unit, NULL, CTI_TOKEN_RIGHT_BRACE)) return false;
  return cti_vec_push(lexer->arena, &file->nested, unit);
}

/* `file` is NULL inside of a nested package. */
static bool parse_decl(cti_lexer *lexer, cti_ast_unit *out, cti_ast_file *file) {
  const cti_ast_gates *gates;
  ct_slice docs = cti_lexer_docs(lexer);
  if (!cti_parse_gates(lexer, &gates)) return false;
  if (lexer->token == CTI_TOKEN_PACKAGE) return parse_nested(lexer, file, docs, gates);
  cti_ast_decl *decl = cti_vec_add(lexer->arena, &out->decls);
  if (!decl) return false;
  if (lexer->token == CTI_TOKEN_INTERFACE || lexer->token == CTI_TOKEN_WORLD) return parse_block(lexer, decl, docs, gates);
  if (lexer->token == CTI_TOKEN_USE) return parse_top_use(lexer, decl, gates);
  return cti_lexer_expected(lexer, "`interface`, `world`, `use` or `package`");
}

static bool parse_decls(cti_lexer *lexer, cti_ast_unit *out, cti_ast_file *file, cti_token end) {
  uint32_t before = lexer->stack->type_count;
  while (lexer->token != end || cti_lexer_failed(lexer))
    if (!parse_decl(lexer, out, file)) return false;
  out->type_bound = lexer->stack->type_count - before;
  if (end != CTI_TOKEN_END) cti_lexer_next(lexer);
  return !cti_lexer_failed(lexer);
}

/* `package a:b;` at the very start; left alone when braces follow. */
static bool parse_header(cti_lexer *lexer, cti_ast_unit *out) {
  if (lexer->token != CTI_TOKEN_PACKAGE) return !cti_lexer_failed(lexer);
  cti_lexer ahead = *lexer;
  out->docs = cti_lexer_docs(lexer);
  out->docs_span = (cti_span){lexer->file, lexer->gap, lexer->at - lexer->gap};
  cti_lexer_next(&ahead);
  if (!parse_package_name(&ahead, &out->name, &out->name_span)) return false;
  if (ahead.token == CTI_TOKEN_LEFT_BRACE) {
    out->docs = (ct_slice){0};
    return true;
  }
  *lexer = ahead;
  out->has_name = true;
  return cti_lexer_expect(lexer, CTI_TOKEN_SEMICOLON);
}

ct_status cti_wit_parse(cti_ast_file *out, cti_resolve *resolve, uint32_t file, cti_arena *scratch) {
  cti_lexer lexer;
  cti_parse_stack stack = {.type_count = 0};
  *out = (cti_ast_file){.file = file};
  cti_lexer_init(&lexer, resolve->files.items[file].path, resolve->files.items[file].text, file, scratch, resolve->arena);
  lexer.stack = &stack;
  if (parse_header(&lexer, &out->main)) parse_decls(&lexer, &out->main, out, CTI_TOKEN_END);
  return lexer.error->status;
}

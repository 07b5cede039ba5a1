/* wit_parse_type.c - types, functions, resources and type definitions as written, to their trees.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md#item-typedef-types */
#include "wit/wit_ast.h"

/* How deep types may nest in one expression: the field's limit. */
#define MAX_TYPE_DEPTH 100

static bool parse_type(cti_lexer *lexer, cti_ast_type *out, uint32_t depth);

bool cti_parse_no_name(cti_lexer *lexer, const char *what) {
  cti_lexer_expected(lexer, what);
  if (lexer->size && cti_name_is_keyword(cti_slice_cut(lexer->text, lexer->at, lexer->at + lexer->size)))
    cti_error_hint(lexer->error, "a keyword becomes a name with %% before it: %%%.*s", CTI_S(cti_lexer_text(lexer)));
  return false;
}

bool cti_parse_id(cti_lexer *lexer, cti_ast_id *out) {
  bool is_explicit = lexer->token == CTI_TOKEN_EXPLICIT_ID;
  if (!is_explicit && lexer->token != CTI_TOKEN_ID) return cti_parse_no_name(lexer, "a name");
  out->span = cti_lexer_span(lexer);
  out->name = cti_slice_cut(cti_lexer_text(lexer), is_explicit, lexer->size);
  cti_lexer_next(lexer);
  return !cti_lexer_failed(lexer);
}

static bool expect_with(cti_lexer *lexer, cti_token token, const char *hint) {
  if (cti_lexer_eat(lexer, token)) return true;
  bool failed = cti_lexer_failed(lexer);
  cti_lexer_expect(lexer, token);
  if (!failed) cti_error_hint(lexer->error, "%s", hint);
  return false;
}

/* ---- types ---- */

static cti_prim prim_of(cti_token token) {
  switch (token) {
  case CTI_TOKEN_BOOL: return CTI_PRIM_BOOL;
  case CTI_TOKEN_S8: return CTI_PRIM_S8;
  case CTI_TOKEN_U8: return CTI_PRIM_U8;
  case CTI_TOKEN_S16: return CTI_PRIM_S16;
  case CTI_TOKEN_U16: return CTI_PRIM_U16;
  case CTI_TOKEN_S32: return CTI_PRIM_S32;
  case CTI_TOKEN_U32: return CTI_PRIM_U32;
  case CTI_TOKEN_S64: return CTI_PRIM_S64;
  case CTI_TOKEN_U64: return CTI_PRIM_U64;
  case CTI_TOKEN_F32: return CTI_PRIM_F32;
  case CTI_TOKEN_F64: return CTI_PRIM_F64;
  case CTI_TOKEN_CHAR: return CTI_PRIM_CHAR;
  case CTI_TOKEN_STRING_: return CTI_PRIM_STRING;
  case CTI_TOKEN_ERROR_CONTEXT: return CTI_PRIM_ERROR_CONTEXT;
  default: return CTI_PRIM_COUNT;
  }
}

/* What may stand between the angle brackets of a built-in type. */
typedef struct type_shape {
  cti_token token;
  cti_def_kind def;
  uint8_t parts;    /* at most; 0: any number */
  uint8_t required; /* at least */
  bool bare;        /* the brackets may be left out */
} type_shape;

static const type_shape shapes[] = {
    {CTI_TOKEN_TUPLE, CTI_DEF_TUPLE, 0, 0, false},  {CTI_TOKEN_LIST, CTI_DEF_LIST, 1, 1, false},   {CTI_TOKEN_MAP, CTI_DEF_MAP, 2, 2, false},
    {CTI_TOKEN_OPTION, CTI_DEF_OPTION, 1, 1, false}, {CTI_TOKEN_RESULT, CTI_DEF_RESULT, 2, 1, true}, {CTI_TOKEN_FUTURE, CTI_DEF_FUTURE, 1, 1, true},
    {CTI_TOKEN_STREAM, CTI_DEF_STREAM, 1, 1, true},
};

static const type_shape *shape_of(cti_token token) {
  for (size_t i = 0; i < CTI_COUNT(shapes); i++)
    if (shapes[i].token == token) return &shapes[i];
  return NULL;
}

bool cti_take_list(cti_lexer *lexer, const void *items, uint32_t *count, uint32_t start, size_t size, const void **out, uint32_t *out_count) {
  void *copy = cti_alloc_raw(lexer->arena, *count - start, size);
  if (!copy) return false;
  if (*count > start) memcpy(copy, items, (*count - start) * size);
  *out = copy;
  *out_count = *count - start;
  *count = start;
  return true;
}

static bool parse_tuple(cti_lexer *lexer, cti_ast_type *out, uint32_t depth) {
  cti_parse_stack *stack = lexer->stack;
  uint32_t start = stack->types.count;
  while (!cti_lexer_eat(lexer, CTI_TOKEN_GREATER)) {
    cti_ast_type part = {0};
    if (!parse_type(lexer, &part, depth) || !cti_vec_push(lexer->arena, &stack->types, part)) return false;
    if (cti_lexer_eat(lexer, CTI_TOKEN_COMMA)) continue;
    if (!cti_lexer_expect(lexer, CTI_TOKEN_GREATER)) return false;
    break;
  }
  return CTI_TAKE_LIST(lexer, &stack->types, start, &out->of.parts, &out->count);
}

/* `, N` of list<T, N>. */
static bool parse_length(cti_lexer *lexer, cti_ast_type *out) {
  if (lexer->token != CTI_TOKEN_INTEGER) return cti_lexer_expected(lexer, "the length of the list, a number");
  uint64_t length = 0;
  ct_slice digits = cti_lexer_text(lexer);
  for (size_t i = 0; i < digits.size && length <= UINT32_MAX; i++) length = length * 10 + (uint64_t)(digits.data[i] - '0');
  if (length > UINT32_MAX) return cti_lexer_fail(lexer, lexer->at, lexer->size, "a list of %.*s elements is too long: %u is the most", CTI_S(digits), UINT32_MAX);
  out->def = CTI_DEF_FIXED_LIST;
  out->length = (uint32_t)length;
  cti_lexer_next(lexer);
  return true;
}

static bool parse_parts(cti_lexer *lexer, cti_ast_type *out, const type_shape *shape, uint32_t depth) {
  cti_ast_type *parts = CTI_NEW_N(lexer->arena, cti_ast_type, shape->parts);
  if (!parts) return false;
  out->of.parts = parts;
  for (out->count = 0; out->count < shape->parts; out->count++) {
    if (out->count > 0 && !cti_lexer_eat(lexer, CTI_TOKEN_COMMA)) break;
    bool omitted = out->def == CTI_DEF_RESULT && out->count == 0 && cti_lexer_eat(lexer, CTI_TOKEN_UNDERSCORE);
    if (omitted && lexer->token != CTI_TOKEN_COMMA) return cti_lexer_expected(lexer, "`,` and the error's type after `_`");
    if (!omitted && !parse_type(lexer, &parts[out->count], depth)) return false;
  }
  if (out->count < shape->required) return cti_lexer_expect(lexer, CTI_TOKEN_COMMA);
  if (out->def == CTI_DEF_LIST && cti_lexer_eat(lexer, CTI_TOKEN_COMMA) && !parse_length(lexer, out)) return false;
  return cti_lexer_expect(lexer, CTI_TOKEN_GREATER);
}

static bool parse_built_in(cti_lexer *lexer, cti_ast_type *out, const type_shape *shape, uint32_t depth) {
  out->kind = CTI_AST_DEF;
  out->def = (uint8_t)shape->def;
  lexer->stack->type_count++;
  cti_lexer_next(lexer);
  if (shape->bare && lexer->token != CTI_TOKEN_LESS) return !cti_lexer_failed(lexer);
  if (!expect_with(lexer, CTI_TOKEN_LESS, "what it is of follows in `<>`, as in list<u8>, option<string>, tuple<u32, u32>")) return false;
  return shape->parts ? parse_parts(lexer, out, shape, depth) : parse_tuple(lexer, out, depth);
}

static void set_name(cti_ast_type *out, const cti_ast_id *id) {
  out->of.name = id->name.data;
  out->count = (uint32_t)id->name.size;
  out->span = id->span;
}

/* `own<r>` and `borrow<r>`; their place is that of the name inside. */
static bool parse_handle(cti_lexer *lexer, cti_ast_type *out) {
  cti_ast_id resource;
  out->kind = CTI_AST_DEF;
  out->def = lexer->token == CTI_TOKEN_OWN ? CTI_DEF_OWN : CTI_DEF_BORROW;
  lexer->stack->type_count++;
  cti_lexer_next(lexer);
  if (!cti_lexer_expect(lexer, CTI_TOKEN_LESS) || !cti_parse_id(lexer, &resource)) return false;
  set_name(out, &resource);
  return cti_lexer_expect(lexer, CTI_TOKEN_GREATER);
}

static bool parse_type(cti_lexer *lexer, cti_ast_type *out, uint32_t depth) {
  if (depth >= MAX_TYPE_DEPTH) return cti_lexer_fail(lexer, lexer->at, lexer->size, "types nest more than %d deep here", MAX_TYPE_DEPTH);
  out->span = cti_lexer_span(lexer);
  cti_prim prim = prim_of(lexer->token);
  if (prim != CTI_PRIM_COUNT) {
    out->kind = CTI_AST_PRIM;
    out->prim = (uint8_t)prim;
    cti_lexer_next(lexer);
    return !cti_lexer_failed(lexer);
  }
  const type_shape *shape = shape_of(lexer->token);
  if (shape) return parse_built_in(lexer, out, shape, depth + 1);
  if (lexer->token == CTI_TOKEN_OWN || lexer->token == CTI_TOKEN_BORROW) return parse_handle(lexer, out);
  if (lexer->token != CTI_TOKEN_ID && lexer->token != CTI_TOKEN_EXPLICIT_ID) return cti_lexer_expected(lexer, "a type");
  cti_ast_id id;
  out->kind = CTI_AST_NAME;
  if (!cti_parse_id(lexer, &id)) return false;
  set_name(out, &id);
  return true;
}

bool cti_parse_type(cti_lexer *lexer, cti_ast_type *out) { return parse_type(lexer, out, 0); }

/* ---- functions ---- */

/* `get` and `set` are words only where a parenthesis follows. */
static cti_accessor accessor_at(const cti_lexer *lexer) {
  if (lexer->token != CTI_TOKEN_ID) return CTI_ACCESSOR_NONE;
  ct_slice word = cti_lexer_text(lexer);
  cti_accessor accessor = cti_slice_is(word, "get") ? CTI_ACCESSOR_GET : cti_slice_is(word, "set") ? CTI_ACCESSOR_SET : CTI_ACCESSOR_NONE;
  if (accessor == CTI_ACCESSOR_NONE) return accessor;
  cti_lexer ahead = *lexer;
  cti_lexer_next(&ahead);
  return ahead.token == CTI_TOKEN_LEFT_PAREN ? accessor : CTI_ACCESSOR_NONE;
}

bool cti_parse_at_func_type(const cti_lexer *lexer) {
  return lexer->token == CTI_TOKEN_FUNC || lexer->token == CTI_TOKEN_ASYNC || accessor_at(lexer) != CTI_ACCESSOR_NONE;
}

static cti_token token_after(const cti_lexer *lexer) {
  cti_lexer ahead = *lexer;
  cti_lexer_next(&ahead);
  return ahead.token;
}

static bool lacks_name(cti_lexer *lexer, const char *expected, const char *what) {
  cti_lexer_expected(lexer, expected);
  cti_error_hint(lexer->error, "%s is a name and a type, as in `x: u32`", what);
  return false;
}

/* `name: type`, of a parameter or a field. A keyword before a colon is meant as the name, another one as the type. */
static bool parse_named_type(cti_lexer *lexer, cti_ast_id *id, cti_ast_type *type, const char *what) {
  bool is_name = lexer->token == CTI_TOKEN_ID || lexer->token == CTI_TOKEN_EXPLICIT_ID;
  if (!is_name && cti_name_is_keyword(cti_lexer_text(lexer)) && token_after(lexer) != CTI_TOKEN_COLON) return lacks_name(lexer, "a name", what);
  if (!cti_parse_id(lexer, id)) return false;
  if (lexer->token != CTI_TOKEN_COLON) return lacks_name(lexer, "`:`", what);
  cti_lexer_next(lexer);
  return cti_parse_type(lexer, type);
}

static bool parse_param(cti_lexer *lexer, cti_ast_param *out) { return parse_named_type(lexer, &out->id, &out->type, "a parameter"); }

static bool parse_params(cti_lexer *lexer, cti_ast_func *out) {
  cti_parse_stack *stack = lexer->stack;
  uint32_t start = stack->params.count;
  if (!cti_lexer_expect(lexer, CTI_TOKEN_LEFT_PAREN)) return false;
  while (!cti_lexer_eat(lexer, CTI_TOKEN_RIGHT_PAREN)) {
    cti_ast_param param = {0};
    if (!parse_param(lexer, &param) || !cti_vec_push(lexer->arena, &stack->params, param)) return false;
    if (cti_lexer_eat(lexer, CTI_TOKEN_COMMA)) continue;
    if (!cti_lexer_expect(lexer, CTI_TOKEN_RIGHT_PAREN)) return false;
    break;
  }
  return CTI_TAKE_LIST(lexer, &stack->params, start, &out->params, &out->param_count);
}

/* What follows `->`. */
static bool parse_result(cti_lexer *lexer, cti_ast_type *out) {
  if (lexer->token != CTI_TOKEN_LEFT_PAREN) return cti_parse_type(lexer, out);
  bool is_empty = token_after(lexer) == CTI_TOKEN_RIGHT_PAREN;
  cti_lexer_expected(lexer, "a type");
  cti_error_hint(lexer->error, is_empty ? "a function that gives nothing has no `->`" : "a function has one result: several are a tuple, as in `-> tuple<u32, u32>`, or a record");
  return false;
}

static bool parse_signature(cti_lexer *lexer, cti_ast_func *out) {
  out->span = cti_lexer_span(lexer);
  cti_lexer_next(lexer);
  if (!parse_params(lexer, out)) return false;
  return cti_lexer_eat(lexer, CTI_TOKEN_ARROW) ? parse_result(lexer, &out->result) : !cti_lexer_failed(lexer);
}

bool cti_parse_func_type(cti_lexer *lexer, cti_ast_func *out) {
  out->is_async = cti_lexer_eat(lexer, CTI_TOKEN_ASYNC);
  out->accessor = out->is_async ? CTI_ACCESSOR_NONE : accessor_at(lexer);
  if (out->accessor == CTI_ACCESSOR_NONE && lexer->token != CTI_TOKEN_FUNC) {
    bool has_params = lexer->token == CTI_TOKEN_LEFT_PAREN;
    cti_lexer_expected(lexer, cti_token_text(CTI_TOKEN_FUNC));
    if (has_params) cti_error_hint(lexer->error, "a function is written `name: func(x: u32) -> u32;`");
    return false;
  }
  return parse_signature(lexer, out);
}

/* One line of a resource. */
static bool parse_resource_func(cti_lexer *lexer, cti_ast_func *out) {
  if (lexer->token == CTI_TOKEN_CONSTRUCTOR) {
    out->kind = CTI_FUNC_CONSTRUCTOR;
    out->id = (cti_ast_id){CTI_LIT("constructor"), cti_lexer_span(lexer)};
    return parse_signature(lexer, out) && cti_lexer_expect(lexer, CTI_TOKEN_SEMICOLON);
  }
  if (lexer->token != CTI_TOKEN_ID && lexer->token != CTI_TOKEN_EXPLICIT_ID) return cti_lexer_expected(lexer, "`constructor`, or the name of a method");
  if (!cti_parse_id(lexer, &out->id) || !cti_lexer_expect(lexer, CTI_TOKEN_COLON)) return false;
  out->kind = cti_lexer_eat(lexer, CTI_TOKEN_STATIC) ? CTI_FUNC_STATIC : CTI_FUNC_METHOD;
  return cti_parse_func_type(lexer, out) && cti_lexer_expect(lexer, CTI_TOKEN_SEMICOLON);
}

static bool parse_resource(cti_lexer *lexer, cti_ast_typedef *out) {
  if (!cti_lexer_eat(lexer, CTI_TOKEN_LEFT_BRACE)) return cti_lexer_expect(lexer, CTI_TOKEN_SEMICOLON);
  while (!cti_lexer_eat(lexer, CTI_TOKEN_RIGHT_BRACE)) {
    cti_ast_func *func = cti_vec_add(lexer->arena, &out->funcs);
    if (!func) return false;
    lexer->stack->type_count++; /* borrow<self> */
    func->docs = cti_lexer_docs(lexer);
    if (!cti_parse_gates(lexer, &func->gates) || !parse_resource_func(lexer, func)) return false;
  }
  return true;
}

/* ---- type definitions ---- */

static bool parse_member(cti_lexer *lexer, cti_def_kind def, cti_ast_member *out) {
  out->docs = cti_lexer_docs(lexer);
  if (def == CTI_DEF_RECORD) return parse_named_type(lexer, &out->id, &out->type, "a field");
  if (!cti_parse_id(lexer, &out->id)) return false;
  if (def != CTI_DEF_VARIANT || !cti_lexer_eat(lexer, CTI_TOKEN_LEFT_PAREN)) return !cti_lexer_failed(lexer);
  return cti_parse_type(lexer, &out->type) && cti_lexer_expect(lexer, CTI_TOKEN_RIGHT_PAREN);
}

static bool parse_members(cti_lexer *lexer, cti_ast_type *out) {
  cti_parse_stack *stack = lexer->stack;
  uint32_t start = stack->members.count;
  out->is_members = true;
  if (!cti_lexer_expect(lexer, CTI_TOKEN_LEFT_BRACE)) return false;
  while (!cti_lexer_eat(lexer, CTI_TOKEN_RIGHT_BRACE)) {
    cti_ast_member member = {0};
    if (!parse_member(lexer, (cti_def_kind)out->def, &member) || !cti_vec_push(lexer->arena, &stack->members, member)) return false;
    if (cti_lexer_eat(lexer, CTI_TOKEN_COMMA)) continue;
    if (!expect_with(lexer, CTI_TOKEN_RIGHT_BRACE, "a `,` stands between the fields of a record, the cases of a variant or an enum, and flags")) return false;
    break;
  }
  return CTI_TAKE_LIST(lexer, &stack->members, start, &out->of.members, &out->count);
}

static cti_def_kind def_of(cti_token token) {
  switch (token) {
  case CTI_TOKEN_RECORD: return CTI_DEF_RECORD;
  case CTI_TOKEN_VARIANT: return CTI_DEF_VARIANT;
  case CTI_TOKEN_ENUM: return CTI_DEF_ENUM;
  case CTI_TOKEN_FLAGS: return CTI_DEF_FLAGS;
  case CTI_TOKEN_RESOURCE: return CTI_DEF_RESOURCE;
  case CTI_TOKEN_TYPE: return CTI_DEF_ALIAS;
  default: return CTI_DEF_UNKNOWN;
  }
}

bool cti_parse_at_typedef(const cti_lexer *lexer) { return def_of(lexer->token) != CTI_DEF_UNKNOWN; }

bool cti_parse_typedef(cti_lexer *lexer, cti_ast_typedef *out) {
  cti_def_kind def = def_of(lexer->token);
  lexer->stack->type_count++;
  cti_lexer_next(lexer);
  if (!cti_parse_id(lexer, &out->id)) return false;
  if (def == CTI_DEF_ALIAS)
    return cti_lexer_expect(lexer, CTI_TOKEN_EQUALS) && cti_parse_type(lexer, &out->type) && cti_lexer_expect(lexer, CTI_TOKEN_SEMICOLON);
  out->type = (cti_ast_type){.kind = CTI_AST_DEF, .def = (uint8_t)def, .span = out->id.span};
  return def == CTI_DEF_RESOURCE ? parse_resource(lexer, out) : parse_members(lexer, &out->type);
}

/* wast.c - the directives of a script. Flows in: tokens. Flows out: modules, each read by itself so that one which is bad spoils nothing, and JSON of the rest. */
#include "text/wast.h"

#include "base/utf8.h"

enum holds { MODULE, ACTION, RESULTS, MESSAGE, TRAP };

static const struct directive {
  const char *keyword;
  enum holds holds;
} directives[CTI_WAST_KINDS] = {
#define CT_DIRECTIVE(symbol, keyword, holds) [CTI_WAST_##symbol] = {keyword, holds},
#include "text/wast.def"
#undef CT_DIRECTIVE
};

static uint32_t line_of(const cti_wast *s, cti_wat_token token) { return cti_lines_number(&s->lines, (uint32_t)(token.at - s->p.lexer.text.data)); }

/* ---- JSON of what all commands have */

static void open_command(cti_wast *s, const char *type, cti_wat_token at) {
  cti_json_open(&s->json, '{');
  cti_json_member_str(&s->json, "type", type);
  cti_json_member_uint(&s->json, "line", line_of(s, at));
}

static void close_command(cti_wast *s) { cti_json_close(&s->json, '}'); }

static void name_field(cti_wast *s, const char *key, ct_slice name) {
  if (name.data) cti_json_member(&s->json, key, name);
}

/* An identifier, if there is one: its name, whatever (@name ...) says beside it. */
static ct_slice take_id(cti_wast *s) {
  ct_slice name = {NULL, 0};
  if (!cti_wat_at(&s->p, CTI_WAT_ID)) return name;
  uint32_t number = cti_wat_ident_number(&s->p, s->p.token);
  if (number != CTI_WAT_NO_IDENT) name = cti_map_key(&s->p.idents.entries[number]);
  cti_wat_advance(&s->p);
  return name;
}

/* ---- modules */

/* A parser for one module, from where the script's stands, with memory and error of its own. */
static cti_wat_parser parser_of_module(const cti_wast *s, cti_arena *arena) {
  cti_wat_parser p = s->p;
  p.arena = arena;
  p.lexer.error = arena->error;
  p.idents = (cti_map){0};
  return p;
}

/* The strings of (module quote "..."), each followed by a blank; those of a component as a whole component. */
static ct_slice quoted_strings(cti_wat_parser *p, bool is_component) {
  cti_buf joined = {0};
  if (is_component) cti_buf_str(&joined, "(component");
  while (cti_wat_at(p, CTI_WAT_STRING)) {
    cti_buf_bytes(&joined, cti_wat_take_string(p));
    cti_buf_u8(&joined, ' ');
  }
  if (is_component) cti_buf_str(&joined, ")");
  return cti_take(&joined, p->arena);
}

/* After `module` or `component`, up to the end of its group: the binary form into `out`. */
static ct_status make_module(cti_buf *out, cti_wast_module *m, cti_wat_parser *p, bool is_component) {
  cti_wat_take_word(p, "definition");
  cti_wat_ident ident = cti_wat_take_ident(p);
  m->is_quoted = cti_wat_take_word(p, "quote");
  if (m->is_quoted) {
    m->quoted = quoted_strings(p, is_component);
    CTI_TRY(cti_wat_status(p));
    return cti_text_parse_quoted(out, m->quoted, p->arena->error);
  }
  m->is_binary = cti_wat_take_word(p, "binary");
  if (m->is_binary) {
    cti_buf_bytes(out, cti_wat_take_strings(p));
  } else if (is_component) {
    CTI_TRY(cti_wat_component(p, ident, out));
  } else {
    CTI_TRY(cti_wat_module_fields(p, ident, out));
  }
  if (!cti_wat_at(p, CTI_WAT_RIGHT)) cti_wat_expected(p, "`)`");
  return cti_buf_check(out, p->arena->error);
}

/* At the left parenthesis of a module: reads it by itself, and passes the script over it. `message` is what follows it in an assertion. */
static ct_status take_module(cti_wast *s, cti_wast_kind kind, bool has_message) {
  cti_wat_token opened = s->p.token, keyword = cti_wat_second(&s->p);
  ct_error error = {0};
  cti_arena arena;
  cti_buf binary = {0};
  cti_wast_module m = {.kind = kind, .line = line_of(s, keyword), .at = opened.at};
  bool is_component = cti_wat_is(keyword, "component");
  cti_wat_advance(&s->p);
  cti_wat_advance(&s->p);
  cti_arena_init(&arena, &error);
  cti_wat_parser p = parser_of_module(s, &arena);
  ct_status made = make_module(&binary, &m, &p, is_component);
  m.failure = error;
  m.bytes = cti_buf_slice(&binary);
  cti_wat_skip_rest(&s->p, opened);
  if (has_message) m.message = cti_wat_take_name(&s->p);
  ct_status status = cti_wat_status(&s->p);
  if (status == CT_OK && made == CT_NOMEM) status = cti_fail(s->p.arena->error, CT_NOMEM, CT_NO_OFFSET, "out of memory");
  if (status == CT_OK) status = s->module(s, &m);
  if (status == CT_OK && has_message) cti_json_member(&s->json, "text", m.message);
  ct_buf_free(&binary);
  cti_arena_free(&arena);
  return status;
}

static bool at_module(cti_wast *s) {
  cti_wat_token second = cti_wat_second(&s->p);
  return cti_wat_at(&s->p, CTI_WAT_LEFT) && (cti_wat_is(second, "module") || cti_wat_is(second, "component"));
}

/* At the left parenthesis of a module that is a command of its own. The words after the keyword are looked at, and read again by whoever reads the module. */
static ct_status module_command(cti_wast *s) {
  cti_wat_place place = cti_wat_here(&s->p);
  cti_wat_token keyword = cti_wat_second(&s->p);
  cti_wat_advance(&s->p);
  cti_wat_advance(&s->p);
  if (cti_wat_take_word(&s->p, "instance")) {
    ct_slice instance = take_id(s), module = take_id(s);
    cti_wat_leave(&s->p);
    open_command(s, "module_instance", keyword);
    name_field(s, "instance", instance);
    name_field(s, "module", module);
    close_command(s);
    return cti_wat_status(&s->p);
  }
  bool is_definition = cti_wat_take_word(&s->p, "definition");
  ct_slice name = take_id(s);
  cti_wat_go(&s->p, place);
  open_command(s, is_definition ? "module_definition" : "module", keyword);
  name_field(s, "name", name);
  CTI_TRY(cti_wat_status(&s->p));
  CTI_TRY(take_module(s, CTI_WAST_MODULE, false));
  close_command(s);
  return CT_OK;
}

/* ---- actions */

static void read_arguments(cti_wast *s, const char *key, void (*read)(cti_wast *s)) {
  cti_json_member_open(&s->json, key, '[');
  while (cti_wat_more(&s->p)) {
    cti_wat_expect(&s->p, CTI_WAT_LEFT);
    read(s);
    cti_wat_leave(&s->p);
  }
  cti_json_close(&s->json, ']');
}

/* At `invoke` or `get`, up to the end of its group: the field "action" of a command of that type, which is opened here at the line of the action. */
static void action_command(cti_wast *s, const char *type) {
  cti_wat_token keyword = s->p.token;
  bool is_get = cti_wat_take_word(&s->p, "get");
  if (!is_get) cti_wat_expect_word(&s->p, "invoke");
  open_command(s, type, keyword);
  cti_json_member_open(&s->json, "action", '{');
  cti_json_member_str(&s->json, "type", is_get ? "get" : "invoke");
  name_field(s, "module", take_id(s));
  cti_json_member(&s->json, "field", cti_wat_take_name(&s->p));
  if (!is_get) read_arguments(s, "args", cti_wast_argument);
  cti_json_close(&s->json, '}');
}

/* ---- assertions */

static ct_status module_assertion(cti_wast *s, cti_wast_kind kind, const char *type) {
  if (!at_module(s)) return cti_wat_expected(&s->p, "a module or component in parentheses");
  open_command(s, type, cti_wat_second(&s->p));
  CTI_TRY(take_module(s, kind, true));
  close_command(s);
  cti_wat_leave(&s->p);
  return cti_wat_status(&s->p);
}

/* After the keyword, up to and over the end of the group. */
static ct_status assertion(cti_wast *s, cti_wast_kind kind) {
  const struct directive *d = &directives[kind];
  if (d->holds == MODULE) return module_assertion(s, kind, d->keyword);
  if (d->holds == TRAP && at_module(s)) return module_assertion(s, kind, "assert_uninstantiable");
  cti_wat_expect(&s->p, CTI_WAT_LEFT);
  action_command(s, d->keyword);
  cti_wat_leave(&s->p);
  if (d->holds == RESULTS) read_arguments(s, "expected", cti_wast_result);
  else if (d->holds != ACTION) cti_json_member(&s->json, "text", cti_wat_take_name(&s->p));
  close_command(s);
  cti_wat_leave(&s->p);
  return cti_wat_status(&s->p);
}

/* ---- the other commands */

static void register_command(cti_wast *s, cti_wat_token keyword) {
  ct_slice as = cti_wat_take_name(&s->p);
  ct_slice name = take_id(s);
  open_command(s, "register", keyword);
  name_field(s, "name", name);
  cti_json_member(&s->json, "as", as);
  close_command(s);
}

static ct_status command(cti_wast *s);

static ct_status thread_command(cti_wast *s, cti_wat_token keyword) {
  if (++s->depth > CTI_WAST_DEEPEST) return cti_wast_too_deep(s, keyword);
  open_command(s, "thread", keyword);
  cti_json_member(&s->json, "name", take_id(s));
  if (cti_wat_at_group(&s->p, "shared")) {
    cti_wat_enter(&s->p, "shared");
    cti_wat_expect_group(&s->p, "module");
    name_field(s, "shared_module", take_id(s));
    cti_wat_leave(&s->p);
    cti_wat_leave(&s->p);
  }
  cti_json_member_open(&s->json, "commands", '[');
  while (cti_wat_more(&s->p)) CTI_TRY(command(s));
  cti_json_close(&s->json, ']');
  close_command(s);
  s->depth--;
  return cti_wat_status(&s->p);
}

/* One directive with its parentheses. */
static ct_status command(cti_wast *s) {
  if (at_module(s)) return module_command(s);
  cti_wat_expect(&s->p, CTI_WAT_LEFT);
  cti_wat_token keyword = s->p.token;
  for (int kind = CTI_WAST_MODULE + 1; kind < CTI_WAST_KINDS; kind++)
    if (cti_wat_take_word(&s->p, directives[kind].keyword)) return assertion(s, (cti_wast_kind)kind);
  if (cti_wat_take_word(&s->p, "register")) {
    register_command(s, keyword);
  } else if (cti_wat_at_word(&s->p, "invoke") || cti_wat_at_word(&s->p, "get")) {
    action_command(s, "action");
    close_command(s);
  } else if (cti_wat_take_word(&s->p, "thread")) {
    CTI_TRY(thread_command(s, keyword));
  } else if (cti_wat_take_word(&s->p, "wait")) {
    open_command(s, "wait", keyword);
    cti_json_member(&s->json, "thread", take_id(s));
    close_command(s);
  } else {
    return cti_wat_expected(&s->p, "a directive, such as `module` or `assert_return`,");
  }
  cti_wat_leave(&s->p);
  return cti_wat_status(&s->p);
}

/* ---- the script */

/* A file of fields alone is one module. */
static bool at_directive(cti_wast *s) {
  cti_wat_token second = cti_wat_second(&s->p);
  static const char *const others[] = {"module", "component", "register", "invoke", "get", "thread", "wait"};
  for (size_t i = 0; i < CTI_COUNT(others); i++)
    if (cti_wat_is(second, others[i])) return true;
  for (int kind = CTI_WAST_MODULE + 1; kind < CTI_WAST_KINDS; kind++)
    if (cti_wat_is(second, directives[kind].keyword)) return true;
  return false;
}

static ct_status lone_module(cti_wast *s) {
  ct_error error = {0};
  cti_arena arena;
  cti_buf binary = {0};
  cti_wast_module m = {.line = 1, .at = s->p.token.at};
  open_command(s, "module", s->p.token);
  cti_arena_init(&arena, &error);
  cti_wat_parser p = parser_of_module(s, &arena);
  ct_status status = cti_wat_module_fields(&p, (cti_wat_ident){.number = CTI_WAT_NO_IDENT}, &binary);
  if (status == CT_OK) cti_wat_expect(&p, CTI_WAT_END);
  m.failure = error;
  m.bytes = cti_buf_slice(&binary);
  status = s->module(s, &m);
  close_command(s);
  ct_buf_free(&binary);
  cti_arena_free(&arena);
  return status == CT_OK ? s->done(s) : status;
}

ct_status cti_wast_read(cti_wast *s, ct_slice text, cti_arena *arena) {
  if (text.size >= UINT32_MAX) return cti_fail(arena->error, CT_LIMIT, CT_NO_OFFSET, "a script of 4 GiB or more");
  CTI_TRY(cti_lines_find(&s->lines, text, arena));
  CTI_TRY(cti_wat_parser_make(&s->p, text, NULL, arena));
  s->p.lexer.any_direction = true; /* tests have them */
  CTI_TRY(cti_op_map(&s->p.ops, arena));
  if (cti_wat_at(&s->p, CTI_WAT_LEFT) && !at_directive(s)) return lone_module(s);
  while (!cti_wat_at(&s->p, CTI_WAT_END)) {
    CTI_TRY(command(s));
    CTI_TRY(cti_wat_status(&s->p));
    CTI_TRY(s->done(s));
  }
  return cti_wat_status(&s->p);
}

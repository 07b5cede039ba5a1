/* wat_canon.c - canonical definitions in text: canon.def says what stands after each name.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#canonical-definitions */
#include "text/wat_component.h"

typedef struct options {
  CTI_VEC(cti_canon_opt) items;
} options;

static bool at_option(cti_wat_builder *b) {
  cti_wat_parser *p = b->p;
  for (int i = 0; i < CTI_CANON_OPT_COUNT; i++)
    if (cti_canon_opts[i].has_index ? cti_wat_at_group(p, cti_canon_opts[i].name) : cti_wat_at_word(p, cti_canon_opts[i].name)) return true;
  return false;
}

static cti_sort option_sort(int kind) { return kind == CTI_CANON_OPT_MEMORY ? CTI_SORT_CORE_MEMORY : kind == CTI_CANON_OPT_CORE_TYPE ? CTI_SORT_CORE_TYPE : CTI_SORT_CORE_FUNC; }

static void take_options(cti_wat_builder *b, cti_canon *canon) {
  cti_wat_parser *p = b->p;
  options all = {0};
  while (at_option(b) && !cti_wat_failed(p)) {
    for (int i = 0; i < CTI_CANON_OPT_COUNT; i++) {
      cti_canon_opt option = {.kind = (cti_canon_opt_kind)i};
      if (cti_canon_opts[i].has_index ? !cti_wat_enter(p, cti_canon_opts[i].name) : !cti_wat_take_word(p, cti_canon_opts[i].name)) continue;
      if (cti_canon_opts[i].has_index) {
        option.index = cti_wat_core_ref(b, option_sort(i));
        cti_wat_leave(p);
      }
      cti_vec_push(p->arena, &all.items, option);
      break;
    }
  }
  canon->options = all.items.items;
  canon->option_count = all.items.count;
}

static uint32_t type_ref(cti_wat_builder *b) {
  cti_wat_parser *p = b->p;
  if (!cti_wat_enter(p, "type")) return cti_wat_resolve(b, CTI_SORT_TYPE);
  uint32_t index = cti_wat_ref(b, CTI_SORT_TYPE);
  cti_wat_leave(p);
  return index;
}

static uint32_t memory_group(cti_wat_builder *b) {
  cti_wat_parser *p = b->p;
  cti_wat_expect_group(p, "memory");
  uint32_t index = cti_wat_core_ref(b, CTI_SORT_CORE_MEMORY);
  cti_wat_leave(p);
  return index;
}

/* The function of lift and lower, in parentheses with its sort. */
static uint32_t function_group(cti_wat_builder *b, bool core) {
  cti_wat_parser *p = b->p;
  cti_wat_expect_group(p, core ? "core" : "func");
  if (core) cti_wat_expect_word(p, "func");
  uint32_t index = cti_wat_ref(b, core ? CTI_SORT_CORE_FUNC : CTI_SORT_FUNC);
  cti_wat_leave(p);
  return index;
}

static cti_valtype result_group(cti_wat_builder *b) {
  if (!cti_wat_enter(b->p, "result")) return CTI_VALTYPE_NONE;
  cti_valtype type = cti_wat_component_valtype(b);
  cti_wat_leave(b->p);
  return type;
}

/* The letters are those of canon.def. */
static void immediates(cti_wat_builder *b, cti_canon *canon) {
  cti_wat_parser *p = b->p;
  for (const char *part = cti_canons[canon->kind].immediates; *part; part++) {
    switch (*part) {
    case '0': case 't': break; /* not in the text; and the type of a lift, which stands elsewhere */
    case 'f': canon->func = function_group(b, canon->kind == CTI_CANON_LIFT); break;
    case 'y': canon->type = cti_wat_core_ref(b, CTI_SORT_CORE_TYPE); break;
    case 'b': canon->table = cti_wat_core_ref(b, CTI_SORT_CORE_TABLE); break;
    case 'm': canon->memory = memory_group(b); break;
    case 'a': canon->flag = cti_wat_take_word(p, "async"); break;
    case 'c': canon->flag = cti_wat_take_word(p, "cancellable"); break;
    case 'r': canon->result = result_group(b); break;
    case 'v': canon->slot_type = cti_wat_core_valtype(b); break;
    case 'n': canon->slot = cti_wat_take_u32(p); break;
    case 'o': take_options(b, canon); break;
    default: canon->type = type_ref(b); /* R S U */
    }
  }
}

static void name_and_immediates(cti_wat_builder *b, cti_canon *canon) {
  for (int kind = 0; kind < CTI_CANON_COUNT; kind++) {
    if (!cti_wat_take_word(b->p, cti_canons[kind].name)) continue;
    canon->kind = (cti_canon_kind)kind;
    immediates(b, canon);
    return;
  }
  cti_wat_expected(b->p, "a canonical definition, such as `lift`, `lower` or `resource.new`");
}

/* (canon lift (core func f) options (func $id? type)): the type is worked out first, as if it stood first. */
static void lift_with_type_last(cti_wat_builder *b) {
  cti_wat_parser *p = b->p;
  cti_canon canon = {.kind = CTI_CANON_LIFT};
  cti_wat_place start = cti_wat_here(p);
  cti_wat_token opened;
  while (cti_wat_more(p) && !cti_wat_at_group(p, "func")) {
    opened = p->token;
    cti_wat_advance(p);
    if (opened.kind == CTI_WAT_LEFT) cti_wat_skip_rest(p, opened);
  }
  cti_wat_expect_group(p, "func");
  cti_wat_ident ident = cti_wat_take_ident(p);
  canon.type = cti_wat_ctype_use(b, CTI_CTYPE_FUNC);
  cti_wat_leave(p);
  cti_wat_place end = cti_wat_here(p);
  cti_wat_go(p, start);
  immediates(b, &canon);
  if (!cti_wat_at_group(p, "func")) cti_wat_expected(p, "a canonical option, or (func ...)");
  cti_wat_go(p, end);
  if (!cti_wat_failed(p)) cti_wat_define(b, CTI_SORT_FUNC, ident, cti_build_canon(b->scope->c, &canon));
}

void cti_wat_canon(cti_wat_builder *b) {
  cti_wat_parser *p = b->p;
  if (cti_wat_take_word(p, "lift")) {
    lift_with_type_last(b);
    return;
  }
  cti_canon canon = {0};
  name_and_immediates(b, &canon);
  cti_wat_expect_group(p, "core");
  cti_wat_expect_word(p, "func");
  cti_wat_ident ident = cti_wat_take_ident(p);
  cti_wat_leave(p);
  if (!cti_wat_failed(p)) cti_wat_define(b, CTI_SORT_CORE_FUNC, ident, cti_build_canon(b->scope->c, &canon));
}

void cti_wat_core_func(cti_wat_builder *b, cti_wat_ident ident) {
  cti_wat_parser *p = b->p;
  uint32_t index = 0;
  if (cti_wat_enter(p, "alias")) {
    cti_wat_expect_word(p, "core");
    cti_wat_expect_word(p, "export");
    uint32_t instance = cti_wat_resolve(b, CTI_SORT_CORE_INSTANCE);
    index = cti_build_alias_core_export(b->scope->c, CTI_SORT_CORE_FUNC, instance, cti_wat_take_name(p));
  } else {
    cti_canon canon = {0};
    cti_wat_expect_group(p, "canon");
    name_and_immediates(b, &canon);
    if (!cti_wat_failed(p)) index = cti_build_canon(b->scope->c, &canon);
  }
  cti_wat_leave(p);
  cti_wat_define(b, CTI_SORT_CORE_FUNC, ident, index);
}

uint32_t cti_wat_lift(cti_wat_builder *b) {
  cti_canon canon = {.kind = CTI_CANON_LIFT};
  canon.type = cti_wat_ctype_use(b, CTI_CTYPE_FUNC);
  cti_wat_expect_group(b->p, "canon");
  cti_wat_expect_word(b->p, "lift");
  immediates(b, &canon);
  cti_wat_leave(b->p);
  return cti_wat_failed(b->p) ? 0 : cti_build_canon(b->scope->c, &canon);
}

/* custom_validate.c - what custom sections say about a module, for who wants it checked: names and branch hints. Flows in: a module that was found valid,
 * and its index spaces. Flows out: CT_OK, or the first thing that is named and does not exist. Custom sections never make a module invalid by themselves.
 *
 * Bodies are walked once, for what sections say about their insides: how many locals and labels each has, and whether a hint stands at an `if` or `br_if`.
 * https://webassembly.github.io/spec/core/appendix/custom.html, https://github.com/WebAssembly/branch-hinting */
#include "core/core_read.h"
#include "core/custom.h"
#include "core/module_state.h"

/* What the body of a defined function holds that can be named. */
typedef struct body_facts {
  uint32_t locals, labels; /* parameters are counted */
} body_facts;

typedef struct checker {
  const cti_module_validator *m;
  cti_arena *arena;
  ct_error *error;
  cti_frame name, hints, code; /* with the payload behind the name of the section; payload.data is NULL where there is none */
  bool functions_seen;         /* when the hints came */
  body_facts *bodies;          /* by defined function; NULL until walk_bodies */
} checker;

static const cti_deftype *type_of_id(const checker *k, uint32_t id) { return &k->m->v->types.types.items[id]; }

/* ---- which sections there are */

static ct_status note_custom(checker *k, const cti_frame *frame) {
  ct_slice name, content;
  CTI_TRY(cti_custom_name(frame, &name, &content, k->error));
  cti_frame *slot = cti_slice_is(name, "name") ? &k->name : cti_slice_is(name, "metadata.code.branch_hint") ? &k->hints : NULL;
  if (!slot) return CT_OK;
  if (slot->payload.data) return cti_fail(k->error, CT_CORE_CUSTOM, frame->offset, "duplicate custom section `%.*s`", CTI_S(name));
  *slot = *frame;
  slot->payload = content;
  slot->payload_offset += frame->payload.size - content.size;
  return CT_OK;
}

static ct_status find_sections(checker *k, cti_cursor *c) {
  cti_frame frame;
  cti_cursor_bytes(c, CTI_PREAMBLE_SIZE);
  while (cti_frame_next(c, &frame)) {
    if (frame.id != CTI_SECTION_CUSTOM && k->name.payload.data) return cti_fail(k->error, CT_CORE_CUSTOM, frame.offset, "the custom section `name` must come after all sections that are not custom");
    if (frame.id == CTI_SECTION_CUSTOM) CTI_TRY(note_custom(k, &frame));
    if (frame.id == CTI_SECTION_CODE) k->code = frame;
    if (frame.id == CTI_SECTION_FUNCTION && !k->hints.payload.data) k->functions_seen = true;
  }
  return cti_cursor_status(c);
}

/* ---- bodies, with the hints about them */

typedef struct hint_reader {
  const cti_branch_hint *next, *end;
} hint_reader;

static ct_status check_order(const checker *k, const cti_branch_hints *hints) {
  uint32_t first = k->m->env.imported_funcs, end = k->functions_seen ? k->m->env.funcs.count : first;
  for (uint32_t i = 0; i < hints->items.count; i++) {
    const cti_branch_hint *hint = &hints->items.items[i], *before = i ? hint - 1 : NULL;
    if (hint->func < first || hint->func >= end) return cti_fail(k->error, CT_CORE_CUSTOM, hint->place, "a branch hint for function %u, which the module does not define", hint->func);
    if (before && before->func > hint->func) return cti_fail(k->error, CT_CORE_CUSTOM, hint->place, "branch hints must be sorted by function: %u comes after %u", hint->func, before->func);
    if (before && before->func == hint->func && before->offset >= hint->offset)
      return cti_fail(k->error, CT_CORE_CUSTOM, hint->place, "branch hints must be sorted by offset: 0x%x comes after 0x%x", hint->offset, before->offset);
  }
  return CT_OK;
}

static ct_status check_hint(const checker *k, hint_reader *hints, uint32_t func, uint32_t offset, cti_op op) {
  const cti_branch_hint *hint = hints->next;
  if (hint == hints->end || hint->func != func || hint->offset > offset) return CT_OK;
  if (hint->offset < offset) return cti_fail(k->error, CT_CORE_CUSTOM, hint->place, "a branch hint for offset 0x%x of function %u, where no instruction begins", hint->offset, func);
  if (op != CTI_OP_IF && op != CTI_OP_BR_IF)
    return cti_fail(k->error, CT_CORE_CUSTOM, hint->place, "a branch hint for `%s` at offset 0x%x of function %u: only `if` and `br_if` have hints", cti_opcodes[op].text, offset, func);
  hints->next++;
  return CT_OK;
}

static bool opens_label(cti_op op) { return op == CTI_OP_BLOCK || op == CTI_OP_LOOP || op == CTI_OP_IF || op == CTI_OP_TRY || op == CTI_OP_TRY_TABLE; }

static ct_status walk_body(const checker *k, body_facts *facts, uint32_t func, cti_cursor *c, hint_reader *hints) {
  uint64_t start = cti_cursor_offset(c);
  uint32_t runs = cti_cursor_count(c, "runs of locals");
  cti_instr instr;
  facts->locals = type_of_id(k, k->m->env.funcs.items[func])->param_count;
  for (uint32_t i = 0; i < runs; i++) facts->locals += cti_read_local_run(c).count;
  while (cti_instr_next(&instr, c)) {
    facts->labels += opens_label(instr.op);
    CTI_TRY(check_hint(k, hints, func, (uint32_t)(instr.offset - start), instr.op));
  }
  if (hints->next != hints->end && hints->next->func == func)
    return cti_fail(k->error, CT_CORE_CUSTOM, hints->next->place, "a branch hint for offset 0x%x of function %u, where no instruction begins", hints->next->offset, func);
  return cti_cursor_status(c);
}

static ct_status walk_bodies(checker *k, const cti_branch_hints *list) {
  uint32_t func = k->m->env.imported_funcs, defined = k->m->env.funcs.count - func;
  hint_reader hints = {list->items.items, cti_vec_tail(&list->items, list->items.count)};
  k->bodies = cti_alloc_n(k->arena, defined ? defined : 1, sizeof *k->bodies);
  if (!k->bodies) return CT_NOMEM;
  if (!k->code.payload.data) return CT_OK; /* valid without: there are no functions */
  cti_cursor c = cti_cursor_make(k->code.payload, k->code.payload_offset, k->error);
  cti_cursor_u32(&c);
  for (uint32_t i = 0; i < defined; i++, func++) {
    cti_cursor body = cti_read_body(&c);
    CTI_TRY(walk_body(k, &k->bodies[i], func, &body, &hints));
  }
  return cti_cursor_status(&c);
}

static ct_status check_hints(checker *k) {
  cti_branch_hints hints = {0};
  if (k->hints.payload.data) CTI_TRY(cti_branch_hints_parse(&hints, k->hints.payload, k->hints.payload_offset, k->arena, k->error));
  CTI_TRY(check_order(k, &hints));
  return hints.items.count || k->name.payload.data ? walk_bodies(k, &hints) : CT_OK;
}

/* ---- names */

/* How many things of a kind there are that have names of one level, or that group names of two. */
static uint32_t outer_count(const cti_module_validator *m, uint8_t kind) {
  switch (kind) {
    case CTI_NAME_FUNC:
    case CTI_NAME_LOCAL:
    case CTI_NAME_LABEL: return m->env.funcs.count;
    case CTI_NAME_TYPE:
    case CTI_NAME_FIELD:
    case CTI_NAME_PARAM: return m->env.space.count;
    case CTI_NAME_TABLE: return m->env.tables.count;
    case CTI_NAME_MEMORY: return m->env.memories.count;
    case CTI_NAME_GLOBAL: return m->env.globals.count;
    case CTI_NAME_ELEM: return m->env.elems.count;
    case CTI_NAME_DATA: return m->datas;
    default: return m->env.tags.count;
  }
}

static const char *const nouns[CTI_NAME_KINDS] = {
    [CTI_NAME_FUNC] = "function", [CTI_NAME_LOCAL] = "local", [CTI_NAME_LABEL] = "label", [CTI_NAME_TYPE] = "type", [CTI_NAME_TABLE] = "table",
    [CTI_NAME_MEMORY] = "memory", [CTI_NAME_GLOBAL] = "global", [CTI_NAME_ELEM] = "element segment", [CTI_NAME_DATA] = "data segment", [CTI_NAME_FIELD] = "field",
    [CTI_NAME_TAG] = "tag", [CTI_NAME_PARAM] = "parameter", [CTI_NAME_TAG_PARAM] = "parameter",
};

/* How many names of two levels `outer` may have. */
static ct_status inner_count(uint32_t *out, const checker *k, uint8_t kind, uint32_t outer, uint64_t offset) {
  const cti_module_env *env = &k->m->env;
  const cti_deftype *type;
  switch (kind) {
    case CTI_NAME_LOCAL:
    case CTI_NAME_LABEL:
      if (outer >= env->imported_funcs) *out = kind == CTI_NAME_LOCAL ? k->bodies[outer - env->imported_funcs].locals : k->bodies[outer - env->imported_funcs].labels;
      else *out = kind == CTI_NAME_LOCAL ? type_of_id(k, env->funcs.items[outer])->param_count : 0;
      return CT_OK;
    case CTI_NAME_TAG_PARAM: type = type_of_id(k, env->tags.items[outer]); break;
    default: type = type_of_id(k, env->space.items[outer]);
  }
  if (type->kind != (kind == CTI_NAME_FIELD ? CTI_COMPOSITE_STRUCT : CTI_COMPOSITE_FUNC))
    return cti_fail(k->error, CT_CORE_CUSTOM, offset, "names of %ss for type %u, which is no %s", nouns[kind], outer, kind == CTI_NAME_FIELD ? "struct" : "function type");
  *out = type->param_count;
  return CT_OK;
}

static ct_status check_namings(const checker *k, cti_cursor *c, uint8_t kind, uint32_t limit) {
  uint32_t count = cti_cursor_count(c, "names");
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    uint64_t offset = cti_cursor_offset(c);
    cti_naming naming = cti_read_naming(c);
    if (!c->failed && naming.index >= limit) return cti_fail(k->error, CT_CORE_CUSTOM, offset, "a name for %s %u: there are %u", nouns[kind], naming.index, limit);
  }
  return cti_cursor_status(c);
}

static ct_status check_groups(const checker *k, cti_cursor *c, uint8_t kind) {
  uint32_t count = cti_cursor_count(c, "groups of names"), outers = outer_count(k->m, kind);
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    uint64_t offset = cti_cursor_offset(c);
    uint32_t outer = cti_cursor_u32(c), inner = 0;
    if (c->failed) break;
    if (outer >= outers) return cti_fail(k->error, CT_CORE_CUSTOM, offset, "names of %ss in number %u of what has them: there are %u", nouns[kind], outer, outers);
    CTI_TRY(inner_count(&inner, k, kind, outer, offset));
    ct_status status = check_namings(k, c, kind, inner);
    if (status == CT_OK) continue;
    cti_error_trail(k->error, kind == CTI_NAME_LOCAL || kind == CTI_NAME_LABEL ? "func %u" : kind == CTI_NAME_TAG_PARAM ? "tag %u" : "type %u", outer);
    return status;
  }
  return cti_cursor_status(c);
}

static ct_status check_names(const checker *k) {
  cti_cursor c = cti_cursor_make(k->name.payload, k->name.payload_offset, k->error);
  for (cti_subsection sub; cti_subsection_next(&sub, &c);) {
    if (sub.code >= CTI_NAME_KINDS) return cti_fail(k->error, CT_CORE_CUSTOM, sub.offset, "unknown subsection %u of names", sub.code);
    if (sub.code == CTI_NAME_MODULE) cti_cursor_name(&sub.c);
    else CTI_TRY(cti_name_is_indirect(sub.code) ? check_groups(k, &sub.c, sub.code) : check_namings(k, &sub.c, sub.code, outer_count(k->m, sub.code)));
    CTI_TRY(cti_cursor_expect_end(&sub.c, "a list of names"));
  }
  return cti_cursor_status(&c);
}

ct_status cti_custom_validate(const cti_module_validator *m, cti_cursor c) {
  cti_arena arena;
  checker k = {.m = m, .arena = &arena, .error = m->v->arena->error};
  cti_arena_init(&arena, k.error);
  ct_status status = find_sections(&k, &c);
  if (status == CT_OK) status = check_hints(&k);
  bool named = status == CT_OK && k.name.payload.data;
  if (named) status = check_names(&k);
  cti_arena_free(&arena);
  if (status == CT_OK) return CT_OK;
  cti_error_trail(k.error, named ? "custom section `name`" : "custom sections");
  cti_error_hint(k.error, "the rule: %s", named ? "https://webassembly.github.io/spec/core/appendix/custom.html#name-section"
                                                : "https://github.com/WebAssembly/branch-hinting/blob/main/proposals/branch-hinting/Overview.md");
  return status;
}

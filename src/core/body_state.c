/* body_state.c - the operand stack, the control stack and the locals of the body validator, and its failures.
 *
 * Under the first operand of each block lies a barrier, which is no type: comparing the top of the stack with a type then also tells that the block has
 * no operand left.
 * https://webassembly.github.io/spec/core/appendix/algorithm.html */
#include "core/body_state.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"

/* ---- failures */

/* Where the rules of an instruction stand: those of proposals by feature, the others by what they are about. */
static const struct {
  cti_feature feature;
  const char *clause;
} proposal_clauses[] = {
    {CTI_FEATURE_LEGACY_EXCEPTIONS, "https://github.com/WebAssembly/exception-handling/blob/main/proposals/exception-handling/legacy/Exceptions.md"},
    {CTI_FEATURE_STACK_SWITCHING, "https://github.com/WebAssembly/stack-switching/blob/main/proposals/stack-switching/Explainer.md#instructions"},
    {CTI_FEATURE_SHARED_EVERYTHING_THREADS, "https://github.com/WebAssembly/shared-everything-threads/blob/main/proposals/shared-everything-threads/Overview.md"},
    {CTI_FEATURE_CUSTOM_DESCRIPTORS, "https://github.com/WebAssembly/custom-descriptors/blob/main/proposals/custom-descriptors/Overview.md"},
    {CTI_FEATURE_THREADS, "https://github.com/WebAssembly/threads/blob/main/proposals/threads/Overview.md"},
    {CTI_FEATURE_ACQUIRE_RELEASE_ATOMICS, "https://github.com/WebAssembly/acquire-release-atomics"},
    {CTI_FEATURE_WIDE_ARITHMETIC, "https://github.com/WebAssembly/wide-arithmetic/blob/main/proposals/wide-arithmetic/Overview.md"},
};

static const char *clause_of(cti_op op) {
  const cti_opcode *row = &cti_opcodes[op];
  for (size_t i = 0; i < CTI_COUNT(proposal_clauses); i++)
    if (proposal_clauses[i].feature == (cti_feature)row->feature) return proposal_clauses[i].clause;
#define CLAUSE(anchor) "https://webassembly.github.io/spec/core/valid/instructions.html#" anchor
  if (row->prefix == 0xfd) return CLAUSE("vector-instructions");
  if (row->prefix == 0xfb) return CLAUSE("aggregate-reference-instructions");
  if (row->effects & (CTI_EFFECT_READ_MEMORY | CTI_EFFECT_WRITE_MEMORY)) return CLAUSE("memory-instructions");
  if (row->effects & (CTI_EFFECT_CONTROL | CTI_EFFECT_CALL)) return CLAUSE("control-instructions");
  if (row->effects & (CTI_EFFECT_READ_TABLE | CTI_EFFECT_WRITE_TABLE)) return CLAUSE("table-instructions");
  if (row->immediate == CTI_IMM_LOCAL || row->immediate == CTI_IMM_GLOBAL) return CLAUSE("variable-instructions");
  if (op == CTI_OP_DROP || op == CTI_OP_SELECT || op == CTI_OP_SELECT_TYPED) return CLAUSE("parametric-instructions");
  return row->signature[0] == '*' ? CLAUSE("reference-instructions") : CLAUSE("numeric-instructions");
#undef CLAUSE
}

/* What a person wants to see beside the message: the instruction, the operands of its block, and where the rule stands. */
CTI_COLD static void add_hint(cti_body *b) {
  const char *clause = b->op == CTI_OP_NONE ? "https://webassembly.github.io/spec/core/valid/modules.html#functions" : clause_of(b->op);
  if (!b->env->show_stack || b->depth == 0) {
    cti_error_hint(b->error, "the rule: %s", clause);
    return;
  }
  const cti_control *top = cti_body_top(b);
  uint32_t count = (uint32_t)(b->sp - (b->stack + top->base)), shown = count < 12 ? count : 12;
  cti_types_text operands = cti_valtypes_text(b->sp - shown, shown, &b->env->space);
  cti_error_hint(b->error, "instruction: %s\noperands of its block, the top last: %s%s%s\nblock: opened at offset 0x%llx, %u block%s around it\nthe rule: %s",
                 cti_opcodes[b->op].text, shown < count ? "... " : "", operands.text, top->unreachable ? ", in unreachable code" : "",
                 (unsigned long long)(b->base + top->offset), b->depth - 1, b->depth == 2 ? "" : "s", clause);
}

CTI_COLD ct_status cti_body_fail(cti_body *b, ct_status status, const char *format, ...) {
  if (b->error->status != CT_OK) return b->error->status;
  char message[sizeof b->error->message];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  cti_fail(b->error, status, cti_body_offset(b, b->at), "%s", message);
  add_hint(b);
  return status;
}

CTI_COLD static ct_status out_of_memory(cti_body *b) { return cti_body_fail(b, CT_NOMEM, "out of memory"); }

ct_status cti_body_require(cti_body *b, cti_feature feature) {
  if (cti_features_have(b->features, feature)) return CT_OK;
  const char *name = cti_feature_name(feature);
  ct_status status = cti_body_fail(b, CT_CORE_FEATURE, "`%s` is not allowed: the feature `%s` is not enabled", cti_opcodes[b->op].text, name);
  b->error->hint[0] = 0;
  cti_error_hint(b->error, "--features=%s enables it", name);
  return status;
}

/* ---- growing: the old content is kept. False when memory is out. */

static bool grow(void **items, uint32_t *room, uint32_t wanted, size_t size) {
  if (wanted <= *room) return true;
  uint32_t more = *room > UINT32_MAX / 4 ? wanted : *room * 2 < 64 ? 64 : *room * 2;
  if (more < wanted) more = wanted;
  void *moved = cti_realloc(*items, (size_t)more * size);
  if (!moved) return false;
  *items = moved;
  *room = more;
  return true;
}

ct_status cti_operand_room(cti_body *b, size_t count) {
  size_t used = (size_t)(b->sp - b->stack), wanted = used + count + 8; /* a few more, so that barriers need no look */
  if (wanted <= b->stack_room) return CT_OK;
  size_t more = wanted > b->stack_room * 2 ? wanted : b->stack_room * 2;
  uint32_t *moved = cti_realloc(b->stack, more * sizeof *moved);
  if (!moved) return out_of_memory(b);
  b->stack = moved;
  b->stack_room = more;
  b->sp = moved + used;
  return CT_OK;
}

/* ---- operands */

ct_status cti_push(cti_body *b, cti_corevt type) {
  CTI_TRY(cti_operand_room(b, 1));
  *b->sp++ = type;
  return CT_OK;
}

/* Here alone are more operands pushed than the body has bytes, so here is where their limit is kept. The stack has a barrier for each block, too. */
ct_status cti_push_n(cti_body *b, const cti_corevt *types, uint32_t count) {
  uint64_t operands = (uint64_t)(b->sp - b->stack) - b->depth + count;
  uint32_t limit = b->types->limits.max[CTI_LIMIT_operands];
  if (operands > limit) return cti_body_fail(b, CT_LIMIT, "the operand stack would hold %llu operands, more than the limit of %u", (unsigned long long)operands, limit);
  CTI_TRY(cti_operand_room(b, count));
  for (uint32_t i = 0; i < count; i++) *b->sp++ = types[i];
  return CT_OK;
}

static ct_status fail_empty(cti_body *b, cti_corevt expected) {
  cti_type_text wanted = cti_body_text(b, expected);
  return cti_body_fail(b, CT_CORE_TYPE, "type mismatch in `%s`: expected %s but nothing on stack", cti_opcodes[b->op].text, expected ? wanted.text : "an operand");
}

static ct_status fail_mismatch(cti_body *b, cti_corevt expected, cti_corevt found) {
  cti_type_text wanted = cti_body_text(b, expected), actual = cti_body_text(b, found);
  return cti_body_fail(b, CT_CORE_TYPE, "type mismatch in `%s`: expected %s, found %s", cti_opcodes[b->op].text, wanted.text, actual.text);
}

/* Does some reference of unreachable code fit? With a code it is below that abstract type, as shared and as non-null as is asked for. */
static bool unknown_ref_fits(const cti_body *b, cti_corevt found, cti_corevt expected) {
  uint32_t code = cti_vt_index(found) & ~(uint32_t)CTI_OPERAND_ANY_REF;
  if (!cti_vt_is_ref(expected)) return false;
  if (code == 0) return true;
  cti_corevt shared = cti_valtype_is_shared(b->types, expected) ? CTI_VT_SHARED : 0;
  return cti_valtype_is_sub(b->types, CTI_VT_REF | shared | code, expected);
}

ct_status cti_pop(cti_body *b, cti_corevt expected, cti_corevt *actual) {
  cti_corevt found = b->sp[-1];
  if (found == CTI_OPERAND_BARRIER) {
    if (!cti_body_top(b)->unreachable) return fail_empty(b, expected);
    found = CTI_OPERAND_BOTTOM;
  } else {
    b->sp--;
  }
  if (actual) *actual = found;
  if (found == expected || expected == CTI_VT_NONE || found == CTI_OPERAND_BOTTOM) return CT_OK;
  bool fits = cti_operand_is_unknown(found) ? unknown_ref_fits(b, found, expected) : cti_valtype_is_sub(b->types, found, expected);
  if (fits) return CT_OK;
  b->sp++; /* as the stack was, for the hint */
  return fail_mismatch(b, expected, found);
}

/* Once an unreachable block has no operand left, whatever else is popped is there. */
ct_status cti_pop_n(cti_body *b, const cti_corevt *types, uint32_t count) {
  for (uint32_t i = count; i-- > 0;) {
    if (b->sp[-1] == CTI_OPERAND_BARRIER && cti_body_top(b)->unreachable) return CT_OK;
    CTI_TRY(cti_pop(b, types[i], NULL));
  }
  return CT_OK;
}

ct_status cti_pop_ref(cti_body *b, cti_corevt expected, cti_corevt *actual) {
  cti_corevt found;
  CTI_TRY(cti_pop(b, expected, &found));
  if (found == CTI_OPERAND_BOTTOM) found = CTI_OPERAND_SOME_REF;
  if (actual) *actual = found;
  if (cti_vt_is_ref(found)) return CT_OK;
  b->sp++;
  cti_type_text text = cti_body_text(b, found);
  return cti_body_fail(b, CT_CORE_TYPE, "type mismatch in `%s`: expected a reference, found %s", cti_opcodes[b->op].text, text.text);
}

ct_status cti_pop_abstract(cti_body *b, uint32_t code, cti_corevt *actual) {
  cti_corevt found;
  CTI_TRY(cti_pop_ref(b, CTI_VT_NONE, &found));
  if (actual) *actual = found;
  if (found == CTI_OPERAND_SOME_REF) return CT_OK;
  bool shared = !cti_operand_is_unknown(found) && cti_valtype_is_shared(b->types, found);
  cti_corevt expected = CTI_VT_REF | CTI_VT_NULLABLE | (shared ? CTI_VT_SHARED : 0) | code;
  bool fits = cti_operand_is_unknown(found) ? cti_abstract_is_sub(cti_vt_index(found) & ~(uint32_t)CTI_OPERAND_ANY_REF, code) : cti_valtype_is_sub(b->types, found, expected);
  if (fits) return CT_OK;
  b->sp++;
  return fail_mismatch(b, expected, found);
}

ct_status cti_pop_push(cti_body *b, cti_typelist types) {
  CTI_TRY(cti_pop_n(b, types.items, types.count));
  return cti_push_n(b, types.items, types.count);
}

/* ---- blocks */

static bool is_func_word(uint32_t word) { return (word & (CTI_VT_REF | CTI_VT_CONCRETE)) == CTI_VT_CONCRETE; }

cti_typelist cti_word_params(const cti_body *b, const uint32_t *word) {
  if (!is_func_word(*word)) return (cti_typelist){NULL, 0};
  const cti_deftype *type = &b->types->types.items[cti_vt_index(*word)];
  return (cti_typelist){type->of.types, type->param_count};
}

cti_typelist cti_word_results(const cti_body *b, const uint32_t *word) {
  if (*word == CTI_VT_NONE) return (cti_typelist){NULL, 0};
  if (!is_func_word(*word)) return (cti_typelist){word, 1};
  const cti_deftype *type = &b->types->types.items[cti_vt_index(*word)];
  return (cti_typelist){type->of.types + type->param_count, type->result_count};
}

ct_status cti_open_block(cti_body *b, cti_block_kind kind, uint32_t type, bool push_params) {
  if (!grow((void **)&b->control, &b->control_room, b->depth + 1, sizeof *b->control)) return out_of_memory(b);
  bool is_loop = kind == CTI_CONTROL_LOOP;
  CTI_TRY(cti_push(b, CTI_OPERAND_BARRIER));
  cti_control *control = &b->control[b->depth++];
  *control = (cti_control){.base = (uint32_t)(b->sp - b->stack), .type = type, .kind = (uint8_t)kind, .inits = b->set_count, .offset = (uint32_t)(b->at - b->start)};
  control->label = is_loop && !is_func_word(type) ? CTI_VT_NONE : type;
  control->label_is_params = is_loop && is_func_word(type);
  cti_typelist params = cti_word_params(b, &control->type);
  return push_params ? cti_push_n(b, params.items, params.count) : CT_OK;
}

ct_status cti_close_block(cti_body *b, cti_control *closed) {
  cti_control *top = cti_body_top(b);
  cti_typelist results = cti_word_results(b, &top->type);
  CTI_TRY(cti_pop_n(b, results.items, results.count));
  uint32_t left = (uint32_t)(b->sp - b->stack) - top->base;
  if (left) {
    cti_types_text text = cti_valtypes_text(b->sp - (left < 12 ? left : 12), left < 12 ? left : 12, &b->env->space);
    return cti_body_fail(b, CT_CORE_TYPE, "type mismatch: values remaining on stack at end of block: %s%s", left > 12 ? "... " : "", text.text);
  }
  b->sp--; /* the barrier */
  cti_locals_undo(b, top->inits);
  *closed = *top;
  b->depth--;
  return CT_OK;
}

void cti_set_unreachable(cti_body *b) {
  cti_control *top = cti_body_top(b);
  top->unreachable = true;
  b->sp = b->stack + top->base;
}

ct_status cti_label(cti_body *b, uint32_t depth, const cti_control **label) {
  if (depth >= b->depth) return cti_body_fail(b, CT_CORE_INDEX, "unknown label %u: branch depth too large, %u block%s open", depth, b->depth, b->depth == 1 ? " is" : "s are");
  *label = &b->control[b->depth - 1 - depth];
  return CT_OK;
}

cti_typelist cti_label_types(const cti_body *b, const cti_control *label) {
  return label->label_is_params ? cti_word_params(b, &label->label) : cti_word_results(b, &label->label);
}

/* ---- index spaces */

static void fail_index(cti_body *b, const char *what, uint32_t index) { cti_body_fail(b, CT_CORE_INDEX, "unknown %s %u: %s index out of bounds", what, index, what); }
static void fail_unshared(cti_body *b, const char *what) { cti_body_fail(b, CT_CORE_TYPE, "shared functions cannot access unshared %s", what); }

const cti_deftype *cti_body_type(cti_body *b, uint32_t index, uint32_t *id) {
  if (index >= b->env->space.count) {
    fail_index(b, "type", index);
    return NULL;
  }
  uint32_t found = b->env->space.items[index];
  if (id) *id = found;
  return &b->types->types.items[found];
}

const cti_deftype *cti_body_func_type(cti_body *b, uint32_t index) {
  const cti_deftype *type = cti_body_type(b, index, NULL);
  if (!type) return NULL;
  if (type->kind != CTI_COMPOSITE_FUNC) {
    cti_body_fail(b, CT_CORE_TYPE, "type index %u is not a function type", index);
    return NULL;
  }
  if (b->shared && !type->shared) {
    fail_unshared(b, "functions");
    return NULL;
  }
  return type;
}

const cti_table_type *cti_body_table(cti_body *b, uint32_t index) {
  if (index >= b->env->tables.count) {
    fail_index(b, "table", index);
    return NULL;
  }
  const cti_table_type *table = &b->env->tables.items[index];
  if (b->shared && !table->limits.shared) {
    fail_unshared(b, "tables");
    return NULL;
  }
  return table;
}

const cti_global_type *cti_body_global(cti_body *b, uint32_t index) {
  if (index >= b->env->globals.count) {
    fail_index(b, "global", index);
    return NULL;
  }
  const cti_global_type *global = &b->env->globals.items[index];
  if (b->shared && !global->shared) {
    fail_unshared(b, "globals");
    return NULL;
  }
  return global;
}

const cti_deftype *cti_body_tag(cti_body *b, uint32_t index) {
  if (index < b->env->tags.count) return &b->types->types.items[b->env->tags.items[index]];
  fail_index(b, "tag", index);
  return NULL;
}

ct_status cti_body_memory(cti_body *b, uint32_t index, cti_corevt *address) {
  if (index >= b->env->memories.count) {
    fail_index(b, "memory", index);
    return b->error->status;
  }
  *address = cti_address_type(&b->env->memories.items[index]);
  return CT_OK;
}

ct_status cti_body_data(cti_body *b, uint32_t index) {
  if (!b->env->has_data_count) return cti_body_fail(b, CT_CORE_INVALID, "data count section required: `%s` names a data segment", cti_opcodes[b->op].text);
  if (index >= b->env->data_count) fail_index(b, "data segment", index);
  return b->error->status;
}

ct_status cti_body_elem(cti_body *b, uint32_t index, cti_corevt *type) {
  if (index < b->env->elems.count) *type = b->env->elems.items[index];
  else fail_index(b, "elem segment", index);
  return b->error->status;
}

/* ---- locals */

static ct_status add_run(cti_body *b, uint32_t count, cti_corevt type) {
  if (count == 0) return CT_OK;
  if (b->run_count && b->run_types[b->run_count - 1] == type) {
    b->run_ends[b->run_count - 1] += count;
  } else {
    uint32_t room = b->run_room;
    if (!grow((void **)&b->run_ends, &room, b->run_count + 1, sizeof *b->run_ends) || !grow((void **)&b->run_types, &b->run_room, b->run_count + 1, sizeof *b->run_types)) return out_of_memory(b);
    b->run_ends[b->run_count] = b->local_count + count;
    b->run_types[b->run_count++] = type;
  }
  b->local_count += count;
  return CT_OK;
}

static ct_status read_run(cti_body *b, cti_cursor *c) {
  b->at = c->at;
  uint64_t offset = cti_cursor_offset(c);
  cti_local_run run = cti_read_local_run(c);
  if (c->failed) return b->error->status;
  CTI_TRY(cti_valtype_check(&run.type, b->types, &b->env->space, offset, b->error));
  uint32_t limit = b->types->limits.max[CTI_LIMIT_function_locals];
  if ((uint64_t)b->local_count + run.count > limit) return cti_fail(b->error, CT_LIMIT, offset, "too many locals: locals exceed maximum of %u", limit);
  if (!cti_valtype_is_defaultable(run.type) && run.count && b->first_unset == UINT32_MAX) b->first_unset = b->local_count;
  return add_run(b, run.count, run.type);
}

/* The locals that a body of that size can name are laid out flat; so many locals in a few bytes cost nothing. */
static ct_status flatten(cti_body *b, size_t body_size) {
  b->flat = b->local_count < 64 || b->local_count <= body_size ? b->local_count : (uint32_t)(body_size < 64 ? 64 : body_size);
  if (!grow((void **)&b->locals, &b->flat_room, b->flat, sizeof *b->locals)) return out_of_memory(b);
  uint32_t at = 0;
  for (uint32_t run = 0; at < b->flat; run++)
    for (uint32_t end = b->run_ends[run] < b->flat ? b->run_ends[run] : b->flat; at < end; at++) b->locals[at] = b->run_types[run];
  if (b->first_unset == UINT32_MAX) return CT_OK;
  uint32_t before = b->set_room, bytes = (b->local_count - b->first_unset) / 8 + 1;
  if (!grow((void **)&b->is_set, &b->set_room, bytes, 1)) return out_of_memory(b);
  memset(b->is_set + before, 0, b->set_room - before); /* between bodies every bit is 0: the end of a body undoes its sets */
  return CT_OK;
}

ct_status cti_locals_read(cti_body *b, const cti_deftype *func, cti_cursor *c) {
  size_t size = cti_cursor_left(c);
  b->run_count = b->local_count = 0;
  b->first_unset = UINT32_MAX;
  for (uint32_t i = 0; i < func->param_count; i++) CTI_TRY(add_run(b, 1, func->of.types[i]));
  uint32_t runs = cti_cursor_count(c, "runs of locals");
  for (uint32_t i = 0; i < runs && !c->failed; i++) CTI_TRY(read_run(b, c));
  return c->failed ? b->error->status : flatten(b, size);
}

ct_status cti_local_type(cti_body *b, uint32_t index, cti_corevt *type) {
  if (index >= b->local_count) return cti_body_fail(b, CT_CORE_INDEX, "unknown local %u: local index out of bounds, there %s %u", index, b->local_count == 1 ? "is" : "are", b->local_count);
  uint32_t low = 0, high = b->run_count - 1;
  if (index < b->flat) {
    *type = b->locals[index];
    return CT_OK;
  }
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (index < b->run_ends[middle]) high = middle;
    else low = middle + 1;
  }
  *type = b->run_types[low];
  return CT_OK;
}

static bool set_bit(const cti_body *b, uint32_t index) { return (b->is_set[(index - b->first_unset) / 8] >> (index - b->first_unset) % 8 & 1) != 0; }

bool cti_local_is_unset(const cti_body *b, uint32_t index) {
  if (index < b->first_unset) return false;
  cti_corevt type = CTI_VT_NONE;
  cti_local_type((cti_body *)b, index, &type); /* in range: the caller has its type */
  return !cti_valtype_is_defaultable(type) && !set_bit(b, index);
}

ct_status cti_local_set(cti_body *b, uint32_t index) {
  if (!cti_local_is_unset(b, index)) return CT_OK;
  if (!grow((void **)&b->sets, &b->sets_room, b->set_count + 1, sizeof *b->sets)) return out_of_memory(b);
  b->sets[b->set_count++] = index;
  b->is_set[(index - b->first_unset) / 8] |= (uint8_t)(1u << (index - b->first_unset) % 8);
  return CT_OK;
}

void cti_locals_undo(cti_body *b, uint32_t to) {
  while (b->set_count > to) {
    uint32_t index = b->sets[--b->set_count];
    b->is_set[(index - b->first_unset) / 8] &= (uint8_t)~(1u << (index - b->first_unset) % 8);
  }
}

/* ---- life */

ct_status cti_body_begin(cti_body *b, uint32_t result_type) {
  b->depth = 0;
  b->sp = b->stack;
  b->result_type = result_type;
  b->at = b->pc;
  return cti_open_block(b, CTI_CONTROL_BLOCK, result_type, false);
}

void cti_body_free(cti_body *b) {
  cti_free(b->stack);
  cti_free(b->control);
  cti_free(b->locals);
  cti_free(b->run_ends);
  cti_free(b->run_types);
  cti_free(b->is_set);
  cti_free(b->sets);
}

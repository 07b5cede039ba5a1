/* asyncify.c - the order of work, function by function. Flows in: a module. Flows out: one whose calls can be unwound and rewound.
 * What is seen from outside is what Binaryen's pass of the name has: https://github.com/WebAssembly/binaryen/blob/main/src/passes/Asyncify.cpp */
#include "passes/asyncify.h"

#include "core/core_write.h"

static bool is_tail_call(cti_op op) { return op == CTI_OP_RETURN_CALL || op == CTI_OP_RETURN_CALL_INDIRECT || op == CTI_OP_RETURN_CALL_REF; }

/* What the function has that has no form as a tree. */
static const char *obstacle(const cti_asyncify *a, const cti_func *func, uint64_t *offset) {
  cti_cursor c = cti_cursor_make(func->body, func->body_offset, a->arena->error);
  cti_instr instr;
  *offset = func->body_offset;
  for (uint32_t runs = cti_cursor_count(&c, "runs of locals"); runs > 0; runs--) cti_read_local_run(&c);
  while (cti_instr_next(&instr, &c)) {
    *offset = instr.offset;
    if (is_tail_call(instr.op)) return "a tail call";
    if (instr.op == CTI_OP_CALL_REF) return "a call_ref";
    if (cti_opcodes[instr.op].effects & CTI_EFFECT_THROW || cti_opcodes[instr.op].immediate == CTI_IMM_TRY_TABLE || instr.op == CTI_OP_TRY) return "exceptions";
  }
  *offset = func->body_offset;
  return "several results of one block or call, parameters of blocks, or too much nesting";
}

static ct_status refuse(const cti_asyncify *a, uint32_t func, const char *why, uint64_t offset) {
  ct_slice name = a->names[func];
  cti_fail(a->arena->error, CT_UNSUPPORTED, offset, "a call in function `%.*s` may pause, but it has %s, which asyncify cannot rewrite", CTI_S(name), why);
  cti_error_hint(a->arena->error, "if it is never paused, say so: --pass-arg=asyncify-removelist@%.*s; or name the imports that pause with asyncify-imports",
                 CTI_S(name));
  return CT_UNSUPPORTED;
}

/* A reference that is never null has no value to begin with, and getting back to a call passes over where it gets one. */
static bool has_bare_local(const cti_ir *f) {
  for (uint32_t i = f->param_count; i < f->locals.count; i++)
    if (cti_vt_is_ref(f->locals.items[i]) && !(f->locals.items[i] & CTI_VT_NULLABLE)) return true;
  return cti_vt_is_ref(f->result) && !(f->result & CTI_VT_NULLABLE);
}

/* `status` tells how the writing of the body went, which is freed. */
static ct_status set_body(const cti_asyncify *a, uint32_t func, cti_buf *body, ct_status status) {
  ct_slice made = cti_take(body, a->arena);
  CTI_TRY(status);
  a->m->funcs.items[func].body = made;
  return a->arena->error->status;
}

static ct_status write_back(const cti_asyncify *a, const cti_ir *f, uint32_t func) {
  static const cti_remap unmoved;
  cti_buf body = {0};
  ct_status status = cti_ir_emit(&body, f, &unmoved);
  return set_body(a, func, &body, status);
}

static ct_status rewrite_in(cti_asyncify *a, uint32_t func, cti_arena *arena) {
  cti_ir f;
  cti_asyncify_sites sites;
  cti_corevt unsaved;
  bool lifted;
  uint64_t offset = a->m->funcs.items[func].body_offset;
  cti_ir_init(&f, a->m, arena);
  CTI_TRY(cti_ir_lift(&f, func, &lifted));
  if (!lifted) {
    const char *why = obstacle(a, &a->m->funcs.items[func], &offset);
    return refuse(a, func, why, offset);
  }
  cti_ir_optimize(&f);
  CTI_TRY(cti_asyncify_flatten(&f, a, &sites));
  if (sites.items.count == 0) return CT_OK; /* it is only in a list */
  if (has_bare_local(&f)) return refuse(a, func, "references that are never null", offset);
  cti_ir_count_labels(&f);
  cti_ir_pass_share_locals(&f);
  CTI_TRY(arena->error->status);
  CTI_TRY(cti_asyncify_dispatch(&f, a, &sites, &unsaved));
  if (unsaved != CTI_VT_NONE) return refuse(a, func, "a reference that is needed after it and cannot be kept in memory", offset);
  return write_back(a, &f, func);
}

/* A function with nothing in it that pauses keeps its code. */
static ct_status rewrite(cti_asyncify *a, uint32_t func) {
  cti_arena arena;
  cti_arena_init(&arena, a->arena->error);
  ct_status status = rewrite_in(a, func, &arena);
  cti_arena_free(&arena);
  return status;
}

/* ---- assertions */

static bool is_call(cti_op op) { return op == CTI_OP_CALL || op == CTI_OP_CALL_INDIRECT || op == CTI_OP_CALL_REF; }

static void put(cti_buf *out, uint16_t op, uint32_t index) {
  cti_instr instr = {.op = (cti_op)op, .a = index};
  cti_instr_write(out, &instr);
}

/* One local more, for the state at the entry; after each call it is compared. */
static ct_status assert_in(const cti_asyncify *a, uint32_t func, cti_buf *out) {
  const cti_func *body = &a->m->funcs.items[func];
  cti_cursor c = cti_cursor_make(body->body, body->body_offset, a->arena->error);
  cti_instr instr;
  uint32_t runs = cti_cursor_count(&c, "runs of locals"), local = cti_module_func_type(a->m, func)->param_count;
  cti_buf_uleb(out, runs + 1);
  for (uint32_t i = 0; i < runs; i++) {
    cti_local_run run = cti_read_local_run(&c);
    cti_buf_uleb(out, run.count);
    cti_write_valtype(out, run.type);
    local += run.count;
  }
  cti_buf_bytes(out, CTI_LIT("\x01\x7f"));
  put(out, CTI_OP_GLOBAL_GET, a->state);
  put(out, CTI_OP_LOCAL_SET, local);
  while (cti_instr_next(&instr, &c)) {
    cti_buf_bytes(out, instr.bytes);
    if (!is_call(instr.op)) continue;
    put(out, CTI_OP_GLOBAL_GET, a->state);
    put(out, CTI_OP_LOCAL_GET, local);
    cti_buf_bytes(out, CTI_LIT("\x47\x04\x40\x00\x0b")); /* i32.ne if unreachable end */
  }
  return cti_cursor_status(&c);
}

static ct_status assert_func(const cti_asyncify *a, uint32_t func) {
  cti_buf out = {0};
  ct_status status = assert_in(a, func, &out);
  return set_body(a, func, &out, status);
}

/* ---- the whole */

bool cti_asyncify_names_funcs(const cti_module *m, const ct_asyncify_options *options) {
  bool named = options->remove_list || options->add_list || options->only_list || options->verbose;
  for (uint32_t i = 0; i < m->imports.count && !named; i++) named = cti_slice_is(m->imports.items[i].module, "asyncify");
  return named;
}

ct_status cti_asyncify_run(cti_module *m, const ct_asyncify_options *options, cti_arena *arena) {
  cti_asyncify a = {.m = m, .arena = arena, .options = options, .func_count = m->funcs.count};
  CTI_TRY(cti_asyncify_name_funcs(&a));
  CTI_TRY(cti_asyncify_analyze(&a));
  CTI_TRY(cti_asyncify_prepare(&a));
  for (uint32_t i = m->imported[CTI_EXTERN_FUNC]; i < a.func_count; i++) {
    if (a.funcs[i] & CTI_ASYNCIFY_REWRITTEN) CTI_TRY(rewrite(&a, i));
    else if (options->asserts && !(a.funcs[i] & (CTI_ASYNCIFY_TOP | CTI_ASYNCIFY_BOTTOM))) CTI_TRY(assert_func(&a, i));
  }
  return cti_asyncify_finish(&a);
}

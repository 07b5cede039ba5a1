/* print_folded.c - instructions in folded form: (i32.add (local.get 0) (local.get 1)). Flows in: the bytes of a body. Flows out: its trees, as text.
 *
 * Each instruction takes as its children the neighbours before it that give exactly its operands; where that cannot be said, it stands alone. Trees are
 * built for a body at a time and printed without recursion. https://webassembly.github.io/spec/core/text/instructions.html#folded-instructions */
#include "text/print_stack.h"

typedef struct node {
  uint32_t text, text_size; /* in the buffer of texts */
  uint32_t first, count;    /* children, in the pool of node numbers */
  uint32_t results;
  const char *hint;         /* an annotation before it, or NULL */
  uint64_t offset;
} node;

typedef struct block {
  cti_frame_kind kind;
  uint32_t text, text_size;
  uint32_t base;              /* what was folded inside begins here on the stack */
  bool has_predicate;
  uint32_t predicate;         /* of an if: a node */
  uint32_t then_first, then_count;
  uint64_t offset, then_offset;
  const char *hint;
} block;

typedef struct folder {
  cti_code *code;
  cti_printer *p;       /* where the trees go */
  cti_printer inner;    /* where the text of one instruction goes: into `texts` */
  cti_buf texts;
  CTI_VEC(node) nodes;
  CTI_VEC(uint32_t) pool, stack;
  CTI_VEC(block) blocks;
  const char *hint;     /* for the next instruction */
  cti_arena arena;
} folder;

static ct_status append_text(void *user, ct_slice bytes, ct_error *error) {
  cti_buf *texts = user;
  cti_buf_bytes(texts, bytes);
  return cti_buf_check(texts, error);
}

/* ---- building */

static ct_status no_memory(folder *f) { return cti_fail(f->p->error, CT_NOMEM, CT_NO_OFFSET, "out of memory"); }

/* The top of the stack from `base` on becomes a list of children. */
static bool take_children(folder *f, uint32_t base, uint32_t *first, uint32_t *count) {
  *first = f->pool.count;
  *count = f->stack.count - base;
  for (uint32_t i = base; i < f->stack.count; i++) {
    if (!cti_vec_push(&f->arena, &f->pool, f->stack.items[i])) return false;
  }
  f->stack.count = base;
  return true;
}

static bool push_node(folder *f, node n) { return cti_vec_push(&f->arena, &f->nodes, n) && cti_vec_push(&f->arena, &f->stack, f->nodes.count - 1); }

/* Operands are taken from the end of what this block has folded so far, as long as their results add up. Too many at once: it stays alone, and counts as
 * giving more than anybody takes, so that nothing is folded across it. */
static ct_status fold_plain(folder *f, node n, uint32_t params) {
  uint32_t base = cti_vec_last(&f->blocks)->base, from = f->stack.count;
  uint64_t sum = 0;
  for (uint32_t i = f->stack.count; params && i > base; i--) {
    sum += f->nodes.items[f->stack.items[i - 1]].results;
    if (sum < params) continue;
    if (sum == params) from = i - 1;
    else n.results = UINT32_MAX;
    break;
  }
  return take_children(f, from, &n.first, &n.count) && push_node(f, n) ? CT_OK : no_memory(f);
}

/* A hint belongs to an if or to a plain instruction. */
static ct_status reject_hint(folder *f, uint64_t offset) {
  return f->hint ? cti_fail(f->p->error, CT_UNSUPPORTED, offset, "branch hints are only supported on an `if` or a plain instruction in folded form") : CT_OK;
}

static ct_status open_block(folder *f, const cti_instr *instr, node n) {
  block b = {.kind = cti_vec_last(&f->code->frames)->kind, .text = n.text, .text_size = n.text_size, .offset = n.offset};
  if (instr->op == CTI_OP_IF) {
    b.has_predicate = f->stack.count > cti_vec_last(&f->blocks)->base;
    if (b.has_predicate) b.predicate = f->stack.items[--f->stack.count];
    b.hint = n.hint;
    f->hint = NULL;
  } else {
    CTI_TRY(reject_hint(f, n.offset));
  }
  b.base = f->stack.count;
  return cti_vec_push(&f->arena, &f->blocks, b) ? CT_OK : no_memory(f);
}

static ct_status begin_else(folder *f, uint64_t offset) {
  block *b = cti_vec_last(&f->blocks);
  CTI_TRY(reject_hint(f, offset));
  b->kind = CTI_FRAME_ELSE;
  b->then_offset = b->offset;
  b->offset = offset;
  return take_children(f, b->base, &b->then_first, &b->then_count) ? CT_OK : no_memory(f);
}

static bool push_clause(folder *f, const char *keyword, uint32_t first, uint32_t count, uint64_t offset) {
  node n = {.text = (uint32_t)f->texts.size, .text_size = 4, .first = first, .count = count, .offset = offset};
  cti_buf_str(&f->texts, keyword);
  return push_node(f, n);
}

/* An if becomes a node whose children are its predicate and the clauses. */
static bool close_if(folder *f, const block *b, node *n) {
  uint32_t base = b->base, first, count;
  if (!take_children(f, base, &first, &count)) return false;
  if (b->has_predicate && !cti_vec_push(&f->arena, &f->stack, b->predicate)) return false;
  if (b->kind == CTI_FRAME_IF) {
    if (!push_clause(f, "then", first, count, b->offset)) return false;
  } else {
    if (!push_clause(f, "then", b->then_first, b->then_count, b->then_offset) || !push_clause(f, "else", first, count, b->offset)) return false;
    n->offset = b->then_offset;
  }
  n->hint = b->hint;
  return take_children(f, base, &n->first, &n->count);
}

static ct_status close_block(folder *f, uint32_t results, uint64_t offset) {
  CTI_TRY(reject_hint(f, offset));
  block b = *cti_vec_last(&f->blocks);
  f->blocks.count--;
  node n = {.text = b.text, .text_size = b.text_size, .results = results, .offset = b.offset};
  bool is_if = b.kind == CTI_FRAME_IF || b.kind == CTI_FRAME_ELSE;
  bool good = is_if ? close_if(f, &b, &n) : take_children(f, b.base, &n.first, &n.count);
  return good && push_node(f, n) ? CT_OK : no_memory(f);
}

static ct_status fold(folder *f, const cti_instr *instr) {
  cti_arity arity = cti_instr_arity(f->code, instr);
  node n = {.text = (uint32_t)f->texts.size, .results = arity.known ? arity.results : 0, .offset = instr->offset, .hint = f->hint};
  if (f->code->stack) cti_stack_step(f->code->stack, f->code, instr);
  CTI_TRY(cti_code_instr(f->code, instr));
  if (f->code->stack) cti_stack_note(f->code->stack, f->code->p, true);
  CTI_TRY(cti_text_flush(&f->inner.text));
  n.text_size = (uint32_t)f->texts.size - n.text;
  switch (instr->op) {
    case CTI_OP_BLOCK:
    case CTI_OP_LOOP:
    case CTI_OP_TRY_TABLE:
    case CTI_OP_IF: return open_block(f, instr, n);
    case CTI_OP_ELSE: return begin_else(f, instr->offset);
    case CTI_OP_END: return close_block(f, n.results, instr->offset);
    case CTI_OP_TRY:
    case CTI_OP_CATCH:
    case CTI_OP_CATCH_ALL:
    case CTI_OP_DELEGATE: return cti_fail(f->p->error, CT_UNSUPPORTED, instr->offset, "legacy exceptions have no folded form here: print without --fold-instructions");
    default:
      f->hint = NULL;
      return fold_plain(f, n, arity.known ? arity.params : 0);
  }
}

/* ---- printing */

typedef struct range {
  uint32_t next, end; /* in the pool */
} range;

static void separate(cti_printer *p, cti_separator separator, bool *first, uint64_t offset) {
  if (separator == CTI_SEPARATE_LINES) cti_text_newline(&p->text, offset);
  else if (!*first) cti_text_char(&p->text, ' ');
  *first = false;
}

/* A comment to the end of the line must not swallow the parenthesis. */
static bool has_line_comment(ct_slice text) {
  for (size_t i = cti_slice_find(text, ';', 0); i + 1 < text.size; i = cti_slice_find(text, ';', i + 1)) {
    if (text.data[i + 1] == ';') return true;
  }
  return false;
}

static void print_node(folder *f, const node *n, cti_separator separator, bool *first) {
  cti_text *t = &f->p->text;
  ct_slice text = cti_slice_cut(cti_buf_slice(&f->texts), n->text, n->text + n->text_size);
  if (n->hint) {
    separate(f->p, separator, first, n->offset);
    cti_text_str(t, n->hint);
  }
  separate(f->p, separator, first, n->offset);
  cti_text_char(t, '(');
  cti_text_slice(t, text);
  if (n->count == 0 && has_line_comment(text)) cti_text_newline(t, n->offset);
  t->nesting++;
}

static ct_status print_trees(folder *f, cti_separator separator) {
  CTI_VEC(range) open = {0};
  range all;
  bool first = true;
  if (!take_children(f, 0, &all.next, &all.end)) return no_memory(f);
  all.end += all.next;
  if (!cti_vec_push(&f->arena, &open, all)) return no_memory(f);
  while (open.count) {
    range *at = cti_vec_last(&open);
    if (at->next < at->end) {
      const node *n = &f->nodes.items[f->pool.items[at->next++]];
      print_node(f, n, separator, &first);
      if (!cti_vec_push(&f->arena, &open, ((range){n->first, n->first + n->count}))) return no_memory(f);
    } else if (--open.count) {
      f->p->text.nesting--;
      cti_text_char(&f->p->text, ')');
    }
  }
  return f->p->text.failed ? f->p->error->status : CT_OK;
}

/* ---- the body */

static void take_hint(folder *f, const cti_branch_hint **hints, uint32_t *count, uint64_t offset) {
  if (*count == 0 || (*hints)->offset != offset) return;
  f->hint = (*hints)->likely ? "(@metadata.code.branch_hint \"\\01\")" : "(@metadata.code.branch_hint \"\\00\")";
  ++*hints;
  --*count;
}

static ct_status fold_all(folder *f, cti_cursor *c, const cti_branch_hint *hints, uint32_t hint_count, uint64_t body_start, uint64_t *end_place) {
  cti_instr instr;
  for (bool done;;) {
    *end_place = cti_cursor_offset(c);
    if (cti_cursor_left(c) > 1) take_hint(f, &hints, &hint_count, *end_place - body_start);
    CTI_TRY(cti_code_next(f->code, &instr, c, &done));
    if (done) return f->blocks.count == 1 ? CT_OK : cti_fail(f->p->error, CT_CORE_FORM, *end_place, "instruction sequence not closed");
    if (f->code->frames.count == 1 && instr.op == CTI_OP_END) return cti_fail(f->p->error, CT_CORE_FORM, instr.offset, "`end` without a block that it would end");
    CTI_TRY(fold(f, &instr));
  }
}

static ct_status run(folder *f, cti_cursor *c, const cti_branch_hint *hints, uint32_t hint_count, uint64_t body_start, uint64_t *end_place) {
  cti_code *code = f->code;
  cti_separator separator = code->separator == CTI_SEPARATE_NOTHING ? CTI_SEPARATE_LINES : CTI_SEPARATE_BLANKS;
  if (!f->p->scratch && !(f->p->scratch = cti_alloc_raw(f->p->own, CTI_TEXT_BUFFER, 1))) return CT_NOMEM;
  f->inner = *f->p;
  cti_text_init_plain(&f->inner.text, (ct_sink){append_text, &f->texts}, f->p->scratch, &f->arena);
  f->inner.text.color = f->p->text.color;
  if (!cti_vec_push(&f->arena, &f->blocks, (block){0})) return no_memory(f);
  if (body_start) code->frames.items[0].type = (cti_blocktype){CTI_BLOCK_TYPE, code->scope->module->funcs.items[code->func].type};
  code->p = &f->inner;
  code->separator = CTI_SEPARATE_NOTHING;
  ct_status status = fold_all(f, c, hints, hint_count, body_start, end_place);
  code->p = f->p;
  if (status == CT_OK) status = print_trees(f, separator);
  if (status == CT_OK && code->stack) cti_stack_end(code->stack, f->p);
  return status;
}

ct_status cti_print_folded(cti_code *code, cti_cursor *c, const cti_branch_hint *hints, uint32_t hint_count, uint64_t body_start, uint64_t *end_place) {
  folder f = {.code = code, .p = code->p};
  cti_arena_init(&f.arena, code->p->error);
  ct_status status = run(&f, c, hints, hint_count, body_start, end_place);
  ct_buf_free(&f.texts);
  cti_arena_free(&f.arena);
  return status;
}

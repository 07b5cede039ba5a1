/* outline_live.c - after which instructions a local no longer matters. Flows in: tokens of one function. Flows out: the same, marked.
 *
 * One walk against the order of execution, again and again until what is alive at the heads of loops stands still. */
#include "passes/outline.h"

typedef uint64_t word;

enum { MAX_SET_WORDS = 1 << 20, MAX_WALKS = 16 };

typedef struct walk {
  cti_outline_live *live;
  cti_outline_code *code;
  cti_token *tokens;
  const uint8_t *body;
  uint32_t count, words, loops, depth;
  word *heads, *room, *alive; /* of loops, by number; of the blocks around; here */
  uint32_t open;
  bool changed;
} walk;

static bool add_all(const walk *w, word *to, const word *from) {
  word grown = 0;
  for (uint32_t i = 0; i < w->words; i++) {
    grown |= from[i] & ~to[i];
    to[i] |= from[i];
  }
  return grown != 0;
}

static void copy(const walk *w, word *to, const word *from) { memcpy(to, from, w->words * sizeof *to); }
static void clear(const walk *w, word *set) { memset(set, 0, w->words * sizeof *set); }

/* ---- which end belongs to which beginning */

static ct_status pair(walk *w) {
  cti_outline_live *l = w->live;
  l->open.count = l->partner.count = 0;
  if (!cti_vec_ensure(l->arena, &l->partner, w->count)) return l->arena->error->status;
  for (uint32_t i = 0; i < w->count; i++) {
    l->partner.items[i] = 0;
    if (w->tokens[i].flags & CTI_TOKEN_OPENS) {
      if (w->body[w->tokens[i].at] == 0x03) l->partner.items[i] = w->loops++;
      if (!cti_vec_push(l->arena, &l->open, i)) return l->arena->error->status;
      if (l->open.count > w->depth) w->depth = l->open.count;
    } else if (w->tokens[i].flags & CTI_TOKEN_CLOSES) {
      l->partner.items[i] = l->open.items[--l->open.count];
    }
  }
  return CT_OK;
}

/* ---- the walk */

/* The blocks around, from the function inwards, as indices of the tokens that begin them; the first is none. */
static word *behind(const walk *w, uint32_t level) { return w->room + (size_t)(2 * level) * w->words; }
static word *second(const walk *w, uint32_t level) { return behind(w, level) + w->words; }

static word *label(const walk *w, uint32_t depth) {
  uint32_t level = w->open - depth;
  if (level == 0) return behind(w, 0); /* the function's: nothing is alive */
  uint32_t begins = w->live->open.items[level - 1];
  return w->body[w->tokens[begins].at] == 0x03 ? w->heads + (size_t)w->live->partner.items[begins] * w->words : behind(w, level);
}

static void enter_end(walk *w, uint32_t i) {
  uint32_t begins = w->live->partner.items[i];
  w->live->open.items[w->open++] = begins;
  copy(w, behind(w, w->open), w->alive);
  copy(w, second(w, w->open), w->alive); /* an if without a second arm */
}

static void enter_else(walk *w) {
  copy(w, second(w, w->open), w->alive);
  copy(w, w->alive, behind(w, w->open));
}

static void leave_beginning(walk *w, uint32_t i) {
  uint8_t op = w->body[w->tokens[i].at];
  if (op == 0x04) add_all(w, w->alive, second(w, w->open));
  if (op == 0x03) w->changed |= add_all(w, w->heads + (size_t)w->live->partner.items[i] * w->words, w->alive);
  w->open--;
}

static void branch(walk *w, const cti_instr *instr) {
  cti_cursor c;
  switch (instr->op) {
  case CTI_OP_BR: copy(w, w->alive, label(w, instr->a)); break;
  case CTI_OP_BR_IF: add_all(w, w->alive, label(w, instr->a)); break;
  case CTI_OP_BR_TABLE:
    copy(w, w->alive, label(w, instr->a));
    c = cti_cursor_make(instr->list, 0, w->live->arena->error);
    for (uint32_t i = 0; i < instr->count; i++) add_all(w, w->alive, label(w, cti_cursor_u32(&c)));
    break;
  default: clear(w, w->alive); /* return, unreachable */
  }
}

static void touch(walk *w, cti_token *token, const cti_instr *instr) {
  word bit = (word)1 << (instr->a % 64), *set = &w->alive[instr->a / 64];
  token->flags = (uint8_t)((token->flags & ~CTI_TOKEN_DEAD_AFTER) | (*set & bit ? 0 : CTI_TOKEN_DEAD_AFTER));
  if (instr->op == CTI_OP_LOCAL_GET) *set |= bit;
  else *set &= ~bit;
}

static void step(walk *w, uint32_t i) {
  cti_token *token = &w->tokens[i];
  uint8_t op = w->body[token->at];
  if (token->flags & CTI_TOKEN_CLOSES) enter_end(w, i);
  else if (token->flags & CTI_TOKEN_ELSE) enter_else(w);
  else if (token->flags & CTI_TOKEN_OPENS) leave_beginning(w, i);
  else if (op == CTI_OP_UNREACHABLE || (op >= 0x0c && op <= 0x0f) || (op >= 0x20 && op <= 0x22)) {
    ct_slice bytes = {w->body + token->at, w->tokens[i + 1].at - token->at};
    cti_cursor c = cti_cursor_make(bytes, 0, w->live->arena->error);
    cti_instr instr;
    if (!cti_instr_next(&instr, &c)) return;
    if (cti_op_names_local(instr.op)) touch(w, token, &instr);
    else branch(w, &instr);
  }
}

ct_status cti_outline_mark_dead(cti_outline_live *live, cti_outline_code *code, uint32_t number, uint32_t local_count) {
  uint32_t first = code->starts.items[number];
  walk w = {.live = live, .code = code, .tokens = &code->tokens.items[first], .count = code->tokens.count - first, .words = (local_count + 63) / 64};
  w.body = code->m->funcs.items[code->funcs.items[number]].body.data;
  if (local_count == 0) return CT_OK;
  CTI_TRY(pair(&w));
  uint64_t room = ((uint64_t)w.loops + 2 * ((uint64_t)w.depth + 1) + 1) * w.words;
  if (room > MAX_SET_WORDS) return CT_OK;
  live->sets.count = 0;
  if (!cti_vec_ensure(live->arena, &live->sets, (uint32_t)room)) return live->arena->error->status;
  memset(live->sets.items, 0, (size_t)room * sizeof(word));
  w.alive = live->sets.items;
  w.heads = w.alive + w.words;
  w.room = w.heads + (size_t)w.loops * w.words;
  uint32_t walks = 0;
  do {
    w.changed = false;
    clear(&w, w.alive);
    for (uint32_t i = w.count - 1; i-- > 0;) step(&w, i); /* the last is the function's end, where nothing is alive */
  } while (w.changed && ++walks < MAX_WALKS);
  for (uint32_t i = 0; i < w.count && w.changed; i++) w.tokens[i].flags &= (uint8_t)~CTI_TOKEN_DEAD_AFTER; /* not settled */
  return CT_OK;
}

/* outline_scan.c - what a sequence of tokens would be as a function. Flows in: tokens, one after the other. Flows out: operands, locals and results so far.
 *
 * A local is a parameter unless its first use is a plain write outside of inner blocks; it is a result if it is written and somebody may read it afterwards. Whether
 * somebody does is known where its last use stands outside of inner blocks; else it is assumed. */
#include "passes/outline.h"

#include "base/map.h"

void cti_outline_begin(cti_outline_scan *s, const cti_outline_code *code, uint32_t number, uint32_t start) {
  s->code = code;
  s->body = code->m->funcs.items[code->funcs.items[number]].body.data;
  s->start = start;
  s->length = s->nest = s->local_count = s->params = s->written = s->alive = s->constants = s->constant_bytes = 0;
  s->height = s->lowest = 0;
  s->ends = s->returns = s->is_exact = false;
  s->shape = 0;
}

static uint32_t local_index(const uint8_t *at) {
  uint32_t value = at[1] & 0x7f;
  for (uint32_t i = 1; at[i] & 0x80; i++) value |= (uint32_t)(at[i + 1] & 0x7f) << (7 * i);
  return value;
}

uint32_t cti_outline_local(const cti_outline_scan *s, const cti_token *token) {
  uint32_t index = local_index(s->body + token->at), i = 0;
  while (i < s->local_count && s->locals[i] != index) i++;
  return i;
}

/* False when it uses too many. */
static bool use_local(cti_outline_scan *s, const cti_token *token) {
  const uint8_t *at = s->body + token->at;
  uint32_t i = cti_outline_local(s, token);
  if (i == CTI_OUTLINE_MAX_LOCALS) return false;
  uint32_t bit = (uint32_t)1 << i;
  bool sets = cti_op_sets_local(at[0] - 0x20 + CTI_OP_LOCAL_GET), outside = s->nest == 0;
  if (i == s->local_count) {
    s->locals[s->local_count++] = local_index(at);
    if (!sets || !outside) s->params |= bit;
  }
  if (sets) s->written |= bit;
  if (outside && token->flags & CTI_TOKEN_DEAD_AFTER) s->alive &= ~bit;
  else s->alive |= bit;
  s->shape = cti_hash_u64(s->shape * 64 + i + 1);
  return true;
}

static void move(cti_outline_scan *s, const cti_token *token) {
  s->height -= token->pops;
  if (s->height < s->lowest) s->lowest = s->height;
}

bool cti_outline_step(cti_outline_scan *s) {
  const cti_token *token = &s->code->tokens.items[s->start + s->length];
  uint8_t op = s->body[token->at];
  if (s->ends || token->flags & CTI_TOKEN_BARRIER || token->reach > s->nest || s->length == CTI_OUTLINE_MAX_LENGTH) return false;
  if (token->flags & (CTI_TOKEN_ELSE | CTI_TOKEN_CLOSES) && s->nest == 0) return false;
  if (op >= 0x20 && op <= 0x22 && !use_local(s, token)) return false;
  if (op >= 0x41 && op <= 0x44) s->constants++, s->constant_bytes += token[1].at - token->at;
  if (token->flags & CTI_TOKEN_CLOSES) s->height = s->heights[--s->nest];
  else if (token->flags & CTI_TOKEN_ELSE) s->height = s->heights[s->nest - 1];
  else move(s, token);
  if (token->flags & CTI_TOKEN_OPENS) {
    if (s->nest == CTI_OUTLINE_MAX_NEST) return false;
    s->heights[s->nest++] = s->height;
  }
  if (token->flags & CTI_TOKEN_RETURNS) s->returns = true;
  if (token->flags & CTI_TOKEN_LEAVES && s->nest == 0) s->ends = true, s->is_exact = s->height == s->lowest;
  s->height += token->pushes;
  s->length++;
  return true;
}

static uint32_t bits(uint32_t set) {
  uint32_t count = 0;
  for (; set; set &= set - 1) count++;
  return count;
}

bool cti_outline_is_whole(const cti_outline_scan *s) {
  if (s->nest) return false;
  if (s->ends) return true;
  return !s->returns && cti_outline_values(s) + bits(cti_outline_outputs(s)) <= 1;
}

enum { CALL_SIZE = 3, FUNC_SIZE = 4 }; /* FUNC_SIZE: its size, its type's index, the count of locals, its end */

static const cti_token *last(const cti_outline_scan *s) { return &s->code->tokens.items[s->start + s->length - 1]; }

/* The function's own end returns, too. */
static bool is_function_end(const cti_outline_scan *s) { return s->body[last(s)->at] == 0x0b && last(s)->flags & CTI_TOKEN_RETURNS; }

uint32_t cti_outline_span(const cti_outline_scan *s) {
  uint32_t to = is_function_end(s) ? last(s)->at : last(s)[1].at;
  return to - s->code->tokens.items[s->start].at;
}

uint32_t cti_outline_site_size(const cti_outline_scan *s) {
  uint32_t size = CALL_SIZE + (s->ends && !is_function_end(s));
  for (uint32_t i = 0; i < s->local_count; i++)
    if (s->params >> i & 1) size += 1 + cti_uleb_size(s->locals[i]);
  return size + 2 * bits(cti_outline_outputs(s));
}

uint32_t cti_outline_body_size(const cti_outline_scan *s) {
  uint32_t all = s->local_count == CTI_OUTLINE_MAX_LOCALS ? UINT32_MAX : ((uint32_t)1 << s->local_count) - 1;
  return cti_outline_span(s) + FUNC_SIZE + 2 * cti_outline_operands(s) + 2 * bits(cti_outline_outputs(s)) + (~s->params & all ? 2 : 0);
}

/* outline_write.c - the functions that were chosen, and what is left where their code stood. Flows in: the plan. Flows out: the module with new bodies.
 *
 * Parameters: operands that lie on the stack, then locals by first use, then constants; so a place writes what is missing and calls. A result that is a local's
 * value is set there, or dropped where nobody wants it. After a sequence that ended in a return or a trap there is one. */
#include "passes/outline.h"

#include <stdlib.h>

#include "base/map.h"

typedef struct writer {
  const cti_outline_code *code;
  cti_outline_plan *plan;
  cti_arena *arena;
  cti_outline_made *made;
  cti_outline_reader reader;
  cti_buf out, key;
  CTI_VEC(cti_corevt) signature; /* parameters, then the result */
  cti_corevt result;
  uint32_t to[CTI_OUTLINE_MAX_LOCALS]; /* by first use: which local it is in the new function */
} writer;

static const cti_token *token_at(const writer *w, uint32_t i) { return &w->code->tokens.items[i]; }

static void write_local(cti_buf *out, cti_op op, uint32_t local) { cti_instr_write(out, &(cti_instr){.op = op, .a = local}); }

static void scan(const writer *w, cti_outline_scan *s, uint32_t number, uint32_t start, uint32_t length) {
  cti_outline_begin(s, w->code, number, start);
  while (s->length < length && cti_outline_step(s)) {}
}

/* ---- types */

static ct_status note_types(writer *w) {
  const cti_module *m = w->code->m;
  if (w->made->types.count) return CT_OK;
  for (uint32_t i = 0; i < m->types.count; i++) {
    const cti_subtype *type = &m->types.items[i];
    bool added;
    uint32_t index = i;
    if (type->shared || !type->is_final) continue;
    w->key.size = 0;
    cti_buf_uleb(&w->key, type->param_count);
    cti_buf_bytes(&w->key, (ct_slice){(const uint8_t *)type->types, (type->param_count + type->result_count) * sizeof *type->types});
    ct_slice key = cti_copy(w->made->arena, cti_buf_slice(&w->key));
    CTI_TRY(w->arena->error->status);
    CTI_TRY(cti_map_add(&w->made->types, w->made->arena, key, &index, &added));
  }
  return cti_buf_check(&w->key, w->arena->error);
}

static ct_status type_of(writer *w, uint32_t *index) {
  cti_module *m = w->code->m;
  bool has_result = w->result != CTI_VT_NONE;
  uint32_t params = w->signature.count;
  if (has_result) cti_vec_push(w->arena, &w->signature, w->result);
  w->key.size = 0;
  cti_buf_uleb(&w->key, params);
  cti_buf_bytes(&w->key, (ct_slice){(const uint8_t *)w->signature.items, w->signature.count * sizeof *w->signature.items});
  CTI_TRY(cti_buf_check(&w->key, w->arena->error));
  *index = cti_map_get(&w->made->types, cti_buf_slice(&w->key));
  if (*index != CTI_MAP_NONE) return CT_OK;
  cti_corevt *types = CTI_NEW_N(m->arena, cti_corevt, w->signature.count);
  if (!types) return m->arena->error->status;
  if (w->signature.count) memcpy(types, w->signature.items, w->signature.count * sizeof *types);
  cti_subtype made = {.kind = CTI_COMPOSITE_FUNC, .is_final = true, .param_count = params, .result_count = has_result, .types = types, .super = UINT32_MAX, .describes = UINT32_MAX, .descriptor = UINT32_MAX};
  CTI_TRY(cti_module_add_type(index, m, &made));
  ct_slice key = cti_copy(w->made->arena, cti_buf_slice(&w->key));
  CTI_TRY(w->arena->error->status);
  return cti_map_set(&w->made->types, w->made->arena, key, *index);
}

/* ---- the new functions */

/* Reads on to the sequence, for the types on the stack before and after it. */
static ct_status find_types(writer *w, const cti_outline_scan *s, const cti_outline *o, uint32_t *at) {
  cti_outline_reader *r = &w->reader;
  w->signature.count = 0;
  w->result = CTI_VT_NONE;
  while (*at < o->start && cti_outline_next(r)) ++*at;
  CTI_TRY(w->arena->error->status);
  for (uint32_t n = cti_outline_operands(s); n > 0; n--) cti_vec_push(w->arena, &w->signature, r->types.items[r->types.count - n]);
  for (uint32_t i = 0; i < s->local_count; i++)
    if (s->params >> i & 1) cti_vec_push(w->arena, &w->signature, r->locals.items[s->locals[i]]);
  if (o->out != UINT32_MAX) w->result = r->locals.items[s->locals[o->out]];
  else if (s->ends && s->returns) w->result = r->result;
  return w->arena->error->status;
}

/* Sequences never overlap: what is after one is before the next. */
static ct_status find_result(writer *w, const cti_outline_scan *s, const cti_outline *o, uint32_t *at) {
  cti_outline_reader *r = &w->reader;
  if (s->ends || cti_outline_values(s) == 0) return CT_OK;
  while (*at < o->start + o->length && cti_outline_next(r)) ++*at;
  CTI_TRY(w->arena->error->status);
  w->result = *cti_vec_last(&r->types);
  return CT_OK;
}

/* Locals that are no parameters, those of one type together. */
static void write_locals(writer *w, const cti_outline_scan *s) {
  static const cti_corevt types[] = {CTI_VT_I32, CTI_VT_I64, CTI_VT_F32, CTI_VT_F64, CTI_VT_V128};
  uint32_t counts[CTI_COUNT(types)] = {0}, runs = 0, next = w->signature.count, param = cti_outline_operands(s);
  for (uint32_t i = 0; i < s->local_count; i++)
    if (s->params >> i & 1) w->to[i] = param++;
  for (uint32_t k = 0; k < CTI_COUNT(types); k++) {
    for (uint32_t i = 0; i < s->local_count; i++) {
      if (s->params >> i & 1 || w->reader.locals.items[s->locals[i]] != types[k]) continue;
      w->to[i] = next++;
      counts[k]++;
    }
    runs += counts[k] != 0;
  }
  cti_buf_uleb(&w->out, runs);
  for (uint32_t k = 0; k < CTI_COUNT(types); k++) {
    if (counts[k] == 0) continue;
    cti_buf_uleb(&w->out, counts[k]);
    cti_buf_u8(&w->out, (uint8_t)types[k]);
  }
}

static bool is_constant(uint8_t op) { return op >= 0x41 && op <= 0x44; }
static bool names_local(uint8_t op) { return op >= 0x20 && op <= 0x22; }

/* What leaves the enclosing function leaves this one. */
static void write_leaving(writer *w, const cti_outline_scan *s, uint8_t op) {
  if (op == 0x0d) cti_instr_write(&w->out, &(cti_instr){.op = CTI_OP_BR_IF, .a = s->nest});
  else if (s->nest || !s->is_exact) cti_buf_u8(&w->out, 0x0f);
}

static void write_body(writer *w, uint32_t number, const cti_outline *o, const cti_outline_scan *whole) {
  cti_outline_scan s;
  uint32_t constant = 0, param = 0, first_constant = w->signature.count - o->constant_count;
  bool is_left = false; /* the result lies on the stack already */
  for (uint32_t i = 0; i < cti_outline_operands(whole); i++) write_local(&w->out, CTI_OP_LOCAL_GET, i);
  cti_outline_begin(&s, w->code, number, o->start);
  for (uint32_t i = 0; i < o->length; i++) {
    const cti_token *t = token_at(w, o->start + i);
    const uint8_t *at = s.body + t->at;
    cti_outline_step(&s);
    if (t->flags & CTI_TOKEN_RETURNS) {
      write_leaving(w, &s, *at);
    } else if (is_constant(*at) && param < o->constant_count && o->constants[param] == constant++) {
      write_local(&w->out, CTI_OP_LOCAL_GET, first_constant + param++);
    } else if (names_local(*at)) {
      uint32_t k = cti_outline_local(&s, t);
      is_left = *at == 0x21 && i + 1 == o->length && k == o->out;
      if (!is_left) write_local(&w->out, (cti_op)(*at - 0x20 + CTI_OP_LOCAL_GET), w->to[k]);
    } else {
      cti_buf_bytes(&w->out, (ct_slice){at, t[1].at - t->at});
    }
  }
  if (o->out != UINT32_MAX && !is_left) write_local(&w->out, CTI_OP_LOCAL_GET, w->to[o->out]);
  cti_buf_u8(&w->out, 0x0b);
}

static void add_constant_types(writer *w, const cti_outline *o, const cti_outline_scan *s) {
  static const cti_corevt types[] = {CTI_VT_I32, CTI_VT_I64, CTI_VT_F32, CTI_VT_F64};
  uint32_t number = 0, param = 0;
  for (uint32_t i = 0; i < o->length && param < o->constant_count; i++) {
    uint8_t op = s->body[token_at(w, o->start + i)->at];
    if (!is_constant(op) || o->constants[param] != number++) continue;
    cti_vec_push(w->arena, &w->signature, types[op - 0x41]);
    param++;
  }
}

static ct_status keep(writer *w, ct_slice *body) {
  CTI_TRY(cti_buf_check(&w->out, w->arena->error));
  *body = cti_copy(w->code->m->arena, cti_buf_slice(&w->out));
  return w->arena->error->status;
}

static ct_status make_func(writer *w, cti_outline *o, uint32_t number, uint32_t *at) {
  cti_module *m = w->code->m;
  cti_outline_scan s;
  cti_func made = {.import = UINT32_MAX};
  scan(w, &s, number, o->start, o->length);
  CTI_TRY(find_types(w, &s, o, at));
  add_constant_types(w, o, &s);
  w->out.size = 0;
  write_locals(w, &s);
  write_body(w, number, o, &s);
  CTI_TRY(find_result(w, &s, o, at));
  CTI_TRY(type_of(w, &made.type));
  CTI_TRY(cti_buf_check(&w->out, w->arena->error));
  ct_slice key = cti_key_of(w->made->arena, made.type, cti_buf_slice(&w->out));
  CTI_TRY(w->arena->error->status);
  bool added;
  o->func = m->funcs.count;
  CTI_TRY(cti_map_add(&w->made->funcs, w->made->arena, key, &o->func, &added));
  if (!added) return CT_OK;
  CTI_TRY(keep(w, &made.body));
  cti_vec_push(m->arena, &m->funcs, made);
  return m->arena->error->status;
}

/* ---- places */

static void write_constants(writer *w, const cti_outline *o, const cti_outline_scan *s) {
  uint32_t number = 0, param = 0;
  for (uint32_t i = 0; i < o->length && param < o->constant_count; i++) {
    const cti_token *t = token_at(w, s->start + i);
    if (!is_constant(s->body[t->at]) || o->constants[param] != number++) continue;
    cti_buf_bytes(&w->out, (ct_slice){s->body + t->at, t[1].at - t->at});
    param++;
  }
}

/* The call; gives where the body goes on. */
static uint32_t write_site(writer *w, uint32_t number, const cti_outline_site *site) {
  const cti_outline *o = &w->plan->outlines.items[site->outline];
  cti_outline_scan s;
  scan(w, &s, number, site->start, o->length);
  const cti_token *last = token_at(w, site->start + o->length - 1);
  bool at_end = last->flags & CTI_TOKEN_RETURNS && s.body[last->at] == 0x0b;
  for (uint32_t i = 0; i < s.local_count; i++)
    if (s.params >> i & 1) write_local(&w->out, CTI_OP_LOCAL_GET, s.locals[i]);
  write_constants(w, o, &s);
  cti_instr_write(&w->out, &(cti_instr){.op = CTI_OP_CALL, .a = o->func});
  if (o->out != UINT32_MAX && cti_outline_outputs(&s)) write_local(&w->out, CTI_OP_LOCAL_SET, s.locals[o->out]);
  else if (o->out != UINT32_MAX) cti_buf_u8(&w->out, 0x1a);
  if (s.ends && !at_end) cti_buf_u8(&w->out, s.returns ? 0x0f : 0x00);
  return at_end ? last->at : last[1].at;
}

static ct_status rewrite(writer *w, uint32_t number, const cti_outline_site *sites, uint32_t count) {
  ct_slice *body = &w->code->m->funcs.items[w->code->funcs.items[number]].body;
  uint32_t from = 0;
  w->out.size = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t to = token_at(w, sites[i].start)->at;
    cti_buf_bytes(&w->out, (ct_slice){body->data + from, to - from});
    from = write_site(w, number, &sites[i]);
  }
  cti_buf_bytes(&w->out, (ct_slice){body->data + from, body->size - from});
  return keep(w, body);
}

/* ---- all of it */

static int by_start(const void *a, const void *b) {
  const cti_outline_site *left = a, *right = b;
  return left->start < right->start ? -1 : left->start > right->start;
}

static ct_status make_funcs(writer *w) {
  cti_outline_plan *plan = w->plan;
  uint32_t number = UINT32_MAX, at = 0;
  for (uint32_t i = 0; i < plan->sites.count; i++) {
    cti_outline *o = &plan->outlines.items[plan->sites.items[i].outline];
    if (o->start != plan->sites.items[i].start) continue;
    uint32_t own = cti_outline_func_of(w->code, o->start);
    if (own != number) {
      number = own;
      at = w->code->starts.items[number];
      cti_outline_start(&w->reader, w->code->funcs.items[number]);
    }
    CTI_TRY(make_func(w, o, number, &at));
  }
  return CT_OK;
}

static ct_status rewrite_all(writer *w) {
  const cti_outline_site *sites = w->plan->sites.items;
  for (uint32_t i = 0; i < w->plan->sites.count;) {
    uint32_t number = cti_outline_func_of(w->code, sites[i].start), first = i;
    while (i < w->plan->sites.count && sites[i].start < w->code->starts.items[number + 1]) i++;
    CTI_TRY(rewrite(w, number, &sites[first], i - first));
  }
  return CT_OK;
}

ct_status cti_outline_write(cti_outline_made *made, const cti_outline_code *code, cti_outline_plan *plan) {
  writer w = {.made = made, .code = code, .plan = plan, .arena = code->arena, .reader = {.m = code->m, .arena = code->arena}};
  qsort(plan->sites.items, plan->sites.count, sizeof *plan->sites.items, by_start);
  ct_status status = note_types(&w);
  if (status == CT_OK) status = make_funcs(&w);
  if (status == CT_OK) status = rewrite_all(&w);
  ct_buf_free(&w.out);
  ct_buf_free(&w.key);
  return status;
}

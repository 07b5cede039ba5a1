/* merge_similar.c - functions that differ in nothing but constants become short ones that give these constants to a common one. Flows in: a module. Flows out:
 * the module with the common functions at its end.
 *
 * requires: valid, bodies in their shortest form, plain function types. preserves: behaviour; each function stays, so whoever names it still finds it. A stack
 * trace has one frame more. */
#include "base/hash.h"
#include "passes/gc.h"
#include "passes/layout.h"
#include "passes/module_passes.h"

enum { LEAST_SIZE = 24, MAX_CONSTANTS = 48, MAX_SITES = 4096 };

typedef struct similar {
  cti_module *m;
  cti_arena *arena;
  uint32_t *next; /* functions of one shape, as chains that end with UINT32_MAX */
  cti_buf shape, out;
} similar;

/* A constant that differs: where it stands among all constants of the body, and which parameter gives it. */
typedef struct site {
  uint32_t number, param;
} site;

/* What a group shares. */
typedef struct group {
  const uint32_t *funcs;
  uint32_t count;
  CTI_VEC(site) sites;   /* by number */
  CTI_VEC(uint32_t) first; /* by parameter: the number of the first site */
  CTI_VEC(cti_op) ops;     /* by parameter */
} group;

static cti_cursor code_of(const similar *s, uint32_t func) {
  cti_cursor c = cti_cursor_make(s->m->funcs.items[func].body, 0, s->arena->error);
  cti_skip_locals(&c);
  return c;
}

static ct_slice locals_of(const similar *s, uint32_t func) {
  ct_slice body = s->m->funcs.items[func].body;
  cti_cursor c = code_of(s, func);
  cti_instr instr;
  return cti_instr_next(&instr, &c) ? (ct_slice){body.data, (size_t)(instr.bytes.data - body.data)} : body;
}

/* The body without the values of its constants, and its type. */
static ct_slice shape_of(similar *s, uint32_t func) {
  cti_cursor c = code_of(s, func);
  cti_instr instr;
  s->shape.size = 0;
  cti_buf_uleb(&s->shape, s->m->funcs.items[func].type);
  cti_buf_bytes(&s->shape, locals_of(s, func));
  while (cti_instr_next(&instr, &c)) {
    if (cti_op_is_const(instr.op)) cti_buf_u8(&s->shape, instr.bytes.data[0]);
    else cti_buf_bytes(&s->shape, instr.bytes);
  }
  return cti_buf_slice(&s->shape);
}

/* ---- a group */

/* The constants of a function, in order, and how many: as many in each of one shape. `out` may be NULL. */
static uint32_t constants_of(const similar *s, uint32_t func, cti_instr *out) {
  cti_cursor c = code_of(s, func);
  uint32_t count = 0;
  cti_instr instr;
  while (cti_instr_next(&instr, &c)) {
    if (!cti_op_is_const(instr.op)) continue;
    if (out) out[count] = instr;
    count++;
  }
  return count;
}

/* The parameter whose constants are those of this site in every function, or a new one. */
static bool place(similar *s, group *g, cti_instr *const *constants, uint32_t number) {
  for (uint32_t p = 0; p < g->first.count; p++) {
    bool same = g->ops.items[p] == constants[0][number].op;
    for (uint32_t i = 0; same && i < g->count; i++) same = constants[i][number].value == constants[i][g->first.items[p]].value;
    if (same) return cti_vec_push(s->arena, &g->sites, ((site){number, p}));
  }
  if (g->first.count == MAX_CONSTANTS) return false;
  return cti_vec_push(s->arena, &g->first, number) && cti_vec_push(s->arena, &g->ops, constants[0][number].op) && cti_vec_push(s->arena, &g->sites, ((site){number, g->first.count - 1}));
}

static bool find_sites(similar *s, group *g, cti_instr *const *constants, uint32_t count) {
  for (uint32_t n = 0; n < count; n++) {
    bool differs = false;
    for (uint32_t i = 1; i < g->count && !differs; i++) differs = constants[i][n].value != constants[0][n].value;
    if (differs && !place(s, g, constants, n)) return false;
  }
  return g->sites.count > 0;
}

/* ---- writing */

static void write_get(cti_buf *out, uint32_t local) { cti_instr_write(out, &(cti_instr){.op = CTI_OP_LOCAL_GET, .a = local}); }

/* The common body: constants that differ are read from parameters, behind which the locals move. */
static void write_common(similar *s, const group *g, uint32_t param_count) {
  cti_cursor c = code_of(s, g->funcs[0]);
  uint32_t number = 0, at = 0, more = g->first.count;
  cti_instr instr;
  s->out.size = 0;
  cti_buf_bytes(&s->out, locals_of(s, g->funcs[0]));
  while (cti_instr_next(&instr, &c)) {
    bool local = cti_op_names_local(instr.op);
    bool constant = cti_op_is_const(instr.op), differs = constant && at < g->sites.count && g->sites.items[at].number == number;
    number += constant;
    if (differs) {
      write_get(&s->out, param_count + g->sites.items[at++].param);
      continue;
    }
    if (local && instr.a >= param_count) instr.a += more;
    if (local) cti_instr_write(&s->out, &instr);
    else cti_buf_bytes(&s->out, instr.bytes);
  }
}

/* What is left of a function: its parameters and constants, and the call. */
static void write_short(similar *s, const group *g, const cti_instr *constants, uint32_t param_count, uint32_t common) {
  s->out.size = 0;
  cti_buf_uleb(&s->out, 0);
  for (uint32_t i = 0; i < param_count; i++) write_get(&s->out, i);
  for (uint32_t p = 0; p < g->first.count; p++) cti_instr_write(&s->out, &constants[g->first.items[p]]);
  cti_instr_write(&s->out, &(cti_instr){.op = CTI_OP_CALL, .a = common});
  cti_buf_u8(&s->out, 0x0b);
}

static ct_status keep(similar *s, ct_slice *body) {
  CTI_TRY(cti_buf_check(&s->out, s->arena->error));
  *body = cti_copy(s->m->arena, cti_buf_slice(&s->out));
  return s->arena->error->status;
}

static ct_status make_type(similar *s, const group *g, const cti_subtype *old, uint32_t *index) {
  static const cti_corevt types_of[] = {CTI_VT_I32, CTI_VT_I64, CTI_VT_F32, CTI_VT_F64};
  cti_module *m = s->m;
  cti_subtype made = *old;
  cti_corevt *types = CTI_NEW_N(m->arena, cti_corevt, old->param_count + g->first.count + old->result_count);
  if (!types) return m->arena->error->status;
  memcpy(types, old->types, old->param_count * sizeof *types);
  for (uint32_t p = 0; p < g->first.count; p++) types[old->param_count + p] = types_of[g->ops.items[p] - CTI_OP_I32_CONST];
  memcpy(types + old->param_count + g->first.count, old->types + old->param_count, old->result_count * sizeof *types);
  made.param_count += g->first.count;
  made.types = types;
  return cti_module_add_type(index, m, &made);
}

/* Is the whole shorter afterwards? */
static ct_status worth_it(similar *s, const group *g, cti_instr *const *constants, uint32_t param_count, bool *yes) {
  uint64_t before = 0, after = 0;
  write_common(s, g, param_count);
  after = s->out.size + cti_uleb_size(s->out.size) + 8; /* and its type */
  for (uint32_t i = 0; i < g->count; i++) {
    ct_slice body = s->m->funcs.items[g->funcs[i]].body;
    before += body.size + cti_uleb_size(body.size);
    write_short(s, g, constants[i], param_count, s->m->funcs.count);
    after += s->out.size + cti_uleb_size(s->out.size);
  }
  *yes = after < before;
  return cti_buf_check(&s->out, s->arena->error);
}

static ct_status merge(similar *s, const group *g, cti_instr *const *constants) {
  cti_module *m = s->m;
  const cti_subtype *type = &m->types.items[m->funcs.items[g->funcs[0]].type];
  uint32_t param_count = type->param_count, common = m->funcs.count;
  bool yes;
  cti_func made = {.import = UINT32_MAX};
  CTI_TRY(worth_it(s, g, constants, param_count, &yes));
  if (!yes) return CT_OK;
  CTI_TRY(make_type(s, g, type, &made.type));
  write_common(s, g, param_count);
  CTI_TRY(keep(s, &made.body));
  for (uint32_t i = 0; i < g->count; i++) {
    write_short(s, g, constants[i], param_count, common);
    CTI_TRY(keep(s, &m->funcs.items[g->funcs[i]].body));
  }
  cti_vec_push(m->arena, &m->funcs, made);
  return m->arena->error->status;
}

static ct_status merge_group(similar *s, const uint32_t *funcs, uint32_t count) {
  group g = {.funcs = funcs, .count = count};
  cti_instr **by_func = CTI_NEW_N(s->arena, cti_instr *, count);
  uint32_t n = constants_of(s, funcs[0], NULL);
  if (!by_func) return s->arena->error->status;
  if (n > MAX_SITES) return CT_OK;
  for (uint32_t i = 0; i < count; i++) {
    by_func[i] = cti_alloc_raw(s->arena, n, sizeof **by_func);
    if (!by_func[i]) return s->arena->error->status;
    constants_of(s, funcs[i], by_func[i]);
  }
  return find_sites(s, &g, by_func, n) ? merge(s, &g, by_func) : s->arena->error->status;
}

/* ---- all groups: memory of one at a time */

static ct_status find_groups(similar *s, uint32_t *first) {
  cti_map seen = {0};
  cti_uses uses;
  CTI_TRY(cti_gc_mark(&uses, s->m, s->arena));
  for (uint32_t i = s->m->imported[CTI_EXTERN_FUNC]; i < s->m->funcs.count; i++) {
    bool added;
    first[i] = i;
    if (s->m->funcs.items[i].body.size < LEAST_SIZE || !uses.count[CTI_SPACE_FUNC][i]) continue;
    cti_digest *digest = CTI_NEW(s->arena, cti_digest);
    if (!digest) break;
    *digest = cti_digest_of(shape_of(s, i));
    CTI_TRY(cti_buf_check(&s->shape, s->arena->error));
    CTI_TRY(cti_map_add(&seen, s->arena, (ct_slice){digest->bytes, sizeof digest->bytes}, &first[i], &added));
  }
  return s->arena->error->status;
}

/* A group has memory of its own. */
static ct_status merge_alone(similar *s, const uint32_t *funcs, uint32_t count) {
  cti_arena own, *all = s->arena;
  cti_arena_init(&own, all->error);
  s->arena = &own;
  ct_status status = merge_group(s, funcs, count);
  s->arena = all;
  cti_arena_free(&own);
  return status;
}

static ct_status merge_groups(similar *s, const uint32_t *first, uint32_t count, uint32_t *members) {
  uint32_t *last = CTI_NEW_N(s->arena, uint32_t, count); /* of each chain */
  if (!last) return s->arena->error->status;
  for (uint32_t i = s->m->imported[CTI_EXTERN_FUNC]; i < count; i++) {
    s->next[i] = UINT32_MAX;
    last[i] = i;
    if (first[i] == i) continue;
    s->next[last[first[i]]] = i;
    last[first[i]] = i;
  }
  for (uint32_t i = s->m->imported[CTI_EXTERN_FUNC]; i < count; i++) {
    uint32_t n = 0;
    if (first[i] != i || s->next[i] == UINT32_MAX) continue;
    for (uint32_t k = i; k != UINT32_MAX; k = s->next[k]) members[n++] = k;
    CTI_TRY(merge_alone(s, members, n));
  }
  return CT_OK;
}

ct_status cti_merge_similar(cti_module *m) {
  cti_arena scratch;
  cti_arena_init(&scratch, m->arena->error);
  uint32_t count = m->funcs.count;
  similar s = {.m = m, .arena = &scratch, .next = CTI_NEW_N(&scratch, uint32_t, count)};
  uint32_t *first = CTI_NEW_N(&scratch, uint32_t, count), *members = CTI_NEW_N(&scratch, uint32_t, count);
  ct_status status = s.next && first && members ? CT_OK : m->arena->error->status;
  if (status == CT_OK && cti_types_are_plain(m)) status = find_groups(&s, first);
  if (status == CT_OK && cti_types_are_plain(m)) status = merge_groups(&s, first, count, members);
  ct_buf_free(&s.shape);
  ct_buf_free(&s.out);
  cti_arena_free(&scratch);
  return status;
}

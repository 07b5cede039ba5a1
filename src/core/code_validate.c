/* code_validate.c - the bodies of the code section, on several threads when there are enough bytes. Flows in: the section, and all that is known of the
 * module. Flows out: the failure at the lowest offset, whatever the number of threads.
 *
 * One thread at a time walks over sizes of bodies and takes a piece of them, which it then validates while others take theirs: no list of bodies is
 * made. Pieces are taken in the order of the file, and none any more once a failure is known; so all bodies before the failure were looked at. */
#include "core/core_read.h"
#include "core/custom.h"
#include "core/module_state.h"

enum { PIECE_SIZE = 1 << 17, PARALLEL_FROM = 1 << 20 };

/* ---- names of functions, for failures alone */

/* The names of functions in the order of the name section, which is that of functions: malformed names are no names.
 * https://webassembly.github.io/spec/core/appendix/custom.html#function-names */
struct cti_func_names {
  bool is_open;
  cti_cursor c;
  ct_error ignored; /* of c */
  uint32_t left;    /* behind the one that was read last */
  cti_naming last;
};

static void next_name(cti_func_names *names) {
  names->last = (cti_naming){UINT32_MAX, {NULL, 0}};
  if (names->left == 0 || names->c.failed) return;
  names->left--;
  cti_naming naming = cti_read_naming(&names->c);
  if (!names->c.failed) names->last = naming;
}

static bool open_map(cti_func_names *names, ct_slice section) {
  cti_cursor c = cti_cursor_make(section, 0, &names->ignored);
  for (cti_subsection sub; cti_subsection_next(&sub, &c);) {
    if (sub.code != CTI_NAME_FUNC) continue;
    names->c = sub.c;
    names->left = cti_cursor_count(&names->c, "names");
    return true;
  }
  return false;
}

static void open_names(cti_func_names *names, ct_slice module) {
  *names = (cti_func_names){.is_open = true};
  ct_error_clear(&names->ignored);
  cti_cursor c = cti_cursor_make(module, 0, &names->ignored);
  cti_frame frame;
  ct_slice name, content;
  bool found = cti_cursor_bytes(&c, CTI_PREAMBLE_SIZE).size == 0;
  while (!found && cti_frame_next(&c, &frame)) {
    ct_error other;
    ct_error_clear(&other);
    if (frame.id != CTI_SECTION_CUSTOM || cti_custom_name(&frame, &name, &content, &other) != CT_OK) continue;
    found = cti_slice_is(name, "name") && open_map(names, content);
  }
  next_name(names);
}

/* Goes forward alone: failures are told in the order of functions. */
CTI_COLD static ct_slice function_name(const cti_module_validator *m, uint32_t func) {
  cti_func_names once = {0}, *names = m->func_names ? m->func_names : &once;
  if (!names->is_open) open_names(names, m->bytes);
  while (names->last.index < func) next_name(names);
  return names->last.index == func ? names->last.name : (ct_slice){NULL, 0};
}

ct_status cti_code_validate_body(const cti_module_validator *m, cti_body *body, uint32_t func, ct_slice bytes, uint64_t offset) {
  ct_status status = cti_body_validate(body, func, bytes, offset);
  if (CTI_LIKELY(status == CT_OK)) return status;
  ct_slice name = function_name(m, func);
  if (name.size) cti_error_trail(body->error, "func %u (\"%.*s\")", func, name.size < 120 ? (int)name.size : 120, (const char *)name.data);
  else cti_error_trail(body->error, "func %u", func);
  return status;
}

/* ---- pieces */

/* Some bodies in a row. */
typedef struct piece {
  cti_cursor c;
  uint32_t first, count; /* functions */
} piece;

typedef struct worker {
  cti_body body;
  ct_error error;
  piece piece;
} worker;

typedef struct crew_job {
  cti_module_validator *m;
  cti_cursor c; /* at the next body that nobody has */
  uint32_t next, left;
  ct_error failure; /* the one at the lowest offset so far */
  ct_error walk;    /* of c */
  worker *workers;
} crew_job;

static void take_failure(ct_error *best, const ct_error *found) {
  if (found->status != CT_OK && (best->status == CT_OK || found->offset < best->offset)) *best = *found;
}

/* Walks over bodies until the piece is large enough; a size that goes wrong ends the walk, and is a failure behind the bodies before it. */
static void walk(piece *out, crew_job *job) {
  const uint8_t *start = job->c.at;
  uint64_t offset = cti_cursor_offset(&job->c);
  const uint8_t *end = start;
  *out = (piece){.first = job->next};
  while (job->left && end - start < PIECE_SIZE) {
    cti_cursor body = cti_read_body(&job->c);
    if (job->c.failed) break;
    end = body.end;
    job->next++;
    job->left--;
    out->count++;
  }
  out->c = cti_cursor_make((ct_slice){start, (size_t)(end - start)}, offset, NULL);
}

static bool take_piece(void *context, uint32_t number) {
  crew_job *job = context;
  worker *w = &job->workers[number];
  take_failure(&job->failure, &w->error);
  if (job->failure.status != CT_OK || job->left == 0 || job->c.failed) return false;
  walk(&w->piece, job);
  return true;
}

static void validate_piece(void *context, uint32_t number) {
  crew_job *job = context;
  worker *w = &job->workers[number];
  w->piece.c.error = &w->error;
  for (uint32_t i = 0; i < w->piece.count; i++) {
    cti_cursor body = cti_read_body(&w->piece.c);
    ct_slice bytes = {body.at, cti_cursor_left(&body)};
    if (cti_code_validate_body(job->m, &w->body, w->piece.first + i, bytes, cti_cursor_offset(&body)) != CT_OK) return;
  }
}

static ct_status validate_parallel(cti_module_validator *m, uint32_t count, uint32_t threads) {
  crew_job job = {.m = m, .next = m->env.funcs.count - count, .left = count};
  ct_error_clear(&job.failure);
  ct_error_clear(&job.walk);
  job.c = m->c;
  job.c.error = &job.walk;
  job.workers = CTI_NEW_N(&m->scratch, worker, threads);
  if (!job.workers) return CT_NOMEM;
  for (uint32_t i = 0; i < threads; i++) {
    ct_error_clear(&job.workers[i].error);
    cti_body_init(&job.workers[i].body, &m->env, &job.workers[i].error);
  }
  cti_parallel(&(cti_job){take_piece, validate_piece, &job}, threads);
  for (uint32_t i = 0; i < threads; i++) {
    take_failure(&job.failure, &job.workers[i].error);
    cti_body_free(&job.workers[i].body);
  }
  take_failure(&job.failure, &job.walk);
  if (job.failure.status != CT_OK) {
    *m->v->arena->error = job.failure;
    return job.failure.status;
  }
  m->c.at = job.c.at;
  return CT_OK;
}

/* Tells a failing function, for who wants to hear of all of them; the first is kept. */
CTI_COLD static void report(const cti_module_validator *m, ct_error *first) {
  ct_error *error = m->v->arena->error;
  cti_error_trail(error, "code");
  if (m->v->trail) cti_error_trail(error, "%s", m->v->trail);
  m->v->report(m->v->report_context, error);
  if (first->status == CT_OK) *first = *error;
  ct_error_clear(error);
}

static ct_status validate_each(cti_module_validator *m, uint32_t count, ct_error *first) {
  uint32_t func = m->env.funcs.count - count;
  for (uint32_t i = 0; i < count; i++, func++) {
    cti_cursor body = cti_read_body(&m->c);
    if (m->c.failed) return m->c.error->status;
    ct_slice bytes = {body.at, cti_cursor_left(&body)};
    ct_status status = cti_code_validate_body(m, &m->body, func, bytes, cti_cursor_offset(&body));
    if (status == CT_OK) continue;
    if (!m->v->report || status == CT_NOMEM) return status;
    report(m, first);
  }
  return CT_OK;
}

/* On the calling thread. */
static ct_status validate_serial(cti_module_validator *m, uint32_t count) {
  cti_func_names names = {0};
  ct_error first;
  ct_error_clear(&first);
  m->func_names = &names;
  ct_status status = validate_each(m, count, &first);
  m->func_names = NULL;
  if (status == CT_NOMEM || first.status == CT_OK) return status;
  if (status != CT_OK) { /* the form broke behind a failing function: that is told as well, but not what the call fails with */
    cti_error_hint(m->v->arena->error, "the form: https://webassembly.github.io/spec/core/binary/modules.html#code-section");
    report(m, &first);
  }
  m->has_trail = true;
  *m->v->arena->error = first;
  return first.status;
}

ct_status cti_code_validate(cti_module_validator *m, uint32_t count) {
  size_t size = cti_cursor_left(&m->c);
  bool serial = m->v->threads < 2 || size < PARALLEL_FROM || m->v->report;
  CTI_TRY(serial ? validate_serial(m, count) : validate_parallel(m, count, m->v->threads));
  return cti_cursor_expect_end(&m->c, "the code section");
}

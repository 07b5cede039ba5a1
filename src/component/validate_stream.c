/* validate_stream.c - validation of bytes that arrive in pieces. Flows in: pieces of any size. Flows out: the verdict of ct_validate over all of them.
 *
 * What is not whole yet waits in `pending`: the preamble, then a section, or inside the code section one body. A component waits whole. */
#include "base/buf.h"
#include "component/component_validate.h"
#include "core/module_state.h"
#include "ctool/validate.h"

typedef enum step { STEP_PREAMBLE, STEP_SECTION, STEP_BODIES, STEP_COMPONENT } step;

struct ct_validator {
  ct_error *error;
  cti_arena arena;
  cti_validation v;
  cti_module_validator module;
  bool has_module;
  cti_buf pending;
  size_t done;     /* of the pending bytes */
  uint64_t offset; /* absolute, of the first pending byte */
  step step;
  uint64_t code_end; /* absolute */
  uint32_t bodies, func; /* left to come; the next one's function */
};

enum { CODE_SECTION = 10, LONGEST_LEB = 5 };

ct_validator *ct_validator_new(const ct_validate_options *options, ct_error *error) {
  ct_validator *validator = cti_malloc(sizeof *validator);
  if (!validator) {
    cti_fail(error, CT_NOMEM, CT_NO_OFFSET, "out of memory");
    return NULL;
  }
  *validator = (ct_validator){.error = error};
  cti_arena_init(&validator->arena, error);
  cti_validation_init(&validator->v, options, &validator->arena);
  return validator;
}

void ct_validator_free(ct_validator *validator) {
  if (!validator) return;
  if (validator->has_module) cti_module_validator_free(&validator->module);
  ct_buf_free(&validator->pending);
  cti_arena_free(&validator->arena);
  cti_free(validator);
}

/* ---- what waits */

static cti_cursor waiting(ct_validator *d) {
  ct_slice bytes = cti_slice_cut(cti_buf_slice(&d->pending), d->done, d->pending.size);
  return cti_cursor_make(bytes, d->offset + d->done, d->error);
}

static void pass(ct_validator *d, const cti_cursor *c) { d->done = d->pending.size - cti_cursor_left(c); }

/* What was passed goes once it is the larger part, so that each byte is moved a few times at most. */
static void compact(ct_validator *d) {
  if (d->done == 0 || d->done < d->pending.size - d->done) return;
  memmove(d->pending.data, d->pending.data + d->done, d->pending.size - d->done);
  d->offset += d->done;
  cti_buf_truncate(&d->pending, d->pending.size - d->done);
  d->done = 0;
}

/* Is a LEB at `at` whole, or longer than any may be? */
static bool has_leb(const cti_cursor *c, size_t at) {
  size_t left = cti_cursor_left(c);
  for (size_t i = at; i < left && i < at + LONGEST_LEB; i++)
    if (c->at[i] < 0x80) return true;
  return left >= at + LONGEST_LEB;
}

/* ---- the steps: each gives false when it needs more bytes, or failed */

static bool take_preamble(ct_validator *d) {
  ct_kind kind;
  cti_cursor c = waiting(d);
  if (cti_cursor_left(&c) < CTI_PREAMBLE_SIZE || cti_preamble_read(&c, &kind) != CT_OK) return false;
  d->step = kind == CT_KIND_COMPONENT ? STEP_COMPONENT : STEP_SECTION;
  if (kind == CT_KIND_COMPONENT) return false;
  d->has_module = true;
  if (cti_module_validator_init(&d->module, &d->v, false) != CT_OK) return false;
  d->module.copies_names = true;
  pass(d, &c);
  return true;
}

static bool begin_code(ct_validator *d, cti_cursor *c, uint32_t size) {
  cti_frame frame = {.id = CODE_SECTION, .offset = d->offset + d->done, .payload_offset = cti_cursor_offset(c)};
  uint32_t count = cti_cursor_u32(c);
  if (c->failed || cti_module_validator_begin_code(&d->module, &frame, count) != CT_OK) return false;
  d->step = STEP_BODIES;
  d->code_end = frame.payload_offset + size;
  d->bodies = count;
  d->func = d->module.env.funcs.count - count;
  pass(d, c);
  return true;
}

static bool take_section(ct_validator *d) {
  cti_cursor c = waiting(d), whole = c;
  if (cti_cursor_left(&c) == 0 || !has_leb(&c, 1)) return false;
  uint8_t id = cti_cursor_u8(&c);
  uint32_t size = cti_cursor_u32(&c);
  if (c.failed) return false;
  if (id == CODE_SECTION && size > 0) return has_leb(&c, 0) && begin_code(d, &c, size);
  cti_frame frame;
  if (cti_cursor_left(&c) < size || !cti_frame_next(&whole, &frame)) return false;
  if (cti_module_validator_section(&d->module, &frame) != CT_OK) return false;
  pass(d, &whole);
  return true;
}

static bool end_code(ct_validator *d, uint64_t offset) {
  d->step = STEP_SECTION;
  if (offset == d->code_end) return true;
  cti_fail(d->error, CT_CORE_SECTION, offset, "unexpected bytes after the end of the code section");
  cti_error_trail(d->error, "code");
  return false;
}

static bool take_body(ct_validator *d) {
  cti_cursor c = waiting(d);
  uint64_t start = cti_cursor_offset(&c);
  if (d->bodies == 0) return end_code(d, start);
  if (!has_leb(&c, 0)) return false;
  uint32_t size = cti_cursor_u32(&c);
  if (!c.failed && (cti_cursor_offset(&c) > d->code_end || size > d->code_end - cti_cursor_offset(&c)))
    cti_cursor_fail_at(&c, CT_CORE_END, start, "unexpected end: the body of %u bytes goes past the code section", size);
  if (c.failed || cti_cursor_left(&c) < size) return false;
  uint64_t offset = cti_cursor_offset(&c);
  ct_slice body = cti_cursor_bytes(&c, size);
  ct_status status = d->v.skip_bodies ? CT_OK : cti_code_validate_body(&d->module, &d->module.body, d->func, body, offset);
  if (status != CT_OK) {
    cti_error_trail(d->error, "code");
    return false;
  }
  d->bodies--;
  d->func++;
  pass(d, &c);
  return true;
}

static bool take_step(ct_validator *d) {
  switch (d->step) {
    case STEP_PREAMBLE: return take_preamble(d);
    case STEP_SECTION: return take_section(d);
    case STEP_BODIES: return take_body(d);
    case STEP_COMPONENT: return false;
  }
  return false;
}

/* ---- the interface */

static ct_status verdict(ct_validator *d) {
  if (d->error->status != CT_OK) cti_validation_hint(d->error, d->step == STEP_COMPONENT);
  return d->error->status;
}

ct_status ct_validator_feed(ct_validator *d, ct_slice piece) {
  if (d->error->status != CT_OK) return d->error->status;
  cti_buf_bytes(&d->pending, piece);
  if (d->pending.failed) return cti_fail(d->error, CT_NOMEM, CT_NO_OFFSET, "out of memory");
  while (take_step(d)) continue;
  compact(d);
  return verdict(d);
}

/* Something was announced and has not come. */
static ct_status fail_cut(ct_validator *d, const cti_cursor *c) {
  if (d->step == STEP_PREAMBLE) {
    ct_kind kind;
    cti_cursor preamble = *c;
    return cti_preamble_read(&preamble, &kind);
  }
  cti_fail(d->error, CT_CORE_END, cti_cursor_offset(c), "unexpected end: the input ends inside a %s, %zu bytes after its first",
           d->step == STEP_BODIES ? "function body" : "section", cti_cursor_left(c));
  if (d->step == STEP_BODIES) cti_error_trail(d->error, "code > func %u", d->func);
  return d->error->status;
}

ct_status ct_validator_finish(ct_validator *d) {
  if (d->error->status != CT_OK) return d->error->status;
  cti_cursor c = waiting(d);
  if (d->step == STEP_COMPONENT) cti_component_validate((ct_slice){c.at, cti_cursor_left(&c)}, 0, &d->v);
  else if (d->step != STEP_SECTION || !cti_cursor_done(&c)) fail_cut(d, &c);
  else cti_module_validator_end(NULL, &d->module, cti_cursor_offset(&c));
  return verdict(d);
}

/* binary_mutate.c - works on the framing (sections as they come, with the length of each written anew around what was changed, at any depth of nesting) and, in
 * core modules, on the model: which type a function has, what an export leads to, which index an instruction names. Components go to component_mutate. */
#include "gen/binary_mutate.h"

#include <stdlib.h>

#include "core/opcode.h"
#include "gen/component_mutate.h"
#include "gen/draw.h"

enum { MOST_SECTIONS = 64, DEEPEST = 4 };

/* ---- framing */

typedef struct sections {
  ct_kind kind;
  cti_frame items[MOST_SECTIONS];
  uint32_t count;
} sections;

static bool read_sections(sections *out, ct_slice bytes) {
  ct_error ignored = {0};
  cti_cursor c = cti_cursor_make(bytes, 0, &ignored);
  out->count = 0;
  if (cti_preamble_read(&c, &out->kind) != CT_OK) return false;
  while (out->count < MOST_SECTIONS && cti_frame_next(&c, &out->items[out->count])) out->count++;
  return out->count > 0;
}

static void put_section(cti_buf *out, uint8_t id, ct_slice payload) {
  cti_buf_u8(out, id);
  size_t mark = cti_buf_open(out);
  cti_buf_bytes(out, payload);
  cti_buf_close(out, mark);
}

/* A length in five bytes is as good as a short one; one that is off by one is not. */
static void put_odd_length(uint64_t *s, cti_buf *out, const cti_frame *frame) {
  uint32_t size = (uint32_t)frame->payload.size + (draw_below(s, 4) == 0 ? 1 : 0);
  cti_buf_u8(out, frame->id);
  for (int i = 0; i < 4; i++) cti_buf_u8(out, (uint8_t)(0x80 | (size >> 7 * i & 0x7f)));
  cti_buf_u8(out, (uint8_t)(size >> 28));
  cti_buf_bytes(out, frame->payload);
}

static void mutate_into(uint64_t *s, cti_buf *out, ct_slice bytes, uint32_t depth);

static bool is_nested(const sections *all, uint32_t at) {
  uint8_t id = all->items[at].id;
  return all->kind == CT_KIND_COMPONENT && (id == CTI_COMPONENT_SECTION_MODULE || id == CTI_COMPONENT_SECTION_COMPONENT);
}

/* The first item of a vector goes or comes twice in the count alone; a byte of the payload becomes another. */
static void put_changed_payload(uint64_t *s, cti_buf *out, const cti_frame *frame) {
  uint8_t *copy = malloc(frame->payload.size + 1);
  if (!copy) abort();
  if (frame->payload.size) memcpy(copy, frame->payload.data, frame->payload.size);
  if (frame->payload.size && draw_below(s, 3) == 0) copy[0] = (uint8_t)(copy[0] + (draw_below(s, 2) ? 1 : 255));
  else if (frame->payload.size) copy[draw_below(s, (uint32_t)frame->payload.size)] = (uint8_t)(draw_below(s, 3) ? draw_below(s, 16) : draw_below(s, 256));
  put_section(out, frame->id, cti_slice(copy, frame->payload.size));
  free(copy);
}

static void put_one(uint64_t *s, cti_buf *out, const sections *all, uint32_t at, uint32_t depth) {
  const cti_frame *frame = &all->items[at];
  if (is_nested(all, at) && depth < DEEPEST && draw_below(s, 3)) {
    cti_buf inner = {0};
    mutate_into(s, &inner, frame->payload, depth + 1);
    put_section(out, frame->id, cti_buf_slice(&inner));
    ct_buf_free(&inner);
    return;
  }
  switch (draw_below(s, 7)) {
  case 0: break; /* it goes */
  case 1: cti_buf_bytes(out, frame->raw), cti_buf_bytes(out, frame->raw); break;
  case 2: put_odd_length(s, out, frame); break;
  case 3: put_section(out, (uint8_t)draw_below(s, 14), frame->payload); break;
  case 4: put_section(out, CTI_SECTION_CUSTOM, CTI_LIT("\4name\0\2\1x")), cti_buf_bytes(out, frame->raw); break;
  default: put_changed_payload(s, out, frame);
  }
}

static void mutate_sections(uint64_t *s, cti_buf *out, ct_slice bytes, uint32_t depth) {
  sections all;
  if (!read_sections(&all, bytes)) {
    cti_buf_bytes(out, bytes);
    return;
  }
  uint32_t chosen = draw_below(s, all.count), moved = draw_below(s, 6) ? UINT32_MAX : draw_below(s, all.count);
  cti_buf_bytes(out, cti_slice_cut(bytes, 0, CTI_PREAMBLE_SIZE));
  for (uint32_t i = 0; i < all.count; i++) {
    if (i == chosen && moved == UINT32_MAX) put_one(s, out, &all, i, depth);
    else if (i == chosen) cti_buf_bytes(out, all.items[moved].raw);
    else cti_buf_bytes(out, all.items[i == moved ? chosen : i].raw);
  }
}

/* ---- core modules */

/* Mostly one that exists. */
static uint32_t draw_index(uint64_t *s, uint32_t count) { return draw_below(s, count + (draw_below(s, 8) == 0)); }

/* Instructions with the same immediates and kind of operands stand beside each other in opcodes.def. */
static void change_instr(uint64_t *s, cti_instr *in) {
  cti_op other = (cti_op)(in->op + (draw_below(s, 2) ? 1 : CTI_OPS - 1)) % CTI_OPS;
  switch (draw_below(s, 4)) {
  case 0: in->a = draw_below(s, 2) ? draw_below(s, 4) : in->a + (draw_below(s, 2) ? 1 : (uint32_t)-1); break;
  case 1: in->value = draw_below(s, 2) ? (uint64_t)1 << draw_below(s, 64) : ~in->value; break;
  case 2: in->memarg.offset += draw_below(s, 9); in->memarg.align_log2 = draw_below(s, 5); break;
  default:
    if (cti_opcodes[other].immediate == cti_opcodes[in->op].immediate) in->op = other;
  }
}

static void write_body(uint64_t *s, cti_buf *out, const cti_func *func) {
  ct_error ignored = {0};
  cti_cursor c = cti_cursor_make(func->body, 0, &ignored);
  cti_skip_locals(&c);
  cti_buf_bytes(out, cti_slice_cut(func->body, 0, func->body.size - cti_cursor_left(&c)));
  uint32_t chosen = draw_below(s, (uint32_t)cti_cursor_left(&c) / 2 + 1), drops = draw_below(s, 8), at = 0;
  for (cti_instr in; cti_instr_next(&in, &c); at++) {
    if (at != chosen) {
      cti_buf_bytes(out, in.bytes);
      continue;
    }
    if (drops > 1) change_instr(s, &in);
    if (drops != 0) cti_instr_write(out, &in);
    if (drops == 1) cti_instr_write(out, &in);
  }
}

static bool change_code(uint64_t *s, cti_module *m) {
  uint32_t defined = m->funcs.count - m->imported[CTI_EXTERN_FUNC];
  cti_buf body = {0};
  if (!defined || !cti_module_section(m, CTI_SECTION_CODE)) return false;
  cti_func *func = &m->funcs.items[m->imported[CTI_EXTERN_FUNC] + draw_below(s, defined)];
  write_body(s, &body, func);
  func->body = cti_take(&body, m->arena);
  cti_module_section(m, CTI_SECTION_CODE)->changed = true;
  return func->body.data != NULL;
}

static bool mark(cti_module *m, uint8_t id) {
  cti_section *section = cti_module_section(m, id);
  if (section) section->changed = true;
  return section != NULL;
}

static bool change_export(uint64_t *s, cti_module *m) {
  if (!m->exports.count) return false;
  cti_export *e = &m->exports.items[draw_below(s, m->exports.count)];
  const uint32_t counts[CTI_EXTERN_KINDS] = {m->funcs.count, m->tables.count, m->memories.count, m->globals.count, m->tags.count};
  if (draw_below(s, 3) == 0) e->kind = (cti_extern_kind)draw_below(s, CTI_EXTERN_KINDS);
  if (draw_below(s, 4) == 0) e->name = m->exports.items[draw_below(s, m->exports.count)].name;
  e->index = draw_index(s, counts[e->kind]);
  return mark(m, CTI_SECTION_EXPORT);
}

static bool change_limits(uint64_t *s, cti_module *m) {
  cti_limits *limits = m->memories.count > m->imported[CTI_EXTERN_MEMORY] ? &m->memories.items[m->memories.count - 1].type : NULL;
  if (!limits) return false;
  if (draw_below(s, 2)) limits->min = draw_below(s, 70000);
  else limits->is_64 = !limits->is_64;
  limits->has_max = draw_below(s, 2);
  limits->max = draw_below(s, 70000);
  return mark(m, CTI_SECTION_MEMORY);
}

static bool change_model(uint64_t *s, cti_module *m) {
  uint32_t defined = m->funcs.count - m->imported[CTI_EXTERN_FUNC];
  switch (draw_below(s, 8)) {
  case 0: return change_export(s, m);
  case 1: return change_limits(s, m);
  case 2:
    if (!defined) return false;
    m->funcs.items[m->funcs.count - 1 - draw_below(s, defined)].type = draw_index(s, m->types.count);
    return mark(m, CTI_SECTION_FUNCTION);
  case 3:
    if (!m->imports.count) return false;
    m->imports.items[draw_below(s, m->imports.count)].type.type = draw_index(s, m->types.count);
    return mark(m, CTI_SECTION_IMPORT);
  default: return change_code(s, m);
  }
}

static bool mutate_model(uint64_t *s, cti_buf *out, ct_slice bytes) {
  ct_error error = {0};
  cti_arena arena;
  cti_module module;
  cti_arena_init(&arena, &error);
  bool changed = cti_module_decode(&module, bytes, 0, &arena) == CT_OK && change_model(s, &module);
  if (changed) cti_module_encode(&module, out);
  cti_arena_free(&arena);
  return changed;
}

/* ---- the whole */

static void mutate_into(uint64_t *s, cti_buf *out, ct_slice bytes, uint32_t depth) {
  ct_kind kind = ct_kind_of(bytes);
  if (kind == CT_KIND_COMPONENT && draw_below(s, 3)) mutate_component(out, bytes, s);
  else if (kind != CT_KIND_MODULE || !draw_below(s, 3) || !mutate_model(s, out, bytes)) mutate_sections(s, out, bytes, depth);
}

static size_t hand_over(uint8_t *out, size_t most, cti_buf *made) {
  size_t size = made->failed || made->size > most ? 0 : made->size;
  if (size) memcpy(out, made->data, size);
  ct_buf_free(made);
  return size;
}

static uint64_t begin(uint64_t seed) {
  uint64_t state = seed * 0x9e3779b97f4a7c15u | 1;
  for (int i = 0; i < 4; i++) draw_word(&state);
  return state;
}

size_t mutate_binary(uint8_t *out, size_t most, ct_slice bytes, uint64_t seed) {
  uint64_t s = begin(seed);
  cti_buf made = {0};
  mutate_into(&s, &made, bytes, 0);
  return hand_over(out, most, &made);
}

static const cti_frame *same_section(const sections *all, uint8_t id) {
  for (uint32_t i = 0; i < all->count; i++)
    if (all->items[i].id == id) return &all->items[i];
  return NULL;
}

size_t cross_binaries(uint8_t *out, size_t most, ct_slice a, ct_slice b, uint64_t seed) {
  uint64_t s = begin(seed);
  sections of_a, of_b;
  cti_buf made = {0};
  if (!read_sections(&of_a, a) || !read_sections(&of_b, b) || of_a.kind != of_b.kind) return 0;
  cti_buf_bytes(&made, cti_slice_cut(a, 0, CTI_PREAMBLE_SIZE));
  if (of_a.kind == CT_KIND_COMPONENT) { /* the beginning of one, and what the other ends with */
    uint32_t cut = draw_below(&s, of_a.count + 1), from = draw_below(&s, of_b.count + 1);
    for (uint32_t i = 0; i < cut; i++) cti_buf_bytes(&made, of_a.items[i].raw);
    for (uint32_t i = from; i < of_b.count; i++) cti_buf_bytes(&made, of_b.items[i].raw);
  } else {
    for (uint32_t i = 0; i < of_a.count; i++) {
      const cti_frame *other = same_section(&of_b, of_a.items[i].id);
      cti_buf_bytes(&made, other && draw_below(&s, 3) == 0 ? other->raw : of_a.items[i].raw);
    }
  }
  return hand_over(out, most, &made);
}

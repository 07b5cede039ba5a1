/* adapter_place.c - memory for the preview1 adapter that no allocator of its guest takes for its own. Flows in: a guest's globals, segments and, where names
 * are gone, code. Flows out: a region, and the guest's global section with the initial stack pointer lowered.
 *
 * Pages that memory.grow gives before the guest runs are not such memory: dlmalloc of a wasi-libc of 2022 (Debian's) takes all from __heap_base to the end
 * of memory at the first malloc; TinyGo's collector does, and whatever appears later as well; Go counts pages by itself and takes those behind its own.
 *
 * What LLVM links has its stack's top as the initial value of global 0, a constant: the stack grows down from there, and nobody else refers to what lies
 * between. With that constant lowered by n, the n bytes below the old one belong to nobody: the stack starts beneath them, and they are no part of
 * data (which ends below the stack, or begins at its top) nor of the heap (which begins at __heap_base, a constant of its own). That holds for dlmalloc,
 * emmalloc, Zig's and Rust's allocators and TinyGo's collector, since none of them derives its bounds from the stack pointer; TinyGo scans from its current
 * value to the first it saw, which is lower now.
 *
 * Go's memory begins with a page for nil and, since its linker serves JavaScript too, 8 KB into which wasm_exec.js puts arguments and environment
 * (wasmMinDataAddr in cmd/link): nothing of the program lies there, and under WASI nobody writes there. */
#include "compose/adapter_place.h"

#include "compose/core_make.h"
#include "core/core_read.h"
#include "core/core_write.h"
#include "core/custom.h"
#include "core/opcode.h"

enum { GO_FIRST = 4096, GO_LIMIT = 12288, GO_GLOBALS = 8, PAGE = 65536, LARGE_STACK = 1 << 20, STACK_SHARE = 4 };

/* Reading for a guess: what is malformed is told by others. */
typedef struct looker {
  const cti_module *guest;
  ct_error error;
} looker;

static cti_cursor section_cursor(looker *l, uint8_t id) {
  const cti_section *section = cti_module_section(l->guest, id);
  return cti_cursor_make(section ? section->frame.payload : (ct_slice){NULL, 0}, 0, &l->error);
}

/* An expression that is one i32.const. */
static bool const_of(uint32_t *out, ct_slice expr) {
  ct_error error;
  ct_error_clear(&error);
  cti_cursor c = cti_cursor_make(expr, 0, &error);
  if (cti_cursor_u8(&c) != 0x41) return false;
  *out = (uint32_t)cti_cursor_s32(&c);
  return cti_cursor_u8(&c) == 0x0b && cti_cursor_done(&c) && !c.failed;
}

/* ---- data: nothing of it may lie in the region */

typedef struct extent {
  uint64_t lowest, highest; /* of all active segments; lowest > highest when there are none */
  bool overlaps;
} extent;

/* False when the place of a segment is not known. */
static bool find_data(extent *out, looker *l, uint32_t base, uint32_t limit) {
  cti_cursor c = section_cursor(l, CTI_SECTION_DATA);
  *out = (extent){UINT64_MAX, 0, false};
  if (cti_cursor_left(&c) == 0) return true;
  uint32_t count = cti_cursor_count(&c, "data segments"), at = 0;
  for (uint32_t i = 0; i < count && !c.failed; i++) {
    cti_data data;
    cti_read_data(&data, &c);
    if (c.failed || data.mode != CTI_SEGMENT_ACTIVE || data.bytes.size == 0) continue;
    if (data.memory != 0 || !const_of(&at, data.offset_expr.bytes)) return false;
    uint64_t end = (uint64_t)at + data.bytes.size;
    if (at < out->lowest) out->lowest = at;
    if (end > out->highest) out->highest = end;
    out->overlaps |= at < limit && end > base;
  }
  return !c.failed;
}

/* ---- is global 0 the stack pointer? */

/* The name of global 0 in the name section; data == NULL without one. */
static ct_slice name_of_first(looker *l) {
  const cti_section *section = cti_module_custom(l->guest, CTI_LIT("name"), NULL);
  cti_subsection part;
  cti_cursor c = section ? cti_custom_cursor(section, &l->error) : cti_cursor_make((ct_slice){NULL, 0}, 0, &l->error);
  while (cti_subsection_next(&part, &c)) {
    if (part.code != CTI_NAME_GLOBAL) continue;
    uint32_t count = cti_cursor_count(&part.c, "names");
    for (uint32_t i = 0; i < count && !part.c.failed; i++) {
      uint32_t index = cti_cursor_u32(&part.c);
      ct_slice name = cti_cursor_name(&part.c);
      if (index == 0 && !part.c.failed) return name;
    }
  }
  return (ct_slice){NULL, 0};
}

/* Does a function begin by taking room on the stack: global.get 0, i32.const n, i32.sub? */
static bool takes_stack(cti_cursor *body) {
  static const cti_op prologue[] = {CTI_OP_GLOBAL_GET, CTI_OP_I32_CONST, CTI_OP_I32_SUB};
  uint32_t runs = cti_cursor_count(body, "runs of locals");
  for (uint32_t i = 0; i < runs && !body->failed; i++) cti_read_local_run(body);
  for (unsigned i = 0; i < CTI_COUNT(prologue); i++) {
    cti_instr instr;
    if (!cti_instr_next(&instr, body) || instr.op != prologue[i] || (i == 0 && instr.a != 0)) return false;
  }
  return true;
}

static bool some_function_takes_stack(looker *l) {
  cti_cursor c = section_cursor(l, CTI_SECTION_CODE);
  uint32_t count = cti_cursor_left(&c) ? cti_cursor_count(&c, "bodies") : 0;
  for (uint32_t i = 0; i < count && !c.failed; i++) {
    cti_cursor body = cti_read_body(&c);
    if (!c.failed && takes_stack(&body)) return true;
    ct_error_clear(&l->error);
  }
  return false;
}

static bool is_stack_pointer(looker *l) {
  ct_slice name = name_of_first(l);
  if (name.data) return cti_slice_is(name, "__stack_pointer");
  return some_function_takes_stack(l);
}

/* ---- globals */

/* Reads at most `room` of the globals; their number, or 0. */
static uint32_t read_globals(cti_global *out, uint32_t room, looker *l) {
  cti_cursor c = section_cursor(l, CTI_SECTION_GLOBAL);
  if (l->guest->imported[CTI_EXTERN_GLOBAL] || cti_cursor_left(&c) == 0) return 0;
  uint32_t count = cti_cursor_count(&c, "globals");
  for (uint32_t i = 0; i < count && i < room && !c.failed; i++) cti_read_global(&out[i], &c);
  return c.failed ? 0 : count;
}

/* Go's registers, all 0 at first: SP, CTXT, g, RET0 to RET3, PAUSE (cmd/link/internal/wasm). */
static bool is_go(const cti_global *globals, uint32_t count) {
  if (count != GO_GLOBALS) return false;
  for (uint32_t i = 0; i < GO_GLOBALS; i++) {
    static const uint8_t i32_zero[] = {0x41, 0, 0x0b}, i64_zero[] = {0x42, 0, 0x0b};
    bool is_i32 = i == 0 || i == GO_GLOBALS - 1;
    if (!globals[i].type.is_mutable || globals[i].type.type != (is_i32 ? CTI_VT_I32 : CTI_VT_I64)) return false;
    if (!cti_slice_eq(globals[i].init.bytes, is_i32 ? cti_slice(i32_zero, sizeof i32_zero) : cti_slice(i64_zero, sizeof i64_zero))) return false;
  }
  return true;
}

/* The global section with another constant in the first; the rest as it is. */
static ct_slice lowered(looker *l, const cti_global *first, uint32_t value, cti_arena *arena) {
  const cti_section *section = cti_module_section(l->guest, CTI_SECTION_GLOBAL);
  ct_slice old = section->frame.payload, init = first->init.bytes;
  size_t before = (size_t)(init.data - old.data);
  ct_slice made = cti_make_i32_const(arena, value);
  return made.data ? CTI_JOIN(arena, cti_slice_cut(old, 0, before), made, cti_slice_cut(old, before + init.size, old.size)) : made;
}

/* The stack begins at its top and ends at data, or at 0 where data begins above it. Only a small share is taken. */
static ct_status place_on_stack(cti_place *out, looker *l, const cti_global *first, uint32_t size, cti_arena *arena) {
  uint32_t top = 0;
  extent data;
  if (!first->type.is_mutable || first->type.type != CTI_VT_I32 || !const_of(&top, first->init.bytes)) return CT_OK;
  if (top % 8 || top > l->guest->memories.items[0].type.min * PAGE || top < size * STACK_SHARE) return CT_OK;
  if (!find_data(&data, l, top - size, top) || data.overlaps) return CT_OK;
  uint64_t room = data.lowest >= top || data.highest > top ? top : top - data.highest;
  if (data.highest > top && data.lowest < top) return CT_OK; /* data on both sides: no layout of LLVM's */
  if (room < (uint64_t)size * STACK_SHARE || !is_stack_pointer(l)) return CT_OK;
  if (data.lowest >= top && top >= LARGE_STACK) size *= 4;
  *out = (cti_place){CTI_PLACE_STACK, top - size, top, lowered(l, first, top - size, arena)};
  return out->globals.data ? CT_OK : arena->error->status;
}

ct_status cti_find_place(cti_place *out, const cti_module *guest, uint32_t size, cti_arena *arena) {
  looker l = {.guest = guest};
  cti_global globals[GO_GLOBALS];
  extent data;
  ct_error_clear(&l.error);
  *out = (cti_place){0};
  if (guest->memories.count != 1 || guest->memories.items[0].import != UINT32_MAX || guest->memories.items[0].type.is_64) return CT_OK;
  uint32_t count = read_globals(globals, GO_GLOBALS, &l);
  if (is_go(globals, count)) {
    if (find_data(&data, &l, 0, GO_LIMIT) && !data.overlaps && guest->memories.items[0].type.min > 0)
      *out = (cti_place){.kind = CTI_PLACE_GO, .base = GO_FIRST, .limit = GO_LIMIT};
    return CT_OK;
  }
  return count ? place_on_stack(out, &l, &globals[0], size, arena) : CT_OK;
}

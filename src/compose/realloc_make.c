/* realloc_make.c - a cabi_realloc made by ctool. Flows in: a core module without one. Flows out: the module with one more function, and for it two globals.
 *
 * realloc(old, old size, alignment, new size) of the canonical ABI: gives a block of the new size at that alignment which begins with what the old one held;
 * a trap when there is no memory. Where the module exports `realloc` or `malloc`, its own allocator is asked, so that it may free what it is given. Where it
 * does not, pages are taken by memory.grow and given out one block behind the other: `next` is where the next one may begin, `limit` where the pages end.
 * Pages that somebody else took meanwhile are left alone. The last block grows where it stands, a block that shrinks stays; nothing is freed.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md#element-storing */
#include "compose/realloc_make.h"

#include "compose/core_make.h"
#include "core/opcode.h"

/* Instructions as the text format names them; numbers are immediates, and so are what lies behind M, N, L and F. Parameters are locals 0 to 3: old, old size,
 * alignment, size. */
static const char bump[] =
    "local.get 3 i32.eqz if local.get 2 return end "            /* no bytes: an aligned address that is not null */
    "local.get 3 local.get 1 i32.le_u if local.get 0 return end " /* it shrinks */
    /* at (4) = old when it is the last block, else next, aligned */
    "local.get 0 i64.extend_i32_u local.tee 4 local.get 1 i64.extend_i32_u i64.add global.get N i64.ne local.get 1 i32.eqz i32.or if "
    "global.get N local.get 2 i64.extend_i32_u local.tee 4 i64.add i64.const 1 i64.sub i64.const 0 local.get 4 i64.sub i64.and local.set 4 end "
    /* end (5) = at + size */
    "local.get 4 local.get 3 i64.extend_i32_u i64.add local.tee 5 global.get L local.tee 7 i64.gt_u if "
    /* are our pages the last ones? If not, a block begins behind all that there are: there is the limit (7) now */
    "memory.size M i64.extend_i32_u i64.const 16 i64.shl local.tee 6 local.get 7 i64.ne if "
    "local.get 6 local.tee 4 local.tee 7 local.get 3 i64.extend_i32_u i64.add local.set 5 end "
    /* pages (6) up to the end; nothing has changed when there are none */
    "local.get 5 local.get 7 i64.sub i64.const 65535 i64.add i64.const 16 i64.shr_u local.tee 6 "
    "i32.wrap_i64 memory.grow M i32.const -1 i32.eq if unreachable end "
    "local.get 7 local.get 6 i64.const 16 i64.shl i64.add global.set L end "
    "local.get 5 global.set N "
    /* what the old block held, unless it stayed */
    "local.get 1 if local.get 4 i32.wrap_i64 local.get 0 i32.ne if local.get 4 i32.wrap_i64 local.get 0 local.get 1 memory.copy M end end "
    "local.get 4 i32.wrap_i64 end";

/* A null pointer for no bytes is answered with an aligned address; any other, or one that is not aligned, is a trap. */
#define CHECKED "local.get 4 i32.eqz if local.get 3 if unreachable end local.get 2 return end local.get 4 local.get 2 i32.const 1 i32.sub i32.and if unreachable end "
static const char by_realloc[] = "local.get 0 i32.const 0 local.get 1 select local.get 3 call F local.set 4 " CHECKED "local.get 4 end";
static const char by_malloc[] =
    "local.get 1 if local.get 3 local.get 1 i32.le_u if local.get 0 return end end "
    "local.get 3 call F local.set 4 " CHECKED "local.get 1 if local.get 4 local.get 0 local.get 1 memory.copy M end local.get 4 end";

typedef struct maker {
  cti_arena *arena;
  cti_module module;
  uint32_t memory, next, limit, func; /* M, N, L, F */
} maker;

/* ---- what the module has */

static const cti_export *export_named(const cti_module *m, cti_extern_kind kind, const char *name) { return cti_module_find_export(m, kind, cti_slice_str(name)); }

/* Every name in use; the two of older toolchains count together alone, as each is for one direction. */
static bool has_realloc(const cti_module *m) {
  static const char *const names[] = {"cabi_realloc", "cm32p2_realloc", "canonical_abi_realloc"};
  for (unsigned i = 0; i < CTI_COUNT(names); i++)
    if (export_named(m, CTI_EXTERN_FUNC, names[i])) return true;
  return export_named(m, CTI_EXTERN_FUNC, "cabi_import_realloc") && export_named(m, CTI_EXTERN_FUNC, "cabi_export_realloc");
}

const cti_export *cti_find_allocator(const cti_module *m, const char *name, uint32_t params) {
  const cti_export *export_ = export_named(m, CTI_EXTERN_FUNC, name);
  const cti_subtype *type = export_ ? cti_module_func_type(m, export_->index) : NULL;
  bool fits = type && type->param_count == params && type->result_count == 1;
  for (uint32_t i = 0; fits && i <= params; i++) fits = type->types[i] == CTI_VT_I32;
  return fits ? export_ : NULL;
}

/* Does a body of the module grow its memory? What cannot be read is told by others. */
static bool body_grows(const cti_func *func) {
  ct_error ignored;
  ct_error_clear(&ignored);
  cti_cursor c = cti_cursor_make(func->body, func->body_offset, &ignored);
  cti_instr instr;
  for (uint32_t runs = cti_cursor_count(&c, "locals"); runs && !c.failed; runs--) cti_read_local_run(&c);
  while (cti_instr_next(&instr, &c))
    if (instr.op == CTI_OP_MEMORY_GROW) return true;
  return false;
}

static bool grows(const cti_module *m) {
  for (uint32_t i = m->imported[CTI_EXTERN_FUNC]; i < m->funcs.count; i++)
    if (body_grows(&m->funcs.items[i])) return true;
  return false;
}

/* The memory that values cross the border in; UINT32_MAX: none, which others tell. */
static ct_status find_memory(maker *k) {
  static const char *const names[] = {"memory", "cm32p2_memory"};
  const cti_export *export_ = NULL;
  k->memory = UINT32_MAX;
  for (unsigned i = 0; i < CTI_COUNT(names) && !export_; i++) export_ = export_named(&k->module, CTI_EXTERN_MEMORY, names[i]);
  if (!export_ || export_->index >= k->module.memories.count) return CT_OK;
  const cti_limits *type = &k->module.memories.items[export_->index].type;
  k->memory = export_->index;
  if (!type->is_64 && !type->shared && cti_page_log2(type) == 16) return CT_OK;
  cti_fail(k->arena->error, CT_COMPOSE_EXPORT, CT_NO_OFFSET,
           "no cabi_realloc can be made for a memory that is shared, has 64-bit addresses or other pages than of 64 KiB");
  cti_error_hint(k->arena->error, "export a cabi_realloc from the module: its allocator knows this memory");
  return k->arena->error->status;
}

/* ---- the function */

static ct_slice next_word(ct_slice *text) {
  size_t end = cti_slice_find(*text, ' ', 0);
  ct_slice word = cti_slice_cut(*text, 0, end);
  *text = cti_slice_cut(*text, end < text->size ? end + 1 : end, text->size);
  return word;
}

static int64_t immediate(const maker *k, ct_slice word) {
  switch (word.data[0]) {
  case 'M': return k->memory;
  case 'N': return k->next;
  case 'L': return k->limit;
  case 'F': return k->func;
  default: break;
  }
  int64_t value = 0;
  for (size_t i = word.data[0] == '-'; i < word.size; i++) value = value * 10 + (word.data[i] - '0');
  return word.data[0] == '-' ? -value : value;
}

static bool is_immediate(uint8_t c) { return c == '-' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); }

/* Locals, then the instructions of `text`, which is one of those above. */
static ct_status assemble(cti_buf *code, const maker *k, const char *text, ct_slice locals) {
  cti_map ops;
  ct_slice rest = cti_slice_str(text);
  CTI_TRY(cti_op_map(&ops, k->arena));
  cti_buf_bytes(code, locals);
  while (rest.size) {
    cti_instr instr = {.op = (cti_op)cti_map_get(&ops, next_word(&rest))};
    if (rest.size && is_immediate(rest.data[0])) {
      instr.value = (uint64_t)immediate(k, next_word(&rest));
      instr.a = instr.b = (uint32_t)instr.value;
    }
    cti_instr_write(code, &instr);
  }
  return CT_OK;
}

static uint32_t add_type(maker *k) {
  cti_map none = {0};
  cti_core_sig sig = {.param_count = 4, .result_count = 1, .params = {CTI_FLAT_I32, CTI_FLAT_I32, CTI_FLAT_I32, CTI_FLAT_I32}, .results = {CTI_FLAT_I32}};
  return cti_make_sig(&k->module, &none, &sig);
}

static ct_status add_globals(maker *k) {
  static const cti_global_type type = {.type = CTI_VT_I64, .is_mutable = true};
  k->next = cti_make_global(&k->module, &type, CTI_LIT("\x42\x10\x0b")); /* i64.const 16: never null, even where memory begins with no page */
  k->limit = cti_make_global(&k->module, &type, CTI_LIT("\x42\0\x0b"));
  return k->next == UINT32_MAX || k->limit == UINT32_MAX ? CT_NOMEM : CT_OK;
}

/* The section is written anew; one that is not there is made. */
static ct_status touch(maker *k, const uint8_t *ids, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!cti_module_touch(&k->module, ids[i])) return k->arena->error->status;
  return CT_OK;
}

static ct_status add_func(maker *k, const char *name, const char *text, ct_slice locals) {
  static const uint8_t ids[] = {CTI_SECTION_TYPE, CTI_SECTION_FUNCTION, CTI_SECTION_EXPORT, CTI_SECTION_CODE};
  cti_buf code = {0};
  ct_status status = assemble(&code, k, text, locals);
  ct_slice body = cti_take(&code, k->arena);
  uint32_t type = add_type(k), func = type == UINT32_MAX || !body.data ? UINT32_MAX : cti_make_func(&k->module, type, body);
  if (status != CT_OK || func == UINT32_MAX) return k->arena->error->status;
  CTI_TRY(cti_make_export(&k->module, cti_slice_str(name), CTI_EXTERN_FUNC, func));
  return touch(k, ids, sizeof ids);
}

static ct_status add_bump(maker *k, const char *name) {
  static const uint8_t id = CTI_SECTION_GLOBAL;
  CTI_TRY(add_globals(k));
  CTI_TRY(touch(k, &id, 1));
  return add_func(k, name, bump, CTI_LIT("\x01\x04\x7e")); /* four locals: i64 */
}

/* Asks the module's own allocator when it exports one. */
static ct_status add(cti_realloc_made *out, maker *k, const char *name) {
  const cti_export *own = cti_find_allocator(&k->module, "realloc", 2), *plain = own ? NULL : cti_find_allocator(&k->module, "malloc", 1);
  if (!own && !plain) {
    out->kind = CTI_REALLOC_BUMP;
    out->grows = grows(&k->module);
    return add_bump(k, name);
  }
  out->kind = CTI_REALLOC_MALLOC;
  out->by = own ? own->name : plain->name;
  k->func = own ? own->index : plain->index;
  return add_func(k, name, own ? by_realloc : by_malloc, CTI_LIT("\x01\x01\x7f")); /* one local: i32 */
}

ct_status cti_realloc_make(cti_realloc_made *out, ct_slice module, const char *name, cti_arena *arena) {
  maker k = {.arena = arena};
  *out = (cti_realloc_made){.bytes = module};
  CTI_TRY(cti_module_decode(&k.module, module, 0, arena));
  if (has_realloc(&k.module)) return CT_OK;
  CTI_TRY(find_memory(&k));
  if (k.memory == UINT32_MAX) return CT_OK;
  CTI_TRY(add(out, &k, name));
  cti_buf bytes = {0};
  cti_module_encode(&k.module, &bytes);
  out->bytes = cti_take(&bytes, arena);
  return out->bytes.data ? CT_OK : arena->error->status;
}

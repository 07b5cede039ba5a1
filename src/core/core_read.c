/* core_read.c - single types, imports, exports and definitions. Flows in: a cursor at the thing's first byte. Flows out: the thing, cursor behind it.
 *
 * Codes of types are negative LEBs that must be written in one byte, so they are read as bytes. All proposals share one space of codes:
 * https://webassembly.github.io/spec/core/binary/types.html and .../appendix/index-types.html */
#include "core/core_read.h"

#include "core/codes.h"
#include "core/opcode.h"

static void bad_byte(cti_cursor *c, uint64_t offset, uint8_t byte, const char *what) {
  cti_cursor_fail_at(c, CT_CORE_FORM, offset, "malformed %s: byte 0x%02x", what, byte);
}

/* ---- types */

static bool is_abstract_heap(uint8_t code) { return code >= CTI_HEAP_CONT && code <= CTI_HEAP_NOCONT; }
static bool is_number_or_vector(uint8_t code) { return code >= CTI_VT_V128 && code <= CTI_VT_I32; }

static cti_corevt concrete(cti_cursor *c, uint64_t index, cti_corevt bits, uint64_t offset) {
  if (index <= CTI_VT_LOW) return CTI_VT_REF | CTI_VT_CONCRETE | bits | (uint32_t)index;
  cti_cursor_fail_at(c, CT_LIMIT, offset, "type index %llu is above the limit of engines", (unsigned long long)index);
  return CTI_VT_NONE;
}

/* An abstract heap type, which `shared` may precede. `what` is what the caller was asked for. */
static cti_corevt abstract_heap(cti_cursor *c, const char *what) {
  cti_corevt shared = 0;
  if (cti_cursor_peek(c) == CTI_CODE_SHARED) {
    cti_cursor_u8(c);
    shared = CTI_VT_SHARED;
  }
  uint64_t offset = cti_cursor_offset(c);
  uint8_t code = cti_cursor_u8(c);
  if (is_abstract_heap(code)) return CTI_VT_REF | shared | code;
  if (!c->failed) bad_byte(c, offset, code, what);
  return CTI_VT_NONE;
}

cti_corevt cti_read_heaptype(cti_cursor *c) {
  uint64_t offset = cti_cursor_offset(c);
  uint8_t first = cti_cursor_peek(c);
  if (first == CTI_CODE_EXACT) {
    cti_cursor_u8(c);
    uint32_t index = cti_cursor_u32(c);
    return c->failed ? CTI_VT_NONE : concrete(c, index, CTI_VT_EXACT, offset);
  }
  if (!(first & 0x80) && (first & 0x40)) return abstract_heap(c, "heap type"); /* a negative number of one byte */
  int64_t index = cti_cursor_s33(c);
  if (c->failed) return CTI_VT_NONE;
  if (index >= 0) return concrete(c, (uint64_t)index, 0, offset);
  bad_byte(c, offset, first, "heap type");
  return CTI_VT_NONE;
}

static cti_corevt reftype(cti_cursor *c, const char *what) {
  uint8_t first = cti_cursor_peek(c);
  if (first != CTI_CODE_REF && first != CTI_CODE_REF_NULL) {
    cti_corevt heap = abstract_heap(c, what);
    return heap ? heap | CTI_VT_NULLABLE : heap;
  }
  cti_cursor_u8(c);
  cti_corevt heap = cti_read_heaptype(c);
  return heap && first == CTI_CODE_REF_NULL ? heap | CTI_VT_NULLABLE : heap;
}

cti_corevt cti_read_reftype(cti_cursor *c) { return reftype(c, "reference type"); }

cti_corevt cti_read_valtype(cti_cursor *c) { return is_number_or_vector(cti_cursor_peek(c)) ? cti_cursor_u8(c) : reftype(c, "value type"); }

cti_corevt cti_read_storage_type(cti_cursor *c) {
  uint8_t first = cti_cursor_peek(c);
  return first == CTI_VT_I8 || first == CTI_VT_I16 ? cti_cursor_u8(c) : cti_read_valtype(c);
}

/* https://webassembly.github.io/spec/core/binary/instructions.html#control-instructions */
cti_blocktype cti_read_blocktype(cti_cursor *c) {
  uint8_t first = cti_cursor_peek(c);
  if (first == CTI_CODE_EMPTY_BLOCK) {
    cti_cursor_u8(c);
    return (cti_blocktype){CTI_BLOCK_EMPTY, 0};
  }
  if (!(first & 0x80) && (first & 0x40)) return (cti_blocktype){CTI_BLOCK_VALUE, cti_read_valtype(c)};
  uint64_t offset = cti_cursor_offset(c);
  int64_t index = cti_cursor_s33(c);
  if (index < 0) bad_byte(c, offset, first, "block type");
  return (cti_blocktype){CTI_BLOCK_TYPE, index < 0 ? 0 : (uint32_t)index};
}

/* The numbers have 64 bits whatever the flags say; that a 32-bit memory has a 32-bit size is a rule of validation.
 * https://webassembly.github.io/spec/core/binary/types.html#limits */
void cti_read_limits(cti_limits *out, cti_cursor *c, bool of_table) {
  *out = (cti_limits){0};
  uint64_t offset = cti_cursor_offset(c);
  uint8_t flags = cti_cursor_u8(c);
  if (flags >= (of_table ? CTI_LIMITS_PAGE : 2 * CTI_LIMITS_PAGE)) {
    cti_cursor_fail_at(c, CT_CORE_FORM, offset, "malformed limits of a %s: flags 0x%02x", of_table ? "table" : "memory", flags);
    return;
  }
  out->has_max = (flags & CTI_LIMITS_MAX) != 0;
  out->shared = (flags & CTI_LIMITS_SHARED) != 0;
  out->is_64 = (flags & CTI_LIMITS_64) != 0;
  out->has_page_log2 = (flags & CTI_LIMITS_PAGE) != 0;
  const uint8_t *min = c->at;
  out->min = cti_cursor_u64(c);
  const uint8_t *max = c->at;
  if (out->has_max) out->max = cti_cursor_u64(c);
  out->is_long = max - min > 5 || c->at - max > 5;
  offset = cti_cursor_offset(c);
  out->page_log2 = out->has_page_log2 ? cti_cursor_u32(c) : 16;
  if (out->page_log2 >= 64) cti_cursor_fail_at(c, CT_CORE_FORM, offset, "malformed page size of a memory: 2 to the power of %u", out->page_log2);
}

void cti_read_table_type(cti_table_type *out, cti_cursor *c) {
  out->element = cti_read_reftype(c);
  cti_read_limits(&out->limits, c, true);
}

void cti_read_global_type(cti_global_type *out, cti_cursor *c) {
  out->type = cti_read_valtype(c);
  uint64_t offset = cti_cursor_offset(c);
  uint8_t flags = cti_cursor_u8(c);
  if (flags > (CTI_GLOBAL_MUTABLE | CTI_GLOBAL_SHARED)) bad_byte(c, offset, flags, "mutability of a global");
  out->is_mutable = (flags & CTI_GLOBAL_MUTABLE) != 0;
  out->shared = (flags & CTI_GLOBAL_SHARED) != 0;
}

uint32_t cti_read_tag_type(cti_cursor *c) {
  uint64_t offset = cti_cursor_offset(c);
  uint8_t attribute = cti_cursor_u8(c);
  if (attribute != 0) bad_byte(c, offset, attribute, "attribute of a tag");
  return cti_cursor_u32(c);
}

static uint8_t extern_kind(cti_cursor *c, bool exact_allowed) {
  uint64_t offset = cti_cursor_offset(c);
  uint8_t kind = cti_cursor_u8(c);
  if (kind < CTI_EXTERN_KINDS || (exact_allowed && kind == CTI_EXTERN_FUNC_EXACT)) return kind;
  if (kind == CTI_EXTERN_FUNC_EXACT) cti_cursor_fail_at(c, CT_CORE_FORM, offset, "malformed export: a function is exact in imports only");
  else bad_byte(c, offset, kind, exact_allowed ? "import kind" : "export kind");
  return 0;
}

cti_extern_kind cti_read_extern_kind(cti_cursor *c) { return (cti_extern_kind)extern_kind(c, false); }

void cti_read_extern_type(cti_extern_type *out, cti_cursor *c) {
  *out = (cti_extern_type){0};
  uint8_t kind = extern_kind(c, true);
  out->exact = kind == CTI_EXTERN_FUNC_EXACT;
  out->kind = out->exact ? CTI_EXTERN_FUNC : (cti_extern_kind)kind;
  switch (out->kind) {
    case CTI_EXTERN_FUNC: out->type = cti_cursor_u32(c); break;
    case CTI_EXTERN_TABLE: cti_read_table_type(&out->of.table, c); break;
    case CTI_EXTERN_MEMORY: cti_read_limits(&out->of.memory, c, false); break;
    case CTI_EXTERN_GLOBAL: cti_read_global_type(&out->of.global, c); break;
    case CTI_EXTERN_TAG: out->type = cti_read_tag_type(c); break;
    case CTI_EXTERN_KINDS: break;
  }
}

/* ---- defined types: https://webassembly.github.io/spec/core/binary/types.html#recursive-types */

uint32_t cti_read_rec_head(bool *written, cti_cursor *c) {
  *written = cti_cursor_peek(c) == CTI_CODE_REC;
  if (!*written) return 1;
  cti_cursor_u8(c);
  return cti_cursor_count(c, "types of a recursion group");
}

static void no_memory(cti_cursor *c) { cti_cursor_fail(c, CT_NOMEM, "out of memory"); }

/* Most functions have one result at most: the array is made for the parameters and one more, and grows for those that have more. */
static void read_func(cti_subtype *out, cti_cursor *c, cti_arena *arena) {
  CTI_VEC(cti_corevt) types = {0};
  for (int part = 0; part < 2; part++) {
    uint32_t count = cti_cursor_count(c, part == 0 ? "parameters" : "results");
    if (part == 0 && !cti_vec_reserve(arena, &types, count + 1)) no_memory(c);
    for (uint32_t i = 0; i < count && !c->failed; i++) {
      if (!cti_vec_push(arena, &types, cti_read_valtype(c))) no_memory(c);
    }
    if (part == 0) out->param_count = types.count;
  }
  out->result_count = types.count - out->param_count;
  out->types = types.items;
}

static void read_field(cti_field *out, cti_cursor *c) {
  out->type = cti_read_storage_type(c);
  uint64_t offset = cti_cursor_offset(c);
  uint8_t is_mutable = cti_cursor_u8(c);
  if (is_mutable > 1) bad_byte(c, offset, is_mutable, "mutability of a field");
  out->is_mutable = is_mutable == 1;
}

static void read_fields(cti_subtype *out, cti_cursor *c, cti_arena *arena) {
  uint32_t count = out->kind == CTI_COMPOSITE_ARRAY ? 1 : cti_cursor_count(c, "fields");
  CTI_VEC(cti_field) fields = {0};
  if (!cti_vec_reserve(arena, &fields, count)) no_memory(c);
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    cti_field *field = cti_vec_add(arena, &fields);
    if (field) read_field(field, c);
    else no_memory(c);
  }
  out->fields = fields.items;
  out->field_count = fields.count;
}

static void read_cont(cti_subtype *out, cti_cursor *c) {
  uint64_t offset = cti_cursor_offset(c);
  uint8_t first = cti_cursor_peek(c);
  int64_t index = cti_cursor_s33(c);
  if (index < 0) bad_byte(c, offset, first, "continuation type");
  out->cont = index < 0 ? 0 : (uint32_t)index;
}

/* [shared] [describes x] [descriptor x] and then the kind.
 * https://github.com/WebAssembly/custom-descriptors/blob/main/proposals/custom-descriptors/Overview.md#binary-format */
static void read_composite(cti_subtype *out, cti_cursor *c, cti_arena *arena) {
  uint64_t offset = cti_cursor_offset(c);
  uint8_t code = cti_cursor_u8(c);
  if (code == CTI_CODE_SHARED) {
    out->shared = true;
    code = cti_cursor_u8(c);
  }
  if (code == CTI_CODE_DESCRIBES) {
    out->describes = cti_cursor_u32(c);
    code = cti_cursor_u8(c);
  }
  if (code == CTI_CODE_DESCRIPTOR) {
    out->descriptor = cti_cursor_u32(c);
    offset = cti_cursor_offset(c);
    code = cti_cursor_u8(c);
  }
  switch (code) {
    case CTI_CODE_FUNC: out->kind = CTI_COMPOSITE_FUNC; read_func(out, c, arena); break;
    case CTI_CODE_STRUCT: out->kind = CTI_COMPOSITE_STRUCT; read_fields(out, c, arena); break;
    case CTI_CODE_ARRAY: out->kind = CTI_COMPOSITE_ARRAY; read_fields(out, c, arena); break;
    case CTI_CODE_CONT: out->kind = CTI_COMPOSITE_CONT; read_cont(out, c); break;
    default:
      if (!c->failed) bad_byte(c, offset, code, "type definition");
  }
}

static void read_supers(cti_subtype *out, cti_cursor *c, cti_arena *arena) {
  out->super_count = cti_cursor_count(c, "supertypes");
  uint32_t *supers = out->super_count > 1 ? cti_alloc_raw(arena, out->super_count, sizeof *supers) : &out->super;
  if (!supers) no_memory(c);
  for (uint32_t i = 0; i < out->super_count && !c->failed; i++) supers[i] = cti_cursor_u32(c);
  if (out->super_count < 2 || c->failed) return;
  out->supers = supers;
  out->super = supers[0];
}

void cti_read_subtype(cti_subtype *out, cti_cursor *c, cti_arena *arena) {
  *out = (cti_subtype){.is_final = true, .super = UINT32_MAX, .describes = UINT32_MAX, .descriptor = UINT32_MAX, .offset = cti_cursor_offset(c)};
  uint8_t first = cti_cursor_peek(c);
  if (first == CTI_CODE_SUB || first == CTI_CODE_SUB_FINAL) {
    cti_cursor_u8(c);
    out->written = true;
    out->is_final = first == CTI_CODE_SUB_FINAL;
    read_supers(out, c, arena);
  }
  read_composite(out, c, arena);
}

/* ---- imports and exports */

/* An entry begins with two names; an empty second one and a byte that is no kind of import begin a group. */
static void begin_entry(cti_import_reader *r) {
  cti_import *import = &r->current;
  import->group++;
  import->offset = import->group_offset = cti_cursor_offset(r->c);
  import->module = cti_cursor_name(r->c);
  import->name = cti_cursor_name(r->c);
  uint8_t form = cti_cursor_peek(r->c);
  bool grouped = import->name.size == 0 && (form == CTI_IMPORT_SHARED_MODULE || form == CTI_IMPORT_SHARED_TYPE);
  import->form = grouped ? (cti_import_form)form : CTI_IMPORT_SINGLE;
  r->members = 1;
  if (!grouped) return;
  cti_cursor_u8(r->c);
  if (form == CTI_IMPORT_SHARED_TYPE) cti_read_extern_type(&import->type, r->c);
  r->members = cti_cursor_count(r->c, "imports of a group");
}

bool cti_import_next(cti_import *out, cti_import_reader *r) {
  while (r->members == 0) {
    if (r->entries == 0 || r->c->failed) return false;
    r->entries--;
    begin_entry(r);
  }
  if (r->c->failed) return false;
  r->members--;
  if (r->current.form != CTI_IMPORT_SINGLE) {
    r->current.offset = cti_cursor_offset(r->c);
    r->current.name = cti_cursor_name(r->c);
  }
  if (r->current.form != CTI_IMPORT_SHARED_TYPE) cti_read_extern_type(&r->current.type, r->c);
  *out = r->current;
  return !r->c->failed;
}

void cti_read_export(cti_export *out, cti_cursor *c) {
  out->offset = cti_cursor_offset(c);
  out->name = cti_cursor_name(c);
  out->kind = cti_read_extern_kind(c);
  out->index = cti_cursor_u32(c);
}

/* ---- definitions */

/* How an instruction moves the depth of blocks. The clauses of a legacy `try` but `delegate`, and `else`, leave it as it is. */
static int depth_change(cti_op op) {
  uint8_t immediate = cti_opcodes[op].immediate;
  if (immediate == CTI_IMM_BLOCK || immediate == CTI_IMM_TRY_TABLE) return 1;
  return op == CTI_OP_END || op == CTI_OP_DELEGATE ? -1 : 0;
}

void cti_read_expr(cti_expr *out, cti_cursor *c) {
  const uint8_t *start = c->at;
  out->offset = cti_cursor_offset(c);
  for (int64_t depth = 1; depth > 0 && !c->failed;) {
    cti_op op = cti_op_read(c);
    cti_imm_skip(c, op);
    depth += depth_change(op);
  }
  out->bytes = c->failed ? (ct_slice){NULL, 0} : (ct_slice){start, (size_t)(c->at - start)};
}

/* https://webassembly.github.io/spec/core/binary/modules.html#table-section */
void cti_read_table(cti_table *out, cti_cursor *c) {
  *out = (cti_table){.import = UINT32_MAX, .offset = cti_cursor_offset(c)};
  bool has_init = cti_cursor_peek(c) == CTI_CODE_EMPTY_BLOCK;
  if (has_init) {
    cti_cursor_u8(c);
    uint64_t offset = cti_cursor_offset(c);
    uint8_t reserved = cti_cursor_u8(c);
    if (reserved != 0) bad_byte(c, offset, reserved, "table: 0x00 is expected after 0x40");
  }
  cti_read_table_type(&out->type, c);
  if (has_init) cti_read_expr(&out->init, c);
}

void cti_read_global(cti_global *out, cti_cursor *c) {
  *out = (cti_global){.import = UINT32_MAX, .offset = cti_cursor_offset(c)};
  cti_read_global_type(&out->type, c);
  cti_read_expr(&out->init, c);
}

/* https://webassembly.github.io/spec/core/binary/modules.html#element-section */
void cti_read_elem_head(cti_elem *out, cti_cursor *c) {
  *out = (cti_elem){.offset = cti_cursor_offset(c)};
  out->flags = cti_cursor_u32(c);
  if (out->flags > 7) {
    cti_cursor_fail_at(c, CT_CORE_FORM, out->offset, "malformed element segment: flags %u are above 7", out->flags);
    return;
  }
  bool active = !(out->flags & CTI_ELEM_NOT_ACTIVE), explicit_ = (out->flags & CTI_ELEM_EXPLICIT) != 0;
  out->mode = active ? CTI_SEGMENT_ACTIVE : explicit_ ? CTI_SEGMENT_DECLARED : CTI_SEGMENT_PASSIVE;
  out->is_exprs = (out->flags & CTI_ELEM_EXPRS) != 0;
  if (active && explicit_) out->table = cti_cursor_u32(c);
  if (active) cti_read_expr(&out->offset_expr, c);
  bool typed = !active || explicit_;
  if (!out->is_exprs) {
    uint64_t offset = cti_cursor_offset(c);
    uint8_t kind = typed ? cti_cursor_u8(c) : 0;
    if (kind != 0) bad_byte(c, offset, kind, "element kind: only functions (0x00) are listed by index");
    out->type = CTI_VT_REF | CTI_HEAP_FUNC;
  } else {
    out->type = typed ? cti_read_reftype(c) : CTI_VT_FUNCREF;
  }
  out->count = cti_cursor_count(c, "elements");
}

/* https://webassembly.github.io/spec/core/binary/modules.html#data-section */
void cti_read_data(cti_data *out, cti_cursor *c) {
  *out = (cti_data){.offset = cti_cursor_offset(c)};
  out->flags = cti_cursor_u32(c);
  if (out->flags > 2) {
    cti_cursor_fail_at(c, CT_CORE_FORM, out->offset, "malformed data segment: flags %u are above 2", out->flags);
    return;
  }
  out->mode = out->flags == 1 ? CTI_SEGMENT_PASSIVE : CTI_SEGMENT_ACTIVE;
  if (out->flags == 2) out->memory = cti_cursor_u32(c);
  if (out->mode == CTI_SEGMENT_ACTIVE) cti_read_expr(&out->offset_expr, c);
  uint32_t size = cti_cursor_u32(c);
  out->bytes_offset = cti_cursor_offset(c);
  out->bytes = cti_cursor_bytes(c, size);
}

cti_cursor cti_read_body(cti_cursor *c) {
  uint32_t size = cti_cursor_u32(c);
  return cti_cursor_sub(c, size);
}

cti_local_run cti_read_local_run(cti_cursor *c) {
  uint32_t count = cti_cursor_u32(c);
  return (cti_local_run){count, cti_read_valtype(c)};
}

void cti_skip_locals(cti_cursor *c) {
  for (uint32_t runs = cti_cursor_count(c, "runs of locals"); runs > 0 && !c->failed; runs--) cti_read_local_run(c);
}

/* wat_dwarf.c - DWARF 5 for a module that was read from text. Flows in: places of functions and instructions. Flows out: the sections .debug_abbrev, .debug_info and
 * .debug_line. Addresses count from the first byte of the code section's content, as all DWARF in WebAssembly does; strings stand where they are used.
 * https://dwarfstd.org/dwarf5std.html, https://yurydelendik.github.io/webassembly-dwarf/ */
#include "text/wat_module.h"

enum { SEQUENCE_OPERAND = 5, MIN_LINE_ADVANCE = -5, LINE_RANGE = 14, FIRST_SPECIAL = 13 };
enum { LNS_COPY = 1, LNS_ADVANCE_PC, LNS_ADVANCE_LINE, LNS_SET_FILE, LNS_SET_COLUMN, LNS_SET_PROLOGUE_END = 10, LNE_END_SEQUENCE = 1, LNE_SET_ADDRESS };
enum { TAG_FORMAL_PARAMETER = 0x05, TAG_COMPILE_UNIT = 0x11, TAG_BASE_TYPE = 0x24, TAG_SUBPROGRAM = 0x2e, TAG_VARIABLE = 0x34 };
enum { AT_LOCATION = 0x02, AT_NAME = 0x03, AT_BYTE_SIZE = 0x0b, AT_STMT_LIST = 0x10, AT_LOW_PC = 0x11, AT_HIGH_PC = 0x12, AT_LANGUAGE = 0x13, AT_COMP_DIR = 0x1b, AT_PRODUCER = 0x25 };
enum { AT_DECL_FILE = 0x3a, AT_DECL_LINE = 0x3b, AT_ENCODING = 0x3e, AT_EXTERNAL = 0x3f, AT_TYPE = 0x49, AT_DECL_COLUMN = 0x39 };
enum { FORM_ADDR = 0x01, FORM_DATA2 = 0x05, FORM_DATA4 = 0x06, FORM_STRING = 0x08, FORM_DATA1 = 0x0b, FORM_UDATA = 0x0f, FORM_REF4 = 0x13, FORM_SEC_OFFSET = 0x17, FORM_EXPRLOC = 0x18, FORM_FLAG_PRESENT = 0x19 };
enum { LANG_C = 0x02, UT_COMPILE = 1, LNCT_PATH = 1, LNCT_DIRECTORY_INDEX = 2, OP_STACK_VALUE = 0x9f, OP_WASM_LOCATION = 0xed, ATE_FLOAT = 4, ATE_SIGNED = 5 };

/* ---- which line is that? */

ct_status cti_wat_debug_make(cti_wat_debug **out, ct_generate_dwarf style, const char *file, ct_slice text, cti_arena *arena) {
  *out = NULL;
  if (style == CT_DWARF_NONE || text.size >= UINT32_MAX) return CT_OK;
  cti_wat_debug *debug = CTI_NEW(arena, cti_wat_debug);
  if (!debug) return CT_NOMEM;
  debug->style = style;
  debug->file = file ? file : "<text>";
  debug->text = text;
  CTI_TRY(cti_lines_find(&debug->lines, text, arena));
  *out = debug;
  return CT_OK;
}

typedef struct position {
  uint32_t line, column;
} position;

/* Lines and columns (in bytes) count from 1. */
static position position_of(const cti_wat_debug *debug, uint32_t text) {
  uint32_t line = cti_lines_number(&debug->lines, text);
  return (position){line, text - debug->lines.starts.items[line - 1] + 1};
}

/* ---- .debug_line */

static void string(cti_buf *out, ct_slice text) {
  cti_buf_bytes(out, cti_slice_cut(text, 0, cti_slice_find(text, 0, 0))); /* a name may hold a NUL */
  cti_buf_u8(out, 0);
}

static void u16(cti_buf *out, uint16_t value) {
  cti_buf_u8(out, (uint8_t)value);
  cti_buf_u8(out, (uint8_t)(value >> 8));
}

static void patch_u32(cti_buf *out, size_t at, uint32_t value) {
  for (unsigned i = 0; i < 4 && !out->failed; i++) out->data[at + i] = (uint8_t)(value >> 8 * i);
}

static size_t later_u32(cti_buf *out) {
  cti_buf_u32_fixed(out, 0);
  return out->size - 4;
}

/* The file's directory, "." when its path has none, and its name. */
static void split_path(const char *path, ct_slice *directory, ct_slice *name) {
  const char *slash = strrchr(path, '/');
  *directory = !slash ? CTI_LIT(".") : slash == path ? CTI_LIT("/") : cti_slice(path, (size_t)(slash - path));
  *name = cti_slice_str(slash ? slash + 1 : path);
}

static void write_file_table(cti_buf *out, const cti_wat_debug *debug) {
  ct_slice directory, name;
  split_path(debug->file, &directory, &name);
  cti_buf_bytes(out, cti_slice((const uint8_t[]){1, LNCT_PATH, FORM_STRING, 1}, 4));
  string(out, directory);
  cti_buf_bytes(out, cti_slice((const uint8_t[]){2, LNCT_PATH, FORM_STRING, LNCT_DIRECTORY_INDEX, FORM_UDATA, 2}, 6));
  for (int i = 0; i < 2; i++) { /* file 0, which is that of the unit, and file 1, where the program of lines begins */
    string(out, name);
    cti_buf_uleb(out, 0);
  }
}

typedef struct row {
  uint32_t address, line, column;
} row;

static void write_row(cti_buf *out, row *now, row next) {
  int64_t line = (int64_t)next.line - now->line;
  uint64_t special = (uint64_t)(line - MIN_LINE_ADVANCE) + (uint64_t)LINE_RANGE * (next.address - now->address) + FIRST_SPECIAL;
  if (next.column != now->column) {
    cti_buf_u8(out, LNS_SET_COLUMN);
    cti_buf_uleb(out, next.column);
  }
  if (line >= MIN_LINE_ADVANCE && line < MIN_LINE_ADVANCE + LINE_RANGE && special <= UINT8_MAX) {
    cti_buf_u8(out, (uint8_t)special);
  } else {
    cti_buf_u8(out, LNS_ADVANCE_PC);
    cti_buf_uleb(out, next.address - now->address);
    cti_buf_u8(out, LNS_ADVANCE_LINE);
    cti_buf_sleb(out, line);
    cti_buf_u8(out, LNS_COPY);
  }
  *now = next;
}

/* One function is one sequence: from the first byte of its body, its locals, to the byte after it. */
static void write_sequence(cti_buf *out, const cti_wat_module *w, uint32_t func, uint32_t body_at, uint32_t code_at, uint32_t size) {
  const cti_wat_debug *debug = w->p->debug;
  const cti_wat_func_place *f = &w->places.funcs.items[func];
  uint32_t end = func + 1 < w->places.funcs.count ? f[1].first : w->places.instrs.count;
  position at = position_of(debug, f->text);
  row now = {body_at, 1, 0};
  cti_buf_bytes(out, cti_slice((const uint8_t[]){0, SEQUENCE_OPERAND, LNE_SET_ADDRESS}, 3));
  cti_buf_u32_fixed(out, body_at);
  write_row(out, &now, (row){body_at, at.line, at.column});
  for (uint32_t i = f->first; i < end; i++) {
    at = position_of(debug, w->places.instrs.items[i].text);
    if (i == f->first) cti_buf_u8(out, LNS_SET_PROLOGUE_END);
    write_row(out, &now, (row){body_at + (w->places.instrs.items[i].code - code_at), at.line, at.column});
  }
  if (size > 0 && now.address < body_at + size - 1) write_row(out, &now, (row){body_at + size - 1, now.line, now.column}); /* its `end` */
  cti_buf_u8(out, LNS_ADVANCE_PC);
  cti_buf_uleb(out, body_at + size - now.address);
  cti_buf_bytes(out, cti_slice((const uint8_t[]){0, 1, LNE_END_SEQUENCE}, 3));
}

/* The address of each body, and last the end of the code section's content. */
static uint32_t *body_addresses(const cti_wat_module *w) {
  uint32_t *out = cti_alloc_raw(w->p->arena, (size_t)w->body_at.count + 1, sizeof *out), at = cti_uleb_size(w->body_at.count);
  for (uint32_t i = 0; out && i < w->body_at.count; i++) {
    uint32_t size = (uint32_t)w->m.funcs.items[w->m.imported[CTI_EXTERN_FUNC] + i].body.size;
    out[i] = at + cti_uleb_size(size);
    at = out[i] + size;
  }
  if (out) out[w->body_at.count] = at;
  return out;
}

static void write_line(cti_buf *out, const cti_wat_module *w, const uint32_t *addresses) {
  static const uint8_t operands[FIRST_SPECIAL - 1] = {0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1};
  size_t length = later_u32(out);
  u16(out, 5);
  cti_buf_u8(out, 4); /* size of an address */
  cti_buf_u8(out, 0); /* of a segment selector */
  size_t header = later_u32(out);
  cti_buf_bytes(out, cti_slice((const uint8_t[]){1, 1, 1, (uint8_t)MIN_LINE_ADVANCE, LINE_RANGE, FIRST_SPECIAL}, 6));
  cti_buf_bytes(out, cti_slice(operands, sizeof operands));
  write_file_table(out, w->p->debug);
  patch_u32(out, header, (uint32_t)(out->size - header - 4));
  for (uint32_t i = 0; i < w->body_at.count; i++) {
    uint32_t size = (uint32_t)w->m.funcs.items[w->m.imported[CTI_EXTERN_FUNC] + i].body.size;
    write_sequence(out, w, i, addresses[i], (uint32_t)w->body_at.items[i], size);
  }
  patch_u32(out, length, (uint32_t)(out->size - length - 4));
}

/* ---- .debug_abbrev and .debug_info */

enum { ABBREV_UNIT = 1, ABBREV_FUNC, ABBREV_FUNC_WITH_LOCALS, ABBREV_PARAM, ABBREV_LOCAL, ABBREV_TYPE };

#define FUNC_ATTRIBUTES \
  AT_NAME, FORM_STRING, AT_DECL_FILE, FORM_UDATA, AT_DECL_LINE, FORM_UDATA, AT_DECL_COLUMN, FORM_UDATA, AT_EXTERNAL, FORM_FLAG_PRESENT, AT_LOW_PC, FORM_ADDR, AT_HIGH_PC, FORM_DATA4, 0, 0
#define LOCAL_ATTRIBUTES AT_NAME, FORM_STRING, AT_LOCATION, FORM_EXPRLOC, AT_TYPE, FORM_REF4, 0, 0

static const uint8_t abbreviations[] = {
    ABBREV_UNIT, TAG_COMPILE_UNIT, 1,
    AT_PRODUCER, FORM_STRING, AT_LANGUAGE, FORM_DATA2, AT_NAME, FORM_STRING, AT_COMP_DIR, FORM_STRING, AT_STMT_LIST, FORM_SEC_OFFSET, AT_LOW_PC, FORM_ADDR, AT_HIGH_PC, FORM_DATA4, 0, 0,
    ABBREV_FUNC, TAG_SUBPROGRAM, 0, FUNC_ATTRIBUTES,
    ABBREV_FUNC_WITH_LOCALS, TAG_SUBPROGRAM, 1, FUNC_ATTRIBUTES,
    ABBREV_PARAM, TAG_FORMAL_PARAMETER, 0, LOCAL_ATTRIBUTES,
    ABBREV_LOCAL, TAG_VARIABLE, 0, LOCAL_ATTRIBUTES,
    ABBREV_TYPE, TAG_BASE_TYPE, 0, AT_NAME, FORM_STRING, AT_BYTE_SIZE, FORM_DATA1, AT_ENCODING, FORM_DATA1, 0, 0,
    0,
};

static const struct {
  cti_corevt type;
  const char *name;
  uint8_t size, encoding;
} base_types[] = {{CTI_VT_I32, "i32", 4, ATE_SIGNED}, {CTI_VT_I64, "i64", 8, ATE_SIGNED}, {CTI_VT_F32, "f32", 4, ATE_FLOAT}, {CTI_VT_F64, "f64", 8, ATE_FLOAT}};

/* Names of one map in order of their indices, looked at once each. */
typedef struct names {
  const cti_naming *at, *end;
} names;

static names names_of(const cti_name_map *map, uint32_t first, uint32_t count) {
  const cti_naming *at = cti_vec_tail(&map->names, first);
  return (names){at, at ? at + count : at};
}

static ct_slice name_at(names *n, uint32_t index) {
  while (n->at < n->end && n->at->index < index) n->at++;
  return n->at < n->end && n->at->index == index ? n->at->name : (ct_slice){NULL, 0};
}

static void string_or_number(cti_buf *out, ct_slice name, const char *format, uint32_t number) {
  if (name.data) {
    string(out, name);
  } else {
    cti_buf_str(out, format);
    cti_buf_decimal(out, number);
    cti_buf_u8(out, 0);
  }
}

typedef struct info {
  cti_buf *out;
  const cti_wat_module *w;
  uint32_t type_at[CTI_COUNT(base_types)]; /* from the beginning of the unit */
  uint32_t group;                          /* of names of locals */
} info;

static size_t base_type_of(cti_corevt type) {
  size_t i = 0;
  while (i < CTI_COUNT(base_types) && base_types[i].type != type) i++;
  return i;
}

/* What DWARF has no type for is left out: vectors and references. */
static void write_local(info *o, uint8_t abbreviation, uint32_t index, cti_corevt type, names *local_names) {
  ct_slice name = name_at(local_names, index);
  size_t i = base_type_of(type);
  if (i == CTI_COUNT(base_types)) return;
  cti_buf_u8(o->out, abbreviation);
  string_or_number(o->out, name, "local", index);
  cti_buf_uleb(o->out, 3 + cti_uleb_size(index));
  cti_buf_u8(o->out, OP_WASM_LOCATION);
  cti_buf_u8(o->out, 0);
  cti_buf_uleb(o->out, index);
  cti_buf_u8(o->out, OP_STACK_VALUE);
  cti_buf_u32_fixed(o->out, o->type_at[i]);
}

static bool has_locals(const cti_wat_module *w, uint32_t func, const cti_wat_func_place *place) {
  uint32_t type = w->m.funcs.items[func].type;
  const cti_subtype *signature = type < w->m.types.count ? &w->m.types.items[type] : NULL;
  for (uint32_t i = 0; signature && i < signature->param_count; i++)
    if (base_type_of(signature->types[i]) < CTI_COUNT(base_types)) return true;
  for (uint32_t i = 0; i < place->local_count; i++)
    if (base_type_of(place->locals[i]) < CTI_COUNT(base_types)) return true;
  return false;
}

static void write_locals(info *o, uint32_t func, const cti_wat_func_place *place) {
  const cti_wat_module *w = o->w;
  const cti_name_map *map = &w->maps[CTI_NAME_LOCAL];
  names local_names = {NULL, NULL};
  while (o->group < map->groups.count && map->groups.items[o->group].outer < func) o->group++;
  if (o->group < map->groups.count && map->groups.items[o->group].outer == func) local_names = names_of(map, map->groups.items[o->group].first, map->groups.items[o->group].count);
  uint32_t type = w->m.funcs.items[func].type, index = 0;
  const cti_subtype *signature = type < w->m.types.count ? &w->m.types.items[type] : NULL;
  for (uint32_t i = 0; signature && i < signature->param_count; i++) write_local(o, ABBREV_PARAM, index++, signature->types[i], &local_names);
  for (uint32_t i = 0; i < place->local_count; i++) write_local(o, ABBREV_LOCAL, index++, place->locals[i], &local_names);
  cti_buf_u8(o->out, 0);
}

static void write_func(info *o, uint32_t i, uint32_t address, names *func_names) {
  const cti_wat_module *w = o->w;
  const cti_wat_func_place *place = &w->places.funcs.items[i];
  uint32_t func = w->m.imported[CTI_EXTERN_FUNC] + i;
  bool full = w->p->debug->style == CT_DWARF_FULL && has_locals(w, func, place);
  position at = position_of(w->p->debug, place->text);
  cti_buf_u8(o->out, full ? ABBREV_FUNC_WITH_LOCALS : ABBREV_FUNC);
  string_or_number(o->out, name_at(func_names, func), "func", func);
  cti_buf_uleb(o->out, 1);
  cti_buf_uleb(o->out, at.line);
  cti_buf_uleb(o->out, at.column);
  cti_buf_u32_fixed(o->out, address);
  cti_buf_u32_fixed(o->out, (uint32_t)w->m.funcs.items[func].body.size);
  if (full) write_locals(o, func, place);
}

static void write_types(info *o, size_t unit) {
  for (size_t i = 0; i < CTI_COUNT(base_types); i++) {
    o->type_at[i] = (uint32_t)(o->out->size - unit);
    cti_buf_u8(o->out, ABBREV_TYPE);
    string(o->out, cti_slice_str(base_types[i].name));
    cti_buf_u8(o->out, base_types[i].size);
    cti_buf_u8(o->out, base_types[i].encoding);
  }
}

static void write_info(cti_buf *out, const cti_wat_module *w, const uint32_t *addresses) {
  info o = {.out = out, .w = w};
  ct_slice directory, name;
  names func_names = names_of(&w->maps[CTI_NAME_FUNC], 0, w->maps[CTI_NAME_FUNC].names.count);
  split_path(w->p->debug->file, &directory, &name);
  size_t length = later_u32(out);
  u16(out, 5);
  cti_buf_u8(out, UT_COMPILE);
  cti_buf_u8(out, 4);
  cti_buf_u32_fixed(out, 0); /* the abbreviations */
  cti_buf_u8(out, ABBREV_UNIT);
  string(out, CTI_LIT("ctool " CT_VERSION));
  u16(out, LANG_C); /* there is no number for this text; debuggers treat C well */
  string(out, name);
  string(out, directory);
  cti_buf_u32_fixed(out, 0); /* the program of lines */
  cti_buf_u32_fixed(out, 0);
  cti_buf_u32_fixed(out, addresses[w->body_at.count]);
  if (w->p->debug->style == CT_DWARF_FULL) write_types(&o, length);
  for (uint32_t i = 0; i < w->body_at.count; i++) write_func(&o, i, addresses[i], &func_names);
  cti_buf_u8(out, 0);
  patch_u32(out, length, (uint32_t)(out->size - length - 4));
}

void cti_wat_place_dwarf(cti_wat_module *w) {
  if (!w->p->debug || w->body_at.count == 0 || w->places.funcs.count != w->body_at.count) return;
  uint32_t *addresses = body_addresses(w);
  cti_buf content = {0};
  if (!addresses) return;
  cti_buf_bytes(&content, cti_slice(abbreviations, sizeof abbreviations));
  cti_wat_place_custom(w, ".debug_abbrev", &content);
  write_info(&content, w, addresses);
  cti_wat_place_custom(w, ".debug_info", &content);
  write_line(&content, w, addresses);
  cti_wat_place_custom(w, ".debug_line", &content);
}

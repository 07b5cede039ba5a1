/* object_code.c - bodies in the layout of `wasm-objdump -d`: offset, bytes, instruction. Flows in: the model, and the relocations of the code section. Flows out: a
 * line for each instruction, with -r one for each relocation below it. */
#include "text/object_dump.h"
#include "text/print.h"

enum { OCTETS = 9 /* on a line */ };

/* What is being shown. */
typedef struct listing {
  cti_object *d;
  uint64_t section;  /* offset of the code section's content */
  uint64_t shift;    /* what is taken off offsets */
  const cti_relocs *relocs;
  uint32_t next;     /* of `relocs`, in order of their offsets */
  uint32_t function, depth;
  const cti_name_map *names_of_locals; /* of all functions, or NULL */
  cti_map local_names;                 /* local of this function -> which of those */
} listing;

/* ---- immediates */

static void number(cti_object *d, uint64_t value) {
  cti_text_char(&d->text, ' ');
  cti_text_u64(&d->text, value);
}

static void block_type(cti_object *d, cti_blocktype type) {
  if (type.kind == CTI_BLOCK_TYPE) cti_text_printf(&d->text, " type[%u]", type.word);
  if (type.kind != CTI_BLOCK_VALUE) return;
  cti_text_char(&d->text, ' ');
  cti_object_type(d, type.word);
}

static void list(cti_object *d, const cti_instr *in) {
  ct_error malformed = {0};
  cti_cursor c = cti_cursor_make(in->list, in->offset, &malformed);
  for (uint32_t i = 0; i < in->count; i++) {
    if (in->op == CTI_OP_SELECT_TYPED) {
      cti_text_char(&d->text, ' ');
      cti_object_type(d, cti_read_valtype(&c));
    } else {
      number(d, cti_cursor_u32(&c));
    }
  }
}

static void clauses(cti_object *d, const cti_instr *in) {
  ct_error malformed = {0};
  cti_cursor c = cti_cursor_make(in->list, in->offset, &malformed);
  for (uint32_t i = 0; i < in->count; i++) {
    cti_clause clause;
    bool is_catch = cti_opcodes[in->op].immediate == CTI_IMM_TRY_TABLE;
    if (is_catch) cti_read_catch(&clause, &c);
    else cti_read_handler(&clause, &c);
    cti_text_printf(&d->text, " %s", is_catch ? cti_catch_words[clause.kind % CTI_CATCH_KINDS] : clause.kind ? "switch" : "on");
    if (clause.tag != UINT32_MAX) number(d, clause.tag);
    if (clause.label != UINT32_MAX) number(d, clause.label);
  }
}

static void memarg(cti_object *d, const cti_instr *in) {
  if (in->memarg.memory || in->memarg.of_array) number(d, in->memarg.memory);
  number(d, in->memarg.align_log2);
  number(d, in->memarg.offset);
}

static void heap(cti_object *d, cti_corevt type) {
  cti_text_char(&d->text, ' ');
  if (cti_vt_is_concrete(type)) cti_text_u64(&d->text, cti_vt_index(type));
  else if ((type & CTI_VT_LOW) == CTI_HEAP_FUNC) cti_text_lit(&d->text, "func");
  else if ((type & CTI_VT_LOW) == CTI_HEAP_EXTERN) cti_text_lit(&d->text, "extern");
  else cti_object_type(d, type | CTI_VT_REF);
}

static void type_and_table(cti_object *d, const cti_instr *in) {
  number(d, in->b);
  cti_object_name(d, CTI_EXTERN_TABLE, in->b);
  cti_text_printf(&d->text, " (type %u", in->a);
  uint32_t name = cti_map_get_u64(&d->type_names, in->a);
  if (name != CTI_MAP_NONE) cti_object_angled(d, cti_names_of(&d->names, CTI_NAME_TYPE)->names.items[name].name);
  cti_text_char(&d->text, ')');
}

/* A table: one row for each kind of immediates; those of one or two indices are told apart by their names alone. */
void cti_object_immediates(cti_object *d, const cti_instr *in) {
  switch ((cti_imm)cti_opcodes[in->op].immediate) {
    case CTI_IMM_NONE: break;
    case CTI_IMM_BLOCK: block_type(d, in->block); break;
    case CTI_IMM_TRY_TABLE: block_type(d, in->block); clauses(d, in); break;
    case CTI_IMM_BR_TABLE: list(d, in); number(d, in->a); break;
    case CTI_IMM_SELECT: list(d, in); break;
    case CTI_IMM_TYPE_TABLE: type_and_table(d, in); break;
    case CTI_IMM_TYPE_HANDLERS: number(d, in->a); clauses(d, in); break;
    case CTI_IMM_TYPE_TAG_HANDLERS: number(d, in->a); number(d, in->b); clauses(d, in); break;
    case CTI_IMM_MEMARG:
    case CTI_IMM_MEMARG_ATOMIC:
    case CTI_IMM_MEMARG_RMW: memarg(d, in); break;
    case CTI_IMM_MEMARG_LANE: memarg(d, in); number(d, in->a); break;
    case CTI_IMM_SHUFFLE:
    case CTI_IMM_V128: cti_text_char(&d->text, ' '); cti_object_words(d, in->list); break;
    case CTI_IMM_I32: number(d, (uint32_t)in->value); break;
    case CTI_IMM_I64: cti_text_char(&d->text, ' '); cti_text_i64(&d->text, (int64_t)in->value); break;
    case CTI_IMM_F32:
    case CTI_IMM_F64:
      cti_text_char(&d->text, ' ');
      cti_print_float_alone(&d->text, in->value, cti_opcodes[in->op].immediate == CTI_IMM_F64);
      break;
    case CTI_IMM_HEAP: heap(d, in->heap); break;
    case CTI_IMM_CAST: number(d, in->a); heap(d, in->heap); heap(d, in->heap2); break;
    case CTI_IMM_FUNC: number(d, in->a); cti_object_name(d, CTI_EXTERN_FUNC, in->a); break;
    case CTI_IMM_GLOBAL: number(d, in->a); cti_object_name(d, CTI_EXTERN_GLOBAL, in->a); break;
    case CTI_IMM_TAG: number(d, in->a); cti_object_name(d, CTI_EXTERN_TAG, in->a); break;
    case CTI_IMM_TYPE_TYPE:
    case CTI_IMM_TYPE_FIELD:
    case CTI_IMM_TYPE_COUNT:
    case CTI_IMM_TYPE_DATA:
    case CTI_IMM_TYPE_ELEM:
    case CTI_IMM_TYPE_TAG:
    case CTI_IMM_TABLE_TABLE:
    case CTI_IMM_ELEM_TABLE:
    case CTI_IMM_DATA_MEMORY:
    case CTI_IMM_MEMORY_MEMORY:
    case CTI_IMM_ORDER_TYPE_FIELD: number(d, in->a); number(d, in->b); break;
    case CTI_IMM_FENCE: break;
    default: number(d, in->a); break;
  }
}

/* ---- lines */

static void bytes_line(listing *l, uint64_t offset, ct_slice bytes, size_t from) {
  cti_text *text = &l->d->text;
  cti_text_printf(text, " %06llx:", (unsigned long long)(offset + from - l->shift));
  for (size_t i = from; i < from + OCTETS; i++) {
    if (i < bytes.size) cti_text_printf(text, " %02x", bytes.data[i]);
    else cti_text_lit(text, "   ");
  }
  cti_text_lit(text, " | ");
}

/* The lines for bytes that do not stand on the first one. */
static void rest_of_bytes(listing *l, uint64_t offset, ct_slice bytes) {
  for (size_t from = OCTETS; from < bytes.size; from += OCTETS) {
    bytes_line(l, offset, bytes, from);
    cti_text_char(&l->d->text, '\n');
  }
}

/* The names of this function's locals. */
static void find_local_names(listing *l) {
  l->names_of_locals = cti_names_of(&l->d->names, CTI_NAME_LOCAL);
  l->local_names = (cti_map){0};
  if (!l->names_of_locals) return;
  const cti_name_map *map = l->names_of_locals;
  uint32_t low = 0, high = map->groups.count; /* groups are in order of functions */
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (map->groups.items[middle].outer < l->function) low = middle + 1;
    else high = middle;
  }
  if (low == map->groups.count || map->groups.items[low].outer != l->function) return;
  const cti_name_group *group = &map->groups.items[low];
  for (uint32_t i = group->first; i < group->first + group->count; i++) {
    uint32_t name = i;
    bool added;
    if (map->names.items[i].name.size && cti_map_add_u64(&l->local_names, l->d->arena, map->names.items[i].index, &name, &added) != CT_OK) return;
  }
}

static void local_name(listing *l, uint32_t local) {
  uint32_t name = cti_map_get_u64(&l->local_names, local);
  if (name != CTI_MAP_NONE) cti_object_angled(l->d, l->names_of_locals->names.items[name].name);
}

static void relocations_up_to(listing *l, uint64_t end) {
  for (; l->relocs && l->next < l->relocs->count && l->section + l->relocs->items[l->next].offset < end; l->next++) {
    const cti_reloc *reloc = &l->relocs->items[l->next];
    cti_text_printf(&l->d->text, "           %06llx: ", (unsigned long long)(l->section + reloc->offset - l->shift));
    cti_object_reloc(l->d, reloc);
    cti_text_char(&l->d->text, '\n');
  }
}

static bool closes(cti_op op) { return op == CTI_OP_END || op == CTI_OP_ELSE || op == CTI_OP_CATCH || op == CTI_OP_CATCH_ALL || op == CTI_OP_DELEGATE; }

static bool opens(const cti_instr *in) {
  uint8_t immediate = cti_opcodes[in->op].immediate;
  return immediate == CTI_IMM_BLOCK || immediate == CTI_IMM_TRY_TABLE || (closes(in->op) && in->op != CTI_OP_END && in->op != CTI_OP_DELEGATE);
}

static void instruction(listing *l, const cti_instr *in) {
  enum { DEEPEST = 256 /* further in, lines are indented no more */ };
  bytes_line(l, in->offset, in->bytes, 0);
  if (closes(in->op) && l->depth) l->depth--;
  for (uint32_t i = 0; i < l->depth && i < DEEPEST; i++) cti_text_lit(&l->d->text, "  ");
  if (opens(in)) l->depth++;
  cti_text_str(&l->d->text, cti_opcodes[in->op].text);
  cti_object_immediates(l->d, in);
  if (cti_op_names_local(in->op)) local_name(l, in->a);
  cti_text_char(&l->d->text, '\n');
  rest_of_bytes(l, in->offset, in->bytes);
  relocations_up_to(l, in->offset + in->bytes.size);
}

/* ---- bodies */

static void locals(listing *l, cti_cursor *c) {
  const cti_subtype *type = cti_module_func_type(&l->d->module, l->function);
  uint32_t next = type ? type->param_count : 0;
  for (uint32_t left = cti_cursor_u32(c); left && !c->failed; left--) {
    uint64_t offset = cti_cursor_offset(c);
    const uint8_t *at = c->at;
    cti_local_run run = cti_read_local_run(c);
    if (c->failed) return;
    ct_slice bytes = cti_slice(at, (size_t)(c->at - at));
    bytes_line(l, offset, bytes, 0);
    if (run.count == 1) cti_text_printf(&l->d->text, "local[%u] type=", next);
    else cti_text_printf(&l->d->text, "local[%u..%u] type=", next, next + run.count - 1);
    cti_object_type(l->d, run.type);
    cti_text_char(&l->d->text, '\n');
    rest_of_bytes(l, offset, bytes);
    next += run.count;
  }
}

static void body(listing *l, const cti_func *func) {
  ct_error malformed = {0};
  cti_cursor c = cti_cursor_make(func->body, func->body_offset, &malformed);
  cti_text_printf(&l->d->text, "%06llx func[%u]", (unsigned long long)(func->body_offset - l->shift), l->function);
  cti_object_name(l->d, CTI_EXTERN_FUNC, l->function);
  cti_text_lit(&l->d->text, ":\n");
  locals(l, &c);
  find_local_names(l);
  l->depth = 0;
  for (cti_instr in; cti_instr_next(&in, &c);) instruction(l, &in);
  if (malformed.status != CT_OK) *l->d->error = malformed;
}

void cti_object_code(cti_object *d) {
  listing l = {.d = d};
  const cti_section *section = cti_module_section(&d->module, CTI_SECTION_CODE);
  cti_text_lit(&d->text, "\nCode Disassembly:\n\n");
  if (!section) return;
  l.section = section->frame.payload_offset;
  l.shift = d->o->section_offsets ? l.section : 0;
  if (d->o->relocations) l.relocs = &d->relocs[section - d->module.sections.items];
  for (uint32_t i = d->module.imported[CTI_EXTERN_FUNC]; i < d->module.funcs.count && d->error->status == CT_OK; i++) {
    l.function = i;
    body(&l, &d->module.funcs.items[i]);
  }
}

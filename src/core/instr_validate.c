/* instr_validate.c - any single instruction, checked in full. Flows in: the bytes at b->pc. Flows out: the stacks after it, b->pc behind it.
 *
 * What opcodes.def says in its signature is done by the table: numeric, vector, memory instructions. The others go to the file of their family. The
 * forms of immediates that a feature changed are looked at here, since the shared reader takes all of them. */
#include "core/body_state.h"

/* ---- immediates whose form depends on features */

/* A LEB of N bytes ends with the instruction: how many bytes does the last one take? */
static size_t last_leb_size(ct_slice bytes) {
  size_t size = 1;
  while (size < bytes.size && (bytes.data[bytes.size - 1 - size] & 0x80)) size++;
  return size;
}

static bool have(const cti_body *b, cti_feature feature) { return cti_features_have(b->features, feature); }

static ct_status malformed(cti_body *b, const char *what, cti_feature feature) {
  cti_body_fail(b, CT_CORE_FORM, "malformed `%s`: %s", cti_opcodes[b->op].text, what);
  b->error->hint[0] = 0;
  cti_error_hint(b->error, "--features=%s allows it", cti_feature_name(feature));
  return b->error->status;
}

static ct_status check_memarg_form(cti_body *b, const cti_instr *in) {
  bool ordered = in->ordering != CTI_ORDER_UNWRITTEN;
  const uint8_t *flags = in->bytes.data + (cti_opcodes[in->op].prefix ? 2 : 1);
  if (cti_opcodes[in->op].prefix)
    while (flags[-1] & 0x80) flags++; /* the code after the prefix may be padded */
  if (ordered && !have(b, CTI_FEATURE_ACQUIRE_RELEASE_ATOMICS)) return malformed(b, "alignment too large, or a memory ordering", CTI_FEATURE_ACQUIRE_RELEASE_ATOMICS);
  if (in->memarg.of_array && !have(b, CTI_FEATURE_MULTIBYTE_ARRAY_ACCESS)) return malformed(b, "alignment too large, or an array access", CTI_FEATURE_MULTIBYTE_ARRAY_ACCESS);
  if ((*flags & 0x40) && !have(b, CTI_FEATURE_MULTI_MEMORY)) return malformed(b, "alignment too large, or the index of a memory", CTI_FEATURE_MULTI_MEMORY);
  if (have(b, CTI_FEATURE_MEMORY64)) return CT_OK;
  ct_slice bytes = in->bytes;
  if (cti_opcodes[in->op].immediate == CTI_IMM_MEMARG_LANE) bytes.size--;
  if (in->memarg.offset > UINT32_MAX || last_leb_size(bytes) > 5) return malformed(b, "the offset has more than 32 bits", CTI_FEATURE_MEMORY64);
  return CT_OK;
}

/* Is the last immediate one zero byte, rather than any LEB? */
static bool ends_with_zero_byte(const cti_instr *in) { return in->bytes.data[in->bytes.size - 1] == 0 && last_leb_size(in->bytes) == 1; }

static ct_status check_form(cti_body *b, const cti_instr *in) {
  switch ((cti_imm)cti_opcodes[in->op].immediate) {
    case CTI_IMM_MEMARG: case CTI_IMM_MEMARG_ATOMIC: case CTI_IMM_MEMARG_RMW: case CTI_IMM_MEMARG_LANE: return check_memarg_form(b, in);
    case CTI_IMM_MEMORY:
      if ((in->op == CTI_OP_MEMORY_SIZE || in->op == CTI_OP_MEMORY_GROW) && !have(b, CTI_FEATURE_MULTI_MEMORY) && !ends_with_zero_byte(in)) return malformed(b, "zero byte expected", CTI_FEATURE_MULTI_MEMORY);
      return CT_OK;
    case CTI_IMM_TYPE_TABLE:
      if (in->op == CTI_OP_CALL_INDIRECT && !have(b, CTI_FEATURE_CALL_INDIRECT_OVERLONG) && !ends_with_zero_byte(in)) return malformed(b, "zero byte expected", CTI_FEATURE_REFERENCE_TYPES);
      return CT_OK;
    case CTI_IMM_FENCE:
      if (in->ordering != CTI_ORDER_SEQCST && !have(b, CTI_FEATURE_ACQUIRE_RELEASE_ATOMICS)) return malformed(b, "nonzero byte after `atomic.fence`", CTI_FEATURE_ACQUIRE_RELEASE_ATOMICS);
      return CT_OK;
    default: return CT_OK;
  }
}

/* ---- memory accesses: https://webassembly.github.io/spec/core/valid/instructions.html#memory-instructions */

/* Arrays of numbers can be accessed as bytes (multibyte-array-access): below the address then lies the array. */
static ct_status check_array_access(cti_body *b, const cti_instr *in) {
  cti_field field;
  bool writes = (cti_opcodes[in->op].effects & CTI_EFFECT_WRITE_MEMORY) != 0;
  CTI_TRY(cti_element_at(b, in->memarg.memory, writes, &field, NULL));
  if (cti_vt_is_ref(field.type)) return cti_body_fail(b, CT_CORE_TYPE, "array access instructions require a numeric, vector, or packed element type");
  return CT_OK;
}

static ct_status check_memarg(cti_body *b, const cti_instr *in, cti_corevt *address) {
  const cti_opcode *op = &cti_opcodes[in->op];
  bool atomic = (op->effects & CTI_EFFECT_SYNC) != 0;
  if (atomic && in->memarg.align_log2 != op->width) return cti_body_fail(b, CT_CORE_INVALID, "invalid alignment: atomic instructions must always specify maximum alignment, here 2**%u", op->width);
  if (atomic && in->memarg.of_array) return cti_body_fail(b, CT_CORE_INVALID, "atomic instructions cannot operate on arrays");
  if (in->memarg.align_log2 > op->width) return cti_body_fail(b, CT_CORE_INVALID, "invalid memop alignment: alignment must not be larger than natural, 2**%u > 2**%u", in->memarg.align_log2, op->width);
  *address = CTI_VT_I32;
  if (in->memarg.of_array) CTI_TRY(check_array_access(b, in));
  else CTI_TRY(cti_body_memory(b, in->memarg.memory, address));
  if (*address == CTI_VT_I32 && in->memarg.offset > UINT32_MAX) return cti_body_fail(b, CT_CORE_INVALID, "offset out of range: must be <= 2**32");
  return CT_OK;
}

static ct_status pop_address(cti_body *b, const cti_instr *in, cti_corevt address) {
  CTI_TRY(cti_pop(b, address, NULL));
  if (!in->memarg.of_array) return CT_OK;
  uint32_t id;
  if (!cti_body_type(b, in->memarg.memory, &id)) return b->error->status;
  return cti_pop(b, cti_ref_to(id, CTI_VT_NULLABLE), NULL);
}

/* ---- instructions with a signature */

/* What the immediate names, and the type that `p` stands for. */
static ct_status check_operand(cti_body *b, const cti_instr *in, cti_corevt *address) {
  const cti_opcode *op = &cti_opcodes[in->op];
  switch ((cti_imm)op->immediate) {
    case CTI_IMM_MEMARG: case CTI_IMM_MEMARG_ATOMIC: case CTI_IMM_MEMARG_RMW: return check_memarg(b, in, address);
    case CTI_IMM_MEMARG_LANE:
      CTI_TRY(check_memarg(b, in, address));
      return in->a < 16u >> op->width ? CT_OK : cti_body_fail(b, CT_CORE_INVALID, "invalid lane index: SIMD index out of bounds, %u of %u lanes", in->a, 16u >> op->width);
    case CTI_IMM_LANE: return in->a < op->width ? CT_OK : cti_body_fail(b, CT_CORE_INVALID, "invalid lane index: SIMD index out of bounds, %u of %u lanes", in->a, op->width);
    case CTI_IMM_SHUFFLE:
      for (int i = 0; i < 16; i++)
        if (in->list.data[i] >= op->width) return cti_body_fail(b, CT_CORE_INVALID, "invalid lane index: SIMD index out of bounds, %u of %u lanes", in->list.data[i], op->width);
      return CT_OK;
    case CTI_IMM_MEMORY: return cti_body_memory(b, in->a, address);
    case CTI_IMM_DATA_MEMORY:
      CTI_TRY(cti_body_memory(b, in->b, address));
      return cti_body_data(b, in->a);
    case CTI_IMM_DATA: return cti_body_data(b, in->a);
    case CTI_IMM_ELEM: return cti_body_elem(b, in->a, &(cti_corevt){0});
    case CTI_IMM_TABLE: {
      const cti_table_type *table = cti_body_table(b, in->a);
      if (table) *address = cti_address_type(&table->limits);
      return b->error->status;
    }
    default: return CT_OK;
  }
}

static ct_status check_signature(cti_body *b, const cti_instr *in) {
  const char *signature = cti_opcodes[in->op].signature;
  cti_corevt address = CTI_VT_I32;
  CTI_TRY(check_operand(b, in, &address));
  size_t colon = strcspn(signature, ":");
  for (size_t i = colon; i-- > 0;) {
    bool is_access = signature[i] == 'p' && in->memarg.of_array;
    if (is_access) CTI_TRY(pop_address(b, in, address));
    else CTI_TRY(cti_pop(b, cti_letter_type(signature[i], address), NULL));
  }
  for (const char *result = signature + colon + 1; *result; result++) CTI_TRY(cti_push(b, cti_letter_type(*result, address)));
  return CT_OK;
}

/* ---- the others */

static ct_status check_copy(cti_body *b, cti_corevt destination, cti_corevt source) {
  CTI_TRY(cti_pop(b, source == CTI_VT_I32 ? CTI_VT_I32 : destination, NULL)); /* the length: the smaller of the two */
  CTI_TRY(cti_pop(b, source, NULL));
  return cti_pop(b, destination, NULL);
}

static ct_status check_memory_copy(cti_body *b, const cti_instr *in) {
  cti_corevt destination, source;
  CTI_TRY(cti_body_memory(b, in->a, &destination));
  CTI_TRY(cti_body_memory(b, in->b, &source));
  return check_copy(b, destination, source);
}

/* https://webassembly.github.io/spec/core/valid/instructions.html#table-instructions */
static ct_status check_table(cti_body *b, const cti_instr *in) {
  const cti_table_type *table = cti_body_table(b, in->op == CTI_OP_TABLE_INIT ? in->b : in->a);
  if (!table) return b->error->status;
  cti_corevt address = cti_address_type(&table->limits), element = table->element;
  switch (in->op) {
    case CTI_OP_TABLE_GET: CTI_TRY(cti_pop(b, address, NULL)); return cti_push(b, element);
    case CTI_OP_TABLE_SET: CTI_TRY(cti_pop(b, element, NULL)); return cti_pop(b, address, NULL);
    case CTI_OP_TABLE_GROW: CTI_TRY(cti_pop(b, address, NULL)); CTI_TRY(cti_pop(b, element, NULL)); return cti_push(b, address);
    case CTI_OP_TABLE_FILL: CTI_TRY(cti_pop(b, address, NULL)); CTI_TRY(cti_pop(b, element, NULL)); return cti_pop(b, address, NULL);
    case CTI_OP_TABLE_COPY: {
      const cti_table_type *source = cti_body_table(b, in->b);
      if (!source) return b->error->status;
      if (!cti_valtype_is_sub(b->types, source->element, element)) return cti_body_fail(b, CT_CORE_TYPE, "type mismatch: the elements of table %u are no subtype of those of table %u", in->b, in->a);
      return check_copy(b, address, cti_address_type(&source->limits));
    }
    default: break; /* table.init */
  }
  cti_corevt segment = CTI_VT_NONE;
  CTI_TRY(cti_body_elem(b, in->a, &segment));
  if (!cti_valtype_is_sub(b->types, segment, element)) return cti_body_fail(b, CT_CORE_TYPE, "type mismatch: the elements of segment %u are no subtype of those of table %u", in->a, in->b);
  CTI_TRY(cti_pop(b, CTI_VT_I32, NULL));
  CTI_TRY(cti_pop(b, CTI_VT_I32, NULL));
  return cti_pop(b, address, NULL);
}

/* https://webassembly.github.io/spec/core/valid/instructions.html#variable-instructions */
static ct_status check_variable(cti_body *b, const cti_instr *in) {
  cti_corevt type = CTI_VT_NONE;
  if (in->op == CTI_OP_GLOBAL_GET || in->op == CTI_OP_GLOBAL_SET) {
    const cti_global_type *global = cti_body_global(b, in->a);
    if (!global) return b->error->status;
    if (in->op == CTI_OP_GLOBAL_GET) return cti_push(b, global->type);
    if (!global->is_mutable) return cti_body_fail(b, CT_CORE_INVALID, "global is immutable: cannot modify global %u with `global.set`", in->a);
    return cti_pop(b, global->type, NULL);
  }
  CTI_TRY(cti_local_type(b, in->a, &type));
  if (in->op == CTI_OP_LOCAL_GET) {
    if (cti_local_is_unset(b, in->a)) return cti_body_fail(b, CT_CORE_INVALID, "uninitialized local: %u has no default value and was not set before", in->a);
    return cti_push(b, type);
  }
  CTI_TRY(cti_pop(b, type, NULL));
  CTI_TRY(cti_local_set(b, in->a));
  return in->op == CTI_OP_LOCAL_TEE ? cti_push(b, type) : CT_OK;
}

/* Without a type: two numbers or vectors alike. https://webassembly.github.io/spec/core/valid/instructions.html#parametric-instructions */
static ct_status check_select(cti_body *b) {
  cti_corevt first, second;
  CTI_TRY(cti_pop(b, CTI_VT_I32, NULL));
  CTI_TRY(cti_pop(b, CTI_VT_NONE, &first));
  CTI_TRY(cti_pop(b, CTI_VT_NONE, &second));
  if (cti_vt_is_ref(first) || cti_vt_is_ref(second)) return cti_body_fail(b, CT_CORE_TYPE, "type mismatch: select only takes integral types, references need `select (result ...)`");
  if (first == CTI_OPERAND_BOTTOM) first = second;
  if (second != CTI_OPERAND_BOTTOM && first != second) return cti_body_fail(b, CT_CORE_TYPE, "type mismatch: select operands have different types, %s and %s", cti_body_text(b, second).text, cti_body_text(b, first).text);
  return cti_push(b, first);
}

static ct_status check_select_typed(cti_body *b, const cti_instr *in) {
  CTI_TRY(cti_limit_check(&b->types->limits, CTI_LIMIT_select_results, in->count, in->offset, b->error));
  if (in->count != 1) return cti_body_fail(b, CT_CORE_INVALID, "invalid result arity: select has %u types, one is needed", in->count);
  cti_cursor c = cti_cursor_make(in->list, in->offset, b->error);
  cti_corevt type = cti_read_valtype(&c);
  CTI_TRY(cti_valtype_check(&type, b->types, &b->env->space, in->offset, b->error));
  CTI_TRY(cti_pop(b, CTI_VT_I32, NULL));
  CTI_TRY(cti_pop(b, type, NULL));
  CTI_TRY(cti_pop(b, type, NULL));
  return cti_push(b, type);
}

/* The families of what has no signature, by prefix and code. */
static ct_status check_irregular(cti_body *b, const cti_instr *in) {
  const cti_opcode *op = &cti_opcodes[in->op];
  switch (in->op) {
    case CTI_OP_DROP: return cti_pop(b, CTI_VT_NONE, NULL);
    case CTI_OP_SELECT: return check_select(b);
    case CTI_OP_SELECT_TYPED: return check_select_typed(b, in);
    case CTI_OP_LOCAL_GET: case CTI_OP_LOCAL_SET: case CTI_OP_LOCAL_TEE: case CTI_OP_GLOBAL_GET: case CTI_OP_GLOBAL_SET: return check_variable(b, in);
    case CTI_OP_TABLE_GET: case CTI_OP_TABLE_SET: case CTI_OP_TABLE_GROW: case CTI_OP_TABLE_FILL: case CTI_OP_TABLE_COPY: case CTI_OP_TABLE_INIT: return check_table(b, in);
    case CTI_OP_MEMORY_COPY: return check_memory_copy(b, in);
    default: break;
  }
  if (op->feature == CTI_FEATURE_STACK_SWITCHING) return cti_cont_validate(b, in);
  if (op->feature == CTI_FEATURE_SHARED_EVERYTHING_THREADS) return cti_shared_validate(b, in);
  if (op->prefix == 0 && op->code < 0x20) return cti_control_validate(b, in);
  return cti_gc_validate(b, in);
}

ct_status cti_instr_validate(cti_body *b) {
  cti_cursor c = cti_cursor_make((ct_slice){b->pc, (size_t)(b->end - b->pc)}, cti_body_offset(b, b->pc), b->error);
  cti_instr in;
  b->at = b->pc;
  b->op = CTI_OP_NONE;
  if (!cti_instr_next(&in, &c)) return b->error->status;
  b->op = in.op;
  const cti_opcode *op = &cti_opcodes[in.op];
  CTI_TRY(cti_body_require(b, (cti_feature)op->feature));
  if (op->effects & CTI_EFFECT_FLOATS) CTI_TRY(cti_body_require(b, CTI_FEATURE_FLOATS));
  CTI_TRY(check_form(b, &in));
  CTI_TRY(op->signature[0] == '*' ? check_irregular(b, &in) : check_signature(b, &in));
  b->pc = c.at;
  return CT_OK;
}

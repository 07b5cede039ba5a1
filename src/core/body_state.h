/* body_state.h - the parts of the body validator: operand and control stack (body_state.c), one instruction at a time (instr_validate.c and its
 * sisters), the fast path over them (body_validate.c). Statements about an instruction are checked at body->at. */
#ifndef CTI_CORE_BODY_STATE_H
#define CTI_CORE_BODY_STATE_H

#include "core/body_validate.h"

/* ---- failures: at the instruction being checked */
ct_status cti_body_fail(cti_body *b, ct_status status, const char *format, ...) CTI_PRINTF(3, 4);
ct_status cti_body_require(cti_body *b, cti_feature feature);
static inline uint64_t cti_body_offset(const cti_body *b, const uint8_t *at) { return b->base + (uint64_t)(at - b->start); }
static inline cti_type_text cti_body_text(const cti_body *b, cti_corevt type) { return cti_valtype_text(type, &b->env->space); }

/* ---- operands */
static inline cti_control *cti_body_top(cti_body *b) { return &b->control[b->depth - 1]; }
ct_status cti_operand_room(cti_body *b, size_t count); /* room for so many more */
ct_status cti_push(cti_body *b, cti_corevt type);
ct_status cti_push_n(cti_body *b, const cti_corevt *types, uint32_t count);

/* Pops a subtype of `expected`; 0 takes anything. *actual (may be NULL) is what was there: in unreachable code perhaps CTI_OPERAND_BOTTOM. */
ct_status cti_pop(cti_body *b, cti_corevt expected, cti_corevt *actual);
ct_status cti_pop_n(cti_body *b, const cti_corevt *types, uint32_t count);

/* Pops any reference: *actual is its type, or CTI_OPERAND_SOME_REF with or without a code. */
ct_status cti_pop_ref(cti_body *b, cti_corevt expected, cti_corevt *actual);

/* Pops a reference below the abstract type `code`, shared or not. */
ct_status cti_pop_abstract(cti_body *b, uint32_t code, cti_corevt *actual);
static inline bool cti_operand_is_unknown(cti_corevt type) { return type == CTI_OPERAND_BOTTOM || (cti_vt_is_ref(type) && !cti_vt_is_concrete(type) && (type & CTI_OPERAND_ANY_REF)); }

/* ---- blocks */
typedef struct cti_typelist {
  const cti_corevt *items;
  uint32_t count;
} cti_typelist;

/* What a type word (cti_control.type) takes and gives. The list may point at *word. */
cti_typelist cti_word_params(const cti_body *b, const uint32_t *word);
cti_typelist cti_word_results(const cti_body *b, const uint32_t *word);

ct_status cti_open_block(cti_body *b, cti_block_kind kind, uint32_t type, bool push_params);
ct_status cti_close_block(cti_body *b, cti_control *closed); /* checks its results and pops them */
void cti_set_unreachable(cti_body *b);
ct_status cti_label(cti_body *b, uint32_t depth, const cti_control **label);
cti_typelist cti_label_types(const cti_body *b, const cti_control *label);

/* Pops the types and pushes them again. */
ct_status cti_pop_push(cti_body *b, cti_typelist types);

/* ---- index spaces: failures name the index. Shared functions reach shared things alone. */
const cti_deftype *cti_body_type(cti_body *b, uint32_t index, uint32_t *id); /* NULL after a failure */
const cti_deftype *cti_body_func_type(cti_body *b, uint32_t index);
const cti_table_type *cti_body_table(cti_body *b, uint32_t index);
const cti_global_type *cti_body_global(cti_body *b, uint32_t index);
const cti_deftype *cti_body_tag(cti_body *b, uint32_t index);
ct_status cti_body_memory(cti_body *b, uint32_t index, cti_corevt *address);
ct_status cti_body_data(cti_body *b, uint32_t index);
ct_status cti_body_elem(cti_body *b, uint32_t index, cti_corevt *type);

/* A reference to the type of that id. */
static inline cti_corevt cti_ref_to(uint32_t id, cti_corevt bits) { return CTI_VT_REF | CTI_VT_CONCRETE | bits | id; }

/* ---- locals */
ct_status cti_locals_read(cti_body *b, const cti_deftype *func, cti_cursor *c); /* parameters, then the runs at the cursor */
ct_status cti_local_type(cti_body *b, uint32_t index, cti_corevt *type);
bool cti_local_is_unset(const cti_body *b, uint32_t index);
ct_status cti_local_set(cti_body *b, uint32_t index);
void cti_locals_undo(cti_body *b, uint32_t to);

/* Empties the stacks and opens the outermost block, for instructions between b->pc and b->end. */
ct_status cti_body_begin(cti_body *b, uint32_t result_type);

/* ---- the fast path */

/* Fills body->fast from opcodes.def and the features. */
void cti_fast_init(cti_body *b);

/* Validates the instructions from b->pc to the end of the outermost block, or of the bytes. The byte before b->end, or the one at it, must be an `end`. */
ct_status cti_fast_run(cti_body *b);

/* ---- instructions */

/* Checks the instruction at b->pc in full and moves behind it. */
ct_status cti_instr_validate(cti_body *b);
ct_status cti_control_validate(cti_body *b, const cti_instr *in); /* blocks, branches, calls, exceptions */
ct_status cti_gc_validate(cti_body *b, const cti_instr *in);      /* references, structs, arrays, casts, descriptors */
ct_status cti_shared_validate(cti_body *b, const cti_instr *in);  /* atomics of globals, tables, structs, arrays */
ct_status cti_cont_validate(cti_body *b, const cti_instr *in);    /* stack switching */

/* Shared by several of them. */
ct_status cti_check_call(cti_body *b, const cti_deftype *type);
ct_status cti_field_at(cti_body *b, uint32_t type, uint32_t field, bool must_change, cti_field *out, uint32_t *id);
ct_status cti_element_at(cti_body *b, uint32_t type, bool must_change, cti_field *out, uint32_t *id);
static inline bool cti_is_packed(cti_corevt type) { return type == CTI_VT_I8 || type == CTI_VT_I16; }
static inline cti_corevt cti_unpacked(cti_corevt type) { return cti_is_packed(type) ? CTI_VT_I32 : type; }

#endif

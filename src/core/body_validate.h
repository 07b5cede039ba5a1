/* body_validate.h - validation of function bodies and constant expressions: what a body may refer to, and the state of one validator.
 *
 * A cti_body is used by one thread, for any number of bodies; its stacks are kept. The module around it (cti_module_env) does not change meanwhile.
 * https://webassembly.github.io/spec/core/appendix/algorithm.html */
#ifndef CTI_CORE_BODY_VALIDATE_H
#define CTI_CORE_BODY_VALIDATE_H

#include "core/opcode.h"
#include "core/type_table.h"

/* The index spaces of a module. All types are canonical. */
typedef struct cti_module_env {
  cti_type_table *types;
  cti_type_space space;
  CTI_VEC(uint32_t) funcs; /* type ids */
  CTI_VEC(cti_table_type) tables;
  CTI_VEC(cti_limits) memories;
  CTI_VEC(cti_global_type) globals;
  CTI_VEC(uint32_t) tags; /* type ids */
  CTI_VEC(cti_corevt) elems;
  uint32_t imported_funcs, imported_globals;
  bool has_data_count;
  uint32_t data_count;
  uint8_t *declared;    /* a bit for each function that ref.func may name in a body; room for declared_size bits */
  uint8_t *exact;       /* a bit for each imported function whose type is exact; NULL: none is */
  uint32_t declared_size;
  bool show_stack, slow;
} cti_module_env;

/* May ref.func name the function? cti_env_declare makes it so. */
static inline bool cti_env_is_declared(const cti_module_env *env, uint32_t func) { return func < env->declared_size && (env->declared[func / 8] >> func % 8 & 1) != 0; }
ct_status cti_env_declare(cti_module_env *env, uint32_t func);
static inline bool cti_env_is_exact(const cti_module_env *env, uint32_t func) { return func >= env->imported_funcs || (env->exact && (env->exact[func / 8] >> func % 8 & 1) != 0); }

static inline cti_corevt cti_address_type(const cti_limits *limits) { return limits->is_64 ? CTI_VT_I64 : CTI_VT_I32; }

/* ---- the state of a body */

/* Words of the operand stack besides value types. */
enum {
  CTI_OPERAND_BOTTOM = 0,            /* any type: unreachable code */
  CTI_OPERAND_BARRIER = 1,           /* lies under the first operand of each block, so that a pop that would go below finds no type */
  CTI_OPERAND_ANY_REF = 0x04000000   /* with CTI_VT_REF: some reference, of unreachable code; the code in the low bits is the abstract type it is below, or 0 */
};
#define CTI_OPERAND_SOME_REF (CTI_VT_REF | CTI_OPERAND_ANY_REF)

typedef enum cti_block_kind {
  CTI_CONTROL_BLOCK,
  CTI_CONTROL_LOOP,
  CTI_CONTROL_IF,
  CTI_CONTROL_ELSE,
  CTI_CONTROL_TRY_TABLE,
  CTI_CONTROL_TRY,
  CTI_CONTROL_CATCH,
  CTI_CONTROL_CATCH_ALL
} cti_block_kind;

/* One open block. `type` and `label` are 0 (nothing), a value type, or CTI_VT_CONCRETE and the id of a function type (no reference then): of the label,
 * the types that a branch to it takes. */
typedef struct cti_control {
  uint32_t base; /* index in the stack of the first operand of the block */
  uint32_t type, label;
  bool label_is_params; /* a loop of a function type: branches take its parameters */
  bool unreachable;
  uint8_t kind;
  uint32_t inits;  /* how many locals had been initialised when it began */
  uint32_t offset; /* of the opening instruction, in the body */
} cti_control;

/* An opcode on the fast path (body_fast.c). */
typedef struct cti_fast {
  uint8_t class, pop, push, width;
} cti_fast;

typedef struct cti_body {
  const cti_module_env *env;
  const cti_type_table *types;
  cti_features features;
  ct_error *error;

  const uint8_t *start, *end; /* of the bytes that instructions are read from */
  const uint8_t *pc;          /* the next instruction */
  const uint8_t *at;          /* the instruction being checked */
  uint64_t base;              /* absolute offset of `start` */
  cti_op op;

  uint32_t *stack, *sp; /* sp: behind the top */
  size_t stack_room;
  cti_control *control;
  uint32_t depth, control_room; /* open blocks */

  cti_corevt *locals; /* the first `flat` ones */
  uint32_t *run_ends; /* all of them by runs: run i ends before local run_ends[i] and has type run_types[i] */
  cti_corevt *run_types;
  uint32_t local_count, flat, flat_room, run_count, run_room;
  uint32_t first_unset;                 /* the first local that has no default value, else UINT32_MAX */
  uint8_t *is_set;                      /* a bit for each local from first_unset on */
  uint32_t set_room, *sets, set_count, sets_room; /* locals that were set, in order, to undo at the end of a block */

  uint32_t result_type; /* as cti_control.type: what the body or expression gives */
  bool shared;          /* of a shared function: everything it uses must be shared */
  bool is_const;        /* a constant expression */
  bool has_fast;        /* the tables that follow are filled, which the first body does */
  cti_fast fast[256];
  cti_fast prefixed[2][0x120]; /* the same behind 0xfc and 0xfd */
} cti_body;

/* `error` takes the failures. Free also after a failure. */
void cti_body_init(cti_body *out, const cti_module_env *env, ct_error *error);
void cti_body_free(cti_body *body);

/* Validates the body (locals, expression) of function `func` whose bytes begin at absolute offset `offset`. */
ct_status cti_body_validate(cti_body *body, uint32_t func, ct_slice bytes, uint64_t offset);

/* The same instruction by instruction, for what shows the operand stack on the way: after cti_body_open the locals are read; each step then checks the
 * next instruction. `bytes` must end with `end`, as the stack is only right up to there. cti_body_close may follow at any time. */
ct_status cti_body_open(cti_body *body, uint32_t func, ct_slice bytes, uint64_t offset);
ct_status cti_body_step(cti_body *body);
void cti_body_close(cti_body *body);

/* Validates the constant expression at the cursor, which is moved behind its `end`. Functions that it names are declared in `env`. */
ct_status cti_const_validate(cti_body *body, cti_module_env *env, cti_cursor *c, cti_corevt expected);

#endif

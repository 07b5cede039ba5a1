/* outline.h - between the parts of the pass `outline`: code as tokens, what repeats in it, which repeats become functions, and how these are written.
 *
 * A token is an instruction as far as two places must agree on it: locals count by their type, constants by theirs alone. Sequences of tokens stay inside of one
 * block and have no branch out of themselves but to the function's end. */
#ifndef CTI_PASSES_OUTLINE_H
#define CTI_PASSES_OUTLINE_H

#include "base/map.h"
#include "core/module.h"
#include "core/opcode.h"

enum {
  CTI_TOKEN_OPENS = 1 << 0,   /* block, loop, if */
  CTI_TOKEN_ELSE = 1 << 1,
  CTI_TOKEN_CLOSES = 1 << 2,  /* the end of a block */
  CTI_TOKEN_LEAVES = 1 << 3,  /* control does not come out at its end */
  CTI_TOKEN_RETURNS = 1 << 4, /* or not always: it may leave the function */
  CTI_TOKEN_DEAD_AFTER = 1 << 5, /* of an instruction with a local: nobody reads what the local holds then */
  CTI_TOKEN_BARRIER = 1 << 6  /* in no sequence */
};

typedef struct cti_token {
  uint32_t at; /* where the instruction begins in the body */
  uint8_t pops, pushes, flags;
  uint8_t reach; /* how many blocks a branch leaves at most */
} cti_token;

typedef struct cti_outline_code {
  cti_module *m;
  cti_arena *arena;
  CTI_VEC(cti_token) tokens;  /* of all functions, one after the other; a function's last is its `end` */
  CTI_VEC(uint32_t) hashes;   /* by token: what two places have in common */
  CTI_VEC(int8_t) heats;      /* by token: how often it may run, as a power of two; below 0: seldom */
  CTI_VEC(uint32_t) starts;   /* by number of the function among those that have tokens: its first; then the count of tokens */
  CTI_VEC(uint32_t) funcs;    /* by the same number: its index */
} cti_outline_code;

/* ---- outline_read.c */

typedef struct cti_outline_frame {
  uint16_t op;
  int8_t heat; /* of what comes next in it */
  cti_corevt result;
  uint32_t start; /* of its values */
} cti_outline_frame;

/* Reads a function's tokens one by one, with the types on the operand stack. */
typedef struct cti_outline_reader {
  const cti_module *m;
  cti_arena *arena;
  cti_cursor cursor;
  cti_instr instr;
  cti_token token;
  uint32_t hash;
  int8_t heat;
  uint32_t param_count, dead_depth;
  cti_corevt result;
  CTI_VEC(cti_corevt) locals, types;
  CTI_VEC(cti_outline_frame) frames;
  bool dead, foreign; /* foreign: it has something that this pass does not know */
} cti_outline_reader;

void cti_outline_start(cti_outline_reader *r, uint32_t func);
bool cti_outline_next(cti_outline_reader *r); /* false at the end, or after something foreign */

/* How often each function may run, by index, as powers of two, from where it is called. In outline_heat.c. */
typedef struct cti_outline_heats {
  int8_t *funcs;
  bool *is_alive; /* something reaches it */
} cti_outline_heats;
ct_status cti_outline_find_heats(cti_outline_heats *out, const cti_module *m, cti_arena *arena);

/* The tokens of functions from *next on that anything reaches and that have nothing foreign, until there are many. */
ct_status cti_outline_read(cti_outline_code *code, const cti_outline_heats *heats, uint32_t *next, uint32_t end);

/* Which function a token is of: its number in `starts`. */
uint32_t cti_outline_func_of(const cti_outline_code *code, uint32_t token);
static inline const uint8_t *cti_outline_body(const cti_outline_code *code, uint32_t token) {
  return code->m->funcs.items[code->funcs.items[cti_outline_func_of(code, token)]].body.data;
}

/* ---- outline_live.c */

/* Room that is used again for each function. */
typedef struct cti_outline_live {
  cti_arena *arena;
  CTI_VEC(uint32_t) partner; /* by token: of an end, what it is the end of; of a loop, its number */
  CTI_VEC(uint32_t) open;    /* blocks around */
  CTI_VEC(uint64_t) sets;
} cti_outline_live;

/* Sets CTI_TOKEN_DEAD_AFTER in the tokens of a function. Where that would ask for much memory, none is set. */
ct_status cti_outline_mark_dead(cti_outline_live *live, cti_outline_code *code, uint32_t number, uint32_t local_count);

/* ---- outline_scan.c: what a sequence asks and gives, token by token */

enum { CTI_OUTLINE_MAX_LENGTH = 160, CTI_OUTLINE_MAX_NEST = 24, CTI_OUTLINE_MAX_LOCALS = 32 };

typedef struct cti_outline_scan {
  const cti_outline_code *code;
  const uint8_t *body;
  uint32_t start, length; /* of what was passed */
  uint32_t nest;
  int32_t height, lowest;
  int32_t heights[CTI_OUTLINE_MAX_NEST];
  bool ends;    /* control does not come out of its end */
  bool returns; /* it may leave the function */
  bool is_exact; /* at a return, nothing but the result lies on the stack */
  uint32_t local_count, locals[CTI_OUTLINE_MAX_LOCALS]; /* in order of first use */
  uint32_t params, written, alive; /* by the same order, bits: needs a value before; is written; may be read after, by somebody else */
  uint32_t constants, constant_bytes;
  uint64_t shape; /* hash of which local is used where */
} cti_outline_scan;

void cti_outline_begin(cti_outline_scan *s, const cti_outline_code *code, uint32_t number, uint32_t start);
bool cti_outline_step(cti_outline_scan *s); /* false: the next token cannot follow */

static inline uint32_t cti_outline_operands(const cti_outline_scan *s) { return (uint32_t)-s->lowest; }
static inline uint32_t cti_outline_values(const cti_outline_scan *s) { return (uint32_t)(s->height - s->lowest); }
static inline uint32_t cti_outline_outputs(const cti_outline_scan *s) { return s->ends ? 0 : s->written & s->alive; }

/* The number, by first use, of the local that a token names; local_count when it was not used yet. */
uint32_t cti_outline_local(const cti_outline_scan *s, const cti_token *token);

/* Can what was passed be a function? */
bool cti_outline_is_whole(const cti_outline_scan *s);

/* Bytes of what was passed; at a place that calls it, and of the function, without constants that are parameters. */
uint32_t cti_outline_span(const cti_outline_scan *s);
uint32_t cti_outline_site_size(const cti_outline_scan *s);
uint32_t cti_outline_body_size(const cti_outline_scan *s);

/* ---- outline_repeats.c */

enum { CTI_OUTLINE_MAX_HEAT = 3 }; /* what may run more often stays where it is */

/* Tokens order[first .. first + count) begin with the same `length` tokens. */
typedef struct cti_repeat {
  uint32_t first, count, length;
  int32_t gain; /* bytes, at most */
} cti_repeat;

typedef struct cti_repeats {
  uint32_t *order;
  CTI_VEC(cti_repeat) items;
} cti_repeats;

ct_status cti_outline_find(cti_repeats *out, const cti_outline_code *code);

/* ---- outline_write.c */

/* A function that is made. Its parameters: operands that lie on the stack, then locals, then constants. */
typedef struct cti_outline {
  uint32_t start, length; /* the sequence that it is made of */
  uint32_t out; /* number of the local whose value is the result; UINT32_MAX: none is */
  uint32_t type, func;
  uint32_t constant_count, *constants; /* that are parameters, by their number among those of the sequence */
} cti_outline;

typedef struct cti_outline_site {
  uint32_t start, outline;
} cti_outline_site;

typedef struct cti_outline_plan {
  CTI_VEC(cti_outline) outlines;
  CTI_VEC(cti_outline_site) sites;
} cti_outline_plan;

/* What was made for functions that were looked at before. All-zero before the first. */
typedef struct cti_outline_made {
  cti_arena *arena;
  cti_map types; /* by the bytes of their signature */
  cti_map funcs; /* by type and body */
} cti_outline_made;

ct_status cti_outline_write(cti_outline_made *made, const cti_outline_code *code, cti_outline_plan *plan);

#endif

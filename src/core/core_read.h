/* core_read.h - readers of the single things that core modules are made of, shared by the decoder, the validator, the printer and component types.
 *
 * All read from a sticky cursor: after a failure they give zeros, and the caller looks at `c->failed` once. What they refuse is malformed (CT_CORE_*);
 * rules of validation (index ranges, limits' order, at most 1,000 parameters) are not theirs. Nothing is copied: slices borrow from the input, and
 * only what has no bound in size (a subtype's members) is put into an arena.
 *
 * A section is `count = cti_cursor_count(...)`, that many reads, `cti_cursor_expect_end`.
 * https://webassembly.github.io/spec/core/binary/ */
#ifndef CTI_CORE_CORE_READ_H
#define CTI_CORE_CORE_READ_H

#include "core/module.h"

/* ---- types */

cti_corevt cti_read_valtype(cti_cursor *c); /* number, vector and reference types */
cti_corevt cti_read_storage_type(cti_cursor *c); /* these, i8 and i16 */
cti_corevt cti_read_reftype(cti_cursor *c);

/* A heap type as it stands in ref.null, ref.test, ...: a reference type without the nullable bit. */
cti_corevt cti_read_heaptype(cti_cursor *c);

/* The type of a block: none, one value type, or the index of a function type. */
typedef struct cti_blocktype {
  enum { CTI_BLOCK_EMPTY, CTI_BLOCK_VALUE, CTI_BLOCK_TYPE } kind;
  uint32_t word; /* the value type, or the index */
} cti_blocktype;
cti_blocktype cti_read_blocktype(cti_cursor *c);

void cti_read_limits(cti_limits *out, cti_cursor *c, bool of_table); /* tables have no page size */
void cti_read_table_type(cti_table_type *out, cti_cursor *c);
void cti_read_global_type(cti_global_type *out, cti_cursor *c);
uint32_t cti_read_tag_type(cti_cursor *c); /* the attribute, then the index of the function type */

/* The kind byte of an import, and what it asks for. */
void cti_read_extern_type(cti_extern_type *out, cti_cursor *c);
cti_extern_kind cti_read_extern_kind(cti_cursor *c); /* of exports and aliases: no exact functions */

/* The head of a recursion group: how many subtypes follow. *written tells whether the bytes say `rec`; without it there is one. */
uint32_t cti_read_rec_head(bool *written, cti_cursor *c);
void cti_read_subtype(cti_subtype *out, cti_cursor *c, cti_arena *arena);

/* ---- imports and exports */

/* Goes through the imports of a section, those in groups one by one. Set `c` and `entries` (the count that the section announces), the rest to zero. */
typedef struct cti_import_reader {
  cti_cursor *c;
  uint32_t entries; /* left to read */
  uint32_t members; /* left in the current group */
  cti_import current;
} cti_import_reader;

/* False at the end, and after a failure: look at r->c->failed. */
bool cti_import_next(cti_import *out, cti_import_reader *r);

void cti_read_export(cti_export *out, cti_cursor *c);

/* ---- definitions */

/* An expression up to and with its `end`. Each instruction must have its form; whether it may stand in a constant expression is not looked at. */
void cti_read_expr(cti_expr *out, cti_cursor *c);

void cti_read_table(cti_table *out, cti_cursor *c);
void cti_read_global(cti_global *out, cti_cursor *c);

/* A segment up to `count`, which is checked against the bytes left. The items follow, each a u32 or, when is_exprs, an expression. */
void cti_read_elem_head(cti_elem *out, cti_cursor *c);
void cti_read_data(cti_data *out, cti_cursor *c);

/* One entry of the code section: a cursor over the locals and the expression. Nothing inside has been looked at. */
cti_cursor cti_read_body(cti_cursor *c);

/* One run of locals in a body: how many, of which type. The number of runs comes before the first one, as a count. */
typedef struct cti_local_run {
  uint32_t count;
  cti_corevt type;
} cti_local_run;
cti_local_run cti_read_local_run(cti_cursor *c);

/* Passes over the locals of a body, up to its first instruction. */
void cti_skip_locals(cti_cursor *c);

#endif

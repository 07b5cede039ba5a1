/* cti_wat_module.h - a core module on its way from text to the model.
 *
 * Three walks over the fields: the first gives each field its place and its identifier an index (bodies are passed over by parentheses alone), the second
 * reads types, the third everything else, in order. Expressions are encoded as they are read, so that no tree of instructions exists. */
#ifndef CTI_TEXT_WAT_MODULE_H
#define CTI_TEXT_WAT_MODULE_H

#include "base/buf.h"
#include "core/custom.h"
#include "core/opcode.h"
#include "text/wat_parser.h"

/* Spaces of indices: the kinds of imports and exports, by their codes, then the others. */
typedef enum cti_wat_space { CTI_WAT_FUNC, CTI_WAT_TABLE, CTI_WAT_MEMORY, CTI_WAT_GLOBAL, CTI_WAT_TAG, CTI_WAT_TYPE, CTI_WAT_ELEM, CTI_WAT_DATA, CTI_WAT_SPACES } cti_wat_space;

/* What an identifier means inside the function that is being read: `stamp` tells which function the entry is of. */
typedef struct cti_wat_local_name {
  uint32_t stamp, local;
  uint32_t label_stamp, label; /* how many blocks were open, this one included; 0: none */
} cti_wat_local_name;

typedef struct cti_wat_block {
  uint32_t ident;    /* of its label */
  uint32_t shadowed; /* what `label` of that identifier was before */
} cti_wat_block;

typedef struct cti_wat_param {
  uint32_t index;
  cti_wat_ident ident;
} cti_wat_param;

typedef struct cti_wat_custom {
  enum { CTI_WAT_BEFORE, CTI_WAT_AFTER } side;
  uint8_t anchor; /* code of a section; 0: the first or last place of all */
  cti_section section;
} cti_wat_custom;

typedef struct cti_wat_field {
  cti_wat_token keyword, opened;
  cti_wat_place place; /* after the keyword */
  bool is_type, is_rec;
} cti_wat_field;

typedef struct cti_wat_module {
  cti_wat_parser *p;
  cti_module m;
  CTI_VEC(cti_wat_field) fields;
  cti_map names;              /* space << 32 | identifier, to index */
  cti_map field_names;        /* type << 32 | identifier, to field */
  uint32_t next[CTI_WAT_SPACES];  /* the first walk: how many are declared */
  uint32_t given[CTI_WAT_SPACES]; /* the later walks: how many have been read */
  cti_map func_types;         /* params and results as bytes, to the type that a use without index takes */
  cti_buf code;               /* bodies, one after the other; expressions on their way */
  cti_buf pending;            /* folded instructions that wait for their operands */
  CTI_VEC(size_t) body_at;    /* where in `code` each body begins */
  CTI_VEC(cti_wat_block) blocks;
  CTI_VEC(cti_wat_local_name) local_names; /* by number of identifier */
  uint32_t stamp;             /* of the current function */
  uint32_t local_count, label_count; /* of it */
  bool in_body;                      /* it is a function, not an expression of its own */
  CTI_VEC(cti_corevt) use_types; /* of the type use that was read last: params, then results */
  CTI_VEC(cti_wat_param) use_params; /* its parameters that have a name */
  CTI_VEC(cti_corevt) locals;
  bool needs_data_count; /* a body names a data segment */
  bool in_module_type;  /* as in wasm-tools: a signature beside (type x) is not compared with that type, and one alone is found among those that are written as types only */
  cti_name_map maps[CTI_NAME_KINDS];
  ct_slice module_name;
  cti_branch_hints hints;
  cti_wat_places places; /* when p->debug */
  CTI_VEC(cti_wat_custom) customs;
  CTI_VEC(cti_wat_ident) rec_idents; /* of the types that cti_wat_rec read last */
} cti_wat_module;

/* ---- cti_wat_type.c */

uint32_t cti_wat_index(cti_wat_module *w, cti_wat_space space);
uint32_t cti_wat_index_or(cti_wat_module *w, cti_wat_space space, uint32_t otherwise);
void cti_wat_declare(cti_wat_module *w, cti_wat_space space, cti_wat_ident ident); /* the first walk: the next index of the space */

void cti_wat_call_type(cti_wat_module *w, uint32_t ident, uint32_t index); /* a core type of a component, which counts them itself */

cti_corevt cti_wat_valtype(cti_wat_module *w);
cti_corevt cti_wat_reftype(cti_wat_module *w);
cti_corevt cti_wat_heaptype(cti_wat_module *w);
bool cti_wat_at_reftype(cti_wat_module *w);
void cti_wat_subtype(cti_wat_module *w); /* after `type` and its identifier */
void cti_wat_index_type(cti_wat_module *w, uint32_t type); /* makes a function type available to uses without index */
void cti_wat_limits(cti_wat_module *w, cti_limits *out);
uint32_t cti_wat_page_size(cti_wat_module *w, bool *written); /* log2 */
void cti_wat_memory_type(cti_wat_module *w, cti_limits *out);
void cti_wat_table_type(cti_wat_module *w, cti_table_type *out);
void cti_wat_global_type(cti_wat_module *w, cti_global_type *out);

typedef struct cti_wat_use {
  uint32_t type; /* index; UINT32_MAX: an inline type that needs none (block types) */
  uint32_t param_count, result_count; /* of what stands inline, in use_types */
  bool is_inline; /* params or results were written */
} cti_wat_use;

/* `(type x)? (param ..)* (result ..)*`. With `for_block` a type of at most one result and no parameter stays inline. */
void cti_wat_type_use(cti_wat_module *w, cti_wat_use *out, bool with_names, bool for_block);

/* ---- wat_expr.c */

/* Instructions up to the end of the group (which stays), without the `end` of the expression: appended to w->code. */
void cti_wat_instructions(cti_wat_module *w);
/* One folded instruction with its parentheses, likewise. */
void cti_wat_folded(cti_wat_module *w);
/* These as an expression with its `end`, moved out of w->code: either up to the end of the group, or one folded instruction. */
cti_expr cti_wat_expr(cti_wat_module *w, bool folded);
cti_expr cti_wat_expr_of_op(cti_wat_module *w, cti_op op, uint32_t immediate);
/* (WORD instructions), or one folded instruction. */
cti_expr cti_wat_group_or_folded(cti_wat_module *w, const char *word);
void cti_wat_function_begin(cti_wat_module *w); /* forgets locals and labels */
void cti_wat_local_add(cti_wat_module *w, cti_wat_ident ident);

/* ---- cti_wat_custom.c */

void cti_wat_producers(cti_wat_parser *p, cti_buf *out); /* after (@producers: the content of the section */
void cti_wat_custom_field(cti_wat_module *w, ct_slice keyword);
void cti_wat_place_custom(cti_wat_module *w, const char *name, cti_buf *content); /* as the next section; frees the content */
/* Puts the sections in order, custom ones at their anchors, names last; the module then can be encoded. */
void cti_wat_finish_sections(cti_wat_module *w);
void cti_wat_name(cti_wat_module *w, cti_name_kind kind, uint32_t index, ct_slice name);
void cti_wat_name_params(cti_wat_module *w, cti_name_kind kind, uint32_t outer); /* those of the signature that was read last */
void cti_wat_name_inner(cti_wat_module *w, cti_name_kind kind, uint32_t outer, uint32_t index, ct_slice name);

/* ---- cti_wat_dwarf.c */

/* Debug information as the next sections, when it is asked for and there are bodies. */
void cti_wat_place_dwarf(cti_wat_module *w);

/* ---- cti_wat_module.c */

/* "(kind $id type)" of an import or export, in parentheses. Gives the name. */
ct_slice cti_wat_import_type(cti_wat_module *w, cti_extern_type *out);

/* After `rec`: (type ...)*, which may refer to each other. */
void cti_wat_rec(cti_wat_module *w);

/* The fields of a module, up to the end of the group: appends its binary form. `ident` is the module's own. */
ct_status cti_wat_module_fields(cti_wat_parser *p, cti_wat_ident ident, cti_buf *out);

#endif

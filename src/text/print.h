/* print.h (private) - the printer of binaries in the text format: what its files share.
 *
 * A scope is a module, a component or a type with declarations, with its index spaces as far as they have been printed. Names come from the name section
 * of the scope. Text goes out as it is made; nothing of it is kept.
 * https://webassembly.github.io/spec/core/text/ and .../component-model/blob/main/design/mvp/Explainer.md */
#ifndef CTI_TEXT_PRINT_H
#define CTI_TEXT_PRINT_H

#include "component/component.h"
#include "core/custom.h"
#include "core/opcode.h"
#include "ctool/text.h"
#include "text/text_out.h"

/* ---- names */

typedef enum cti_name_style {
  CTI_STYLE_NONE,
  CTI_STYLE_PLAIN,    /* $name */
  CTI_STYLE_QUOTED,   /* $"name with blanks" */
  CTI_STYLE_SYNTHETIC /* $"#func3 name": empty, used before, or looking like one of these; the real name is in an annotation */
} cti_name_style;

typedef struct cti_shown {
  ct_slice name;
  cti_name_style style;
} cti_shown;

/* The names of one index space. */
typedef struct cti_name_space {
  const char *what;  /* "func": names that are made up are $#func3 */
  const char *group; /* "func" or, in components, "core-func": synthetic names begin with #core-func3 */
  cti_shown *items;  /* by index */
  uint32_t count;
} cti_name_space;

/* Names with two levels (locals by function, fields by type): found by both indices. */
typedef struct cti_name_pairs {
  const char *what;
  cti_map by_pair; /* outer << 32 | inner to a place in items */
  CTI_VEC(cti_shown) items;
} cti_name_pairs;

typedef struct cti_scope {
  struct cti_scope *outer;
  bool is_component;
  cti_shown self;                         /* the name of the module or component */
  cti_name_space spaces[CTI_SORT_COUNT];  /* names */
  cti_name_space elems, datas;
  cti_name_pairs locals, labels, fields, params, tag_params;
  uint32_t count[CTI_SORT_COUNT];         /* how many items each index space has so far */
  CTI_VEC(const cti_subtype *) types;     /* core types so far; NULL for those that are no plain definition */
  const cti_module *module;               /* of a core module */
  const char *custom_place;               /* where a custom section stands, as annotations say it */
  cti_branch_hints hints;
  uint32_t next_hint;
  struct cti_code *code;        /* reused from body to body */
  struct cti_stack_view *stack; /* with options->operand_stack */
} cti_scope;

typedef struct cti_printer {
  cti_text text;
  const ct_print_options *options;
  cti_arena *arena;
  ct_error *error;
  uint8_t *scratch; /* CTI_TEXT_BUFFER bytes for the folding printer, made when it needs them; they live as long as the printer */
  cti_arena *own;   /* what lives as long as the printer; `arena` is that of the current module */
} cti_printer;

/* Fill the scope's names from its name sections or component-name sections, as far as they are well formed. False when memory is out. */
bool cti_scope_name_module(cti_scope *scope, const cti_module *module, cti_printer *p);
bool cti_scope_name_component(cti_scope *scope, ct_slice bytes, uint64_t base, cti_printer *p);
void cti_scope_init(cti_scope *scope, cti_scope *outer, bool is_component);

const cti_shown *cti_shown_of(const cti_name_space *space, uint32_t index); /* NULL without a name */
const cti_shown *cti_shown_pair(const cti_name_pairs *pairs, uint32_t outer, uint32_t inner);
void cti_print_shown(cti_printer *p, const cti_shown *shown, const char *group, uint32_t index);         /* $name */
void cti_print_shown_defined(cti_printer *p, const cti_shown *shown, const char *group, uint32_t index); /* and the annotation with the real one */

/* A use of an index: its name, or the number. */
void cti_print_index(cti_printer *p, const cti_name_space *space, uint32_t index);
void cti_print_pair_index(cti_printer *p, const cti_name_pairs *pairs, uint32_t outer, uint32_t inner);
/* A definition: the name, if any, and the number as a comment. */
void cti_print_definition(cti_printer *p, const cti_name_space *space, uint32_t index);
static inline void cti_print_sort_index(cti_printer *p, const cti_scope *scope, cti_sort sort, uint32_t index) { cti_print_index(p, &scope->spaces[sort], index); }
static inline void cti_print_sort_definition(cti_printer *p, const cti_scope *scope, cti_sort sort) { cti_print_definition(p, &scope->spaces[sort], scope->count[sort]); }

/* ---- types of core modules */

/* Whose names the parameters of a function type take. */
typedef enum cti_param_names { CTI_PARAMS_UNNAMED, CTI_PARAMS_OF_TYPE, CTI_PARAMS_OF_TAG, CTI_PARAMS_OF_FUNC } cti_param_names;

void cti_print_valtype(cti_printer *p, const cti_scope *scope, cti_corevt type); /* also storage types */
void cti_print_heaptype(cti_printer *p, const cti_scope *scope, cti_corevt type);
void cti_print_type_use(cti_printer *p, const cti_scope *scope, uint32_t type); /* (type 3) */
/* The same, and the parameters and results that it stands for; gives how many parameters there are. */
uint32_t cti_print_func_type_use(cti_printer *p, const cti_scope *scope, uint32_t type, cti_param_names names, uint32_t owner);
void cti_print_rec_group(cti_printer *p, cti_scope *scope, const cti_subtype *types, uint32_t count, bool written, uint64_t place, bool in_component);
void cti_print_extern_type(cti_printer *p, const cti_scope *scope, const cti_extern_type *type, bool with_index); /* leaves its group open */
void cti_print_table_type(cti_printer *p, const cti_scope *scope, const cti_table_type *type, bool with_index);   /* so do these */
void cti_print_memory_type(cti_printer *p, const cti_scope *scope, const cti_limits *type, bool with_index);
void cti_print_global_type(cti_printer *p, const cti_scope *scope, const cti_global_type *type, bool with_index);
void cti_print_tag_type(cti_printer *p, const cti_scope *scope, uint32_t type, bool with_index);
void cti_print_import(cti_printer *p, const cti_scope *scope, const cti_import *import, bool with_index);
cti_sort cti_sort_of_extern(cti_extern_kind kind);

/* A run of named and unnamed locals or parameters: a named one stands alone in its group. */
typedef struct cti_locals_printer {
  const char *keyword;
  bool in_group, begun;
} cti_locals_printer;
void cti_print_local(cti_printer *p, cti_locals_printer *l, const cti_scope *scope, cti_corevt type, cti_param_names names, uint32_t owner, uint32_t index);
void cti_print_locals_end(cti_printer *p, cti_locals_printer *l);

/* ---- code */

/* A body: locals and instructions, each on its line. `params`: how many parameters come before the locals. */
ct_status cti_print_body(cti_printer *p, cti_scope *scope, uint32_t func, uint32_t params, uint64_t *end_place);
/* An expression, its instructions with blanks between. */
ct_status cti_print_expr(cti_printer *p, cti_scope *scope, const cti_expr *expr, bool folded);
/* In parentheses: alone, or after `keyword` when there are several instructions. */
ct_status cti_print_expr_group(cti_printer *p, cti_scope *scope, const cti_expr *expr, const char *keyword);

void cti_print_f32(cti_text *text, uint32_t bits);
void cti_print_f64(cti_text *text, uint64_t bits);
void cti_print_float_alone(cti_text *text, uint64_t bits, bool is_64); /* without the comment, in no colour */

/* ---- modules, components, custom sections */

/* (export "name" (func 3)): of core modules and core instances. */
void cti_print_export(cti_printer *p, const cti_scope *scope, ct_slice name, cti_sort sort, uint32_t index);

/* `keyword`: "module", or "core module" inside of components. */
ct_status cti_print_module(cti_printer *p, cti_scope *outer, ct_slice bytes, uint64_t base, const char *keyword);
ct_status cti_print_component(cti_printer *p, ct_slice bytes);
void cti_print_custom(cti_printer *p, const cti_scope *scope, ct_slice name, ct_slice content, uint64_t place, uint64_t content_offset);

#endif

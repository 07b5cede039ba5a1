/* wit_ast.h - the tree of a WIT file as it was written: names unresolved, documentation still as the comments before an item.
 *
 * The tree owns nothing: its nodes lie in the arena, its names in the text. Everything is in the order of the text. */
#ifndef CTI_WIT_WIT_AST_H
#define CTI_WIT_WIT_AST_H

#include "wit/wit_lex.h"

typedef struct cti_ast_id {
  ct_slice name; /* without %; data == NULL: absent */
  cti_span span;
} cti_ast_id;

/* What stands with @ before an item. Items without any share one that is all-zero. */
typedef struct cti_ast_gates {
  cti_stability stability;
  ct_slice external_id;
  cti_span external_span;
  cti_span span; /* of the first attribute; size 0: there is none */
} cti_ast_gates;

/* A type is a definition whose parts are types again. Handles and plain names have `name`. */
typedef enum cti_ast_kind {
  CTI_AST_NONE, /* no type, or _ */
  CTI_AST_PRIM,
  CTI_AST_NAME,
  CTI_AST_DEF
} cti_ast_kind;

typedef struct cti_ast_type cti_ast_type;
typedef struct cti_ast_member cti_ast_member;

/* Files of many types are mostly made of these, so they are kept small. */
struct cti_ast_type {
  uint8_t kind;    /* cti_ast_kind */
  uint8_t prim;    /* cti_prim */
  uint8_t def;     /* cti_def_kind */
  bool is_members; /* record, variant, enum, flags: `of.members` rather than `of.parts` */
  uint32_t count;  /* of parts (tuple, list, option, ..., map: key and value, result: ok and error) or of members */
  cti_span span;
  uint32_t length; /* of a fixed-length list */
  union {
    const cti_ast_type *parts;
    const cti_ast_member *members;
    const uint8_t *name; /* NAME, and the resource of own and borrow: `count` bytes */
  } of;
};

static inline bool cti_ast_has_name(const cti_ast_type *type) {
  return type->kind == CTI_AST_NAME || (type->kind == CTI_AST_DEF && (type->def == CTI_DEF_OWN || type->def == CTI_DEF_BORROW));
}
static inline ct_slice cti_ast_name(const cti_ast_type *type) { return (ct_slice){type->of.name, type->count}; }
static inline uint32_t cti_ast_part_count(const cti_ast_type *type) {
  return type->kind == CTI_AST_DEF && !type->is_members && !cti_ast_has_name(type) ? type->count : 0;
}
static inline uint32_t cti_ast_member_count(const cti_ast_type *type) { return type->is_members ? type->count : 0; }

struct cti_ast_member {
  cti_ast_id id;
  ct_slice docs;
  cti_ast_type type;
};

typedef struct cti_ast_param {
  cti_ast_id id;
  cti_ast_type type;
} cti_ast_param;

typedef struct cti_ast_func {
  ct_slice docs;
  const cti_ast_gates *gates;
  cti_ast_id id;
  cti_func_kind kind;
  cti_accessor accessor;
  bool is_async;
  cti_span span; /* of the word `func`, `get`, `set` or `constructor` */
  uint32_t param_count;
  const cti_ast_param *params;
  cti_ast_type result;
} cti_ast_func;

typedef CTI_VEC(cti_ast_func) cti_ast_funcs;

typedef struct cti_ast_typedef {
  ct_slice docs;
  const cti_ast_gates *gates;
  cti_ast_id id;
  cti_ast_type type; /* of a resource: a DEF without parts */
  cti_ast_funcs funcs;
} cti_ast_typedef;

/* `item`, or `ns:pkg/item@version`. */
typedef struct cti_ast_path {
  cti_ast_id item;
  bool is_foreign;
  uint32_t foreign; /* set by wit_scope.c: what it stands for among the draft's foreign items */
  cti_package_name package;
  cti_span package_span;
} cti_ast_path;

typedef struct cti_ast_rename {
  cti_ast_id id, as; /* as.name.data == NULL: not renamed */
} cti_ast_rename;

typedef CTI_VEC(cti_ast_rename) cti_ast_renames;

/* `use path.{names}`, `include path with {names}`, and at the top of a file `use path as name`. */
typedef struct cti_ast_use {
  const cti_ast_gates *gates;
  cti_span span;
  cti_ast_path path;
  cti_ast_renames names;
} cti_ast_use;

typedef enum cti_ast_item_kind { CTI_AST_USE, CTI_AST_INCLUDE, CTI_AST_TYPEDEF, CTI_AST_FUNC, CTI_AST_EXTERN } cti_ast_item_kind;

typedef struct cti_ast_extern cti_ast_extern;

/* One line of an interface or world. */
typedef struct cti_ast_item {
  cti_ast_item_kind kind;
  union {
    cti_ast_use *use; /* USE, INCLUDE */
    cti_ast_typedef *type;
    cti_ast_func *func;
    cti_ast_extern *extern_;
  } of;
} cti_ast_item;

typedef CTI_VEC(cti_ast_item) cti_ast_items;

typedef enum cti_ast_extern_kind { CTI_EXTERN_PATH, CTI_EXTERN_NAMED_PATH, CTI_EXTERN_INLINE, CTI_EXTERN_FUNC } cti_ast_extern_kind;

struct cti_ast_extern {
  ct_slice docs;
  const cti_ast_gates *gates;
  bool is_export;
  cti_ast_extern_kind kind;
  cti_ast_id id;       /* all but PATH */
  cti_ast_path path;   /* PATH, NAMED_PATH */
  cti_ast_items items; /* INLINE */
  cti_ast_func func;   /* FUNC */
};

/* An interface or a world. */
typedef struct cti_ast_block {
  ct_slice docs;
  const cti_ast_gates *gates;
  bool is_world;
  cti_ast_id id;
  cti_ast_items items;
} cti_ast_block;

/* What stands at the top of a file or package: a block, or a use. */
typedef struct cti_ast_decl {
  cti_ast_block *block; /* NULL: use */
  cti_ast_use *use;
  cti_ast_id as; /* of a use */
} cti_ast_decl;

/* The declarations of one file, or of one `package a:b { }` in it. */
typedef struct cti_ast_unit {
  bool has_name;
  cti_package_name name;
  cti_span name_span;
  ct_slice docs; /* of the package line */
  cti_span docs_span;
  CTI_VEC(cti_ast_decl) decls;
  uint32_t type_bound; /* no more types than this can come of it */
} cti_ast_unit;

/* A file: what it adds to its package, and the packages nested in it. */
typedef struct cti_ast_file {
  uint32_t file; /* index into cti_resolve.files */
  cti_ast_unit main;
  CTI_VEC(cti_ast_unit) nested;
} cti_ast_file;

/* Parses one file whose path and text are resolve->files.items[file]. The tree lies in `scratch`; texts of attributes, which outlive it, in the arena of the
 * resolve. */
ct_status cti_wit_parse(cti_ast_file *out, cti_resolve *resolve, uint32_t file, cti_arena *scratch);

/* ---- shared by wit_parse.c and wit_parse_type.c; each gives false after a failure ---- */

/* Lists grow here, one inside of the other, and move to their exact size when they end. */
typedef struct cti_parse_stack {
  CTI_VEC(cti_ast_type) types;
  CTI_VEC(cti_ast_param) params;
  CTI_VEC(cti_ast_member) members;
  cti_ast_renames renames;
  cti_ast_items items;
  uint32_t type_count; /* of all that can become a type */
} cti_parse_stack;

/* What a list on the stack of its kind holds from `start` on moves to an array of its exact size in the arena. */
#define CTI_TAKE_LIST(lexer, list, start, out, out_count)                                                                                       \
  cti_take_list((lexer), (list)->items ? &(list)->items[start] : NULL, &(list)->count, (start), sizeof *(list)->items, (const void **)(out), (out_count))
bool cti_take_list(cti_lexer *lexer, const void *items, uint32_t *count, uint32_t start, size_t size, const void **out, uint32_t *out_count);

bool cti_parse_id(cti_lexer *lexer, cti_ast_id *out);
/* Fails because no name stands where `what` is expected; a keyword that may be meant as one is told. False. */
bool cti_parse_no_name(cti_lexer *lexer, const char *what);
bool cti_parse_gates(cti_lexer *lexer, const cti_ast_gates **out);
bool cti_parse_type(cti_lexer *lexer, cti_ast_type *out);
/* `async? func(params) -> result`, `get(..)`, `set(..)`: without the name and the semicolon. */
bool cti_parse_func_type(cti_lexer *lexer, cti_ast_func *out);
/* Does a function's type begin here? */
bool cti_parse_at_func_type(const cti_lexer *lexer);
/* Does a type definition begin here (type, record, ...)? */
bool cti_parse_at_typedef(const cti_lexer *lexer);
bool cti_parse_typedef(cti_lexer *lexer, cti_ast_typedef *out);

#endif

/* module.h (private) - the model of a core module: index spaces as arrays, bodies and names as slices of the input.
 *
 * Decoding is form only (DESIGN decision 1): indices are not checked here, so whoever follows one compares it with the count first. The model borrows
 * from the input, which must outlive it. Each section remembers its bytes as they came; the encoder copies a section that no pass marked `changed`,
 * padded LEBs included, so that decode -> encode gives the input back.
 * https://webassembly.github.io/spec/core/binary/modules.html */
#ifndef CTI_CORE_MODULE_H
#define CTI_CORE_MODULE_H

#include "base/buf.h"
#include "base/vec.h"
#include "core/framing.h"
#include "core/valtype.h"

/* ---- types: https://webassembly.github.io/spec/core/binary/types.html */

typedef enum cti_composite { CTI_COMPOSITE_FUNC, CTI_COMPOSITE_STRUCT, CTI_COMPOSITE_ARRAY, CTI_COMPOSITE_CONT } cti_composite;

typedef struct cti_field {
  cti_corevt type; /* a value type, i8 or i16 */
  bool is_mutable;
} cti_field;

/* One defined type. Function types hold params then results in one array; arrays have one field. */
typedef struct cti_subtype {
  cti_composite kind;
  bool is_final, shared;
  bool written;         /* the bytes said `sub` or `sub final`, rather than the short form of a final type without supertype */
  uint32_t super_count; /* 0 or 1 in every valid module */
  const uint32_t *supers; /* all of them, when there are more than one */
  uint32_t super, describes, descriptor; /* type indices: the first supertype and (custom descriptors) two others; UINT32_MAX when absent */
  uint32_t param_count, result_count;
  const cti_corevt *types; /* params, then results */
  const cti_field *fields;
  uint32_t field_count;
  uint32_t cont; /* type index of a continuation's function type */
  uint64_t offset;
} cti_subtype;

/* A recursion group covers [first, first + count) of the flat list of types. `written` tells that the bytes said `rec`. */
typedef struct cti_rec_group {
  uint32_t first, count;
  bool written;
  uint64_t offset;
} cti_rec_group;

typedef struct cti_limits {
  uint64_t min, max;
  bool has_max, is_64, shared, has_page_log2;
  bool is_long; /* a number took more than five bytes, which memory64 alone allows */
  uint32_t page_log2; /* custom page sizes; 16 when absent */
} cti_limits;

static inline uint32_t cti_page_log2(const cti_limits *limits) { return limits->has_page_log2 ? limits->page_log2 : 16; }

/* Of nothing but numbers of 32 bits: what every host and toolchain has. */
static inline bool cti_limits_are_plain(const cti_limits *limits) { return !limits->is_64 && !limits->shared && !limits->has_page_log2; }

typedef struct cti_table_type {
  cti_corevt element;
  cti_limits limits;
} cti_table_type;

typedef struct cti_global_type {
  cti_corevt type;
  bool is_mutable, shared;
} cti_global_type;

/* The kinds of imports and exports, by their binary codes. */
typedef enum cti_extern_kind { CTI_EXTERN_FUNC, CTI_EXTERN_TABLE, CTI_EXTERN_MEMORY, CTI_EXTERN_GLOBAL, CTI_EXTERN_TAG, CTI_EXTERN_KINDS } cti_extern_kind;

/* What an import asks for; `kind` tells which member holds. */
typedef struct cti_extern_type {
  cti_extern_kind kind;
  bool exact;    /* functions, custom descriptors */
  uint32_t type; /* functions and tags: index of the function type */
  union {
    cti_table_type table;
    cti_limits memory;
    cti_global_type global;
  } of;
} cti_extern_type;

/* How an import was written: alone, or in a group that shares the name of the module, or that and the type.
 * https://github.com/WebAssembly/compact-import-section/blob/main/proposals/compact-import-section/Overview.md */
typedef enum cti_import_form { CTI_IMPORT_SINGLE, CTI_IMPORT_SHARED_MODULE = 0x7f, CTI_IMPORT_SHARED_TYPE = 0x7e } cti_import_form;

typedef struct cti_import {
  ct_slice module, name;
  cti_extern_type type;
  uint64_t offset; /* of the import; within a group, of its own part */
  cti_import_form form;
  uint64_t group_offset; /* of the whole group */
  uint32_t group; /* neighbours with one group, form and module are written together; a pass that changes a type sets `form` to single */
} cti_import;

typedef struct cti_export {
  ct_slice name;
  cti_extern_kind kind;
  uint32_t index;
  uint64_t offset;
} cti_export;

/* ---- definitions. Expressions are slices that end with their `end`. */

typedef struct cti_expr {
  ct_slice bytes;
  uint64_t offset;
} cti_expr;

/* Every function, table, memory, global and tag, imported ones first; `import` is the index of the import, or UINT32_MAX for a defined one; `offset` is
 * that of the definition. */
typedef struct cti_func {
  uint32_t type, import;
  ct_slice body;        /* locals and expression, without the size; empty for imports */
  uint64_t body_offset; /* absolute, of the body's first byte */
} cti_func;

typedef struct cti_table {
  cti_table_type type;
  uint32_t import;
  cti_expr init; /* empty: none was written */
  uint64_t offset;
} cti_table;

typedef struct cti_memory {
  cti_limits type;
  uint32_t import;
  uint64_t offset;
} cti_memory;

typedef struct cti_global {
  cti_global_type type;
  uint32_t import;
  cti_expr init;
  uint64_t offset;
} cti_global;

typedef struct cti_tag {
  uint32_t type, import;
  uint64_t offset;
} cti_tag;

typedef enum cti_segment_mode { CTI_SEGMENT_ACTIVE, CTI_SEGMENT_PASSIVE, CTI_SEGMENT_DECLARED } cti_segment_mode;

typedef struct cti_elem {
  uint32_t flags; /* as written: 0..7 */
  cti_segment_mode mode;
  uint32_t table;
  cti_expr offset_expr;
  cti_corevt type;
  bool is_exprs;
  uint32_t count;
  const uint32_t *funcs;  /* when !is_exprs */
  const cti_expr *exprs;  /* when is_exprs */
  uint64_t offset;
} cti_elem;

typedef struct cti_data {
  uint32_t flags; /* as written: 0..2 */
  cti_segment_mode mode;
  uint32_t memory;
  cti_expr offset_expr;
  ct_slice bytes;
  uint64_t offset, bytes_offset;
} cti_data;

/* ---- sections, by their binary codes (sections.def) */

enum {
#define CT_SECTION(symbol, code, name, items, reader, writer) CTI_SECTION_##symbol = code,
#include "core/sections.def"
#undef CT_SECTION
  CTI_SECTION_CODES = 14
};

/* "type", "import", ... as the specification names them, "custom" for 0; NULL for a code that no section has. */
const char *cti_section_name(uint8_t id);
uint8_t cti_section_order(uint8_t id); /* from 1, in the order that a module needs; 0 for custom and unknown sections, which have none */

typedef struct cti_section {
  cti_frame frame;
  bool changed;    /* encode from the model, not from frame.raw */
  bool dropped;    /* do not encode at all */
  ct_slice name;    /* custom sections: the name and what follows it */
  ct_slice content;
} cti_section;

typedef struct cti_module {
  cti_arena *arena; /* of the caller; holds every array */
  ct_slice bytes;
  uint64_t base; /* absolute offset of bytes in the file, for nested modules */
  CTI_VEC(cti_section) sections; /* in order of the file */
  CTI_VEC(cti_subtype) types;    /* recursion groups flattened */
  CTI_VEC(cti_rec_group) rec_groups;
  CTI_VEC(cti_import) imports;
  CTI_VEC(cti_func) funcs;
  CTI_VEC(cti_table) tables;
  CTI_VEC(cti_memory) memories;
  CTI_VEC(cti_global) globals;
  CTI_VEC(cti_tag) tags;
  CTI_VEC(cti_export) exports;
  CTI_VEC(cti_elem) elems;
  CTI_VEC(cti_data) datas;
  uint32_t imported[CTI_EXTERN_KINDS]; /* how many of each kind are imported */
  uint32_t start;                      /* function index, or UINT32_MAX */
  uint32_t data_count;                 /* of the data count section, or UINT32_MAX */
} cti_module;

/* Decodes the form of a module that begins at absolute offset `base` of its file. `arena` holds what the model allocates and its error the failure.
 * After a failure the model holds what was read up to the break (each section that was begun is in `sections`): good for printing, not for encoding. */
ct_status cti_module_decode(cti_module *out, ct_slice bytes, uint64_t base, cti_arena *arena);

/* The imports and exports alone, with the types they need: reads neither code, nor segments (there are none then), nor constant expressions of
 * globals and tables beyond finding their end; bodies stay empty. Cheap on any size of module. Must not be encoded with a section marked `changed`. */
ct_status cti_module_decode_interface(cti_module *out, ct_slice bytes, uint64_t base, cti_arena *arena);

/* Appends the module in binary form: sections that no pass changed byte for byte as they came. */
void cti_module_encode(const cti_module *module, cti_buf *out);

/* The first section of that code (not for custom sections), or NULL. */
cti_section *cti_module_section(const cti_module *module, uint8_t id);

/* The same, but a section that is missing is made, empty, at the place that sections.def gives it. Marks it `changed`. NULL when memory is out. */
cti_section *cti_module_touch(cti_module *module, uint8_t id);

/* The recursion group of a type that is there. */
const cti_rec_group *cti_module_rec_group(const cti_module *module, uint32_t type);

/* Appends a type, in a group of its own; *index: which it is. */
ct_status cti_module_add_type(uint32_t *index, cti_module *module, const cti_subtype *type);

/* The type of function `index` (imported or defined), or NULL when the index, or its type's, is out of range or no function type. */
const cti_subtype *cti_module_func_type(const cti_module *module, uint32_t index);

/* The function type of that index in the type section, or NULL when there is none there. */
const cti_subtype *cti_module_type_func(const cti_module *module, uint32_t type);

/* The export of that kind and name, or NULL. It walks all exports: for a few names. */
const cti_export *cti_module_find_export(const cti_module *module, cti_extern_kind kind, ct_slice name);

/* The custom section of that name, or NULL: the first, and the one after `after` when that is not NULL. */
const cti_section *cti_module_custom(const cti_module *module, ct_slice name, const cti_section *after);

#endif

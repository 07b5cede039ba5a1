/* custom.h - the custom sections that tools read: name, producers, target_features, dylink.0, linking, reloc.*, metadata.code.branch_hint.
 *
 * A malformed custom section makes no module malformed: every parser fills what it read before the break, returns the failure, and the caller decides
 * whether that matters (`error` may be the arena's own). Parsers take the section's content (after its name) and the absolute offset of its first byte; results
 * borrow from it.
 * Writers append the content alone. parse -> write gives canonical input back byte for byte.
 * https://github.com/WebAssembly/tool-conventions */
#ifndef CTI_CORE_CUSTOM_H
#define CTI_CORE_CUSTOM_H

#include "base/buf.h"
#include "core/module.h"

/* The content of a custom section as a cursor with its own error. */
cti_cursor cti_custom_cursor(const cti_section *section, ct_error *error);

/* Several sections consist of subsections: a code, a size, a payload. False at the end and after a failure. */
typedef struct cti_subsection {
  uint8_t code;
  uint64_t offset; /* of the code */
  ct_slice raw;    /* code, size and payload */
  cti_cursor c;    /* over the payload */
} cti_subsection;
bool cti_subsection_next(cti_subsection *out, cti_cursor *c);

/* ---- name: https://webassembly.github.io/spec/core/appendix/custom.html#name-section and the extended-name-section proposal */

typedef enum cti_name_kind {
  CTI_NAME_MODULE,
  CTI_NAME_FUNC,
  CTI_NAME_LOCAL, /* by function */
  CTI_NAME_LABEL, /* by function */
  CTI_NAME_TYPE,
  CTI_NAME_TABLE,
  CTI_NAME_MEMORY,
  CTI_NAME_GLOBAL,
  CTI_NAME_ELEM,
  CTI_NAME_DATA,
  CTI_NAME_FIELD, /* by type */
  CTI_NAME_TAG,
  CTI_NAME_PARAM,     /* by function type */
  CTI_NAME_TAG_PARAM, /* by tag */
  CTI_NAME_KINDS
} cti_name_kind;

/* Has two levels: names by an inner index, in groups by an outer one. */
static inline bool cti_name_is_indirect(uint8_t kind) {
  return kind == CTI_NAME_LOCAL || kind == CTI_NAME_LABEL || kind == CTI_NAME_FIELD || kind == CTI_NAME_PARAM || kind == CTI_NAME_TAG_PARAM;
}

typedef struct cti_naming {
  uint32_t index;
  ct_slice name;
} cti_naming;

/* The names [first, first + count) of an indirect map belong to function (or type) `outer`. */
typedef struct cti_name_group {
  uint32_t outer, first, count;
} cti_name_group;

typedef struct cti_name_map {
  uint8_t kind; /* a cti_name_kind, or a code that is not known: then `content` holds all */
  CTI_VEC(cti_naming) names;
  CTI_VEC(cti_name_group) groups; /* indirect kinds alone */
  ct_slice content;
} cti_name_map;

typedef struct cti_names {
  ct_slice module;             /* the name; empty when there is none */
  CTI_VEC(cti_name_map) maps;  /* in order of the section */
} cti_names;

ct_status cti_names_parse(cti_names *out, ct_slice content, uint64_t offset, cti_arena *arena, ct_error *error);
void cti_names_write(cti_buf *out, const cti_names *names);
const cti_name_map *cti_names_of(const cti_names *names, cti_name_kind kind); /* the first of that kind, or NULL */

cti_naming cti_read_naming(cti_cursor *c);

/* ---- producers: https://github.com/WebAssembly/tool-conventions/blob/main/ProducersSection.md */

typedef struct cti_producer {
  ct_slice name, version;
  uint64_t offset;
} cti_producer;

typedef struct cti_producers_field {
  ct_slice name; /* language, processed-by, sdk */
  CTI_VEC(cti_producer) values;
} cti_producers_field;

typedef struct cti_producers {
  CTI_VEC(cti_producers_field) fields;
} cti_producers;

/* Fields of other names than the three are a failure. */
ct_status cti_producers_parse(cti_producers *out, ct_slice content, uint64_t offset, cti_arena *arena, ct_error *error);
void cti_producers_write(cti_buf *out, const cti_producers *producers);

/* Adds a value to a field (making it), or gives a value that is there the new version. False when memory is out (reported). */
bool cti_producers_add(cti_producers *producers, cti_arena *arena, ct_slice field, ct_slice name, ct_slice version);

/* ---- target_features: https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md#target-features-section */

typedef struct cti_target_feature {
  uint8_t prefix; /* '+' used, '-' must not be used */
  ct_slice name;
} cti_target_feature;

typedef struct cti_target_features {
  CTI_VEC(cti_target_feature) items;
} cti_target_features;

ct_status cti_target_features_parse(cti_target_features *out, ct_slice content, uint64_t offset, cti_arena *arena, ct_error *error);
void cti_target_features_write(cti_buf *out, const cti_target_features *features);

/* ---- dylink.0: https://github.com/WebAssembly/tool-conventions/blob/main/DynamicLinking.md */

enum { CTI_DYLINK_MEM_INFO = 1, CTI_DYLINK_NEEDED, CTI_DYLINK_EXPORT_INFO, CTI_DYLINK_IMPORT_INFO, CTI_DYLINK_RUNTIME_PATH, CTI_DYLINK_TARGET_ARCH };

typedef struct cti_dylink_symbol {
  ct_slice module; /* imports alone */
  ct_slice name;
  uint32_t flags; /* CTI_SYMBOL_* */
} cti_dylink_symbol;

/* One subsection; `code` tells which members hold. */
typedef struct cti_dylink_part {
  uint8_t code;
  uint64_t offset;
  uint32_t memory_size, memory_align, table_size, table_align; /* alignments are powers of two */
  CTI_VEC(ct_slice) names;                                     /* needed libraries, runtime paths; one: the architecture */
  CTI_VEC(cti_dylink_symbol) symbols;                          /* exports, imports */
  ct_slice content;                                            /* codes that are not known */
} cti_dylink_part;

typedef struct cti_dylink {
  CTI_VEC(cti_dylink_part) parts; /* in order of the section */
} cti_dylink;

ct_status cti_dylink_parse(cti_dylink *out, ct_slice content, uint64_t offset, cti_arena *arena, ct_error *error);
void cti_dylink_write(cti_buf *out, const cti_dylink *dylink);

/* ---- linking and reloc.*: read one thing after the other. https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md */

enum { CTI_LINKING_SEGMENTS = 5, CTI_LINKING_INIT_FUNCS, CTI_LINKING_COMDATS, CTI_LINKING_SYMBOLS, CTI_LINKING_TARGET_ARCH };

enum {
  CTI_SYMBOL_WEAK = 1 << 0,
  CTI_SYMBOL_LOCAL = 1 << 1,
  CTI_SYMBOL_HIDDEN = 1 << 2,
  CTI_SYMBOL_UNDEFINED = 1 << 4,
  CTI_SYMBOL_EXPORTED = 1 << 5,
  CTI_SYMBOL_EXPLICIT_NAME = 1 << 6,
  CTI_SYMBOL_NO_STRIP = 1 << 7,
  CTI_SYMBOL_TLS = 1 << 8,
  CTI_SYMBOL_ABSOLUTE = 1 << 9
};

typedef enum cti_symbol_kind { CTI_SYMBOL_FUNC, CTI_SYMBOL_DATA, CTI_SYMBOL_GLOBAL, CTI_SYMBOL_SECTION, CTI_SYMBOL_TAG, CTI_SYMBOL_TABLE } cti_symbol_kind;

typedef struct cti_symbol {
  cti_symbol_kind kind;
  uint32_t flags;
  bool has_name;
  ct_slice name;
  uint32_t index;        /* of function, global, table, tag; of the section; of the segment of defined data */
  uint32_t offset, size; /* of defined data */
} cti_symbol;

/* A cursor over the subsections, after the version, which must be 2. */
cti_cursor cti_linking_cursor(const cti_section *section, ct_error *error);
void cti_read_symbol(cti_symbol *out, cti_cursor *c);

enum { CTI_RELOC_TYPE_INDEX_LEB = 6 /* the one relocation whose index is no symbol */ };

typedef enum cti_reloc_addend { CTI_ADDEND_NONE, CTI_ADDEND_32, CTI_ADDEND_64 } cti_reloc_addend;
typedef struct cti_reloc_info {
  const char *name;        /* "FunctionIndexLeb", ..., as wasm-tools has them */
  const char *object_name; /* "R_WASM_FUNCTION_INDEX_LEB", ..., as the conventions have them */
  uint8_t addend, size;
} cti_reloc_info;

typedef struct cti_reloc {
  uint8_t type;
  const cti_reloc_info *info;
  uint32_t offset, index;
  int64_t addend;
} cti_reloc;

/* A reloc section: the index of the section that it is about, then a count, then the relocations. */
void cti_read_reloc(cti_reloc *out, cti_cursor *c);

/* ---- metadata.code.branch_hint: https://github.com/WebAssembly/branch-hinting */

typedef struct cti_branch_hint {
  uint32_t func, offset; /* of the instruction, from the first byte of the body */
  bool likely;
  uint64_t place; /* absolute, of the hint itself */
} cti_branch_hint;

typedef struct cti_branch_hints {
  CTI_VEC(cti_branch_hint) items; /* by function, then offset */
} cti_branch_hints;

ct_status cti_branch_hints_parse(cti_branch_hints *out, ct_slice content, uint64_t offset, cti_arena *arena, ct_error *error);
void cti_branch_hints_write(cti_buf *out, const cti_branch_hints *hints);

#endif

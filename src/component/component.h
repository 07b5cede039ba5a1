/* component.h (private) - the model of a component: its definitions in order, each as one item. Index spaces are implied by that order.
 *
 * The same list of items is the content of a component and of the declarations of component types and instance types, and decoder, validator, printer,
 * WIT decoder and encoder all walk it. Decoding is form only. The model borrows from the input. Sections remember their bytes, so that what no pass
 * changed is written back as it came; a component that `component new` builds has no sections, and the encoder groups neighbouring items of one kind.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md */
#ifndef CTI_COMPONENT_COMPONENT_H
#define CTI_COMPONENT_COMPONENT_H

#include "core/module.h"
#include "types/types.h"

typedef struct cti_component cti_component;

/* Sorts by what they index; the core ones come first. */
typedef enum cti_sort {
#define CT_SORT(symbol, core, code, name, text) CTI_SORT_##symbol,
#include "component/sorts.def"
#undef CT_SORT
  CTI_SORT_COUNT
} cti_sort;

typedef struct cti_sort_info {
  bool is_core;
  uint8_t code; /* in the binary format */
  const char *name, *text;
} cti_sort_info;

extern const cti_sort_info cti_sorts[CTI_SORT_COUNT];

typedef struct cti_sort_index {
  cti_sort sort;
  uint32_t index;
} cti_sort_index;

/* `nameattributes`: absent ones have data == NULL. `bytes` is what followed a name that was read, and is written back as it came; empty when built. */
typedef struct cti_name_attributes {
  ct_slice implements, version_suffix, external_id;
  ct_slice bytes;
  bool repeated; /* one was written twice: the first is here, validation refuses it */
} cti_name_attributes;

/* Few names have attributes, and there are names by the hundred thousand. */
typedef struct cti_extern_name {
  ct_slice name;
  const cti_name_attributes *attributes; /* NULL without: ask cti_attributes_of */
  uint8_t form;                          /* the leading byte: 0 or 1, or 2 with attributes */
} cti_extern_name;

extern const cti_name_attributes cti_no_attributes;
static inline const cti_name_attributes *cti_attributes_of(const cti_extern_name *name) { return name->attributes ? name->attributes : &cti_no_attributes; }
/* Gives a name these attributes, a copy in the arena; none when they are all absent. Without memory it stays as it is (reported by the arena). */
void cti_extern_name_set(cti_extern_name *name, cti_name_attributes attributes, cti_arena *arena);

/* `externtype`. For types: `is_eq` tells (eq index) from (sub resource). That a value may be bound to equal another one is in Binary.md, but no tool
 * writes or reads it, and its code would be ambiguous with what they do write. */
typedef struct cti_externtype {
  uint8_t sort; /* cti_sort: CORE_MODULE, FUNC, VALUE, TYPE, COMPONENT or INSTANCE; COUNT where an export leaves its type out */
  bool is_eq;
  union {
    uint32_t index;    /* of the core type or type; not of (sub resource) */
    cti_valtype value; /* VALUE */
  };
} cti_externtype;

#define CTI_EXTERNTYPE_NONE ((cti_externtype){.sort = CTI_SORT_COUNT})
static inline bool cti_externtype_is_none(cti_externtype type) { return type.sort == CTI_SORT_COUNT; }

/* `with` arguments and inline exports: a name and what it stands for. */
typedef struct cti_named_index {
  cti_extern_name name; /* core instances use name.name alone */
  cti_sort_index item;
  uint64_t offset; /* absolute, of the first byte; for those that were read */
} cti_named_index;

typedef enum cti_alias_kind { CTI_ALIAS_EXPORT, CTI_ALIAS_CORE_EXPORT, CTI_ALIAS_OUTER } cti_alias_kind;

typedef struct cti_alias {
  cti_alias_kind kind;
  cti_sort sort;
  uint32_t instance; /* or the count of scopes outward */
  uint32_t index;    /* outer alone */
  ct_slice name;     /* export and core export alone */
} cti_alias;

/* ---- canonical definitions, by canon.def */

typedef enum cti_string_encoding { CTI_ENCODING_UTF8, CTI_ENCODING_UTF16, CTI_ENCODING_COMPACT_UTF16, CTI_ENCODING_COUNT } cti_string_encoding;

/* The rows of canon.def in their order there. The binary's codes are in cti_canons. */
typedef enum cti_canon_kind {
#define CT_CANON(symbol, code, name, immediates, signature, rules, feature) CTI_CANON_##symbol,
#include "component/canon.def"
#undef CT_CANON
  CTI_CANON_COUNT
} cti_canon_kind;

typedef enum cti_canon_opt_kind {
#define CT_CANON_OPT(symbol, code, name, index) CTI_CANON_OPT_##symbol,
#include "component/canon.def"
#undef CT_CANON_OPT
  CTI_CANON_OPT_COUNT
} cti_canon_opt_kind;

typedef struct cti_canon_info {
  uint8_t code;
  const char *name, *immediates, *signature, *rules; /* as canon.def explains */
  uint8_t feature; /* cti_feature */
} cti_canon_info;

typedef struct cti_canon_opt_info {
  uint8_t code;
  const char *name;
  bool has_index;
} cti_canon_opt_info;

extern const cti_canon_info cti_canons[CTI_CANON_COUNT];

enum { CTI_CONTEXT_SLOTS = 2 }; /* of context.get and context.set */

/* Is it about futures, as its immediates say? Others may be about streams, or about neither. */
static inline bool cti_canon_is_of_future(cti_canon_kind kind) { return strchr(cti_canons[kind].immediates, 'U') != NULL; }
extern const cti_canon_opt_info cti_canon_opts[CTI_CANON_OPT_COUNT];

typedef struct cti_canon_opt {
  cti_canon_opt_kind kind;
  uint32_t index; /* of the memory, function or type that the option names */
} cti_canon_opt;

/* Which members hold is told by the row's immediates. */
typedef struct cti_canon {
  cti_canon_kind kind;
  uint32_t func;        /* lift: core function; lower: function */
  uint32_t type;        /* lift: function type; else resource, stream, future or core type */
  uint32_t table;       /* core table */
  uint32_t memory;      /* core memory */
  uint32_t slot;        /* context.get and context.set */
  cti_corevt slot_type;
  bool flag;            /* async? or cancellable? */
  cti_valtype result;   /* task.return; none when absent */
  uint32_t option_count;
  const cti_canon_opt *options;
} cti_canon;

/* ---- types */

typedef enum cti_ctype_kind { CTI_CTYPE_VALUE, CTI_CTYPE_FUNC, CTI_CTYPE_COMPONENT, CTI_CTYPE_INSTANCE, CTI_CTYPE_RESOURCE } cti_ctype_kind;

/* A type definition. Value types use cti_def with cti_valtype words whose definitions are indices of the *local* type index space; a bare primitive is
 * CTI_DEF_ALIAS with the primitive as its element. */
typedef struct cti_ctype {
  cti_ctype_kind kind;
  bool is_async; /* FUNC */
  union {
    cti_def value;        /* VALUE */
    cti_component *decls; /* COMPONENT, INSTANCE: their declarations as items */
    struct {
      const cti_member *params; /* name and type */
      uint32_t param_count;
      cti_valtype result; /* none when absent */
    };                    /* FUNC */
    struct {
      cti_corevt rep; /* i32 or i64 */
      uint32_t dtor;  /* core function or UINT32_MAX */
    };                /* RESOURCE */
  };
} cti_ctype;

static inline bool cti_ctype_is_scope(const cti_ctype *type) { return type->kind == CTI_CTYPE_COMPONENT || type->kind == CTI_CTYPE_INSTANCE; }

typedef enum cti_core_type_kind { CTI_CORE_TYPE_REC, CTI_CORE_TYPE_MODULE } cti_core_type_kind;

typedef enum cti_module_decl_kind { CTI_MODULE_DECL_IMPORT, CTI_MODULE_DECL_TYPE, CTI_MODULE_DECL_ALIAS, CTI_MODULE_DECL_EXPORT } cti_module_decl_kind;

typedef struct cti_core_type_def cti_core_type_def;

typedef struct cti_module_decl {
  cti_module_decl_kind kind;
  cti_import import;        /* an export's name is import.name, its type import.type */
  cti_core_type_def *type;
  uint32_t outer_count, outer_index;
  uint64_t offset;
} cti_module_decl;

struct cti_core_type_def {
  cti_core_type_kind kind;
  bool written; /* rec was written, as in cti_rec_group */
  uint32_t sub_count;
  cti_subtype *subs; /* rec: its members */
  uint32_t decl_count;
  cti_module_decl *decls;
};

/* ---- items. Their kinds are the codes of the sections that hold them; custom sections keep their place in the order. */

typedef enum cti_item_kind {
#define CT_SECTION(symbol, code, vector, name, clause) CTI_ITEM_##symbol = code,
#include "component/sections.def"
#undef CT_SECTION
  CTI_ITEM_COUNT
} cti_item_kind;

typedef struct cti_component_section_info {
  const char *name, *clause;
  bool is_vector;
} cti_component_section_info;

extern const cti_component_section_info cti_component_sections[CTI_ITEM_COUNT]; /* by code */

typedef struct cti_item {
  cti_item_kind kind;
  uint32_t section; /* 1 + the index of the section it was read from; 0 for one that was built, and for declarations in types */
  uint64_t offset;  /* absolute, of the item's first byte; CT_NO_OFFSET for one that was built */
  union {
    ct_slice module; /* CORE_MODULE: the whole module in binary form */
    struct {
      bool is_exports;   /* inline exports rather than an instantiation */
      uint32_t index;    /* core module or component */
      uint32_t count;
      const cti_named_index *items; /* arguments or exports */
    } instance;          /* CORE_INSTANCE, INSTANCE */
    const cti_core_type_def *core_type;
    cti_component *component; /* COMPONENT */
    cti_alias alias;
    const cti_ctype *type;
    cti_canon canon;
    struct {
      uint32_t func, arg_count, result_count;
      const uint32_t *args;
    } start;
    struct {
      cti_extern_name name;
      cti_externtype type;
    } import; /* IMPORT */
    struct {
      cti_extern_name name;
      cti_sort_index item; /* of components; in types `type` alone holds */
      cti_externtype type; /* of components: none where it is that of the item */
    } export_;
    struct {
      cti_valtype type;
      ct_slice bytes;
      uint64_t offset; /* absolute, of the bytes */
    } value;
    struct {
      ct_slice name, content;
    } custom;
  } of;
} cti_item;

/* A section as it was read: its frame, and its items [first, first + count). */
typedef struct cti_component_section {
  cti_frame frame;
  uint32_t first, count;
  bool changed; /* an item of it was edited: encode it from its items */
} cti_component_section;

struct cti_component {
  cti_arena *arena;
  ct_slice bytes; /* empty for types and for what was built */
  uint64_t base;
  CTI_VEC(cti_item) items;
  CTI_VEC(cti_component_section) sections; /* as read, in order */
  uint32_t count[CTI_SORT_COUNT]; /* how long each index space is after the last item */
  bool changed;                   /* encode from the items; without it the bytes are copied as they came */
  bool broken;                    /* decoding failed: the items before the failure are there, a broken nested component as the last of them */
};

/* Decodes the form of a component that begins at absolute offset `base`. Nested components are decoded too; core modules stay slices. */
ct_status cti_component_decode(cti_component *out, ct_slice bytes, uint64_t base, cti_arena *arena);

/* Reading without a model, for who needs each item once: the items of a component one by one, each in the arena that is given for it. Of a component that
 * is nested the item is all that is read: who wants to, reads it by a reader of its own (frame.payload at frame.payload_offset, at depth + 1). */
typedef struct cti_component_reader {
  cti_frame frame; /* of the section */
  uint32_t depth;  /* of components around this one */
  uint32_t section_count, left;
  bool begun;      /* the number of items was read */
  cti_cursor sections, items;
} cti_component_reader;

/* The arena of items that are forgotten one by one is freed between them when it holds more: less is not worth giving back. */
enum { CTI_ITEMS_KEPT = 1 << 16 };

/* Reads the preamble. */
ct_status cti_component_reader_begin(cti_component_reader *out, ct_slice bytes, uint64_t base, uint32_t depth, ct_error *error);
/* Goes on to the next section; false at the end and after a failure. What was not read of the last one is passed over. */
bool cti_component_reader_section(cti_component_reader *reader);
/* The next item of the section; false when there is none, or it is malformed, which is reported. */
bool cti_component_reader_item(cti_component_reader *reader, cti_item *out, cti_arena *arena);
/* The nested component that was the last item, of that index, could not be read, which is reported: there is no further item. */
void cti_component_reader_fail_nested(cti_component_reader *reader, uint32_t index);
ct_status cti_component_reader_status(const cti_component_reader *reader);

/* Appends the component with its preamble. An unchanged one is copied whole. Of a changed one, sections are copied whose items all still stand together
 * and that are not `changed`; other items are written anew, neighbours of one kind and one origin as one section. Who changes something nested sets
 * `changed` in each component around it, and in the section that holds it. */
void cti_component_encode(const cti_component *component, cti_buf *out);
/* Appends the sections of the items [first, end) alone, for output in pieces: a component with modules that are not to be copied. */
void cti_component_encode_items(const cti_component *component, uint32_t first, uint32_t end, cti_buf *out);
/* Appends one type definition. */
void cti_ctype_encode(const cti_ctype *type, cti_buf *out);

/* ---- building: each appends one item to an all-zero-then-armed component (cti_component_init) and gives the index it has in its index space.
 * Strings, arrays and nested models that the item points to are borrowed. UINT32_MAX when memory is out (reported by the arena). */
void cti_component_init(cti_component *component, cti_arena *arena);
uint32_t cti_build_core_module(cti_component *c, ct_slice module);
uint32_t cti_build_core_instantiate(cti_component *c, uint32_t module, const cti_named_index *args, uint32_t count);
uint32_t cti_build_core_exports(cti_component *c, const cti_named_index *exports, uint32_t count);
uint32_t cti_build_component(cti_component *c, cti_component *nested);
uint32_t cti_build_instantiate(cti_component *c, uint32_t component, const cti_named_index *args, uint32_t count);
uint32_t cti_build_exports(cti_component *c, const cti_named_index *exports, uint32_t count);
uint32_t cti_build_alias_export(cti_component *c, cti_sort sort, uint32_t instance, ct_slice name);
uint32_t cti_build_alias_core_export(cti_component *c, cti_sort sort, uint32_t instance, ct_slice name);
uint32_t cti_build_alias_outer(cti_component *c, cti_sort sort, uint32_t count, uint32_t index);
uint32_t cti_build_type(cti_component *c, const cti_ctype *type);       /* copied */
uint32_t cti_build_core_type(cti_component *c, const cti_core_type_def *type); /* copied */
uint32_t cti_build_canon(cti_component *c, const cti_canon *canon);     /* a function for lift, else a core function */
uint32_t cti_build_start(cti_component *c, uint32_t func, const uint32_t *args, uint32_t arg_count, uint32_t result_count); /* the first result */
uint32_t cti_build_import(cti_component *c, const cti_extern_name *name, cti_externtype type);
uint32_t cti_build_export(cti_component *c, const cti_extern_name *name, cti_sort_index item, const cti_externtype *type); /* type may be NULL */
uint32_t cti_build_type_export(cti_component *c, const cti_extern_name *name, cti_externtype type); /* a declaration in a type */
void cti_build_custom(cti_component *c, ct_slice name, ct_slice content);

/* The sort in whose index space an item adds entries, CTI_SORT_COUNT when it adds none. `in_type`: the item is a declaration of a type. */
cti_sort cti_item_sort(const cti_item *item, bool in_type);
/* How many entries it adds there: 1, but for recursion groups and for start, whose results may be several or none. */
uint32_t cti_item_defines(const cti_item *item);

#endif

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

/* Sorts by what they index; CORE_ ones are those of core:sort. component/sorts.def would say nothing more than this. */
typedef enum cti_sort {
  CTI_SORT_CORE_FUNC,
  CTI_SORT_CORE_TABLE,
  CTI_SORT_CORE_MEMORY,
  CTI_SORT_CORE_GLOBAL,
  CTI_SORT_CORE_TAG,
  CTI_SORT_CORE_TYPE,
  CTI_SORT_CORE_MODULE,
  CTI_SORT_CORE_INSTANCE,
  CTI_SORT_FUNC,
  CTI_SORT_VALUE,
  CTI_SORT_TYPE,
  CTI_SORT_COMPONENT,
  CTI_SORT_INSTANCE,
  CTI_SORT_COUNT
} cti_sort;

typedef struct cti_sort_index {
  cti_sort sort;
  uint32_t index;
} cti_sort_index;

/* `nameattributes`: `form` is the leading byte as written (0, 1, or 2 with attributes). Absent attributes have data == NULL. */
typedef struct cti_extern_name {
  ct_slice name;
  ct_slice implements, version_suffix, external_id;
  uint8_t form;
  uint64_t offset;
} cti_extern_name;

/* `externtype`. For types: `is_eq` tells (eq index) from (sub resource). For values: index is a value index when is_eq, else `value` is the type. */
typedef struct cti_externtype {
  cti_sort sort; /* CORE_MODULE, FUNC, VALUE, TYPE, COMPONENT or INSTANCE */
  bool is_eq;
  uint32_t index;
  cti_valtype value;
} cti_externtype;

/* `with` arguments and inline exports: a name and what it stands for. */
typedef struct cti_named_index {
  cti_extern_name name; /* core instances use name.name alone */
  cti_sort_index item;
} cti_named_index;

typedef enum cti_alias_kind { CTI_ALIAS_EXPORT, CTI_ALIAS_CORE_EXPORT, CTI_ALIAS_OUTER } cti_alias_kind;

typedef struct cti_alias {
  cti_alias_kind kind;
  cti_sort sort;
  uint32_t instance; /* or the count of scopes outward */
  uint32_t index;    /* outer alone */
  ct_slice name;     /* export and core export alone */
} cti_alias;

/* Canonical options. Which ones a built-in takes is a column of canon.def. Indices are UINT32_MAX when the option is absent. */
typedef enum cti_string_encoding { CTI_ENCODING_UTF8, CTI_ENCODING_UTF16, CTI_ENCODING_COMPACT_UTF16, CTI_ENCODING_COUNT } cti_string_encoding;

typedef struct cti_canon_opt {
  uint8_t code; /* as in the binary: 0..2 encodings, 3 memory, 4 realloc, 5 post-return, 6 async, 7 callback, 8 core type, 9 gc */
  uint32_t index;
} cti_canon_opt;

typedef struct cti_canon {
  uint8_t code;          /* canon.def's row */
  uint32_t func;         /* lift: core function; lower: function; else unused */
  uint32_t type;         /* the type index, resource, core type or table that the row's immediates name first */
  uint32_t table;        /* second index: table or memory */
  bool flag;             /* async?, cancellable? or shared? */
  bool has_result;       /* task.return */
  cti_valtype result;
  cti_corevt slot_type;  /* context.get and context.set */
  uint32_t option_count;
  const cti_canon_opt *options;
} cti_canon;

typedef enum cti_ctype_kind { CTI_CTYPE_VALUE, CTI_CTYPE_FUNC, CTI_CTYPE_COMPONENT, CTI_CTYPE_INSTANCE, CTI_CTYPE_RESOURCE } cti_ctype_kind;

/* A type definition. Value types use cti_def with cti_valtype words whose definitions are indices of the *local* type index space; a bare primitive is
 * CTI_DEF_ALIAS with the primitive as its element. */
typedef struct cti_ctype {
  cti_ctype_kind kind;
  cti_def value;
  bool is_async; /* func */
  uint32_t param_count;
  const cti_member *params; /* func: name and type */
  cti_valtype result;       /* func: none when absent */
  cti_component *decls;     /* component and instance types: their declarations as items */
  cti_corevt rep;           /* resource: i32 or i64 */
  uint32_t dtor;            /* resource: core function or UINT32_MAX */
} cti_ctype;

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

typedef enum cti_item_kind {
  CTI_ITEM_CORE_MODULE,
  CTI_ITEM_CORE_INSTANCE,
  CTI_ITEM_CORE_TYPE,
  CTI_ITEM_COMPONENT,
  CTI_ITEM_INSTANCE,
  CTI_ITEM_ALIAS,
  CTI_ITEM_TYPE,
  CTI_ITEM_CANON,
  CTI_ITEM_START,
  CTI_ITEM_IMPORT,
  CTI_ITEM_EXPORT,
  CTI_ITEM_VALUE,
  CTI_ITEM_CUSTOM /* custom sections keep their place in the order */
} cti_item_kind;

typedef struct cti_item {
  cti_item_kind kind;
  uint64_t offset; /* absolute, of the item's first byte; CT_NO_OFFSET for one that was built */
  union {
    ct_slice module; /* CORE_MODULE: the whole module in binary form */
    struct {
      bool is_exports;   /* inline exports rather than an instantiation */
      uint32_t index;    /* core module or component */
      uint32_t count;
      const cti_named_index *items; /* arguments or exports */
    } instance;          /* CORE_INSTANCE, INSTANCE */
    cti_core_type_def *core_type;
    cti_component *component; /* COMPONENT */
    cti_alias alias;
    cti_ctype *type;
    cti_canon canon;
    struct {
      uint32_t func, arg_count, result_count;
      const uint32_t *args;
    } start;
    struct {
      cti_extern_name name;
      cti_externtype type;
    } import; /* IMPORT; in types, EXPORT declarations as well */
    struct {
      cti_extern_name name;
      cti_sort_index item;  /* of components; in types `type` alone holds */
      bool has_type;
      cti_externtype type;
    } export_;
    struct {
      cti_valtype type;
      ct_slice bytes;
    } value;
    struct {
      ct_slice name, content;
    } custom;
  } of;
} cti_item;

struct cti_component {
  cti_arena *arena;
  ct_slice bytes; /* empty for types and for what was built */
  uint64_t base;
  CTI_VEC(cti_item) items;
  CTI_VEC(cti_section) sections; /* as read: frames in order */
  uint32_t count[CTI_SORT_COUNT]; /* how long each index space is after the last item */
  bool changed;                   /* encode from the items, not from the sections */
};

/* Decodes the form of a component that begins at absolute offset `base`. Nested components are decoded too; core modules stay slices. */
ct_status cti_component_decode(cti_component *out, ct_slice bytes, uint64_t base, cti_arena *arena);

/* Appends the component with its preamble. Unchanged sections are copied; else neighbouring items of one section are grouped. */
void cti_component_encode(const cti_component *component, cti_buf *out);
/* Appends what stands between preamble and end of the declarations of a component or instance type, or one type alone. */
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
uint32_t cti_build_import(cti_component *c, const cti_extern_name *name, cti_externtype type);
uint32_t cti_build_export(cti_component *c, const cti_extern_name *name, cti_sort_index item, const cti_externtype *type); /* type may be NULL */
uint32_t cti_build_type_export(cti_component *c, const cti_extern_name *name, cti_externtype type); /* a declaration in a type */
void cti_build_custom(cti_component *c, ct_slice name, ct_slice content);

/* The sort in whose index space an item adds an entry, CTI_SORT_COUNT when it adds none. `in_type`: the item is a declaration of a type. */
cti_sort cti_item_sort(const cti_item *item, bool in_type);

#endif

/* link.h - shared libraries linked into one component ("shared everything"): all of them share one memory, one table and one stack.
 *
 * A main module is made, `env`, which has these, exports what the libraries import of the linker, and breaks circles: a function that is needed before the
 * library that has it is instantiated is called through the table. The libraries are instantiated one after the other, each with what was there before.
 * At the end the fixup fills the table, computes addresses and calls constructors.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/examples/SharedEverythingDynamicLinking.md */
#ifndef CTI_COMPOSE_LINK_H
#define CTI_COMPOSE_LINK_H

#include "compose/fixup.h"
#include "compose/plan.h"

/* ---- libraries as the linker sees them: link_library.c */

typedef enum cti_link_import {
#define CT_LINK_IMPORT(symbol, module, field, kind, type) CTI_LINK_##symbol,
#include "compose/link_names.def"
#undef CT_LINK_IMPORT
  CTI_LINK_IMPORTS
} cti_link_import;

typedef enum cti_link_export {
#define CT_LINK_EXPORT(symbol, name, kind, type) CTI_LINK_##symbol,
#include "compose/link_names.def"
#undef CT_LINK_EXPORT
  CTI_LINK_EXPORTS
} cti_link_export;

extern const char *const cti_link_import_names[CTI_LINK_IMPORTS]; /* the fields */
extern const char *const cti_link_export_names[CTI_LINK_EXPORTS];

/* A symbol is a name and a type; types are bytes that are equal for equal types, and ordered as the reference orders them: the kind, then the types of
 * params, 0, results, 0, or for a global its type and whether it is mutable and shared. */
typedef struct cti_link_symbol {
  ct_slice module; /* of imports from adapters alone */
  ct_slice name, type;
  uint32_t flags;  /* CTI_SYMBOL_* of dylink.0 */
} cti_link_symbol;

typedef CTI_VEC(cti_link_symbol) cti_link_symbols;
typedef CTI_VEC(ct_slice) cti_link_names;

typedef struct cti_link_library {
  ct_slice name, file, bytes;
  bool is_openable; /* by dlopen */
  bool is_stub;
  bool has_component_exports;
  cti_module module;
  uint32_t memory_size, memory_align, table_size, table_align; /* alignments are powers of two */
  uint64_t least_table, least_pages; /* of the table and memory that it imports */
  cti_link_names needed; /* libraries */
  bool imports[CTI_LINK_IMPORTS], exports[CTI_LINK_EXPORTS];
  cti_link_symbols env_funcs, tags, symbols, adapter_imports; /* imported functions and tags, exports, imports from adapters: each sorted and unique */
  cti_link_names memory_addresses, table_addresses;           /* imported from GOT.mem and GOT.func: sorted and unique */
} cti_link_library;

/* ---- the link */

/* A function that `env` exports, through the table, for libraries that come before the one that has it. */
typedef struct cti_env_func {
  ct_slice name, type;
  uint32_t exporter; /* library */
} cti_env_func;

typedef struct cti_dl_address {
  ct_slice library, name;
  uint32_t address; /* in linear memory, where the global's address is to be stored */
} cti_dl_address;

typedef struct cti_link {
  cti_arena *arena;
  const ct_component_link_options *options;
  cti_plan *plan;
  CTI_VEC(cti_link_library) libraries;
  cti_map ids;       /* name -> place */
  cti_map exporters; /* symbol -> place in `providers` of the first library that has it */
  cti_link_symbols missing;
  CTI_VEC(uint32_t) missing_in; /* the library that needs it */
  cti_map resolved;  /* symbol that somebody imports -> library */
  cti_map func_of;   /* name of a function in `exporters` -> place in func_types */
  CTI_VEC(cti_env_func) func_types;
  cti_ids *deps;     /* by library: those that it needs, directly or not */
  bool **needs;      /* the same as a table */
  cti_ids order;     /* libraries, what is needed first */
  uint32_t *units;   /* by library: its unit of the plan */

  /* env and what is laid out in memory and table */
  CTI_VEC(cti_env_func) env_funcs;
  bool exports_realloc; /* env has cabi_realloc as one of these */
  uint32_t table_at, memory_at; /* where the next thing goes */
  uint32_t dl_table, dl_memory, dl_libraries, dl_func_count;
  cti_buf dl_data; /* this and tls_data are freed by who owns the link */
  CTI_VEC(cti_dl_address) dl_addresses;
  uint32_t tls_base, tls_info, tls_program; /* addresses */
  uint32_t *tls_slots; /* by library; UINT32_MAX without thread-local storage */
  cti_buf tls_data;
  uint32_t indirection_base; /* in the table: env_funcs */
} cti_link;

/* The library that has dlopen and dlsym for what is linked: libdl_image.c. */
ct_slice cti_libdl_image(void);

/* Reads what the linker needs of a library. */
ct_status cti_link_read(cti_link_library *out, const cti_link *link, ct_slice name, ct_slice file, ct_slice bytes, bool is_openable);

/* Key of a module's name and a name in it, in the arena. */
ct_slice cti_link_two_names(const cti_link *link, ct_slice module, ct_slice name);

/* "libc.so:memory_base": what the environment exports for a library, or passes on from a module. In the arena. */
static inline ct_slice cti_link_name_of(const cti_link *link, ct_slice module, ct_slice name) { return CTI_JOIN(link->arena, module, CTI_LIT(":"), name); }

/* Key of a symbol for maps, in the arena. */
ct_slice cti_link_key(const cti_link *link, ct_slice name, ct_slice type);
ct_slice cti_link_func_type(const cti_link *link, const cti_subtype *type); /* data == NULL when a type is none that symbols can have */
ct_slice cti_link_type_text(cti_arena *arena, ct_slice type); /* "function (i32) -> i32", for messages */
cti_core_sig cti_link_sig(ct_slice type);

#define CTI_LINK_ADDRESS CTI_LIT("\2\1\0\0") /* the type of a data symbol: a global of i32 that nothing sets (link_library.c) */

/* The library that has a symbol which is imported, CTI_MAP_NONE when memory is out (reported). */
uint32_t cti_link_exporter(const cti_link *link, ct_slice name, ct_slice type);

/* Is it imported by some library? */
bool cti_link_any(const cti_link *link, cti_link_import import);

/* ---- the stages: link_resolve.c, link_layout.c, link_env.c, link_init.c */

ct_status cti_link_resolve(cti_link *link);        /* who has what; what is missing goes to link->missing */
ct_status cti_link_sort(cti_link *link);           /* dependencies and order; drops libraries that nothing reaches (then resolve again: *dropped) */
ct_status cti_link_drop_unreached(bool *dropped, cti_link *link);
ct_status cti_link_find_env_funcs(cti_link *link);
ct_status cti_link_make_stubs(ct_slice *out, cti_link *link); /* a library that traps in each missing function */
ct_status cti_link_make_env(ct_slice *out, cti_link *link);
ct_status cti_link_add_units(cti_link *link);      /* the libraries as units of the plan, with their arguments */
ct_status cti_link_init(cti_plan *plan, struct cti_fixup *fixup); /* plan->add_to_fixup */

/* Where things go in memory and in the table, from link->memory_at and link->table_at on, which move: link_layout.c. */
ct_status cti_link_lay_out_dl(cti_link *link); /* what dlopen looks into */
ct_status cti_link_lay_out_tls(cti_link *link);
void cti_link_align(uint32_t *at, uint32_t align, cti_link *link); /* CT_COMPOSE_LINK, reported, when an address no longer fits into 32 bits */
void cti_link_advance(uint32_t *at, uint32_t size, cti_link *link);

#endif

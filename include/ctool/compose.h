/* compose.h - making components: out of a core module and the WIT of its world, with adapters where it needs them. */
#ifndef CTOOL_COMPOSE_H
#define CTOOL_COMPOSE_H

#include "ctool/module.h"
#include "ctool/wit.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the world of a core module, embedded into it */

typedef enum ct_string_encoding { CT_STRING_UTF8, CT_STRING_UTF16, CT_STRING_COMPACT_UTF16 } ct_string_encoding;

/* All-zero is the default. */
typedef struct ct_embed_options {
  const char *world;           /* a name or id; NULL for the only world of the main package, else the failure lists what there is */
  ct_string_encoding encoding; /* of the module's strings */
  bool canonical_names;        /* interfaces are named by the track of their version, as "wasi:cli/run@0.2"; imports at compatible versions become one */
  bool skip_validation;        /* the section is not validated */
} ct_embed_options;

/* Appends the content of a `component-type` section for a world, validated: what ct_component_new_options.component_types takes. `options` may be NULL. */
CT_API ct_status ct_component_type(ct_buf *out, ct_wit *wit, const ct_embed_options *options, ct_error *error);

/* Appends the same as a whole custom section: the bytes that come after those of `module`, which is looked at only to tell whether it is a core module. */
CT_API ct_status ct_component_embed(ct_buf *out, ct_slice module, ct_wit *wit, const ct_embed_options *options, ct_error *error);

/* How the imports and exports of a dummy module are named, and how its async functions are called. */
typedef enum ct_dummy_style {
  CT_DUMMY_STANDARD32,      /* the names of the canonical ABI's build target */
  CT_DUMMY_LEGACY,          /* those that most tools use */
  CT_DUMMY_LEGACY_CALLBACK, /* the same; async functions are lowered and lifted as such, with a callback */
  CT_DUMMY_LEGACY_STACKFUL  /* ..., without one */
} ct_dummy_style;

/* Appends a core module that has all imports and exports of a world and traps in each: a template, or something to test with. It carries no
 * component-type section yet. */
CT_API ct_status ct_dummy_module(ct_buf *out, ct_wit *wit, const char *world, ct_dummy_style style, ct_error *error);

/* ---- components out of core modules */

/* A core module that stands between the main module and the component model: it exports what the main module imports under the module name `name`, in
 * terms of what its own component-type section imports. Only what is used of it goes into the component. */
typedef struct ct_adapter {
  const char *name; /* "wasi_snapshot_preview1" */
  const char *file; /* for messages; may be NULL */
  ct_slice bytes;
} ct_adapter;

typedef struct ct_import_name {
  const char *old_name; /* of an imported instance: "ns:name/interface@1.2.3", or a plain name */
  const char *new_name;
} ct_import_name;

/* What stands between a module that imports `wasi_snapshot_preview1` and WASI 0.2 when `adapters` has nothing for it: ctool's own adapter, in one of its
 * forms. */
typedef enum ct_wasi_adapter {
  CT_WASI_ADAPTER_AUTO,    /* a command when the module exports `_start`, else a reactor */
  CT_WASI_ADAPTER_COMMAND, /* the component exports wasi:cli/run, which calls `_start` */
  CT_WASI_ADAPTER_REACTOR,
  CT_WASI_ADAPTER_PROXY, /* no files, arguments, environment, terminals, exit: for hosts that offer none of wasi:cli and wasi:filesystem */
  CT_WASI_ADAPTER_NONE   /* the module's imports must be met by others */
} ct_wasi_adapter;

/* Where a component listens, see tcp_listen. */
typedef struct ct_tcp_address {
  bool is_ipv6;
  uint16_t port;
  uint16_t words[8]; /* of an IPv6 address; the four bytes of an IPv4 address, one in each */
} ct_tcp_address;

/* How the core modules of a component find each other. */
typedef enum ct_layout {
  CT_LAYOUT_AUTO,  /* direct with ctool's own adapter, else shim */
  CT_LAYOUT_SHIM,  /* the reference's: calls go through the table of a first module, which a last one fills */
  CT_LAYOUT_DIRECT /* the memory is a first module's, and the main module calls what it imports; as shim where the module does not allow for it */
} ct_layout;

typedef enum ct_notice {
  CT_NOTICE_NOTE,   /* a decision: what -v shows */
  CT_NOTICE_WARNING /* what may be a mistake */
} ct_notice;

/* All-zero is the default. */
typedef struct ct_component_new_options {
  const ct_adapter *adapters;
  size_t adapter_count;
  const ct_slice *component_types; /* further worlds of the module: contents of `component-type` sections, merged with those that it has */
  size_t component_type_count;
  const ct_import_name *import_names; /* imported instances get other names in the component */
  size_t import_name_count;
  bool skip_validation;         /* the component is not validated */
  bool realloc_via_memory_grow; /* adapters take memory by memory.grow even when the module exports cabi_realloc */
  bool synthesize_realloc;      /* a module that exports no cabi_realloc gets one: by its exported realloc or malloc, else by memory.grow, then without ever freeing */
  bool keep_import_versions;    /* imports of one interface at compatible versions stay apart */
  bool canonical_names;         /* interfaces are named by the track of their version, as "wasi:cli/run@0.2" */
  bool reject_legacy_names;     /* only the names of the canonical ABI's build target (cm32p2...) count */
  bool no_debug_names;          /* no names for what is generated */
  ct_wasi_adapter wasi_adapter; /* ctool's own, for modules of preview1 */
  bool exit_with_code;          /* it tells the exit code by wasi:cli/exit's exit-with-code, which hosts have since 0.2.12 */
  const ct_tcp_address *tcp_listen; /* it listens there, by wasi:sockets, and the module finds the sockets as descriptors after its preopened directories */
  size_t tcp_listen_count;
  bool adapter_names;           /* its functions have names */
  ct_layout layout;
  bool separate_memory;         /* ctool's own adapter has a memory of its own, which the guest cannot reach: for hosts with multi-memory; not with fuse_adapter */
  bool fuse_adapter;            /* ctool's own adapter becomes a part of the main module, in the direct layout; offsets into its code (DWARF) are dropped */
  bool like_wasm_tools;         /* producers sections name wit-component, and CT_LAYOUT_AUTO is the shim layout, as in what wasm-tools makes */
  bool return_call_ref;         /* shims call through typed function references rather than a table */
  void (*tell)(void *context, ct_notice kind, const char *text); /* may be NULL; `text` lives until it returns */
  /* Asked, when the main module has an import or export that is wrong, which object file it comes from (`module` is NULL for an export). NULL: nobody knows. May be
   * NULL; the answer must live until the next question. */
  const char *(*object_of)(void *context, const char *module, const char *name);
  void *context;
} ct_component_new_options;

/* Makes a component of a core module whose component-type sections (and options->component_types) describe its world. The result borrows from `module`
 * and from the adapters, which must outlive it: the module's bytes are not copied. CT_COMPOSE_* tells what is missing and what would provide it; no
 * component is made then. `options` may be NULL. */
CT_API ct_status ct_component_new(ct_pieces *out, ct_slice module, const ct_component_new_options *options, ct_error *error);

/* ---- components out of shared libraries */

/* A core module with a dylink.0 section: what `wasm-ld -shared` makes. */
typedef struct ct_library {
  const char *name; /* by which others need it: "libc.so" */
  const char *file; /* for messages; may be NULL */
  ct_slice bytes;
  bool dl_openable; /* its symbols can be found at run time, by dlopen and dlsym */
} ct_library;

typedef struct ct_component_link_options {
  const ct_library *libraries; /* of two that have one symbol, the first one wins */
  size_t library_count;
  uint32_t stack_size;         /* in bytes; 0: 1 MiB */
  bool stub_missing_functions; /* functions that no library has trap when they are called */
  bool built_in_libdl;         /* dlopen and dlsym by ctool's own libdl.so */
  ct_component_new_options component; /* all but component_types */
} ct_component_link_options;

/* Links libraries into one component whose world is the union of theirs: they share one memory, table and stack. The result borrows from the libraries, which
 * must outlive it. CT_COMPOSE_LINK names each symbol or library that is missing, and who needs it. */
CT_API ct_status ct_component_link(ct_pieces *out, const ct_component_link_options *options, ct_error *error);

/* ---- does it fit? */

/* Can the component stand where a component of that world is asked for: does it import nothing but what the world imports, and export all that the world
 * exports, with the same types? With `semver_compatible` interfaces are matched by the track of their version, and the world's imports at compatible
 * versions become one in `wit`. CT_COMPOSE_TARGET lists what is missing, or tells the first difference. */
CT_API ct_status ct_component_targets(ct_wit *wit, const char *world, ct_slice component, bool semver_compatible, ct_error *error);

/* Is the world `new_world` a compatible successor of `old_world`, versions aside: can a component of the old one stand where one of the new one is asked for? */
CT_API ct_status ct_world_semver_check(ct_wit *wit, const char *old_world, const char *new_world, ct_error *error);

/* ---- from one version of WASI 0.2 to another */

/* All-zero is the default. */
typedef struct ct_retarget_options {
  bool skip_validation; /* the result is not validated */
  void (*tell)(void *context, ct_notice kind, const char *text); /* may be NULL; `text` lives until it returns */
  void *context;
} ct_retarget_options;

/* Appends the component with every import and export of WASI 0.2 at `version` ("0.2.6"), later or earlier than it was. Imports of one interface at two versions
 * become one. Functions that are declared but not used, and not in the version, are left out. CT_COMPOSE_RETARGET lists what stands in the way: what the version
 * lacks or has with another type, and which core module uses it. `options` may be NULL. */
CT_API ct_status ct_component_retarget(ct_buf *out, ct_slice component, const char *version, const ct_retarget_options *options, ct_error *error);

/* ---- core modules out of a component, and in again */

/* Told of each module that is taken out, before the component is made; `module` lies in the component's bytes. What it returns but CT_OK (error filled in) stops. */
typedef ct_status ct_take_module(void *context, const char *name, ct_slice module, ct_error *error);

/* Appends the component with each core module of more than `threshold` bytes, at any depth, replaced by an import "unbundled-moduleN" of its type. */
CT_API ct_status ct_component_unbundle(ct_buf *out, ct_slice component, uint64_t threshold, ct_take_module *take, void *context, ct_error *error);

/* Asked for each core module that the component imports. Sets *module, whose bytes live until the call returns, or leaves it alone: then it stays an import. */
typedef ct_status ct_give_module(void *context, const char *name, ct_slice *module, ct_error *error);

/* Appends the component with modules in the place of imports: the inverse of ct_component_unbundle, which gives the same bytes when no module changed. Whether
 * a module has the type that the import asks for is left to validation. */
CT_API ct_status ct_component_bundle(ct_buf *out, ct_slice component, ct_give_module *give, void *context, ct_error *error);

#ifdef __cplusplus
}
#endif
#endif

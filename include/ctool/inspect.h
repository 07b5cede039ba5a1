/* inspect.h - what explains a binary: what it is made of, in words and pictures, readable names, source lines, where the bytes go. */
#ifndef CTOOL_INSPECT_H
#define CTOOL_INSPECT_H

#include "ctool/io.h"
#include "ctool/module.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ct_graph_format {
  CT_GRAPH_MERMAID, /* https://mermaid.js.org, which many web pages draw */
  CT_GRAPH_DOT,     /* for Graphviz */
  CT_GRAPH_JSON,    /* {"nodes": [{"id", "kind", "name", "in"?, "bytes"?}], "edges": [{"from", "to", "via", "items": [..]}]} */
  CT_GRAPH_SVG      /* a picture that needs nothing else */
} ct_graph_format;

/* Appends a drawing of a component as instantiation makes it: what it imports, the instances of its core modules at every depth, what it exports, and what
 * flows from one to the other. Aliases, bundles and nested components are followed to what stands behind them. CT_CORE_KIND for a core module. The component
 * need not be valid. */
CT_API ct_status ct_component_graph(ct_buf *out, ct_slice component, ct_graph_format format, ct_error *error);

/* Makes the names of Rust and C++ in the `name` sections of a module, or of all modules in a component, readable; all else stays as it is, byte for byte.
 * A process of its own reads the names. CT_UNSUPPORTED when the library was built without libiberty. */
CT_API ct_status ct_demangle(ct_pieces *out, ct_slice bytes, ct_error *error);

/* The names that this changes: [{"module": offset in the file, "symbol", "name"}], on one line. `out` owns the answer. */
CT_API ct_status ct_demangle_list(ct_buf *out, ct_slice bytes, ct_error *error);

typedef struct ct_addr2line_options {
  const char *const *addresses; /* "0x2a", "@2a" or "42": offsets in the file */
  size_t address_count;
  bool code_section_relative;   /* they count from the content of the code section of the file's one module */
  bool json;
  const char *reader;           /* the program that reads DWARF, ctool-dwarf: a path, or a name that PATH finds */
} ct_addr2line_options;

/* Writes the source line of each address, as wasm-tools does: innermost function first. Addresses outside of all modules are CT_MISUSE, a reader that cannot be started
 * CT_IO_RUN. */
CT_API ct_status ct_addr2line(const ct_sink *sink, ct_slice bytes, const ct_addr2line_options *options, ct_error *error);

/* All-zero is the default. */
typedef struct ct_why_options {
  bool cut;  /* tell also the fewest functions without which nothing would call the import */
  bool json; /* {"imports": [..], "called": [{"name", "way": [{"kind", "instance"?, "index"?, "bytes"?, "name"?}]}], "never-called": [..], "types-used-by": [..],
                "cut"?} */
} ct_why_options;

/* Appends what keeps an import of a component alive: shortest ways from what the component exports, or what runs at its start, through the functions of its core
 * modules and adapters, to each function of the import. `import` may be without its version. CT_COMP_NAME, with a list, when there is none of that name. `options`
 * may be NULL. */
CT_API ct_status ct_component_why(ct_buf *out, ct_slice component, const char *import, const ct_why_options *options, ct_error *error);

/* All-zero is the default. */
typedef struct ct_diff_options {
  bool code; /* list the functions that are different */
  bool json; /* {"same", "bytes": [a, b], "by-name"?, "imports": [{"name", "status", "from"?, "to"?, "added"?, "removed"?, "changed"?}], "exports": [..],
                "modules": [{"name", "status", "bytes", "code", "data", "custom", "functions", "changes": [{"name", "status", "bytes"}]}]}; status is added, removed,
                changed, and of functions also grown, shrunk, and constants: the same but for numbers */
} ct_diff_options;

/* Appends what is different between two components, or two core modules, in words: sizes, worlds, and of each core module sections and functions. *same, unless
 * NULL, tells whether they are the same bytes. They need not be valid; where WIT has no form for one of them ("by-name" tells why), interfaces are not looked
 * into. CT_CORE_KIND for two of different kinds. `options` may be NULL. */
CT_API ct_status ct_component_diff(ct_buf *out, ct_slice a, ct_slice b, const ct_diff_options *options, bool *same, ct_error *error);

/* All-zero: everything, as text. */
typedef struct ct_nm_options {
  bool undefined, defined, exported; /* imports alone, definitions alone, exports alone */
  bool demangle;
  bool json;
} ct_nm_options;

/* The symbols of a module, or of the modules of a component: functions, tables, memories, globals, tags and segments of data. `out` owns the answer; `options` may be NULL. */
CT_API ct_status ct_nm(ct_buf *out, ct_slice bytes, const ct_nm_options *options, ct_error *error);

/* What sizes are put together by. */
typedef enum ct_size_by {
  CT_SIZE_MODULE,
  CT_SIZE_SECTION,
  CT_SIZE_FUNCTION,
  CT_SIZE_FILE,    /* source files, by DWARF */
  CT_SIZE_PACKAGE, /* crates of Rust, namespaces of C++, packages of Go, by names */
  CT_SIZE_DATA,    /* segments of data */
  CT_SIZE_GENERIC  /* functions without what they were instantiated with */
} ct_size_by;

typedef enum ct_size_question {
  CT_SIZE_OVERVIEW, /* sections, and the largest functions; as JSON all there is */
  CT_SIZE_GROUPS,   /* by `by` */
  CT_SIZE_DIFF,     /* what is larger and smaller than in `old`, by `by` */
  CT_SIZE_RETAINED, /* functions by the bytes that would go with them: what they dominate */
  CT_SIZE_PATHS,    /* who refers to the functions with `paths` in their name, up to an export */
  CT_SIZE_MONOS,    /* generic functions by what copies beyond the largest cost */
  CT_SIZE_PAGE      /* a web page with a treemap, which needs nothing else */
} ct_size_question;

/* All-zero: the overview as text. */
typedef struct ct_size_options {
  ct_size_question question;
  ct_size_by by;
  bool json;
  uint32_t most;      /* rows; 0: all */
  const char *paths;
  ct_slice old;       /* the binary to compare with */
  const char *title;  /* of the page */
  const char *reader; /* ctool-dwarf, for source files; NULL: there are none */
} ct_size_options;

/* Where the bytes of a module or component are. `out` owns the answer. CT_MISUSE when no function is called so. */
CT_API ct_status ct_size(ct_buf *out, ct_slice bytes, const ct_size_options *options, ct_error *error);

/* What is asked about object files. */
typedef struct ct_object_question {
  const char *module; /* of an import; NULL: it is about an export */
  const char *name;
  ct_slice linked; /* the module that was linked of the object files */
} ct_object_question;

/* Does an object file import, or export, what a module does that was linked of it? Of an archive: the first member that does, and of which the linked module has a
 * function by its names; *member is the member's name then, else empty. False also for what is no object file, and when memory is out. */
CT_API bool ct_object_has(ct_slice *member, ct_slice object, const ct_object_question *question);

#ifdef __cplusplus
}
#endif
#endif

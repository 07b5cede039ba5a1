/* size.h - where the bytes of a module or component are: a model that tables, JSON and the page with the treemap show. */
#ifndef CTI_INSPECT_SIZE_H
#define CTI_INSPECT_SIZE_H

#include "base/buf.h"
#include "base/map.h"
#include "core/module.h"
#include "ctool/inspect.h"
#include "inspect/module_walk.h"

/* Something that has a name and bytes: a section, a segment, a source file, a package, a generic function. */
typedef struct cti_size_part {
  ct_slice name;
  uint64_t bytes;
  uint32_t count; /* of what was put together */
  uint64_t most;  /* the largest of these */
} cti_size_part;

typedef CTI_VEC(cti_size_part) cti_size_parts;

typedef struct cti_size_func {
  ct_slice name; /* readable; "func 12" when there is none */
  uint32_t index;
  uint64_t bytes, offset; /* body with its size; offset: of that, absolute */
  ct_slice package, generic; /* the part of the name that tells the crate, namespace or package; the name without what it was instantiated with */
} cti_size_func;

/* A core module; of a component also what is in no core module, which has no functions. */
typedef struct cti_size_module {
  ct_slice name;
  uint64_t bytes;
  cti_size_parts sections; /* custom ones by their name */
  cti_size_parts datas;    /* segments of data */
  cti_size_parts files;    /* code by source file, by DWARF; empty without */
  CTI_VEC(cti_size_func) funcs;
  cti_module *module; /* NULL: none */
} cti_size_module;

typedef struct cti_size {
  cti_arena *arena;
  uint64_t bytes;
  CTI_VEC(cti_size_module) modules;
  cti_module_list walked;
  const cti_size_module *plain; /* names of its functions, sections and segments are not qualified; or NULL */
} cti_size;

/* `reader`: ctool-dwarf, or NULL: no source files. What cannot be demangled stays. */
ct_status cti_size_make(cti_size *out, ct_slice bytes, const char *reader, cti_arena *arena);

/* What has the same name put together, largest first. Names of functions, sections and segments are qualified by their module when there are several. */
ct_status cti_size_group(cti_size_parts *out, const cti_size *size, ct_size_by by);
void cti_size_sort(cti_size_parts *parts);

/* ---- size_name.c */

/* "core" of core::fmt::write, "std" of std::vector<...>::f, "github.com/x/y" of github.com/x/y.F; empty for others. */
ct_slice cti_size_package(ct_slice name);
/* The name without hash, type arguments and template arguments, in the arena when it is another. */
ct_slice cti_size_generic(ct_slice name, cti_arena *arena);

/* ---- size_graph.c: what refers to what in one module */

typedef struct cti_size_graph {
  const cti_size_module *of;
  uint32_t count;           /* nodes: the root, functions by index, then tables */
  const uint32_t *first, *to; /* edges of node i: to[first[i]] .. to[first[i + 1]] */
  uint32_t *parent;         /* on a shortest way from the root; UINT32_MAX: not reached */
  uint32_t *dominator;      /* the last node before it on every way from the root; UINT32_MAX: not reached */
  uint64_t *retained;       /* bytes of functions that would go with it */
} cti_size_graph;
enum { CTI_SIZE_ROOT = 0 };

ct_status cti_size_graph_make(cti_size_graph *out, const cti_size_module *module, cti_arena *arena);
uint32_t cti_size_graph_func(const cti_size_graph *graph, uint32_t node); /* function index, or UINT32_MAX */

/* ---- what shows it */

void cti_size_html(cti_buf *out, const cti_size *size, const char *title);
void cti_size_json(cti_buf *out, const cti_size *size);

#endif

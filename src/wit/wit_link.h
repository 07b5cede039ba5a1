/* wit_link.h - drafts into a resolve: everything that needs the packages it depends on. */
#ifndef CTI_WIT_WIT_LINK_H
#define CTI_WIT_WIT_LINK_H

#include "wit/wit_draft.h"
#include "wit/wit_world.h"

/* Which gated items are there. */
typedef struct cti_wit_gates {
  cti_map features; /* active features of @unstable -> 0 */
  bool all_features;
  bool builtin; /* carried WASI packages may be used; for messages */
  const cti_map *known;     /* names of all packages that were read, for messages; may be NULL */
  const ct_slice *searched; /* where packages were looked for, for messages */
  uint32_t searched_count;
  ct_slice (*locate)(void *context, const cti_package_name *name); /* where a package lies that was not read, for messages; may be NULL */
  void *locate_context;
  ct_slice directory; /* of the main package, for messages; empty when it came from memory */
} cti_wit_gates;

typedef struct cti_linker {
  cti_draft *draft;
  cti_resolve *resolve;
  const cti_wit_gates *gates;
  uint32_t package;
  uint32_t *types, *interfaces, *worlds; /* of the draft -> of the resolve; CTI_WIT_NONE: gated away, or not there */
  cti_map owns;                          /* resource -> its anonymous own<resource>, in this package */
  cti_dep_cache deps;
  uint32_t next_include; /* of draft->includes, which are in the order of the worlds */
} cti_linker;

/* Moves a draft into its resolve. Packages that it refers to are there already. Gives its id. */
ct_status cti_draft_link(cti_draft *draft, uint32_t *package, const cti_wit_gates *gates);

/* ---- between wit_link.c and wit_include.c ---- */

/* Is something with this stability there? Fails where the gate names a version that the package does not have. */
ct_status cti_link_gate(const cti_linker *linker, const cti_stability *stability, cti_span span, bool *out);
ct_status cti_link_world(const cti_linker *linker, uint32_t draft_world, cti_span span, uint32_t *out);
/* Copies what each `include` of a world names into it, then checks its names and setters. */
ct_status cti_link_includes(cti_linker *linker, uint32_t draft_world);

#endif

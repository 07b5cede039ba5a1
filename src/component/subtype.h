/* subtype.h - does what is given satisfy what is asked for? Functions and value types must be equal; instances may export more than is asked for, components
 * and modules import less. Resources of the component that is asked for are bound to those that are given, before anything is compared.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Subtyping.md */
#ifndef CTI_COMPONENT_SUBTYPE_H
#define CTI_COMPONENT_SUBTYPE_H

#include "component/substitute.h"

/* A binding that was replaced, to be put back. */
typedef struct cti_subtype_undo {
  uint32_t side, resource, old;
} cti_subtype_undo;

typedef struct cti_subtype_cx {
  cti_type_store *store;
  const cti_type_table *core;
  cti_arena *arena;
  uint64_t offset;    /* where failures are reported; their trail tells the import, export, field, ... */
  cti_map bound[2];   /* number of a resource -> the one that it stands for: on the side of what is given, and of what is asked for */
  uint32_t bound_count[2];
  CTI_VEC(cti_subtype_undo) undo;
  cti_map equal;      /* pairs of value types that were found equal -> in which state of `bound` */
  uint32_t state;
} cti_subtype_cx;

/* `arena` is of what the comparison remembers. */
void cti_subtype_init(cti_subtype_cx *cx, cti_type_store *store, const cti_type_table *core, cti_arena *arena, uint64_t offset);

/* CT_COMP_TYPE when `given` does not satisfy `asked`. */
ct_status cti_subtype_entity(cti_subtype_cx *cx, const cti_entity *given, const cti_entity *asked);
ct_status cti_subtype_value(cti_subtype_cx *cx, cti_valtype given, cti_valtype asked);
ct_status cti_subtype_core(cti_subtype_cx *cx, const cti_extern_type *given, const cti_extern_type *asked);

/* Do the arguments satisfy the imports of a component? Then `out` substitutes, in the component's exports, its imported resources and types by those given. */
ct_status cti_subtype_open(cti_subtype_cx *cx, const cti_extern_list *args, const cti_component_type *component, cti_substitution *out);

#endif

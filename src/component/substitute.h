/* substitute.h - substitution in types: what instantiation, and the import or export of an instance, make of the types that they touch. */
#ifndef CTI_COMPONENT_SUBSTITUTE_H
#define CTI_COMPONENT_SUBSTITUTE_H

#include "component/type_store.h"

/* One substitution. Each type that it changes is made anew once; ask of it from one cti_substitution_begin to the next. */
typedef struct cti_substitution {
  cti_type_store *store;
  uint64_t offset; /* where too much work is reported */
  uint32_t session;
  cti_map resources; /* number of a resource -> the number that takes its place */
  cti_map types;     /* id -> id: types that take the place of others, whole */
} cti_substitution;

void cti_substitution_init(cti_substitution *substitution, cti_type_store *store, uint64_t offset);
ct_status cti_substitution_resource(cti_substitution *substitution, uint32_t from, uint32_t to);
/* Counts work of a size that few bytes of the input can ask for: CT_LIMIT when it was too much in all. */
ct_status cti_substitution_charge(cti_substitution *substitution, uint32_t parts);
/* After the maps are filled, before types are substituted. */
void cti_substitution_begin(cti_substitution *substitution);

/* The type with everything substituted: the same id when nothing in it changes. UINT32_MAX when memory is out, or at the limit (both reported). */
uint32_t cti_substitute_type(cti_substitution *substitution, uint32_t id);
/* A list of entities of its own; NULL for the same reasons. */
const cti_entity *cti_substitute_entities(cti_substitution *substitution, const cti_entity *entities, uint32_t count);

#endif

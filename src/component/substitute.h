/* substitute.h - substitution in types: what instantiation, and the import or export of an instance, make of the types that they touch. */
#ifndef CTI_COMPONENT_SUBSTITUTE_H
#define CTI_COMPONENT_SUBSTITUTE_H

#include "component/type_store.h"

/* One substitution, until the next one is begun. What takes the place of a type or resource is noted with it; each type that changes is made anew once. */
typedef struct cti_substitution {
  cti_type_store *store;
  uint64_t offset; /* where too much work is reported */
  uint32_t session;
} cti_substitution;

void cti_substitution_begin(cti_substitution *substitution, cti_type_store *store, uint64_t offset);
/* What takes the place of a resource, by their numbers, or, whole, of a type, by their ids: to be said before types are substituted. */
void cti_substitution_resource(cti_substitution *substitution, uint32_t from, uint32_t to);
void cti_substitution_type(cti_substitution *substitution, uint32_t from, uint32_t to);
/* Counts work of a size that few bytes of the input can ask for: CT_LIMIT when it was too much in all. */
ct_status cti_substitution_charge(cti_substitution *substitution, uint32_t parts);

/* The type with everything substituted: the same id when nothing in it changes. UINT32_MAX when memory is out, or at the limit (both reported). */
uint32_t cti_substitute_type(cti_substitution *substitution, uint32_t id);
/* A list of entities of its own; NULL for the same reasons. */
const cti_entity *cti_substitute_entities(cti_substitution *substitution, const cti_entity *entities, uint32_t count);

#endif

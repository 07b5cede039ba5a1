/* targets.h - does a component, or the world of one, fit another world? Verdicts are those of component subtyping, so they agree with instantiation. */
#ifndef CTI_COMPOSE_TARGETS_H
#define CTI_COMPOSE_TARGETS_H

#include "component/component.h"
#include "wit/wit_model.h"

/* How a failure is told. */
typedef struct cti_fit_words {
  const char *headline;      /* what the id of the world stands behind */
  const char *given, *asked; /* "the component", "the world" */
  const char *imports, *exports; /* what to do about those that are missing; may be NULL */
} cti_fit_words;

/* What is given: a component, or the declarations of a component type. One of the two is NULL. */
typedef struct cti_fit_given {
  cti_component *component, *type;
} cti_fit_given;

/* Does it fit the world: does it import nothing but what the world does, and export all that the world does, with the same types? With `canonical_names`
 * the world's interfaces are named by the track of their version. CT_COMPOSE_TARGET lists all names that are missing, or tells the first difference. */
ct_status cti_fits_world(const cti_fit_given *given, cti_resolve *resolve, uint32_t world, bool canonical_names, const cti_fit_words *words);

#endif

/* unmet_import.h - an import on its way to what it stands for, and what is told when it does not get there. */
#ifndef CTI_COMPOSE_UNMET_IMPORT_H
#define CTI_COMPOSE_UNMET_IMPORT_H

#include "compose/plan.h"

typedef enum cti_found {
  CTI_FOUND,
  CTI_FOUND_MISMATCH, /* it is there with another core type: `expected` */
  CTI_NOT_FOUND,      /* the interface, or the world, has nothing of that name */
  CTI_OTHER_PAYLOAD,  /* a built-in for streams names a future, or the other way round */
  CTI_NO_INTERFACE,   /* the world has no interface of that name */
  CTI_NOT_A_FUNCTION,
  CTI_BAD_TYPE,       /* the import's type is no function type */
  CTI_SECOND_MEMORY,
  CTI_NO_MAIN_EXPORT, /* an adapter wants an export that the main module does not have */
  CTI_OTHER_MAIN_EXPORT /* it is there, `main_export`, with another kind or type */
} cti_found;

/* How a mangling calls the world itself, what belongs to exports, and interfaces. */
typedef struct cti_mangling_words {
  ct_slice root, exported, interface;
} cti_mangling_words;

typedef struct cti_lookup {
  cti_plan *plan;
  cti_unit *unit;
  const cti_import *import;
  const cti_subtype *type; /* of a function import; NULL when it has none */
  cti_mangling mangling;
  ct_slice field;
  ct_slice interface_name; /* as the import has it, without what the mangling adds */
  const cti_wit_func *func; /* once one is found */
  const cti_export *main_export;
  cti_core_sig expected;
  const cti_wit_func *meant; /* what an import from "env" may have been meant to be; NULL: nothing */
  ct_slice meant_module;
  ct_slice group; /* of those of which the same is said when nothing provides them (unmet.h) */
  cti_use use;
} cti_lookup;

/* The adapter that was given under a name which differs from the module's own only in dashes, underscores and dots; NULL when there is none. */
const cti_unit *cti_misnamed_adapter(const cti_plan *plan, ct_slice module);

/* Adds to plan->unmet what is wrong with this import and what would mend it. */
ct_status cti_unmet_import(cti_lookup *lookup, cti_found result);

#endif

/* core_name.h - the names by which core modules import built-ins and functions, in both manglings. */
#ifndef CTI_COMPOSE_CORE_NAME_H
#define CTI_COMPOSE_CORE_NAME_H

#include "component/component.h"

/* LEGACY is what grew with the tools ("ns:pkg/iface" "[resource-drop]r"); STANDARD is the build target of the canonical ABI ("cm32p2|ns:pkg/iface" "r_drop").
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/BuildTargets.md */
typedef enum cti_mangling { CTI_MANGLING_LEGACY, CTI_MANGLING_STANDARD } cti_mangling;

typedef enum cti_core_form { CTI_CORE_PLAIN, CTI_CORE_WIDTH, CTI_CORE_ENCODING, CTI_CORE_SLOT, CTI_CORE_PAYLOAD, CTI_CORE_RESOURCE, CTI_CORE_FUNC } cti_core_form;
typedef enum cti_core_prefix { CTI_CORE_NO_PREFIX, CTI_CORE_ASYNC, CTI_CORE_CANCELLABLE } cti_core_prefix;
typedef enum cti_core_place { CTI_CORE_ROOT, CTI_CORE_EITHER, CTI_CORE_EXPORT } cti_core_place;

/* A row of core_names.def. */
typedef struct cti_core_name_info {
  cti_canon_kind canon;
  const char *word;
  cti_core_form form;
  cti_core_prefix prefix;
  cti_core_place place;
  const char *signature; /* "params:results" of letters as canon.def explains, or "*" */
} cti_core_name_info;

typedef struct cti_core_name {
  const cti_core_name_info *info;
  bool flag;                    /* an optional prefix was there */
  ct_slice rest;                /* resource or function */
  bool is_unit;                 /* PAYLOAD: without one */
  uint32_t payload;             /* PAYLOAD: which stream or future of the function */
  cti_corevt type;              /* WIDTH, SLOT */
  uint32_t slot;                /* SLOT */
  cti_string_encoding encoding; /* ENCODING */
} cti_core_name;

/* Reads the name of a built-in. False: it is none. */
bool cti_core_name_parse(cti_core_name *out, ct_slice field, cti_mangling mangling);

/* Strips the "[async-lower]" of a function's legacy name; tells whether it was there. */
bool cti_core_name_strip_async(ct_slice *name);

#endif

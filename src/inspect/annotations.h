/* annotations.h - the metadata of a binary as a list of its modules and components. */
#ifndef CTI_INSPECT_ANNOTATIONS_H
#define CTI_INSPECT_ANNOTATIONS_H

#include "core/custom.h"
#include "ctool/metadata.h"

/* A module or component. Slices borrow from the input; an absent text has data == NULL. */
typedef struct cti_meta_unit {
  ct_kind kind;
  uint32_t parent; /* UINT32_MAX: none */
  uint32_t end;    /* the units [own index + 1, end) are nested in this one, at any depth */
  ct_slice name;
  bool has_producers;
  cti_producers producers;
  ct_slice annotations[CT_ANNOTATIONS];
  uint64_t from, to; /* absolute offsets */
} cti_meta_unit;

/* In the order of the file: what holds comes before what it holds. */
typedef struct cti_meta {
  CTI_VEC(cti_meta_unit) units;
} cti_meta;

ct_status cti_meta_read(cti_meta *out, ct_slice bytes, cti_arena *arena);

extern const char *const cti_annotation_names[CT_ANNOTATIONS];

/* The name of the custom section with names, and of its subsection 0 the unit's own. */
const char *cti_names_section(ct_kind kind);

#endif

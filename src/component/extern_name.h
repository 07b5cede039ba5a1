/* extern_name.h - the names of imports and exports: their forms, and when two of one scope are in conflict.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#import-and-export-definitions */
#ifndef CTI_COMPONENT_EXTERN_NAME_H
#define CTI_COMPONENT_EXTERN_NAME_H

#include "base/arena.h"
#include "core/features.h"
#include "types/label.h"

typedef enum cti_name_form {
  CTI_NAME_PLAIN,     /* a-b, [constructor]a, [method]a.b, [static]a.b; with [get] or [set] after the annotation */
  CTI_NAME_INTERFACE, /* ns:package/interface@1.2.3 */
  CTI_NAME_LEGACY     /* url=<..>, integrity=<..>, locked-dep=<..>, unlocked-dep=<..>: cm-legacy-names alone */
} cti_name_form;

typedef enum cti_resource_func { CTI_RESOURCE_FUNC_NONE, CTI_RESOURCE_FUNC_CONSTRUCTOR, CTI_RESOURCE_FUNC_METHOD, CTI_RESOURCE_FUNC_STATIC } cti_resource_func;

/* All slices are parts of `text`. */
typedef struct cti_name {
  ct_slice text;
  cti_name_form form;
  cti_resource_func resource_func;
  cti_accessor accessor;
  ct_slice label;    /* plain: what follows the annotations */
  ct_slice resource; /* constructors, methods, static functions: the resource's label */
  ct_slice version;  /* interfaces: what follows the @; data == NULL without */
} cti_name;

/* Takes `text` apart; CT_COMP_NAME at `offset` for what has no form that the features allow. Versions are not looked at. */
ct_status cti_name_parse(cti_name *out, ct_slice text, cti_features features, uint64_t offset, ct_error *error);

/* The version of an interface's name: a full one when `suffix` is absent (data == NULL), else the track that a version suffix makes full ("0.2" and
 * ".1"). No version is right without a suffix. */
ct_status cti_name_check_version(const cti_name *name, ct_slice suffix, uint64_t offset, cti_arena *arena);

/* An interface's name without the @ and what follows it; any other name as it is. */
static inline ct_slice cti_name_unversioned(ct_slice text) { return cti_slice_cut(text, 0, cti_slice_find(text, '@', 0)); }

/* Two names of one scope conflict when their keys are equal ("strongly-unique"). A part of the text, or owned by the arena; {NULL, 0} without memory. */
ct_slice cti_name_key(const cti_name *name, cti_arena *arena);

#endif

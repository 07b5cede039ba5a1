/* legacy_name.h - forms of import names that the component model had and dropped: url=<..>, integrity=<..>, locked-dep=<..>, unlocked-dep=<..>.
 * They decode and print like any name, and validate under the feature cm-legacy-names alone. */
#ifndef CTI_COMPONENT_LEGACY_NAME_H
#define CTI_COMPONENT_LEGACY_NAME_H

#include "core/features.h"

/* Does the text begin as one of them does? */
bool cti_legacy_name_is(ct_slice text);

/* CT_COMP_NAME at `offset` unless it has the form that it begins with. */
ct_status cti_legacy_name_check(ct_slice text, cti_features features, uint64_t offset, ct_error *error);

#endif

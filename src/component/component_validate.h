/* component_validate.h - is a component valid? With all that is nested in it, core modules included. */
#ifndef CTI_COMPONENT_COMPONENT_VALIDATE_H
#define CTI_COMPONENT_COMPONENT_VALIDATE_H

#include "component/type_store.h"

/* Decodes and validates the component that begins at absolute offset `base`. The failure is in v->arena->error: the one at the lowest offset, whether of
 * form or of meaning. */
ct_status cti_component_validate(ct_slice bytes, uint64_t base, cti_validation *v);

/* The same of a component that was decoded, and is not broken. One that was built must be encoded and decoded first, for modules are validated from their bytes. */
ct_status cti_component_validate_model(const cti_component *component, cti_validation *v);

/* The same, and what became known: the type of the component, its id in a store that lives in the arena of v. */
ct_status cti_component_types(cti_type_store **store, uint32_t *type, const cti_component *component, cti_validation *v);

/* Both of bytes, without a model: its items are read one by one and not kept. */
ct_status cti_component_read_types(cti_type_store **store, uint32_t *type, ct_slice bytes, uint64_t base, cti_validation *v);

/* A failure of form that has no hint yet gets one: where the specification has the form of the whole. */
void cti_validation_hint(ct_error *error, bool is_component);

#endif

/* metadata.h - the `component-type` custom sections of a core module: the world that its code was written for and the encoding of its strings. Bindings
 * generators write them, `component embed` adds them, linkers keep them all, `component new` reads them.
 *
 * The content is a component: a custom section `wit-component-encoding` (version 4, encoding), the world as an exported type (cti_encode_world_wrapper),
 * and producers. The form before (version 3: encoding, name of the world, a WIT package in binary form) is read.
 * The format is that of the reference; its one description is the source of wit-component (metadata.rs). */
#ifndef CTI_COMPOSE_METADATA_H
#define CTI_COMPOSE_METADATA_H

#include "component/component.h"
#include "core/custom.h"
#include "wit/wit_model.h"

#define CTI_COMPONENT_TYPE_SECTION "component-type" /* what the section's name begins with */

/* "utf8", "utf16" or "compact-utf16"; CTI_ENCODING_COUNT for another name. */
cti_string_encoding cti_string_encoding_of_name(ct_slice name);

/* Appends the content of a component-type section. */
ct_status cti_metadata_encode(cti_buf *out, cti_resolve *resolve, uint32_t world, cti_string_encoding encoding);

#endif

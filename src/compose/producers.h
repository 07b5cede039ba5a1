/* producers.h - what binary WIT and components made here say of their maker. Reading and merging of producers sections is core/custom.h's.
 * https://github.com/WebAssembly/tool-conventions/blob/main/ProducersSection.md */
#ifndef CTI_COMPOSE_PRODUCERS_H
#define CTI_COMPOSE_PRODUCERS_H

#include "core/custom.h"

/* The encoder is named as the reference whose format and bytes it follows, at the version that it was compared with: tools compare these bytes. */
#define CTI_PRODUCER_NAME "wit-component"
#define CTI_PRODUCER_VERSION "0.263.0"

/* Adds all of `other`; its versions win. */
ct_status cti_producers_merge(cti_producers *producers, const cti_producers *other, cti_arena *arena);

/* Appends the content of a producers section that names the encoder alone. */
void cti_producers_base_write(cti_buf *out);

#endif

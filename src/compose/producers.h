/* producers.h - what binary WIT and components made here say of their maker. Reading and merging of producers sections is core/custom.h's.
 * https://github.com/WebAssembly/tool-conventions/blob/main/ProducersSection.md */
#ifndef CTI_COMPOSE_PRODUCERS_H
#define CTI_COMPOSE_PRODUCERS_H

#include "core/custom.h"

/* Who is named. Binary WIT, and the component-type sections made of it, name the encoder whose format and bytes they follow, at the version that they were compared
 * with: tools compare these bytes. Components name ctool, unless they are to be like those of wasm-tools. */
typedef enum cti_maker { CTI_MAKER_CTOOL, CTI_MAKER_WIT_COMPONENT } cti_maker;

/* Adds all of `other`; its versions win. */
ct_status cti_producers_merge(cti_producers *producers, const cti_producers *other, cti_arena *arena);

/* Appends the content of a producers section that names this one alone. */
void cti_producers_base_write(cti_buf *out, cti_maker maker);

#endif

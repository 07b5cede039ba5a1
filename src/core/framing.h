/* framing.h - the outermost form that modules and components share: eight bytes of preamble, then sections of id, size and payload.
 * https://webassembly.github.io/spec/core/binary/modules.html#sections */
#ifndef CTI_CORE_FRAMING_H
#define CTI_CORE_FRAMING_H

#include "base/cursor.h"
#include "ctool/module.h"

enum { CTI_PREAMBLE_SIZE = 8, CTI_SECTION_CUSTOM = 0, CTI_COMPONENT_SECTION_MODULE = 1, CTI_COMPONENT_SECTION_COMPONENT = 4 };

typedef struct cti_frame {
  uint8_t id;
  uint64_t offset;   /* absolute, of the id */
  ct_slice raw;      /* id, size as it was written (a linker pads it), and payload */
  ct_slice payload;
  uint64_t payload_offset; /* absolute */
} cti_frame;

/* Reads the preamble: the kind, or a failure that says what came instead. */
ct_status cti_preamble_read(cti_cursor *c, ct_kind *kind);

/* The hint of a failure over an input that is neither binary nor text of WebAssembly: what its first bytes say it is, and what to type. Nothing where they tell nothing. */
void cti_hint_foreign(ct_error *error, ct_slice bytes);

/* Reads the next section. At the end of the input gives false, as after a failure: look at c->failed. */
bool cti_frame_next(cti_cursor *c, cti_frame *frame);

/* The name of a custom section, whose other bytes *rest then is. Fails like any reading. */
ct_status cti_custom_name(const cti_frame *frame, ct_slice *name, ct_slice *rest, ct_error *error);

#endif

/* codec.h - what the decoder's two files share, and the encoder's two: component_decode.c with type_decode.c, component_encode.c with type_encode.c. */
#ifndef CTI_COMPONENT_CODEC_H
#define CTI_COMPONENT_CODEC_H

#include "base/buf.h"
#include "component/component.h"

/* ---- reading: sticky, as base/cursor.h says; what has no bound in size goes into the arena */

cti_valtype cti_read_component_valtype(cti_cursor *c);
cti_valtype cti_read_result_list(cti_cursor *c); /* none when absent */
void cti_read_extern_name(cti_extern_name *out, cti_cursor *c, cti_arena *arena);
void cti_read_externtype(cti_externtype *out, cti_cursor *c);
cti_sort cti_read_sort(cti_cursor *c);
cti_sort cti_read_core_sort(cti_cursor *c);
void cti_read_alias(cti_alias *out, cti_cursor *c);
/* `depth` counts the component and instance types around it. */
const cti_ctype *cti_read_ctype(cti_cursor *c, cti_arena *arena, uint32_t depth);
const cti_core_type_def *cti_read_core_type(cti_cursor *c, cti_arena *arena);

/* Appends an item that was read at `offset` and counts it in its index space. False when memory is out. */
bool cti_component_append(cti_component *component, const cti_item *item, bool in_type);

/* ---- writing: the twins. A value type that is written is not none. */

void cti_write_component_valtype(cti_buf *out, cti_valtype type);
void cti_write_result_list(cti_buf *out, cti_valtype result);
void cti_write_extern_name(cti_buf *out, const cti_extern_name *name);
void cti_write_externtype(cti_buf *out, const cti_externtype *type);
void cti_write_sort(cti_buf *out, cti_sort sort);
void cti_write_alias(cti_buf *out, const cti_alias *alias);
void cti_write_core_type(cti_buf *out, const cti_core_type_def *type);

#endif

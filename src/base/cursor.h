/* cursor.h - bounded reading of input bytes with a sticky failure.
 *
 * A cursor that failed gives zeros and empty slices from then on, and its error (the first) says where. So straight-line code reads a whole
 * item and looks once. No loop may run on a count that was not checked: use cti_cursor_count.
 */
#ifndef CTI_BASE_CURSOR_H
#define CTI_BASE_CURSOR_H

#include "base/error.h"
#include "base/slice.h"

typedef struct cti_cursor {
  const uint8_t *at, *end;
  const uint8_t *start; /* of the slice that this cursor was made from */
  uint64_t base;        /* absolute offset of `start` in the file */
  ct_error *error;      /* never NULL; shared with sub-cursors */
  bool failed;
} cti_cursor;

/* Reads `bytes`, whose first byte lies at absolute offset `base` of the file. */
cti_cursor cti_cursor_make(ct_slice bytes, uint64_t base, ct_error *error);

static inline size_t cti_cursor_left(const cti_cursor *c) { return (size_t)(c->end - c->at); }
static inline uint64_t cti_cursor_offset(const cti_cursor *c) { return c->base + (uint64_t)(c->at - c->start); }
static inline bool cti_cursor_done(const cti_cursor *c) { return c->at == c->end; } /* also true after a failure */

/* Reports at the cursor's place (or at an offset), makes it fail and moves it to its end. */
ct_status cti_cursor_fail(cti_cursor *c, ct_status status, const char *format, ...) CTI_PRINTF(3, 4);
ct_status cti_cursor_fail_at(cti_cursor *c, ct_status status, uint64_t offset, const char *format, ...) CTI_PRINTF(4, 5);
static inline ct_status cti_cursor_status(const cti_cursor *c) { return c->failed ? c->error->status : CT_OK; }

uint8_t cti_cursor_u8(cti_cursor *c);
uint8_t cti_cursor_peek(const cti_cursor *c); /* 0 at the end */
uint32_t cti_cursor_u32_fixed(cti_cursor *c); /* four bytes, little-endian */
uint64_t cti_cursor_u64_fixed(cti_cursor *c);

/* LEB128 as the core specification bounds it: at most ceil(N/7) bytes, unused bits of the last one must be the sign or zero.
 * https://webassembly.github.io/spec/core/binary/values.html#integers */
uint32_t cti_cursor_u32(cti_cursor *c);
uint64_t cti_cursor_u64(cti_cursor *c);
int32_t cti_cursor_s32(cti_cursor *c);
int64_t cti_cursor_s33(cti_cursor *c);
int64_t cti_cursor_s64(cti_cursor *c);

/* A count of items of at least one byte each: a u32 that is at most the bytes left. `what` names the items for the message. */
uint32_t cti_cursor_count(cti_cursor *c, const char *what);

ct_slice cti_cursor_bytes(cti_cursor *c, size_t size);
ct_slice cti_cursor_rest(cti_cursor *c);
ct_slice cti_cursor_name(cti_cursor *c); /* length, then valid UTF-8 */

/* A cursor over the next `size` bytes, which this one passes; offsets stay absolute. It shares the error: look at both. */
cti_cursor cti_cursor_sub(cti_cursor *c, size_t size);

/* Fails with `what` unless everything was read. */
ct_status cti_cursor_expect_end(cti_cursor *c, const char *what);

#endif

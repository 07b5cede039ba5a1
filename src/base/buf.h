/* buf.h - growing output with a sticky failure: writes after a failed allocation are ignored, and the writer looks once, at the end.
 *
 * Sizes that are not known beforehand are written with cti_buf_open / cti_buf_close: the content moves by the length of its own LEB, once.
 */
#ifndef CTI_BASE_BUF_H
#define CTI_BASE_BUF_H

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"

typedef ct_buf cti_buf;

void cti_buf_u8(cti_buf *buf, uint8_t byte);
void cti_buf_u32_fixed(cti_buf *buf, uint32_t value); /* four bytes, little-endian */
void cti_buf_bytes(cti_buf *buf, ct_slice bytes);
void cti_buf_str(cti_buf *buf, const char *string); /* without its NUL and without a length */
void cti_buf_printf(cti_buf *buf, const char *format, ...) CTI_PRINTF(2, 3);
void cti_buf_decimal(cti_buf *buf, uint64_t value); /* in digits */
void cti_buf_fill(cti_buf *buf, uint8_t byte, size_t count);

void cti_buf_uleb(cti_buf *buf, uint64_t value);  /* shortest unsigned LEB128 */
void cti_buf_sleb(cti_buf *buf, int64_t value);   /* shortest signed LEB128 */
uint32_t cti_uleb_size(uint64_t value); /* bytes of the shortest */
uint32_t cti_sleb_size(int64_t value);
void cti_buf_name(cti_buf *buf, ct_slice name);   /* length as LEB, then the bytes */

/* Begins something that is preceded by its size in bytes as LEB; gives the mark for the matching close. Marks nest. */
size_t cti_buf_open(cti_buf *buf);
void cti_buf_close(cti_buf *buf, size_t mark);

/* Room for `size` more bytes, which will be written: all at once is cheaper than by and by. */
void cti_buf_expect(cti_buf *buf, size_t size);

/* Room for `size` more bytes without moving; writes them as undefined and gives the address, NULL on failure. */
uint8_t *cti_buf_extend(cti_buf *buf, size_t size);

void cti_buf_truncate(cti_buf *buf, size_t size);

static inline ct_slice cti_buf_slice(const cti_buf *buf) { return (ct_slice){buf->data, buf->size}; }

/* CT_OK, or CT_NOMEM reported into `error`: the one look at the end. */
ct_status cti_buf_check(const cti_buf *buf, ct_error *error);

/* A copy in the arena of what a scratch buffer holds, which is freed; data == NULL when memory is out (reported). */
ct_slice cti_take(cti_buf *scratch, cti_arena *arena);

#endif

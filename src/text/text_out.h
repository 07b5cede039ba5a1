/* text_out.h - writing text as it is made: a buffer of fixed size in front of a sink, with lines, groups in parentheses, indentation, offsets and colours.
 *
 * Failures stick: once the sink has refused bytes all later writes do nothing, and cti_text_flush says so. Text is never held as a whole. */
#ifndef CTI_TEXT_TEXT_OUT_H
#define CTI_TEXT_TEXT_OUT_H

#include "base/vec.h"
#include "ctool/io.h"

enum { CTI_TEXT_BUFFER = 1 << 16, CTI_TEXT_MAX_INDENT = 50 }; /* deeper lines are indented no further: deep nesting must not make megabytes of blanks */

/* What a piece of text is, for its colour. */
typedef enum cti_ink { CTI_INK_NAME, CTI_INK_LITERAL, CTI_INK_KEYWORD, CTI_INK_TYPE, CTI_INK_COMMENT } cti_ink;

typedef struct cti_text {
  uint8_t *at, *end, *buffer;
  ct_sink sink;
  ct_error *error;
  cti_arena *arena;
  bool failed, color, offsets;
  uint32_t nesting;
  uint64_t line;
  CTI_VEC(uint64_t) group_lines; /* the line that each open group began on */
  uint8_t *indent;               /* CTI_TEXT_MAX_INDENT times the indentation */
  size_t indent_size;            /* of one */
} cti_text;

#define CTI_NO_PLACE UINT64_MAX /* a line that has no offset of its own */

/* `arena` holds the buffer and carries the error. False when memory is out (reported). */
bool cti_text_init(cti_text *text, ct_sink sink, ct_slice indent, cti_arena *arena);

/* A text without indentation over a buffer of CTI_TEXT_BUFFER bytes that the caller keeps: for pieces that are put together later. */
void cti_text_init_plain(cti_text *text, ct_sink sink, uint8_t *buffer, cti_arena *arena);

/* Hands the buffer to the sink; gives what failed so far. */
ct_status cti_text_flush(cti_text *text);

void cti_text_slow(cti_text *text, const void *data, size_t size);

/* Most pieces are words of a few bytes: two copies of a known size that may overlap are faster than a call. */
static inline void cti_text_copy(uint8_t *to, const uint8_t *from, size_t size) {
  uint64_t first, last;
  uint32_t head, tail;
  if (size > 16) {
    memcpy(to, from, size);
  } else if (size >= 8) {
    memcpy(&first, from, 8);
    memcpy(&last, from + size - 8, 8);
    memcpy(to, &first, 8);
    memcpy(to + size - 8, &last, 8);
  } else if (size >= 4) {
    memcpy(&head, from, 4);
    memcpy(&tail, from + size - 4, 4);
    memcpy(to, &head, 4);
    memcpy(to + size - 4, &tail, 4);
  } else {
    for (size_t i = 0; i < size; i++) to[i] = from[i];
  }
}

static inline void cti_text_bytes(cti_text *text, const void *data, size_t size) {
  if (CTI_LIKELY(size <= (size_t)(text->end - text->at))) {
    cti_text_copy(text->at, data, size);
    text->at += size;
  } else {
    cti_text_slow(text, data, size);
  }
}

static inline void cti_text_slice(cti_text *text, ct_slice slice) {
  if (slice.size) cti_text_bytes(text, slice.data, slice.size);
}
static inline void cti_text_str(cti_text *text, const char *string) { cti_text_bytes(text, string, strlen(string)); }
#define cti_text_lit(text, literal) cti_text_bytes((text), "" literal, sizeof(literal) - 1)

void cti_text_char(cti_text *text, char c);
void cti_text_u64(cti_text *text, uint64_t value);
void cti_text_i64(cti_text *text, int64_t value);
void cti_text_hex(cti_text *text, uint64_t value); /* without 0x */
void cti_text_printf(cti_text *text, const char *format, ...) CTI_PRINTF(2, 3);

/* Valid UTF-8 between quotes, and without them: what is not printable ASCII becomes \u{...}. */
void cti_text_quoted(cti_text *text, ct_slice name);
void cti_text_escaped(cti_text *text, ct_slice name);
/* Any bytes between quotes: what is not printable ASCII becomes \xx. */
void cti_text_data(cti_text *text, ct_slice bytes);

/* A new line, indented; with offsets switched on the line begins with the place, or room for it when it has none. */
void cti_text_newline(cti_text *text, uint64_t place);

/* "(" and a keyword; and ")", on a line of its own unless the group began on this one. */
void cti_text_open(cti_text *text, const char *keyword);
void cti_text_close(cti_text *text);
void cti_text_close_at(cti_text *text, uint64_t place); /* the end of something that has a place */

/* Colours from here to cti_text_plain. */
void cti_text_ink(cti_text *text, cti_ink ink);
void cti_text_plain(cti_text *text);
void cti_text_inked(cti_text *text, cti_ink ink, const char *string);

#endif

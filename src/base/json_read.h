/* json_read.h - reading JSON as it comes: the caller asks for what its format has at each place and gets the first failure at the end.
 *
 * A reader that failed gives empty strings, false and the end of every object from then on. Strings borrow from the text unless they hold escapes.
 * https://www.rfc-editor.org/rfc/rfc8259 */
#ifndef CTI_BASE_JSON_READ_H
#define CTI_BASE_JSON_READ_H

#include "base/arena.h"

typedef struct cti_json_reader {
  ct_slice text;
  size_t at;
  uint64_t base; /* absolute offset of the text's first byte, for messages */
  cti_arena *arena; /* holds unescaped strings; its error tells a failure */
  ct_status status; /* of a failure */
  bool failed;
} cti_json_reader;

/* `status` is what a failure of form is reported as. */
cti_json_reader cti_json_reader_make(ct_slice text, uint64_t base, ct_status status, cti_arena *arena);

/* The first byte of the next value: '{', '[', '"', a digit, '-', 't', 'f' or 'n'; 0 at the end or after a failure. */
uint8_t cti_json_peek(cti_json_reader *r);

/* Opens an object. Then, until it gives false: reads the next key, whose value the caller reads before it asks again. `*first` starts as true. */
void cti_json_read_object(cti_json_reader *r);
bool cti_json_read_key(cti_json_reader *r, bool *first, ct_slice *key);

ct_slice cti_json_read_string(cti_json_reader *r);

/* True, and passed, when the next value is null. */
bool cti_json_read_null(cti_json_reader *r);

/* Fails, unless all was read. */
ct_status cti_json_read_end(cti_json_reader *r);

/* Reports a failure at the reader's place; the first one wins. */
ct_status cti_json_read_fail(cti_json_reader *r, const char *format, ...) CTI_PRINTF(2, 3);

#endif

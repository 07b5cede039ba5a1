/* json.h - writing JSON into a buffer as it comes: the writer keeps commas and indentation right, the caller keeps the nesting right.
 * indent 0 writes everything on one line. */
#ifndef CTI_BASE_JSON_H
#define CTI_BASE_JSON_H

#include "base/buf.h"

typedef struct cti_json {
  cti_buf *out;
  uint32_t indent; /* columns for each level; 0: one line */
  uint32_t depth;
  bool first;     /* nothing was written on this level yet */
  bool after_key; /* a key was written and waits for its value */
} cti_json;

cti_json cti_json_make(cti_buf *out, uint32_t indent);
void cti_json_open(cti_json *json, char bracket);  /* '{' or '[' */
void cti_json_close(cti_json *json, char bracket); /* '}' or ']' */
void cti_json_key(cti_json *json, const char *key);
void cti_json_key_slice(cti_json *json, ct_slice key);
void cti_json_string(cti_json *json, ct_slice value); /* invalid UTF-8 becomes U+FFFD */
void cti_json_str(cti_json *json, const char *value);
void cti_json_uint(cti_json *json, uint64_t value);
void cti_json_int(cti_json *json, int64_t value);
void cti_json_bool(cti_json *json, bool value);
void cti_json_null(cti_json *json);

/* A key and its value; of an array or object its begin. */
void cti_json_member(cti_json *json, const char *key, ct_slice value);
void cti_json_member_str(cti_json *json, const char *key, const char *value);
void cti_json_member_uint(cti_json *json, const char *key, uint64_t value);
void cti_json_member_strings(cti_json *json, const char *key, const ct_slice *values, uint32_t count);
void cti_json_member_open(cti_json *json, const char *key, char bracket);

#endif

/* dump.h (private) - bytes beside what they mean: what the files of the dumper share.
 *
 * Each line shows the bytes from where the last one ended up to the end of one thing, and a description that was put together in `what` before. The
 * descriptions follow the names and forms that users of wasm-tools know, so that scripts can go on reading them. */
#ifndef CTI_TEXT_DUMP_H
#define CTI_TEXT_DUMP_H

#include "component/component.h"
#include "core/core_read.h"
#include "core/custom.h"
#include "core/opcode.h"
#include "text/text_out.h"

typedef struct cti_dump {
  cti_text text;
  cti_buf what;     /* the description of the next line */
  ct_slice bytes;   /* the whole file */
  uint64_t at;      /* what is before was shown */
  uint32_t nesting; /* modules and components around, this one included */
  int width;        /* of offsets */
  bool json;
  cti_arena *arena;
  ct_error *error;
} cti_dump;

/* Shows the bytes up to `end` with `what`, which is empty then. A heading has a colour. */
void cti_dump_line(cti_dump *d, uint64_t end);
void cti_dump_heading(cti_dump *d, uint64_t end);
/* Passes to `end` without showing the bytes: "N bytes of data". */
void cti_dump_skip(cti_dump *d, uint64_t end, uint64_t size);
/* A line of its own with `what` between the two marks. */
void cti_dump_title(cti_dump *d, const char *before, const char *after);
/* Passes to `end`, with what `what` says. */
void cti_dump_gap(cti_dump *d, uint64_t end);

/* "TITLE section", and "N count" of the vector that c is at. Gives the count; 0 after a failure. */
uint32_t cti_dump_section(cti_dump *d, cti_cursor *c, const char *title);
uint32_t cti_dump_count(cti_dump *d, cti_cursor *c);

/* What has been read so far and what failed: the status of the cursor, or of running out of memory. */
ct_status cti_dump_status(const cti_dump *d, const cti_cursor *c);

/* ---- descriptions, appended to `what` */

void cti_show_string(cti_buf *out, ct_slice string);
void cti_show_optional(cti_buf *out, bool present, uint64_t value); /* Some(3) or None */
void cti_show_bool(cti_buf *out, bool value);
void cti_show_bytes(cti_buf *out, ct_slice bytes); /* [1, 2] */
void cti_show_valtype(cti_buf *out, cti_corevt type);   /* I32, Ref(funcref) */
void cti_show_valtype_short(cti_buf *out, cti_corevt type); /* i32, funcref */
void cti_show_heaptype(cti_buf *out, cti_corevt type);
void cti_show_subtype(cti_buf *out, const cti_subtype *type);
void cti_show_subtype_short(cti_buf *out, const cti_subtype *type);
void cti_show_table_type(cti_buf *out, const cti_table_type *type);
void cti_show_memory_type(cti_buf *out, const cti_limits *type);
void cti_show_global_type(cti_buf *out, const cti_global_type *type);
void cti_show_tag_type(cti_buf *out, uint32_t type);
void cti_show_extern_type(cti_buf *out, const cti_extern_type *type);
void cti_show_import(cti_buf *out, const cti_import *import);
void cti_show_instr(cti_buf *out, const cti_instr *instr);

/* ---- parts */

/* The sections of a module; `bytes` begins behind the preamble, at absolute offset `base`. */
ct_status cti_dump_module(cti_dump *d, ct_slice bytes, uint64_t base);
ct_status cti_dump_component(cti_dump *d, ct_slice bytes);
/* A custom section from its payload on. */
ct_status cti_dump_custom(cti_dump *d, const cti_frame *frame);

#endif

/* wit_print.h - a resolve as text and as JSON. */
#ifndef CTI_WIT_WIT_PRINT_H
#define CTI_WIT_WIT_PRINT_H

#include "ctool/io.h"
#include "wit/wit_model.h"

/* Appends the canonical text of a package, and with `nested` that of all other packages behind it, in braces. Reading it again gives the same. */
ct_status cti_wit_print(const cti_resolve *resolve, uint32_t package, bool nested, bool docs, cti_buf *out);

/* Appends one function as a line of WIT without what may precede it: "name: func(a: string) -> u32". */
ct_status cti_wit_print_func(const cti_resolve *resolve, const cti_wit_func *func, cti_buf *out);

/* Which readers of JSON are meant: each later shape broke some. */
typedef enum cti_json_shape {
  CTI_JSON_CURRENT,
  CTI_JSON_1_225, /* up to 1.225: functions have `results` rather than `result`; neither async, nor external ids, nor copies are told */
  CTI_JSON_1_208  /* up to 1.208: also no stability, so that an imported interface is its id alone; streams have an end */
} cti_json_shape;

/* Appends the whole graph as the JSON that bindings generators read. */
ct_status cti_wit_json(const cti_resolve *resolve, cti_json_shape shape, cti_buf *out);

/* The same, given to a sink as it is made, so that long output is never held as a whole. */
ct_status cti_wit_print_to(const cti_resolve *resolve, uint32_t package, bool nested, bool docs, const ct_sink *sink);
ct_status cti_wit_json_to(const cti_resolve *resolve, cti_json_shape shape, const ct_sink *sink);

/* ---- between wit_print.c and wit_json.c ---- */

/* Gives what is in the buffer to the sink when it is much, or in any case with `all`. A sink that is NULL takes nothing. */
void cti_wit_flush(cti_buf *out, const ct_sink *sink, bool all, ct_error *error);

#endif

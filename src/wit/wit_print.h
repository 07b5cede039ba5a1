/* wit_print.h - a resolve as text and as JSON. */
#ifndef CTI_WIT_WIT_PRINT_H
#define CTI_WIT_WIT_PRINT_H

#include "wit/wit_model.h"

/* Appends the canonical text of a package, and with `nested` that of all other packages behind it, in braces. Reading it again gives the same. */
ct_status cti_wit_print(const cti_resolve *resolve, uint32_t package, bool nested, bool docs, cti_buf *out);

/* Which readers of JSON are meant: each later shape broke some. */
typedef enum cti_json_shape {
  CTI_JSON_CURRENT,
  CTI_JSON_1_225, /* up to 1.225: functions have `results` rather than `result`; neither async, nor external ids, nor copies are told */
  CTI_JSON_1_208  /* up to 1.208: also no stability, so that an imported interface is its id alone; streams have an end */
} cti_json_shape;

/* Appends the whole graph as the JSON that bindings generators read. */
ct_status cti_wit_json(const cti_resolve *resolve, cti_json_shape shape, cti_buf *out);

#endif

/* wit_compare.h - is a type or function of one resolve the same as one of another, versions aside? For interfaces that are at home in different packages. */
#ifndef CTI_COMPOSE_WIT_COMPARE_H
#define CTI_COMPOSE_WIT_COMPARE_H

#include "wit/wit_model.h"

/* Two resolves over one arena, and how each is called in messages: "the component", "0.2.6". Set these and leave the rest all-zero. */
typedef struct cti_wit_compare {
  const cti_resolve *a, *b;
  const char *a_name, *b_name;
  cti_map same; /* pairs of definitions that are known to be: a << 32 | b */
} cti_wit_compare;

/* Aliases are what they stand for; resources are the same when package, interface and name are. *difference tells the first one in words, data == NULL for
 * none. CT_NOMEM is the one failure. */
ct_status cti_wit_compare_type(ct_slice *difference, cti_wit_compare *compare, cti_valtype a, cti_valtype b);
ct_status cti_wit_compare_func(ct_slice *difference, cti_wit_compare *compare, const cti_wit_func *a, const cti_wit_func *b);

#endif

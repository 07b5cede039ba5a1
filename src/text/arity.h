/* arity.h (private) - how many operands an instruction takes and how many results it gives, without validating: what folding needs. */
#ifndef CTI_TEXT_ARITY_H
#define CTI_TEXT_ARITY_H

#include "text/print_code.h"

typedef struct cti_arity {
  uint32_t params, results;
  bool known; /* false: an index leads nowhere */
} cti_arity;

/* For the instruction that comes next in `code`, whose frames tell what labels take. */
cti_arity cti_instr_arity(const cti_code *code, const cti_instr *instr);

#endif

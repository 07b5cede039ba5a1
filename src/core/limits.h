/* limits.h - limits.def as a set of numbers. */
#ifndef CTI_CORE_LIMITS_H
#define CTI_CORE_LIMITS_H

#include "base/error.h"
#include "ctool/validate.h"

typedef enum cti_limit {
#define CT_LIMIT_ROW(name, value, what) CTI_LIMIT_##name,
#include "core/limits.def"
#undef CT_LIMIT_ROW
  CTI_LIMITS
} cti_limit;

typedef struct cti_limit_set {
  uint32_t max[CTI_LIMITS];
} cti_limit_set;

/* Zeros stand for the values of the table. */
void cti_limits_init(cti_limit_set *out, const ct_limits *limits);

/* Fails with CT_LIMIT, naming the row, when count is above it. */
ct_status cti_limit_fail(const cti_limit_set *set, cti_limit limit, uint64_t count, uint64_t offset, ct_error *error);
static inline ct_status cti_limit_check(const cti_limit_set *set, cti_limit limit, uint64_t count, uint64_t offset, ct_error *error) {
  return CTI_LIKELY(count <= set->max[limit]) ? CT_OK : cti_limit_fail(set, limit, count, offset, error);
}

#endif

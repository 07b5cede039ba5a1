/* limits.c - limits.def and the members of ct_limits, row by row. */
#include "core/limits.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

static const struct {
  size_t member; /* offset in ct_limits */
  uint32_t value;
  const char *what;
} rows[CTI_LIMITS] = {
#define CT_LIMIT_ROW(name, value, what) {offsetof(ct_limits, name), value, what},
#include "core/limits.def"
#undef CT_LIMIT_ROW
};

_Static_assert(sizeof(ct_limits) == CTI_LIMITS * sizeof(uint32_t), "each member of ct_limits has a row in limits.def");

void cti_limits_init(cti_limit_set *out, const ct_limits *limits) {
  for (int i = 0; i < CTI_LIMITS; i++) {
    uint32_t given = 0;
    if (limits) memcpy(&given, (const char *)limits + rows[i].member, sizeof given);
    out->max[i] = given ? given : rows[i].value;
  }
}

CTI_COLD ct_status cti_limit_fail(const cti_limit_set *set, cti_limit limit, uint64_t count, uint64_t offset, ct_error *error) {
  if (set->max[limit] == 1) return cti_fail(error, CT_LIMIT, offset, "multiple %s: %" PRIu64 ", where one is allowed", rows[limit].what, count);
  return cti_fail(error, CT_LIMIT, offset, "%s: %" PRIu64 " exceed the limit of %" PRIu32, rows[limit].what, count, set->max[limit]);
}

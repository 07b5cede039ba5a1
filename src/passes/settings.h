/* settings.h - what a run of the optimizer does: the options of ctool/optimize.h, understood. */
#ifndef CTI_PASSES_SETTINGS_H
#define CTI_PASSES_SETTINGS_H

#include "ctool/optimize.h"

typedef enum cti_pass {
#define CT_PASS(symbol, kind, function, name, level, summary, contract, sqlite, go) CTI_PASS_##symbol,
#include "passes/passes.def"
#undef CT_PASS
  CTI_PASSES
} cti_pass;

typedef struct cti_settings {
  uint64_t passes; /* a bit for each that runs */
  bool traps_never_happen, fast_math;
  bool (*stop)(void *context);
  void *stop_context;
  uint32_t threads; /* 0: as many as there are processors */
  int64_t *saved; /* bytes, by pass; NULL: nobody asks */
} cti_settings;

/* CT_USAGE for a name that is none, CT_MISUSE for such a level. */
ct_status cti_settings_from(cti_settings *out, const ct_optimize_options *options, ct_error *error);

static inline bool cti_pass_runs(const cti_settings *s, cti_pass pass) { return s->passes >> pass & 1; }
static inline void cti_pass_saved(const cti_settings *s, cti_pass pass, int64_t bytes) {
  if (s->saved) s->saved[pass] += bytes;
}
static inline bool cti_should_stop(const cti_settings *s) { return s->stop && s->stop(s->stop_context); }

#endif

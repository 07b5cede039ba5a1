/* settings.c - options of the optimizer to what runs. Flows in: names and levels. Flows out: a set of passes. */
#include "passes/settings.h"

#include "base/error.h"
#include "base/slice.h"

const ct_pass_info *ct_optimize_passes(void) {
  static const ct_pass_info infos[] = {
#define CT_PASS(symbol, kind, function, name, level, summary, contract, sqlite, go) {name, summary, contract, level, sqlite, go},
#include "passes/passes.def"
#undef CT_PASS
      {NULL, NULL, NULL, 0, 0, 0},
  };
  return infos;
}

static ct_status take_names(uint64_t *set, const char *names, ct_error *error) {
  const ct_pass_info *rows = ct_optimize_passes();
  *set = 0;
  while (*names) {
    size_t length = strcspn(names, ",");
    uint32_t i = 0;
    while (i < CTI_PASSES && !(strlen(rows[i].name) == length && memcmp(rows[i].name, names, length) == 0)) i++;
    if (length && i == CTI_PASSES) return cti_fail(error, CT_USAGE, CT_NO_OFFSET, "no pass is named \"%.*s\"; --list-passes tells their names", (int)(length < 64 ? length : 64), names);
    if (length) *set |= (uint64_t)1 << i;
    names += length + (names[length] == ',');
  }
  return CT_OK;
}

ct_status cti_settings_from(cti_settings *out, const ct_optimize_options *options, ct_error *error) {
  const ct_pass_info *rows = ct_optimize_passes();
  int level = options->level ? options->level : 4;
  uint64_t skipped = 0;
  *out = (cti_settings){.traps_never_happen = options->traps_never_happen, .fast_math = options->fast_math, .stop = options->stop, .stop_context = options->stop_context, .threads = options->threads, .saved = options->saved};
  if (level < 1 || level > 4) return cti_fail(error, CT_MISUSE, CT_NO_OFFSET, "level %d is none of 1 to 4", level);
  for (uint32_t i = 0; i < CTI_PASSES; i++)
    if (rows[i].level <= level) out->passes |= (uint64_t)1 << i;
  if (options->passes) CTI_TRY(take_names(&out->passes, options->passes, error));
  if (options->skip_passes) CTI_TRY(take_names(&skipped, options->skip_passes, error));
  out->passes &= ~skipped;
  return CT_OK;
}

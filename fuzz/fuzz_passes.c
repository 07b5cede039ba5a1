/* passes: a valid module that is made of the bytes behaves the same after each pass of the optimizer alone, and after all of each level. The first byte chooses
 * which; bytes that are a module themselves are taken as it. Another interpreter (gen/evaluate.h) is the judge. */
#include "ctool/optimize.h"
#include "gen/evaluate.h"
#include "gen/module_gen.h"
#include "target.h"

enum { LEVELS = 4, SEEDS = 3 };

/* One pass by name, or all of a level. */
static ct_optimize_options chosen(uint8_t choice) {
  const ct_pass_info *passes = ct_optimize_passes();
  unsigned count = 0;
  while (passes[count].name) count++;
  unsigned which = choice % (count + LEVELS);
  return which < count ? (ct_optimize_options){.passes = passes[which].name} : (ct_optimize_options){.level = (int)(which - count) + 1};
}

static void check(ct_slice module, uint8_t choice) {
  ct_error error = {0};
  ct_buf out = {0};
  ct_optimize_options options = chosen(choice);
  ct_status status = ct_optimize(&out, module, &options, &error);
  FUZZ_CHECK(status == CT_OK || is_starved(status));
  if (status == CT_OK) FUZZ_CHECK(evaluate_same(module, (ct_slice){out.data, out.size}, SEEDS));
  ct_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ct_error error = {0};
  const ct_validate_options validate = {.threads = 1};
  if (size < 2) return 0;
  if (ct_kind_of((ct_slice){data + 1, size - 1}) == CT_KIND_MODULE) {
    ct_slice module = {data + 1, size - 1};
    if (ct_validate(module, &validate, &error) == CT_OK) check(module, data[0]);
    return 0;
  }
  cti_buf made = {0};
  choices from = {.bytes = {data, size}, .at = 1};
  gen_module(&made, &from);
  if (!made.failed) {
    ct_status status = ct_validate(cti_buf_slice(&made), &validate, &error);
    FUZZ_CHECK(status == CT_OK || is_starved(status));
    if (status == CT_OK) check(cti_buf_slice(&made), data[0]);
  }
  ct_buf_free(&made);
  return 0;
}

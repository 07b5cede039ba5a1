/* Masks of features: defaults, lists, groups, parts, unknown names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/features.h"

#define HAS(mask, symbol) cti_features_have(mask, CTI_FEATURE_##symbol)

static cti_features apply(const char *list) {
  ct_error error;
  ct_error_clear(&error);
  cti_features mask = cti_features_default();
  assert_int_equal(cti_features_apply(&mask, list, &error), CT_OK);
  assert_true(HAS(mask, MVP));
  return mask;
}

static void test_default__phase_four(void **state) {
  (void)state;
  cti_features mask = apply("");
  assert_true(HAS(mask, SIMD) && HAS(mask, GC) && HAS(mask, WIDE_ARITHMETIC) && HAS(mask, COMPACT_IMPORTS) && HAS(mask, CM_ASYNC) && HAS(mask, CM_MAP));
  assert_false(HAS(mask, CUSTOM_PAGE_SIZES) || HAS(mask, LEGACY_EXCEPTIONS) || HAS(mask, STACK_SWITCHING) || HAS(mask, CM_LEGACY_NAMES));
}

static void test_apply__names_from_left_to_right(void **state) {
  (void)state;
  assert_true(HAS(apply(" custom-page-sizes , ,legacy-exceptions"), LEGACY_EXCEPTIONS));
  assert_false(HAS(apply("simd,-simd"), SIMD));
  assert_true(HAS(apply("-simd,simd"), SIMD));
  assert_true(apply("-all") == CTI_FEATURE_BIT(CTI_FEATURE_MVP));
  assert_true(apply("all") == cti_features_all());
  assert_false(HAS(apply("all"), CM_LEGACY_NAMES));
  assert_true(HAS(apply("all,cm-legacy-names"), CM_LEGACY_NAMES));
  assert_false(HAS(apply("cm-legacy-names,-all"), CM_LEGACY_NAMES));
}

static void test_apply__parts_follow(void **state) {
  (void)state;
  cti_features mask = apply("mvp,reference-types,bulk-memory");
  assert_true(HAS(mask, CALL_INDIRECT_OVERLONG) && HAS(mask, BULK_MEMORY_OPT));
  mask = apply("-reference-types,-bulk-memory");
  assert_false(HAS(mask, CALL_INDIRECT_OVERLONG) || HAS(mask, BULK_MEMORY_OPT));
  mask = apply("-call-indirect-overlong");
  assert_false(HAS(mask, CALL_INDIRECT_OVERLONG));
  assert_false(HAS(cti_features_effective(mask), REFERENCE_TYPES));
  assert_true(HAS(cti_features_effective(apply("-call-indirect-overlong,call-indirect-overlong")), REFERENCE_TYPES));
  assert_false(HAS(cti_features_effective(apply("-bulk-memory-opt")), BULK_MEMORY));
}

static void test_apply__groups_reset(void **state) {
  (void)state;
  cti_features mask = apply("all,wasm1");
  assert_true(HAS(mask, MUTABLE_GLOBAL) && HAS(mask, FLOATS) && HAS(mask, GC_TYPES));
  assert_false(HAS(mask, SIMD) || HAS(mask, SIGN_EXTENSION));
  assert_false(HAS(apply("mvp"), MUTABLE_GLOBAL));
  mask = apply("wasm2");
  assert_true(HAS(mask, SIMD) && HAS(mask, REFERENCE_TYPES) && HAS(mask, BULK_MEMORY_OPT) && !HAS(mask, TAIL_CALL));
  mask = apply("wasm3");
  assert_true(HAS(mask, GC) && HAS(mask, MEMORY64) && HAS(mask, THREADS) && !HAS(mask, WIDE_ARITHMETIC) && !HAS(mask, COMPONENT_MODEL));
  mask = apply("lime1");
  assert_true(HAS(mask, EXTENDED_CONST) && HAS(mask, BULK_MEMORY_OPT) && HAS(mask, CALL_INDIRECT_OVERLONG));
  assert_false(HAS(mask, BULK_MEMORY) || HAS(mask, REFERENCE_TYPES) || HAS(mask, SIMD));
}

static void test_apply__refused(void **state) {
  (void)state;
  static const char *const lists[] = {"unknown", "simd,SIMD", "-wasm1", "--simd", "mutable_global"};
  for (size_t i = 0; i < CTI_COUNT(lists); i++) {
    ct_error error;
    ct_error_clear(&error);
    cti_features mask = cti_features_default();
    assert_int_equal(cti_features_apply(&mask, lists[i], &error), CT_MISUSE);
  }
  ct_error error;
  ct_error_clear(&error);
  cti_features mask = 0;
  cti_features_apply(&mask, "nope", &error);
  assert_non_null(strstr(error.message, "unknown feature `nope`\nValid features: mutable-global, saturating-float-to-int, "));
  assert_non_null(strstr(error.message, "multibyte-array-access, cm-legacy-names, mvp, wasm1, wasm2, wasm3, lime1, all"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_default__phase_four),
      cmocka_unit_test(test_apply__names_from_left_to_right),
      cmocka_unit_test(test_apply__parts_follow),
      cmocka_unit_test(test_apply__groups_reset),
      cmocka_unit_test(test_apply__refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

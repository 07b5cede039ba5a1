/* validate.c - the public entry of validation: tells modules from components and hands them to who knows. */
#include "ctool/validate.h"

#include "core/module_validate.h"

ct_features ct_features_default(void) { return cti_features_default(); }

ct_status ct_features_parse(ct_features *features, const char *list, ct_error *error) {
  cti_features mask = *features;
  ct_status status = cti_features_apply(&mask, list, error);
  if (status == CT_OK) *features = mask;
  return status;
}

static ct_status validate_component(ct_slice bytes, cti_validation *v) {
  (void)bytes;
  if (!cti_features_have(v->types.features, CTI_FEATURE_COMPONENT_MODEL)) return cti_fail(v->arena->error, CT_CORE_FEATURE, 0, "components are not allowed: the feature `component-model` is not enabled");
  return cti_fail(v->arena->error, CT_UNSUPPORTED, 0, "components are not validated yet");
}

ct_status ct_validate(ct_slice bytes, const ct_validate_options *options, ct_error *error) {
  cti_arena arena;
  cti_validation v;
  cti_arena_init(&arena, error);
  cti_validation_init(&v, options, &arena);
  bool is_component = ct_kind_of(bytes) == CT_KIND_COMPONENT;
  ct_status status = is_component ? validate_component(bytes, &v) : cti_module_validate(NULL, bytes, 0, &v);
  cti_arena_free(&arena);
  return status;
}

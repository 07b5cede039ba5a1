/* validate.c - the public entry of validation: tells modules from components and hands them to who knows. */
#include "ctool/validate.h"

#include "component/component_validate.h"
#include "core/maker.h"

ct_features ct_features_default(void) { return cti_features_default(); }

ct_status ct_features_parse(ct_features *features, const char *list, ct_error *error) {
  cti_features mask = *features;
  ct_status status = cti_features_apply(&mask, list, error);
  if (status == CT_OK) *features = mask;
  return status;
}

void cti_validation_hint(ct_error *error, bool is_component) {
  if (ct_status_class(error->status) != CT_CLASS_MALFORMED) return;
  cti_error_hint(error, "the form: %s", is_component ? "https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#component-definitions"
                                                     : "https://webassembly.github.io/spec/core/binary/modules.html#binary-module");
}

ct_status ct_validate(ct_slice bytes, const ct_validate_options *options, ct_error *error) {
  cti_arena arena;
  cti_validation v;
  cti_arena_init(&arena, error);
  cti_validation_init(&v, options, &arena);
  bool is_component = ct_kind_of(bytes) == CT_KIND_COMPONENT;
  ct_status status = is_component ? cti_component_validate(bytes, 0, &v) : cti_module_validate(NULL, bytes, 0, &v);
  cti_arena_free(&arena);
  if (status != CT_OK) cti_validation_hint(error, is_component);
  if (status != CT_OK) cti_hint_maker(error, bytes, 0);
  return status;
}

/* features.h - the switches of features.def as bits of one 64-bit mask. */
#ifndef CTI_CORE_FEATURES_H
#define CTI_CORE_FEATURES_H

#include "base/error.h"
#include "base/slice.h"

typedef uint64_t cti_features;

typedef enum cti_feature {
#define CT_FEATURE(symbol, name, default_, since, lime1) CTI_FEATURE_##symbol,
#include "core/features.def"
#undef CT_FEATURE
  CTI_FEATURES,
  CTI_FEATURE_MVP = CTI_FEATURES /* what needs no switch: this bit is set in every mask that cti_features_* gives */
} cti_feature;

#define CTI_FEATURE_BIT(feature) ((cti_features)1 << (feature))
static inline bool cti_features_have(cti_features features, cti_feature feature) { return (features >> feature & 1) != 0; }

cti_features cti_features_default(void);
cti_features cti_features_all(void); /* without cm-legacy-names */

/* What counts when a list has been applied: a switch whose part is off is off. */
cti_features cti_features_effective(cti_features features);

/* "custom-descriptors"; a static string. */
const char *cti_feature_name(cti_feature feature);

/* Applies a comma-separated list to *features, from left to right: NAME switches on, -NAME off; all and -all; mvp, wasm1, wasm2, wasm3, lime1 set
 * exactly these. Blanks around names and empty parts are ignored. CT_MISUSE for an unknown name; the message lists the valid ones. */
ct_status cti_features_apply(cti_features *features, const char *list, ct_error *error);

#endif

/* features.c - masks of features.def. Flows in: a list as the command line has it. Flows out: a mask. */
#include "core/features.h"

#include <stdio.h>

/* The bits of one switch, and how it stands in the sets that have a name. `since` counts versions of the core specification. */
typedef struct feature_info {
  const char *name;
  bool is_default, lime1;
  uint8_t since;
} feature_info;

enum { MVP, WASM1, WASM2, WASM3, NEVER };

static const feature_info infos[CTI_FEATURES] = {
#define CT_FEATURE(symbol, name, default_, since, lime1) {name, default_, lime1, since},
#include "core/features.def"
#undef CT_FEATURE
};

static const struct {
  const char *name;
  uint8_t version; /* NEVER: lime1 */
} groups[] = {{"mvp", MVP}, {"wasm1", WASM1}, {"wasm2", WASM2}, {"wasm3", WASM3}, {"lime1", NEVER}};

#define ALWAYS CTI_FEATURE_BIT(CTI_FEATURE_MVP)

_Static_assert(CTI_FEATURE_MVP < 64, "a mask has 64 bits");

const char *cti_feature_name(cti_feature feature) { return feature < CTI_FEATURES ? infos[feature].name : "mvp"; }

cti_features cti_features_default(void) {
  cti_features mask = ALWAYS;
  for (unsigned i = 0; i < CTI_FEATURES; i++)
    if (infos[i].is_default) mask |= CTI_FEATURE_BIT(i);
  return mask;
}

cti_features cti_features_all(void) { return (CTI_FEATURE_BIT(CTI_FEATURES) - 1) ^ CTI_FEATURE_BIT(CTI_FEATURE_CM_LEGACY_NAMES) ^ ALWAYS; }

static cti_features group_mask(uint8_t version) {
  cti_features mask = ALWAYS;
  for (unsigned i = 0; i < CTI_FEATURES; i++)
    if (version == NEVER ? infos[i].lime1 : infos[i].since <= version) mask |= CTI_FEATURE_BIT(i);
  return mask;
}

/* A switch with the part that it contains. */
static cti_features switch_mask(unsigned feature) {
  cti_features mask = CTI_FEATURE_BIT(feature);
  if (feature == CTI_FEATURE_REFERENCE_TYPES) mask |= CTI_FEATURE_BIT(CTI_FEATURE_CALL_INDIRECT_OVERLONG);
  if (feature == CTI_FEATURE_BULK_MEMORY) mask |= CTI_FEATURE_BIT(CTI_FEATURE_BULK_MEMORY_OPT);
  return mask;
}

CTI_COLD static ct_status fail_unknown(ct_slice name, ct_error *error) {
  char names[sizeof error->message] = "";
  size_t used = 0;
  for (unsigned i = 0; i < CTI_FEATURES; i++) used += (size_t)snprintf(names + used, sizeof names - used, "%s, ", infos[i].name);
  for (unsigned i = 0; i < CTI_COUNT(groups); i++) used += (size_t)snprintf(names + used, sizeof names - used, "%s, ", groups[i].name);
  cti_fail(error, CT_MISUSE, CT_NO_OFFSET, "unknown feature `%.*s`\nValid features: %sall", name.size < 64 ? (int)name.size : 64, (const char *)name.data, names);
  return error->status;
}

cti_features cti_features_effective(cti_features features) {
  if (!cti_features_have(features, CTI_FEATURE_CALL_INDIRECT_OVERLONG)) features &= ~CTI_FEATURE_BIT(CTI_FEATURE_REFERENCE_TYPES);
  if (!cti_features_have(features, CTI_FEATURE_BULK_MEMORY_OPT)) features &= ~CTI_FEATURE_BIT(CTI_FEATURE_BULK_MEMORY);
  return features;
}

static ct_status apply_one(cti_features *features, ct_slice name, ct_error *error) {
  bool enable = !cti_slice_starts(name, CTI_LIT("-"));
  if (!enable) name = cti_slice_cut(name, 1, name.size);
  cti_features mask = 0;
  for (unsigned i = 0; i < CTI_FEATURES; i++)
    if (cti_slice_is(name, infos[i].name)) mask = switch_mask(i);
  if (cti_slice_is(name, "all")) mask = enable ? cti_features_all() : ~ALWAYS;
  for (unsigned i = 0; i < CTI_COUNT(groups); i++) {
    if (!cti_slice_is(name, groups[i].name)) continue;
    if (!enable) return cti_fail(error, CT_MISUSE, CT_NO_OFFSET, "cannot disable `%s`, it can only be enabled", groups[i].name);
    *features = group_mask(groups[i].version);
    return CT_OK;
  }
  if (mask == 0) return fail_unknown(name, error);
  *features = (enable ? *features | mask : *features & ~mask) | ALWAYS;
  return CT_OK;
}

ct_status cti_features_apply(cti_features *features, const char *list, ct_error *error) {
  ct_slice rest = cti_slice_str(list);
  while (rest.size > 0) {
    size_t end = cti_slice_find(rest, ',', 0);
    ct_slice name = cti_slice_cut(rest, 0, end);
    rest = cti_slice_cut(rest, end + 1, rest.size);
    while (name.size && (name.data[0] == ' ' || name.data[0] == '\t')) name = cti_slice_cut(name, 1, name.size);
    while (name.size && (name.data[name.size - 1] == ' ' || name.data[name.size - 1] == '\t')) name.size--;
    if (name.size) CTI_TRY(apply_one(features, name, error));
  }
  return CT_OK;
}

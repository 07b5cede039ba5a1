/* wabt.c - the command lines of wabt's tools: one file, --version, features by their names there. */
#include "wabt.h"

#include <stdio.h>
#include <string.h>

/* Of the wabt whose options these are. */
#define VERSION_OF_OPTIONS "1.0.39"

static const struct {
  const char *enable, *disable, *name; /* ctool's name, or NULL: it changes no verdict */
} features[] = {
#define CT_WABT_FEATURE(wabts, ctools) {"enable-" wabts, "disable-" wabts, ctools},
#include "wabt_features.def"
#undef CT_WABT_FEATURE
};

static void add_features(wabt *w, opt_row *at) {
  *at++ = (opt_row){0, "enable-all", OPT_FLAG, &w->enable_all, NULL, "All features, also those that are not finished", NULL};
  for (size_t i = 0; i < WABT_FEATURES; i++) {
    *at++ = (opt_row){0, features[i].enable, OPT_FLAG, &w->enabled[i], NULL, "", NULL};
    *at++ = (opt_row){0, features[i].disable, OPT_FLAG, &w->disabled[i], NULL, "", NULL};
  }
}

void wabt_init(wabt *w, const char *about, const opt_row (*rows)[WABT_OWN_ROWS], bool with_features, const char *examples) {
  opt_row *at = w->rows;
  for (const opt_row *row = *rows; row->help; row++) *at++ = *row;
  *at++ = (opt_row){0, "version", OPT_FLAG, &w->version, NULL, "Print the version", NULL};
  if (with_features) add_features(w, at);
  w->spec.about = about;
  w->spec.rows = w->rows;
  w->spec.examples = examples;
}

/* What is off came later in all that wabt says of it: `--enable-all --disable-simd`. */
static ct_status choose_features(wabt *w, ct_error *error) {
  w->features = ct_features_default();
  ct_status status = w->enable_all ? ct_features_parse(&w->features, "all", error) : CT_OK;
  for (size_t i = 0; i < WABT_FEATURES && status == CT_OK; i++) {
    char off[64];
    if (!features[i].name) continue;
    snprintf(off, sizeof off, "-%s", features[i].name);
    if (w->enabled[i]) status = ct_features_parse(&w->features, features[i].name, error);
    if (w->disabled[i] && status == CT_OK) status = ct_features_parse(&w->features, off, error);
  }
  return status;
}

int wabt_parse(wabt *w, int argc, char **argv, int *count) {
  int files;
  int status = opt_parse(&w->spec, argc, argv, &files);
  if (status >= 0) return status;
  if (w->version) {
    printf(VERSION_OF_OPTIONS " (ctool %s)\n", ct_version());
    return EXIT_GOOD;
  }
  if (!files) return opt_usage_error(&w->spec, "which file?");
  if (files > 1 && !count) return opt_usage_error(&w->spec, "one file is taken at a time; \"%s\" is a second one", argv[2]);
  if (count) *count = files;
  w->input = argv[1];
  ct_error error;
  ct_error_clear(&error);
  return choose_features(w, &error) == CT_OK ? -1 : tell(&error, NULL, false);
}

ct_status wabt_validate(const wabt *w, ct_slice bytes, bool custom, ct_error *error) {
  ct_validate_options options = {.features = w->features, .custom_sections = custom};
  return ct_validate(bytes, &options, error);
}

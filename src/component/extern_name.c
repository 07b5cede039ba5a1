/* extern_name.c - parses names of imports and exports. Flows in: the text. Flows out: its parts, or why it has none of the forms.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Explainer.md#import-and-export-definitions */
#include "component/extern_name.h"

#include "component/legacy_name.h"
#include "types/label.h"
#include "types/semver.h"

typedef struct parser {
  ct_slice rest;
  cti_features features;
  uint64_t offset;
  ct_error *error;
} parser;

static bool eat(parser *p, const char *prefix) {
  ct_slice want = cti_slice_str(prefix);
  if (!cti_slice_starts(p->rest, want)) return false;
  p->rest = cti_slice_cut(p->rest, want.size, p->rest.size);
  return true;
}

static ct_status not_kebab(const parser *p, ct_slice text) {
  if (text.size == 0)
    return cti_fail(p->error, CT_COMP_NAME, p->offset, "a label is missing: words of letters and digits joined by single hyphens were expected");
  return cti_fail(p->error, CT_COMP_NAME, p->offset, "`%.*s` is not in kebab case: words of one letter case joined by single hyphens were expected",
                  CTI_S(text));
}

static ct_status check_label(const parser *p, ct_slice text) { return cti_label_valid(text) ? CT_OK : not_kebab(p, text); }

/* ---- interface names */

static bool is_label_byte(uint8_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'; }

static ct_status take_label(parser *p, ct_slice *out) {
  size_t size = 0;
  while (size < p->rest.size && is_label_byte(p->rest.data[size])) size++;
  *out = cti_slice_cut(p->rest, 0, size);
  p->rest = cti_slice_cut(p->rest, size, p->rest.size);
  return check_label(p, *out);
}

/* Namespaces and packages are written in lower case alone. */
static ct_status take_lower_label(parser *p) {
  ct_slice label;
  CTI_TRY(take_label(p, &label));
  for (size_t i = 0; i < label.size; i++) {
    if (label.data[i] >= 'A' && label.data[i] <= 'Z')
      return cti_fail(p->error, CT_COMP_NAME, p->offset, "`%.*s` must be in lower case, as namespaces and packages are", CTI_S(label));
  }
  return CT_OK;
}

static ct_status expect(parser *p, const char *what) {
  if (eat(p, what)) return CT_OK;
  return cti_fail(p->error, CT_COMP_NAME, p->offset, "`%s` was expected before `%.*s`", what, CTI_S(p->rest));
}

/* namespace:package/interface; with cm-nested-names more namespaces and more interfaces. */
static ct_status parse_interface(cti_name *out, parser *p) {
  bool nested = cti_features_have(p->features, CTI_FEATURE_CM_NESTED_NAMES);
  ct_slice label;
  out->form = CTI_NAME_INTERFACE;
  CTI_TRY(take_lower_label(p));
  CTI_TRY(expect(p, ":"));
  CTI_TRY(take_lower_label(p));
  while (nested && eat(p, ":")) CTI_TRY(take_lower_label(p));
  CTI_TRY(expect(p, "/"));
  CTI_TRY(take_label(p, &label));
  while (nested && eat(p, "/")) CTI_TRY(take_label(p, &label));
  if (!eat(p, "@")) return p->rest.size ? expect(p, "@") : CT_OK;
  out->version = p->rest;
  return CT_OK;
}

/* ---- plain names */

static cti_resource_func eat_resource_func(parser *p) {
  if (eat(p, "[constructor]")) return CTI_RESOURCE_FUNC_CONSTRUCTOR;
  if (eat(p, "[method]")) return CTI_RESOURCE_FUNC_METHOD;
  return eat(p, "[static]") ? CTI_RESOURCE_FUNC_STATIC : CTI_RESOURCE_FUNC_NONE;
}

static cti_accessor eat_accessor(parser *p) {
  if (eat(p, "[get]")) return CTI_ACCESSOR_GET;
  return eat(p, "[set]") ? CTI_ACCESSOR_SET : CTI_ACCESSOR_NONE;
}

static ct_status check_accessor(const cti_name *name, const parser *p) {
  if (name->accessor == CTI_ACCESSOR_NONE) return CT_OK;
  if (!cti_features_have(p->features, CTI_FEATURE_CM_ACCESSORS))
    return cti_fail(p->error, CT_CORE_FEATURE, p->offset, "names with [get] or [set] need the feature cm-accessors, which is off");
  if (name->resource_func == CTI_RESOURCE_FUNC_CONSTRUCTOR) return cti_fail(p->error, CT_COMP_NAME, p->offset, "a constructor can be neither [get] nor [set]");
  return CT_OK;
}

static ct_status parse_plain(cti_name *out, parser *p) {
  out->form = CTI_NAME_PLAIN;
  out->resource_func = eat_resource_func(p);
  out->accessor = eat_accessor(p);
  out->label = p->rest;
  CTI_TRY(check_accessor(out, p));
  if (out->resource_func == CTI_RESOURCE_FUNC_METHOD || out->resource_func == CTI_RESOURCE_FUNC_STATIC) {
    size_t dot = cti_slice_find(p->rest, '.', 0);
    if (dot == p->rest.size) return cti_fail(p->error, CT_COMP_NAME, p->offset, "a `.` between resource and function was expected in `%.*s`", CTI_S(p->rest));
    out->resource = cti_slice_cut(p->rest, 0, dot);
    CTI_TRY(check_label(p, out->resource));
    return check_label(p, cti_slice_cut(p->rest, dot + 1, p->rest.size));
  }
  if (out->resource_func == CTI_RESOURCE_FUNC_CONSTRUCTOR) out->resource = p->rest;
  return check_label(p, p->rest);
}

ct_status cti_name_parse(cti_name *out, ct_slice text, cti_features features, uint64_t offset, ct_error *error) {
  parser p = {.rest = text, .features = features, .offset = offset, .error = error};
  *out = (cti_name){.text = text};
  if (cti_legacy_name_is(text)) {
    out->form = CTI_NAME_LEGACY;
    if (cti_features_have(features, CTI_FEATURE_CM_LEGACY_NAMES)) return cti_legacy_name_check(text, features, offset, error);
    return cti_fail(error, CT_CORE_FEATURE, offset,
                    "`%.*s` is a form of name that the component model dropped; it needs the feature cm-legacy-names, which is off", CTI_S(text));
  }
  return cti_slice_find(text, ':', 0) < text.size ? parse_interface(out, &p) : parse_plain(out, &p);
}

/* ---- versions */

ct_status cti_name_check_version(const cti_name *name, ct_slice suffix, uint64_t offset, cti_arena *arena) {
  cti_semver version;
  if (!name->version.data) {
    if (!suffix.data) return CT_OK;
    return cti_fail(arena->error, CT_COMP_NAME, offset, "a version suffix needs a name with a version, and `%.*s` has none", CTI_S(name->text));
  }
  ct_slice full = suffix.data ? cti_format(arena, "%.*s%.*s", CTI_S(name->version), CTI_S(suffix)) : name->version;
  if (!full.data) return CT_NOMEM;
  if (!cti_semver_parse(&version, full))
    return cti_fail(arena->error, CT_COMP_NAME, offset, "invalid interface version: `%.*s` is not a semantic version, such as 1.2.3", CTI_S(full));
  if (!suffix.data) return CT_OK;
  ct_slice rest, track = cti_semver_track(arena, &version, &rest);
  if (!track.data) return CT_NOMEM;
  if (cti_slice_eq(track, name->version)) return CT_OK;
  return cti_fail(arena->error, CT_COMP_NAME, offset, "invalid interface version: the canonical form of `%.*s` is `%.*s`, not `%.*s`", CTI_S(full),
                  CTI_S(track), CTI_S(name->version));
}

/* ---- uniqueness */

static bool is_canonical(ct_slice text) {
  for (size_t i = 0; i < text.size; i++)
    if (text.data[i] == '-' || text.data[i] == '[' || (text.data[i] >= 'A' && text.data[i] <= 'Z')) return false;
  return true;
}

/* Lower case and without hyphens up to the version, which stands as it is. */
static ct_slice interface_key(const cti_name *name, cti_arena *arena) {
  size_t end = name->version.data ? (size_t)(name->version.data - name->text.data) : name->text.size;
  if (is_canonical(cti_slice_cut(name->text, 0, end))) return name->text;
  uint8_t *key = cti_alloc(arena, name->text.size);
  if (!key) return (ct_slice){NULL, 0};
  size_t size = 0;
  for (size_t i = 0; i < name->text.size; i++) {
    uint8_t c = name->text.data[i];
    bool folds = i < end;
    if (folds && c == '-') continue;
    key[size++] = folds && c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
  }
  return cti_slice(key, size);
}

ct_slice cti_name_key(const cti_name *name, cti_arena *arena) {
  if (name->form == CTI_NAME_LEGACY) return name->text;
  if (name->form == CTI_NAME_INTERFACE) return interface_key(name, arena);
  return is_canonical(name->text) ? name->text : cti_plain_name_canonical(arena, name->text);
}

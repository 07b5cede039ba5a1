/* legacy_name.c - the grammar of dropped import names, as the component model's explainer had it before they went:
 *   unlocked-dep=<PATH[@*|@{RANGE}]>    locked-dep=<PATH[@VERSION]>[,HASH]    url=<TEXT>[,HASH]    HASH = integrity=<METADATA>
 * https://github.com/WebAssembly/component-model/blob/2489e3d614677e7e6832657de0eead0f74d86bf7/design/mvp/Explainer.md#import-and-export-definitions */
#include "component/legacy_name.h"

#include "types/label.h"
#include "types/semver.h"

static bool eat(ct_slice *rest, const char *prefix) {
  ct_slice want = cti_slice_str(prefix);
  if (!cti_slice_starts(*rest, want)) return false;
  *rest = cti_slice_cut(*rest, want.size, rest->size);
  return true;
}

/* What stands before `end`, which must follow; both are passed. */
static bool take_until(ct_slice *out, ct_slice *rest, char end) {
  size_t at = cti_slice_find(*rest, (uint8_t)end, 0);
  if (at == rest->size) return false;
  *out = cti_slice_cut(*rest, 0, at);
  *rest = cti_slice_cut(*rest, at + 1, rest->size);
  return true;
}

bool cti_legacy_name_is(ct_slice text) {
  return eat(&text, "url=") || eat(&text, "integrity=") || eat(&text, "locked-dep=") || eat(&text, "unlocked-dep=");
}

/* ---- package paths and version ranges */

static bool take_path_label(ct_slice *rest, bool lower_alone) {
  size_t size = 0;
  while (size < rest->size && rest->data[size] != ':' && rest->data[size] != '/' && rest->data[size] != '@') size++;
  ct_slice label = cti_slice_cut(*rest, 0, size);
  *rest = cti_slice_cut(*rest, size, rest->size);
  for (size_t i = 0; lower_alone && i < label.size; i++)
    if (label.data[i] >= 'A' && label.data[i] <= 'Z') return false;
  return cti_label_valid(label);
}

/* namespace:package, then perhaps /interface. */
static bool take_path(ct_slice *rest, cti_features features) {
  bool nested = cti_features_have(features, CTI_FEATURE_CM_NESTED_NAMES);
  if (!take_path_label(rest, true) || !eat(rest, ":") || !take_path_label(rest, true)) return false;
  while (nested && eat(rest, ":"))
    if (!take_path_label(rest, true)) return false;
  for (bool more = eat(rest, "/"); more; more = nested && eat(rest, "/"))
    if (!take_path_label(rest, false)) return false;
  return true;
}

static bool is_semver(ct_slice text) {
  cti_semver version;
  return cti_semver_parse(&version, text);
}

/* "*", ">=LOW", "<HIGH" or ">=LOW <HIGH". */
static bool is_range(ct_slice range) {
  if (cti_slice_is(range, "*")) return true;
  if (eat(&range, "<")) return is_semver(range);
  if (!eat(&range, ">=")) return false;
  size_t blank = cti_slice_find(range, ' ', 0);
  if (blank == range.size) return is_semver(range);
  ct_slice high = cti_slice_cut(range, blank + 1, range.size);
  return is_semver(cti_slice_cut(range, 0, blank)) && eat(&high, "<") && is_semver(high);
}

static bool is_unlocked(ct_slice inner, cti_features features) {
  if (!take_path(&inner, features)) return false;
  if (inner.size == 0) return true;
  if (!eat(&inner, "@")) return false;
  if (cti_slice_is(inner, "*")) return true;
  ct_slice range;
  return eat(&inner, "{") && take_until(&range, &inner, '}') && inner.size == 0 && is_range(range);
}

static bool is_locked(ct_slice inner, cti_features features) {
  if (!take_path(&inner, features)) return false;
  return inner.size == 0 || (eat(&inner, "@") && is_semver(inner));
}

/* ---- integrity metadata: https://www.w3.org/TR/SRI/#the-integrity-attribute */

static bool is_base64(ct_slice text) {
  size_t size = text.size;
  while (size && text.size - size < 2 && text.data[size - 1] == '=') size--;
  for (size_t i = 0; i < size; i++) {
    uint8_t c = text.data[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    if (!letter) return false;
  }
  return size > 0;
}

static bool is_hash(ct_slice word) {
  if (!eat(&word, "sha256-") && !eat(&word, "sha384-") && !eat(&word, "sha512-")) return false;
  return is_base64(cti_slice_cut(word, 0, cti_slice_find(word, '?', 0)));
}

static bool is_blank(uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static bool is_metadata(ct_slice inner) {
  bool any = false;
  for (size_t at = 0, end; at < inner.size; at = end) {
    end = at;
    while (end < inner.size && !is_blank(inner.data[end])) end++;
    if (end == at) {
      end++;
      continue;
    }
    if (!is_hash(cti_slice_cut(inner, at, end))) return false;
    any = true;
  }
  return any;
}

static bool is_integrity(ct_slice text) {
  ct_slice inner;
  return eat(&text, "integrity=<") && take_until(&inner, &text, '>') && text.size == 0 && is_metadata(inner);
}

static bool is_legacy_name(ct_slice text, cti_features features) {
  ct_slice rest = text, inner = {NULL, 0};
  if (eat(&rest, "unlocked-dep=<")) /* a range has a > of its own */
    return cti_slice_ends(rest, CTI_LIT(">")) && is_unlocked(cti_slice_cut(rest, 0, rest.size - 1), features);
  bool locked = eat(&rest, "locked-dep=<"), url = !locked && eat(&rest, "url=<");
  if (!locked && !url) return is_integrity(text);
  if (!take_until(&inner, &rest, '>')) return false;
  if (locked ? !is_locked(inner, features) : cti_slice_find(inner, '<', 0) < inner.size) return false;
  return rest.size == 0 || (eat(&rest, ",") && is_integrity(rest));
}

ct_status cti_legacy_name_check(ct_slice text, cti_features features, uint64_t offset, ct_error *error) {
  if (is_legacy_name(text, features)) return CT_OK;
  return cti_fail(error, CT_COMP_NAME, offset, "`%.*s` begins as a URL, an integrity hash or a dependency, but has not the form of one", CTI_S(text));
}

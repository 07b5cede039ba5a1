/* core_name.c - names of built-ins, read by the table core_names.def. Flows in: the field of an import. Flows out: the row that it names, and what the
 * name carries beside it. Nothing is looked up here: whether a resource or function of that name exists is world_match.c's question. */
#include "compose/core_name.h"

static const cti_core_name_info rows[] = {
#define CT_CORE_NAME(symbol, word, form, prefix, place, signature) {CTI_CANON_##symbol, word, CTI_CORE_##form, CTI_CORE_##prefix, CTI_CORE_##place, signature},
#include "compose/core_names.def"
#undef CT_CORE_NAME
};

static bool strip(ct_slice *name, ct_slice prefix) {
  if (!cti_slice_starts(*name, prefix)) return false;
  *name = cti_slice_cut(*name, prefix.size, name->size);
  return true;
}

bool cti_core_name_strip_async(ct_slice *name) { return strip(name, CTI_LIT("[async-lower]")); }

/* Decimal digits alone, at least one, of a u32. */
static bool parse_u32(uint32_t *out, ct_slice text) {
  uint64_t value = 0;
  if (text.size == 0 || text.size > 10) return false;
  for (size_t i = 0; i < text.size; i++) {
    if (text.data[i] < '0' || text.data[i] > '9') return false;
    value = value * 10 + (text.data[i] - '0');
  }
  *out = (uint32_t)value;
  return value <= UINT32_MAX;
}

/* "" or "-i32" or "-i64". */
static bool parse_width(cti_corevt *out, ct_slice tail) {
  *out = cti_slice_is(tail, "-i64") ? CTI_VT_I64 : CTI_VT_I32;
  return tail.size == 0 || cti_slice_is(tail, "-i32") || cti_slice_is(tail, "-i64");
}

static bool parse_encoding(cti_string_encoding *out, ct_slice tail) {
  static const char *const names[CTI_ENCODING_COUNT] = {"-utf8", "-utf16", "-latin1+utf16"};
  for (unsigned i = 0; i < CTI_ENCODING_COUNT; i++) {
    *out = (cti_string_encoding)i;
    if (cti_slice_is(tail, names[i])) return true;
  }
  return false;
}

/* "-N", "-i32-N" or "-i64-N". */
static bool parse_slot(cti_core_name *out, ct_slice tail) {
  out->type = cti_slice_starts(tail, CTI_LIT("-i64-")) ? CTI_VT_I64 : CTI_VT_I32;
  if (cti_slice_starts(tail, CTI_LIT("-i64-")) || cti_slice_starts(tail, CTI_LIT("-i32-"))) tail = cti_slice_cut(tail, 4, tail.size);
  return strip(&tail, CTI_LIT("-")) && parse_u32(&out->slot, tail);
}

static bool parse_payload(cti_core_name *out, ct_slice tail) {
  out->is_unit = cti_slice_is(tail, "-unit");
  return out->is_unit || (strip(&tail, CTI_LIT("-")) && parse_u32(&out->payload, tail));
}

/* Does "[word tail]rest" have the form of this row? */
static bool matches(cti_core_name *out, const cti_core_name_info *row, ct_slice inside, ct_slice rest) {
  if (!strip(&inside, cti_slice_str(row->word))) return false;
  out->info = row;
  out->rest = rest;
  switch (row->form) {
    case CTI_CORE_PLAIN: return inside.size == 0 && rest.size == 0;
    case CTI_CORE_WIDTH: return rest.size == 0 && parse_width(&out->type, inside);
    case CTI_CORE_ENCODING: return rest.size == 0 && parse_encoding(&out->encoding, inside);
    case CTI_CORE_SLOT: return rest.size == 0 && parse_slot(out, inside);
    case CTI_CORE_PAYLOAD: return parse_payload(out, inside);
    case CTI_CORE_RESOURCE:
    case CTI_CORE_FUNC: return inside.size == 0;
  }
  return false;
}

static bool parse_legacy(cti_core_name *out, ct_slice field) {
  cti_core_prefix prefix = CTI_CORE_NO_PREFIX;
  if (strip(&field, CTI_LIT("[async-lower]"))) prefix = CTI_CORE_ASYNC;
  else if (strip(&field, CTI_LIT("[cancellable]"))) prefix = CTI_CORE_CANCELLABLE;
  size_t end = cti_slice_find(field, ']', 0);
  if (field.size == 0 || field.data[0] != '[' || end == field.size) return false;
  ct_slice inside = cti_slice_cut(field, 1, end), rest = cti_slice_cut(field, end + 1, field.size);
  for (unsigned i = 0; i < CTI_COUNT(rows); i++) {
    *out = (cti_core_name){.flag = prefix != CTI_CORE_NO_PREFIX, .type = CTI_VT_I32};
    if (out->flag && rows[i].prefix != prefix) continue;
    if (matches(out, &rows[i], inside, rest)) return true;
  }
  return false;
}

static const cti_core_name_info *row_of(cti_canon_kind canon) {
  for (unsigned i = 0; i < CTI_COUNT(rows); i++)
    if (rows[i].canon == canon) return &rows[i];
  return NULL;
}

/* The standard names know resources alone so far: "r_drop", "r_new", "r_rep". */
static bool parse_standard(cti_core_name *out, ct_slice field) {
  static const struct {
    cti_canon_kind canon;
    ct_slice suffix;
  } suffixes[] = {{CTI_CANON_RESOURCE_DROP, {(const uint8_t *)"_drop", 5}}, {CTI_CANON_RESOURCE_NEW, {(const uint8_t *)"_new", 4}}, {CTI_CANON_RESOURCE_REP, {(const uint8_t *)"_rep", 4}}};
  for (unsigned i = 0; i < CTI_COUNT(suffixes); i++) {
    if (!cti_slice_ends(field, suffixes[i].suffix)) continue;
    *out = (cti_core_name){.info = row_of(suffixes[i].canon), .rest = cti_slice_cut(field, 0, field.size - suffixes[i].suffix.size), .type = CTI_VT_I32};
    return true;
  }
  return false;
}

bool cti_core_name_parse(cti_core_name *out, ct_slice field, cti_mangling mangling) {
  return mangling == CTI_MANGLING_LEGACY ? parse_legacy(out, field) : parse_standard(out, field);
}

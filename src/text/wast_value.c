/* wast_value.c - values in scripts: arguments and results of core functions and of component functions. Flows in: tokens. Flows out: JSON. */
#include <stdio.h>

#include "base/utf8.h"
#include "text/wast.h"

ct_status cti_wast_too_deep(cti_wast *s, cti_wat_token at) {
  return cti_wat_fail(&s->p, at, CT_LIMIT, "threads and values are nested more than %d deep", CTI_WAST_DEEPEST);
}

static void typed(cti_wast *s, const char *type) {
  cti_json_open(&s->json, '{');
  cti_json_member_str(&s->json, "type", type);
}

static void number(cti_wast *s, uint64_t bits, unsigned size, bool is_signed) {
  char text[24];
  int64_t value = size == 64 ? (int64_t)bits : (int64_t)(bits << (64 - size)) >> (64 - size);
  if (is_signed) snprintf(text, sizeof text, "%lld", (long long)value);
  else snprintf(text, sizeof text, "%llu", (unsigned long long)bits);
  cti_json_str(&s->json, text);
}

/* Bits as an unsigned number; where `patterns`, also nan:canonical and nan:arithmetic. */
static void float_bits(cti_wast *s, unsigned size, bool patterns) {
  uint32_t low = 0;
  uint64_t bits = 0;
  static const char *const nans[] = {"nan:canonical", "nan:arithmetic"};
  for (size_t i = 0; patterns && i < CTI_COUNT(nans); i++) {
    if (!cti_wat_take_word(&s->p, nans[i])) continue;
    cti_json_str(&s->json, nans[i]);
    return;
  }
  bool good = cti_wat_at(&s->p, CTI_WAT_INTEGER) || cti_wat_at(&s->p, CTI_WAT_FLOAT);
  if (!good) {
    cti_wat_expected(&s->p, "a number");
    return;
  }
  good = size == 32 ? cti_wat_float32(&low, cti_wat_slice(s->p.token), s->p.arena) : cti_wat_float64(&bits, cti_wat_slice(s->p.token), s->p.arena);
  if (!good && !cti_wat_failed(&s->p)) cti_wat_fail(&s->p, s->p.token, CT_TEXT_SYNTAX, "constant out of range");
  else cti_wat_advance(&s->p);
  number(s, size == 32 ? low : bits, size, false);
}

/* ---- core */

static void vector(cti_wast *s, bool patterns) {
  static const struct shape {
    const char *name, *lane;
    unsigned lanes, bits;
    bool floats;
  } shapes[] = {{"i8x16", "i8", 16, 8, false}, {"i16x8", "i16", 8, 16, false}, {"i32x4", "i32", 4, 32, false}, {"i64x2", "i64", 2, 64, false}, {"f32x4", "f32", 4, 32, true}, {"f64x2", "f64", 2, 64, true}};
  const struct shape *shape = shapes;
  while (shape < shapes + CTI_COUNT(shapes) && !cti_wat_take_word(&s->p, shape->name)) shape++;
  if (shape == shapes + CTI_COUNT(shapes)) {
    cti_wat_expected(&s->p, "the shape of a vector, such as i32x4");
    return;
  }
  cti_json_member_str(&s->json, "lane_type", shape->lane);
  cti_json_member_open(&s->json, "value", '[');
  for (unsigned i = 0; i < shape->lanes; i++) {
    if (shape->floats) float_bits(s, shape->bits, patterns);
    else number(s, cti_wat_take_int(&s->p, shape->bits, true), shape->bits, true);
  }
  cti_json_close(&s->json, ']');
}

/* (ref.null HEAPTYPE): which type, and whether its JSON has a value that says null. */
static void null_reference(cti_wast *s) {
  static const struct {
    const char *heap, *type;
    bool has_value;
  } rows[] = {{"func", "funcref", true}, {"extern", "externref", true}, {"any", "anyref", true}, {"none", "nullref", false}, {"nofunc", "nullfuncref", false}, {"noextern", "nullexternref", false},
              {"exn", "exnref", true}, {"eq", "eqref", false}, {"struct", "structref", false}, {"array", "arrayref", false}, {"i31", "i31ref", false}, {"noexn", "nullexnref", false},
              {"cont", "contref", true}, {"nocont", "nullcontref", false}};
  for (size_t i = 0; i < CTI_COUNT(rows); i++) {
    if (!cti_wat_take_word(&s->p, rows[i].heap)) continue;
    typed(s, rows[i].type);
    if (rows[i].has_value) cti_json_member_str(&s->json, "value", "null");
    cti_json_close(&s->json, '}');
    return;
  }
  cti_wat_expected(&s->p, "an abstract heap type");
}

/* A reference that the host gave, by its number: (ref.extern 1). Without one, any reference. */
static void host_reference(cti_wast *s, const char *type) {
  typed(s, type);
  if (cti_wat_at(&s->p, CTI_WAT_INTEGER)) {
    cti_json_key(&s->json, "value");
    number(s, cti_wat_take_u32(&s->p), 32, false);
  }
  cti_json_close(&s->json, '}');
}

/* False when the keyword is that of no core value. `patterns`: as a result. */
static bool core_number(cti_wast *s, bool patterns) {
  static const struct {
    const char *keyword, *type;
    unsigned bits;
    bool is_float;
  } rows[] = {{"i32.const", "i32", 32, false}, {"i64.const", "i64", 64, false}, {"f32.const", "f32", 32, true}, {"f64.const", "f64", 64, true}};
  for (size_t i = 0; i < CTI_COUNT(rows); i++) {
    if (!cti_wat_take_word(&s->p, rows[i].keyword)) continue;
    typed(s, rows[i].type);
    cti_json_key(&s->json, "value");
    if (rows[i].is_float) float_bits(s, rows[i].bits, patterns);
    else number(s, cti_wat_take_int(&s->p, rows[i].bits, true), rows[i].bits, true);
    cti_json_close(&s->json, '}');
    return true;
  }
  if (!cti_wat_take_word(&s->p, "v128.const")) return false;
  typed(s, "v128");
  vector(s, patterns);
  cti_json_close(&s->json, '}');
  return true;
}

/* ---- components */

static void component_value(cti_wast *s);

static void value_group(cti_wast *s) {
  cti_wat_expect(&s->p, CTI_WAT_LEFT);
  component_value(s);
  cti_wat_leave(&s->p);
}

static bool integer_value(cti_wast *s) {
  static const struct {
    const char *keyword, *type;
    unsigned bits;
    bool is_signed;
  } rows[] = {{"u8.const", "u8", 8, false}, {"s8.const", "s8", 8, true}, {"u16.const", "u16", 16, false}, {"s16.const", "s16", 16, true}, {"u32.const", "u32", 32, false},
              {"s32.const", "s32", 32, true}, {"u64.const", "u64", 64, false}, {"s64.const", "s64", 64, true}};
  for (size_t i = 0; i < CTI_COUNT(rows); i++) {
    if (!cti_wat_take_word(&s->p, rows[i].keyword)) continue;
    typed(s, rows[i].type);
    cti_json_key(&s->json, "value");
    number(s, cti_wat_take_int(&s->p, rows[i].bits, rows[i].is_signed), rows[i].bits, rows[i].is_signed);
    return true;
  }
  return false;
}

static void bool_value(cti_wast *s) {
  bool is_true = cti_wat_take_word(&s->p, "true");
  if (!is_true) cti_wat_expect_word(&s->p, "false");
  cti_json_bool(&s->json, is_true);
}

static void char_value(cti_wast *s) {
  cti_wat_token at = s->p.token;
  ct_slice text = cti_wat_take_name(&s->p);
  size_t length = 0;
  if (!cti_wat_failed(&s->p)) cti_utf8_decode(text, &length);
  if (!cti_wat_failed(&s->p) && (length == 0 || length != text.size)) cti_wat_fail(&s->p, at, CT_TEXT_SYNTAX, "one character was expected");
  cti_json_string(&s->json, text);
}

static void list_value(cti_wast *s) {
  cti_json_open(&s->json, '[');
  while (cti_wat_more(&s->p)) value_group(s);
  cti_json_close(&s->json, ']');
}

static void record_value(cti_wast *s) {
  cti_json_open(&s->json, '[');
  while (cti_wat_more(&s->p)) {
    cti_wat_expect_group(&s->p, "field");
    cti_json_open(&s->json, '[');
    cti_json_string(&s->json, cti_wat_take_name(&s->p));
    component_value(s);
    cti_json_close(&s->json, ']');
    cti_wat_leave(&s->p);
  }
  cti_json_close(&s->json, ']');
}

static void flags_value(cti_wast *s) {
  cti_json_open(&s->json, '[');
  while (cti_wat_more(&s->p)) cti_json_string(&s->json, cti_wat_take_name(&s->p));
  cti_json_close(&s->json, ']');
}

static void string_value(cti_wast *s) { cti_json_string(&s->json, cti_wat_take_name(&s->p)); }
static void none_value(cti_wast *s) { cti_json_null(&s->json); }
static void f32_value(cti_wast *s) { float_bits(s, 32, false); }
static void f64_value(cti_wast *s) { float_bits(s, 64, false); }

static void payload_or_null(cti_wast *s) {
  if (cti_wat_more(&s->p)) value_group(s);
  else cti_json_null(&s->json);
}

static void result_value(cti_wast *s, const char *key) {
  cti_json_open(&s->json, '{');
  cti_json_key(&s->json, key);
  payload_or_null(s);
  cti_json_close(&s->json, '}');
}

static void ok_value(cti_wast *s) { result_value(s, "Ok"); }
static void err_value(cti_wast *s) { result_value(s, "Err"); }

/* {"type":"variant","value":{"case":...,"payload":...}} */
static void variant_value(cti_wast *s) {
  cti_json_open(&s->json, '{');
  cti_json_key(&s->json, "case");
  string_value(s);
  if (cti_wat_more(&s->p)) {
    cti_json_key(&s->json, "payload");
    value_group(s);
  }
  cti_json_close(&s->json, '}');
}

static const struct {
  const char *keyword, *type;
  void (*read)(cti_wast *s);
} value_rows[] = {
    {"bool.const", "bool", bool_value}, {"char.const", "char", char_value}, {"str.const", "string", string_value}, {"f32.const", "f32", f32_value}, {"f64.const", "f64", f64_value},
    {"list.const", "list", list_value}, {"record.const", "record", record_value}, {"tuple.const", "tuple", list_value}, {"variant.const", "variant", variant_value},
    {"enum.const", "enum", string_value}, {"option.none", "option", none_value}, {"option.some", "option", value_group}, {"result.ok", "result", ok_value},
    {"result.err", "result", err_value}, {"flags.const", "flags", flags_value},
};

static void component_value(cti_wast *s) {
  if (s->depth >= CTI_WAST_DEEPEST) {
    cti_wast_too_deep(s, s->p.token);
    return;
  }
  s->depth++;
  size_t i = 0;
  if (!integer_value(s)) {
    while (i < CTI_COUNT(value_rows) && !cti_wat_take_word(&s->p, value_rows[i].keyword)) i++;
    if (i == CTI_COUNT(value_rows)) {
      cti_wat_expected(&s->p, "a value, such as i32.const or str.const,");
      return;
    }
    typed(s, value_rows[i].type);
    cti_json_key(&s->json, "value");
    value_rows[i].read(s);
  }
  cti_json_close(&s->json, '}');
  s->depth--;
}

/* ---- arguments and results */

static void reference_or_value(cti_wast *s) {
  if (cti_wat_take_word(&s->p, "ref.null")) null_reference(s);
  else if (cti_wat_take_word(&s->p, "ref.extern")) host_reference(s, "externref");
  else if (cti_wat_take_word(&s->p, "ref.host")) host_reference(s, "anyref");
  else component_value(s);
}

void cti_wast_argument(cti_wast *s) {
  if (!core_number(s, false)) reference_or_value(s);
}

static void function_reference(cti_wast *s) {
  typed(s, "funcref");
  if (cti_wat_at(&s->p, CTI_WAT_INTEGER)) {
    cti_json_member_open(&s->json, "value", '{');
    cti_json_member_uint(&s->json, "index", cti_wat_take_u32(&s->p));
    cti_json_close(&s->json, '}');
  }
  cti_json_close(&s->json, '}');
}

/* (either RESULT RESULT ...) */
static void either(cti_wast *s) {
  typed(s, "either");
  cti_json_member_open(&s->json, "values", '[');
  s->depth++;
  while (cti_wat_more(&s->p) && s->depth < CTI_WAST_DEEPEST) {
    cti_wat_expect(&s->p, CTI_WAT_LEFT);
    cti_wast_result(s);
    cti_wat_leave(&s->p);
  }
  if (s->depth >= CTI_WAST_DEEPEST) cti_wast_too_deep(s, s->p.token);
  s->depth--;
  cti_json_close(&s->json, ']');
  cti_json_close(&s->json, '}');
}

/* Any reference of a type. */
static bool reference_pattern(cti_wast *s) {
  static const char *const rows[][2] = {{"ref.any", "anyref"}, {"ref.eq", "eqref"}, {"ref.array", "arrayref"}, {"ref.struct", "structref"}, {"ref.i31", "i31ref"}, {"ref.i31_shared", "i31refshared"}, {"ref.exn", "exnref"}};
  for (size_t i = 0; i < CTI_COUNT(rows); i++) {
    if (!cti_wat_take_word(&s->p, rows[i][0])) continue;
    typed(s, rows[i][1]);
    cti_json_close(&s->json, '}');
    return true;
  }
  return false;
}

/* (ref.null) without a type. */
static bool any_null(cti_wast *s) {
  if (!cti_wat_at_word(&s->p, "ref.null")) return false;
  cti_wat_token next = cti_wat_second(&s->p);
  if (next.kind != CTI_WAT_RIGHT && next.kind != CTI_WAT_END) return false;
  cti_wat_advance(&s->p);
  typed(s, "refnull");
  cti_json_close(&s->json, '}');
  return true;
}

void cti_wast_result(cti_wast *s) {
  if (core_number(s, true) || reference_pattern(s) || any_null(s)) return;
  if (cti_wat_take_word(&s->p, "either")) either(s);
  else if (cti_wat_take_word(&s->p, "ref.func")) function_reference(s);
  else reference_or_value(s);
}

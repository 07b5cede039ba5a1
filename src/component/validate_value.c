/* validate_value.c - value definitions: do the bytes form a value of the type? Flows in: a type and bytes. Flows out: an entry in the space of values.
 * Depth of recursion is the depth of types, which is limited where they are made; each element takes at least one byte.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Binary.md#-value-definitions */
#include "base/utf8.h"
#include "component/scope.h"

typedef struct reader {
  cti_component_validator *v;
  cti_cursor c;
} reader;

static void read_value(reader *r, cti_valtype type);

static void refuse(reader *r, uint64_t offset, const char *what) {
  if (!r->c.failed) cti_cursor_fail_at(&r->c, CT_COMP_INVALID, offset, "the bytes are no value of the type: %s", what);
}

/* ---- primitives */

/* LEBs are read as 32-bit ones, which bounds their length; that the number fits is looked at here. */
static void read_signed(reader *r, int32_t min, int32_t max) {
  uint64_t offset = cti_cursor_offset(&r->c);
  int32_t value = cti_cursor_s32(&r->c);
  if (value < min || value > max) refuse(r, offset, "the number is out of range");
}

static void read_unsigned(reader *r, uint32_t max) {
  uint64_t offset = cti_cursor_offset(&r->c);
  if (cti_cursor_u32(&r->c) > max) refuse(r, offset, "the number is out of range");
}

static void read_bool(reader *r) {
  uint64_t offset = cti_cursor_offset(&r->c);
  if (cti_cursor_u8(&r->c) > 1) refuse(r, offset, "a bool is 0 or 1");
}

static void read_char(reader *r) {
  uint64_t offset = cti_cursor_offset(&r->c);
  uint8_t first = cti_cursor_peek(&r->c);
  size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  ct_slice bytes = cti_cursor_bytes(&r->c, size);
  if (!r->c.failed && !cti_utf8_valid(bytes)) refuse(r, offset, "a char is one Unicode scalar value in UTF-8");
}

static void read_f32(reader *r) {
  uint64_t offset = cti_cursor_offset(&r->c);
  uint32_t bits = cti_cursor_u32_fixed(&r->c);
  bool is_nan = (bits & 0x7fffffffu) > 0x7f800000u;
  if (is_nan && bits != 0x7fc00000u) refuse(r, offset, "there is one NaN alone, 0x7fc00000");
}

static void read_f64(reader *r) {
  uint64_t offset = cti_cursor_offset(&r->c);
  uint64_t bits = cti_cursor_u64_fixed(&r->c);
  bool is_nan = (bits & 0x7fffffffffffffffu) > 0x7ff0000000000000u;
  if (is_nan && bits != 0x7ff8000000000000u) refuse(r, offset, "there is one NaN alone, 0x7ff8000000000000");
}

static void read_prim(reader *r, cti_prim prim) {
  switch (prim) {
    case CTI_PRIM_BOOL: read_bool(r); break;
    case CTI_PRIM_S8:
    case CTI_PRIM_U8: cti_cursor_u8(&r->c); break;
    case CTI_PRIM_S16: read_signed(r, INT16_MIN, INT16_MAX); break;
    case CTI_PRIM_U16: read_unsigned(r, UINT16_MAX); break;
    case CTI_PRIM_S32: cti_cursor_s32(&r->c); break;
    case CTI_PRIM_U32: cti_cursor_u32(&r->c); break;
    case CTI_PRIM_S64: cti_cursor_s64(&r->c); break;
    case CTI_PRIM_U64: cti_cursor_u64(&r->c); break;
    case CTI_PRIM_F32: read_f32(r); break;
    case CTI_PRIM_F64: read_f64(r); break;
    case CTI_PRIM_CHAR: read_char(r); break;
    case CTI_PRIM_STRING: cti_cursor_name(&r->c); break;
    default: refuse(r, cti_cursor_offset(&r->c), "values of this type cannot be written");
  }
}

/* ---- definitions */

/* One of `count` cases by its number; the payload follows. */
static uint32_t read_case(reader *r, uint32_t count) {
  uint64_t offset = cti_cursor_offset(&r->c);
  uint32_t index = cti_cursor_u32(&r->c);
  if (index < count) return index;
  refuse(r, offset, "there is no case of this number");
  return 0;
}

/* The byte that tells none from some, and ok from error. */
static bool read_second(reader *r) {
  uint64_t offset = cti_cursor_offset(&r->c);
  uint8_t byte = cti_cursor_u8(&r->c);
  if (byte > 1) refuse(r, offset, "0 or 1 tells which of two cases it is");
  return byte == 1;
}

static void read_members(reader *r, const cti_def *def) {
  for (uint32_t i = 0; i < def->member_count && !r->c.failed; i++) read_value(r, def->members[i].type);
}

static void read_def(reader *r, const cti_def *def) {
  uint32_t count, index;
  switch (def->kind) {
    case CTI_DEF_ALIAS: read_value(r, def->element); break;
    case CTI_DEF_RECORD:
    case CTI_DEF_TUPLE: read_members(r, def); break;
    case CTI_DEF_VARIANT:
    case CTI_DEF_ENUM:
      index = read_case(r, def->member_count);
      read_value(r, def->members[index].type);
      break;
    case CTI_DEF_FLAGS: cti_cursor_bytes(&r->c, (def->member_count + 7) / 8); break;
    case CTI_DEF_LIST:
      count = cti_cursor_count(&r->c, "elements of a list");
      for (uint32_t i = 0; i < count && !r->c.failed; i++) read_value(r, def->element);
      break;
    case CTI_DEF_FIXED_LIST:
      for (uint32_t i = 0; i < def->length && !r->c.failed; i++) read_value(r, def->element);
      break;
    case CTI_DEF_OPTION:
      if (read_second(r)) read_value(r, def->element);
      break;
    case CTI_DEF_RESULT: read_value(r, read_second(r) ? def->key : def->element); break;
    default: refuse(r, cti_cursor_offset(&r->c), "values of this type cannot be written");
  }
}

static void read_value(reader *r, cti_valtype type) {
  if (cti_valtype_is_none(type) || r->c.failed) return;
  if (cti_valtype_is_prim(type)) read_prim(r, cti_valtype_to_prim(type));
  else read_def(r, cti_value_at(&r->v->store, cti_valtype_index(type)));
}

ct_status cti_validate_value(cti_component_validator *v, const cti_item *item) {
  cti_scope *scope = cti_scope_current(v);
  cti_scope_value value = {0};
  CTI_TRY(cti_require(v, CTI_FEATURE_CM_VALUES, item->offset, "a value"));
  CTI_TRY(cti_component_limit_check(CTI_COMPONENT_LIMIT_VALUES, (uint64_t)scope->values.count + 1, item->offset, v->error));
  CTI_TRY(cti_scope_valtype(&value.type, v, item->of.value.type, item->offset));
  reader r = {v, cti_cursor_make(item->of.value.bytes, item->of.value.offset, v->error)};
  read_value(&r, value.type);
  CTI_TRY(cti_cursor_expect_end(&r.c, "a value"));
  return cti_vec_push(v->arena, &scope->values, value) ? CT_OK : CT_NOMEM;
}

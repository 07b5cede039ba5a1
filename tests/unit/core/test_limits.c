/* limits.def: its values, and each row one below, at and one above. The counts are small ones that the caller sets, so that each module is small, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "core/limits.h"

static void test_values__as_engines_have_them(void **state) {
  (void)state;
  cti_limit_set set;
  cti_limits_init(&set, NULL);
  static const uint32_t expected[CTI_LIMITS] = {
      [CTI_LIMIT_types] = 1000000, [CTI_LIMIT_functions] = 1000000, [CTI_LIMIT_imports] = 1000000, [CTI_LIMIT_exports] = 1000000, [CTI_LIMIT_globals] = 1000000,
      [CTI_LIMIT_tags] = 1000000, [CTI_LIMIT_tables] = 100000, [CTI_LIMIT_memories] = 100, [CTI_LIMIT_element_segments] = 100000, [CTI_LIMIT_data_segments] = 100000,
      [CTI_LIMIT_table_entries] = 10000000, [CTI_LIMIT_string_size] = 100000, [CTI_LIMIT_function_size] = 7654321, [CTI_LIMIT_function_locals] = 50000,
      [CTI_LIMIT_function_params] = 1000, [CTI_LIMIT_function_results] = 1000, [CTI_LIMIT_br_table_size] = 7654321, [CTI_LIMIT_struct_fields] = 10000,
      [CTI_LIMIT_subtyping_depth] = 63, [CTI_LIMIT_catches] = 10000, [CTI_LIMIT_handlers] = 10000, [CTI_LIMIT_select_results] = 10, [CTI_LIMIT_type_size] = 999999,
      [CTI_LIMIT_canonical_types] = 1048576, [CTI_LIMIT_operands] = 16777216, [CTI_LIMIT_modules_and_components] = 1000};
  for (int i = 0; i < CTI_LIMITS; i++) assert_int_equal(set.max[i], expected[i]);
}

static void test_values__of_the_caller(void **state) {
  (void)state;
  cti_limit_set set;
  cti_limits_init(&set, &(ct_limits){.functions = 7, .operands = 9});
  assert_int_equal(set.max[CTI_LIMIT_functions], 7);
  assert_int_equal(set.max[CTI_LIMIT_operands], 9);
  assert_int_equal(set.max[CTI_LIMIT_types], 1000000);
}

/* ---- modules with n of something */

static void bytes(cti_buf *b, const char *data, size_t size) { cti_buf_bytes(b, cti_slice(data, size)); }
#define BYTES(b, literal) bytes((b), "" literal, sizeof(literal) - 1)

/* A section of n equal items. */
static void section(cti_buf *b, uint8_t id, uint32_t n, const char *item, size_t size) {
  cti_buf_u8(b, id);
  size_t mark = cti_buf_open(b);
  cti_buf_uleb(b, n);
  for (uint32_t i = 0; i < n; i++) bytes(b, item, size);
  cti_buf_close(b, mark);
}
#define SECTION(b, id, n, item) section((b), (id), (n), "" item, sizeof(item) - 1)

static void one_body(cti_buf *b, ct_slice body) {
  cti_buf_u8(b, 10);
  size_t mark = cti_buf_open(b);
  cti_buf_u8(b, 1);
  cti_buf_name(b, body);
  cti_buf_close(b, mark);
}

/* A module of one function of type 0, whose body is made by the caller. */
static void func_module(cti_buf *b, const cti_buf *body) {
  SECTION(b, 1, 1, "\x60\x00\x00");
  SECTION(b, 3, 1, "\x00");
  one_body(b, cti_buf_slice(body));
}

static void make_types(cti_buf *b, uint32_t n) { SECTION(b, 1, n, "\x60\x00\x00"); }

static void make_functions(cti_buf *b, uint32_t n) {
  SECTION(b, 1, 1, "\x60\x00\x00");
  SECTION(b, 3, n, "\x00");
  SECTION(b, 10, n, "\x02\x00\x0b");
}

static void make_imports(cti_buf *b, uint32_t n) {
  SECTION(b, 1, 1, "\x60\x00\x00");
  SECTION(b, 2, n, "\x01m\x01n\x00\x00");
}

static void make_exports(cti_buf *b, uint32_t n) {
  SECTION(b, 5, 1, "\x00\x01");
  cti_buf_u8(b, 7);
  size_t mark = cti_buf_open(b);
  cti_buf_uleb(b, n);
  for (uint32_t i = 0; i < n; i++) {
    char name[2] = {(char)('a' + i), 0};
    cti_buf_name(b, cti_slice_str(name));
    BYTES(b, "\x02\x00");
  }
  cti_buf_close(b, mark);
}

static void make_globals(cti_buf *b, uint32_t n) { SECTION(b, 6, n, "\x7f\x00\x41\x00\x0b"); }

static void make_tags(cti_buf *b, uint32_t n) {
  SECTION(b, 1, 1, "\x60\x00\x00");
  SECTION(b, 13, n, "\x00\x00");
}

static void make_tables(cti_buf *b, uint32_t n) { SECTION(b, 4, n, "\x70\x00\x01"); }
static void make_memories(cti_buf *b, uint32_t n) { SECTION(b, 5, n, "\x00\x01"); }
static void make_elems(cti_buf *b, uint32_t n) { SECTION(b, 9, n, "\x01\x00\x00"); }
static void make_datas(cti_buf *b, uint32_t n) { SECTION(b, 11, n, "\x01\x00"); }

static void make_entries(cti_buf *b, uint32_t n) {
  cti_buf items = {0};
  BYTES(&items, "\x05\x70");
  cti_buf_uleb(&items, n);
  for (uint32_t i = 0; i < n; i++) BYTES(&items, "\xd0\x70\x0b");
  section(b, 9, 1, (const char *)items.data, items.size);
  ct_buf_free(&items);
}

static void make_string(cti_buf *b, uint32_t n) {
  cti_buf_u8(b, 0);
  size_t mark = cti_buf_open(b);
  cti_buf_uleb(b, n);
  cti_buf_fill(b, 'x', n);
  cti_buf_close(b, mark);
}

static void make_function_size(cti_buf *b, uint32_t n) {
  cti_buf body = {0};
  cti_buf_u8(&body, 0);
  cti_buf_fill(&body, 0x01, n - 2);
  cti_buf_u8(&body, 0x0b);
  func_module(b, &body);
  ct_buf_free(&body);
}

static void make_locals(cti_buf *b, uint32_t n) {
  cti_buf body = {0};
  BYTES(&body, "\x02\x01\x7f");
  cti_buf_uleb(&body, n - 1);
  BYTES(&body, "\x7e\x0b");
  func_module(b, &body);
  ct_buf_free(&body);
}

static void make_signature(cti_buf *b, uint32_t params, uint32_t results) {
  cti_buf_u8(b, 1);
  size_t mark = cti_buf_open(b);
  BYTES(b, "\x01\x60");
  cti_buf_uleb(b, params);
  cti_buf_fill(b, 0x7f, params);
  cti_buf_uleb(b, results);
  cti_buf_fill(b, 0x7f, results);
  cti_buf_close(b, mark);
}

static void make_params(cti_buf *b, uint32_t n) { make_signature(b, n, 0); }
static void make_results(cti_buf *b, uint32_t n) { make_signature(b, 0, n); }

static void make_br_table(cti_buf *b, uint32_t n) {
  cti_buf body = {0};
  BYTES(&body, "\x00\x41\x00\x0e");
  cti_buf_uleb(&body, n);
  cti_buf_fill(&body, 0, n + 1);
  cti_buf_u8(&body, 0x0b);
  func_module(b, &body);
  ct_buf_free(&body);
}

static void make_fields(cti_buf *b, uint32_t n) {
  cti_buf_u8(b, 1);
  size_t mark = cti_buf_open(b);
  BYTES(b, "\x01\x5f");
  cti_buf_uleb(b, n);
  for (uint32_t i = 0; i < n; i++) BYTES(b, "\x7f\x00");
  cti_buf_close(b, mark);
}

/* A chain of n supertypes above the last type. */
static void make_depth(cti_buf *b, uint32_t n) {
  cti_buf_u8(b, 1);
  size_t mark = cti_buf_open(b);
  cti_buf_uleb(b, n + 1);
  BYTES(b, "\x50\x00\x5f\x00");
  for (uint32_t i = 0; i < n; i++) {
    BYTES(b, "\x50\x01");
    cti_buf_uleb(b, i);
    BYTES(b, "\x5f\x00");
  }
  cti_buf_close(b, mark);
}

static void make_catches(cti_buf *b, uint32_t n) {
  cti_buf body = {0};
  BYTES(&body, "\x00\x1f\x40");
  cti_buf_uleb(&body, n);
  for (uint32_t i = 0; i < n; i++) BYTES(&body, "\x02\x00");
  BYTES(&body, "\x0b\x0b");
  func_module(b, &body);
  ct_buf_free(&body);
}

/* resume with n times `on tag switch`: type 1 is the continuation, tag 0 has type 0. */
static void make_handlers(cti_buf *b, uint32_t n) {
  cti_buf body = {0};
  BYTES(b, "\x01\x06\x02\x60\x00\x00\x5d\x00");
  SECTION(b, 3, 1, "\x00");
  SECTION(b, 13, 1, "\x00\x00");
  BYTES(&body, "\x00\x00\xe3\x01");
  cti_buf_uleb(&body, n);
  for (uint32_t i = 0; i < n; i++) BYTES(&body, "\x01\x00");
  cti_buf_u8(&body, 0x0b);
  one_body(b, cti_buf_slice(&body));
  ct_buf_free(&body);
}

static void make_select(cti_buf *b, uint32_t n) {
  cti_buf body = {0};
  BYTES(&body, "\x00\x00\x1c");
  cti_buf_uleb(&body, n);
  cti_buf_fill(&body, 0x7f, n);
  BYTES(&body, "\x1a\x0b");
  func_module(b, &body);
  ct_buf_free(&body);
}

/* Exports of a memory: each is one unit, the module itself another. */
static void make_type_size(cti_buf *b, uint32_t n) { make_exports(b, n - 1); }

static void make_canonical(cti_buf *b, uint32_t n) {
  cti_buf_u8(b, 1);
  size_t mark = cti_buf_open(b);
  cti_buf_uleb(b, n);
  for (uint32_t i = 0; i < n; i++) {
    cti_buf_u8(b, 0x60);
    cti_buf_uleb(b, i);
    cti_buf_fill(b, 0x7f, i);
    cti_buf_u8(b, 0);
  }
  cti_buf_close(b, mark);
}

static const struct {
  const char *name;
  void (*make)(cti_buf *b, uint32_t n);
  size_t member;
  uint32_t at;
  ct_status inside; /* what the modules within the limit give */
} rows[] = {
#define ROW(name, make, at, inside) {#name, make, offsetof(ct_limits, name), at, inside}
    ROW(types, make_types, 5, CT_OK),
    ROW(functions, make_functions, 5, CT_OK),
    ROW(imports, make_imports, 5, CT_OK),
    ROW(functions, make_imports, 5, CT_OK),
    ROW(exports, make_exports, 5, CT_OK),
    ROW(globals, make_globals, 5, CT_OK),
    ROW(tags, make_tags, 5, CT_OK),
    ROW(tables, make_tables, 5, CT_OK),
    ROW(memories, make_memories, 5, CT_OK),
    ROW(element_segments, make_elems, 5, CT_OK),
    ROW(data_segments, make_datas, 5, CT_OK),
    ROW(table_entries, make_entries, 5, CT_OK),
    ROW(string_size, make_string, 5, CT_OK),
    ROW(function_size, make_function_size, 5, CT_OK),
    ROW(function_locals, make_locals, 5, CT_OK),
    ROW(function_params, make_params, 5, CT_OK),
    ROW(function_results, make_results, 5, CT_OK),
    ROW(br_table_size, make_br_table, 5, CT_OK),
    ROW(struct_fields, make_fields, 5, CT_OK),
    ROW(subtyping_depth, make_depth, 5, CT_OK),
    ROW(catches, make_catches, 5, CT_OK),
    ROW(handlers, make_handlers, 5, CT_OK),
    ROW(select_results, make_select, 5, CT_CORE_INVALID),
    ROW(type_size, make_type_size, 6, CT_OK),
    ROW(canonical_types, make_canonical, 5, CT_OK),
    /* the values that nobody set */
    {"memories", make_memories, SIZE_MAX, 100, CT_OK},
    {"function_locals", make_locals, SIZE_MAX, 50000, CT_OK},
    {"function_params", make_params, SIZE_MAX, 1000, CT_OK},
    {"function_results", make_results, SIZE_MAX, 1000, CT_OK},
    {"subtyping_depth", make_depth, SIZE_MAX, 63, CT_OK},
    {"catches", make_catches, SIZE_MAX, 10000, CT_OK},
    {"handlers", make_handlers, SIZE_MAX, 10000, CT_OK},
    {"struct_fields", make_fields, SIZE_MAX, 10000, CT_OK},
    {"string_size", make_string, SIZE_MAX, 100000, CT_OK},
    {"tables", make_tables, SIZE_MAX, 100000, CT_OK},
    {"data_segments", make_datas, SIZE_MAX, 100000, CT_OK},
    {"function_size", make_function_size, SIZE_MAX, 7654321, CT_OK},
    {"globals", make_globals, SIZE_MAX, 1000000, CT_OK},
#undef ROW
};

static ct_status verdict(ct_error *error, size_t row, uint32_t n) {
  ct_error_clear(error);
  ct_validate_options options = {.threads = 1};
  ct_features features = ct_features_default();
  assert_int_equal(ct_features_parse(&features, "all", error), CT_OK);
  options.features = features;
  if (rows[row].member != SIZE_MAX) memcpy((char *)&options.limits + rows[row].member, &rows[row].at, sizeof rows[row].at);
  cti_buf module = {0};
  bytes(&module, "\0asm\1\0\0\0", 8);
  rows[row].make(&module, n);
  ct_status status = ct_validate(cti_buf_slice(&module), &options, error);
  ct_buf_free(&module);
  return status;
}

static void test_rows__below_at_above(void **state) {
  (void)state;
  for (size_t i = 0; i < CTI_COUNT(rows); i++) {
    ct_error error;
    uint32_t at = rows[i].at;
    if (verdict(&error, i, at - 1) != rows[i].inside) fail_msg("%s, one below: %s", rows[i].name, error.message);
    if (verdict(&error, i, at) != rows[i].inside) fail_msg("%s, at the limit: %s", rows[i].name, error.message);
    if (verdict(&error, i, at + 1) != CT_LIMIT) fail_msg("%s, one above: status %d, %s", rows[i].name, error.status, error.message);
  }
}

/* One call pushes a thousand operands: what it takes is not explained by its two bytes, so there is an end to it. */
static void test_operands__bounded(void **state) {
  (void)state;
  cti_buf module = {0}, body = {0};
  bytes(&module, "\0asm\1\0\0\0", 8);
  BYTES(&module, "\x01\xf0\x07\x02\x60\x00\x00\x60\x00\xe8\x07");
  cti_buf_fill(&module, 0x7f, 1000);
  SECTION(&module, 2, 1, "\x01m\x01n\x00\x01");
  SECTION(&module, 3, 1, "\x00");
  cti_buf_u8(&body, 0);
  for (int i = 0; i < 100; i++) BYTES(&body, "\x10\x00");
  BYTES(&body, "\x00\x0b");
  one_body(&module, cti_buf_slice(&body));
  ct_error error;
  ct_error_clear(&error);
  for (uint32_t limit = 99999; limit <= 100001; limit++) {
    ct_error_clear(&error);
    assert_int_equal(ct_validate(cti_buf_slice(&module), &(ct_validate_options){.threads = 1, .limits.operands = limit}, &error), limit < 100000 ? CT_LIMIT : CT_OK);
  }
  ct_buf_free(&module);
  ct_buf_free(&body);
}

static void test_modules__counted(void **state) {
  (void)state;
  static const uint8_t two[] = "\0asm\x0d\0\x01\0\x01\x08\0asm\1\0\0\0\x01\x08\0asm\1\0\0\0";
  ct_error error;
  ct_error_clear(&error);
  ct_slice component = {two, sizeof two - 1};
  assert_int_equal(ct_validate(component, NULL, &error), CT_OK);
  assert_int_equal(ct_validate(component, &(ct_validate_options){.limits.modules_and_components = 4}, &error), CT_OK);
  assert_int_equal(ct_validate(component, &(ct_validate_options){.limits.modules_and_components = 3}, &error), CT_OK);
  assert_int_equal(ct_validate(component, &(ct_validate_options){.limits.modules_and_components = 2}, &error), CT_LIMIT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_values__as_engines_have_them),
      cmocka_unit_test(test_values__of_the_caller),
      cmocka_unit_test(test_rows__below_at_above),
      cmocka_unit_test(test_operands__bounded),
      cmocka_unit_test(test_modules__counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

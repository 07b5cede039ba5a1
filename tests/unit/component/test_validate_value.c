/* Value definitions: bytes that form a value of each kind of type, and such that do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "component/component.h"
#include "component_fixture.h"

/* The types by index: all kinds that have values. */
static const char types[] =
    "(type (record (field \"a\" u8) (field \"b\" string))) (type (variant (case \"x\") (case \"y\" u16))) (type (list s16)) (type (tuple bool char)) (type (flags \"a\" \"b\" \"c\"))"
    "(type (enum \"a\" \"b\")) (type (option f32)) (type (result u8 (error 5))) (type (list u8 3)) (type (stream u8)) (type (map string u8)) (type u8)";

typedef struct row {
  uint8_t type; /* index, or the code of a primitive */
  uint8_t size, bytes[9];
  bool good;
} row;

static const row rows[] = {
    {0x7f, 1, {1}, true},    {0x7f, 1, {2}, false},    {0x7f, 0, {0}, false},       {0x7d, 1, {255}, true},        {0x7d, 2, {1, 1}, false},
    {0x7c, 2, {0x80, 0x7f}, true}, {0x7c, 3, {0xff, 0xff, 1}, true}, {0x7c, 3, {0x80, 0x80, 2}, false}, {0x7b, 3, {0xff, 0xff, 3}, true}, {0x7b, 3, {0x80, 0x80, 4}, false},
    {0x76, 4, {0, 0, 0xc0, 0x7f}, true}, {0x76, 4, {1, 0, 0xc0, 0x7f}, false}, {0x76, 4, {0, 0, 0x80, 0xff}, true}, {0x75, 8, {0, 0, 0, 0, 0, 0, 0xf8, 0x7f}, true},
    {0x75, 8, {0, 0, 0, 0, 0, 0, 0xf8, 0xff}, false}, {0x74, 1, {'a'}, true}, {0x74, 2, {0xc3, 0xa4}, true}, {0x74, 2, {'a', 'b'}, false}, {0x74, 3, {0xed, 0xa0, 0x80}, false},
    {0x73, 3, {2, 'h', 'i'}, true}, {0x73, 2, {1, 0xff}, false}, {0x64, 1, {0}, false},
    {0, 3, {7, 1, 'x'}, true}, {0, 1, {7}, false}, {1, 1, {0}, true}, {1, 2, {1, 9}, true}, {1, 1, {1}, false}, {1, 1, {2}, false}, {2, 3, {2, 5, 6}, true}, {2, 2, {2, 5}, false},
    {3, 2, {1, 'z'}, true}, {4, 1, {5}, true}, {4, 2, {5, 0}, false}, {5, 1, {1}, true}, {5, 1, {2}, false}, {6, 1, {0}, true}, {6, 5, {1, 0, 0, 0, 0}, true}, {6, 1, {1}, false},
    {7, 2, {0, 8}, true}, {7, 2, {1, 1}, true}, {7, 2, {1, 2}, false}, {8, 3, {1, 2, 3}, true}, {8, 2, {1, 2}, false}, {9, 1, {0}, false}, {10, 1, {0}, false}, {11, 1, {4}, true},
};

static void test_validate_value__rows(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    ct_error error = {0};
    cti_arena arena;
    cti_component component;
    cti_buf bytes = {0};
    ct_buf base = component_of_text(types);
    cti_arena_init(&arena, &error);
    assert_int_equal(cti_component_decode(&component, cti_buf_slice(&base), 0, &arena), CT_OK);
    component.changed = true;
    cti_item item = {.kind = CTI_ITEM_VALUE};
    item.of.value.type = rows[i].type < 0x40 ? cti_valtype_def(rows[i].type) : cti_valtype_prim(cti_prim_of_code(rows[i].type));
    item.of.value.bytes = cti_slice(rows[i].bytes, rows[i].size);
    assert_true(cti_vec_push(&arena, &component.items, item));
    cti_component_encode(&component, &bytes);
    ct_validate_options options = {.features = ct_features_default(), .threads = 1};
    ct_features_parse(&options.features, "cm-values,cm-fixed-length-lists,cm-error-context", &error);
    ct_validate(cti_buf_slice(&bytes), &options, &error);
    bool good = strstr(error.message, "value 0 is not used"); /* what is asked of every value at the end, when nothing else was wrong */
    if (good != rows[i].good) fail_msg("row %zu: %s", i, error.message);
    ct_buf_free(&bytes);
    ct_buf_free(&base);
    cti_arena_free(&arena);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_validate_value__rows)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

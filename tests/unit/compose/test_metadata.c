/* Component-type sections: written and read again, merged, in their older form, and broken ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "binary_fixture.h"
#include "ctool/compose.h"
#include "ctool/validate.h"
#include "hurt.h"

static const char first[] = "package a:b@0.1.0;\ninterface i {\n  f: func(s: string);\n  record r {\n    s: string,\n  }\n}\n"
                            "world w {\n  import i;\n  export run: func(s: string);\n}\n";
static const char second[] = "package c:d;\nworld v {\n  import a: func(s: string);\n  import inner: interface {\n    g: func();\n  }\n  export stop: func();\n}\n";

typedef struct merged {
  ct_error error;
  cti_arena arena;
  cti_bindings bindings;
  cti_buf text;
} merged;

static void begin(merged *m) {
  *m = (merged){0};
  cti_arena_init(&m->arena, &m->error);
  assert_int_equal(cti_bindings_init(&m->bindings, &m->arena), CT_OK);
}

static void end(merged *m) {
  ct_buf_free(&m->text);
  cti_arena_free(&m->arena);
}

static ct_status add(merged *m, const char *text, const char *world, cti_string_encoding encoding, cti_ids *exports) {
  cti_buf section = binary_world(text, world, encoding);
  ct_slice content = cti_copy(&m->arena, cti_buf_slice(&section)); /* the resolve borrows from it */
  ct_buf_free(&section);
  return cti_bindings_add(&m->bindings, content, 0, exports);
}

static const char *printed(merged *m) {
  cti_buf_truncate(&m->text, 0);
  assert_int_equal(cti_wit_print(&m->bindings.resolve, 0, false, true, &m->text), CT_OK);
  cti_buf_u8(&m->text, 0);
  return (const char *)m->text.data;
}

static void test_bindings__one_section(void **state) {
  (void)state;
  merged m;
  cti_ids exports = {0};
  begin(&m);
  assert_int_equal(m.bindings.section_count, 0);
  assert_int_equal(add(&m, first, "w", CTI_ENCODING_UTF16, &exports), CT_OK);
  assert_int_equal(m.bindings.section_count, 1);
  assert_false(m.bindings.mixed);
  assert_int_equal(m.bindings.encoding, CTI_ENCODING_UTF16);
  assert_int_equal(exports.count, 1);
  assert_string_equal(printed(&m), "package root:root;\n\nworld root {\n  import a:b/i@0.1.0;\n\n  export run: func(s: string);\n}\n");
  assert_true(cti_slice_is(m.bindings.producers.fields.items[0].values.items[0].name, "wit-component"));
  end(&m);
}

static void test_bindings__merged(void **state) {
  (void)state;
  merged m;
  cti_ids exports = {0};
  begin(&m);
  assert_int_equal(add(&m, first, "w", CTI_ENCODING_UTF8, NULL), CT_OK);
  assert_int_equal(add(&m, second, "v", CTI_ENCODING_UTF8, &exports), CT_OK);
  assert_int_equal(add(&m, first, "w", CTI_ENCODING_UTF8, NULL), CT_OK);
  assert_int_equal(exports.count, 1);
  assert_int_equal(exports.items[0], 1);
  assert_false(m.bindings.mixed);
  assert_string_equal(printed(&m), "package root:root;\n\nworld root {\n  import a:b/i@0.1.0;\n  import inner: interface {\n    g: func();\n  }\n  import a: func(s: string);\n\n"
                                   "  export run: func(s: string);\n  export stop: func();\n}\n");
  end(&m);
}

/* The world of a section may be one that came before, or have exports of one: each place is told once. */
static void test_bindings__common_exports(void **state) {
  (void)state;
  static const char text[] = "package a:b;\ninterface i {\n  record r {\n    s: string,\n  }\n  f: func() -> r;\n}\n"
                             "world w {\n  export i;\n  export run: func();\n}\nworld part {\n  export i;\n  export stop: func();\n}\n";
  merged m;
  cti_ids exports = {0};
  begin(&m);
  assert_int_equal(add(&m, text, "w", CTI_ENCODING_UTF8, &exports), CT_OK);
  assert_int_equal(add(&m, text, "w", CTI_ENCODING_UTF8, &exports), CT_OK);
  assert_int_equal(exports.count, 2);
  assert_int_equal(add(&m, text, "part", CTI_ENCODING_UTF8, &exports), CT_OK);
  assert_int_equal(m.bindings.section_count, 3);
  assert_int_equal(exports.count, 3);
  for (uint32_t i = 0; i < exports.count; i++) assert_int_equal(exports.items[i], i);
  assert_int_equal(m.bindings.resolve.worlds.items[m.bindings.world].exports.count, 3);
  end(&m);
}

static cti_string_encoding encoding_of(merged *m, bool is_export, const char *item_name, const char *func_name) {
  const cti_wit_world *world = &m->bindings.resolve.worlds.items[m->bindings.world];
  const cti_world_items *items = is_export ? &world->exports : &world->imports;
  for (uint32_t i = 0; i < items->count; i++)
    if (cti_slice_is(cti_world_item_name(&m->bindings.resolve, &items->items[i]), item_name))
      return cti_bindings_encoding(&m->bindings, is_export, &items->items[i], &(cti_wit_func){.name = cti_slice_str(func_name)});
  return CTI_ENCODING_COUNT;
}

static void test_bindings__mixed_encodings(void **state) {
  (void)state;
  merged m;
  begin(&m);
  assert_int_equal(add(&m, first, "w", CTI_ENCODING_UTF8, NULL), CT_OK);
  assert_int_equal(encoding_of(&m, false, "a:b/i@0.1.0", "f"), CTI_ENCODING_UTF8);
  assert_int_equal(add(&m, second, "v", CTI_ENCODING_COMPACT_UTF16, NULL), CT_OK);
  assert_true(m.bindings.mixed);
  assert_int_equal(encoding_of(&m, false, "a:b/i@0.1.0", "f"), CTI_ENCODING_UTF8);
  assert_int_equal(encoding_of(&m, true, "run", "run"), CTI_ENCODING_UTF8);
  assert_int_equal(encoding_of(&m, false, "a", "a"), CTI_ENCODING_COMPACT_UTF16);
  assert_int_equal(encoding_of(&m, false, "inner", "g"), CTI_ENCODING_COMPACT_UTF16);
  assert_int_equal(add(&m, first, "w", CTI_ENCODING_COMPACT_UTF16, NULL), CT_WIT_MERGE);
  assert_string_equal(m.error.message, "two component-type sections want different string encodings for `a:b/i/f`");
  end(&m);
}

static void test_bindings__conflict(void **state) {
  (void)state;
  merged m;
  begin(&m);
  assert_int_equal(add(&m, first, "w", CTI_ENCODING_UTF8, NULL), CT_OK);
  assert_int_equal(add(&m, "package c:d;\nworld v {\n  export run: func(n: u32);\n}\n", "v", CTI_ENCODING_UTF8, NULL), CT_WIT_MERGE);
  end(&m);
}

/* Version 3: 0x03, encoding, name of the world, a package in binary form. */
static void test_bindings__old_form(void **state) {
  (void)state;
  merged m;
  cti_buf package = binary_package(first), content = {0};
  begin(&m);
  cti_buf_bytes(&content, CTI_LIT("\3\2\1w"));
  cti_buf_bytes(&content, cti_buf_slice(&package));
  assert_int_equal(cti_bindings_add(&m.bindings, cti_buf_slice(&content), 0, NULL), CT_OK);
  assert_int_equal(m.bindings.encoding, CTI_ENCODING_COMPACT_UTF16);
  assert_string_equal(printed(&m), "package root:root;\n\nworld root {\n  import a:b/i@0.1.0;\n\n  export run: func(s: string);\n}\n");
  end(&m);
  ct_buf_free(&package);
  ct_buf_free(&content);
}

static void expect_failure(ct_slice content, ct_status status, const char *message) {
  merged m;
  begin(&m);
  assert_int_equal(cti_bindings_add(&m.bindings, content, 0x40, NULL), status);
  assert_string_equal(m.error.message, message);
  end(&m);
}

static void test_bindings__failures(void **state) {
  (void)state;
  cti_buf section = binary_world(first, "w", CTI_ENCODING_UTF8), package = binary_package(first), content = {0};
  size_t header = 0;
  while (!cti_slice_starts(cti_slice_cut(cti_buf_slice(&section), header, section.size), CTI_LIT("wit-component-encoding\4\0"))) assert_true(++header < section.size);
  uint8_t *version = section.data + header + 22;
  version[1] = 9;
  expect_failure(cti_buf_slice(&section), CT_COMPOSE_METADATA, "unknown string encoding 9");
  version[0] = 5;
  expect_failure(cti_buf_slice(&section), CT_COMPOSE_METADATA,
                 "the section `wit-component-encoding` has a form that this version of ctool does not know (version 5; 4 is known)");
  version[-1] = 'x';
  expect_failure(cti_buf_slice(&section), CT_COMPOSE_METADATA, "the section `wit-component-encoding` is missing");
  expect_failure(cti_buf_slice(&package), CT_COMPOSE_METADATA, "the component does not have the form of a world: one exported type that exports one component");
  cti_buf_bytes(&content, CTI_LIT("\3\0\1x"));
  cti_buf_bytes(&content, cti_buf_slice(&package));
  expect_failure(cti_buf_slice(&content), CT_WIT_WORLD, "the package `a:b@0.1.0` has no world `x`");
  ct_buf_free(&section);
  ct_buf_free(&package);
  ct_buf_free(&content);
}

static void bindings_hurt(ct_slice bytes, void *context) {
  ct_error error = {0};
  cti_arena arena;
  cti_bindings bindings;
  cti_ids exports = {0};
  (void)context;
  cti_arena_init(&arena, &error);
  ct_status status = cti_bindings_init(&bindings, &arena);
  if (status == CT_OK) status = cti_bindings_add(&bindings, bytes, 0, &exports);
  uint32_t count = exports.count;
  if (status == CT_OK) status = cti_bindings_add(&bindings, bytes, 0, &exports);
  assert_int_equal(status, error.status);
  assert_int_not_equal(status, CT_INTERNAL);
  if (status == CT_OK) assert_int_equal(exports.count, count);
  cti_arena_free(&arena);
}

static void test_bindings__hostile(void **state) {
  (void)state;
  static const char text[] = "package a:b@0.1.0;\ninterface i {\n  f: func(s: string);\n}\ninterface j {\n  g: func();\n}\n"
                             "world w {\n  import i;\n  export j;\n  export k: interface {\n    h: func();\n  }\n  export run: func(s: string);\n}\n";
  cti_buf section = binary_world(text, "w", CTI_ENCODING_UTF8);
  hurt_cuts(cti_buf_slice(&section), bindings_hurt, NULL);
  hurt_bits(cti_buf_slice(&section), bindings_hurt, NULL);
  assert_true(hurt_starve(cti_buf_slice(&section), bindings_hurt, NULL) > 0);
  ct_buf_free(&section);
}

/* Types beyond the limits of engines are for `component new` to refuse: it may not need them. */
static void test_component_type__deep(void **state) {
  (void)state;
  ct_error error;
  ct_error_clear(&error);
  ct_wit *wit;
  cti_buf text = {0}, section = {0};
  cti_buf_str(&text, "package a:b;\ninterface i {\n  record t0 { x: u32 }\n");
  for (int i = 1; i < 120; i++) cti_buf_printf(&text, "  record t%d { x: t%d }\n", i, i - 1);
  cti_buf_str(&text, "  f: func(x: t119);\n}\nworld w {\n  import i;\n}\n");
  assert_int_equal(ct_wit_read(&wit, "deep.wit", cti_buf_slice(&text), NULL, &error), CT_OK);
  assert_int_equal(ct_component_type(&section, wit, &(ct_embed_options){.skip_validation = true}, &error), CT_OK);
  size_t size = section.size;
  assert_int_equal(ct_validate(cti_buf_slice(&section), NULL, &error), CT_LIMIT);
  ct_error_clear(&error);
  assert_int_equal(ct_component_type(&section, wit, NULL, &error), CT_OK);
  assert_int_equal(error.status, CT_OK);
  assert_int_equal(section.size, 2 * size);
  ct_wit_free(wit);
  ct_buf_free(&text);
  ct_buf_free(&section);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_bindings__one_section), cmocka_unit_test(test_bindings__merged),   cmocka_unit_test(test_bindings__mixed_encodings),
      cmocka_unit_test(test_bindings__conflict),    cmocka_unit_test(test_bindings__old_form), cmocka_unit_test(test_bindings__failures),
      cmocka_unit_test(test_bindings__hostile),     cmocka_unit_test(test_component_type__deep), cmocka_unit_test(test_bindings__common_exports),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

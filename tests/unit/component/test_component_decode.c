/* The codec of components: what was built decodes again, what was read is written as it came, what is broken keeps what came before, and each allocation
 * may fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "component_fixture.h"
#include "hurt.h"
#include "reencode.h"

/* One of almost everything that a component can hold. */
static const char sample[] =
    "(core type (module (type (func (param i32))) (import \"m\" \"f\" (func (type 0))) (export \"g\" (global (mut i64)))))"
    "(core type (func)) (core rec (type (sub (struct (field i8)))) (type (func (result f32))))"
    "(core module $m (func (export \"f\")) (memory (export \"mem\") 1) (func (export \"realloc\") (param i32 i32 i32 i32) (result i32) unreachable))"
    "(core instance $i (instantiate $m)) (alias core export $i \"f\" (core func $f)) (core instance (export \"x\" (func $f)))"
    "(type (record (field \"a\" u8) (field \"b\" string))) (type (variant (case \"x\") (case \"y\" 0))) (type (flags \"p\" \"q\")) (type (enum \"e\"))"
    "(type (tuple u8 char)) (type (list f32)) (type (option s64)) (type (result)) (type (result u8 (error string)))"
    "(type (stream u8)) (type (future)) (type bool) (type $r (resource (rep i32))) (type (own $r)) (type (borrow $r))"
    "(type $t (func)) (type (instance (export \"r\" (type (sub resource))) (type (own 0)) (type (func (result 1))) (export \"f\" (func (type 2)))))"
    "(import \"a:b/c@1.0.0\" (instance (export \"g\" (func)))) (import \"h\" (func $h))"
    "(component (import \"x\" (func)) (export \"y\" (func 0)))"
    "(func $l (type $t) (canon lift (core func $f))) (core func (canon lower (func $h))) (core func (canon resource.drop $r))"
    "(instance (instantiate 0 (with \"x\" (func $l)))) (export \"z\" (func $l))";

typedef struct fixture {
  ct_error error;
  cti_arena arena;
  cti_component component;
  ct_status status;
} fixture;

static void decode(fixture *f, ct_slice bytes) {
  *f = (fixture){0};
  cti_arena_init(&f->arena, &f->error);
  f->status = cti_component_decode(&f->component, bytes, 0, &f->arena);
}

static void expect_reencoded(ct_slice bytes, bool anew) {
  ct_error error = {0};
  cti_buf out = {0};
  assert_true(reencode_component(&out, bytes, 0, anew, &error));
  assert_int_equal(out.size, bytes.size);
  assert_memory_equal(out.data, bytes.data, bytes.size);
  ct_buf_free(&out);
}

static void test_component_decode__round_trip(void **state) {
  (void)state;
  ct_buf bytes = component_of_text(sample);
  expect_reencoded(cti_buf_slice(&bytes), false);
  expect_reencoded(cti_buf_slice(&bytes), true);
  ct_buf_free(&bytes);
}

static void test_component_decode__counts(void **state) {
  (void)state;
  fixture f;
  ct_buf bytes = component_of_text(sample);
  decode(&f, cti_buf_slice(&bytes));
  assert_int_equal(f.status, CT_OK);
  assert_false(f.component.broken);
  assert_int_equal(f.component.count[CTI_SORT_CORE_TYPE], 4); /* a module type, a function, and a group of two */
  assert_int_equal(f.component.count[CTI_SORT_CORE_FUNC], 3);
  assert_int_equal(f.component.count[CTI_SORT_CORE_INSTANCE], 2);
  assert_int_equal(f.component.count[CTI_SORT_COMPONENT], 1);
  assert_int_equal(f.component.count[CTI_SORT_INSTANCE], 2);
  assert_int_equal(f.component.count[CTI_SORT_FUNC], 3);
  uint32_t sum = 0;
  for (uint32_t i = 0; i < f.component.sections.count; i++) sum += f.component.sections.items[i].count;
  assert_int_equal(sum, f.component.items.count);
  cti_arena_free(&f.arena);
  ct_buf_free(&bytes);
}

/* Only the section that changed is written anew: the padded length of another one stays. */
static void test_component_decode__changed_section(void **state) {
  (void)state;
  static const uint8_t padded[] = {0, 'a', 's', 'm', 0x0d, 0, 1, 0, 7, 0x82, 0x00, 1, 0x7f, 7, 0x82, 0x00, 1, 0x7e};
  static const uint8_t expected[] = {0, 'a', 's', 'm', 0x0d, 0, 1, 0, 7, 0x82, 0x00, 1, 0x7f, 7, 2, 1, 0x7e};
  fixture f;
  cti_buf out = {0};
  decode(&f, cti_slice(padded, sizeof padded));
  assert_int_equal(f.status, CT_OK);
  f.component.changed = f.component.sections.items[1].changed = true;
  cti_component_encode(&f.component, &out);
  assert_int_equal(out.size, sizeof expected);
  assert_memory_equal(out.data, expected, sizeof expected);
  ct_buf_free(&out);
  cti_arena_free(&f.arena);
}

static void test_component_decode__attributes_keep_order(void **state) {
  (void)state;
  static const uint8_t bytes[] = {0, 'a', 's', 'm', 0x0d, 0, 1, 0, 10, 16, 1, 2, 1, 'a', 3, 2, 1, 'x', 0, 1, 'y', 2, 1, 'z', 1, 0};
  fixture f;
  decode(&f, cti_slice(bytes, sizeof bytes));
  assert_int_equal(f.status, CT_OK);
  const cti_extern_name *name = &f.component.items.items[0].of.import.name;
  assert_true(cti_slice_is(name->attributes->external_id, "x"));
  assert_true(cti_slice_is(name->attributes->implements, "y"));
  assert_true(name->attributes->repeated);
  assert_null(name->attributes->version_suffix.data);
  cti_arena_free(&f.arena);
  expect_reencoded(cti_slice(bytes, sizeof bytes), true);
}

static void test_component_decode__broken_keeps_what_came_before(void **state) {
  (void)state;
  static const uint8_t bytes[] = {0, 'a', 's', 'm', 0x0d, 0, 1, 0, 7, 2, 1, 0x7f, 4, 12, 0, 'a', 's', 'm', 0x0d, 0, 1, 0, 7, 2, 1, 0x01};
  fixture f;
  decode(&f, cti_slice(bytes, sizeof bytes));
  assert_int_equal(f.status, CT_COMP_FORM);
  assert_int_equal(f.error.offset, sizeof bytes - 1);
  assert_string_equal(f.error.trail, "component 0 > type section");
  assert_true(f.component.broken);
  assert_int_equal(f.component.items.count, 2);
  assert_true(f.component.items.items[1].of.component->broken);
  cti_arena_free(&f.arena);
}

static void test_component_decode__depth(void **state) {
  (void)state;
  for (uint32_t depth = CTI_MAX_DEPTH; depth <= CTI_MAX_DEPTH + 1; depth++) {
    ct_error error = {0};
    cti_arena arena;
    cti_arena_init(&arena, &error);
    cti_component *inner = NULL;
    for (uint32_t i = 0; i <= depth; i++) {
      cti_component *outer = CTI_NEW(&arena, cti_component);
      cti_component_init(outer, &arena);
      if (inner) cti_build_component(outer, inner);
      inner = outer;
    }
    cti_buf bytes = {0};
    cti_component_encode(inner, &bytes);
    fixture f;
    decode(&f, cti_buf_slice(&bytes));
    assert_int_equal(f.status, depth > CTI_MAX_DEPTH ? CT_LIMIT : CT_OK);
    cti_arena_free(&f.arena);
    ct_buf_free(&bytes);
    cti_arena_free(&arena);
  }
}

/* ---- building */

static void test_component_build__indices(void **state) {
  (void)state;
  ct_error error = {0};
  cti_arena arena;
  cti_arena_init(&arena, &error);
  cti_component c;
  cti_component_init(&c, &arena);
  cti_ctype func = {.kind = CTI_CTYPE_FUNC};
  cti_extern_name name = {.name = CTI_LIT("f")};
  cti_extern_name_set(&name, (cti_name_attributes){.external_id = CTI_LIT("id")}, &arena);
  assert_int_equal(cti_build_type(&c, &func), 0);
  assert_int_equal(cti_build_type(&c, &func), 1);
  assert_int_equal(cti_build_import(&c, &name, (cti_externtype){.sort = CTI_SORT_FUNC, .index = 1}), 0);
  assert_int_equal(cti_build_canon(&c, &(cti_canon){.kind = CTI_CANON_LOWER, .func = 0}), 0);
  assert_int_equal(cti_build_canon(&c, &(cti_canon){.kind = CTI_CANON_LIFT, .func = 0, .type = 0}), 1);
  name = (cti_extern_name){.name = CTI_LIT("g")};
  assert_int_equal(cti_build_export(&c, &name, (cti_sort_index){CTI_SORT_FUNC, 1}, NULL), 2);
  cti_build_custom(&c, CTI_LIT("x"), CTI_LIT("y"));
  cti_buf bytes = {0};
  cti_component_encode(&c, &bytes);
  fixture f;
  decode(&f, cti_buf_slice(&bytes));
  assert_int_equal(f.status, CT_OK);
  assert_int_equal(f.component.sections.count, 5); /* both types in one section, both canonical definitions, too */
  assert_memory_equal(f.component.count, c.count, sizeof c.count);
  assert_true(cti_slice_is(f.component.items.items[2].of.import.name.attributes->external_id, "id"));
  cti_arena_free(&f.arena);
  ct_buf_free(&bytes);
  cti_arena_free(&arena);
}

/* ---- hostile forms */

static void check_form(ct_slice bytes, void *context) {
  ct_error error = {0};
  cti_buf out = {0};
  (void)context;
  bool good = reencode_component(&out, bytes, 0, true, &error);
  if (!good) assert_int_not_equal(error.status, CT_OK);
  ct_buf_free(&out);
}

static void test_component_decode__hurt(void **state) {
  (void)state;
  ct_buf bytes = component_of_text(sample);
  hurt_cuts(cti_buf_slice(&bytes), check_form, NULL);
  hurt_bits(cti_buf_slice(&bytes), check_form, NULL);
  assert_true(hurt_starve(cti_buf_slice(&bytes), check_form, NULL) > 0);
  ct_buf_free(&bytes);
}

/* Item by item with nothing kept there is the same as in the model, and of a broken component as much. */
static void expect_same_items(ct_slice bytes, void *context) {
  fixture f;
  ct_error error = {0};
  cti_arena scratch;
  cti_component_reader r;
  cti_item item;
  uint32_t count = 0, nested = 0;
  (void)context;
  decode(&f, bytes);
  cti_arena_init(&scratch, &error);
  ct_status status = cti_component_reader_begin(&r, bytes, 0, 0, &error);
  for (; status == CT_OK && cti_component_reader_section(&r); cti_arena_free(&scratch)) {
    while (cti_component_reader_item(&r, &item, &scratch)) {
      assert_true(count < f.component.items.count);
      const cti_item *same = &f.component.items.items[count++];
      assert_int_equal(item.kind, same->kind);
      assert_int_equal(item.section, same->section);
      assert_int_equal(item.offset, same->offset);
      if (item.kind != CTI_ITEM_COMPONENT) continue;
      if (same->of.component->broken) error = f.error; /* what a reader of it would come to */
      if (same->of.component->broken) cti_component_reader_fail_nested(&r, nested);
      nested++;
    }
  }
  bool is_nested = f.component.items.count && cti_vec_last(&f.component.items)->kind == CTI_ITEM_COMPONENT && cti_vec_last(&f.component.items)->of.component->broken;
  assert_int_equal(count, f.component.items.count);
  if (status == CT_OK && !is_nested) assert_int_equal(cti_component_reader_status(&r), f.status);
  if (!is_nested && f.status != CT_OK) assert_int_equal(error.offset, f.error.offset);
  if (!is_nested && f.status != CT_OK) assert_string_equal(error.message, f.error.message);
  cti_arena_free(&scratch);
  cti_arena_free(&f.arena);
}

static void test_component_reader__same_items(void **state) {
  (void)state;
  ct_buf bytes = component_of_text(sample);
  expect_same_items(cti_buf_slice(&bytes), NULL);
  hurt_cuts(cti_buf_slice(&bytes), expect_same_items, NULL);
  hurt_bits(cti_buf_slice(&bytes), expect_same_items, NULL);
  ct_buf_free(&bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_component_decode__round_trip),
      cmocka_unit_test(test_component_decode__counts),
      cmocka_unit_test(test_component_decode__changed_section),
      cmocka_unit_test(test_component_decode__attributes_keep_order),
      cmocka_unit_test(test_component_decode__broken_keeps_what_came_before),
      cmocka_unit_test(test_component_decode__depth),
      cmocka_unit_test(test_component_build__indices),
      cmocka_unit_test(test_component_decode__hurt),
      cmocka_unit_test(test_component_reader__same_items),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

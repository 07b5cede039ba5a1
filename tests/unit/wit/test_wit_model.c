/* Building by hand: ids, maps, children of definitions, names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit_fixture.h"

static void test_def__children(void **state) {
  (void)state;
  cti_valtype a = cti_valtype_prim(CTI_PRIM_U8), b = cti_valtype_prim(CTI_PRIM_STRING);
  cti_member members[] = {{CTI_LIT("x"), a, {0}}, {CTI_LIT("y"), b, {0}}};
  cti_def record = {.kind = CTI_DEF_RECORD, .member_count = 2, .members = members}, map = {.kind = CTI_DEF_MAP, .element = b, .key = a}, result = {.kind = CTI_DEF_RESULT, .element = a, .key = b};
  cti_def own = {.kind = CTI_DEF_OWN, .resource = 7}, flags = {.kind = CTI_DEF_FLAGS, .member_count = 2, .members = members};
  assert_int_equal(cti_def_child_count(&record), 2);
  assert_true(cti_valtype_eq(cti_def_child(&record, 1), b));
  assert_true(cti_valtype_eq(cti_def_child(&map, 0), a) && cti_valtype_eq(cti_def_child(&map, 1), b)); /* key, value */
  assert_true(cti_valtype_eq(cti_def_child(&result, 0), a) && cti_valtype_eq(cti_def_child(&result, 1), b)); /* ok, error */
  assert_int_equal(cti_valtype_index(cti_def_child(&own, 0)), 7);
  cti_def_set_child(&own, 0, cti_valtype_def(9));
  assert_int_equal(own.resource, 9);
  cti_def_set_child(&map, 0, b);
  assert_true(cti_valtype_eq(map.key, b) && cti_valtype_eq(map.element, b));
  assert_int_equal(cti_def_child_count(&flags), 0);
}

static void test_names__of_entities(void **state) {
  (void)state;
  wit_fixture f;
  wit_begin(&f);
  assert_int_equal(wit_load_all(&f, CTI_LIT("package a:b@1.2.3; interface i { type t = u8; } world w { import i; import x: i; import y: interface { } import f: func(); }")), CT_OK);
  assert_true(cti_slice_is(cti_package_id(&f.resolve, 0), "a:b@1.2.3"));
  assert_true(cti_slice_is(cti_interface_id(&f.resolve, 0), "a:b/i@1.2.3"));
  assert_true(cti_slice_is(cti_interface_id(&f.resolve, 1), ""));
  assert_true(cti_slice_is(cti_world_id(&f.resolve, 0), "a:b/w@1.2.3"));
  const cti_world_items *imports = &f.resolve.worlds.items[0].imports;
  static const char *const names[] = {"a:b/i@1.2.3", "x", "y", "f"};
  for (uint32_t i = 0; i < imports->count; i++) {
    assert_true(cti_slice_is(cti_world_item_name(&f.resolve, &imports->items[i]), names[i]));
    assert_int_equal(cti_world_item_implements(&f.resolve, &imports->items[i]), i == 1);
  }
  wit_end(&f);
}

static void test_func__item_name(void **state) {
  (void)state;
  static const struct { cti_func_kind kind; cti_accessor accessor; const char *name, *item; } cases[] = {
      {CTI_FUNC_FREE, CTI_ACCESSOR_NONE, "f", "f"}, {CTI_FUNC_FREE, CTI_ACCESSOR_GET, "[get]f", "f"}, {CTI_FUNC_METHOD, CTI_ACCESSOR_NONE, "[method]r.m", "m"},
      {CTI_FUNC_STATIC, CTI_ACCESSOR_SET, "[static][set]r.m", "m"}, {CTI_FUNC_CONSTRUCTOR, CTI_ACCESSOR_NONE, "[constructor]r", "constructor"},
  };
  for (size_t i = 0; i < CTI_COUNT(cases); i++) {
    cti_wit_func func = {.name = cti_slice_str(cases[i].name), .kind = cases[i].kind, .accessor = cases[i].accessor};
    assert_true(cti_slice_is(cti_func_item_name(&func), cases[i].item));
  }
}

static void test_type__flags_follow_aliases(void **state) {
  (void)state;
  wit_fixture f;
  wit_begin(&f);
  assert_int_equal(wit_load_all(&f, CTI_LIT("package a:b; interface i { resource r; type a = r; type b = a; type c = borrow<b>; record x { y: list<c> } type z = u8; }")), CT_OK);
  for (uint32_t i = 0; i < f.resolve.names.count; i++) {
    const cti_wit_type *it = &f.resolve.names.items[i];
    if (!it->name.size) continue;
    assert_int_equal(it->is_resource, cti_slice_is(it->name, "r") || cti_slice_is(it->name, "a") || cti_slice_is(it->name, "b"));
    assert_int_equal(it->has_borrow, cti_slice_is(it->name, "c") || cti_slice_is(it->name, "x"));
  }
  wit_end(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_def__children),
      cmocka_unit_test(test_names__of_entities),
      cmocka_unit_test(test_func__item_name),
      cmocka_unit_test(test_type__flags_follow_aliases),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

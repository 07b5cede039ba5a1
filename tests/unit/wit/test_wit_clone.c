/* Deep copies: what is copied and what stays, and that depth is no matter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit/wit_clone.h"
#include "wit_fixture.h"

/* A chain of 100,000 types, each a list of the one before. */
static void test_type__deep(void **state) {
  (void)state;
  enum { DEPTH = 100000 };
  wit_fixture f;
  cti_clone_maps maps = {0};
  wit_begin(&f);
  cti_wit_type names = {.owner = {CTI_OWNER_WORLD, 0}};
  cti_def def = {.kind = CTI_DEF_LIST, .element = cti_valtype_prim(CTI_PRIM_U8)};
  uint32_t type = 0;
  for (unsigned i = 0; i < DEPTH; i++) {
    type = cti_resolve_add_type(&f.resolve, &def, &names);
    def.element = cti_valtype_def(type);
  }
  cti_cloner cloner = {&f.resolve, &maps, {CTI_OWNER_WORLD, 0}, {CTI_OWNER_WORLD, 1}, 0};
  assert_int_equal(cti_clone_type(&cloner, &type), CT_OK);
  assert_int_equal(f.resolve.names.count, 2 * DEPTH);
  assert_int_equal(type, 2 * DEPTH - 1);
  for (uint32_t i = DEPTH; i < 2 * DEPTH; i++) {
    assert_int_equal(f.resolve.names.items[i].owner.id, 1);
    if (i > DEPTH) assert_int_equal(cti_valtype_index(f.resolve.types.defs.items[i].element), i - 1);
  }
  wit_end(&f);
}

static void test_interface__copy(void **state) {
  (void)state;
  wit_fixture f;
  cti_clone_maps maps = {0};
  wit_begin(&f);
  assert_int_equal(wit_load_all(&f, CTI_LIT("package a:b; interface a { type t = u8; } interface b { use a.{t}; resource r; record x { y: t, z: own<r> } f: func(p: x) -> list<x>; }")), CT_OK);
  uint32_t copy = 1, before = f.resolve.names.count;
  cti_cloner cloner = {&f.resolve, &maps, {CTI_OWNER_WORLD, 0}, {CTI_OWNER_WORLD, 0}, 0};
  assert_int_equal(cti_clone_interface(&cloner, &copy), CT_OK);
  const cti_wit_interface *old = &f.resolve.interfaces.items[1], *made = &f.resolve.interfaces.items[copy];
  assert_int_equal(copy, 2);
  assert_int_equal(made->clone_of, 1);
  assert_int_equal(made->types.count, old->types.count);
  for (uint32_t i = 0; i < made->types.count; i++) {
    assert_true(made->types.items[i] >= before);
    assert_int_equal(f.resolve.names.items[made->types.items[i]].owner.id, copy);
    assert_int_equal(cti_map_get(&made->type_ids, f.resolve.names.items[made->types.items[i]].name), made->types.items[i]);
  }
  assert_int_equal(cti_type_interface_dep(&f.resolve, made->types.items[0]), 0); /* the use is still one */
  assert_true(cti_valtype_index(made->funcs.items[0].params[0].type) == made->types.items[2]);
  wit_end(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_type__deep),
      cmocka_unit_test(test_interface__copy),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

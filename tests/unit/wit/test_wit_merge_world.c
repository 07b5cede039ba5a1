/* The union of two worlds, and what it must not change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit/wit_merge.h"
#include "wit_fixture.h"

#define INTERFACES "package a:b; interface a { type t = u8; } interface b { use a.{t}; } interface c { use b.{t}; f: func() -> t; } "

/* What the world `into` is after `from` was merged into it, or the failure. */
static void check(const char *text, const char *expected) {
  wit_fixture f;
  char whole[2048];
  cti_clone_maps maps = {0};
  snprintf(whole, sizeof whole, INTERFACES "%s", text);
  wit_begin(&f);
  assert_int_equal(wit_load_all(&f, cti_slice_str(whole)), CT_OK);
  const cti_map *worlds = &f.resolve.packages.items[f.package].world_ids;
  ct_status status = cti_world_merge(&f.resolve, cti_map_get(worlds, CTI_LIT("from")), cti_map_get(worlds, CTI_LIT("into")), &maps);
  const char *found = status == CT_OK ? strstr(wit_printed(&f), "world into") : wit_failure(&f);
  assert_string_equal(found, expected);
  wit_end(&f);
}

static void test_union__of_both(void **state) {
  (void)state;
  check("world %from { import b; import f: func(); export g: func(); type x = u8; } world into { import a; export h: func(); }",
        "world into {\n  import a;\n  import b;\n\n  type x = u8;\n  import f: func();\n\n  export h: func();\n  export g: func();\n}\n");
}

static void test_union__same_items_are_one(void **state) {
  (void)state;
  check("world %from { type x = u8; import f: func(a: x); import g: func(a: x); } world into { type x = u8; import f: func(a: x); }",
        "world into {\n  type x = u8;\n  import f: func(a: x);\n  import g: func(a: x);\n}\n");
}

/* A type of the other world becomes one of this world: the copy, not the original, is what the copied function refers to. */
static void test_union__copies(void **state) {
  (void)state;
  wit_fixture f;
  cti_clone_maps maps = {0};
  wit_begin(&f);
  assert_int_equal(wit_load_all(&f, CTI_LIT("package a:b; world from-it { resource r; import f: func(x: borrow<r>); import i: interface { type t = u8; } } world into { }")), CT_OK);
  const cti_map *worlds = &f.resolve.packages.items[f.package].world_ids;
  uint32_t into = cti_map_get(worlds, CTI_LIT("into"));
  assert_int_equal(cti_world_merge(&f.resolve, cti_map_get(worlds, CTI_LIT("from-it")), into, &maps), CT_OK);
  const cti_world_items *imports = &f.resolve.worlds.items[into].imports;
  assert_int_equal(imports->count, 3);
  for (uint32_t i = 0; i < imports->count; i++) {
    const cti_world_item *item = &imports->items[i];
    if (item->kind == CTI_WORLD_TYPE) assert_int_equal(f.resolve.names.items[item->type].owner.id, into);
    if (item->kind == CTI_WORLD_INTERFACE) assert_int_not_equal(f.resolve.interfaces.items[item->interface].clone_of, CTI_WIT_NONE);
    if (item->kind != CTI_WORLD_FUNC) continue;
    uint32_t borrow = cti_valtype_index(item->func.params[0].type), resource = f.resolve.types.defs.items[borrow].resource;
    assert_int_equal(f.resolve.names.items[resource].owner.id, into);
  }
  wit_end(&f);
}

static void test_union__refused(void **state) {
  (void)state;
  check("world %from { import f: func(a: u8); } world into { import f: func(); }",
        "t.wit:1:134: the function `f` is defined twice, with different numbers of parameters | the other definition is in t.wit:1:172");
  check("world %from { import f: interface {} } world into { import f: func(); }",
        "t.wit:1:134: the worlds `a:b/into` and `a:b/from` cannot be merged: `f` is of different kinds in the two | it is defined in t.wit:1:172 and in t.wit:1:134");
  check("world %from { export c; } world into { export a; }",
        "t.wit:1:134: the worlds `a:b/into` and `a:b/from` cannot be merged: the export `a:b/c` of the second needs `a:b/a` as an import, and the first exports that");
  check("world %from { export a; } world into { export c; }",
        "t.wit:1:134: the worlds `a:b/into` and `a:b/from` cannot be merged: the export `a:b/c` of the first needs `a:b/a` as an import, and the second exports that");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_union__of_both),
      cmocka_unit_test(test_union__same_items_are_one),
      cmocka_unit_test(test_union__copies),
      cmocka_unit_test(test_union__refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

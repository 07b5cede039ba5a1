/* Worlds turned around, imports merged by version, types made nominal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit/wit_transform.h"
#include "wit_fixture.h"

static const char base[] = "package a:b; interface a { type t = u8; } interface b { use a.{t}; f: func() -> t; } world w { type x = u8; import a; import g: func(y: x); export b; export h: func(y: x); } world z { } ";

static wit_fixture f;

static uint32_t world(const char *text, const char *name) {
  wit_begin(&f);
  assert_int_equal(wit_load_all(&f, cti_slice_str(text)), CT_OK);
  return cti_map_get(&f.resolve.packages.items[f.package].world_ids, cti_slice_str(name));
}

static void expect(ct_status status, const char *from, const char *expected) {
  const char *text = status == CT_OK ? strstr(wit_printed(&f), from) : wit_failure(&f);
  assert_non_null(text);
  assert_string_equal(text, expected);
  wit_end(&f);
}

static void test_importize__exports_become_imports(void **state) {
  (void)state;
  uint32_t w = world(base, "w");
  expect(cti_world_importize(&f.resolve, w, (ct_slice){0}), "world ", "world z {\n}\nworld w-importized {\n  import a;\n  import b;\n\n  type x = u8;\n  import h: func(y: x);\n}\n");
  w = world("package a:b; world w { type x = u8; export x: func(); }", "w");
  expect(cti_world_importize(&f.resolve, w, CTI_LIT("new")), "world ", "t.wit:1:44: the export `x` cannot become an import: a type of the same name is imported");
}

static void test_exportize__imports_become_exports(void **state) {
  (void)state;
  ct_slice names[] = {CTI_LIT("g"), CTI_LIT("a")};
  uint32_t w = world(base, "w");
  expect(cti_world_exportize(&f.resolve, w, CTI_LIT("new"), NULL, 0), "world ", "world z {\n}\nworld new {\n  type x = u8;\n\n  export g: func(y: x);\n  export a;\n}\n");
  w = world(base, "w");
  expect(cti_world_exportize(&f.resolve, w, (ct_slice){0}, names, 1), "world ", "world z {\n}\nworld w-exportized {\n  import a;\n\n  type x = u8;\n\n  export g: func(y: x);\n}\n");
  w = world(base, "w");
  expect(cti_world_exportize(&f.resolve, w, (ct_slice){0}, names + 1, 1), "world ", "world z {\n}\nworld w-exportized {\n  type x = u8;\n  import g: func(y: x);\n\n  export a;\n}\n");
  names[0] = CTI_LIT("x");
  w = world(base, "w");
  expect(cti_world_exportize(&f.resolve, w, (ct_slice){0}, names, 1), "world ", "t.wit:1:101: `x` cannot be exported: worlds export functions and interfaces, not types");
}

static void test_rename__refused(void **state) {
  (void)state;
  uint32_t w = world(base, "w");
  expect(cti_world_importize(&f.resolve, w, CTI_LIT("z")), "", "the package `a:b` has something of the name `z` already");
  w = world(base, "w");
  expect(cti_world_importize(&f.resolve, w, CTI_LIT("a")), "", "the package `a:b` has something of the name `a` already");
  w = world(base, "w");
  expect(cti_world_importize(&f.resolve, w, CTI_LIT("A b")), "", "`A b` cannot be the name of a world: it is no label");
}

#define VERSION(v, more) "package x:y@" v " { interface i { type t = u8; f: func() -> t; " more " } interface j { use i.{t}; } } "

static void test_merge_imports__latest_stays(void **state) {
  (void)state;
  uint32_t w = world("package a:b; " VERSION("0.2.0", "") VERSION("0.2.10", "g: func();") VERSION("0.3.0", "")
                     "world w { import x:y/j@0.2.0; import x:y/i@0.2.10; import x:y/i@0.3.0; import l: x:y/i@0.2.0; }", "w");
  expect(cti_world_merge_imports(&f.resolve, w, true), "world w",
         "world w {\n  import x:y/i@0.2.10;\n  import x:y/j@0.2.0;\n  import x:y/i@0.3.0;\n  import l: x:y/i@0.2.0;\n}\n"
         "package x:y@0.2.0 {\n  interface i {\n    type t = u8;\n\n    f: func() -> t;\n  }\n  interface j {\n    use x:y/i@0.2.10.{t};\n  }\n}\n\n\n"
         "package x:y@0.2.10 {\n  interface i {\n    type t = u8;\n\n    f: func() -> t;\n\n    g: func();\n  }\n  interface j {\n    use i.{t};\n  }\n}\n\n\n"
         "package x:y@0.3.0 {\n  interface i {\n    type t = u8;\n\n    f: func() -> t;\n  }\n  interface j {\n    use i.{t};\n  }\n}\n");
}

static void test_merge_imports__not_compatible(void **state) {
  (void)state;
  uint32_t w = world("package a:b; package x:y@1.0.0 { interface i { f: func(); } } package x:y@1.1.0 { interface i { f: func(a: u8); } } world w { import x:y/i@1.0.0; import x:y/i@1.1.0; }", "w");
  expect(cti_world_merge_imports(&f.resolve, w, true), "", "t.wit:1:48: the function `f` is defined twice, with different numbers of parameters | the other definition is in t.wit:1:97");
}

/* Worlds are cut to what their modules call: what the later version lacks, types and functions, it gets. */
static void test_merge_imports__completes(void **state) {
  (void)state;
  uint32_t w = world("package a:b; package x:y@1.0.0 { interface i { type t = u8; record r { a: t } f: func(a: list<r>) -> t; } interface j { use i.{t}; } } "
                     "package x:y@1.1.0 { interface i { type t = u8; g: func(); } } world w { import x:y/j@1.0.0; import x:y/i@1.1.0; }", "w");
  expect(cti_world_merge_imports(&f.resolve, w, true), "world w",
         "world w {\n  import x:y/i@1.1.0;\n  import x:y/j@1.0.0;\n}\n"
         "package x:y@1.0.0 {\n  interface i {\n    type t = u8;\n\n    record r {\n      a: t,\n    }\n\n    f: func(a: list<r>) -> t;\n  }\n  interface j {\n    use x:y/i@1.1.0.{t};\n  }\n}\n\n\n"
         "package x:y@1.1.0 {\n  interface i {\n    type t = u8;\n\n    record r {\n      a: t,\n    }\n\n    g: func();\n\n    f: func(a: list<r>) -> t;\n  }\n}\n");
}

/* Each side of the world gets its own interfaces; what uses a copied one uses the copy. */
static void test_nominalize__a_copy_for_each_side(void **state) {
  (void)state;
  uint32_t w = world("package a:b; interface a { resource r; } interface b { use a.{r}; f: func(x: borrow<r>); } world w { import a; import b; import l: b; export a; export b; }", "w");
  assert_int_equal(cti_world_nominalize(&f.resolve, w), CT_OK);
  const cti_wit_world *it = &f.resolve.worlds.items[w];
  assert_int_equal(it->imports.count, 3);
  assert_int_equal(it->exports.count, 2);
  uint32_t a = it->exports.items[0].interface, b = it->exports.items[1].interface, l = it->imports.items[2].interface;
  assert_int_equal(f.resolve.interfaces.items[a].clone_of, it->imports.items[0].interface);
  assert_int_equal(f.resolve.interfaces.items[b].clone_of, it->imports.items[1].interface);
  assert_int_equal(f.resolve.interfaces.items[l].clone_of, it->imports.items[1].interface);
  assert_int_equal(cti_type_interface_dep(&f.resolve, f.resolve.interfaces.items[b].types.items[0]), a);
  assert_int_equal(cti_type_interface_dep(&f.resolve, f.resolve.interfaces.items[l].types.items[0]), it->imports.items[0].interface);
  wit_end(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_importize__exports_become_imports),
      cmocka_unit_test(test_exportize__imports_become_exports),
      cmocka_unit_test(test_rename__refused),
      cmocka_unit_test(test_merge_imports__latest_stays),
      cmocka_unit_test(test_merge_imports__not_compatible), cmocka_unit_test(test_merge_imports__completes),
      cmocka_unit_test(test_nominalize__a_copy_for_each_side),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

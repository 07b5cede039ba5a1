/* Directories of packages: files of one package, deps/ in its forms, order, cycles, what is missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit_fixture.h"

static void check(const char *path, const char *const *files, const char *expected) {
  wit_fixture f;
  wit_begin(&f);
  ct_status status = wit_load_files(&f, path, files, NULL);
  assert_string_equal(status == CT_OK ? wit_printed(&f) : wit_failure(&f), expected);
  wit_end(&f);
}

static void test_directory__files_are_one_package(void **state) {
  (void)state;
  static const char *const files[] = {"w/a.wit", "interface i { }", "w/b.wit", "package a:b; use i as k; interface j { use k.{}; }", "w/notes.md", "# no", NULL};
  check("w", files, "package a:b;\n\ninterface i {\n}\n\ninterface j {\n}\n\n");
}

static void test_deps__directories_and_files(void **state) {
  (void)state;
  static const char *const files[] = {"w/a.wit", "package a:b; world w { import z:z/i; import y:y/j@1.0.0; }", "w/deps/README.md", "x", "w/deps/y.wit", "package y:y@1.0.0; interface j { use z:z/i.{t}; }",
                                      "w/deps/zz/1.wit", "interface i { type t = u8; }", "w/deps/zz/2.wit", "package z:z;", NULL};
  static const char expected[] = "package a:b;\n\nworld w {\n  import z:z/i;\n  import y:y/j@1.0.0;\n}\npackage z:z {\n  interface i {\n    type t = u8;\n  }\n}\n\n\npackage y:y@1.0.0 {\n  interface j {\n    use z:z/i.{t};\n  }\n}\n";
  check("w", files, expected);
  check("w/a.wit", files, expected); /* a file finds them beside it */
}

/* Packages are linked by name, dependencies first: their ids follow from that. */
static void test_deps__order(void **state) {
  (void)state;
  static const char *const files[] = {"w/a.wit", "package m:m; world w { import z:z/i; }", "w/deps/b.wit", "package b:b@2.0.0;", "w/deps/c.wit", "package b:b@1.0.0;", "w/deps/d.wit", "package b:b;",
                                      "w/deps/z.wit", "package z:z; interface i { use y:y/j.{}; }", "w/deps/zy.wit", "package y:y; interface j { }", NULL};
  static const char *const order[] = {"b:b", "b:b@1.0.0", "b:b@2.0.0", "y:y", "z:z", "m:m"};
  wit_fixture f;
  wit_begin(&f);
  assert_int_equal(wit_load_files(&f, "w", files, NULL), CT_OK);
  assert_int_equal(f.resolve.packages.count, CTI_COUNT(order));
  for (uint32_t i = 0; i < f.resolve.packages.count; i++) assert_true(cti_slice_is(cti_package_id(&f.resolve, i), order[i]));
  assert_int_equal(f.package, 5);
  wit_end(&f);
}

static void test_deps__refused(void **state) {
  (void)state;
  static const struct { const char *files[12], *expected; } cases[] = {
      {{"w/x.txt", "", NULL}, "w: there is no .wit file in this directory | the files of a package lie in the directory itself, the packages that it depends on in deps/NAME/ below it"},
      {{"w/a.wit", "interface i { }", NULL}, "w/a.wit: no file of this package names it | begin one of them with `package namespace:name;`"},
      {{"w/a.wit", "package a:b;", "w/b.wit", "package a:c;", NULL},
       "w/b.wit:1:9: this file is of the package `a:c`, another of the same directory of `a:b` | the other one is named at w/a.wit:1:9; each package has a directory of its own, those that are depended on in deps/NAME"},
      {{"w/a.wit", "/// x\npackage a:b;", "w/b.wit", "/// y\npackage a:b;", NULL}, "w/b.wit:1:1: the package is documented in two files"},
      {{"w/a.wit", "package a:b;", "w/deps/a.wit", "package a:b;", NULL}, "w/deps/a.wit:1:9: the package `a:b` is defined in two places | the other one is w/a.wit:1:9"},
      {{"w/a.wit", "package a:b; world w { import c:c/i; }", "w/deps/c.wit", "package c:c; interface i { use d:d/i.{t}; }", "w/deps/d.wit", "package d:d; interface i { use c:c/i.{t}; }", NULL},
       "w/deps/d.wit:1:32: the package `c:c` depends on itself: c:c -> d:d -> c:c"},
      {{"w/a.wit", "package a:b; world w { import c:c/i@1.0.1; }", "w/deps/c.wit", "package c:c@1.0.0;", NULL}, "w/a.wit:1:31: the package `c:c@1.0.1` was not found | there is `c:c@1.0.0`: name that version where it is used / searched: w, w/deps"},
      {{"w/a.wit", "package a:b; world w { import coll:ection/i; }", "w/deps/c.wit", "package coll:ections;", NULL},
       "w/a.wit:1:31: the package `coll:ection` was not found | did you mean `coll:ections`? / searched: w, w/deps / put its .wit files into w/deps/ection/, one directory for each package"},
      {{"w/a.wit", "package a:b; world w { import c:c/i; }", NULL},
       "w/a.wit:1:31: the package `c:c` was not found | searched: w, w/deps (does not exist) / put its .wit files into w/deps/c/, one directory for each package"},
      {{"w/a.wit", "package a:b; world w { import c:c/i; }", "w/sub/c.wit", "\npackage c:c;\n", NULL},
       "w/a.wit:1:31: the package `c:c` was not found | searched: w, w/deps (does not exist) / it is in w/sub: mkdir -p w/deps && cp -r w/sub w/deps/"},
      {{"w/a.wit", "package a:b; world w { import c:c/i; }", "w/deps/d/d.wit", "package d:d;", "w/deps/d/deps/c/c.wit", "package c:c;", NULL},
       "w/a.wit:1:31: the package `c:c` was not found | found were `d:d` / searched: w, w/deps / it is in w/deps/d/deps/c: mkdir -p w/deps && cp -r w/deps/d/deps/c w/deps/"},
      {{"w/a.wit", "package a:b;", "w/deps/c.wit", "  ;; text\n(; x (; y ;) ;)(component)", NULL}, "w/deps/c.wit: this is WebAssembly, and only WIT as text is read here"},
  };
  for (size_t i = 0; i < CTI_COUNT(cases); i++) check("w", cases[i].files, cases[i].expected);
}

/* Each allocation fails once: the failure is told, nothing leaks. */
static void test_deps__out_of_memory(void **state) {
  (void)state;
  static const char *const files[] = {"w/a.wit", "package a:b; world w { import z:z/i; include z:z/v with { f as g } }", "w/deps/z.wit", "package z:z; interface i { resource r; f: func(x: r); } world v { import f: func(); }", NULL};
  bool failed = true;
  for (size_t n = 1; failed; n++) {
    wit_fixture f;
    wit_begin(&f);
    cti_alloc_fail_at(n);
    ct_status status = wit_load_files(&f, "w", files, NULL);
    failed = cti_alloc_failed();
    cti_alloc_fail_at(0);
    assert_int_equal(ct_status_class(status), failed ? CT_CLASS_NOMEM : CT_CLASS_NONE);
    wit_end(&f);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_directory__files_are_one_package),
      cmocka_unit_test(test_deps__directories_and_files),
      cmocka_unit_test(test_deps__order),
      cmocka_unit_test(test_deps__refused),
      cmocka_unit_test(test_deps__out_of_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* One resolve into another: what is in both, what moves, what cannot be joined; and the cases of the reference where they are at hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit/wit_error.h"
#include "wit/wit_merge.h"
#include "wit_fixture.h"

typedef struct merge_case {
  const char *name, *into, *from, *expected; /* the text of all packages of `into` afterwards, or the failure */
} merge_case;

static const merge_case cases[] = {
    {"a package that is new", "package a:b; interface i { type t = u8; }", "package c:d; interface j { resource r; f: func(x: r) -> list<r>; } world w { import j; }",
     "package a:b;\n\ninterface i {\n  type t = u8;\n}\n\npackage c:d {\n  interface j {\n    resource r;\n\n    f: func(x: r) -> list<r>;\n  }\n  world w {\n    import j;\n  }\n}\n"},
    {"types and functions that one lacks", "package a:b; interface i { type t = u8; f: func(); } world v { }", "package a:b; interface i { type u = u8; type t = u8; g: func(x: u); f: func(); }",
     "package a:b;\n\ninterface i {\n  type t = u8;\n\n  type u = u8;\n\n  f: func();\n\n  g: func(x: u);\n}\n\nworld v {\n}\n"},
    {"more that a world then needs", "package a:b; interface x { } interface i { } world v { import i; }", "package a:b; interface x { type t = u8; } interface i { use x.{t}; }",
     "package a:b;\n\ninterface x {\n  type t = u8;\n}\n\ninterface i {\n  use x.{t};\n}\n\nworld v {\n  import x;\n  import i;\n}\n"},
    {"functions of other kinds", "package a:b; interface i { f: func(); }", "package a:b; interface i { f: async func(); }",
     "from.wit:1:28: the function `f` is defined twice, with different kinds (async, method, static) | the other definition is in into.wit:1:28"},
    {"functions of other parameters", "package a:b; interface i { f: func(a: u8); }", "package a:b; interface i { f: func(b: u8); }",
     "from.wit:1:28: the function `f` is defined twice, with different names of parameters | the other definition is in into.wit:1:28"},
    {"functions of other results", "package a:b; interface i { f: func() -> u8; }", "package a:b; interface i { f: func(); }",
     "from.wit:1:28: the function `f` is defined twice, with different results | the other definition is in into.wit:1:28"},
    {"worlds of other length", "package a:b; world w { import f: func(); }", "package a:b; world w { }",
     "from.wit:1:20: the world `w` is defined twice and differs: it has another number of imports | the other definition is in into.wit:1:20"},
    {"worlds with other items", "package a:b; world w { export f: func(); }", "package a:b; world w { export g: func(); }",
     "from.wit:1:20: the world `w` is defined twice and differs: one of the two lacks `g` | the other definition is in into.wit:1:20"},
    {"worlds with other kinds of items", "package a:b; world w { export f: func(); }", "package a:b; world w { export f: interface {} }",
     "from.wit:1:20: the world `w` is defined twice and differs: of different kinds is `f` | the other definition is in into.wit:1:20"},
};

static ct_status load(wit_fixture *f, cti_resolve *resolve, const char *name, const char *text) {
  uint32_t package;
  cti_resolve_init(resolve, &f->arena);
  ct_status status = cti_wit_load_text(resolve, &package, cti_slice_str(name), cti_slice_str(text), NULL);
  f->package = package;
  return status;
}

static void test_merge__cases(void **state) {
  (void)state;
  for (size_t i = 0; i < CTI_COUNT(cases); i++) {
    wit_fixture f;
    cti_resolve from;
    cti_merge_maps maps;
    wit_begin(&f);
    assert_int_equal(load(&f, &from, "from.wit", cases[i].from), CT_OK);
    assert_int_equal(load(&f, &f.resolve, "into.wit", cases[i].into), CT_OK);
    ct_status status = cti_resolve_merge(&f.resolve, &from, &maps);
    assert_string_equal(status == CT_OK ? wit_printed(&f) : wit_failure(&f), cases[i].expected);
    wit_end(&f);
  }
}

static void test_merge__maps(void **state) {
  (void)state;
  wit_fixture f;
  cti_resolve from;
  cti_merge_maps maps;
  wit_begin(&f);
  assert_int_equal(load(&f, &from, "from.wit", "package a:b; interface new { type u = u8; } interface i { type t = u8; } world v { }"), CT_OK);
  assert_int_equal(load(&f, &f.resolve, "into.wit", "package a:b; interface i { type s = u8; type t = u8; } world w { }"), CT_OK);
  assert_int_equal(cti_resolve_merge(&f.resolve, &from, &maps), CT_OK);
  assert_int_equal(maps.packages[0], 0);
  assert_int_equal(maps.interfaces[0], 1);
  assert_int_equal(maps.interfaces[1], 0);
  assert_int_equal(maps.types[0], 2);
  assert_int_equal(maps.types[1], 1);
  assert_int_equal(maps.worlds[0], 1);
  assert_true(cti_slice_is(cti_span_text(&f.resolve, f.resolve.worlds.items[1].span), "from.wit:1:80")); /* files came along */
  wit_end(&f);
}

/* ---- cases of the reference: DIR/{into,from} are packages, DIR/merge/NAME.wit what each package is then ---- */

static bool read_file(wit_fixture *f, const char *path, ct_slice *out) {
  ct_input input;
  ct_error error;
  ct_error_clear(&error);
  if (ct_input_open(&input, path, &error) != CT_OK) return false;
  *out = cti_copy(&f->arena, input.bytes);
  ct_input_close(&input);
  return true;
}

static void check_packages(wit_fixture *f, const char *directory) {
  for (uint32_t i = 0; i < f->resolve.packages.count; i++) {
    char path[640];
    ct_slice expected;
    snprintf(path, sizeof path, "%.500s/merge/%.*s.wit", directory, CTI_S(f->resolve.packages.items[i].name.name));
    assert_true(read_file(f, path, &expected));
    cti_buf_truncate(&f->text, 0);
    assert_int_equal(cti_wit_print(&f->resolve, i, false, true, &f->text), CT_OK);
    assert_true(cti_slice_eq(cti_buf_slice(&f->text), expected));
  }
}

static bool merge_directories(wit_fixture *f, cti_wit_disk *disk, const char *directory, const char *into, const char *from) {
  cti_resolve other;
  cti_merge_maps maps;
  char path[640];
  uint32_t package;
  wit_begin(f);
  cti_wit_disk_init(disk, &f->arena);
  cti_resolve_init(&other, &f->arena);
  snprintf(path, sizeof path, "%s/%s", directory, from);
  if (cti_wit_load(&other, &package, cti_slice_str(path), &disk->reader, NULL) != CT_OK) return false;
  snprintf(path, sizeof path, "%s/%s", directory, into);
  if (cti_wit_load(&f->resolve, &package, cti_slice_str(path), &disk->reader, NULL) != CT_OK) return false;
  return cti_resolve_merge(&f->resolve, &other, &maps) == CT_OK;
}

static void test_merge__as_the_reference(void **state) {
  (void)state;
  static const char *const names[] = {"bad-world1", "bad-world2", "bad-world3", "bad-world4", "bad-world5", "commutative", "commutative-disjoint-funcs", "disjoint-funcs", "disjoint-types"};
  if (ct_path_kind_of(CTOOL_SOURCE_DIR "/../shared/conformance/merge") != CT_PATH_DIRECTORY) {
    print_message("the reference's cases of merging are not at hand: skipped\n");
    skip();
  }
  for (size_t i = 0; i < CTI_COUNT(names); i++) {
    wit_fixture f, reverse;
    cti_wit_disk disk, reverse_disk;
    char directory[512];
    bool bad = strncmp(names[i], "bad-", 4) == 0;
    snprintf(directory, sizeof directory, CTOOL_SOURCE_DIR "/../shared/conformance/merge/%s", names[i]);
    assert_int_equal(merge_directories(&f, &disk, directory, "into", "from"), !bad);
    if (bad) assert_int_equal(f.error.status, CT_WIT_MERGE);
    else check_packages(&f, directory);
    assert_true(bad || merge_directories(&reverse, &reverse_disk, directory, "from", "into"));
    cti_wit_disk_free(&disk);
    wit_end(&f);
    if (bad) continue;
    cti_wit_disk_free(&reverse_disk);
    wit_end(&reverse);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_merge__cases),
      cmocka_unit_test(test_merge__maps),
      cmocka_unit_test(test_merge__as_the_reference),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

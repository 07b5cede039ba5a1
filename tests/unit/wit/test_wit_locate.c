/* Where packages lie that were not read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit/wit_locate.h"
#include "wit_fixture.h"

static void check_in(const char *directory, const char *const *files, const char *expected) {
  wit_memory memory = {files};
  cti_wit_reader reader = {&memory, wit_memory_kind, wit_memory_read, wit_memory_list};
  cti_package_name name = {CTI_LIT("c"), CTI_LIT("d"), {0}};
  wit_fixture f;
  wit_begin(&f);
  assert_true(cti_semver_parse(&name.version, CTI_LIT("1.0.0")));
  ct_slice found = cti_wit_locate(&reader, cti_slice_str(directory), &name, &f.arena);
  if (!cti_slice_is(found, expected)) fail_msg("found %.*s, not %s", CTI_S(found), expected);
  assert_int_equal(f.error.status, CT_OK);
  wit_end(&f);
}

static void check(const char *const *files, const char *expected) { check_in("a/w", files, expected); }

static void test_locate__places(void **state) {
  (void)state;
  check((const char *const[]){"a/c/x.wit", "/// d\npackage c:d@1.0.0;", NULL}, "a/c");
  check((const char *const[]){"a/w/c/x.wit", "package c:d@1.0.0 {", NULL}, "a/w/c");
  check((const char *const[]){"a/w/deps/a/deps/c/x.wit", "package c:d@1.0.0;", NULL}, "a/w/deps/a/deps/c");
  check((const char *const[]){"a/w/w.wit", "package a:b;", "a/w/x.wit", "package c:d@1.0.0;", NULL}, "a/w/x.wit");
  check((const char *const[]){"a/w/c/x.wit", "package c:d@1.0.1;", "a/w/d/x.md", "package c:d@1.0.0;", "a/w/.git/x.wit", "package c:d@1.0.0;", NULL}, "");
  check((const char *const[]){NULL}, "");
}

static void test_locate__parents(void **state) {
  (void)state;
  check_in("a/w/", (const char *const[]){"a/c/x.wit", "package c:d@1.0.0;", NULL}, "a/c");
  check_in("..", (const char *const[]){"../../c/x.wit", "package c:d@1.0.0;", NULL}, "../../c");
  check_in(".", (const char *const[]){"../c/x.wit", "package c:d@1.0.0;", NULL}, "../c");
}

static void test_nearby(void **state) {
  const char *const files[] = {"w/a/x.wit", "", "w/a/y.wit", "", "w/b/c/z.wit", "", "w/b/z.md", "", "w/d/e/f/g/x.wit", "", NULL};
  wit_memory memory = {files};
  cti_wit_reader reader = {&memory, wit_memory_kind, wit_memory_read, wit_memory_list};
  wit_fixture f;
  (void)state;
  wit_begin(&f);
  assert_true(cti_slice_is(cti_wit_nearby(&reader, CTI_LIT("w"), &f.arena), "w/a, w/b/c"));
  assert_int_equal(cti_wit_nearby(&reader, CTI_LIT("w/d/e/f/g/h"), &f.arena).size, 0);
  wit_end(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_locate__places), cmocka_unit_test(test_locate__parents), cmocka_unit_test(test_nearby),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

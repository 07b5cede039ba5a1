/* Where packages lie that were not read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit/wit_locate.h"
#include "wit_fixture.h"

static void check(const char *const *files, const char *expected) {
  wit_memory memory = {files};
  cti_wit_reader reader = {&memory, wit_memory_kind, wit_memory_read, wit_memory_list};
  cti_package_name name = {CTI_LIT("c"), CTI_LIT("d"), {0}};
  wit_fixture f;
  wit_begin(&f);
  assert_true(cti_semver_parse(&name.version, CTI_LIT("1.0.0")));
  ct_slice found = cti_wit_locate(&reader, CTI_LIT("w"), &name, &f.arena);
  assert_true(cti_slice_is(found, expected));
  assert_int_equal(f.error.status, CT_OK);
  wit_end(&f);
}

static void test_locate__places(void **state) {
  (void)state;
  check((const char *const[]){"w/../c/x.wit", "/// d\npackage c:d@1.0.0;", NULL}, "w/../c");
  check((const char *const[]){"w/c/x.wit", "package c:d@1.0.0 {", NULL}, "w/c");
  check((const char *const[]){"w/deps/a/deps/c/x.wit", "package c:d@1.0.0;", NULL}, "w/deps/a/deps/c");
  check((const char *const[]){"w/c/x.wit", "package c:d@1.0.1;", "w/d/x.md", "package c:d@1.0.0;", "w/.git/x.wit", "package c:d@1.0.0;", NULL}, "");
  check((const char *const[]){NULL}, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_locate__places),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

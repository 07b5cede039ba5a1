/* Which world is meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit_fixture.h"

static void check(const char *text, const char *name, const char *expected) {
  wit_fixture f;
  uint32_t world;
  wit_begin(&f);
  assert_int_equal(wit_load_all(&f, cti_slice_str(text)), CT_OK);
  ct_status status = cti_resolve_select_world(&f.resolve, &world, f.package, name ? cti_slice_str(name) : (ct_slice){0});
  if (status == CT_OK) cti_buf_printf(&f.text, "%.*s%c", CTI_S(cti_world_id(&f.resolve, world)), 0);
  assert_string_equal(status == CT_OK ? (const char *)f.text.data : wit_failure(&f), expected);
  wit_end(&f);
}

static const char one[] = "package a:b; world foo { } package c:d@1.0.0 { world bar { } } package e:f@1.0.0 { world x { } } package e:f@2.0.0 { world x { } }";

static void test_world__by_name(void **state) {
  (void)state;
  check(one, NULL, "a:b/foo");
  check(one, "foo", "a:b/foo");
  check(one, "a:b/foo", "a:b/foo");
  check(one, "c:d/bar", "c:d/bar@1.0.0"); /* one version alone */
  check(one, "c:d/bar@1.0.0", "c:d/bar@1.0.0");
  check(one, "e:f/x@2.0.0", "e:f/x@2.0.0");
  check("package a:b; world %use { }", "%use", "a:b/use");
}

static void test_world__refused(void **state) {
  (void)state;
  check("package a:b; world w1 { } world w2 { }", NULL, "the package `a:b` has several worlds, and one must be chosen | choose with --world NAME; there are: / a:b/w1 / a:b/w2");
  check("package a:b; package c:d { world v { } }", NULL, "the package `a:b` has no world, and one is needed | packages that it depends on have these, which can be named with --world: / c:d/v");
  check("package a:b; world command { } world w { }", "comand", "the package `a:b` has no world `comand` | did you mean `command`?");
  check("package a:b; world command { }", "proxy", "the package `a:b` has no world `proxy` | there are: / a:b/command");
  check(one, "e:f/x", "there are several versions of the package `e:f`, 1.0.0 and 2.0.0: name one");
  check(one, "q:q/x", "the package `q:q` is not there | the worlds are: / a:b/foo / c:d/bar@1.0.0 / e:f/x@1.0.0 / e:f/x@2.0.0");
  check(one, "e:f", "`e:f` is no name of a world | it is `world`, `ns:pkg/world` or `ns:pkg/world@1.2.3`; there are: / a:b/foo");
  check(one, "e:f/x@1", "`e:f/x@1` is no name of a world | it is `world`, `ns:pkg/world` or `ns:pkg/world@1.2.3`; there are: / a:b/foo");
  check(one, "", "`` is no name of a world | it is `world`, `ns:pkg/world` or `ns:pkg/world@1.2.3`; there are: / a:b/foo");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_world__by_name),
      cmocka_unit_test(test_world__refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

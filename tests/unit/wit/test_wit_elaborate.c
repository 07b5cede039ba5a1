/* Worlds completed: what imports and exports need, and in which order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit_fixture.h"

static void test_world__complete(void **state) {
  (void)state;
  static const wit_case cases[] = {
      {"world w { import c; }",
       "world w {\n  import a;\n  import b;\n  import c;\n}\n"},
      {"world w { export c; }",
       "world w {\n  import a;\n  import b;\n\n  export c;\n}\n"},
      {"world w { export c; export b; export a; }",
       "world w {\n  export a;\n  export b;\n  export c;\n}\n"},
      {"world w { import b; export c; }",
       "world w {\n  import a;\n  import b;\n\n  export c;\n}\n"},
      {"world w { use c.{t}; export f: func() -> t; }",
       "world w {\n  import a;\n  import b;\n  import c;\n  use c.{t};\n\n  export f: func() -> t;\n}\n"},
      {"world w { import f: func(); import i: interface { use c.{t}; } type x = u8; import c; }",
       "world w {\n  import a;\n  import b;\n  import c;\n  import i: interface {\n    use c.{t};\n  }\n\n  type x = u8;\n"
       "  import f: func();\n}\n"},
      {"world w { import l: c; import m: c; export n: c; }",
       "world w {\n  import a;\n  import b;\n  import l: c;\n  import m: c;\n\n  export n: c;\n}\n"},
  };
  wit_check_cases_from("package a:b@1.0.0; interface a { type t = u8; } interface b { use a.{t}; } interface c { use b.{t}; f: func() -> t; } ", cases, "world ");
}

static void test_world__refused(void **state) {
  (void)state;
  static const wit_case cases[] = {
      {"interface a { type t = u8; } interface b { use a.{t}; } interface c { use a.{t}; use b.{t as u}; } world w { export a; export c; }",
       "t.wit:1:125: the world `w` exports `a:b/a@1.0.0`, and another export needs it as an import | it is used along a:b/c@1.0.0 -> a:b/b@1.0.0 -> a:b/a@1.0.0; / export all interfaces of that chain, or only its first"},
      {"interface a { type t = u8; } interface b { use a.{t}; } interface c { use b.{t}; } world w { export c; export a; }",
       "t.wit:1:109: the world `w` exports `a:b/a@1.0.0`, and another export needs it as an import | it is used along a:b/c@1.0.0 -> a:b/b@1.0.0 -> a:b/a@1.0.0; / export all interfaces of that chain, or only its first"},
  };
  wit_check_cases("package a:b@1.0.0; ", cases);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_world__complete),
      cmocka_unit_test(test_world__refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

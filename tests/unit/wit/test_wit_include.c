/* Include: renaming, copies of types, conflicts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit_fixture.h"

static void test_include__refused(void **state) {
  (void)state;
  static const wit_case cases[] = {
      {"world w { include v with { x as y } } world v { import z: func(); }",
       "t.wit:1:47: the world `v` imports and exports nothing of the plain name `x` | `with` changes names of functions, types and inline interfaces; an interface under its own name cannot be renamed"},
      {"world w { include v with { z as y, z as q } } world v { import z: func(); }",
       "t.wit:1:55: `z` is renamed twice"},
      {"world w { include v; include u; } world v { import z: func(); } world u { import z: func(); }",
       "t.wit:1:49: the included world has an import `z`, and so has this one | rename it: `include u with { z as other-name }`"},
      {"world w { include v; import Z: func(); } world v { import z: func(); }",
       "t.wit:1:26: the imports `Z` and `z` of the world `w` are in conflict: names must differ in more than case and hyphens"},
      {"world w { include v; import x: set(a: u8); } world v { }",
       "t.wit:1:48: the imported setter `x` has no getter in the world `w`"},
  };
  wit_check_cases("package a:b@1.0.0; ", cases);
}

static void test_include__union(void **state) {
  (void)state;
  static const wit_case cases[] = {
      {"world v { import f: func(); resource r { m: func(); } import c; export g: interface { h: func(); } } world w { include v with { f as k, r as s, g as j } }",
       "world v {\n  import a;\n  import b;\n  import c;\n\n  resource r {\n    m: func();\n  }\n  import f: func();\n\n"
       "  export g: interface {\n    h: func();\n  }\n}\nworld w {\n  import a;\n  import b;\n  import c;\n\n  resource s {\n"
       "    m: func();\n  }\n  import k: func();\n\n  export j: interface {\n    h: func();\n  }\n}\n"},
      {"world v { use a.{t}; type u = t; import f: func(x: u); } world w { include v; } world z { include w; include v with { t as t2, u as u2, f as f2 } }",
       "world v {\n  import a;\n  use a.{t};\n\n  type u = t;\n  import f: func(x: u);\n}\nworld w {\n  import a;\n  use a.{t};\n\n"
       "  type u = t;\n  import f: func(x: u);\n}\nworld z {\n  import a;\n  use a.{t, t as t2};\n\n  type u = t;\n\n  type u2 = t2;\n"
       "  import f: func(x: u);\n  import f2: func(x: u2);\n}\n"},
      {"world v { @since(version = 1.0.0) import c; } world w { include v; import a; }",
       "world v {\n  @since(version = 1.0.0)\n  import a;\n  @since(version = 1.0.0)\n  import b;\n  @since(version = 1.0.0)\n"
       "  import c;\n}\nworld w {\n  @since(version = 1.0.0)\n  import a;\n  @since(version = 1.0.0)\n  import b;\n"
       "  @since(version = 1.0.0)\n  import c;\n}\n"},
  };
  wit_check_cases_from("package a:b@1.0.0; interface a { type t = u8; } interface b { use a.{t}; } interface c { use b.{t}; f: func() -> t; } ", cases, "world ");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_include__refused),
      cmocka_unit_test(test_include__union),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

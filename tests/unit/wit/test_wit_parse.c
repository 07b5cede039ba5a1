/* Files to trees: what is read comes back printed; what is not WIT is told with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit_fixture.h"

static void test_file__comes_back(void **state) {
  (void)state;
  static const wit_case cases[] = {
      {"package a:b; interface i { }",
       "package a:b;\n\ninterface i {\n}\n\n"},
      {"/// pkg\npackage a:b@1.2.3-rc.1+x;\n/// if\ninterface i {\n/// f\nf: func();\n}\n/// w\nworld w { /// i\nimport i; }",
       "/// pkg\npackage a:b@1.2.3-rc.1+x;\n\n/// if\ninterface i {\n  /// f\n  f: func();\n}\n\n/// w\nworld w {\n  /// i\n  import i;\n}\n"},
      {"package a:b; interface i { f: func(a: u8,) -> u8; g: async func(); %use: func(%type: u8); x: get() -> u8; x: set(v: u8) -> result<_, string>; }",
       "package a:b;\n\ninterface i {\n  f: func(a: u8) -> u8;\n\n  g: async func();\n\n  %use: func(%type: u8);\n\n  x: get() -> u8;\n\n"
       "  x: set(v: u8) -> result<_, string>;\n}\n\n"},
      {"package a:b@1.0.0; @since(version = 1.0.0) @deprecated(version = 1.0.0) interface i { @unstable(feature = use-it) f: func(); @external-id(\"x\\n\\\"\\u{1F600}\") g: func(); }",
       "package a:b@1.0.0;\n\n@since(version = 1.0.0)\n@deprecated(version = 1.0.0)\ninterface i {\n  @unstable(feature = use-it)\n"
       "  f: func();\n\n  @external-id(\"x\\n\\\"\\u{1f600}\")\n  g: func();\n}\n\n"},
      {"package a:b; package c:d { interface e { type t = u8; } world v { import e; } } world w { import c:d/e; export x: c:d/e; include c:d/v; }",
       "package a:b;\n\nworld w {\n  import c:d/e;\n\n  export x: c:d/e;\n}\npackage c:d {\n  interface e {\n    type t = u8;\n  }\n"
       "  world v {\n    import e;\n  }\n}\n"},
      {"package a:b; use c:d/e as f; use i as j; interface i { use f.{t as u, t}; } interface k { use j.{u}; } package c:d { interface e { type t = u8; } }",
       "package a:b;\n\ninterface i {\n  use c:d/e.{t as u, t};\n}\n\ninterface k {\n  use i.{u};\n}\n\npackage c:d {\n  interface e {\n"
       "    type t = u8;\n  }\n}\n"},
      {"package a:b; /* block */ // line\n/** doc */ interface i { // in\n type t = u8; /* x */ }",
       "package a:b;\n\n/// * block */\n///  line\n///  doc\ninterface i {\n  /// in\n  type t = u8;\n}\n\n"},
  };
  wit_check_cases("", cases);
}

static void test_file__refused(void **state) {
  (void)state;
  static const wit_case cases[] = {
      {"interface",
       "t.wit:1:23: expected a name, found the end of the file"},
      {"interface i",
       "t.wit:1:25: expected `{`, found the end of the file"},
      {"interface i { x }",
       "t.wit:1:30: expected `:`, found `}`"},
      {"interface i { f: fun(); }",
       "t.wit:1:31: expected the keyword `func`, found `fun`"},
      {"interface i { f: func() }",
       "t.wit:1:38: expected `;`, found `}`"},
      {"interface i { use x; }",
       "t.wit:1:33: expected `.{` and the names that are used, found `;` | write `use x.{name};`"},
      {"interface i { use x.{a b}; }",
       "t.wit:1:37: expected `}`, found `b`"},
      {"interface i { use x:y.{a}; }",
       "t.wit:1:35: expected `/` and the name of an interface or a world, found `.` | `x:y` is a package; an interface of it is `x:y/name`, and a version comes last: `x:y/name@1.0.0`"},
      {"interface i { record u8 { a: u8 } }",
       "t.wit:1:35: expected a name, found the keyword `u8` | a keyword becomes a name with % before it: %u8"},
      {"foo",
       "t.wit:1:14: expected `interface`, `world`, `use` or `package`, found `foo`"},
      {"package c:d;",
       "t.wit:1:25: expected `{`, found `;` | `package name;` is the first line of a file; a further package has its content in braces"},
      {"@since(version = 1.0.0) package c:d { }",
       "t.wit:1:38: attributes are not allowed on packages"},
      {"package c:d { package e:f { } }",
       "t.wit:1:28: a package stands inside another; packages with braces stand at the top of a file"},
      {"package c:d { interface i { }",
       "t.wit:1:43: expected `interface`, `world`, `use` or `package`, found the end of the file"},
      {"@foo interface i {}",
       "t.wit:1:15: unknown attribute `@foo` | there are @since(version = 1.2.3), @unstable(feature = name), @deprecated(version = 1.2.3) and @external-id(\"text\")"},
      {"@since interface i {}",
       "t.wit:1:21: expected `(`, found the keyword `interface`"},
      {"@since(versio = 1.0.0) interface i {}",
       "t.wit:1:21: expected `version`, found `versio`"},
      {"@since(version = 1.0) interface i {}",
       "t.wit:1:31: `1.0` is not a semantic version: major.minor.patch, each without leading zeros, then -pre and +build if any"},
      {"@since(version = 1.0.0) @since(version = 1.0.0) interface i {}",
       "t.wit:1:39: this attribute stands twice"},
      {"@unstable(feature = a) @unstable(feature = b) interface i {}",
       "t.wit:1:38: @unstable stands twice"},
      {"@since(version = 1.0.0) @unstable(feature = b) interface i {}",
       "t.wit:1:15: @since and @unstable exclude each other: what is stable since a version is not unstable"},
      {"@deprecated(version = 1.0.0) interface i {}",
       "t.wit:1:15: @deprecated stands alone: it needs @since or @unstable beside it"},
      {"@external-id(\"x\") interface i {}",
       "t.wit:1:15: @external-id is not allowed on interfaces"},
      {"@external-id(\"x\") world w {}",
       "t.wit:1:15: @external-id is not allowed on worlds"},
      {"world w { @external-id(\"x\") include v; }",
       "t.wit:1:25: @external-id is not allowed on include statements"},
      {"world w { @external-id(\"x\") @external-id(\"y\") import f: func(); }",
       "t.wit:1:43: @external-id stands twice"},
      {"@since(version = 1.0.0) use x:y/z;",
       "t.wit:1:38: attributes are not allowed on a `use` at the top of a file"},
      {"world w { import; }",
       "t.wit:1:30: expected a name, found `;`"},
      {"world w { import a: ; }",
       "t.wit:1:34: expected `func`, `interface`, or the path of an interface, found `;`"},
      {"world w { import a }",
       "t.wit:1:33: expected `;`, found `}`"},
      {"world w { foo; }",
       "t.wit:1:24: expected `import`, `export`, `include`, `use` or a type, found `foo`"},
      {"world w { include a with { b }; }",
       "t.wit:1:43: expected the keyword `as`, found `}`"},
      {"world w { export a: interface { f: func() } }",
       "t.wit:1:56: expected `;`, found `}`"},
      {"interface i { resource r { x: u8; } }",
       "t.wit:1:44: expected the keyword `func`, found the keyword `u8`"},
      {"interface i { resource r { constructor() } }",
       "t.wit:1:55: expected `;`, found `}`"},
      {"interface i { resource r { 1 } }",
       "t.wit:1:41: expected `constructor`, or the name of a method, found an integer"},
  };
  wit_check_cases("package a:b; ", cases);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_file__comes_back),
      cmocka_unit_test(test_file__refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

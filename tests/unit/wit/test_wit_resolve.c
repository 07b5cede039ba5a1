/* The inside of interfaces and worlds: functions, accessors, constructors, names of a scope. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit_fixture.h"

static void test_func__refused(void **state) {
  (void)state;
  static const wit_case cases[] = {
      {"x: get(a: u8) -> u8; }",
       "t.wit:1:35: a getter has no parameters"},
      {"x: get(); }",
       "t.wit:1:31: a getter must return a value"},
      {"x: set(); }",
       "t.wit:1:31: a setter has exactly one parameter"},
      {"x: set(a: u8, b: u8); }",
       "t.wit:1:42: a setter has exactly one parameter"},
      {"x: get() -> u8; x: set(a: u8) -> u8; }",
       "t.wit:1:61: what a setter returns, when anything, must be a `result` without an ok type"},
      {"x: get() -> u8; x: set(a: u8) -> result<u8>; }",
       "t.wit:1:61: what a setter returns, when anything, must be a `result` without an ok type"},
      {"x: set(a: u8); }",
       "t.wit:1:28: the setter `x` has no getter beside it"},
      {"resource r { constructor() -> u8; } }",
       "t.wit:1:58: what a constructor returns, when it is written, must be a `result` with the resource as its ok type"},
      {"resource r { constructor() -> result<u8>; } }",
       "t.wit:1:65: the ok type of a constructor's result must be the resource that it constructs"},
      {"resource r { constructor() -> result<_, u8>; } }",
       "t.wit:1:58: the ok type of a constructor's result must be the resource that it constructs"},
      {"resource r { m: func(self: u8); } }",
       "t.wit:1:49: the parameter `self` is defined more than once"},
      {"resource r { m: func(); m: static func(); } }",
       "t.wit:1:52: the name `[static]r.m` is in conflict with `[method]r.m` | names of one scope must differ in more than case and hyphens"},
      {"resource r { x: set(a: u8); } }",
       "t.wit:1:41: the setter `x` has no getter beside it"},
      {"f: func(); F: func(); }",
       "t.wit:1:39: the name `F` is in conflict with `f` | names of one scope must differ in more than case and hyphens"},
      {"f: func(); f: func(); }",
       "t.wit:1:39: the name `f` is defined more than once"},
      {"type f = u8; f: func(); }",
       "t.wit:1:41: the name `f` is defined more than once"},
      {"resource r { constructor(); constructor(); } }",
       "t.wit:1:56: the name `[constructor]r` is defined more than once"},
  };
  wit_check_cases("package a:b; interface i { ", cases);
}

static void test_order__setters(void **state) {
  (void)state;
  static const wit_case cases[] = {
      {"x: set(v: u8); f: func(); x: get() -> u8; }",
       "package a:b;\n\ninterface i {\n  f: func();\n\n  x: get() -> u8;\n\n  x: set(v: u8);\n}\n\n"},
      {"resource r { y: static set(v: u8); y: static get() -> u8; x: set(v: u8); x: get() -> u8; } }",
       "package a:b;\n\ninterface i {\n  resource r {\n    y: static get() -> u8;\n    y: static set(v: u8);\n    x: get() -> u8;\n"
       "    x: set(v: u8);\n  }\n}\n\n"},
  };
  wit_check_cases("package a:b; interface i { ", cases);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_func__refused),
      cmocka_unit_test(test_order__setters),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

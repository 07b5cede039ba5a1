/* Names at the top of a package and of its files, and the order of interfaces and worlds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit_fixture.h"

static void test_name__refused(void **state) {
  (void)state;
  static const wit_case cases[] = {
      {"interface i {} interface i {}",
       "t.wit:1:39: `i` is defined twice in this package | it is defined at t.wit:1:24, too; interfaces and worlds share one space of names"},
      {"interface i {} world i {}",
       "t.wit:1:35: `i` is defined twice in this package | it is defined at t.wit:1:24, too; interfaces and worlds share one space of names"},
      {"use j;",
       "t.wit:1:18: the interface or world `j` does not exist | one of another package is written with its package: `ns:pkg/j`"},
      {"use x:y/z; use x:y/z;",
       "t.wit:1:33: `z` is defined twice in this file"},
      {"interface i { use j.{t}; }",
       "t.wit:1:32: the interface or world `j` does not exist | one of another package is written with its package: `ns:pkg/j`"},
      {"interface i { use i.{t}; }",
       "t.wit:1:32: the interface or world `i` depends on itself: i -> i"},
      {"interface i { use j.{t}; } interface j { use i.{u}; }",
       "t.wit:1:32: the interface or world `j` depends on itself: i -> j -> i"},
      {"interface i { use j.{t}; } interface j { type u = u8; }",
       "t.wit:1:35: the type `t` does not exist in `j` | its types are u"},
      {"interface i { use j.{f}; } interface j { f: func(); }",
       "t.wit:1:35: `f` is a function, and types alone can be used"},
      {"interface i { use w.{t}; } world w {}",
       "t.wit:1:32: `w` is a world, and an interface is needed here"},
      {"interface i { use j.{t, t}; } interface j { type t = u8; }",
       "t.wit:1:38: the name `t` is defined more than once | it is defined at t.wit:1:35, too"},
      {"interface i { use j.{t}; type t = u8; } interface j { type t = u8; }",
       "t.wit:1:44: the name `t` is defined more than once"},
      {"interface i { type t = u8; type t = u8; }",
       "t.wit:1:46: the name `t` is defined more than once"},
      {"interface pollable {} interface j { use polable.{t}; }",
       "t.wit:1:54: the interface or world `polable` does not exist | did you mean `pollable`?"},
      {"world w { import nope; }",
       "t.wit:1:31: the interface or world `nope` does not exist | one of another package is written with its package: `ns:pkg/nope`"},
      {"world w { include i; } interface i {}",
       "t.wit:1:32: `i` is an interface, and a world is needed here"},
      {"world w { include w; }",
       "t.wit:1:32: the interface or world `w` depends on itself: w -> w"},
      {"world w { include v; } world v { include w; }",
       "t.wit:1:32: the interface or world `v` depends on itself: w -> v -> w"},
      {"world w { import i; import i; } interface i {}",
       "t.wit:1:41: an interface cannot be imported twice"},
      {"world w { import a: func(); import a: func(); }",
       "t.wit:1:49: the name `a` is defined more than once"},
      {"world w { import a: func(); import A: interface {} }",
       "t.wit:1:49: the name `A` is in conflict with `a` | names of one scope must differ in more than case and hyphens"},
      {"world w { type a = u8; import a: func(); }",
       "t.wit:1:44: the name `a` is defined more than once"},
      {"world w { import a: i; import a: i; } interface i {}",
       "t.wit:1:44: the name `a` is defined more than once"},
      {"world w { import v; } world v {}",
       "t.wit:1:31: `v` is a world, and an interface is needed here"},
      {"world w { resource r { m: func(); } import r: func(); }",
       "t.wit:1:57: the name `r` is defined more than once"},
  };
  wit_check_cases("package a:b; ", cases);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_name__refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Definitions: names, cycles, what a type may be made of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit_fixture.h"

static void test_type__refused(void **state) {
  (void)state;
  static const wit_case cases[] = {
      {"type t = list<u8, 4294967296>; }",
       "t.wit:1:77: a list of 4294967296 elements is too long: 4294967295 is the most"},
      {"type t = map<f32, u8>; }",
       "t.wit:1:68: a map's keys must be bool, char, string or integers: u8, u16, u32, u64, s8, s16, s32 or s64"},
      {"type t = map<x, u8>; }",
       "t.wit:1:68: a map's keys must be bool, char, string or integers: u8, u16, u32, u64, s8, s16, s32 or s64"},
      {"type t = tuple<>; }",
       "t.wit:1:68: this tuple is empty: it needs a type"},
      {"type t = borrow<x>; }",
       "t.wit:1:75: `x` is no resource, and own<> and borrow<> are for resources alone"},
      {"type t = own<nope>; }",
       "t.wit:1:72: the type `nope` does not exist here | a type of another interface is brought in by `use interface.{nope};`"},
      {"type t = strin; }",
       "t.wit:1:68: the type `strin` does not exist here | did you mean `string`?"},
      {"type t = float32; }",
       "t.wit:1:68: the type `float32` does not exist here | it is called `f32` now"},
      {"record e {} }",
       "t.wit:1:66: this record is empty: it needs a field"},
      {"variant e {} }",
       "t.wit:1:67: this variant is empty: it needs a case"},
      {"enum e {} }",
       "t.wit:1:64: this enum is empty: it needs a case"},
      {"flags e {} }",
       "t.wit:1:65: there are no flags here: one at least is needed"},
      {"record e { a: u8, A: u8 } }",
       "t.wit:1:77: the field `A` differs from `a` in case and hyphens alone, which is not enough"},
      {"enum e { a, a } }",
       "t.wit:1:71: the case `a` is defined more than once"},
      {"flags e { g0, g1, g2, g3, g4, g5, g6, g7, g8, g9, g10, g11, g12, g13, g14, g15, g16, g17, g18, g19, g20, g21, g22, g23, g24, g25, g26, g27, g28, g29, g30, g31, g32 } }",
       "t.wit:1:219: 33 flags are too many: 32 is the most"},
      {"type t = t; }",
       "t.wit:1:68: the type `t` contains itself | WIT has no recursive types; a resource can stand in between"},
      {"record p { q: q } record q { p: list<p> } }",
       "t.wit:1:73: the type `q` contains itself | by way of `p`"},
      {"record x { } }",
       "t.wit:1:66: the name `x` is defined more than once"},
      {"f: func() -> borrow<r>; }",
       "t.wit:1:59: the function `f` returns a borrow<>, which is not possible: only parameters lend"},
      {"f: func() -> option<tuple<u8, borrow<r>>>; }",
       "t.wit:1:59: the function `f` returns a borrow<>, which is not possible: only parameters lend"},
      {"f: func(a: u8, A: u8); }",
       "t.wit:1:74: the parameter `A` differs from `a` in case and hyphens alone, which is not enough"},
      {"g: func(a: f); f: func(); }",
       "t.wit:1:70: the type `f` does not exist here | a type of another interface is brought in by `use interface.{f};`"},
      {"f: func(); g: func(a: f); }",
       "t.wit:1:81: `f` is a function, and a type is needed here"},
  };
  wit_check_cases("package a:b; interface i { resource r; record x { a: u8 } ", cases);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_type__refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

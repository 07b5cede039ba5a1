/* Types, functions and resources as written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit_fixture.h"

static void test_type__comes_back(void **state) {
  (void)state;
  static const wit_case cases[] = {
      {"type a = bool; type b = s8; type c = char; type d = string; type e = error-context; type f = f32; }",
       "package a:b;\n\ninterface i {\n  resource r;\n\n  type a = bool;\n\n  type b = s8;\n\n  type c = char;\n\n  type d = string;\n\n"
       "  type e = error-context;\n\n  type f = f32;\n}\n\n"},
      {"type a = list<u8>; type b = list<u8, 4>; type c = map<string, list<r>>; type d = option<r>; type e = tuple<u8, r,>; }",
       "package a:b;\n\ninterface i {\n  resource r;\n\n  type a = list<u8>;\n\n  type b = list<u8, 4>;\n\n"
       "  type c = map<string, list<r>>;\n\n  type d = option<r>;\n\n  type e = tuple<u8, r>;\n}\n\n"},
      {"type a = result; type b = result<u8>; type c = result<_, u8>; type d = result<u8, string>; type e = future; type f = future<u8>; type g = stream; type h = stream<r>; }",
       "package a:b;\n\ninterface i {\n  resource r;\n\n  type a = result;\n\n  type b = result<u8>;\n\n  type c = result<_, u8>;\n\n"
       "  type d = result<u8, string>;\n\n  type e = future;\n\n  type f = future<u8>;\n\n  type g = stream;\n\n  type h = stream<r>;\n}\n"
       "\n"},
      {"type a = r; type b = own<r>; type c = borrow<r>; f: func(x: r, y: own<r>, z: borrow<a>) -> a; }",
       "package a:b;\n\ninterface i {\n  resource r;\n\n  type a = r;\n\n  type b = own<r>;\n\n  type c = borrow<r>;\n\n"
       "  f: func(x: r, y: r, z: borrow<a>) -> a;\n}\n\n"},
      {"record x { a: u8, %record: y, } record y { z: option<u8> } variant v { a, b(u8), c(r) } enum e { a, %enum } flags f { a, b } }",
       "package a:b;\n\ninterface i {\n  resource r;\n\n  record y {\n    z: option<u8>,\n  }\n\n  record x {\n    a: u8,\n    %record: y,\n"
       "  }\n\n  variant v {\n    a,\n    b(u8),\n    c(r),\n  }\n\n  enum e {\n    a,\n    %enum,\n  }\n\n  flags f {\n    a,\n    b,\n  }\n}\n\n"},
      {"type late = early; type early = u8; }",
       "package a:b;\n\ninterface i {\n  resource r;\n\n  type early = u8;\n\n  type late = early;\n}\n\n"},
      {"f: func(a: list<r>, b: list<own<r>>, c: list<list<u8>>) -> list<list<u8>>; }",
       "package a:b;\n\ninterface i {\n  resource r;\n\n  f: func(a: list<r>, b: list<r>, c: list<list<u8>>) -> list<list<u8>>;\n}\n\n"},
  };
  wit_check_cases("package a:b; interface i { resource r; ", cases);
}

static void test_type__refused(void **state) {
  (void)state;
  static const wit_case cases[] = {
      {"type t = ; }",
       "t.wit:1:68: expected a type, found `;`"},
      {"type t = list; }",
       "t.wit:1:72: expected `<`, found `;` | what it is of follows in `<>`, as in list<u8>, option<string>, tuple<u32, u32>"},
      {"type t = list<u8, x>; }",
       "t.wit:1:77: expected the length of the list, a number, found `x`"},
      {"type t = list<u8,; }",
       "t.wit:1:76: expected the length of the list, a number, found `;`"},
      {"type t = map<u8>; }",
       "t.wit:1:74: expected `,`, found `>`"},
      {"type t = result<_>; }",
       "t.wit:1:76: expected `,` and the error's type after `_`, found `>`"},
      {"type t = result<u8, u8, u8>; }",
       "t.wit:1:81: expected `>`, found `,`"},
      {"type t = option<>; }",
       "t.wit:1:75: expected a type, found `>`"},
      {"type t = own<u8>; }",
       "t.wit:1:72: expected a name, found the keyword `u8` | a keyword becomes a name with % before it: %u8"},
      {"variant e { a(u8, u8) } }",
       "t.wit:1:75: expected `)`, found `,`"},
      {"f: func() -> r { }",
       "t.wit:1:74: expected `;`, found `{`"},
  };
  wit_check_cases("package a:b; interface i { resource r; record x { a: u8 } ", cases);
}

static void test_type__depth(void **state) {
  (void)state;
  for (unsigned depth = 98; depth <= 101; depth++) {
    wit_fixture f;
    char text[2048] = "package a:b; interface i { type t = ";
    for (unsigned i = 0; i < depth; i++) strcat(text, "list<");
    strcat(text, "u8");
    for (unsigned i = 0; i < depth; i++) strcat(text, ">");
    strcat(text, "; }");
    wit_begin(&f);
    assert_int_equal(wit_load_all(&f, cti_slice_str(text)), depth < 100 ? CT_OK : CT_WIT_SYNTAX);
    if (depth >= 100) assert_string_equal(f.error.message, "types nest more than 100 deep here");
    wit_end(&f);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_type__comes_back),
      cmocka_unit_test(test_type__refused),
      cmocka_unit_test(test_type__depth),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

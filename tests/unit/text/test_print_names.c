/* Names as they are printed: plain, quoted, or made up where one is taken, empty or looks made up; shadowed labels are numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text_fixture.h"

static void shows(const char *text, const ct_print_options *options, const char *part) {
  cti_buf out = text_printed(text, options);
  if (!strstr((const char *)out.data, part)) print_error("%s\n%s", text, (const char *)out.data);
  assert_non_null(strstr((const char *)out.data, part));
  if (!options) text_same(text, (const char *)out.data);
  ct_buf_free(&out);
}

static void test_print_names__forms(void **state) {
  (void)state;
  shows("(module (func $a.b))", NULL, "(func $a.b (;0;)");
  shows("(module (func $\"a b\"))", NULL, "(func $\"a b\" (;0;)");
  shows("(module (func $c) (func (@name \"c\")))", NULL, "(func $\"#func1 c\" (@name \"c\") (;1;)");
  shows("(module (func (@name \"#func3\")))", NULL, "(func $\"#func0 #func3\" (@name \"#func3\") (;0;)");
  shows("(module (func (@name \"\")))", NULL, "(func $\"#func0 \" (@name \"\") (;0;)");
  shows("(module $m)", NULL, "(module $m");
}

static void test_print_names__locals_and_labels(void **state) {
  (void)state;
  shows("(module (func (local $x i32) (local (@name \"x\") i32)))", NULL, "(local $x i32) (local $\"#local1 x\" (@name \"x\") i32)");
  shows("(module (func (block $b (block $b (br 0) (br 1)))))", NULL, "        br $b\n        br 1\n");
  shows("(module (type $s (struct (field $x i32))) (func (param (ref $s)) (drop (struct.get $s $x (local.get 0)))))", NULL, "struct.get $s $x");
}

static void test_print_names__unnamed(void **state) {
  (void)state;
  static const ct_print_options options = {.name_unnamed = true};
  shows("(module (func (param i32) (local i32)) (memory 1) (export \"f\" (func 0)))", &options, "(export \"f\" (func $#func0))");
  shows("(module (func (param i32) (local i32)))", &options, "(param $#local0 i32)");
  shows("(module (memory 1))", &options, "(memory $#memory0 (;0;) 1)");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_print_names__forms),
      cmocka_unit_test(test_print_names__locals_and_labels),
      cmocka_unit_test(test_print_names__unnamed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

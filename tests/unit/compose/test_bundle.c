#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "component_fixture.h"
#include "ctool/compose.h"
#include "hurt.h"

/* What unbundle took out. The names are copied, the modules lie in the component. */
typedef struct taken {
  char names[8][40];
  ct_slice modules[8];
  unsigned count;
  const char *hold_back; /* bundle gets no module of this name */
} taken;

static ct_status take(void *context, const char *name, ct_slice module, ct_error *error) {
  taken *t = context;
  if (t->count == 8) return cti_fail(error, CT_LIMIT, CT_NO_OFFSET, "more modules than the test keeps");
  snprintf(t->names[t->count], sizeof t->names[0], "%s", name);
  t->modules[t->count++] = module;
  return CT_OK;
}

static ct_status give(void *context, const char *name, ct_slice *module, ct_error *error) {
  const taken *t = context;
  (void)error;
  for (unsigned i = 0; i < t->count; i++)
    if (strcmp(t->names[i], name) == 0 && (!t->hold_back || strcmp(name, t->hold_back) != 0)) *module = t->modules[i];
  return CT_OK;
}

static void assert_valid(const ct_buf *bytes) {
  ct_error error = {0};
  ct_validate_options options = {.threads = 1};
  assert_int_equal(ct_features_parse(&options.features, "all", &error), CT_OK);
  if (ct_validate((ct_slice){bytes->data, bytes->size}, &options, &error) != CT_OK) fail_msg("%s", error.message);
}

/* Taken apart it is valid and has `count` modules less; put together again it is what it was. */
static void assert_there_and_back(const char *text, uint64_t threshold, unsigned count) {
  ct_error error = {0};
  taken t = {.count = 0};
  ct_buf bytes = component_of_text(text), outer = {0}, back = {0};
  if (ct_component_unbundle(&outer, (ct_slice){bytes.data, bytes.size}, threshold, take, &t, &error) != CT_OK) fail_msg("%s", error.message);
  assert_int_equal(t.count, count);
  assert_valid(&outer);
  if (ct_component_bundle(&back, (ct_slice){outer.data, outer.size}, give, &t, &error) != CT_OK) fail_msg("%s", error.message);
  assert_int_equal(back.size, bytes.size);
  assert_memory_equal(back.data, bytes.data, bytes.size);
  ct_buf_free(&bytes);
  ct_buf_free(&outer);
  ct_buf_free(&back);
}

#define GUEST "(core module $m (import \"x\" \"f\" (func (param i32))) (memory (export \"memory\") 1) (func (export \"run\") (result i64) (i64.const 1)))"

static void test_bundle__there_and_back(void **state) {
  (void)state;
  assert_there_and_back("", 0, 0);
  assert_there_and_back("(core module)", 0, 1);
  assert_there_and_back("(core type (func)) (type $t string) (import \"f\" (func $f (param \"x\" u32)))" GUEST
                        "(core func $l (canon lower (func $f))) (core instance $args (export \"f\" (func $l))) (core instance (instantiate $m (with \"x\" (instance $args))))",
                        0, 1);
}

static void test_bundle__nested_and_several(void **state) {
  (void)state;
  assert_there_and_back("(type $r (resource (rep i32))) (component $in" GUEST "(component (core module (func (export \"a\")))))" GUEST
                        "(core func $drop (canon resource.drop $r)) (core instance $args (export \"f\" (func $drop))) (core instance (instantiate $m (with \"x\" (instance $args)))) (instance (instantiate $in))",
                        0, 3);
}

static void test_bundle__types_that_speak_of_each_other(void **state) {
  (void)state;
  assert_there_and_back("(core module (type $s (struct (field i32))) (rec (type $a (struct (field (ref null $b)))) (type $b (func (param (ref $a)) (result (ref null $s)))))"
                        " (import \"\" \"f\" (func (type $b))) (global (export \"g\") (ref null $s) (ref.null $s)))",
                        0, 1);
}

static void test_bundle__small_modules_stay(void **state) {
  (void)state;
  assert_there_and_back("(core module) (core module (func (export \"a\")) (func (export \"b\")))", 8, 1);
  assert_there_and_back("(core module) (core module)", 8, 0);
}

static void test_bundle__names_that_are_there_already(void **state) {
  (void)state;
  ct_error error = {0};
  taken t = {.count = 0};
  ct_buf bytes = component_of_text("(import \"unbundled-module0\" (func)) (core module)"), outer = {0};
  assert_int_equal(ct_component_unbundle(&outer, (ct_slice){bytes.data, bytes.size}, 0, take, &t, &error), CT_OK);
  assert_string_equal(t.names[0], "unbundled-module1");
  assert_valid(&outer);
  ct_buf_free(&bytes);
  ct_buf_free(&outer);
}

/* What nobody gives stays an import; another module of the type takes the place of the first. */
static void test_bundle__other_modules(void **state) {
  (void)state;
  ct_error error = {0};
  taken t = {.count = 0};
  ct_buf bytes = component_of_text("(core module (func (export \"a\"))) (core module (func (export \"b\")))"), outer = {0}, back = {0}, other = component_of_text("(core module (func (export \"a\") nop nop))");
  assert_int_equal(ct_component_unbundle(&outer, (ct_slice){bytes.data, bytes.size}, 0, take, &t, &error), CT_OK);
  assert_int_equal(t.count, 2);
  t.hold_back = "unbundled-module1";
  t.modules[0] = (ct_slice){other.data + 10, other.size - 10}; /* after the component's preamble, the section's id and size */
  assert_int_equal(ct_component_bundle(&back, (ct_slice){outer.data, outer.size}, give, &t, &error), CT_OK);
  assert_valid(&back);
  ct_buf again = {0};
  taken rest = {.count = 0};
  assert_int_equal(ct_component_unbundle(&again, (ct_slice){back.data, back.size}, 0, take, &rest, &error), CT_OK);
  assert_int_equal(rest.count, 1);
  assert_int_equal(rest.modules[0].size, t.modules[0].size);
  ct_buf_free(&bytes);
  ct_buf_free(&outer);
  ct_buf_free(&back);
  ct_buf_free(&other);
  ct_buf_free(&again);
}

static void test_bundle__what_is_no_module(void **state) {
  (void)state;
  ct_error error = {0};
  taken t = {.count = 0};
  ct_buf bytes = component_of_text("(core module)"), outer = {0}, back = {0};
  assert_int_equal(ct_component_unbundle(&outer, (ct_slice){bytes.data, bytes.size}, 0, take, &t, &error), CT_OK);
  t.modules[0] = (ct_slice){(const uint8_t *)"no module", 9};
  assert_int_equal(ct_component_bundle(&back, (ct_slice){outer.data, outer.size}, give, &t, &error), CT_CORE_KIND);
  assert_string_equal(error.message, "what is given for the import \"unbundled-module0\" is no core module in binary form");
  assert_int_equal(back.size, 0);
  ct_buf_free(&bytes);
  ct_buf_free(&outer);
}

static ct_status refuse(void *context, const char *name, ct_slice module, ct_error *error) {
  (void)context, (void)module;
  return cti_fail(error, CT_IO_OPEN, CT_NO_OFFSET, "no room for %s", name);
}

static void test_bundle__the_callers_failure_stops(void **state) {
  (void)state;
  ct_error error = {0};
  ct_buf bytes = component_of_text("(core module)"), outer = {0};
  assert_int_equal(ct_component_unbundle(&outer, (ct_slice){bytes.data, bytes.size}, 0, refuse, NULL, &error), CT_IO_OPEN);
  assert_string_equal(error.message, "no room for unbundled-module0");
  assert_int_equal(outer.size, 0);
  ct_buf_free(&bytes);
}

static void there_and_back(ct_slice bytes, void *context) {
  (void)context;
  ct_error error = {0};
  taken t = {.count = 0};
  ct_buf outer = {0}, back = {0};
  ct_status status = ct_component_unbundle(&outer, bytes, 0, take, &t, &error);
  assert_int_equal(status, error.status);
  if (status == CT_OK) status = ct_component_bundle(&back, (ct_slice){outer.data, outer.size}, give, &t, &error);
  assert_int_equal(status, error.status);
  ct_buf_free(&outer);
  ct_buf_free(&back);
}

static void test_bundle__survives_what_is_broken(void **state) {
  (void)state;
  ct_buf bytes = component_of_text("(component" GUEST ")" GUEST);
  hurt_cuts((ct_slice){bytes.data, bytes.size}, there_and_back, NULL);
  hurt_bits((ct_slice){bytes.data, bytes.size}, there_and_back, NULL);
  assert_true(hurt_starve((ct_slice){bytes.data, bytes.size}, there_and_back, NULL) > 3);
  ct_buf_free(&bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_bundle__there_and_back),
      cmocka_unit_test(test_bundle__nested_and_several),
      cmocka_unit_test(test_bundle__types_that_speak_of_each_other),
      cmocka_unit_test(test_bundle__small_modules_stay),
      cmocka_unit_test(test_bundle__names_that_are_there_already),
      cmocka_unit_test(test_bundle__other_modules),
      cmocka_unit_test(test_bundle__what_is_no_module),
      cmocka_unit_test(test_bundle__the_callers_failure_stops),
      cmocka_unit_test(test_bundle__survives_what_is_broken),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "component_fixture.h"
#include "hurt.h"
#include "component/flow.h"

static cti_arena arena;
static ct_error error;
static ct_buf bytes;

static int setup(void **state) {
  (void)state;
  ct_error_clear(&error);
  cti_arena_init(&arena, &error);
  bytes = (ct_buf){0};
  return 0;
}

static int teardown(void **state) {
  (void)state;
  cti_arena_free(&arena);
  ct_buf_free(&bytes);
  return 0;
}

static void make(cti_flow *flow, const char *text) {
  bytes = component_of_text(text);
  if (cti_flow_make(flow, (ct_slice){bytes.data, bytes.size}, &arena) != CT_OK) fail_msg("%s", error.message);
}

static const cti_value *export_at(const cti_flow *flow, uint32_t at) { return cti_flow_value(flow, flow->exports.items[at].value); }

static void assert_import(const cti_flow *flow, uint32_t value, const char *text) {
  ct_slice found = cti_flow_import_text(flow, value);
  if (!cti_slice_is(found, text)) fail_msg("%.*s", CTI_S(found));
}

static void test_flow__alias_of_an_import(void **state) {
  (void)state;
  cti_flow flow;
  make(&flow, "(import \"a:b/c\" (instance $i (export \"f\" (func)))) (alias export $i \"f\" (func $f)) (export \"g\" (func $f))");
  assert_int_equal(export_at(&flow, 0)->kind, CTI_VALUE_MEMBER);
  assert_import(&flow, flow.exports.items[0].value, "a:b/c#f");
  assert_int_equal(cti_flow_root(&flow, flow.exports.items[0].value), flow.imports.items[0]);
}

static void test_flow__through_nested_components(void **state) {
  (void)state;
  cti_flow flow;
  make(&flow, "(import \"f\" (func $f))"
              "(component $inner (import \"x\" (func $x)) (instance $b (export \"y\" (func $x))) (export \"b\" (instance $b)))"
              "(component $outer (import \"i\" (instance $i (export \"b\" (instance (export \"y\" (func)))))) (alias export $i \"b\" (instance $b))"
              "  (alias export $b \"y\" (func $y)) (export \"z\" (func $y)))"
              "(instance $one (instantiate $inner (with \"x\" (func $f)))) (instance $two (instantiate $outer (with \"i\" (instance $one))))"
              "(alias export $two \"z\" (func $z)) (export \"g\" (func $z))");
  assert_int_equal(flow.scopes.count, 3);
  assert_int_equal(export_at(&flow, 0)->kind, CTI_VALUE_IMPORT);
  assert_import(&flow, flow.exports.items[0].value, "f");
  assert_true(cti_slice_is(cti_flow_scope_text(&flow, 2), "two"));
}

static void test_flow__outer_alias_of_a_module(void **state) {
  (void)state;
  cti_flow flow;
  make(&flow, "(core module $m (func (export \"f\"))) (component $c (core instance $i (instantiate $m)) (alias core export $i \"f\" (core func $f))"
              "(func $l (canon lift (core func $f))) (export \"f\" (func $l))) (instance $a (instantiate $c)) (instance $b (instantiate $c)) (export \"a\" (instance $a))");
  assert_int_equal(flow.instances.count, 2);
  assert_int_equal(flow.instances.items[0].of, flow.instances.items[1].of);
  assert_int_equal(cti_flow_value(&flow, flow.instances.items[0].of)->kind, CTI_VALUE_MODULE);
  const cti_value *bundle = export_at(&flow, 0);
  assert_int_equal(bundle->kind, CTI_VALUE_BUNDLE);
  const cti_value *lift = cti_flow_value(&flow, cti_map_get(bundle->members, CTI_LIT("f")));
  assert_int_equal(lift->kind, CTI_VALUE_LIFT);
  assert_int_equal(cti_flow_root(&flow, lift->of), flow.instances.items[0].value);
}

static void test_flow__what_is_not_there_is_none(void **state) {
  (void)state;
  cti_flow flow;
  make(&flow, "(instance $i) (alias export $i \"no\" (func $f)) (export \"g\" (func $f))");
  assert_int_equal(flow.exports.items[0].value, 0);
  assert_int_equal(cti_flow_index(&flow, 0, CTI_SORT_FUNC, 99), 0);
}

/* Each level instantiates the one before it twice: 2^40 instances. */
static void test_flow__too_many_instances(void **state) {
  (void)state;
  cti_flow flow;
  char text[8192], *at = text;
  at += sprintf(at, "(component $c0)");
  for (int i = 1; i <= 40; i++) at += sprintf(at, "(component $c%d (alias outer 1 %d (component $x)) (instance (instantiate $x)) (instance (instantiate $x)))", i, i - 1);
  sprintf(at, "(instance (instantiate $c40))");
  bytes = component_of_text(text);
  assert_int_equal(cti_flow_make(&flow, (ct_slice){bytes.data, bytes.size}, &arena), CT_LIMIT);
}

static void test_flow__a_module_is_refused(void **state) {
  (void)state;
  cti_flow flow;
  assert_int_equal(cti_flow_make(&flow, CTI_LIT("\0asm\1\0\0\0"), &arena), CT_CORE_KIND);
  assert_non_null(strstr(error.hint, "component new"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_flow__alias_of_an_import, setup, teardown),
      cmocka_unit_test_setup_teardown(test_flow__through_nested_components, setup, teardown),
      cmocka_unit_test_setup_teardown(test_flow__outer_alias_of_a_module, setup, teardown),
      cmocka_unit_test_setup_teardown(test_flow__what_is_not_there_is_none, setup, teardown),
      cmocka_unit_test_setup_teardown(test_flow__too_many_instances, setup, teardown),
      cmocka_unit_test_setup_teardown(test_flow__a_module_is_refused, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

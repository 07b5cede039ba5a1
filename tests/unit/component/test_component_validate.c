/* The walk over a component: index spaces, instances, aliases, named types, resources, values, limits, and where failures are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "component/component_validate.h"
#include "component_fixture.h"
#include "hurt.h"

static const verdict items[] = {
    {"", "", NULL},
    {"", "-component-model", "a component needs the feature component-model"},
    /* core instances */
    {"(core instance (instantiate 0))", "", "unknown core module 0: the index space has 0 so far"},
    {"(core module $m (import \"a\" \"f\" (func))) (core instance (instantiate $m))", "", "missing an argument named `a`"},
    {"(core module $m (import \"a\" \"f\" (func))) (core instance $e) (core instance (instantiate $m (with \"a\" (instance $e))))", "", "argument `a` does not export `f`"},
    {"(core module $n (func (export \"f\") (param i32))) (core instance $n (instantiate $n)) (core module $m (import \"a\" \"f\" (func))) (core instance (instantiate $m (with \"a\" (instance $n))))", "",
     "a function [] -> [] was expected, a function [i32] -> [] was found"},
    {"(core module $m (import \"\" \"f\" (func)) (import \"\" \"f\" (func)))", "", "imports `` `f` twice"},
    {"(core module $m (func (export \"f\"))) (core instance $i (instantiate $m)) (alias core export $i \"f\" (core func $f)) (core instance (export \"a\" (func $f)) (export \"a\" (func $f)))", "",
     "two exports named `a`"},
    /* aliases */
    {"(core module $m) (core instance $i (instantiate $m)) (alias core export $i \"f\" (core func))", "", "core instance 0 has no export named `f`"},
    {"(core module $m (memory (export \"f\") 1)) (core instance $i (instantiate $m)) (alias core export $i \"f\" (core func))", "", "is not a core function: it is a core memory"},
    {"(import \"i\" (instance $i (export \"x\" (func)))) (alias export $i \"y\" (func))", "", "instance 0 has no export named `y`"},
    {"(import \"i\" (instance $i (export \"x\" (func)))) (alias export $i \"x\" (component))", "", "is not a component: it is a function"},
    {"(type (func)) (component (alias outer 1 0 (type)))", "", NULL},
    {"(type (func)) (component (alias outer 2 0 (type)))", "", "invalid outer alias count of 2"},
    {"(import \"r\" (type (sub resource))) (component (alias outer 1 0 (type)))", "", "speaks of resources which are not defined in this component"},
    {"(import \"r\" (type (sub resource))) (type (component (alias outer 1 0 (type))))", "", NULL},
    /* types must be named where they cross the border */
    {"(type (record (field \"a\" u8))) (import \"f\" (func (param \"x\" 0)))", "", "it speaks of a record that has no name here"},
    {"(type (record (field \"a\" u8))) (import \"t\" (type $t (eq 0))) (import \"f\" (func (param \"x\" $t)))", "", NULL},
    {"(type (record (field \"a\" u8))) (import \"t\" (type $t (eq 0))) (import \"f\" (func (param \"x\" 0)))", "", "has no name here"},
    {"(type (enum \"a\")) (type (list 0)) (import \"f\" (func (param \"x\" 1)))", "", "it speaks of an enum that has no name here"},
    {"(type (list u8)) (import \"f\" (func (param \"x\" 0)))", "", NULL},
    {"(type (record (field \"a\" u8))) (export \"t\" (type 0)) (import \"u\" (type (eq 1)))", "", "it is one that the component exports"},
    {"(type (func)) (export \"t\" (type 0)) (import \"u\" (type (eq 0)))", "", "it is one that the component exports"},
    {"(type (func)) (import \"t\" (type (eq 0))) (export \"u\" (type 0)) (import \"v\" (type (eq 2)))", "", NULL},
    {"(type (instance)) (export \"t\" (type 0)) (import \"u\" (type (eq 0)))", "", "it is one that the component exports"},
    {"(type (component)) (export \"t\" (type 0)) (import \"u\" (type (eq 0)))", "", "it is one that the component exports"},
    {"(type (record (field \"a\" u8))) (export \"t\" (type 0)) (import \"u\" (type (eq 0)))", "", NULL},
    {"(type (record (field \"a\" u8))) (type (component (type (func (param \"x\" 0)))))", "", "unknown type 0"},
    {"(type (instance (type (record (field \"a\" u8))) (type (func (param \"x\" 0))) (export \"f\" (func (type 1))))) (import \"i\" (instance (type 0)))", "", "has no name here"},
    /* resources that leave must be exported */
    {"(type $r (resource (rep i32))) (type (own $r)) (import \"f\" (func (result 1)))", "", "has no name here"},
    {"(type $r (resource (rep i32))) (export $e \"r\" (type $r)) (type (own $e)) (type (func (result 2)))", "", NULL},
    /* instances made of exports */
    {"(import \"f\" (func)) (instance (export \"a\" (func 0)) (export \"A\" (func 0)))", "", "conflicts with the export `a`"},
    {"(import \"r\" (type $r (sub resource))) (import \"f\" (func $f)) (instance (export \"r\" (type $r)) (export \"[static]r.s\" (func $f)))", "", "there is no resource `r` here"},
    /* exports */
    {"(export \"a\" (func 0))", "", "unknown function 0"},
    {"(import \"f\" (func)) (export \"a\" (func 0)) (export \"A\" (func 0))", "", "conflicts with the export `a`"},
    {"(import \"f\" (func)) (export \"a\" (func 0) (func (param \"x\" u8)))", "", "a function with 1 parameters was expected, one with 0 was found"},
    {"(import \"i\" (instance (export \"x\" (func)))) (export \"a\" (instance 0) (instance))", "", NULL},
    /* values: each used once */
    {"(import \"v\" (value u8))", "", "needs the feature cm-values"},
    {"(import \"v\" (value u8))", "cm-values", "value 0 is not used"},
    {"(import \"v\" (value u8)) (export \"w\" (value 0))", "cm-values", NULL},
    {"(import \"v\" (value u8)) (export \"w\" (value 0)) (export \"x\" (value 0))", "cm-values", "value 0 is used more than once"},
    {"(import \"v\" (value u8)) (import \"f\" (func (param \"x\" u8))) (start 0 (value 0))", "cm-values", NULL},
    {"(import \"v\" (value u8)) (import \"f\" (func (param \"x\" u16))) (start 0 (value 0))", "cm-values", "a u16 was expected, a u8 was found"},
    {"(core type (module (import \"m\" \"a\" (memory 1)) (import \"m\" \"b\" (memory 1))))", "", NULL},
    {"(core type (module (import \"m\" \"a\" (memory 1)) (import \"m\" \"b\" (memory 1))))", "-multi-memory", "multiple memories are not allowed"},
    {"(core type (module (import \"m\" \"a\" (global (mut i32)))))", "-mutable-global", "imports of mutable globals are not allowed"},
    {"(core type (module (export \"a\" (global (mut i32)))))", "-mutable-global", "exports of mutable globals are not allowed"},
    {"(import \"f\" (func)) (start 0) (start 0)", "cm-values", "more than one start function"},
    {"(import \"f\" (func (result u8))) (start 0 (result (value))) (export \"w\" (value 0))", "cm-values", NULL},
};

static void test_component_validate__rules(void **state) {
  (void)state;
  assert_int_equal(check_verdicts(items, sizeof items / sizeof *items), 0);
}

static void test_component_validate__trail(void **state) {
  (void)state;
  ct_error error;
  validate_text("(component (component (import \"a\" (instance (export \"b\" (func (param \"x\" u8)))))) (import \"i\" (instance (export \"b\" (func (param \"x\" u16)))))"
                "(instance (instantiate 0 (with \"a\" (instance 0)))))",
                "", &error);
  assert_string_equal(error.trail, "component > component 0 > instance 1 > import `a` > export `b` > parameter `x`");
  assert_string_equal(error.message, "type mismatch: a u8 was expected, a u16 was found");
}

/* The first failure in the file is told, although the form breaks later on. */
static void test_component_validate__lowest_offset(void **state) {
  (void)state;
  static const uint8_t bytes[] = {0, 'a', 's', 'm', 0x0d, 0, 1, 0, 7, 3, 1, 0x70, 5, 7, 2, 1, 0x01};
  ct_error error = {0};
  ct_validate_options options = {.features = ct_features_default(), .threads = 1};
  assert_int_equal(ct_validate(cti_slice(bytes, sizeof bytes), &options, &error), CT_COMP_INDEX);
  assert_int_equal(error.offset, 11);
  ct_error_clear(&error);
  uint8_t good[sizeof bytes];
  memcpy(good, bytes, sizeof bytes);
  good[12] = 0x7f;
  assert_int_equal(ct_validate(cti_slice(good, sizeof good), &options, &error), CT_COMP_FORM);
  assert_int_equal(error.offset, sizeof bytes - 1);
}

/* ---- limits: each row of the table one below, at and one above, and those that small inputs reach in components */

static void test_component_limits__table(void **state) {
  (void)state;
  static const uint32_t values[] = {
#define CT_COMPONENT_LIMIT(symbol, value, what) value,
#include "component/limits.def"
#undef CT_COMPONENT_LIMIT
  };
  for (uint32_t i = 0; i < CTI_COMPONENT_LIMITS; i++) {
    ct_error error = {0};
    assert_int_equal(cti_component_limit_check((cti_component_limit)i, values[i] - 1, 0, &error), CT_OK);
    assert_int_equal(cti_component_limit_check((cti_component_limit)i, values[i], 0, &error), CT_OK);
    assert_int_equal(cti_component_limit_check((cti_component_limit)i, (uint64_t)values[i] + 1, 0, &error), CT_LIMIT);
  }
}

/* `open`, `part` as often as said, `close`; %d in `part` is the number. */
static ct_status validate_repeated(const char *open, const char *part, int count, const char *close, const char *features, ct_error *error) {
  size_t room = strlen(open) + strlen(close) + (size_t)count * (strlen(part) + 12) + 1, size = 0;
  char *text = malloc(room), *piece = malloc(strlen(part) + 16);
  if (!text || !piece) abort();
  size += (size_t)snprintf(text, room, "%s", open);
  const char *hole = strstr(part, "%d");
  for (int i = 0; i < count; i++)
    size += hole ? (size_t)snprintf(text + size, room - size, "%.*s%d%s", (int)(hole - part), part, i, hole + 2) : (size_t)snprintf(text + size, room - size, "%s", part);
  snprintf(text + size, room - size, "%s", close);
  ct_status status = validate_text(text, features, error);
  free(text);
  free(piece);
  return status;
}

static void test_component_limits__components(void **state) {
  (void)state;
  static const struct {
    const char *open, *part, *close, *features;
    int limit;
  } rows[] = {
      {"(type (flags", " \"f%d\"", "))", "", 32},
      {"(type (enum", " \"e%d\"", "))", "", 10000},
      {"(type (tuple", " u8", "))", "", 10000},
      {"(type (record", " (field \"f%d\" u8)", "))", "", 10000},
      {"(type (variant", " (case \"c%d\")", "))", "", 10000},
      {"(type (func", " (param \"p%d\" u8)", "))", "", 1000},
      {"(import \"i\" (instance $i)) (component $c)", "(instance (instantiate $c))", "", "", 4095},
      {"(core module $m)", "(core instance (instantiate $m))", "", "", 4096},
      {"", "(core module)", "", "", 999},                          /* with the component itself */
      {"", "(component)", "", "", 999},
      {"(type (list u8))", "(type (list %d))", "", "", 98}, /* types inside each other: the list of u8 is two deep */
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    ct_error error;
    for (int more = -1; more <= 1; more++) {
      ct_status status = validate_repeated(rows[i].open, rows[i].part, rows[i].limit + more, rows[i].close, rows[i].features, &error);
      if (status != (more > 0 ? CT_LIMIT : CT_OK)) fail_msg("%s %s: %d more than %d: %s", rows[i].open, rows[i].part, more, rows[i].limit, error.message);
    }
  }
}

/* A tree of tuples: the size doubles with each. */
static void test_component_limits__type_size(void **state) {
  (void)state;
  ct_error error;
  assert_int_equal(validate_repeated("(type (tuple u8 u8))", "(type (tuple %d %d))", 0, "", "", &error), CT_OK);
  char text[2048];
  for (int count = 17; count <= 18; count++) { /* 3 * 2^n + 2^n - 1 < 1,000,000 */
    size_t size = (size_t)snprintf(text, sizeof text, "(type (tuple u8 u8))");
    for (int i = 0; i < count; i++) size += (size_t)snprintf(text + size, sizeof text - size, "(type (tuple %d %d))", i, i);
    assert_int_equal(validate_text(text, "", &error), count == 17 ? CT_OK : CT_LIMIT);
  }
}

/* Few bytes that instantiate a large component often are refused before they take the memory that they ask for. */
static void test_component_limits__instantiation(void **state) {
  (void)state;
  enum { EXPORTS = 4000, INSTANCES = 1200 };
  size_t room = EXPORTS * 32 + INSTANCES * 160 + 1000, size = 0;
  char *text = malloc(room);
  if (!text) abort();
  static const char imports[] = "(import \"r\" (type (sub resource))) (type (own 0)) (import \"f\" (func (result 1)))";
  size += (size_t)snprintf(text, room, "%s (component $c %s", imports, imports);
  for (int i = 0; i < EXPORTS; i++) size += (size_t)snprintf(text + size, room - size, "(export \"g%d\" (func 0))", i);
  size += (size_t)snprintf(text + size, room - size, ")");
  size_t before = size;
  for (int count = INSTANCES / 2; count <= INSTANCES; count += INSTANCES / 2) { /* each export twice: the list and, once, its type */
    ct_error error;
    size = before;
    for (int i = 0; i < count * 2; i++) size += (size_t)snprintf(text + size, room - size, "(instance (instantiate $c (with \"r\" (type 0)) (with \"f\" (func 0))))");
    ct_status status = validate_text(text, "", &error);
    if (status != (count == INSTANCES ? CT_LIMIT : CT_OK)) fail_msg("%d instances: %s", count * 2, error.message);
  }
  free(text);
}

/* Instance types, each twice in the next: each has twice the resources. What is too large is told before it is made, and what is not takes its share. */
static void test_component_limits__resources(void **state) {
  (void)state;
  enum { MOST_MEMORY = 96 << 20 };
  char text[4096];
  for (int count = 17; count <= 19; count++) { /* 3 * 2^n - 1 < 1,000,000; the types of which the last one is made have sizes of their own */
    ct_error error = {0};
    size_t size = (size_t)snprintf(text, sizeof text, "(type (instance (export \"r\" (type (sub resource)))))");
    for (int i = 0; i < count; i++)
      size += (size_t)snprintf(text + size, sizeof text - size, "(type (instance (alias outer 1 %d (type)) (export \"a\" (instance (type 0))) (export \"b\" (instance (type 0)))))", i);
    ct_buf bytes = component_of_text(text);
    cti_arena arena;
    cti_validation v;
    cti_arena_init(&arena, &error);
    cti_validation_init(&v, &(ct_validate_options){.features = ct_features_default(), .threads = 1}, &arena);
    ct_status status = cti_component_validate((ct_slice){bytes.data, bytes.size}, 0, &v);
    assert_int_equal(status, count == 19 ? CT_LIMIT : CT_OK);
    if (count == 17 && arena.total > MOST_MEMORY) fail_msg("%zu bytes", arena.total);
    cti_arena_free(&arena);
    ct_buf_free(&bytes);
  }
}

/* A module with many imports, instantiated often with the same exports, is checked once; with others, again. */
static void test_component_validate__linked_once(void **state) {
  (void)state;
  static const verdict rows[] = {
      {"(core module $e (func (export \"f\"))) (core module $m (import \"a\" \"f\" (func)) (import \"b\" \"f\" (func))) (core instance $i (instantiate $e))"
       "(core instance (instantiate $m (with \"a\" (instance $i)) (with \"b\" (instance $i)))) (core instance (instantiate $m (with \"b\" (instance $i)) (with \"a\" (instance $i))))", "", NULL},
      {"(core module $e (func (export \"f\"))) (core module $g (func (export \"g\"))) (core module $m (import \"a\" \"f\" (func)) (import \"b\" \"g\" (func)))"
       "(core instance $i (instantiate $e)) (core instance $j (instantiate $g)) (core instance (instantiate $m (with \"a\" (instance $i)) (with \"b\" (instance $j))))"
       "(core instance (instantiate $m (with \"a\" (instance $j)) (with \"b\" (instance $i))))", "", "argument `a` does not export `f`"},
      {"(core module $e (func (export \"f\"))) (core module $m (import \"a\" \"f\" (func))) (core instance $i (instantiate $e)) (core instance (instantiate $m (with \"a\" (instance $i))))"
       "(core instance (instantiate $m))", "", "missing an argument named `a`"},
  };
  assert_int_equal(check_verdicts(rows, sizeof rows / sizeof *rows), 0);
}

/* ---- hostile forms */

static const char sample[] =
    "(core module $m (func (export \"f\")) (memory (export \"mem\") 1) (func (export \"realloc\") (param i32 i32 i32 i32) (result i32) unreachable)"
    "(func (export \"s\") (param i32 i32) (result i32) unreachable))"
    "(core instance $i (instantiate $m)) (alias core export $i \"s\" (core func $s)) (alias core export $i \"mem\" (core memory $mem)) (alias core export $i \"realloc\" (core func $realloc))"
    "(type $t (instance (export \"r\" (type (sub resource))) (type (own 0)) (type (record (field \"a\" string) (field \"b\" 1))) (export \"rec\" (type (eq 2))) (type (func (result 3)))"
    "(export \"[static]r.f\" (func (type 4))))) (import \"a:b/c@1.0.0\" (instance $j (type $t))) (alias export $j \"r\" (type $r))"
    "(func $l (param \"x\" string) (result string) (canon lift (core func $s) (memory $mem) (realloc $realloc)))"
    "(component $c (import \"r\" (type $r (sub resource))) (type (own $r)) (import \"f\" (func $f (param \"x\" string) (result string))) (type $n (resource (rep i32))) (export \"n\" (type $n))"
    "(export \"g\" (func $f))) (instance $k (instantiate $c (with \"r\" (type $r)) (with \"f\" (func $l)))) (alias export $k \"g\" (func $g)) (export \"z\" (func $g)) (export \"k\" (instance $k))";

static void check_form(ct_slice bytes, void *context) {
  ct_error error = {0};
  ct_validate_options options = {.features = ct_features_default(), .threads = 1};
  (void)context;
  ct_status status = ct_validate(bytes, &options, &error);
  assert_int_equal(status, error.status);
  if (error.status != CT_OK) assert_int_not_equal(error.message[0], 0);
}

static void test_component_validate__hurt(void **state) {
  (void)state;
  ct_error error;
  ct_buf bytes = component_of_text(sample);
  if (validate_text(sample, "", &error) != CT_OK) fail_msg("%s (%s)", error.message, error.trail);
  hurt_cuts((ct_slice){bytes.data, bytes.size}, check_form, NULL);
  hurt_bits((ct_slice){bytes.data, bytes.size}, check_form, NULL);
  assert_true(hurt_starve((ct_slice){bytes.data, bytes.size}, check_form, NULL) > 0);
  ct_buf_free(&bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_component_validate__rules),
      cmocka_unit_test(test_component_validate__trail),
      cmocka_unit_test(test_component_validate__lowest_offset),
      cmocka_unit_test(test_component_limits__table),
      cmocka_unit_test(test_component_limits__components),
      cmocka_unit_test(test_component_limits__type_size),
      cmocka_unit_test(test_component_limits__instantiation),
      cmocka_unit_test(test_component_limits__resources),
      cmocka_unit_test(test_component_validate__linked_once),
      cmocka_unit_test(test_component_validate__hurt),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

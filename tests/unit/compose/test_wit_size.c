/* Sizes of types before encoding: the same as validation counts them over what was encoded, and the limit in the same place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "binary_fixture.h"
#include "component/component_validate.h"
#include "compose/wit_size.h"
#include "ctool/validate.h"

/* What validation says of the size of the component that the package is. */
static uint32_t validated_size(ct_slice bytes, cti_arena *arena) {
  cti_component component;
  cti_validation v;
  cti_type_store *store;
  uint32_t type;
  ct_validate_options options = {.threads = 1};
  assert_int_equal(ct_features_parse(&options.features, "all", arena->error), CT_OK);
  cti_validation_init(&v, &options, arena);
  assert_int_equal(cti_component_decode(&component, bytes, 0, arena), CT_OK);
  assert_int_equal(cti_component_types(&store, &type, &component, &v), CT_OK);
  return cti_type_at(store, type)->size;
}

/* Of a package with one world alone, and with one interface alone, which nothing is used by. */
static void check_sizes(const char *text, bool is_world) {
  wit_fixture f;
  cti_wit_sizes sizes;
  cti_buf out = {0};
  wit_begin(&f);
  assert_int_equal(wit_load_all(&f, cti_slice_str(text)), CT_OK);
  assert_int_equal(cti_wit_sizes_make(&sizes, &f.resolve, &f.arena), CT_OK);
  assert_int_equal(cti_encode_package(&out, &f.resolve, f.package, NULL), CT_OK);
  uint32_t member = is_world ? cti_wit_world_size(&sizes, 0) : cti_wit_interface_size(&sizes, 0);
  assert_int_equal(validated_size(cti_buf_slice(&out), &f.arena), member + 2); /* the package, and the component type around a world or interface */
  ct_buf_free(&out);
  wit_end(&f);
}

static void test_wit_size__interface(void **state) {
  (void)state;
  check_sizes("package a:b; interface i {}", false);
  check_sizes("package a:b; interface i { type t = u8; type s = t; type l = list<t>; type o = option<list<s>>; use-all: func(a: t, b: s, c: l) -> o; }", false);
  check_sizes("package a:b; interface i { record r { a: u8, b: string, c: tuple<u8, u8, list<u8>> } variant v { a, b(r), c(option<r>) } enum e { x, y } flags f { p, q }"
              " f1: func(); f2: func(r: r) -> result<v, e>; f3: func() -> result; f4: async func(s: stream<u8>, t: future, u: stream<r>) -> future<f>; }", false);
  check_sizes("package a:b; interface i { resource r { constructor(a: u8); m: func(b: borrow<r>) -> r; s: static func() -> list<r>; } type alias = r; f: func(a: own<alias>); }", false);
}

static void test_wit_size__world(void **state) {
  (void)state;
  check_sizes("package a:b; world w {}", true);
  check_sizes("package a:b; world w { import f: func(a: list<u8>) -> u8; export g: func(); import i: interface { type t = list<u8>; f: func(t: t); }"
              " export e: interface { enum x { a } g: func() -> x; } type l = list<string>; resource r { constructor(); } import h: func(l: l, r: r); }", true);
}

/* `count` interfaces, each using the type of the one before; the first of them is of 100 parts. */
static void chain(cti_buf *out, unsigned count) {
  cti_buf_str(out, "package a:b; interface i0 { type t = tuple<");
  for (unsigned i = 0; i < 99; i++) cti_buf_str(out, "u8,");
  cti_buf_str(out, ">; }\n");
  for (unsigned i = 1; i < count; i++) cti_buf_printf(out, "interface i%u { use i%u.{t}; }\n", i, i - 1);
}

static ct_status encode_chain(cti_buf *out, unsigned count) {
  wit_fixture f;
  cti_buf text = {0};
  wit_begin(&f);
  chain(&text, count);
  assert_int_equal(wit_load_all(&f, cti_buf_slice(&text)), CT_OK);
  ct_status status = cti_encode_package(out, &f.resolve, f.package, NULL);
  if (status == CT_LIMIT) assert_int_equal(f.error.line, count); /* the last one was too much */
  ct_buf_free(&text);
  wit_end(&f);
  return status;
}

/* The types of the interfaces are of 1 + 101, 1 + 2 * 101 and so on: 140 of them are just below 1,000,000. */
static void test_wit_size__limit(void **state) {
  (void)state;
  cti_buf fits = {0}, early = {0};
  ct_error error;
  cti_arena arena;
  ct_error_clear(&error);
  cti_arena_init(&arena, &error);
  assert_int_equal(encode_chain(&fits, 140), CT_OK);
  assert_int_equal(validated_size(cti_buf_slice(&fits), &arena), 1 + 140 + 101 * (140 * 141 / 2));
  assert_int_equal(encode_chain(&early, 141), CT_LIMIT);
  ct_buf_free(&fits);
  ct_buf_free(&early);
  cti_arena_free(&arena);
}

/* Sizes that double with each type end at the largest number. */
static void test_wit_size__saturates(void **state) {
  (void)state;
  wit_fixture f;
  cti_wit_sizes sizes;
  cti_buf text = {0}, out = {0};
  wit_begin(&f);
  cti_buf_str(&text, "package a:b; interface i { type t0 = list<u8>;\n");
  for (unsigned i = 1; i < 200; i++) cti_buf_printf(&text, "type t%u = tuple<t%u, t%u>;\n", i, i - 1, i - 1);
  cti_buf_str(&text, "}\n");
  assert_int_equal(wit_load_all(&f, cti_buf_slice(&text)), CT_OK);
  assert_int_equal(cti_wit_sizes_make(&sizes, &f.resolve, &f.arena), CT_OK);
  assert_int_equal(cti_wit_interface_size(&sizes, 0), UINT32_MAX);
  assert_int_equal(cti_encode_package(&out, &f.resolve, f.package, NULL), CT_LIMIT);
  ct_buf_free(&text);
  ct_buf_free(&out);
  wit_end(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_wit_size__interface),
      cmocka_unit_test(test_wit_size__world),
      cmocka_unit_test(test_wit_size__limit),
      cmocka_unit_test(test_wit_size__saturates),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

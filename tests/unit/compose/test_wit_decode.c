/* Binary WIT: what was encoded decodes to what prints the same, forms that are older or none are told apart, and no broken binary does harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "binary_fixture.h"
#include "component/component.h"
#include "hurt.h"

/* Everything that has a form: all kinds of types, `use` in chains and of resources, methods, worlds with items of each kind, documentation, stability. */
static const char everything[] =
    "package test:all@1.2.3;\n\n"
    "/// Types of all kinds.\n"
    "@since(version = 1.0.0)\n"
    "interface types {\n"
    "  resource file {\n    constructor(name: string);\n    read: func(n: u64) -> result<list<u8>, error>;\n    open: static func() -> own-files;\n  }\n"
    "  /// What went wrong.\n  enum error {\n    /// Nobody knows.\n    unknown,\n    io,\n  }\n"
    "  @unstable(feature = more)\n  flags mode {\n    r,\n    w,\n  }\n"
    "  record point {\n    x: f32,\n    y: f64,\n    tag: option<char>,\n  }\n"
    "  variant shape {\n    dot(point),\n    line(tuple<point, point>),\n    nothing,\n  }\n"
    "  type own-files = list<file>;\n  type table = map<string, list<shape>>;\n  type grid = list<u8, 4>;\n  type nested = list<list<option<option<bool>>>>;\n"
    "  f: func(a: borrow<file>, b: s8, c: s16, d: s32, e: s64, g: u16, h: u32) -> result;\n"
    "  /// Waits.\n  @deprecated(version = 1.2.0)\n  @since(version = 1.1.0)\n  g: async func(a: stream<point>, b: future) -> future<result<_, error>>;\n"
    "}\n\n"
    "interface user {\n  use types.{file as handle, shape};\n  type again = shape;\n  take: func(f: handle, s: again) -> tuple<handle, again>;\n}\n\n"
    "/// The world.\n"
    "world w {\n"
    "  use types.{point};\n"
    "  record mine {\n    p: point,\n  }\n"
    "  import user;\n"
    "  import log: func(text: string);\n"
    "  import inside: interface {\n    /// Documented.\n    poke: func();\n  }\n"
    "  import second: user;\n"
    "  export user;\n"
    "  export run: async func(o: mine) -> point;\n"
    "  export outside: interface {\n    use types.{error};\n    last: func() -> error;\n  }\n"
    "}\n";

static void check_round_trip(const char *text) {
  wit_fixture from, back;
  cti_buf binary = binary_package(text), again = {0};
  wit_begin(&from);
  assert_int_equal(wit_load_all(&from, cti_slice_str(text)), CT_OK);
  assert_int_equal(binary_decode(&back, cti_buf_slice(&binary)), CT_OK);
  assert_string_equal(wit_printed(&back), wit_printed(&from));
  assert_int_equal(cti_encode_package(&again, &back.resolve, back.package, NULL), CT_OK);
  assert_int_equal(again.size, binary.size);
  assert_memory_equal(again.data, binary.data, binary.size);
  ct_buf_free(&again);
  ct_buf_free(&binary);
  wit_end(&from);
  wit_end(&back);
}

static void test_wit_decode__round_trip(void **state) {
  (void)state;
  check_round_trip(everything);
  check_round_trip("package a:b;\n\nworld w {\n}\n");
  check_round_trip("package a:b;\n\ninterface later {\n  use sooner.{t};\n  f: func(x: t);\n}\n\ninterface sooner {\n  type t = u8;\n}\n");
}

static void test_wit_decode__is_package(void **state) {
  (void)state;
  ct_error error = {0};
  cti_arena arena;
  cti_resolve resolve;
  uint32_t package;
  cti_arena_init(&arena, &error);
  cti_buf binary = binary_package("package a:b;\ninterface i {}");
  assert_int_equal(cti_wit_decode_package(&resolve, &package, cti_buf_slice(&binary), &arena), CT_OK);
  ct_buf_free(&binary);
  static const uint8_t empty[] = {0, 'a', 's', 'm', 0x0d, 0, 1, 0};
  assert_int_equal(cti_wit_decode_package(&resolve, &package, cti_slice(empty, sizeof empty), &arena), CT_WIT_BINARY);
  assert_string_equal(error.message, "this is a component, a WIT package in binary form is needed");
  cti_arena_free(&arena);
}

/* ---- components that are built item by item */

typedef struct made {
  ct_error error;
  cti_arena arena;
  cti_component component;
  cti_buf bytes;
} made;

static void make(made *m) {
  *m = (made){0};
  cti_arena_init(&m->arena, &m->error);
  cti_component_init(&m->component, &m->arena);
}

static const char *decoded(made *m, wit_fixture *f) {
  cti_component_encode(&m->component, &m->bytes);
  return binary_decode(f, cti_buf_slice(&m->bytes)) == CT_OK ? wit_printed(f) : wit_failure(f);
}

static void done(made *m, wit_fixture *f) {
  wit_end(f);
  ct_buf_free(&m->bytes);
  cti_arena_free(&m->arena);
}

static cti_extern_name plain(const char *name) { return (cti_extern_name){.name = cti_slice_str(name)}; }

static uint32_t instance_of_list(made *m, const char *name) {
  cti_component *decls = CTI_NEW(&m->arena, cti_component);
  cti_component_init(decls, &m->arena);
  cti_ctype list = {.kind = CTI_CTYPE_VALUE, .value = {.kind = CTI_DEF_LIST, .element = cti_valtype_prim(CTI_PRIM_U8)}};
  cti_extern_name type_name = plain(name);
  cti_build_type_export(decls, &type_name, (cti_externtype){.sort = CTI_SORT_TYPE, .is_eq = true, .index = cti_build_type(decls, &list)});
  cti_ctype instance = {.kind = CTI_CTYPE_INSTANCE, .decls = decls};
  return cti_build_type(&m->component, &instance);
}

/* The first form of binary WIT: one export "ns:pkg/wit", whose exports are the interfaces. */
static void test_wit_decode__first_form(void **state) {
  (void)state;
  made m, outer;
  wit_fixture f;
  make(&m);
  make(&outer);
  cti_extern_name interface = plain("a:b/i"), package = plain("a:b/wit");
  uint32_t type = instance_of_list(&m, "bytes");
  cti_build_type_export(&m.component, &interface, (cti_externtype){.sort = CTI_SORT_INSTANCE, .index = type});
  cti_ctype component = {.kind = CTI_CTYPE_COMPONENT, .decls = &m.component};
  cti_build_export(&outer.component, &package, (cti_sort_index){CTI_SORT_TYPE, cti_build_type(&outer.component, &component)}, NULL);
  assert_string_equal(decoded(&outer, &f), "package a:b;\n\ninterface i {\n  type bytes = list<u8>;\n}\n\n");
  done(&outer, &f);
  cti_arena_free(&m.arena);
}

static void test_wit_decode__component(void **state) {
  (void)state;
  made m;
  wit_fixture f;
  make(&m);
  cti_extern_name import = plain("a:b/i@0.1.0"), label = plain("here");
  uint32_t type = instance_of_list(&m, "bytes");
  cti_build_import(&m.component, &import, (cti_externtype){.sort = CTI_SORT_INSTANCE, .index = type});
  type = instance_of_list(&m, "bytes");
  cti_build_import(&m.component, &label, (cti_externtype){.sort = CTI_SORT_INSTANCE, .index = type});
  assert_string_equal(decoded(&m, &f), "package root:component;\n\nworld root {\n  import a:b/i@0.1.0;\n  import here: interface {\n    type bytes = list<u8>;\n  }\n}\n"
                                       "package a:b@0.1.0 {\n  interface i {\n    type bytes = list<u8>;\n  }\n}\n");
  done(&m, &f);
}

/* Valid components that WIT has no form for. */
static void test_wit_decode__no_form(void **state) {
  (void)state;
  made m;
  wit_fixture f;
  make(&m);
  cti_extern_name name = plain("t");
  cti_ctype string = {.kind = CTI_CTYPE_VALUE, .value = {.kind = CTI_DEF_ALIAS, .element = cti_valtype_prim(CTI_PRIM_STRING)}};
  cti_build_export(&m.component, &name, (cti_sort_index){CTI_SORT_TYPE, cti_build_type(&m.component, &string)}, NULL);
  assert_string_equal(decoded(&m, &f), "the export \"t\" is a type: WIT has no form for that");
  assert_int_equal(f.error.status, CT_WIT_BINARY);
  done(&m, &f);
}

static void test_wit_decode__invalid(void **state) {
  (void)state;
  made m;
  wit_fixture f;
  make(&m);
  cti_extern_name name = plain("t");
  cti_build_export(&m.component, &name, (cti_sort_index){CTI_SORT_TYPE, 7}, NULL);
  decoded(&m, &f);
  assert_int_equal(ct_status_class(f.error.status), CT_CLASS_INVALID);
  assert_int_not_equal(f.error.status, CT_WIT_BINARY);
  done(&m, &f);
}

/* ---- hostile */

static void decode_hurt(ct_slice bytes, void *context) {
  wit_fixture f;
  (void)context;
  ct_status status = binary_decode(&f, bytes);
  assert_int_equal(status, f.error.status);
  if (status == CT_OK) wit_printed(&f);
  wit_end(&f);
}

static void test_wit_decode__hostile(void **state) {
  (void)state;
  cti_buf binary = binary_package(everything);
  hurt_cuts(cti_buf_slice(&binary), decode_hurt, NULL);
  hurt_bits(cti_buf_slice(&binary), decode_hurt, NULL);
  assert_true(hurt_starve(cti_buf_slice(&binary), decode_hurt, NULL) > 0);
  ct_buf_free(&binary);
}

static void encode_starved(ct_slice text, void *context) {
  wit_fixture f;
  cti_buf out = {0};
  (void)context;
  wit_begin(&f);
  ct_status status = wit_load_all(&f, text);
  if (status == CT_OK) status = cti_encode_package(&out, &f.resolve, f.package, NULL);
  assert_int_equal(status, f.error.status);
  assert_true(status == CT_OK || status == CT_NOMEM);
  ct_buf_free(&out);
  wit_end(&f);
}

static void test_wit_encode__starved(void **state) {
  (void)state;
  assert_true(hurt_starve(cti_slice_str(everything), encode_starved, NULL) > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_wit_decode__round_trip), cmocka_unit_test(test_wit_decode__is_package), cmocka_unit_test(test_wit_decode__first_form),
      cmocka_unit_test(test_wit_decode__component),  cmocka_unit_test(test_wit_decode__no_form),    cmocka_unit_test(test_wit_decode__invalid),
      cmocka_unit_test(test_wit_decode__hostile),    cmocka_unit_test(test_wit_encode__starved),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

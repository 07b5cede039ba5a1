/* The JSON of bindings generators: keys, ids, older shapes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit_fixture.h"

static void expect(const char *text, cti_json_shape shape, const char *part) {
  wit_fixture f;
  wit_begin(&f);
  assert_int_equal(wit_load_all(&f, cti_slice_str(text)), CT_OK);
  assert_int_equal(cti_wit_json(&f.resolve, shape, &f.text), CT_OK);
  size_t size = 0;
  for (size_t i = 0; i < f.text.size; i++) /* without white space */
    if (f.text.data[i] != ' ' && f.text.data[i] != '\n') f.text.data[size++] = f.text.data[i];
  cti_buf_truncate(&f.text, size);
  cti_buf_u8(&f.text, 0);
  if (!strstr((const char *)f.text.data, part)) assert_string_equal((const char *)f.text.data, part);
  wit_end(&f);
}

static void test_json__whole(void **state) {
  (void)state;
  expect("package a:b@1.0.0; /// d\ninterface i { type t = u8; } world w { import i; }", CTI_JSON_CURRENT,
         "{\"worlds\":[{\"name\":\"w\",\"imports\":{\"interface-0\":{\"interface\":{\"id\":0}}},\"exports\":{},\"package\":0}],"
         "\"interfaces\":[{\"name\":\"i\",\"types\":{\"t\":0},\"functions\":{},\"docs\":{\"contents\":\"d\"},\"package\":0}],"
         "\"types\":[{\"name\":\"t\",\"kind\":{\"type\":\"u8\"},\"owner\":{\"interface\":0}}],"
         "\"packages\":[{\"name\":\"a:b@1.0.0\",\"interfaces\":{\"i\":0},\"worlds\":{\"w\":0}}]}");
}

static void test_json__kinds_of_types(void **state) {
  (void)state;
  static const wit_case cases[] = {
      {"record t { a: u8 }", "{\"record\":{\"fields\":[{\"name\":\"a\",\"type\":\"u8\"}]}}"},
      {"variant t { a, b(u8) }", "{\"variant\":{\"cases\":[{\"name\":\"a\",\"type\":null},{\"name\":\"b\",\"type\":\"u8\"}]}}"},
      {"enum t { a }", "{\"enum\":{\"cases\":[{\"name\":\"a\"}]}}"},
      {"flags t { a }", "{\"flags\":{\"flags\":[{\"name\":\"a\"}]}}"},
      {"type t = tuple<u8, bool>;", "{\"tuple\":{\"types\":[\"u8\",\"bool\"]}}"},
      {"type t = list<u8, 3>;", "{\"fixed-length-list\":[\"u8\",3]}"},
      {"type t = map<string, u8>;", "{\"map\":[\"string\",\"u8\"]}"},
      {"type t = result<_, u8>;", "{\"result\":{\"ok\":null,\"err\":\"u8\"}}"},
      {"type t = stream;", "{\"stream\":null}"},
      {"type t = future<error-context>;", "{\"future\":\"error-context\"}"},
      {"resource r; type t = own<r>;", "{\"handle\":{\"own\":0}}"},
      {"resource t;", "\"kind\":\"resource\""},
  };
  for (size_t i = 0; i < CTI_COUNT(cases); i++) {
    char text[256];
    snprintf(text, sizeof text, "package a:b; interface i { %s }", cases[i].text);
    expect(text, CTI_JSON_CURRENT, cases[i].expected);
  }
}

static const char funcs[] = "package a:b@1.0.0; interface i { resource r { constructor(); x: get() -> u8; x: set(v: u8); s: static async func(); } "
                            "@since(version = 0.1.0) f: async func(a: stream<u8>) -> u8; @unstable(feature = q) @external-id(\"e\") g: func(); } "
                            "world w { @since(version = 0.1.0) import i; @external-id(\"z\") import l: i; }";

static void test_json__functions(void **state) {
  (void)state;
  expect(funcs, CTI_JSON_CURRENT, "\"f\":{\"name\":\"f\",\"kind\":\"async-freestanding\",\"params\":[{\"name\":\"a\",\"type\":2}],\"result\":\"u8\",\"stability\":{\"stable\":{\"since\":\"0.1.0\"}}}");
  expect(funcs, CTI_JSON_CURRENT, "\"g\":{\"name\":\"g\",\"kind\":\"freestanding\",\"params\":[],\"stability\":{\"unstable\":{\"feature\":\"q\"}},\"external_id\":\"e\"}");
  expect(funcs, CTI_JSON_CURRENT, "\"[static]r.s\":{\"name\":\"[static]r.s\",\"kind\":{\"async-static\":0},\"params\":[]}");
  expect(funcs, CTI_JSON_CURRENT, "\"kind\":{\"method-getter\":0}");
  expect(funcs, CTI_JSON_CURRENT, "{\"interface-0\":{\"interface\":{\"id\":0,\"stability\":{\"stable\":{\"since\":\"0.1.0\"}}}},\"l\":{\"interface\":{\"id\":0,\"external_id\":\"z\"}}}");
}

static void test_json__older_shapes(void **state) {
  (void)state;
  expect(funcs, CTI_JSON_1_225, "\"f\":{\"name\":\"f\",\"kind\":\"freestanding\",\"params\":[{\"name\":\"a\",\"type\":2}],\"results\":[{\"type\":\"u8\"}],\"stability\":{\"stable\":{\"since\":\"0.1.0\"}}}");
  expect(funcs, CTI_JSON_1_225, "\"g\":{\"name\":\"g\",\"kind\":\"freestanding\",\"params\":[],\"results\":[],\"stability\":{\"unstable\":{\"feature\":\"q\"}}}");
  expect(funcs, CTI_JSON_1_208, "\"f\":{\"name\":\"f\",\"kind\":\"freestanding\",\"params\":[{\"name\":\"a\",\"type\":2}],\"results\":[{\"type\":\"u8\"}]}");
  expect(funcs, CTI_JSON_1_208, "{\"interface-0\":{\"interface\":0},\"l\":{\"interface\":0}}");
  expect(funcs, CTI_JSON_1_208, "{\"stream\":{\"element\":\"u8\",\"end\":null}}");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_json__whole),
      cmocka_unit_test(test_json__kinds_of_types),
      cmocka_unit_test(test_json__functions),
      cmocka_unit_test(test_json__older_shapes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The package-docs section: the JSON that is written, the forms that are read, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "compose/package_docs.h"
#include "hurt.h"
#include "wit_fixture.h"

static const char plain[] = "package a:b;\ninterface i {\n  f: func();\n  record r {\n    x: u8,\n    y: u8,\n  }\n  type t = u8;\n}\n"
                            "world w {\n  import i;\n  export i;\n  import g: func();\n  type u = u8;\n  import n: interface {\n    h: func();\n  }\n  export n: interface {\n    h: func();\n  }\n}\n";

static const char *written(wit_fixture *f, const char *text) {
  wit_begin(f);
  assert_int_equal(wit_load_all(f, cti_slice_str(text)), CT_OK);
  cti_package_docs_write(&f->text, &f->resolve, f->package);
  cti_buf_u8(&f->text, 0);
  assert_int_equal(f->text.data[0], 1);
  return (const char *)f->text.data + 1;
}

static void test_package_docs__written(void **state) {
  (void)state;
  static const wit_case cases[] = {
      {"package a:b;\n", "{}"},
      {"/// Of the package.\npackage a:b;\n", "{\"docs\":\"Of the package.\"}"},
      {"package a:b@1.0.0;\n@since(version = 1.0.0)\n@deprecated(version = 1.0.0)\ninterface i {\n  /// \"q\"\n  f: func();\n}\n",
       "{\"interfaces\":{\"i\":{\"stability\":{\"stable\":{\"since\":\"1.0.0\",\"deprecated\":\"1.0.0\"}},\"funcs\":{\"f\":{\"docs\":\"\\\"q\\\"\"}}}}}"},
      {"package a:b;\ninterface i {\n  /// R\n  record r {\n    /// X\n    x: u8,\n    y: u8,\n  }\n}\n", "{\"interfaces\":{\"i\":{\"types\":{\"r\":{\"docs\":\"R\",\"items\":{\"x\":\"X\"}}}}}}"},
      {"package a:b;\ninterface i {}\n/// W\nworld w {\n  /// I\n  import i;\n  @unstable(feature = z)\n  export i;\n  /// G\n  import g: func();\n  /// N\n  export n: interface {}\n}\n",
       "{\"worlds\":{\"w\":{\"docs\":\"W\",\"funcs\":{\"g\":{\"docs\":\"G\"}},\"interface_exports\":{\"n\":{\"docs\":\"N\"}},\"interface_export_stability\":{\"a:b/i\":{\"unstable\":{\"feature\":"
       "\"z\"}}},\"interface_import_docs\":{\"a:b/i\":\"I\"}}}}"},
  };
  for (size_t i = 0; i < CTI_COUNT(cases); i++) {
    wit_fixture f;
    assert_string_equal(written(&f, cases[i].text), cases[i].expected);
    wit_end(&f);
  }
}

/* What reading `json` into the plain package makes of it: the JSON that is written then, or the failure. */
static const char *reread(wit_fixture *f, uint8_t version, const char *json) {
  cti_buf content = {0};
  wit_begin(f);
  assert_int_equal(wit_load_all(f, cti_slice_str(plain)), CT_OK);
  cti_buf_u8(&content, version);
  cti_buf_str(&content, json);
  ct_slice copy = cti_copy(&f->arena, cti_buf_slice(&content));
  ct_buf_free(&content);
  if (cti_package_docs_read(&f->resolve, f->package, copy, 0) != CT_OK) return f->error.message;
  cti_package_docs_write(&f->text, &f->resolve, f->package);
  cti_buf_u8(&f->text, 0);
  return (const char *)f->text.data + 1;
}

static void test_package_docs__read(void **state) {
  (void)state;
  static const wit_case cases[] = {
      {"{}", "{}"},
      {"{\"docs\":\"P\",\"interfaces\":{\"i\":{\"docs\":\"I\",\"stability\":{\"unstable\":{\"feature\":\"z\"}},\"funcs\":{\"f\":{\"docs\":\"F\"}},\"types\":{\"r\":{\"items\":{\"y\":\"Y\"}},\"t\":{\"docs\":\"T\"}}}}}",
       "{\"docs\":\"P\",\"interfaces\":{\"i\":{\"docs\":\"I\",\"stability\":{\"unstable\":{\"feature\":\"z\"}},\"funcs\":{\"f\":{\"docs\":\"F\"}},\"types\":{\"r\":{\"items\":{\"y\":\"Y\"}},\"t\":{\"docs\":\"T\"}}}}}"},
      /* version 0 wrote functions as text alone, and interfaces of imports and exports in one place */
      {"{\"interfaces\":{\"i\":{\"funcs\":{\"f\":\"F\"}}},\"worlds\":{\"w\":{\"funcs\":{\"g\":\"G\"},\"types\":{\"u\":{\"docs\":\"U\"}},\"interfaces\":{\"n\":{\"docs\":\"N\"}}}}}",
       "{\"worlds\":{\"w\":{\"interfaces\":{\"n\":{\"docs\":\"N\"}},\"types\":{\"u\":{\"docs\":\"U\"}},\"funcs\":{\"g\":{\"docs\":\"G\"}}}},\"interfaces\":{\"i\":{\"funcs\":{\"f\":{\"docs\":\"F\"}}}}}"},
      {"{\"worlds\":{\"w\":{\"interface_exports\":{\"n\":{\"funcs\":{\"h\":{\"docs\":\"H\"}}}},\"interface_import_stability\":{\"a:b/i\":{\"stable\":{\"since\":\"1.0.0\",\"feature\":\"old\"}}},"
       "\"interface_export_docs\":{\"a:b/i\":\"E\"}}}}",
       "{\"worlds\":{\"w\":{\"interface_exports\":{\"n\":{\"funcs\":{\"h\":{\"docs\":\"H\"}}}},\"interface_import_stability\":{\"a:b/i\":{\"stable\":{\"since\":\"1.0.0\"}}},\"interface_export_docs\":{\"a:b/i\":"
       "\"E\"}}}}"},
      {"{\"docs\":null,\"interfaces\":{\"i\":{\"stability\":\"unknown\"}}}", "{}"},
      {"{\"interfaces\":{\"j\":{}}}", "package-docs documents interface \"j\", which the package does not have"},
      {"{\"interfaces\":{\"i\":{\"types\":{\"r\":{\"items\":{\"z\":\"\"}}}}}}", "package-docs documents a field, case or flag \"z\", which the package does not have"},
      {"{\"worlds\":{\"w\":{\"funcs\":{\"u\":\"\"}}}}", "package-docs documents \"u\" as another kind of item than the world has"},
      {"{\"more\":1}", "package-docs has a member \"more\" that this version of ctool does not know"},
      {"{\"interfaces\":{\"i\":{\"stability\":{\"stable\":{}}}}}", "a stability lacks its version or feature"},
      {"{\"interfaces\":{\"i\":{\"stability\":{\"stable\":{\"since\":\"1\"}}}}}", "\"1\" is no semantic version"},
      {"[]", "expected `{` at the start of an object in JSON"},
  };
  for (size_t i = 0; i < CTI_COUNT(cases); i++) {
    wit_fixture f;
    assert_string_equal(reread(&f, i % 2, cases[i].text), cases[i].expected);
    wit_end(&f);
  }
  wit_fixture f;
  assert_string_equal(reread(&f, 2, "{}"), "the section package-docs has a version that this version of ctool does not know (2; 0 and 1 are known)");
  wit_end(&f);
}

static void read_hurt(ct_slice bytes, void *context) {
  wit_fixture f;
  (void)context;
  wit_begin(&f);
  ct_status status = wit_load_all(&f, cti_slice_str(plain));
  if (status == CT_OK) status = cti_package_docs_read(&f.resolve, f.package, bytes, 0);
  assert_int_equal(status, f.error.status);
  wit_end(&f);
}

static void test_package_docs__hostile(void **state) {
  (void)state;
  ct_slice content = CTI_LIT("\1{\"docs\":\"P\\n\",\"worlds\":{\"w\":{\"funcs\":{\"g\":\"G\"},\"interfaces\":{\"n\":{\"stability\":{\"stable\":{\"since\":\"1.0.0\"}}}}}}}");
  hurt_cuts(content, read_hurt, NULL);
  hurt_bits(content, read_hurt, NULL);
  assert_true(hurt_starve(content, read_hurt, NULL) > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_package_docs__written),
      cmocka_unit_test(test_package_docs__read),
      cmocka_unit_test(test_package_docs__hostile),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Canonical text: what reading it again must not change, and what only binaries can hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit_fixture.h"

/* Text of all there is, printed, read and printed again. */
static void test_print__is_stable(void **state) {
  (void)state;
  static const char *const names[] = {"all.wit", "resources.wit"};
  for (size_t i = 0; i < CTI_COUNT(names); i++) {
    wit_fixture f, again;
    ct_input input;
    char path[512];
    wit_begin(&f);
    snprintf(path, sizeof path, CTOOL_SOURCE_DIR "/corpus/wit/%s", names[i]);
    assert_int_equal(ct_input_open(&input, path, &f.error), CT_OK);
    assert_int_equal(wit_load_all(&f, input.bytes), CT_OK);
    const char *once = wit_printed(&f);
    assert_string_equal(wit_result(&again, once), once);
    wit_end(&again);
    wit_end(&f);
    ct_input_close(&input);
  }
}

static void test_print__without_docs(void **state) {
  (void)state;
  wit_fixture f;
  wit_begin(&f);
  assert_int_equal(wit_load_all(&f, CTI_LIT("/// p\npackage a:b; /// i\ninterface i { /// t\nrecord t { /// m\na: u8 } }")), CT_OK);
  assert_int_equal(cti_wit_print(&f.resolve, f.package, false, false, &f.text), CT_OK);
  assert_true(cti_slice_is(cti_buf_slice(&f.text), "package a:b;\n\ninterface i {\n  record t {\n    a: u8,\n  }\n}\n\n"));
  wit_end(&f);
}

/* Text cannot have these, a binary could: no crash, and a limit on depth. */
static void test_print__what_text_cannot_say(void **state) {
  (void)state;
  wit_fixture f;
  wit_begin(&f);
  assert_int_equal(wit_load_all(&f, CTI_LIT("package a:b; interface i { type t = u8; }")), CT_OK);
  cti_wit_type anonymous = {0};
  cti_def def = {.kind = CTI_DEF_LIST, .element = cti_valtype_prim(CTI_PRIM_U8)};
  for (unsigned i = 0; i < 1200; i++) def.element = cti_valtype_def(cti_resolve_add_type(&f.resolve, &def, &anonymous));
  f.resolve.types.defs.items[0].element = def.element;
  assert_string_equal(wit_printed(&f), "types nest more than 1000 deep");
  wit_end(&f);
  wit_begin(&f);
  assert_int_equal(wit_load_all(&f, CTI_LIT("package a:b; interface i { type t = u8; }")), CT_OK);
  def = (cti_def){.kind = CTI_DEF_RECORD};
  cti_valtype nameless = cti_valtype_def(cti_resolve_add_type(&f.resolve, &def, &anonymous)); /* which may move the definitions */
  f.resolve.types.defs.items[0].element = nameless;
  assert_string_equal(wit_printed(&f), "a record without a name cannot be written in WIT");
  wit_end(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_print__is_stable),
      cmocka_unit_test(test_print__without_docs),
      cmocka_unit_test(test_print__what_text_cannot_say),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

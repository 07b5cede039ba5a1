/* Names and branch hints against the module that they are about: on, each kind of thing that is not there is told; off, none is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "ctool/text.h"
#include "ctool/validate.h"
#include "hurt.h"

/* Type 0 is a function of one parameter, type 1 a struct of one field; function 0 is imported; function 1 has a parameter, a local, two labels, and its `if`
 * at offset 5 of the body. */
#define MODULE_START "(module (type (func (param i32))) (type (struct (field i32))) (import \"m\" \"f\" (func (type 0))) "
#define MODULE_END \
  " (table 1 funcref) (memory 1) (global i32 (i32.const 0)) (tag (type 0)) (elem func 0) (data \"x\")" \
  " (func (type 0) (local i64) local.get 0 if block end end))"
#define NAMES(bytes) MODULE_START "(@custom \"name\" \"" bytes "\")" MODULE_END
#define HINTS(bytes) MODULE_START "(@custom \"metadata.code.branch_hint\" (before code) \"" bytes "\")" MODULE_END

static const struct {
  const char *text, *message; /* NULL: all is well */
} rows[] = {
    {NAMES(""), NULL},
    {NAMES("\\00\\02\\01m"), NULL},
    {NAMES("\\01\\04\\01\\01\\01x"), NULL},
    {NAMES("\\01\\04\\01\\02\\01x"), "a name for function 2: there are 2"},
    {NAMES("\\02\\06\\01\\01\\01\\01\\01x"), NULL},
    {NAMES("\\02\\06\\01\\01\\01\\02\\01x"), "a name for local 2: there are 2"},
    {NAMES("\\02\\06\\01\\00\\01\\00\\01x"), NULL},
    {NAMES("\\02\\06\\01\\00\\01\\01\\01x"), "a name for local 1: there are 1"},
    {NAMES("\\02\\06\\01\\02\\01\\00\\01x"), "names of locals in number 2 of what has them: there are 2"},
    {NAMES("\\03\\06\\01\\01\\01\\01\\01x"), NULL},
    {NAMES("\\03\\06\\01\\01\\01\\02\\01x"), "a name for label 2: there are 2"},
    {NAMES("\\03\\06\\01\\00\\01\\00\\01x"), "a name for label 0: there are 0"},
    {NAMES("\\04\\04\\01\\01\\01x"), NULL},
    {NAMES("\\04\\04\\01\\02\\01x"), "a name for type 2: there are 2"},
    {NAMES("\\05\\04\\01\\01\\01x"), "a name for table 1: there are 1"},
    {NAMES("\\06\\04\\01\\01\\01x"), "a name for memory 1: there are 1"},
    {NAMES("\\07\\04\\01\\01\\01x"), "a name for global 1: there are 1"},
    {NAMES("\\08\\04\\01\\01\\01x"), "a name for element segment 1: there are 1"},
    {NAMES("\\09\\04\\01\\01\\01x"), "a name for data segment 1: there are 1"},
    {NAMES("\\0a\\06\\01\\01\\01\\00\\01x"), NULL},
    {NAMES("\\0a\\06\\01\\01\\01\\01\\01x"), "a name for field 1: there are 1"},
    {NAMES("\\0a\\03\\01\\00\\00"), "names of fields for type 0, which is no struct"},
    {NAMES("\\0b\\04\\01\\01\\01x"), "a name for tag 1: there are 1"},
    {NAMES("\\0c\\06\\01\\00\\01\\01\\01x"), "a name for parameter 1: there are 1"},
    {NAMES("\\0c\\03\\01\\01\\00"), "names of parameters for type 1, which is no function type"},
    {NAMES("\\0d\\06\\01\\00\\01\\00\\01x"), NULL},
    {NAMES("\\0e\\00"), "unknown subsection 14 of names"},
    {NAMES("\\01\\05\\01\\01\\01x\\00"), "1 unexpected byte after the end"},
    {MODULE_START "(@custom \"name\" (before table) \"\")" MODULE_END, "must come after all sections"},
    {MODULE_START "(@custom \"name\" \"\") (@custom \"name\" \"\")" MODULE_END, "duplicate custom section `name`"},
    {HINTS("\\01\\01\\01\\05\\01\\01"), NULL},
    {HINTS("\\01\\01\\01\\05\\02\\01"), "malformed branch hint"},
    {HINTS("\\01\\01\\01\\05\\01\\02"), "malformed branch hint"},
    {HINTS("\\01\\00\\01\\05\\01\\01"), "a branch hint for function 0, which the module does not define"},
    {HINTS("\\01\\02\\01\\05\\01\\01"), "a branch hint for function 2"},
    {HINTS("\\01\\01\\01\\03\\01\\01"), "a branch hint for `local.get` at offset 0x3"},
    {HINTS("\\01\\01\\01\\06\\01\\01"), "where no instruction begins"},
    {HINTS("\\01\\01\\01\\20\\01\\01"), "where no instruction begins"},
    {HINTS("\\01\\01\\02\\05\\01\\01\\05\\01\\01"), "sorted by offset"},
    {HINTS("\\02\\01\\01\\05\\01\\01\\01\\01\\05\\01\\01"), "sorted by offset"},
    {"(component (core module " "(@custom \"name\" \"\\01\\04\\01\\00\\01x\")))", "a name for function 0: there are 0"},
    {"(component (@custom \"name\" \"\"))", "belongs into a core module"},
};

static ct_slice parse(ct_buf *owner, const char *text) {
  ct_error error;
  ct_error_clear(&error);
  *owner = (ct_buf){0};
  if (ct_text_parse(owner, (ct_slice){(const uint8_t *)text, strlen(text)}, &error) != CT_OK) fail_msg("%s: %s", text, error.message);
  return (ct_slice){owner->data, owner->size};
}

static void test_custom_validate__rows(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    ct_buf owner;
    ct_error error;
    ct_slice bytes = parse(&owner, rows[i].text);
    ct_error_clear(&error);
    if (ct_validate(bytes, &(ct_validate_options){.threads = 1}, &error) != CT_OK) fail_msg("%s: %s", rows[i].text, error.message);
    ct_status status = ct_validate(bytes, &(ct_validate_options){.threads = 1, .custom_sections = true}, &error);
    bool good = rows[i].message ? status != CT_OK && strstr(error.message, rows[i].message) : status == CT_OK;
    if (!good) fail_msg("%s: \"%s\" instead of \"%s\"", rows[i].text, error.message, rows[i].message ? rows[i].message : "");
    ct_buf_free(&owner);
  }
}

static void check_form(ct_slice bytes, void *context) {
  ct_error error = {0};
  ct_validate_options options = {.custom_sections = true, .threads = 1};
  (void)context;
  ct_status status = ct_validate(bytes, &options, &error);
  assert_int_equal(status, error.status);
  if (status != CT_OK) assert_int_not_equal(error.message[0], 0);
}

static void test_custom_validate__hurt(void **state) {
  (void)state;
  ct_buf owner;
  ct_slice bytes = parse(&owner, MODULE_START "(@custom \"metadata.code.branch_hint\" (before code) \"\\01\\01\\01\\05\\01\\01\")"
                                 "(@custom \"name\" \"\\01\\04\\01\\01\\01x\\02\\06\\01\\01\\01\\01\\01x\\0a\\06\\01\\01\\01\\00\\01x\")" MODULE_END);
  check_form(bytes, NULL);
  hurt_cuts(bytes, check_form, NULL);
  hurt_bits(bytes, check_form, NULL);
  assert_true(hurt_starve(bytes, check_form, NULL) > 0);
  ct_buf_free(&owner);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_custom_validate__rows), cmocka_unit_test(test_custom_validate__hurt)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

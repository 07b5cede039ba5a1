/* Who made a file that cannot be read. tests/cli/maker.test has the failures as users meet them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "core/maker.h"
#include "ctool/base.h"
#include "hurt.h"

/* name, then fields: a language and one tool */
#define PRODUCERS(tool) "\0\x33\x09producers\x02\x08language\x01\x01" "C" "\x02" "11" "\x0cprocessed-by\x01\x05" tool "\x04" "99.1"
#define MODULE "\0asm\1\0\0\0"
#define COMPONENT "\0asm\x0d\0\1\0"

static void check(ct_slice bytes, uint64_t base, ct_status status, uint64_t place, const char *hint) {
  ct_error error = {.status = status, .offset = place};
  cti_hint_maker(&error, bytes, base);
  if (strncmp(error.hint, hint, strlen(hint)) != 0 || !*hint != !error.hint[0]) fail_msg("%s, not %s", error.hint, hint);
}

static void test_maker__which(void **state) {
  const ct_slice module = CTI_LIT(MODULE PRODUCERS("clang")), component = CTI_LIT(COMPONENT "\1\x3d" MODULE PRODUCERS("inner") PRODUCERS("outer"));
  const ct_slice silent = CTI_LIT(COMPONENT "\1\x08" MODULE PRODUCERS("outer")), nested = CTI_LIT(COMPONENT "\4\x08" COMPONENT PRODUCERS("outer"));
  (void)state;
  check(module, 0, CT_CORE_OPCODE, 9, "made by clang 99.1 (producers section)");
  check(module, 100, CT_CORE_FORM, 109, "made by clang 99.1 ");
  check(module, 0, CT_CORE_END, 9, "");  /* cut off: nobody's newer version */
  check(module, 0, CT_CORE_TYPE, 9, ""); /* read well, but wrong */
  check(CTI_LIT(MODULE), 0, CT_CORE_OPCODE, 9, "");
  check(component, 0, CT_COMP_FORM, 8, "made by outer 99.1 ");
  check(component, 0, CT_COMP_FORM, 20, "made by inner 99.1 ");
  check(component, 0, CT_COMP_FORM, CT_NO_OFFSET, "made by outer 99.1 ");
  check(silent, 0, CT_CORE_OPCODE, 12, "");
  check(nested, 0, CT_COMP_FORM, 12, "made by outer 99.1 ");
}

static void test_maker__added(void **state) {
  ct_error error = {.status = CT_CORE_FORM, .offset = 9, .hint = "first"};
  (void)state;
  cti_hint_maker(&error, CTI_LIT(MODULE PRODUCERS("clang")), 0);
  assert_memory_equal(error.hint, "first\nmade by clang 99.1", 24);
  size_t size = strlen(error.hint);
  cti_hint_maker(&error, CTI_LIT(MODULE PRODUCERS("other")), 0); /* who is told already stays */
  assert_int_equal(strlen(error.hint), size);
}

static void tell(ct_slice bytes, void *context) {
  (void)context;
  for (uint64_t place = 0; place < 40; place += 7) {
    ct_error error = {.status = CT_COMP_FORM, .offset = place};
    cti_hint_maker(&error, bytes, 0);
    assert_int_equal(error.status, CT_COMP_FORM);
  }
}

static void test_maker__hostile(void **state) {
  const ct_slice component = CTI_LIT(COMPONENT "\1\x3d" MODULE PRODUCERS("inner") PRODUCERS("outer"));
  (void)state;
  hurt_cuts(component, tell, NULL);
  hurt_bits(component, tell, NULL);
  hurt_starve(component, tell, NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_maker__which),
      cmocka_unit_test(test_maker__added),
      cmocka_unit_test(test_maker__hostile),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Getters and setters: each setter behind its getter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit/wit_setters.h"
#include "wit_fixture.h"

static const cti_wit_func *func_at(const void *list, uint32_t at) { return &((const cti_wit_func *)list)[at]; }

static void test_getter_of__names(void **state) {
  (void)state;
  wit_fixture f;
  wit_begin(&f);
  assert_true(cti_slice_is(cti_getter_of(&f.arena, CTI_LIT("[set]x")), "[get]x"));
  assert_true(cti_slice_is(cti_getter_of(&f.arena, CTI_LIT("[method][set]r.x")), "[method][get]r.x"));
  wit_end(&f);
}

static void test_order__moves_early_setters(void **state) {
  (void)state;
  const cti_wit_func list[] = {{.name = CTI_LIT("[set]a"), .accessor = CTI_ACCESSOR_SET}, {.name = CTI_LIT("f")}, {.name = CTI_LIT("[set]b"), .accessor = CTI_ACCESSOR_SET},
                               {.name = CTI_LIT("[get]b"), .accessor = CTI_ACCESSOR_GET}, {.name = CTI_LIT("[get]a"), .accessor = CTI_ACCESSOR_GET}, {.name = CTI_LIT("[get]c"), .accessor = CTI_ACCESSOR_GET},
                               {.name = CTI_LIT("[set]c"), .accessor = CTI_ACCESSOR_SET}, {.name = CTI_LIT("[set]d"), .accessor = CTI_ACCESSOR_SET}};
  static const uint32_t want[] = {1, 3, 2, 4, 0, 5, 6, 7};
  wit_fixture f;
  uint32_t *order, lonely;
  wit_begin(&f);
  assert_int_equal(cti_setter_order(&f.arena, &order, &lonely, list, CTI_COUNT(list), func_at), CT_OK);
  assert_memory_equal(order, want, sizeof want);
  assert_int_equal(lonely, 7);
  assert_int_equal(cti_setter_order(&f.arena, &order, &lonely, list + 4, 3, func_at), CT_OK);
  assert_null(order); /* nothing has to move */
  assert_int_equal(lonely, CTI_WIT_NONE);
  wit_end(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_getter_of__names),
      cmocka_unit_test(test_order__moves_early_setters),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

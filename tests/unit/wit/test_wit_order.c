/* Topological order: stable, and cycles by their edges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit/wit_order.h"
#include "wit_fixture.h"

static void add(cti_edges *edges, cti_arena *arena, uint32_t node, uint32_t on) {
  cti_edge edge = {node, on, {0}};
  assert_true(cti_vec_push(arena, edges, edge));
}

static void test_order__keeps_to_the_source(void **state) {
  (void)state;
  wit_fixture f;
  cti_edges edges = {0}, cycle;
  uint32_t *order;
  static const uint32_t want[] = {1, 3, 2, 0, 4};
  wit_begin(&f);
  add(&edges, &f.arena, 0, 2);
  add(&edges, &f.arena, 2, 3);
  add(&edges, &f.arena, 2, 3); /* twice is once */
  add(&edges, &f.arena, 4, 0);
  assert_int_equal(cti_order_nodes(&order, &cycle, 5, &edges, &f.arena), CT_OK);
  assert_memory_equal(order, want, sizeof want);
  wit_end(&f);
}

static void test_order__cycle(void **state) {
  (void)state;
  wit_fixture f;
  cti_edges edges = {0}, cycle;
  uint32_t *order;
  wit_begin(&f);
  add(&edges, &f.arena, 0, 1); /* leads into it */
  add(&edges, &f.arena, 1, 2);
  add(&edges, &f.arena, 2, 3);
  add(&edges, &f.arena, 3, 1);
  add(&edges, &f.arena, 4, 5); /* has nothing to do with it */
  assert_int_equal(cti_order_nodes(&order, &cycle, 6, &edges, &f.arena), CT_OK);
  assert_null(order);
  assert_int_equal(cycle.count, 3);
  for (uint32_t i = 0; i < 3; i++) assert_int_equal(cycle.items[i].on, cycle.items[(i + 1) % 3].node);
  wit_end(&f);
}

static void test_order__long_chain(void **state) {
  (void)state;
  enum { COUNT = 200000 };
  wit_fixture f;
  cti_edges edges = {0}, cycle;
  uint32_t *order;
  wit_begin(&f);
  for (uint32_t i = 0; i + 1 < COUNT; i++) add(&edges, &f.arena, i, i + 1);
  assert_int_equal(cti_order_nodes(&order, &cycle, COUNT, &edges, &f.arena), CT_OK);
  for (uint32_t i = 0; i < COUNT; i++) assert_int_equal(order[i], COUNT - 1 - i);
  wit_end(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_order__keeps_to_the_source),
      cmocka_unit_test(test_order__cycle),
      cmocka_unit_test(test_order__long_chain),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

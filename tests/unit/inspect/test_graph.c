#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "component_fixture.h"
#include "ctool/inspect.h"
#include "hurt.h"
#include "inspect/graph.h"

static const char sample[] =
    "(import \"a:b/log<\\\"&\" (instance))" /* no name that is valid, but one that is well-formed */
    "(import \"a:b/c\" (instance $i (export \"r\" (type (sub resource))) (export \"f\" (func))))"
    "(alias export $i \"r\" (type $r)) (alias export $i \"f\" (func $f)) (core func $lower (canon lower (func $f))) (core func $drop (canon resource.drop $r))"
    "(core module $m (import \"x\" \"f\" (func)) (import \"x\" \"drop\" (func (param i32))) (func (export \"run\")))"
    "(core instance $args (export \"f\" (func $lower)) (export \"drop\" (func $drop)))"
    "(core instance $main (instantiate $m (with \"x\" (instance $args))))"
    "(func $run (canon lift (core func $main \"run\")))"
    "(component $other (import \"run\" (func $run)) (core func $l (canon lower (func $run))) (core module $n (import \"x\" \"run\" (func)) (func (export \"again\")))"
    "  (core instance $args (export \"run\" (func $l))) (core instance $second (instantiate $n (with \"x\" (instance $args))))"
    "  (func $again (canon lift (core func $second \"again\"))) (export \"again\" (func $again)))"
    "(instance $plugged (instantiate $other (with \"run\" (func $run)))) (alias export $plugged \"again\" (func $again)) (export \"go\" (func $again))";

static const cti_edge *edge_between(const cti_graph *g, const char *from, const char *to) {
  for (uint32_t i = 0; i < g->edges.count; i++)
    if (cti_slice_is(g->boxes.items[g->edges.items[i].from].name, from) && cti_slice_is(g->boxes.items[g->edges.items[i].to].name, to)) return &g->edges.items[i];
  return NULL;
}

static void assert_edge(const cti_graph *g, const char *from, const char *to, cti_via via, const char *label) {
  const cti_edge *edge = edge_between(g, from, to);
  if (!edge) fail_msg("no edge from %s to %s", from, to);
  ct_slice found = cti_edge_label(g, edge, 9);
  if (edge->via != via || !cti_slice_is(found, label)) fail_msg("%s -> %s: %s, %.*s", from, to, cti_vias[edge->via], CTI_S(found));
}

static void test_graph__edges(void **state) {
  (void)state;
  ct_error error = {0};
  cti_arena arena;
  cti_graph g;
  ct_buf bytes = component_of_text(sample);
  cti_arena_init(&arena, &error);
  assert_int_equal(cti_graph_make(&g, (ct_slice){bytes.data, bytes.size}, &arena), CT_OK);
  assert_edge(&g, "a:b/c", "main", CTI_VIA_LOWER, "f");
  assert_edge(&g, "main", "second", CTI_VIA_LIFT_LOWER, "run");
  assert_edge(&g, "second", "go", CTI_VIA_LIFT, "go");
  assert_null(edge_between(&g, "main", "go"));
  assert_int_equal(g.edges.count, 4); /* and the built-in */
  assert_true(cti_slice_is(g.groups.items[1], "plugged"));
  cti_arena_free(&arena);
  ct_buf_free(&bytes);
}

static const char *draw(ct_buf *out, ct_graph_format format) {
  ct_error error = {0};
  ct_buf bytes = component_of_text(sample);
  assert_int_equal(ct_component_graph(out, (ct_slice){bytes.data, bytes.size}, format, &error), CT_OK);
  ct_buf_free(&bytes);
  assert_int_equal(ct_buf_append(out, (ct_slice){(const uint8_t *)"", 1}, &error), CT_OK);
  return (const char *)out->data;
}

/* A name of the input never ends what it stands in. */
static void test_graph__names_are_escaped(void **state) {
  (void)state;
  const char *const expected[] = {[CT_GRAPH_MERMAID] = "a:b/log#60;#34;#38;\"])", [CT_GRAPH_DOT] = "label=\"a:b/log<\\\"&\"", [CT_GRAPH_JSON] = "\"a:b/log<\\\"&\"", [CT_GRAPH_SVG] = ">a:b/log&lt;\"&amp;</text>"};
  for (unsigned i = 0; i < 4; i++) {
    ct_buf out = {0};
    const char *text = draw(&out, (ct_graph_format)i);
    if (!strstr(text, expected[i])) fail_msg("%s", text);
    ct_buf_free(&out);
  }
}

static void test_graph__nested_components_are_groups(void **state) {
  (void)state;
  const char *const expected[] = {[CT_GRAPH_MERMAID] = "subgraph g1[\"plugged\"]", [CT_GRAPH_DOT] = "subgraph cluster1 {\n  label=\"plugged\"", [CT_GRAPH_JSON] = "\"in\": \"plugged\"", [CT_GRAPH_SVG] = "in plugged</text>"};
  for (unsigned i = 0; i < 4; i++) {
    ct_buf out = {0};
    const char *text = draw(&out, (ct_graph_format)i);
    if (!strstr(text, expected[i])) fail_msg("%s", text);
    ct_buf_free(&out);
  }
}

/* Boxes of one column do not lie over each other. */
static void test_graph__boxes_have_room(void **state) {
  (void)state;
  ct_buf out = {0};
  long x[8], y[8], width[8], height[8];
  unsigned count = 0;
  for (const char *at = draw(&out, CT_GRAPH_SVG); (at = strstr(at, "<rect x=")) != NULL && count < 8; at++, count++)
    assert_int_equal(sscanf(at, "<rect x=\"%ld\" y=\"%ld\" width=\"%ld\" height=\"%ld\"", &x[count], &y[count], &width[count], &height[count]), 4);
  assert_int_equal(count, 5);
  for (unsigned i = 0; i < count; i++)
    for (unsigned k = 0; k < i; k++) assert_true(x[i] != x[k] || y[i] >= y[k] + height[k] || y[k] >= y[i] + height[i]);
  ct_buf_free(&out);
}

/* Imports that nothing flows from do not stay behind when the others move. */
static void test_graph__loose_boxes_stand_below(void **state) {
  (void)state;
  enum { LINKED = 12, LOOSE = 3 };
  ct_error error = {0};
  ct_buf text = {0}, out = {0};
  for (int i = 0; i < LOOSE; i++) cti_buf_printf(&text, "(import \"a:loose/i%d\" (instance))", i);
  for (int i = 0; i < LINKED; i++) cti_buf_printf(&text, "(import \"a:linked/i%d\" (instance $i%d (export \"f\" (func)))) (alias export $i%d \"f\" (func $f%d)) (core func $l%d (canon lower (func $f%d)))", i, i, i, i, i, i);
  cti_buf_str(&text, "(core module $m");
  for (int i = 0; i < LINKED; i++) cti_buf_printf(&text, " (import \"x\" \"f%d\" (func))", i);
  cti_buf_str(&text, ") (core instance $args");
  for (int i = 0; i < LINKED; i++) cti_buf_printf(&text, " (export \"f%d\" (func $l%d))", i, i);
  cti_buf_str(&text, ") (core instance $main (instantiate $m (with \"x\" (instance $args))))");
  cti_buf_u8(&text, 0);
  ct_buf bytes = component_of_text((const char *)text.data);
  assert_int_equal(ct_component_graph(&out, (ct_slice){bytes.data, bytes.size}, CT_GRAPH_SVG, &error), CT_OK);
  cti_buf_u8(&out, 0);
  long height, lowest = 0, y;
  unsigned count = 0;
  assert_int_equal(sscanf(strstr((const char *)out.data, " height=\""), " height=\"%ld\"", &height), 1);
  assert_in_range(height, (LINKED + LOOSE) * 36, (LINKED + LOOSE + 1) * 50 + 48);
  for (const char *at = (const char *)out.data; (at = strstr(at, "<title>import a:")) != NULL; at++) {
    assert_int_equal(sscanf(strstr(at, " y=\""), " y=\"%ld\"", &y), 1);
    if (count++ >= LOOSE && y > lowest) lowest = y; /* the loose ones were declared, and are drawn, first */
    if (count == LOOSE) assert_true(y > height / 2);
  }
  assert_int_equal(count, LINKED + LOOSE);
  assert_true(lowest + (LOOSE + 1) * 50 <= height + 24);
  ct_buf_free(&text);
  ct_buf_free(&bytes);
  ct_buf_free(&out);
}

static void test_graph__size_text(void **state) {
  (void)state;
  ct_error error = {0};
  cti_arena arena;
  cti_arena_init(&arena, &error);
  assert_true(cti_slice_is(cti_size_text(&arena, 999), "999 B"));
  assert_true(cti_slice_is(cti_size_text(&arena, 1000), "1.0 kB"));
  assert_true(cti_slice_is(cti_size_text(&arena, 1552972), "1.6 MB"));
  assert_true(cti_slice_is(cti_size_text(&arena, 999949), "999.9 kB"));
  assert_true(cti_slice_is(cti_size_text(&arena, 999950), "1.0 MB"));
  cti_arena_free(&arena);
}

static void draw_all(ct_slice bytes, void *context) {
  (void)context;
  for (unsigned i = 0; i < 4; i++) {
    ct_error error = {0};
    ct_buf out = {0};
    ct_status status = ct_component_graph(&out, bytes, (ct_graph_format)i, &error);
    assert_int_equal(status, error.status);
    ct_buf_free(&out);
  }
}

static void test_graph__survives_what_is_broken(void **state) {
  (void)state;
  ct_buf bytes = component_of_text(sample);
  hurt_cuts((ct_slice){bytes.data, bytes.size}, draw_all, NULL);
  hurt_bits((ct_slice){bytes.data, bytes.size}, draw_all, NULL);
  assert_true(hurt_starve((ct_slice){bytes.data, bytes.size}, draw_all, NULL) > 3);
  ct_buf_free(&bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_graph__edges),         cmocka_unit_test(test_graph__names_are_escaped), cmocka_unit_test(test_graph__nested_components_are_groups),
      cmocka_unit_test(test_graph__boxes_have_room), cmocka_unit_test(test_graph__loose_boxes_stand_below), cmocka_unit_test(test_graph__size_text), cmocka_unit_test(test_graph__survives_what_is_broken),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

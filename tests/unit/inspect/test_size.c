/* Sizes: what names tell, dominators against a slow way to find them, and files that are cut, hurt or starved. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "ctool/text.h"
#include "hurt.h"
#include "inspect/size.h"

static void test_size__packages(void **state) {
  static const char *const cases[][2] = {
      {"core::fmt::write::h0123456789abcdef", "core"}, {"<alloc::vec::Vec<T> as core::ops::Drop>::drop", "alloc"}, {"<&mut T as core::fmt::Debug>::fmt", ""}, {"std::vector<int>::push_back(int const&)", "std"},
      {"void std::sort<int*>(int*, int*)", "std"}, {"vtable for std::exception", "std"}, {"mycrate[ca63f166dbe9294]::foo", "mycrate"}, {"runtime.mallocgc", "runtime"}, {"(*runtime.gcBlock).findHead", "runtime"},
      {"github.com/x/y-z.Run", "github.com/x/y-z"}, {"internal/task.start", "internal/task"}, {"main", ""}, {"foo(double)", ""}, {"__wasm_call_ctors", ""}, {"a.b.c", "a"}, {"", ""}, {"<<", ""}, {"std::", "std"},
  };
  (void)state;
  for (size_t i = 0; i < CTI_COUNT(cases); i++) {
    ct_slice got = cti_size_package(cti_slice_str(cases[i][0]));
    if (!cti_slice_is(got, cases[i][1])) print_error("%s: %.*s\n", cases[i][0], CTI_S(got));
    assert_true(cti_slice_is(got, cases[i][1]));
  }
}

static void test_size__generics(void **state) {
  static const char *const cases[][2] = {
      {"core::ptr::drop_in_place<alloc::string::String>::h0123456789abcdef", "core::ptr::drop_in_place<..>"}, {"std::vector<std::pair<int, A>, B>::push_back(int)", "std::vector<..>::push_back"},
      {"void app::main<int>(int)", "void app::main<..>"}, {"core::mem::swap::<u8>", "core::mem::swap<..>"}, {"<alloc::vec::Vec<T> as core::ops::Drop>::drop", "<alloc::vec::Vec<..> as core::ops::Drop>::drop"},
      {"A::operator<(A const&)", "A::operator<(A const&)"}, {"plain", "plain"}, {"f(int)", "f(int)"}, {"a<b", "a<..>"}, {"", ""}, {"std::function<int (int)>::operator()(int) const", "std::function<..>::operator"},
  };
  ct_error error = {0};
  cti_arena arena;
  (void)state;
  cti_arena_init(&arena, &error);
  for (size_t i = 0; i < CTI_COUNT(cases); i++) {
    ct_slice got = cti_size_generic(cti_slice_str(cases[i][0]), &arena);
    if (!cti_slice_is(got, cases[i][1])) print_error("%s: %.*s\n", cases[i][0], CTI_S(got));
    assert_true(cti_slice_is(got, cases[i][1]));
  }
  cti_arena_free(&arena);
}

/* ---- dominators */

enum { FUNCS = 12, GRAPHS = 300 };

static uint32_t next_random(uint32_t *seed) { return *seed = *seed * 1664525u + 1013904223u, *seed >> 16; }

/* Which nodes are reached when `without` is gone. */
static void reach(const cti_size_graph *g, uint32_t without, bool *reached) {
  uint32_t work[FUNCS + 8], count = 0;
  memset(reached, 0, g->count);
  if (without == CTI_SIZE_ROOT) return;
  reached[CTI_SIZE_ROOT] = true;
  work[count++] = CTI_SIZE_ROOT;
  while (count) {
    uint32_t node = work[--count];
    for (uint32_t e = g->first[node]; e < g->first[node + 1]; e++) {
      uint32_t to = g->to[e];
      if (to == without || reached[to]) continue;
      reached[to] = true;
      work[count++] = to;
    }
  }
}

static void check_graph(const cti_size_graph *g) {
  bool all[FUNCS + 8], some[FUNCS + 8];
  reach(g, UINT32_MAX, all);
  for (uint32_t node = 1; node < g->count; node++) {
    assert_int_equal(all[node], g->dominator[node] != UINT32_MAX);
    assert_int_equal(all[node], g->parent[node] != UINT32_MAX);
    if (!all[node]) continue;
    uint64_t lost = 0;
    reach(g, node, some);
    for (uint32_t i = 0; i < g->of->funcs.count; i++) {
      uint32_t other = g->of->funcs.items[i].index + 1;
      bool dominated = all[other] && !some[other], by_tree = false;
      if (dominated) lost += g->of->funcs.items[i].bytes;
      for (uint32_t at = other; all[other] && at != CTI_SIZE_ROOT; at = g->dominator[at]) by_tree |= at == node;
      assert_int_equal(dominated, by_tree);
    }
    assert_int_equal(lost, g->retained[node]);
  }
}

static void random_module(cti_buf *out, uint32_t *seed) {
  cti_buf_str(out, "(module (table 2 funcref) (elem (i32.const 0)");
  for (uint32_t i = next_random(seed) % 3; i > 0; i--) cti_buf_printf(out, " %u", next_random(seed) % FUNCS);
  cti_buf_printf(out, ") (export \"a\" (func %u))", next_random(seed) % FUNCS);
  for (uint32_t i = 0; i < FUNCS; i++) {
    cti_buf_str(out, " (func");
    for (uint32_t j = next_random(seed) % 4; j > 0; j--) cti_buf_printf(out, " (call %u)", next_random(seed) % FUNCS);
    if (next_random(seed) % 9 == 0) cti_buf_str(out, " (call_indirect (i32.const 0))");
    for (uint32_t j = next_random(seed) % 6; j > 0; j--) cti_buf_str(out, " nop");
    cti_buf_str(out, ")");
  }
  cti_buf_str(out, ")");
}

static void test_size__dominators(void **state) {
  uint32_t seed = 7;
  (void)state;
  for (int i = 0; i < GRAPHS; i++) {
    ct_error error = {0};
    cti_arena arena;
    cti_buf text = {0}, binary = {0};
    cti_size size;
    cti_size_graph graph;
    random_module(&text, &seed);
    assert_int_equal(ct_text_parse(&binary, cti_buf_slice(&text), &error), CT_OK);
    cti_arena_init(&arena, &error);
    assert_int_equal(cti_size_make(&size, cti_buf_slice(&binary), NULL, &arena), CT_OK);
    assert_int_equal(cti_size_graph_make(&graph, &size.modules.items[0], &arena), CT_OK);
    check_graph(&graph);
    cti_arena_free(&arena);
    ct_buf_free(&binary);
    ct_buf_free(&text);
  }
}

/* ---- all bytes are somewhere; nothing harms */

static void test_size__sums(void **state) {
  ct_error error = {0};
  cti_arena arena;
  cti_buf binary = {0};
  cti_size size;
  (void)state;
  const char *text = "(component $c (core module $a (func nop) (memory 1) (data (i32.const 0) \"abc\")) (component (core module (func))) (@custom \"x\" \"yz\") (core instance (instantiate $a)))";
  assert_int_equal(ct_text_parse(&binary, cti_slice_str(text), &error), CT_OK);
  cti_arena_init(&arena, &error);
  assert_int_equal(cti_size_make(&size, cti_buf_slice(&binary), NULL, &arena), CT_OK);
  uint64_t modules = 0, sections = 0;
  for (uint32_t i = 0; i < size.modules.count; i++) {
    modules += size.modules.items[i].bytes;
    for (uint32_t j = 0; j < size.modules.items[i].sections.count; j++) sections += size.modules.items[i].sections.items[j].bytes;
  }
  assert_int_equal(modules, binary.size);
  assert_int_equal(sections, binary.size);
  cti_arena_free(&arena);
  ct_buf_free(&binary);
}

static void measure(ct_slice bytes, void *context) {
  (void)context;
  for (int question = CT_SIZE_OVERVIEW; question <= CT_SIZE_PAGE; question++) {
    ct_error error = {0};
    ct_buf out;
    ct_size_options options = {.question = (ct_size_question)question, .by = CT_SIZE_SECTION, .paths = "f", .title = "x", .old = bytes};
    ct_status status = ct_size(&out, bytes, &options, &error);
    assert_true(status == CT_OK ? out.size > 0 : error.message[0] != 0);
    ct_buf_free(&out);
  }
}

static void test_size__hurt(void **state) {
  ct_error error = {0};
  cti_buf binary = {0};
  (void)state;
  const char *text = "(module $m (func $f (export \"a\") (call 1)) (func $g) (table 1 funcref) (elem (i32.const 0) 1) (memory 1) (data $d (i32.const 0) \"a\"))";
  assert_int_equal(ct_text_parse(&binary, cti_slice_str(text), &error), CT_OK);
  hurt_cuts(cti_buf_slice(&binary), measure, NULL);
  hurt_bits(cti_buf_slice(&binary), measure, NULL);
  assert_true(hurt_starve(cti_buf_slice(&binary), measure, NULL) > 5);
  ct_buf_free(&binary);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_size__packages), cmocka_unit_test(test_size__generics), cmocka_unit_test(test_size__dominators),
      cmocka_unit_test(test_size__sums),     cmocka_unit_test(test_size__hurt),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

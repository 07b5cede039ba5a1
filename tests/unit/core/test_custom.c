/* Custom sections: parsed, written back, and read up to a break. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/custom.h"

typedef struct fixture {
  ct_error error;
  cti_arena arena;
  cti_buf out;
} fixture;

static fixture *fresh(void) {
  static fixture f;
  f = (fixture){0};
  cti_arena_init(&f.arena, &f.error);
  return &f;
}

static void end(fixture *f) {
  ct_buf_free(&f->out);
  cti_arena_free(&f->arena);
}

#define BYTES(...) cti_slice((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void expect_written(fixture *f, ct_slice expected) {
  assert_true(cti_slice_eq(cti_buf_slice(&f->out), expected));
  end(f);
}

/* module m; func 1 f; locals of func 1: (0 a), of func 2: none; an unknown subsection */
#define NAMES 0, 2, 1, 'm', 1, 4, 1, 1, 1, 'f', 2, 8, 2, 1, 1, 0, 1, 'a', 2, 0, 77, 2, 1, 2

static void test_names__back(void **state) {
  (void)state;
  fixture *f = fresh();
  cti_names names;
  ct_slice bytes = BYTES(NAMES);
  assert_int_equal(cti_names_parse(&names, bytes, 0, &f->arena, &f->error), CT_OK);
  assert_true(cti_slice_is(names.module, "m"));
  const cti_name_map *locals = cti_names_of(&names, CTI_NAME_LOCAL);
  assert_int_equal(locals->groups.count, 2);
  assert_int_equal(locals->groups.items[1].outer, 2);
  assert_true(cti_slice_is(locals->names.items[0].name, "a"));
  assert_null(cti_names_of(&names, CTI_NAME_TAG));
  cti_names_write(&f->out, &names);
  expect_written(f, bytes);
}

static void test_names__break_keeps_what_came_before(void **state) {
  (void)state;
  fixture *f = fresh();
  cti_names names;
  assert_int_equal(cti_names_parse(&names, BYTES(1, 7, 2, 1, 1, 'f', 2, 1, 0xff), 10, &f->arena, &f->error), CT_CORE_UTF8);
  assert_int_equal(f->error.offset, 18);
  assert_int_equal(cti_names_of(&names, CTI_NAME_FUNC)->names.count, 1);
  end(f);
}

static void test_producers__add(void **state) {
  (void)state;
  fixture *f = fresh();
  cti_producers producers;
  assert_int_equal(cti_producers_parse(&producers, BYTES(1, 3, 's', 'd', 'k', 1, 1, 'x', 1, '1'), 0, &f->arena, &f->error), CT_OK);
  assert_true(cti_producers_add(&producers, &f->arena, CTI_LIT("sdk"), CTI_LIT("x"), CTI_LIT("2")));
  assert_true(cti_producers_add(&producers, &f->arena, CTI_LIT("language"), CTI_LIT("C"), CTI_LIT("")));
  cti_producers_write(&f->out, &producers);
  expect_written(f, BYTES(2, 3, 's', 'd', 'k', 1, 1, 'x', 1, '2', 8, 'l', 'a', 'n', 'g', 'u', 'a', 'g', 'e', 1, 1, 'C', 0));
}

static void test_producers__unknown_field(void **state) {
  (void)state;
  fixture *f = fresh();
  cti_producers producers;
  assert_int_equal(cti_producers_parse(&producers, BYTES(1, 1, 'x', 0), 0, &f->arena, &f->error), CT_CORE_FORM);
  assert_int_equal(f->error.offset, 1);
  end(f);
}

static void test_target_features__back(void **state) {
  (void)state;
  fixture *f = fresh();
  cti_target_features features;
  ct_slice bytes = BYTES(2, '+', 4, 's', 'i', 'm', 'd', '-', 1, 'x');
  assert_int_equal(cti_target_features_parse(&features, bytes, 0, &f->arena, &f->error), CT_OK);
  assert_int_equal(features.items.items[1].prefix, '-');
  cti_target_features_write(&f->out, &features);
  expect_written(f, bytes);
}

static void test_dylink__back(void **state) {
  (void)state;
  fixture *f = fresh();
  cti_dylink dylink;
  ct_slice bytes = BYTES(1, 4, 8, 2, 1, 0, 2, 3, 1, 1, 'c', 3, 4, 1, 1, 'e', 1, 4, 7, 1, 1, 'm', 1, 'i', 0x80, 0x02, 5, 3, 1, 1, '/', 9, 1, 42);
  assert_int_equal(cti_dylink_parse(&dylink, bytes, 0, &f->arena, &f->error), CT_OK);
  assert_int_equal(dylink.parts.count, 6);
  assert_int_equal(dylink.parts.items[0].memory_align, 2);
  assert_int_equal(dylink.parts.items[3].symbols.items[0].flags, CTI_SYMBOL_TLS);
  cti_dylink_write(&f->out, &dylink);
  expect_written(f, bytes);
}

static void test_branch_hints__back(void **state) {
  (void)state;
  fixture *f = fresh();
  cti_branch_hints hints;
  ct_slice bytes = BYTES(2, 1, 2, 5, 1, 0, 9, 1, 1, 4, 1, 3, 1, 1);
  assert_int_equal(cti_branch_hints_parse(&hints, bytes, 0, &f->arena, &f->error), CT_OK);
  assert_int_equal(hints.items.count, 3);
  assert_int_equal(hints.items.items[2].func, 4);
  cti_branch_hints_write(&f->out, &hints);
  expect_written(f, bytes);
  f = fresh();
  assert_int_equal(cti_branch_hints_parse(&hints, BYTES(1, 1, 1, 5, 1, 2), 0, &f->arena, &f->error), CT_CORE_FORM);
  end(f);
}

static void test_symbols_and_relocations(void **state) {
  (void)state;
  fixture *f = fresh();
  cti_symbol symbol;
  cti_cursor c = cti_cursor_make(BYTES(1, 0, 1, 'd', 2, 3, 4, 0, CTI_SYMBOL_UNDEFINED, 6, 3, 0, 1), 0, &f->error);
  cti_read_symbol(&symbol, &c);
  assert_true(symbol.kind == CTI_SYMBOL_DATA && symbol.index == 2 && symbol.offset == 3 && symbol.size == 4);
  cti_read_symbol(&symbol, &c);
  assert_true(symbol.kind == CTI_SYMBOL_FUNC && symbol.index == 6 && !symbol.has_name);
  cti_read_symbol(&symbol, &c);
  assert_true(symbol.kind == CTI_SYMBOL_SECTION && cti_cursor_done(&c) && !c.failed);
  cti_reloc reloc;
  c = cti_cursor_make(BYTES(0, 1, 2, 4, 1, 2, 0x7f, 99, 0, 0), 0, &f->error);
  cti_read_reloc(&reloc, &c);
  assert_true(reloc.index == 2 && reloc.info->size == 5);
  cti_read_reloc(&reloc, &c);
  assert_int_equal(reloc.addend, -1);
  cti_read_reloc(&reloc, &c);
  assert_int_equal(f->error.offset, 7);
  end(f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_names__back),
      cmocka_unit_test(test_names__break_keeps_what_came_before),
      cmocka_unit_test(test_producers__add),
      cmocka_unit_test(test_producers__unknown_field),
      cmocka_unit_test(test_target_features__back),
      cmocka_unit_test(test_dylink__back),
      cmocka_unit_test(test_branch_hints__back),
      cmocka_unit_test(test_symbols_and_relocations),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

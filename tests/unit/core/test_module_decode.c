/* The codec of modules: what is read, what is refused, what a change writes anew, and that each allocation may fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/module.h"

#define HEAD 0, 'a', 's', 'm', 1, 0, 0, 0

/* One of each section: type, import (memory), function, table, global, export, start, element, data count, code, data; two custom ones. */
static const uint8_t whole[] = {HEAD, /**/ 1, 4, 1, 0x60, 0, 0, /**/ 2, 8, 1, 1, 'm', 1, 'n', 2, 0, 1, /**/ 0, 3, 1, 'a', 9, /**/ 3, 2, 1, 0, /**/ 4, 4, 1, 0x70, 0, 1, /**/ 6, 6, 1, 0x7f, 0, 0x41, 0, 0x0b,
                                /**/ 7, 5, 1, 1, 'f', 0, 0, /**/ 8, 1, 0, /**/ 9, 7, 1, 0, 0x41, 0, 0x0b, 1, 0, /**/ 12, 1, 1, /**/ 10, 4, 1, 2, 0, 0x0b, /**/ 11, 7, 1, 0, 0x41, 0, 0x0b, 1, 0x2a, /**/ 0, 2, 1, 'b'};

typedef struct fixture {
  ct_error error;
  cti_arena arena;
  cti_module module;
  ct_status status;
} fixture;

static void decode(fixture *f, const void *bytes, size_t size) {
  *f = (fixture){0};
  cti_arena_init(&f->arena, &f->error);
  f->status = cti_module_decode(&f->module, cti_slice(bytes, size), 0, &f->arena);
}

static void expect_same(const cti_module *module, const void *bytes, size_t size) {
  cti_buf out = {0};
  cti_module_encode(module, &out);
  assert_int_equal(out.size, size);
  assert_memory_equal(out.data, bytes, size);
  ct_buf_free(&out);
}

static void test_decode__one_of_each(void **state) {
  (void)state;
  fixture f;
  decode(&f, whole, sizeof whole);
  assert_int_equal(f.status, CT_OK);
  const cti_module *m = &f.module;
  assert_int_equal(m->types.count, 1);
  assert_int_equal(m->imported[CTI_EXTERN_MEMORY], 1);
  assert_int_equal(m->memories.items[0].import, 0);
  assert_int_equal(m->funcs.items[0].body.size, 2);
  assert_int_equal(m->funcs.items[0].import, UINT32_MAX);
  assert_int_equal(whole[m->funcs.items[0].body_offset + 1], 0x0b);
  assert_int_equal(m->globals.items[0].init.bytes.size, 3);
  assert_int_equal(m->start, 0);
  assert_int_equal(m->elems.items[0].funcs[0], 0);
  assert_int_equal(m->data_count, 1);
  assert_int_equal(m->datas.items[0].bytes.data[0], 0x2a);
  assert_non_null(cti_module_func_type(m, 0));
  assert_null(cti_module_func_type(m, 1));
  assert_int_equal(cti_module_custom(m, CTI_LIT("a"), NULL)->content.size, 1);
  assert_null(cti_module_custom(m, CTI_LIT("c"), NULL));
  expect_same(m, whole, sizeof whole);
  for (uint32_t i = 0; i < m->sections.count; i++) m->sections.items[i].changed = true;
  expect_same(m, whole, sizeof whole);
  cti_arena_free(&f.arena);
}

static void test_decode__every_prefix_is_refused(void **state) {
  (void)state;
  for (size_t size = 0; size < sizeof whole - 1; size++) {
    uint8_t *copy = test_malloc(size ? size : 1);
    memcpy(copy, whole, size);
    fixture f;
    decode(&f, copy, size);
    assert_true(f.status == CT_OK || f.error.message[0]);
    assert_true(f.module.sections.count <= 13);
    cti_arena_free(&f.arena);
    test_free(copy);
  }
}

static void expect_failure(const void *bytes, size_t size, ct_status status, uint64_t offset) {
  fixture f;
  decode(&f, bytes, size);
  assert_int_equal(f.status, status);
  assert_int_equal(f.error.offset, offset);
  cti_arena_free(&f.arena);
}

#define FAILS(status, offset, ...) expect_failure((const uint8_t[]){HEAD, __VA_ARGS__}, sizeof((const uint8_t[]){HEAD, __VA_ARGS__}), status, offset)

static void test_decode__sections_refused(void **state) {
  (void)state;
  FAILS(CT_CORE_SECTION, 8, 14, 0);                                     /* no such section */
  FAILS(CT_CORE_SECTION, 11, 3, 1, 0, 1, 1, 0);                         /* type after function */
  FAILS(CT_CORE_SECTION, 11, 1, 1, 0, 1, 1, 0);                         /* two */
  FAILS(CT_CORE_SECTION, 11, 1, 2, 0, 0);                               /* a byte too many */
  FAILS(CT_CORE_END, 8, 1, 9, 0);                                       /* longer than the file */
  FAILS(CT_CORE_SECTION, 18, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0);          /* a function without body */
  FAILS(CT_CORE_SECTION, 10, 10, 4, 1, 2, 0, 0x0b);                     /* a body without function */
  FAILS(CT_CORE_SECTION, 13, 12, 1, 2, 11, 1, 0);                       /* two segments announced */
  FAILS(CT_CORE_SECTION, 11, 12, 1, 2);                                 /* the same, without data section */
  FAILS(CT_CORE_END, 10, 1, 5, 0xff, 0xff, 0xff, 0xff, 0x0f);           /* a count beyond all bytes */
}

static void test_decode__trail_names_the_item(void **state) {
  (void)state;
  static const uint8_t bytes[] = {HEAD, 7, 9, 2, 1, 'f', 0, 0, 1, 'g', 9, 0};
  fixture f;
  decode(&f, bytes, sizeof bytes);
  assert_int_equal(f.error.offset, 17);
  assert_non_null(strstr(f.error.trail, "export section"));
  assert_non_null(strstr(f.error.trail, "item 1 of 2"));
  assert_int_equal(f.module.exports.count, 1); /* what was read up to the break */
  cti_arena_free(&f.arena);
}

static void test_interface__skips_code_and_data(void **state) {
  (void)state;
  /* code and data sections hold garbage */
  static const uint8_t bytes[] = {HEAD, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 'f', 0, 0, 10, 2, 0xff, 0xff, 11, 1, 0xff};
  fixture f = {0};
  cti_arena_init(&f.arena, &f.error);
  assert_int_equal(cti_module_decode_interface(&f.module, cti_slice(bytes, sizeof bytes), 0, &f.arena), CT_OK);
  assert_int_equal(f.module.exports.count, 1);
  assert_int_equal(f.module.funcs.count, 1);
  assert_int_equal(f.module.funcs.items[0].body.size, 0);
  expect_same(&f.module, bytes, sizeof bytes);
  cti_arena_free(&f.arena);
}

static void test_encode__touched_section_stands_in_order(void **state) {
  (void)state;
  static const uint8_t bytes[] = {HEAD, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, 4, 1, 2, 0, 0x0b};
  static const uint8_t expected[] = {HEAD, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 'f', 0, 0, 10, 4, 1, 2, 0, 0x0b};
  fixture f;
  decode(&f, bytes, sizeof bytes);
  assert_true(cti_vec_push(&f.arena, &f.module.exports, ((cti_export){.name = CTI_LIT("f")})));
  assert_non_null(cti_module_touch(&f.module, CTI_SECTION_EXPORT));
  expect_same(&f.module, expected, sizeof expected);
  cti_module_section(&f.module, CTI_SECTION_EXPORT)->dropped = true;
  expect_same(&f.module, bytes, sizeof bytes);
  cti_arena_free(&f.arena);
}

static void test_decode__each_allocation_may_fail(void **state) {
  (void)state;
  for (size_t n = 1;; n++) {
    fixture f = {0};
    cti_arena_init(&f.arena, &f.error);
    cti_alloc_fail_at(n);
    f.status = cti_module_decode(&f.module, cti_slice(whole, sizeof whole), 0, &f.arena);
    bool failed = cti_alloc_failed();
    cti_alloc_fail_at(0);
    assert_int_equal(f.status, failed ? CT_NOMEM : CT_OK);
    cti_arena_free(&f.arena);
    if (!failed) break;
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_decode__one_of_each),
      cmocka_unit_test(test_decode__every_prefix_is_refused),
      cmocka_unit_test(test_decode__sections_refused),
      cmocka_unit_test(test_decode__trail_names_the_item),
      cmocka_unit_test(test_interface__skips_code_and_data),
      cmocka_unit_test(test_encode__touched_section_stands_in_order),
      cmocka_unit_test(test_decode__each_allocation_may_fail),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

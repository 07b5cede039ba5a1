/* Single things of core modules: each form is read and written back, and each malformation is refused at its own byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/core_read.h"
#include "core/core_write.h"

typedef struct fixture {
  ct_error error;
  cti_arena arena;
  cti_cursor c;
  cti_buf out;
} fixture;

static fixture over(const void *bytes, size_t size) {
  fixture f = {0};
  f.c = cti_cursor_make(cti_slice(bytes, size), 0, NULL);
  return f;
}

/* The error's address must stay, so the fixture is tied together where it finally lies. */
static void begin(fixture *f) {
  f->c.error = &f->error;
  cti_arena_init(&f->arena, &f->error);
}

static void end(fixture *f) {
  cti_arena_free(&f->arena);
  ct_buf_free(&f->out);
}

#define OVER(f, ...) \
  fixture f = over((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})); \
  begin(&f)

static void expect_written_back(fixture *f) {
  assert_false(f->c.failed);
  assert_true(cti_cursor_done(&f->c));
  assert_true(cti_slice_eq(cti_buf_slice(&f->out), cti_slice(f->c.start, (size_t)(f->c.end - f->c.start))));
  end(f);
}

static void expect_refused(fixture *f, ct_status status, uint64_t offset) {
  assert_true(f->c.failed);
  assert_int_equal(f->error.status, status);
  assert_int_equal(f->error.offset, offset);
  end(f);
}

static void test_valtype__each_form(void **state) {
  (void)state;
  OVER(f, 0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 0x70, 0x68, 0x75, 0x65, 0x6e, 0x64, 0x6e, 0x63, 0x05, 0x64, 0xc0, 0x00, 0x64, 0x62, 0x03, 0x63, 0x62, 0x03, 0x64, 0x65, 0x6b);
  const cti_corevt expected[] = {CTI_VT_I32, CTI_VT_I64, CTI_VT_F32, CTI_VT_F64, CTI_VT_V128, CTI_VT_FUNCREF, CTI_VT_REF | CTI_VT_NULLABLE | CTI_HEAP_CONT, CTI_VT_REF | CTI_VT_NULLABLE | CTI_HEAP_NOCONT,
                                 CTI_VT_REF | CTI_VT_NULLABLE | CTI_VT_SHARED | CTI_HEAP_ANY, CTI_VT_REF | CTI_HEAP_ANY, CTI_VT_REF | CTI_VT_NULLABLE | CTI_VT_CONCRETE | 5,
                                 CTI_VT_REF | CTI_VT_CONCRETE | 64, CTI_VT_REF | CTI_VT_CONCRETE | CTI_VT_EXACT | 3, CTI_VT_REF | CTI_VT_NULLABLE | CTI_VT_CONCRETE | CTI_VT_EXACT | 3,
                                 CTI_VT_REF | CTI_VT_SHARED | CTI_HEAP_STRUCT};
  for (size_t i = 0; i < CTI_COUNT(expected); i++) {
    cti_corevt type = cti_read_valtype(&f.c);
    assert_int_equal(type, expected[i]);
    cti_write_valtype(&f.out, type);
  }
  expect_written_back(&f);
}

static void test_valtype__refused(void **state) {
  (void)state;
  OVER(index, 0x05); /* a bare index is no value type */
  assert_int_equal(cti_read_valtype(&index.c), CTI_VT_NONE);
  expect_refused(&index, CT_CORE_FORM, 0);
  OVER(padded, 0xff, 0x7f); /* -1 in two bytes */
  cti_read_valtype(&padded.c);
  expect_refused(&padded, CT_CORE_FORM, 0);
  OVER(packed, 0x78); /* i8 outside of fields */
  cti_read_valtype(&packed.c);
  expect_refused(&packed, CT_CORE_FORM, 0);
  OVER(exact, 0x62, 0x00); /* exact without ref */
  cti_read_valtype(&exact.c);
  expect_refused(&exact, CT_CORE_FORM, 0);
  OVER(nothing, 0x64);
  cti_read_valtype(&nothing.c);
  expect_refused(&nothing, CT_CORE_END, 1);
  OVER(huge, 0x64, 0x80, 0x80, 0x80, 0x80, 0x01); /* 2^28 */
  cti_read_valtype(&huge.c);
  expect_refused(&huge, CT_LIMIT, 1);
}

static void test_heaptype__negative_indices(void **state) {
  (void)state;
  OVER(padded, 0xf0, 0x7f); /* func in two bytes */
  cti_read_heaptype(&padded.c);
  expect_refused(&padded, CT_CORE_FORM, 0);
  OVER(unknown, 0x40);
  cti_read_heaptype(&unknown.c);
  expect_refused(&unknown, CT_CORE_FORM, 0);
}

static void test_blocktype__forms(void **state) {
  (void)state;
  OVER(f, 0x40, 0x7f, 0x64, 0x01, 0x05, 0xff, 0x00);
  assert_int_equal(cti_read_blocktype(&f.c).kind, CTI_BLOCK_EMPTY);
  assert_int_equal(cti_read_blocktype(&f.c).word, CTI_VT_I32);
  assert_int_equal(cti_read_blocktype(&f.c).word, CTI_VT_REF | CTI_VT_CONCRETE | 1);
  cti_blocktype indexed = cti_read_blocktype(&f.c);
  assert_int_equal(indexed.kind, CTI_BLOCK_TYPE);
  assert_int_equal(indexed.word, 5);
  assert_int_equal(cti_read_blocktype(&f.c).word, 127);
  assert_false(f.c.failed);
  end(&f);
  OVER(negative, 0xff, 0x7f);
  cti_read_blocktype(&negative.c);
  expect_refused(&negative, CT_CORE_FORM, 0);
}

static void test_limits__forms(void **state) {
  (void)state;
  OVER(f, 0x0f, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x00);
  cti_limits limits;
  cti_read_limits(&limits, &f.c, false);
  assert_true(limits.has_max && limits.shared && limits.is_64 && limits.has_page_log2);
  assert_int_equal(limits.max, UINT64_MAX);
  assert_int_equal(limits.page_log2, 0);
  cti_write_limits(&f.out, &limits);
  expect_written_back(&f);
  OVER(table, 0x08, 0x00);
  cti_read_limits(&limits, &table.c, true);
  expect_refused(&table, CT_CORE_FORM, 0);
  OVER(memory, 0x10, 0x00);
  cti_read_limits(&limits, &memory.c, false);
  expect_refused(&memory, CT_CORE_FORM, 0);
  OVER(page, 0x08, 0x00, 0x40);
  cti_read_limits(&limits, &page.c, false);
  expect_refused(&page, CT_CORE_FORM, 2);
}

static void test_subtype__all_parts(void **state) {
  (void)state;
  /* sub final (super 1), shared, describes 2, descriptor 3, struct { i8, mutable (ref null 0) } */
  OVER(f, 0x4f, 0x01, 0x01, 0x65, 0x4c, 0x02, 0x4d, 0x03, 0x5f, 0x02, 0x78, 0x00, 0x63, 0x00, 0x01);
  cti_subtype type;
  cti_read_subtype(&type, &f.c, &f.arena);
  assert_true(type.is_final && type.shared && type.written);
  assert_int_equal(type.super, 1);
  assert_int_equal(type.describes, 2);
  assert_int_equal(type.descriptor, 3);
  assert_int_equal(type.field_count, 2);
  assert_int_equal(type.fields[0].type, CTI_VT_I8);
  assert_true(type.fields[1].is_mutable);
  cti_write_subtype(&f.out, &type);
  expect_written_back(&f);
}

static void test_subtype__func_with_many_results(void **state) {
  (void)state;
  OVER(f, 0x60, 0x01, 0x7f, 0x03, 0x7e, 0x7d, 0x7c);
  cti_subtype type;
  cti_read_subtype(&type, &f.c, &f.arena);
  assert_int_equal(type.param_count, 1);
  assert_int_equal(type.result_count, 3);
  assert_int_equal(type.types[3], CTI_VT_F64);
  assert_int_equal(type.super, UINT32_MAX);
  cti_write_subtype(&f.out, &type);
  expect_written_back(&f);
}

static void test_subtype__several_supertypes(void **state) {
  (void)state;
  OVER(f, 0x50, 0x02, 0x00, 0x01, 0x60, 0x00, 0x00); /* form allows what validation does not */
  cti_subtype type;
  cti_read_subtype(&type, &f.c, &f.arena);
  assert_int_equal(type.super_count, 2);
  assert_int_equal(type.super, 0);
  assert_int_equal(type.supers[1], 1);
  cti_write_subtype(&f.out, &type);
  expect_written_back(&f);
}

static void test_subtype__refused(void **state) {
  (void)state;
  cti_subtype type;
  OVER(kind, 0x61);
  cti_read_subtype(&type, &kind.c, &kind.arena);
  expect_refused(&kind, CT_CORE_FORM, 0);
  OVER(count, 0x60, 0xff, 0xff, 0xff, 0xff, 0x0f); /* four thousand million parameters */
  cti_read_subtype(&type, &count.c, &count.arena);
  assert_true(count.arena.total <= 4096);
  expect_refused(&count, CT_CORE_END, 1);
  OVER(mutability, 0x5e, 0x7f, 0x02);
  cti_read_subtype(&type, &mutability.c, &mutability.arena);
  expect_refused(&mutability, CT_CORE_FORM, 2);
}

static void test_imports__groups(void **state) {
  (void)state;
  /* m.a func 0; group of m: b func 1, c memory; empty group; group of n with one type: d, e */
  OVER(f, 1, 'm', 1, 'a', 0, 0, /**/ 1, 'm', 0, 0x7f, 2, 1, 'b', 0, 1, 1, 'c', 2, 0, 1, /**/ 1, 'x', 0, 0x7f, 0, /**/ 1, 'n', 0, 0x7e, 0x20, 7, 2, 1, 'd', 1, 'e');
  cti_import_reader reader = {.c = &f.c, .entries = 4};
  cti_import imports[5];
  for (size_t i = 0; i < 5; i++) assert_true(cti_import_next(&imports[i], &reader));
  cti_import none;
  assert_false(cti_import_next(&none, &reader));
  assert_false(f.c.failed);
  assert_int_equal(imports[0].form, CTI_IMPORT_SINGLE);
  assert_int_equal(imports[1].form, CTI_IMPORT_SHARED_MODULE);
  assert_true(cti_slice_is(imports[2].module, "m") && cti_slice_is(imports[2].name, "c"));
  assert_int_equal(imports[2].type.kind, CTI_EXTERN_MEMORY);
  assert_int_equal(imports[1].group, imports[2].group);
  assert_int_not_equal(imports[2].group, imports[3].group);
  assert_true(imports[4].type.exact && imports[4].type.type == 7);
  assert_true(cti_slice_is(imports[4].module, "n") && cti_slice_is(imports[4].name, "e"));
  end(&f);
}

static void test_export__no_exact(void **state) {
  (void)state;
  OVER(f, 1, 'a', 0x20, 0);
  cti_export export;
  cti_read_export(&export, &f.c);
  expect_refused(&f, CT_CORE_FORM, 2);
}

static void test_elem__modes(void **state) {
  (void)state;
  cti_elem elem;
  OVER(active, 0x00, 0x41, 0x00, 0x0b, 0x01, 0x05);
  cti_read_elem_head(&elem, &active.c);
  assert_int_equal(elem.mode, CTI_SEGMENT_ACTIVE);
  assert_int_equal(elem.type, CTI_VT_REF | CTI_HEAP_FUNC);
  assert_int_equal(elem.offset_expr.bytes.size, 3);
  assert_int_equal(elem.count, 1);
  end(&active);
  OVER(declared, 0x07, 0x6f, 0x01, 0xd0, 0x6f, 0x0b);
  cti_read_elem_head(&elem, &declared.c);
  assert_int_equal(elem.mode, CTI_SEGMENT_DECLARED);
  assert_int_equal(elem.type, CTI_VT_EXTERNREF);
  assert_true(elem.is_exprs);
  end(&declared);
  OVER(table, 0x06, 0x02, 0x41, 0x00, 0x0b, 0x70, 0x00);
  cti_read_elem_head(&elem, &table.c);
  assert_int_equal(elem.table, 2);
  end(&table);
  OVER(flags, 0x08);
  cti_read_elem_head(&elem, &flags.c);
  expect_refused(&flags, CT_CORE_FORM, 0);
  OVER(kind, 0x01, 0x01, 0x00);
  cti_read_elem_head(&elem, &kind.c);
  expect_refused(&kind, CT_CORE_FORM, 1);
}

static void test_expr__ends_at_its_own_end(void **state) {
  (void)state;
  cti_expr expr;
  OVER(f, 0x02, 0x40, 0x03, 0x40, 0x0b, 0x0b, 0x41, 0x0b, 0x0b, 0x77); /* i32.const 11: 0x0b is an immediate there */
  cti_read_expr(&expr, &f.c);
  assert_false(f.c.failed);
  assert_int_equal(expr.bytes.size, 9);
  assert_int_equal(cti_cursor_u8(&f.c), 0x77);
  end(&f);
  OVER(open, 0x41, 0x00);
  cti_read_expr(&expr, &open.c);
  expect_refused(&open, CT_CORE_END, 2);
  OVER(opcode, 0x41, 0x00, 0xff);
  cti_read_expr(&expr, &opcode.c);
  expect_refused(&opcode, CT_CORE_OPCODE, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_valtype__each_form),
      cmocka_unit_test(test_valtype__refused),
      cmocka_unit_test(test_heaptype__negative_indices),
      cmocka_unit_test(test_blocktype__forms),
      cmocka_unit_test(test_limits__forms),
      cmocka_unit_test(test_subtype__all_parts),
      cmocka_unit_test(test_subtype__func_with_many_results),
      cmocka_unit_test(test_subtype__several_supertypes),
      cmocka_unit_test(test_subtype__refused),
      cmocka_unit_test(test_imports__groups),
      cmocka_unit_test(test_export__no_exact),
      cmocka_unit_test(test_elem__modes),
      cmocka_unit_test(test_expr__ends_at_its_own_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What `fold` makes of one expression: each row is an expression and the instructions that stand for it afterwards. x and z are parameters of i32, y and w of i64.
 * That both give the same is asked of the interpreter of the fuzz targets, which shares nothing with the pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "ctool/optimize.h"
#include "ctool/text.h"
#include "gen/evaluate.h"

static const struct {
  const char *type, *before, *after;
} rows[] = {
    {"i32", "(i32.shr_u (i32.shl x (i32.const 24)) (i32.const 24))", "x; i32.const 255; i32.and"},
    {"i32", "(i32.shr_s (i32.shl x (i32.const 24)) (i32.const 24))", "x; i32.extend8_s"},
    {"i32", "(i32.shr_s (i32.shl x (i32.const 16)) (i32.const 16))", "x; i32.extend16_s"},
    {"i32", "(i32.shr_s (i32.shl x (i32.const 9)) (i32.const 9))", "x; i32.const 9; i32.shl; i32.const 9; i32.shr_s"},
    {"i64", "(i64.shr_s (i64.shl y (i64.const 56)) (i64.const 56))", "y; i64.extend8_s"},
    {"i64", "(i64.shr_s (i64.shl y (i64.const 48)) (i64.const 48))", "y; i64.extend16_s"},
    {"i64", "(i64.shr_s (i64.shl y (i64.const 32)) (i64.const 32))", "y; i64.extend32_s"},
    {"i64", "(i64.shr_s (i64.shl y (i64.const 33)) (i64.const 33))", "y; i64.const 33; i64.shl; i64.const 33; i64.shr_s"},
    {"i32", "(i32.shl (i32.shr_u x (i32.const 4)) (i32.const 4))", "x; i32.const -16; i32.and"},
    {"i32", "(i32.shl (i32.shl x (i32.const 20)) (i32.const 20))", "i32.const 0"},
    {"i32", "(i32.shr_u (i32.shr_u x (i32.const 3)) (i32.const 4))", "x; i32.const 7; i32.shr_u"},
    {"i32", "(i32.shr_s (i32.shr_s x (i32.const 20)) (i32.const 20))", "x; i32.const 31; i32.shr_s"},
    {"i32", "(i32.and (i32.and x (i32.const 60)) (i32.const 15))", "x; i32.const 12; i32.and"},
    {"i32", "(i32.or (i32.or x (i32.const 60)) (i32.const 3))", "x; i32.const 63; i32.or"},
    {"i64", "(i64.xor (i64.xor y (i64.const 60)) (i64.const 15))", "y; i64.const 51; i64.xor"},
    {"i32", "(i32.sub (i32.add x (i32.const 10)) (i32.const 3))", "x; i32.const 7; i32.add"},
    {"i32", "(i32.add (i32.sub x (i32.const 10)) (i32.const 3))", "x; i32.const -7; i32.add"},
    {"i64", "(i64.sub (i64.sub y (i64.const 10)) (i64.const 3))", "y; i64.const -13; i64.add"},
    {"i32", "(i32.and (i32.load8_s x) (i32.const 255))", "x; i32.load8_u"},
    {"i32", "(i32.and (i32.load16_s x) (i32.const 65535))", "x; i32.load16_u"},
    {"i64", "(i64.and (i64.load8_s x) (i64.const 255))", "x; i64.load8_u"},
    {"i64", "(i64.and (i64.load16_s x) (i64.const 65535))", "x; i64.load16_u"},
    {"i64", "(i64.and (i64.load32_s x) (i64.const 4294967295))", "x; i64.load32_u"},
    {"i32", "(i32.and (i32.load8_s x) (i32.const 127))", "x; i32.load8_s; i32.const 127; i32.and"},
    {"i32", "(i32.and (i32.load8_u x) (i32.const 255))", "x; i32.load8_u"},
    {"i32", "(i32.and (i32.extend8_s x) (i32.const 15))", "x; i32.const 15; i32.and"},
    {"i64", "(i64.and (i64.extend32_s y) (i64.const 65535))", "y; i64.const 65535; i64.and"},
    {"i32", "(i32.and (i32.load8_u x) (i32.const 254))", "x; i32.load8_u; i32.const -2; i32.and"},
    {"i32", "(i32.lt_u x (i32.const 1))", "x; i32.eqz"},
    {"i32", "(i32.le_u x (i32.const 0))", "x; i32.eqz"},
    {"i32", "(i64.gt_u y (i64.const 0))", "y; i64.const 0; i64.ne"},
    {"i32", "(i64.ge_u y (i64.const 1))", "y; i64.const 0; i64.ne"},
    {"i32", "(i32.eq x (i32.const 0))", "x; i32.eqz"},
    {"i32", "(i32.eq (i64.eqz y) (i32.const 1))", "y; i64.eqz"},
    {"i32", "(i32.ne (i64.eqz y) (i32.const 0))", "y; i64.eqz"},
    {"i32", "(i32.ne (i64.eqz y) (i32.const 1))", "y; i64.eqz; i32.eqz"},
    {"i32", "(i32.eq (i32.add x (i32.const 5)) (i32.const 7))", "x; i32.const 2; i32.eq"},
    {"i32", "(i64.ne (i64.sub y (i64.const 5)) (i64.const 7))", "y; i64.const 12; i64.ne"},
    {"i32", "(i32.ne (i32.sub x z) (i32.const 0))", "x; z; i32.ne"},
    {"i32", "(i64.ne (i64.xor y w) (i64.const 0))", "y; w; i64.ne"},
    {"i32", "(i64.lt_s (i64.extend_i32_u x) (i64.const 9))", "x; i32.const 9; i32.lt_u"},
    {"i32", "(i64.gt_s (i64.extend_i32_u x) (i64.const 9))", "x; i32.const 9; i32.gt_u"},
    {"i32", "(i64.le_s (i64.extend_i32_u x) (i64.const 9))", "x; i32.const 9; i32.le_u"},
    {"i32", "(i64.ge_s (i64.extend_i32_u x) (i64.const 9))", "x; i32.const 9; i32.ge_u"},
    {"i32", "(i64.lt_s (i64.extend_i32_s x) (i64.const -9))", "x; i32.const -9; i32.lt_s"},
    {"i32", "(i64.lt_u (i64.extend_i32_s x) (i64.const 9))", "x; i64.extend_i32_s; i64.const 9; i64.lt_u"},
    {"i32", "(i64.eq (i64.extend_i32_s x) (i64.const 5000000000))", "x; i64.extend_i32_s; i64.const 5000000000; i64.eq"},
    {"i32", "(i64.lt_u (i64.extend_i32_u x) (i64.extend_i32_u z))", "x; z; i32.lt_u"},
    {"i32", "(i64.ge_s (i64.extend_i32_s x) (i64.extend_i32_s z))", "x; z; i32.ge_s"},
    {"i32", "(i64.lt_s (i64.extend_i32_u x) (i64.extend_i32_u z))", "x; i64.extend_i32_u; z; i64.extend_i32_u; i64.lt_s"},
    {"i32", "(i64.lt_s (i64.extend_i32_s x) (i64.extend_i32_u z))", "x; i64.extend_i32_s; z; i64.extend_i32_u; i64.lt_s"},
    {"i32", "(i32.add x (i32.sub (i32.const 0) z))", "x; z; i32.sub"},
    {"i64", "(i64.sub y (i64.sub (i64.const 0) w))", "y; w; i64.add"},
    {"i32", "(i32.add (i32.add x (i32.const 4)) (i32.add z (i32.const 5)))", "x; z; i32.add; i32.const 9; i32.add"},
    {"i64", "(i64.sub (i64.add y (i64.const 4)) (i64.add w (i64.const 5)))", "y; w; i64.sub; i64.const -1; i64.add"},
    {"i32", "(i32.and x x)", "x"},
    {"i32", "(i32.sub x x)", "i32.const 0"},
    {"i32", "(i64.le_u y y)", "i32.const 1"},
    {"i32", "(i64.gt_s y y)", "i32.const 0"},
    {"i32", "(i32.mul x x)", "x; x; i32.mul"},
    {"i32", "(i32.lt_u (i32.const 7) x)", "x; i32.const 7; i32.gt_u"},
    {"i32", "(i32.gt_s (i32.const 7) x)", "x; i32.const 7; i32.lt_s"},
    {"i32", "(i32.le_s (i32.const 7) x)", "x; i32.const 7; i32.ge_s"},
    {"i32", "(i32.ge_u (i32.const 7) x)", "x; i32.const 7; i32.le_u"},
    {"i32", "(i64.le_u (i64.const 7) y)", "y; i64.const 7; i64.ge_u"},
    {"i32", "(i64.ge_s (i64.const 7) y)", "y; i64.const 7; i64.le_s"},
    {"i32", "(i64.lt_s (i64.const 7) y)", "y; i64.const 7; i64.gt_s"},
    {"i32", "(i64.gt_u (i64.const 7) y)", "y; i64.const 7; i64.lt_u"},
    {"i32", "(i32.sub (i32.const 7) x)", "i32.const 7; x; i32.sub"},
    {"i32", "(i32.mul x (i32.const 8))", "x; i32.const 3; i32.shl"},
    {"i32", "(i32.div_u x (i32.const 16))", "x; i32.const 4; i32.shr_u"},
    {"i64", "(i64.rem_u y (i64.const 32))", "y; i64.const 31; i64.and"},
    {"i32", "(i32.rem_u x (i32.const 1))", "i32.const 0"},
    {"i32", "(i32.div_u x (i32.const 0))", "x; i32.const 0; i32.div_u"},
    {"i32", "(i32.and (i32.div_u x z) (i32.const 0))", "x; z; i32.div_u; i32.const 0; i32.and"},
    {"i32", "(i32.sub x (i32.const 64))", "x; i32.const -64; i32.add"},
    {"i32", "(i32.add x (i32.const 64))", "x; i32.const -64; i32.sub"},
    {"i32", "(i32.rotl x (i32.const 32))", "x"},
    {"i64", "(i64.rotr y (i64.const 64))", "y"},
    {"i32", "(i64.ge_u y (i64.const 0))", "i32.const 1"},
    {"i32", "(i32.lt_u x (i32.const 0))", "i32.const 0"},
};

/* The letters of the rows as instructions of the text format, in parentheses or not. */
static void put_expanded(cti_buf *out, const char *text, bool in_parentheses) {
  static const char letters[] = "xyzw";
  for (const char *at = text; *at; at++) {
    const char *letter = strchr(letters, *at);
    bool stands_alone = letter && (at == text || at[-1] == ' ') && (!at[1] || strchr(" );", at[1]));
    if (stands_alone) cti_buf_printf(out, in_parentheses ? "(local.get %d)" : "local.get %d", (int)(letter - letters));
    else cti_buf_u8(out, (uint8_t)*at);
  }
}

/* The second function has an instruction of the sign extensions, so that others may be made. */
static ct_buf module_of(const char *type, const char *expression) {
  cti_buf text = {0};
  ct_buf out = {0};
  ct_error error = {0};
  cti_buf_printf(&text, "(module (memory 1) (func (export \"f\") (param i32 i64 i32 i64) (result %s) ", type);
  put_expanded(&text, expression, true);
  cti_buf_str(&text, ") (func (export \"g\") (result i32) (i32.extend8_s (i32.load (i32.const 0)))))");
  assert_int_equal(ct_text_parse(&out, cti_buf_slice(&text), &error), CT_OK);
  ct_buf_free(&text);
  return out;
}

static ct_status keep(void *user, ct_slice bytes, ct_error *error) {
  (void)error;
  cti_buf_bytes(user, bytes);
  return CT_OK;
}

/* The instructions of the first function, with "; " between them. */
static void put_body(cti_buf *out, ct_slice module) {
  cti_buf text = {0};
  ct_error error = {0};
  const ct_sink sink = {keep, &text};
  assert_int_equal(ct_print(&sink, module, NULL, &error), CT_OK);
  cti_buf_u8(&text, 0);
  char *line = strtok(strstr((char *)text.data, "(func (;0;) (type"), "\n");
  for (line = strtok(NULL, "\n"); strcmp(line, "  )") != 0; line = strtok(NULL, "\n")) cti_buf_printf(out, "%s%s", out->size ? "; " : "", line + strspn(line, " "));
  cti_buf_u8(out, 0);
  ct_buf_free(&text);
}

static void test_fold__each_rule(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    ct_buf before = module_of(rows[i].type, rows[i].before), after = {0};
    cti_buf body = {0}, expected = {0};
    ct_error error = {0};
    assert_int_equal(ct_optimize(&after, cti_buf_slice(&before), &(ct_optimize_options){.passes = "fold"}, &error), CT_OK);
    put_body(&body, cti_buf_slice(&after));
    put_expanded(&expected, rows[i].after, false);
    cti_buf_u8(&expected, 0);
    assert_string_equal((char *)body.data, (char *)expected.data);
    assert_true(evaluate_same(cti_buf_slice(&before), cti_buf_slice(&after), 200));
    ct_buf_free(&before);
    ct_buf_free(&after);
    ct_buf_free(&body);
    ct_buf_free(&expected);
  }
}

/* The judge is no yes-man. */
static void test_fold__what_differs_is_seen(void **state) {
  (void)state;
  ct_buf one = module_of("i32", "(i32.lt_u x z)"), other = module_of("i32", "(i32.le_u x z)");
  assert_false(evaluate_same(cti_buf_slice(&one), cti_buf_slice(&other), 200));
  ct_buf_free(&one);
  ct_buf_free(&other);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_fold__each_rule),
      cmocka_unit_test(test_fold__what_differs_is_seen),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

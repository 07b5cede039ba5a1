/* Tokens: where each begins and ends, what is passed over, escapes, and what is refused, with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/arena.h"
#include "text/wat_lex.h"

/* The kinds and sizes of all tokens, as one line. */
static const char *tokens(const char *text, ct_error *error) {
  static const char letters[] = {'.', '(', ')', 's', '$', 'k', 'i', 'f', '@', '?'};
  static char out[512];
  cti_wat_lexer lexer;
  size_t used = 0;
  *error = (ct_error){0};
  cti_wat_lexer_make(&lexer, cti_slice_str(text), error);
  for (;;) {
    cti_wat_token token = cti_wat_next(&lexer);
    if (token.kind == CTI_WAT_END || used > sizeof out - 20) return out[used] = 0, out;
    used += (size_t)snprintf(out + used, sizeof out - used, "%c%zu ", letters[token.kind], token.size);
  }
}

static void expect(const char *text, const char *expected) {
  ct_error error;
  assert_string_equal(tokens(text, &error), expected);
  if (error.status != CT_OK) print_error("%s: %s\n", text, error.message);
  assert_int_equal(error.status, CT_OK);
}

static void refuse(const char *text, const char *message, uint32_t line, uint32_t column) {
  ct_error error;
  tokens(text, &error);
  if (!strstr(error.message, message)) print_error("%s: %s\n", text, error.message);
  assert_non_null(strstr(error.message, message));
  assert_int_equal(error.line, line);
  assert_int_equal(error.column, column);
}

static void test_wat_lex__tokens(void **state) {
  (void)state;
  expect("", "");
  expect("(module $a 12 -0x1 1.5 nan \"s\\\"t\" i32.add=x)", "(1 k6 $2 i2 i4 f3 f3 s6 k9 )1 ");
  expect("$\"a b\" $a.b!", "$6 $5 ");
  expect("a;;b\nc ;; to the end", "k1 k1 ");
  expect("a(;b(;c;)d;)e(;;)f", "k1 k1 k1 ");
  expect("12a 0xg #", "?3 ?3 ?1 ");
  expect("a\r\n\tb", "k1 k1 ");
}

/* Of annotations, only those that ctool knows are seen; what is in others still has to be tokens. */
static void test_wat_lex__annotations(void **state) {
  (void)state;
  expect("(@custom \"x\")", "(1 @7 s3 )1 ");
  expect("a (@nobody (knows \"(\" this) ;; )\n) b", "k1 k1 ");
  refuse("(@nobody (knows", "", 1, 1);
}

static void test_wat_lex__refused(void **state) {
  (void)state;
  refuse("a\n  \"b", "this string is not closed", 2, 3);
  refuse("a (; (; ;)", "this block comment is not closed", 1, 3);
  refuse("\"a\tb\"", "a control character in a string", 1, 3);
  refuse(";; \xe2\x80\xae\n", "changes the direction of text", 1, 4);
}

/* After a failure there is nothing more. */
static void test_wat_lex__failures_stick(void **state) {
  (void)state;
  ct_error error = {0};
  cti_wat_lexer lexer;
  cti_wat_lexer_make(&lexer, CTI_LIT("\"a\tb\" c d"), &error);
  assert_int_equal(cti_wat_next(&lexer).kind, CTI_WAT_END);
  assert_true(lexer.failed);
  assert_int_equal(cti_wat_next(&lexer).kind, CTI_WAT_END);
}

static void test_wat_lex__strings(void **state) {
  (void)state;
  ct_error error = {0};
  cti_arena arena;
  cti_wat_lexer lexer;
  ct_slice out;
  cti_arena_init(&arena, &error);
  cti_wat_lexer_make(&lexer, CTI_LIT("\"plain\" \"\\t\\n\\r\\\"\\'\\\\\\00\\fF\\u{e9}\\u{1F600}\" $a $\"a\\u{62}\""), &error);
  cti_wat_token token = cti_wat_next(&lexer);
  assert_int_equal(cti_wat_string(&out, &lexer, token, &arena), CT_OK);
  assert_true(cti_slice_is(out, "plain") && out.data == token.at + 1); /* borrowed */
  assert_int_equal(cti_wat_string(&out, &lexer, cti_wat_next(&lexer), &arena), CT_OK);
  assert_true(cti_slice_eq(out, cti_slice("\t\n\r\"'\\\0\xff\xc3\xa9\xf0\x9f\x98\x80", 14)));
  assert_int_equal(cti_wat_id(&out, &lexer, cti_wat_next(&lexer), &arena), CT_OK);
  assert_true(cti_slice_is(out, "a"));
  assert_int_equal(cti_wat_id(&out, &lexer, cti_wat_next(&lexer), &arena), CT_OK);
  assert_true(cti_slice_is(out, "ab"));
  static const char *const bad[] = {"\"\\x\"", "\"\\0\"", "\"\\u{}\"", "\"\\u{110000}\"", "\"\\u{d800}\"", "\"\\u{1\"", "$\"\""};
  for (size_t i = 0; i < CTI_COUNT(bad); i++) {
    error = (ct_error){0};
    cti_wat_lexer_make(&lexer, cti_slice_str(bad[i]), &error);
    token = cti_wat_next(&lexer);
    ct_status status = token.kind == CTI_WAT_ID ? cti_wat_id(&out, &lexer, token, &arena) : cti_wat_string(&out, &lexer, token, &arena);
    if (status == CT_OK && error.status == CT_OK) print_error("%s\n", bad[i]);
    assert_true(status != CT_OK || error.status != CT_OK);
  }
  cti_arena_free(&arena);
}

static void test_wat_lex__groups_are_passed_over(void **state) {
  (void)state;
  ct_error error = {0};
  cti_wat_lexer lexer;
  cti_wat_lexer_make(&lexer, CTI_LIT("(a (b \")\" (; ) ;) ;; )\n ) c) d"), &error);
  cti_wat_token opened = cti_wat_next(&lexer);
  assert_true(cti_wat_skip_group(&lexer, opened));
  cti_wat_token token = cti_wat_next(&lexer);
  assert_true(cti_slice_is(cti_wat_slice(token), "d"));
  cti_wat_lexer_make(&lexer, CTI_LIT("(a (b)"), &error);
  opened = cti_wat_next(&lexer);
  assert_false(cti_wat_skip_group(&lexer, opened));
  assert_non_null(strstr(error.message, "this parenthesis is not closed"));
}

static void test_wat_lex__utf8(void **state) {
  (void)state;
  ct_error error = {0};
  cti_wat_lexer lexer;
  cti_wat_lexer_make(&lexer, CTI_LIT("ab\xc3\xa9"), &error);
  assert_int_equal(cti_wat_check_utf8(&lexer, 0, 3), 4); /* the character ends after `to` */
  cti_wat_lexer_make(&lexer, CTI_LIT("ab\xc3"), &error);
  assert_int_equal(cti_wat_check_utf8(&lexer, 0, 3), 0);
  assert_non_null(strstr(error.message, "malformed UTF-8"));
  assert_int_equal(error.column, 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_wat_lex__tokens),
      cmocka_unit_test(test_wat_lex__annotations),
      cmocka_unit_test(test_wat_lex__refused),
      cmocka_unit_test(test_wat_lex__failures_stick),
      cmocka_unit_test(test_wat_lex__strings),
      cmocka_unit_test(test_wat_lex__groups_are_passed_over),
      cmocka_unit_test(test_wat_lex__utf8),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

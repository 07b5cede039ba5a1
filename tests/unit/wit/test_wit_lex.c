/* Tokens, what no text may hold, versions and strings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wit/wit_lex.h"
#include "wit_fixture.h"

static cti_lexer lexer_of(wit_fixture *f, const char *text) {
  cti_lexer lexer;
  wit_begin(f);
  cti_lexer_init(&lexer, CTI_LIT("t.wit"), cti_slice_str(text), 0, &f->arena, &f->arena);
  return lexer;
}

static void test_tokens__each_kind(void **state) {
  (void)state;
  static const struct { const char *text; cti_token token; } cases[] = {
      {"use", CTI_TOKEN_USE}, {"uses", CTI_TOKEN_ID}, {"%use", CTI_TOKEN_EXPLICIT_ID}, {"a-b2-C", CTI_TOKEN_ID}, {"_", CTI_TOKEN_UNDERSCORE}, {"12", CTI_TOKEN_INTEGER},
      {"->", CTI_TOKEN_ARROW}, {"-", CTI_TOKEN_MINUS}, {"\"a\\\"b\"", CTI_TOKEN_STRING}, {"{", CTI_TOKEN_LEFT_BRACE}, {"error-context", CTI_TOKEN_ERROR_CONTEXT},
      {"// x\n/* a /* b */ c */ world", CTI_TOKEN_WORLD}, {"\xef\xbb\xbfworld", CTI_TOKEN_WORLD}, {"", CTI_TOKEN_END}, {"as", CTI_TOKEN_AS}, {"world", CTI_TOKEN_WORLD},
  };
  for (size_t i = 0; i < CTI_COUNT(cases); i++) {
    wit_fixture f;
    cti_lexer lexer = lexer_of(&f, cases[i].text);
    assert_false(cti_lexer_failed(&lexer));
    assert_int_equal(lexer.token, cases[i].token);
    cti_lexer_next(&lexer);
    assert_int_equal(lexer.token, CTI_TOKEN_END);
    wit_end(&f);
  }
}

static void test_tokens__every_keyword(void **state) {
  (void)state;
#define CT_KEYWORD(symbol, text)                                \
  {                                                             \
    wit_fixture f;                                              \
    cti_lexer lexer = lexer_of(&f, text);                       \
    assert_int_equal(lexer.token, CTI_TOKEN_##symbol);          \
    assert_true(cti_name_is_keyword(cti_slice_str(text)));      \
    wit_end(&f);                                                \
  }
#include "wit/wit_tokens.def"
  assert_true(cti_name_is_keyword(CTI_LIT("float32")));
  assert_false(cti_name_is_keyword(CTI_LIT("self")));
}

static void test_text__refused(void **state) {
  (void)state;
  static const wit_case cases[] = {
      {"\x01", "t.wit:1:1: the text holds a control character, U+0001, which WIT does not allow"},
      {"\x7f", "t.wit:1:1: the text holds a control character, U+007F, which WIT does not allow"},
      {"\xe2\x80\xae", "t.wit:1:1: the text holds a character that changes the direction of the text, U+202E, which WIT does not allow"},
      {"// \xc5\x89", "t.wit:1:4: the text holds a character that Unicode deprecates, U+0149, which WIT does not allow"},
      {"\n \xff", "t.wit:2:2: the text is not valid UTF-8"},
      {"// 5678\x7f", "t.wit:1:8: the text holds a control character, U+007F, which WIT does not allow"},
      {"// 5678\x01 ", "t.wit:1:8: the text holds a control character, U+0001, which WIT does not allow"},
      {"// 567\x7f ", "t.wit:1:7: the text holds a control character, U+007F, which WIT does not allow"},
      {"/* /* */", "t.wit:1:1: this comment is not closed: */ is missing"},
      {"\"ab", "t.wit:1:1: this string is not closed: \" is missing"},
      {"a--b", "t.wit:1:1: `a--b` is not a name: words of a-z or of A-Z, and of digits, are joined by single `-`; the first begins with a letter"},
      {"a_b", "t.wit:1:1: `a_b` is not a name: words of a-z or of A-Z, and of digits, are joined by single `-`; the first begins with a letter | write `-` in place of `_`"},
      {"\xc3\xa9t\xc3\xa9", "t.wit:1:1: names are of a-z, A-Z, 0-9 and `-`: `\xc3\xa9t\xc3\xa9` is none"},
      {"% a", "t.wit:1:1: a name must follow `%`"},
      {"#", "t.wit:1:1: `#` has no meaning in WIT"},
      {"a\rb", "t.wit:1:2: a carriage return stands without a line feed"},
  };
  for (size_t i = 0; i < CTI_COUNT(cases); i++) {
    wit_fixture f;
    cti_lexer lexer = lexer_of(&f, cases[i].text);
    for (int n = 0; n < 4; n++) cti_lexer_next(&lexer);
    assert_string_equal(wit_failure(&f), cases[i].expected);
    assert_int_equal(lexer.token, CTI_TOKEN_END);
    wit_end(&f);
  }
}

static void test_version__ends_where_it_does(void **state) {
  (void)state;
  static const struct { const char *text; uint32_t size; cti_token next; } cases[] = {
      {"1.2.3.{x}", 5, CTI_TOKEN_PERIOD}, {"1.2.3)", 5, CTI_TOKEN_RIGHT_PAREN}, {"0.0.1-rc.1+b-2 with", 14, CTI_TOKEN_WITH}, {"1.0.0-async;", 11, CTI_TOKEN_SEMICOLON}, {"1.0.0--a.b", 10, CTI_TOKEN_END},
  };
  for (size_t i = 0; i < CTI_COUNT(cases); i++) {
    wit_fixture f;
    cti_lexer lexer = lexer_of(&f, cases[i].text);
    cti_semver version;
    cti_span span;
    assert_true(cti_lexer_version(&lexer, &version, &span));
    assert_int_equal(span.size, cases[i].size);
    assert_int_equal(lexer.token, cases[i].next);
    wit_end(&f);
  }
}

static void test_string__escapes(void **state) {
  (void)state;
  static const struct { const char *text, *value; } cases[] = {
      {"\"\"", ""}, {"\"a b\"", "a b"}, {"\"\\t\\n\\r\\\\\\\"\\'\"", "\t\n\r\\\"'"}, {"\"\\41\\u{1F_600}\"", "A\xf0\x9f\x98\x80"},
      {"\"\\x\"", NULL}, {"\"\\ff\"", NULL}, {"\"\\u{d800}\"", NULL}, {"\"\\u{110000}\"", NULL}, {"\"\\u{1_}\"", NULL}, {"\"\\u{}\"", NULL}, {"\"\t\"", NULL},
  };
  for (size_t i = 0; i < CTI_COUNT(cases); i++) {
    wit_fixture f;
    cti_lexer lexer = lexer_of(&f, cases[i].text);
    ct_slice value = cti_lexer_string(&lexer);
    if (!cases[i].value) assert_true(f.error.status == CT_WIT_SYNTAX && !value.data);
    else assert_true(cti_slice_is(value, cases[i].value));
    wit_end(&f);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_tokens__each_kind),
      cmocka_unit_test(test_tokens__every_keyword),
      cmocka_unit_test(test_text__refused),
      cmocka_unit_test(test_version__ends_where_it_does),
      cmocka_unit_test(test_string__escapes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Text as it goes out: indentation, groups on one line and on several, escapes, offsets, colours, and a sink that refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "text/text_out.h"
#include "text_fixture.h"

typedef struct fixture {
  ct_error error;
  cti_arena arena;
  cti_buf buf;
  cti_text text;
} fixture;

static void begin(fixture *f) {
  *f = (fixture){0};
  cti_arena_init(&f->arena, &f->error);
  assert_true(cti_text_init(&f->text, (ct_sink){text_keep, &f->buf}, CTI_LIT("  "), &f->arena));
}

static void end(fixture *f, const char *expected) {
  assert_int_equal(cti_text_flush(&f->text), CT_OK);
  cti_buf_u8(&f->buf, 0);
  assert_string_equal((const char *)f->buf.data, expected);
  ct_buf_free(&f->buf);
  cti_arena_free(&f->arena);
}

static void test_text_out__groups(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  cti_text_open(&f.text, "a");
  cti_text_newline(&f.text, CTI_NO_PLACE);
  cti_text_open(&f.text, "b");
  cti_text_close(&f.text); /* on its line */
  cti_text_newline(&f.text, CTI_NO_PLACE);
  cti_text_open(&f.text, "c");
  cti_text_newline(&f.text, CTI_NO_PLACE);
  cti_text_str(&f.text, "d");
  cti_text_close(&f.text); /* on one of its own */
  cti_text_close(&f.text);
  end(&f, "(a\n  (b)\n  (c\n    d\n  )\n)");
}

static void test_text_out__numbers_and_escapes(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  cti_text_u64(&f.text, UINT64_MAX);
  cti_text_char(&f.text, ' ');
  cti_text_i64(&f.text, INT64_MIN);
  cti_text_char(&f.text, ' ');
  cti_text_hex(&f.text, 0xabc);
  cti_text_printf(&f.text, " %d ", 7);
  cti_text_quoted(&f.text, CTI_LIT("a\"\\\t\x7f\xc3\xa9\xf0\x9f\x98\x80"));
  cti_text_data(&f.text, CTI_LIT("a\"\\\xff\xc3\xa9"));
  end(&f, "18446744073709551615 -9223372036854775808 abc 7 \"a\\u{22}\\u{5c}\\u{9}\\u{7f}\\u{e9}\\u{1f600}\"\"a\\22\\5c\\ff\\c3\\a9\"");
}

/* Deeper lines are indented no further. */
static void test_text_out__deep(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  for (int i = 0; i < 2 * CTI_TEXT_MAX_INDENT; i++) cti_text_open(&f.text, "a");
  cti_text_newline(&f.text, CTI_NO_PLACE);
  assert_int_equal(cti_text_flush(&f.text), CT_OK);
  assert_int_equal(f.buf.size, 4 * CTI_TEXT_MAX_INDENT + 1 + 2 * CTI_TEXT_MAX_INDENT);
  ct_buf_free(&f.buf);
  cti_arena_free(&f.arena);
}

static void test_text_out__more_than_the_buffer(void **state) {
  (void)state;
  fixture f;
  static char large[3 * CTI_TEXT_BUFFER / 2];
  memset(large, 'x', sizeof large);
  begin(&f);
  cti_text_str(&f.text, "a");
  cti_text_bytes(&f.text, large, sizeof large);
  for (int i = 0; i < 100000; i++) cti_text_lit(&f.text, "0123456789abcdefg");
  assert_int_equal(cti_text_flush(&f.text), CT_OK);
  assert_int_equal(f.buf.size, 1 + sizeof large + 1700000);
  assert_int_equal(f.buf.data[f.buf.size - 1], 'g');
  ct_buf_free(&f.buf);
  cti_arena_free(&f.arena);
}

static ct_status refuse(void *user, ct_slice bytes, ct_error *error) {
  (void)bytes;
  ++*(int *)user;
  return cti_fail(error, CT_IO_WRITE, CT_NO_OFFSET, "%s", "full");
}

static void test_text_out__a_sink_that_refuses_is_asked_once(void **state) {
  (void)state;
  fixture f = {0};
  int asked = 0;
  cti_arena_init(&f.arena, &f.error);
  assert_true(cti_text_init(&f.text, (ct_sink){refuse, &asked}, CTI_LIT("  "), &f.arena));
  for (int i = 0; i < 100000; i++) cti_text_str(&f.text, "more and more");
  assert_int_equal(cti_text_flush(&f.text), CT_IO_WRITE);
  assert_int_equal(asked, 1);
  cti_arena_free(&f.arena);
}

static void test_text_out__offsets_and_colours(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  f.text.offsets = true;
  cti_text_newline(&f.text, 0x1f);
  cti_text_str(&f.text, "a");
  cti_text_newline(&f.text, CTI_NO_PLACE);
  cti_text_str(&f.text, "b");
  assert_int_equal(cti_text_flush(&f.text), CT_OK);
  cti_buf_u8(&f.buf, 0);
  const char *text = (const char *)f.buf.data, *a = strchr(text, 'a'), *b = strchr(text, 'b');
  assert_true(a && b && strstr(text, "1f"));
  assert_int_equal(a - (text + 1), b - (strchr(a, '\n') + 1)); /* room for the place that is none */
  ct_buf_free(&f.buf);
  cti_arena_free(&f.arena);
  begin(&f);
  f.text.color = true;
  cti_text_inked(&f.text, CTI_INK_NAME, "$a");
  assert_int_equal(cti_text_flush(&f.text), CT_OK);
  assert_int_equal(f.buf.data[0], 0x1b);
  assert_int_equal(f.buf.data[f.buf.size - 1], 'm');
  ct_buf_free(&f.buf);
  cti_arena_free(&f.arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_text_out__groups),
      cmocka_unit_test(test_text_out__numbers_and_escapes),
      cmocka_unit_test(test_text_out__deep),
      cmocka_unit_test(test_text_out__more_than_the_buffer),
      cmocka_unit_test(test_text_out__a_sink_that_refuses_is_asked_once),
      cmocka_unit_test(test_text_out__offsets_and_colours),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

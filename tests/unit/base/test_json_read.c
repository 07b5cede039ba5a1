/* JSON reading: what is there comes out, escapes are undone, and everything that is not the form asked for fails once, with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json_read.h"
#include "hurt.h"

typedef struct fixture {
  ct_error error;
  cti_arena arena;
  cti_json_reader r;
} fixture;

static void start(fixture *f, const char *text) {
  ct_error_clear(&f->error);
  cti_arena_init(&f->arena, &f->error);
  f->r = cti_json_reader_make(cti_slice_str(text), 0x100, CT_COMPOSE_METADATA, &f->arena);
}

/* Reads {"key": "text" or null, ...} to its end; the last string wins. */
static ct_slice read_flat(cti_json_reader *r) {
  bool first = true;
  ct_slice key, value = {NULL, 0};
  cti_json_read_object(r);
  while (cti_json_read_key(r, &first, &key))
    if (!cti_json_read_null(r)) value = cti_json_read_string(r);
  cti_json_read_end(r);
  return value;
}

static void test_json_read__members_in_order(void **state) {
  (void)state;
  fixture f;
  bool first = true;
  ct_slice key;
  start(&f, " { \"a\" : \"1\", \"b\": null ,\"c\":{} } ");
  assert_int_equal(cti_json_peek(&f.r), '{');
  cti_json_read_object(&f.r);
  assert_true(cti_json_read_key(&f.r, &first, &key) && cti_slice_is(key, "a"));
  assert_true(cti_slice_is(cti_json_read_string(&f.r), "1"));
  assert_true(cti_json_read_key(&f.r, &first, &key) && cti_slice_is(key, "b"));
  assert_true(cti_json_read_null(&f.r));
  assert_true(cti_json_read_key(&f.r, &first, &key) && cti_slice_is(key, "c"));
  bool inner = true;
  cti_json_read_object(&f.r);
  assert_false(cti_json_read_key(&f.r, &inner, &key));
  assert_false(cti_json_read_key(&f.r, &first, &key));
  assert_int_equal(cti_json_read_end(&f.r), CT_OK);
  cti_arena_free(&f.arena);
}

static void test_json_read__escapes(void **state) {
  (void)state;
  static const struct {
    const char *text, *meaning;
  } rows[] = {
      {"{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", "\"\\/\b\f\n\r\t"},
      {"{\"a\":\"\\u0041\\u00e9\\u20AC\"}", "A\xc3\xa9\xe2\x82\xac"},
      {"{\"a\":\"\\ud83d\\ude00x\"}", "\xf0\x9f\x98\x80x"},
      {"{\"a\":\"\xc3\xa9\"}", "\xc3\xa9"},
      {"{\"a\":\"\"}", ""},
  };
  for (size_t i = 0; i < CTI_COUNT(rows); i++) {
    fixture f;
    start(&f, rows[i].text);
    assert_true(cti_slice_is(read_flat(&f.r), rows[i].meaning));
    assert_int_equal(f.error.status, CT_OK);
    cti_arena_free(&f.arena);
  }
}

static void test_json_read__failures(void **state) {
  (void)state;
  static const struct {
    const char *text;
    unsigned at;
  } rows[] = {
      {"", 0},           {"[", 0},          {"{", 1},           {"{\"a\"", 4},       {"{\"a\":", 5},          {"{\"a\":1}", 5},     {"{\"a\":\"b\"", 8},
      {"{\"a\":nul}", 5}, {"{} x", 3},      {"{\"a\":\"b}", 6},  {"{\"a\":\"\\x\"}", 8}, {"{\"a\":\"\\u12g4\"}", 10}, {"{\"a\":\"\n\"}", 6}, {"{\"a\":\"\xff\"}", 6},
      {"{\"a\":\"\\ud83d\"}", 12}, {"{\"a\":\"\\udc00\"}", 12}, {"{\"a\":\"b\" \"c\":\"d\"}", 9}, {"{\"a\":\"b\",}", 9}, {"{,\"a\":\"b\"}", 1},
  };
  for (size_t i = 0; i < CTI_COUNT(rows); i++) {
    fixture f;
    start(&f, rows[i].text);
    read_flat(&f.r);
    assert_true(f.r.failed);
    assert_int_equal(f.error.status, CT_COMPOSE_METADATA);
    assert_int_equal(f.error.offset, 0x100 + rows[i].at);
    cti_arena_free(&f.arena);
  }
}

static void read_hurt(ct_slice bytes, void *context) {
  (void)context;
  ct_error error;
  cti_arena arena;
  ct_error_clear(&error);
  cti_arena_init(&arena, &error);
  cti_json_reader r = cti_json_reader_make(bytes, 0, CT_COMPOSE_METADATA, &arena);
  read_flat(&r);
  assert_true(r.failed == (error.status != CT_OK));
  cti_arena_free(&arena);
}

static void test_json_read__hostile(void **state) {
  (void)state;
  ct_slice text = CTI_LIT("{\"a\":\"\\ud83d\\ude00\\n\xc3\xa9\",\"b\":null}");
  hurt_cuts(text, read_hurt, NULL);
  hurt_bits(text, read_hurt, NULL);
  assert_true(hurt_starve(text, read_hurt, NULL) > 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_json_read__members_in_order),
      cmocka_unit_test(test_json_read__escapes),
      cmocka_unit_test(test_json_read__failures),
      cmocka_unit_test(test_json_read__hostile),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What metadata add changes and leaves, seen through metadata show: names, producers and annotations of modules and components. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/error.h"
#include "ctool/metadata.h"
#include "ctool/text.h"
#include "hurt.h"
#include "pieces.h"

static ct_status keep(void *user, ct_slice bytes, ct_error *error) {
  cti_buf_bytes(user, bytes);
  return cti_buf_check(user, error);
}

/* Parsed, changed, and shown as JSON; the caller frees it. */
static cti_buf changed(const char *text, const ct_metadata_change *change) {
  ct_error error = {0};
  ct_buf binary = {0};
  ct_pieces pieces = {0};
  cti_buf json = {0};
  const ct_sink sink = {keep, &json};
  size_t size;
  if (ct_text_parse(&binary, cti_slice_str(text), &error) != CT_OK) fail_msg("%s", error.message);
  if (ct_metadata_add(&pieces, (ct_slice){binary.data, binary.size}, change, &error) != CT_OK) fail_msg("%s", error.message);
  uint8_t *bytes = pieces_join(&pieces, &size);
  if (ct_metadata_show(&sink, (ct_slice){bytes, size}, CT_METADATA_JSON, &error) != CT_OK) fail_msg("%s", error.message);
  free(bytes);
  ct_pieces_free(&pieces);
  ct_buf_free(&binary);
  return json;
}

static void expect(const char *text, const ct_metadata_change *change, const char *const *held, const char *const *absent) {
  cti_buf json = changed(text, change);
  cti_buf_u8(&json, 0);
  for (; *held; held++)
    if (!strstr((char *)json.data, *held)) fail_msg("%s is not in %s", *held, (char *)json.data);
  for (; *absent; absent++)
    if (strstr((char *)json.data, *absent)) fail_msg("%s is in %s", *absent, (char *)json.data);
  ct_buf_free(&json);
}

#define ALL(...) (const char *const[]){__VA_ARGS__, NULL}
static const char *const none[] = {NULL};

static void test_metadata_add__names(void **state) {
  (void)state;
  ct_metadata_change set = {.name = {.set = "new"}}, clear = {.name = {.clear = true}};
  expect("(module $old (func $f))", &set, ALL("\"name\":\"new\""), ALL("old"));
  expect("(module (func))", &set, ALL("\"name\":\"new\""), none);
  expect("(component $old (core module $inner))", &set, ALL("\"name\":\"new\"", "\"name\":\"inner\""), ALL("old"));
  expect("(module $old)", &clear, ALL("\"name\":null"), ALL("old"));
}

static void test_metadata_add__producers(void **state) {
  (void)state;
  const ct_producer two[] = {{"language", "C", "17"}, {"processed-by", "ctool", "1.0"}};
  ct_metadata_change change = {.producers = two, .producer_count = 2};
  expect("(module (@producers (language \"Rust\" \"2021\") (processed-by \"ctool\" \"0.9\") (sdk \"x\" \"1\")))", &change,
         ALL("\"Rust\":\"2021\"", "\"C\":\"17\"", "\"ctool\":\"1.0\"", "\"x\":\"1\""), ALL("0.9"));
  expect("(module)", &change, ALL("\"C\":\"17\"", "\"ctool\":\"1.0\""), ALL("sdk"));
}

static void test_metadata_add__annotations(void **state) {
  (void)state;
  ct_metadata_change change = {0};
  change.annotations[CT_ANNOTATION_VERSION].set = "1.2.3";
  change.annotations[CT_ANNOTATION_AUTHORS].clear = true;
  expect("(component (@custom \"authors\" \"me\") (@custom \"version\" \"1.0\") (@custom \"description\" \"stays\"))", &change,
         ALL("\"version\":\"1.2.3\"", "\"authors\":null", "\"description\":\"stays\""), ALL("1.0", "\"me\""));
  expect("(module)", &change, ALL("\"version\":\"1.2.3\""), none);
}

static void add_all(ct_slice bytes, void *context) {
  const ct_producer producer = {"sdk", "s", "1"};
  ct_metadata_change change = {.name = {.set = "x"}, .producers = &producer, .producer_count = 1};
  change.annotations[CT_ANNOTATION_VERSION].set = "2";
  ct_pieces pieces = {0};
  ct_error error = {0};
  ct_status status = ct_metadata_add(&pieces, bytes, &change, &error);
  assert_true(status == CT_OK || error.message[0]);
  *(size_t *)context += status == CT_OK;
  ct_pieces_free(&pieces);
}

static void test_metadata_add__hurt(void **state) {
  (void)state;
  ct_error error = {0};
  ct_buf binary = {0};
  size_t good = 0;
  assert_int_equal(ct_text_parse(&binary, CTI_LIT("(component $c (core module $m (func $f)) (@producers (language \"C\" \"17\")) (@custom \"version\" \"1\"))"), &error), CT_OK);
  ct_slice bytes = {binary.data, binary.size};
  hurt_cuts(bytes, add_all, &good);
  hurt_bits(bytes, add_all, &good);
  assert_true(good > 1 && hurt_starve(bytes, add_all, &good) > 1);
  ct_buf_free(&binary);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_metadata_add__names),
      cmocka_unit_test(test_metadata_add__producers),
      cmocka_unit_test(test_metadata_add__annotations),
      cmocka_unit_test(test_metadata_add__hurt),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Numbers of the text format: what is one, what is in range, and which way is rounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "text/wat_lex.h"

static void test_wat_number__kinds(void **state) {
  (void)state;
  static const struct {
    const char *text;
    cti_wat_kind kind;
  } rows[] = {
      {"0", CTI_WAT_INTEGER},       {"-1_000", CTI_WAT_INTEGER},   {"+0xaF_0", CTI_WAT_INTEGER},   {"1.", CTI_WAT_FLOAT},         {"1.5e-3", CTI_WAT_FLOAT},
      {"0x1.8p+4", CTI_WAT_FLOAT},  {"1e1_0", CTI_WAT_FLOAT},      {"inf", CTI_WAT_FLOAT},         {"-nan", CTI_WAT_FLOAT},       {"nan:0x1", CTI_WAT_FLOAT},
      {"", CTI_WAT_RESERVED},       {"-", CTI_WAT_RESERVED},       {"1__0", CTI_WAT_RESERVED},     {"_1", CTI_WAT_RESERVED},      {"1_", CTI_WAT_RESERVED},
      {"0x", CTI_WAT_RESERVED},     {"0xg", CTI_WAT_RESERVED},     {".5", CTI_WAT_RESERVED},       {"1e", CTI_WAT_RESERVED},      {"1e+", CTI_WAT_RESERVED},
      {"0x1p", CTI_WAT_RESERVED},   {"1p3", CTI_WAT_RESERVED},     {"nan:1", CTI_WAT_RESERVED},    {"nan:0x", CTI_WAT_RESERVED},  {"infinity", CTI_WAT_RESERVED},
      {"1._5", CTI_WAT_RESERVED},   {"0x1.p", CTI_WAT_RESERVED},   {"1.0_e1", CTI_WAT_RESERVED},   {"+-1", CTI_WAT_RESERVED},     {"1a", CTI_WAT_RESERVED},
  };
  for (size_t i = 0; i < CTI_COUNT(rows); i++) {
    if (cti_wat_number_kind(cti_slice_str(rows[i].text)) != rows[i].kind) print_error("%s\n", rows[i].text);
    assert_int_equal(cti_wat_number_kind(cti_slice_str(rows[i].text)), rows[i].kind);
  }
}

static void test_wat_number__integers_at_their_limits(void **state) {
  (void)state;
  static const struct {
    const char *text;
    unsigned bits;
    bool is_signed, fits;
    uint64_t value;
  } rows[] = {
      {"127", 8, true, true, 127},     {"255", 8, true, true, 255},    {"256", 8, true, false, 0},   {"-128", 8, true, true, (uint64_t)-128}, {"-129", 8, true, false, 0},
      {"+5", 32, true, true, 5},       {"+5", 32, false, false, 0},    {"-0", 32, false, false, 0},  {"4294967295", 32, false, true, 4294967295}, {"4294967296", 32, false, false, 0},
      {"0xffff_ffff_ffff_ffff", 64, true, true, UINT64_MAX},           {"18446744073709551616", 64, true, false, 0},
      {"-9223372036854775808", 64, true, true, (uint64_t)1 << 63},     {"-9223372036854775809", 64, true, false, 0},
  };
  for (size_t i = 0; i < CTI_COUNT(rows); i++) {
    uint64_t value = 0;
    if (cti_wat_integer(&value, cti_slice_str(rows[i].text), rows[i].bits, rows[i].is_signed) != rows[i].fits) print_error("%s\n", rows[i].text);
    assert_int_equal(cti_wat_integer(&value, cti_slice_str(rows[i].text), rows[i].bits, rows[i].is_signed), rows[i].fits);
    if (rows[i].fits) assert_int_equal(value, rows[i].value);
  }
}

static void test_wat_number__floats(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool fits32, fits64;
    uint32_t bits32;
    uint64_t bits64;
  } rows[] = {
      {"1", true, true, 0x3f800000, 0x3ff0000000000000},
      {"-0", true, true, 0x80000000, 0x8000000000000000},
      {"0x1.fffffefp0", true, true, 0x3fffffff, 0x3fffffffef000000}, /* down */
      {"0x1.000001p0", true, true, 0x3f800000, 0x3ff0000010000000},  /* halfway: to even */
      {"0x1.000003p0", true, true, 0x3f800002, 0x3ff0000030000000},
      {"1_6777217", true, true, 0x4b800000, 0x4170000010000000},
      {"1e-45", true, true, 1, 0x3696d601ad376ab9}, /* subnormal */
      {"3.5e38", false, true, 0, 0x47f074f8c4d3cd7b},
      {"1e309", false, false, 0, 0},
      {"0x1p1024", false, false, 0, 0},
      {"inf", true, true, 0x7f800000, 0x7ff0000000000000},
      {"-nan", true, true, 0xffc00000, 0xfff8000000000000},
      {"nan:0x1", true, true, 0x7f800001, 0x7ff0000000000001},
      {"nan:0x0", false, false, 0, 0},
      {"nan:0x80_0000", false, true, 0, 0x7ff0000000800000},
      {"nan:0x1_0000_0000_0000_0", false, false, 0, 0},
  };
  ct_error error = {0};
  cti_arena arena;
  cti_arena_init(&arena, &error);
  for (size_t i = 0; i < CTI_COUNT(rows); i++) {
    uint32_t low = 0;
    uint64_t bits = 0;
    bool fits32 = cti_wat_float32(&low, cti_slice_str(rows[i].text), &arena), fits64 = cti_wat_float64(&bits, cti_slice_str(rows[i].text), &arena);
    if (fits32 != rows[i].fits32 || fits64 != rows[i].fits64 || (fits32 && low != rows[i].bits32) || (fits64 && bits != rows[i].bits64))
      print_error("%s: %d %x, %d %llx\n", rows[i].text, fits32, low, fits64, (unsigned long long)bits);
    assert_int_equal(fits32, rows[i].fits32);
    assert_int_equal(fits64, rows[i].fits64);
    if (fits32) assert_int_equal(low, rows[i].bits32);
    if (fits64) assert_int_equal(bits, rows[i].bits64);
  }
  cti_arena_free(&arena);
}

/* Digits beyond the room on the stack: the arena has them, and may not. */
static void test_wat_number__long(void **state) {
  (void)state;
  ct_error error = {0};
  cti_arena arena;
  char text[400];
  uint64_t bits;
  memset(text, '0', sizeof text);
  text[1] = '.';
  text[sizeof text - 1] = '1';
  cti_arena_init(&arena, &error);
  assert_true(cti_wat_float64(&bits, cti_slice(text, sizeof text), &arena));
  assert_int_equal(bits, 0); /* 1e-398 */
  cti_arena_free(&arena);
  cti_arena_init(&arena, &error);
  cti_alloc_fail_at(1);
  assert_false(cti_wat_float64(&bits, cti_slice(text, sizeof text), &arena));
  cti_alloc_fail_at(0);
  assert_int_equal(error.status, CT_NOMEM);
  cti_arena_free(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_wat_number__kinds),
      cmocka_unit_test(test_wat_number__integers_at_their_limits),
      cmocka_unit_test(test_wat_number__floats),
      cmocka_unit_test(test_wat_number__long),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

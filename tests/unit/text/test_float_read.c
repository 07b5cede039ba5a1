/* Decimals to f64: numbers whose bits are known, middles between two and what is next to them, the ends of the range, and the C library's verdict on random ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/float_read.h"

static void test_read__known(void **state) {
  static const struct {
    const char *text;
    uint64_t bits;
  } rows[] = {
      {"0", 0},
      {"0.000e99", 0},
      {"1", 0x3ff0000000000000},
      {"0.1", 0x3fb999999999999a},
      {"1e23", 0x44b52d02c7e14af6},
      {"9007199254740993", 0x4340000000000000},     /* a middle: the even one is below */
      {"9007199254740993.0000001", 0x4340000000000001},
      {"9007199254740995", 0x4340000000000002},     /* a middle: the even one is above */
      {"4.426323730254452e-221", 0x122fffffffffffff}, /* below a power of two */
      {"4.4263237302544523e-221", 0x1230000000000000},
      {"1.7976931348623157e308", 0x7fefffffffffffff},
      {"1.7976931348623158e308", 0x7fefffffffffffff},
      {"1.797693134862315807e308", 0x7fefffffffffffff},
      {"1.797693134862315808e308", 0x7ff0000000000000},
      {"1e400", 0x7ff0000000000000},
      {"1e99999999999", 0x7ff0000000000000},
      {"2.2250738585072014e-308", 0x0010000000000000},
      {"2.2250738585072011e-308", 0x000fffffffffffff},
      {"2.2250738585072012e-308", 0x0010000000000000}, /* a subnormal number that is rounded up to a normal one */
      {"5e-324", 1},
      {"2.4703282292062328e-324", 1},
      {"2.4703282292062327e-324", 0},
      {"1e-400", 0},
      {"1E-99999999999", 0},
      {"0.00000000000000000000000000000000000000000000000001e50", 0x3ff0000000000000},
      {"123456789012345678901234567890", 0x45f8ee90ff6c373e},
  };
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    uint64_t bits = cti_float_read(rows[i].text);
    if (bits != rows[i].bits) fail_msg("%s: %016llx", rows[i].text, (unsigned long long)bits);
  }
}

/* More digits than are kept tell on which side of a middle a number is. */
static void test_read__many_digits(void **state) {
  char text[3000];
  (void)state;
  for (int digits = 0; digits < 2900; digits += 97) {
    int size = snprintf(text, sizeof text, "9007199254740993.");
    memset(text + size, '0', (size_t)digits);
    strcpy(text + size + digits, "0");
    assert_true(cti_float_read(text) == 0x4340000000000000);
    strcpy(text + size + digits, "1");
    assert_true(cti_float_read(text) == 0x4340000000000001);
  }
}

#ifndef _WIN32
static void test_read__as_the_library(void **state) {
  uint64_t seed = 88172645463325252u, bits;
  char text[64];
  (void)state;
  for (int i = 0; i < 20000; i++) {
    double value;
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17; /* xorshift */
    bits = seed >> 1;
    if (i % 4 == 0) bits &= 0x7ff0000000000000;
    if (i % 7 == 0) bits &= 0x001fffffffffffff;
    memcpy(&value, &bits, sizeof value);
    if (bits >> 52 == 0x7ff) continue;
    snprintf(text, sizeof text, "%.*e", i % 20, value);
    value = strtod(text, NULL);
    memcpy(&bits, &value, sizeof bits);
    if (cti_float_read(text) != bits) fail_msg("%s", text);
  }
}
#endif

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_read__known),
      cmocka_unit_test(test_read__many_digits),
#ifndef _WIN32
      cmocka_unit_test(test_read__as_the_library),
#endif
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Constants of floats as text: the hexadecimal is exact, the decimal in the comment is the shortest that reads back as the same number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "text/float_read.h"
#include "text/print.h"

static ct_status keep(void *user, ct_slice bytes, ct_error *error) {
  cti_buf_bytes(user, bytes);
  return cti_buf_check(user, error);
}

typedef struct fixture {
  ct_error error;
  cti_arena arena;
  cti_buf buf;
  cti_text text;
} fixture;

static void begin(fixture *f) {
  *f = (fixture){0};
  cti_arena_init(&f->arena, &f->error);
  assert_true(cti_text_init(&f->text, (ct_sink){keep, &f->buf}, CTI_LIT("  "), &f->arena));
}

static void end(fixture *f) {
  ct_buf_free(&f->buf);
  cti_arena_free(&f->arena);
}

static const char *flushed(fixture *f) {
  assert_int_equal(cti_text_flush(&f->text), CT_OK);
  cti_buf_u8(&f->buf, 0);
  f->buf.size = 0;
  return (const char *)f->buf.data;
}

static const char *f64_text(fixture *f, uint64_t bits) {
  cti_print_f64(&f->text, bits);
  return flushed(f);
}

static const char *f32_text(fixture *f, uint32_t bits) {
  cti_print_f32(&f->text, bits);
  return flushed(f);
}

static void test_f64__known(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  assert_string_equal(f64_text(&f, 0), "0x0p+0 (;=0;)");
  assert_string_equal(f64_text(&f, 0x8000000000000000), "-0x0p+0 (;=-0;)");
  assert_string_equal(f64_text(&f, 0x3ff0000000000000), "0x1p+0 (;=1;)");
  assert_string_equal(f64_text(&f, 0xbff8000000000000), "-0x1.8p+0 (;=-1.5;)");
  assert_string_equal(f64_text(&f, 0x3fb999999999999a), "0x1.999999999999ap-4 (;=0.1;)");
  assert_string_equal(f64_text(&f, 0x7ff0000000000000), "inf (;=inf;)");
  assert_string_equal(f64_text(&f, 0xfff0000000000000), "-inf (;=-inf;)");
  assert_string_equal(f64_text(&f, 0x7ff8000000000000), "nan (;=NaN;)");
  assert_string_equal(f64_text(&f, 0xfff0000000000123), "-nan:0x123 (;=NaN;)");
  assert_string_equal(f64_text(&f, 0x4340000000000000), "0x1p+53 (;=9007199254740992;)");
  assert_string_equal(f64_text(&f, 0x444b1ae4d6e2ef50), "0x1.b1ae4d6e2ef5p+69 (;=1000000000000000000000;)");
  /* 2^-44: below a power of two the numbers lie closer, and 16 digits rounded down are not its own any more */
  assert_string_equal(f64_text(&f, 0x3d30000000000000), "0x1p-44 (;=0.00000000000005684341886080802;)");
  end(&f);
}

static void test_f64__subnormal(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  const char *least = f64_text(&f, 1);
  assert_non_null(strstr(least, "0x1.p-1074 (;=0.0000"));
  assert_string_equal(least + strlen(least) - 3, "5;)");
  assert_non_null(strstr(f64_text(&f, 0x000fffffffffffff), "0x1.ffffffffffffep-1023 (;="));
  end(&f);
}

static void test_f32__known(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  assert_string_equal(f32_text(&f, 0x3dcccccd), "0x1.99999ap-4 (;=0.1;)");
  assert_string_equal(f32_text(&f, 0x7f7fffff), "0x1.fffffep+127 (;=340282350000000000000000000000000000000;)");
  assert_string_equal(f32_text(&f, 0x00001800), "0x1.8p-137 (;=0.00000000000000000000000000000000000000000861;)");
  assert_string_equal(f32_text(&f, 0x7fc00000), "nan (;=NaN;)");
  assert_string_equal(f32_text(&f, 0xffa00000), "-nan:0x200000 (;=NaN;)");
  end(&f);
}

/* The comment's decimal without its decoration. */
static const char *decimal(char *text) {
  char *start = strstr(text, "(;=") + 3;
  *strstr(start, ";)") = 0;
  return start;
}

static unsigned digits_of(const char *number) {
  unsigned count = 0, zeros = 0;
  bool begun = false;
  for (; *number; number++) {
    if (*number < '0' || *number > '9') continue;
    begun = begun || *number != '0';
    zeros = *number == '0' ? zeros + 1 : 0;
    if (begun) count++;
  }
  return count > zeros ? count - zeros : 1;
}

/* Numbers of all magnitudes from a fixed sequence. */
static uint64_t next(uint64_t *seed) {
  *seed ^= *seed << 13;
  *seed ^= *seed >> 7;
  *seed ^= *seed << 17;
  return *seed;
}

static void test_f64__round_trip_and_no_longer_than_needed(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  uint64_t seed = 88172645463325252u;
  for (int i = 0; i < 20000; i++) {
    uint64_t bits = next(&seed);
    if (i % 3 == 0) bits &= 0xfff0000000000000; /* powers of two */
    double value, again;
    memcpy(&value, &bits, sizeof value);
    if ((bits >> 52 & 0x7ff) == 0x7ff) continue;
    char text[2000], shortest[64];
    snprintf(text, sizeof text, "%s", f64_text(&f, bits));
    double hex = strtod(text, NULL);
    assert_memory_equal(&hex, &bits, sizeof bits);
    const char *number = decimal(text);
    uint64_t read = cti_float_read(number + (*number == '-')) | (bits & (uint64_t)1 << 63);
    assert_memory_equal(&read, &bits, sizeof bits);
#ifdef _WIN32
    continue; /* its strtod is wrong next to powers of two */
#endif
    again = strtod(number, NULL);
    assert_memory_equal(&again, &bits, sizeof bits);
    int precision = 0; /* the C library's way: the first precision that reads back */
    do snprintf(shortest, sizeof shortest, "%.*e", precision++, value);
    while (strtod(shortest, NULL) != value);
    if (digits_of(number) > (unsigned)precision) fail_msg("0x%016llx: %s; %s has no more than its digits", (unsigned long long)bits, number, shortest);
  }
  end(&f);
}

static void test_f32__round_trip(void **state) {
  (void)state;
  fixture f;
  begin(&f);
  uint64_t seed = 1181783497276652981u;
  for (int i = 0; i < 20000; i++) {
    uint32_t bits = (uint32_t)next(&seed);
    if ((bits >> 23 & 0xff) == 0xff) continue;
    char text[400];
    snprintf(text, sizeof text, "%s", f32_text(&f, bits));
    float again = strtof(decimal(text), NULL);
    assert_memory_equal(&again, &bits, sizeof bits);
  }
  end(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_f64__known), cmocka_unit_test(test_f64__subnormal), cmocka_unit_test(test_f32__known), cmocka_unit_test(test_f64__round_trip_and_no_longer_than_needed), cmocka_unit_test(test_f32__round_trip),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

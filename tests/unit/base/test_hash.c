/* BLAKE2b-256 against a known answer, computed independently with Python's hashlib.blake2b(digest_size=32). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/slice.h"

static void test_digest__known_answers(void **state) {
  (void)state;
  char hex[65];
  cti_digest digest = cti_digest_of(CTI_LIT("abc"));
  cti_digest_hex(&digest, hex);
  assert_string_equal(hex, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
  digest = cti_digest_of((ct_slice){0});
  cti_digest_hex(&digest, hex);
  assert_string_equal(hex, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_digest__known_answers)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* hash.c - content keys by libb2. The one file that sees it. */
#include "base/hash.h"

#include <blake2.h>

#if defined __has_feature
#if __has_feature(memory_sanitizer) /* which does not see what libb2 writes */
#include <sanitizer/msan_interface.h>
#define WRITTEN(place) __msan_unpoison(&(place), sizeof(place))
#endif
#endif
#ifndef WRITTEN
#define WRITTEN(place) (void)0
#endif

cti_digest cti_digest_of(ct_slice bytes) {
  cti_digest digest;
  /* Fails only for sizes that BLAKE2b does not have; 32 it has. */
  blake2b(digest.bytes, bytes.size ? (const void *)bytes.data : "", NULL, sizeof digest.bytes, bytes.size, 0);
  WRITTEN(digest);
  return digest;
}

void cti_digest_hex(const cti_digest *digest, char out[65]) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < sizeof digest->bytes; i++) {
    out[2 * i] = digits[digest->bytes[i] >> 4];
    out[2 * i + 1] = digits[digest->bytes[i] & 15];
  }
  out[64] = 0;
}

void ct_digest_hex(ct_slice bytes, char out[CT_DIGEST_HEX_SIZE]) {
  cti_digest digest = cti_digest_of(bytes);
  cti_digest_hex(&digest, out);
}

/* hash.h - content keys: BLAKE2b-256 by libb2. hash.c is the one file that sees libb2. */
#ifndef CTI_BASE_HASH_H
#define CTI_BASE_HASH_H

#include "ctool/base.h"

typedef struct cti_digest {
  uint8_t bytes[32];
} cti_digest;

cti_digest cti_digest_of(ct_slice bytes);

/* 64 lower-case hexadecimal digits and a NUL. */
void cti_digest_hex(const cti_digest *digest, char out[65]);

#endif

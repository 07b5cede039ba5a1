/* base.h - what every ctool header shares: export macro, slices, output buffers, allocation, version.
 *
 * Conventions of the whole API:
 *  - Functions that can fail return ct_status (CT_OK is 0) and describe the failure in a ct_error (error.h) that the caller gives.
 *  - A ct_slice borrows. The bytes it points to belong to somebody else, who must keep them as long as the slice is used.
 *  - A ct_buf owns. The caller frees it with ct_buf_free, also after a failure.
 *  - No global state: calls on different objects may run on different threads.
 */
#ifndef CTOOL_BASE_H
#define CTOOL_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32) && defined(CTOOL_SHARED)
#define CT_API __declspec(dllexport)
#elif defined(__GNUC__)
#define CT_API __attribute__((visibility("default")))
#else
#define CT_API
#endif

#define CT_VERSION_MAJOR 0
#define CT_VERSION_MINOR 1
#define CT_VERSION_PATCH 0
#define CT_VERSION "0.1.0"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes that belong to somebody else. `data` may be NULL only when `size` is 0. */
typedef struct ct_slice {
  const uint8_t *data;
  size_t size; /* in bytes */
} ct_slice;

/* Owned, growing output. All-zero is an empty buffer. */
typedef struct ct_buf {
  uint8_t *data;
  size_t size;     /* bytes written */
  size_t capacity; /* bytes allocated */
  bool failed;     /* an allocation failed: later writes are ignored, the content is not to be used */
} ct_buf;

/* Frees what `buf` owns and makes it empty. May be called twice, and on an all-zero buffer. */
CT_API void ct_buf_free(ct_buf *buf);

/* Appends bytes, which must not be those of `buf` itself. A ct_status (error.h): out of memory is what can fail. */
struct ct_error;
CT_API int ct_buf_append(ct_buf *buf, ct_slice bytes, struct ct_error *error);

/* Digits of a content key, and a NUL. */
#define CT_DIGEST_HEX_SIZE 65

/* The BLAKE2b-256 content key of `bytes`, as 64 lower-case hexadecimal digits and a NUL: what `b2sum -l 256` prints. */
CT_API void ct_digest_hex(ct_slice bytes, char out[CT_DIGEST_HEX_SIZE]);

/* The version of the library, "MAJOR.MINOR.PATCH". A static string. */
CT_API const char *ct_version(void);

#ifdef __cplusplus
}
#endif
#endif

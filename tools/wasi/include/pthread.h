/* pthread.h - one thread: no other can be made. */
#ifndef CTOOL_WASI_PTHREAD_H
#define CTOOL_WASI_PTHREAD_H

#include <errno.h>
#include <stddef.h>
#include <sys/types.h> /* has the types */

#define PTHREAD_MUTEX_INITIALIZER {0}
static inline int pthread_mutex_lock(pthread_mutex_t *lock) { return (void)lock, 0; }
static inline int pthread_mutex_unlock(pthread_mutex_t *lock) { return (void)lock, 0; }
static inline int pthread_mutex_destroy(pthread_mutex_t *lock) { return (void)lock, 0; }
static inline int pthread_attr_init(pthread_attr_t *attributes) { return (void)attributes, 0; }
static inline int pthread_attr_setstacksize(pthread_attr_t *attributes, size_t size) { return (void)attributes, (void)size, 0; }
static inline int pthread_attr_destroy(pthread_attr_t *attributes) { return (void)attributes, 0; }
static inline int pthread_create(pthread_t *out, const pthread_attr_t *attributes, void *(*start)(void *), void *argument) { return (void)out, (void)attributes, (void)start, (void)argument, EAGAIN; }
static inline int pthread_join(pthread_t thread, void **out) { return (void)thread, (void)out, EINVAL; }

#endif

/* resource.h - limits that nothing keeps to. */
#ifndef CTOOL_WASI_RESOURCE_H
#define CTOOL_WASI_RESOURCE_H

typedef unsigned long long rlim_t;
struct rlimit { rlim_t rlim_cur, rlim_max; };
#define RLIM_INFINITY (~0ull)
enum { RLIMIT_CPU, RLIMIT_CORE, RLIMIT_AS };
static inline int getrlimit(int what, struct rlimit *out) { return (void)what, (void)out, -1; }
static inline int setrlimit(int what, const struct rlimit *limit) { return (void)what, (void)limit, -1; }

#endif

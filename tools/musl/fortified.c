/* fortified.c - Debian's libb2.a and libiberty.a are compiled against glibc with _FORTIFY_SOURCE: they call these beside ISO C, and musl has them not.
 * https://refspecs.linuxbase.org/LSB_5.0.0/LSB-Core-generic/LSB-Core-generic/libc-ddefs.html */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__memcpy_chk(void *to, const void *from, size_t size, size_t room);
void __explicit_bzero_chk(void *at, size_t size, size_t room);
int __sprintf_chk(char *out, int flag, size_t room, const char *format, ...);
int __snprintf_chk(char *out, size_t size, int flag, size_t room, const char *format, ...);
int __fprintf_chk(FILE *out, int flag, const char *format, ...);

static void check(size_t size, size_t room) {
  if (size > room) abort();
}

void *__memcpy_chk(void *to, const void *from, size_t size, size_t room) {
  check(size, room);
  return memcpy(to, from, size);
}

void __explicit_bzero_chk(void *at, size_t size, size_t room) {
  check(size, room);
  memset(at, 0, size);
  __asm__ volatile("" : : "r"(at) : "memory");
}

int __sprintf_chk(char *out, int flag, size_t room, const char *format, ...) {
  va_list arguments;
  (void)flag;
  va_start(arguments, format);
  int size = vsnprintf(out, room, format, arguments);
  va_end(arguments);
  if (size >= 0) check((size_t)size + 1, room);
  return size;
}

int __snprintf_chk(char *out, size_t size, int flag, size_t room, const char *format, ...) {
  va_list arguments;
  (void)flag;
  check(size, room);
  va_start(arguments, format);
  int made = vsnprintf(out, size, format, arguments);
  va_end(arguments);
  return made;
}

int __fprintf_chk(FILE *out, int flag, const char *format, ...) {
  va_list arguments;
  (void)flag;
  va_start(arguments, format);
  int made = vfprintf(out, format, arguments);
  va_end(arguments);
  return made;
}

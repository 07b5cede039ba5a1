/* abi.h - the few words in which the programs of tests/run speak the canonical ABI by hand: names of imports and exports, strings, lists, cabi_realloc.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/CanonicalABI.md */
#ifndef ABI_H
#define ABI_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define EXPORT(name) __attribute__((export_name(name)))

typedef struct { char *data; size_t size; } text; /* `string`, and the shape of every `list` */

/* Blocks that are live, so that a host can see that nothing leaks: what the host allocates for arguments, and what we do for results. */
extern uint32_t abi_live;

static inline void *abi_alloc(size_t size) {
  if (!size) return (void *)8;
  void *block = malloc(size);
  if (!block) __builtin_trap();
  abi_live++;
  return block;
}

static inline void abi_free(void *block, size_t size) {
  if (!size) return;
  free(block);
  abi_live--;
}

#define ABI_DEFINE                                                                                                                                           \
  uint32_t abi_live;                                                                                                                                         \
  EXPORT("cabi_realloc") void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {                                                         \
    if (!old_size && align > 16) return aligned_alloc(align, size); /* a page for the preview1 adapter, kept for good */                                     \
    if (!old_size) return abi_alloc(size);                                                                                                                   \
    void *block = realloc(old, size);                                                                                                                        \
    if (!block) __builtin_trap();                                                                                                                            \
    return block;                                                                                                                                            \
  }

/* What `main` begins with. A command of Debian's wasi-libc leaves the constructors to the linker, which then wraps each export, cabi_realloc too, so that it
 * runs them again, and calls the host while the host is calling it. The linker does not where the program calls them itself. (And such a program ends by exit:
 * its _start flushes nothing.) wasi-sdk's and zig's newer wasi-libc call them in _start. */
#ifdef CONSTRUCTORS_BY_MAIN
void __wasm_call_ctors(void);
#define ABI_MAIN __wasm_call_ctors();
#else
#define ABI_MAIN
#endif

static inline text text_of(const char *s) {
  text t = {abi_alloc(strlen(s)), strlen(s)};
  memcpy(t.data, s, t.size);
  return t;
}

#endif

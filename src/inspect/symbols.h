/* symbols.h - names of Rust and C++ as their authors wrote them, by libiberty: Itanium C++, Rust v0 and legacy. symbols.c is the one file that sees it. */
#ifndef CTI_INSPECT_SYMBOLS_H
#define CTI_INSPECT_SYMBOLS_H

#include "base/arena.h"

/* Is this a name that cti_demangle would look at? */
bool cti_is_mangled(ct_slice name);

/* Puts what each name means in its place; a name that is no mangled one, or that is too hard, stays. Names come from files: a process of its own reads them.
 * CT_UNSUPPORTED when ctool was built without libiberty. */
ct_status cti_demangle(ct_slice *names, uint32_t count, cti_arena *arena);
/* The same, but without libiberty all names stay. */
ct_status cti_demangle_if_can(ct_slice *names, uint32_t count, cti_arena *arena);

/* A readable name of Rust without what is another in each build: core[f0fd674eaa06beef]::fmt is core::fmt, and x::h0123456789abcdef is x. */
ct_slice cti_without_hashes(ct_slice name, cti_arena *arena);

#endif

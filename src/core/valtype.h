/* valtype.h - a core value type in one machine word, so that the validator compares types by comparing words.
 *
 *   bit 31      reference type
 *   bit 30      nullable          bit 29  exact            bit 28  shared (abstract heap types only)
 *   bit 27      the low bits are a type index, else the code of an abstract heap type
 *   bits 0..26  type index, or code
 *
 * Number and vector types are their binary codes (0x7f i32 ... 0x7b v128), packed storage types theirs (0x78 i8, 0x77 i16). 0 is "no type": in the
 * validator the bottom type that unreachable code gives.
 * https://webassembly.github.io/spec/core/binary/types.html */
#ifndef CTI_CORE_VALTYPE_H
#define CTI_CORE_VALTYPE_H

#include "base/cursor.h"

typedef uint32_t cti_corevt;

enum {
  CTI_VT_NONE = 0,
  CTI_VT_I32 = 0x7f,
  CTI_VT_I64 = 0x7e,
  CTI_VT_F32 = 0x7d,
  CTI_VT_F64 = 0x7c,
  CTI_VT_V128 = 0x7b,
  CTI_VT_I8 = 0x78, /* storage types: fields of structs and elements of arrays alone */
  CTI_VT_I16 = 0x77
};

/* Abstract heap types by their binary codes. */
enum {
  CTI_HEAP_NOCONT = 0x75,
  CTI_HEAP_NOEXN = 0x74,
  CTI_HEAP_NOFUNC = 0x73,
  CTI_HEAP_NOEXTERN = 0x72,
  CTI_HEAP_NONE = 0x71,
  CTI_HEAP_FUNC = 0x70,
  CTI_HEAP_EXTERN = 0x6f,
  CTI_HEAP_ANY = 0x6e,
  CTI_HEAP_EQ = 0x6d,
  CTI_HEAP_I31 = 0x6c,
  CTI_HEAP_STRUCT = 0x6b,
  CTI_HEAP_ARRAY = 0x6a,
  CTI_HEAP_EXN = 0x69,
  CTI_HEAP_CONT = 0x68
};

#define CTI_VT_REF 0x80000000u
#define CTI_VT_NULLABLE 0x40000000u
#define CTI_VT_EXACT 0x20000000u
#define CTI_VT_SHARED 0x10000000u
#define CTI_VT_CONCRETE 0x08000000u
#define CTI_VT_LOW 0x07ffffffu

static inline bool cti_vt_is_ref(cti_corevt type) { return (type & CTI_VT_REF) != 0; }
static inline bool cti_vt_is_number(cti_corevt type) { return type >= CTI_VT_F64 && type <= CTI_VT_I32; } /* not v128 */
static inline bool cti_vt_is_concrete(cti_corevt type) { return (type & CTI_VT_CONCRETE) != 0; }
static inline uint32_t cti_vt_index(cti_corevt type) { return type & CTI_VT_LOW; }
#define CTI_VT_FUNCREF (CTI_VT_REF | CTI_VT_NULLABLE | CTI_HEAP_FUNC)
#define CTI_VT_EXTERNREF (CTI_VT_REF | CTI_VT_NULLABLE | CTI_HEAP_EXTERN)

#endif

/* codes.h - the bytes and flags of the binary format that the readers and writers of single things share. Opcodes are in opcodes.def, sections in
 * sections.def, codes of value and heap types in valtype.h. All proposals share one space of type codes:
 * https://webassembly.github.io/spec/core/appendix/index-types.html */
#ifndef CTI_CORE_CODES_H
#define CTI_CORE_CODES_H

enum {
  CTI_CODE_SHARED = 0x65,
  CTI_CODE_REF = 0x64,
  CTI_CODE_REF_NULL = 0x63,
  CTI_CODE_EXACT = 0x62,
  CTI_CODE_FUNC = 0x60,
  CTI_CODE_STRUCT = 0x5f,
  CTI_CODE_ARRAY = 0x5e,
  CTI_CODE_CONT = 0x5d,
  CTI_CODE_SUB = 0x50,
  CTI_CODE_SUB_FINAL = 0x4f,
  CTI_CODE_REC = 0x4e,
  CTI_CODE_DESCRIPTOR = 0x4d,
  CTI_CODE_DESCRIBES = 0x4c,
  CTI_CODE_EMPTY_BLOCK = 0x40
};

enum { CTI_LIMITS_MAX = 1, CTI_LIMITS_SHARED = 2, CTI_LIMITS_64 = 4, CTI_LIMITS_PAGE = 8 };
enum { CTI_GLOBAL_MUTABLE = 1, CTI_GLOBAL_SHARED = 2 };
enum { CTI_ELEM_NOT_ACTIVE = 1, CTI_ELEM_EXPLICIT = 2, CTI_ELEM_EXPRS = 4 };
enum { CTI_EXTERN_FUNC_EXACT = 0x20 };
enum { CTI_MEMARG_MEMORY = 0x40 }; /* in the alignment: the index of a memory follows */

#endif

/* pieces.h - output in pieces while it is made: slices of the input and of the arena in order; neighbours in the input become one. */
#ifndef CTI_BASE_PIECES_H
#define CTI_BASE_PIECES_H

#include "base/vec.h"
#include "ctool/module.h"

typedef struct cti_pieces {
  cti_arena arena;
  CTI_VEC(ct_slice) list;
} cti_pieces;

ct_status cti_pieces_put(cti_pieces *pieces, ct_slice bytes);

/* The bytes of the pieces from `first` on. */
uint64_t cti_pieces_size(const cti_pieces *pieces, uint32_t first);

/* Puts the header of a section, its id and the shortest form of its size, into the piece `at`, before the pieces that follow it. */
ct_status cti_pieces_header(cti_pieces *pieces, uint32_t at, uint8_t id, uint64_t size);

/* Gives the arena to *out when `status` is CT_OK; frees it, and empties *out, when it is not. Gives the status that holds then. */
ct_status cti_hand_over(ct_pieces *out, cti_arena *arena, ct_status status);

/* The same with the list and the arena that holds it. */
ct_status cti_pieces_give(ct_pieces *out, cti_pieces *pieces, ct_status status);

#endif

/* pieces.c - output in pieces. Flows in: slices in order. Flows out: ct_pieces that own what is no slice of the input. */
#include "base/pieces.h"

#include "base/buf.h"

ct_status cti_pieces_put(cti_pieces *pieces, ct_slice bytes) {
  ct_slice *last = pieces->list.count ? cti_vec_last(&pieces->list) : NULL;
  if (last && last->size && last->data + last->size == bytes.data) last->size += bytes.size;
  else if (!cti_vec_push(&pieces->arena, &pieces->list, bytes)) return CT_NOMEM;
  return CT_OK;
}

uint64_t cti_pieces_size(const cti_pieces *pieces, uint32_t first) {
  uint64_t size = 0;
  for (uint32_t i = first; i < pieces->list.count; i++) size += pieces->list.items[i].size;
  return size;
}

ct_status cti_pieces_header(cti_pieces *pieces, uint32_t at, uint8_t id, uint64_t size) {
  if (size > UINT32_MAX) return cti_fail(pieces->arena.error, CT_LIMIT, CT_NO_OFFSET, "a section would have more than %u bytes", UINT32_MAX);
  cti_buf header = {0};
  cti_buf_u8(&header, id);
  cti_buf_uleb(&header, size);
  pieces->list.items[at] = cti_take(&header, &pieces->arena);
  return pieces->list.items[at].data ? CT_OK : CT_NOMEM;
}

ct_status cti_hand_over(ct_pieces *out, cti_arena *arena, ct_status status) {
  cti_arena *owner = status == CT_OK ? cti_malloc(sizeof *owner) : NULL;
  if (!owner) {
    if (status == CT_OK) status = cti_fail(arena->error, CT_NOMEM, CT_NO_OFFSET, "out of memory");
    cti_arena_free(arena);
    *out = (ct_pieces){0};
    return status;
  }
  *owner = *arena;
  owner->error = NULL; /* nothing is allocated there any more */
  out->owner = owner;
  return CT_OK;
}

ct_status cti_pieces_give(ct_pieces *out, cti_pieces *pieces, ct_status status) {
  *out = (ct_pieces){.items = pieces->list.items, .count = pieces->list.count};
  return cti_hand_over(out, &pieces->arena, status);
}

void ct_pieces_free(ct_pieces *pieces) {
  cti_arena *arena = pieces->owner;
  if (arena) {
    cti_arena_free(arena);
    cti_free(arena);
  }
  *pieces = (ct_pieces){0};
}

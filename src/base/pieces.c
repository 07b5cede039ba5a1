/* pieces.c - output in pieces. Flows in: slices in order. Flows out: ct_pieces that own what is no slice of the input. */
#include "base/pieces.h"

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
  uint8_t *header = cti_alloc(&pieces->arena, 6);
  if (!header) return CT_NOMEM;
  size_t used = 0;
  header[used++] = id;
  for (uint64_t rest = size;; rest >>= 7) {
    header[used++] = (uint8_t)((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    if (rest <= 0x7f) break;
  }
  pieces->list.items[at] = cti_slice(header, used);
  return CT_OK;
}

ct_status cti_pieces_give(ct_pieces *out, cti_pieces *pieces, ct_status status) {
  cti_arena *owner = status == CT_OK ? cti_malloc(sizeof *owner) : NULL;
  if (!owner) {
    if (status == CT_OK) status = cti_fail(pieces->arena.error, CT_NOMEM, CT_NO_OFFSET, "out of memory");
    cti_arena_free(&pieces->arena);
    return status;
  }
  *owner = pieces->arena;
  owner->error = NULL; /* nothing is allocated there any more */
  *out = (ct_pieces){pieces->list.items, pieces->list.count, owner};
  return CT_OK;
}

void ct_pieces_free(ct_pieces *pieces) {
  cti_arena *arena = pieces->owner;
  if (arena) {
    cti_arena_free(arena);
    cti_free(arena);
  }
  *pieces = (ct_pieces){0};
}

/* pack_data.c - data segments cut where a run of zeros is longer than the head of a segment, and joined where it is shorter: a fresh memory holds zeros
 * anyway. Flows in: a module. Flows out: its active segments anew, in order of their addresses.
 *
 * requires: valid, and no code that names a data segment. preserves: what memory holds after instantiation, and whether that traps. breaks: indices of data segments.
 * Left alone: memories that are imported (they may hold something), that something else than constants places bytes in, where segments overlap or may lie
 * outside. https://webassembly.github.io/spec/core/exec/modules.html#instantiation */
#include "passes/gc.h"
#include "passes/module_passes.h"

#include "core/core_write.h"

#include <stdlib.h>

typedef struct piece {
  uint64_t address;
  ct_slice bytes;
} piece;

typedef struct packer {
  cti_module *m;
  cti_arena *arena;
  CTI_VEC(piece) from; /* of one memory, by address */
  CTI_VEC(cti_data) made;
} packer;

static int by_address(const void *a, const void *b) {
  const piece *x = a, *y = b;
  return x->address < y->address ? -1 : x->address > y->address;
}

/* Collects the segments of a memory in order. False: it is one to leave alone. */
static bool collect(packer *p, uint32_t memory) {
  const cti_memory *in = &p->m->memories.items[memory];
  uint64_t size = in->type.min << cti_page_log2(&in->type);
  if (in->import != UINT32_MAX || in->type.min > UINT32_MAX) return false;
  p->from.count = 0;
  for (uint32_t i = 0; i < p->m->datas.count; i++) {
    const cti_data *data = &p->m->datas.items[i];
    piece made = {.bytes = data->bytes};
    if (data->mode != CTI_SEGMENT_ACTIVE || data->memory != memory) continue;
    if (!cti_constant_address(&made.address, &data->offset_expr, p->arena->error)) return false;
    if (made.address > size || data->bytes.size > size - made.address) return false;
    if (!cti_vec_push(p->arena, &p->from, made)) return false;
  }
  if (p->from.count) qsort(p->from.items, p->from.count, sizeof *p->from.items, by_address);
  for (uint32_t i = 1; i < p->from.count; i++)
    if (p->from.items[i - 1].address + p->from.items[i - 1].bytes.size > p->from.items[i].address) return false;
  return true;
}

/* What a further segment costs beside its bytes: flags, the address as a signed constant, `end`, size. */
static size_t head_size(uint64_t address, uint32_t memory) { return 1 + (memory ? cti_uleb_size(memory) : 0) + 1 + cti_uleb_size(address << 1) + 1 + 1; }

static cti_expr address_expr(packer *p, uint32_t memory, uint64_t address) {
  bool is_64 = p->m->memories.items[memory].type.is_64;
  cti_buf code = {0};
  cti_buf_u8(&code, (uint8_t)cti_opcodes[is_64 ? CTI_OP_I64_CONST : CTI_OP_I32_CONST].code);
  cti_buf_sleb(&code, is_64 ? (int64_t)address : (int32_t)(uint32_t)address);
  cti_buf_u8(&code, (uint8_t)cti_opcodes[CTI_OP_END].code);
  return (cti_expr){.bytes = cti_take(&code, p->arena)};
}

static void put(packer *p, uint32_t memory, uint64_t address, ct_slice bytes) {
  cti_data *data = cti_vec_add(p->arena, &p->made);
  if (!data) return;
  *data = (cti_data){.flags = memory ? 2 : 0, .mode = CTI_SEGMENT_ACTIVE, .memory = memory, .offset_expr = address_expr(p, memory, address), .bytes = bytes};
}

/* The segments of an image that begins at an address. */
static void cut(packer *p, uint32_t memory, uint64_t address, ct_slice image) {
  size_t start = 0, end = 0; /* of the segment that grows: [start, end) */
  bool open = false;
  for (size_t i = 0; i < image.size; i++) {
    if (image.data[i] == 0) continue;
    if (open && i - end > head_size(address + i, memory)) {
      put(p, memory, address + start, cti_slice_cut(image, start, end));
      open = false;
    }
    if (!open) start = i, open = true;
    end = i + 1;
  }
  if (open) put(p, memory, address + start, cti_slice_cut(image, start, end));
}

/* Pieces from `first` up to where a gap begins that no segment bridges, as one slice: the input's own where it is one piece. */
static uint32_t image_of(packer *p, uint32_t first, uint32_t memory, ct_slice *image) {
  const piece *from = p->from.items;
  uint32_t last = first;
  while (last + 1 < p->from.count && from[last + 1].address - (from[last].address + from[last].bytes.size) <= head_size(from[last + 1].address, memory)) last++;
  *image = from[first].bytes;
  if (last == first) return last + 1;
  size_t size = (size_t)(from[last].address + from[last].bytes.size - from[first].address);
  uint8_t *bytes = cti_alloc(p->arena, size);
  *image = (ct_slice){bytes, bytes ? size : 0};
  for (uint32_t i = first; bytes && i <= last; i++)
    if (from[i].bytes.size) memcpy(bytes + (from[i].address - from[first].address), from[i].bytes.data, from[i].bytes.size);
  return last + 1;
}

/* Hosts refuse more: https://webassembly.github.io/spec/js-api/#limits */
enum { MAX_SEGMENTS = 100000 };

ct_status cti_pack_data(cti_module *m, cti_arena *arena) {
  packer p = {.m = m, .arena = arena};
  if (m->datas.count == 0) return arena->error->status;
  bool *packed = CTI_NEW_N(arena, bool, m->memories.count);
  if (!packed) return arena->error->status;
  for (uint32_t memory = 0; memory < m->memories.count; memory++) {
    packed[memory] = collect(&p, memory);
    for (uint32_t i = 0; packed[memory] && i < p.from.count;) {
      ct_slice image;
      uint64_t address = p.from.items[i].address;
      i = image_of(&p, i, memory, &image);
      cut(&p, memory, address, image);
    }
  }
  for (uint32_t i = 0; i < m->datas.count; i++) {
    const cti_data *data = &m->datas.items[i];
    if (data->mode != CTI_SEGMENT_ACTIVE || !packed[data->memory]) cti_vec_push(arena, &p.made, *data);
  }
  if (p.made.count > MAX_SEGMENTS || arena->error->status != CT_OK) return arena->error->status;
  m->datas.items = p.made.items;
  m->datas.count = p.made.count;
  m->datas.capacity = p.made.capacity;
  return CT_OK;
}

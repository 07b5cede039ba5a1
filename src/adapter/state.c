/* state.c (adapter) - where the adapter's memory comes from, the lists that the host returns into it, and the table of descriptors.
 *
 * Invariants: `count` is 0 until start() ran; descriptors [0, count) are valid; the closed ones form a list from `closed`. Nothing here keeps a page that
 * memory.grow gave: allocators of guests (Debian's wasi-libc, TinyGo, Go) take all memory up to its end for theirs, so such a page serves
 * within one call alone, in which no guest runs. */
#include "adapter/state.h"

u32 AD_GLOBAL ad_base, ad_limit;

static void start(void) {
  clear(ad_base, sizeof(struct state));
  S->table = ad_base + (u32)sizeof(struct state);
  S->capacity = (ad_limit - S->table - CTI_ADAPTER_SCRATCH) / (u32)sizeof(struct descriptor);
  S->count = 3;
  for (u32 i = 0; i < 3; i++) {
    clear(DESCRIPTOR(i), sizeof(struct descriptor));
    D(DESCRIPTOR(i)).kind = (u8)(KIND_STDIN + i);
  }
  ad_open_preopens();
  ad_open_listeners();
}

u32 ad_enter(void) {
  u32 error = ad_base <= PLACING ? ad_place() : SUCCESS;
  if (error) return error;
  if (!S->count) start();
  return SUCCESS;
}

void ad_reset(void) {
  if (ad_base > PLACING) S->count = 0;
}

static u32 touches(u32 at, u64 end, u32 from, u32 size) { return at < from + size && end > from; }

u32 ad_fault(u32 at, u64 size) {
  u64 end = at + size;
  return end > memory_size() || touches(at, end, ad_base, ad_limit - ad_base) ||
         touches(at, end, S->table, S->capacity * (u32)sizeof(struct descriptor));
}

void ad_expect(u32 at, u32 size) {
  S->bytes.next = at;
  S->bytes.end = at + size;
  S->discard = 0;
  /* a longer table leaves its first place to the lists */
  S->lists.next = ad_base + (u32)sizeof(struct state);
  if (S->table == S->lists.next) S->lists.next += S->capacity * (u32)sizeof(struct descriptor);
  S->lists.end = ad_limit;
}

/* The realloc of lowered imports. Strings and lists of bytes go to the area that ad_expect named, if any; when only lengths matter, each goes over the
 * one before. Hosts with strings in UTF-16 shrink what they asked for, and may make it longer. */
EXPORTED("cabi_import_realloc") u32 ad_realloc(u32 old, u32 old_size, u32 align, u32 size) {
  if (size <= old_size) return old;
  u32 is_bytes = align == 1;
  struct area *area = is_bytes && S->bytes.end ? &S->bytes : &S->lists;
  u32 at = (area->next + align - 1) & -align;
  if (at > area->end || size > area->end - at) {
    u32 pages = size / 65536 + 1;
    at = memory_grow(pages);
    if (at == ~0u) stop();
    at *= 65536;
    area->end = at + pages * 65536 - 1; /* less than 4 GB, whatever was grown */
  }
  if (!(is_bytes && S->discard)) area->next = at + size;
  copy(at, old, old_size);
  return at;
}

u32 ad_find(u32 number) {
  u32 error = ad_enter();
  if (error) return error;
  if (number >= S->count || D(DESCRIPTOR(number)).kind <= KIND_BAD) return EBADF;
  return DESCRIPTOR(number);
}

u32 ad_find_file(u32 number, u32 error) {
  u32 d = ad_find(number);
  if (d < ERRNO_LIMIT) return d;
  if (D(d).kind < KIND_FILE) return error;
  return D(d).kind == KIND_DIRECTORY ? EBADF : d;
}

u32 ad_find_directory(u32 number) {
  u32 d = ad_find(number);
  if (d < ERRNO_LIMIT) return d;
  if (D(d).kind < KIND_FILE) return EBADF;
  return D(d).kind == KIND_DIRECTORY ? d : ENOTDIR;
}

/* The table doubles into memory that the guest's allocator gives and then leaves alone. */
static u32 lengthen(void) {
  u32 size = S->capacity * (u32)sizeof(struct descriptor);
  u32 wanted = size * 2;
  if (wanted < CTI_ADAPTER_MEMORY_OWN) wanted = CTI_ADAPTER_MEMORY_OWN;
  u32 at = ad_grow(wanted);
  if (!at) return 0;
  copy(at, S->table, size);
  S->table = at;
  S->capacity = wanted / (u32)sizeof(struct descriptor);
  return 1;
}

u32 ad_claim(void) {
  u32 number = S->closed - 1;
  if (S->closed) {
    S->closed = D(DESCRIPTOR(number)).handle;
  } else {
    if (S->count == S->capacity && !lengthen()) return NO_NUMBER;
    number = S->count++;
  }
  clear(DESCRIPTOR(number), sizeof(struct descriptor));
  return number;
}

void ad_release(u32 number) {
  clear(DESCRIPTOR(number), sizeof(struct descriptor));
  D(DESCRIPTOR(number)).handle = S->closed;
  S->closed = number + 1;
}

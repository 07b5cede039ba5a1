/* malloc.c - the allocator of the command where it is linked with musl. musl's own gives pages back to the system as soon as they are free, so each step of a
 * short command pays for fresh ones, which is up to half of its time. Here what is freed serves the next request of its size.
 *
 * Sizes have classes, four to a power of two, with a list of free blocks each. New blocks are cut from regions that are mapped once and never given back; what
 * is larger than MOST is mapped alone. Behind the first 2 MiB the system is asked for pages of 2 MiB, where a touch costs 60 us instead of 512 times 1.2 us. A block is a header and its bytes: its size, and the next free one. One lock guards all of it. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define MOST ((size_t)2 << 20)
#define REGION ((size_t)8 << 20) /* of address space; pages that are not touched cost nothing */
#define PAGE ((size_t)4096)
#define HUGE_PAGE ((size_t)2 << 20)

typedef struct block {
  size_t size; /* with this header */
  struct block *next;
} block;

_Static_assert(sizeof(block) == 16, "what follows the header is aligned for any type");

static block *freed[4 * 64]; /* by class */
static uint8_t *at, *end;    /* what is left of the newest region: never touched, so zero */
static atomic_flag lock = ATOMIC_FLAG_INIT;

static void enter(void) {
  while (atomic_flag_test_and_set_explicit(&lock, memory_order_acquire)) sched_yield();
}

static void leave(void) { atomic_flag_clear_explicit(&lock, memory_order_release); }

static block *block_of(void *memory) { return (block *)memory - 1; }

static unsigned log2_of(size_t size) { return 63u - (unsigned)__builtin_clzll(size); }

/* The size of the class: `size` rounded up to a quarter of its power of two. */
static size_t class_size(size_t size) {
  size_t step = size < 64 ? 16 : (size_t)1 << (log2_of(size) - 2);
  return (size + step - 1) & ~(step - 1);
}

static unsigned class_of(size_t size) {
  unsigned log = log2_of(size);
  return 4 * log + (unsigned)(size >> (log - 2) & 3);
}

static void *map(size_t size) {
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

static block *cut(size_t size) {
  if (size > (size_t)(end - at)) {
    uint8_t *region = map(REGION);
    if (!region) return NULL;
    size_t small = end ? 0 : 2 * HUGE_PAGE; /* most commands stay below that */
    madvise(region + small, REGION - small, MADV_HUGEPAGE);
    at = region;
    end = region + REGION;
  }
  block *made = (block *)at;
  at += size;
  return made;
}

/* A block of `size` bytes with its header, which is a class or more than MOST. */
static block *take(size_t size, bool *fresh) {
  *fresh = true;
  if (size > MOST) {
    void *alone = map(size);
    if (alone && size > 2 * HUGE_PAGE) madvise(alone, size, MADV_HUGEPAGE);
    return alone;
  }
  enter();
  block **list = &freed[class_of(size)], *found = *list;
  *fresh = !found;
  if (found) *list = found->next;
  else found = cut(size);
  leave();
  return found;
}

/* What a request of `size` bytes takes; 0 when there is no such size. */
static size_t whole_size(size_t size) {
  if (size > PTRDIFF_MAX - sizeof(block) - PAGE) return 0;
  size += sizeof(block);
  return size > MOST ? (size + PAGE - 1) & ~(PAGE - 1) : class_size(size);
}

static void *allocate(size_t size, bool *fresh) {
  size_t whole = whole_size(size);
  block *made = whole ? take(whole, fresh) : NULL;
  if (!made) {
    errno = ENOMEM;
    return NULL;
  }
  made->size = whole;
  return made + 1;
}

void *malloc(size_t size) {
  bool fresh;
  return allocate(size, &fresh);
}

void *calloc(size_t count, size_t size) {
  bool fresh;
  if (size && count > SIZE_MAX / size) {
    errno = ENOMEM;
    return NULL;
  }
  void *memory = allocate(count * size, &fresh);
  return memory && !fresh ? memset(memory, 0, count * size) : memory;
}

void free(void *memory) {
  if (!memory) return;
  block *old = block_of(memory);
  if (old->size > MOST) {
    munmap(old, old->size);
    return;
  }
  enter();
  block **list = &freed[class_of(old->size)];
  old->next = *list;
  *list = old;
  leave();
}

/* Does the block stand at the end of the region, with room there? Then it has it now. */
static bool extend(block *old, size_t size) {
  enter();
  bool can = size <= MOST && (uint8_t *)old + old->size == at && size - old->size <= (size_t)(end - at);
  if (can) {
    at += size - old->size;
    old->size = size;
  }
  leave();
  return can;
}

void *realloc(void *memory, size_t size) {
  if (!memory) return malloc(size);
  block *old = block_of(memory);
  size_t whole = whole_size(size), had = old->size - sizeof(block);
  if (whole && whole <= old->size && old->size <= MOST) return memory;
  if (whole > MOST && old->size > MOST) {
    block *moved = mremap(old, old->size, whole, MREMAP_MAYMOVE);
    if (moved == MAP_FAILED) return NULL;
    moved->size = whole;
    return moved + 1;
  }
  if (whole && extend(old, whole)) return memory;
  void *more = malloc(size);
  if (!more) return NULL;
  memcpy(more, memory, had < size ? had : size);
  free(memory);
  return more;
}

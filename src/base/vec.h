/* vec.h - typed growable arrays over an arena. A vec is {items, count, capacity}; all-zero is empty; it is never freed by itself. */
#ifndef CTI_BASE_VEC_H
#define CTI_BASE_VEC_H

#include "base/arena.h"

#define CTI_VEC(type)  \
  struct {             \
    type *items;       \
    uint32_t count;    \
    uint32_t capacity; \
  }

/* Room for one more item: true, or false when memory is out (reported). */
#define cti_vec_room(arena, vec)                                                                                                        \
  ((vec)->count < (vec)->capacity ||                                                                                                    \
   ((vec)->items = cti_vec_more((arena), (vec)->items, (vec)->count, &(vec)->capacity, sizeof *(vec)->items), (vec)->count < (vec)->capacity))

/* Makes the first room of an empty vec, when `room` items are expected. False when memory is out (reported). */
#define cti_vec_reserve(arena, vec, room) \
  ((room) == 0 || (((vec)->items = cti_alloc_raw((arena), (room), sizeof *(vec)->items)) != NULL && ((vec)->capacity = (room), true)))

/* Room for `more` items beyond the present ones, without waste the first time: true, or false when memory is out (reported). */
#define cti_vec_ensure(arena, vec, more)                                                                                               \
  ((vec)->capacity - (vec)->count >= (more) ||                                                                                          \
   ((vec)->items = cti_vec_widen((arena), (vec)->items, (vec)->count, &(vec)->capacity, (more), sizeof *(vec)->items), (vec)->capacity - (vec)->count >= (more)))

/* Appends a value: true, or false when memory is out (reported). The value may be a compound literal only in parentheses. */
#define cti_vec_push(arena, vec, value) (cti_vec_room((arena), (vec)) ? ((vec)->items[(vec)->count++] = (value), true) : false)

/* Appends a zeroed item and gives its address (until the next push), or NULL when memory is out (reported). */
#define cti_vec_add(arena, vec) (cti_vec_room((arena), (vec)) ? memset(&(vec)->items[(vec)->count++], 0, sizeof *(vec)->items) : NULL)

/* Appends to an array that nothing else points into: old room is used again, so addresses of items do not survive this. True, or false when memory is out (reported). */
#define cti_vec_push_large(arena, vec, value)                                                                                                      \
  (((vec)->count < (vec)->capacity ||                                                                                                              \
    ((vec)->items = cti_vec_more_in_place((arena), (vec)->items, (vec)->count, &(vec)->capacity, sizeof *(vec)->items), (vec)->count < (vec)->capacity)) \
       ? ((vec)->items[(vec)->count++] = (value), true)                                                                                            \
       : false)

#define cti_vec_last(vec) (&(vec)->items[(vec)->count - 1])

/* The address of the items from `at` to the end, where `at` may be the count; NULL for a vec that never had room (C11 6.5.6: nothing is added to NULL, not even 0). */
#define cti_vec_tail(vec, at) ((vec)->items ? (vec)->items + (at) : NULL)

#endif

/* A library whose interfaces pass every kind of value both ways, with its bindings written by hand. What the host passes in belongs to the library, which
 * frees it; what the library returns is freed by its cabi_post_ function once the host has read it. abi_live counts both. */
#include "abi.h"
#include <stdbool.h>
#include <stdio.h>
ABI_DEFINE

#define HOST "test:library/host@1.2.0"
#define API "test:library/api@1.2.0#"
#define POST "cabi_post_" API

/* ---- the types as they lie in memory */

typedef struct { text *items; size_t count; } texts;
typedef struct { texts *items; size_t count; } text_rows;
typedef struct { uint32_t *items; size_t count; } words;
typedef struct { words *items; size_t count; } word_rows;
typedef struct { int32_t x, y; } point;
typedef struct { bool some; uint8_t value; } maybe_u8;
typedef struct { text name; maybe_u8 age; texts tags; point home; } person;
typedef struct { person *items; size_t count; } people;
typedef enum { DOT, CIRCLE, POLYGON, LABELLED } shape_tag;
typedef struct {
  uint8_t tag;
  union { double circle; struct { point *items; size_t count; } polygon; text labelled; } as;
} shape;
typedef struct { shape *items; size_t count; } shapes;
typedef struct { bool some; text value; } maybe_text;
typedef struct { uint8_t failed; union { maybe_text value; text error; } as; } maybe_text_result;
typedef struct { uint8_t failed; union { int64_t value; text error; } as; } s64_result;
typedef struct { uint8_t failed; union { double value; text error; } as; } f64_result;
typedef struct { bool failed; int32_t value; } s32_result;
typedef struct { uint8_t color, access; bool b; uint32_t letter; } small;
typedef struct { bool some; uint32_t letter; } maybe_char;
typedef struct { uint8_t a; int16_t b; uint64_t c; float d; double e; } numbers;
typedef struct { person a, b; uint8_t times; } meeting;
typedef struct { people people; shapes shapes; } crowd;

_Static_assert(sizeof(person) == 28 && sizeof(shape) == 16 && sizeof(meeting) == 60 && sizeof(numbers) == 32 && sizeof(small) == 8, "the canonical layout");

/* ---- what the host gives */

IMPORT(HOST, "log") void host_log(const char *message, size_t size);
IMPORT(HOST, "lookup") void host_lookup(const char *key, size_t size, maybe_text *out);
IMPORT(HOST, "parse") void host_parse(const char *s, size_t size, s64_result *out);
IMPORT(HOST, "mirror-person")
void host_mirror_person(const char *name, size_t name_size, int32_t aged, int32_t age, const text *tags, size_t tag_count, int32_t x, int32_t y, person *out);
IMPORT(HOST, "mirror-shape") void host_mirror_shape(int32_t tag, int64_t first, size_t second, shape *out);
IMPORT(HOST, "mirror-small") void host_mirror_small(int32_t color, int32_t access, int32_t b, int32_t letter, small *out);
IMPORT(HOST, "meet") void host_meet(const meeting *arguments, text *out);
IMPORT(HOST, "nested") void host_nested(const texts *rows, size_t count, text_rows *out);
IMPORT(HOST, "[constructor]cell") int32_t cell_new(uint32_t value);
IMPORT(HOST, "[method]cell.get") uint32_t cell_get(int32_t cell);
IMPORT(HOST, "[method]cell.set") void cell_set(int32_t cell, uint32_t value);
IMPORT(HOST, "[static]cell.sum") uint64_t cell_sum(const int32_t *cells, size_t count);
IMPORT(HOST, "[static]cell.take") uint32_t cell_take(int32_t cell);
IMPORT(HOST, "[resource-drop]cell") void cell_drop(int32_t cell);
IMPORT("$root", "verdict") int32_t verdict(uint32_t score);

/* ---- freeing what arrived or was returned */

static void free_text(text t) { abi_free(t.data, t.size); }

static void free_texts(texts t) {
  for (size_t i = 0; i < t.count; i++) free_text(t.items[i]);
  abi_free(t.items, t.count * sizeof(text));
}

static void free_text_rows(text_rows rows) {
  for (size_t i = 0; i < rows.count; i++) free_texts(rows.items[i]);
  abi_free(rows.items, rows.count * sizeof(texts));
}

static void free_word_rows(word_rows rows) {
  for (size_t i = 0; i < rows.count; i++) abi_free(rows.items[i].items, rows.items[i].count * sizeof(uint32_t));
  abi_free(rows.items, rows.count * sizeof(words));
}

static void free_person(person p) {
  free_text(p.name);
  free_texts(p.tags);
}

static void free_shape(shape s) {
  if (s.tag == POLYGON) abi_free(s.as.polygon.items, s.as.polygon.count * sizeof(point));
  if (s.tag == LABELLED) free_text(s.as.labelled);
}

static void free_crowd(crowd c) {
  for (size_t i = 0; i < c.people.count; i++) free_person(c.people.items[i]);
  for (size_t i = 0; i < c.shapes.count; i++) free_shape(c.shapes.items[i]);
  abi_free(c.people.items, c.people.count * sizeof(person));
  abi_free(c.shapes.items, c.shapes.count * sizeof(shape));
}

/* ---- strings, lists, records */

EXPORT(API "reverse") text *reverse(char *data, size_t size) {
  static text out;
  out = (text){data, size}; /* the argument is the result: no copy */
  for (size_t i = 0; i < size / 2; i++) {
    char c = data[i];
    data[i] = data[size - 1 - i];
    data[size - 1 - i] = c;
  }
  return &out;
}
EXPORT(POST "reverse") void reverse_post(text *out) { free_text(*out); }

EXPORT(API "sum") int64_t sum(int32_t *items, size_t count) {
  int64_t total = 0;
  for (size_t i = 0; i < count; i++) total += items[i];
  abi_free(items, count * sizeof *items);
  return total;
}

EXPORT(API "transpose") word_rows *transpose(words *rows, size_t count) {
  static word_rows out;
  size_t width = count ? rows[0].count : 0;
  out = (word_rows){abi_alloc(width * sizeof(words)), width};
  for (size_t x = 0; x < width; x++) {
    out.items[x] = (words){abi_alloc(count * sizeof(uint32_t)), count};
    for (size_t y = 0; y < count; y++) out.items[x].items[y] = rows[y].items[x];
  }
  free_word_rows((word_rows){rows, count});
  return &out;
}
EXPORT(POST "transpose") void transpose_post(word_rows *out) { free_word_rows(*out); }

EXPORT(API "count-bytes") text *count_bytes(uint8_t *data, size_t size) {
  static text out;
  out = (text){abi_alloc(256), 256};
  memset(out.data, 0, 256);
  for (size_t i = 0; i < size; i++) out.data[data[i]]++;
  abi_free(data, size);
  return &out;
}
EXPORT(POST "count-bytes") void count_bytes_post(text *out) { free_text(*out); }

EXPORT(API "older")
person *older(char *name, size_t size, int32_t aged, int32_t age, text *tags, size_t tag_count, int32_t x, int32_t y, int32_t years) {
  static person out;
  out = (person){{name, size}, {aged != 0, (uint8_t)(age + years)}, {tags, tag_count}, {x, y}};
  return &out;
}
EXPORT(POST "older") void older_post(person *out) { free_person(*out); }

EXPORT(API "double") numbers *double_numbers(int32_t a, int32_t b, int64_t c, float d, double e) {
  static numbers out;
  out = (numbers){(uint8_t)(2 * a), (int16_t)(2 * b), 2 * (uint64_t)c, 2 * d, 2 * e};
  return &out;
}

static text meeting_text(const meeting *m) {
  char line[256];
  snprintf(line, sizeof line, "%.*s of %d meets %.*s %u times", (int)m->a.name.size, m->a.name.data, m->a.age.some ? m->a.age.value : -1,
           (int)m->b.name.size, m->b.name.data, m->times);
  return text_of(line);
}

EXPORT(API "meet") text *meet(meeting *m) {
  static text out;
  out = meeting_text(m);
  free_person(m->a);
  free_person(m->b);
  abi_free(m, sizeof *m); /* the host allocated the room of the arguments, too */
  return &out;
}
EXPORT(POST "meet") void meet_post(text *out) { free_text(*out); }

/* ---- variants, options, results, enums, flags */

static shape shape_of(int32_t tag, int64_t first, size_t second) {
  shape s = {.tag = (uint8_t)tag};
  if (tag == CIRCLE) memcpy(&s.as.circle, &first, sizeof first);
  if (tag == POLYGON) s.as.polygon.items = (point *)(size_t)first, s.as.polygon.count = second;
  if (tag == LABELLED) s.as.labelled = (text){(char *)(size_t)first, second};
  return s;
}

static double twice_area(const point *p, size_t count) {
  double total = 0;
  for (size_t i = 0; i < count; i++) {
    const point *next = &p[(i + 1) % count];
    total += (double)p[i].x * next->y - (double)next->x * p[i].y;
  }
  return total < 0 ? -total : total;
}

EXPORT(API "area") f64_result *area(int32_t tag, int64_t first, size_t second) {
  static f64_result out;
  shape s = shape_of(tag, first, second);
  out = (f64_result){.failed = 0};
  if (tag == CIRCLE) out.as.value = 3.0 * s.as.circle * s.as.circle;
  if (tag == POLYGON) out.as.value = twice_area(s.as.polygon.items, s.as.polygon.count) / 2;
  if (tag == LABELLED) {
    out = (f64_result){.failed = 1};
    out.as.error = s.as.labelled; /* handed on */
  } else {
    free_shape(s);
  }
  return &out;
}
EXPORT(POST "area") void area_post(f64_result *out) {
  if (out->failed) free_text(out->as.error);
}

EXPORT(API "divide") s32_result *divide(int32_t a, int32_t b) {
  static s32_result out;
  out = b ? (s32_result){false, a / b} : (s32_result){true, 0};
  return &out;
}

EXPORT(API "next") int32_t next(int32_t color) { return (color + 1) % 3; }

EXPORT(API "allow") int32_t allow(int32_t a, int32_t more) { return a | more; }

EXPORT(API "first-char") maybe_char *first_char(char *data, size_t size) {
  static maybe_char out;
  out = (maybe_char){size != 0, size ? (uint8_t)data[0] : 0};
  abi_free(data, size);
  return &out;
}

/* ---- an own resource: a stack of strings */

typedef struct { text name, *items; size_t count, capacity; } stack;

IMPORT("[export]test:library/api@1.2.0", "[resource-new]stack") int32_t stack_handle(stack *s);
IMPORT("[export]test:library/api@1.2.0", "[resource-rep]stack") stack *stack_of(int32_t handle);
IMPORT("[export]test:library/api@1.2.0", "[resource-drop]stack") void stack_drop(int32_t handle);

static void stack_put(stack *s, text item) {
  if (s->count == s->capacity) s->items = realloc(s->items, (s->capacity = 2 * s->capacity + 2) * sizeof(text));
  if (!s->items) __builtin_trap();
  s->items[s->count++] = item;
}

EXPORT(API "[constructor]stack") int32_t stack_constructor(char *name, size_t size) {
  stack *s = abi_alloc(sizeof *s);
  *s = (stack){.name = {name, size}};
  return stack_handle(s);
}

EXPORT(API "[dtor]stack") void stack_destructor(stack *s) {
  for (size_t i = 0; i < s->count; i++) free_text(s->items[i]);
  free(s->items);
  free_text(s->name);
  abi_free(s, sizeof *s);
}

EXPORT(API "[method]stack.push") uint32_t stack_push(stack *s, char *data, size_t size) {
  stack_put(s, (text){data, size});
  return (uint32_t)s->count;
}

EXPORT(API "[method]stack.pop") maybe_text *stack_pop(stack *s) {
  static maybe_text out;
  out = s->count ? (maybe_text){true, s->items[--s->count]} : (maybe_text){false, {0}};
  return &out;
}
EXPORT(POST "[method]stack.pop") void stack_pop_post(maybe_text *out) {
  if (out->some) free_text(out->value);
}

EXPORT(API "[method]stack.name") text *stack_name(stack *s) { return &s->name; } /* lent: there is no post-return */

EXPORT(API "[static]stack.join") int32_t stack_join(int32_t onto, int32_t other) {
  stack *from = stack_of(other), *to = stack_of(onto);
  for (size_t i = 0; i < from->count; i++) stack_put(to, from->items[i]);
  from->count = 0;
  stack_drop(other); /* runs the destructor */
  return onto;
}

EXPORT(API "[method]stack.same-name") int32_t stack_same_name(stack *a, stack *b) {
  return a->name.size == b->name.size && !memcmp(a->name.data, b->name.data, a->name.size);
}

EXPORT(API "count-all") uint32_t count_all(stack **stacks, size_t count) {
  uint32_t total = 0;
  for (size_t i = 0; i < count; i++) total += (uint32_t)stacks[i]->count;
  abi_free(stacks, count * sizeof *stacks);
  return total;
}

/* ---- to the host and back */

EXPORT(API "ask-host") maybe_text_result *ask_host(char *key, size_t size) {
  static maybe_text_result out;
  out = (maybe_text_result){.failed = size == 0};
  if (out.failed) out.as.error = text_of("no key");
  else host_lookup(key, size, &out.as.value);
  abi_free(key, size);
  return &out;
}
EXPORT(POST "ask-host") void ask_host_post(maybe_text_result *out) {
  if (out->failed) free_text(out->as.error);
  else if (out->as.value.some) free_text(out->as.value.value);
}

EXPORT(API "parse-twice") s64_result *parse_twice(char *data, size_t size) {
  static s64_result out;
  host_parse(data, size, &out);
  if (!out.failed) out.as.value *= 2;
  abi_free(data, size);
  return &out;
}
EXPORT(POST "parse-twice") void parse_twice_post(s64_result *out) {
  if (out->failed) free_text(out->as.error);
}

static void mirror_person(person *p) {
  person back;
  host_mirror_person(p->name.data, p->name.size, p->age.some, p->age.value, p->tags.items, p->tags.count, p->home.x, p->home.y, &back);
  free_person(*p);
  *p = back;
}

static void mirror_shape(shape *s) {
  shape back;
  int64_t first = 0;
  size_t second = 0;
  if (s->tag == CIRCLE) memcpy(&first, &s->as.circle, sizeof first);
  if (s->tag == POLYGON) first = (int64_t)(size_t)s->as.polygon.items, second = s->as.polygon.count;
  if (s->tag == LABELLED) first = (int64_t)(size_t)s->as.labelled.data, second = s->as.labelled.size;
  host_mirror_shape(s->tag, first, second, &back);
  free_shape(*s);
  *s = back;
}

EXPORT(API "through-host") crowd *through_host(person *p, size_t person_count, shape *s, size_t shape_count) {
  static crowd out;
  for (size_t i = 0; i < person_count; i++) mirror_person(&p[i]);
  for (size_t i = 0; i < shape_count; i++) mirror_shape(&s[i]);
  out = (crowd){{p, person_count}, {s, shape_count}};
  return &out;
}
EXPORT(POST "through-host") void through_host_post(crowd *out) { free_crowd(*out); }

EXPORT(API "small-through-host") small *small_through_host(int32_t color, int32_t access, int32_t b, int32_t letter) {
  static small out;
  host_mirror_small(color, access, b, letter, &out);
  return &out;
}

EXPORT(API "rows-through-host") text_rows *rows_through_host(texts *rows, size_t count) {
  static text_rows out;
  host_nested(rows, count, &out);
  free_text_rows((text_rows){rows, count});
  return &out;
}
EXPORT(POST "rows-through-host") void rows_through_host_post(text_rows *out) { free_text_rows(*out); }

EXPORT(API "meet-through-host") text *meet_through_host(meeting *m) {
  static text out;
  host_meet(m, &out);
  free_person(m->a);
  free_person(m->b);
  abi_free(m, sizeof *m);
  return &out;
}
EXPORT(POST "meet-through-host") void meet_through_host_post(text *out) { free_text(*out); }

/* Makes a cell for each value, adds one to each, sums them up lent, then gives the first one away and drops the others. (Lent one by one: wasmtime's C API, in
 * version 50, takes no second borrow in one call.) */
EXPORT(API "use-cells") uint64_t use_cells(uint32_t *values, size_t count) {
  int32_t *cells = abi_alloc(count * sizeof *cells);
  for (size_t i = 0; i < count; i++) cells[i] = cell_new(values[i]);
  for (size_t i = 0; i < count; i++) cell_set(cells[i], cell_get(cells[i]) + 1);
  uint64_t total = 0;
  for (size_t i = 0; i < count; i++) total += cell_sum(&cells[i], 1);
  if (count) total += cell_take(cells[0]);
  for (size_t i = 1; i < count; i++) cell_drop(cells[i]);
  abi_free(cells, count * sizeof *cells);
  abi_free(values, count * sizeof *values);
  host_log("cells are gone", 14);
  return total;
}

EXPORT(API "live") uint32_t live(void) { return abi_live; }

EXPORT(API "say") int32_t say(char *data, size_t size) {
  int32_t written = (int32_t)printf("%.*s\n", (int)size, data);
  fflush(stdout);
  abi_free(data, size);
  return written;
}

typedef struct { bool *items; size_t count; } bools;

EXPORT("judge") bools *judge(uint32_t *scores, size_t count) {
  static bools out;
  out = (bools){abi_alloc(count), count};
  for (size_t i = 0; i < count; i++) out.items[i] = verdict(scores[i]) != 0;
  abi_free(scores, count * sizeof *scores);
  return &out;
}
EXPORT("cabi_post_judge") void judge_post(bools *out) { abi_free(out->items, out->count); }

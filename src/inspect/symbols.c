/* symbols.c - demangling. Flows in: names. Flows out: names. libiberty keeps no bounds that a hostile name could not stretch (what substitutions repeat grows
 * with two to their number), so it runs in a process of its own, which ends at the first name that is too much; a second, careful one finds out which, and the next goes on after it. */
#include "inspect/symbols.h"

#include <string.h>

#include "base/buf.h"
#include "base/child.h"
#include "base/cursor.h"
#include "base/utf8.h"

bool cti_is_mangled(ct_slice name) {
  if (cti_slice_starts(name, CTI_LIT("__"))) name = cti_slice_cut(name, 1, name.size); /* as Mach-O has it */
  return name.size > 2 && name.data[0] == '_' && (name.data[1] == 'Z' || name.data[1] == 'R');
}

#ifndef CTOOL_LIBIBERTY

ct_status cti_demangle(ct_slice *names, uint32_t count, cti_arena *arena) {
  (void)names, (void)count;
  cti_fail(arena->error, CT_UNSUPPORTED, CT_NO_OFFSET, "this ctool was built without libiberty, which demangles names");
  cti_error_hint(arena->error, "build it where the Debian package libiberty-dev, or what it brings, is installed");
  return arena->error->status;
}

#else

#include <demangle.h>
#include <unistd.h>

enum { LONGEST = 1 << 16, LONGEST_MEANING = 1 << 20, UNCHANGED = -1, MOST_DEATHS = 64, SECONDS = 20, MEGABYTES = 512 };

typedef struct batch {
  const ct_slice *names;
  uint32_t from, count;
  bool careful; /* each answer leaves at once, so that the name at which it ends is known */
} batch;

typedef struct meaning {
  size_t used;
  char text[LONGEST_MEANING];
} meaning;

static void take(const char *part, size_t size, void *context) {
  meaning *m = context;
  if (size > sizeof m->text - m->used) _exit(1); /* the one way out of libiberty: this name is too much */
  if (size) memcpy(m->text + m->used, part, size);
  m->used += size;
}

static bool means(meaning *m, ct_slice name) {
  static char text[LONGEST + 1];
  if (!cti_is_mangled(name) || name.size > LONGEST || memchr(name.data, 0, name.size)) return false;
  if (name.data[1] == '_') name = cti_slice_cut(name, 1, name.size);
  memcpy(text, name.data, name.size);
  text[name.size] = 0;
  m->used = 0;
  if (rust_demangle_callback(text, DMGL_VERBOSE, take, m)) return true;
  m->used = 0;
  return cplus_demangle_v3_callback(text, DMGL_PARAMS | DMGL_ANSI, take, m);
}

/* In the process of its own: for each name its meaning, preceded by its length. */
static void demangle_batch(cti_child_out *out, void *context) {
  static meaning m;
  const batch *b = context;
  for (uint32_t i = b->from; i < b->count; i++) {
    int32_t size = means(&m, b->names[i]) ? (int32_t)m.used : UNCHANGED;
    cti_child_put(out, cti_slice(&size, sizeof size));
    if (size >= 0) cti_child_put(out, cti_slice(m.text, m.used));
    if (b->careful) cti_child_flush(out);
  }
}

/* Takes what came whole; gives the number of names that were answered. */
static uint32_t take_answers(ct_slice *names, uint32_t from, uint32_t count, ct_slice answers, cti_arena *arena) {
  for (size_t at = 0; from < count && answers.size - at >= sizeof(int32_t); from++) {
    int32_t size;
    memcpy(&size, answers.data + at, sizeof size);
    if (size >= 0 && (size_t)size > answers.size - at - sizeof size) break;
    at += sizeof size;
    if (size < 0) continue;
    ct_slice text = {answers.data + at, (size_t)size};
    if (cti_utf8_valid(text)) names[from] = cti_copy(arena, text);
    if (!names[from].data) break;
    at += (size_t)size;
  }
  return from;
}

ct_status cti_demangle(ct_slice *names, uint32_t count, cti_arena *arena) {
  uint32_t done = 0;
  bool careful = false;
  while (done < count && !cti_is_mangled(names[done])) done++;
  for (uint32_t deaths = 0; done < count && deaths < MOST_DEATHS; deaths++) {
    cti_buf answers = {0};
    cti_child_end end;
    batch b = {names, done, count, careful};
    ct_status status = cti_child_run(&answers, &end, demangle_batch, &b, (cti_child_limits){SECONDS, MEGABYTES}, arena->error);
    if (status == CT_OK) done = take_answers(names, done, count, cti_buf_slice(&answers), arena);
    ct_buf_free(&answers);
    if (status == CT_OK) status = arena->error->status;
    if (status != CT_OK) return status;
    if (careful) done++; /* the name at which it ended stays */
    careful = !careful;
  }
  return CT_OK;
}

#endif

ct_status cti_demangle_if_can(ct_slice *names, uint32_t count, cti_arena *arena) {
  ct_status status = cti_demangle(names, count, arena);
  if (status != CT_UNSUPPORTED) return status;
  ct_error_clear(arena->error);
  return CT_OK;
}

static bool is_hex(uint8_t c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

static size_t hex_end(ct_slice name, size_t at) {
  while (at < name.size && is_hex(name.data[at])) at++;
  return at;
}

ct_slice cti_without_hashes(ct_slice name, cti_arena *arena) {
  enum { LEGACY = 19, SHORTEST = 8 }; /* "::h" and 16 digits; leading zeros are not written */
  if (name.size > LEGACY && !memcmp(name.data + name.size - LEGACY, "::h", 3) && hex_end(name, name.size - 16) == name.size) return cti_slice_cut(name, 0, name.size - LEGACY);
  cti_buf out = {0};
  size_t told = 0;
  for (size_t i = cti_slice_find(name, '[', 0); i < name.size; i = cti_slice_find(name, '[', i + 1)) {
    size_t end = hex_end(name, i + 1);
    if (end - i <= SHORTEST || !cti_slice_starts(cti_slice_cut(name, end, name.size), CTI_LIT("]::"))) continue;
    cti_buf_bytes(&out, cti_slice_cut(name, told, i));
    told = end + 1;
  }
  if (!told) return name;
  cti_buf_bytes(&out, cti_slice_cut(name, told, name.size));
  return cti_take(&out, arena);
}

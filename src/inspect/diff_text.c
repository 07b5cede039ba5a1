/* diff_text.c - differences in words, and as JSON. Flows in: a diff. Flows out: sentences about the whole, the world and each module, and with `code` a line for
 * each function. */
#include "base/json.h"
#include "inspect/diff.h"
#include "inspect/graph.h"

/* ---- sizes */

static void write_size(cti_buf *out, const cti_diff *d, uint64_t bytes) { cti_buf_bytes(out, cti_size_text(d->arena, bytes)); }

/* "grew by 1.2 kB (3.4 %), from 34.0 kB to 35.2 kB" */
static void write_change(cti_buf *out, const cti_diff *d, uint64_t before, uint64_t after) {
  uint64_t by = after > before ? after - before : before - after;
  if (!by) {
    cti_buf_str(out, "is as large as it was, ");
    write_size(out, d, after);
    return;
  }
  cti_buf_printf(out, "%s by ", after > before ? "grew" : "shrank");
  write_size(out, d, by);
  unsigned long long permille = before ? by * 1000 / before : 0;
  if (permille) cti_buf_printf(out, " (%llu.%llu %%)", permille / 10, permille % 10);
  cti_buf_str(out, ", from ");
  write_size(out, d, before);
  cti_buf_str(out, " to ");
  write_size(out, d, after);
}

static void write_signed(cti_buf *out, const cti_diff *d, const char **between, const char *name, uint64_t before, uint64_t after) {
  if (before == after) return;
  cti_buf_printf(out, "%s%s %s", *between, name, after > before ? "+" : "-");
  write_size(out, d, after > before ? after - before : before - after);
  *between = ", ";
}

/* ---- worlds */

static void write_names(cti_buf *out, const char *words, const ct_slice *names, uint32_t count) {
  if (!count) return;
  cti_buf_printf(out, "  %s", words);
  for (uint32_t i = 0; i < count; i++) cti_buf_printf(out, "%s`%.*s`", i ? ", " : " ", CTI_S(names[i]));
  cti_buf_u8(out, '\n');
}

static void write_title(cti_buf *out, ct_slice title, ct_slice version) { cti_buf_printf(out, "%.*s%s%.*s", CTI_S(title), version.size ? "@" : "", CTI_S(version)); }

/* Another version, and nothing else. */
static bool merely_moved(const cti_diff_item *item) { return item->in_a && item->in_b && !item->added.count && !item->removed.count && !item->changed.count; }

static bool moved_alike(const cti_diff_item *a, const cti_diff_item *b) {
  return merely_moved(b) && a->is_export == b->is_export && cti_slice_eq(a->version[0], b->version[0]) && cti_slice_eq(a->version[1], b->version[1]);
}

/* How many of the items from this one on moved alike. */
static uint32_t moved_run(const cti_diff *d, uint32_t first) {
  uint32_t end = first;
  while (merely_moved(&d->items.items[first]) && end < d->items.count && moved_alike(&d->items.items[first], &d->items.items[end])) end++;
  return end - first;
}

static void write_moved(cti_buf *out, const cti_diff *d, uint32_t first, uint32_t count) {
  const cti_diff_item *item = &d->items.items[first];
  cti_buf_printf(out, "It %ss at %.*s rather than %.*s: ", item->is_export ? "export" : "import", CTI_S(item->version[1]), CTI_S(item->version[0]));
  for (uint32_t i = first; i < first + count; i++) cti_buf_printf(out, "%s%.*s", i > first ? ", " : "", CTI_S(d->items.items[i].title));
  cti_buf_str(out, ".\n");
}

static void write_item(cti_buf *out, const cti_diff_item *item) {
  const char *verb = item->is_export ? "export" : "import";
  if (!item->in_a || !item->in_b) {
    cti_buf_printf(out, item->in_b ? "It now %ss " : "It no longer %ss ", verb);
    write_title(out, item->title, item->version[item->in_b]);
    if (item->func_count) cti_buf_printf(out, " (%u function%s)", item->func_count, item->func_count == 1 ? "" : "s");
    cti_buf_str(out, ".\n");
    return;
  }
  cti_buf_printf(out, "It %ss %.*s", verb, CTI_S(item->title));
  if (!cti_slice_eq(item->version[0], item->version[1])) cti_buf_printf(out, " at %.*s rather than %.*s", CTI_S(item->version[1]), CTI_S(item->version[0]));
  cti_buf_str(out, ", of which:\n");
  write_names(out, "new:", item->added.items, item->added.count);
  write_names(out, "gone:", item->removed.items, item->removed.count);
  for (uint32_t i = 0; i < item->changed.count; i++) {
    const cti_diff_note *note = &item->changed.items[i];
    cti_buf_printf(out, "  other: `%.*s`: %.*s\n", CTI_S(note->name), CTI_S(note->words));
  }
}

static void write_items(cti_buf *out, const cti_diff *d) {
  for (uint32_t i = 0; i < d->items.count;) {
    uint32_t run = moved_run(d, i);
    if (run) write_moved(out, d, i, run);
    else write_item(out, &d->items.items[i]);
    i += run ? run : 1;
  }
}

/* ---- code */

static const char *const change_words[] = {[CTI_FUNC_ADDED] = "new",      [CTI_FUNC_REMOVED] = "gone",       [CTI_FUNC_GROWN] = "larger",
                                           [CTI_FUNC_SHRUNK] = "smaller", [CTI_FUNC_CHANGED] = "other code", [CTI_FUNC_CONSTANTS] = "other numbers"};

static void write_func(cti_buf *out, const cti_diff *d, const cti_diff_func *func) {
  cti_buf_printf(out, "  %-13s %.*s: ", change_words[func->change], CTI_S(func->name));
  write_size(out, d, func->bytes[func->change == CTI_FUNC_ADDED]);
  if (func->change == CTI_FUNC_GROWN || func->change == CTI_FUNC_SHRUNK) {
    cti_buf_str(out, " -> ");
    write_size(out, d, func->bytes[1]);
  }
  cti_buf_u8(out, '\n');
}

static void write_counts(cti_buf *out, const cti_diff_module *m) {
  const char *between = "  Functions: ";
  for (unsigned i = 0; i < CTI_FUNC_CHANGES; i++) {
    if (!m->counts[i]) continue;
    cti_buf_printf(out, "%s%u %s", between, m->counts[i], change_words[i]);
    between = ", ";
  }
  if (m->funcs.count) cti_buf_printf(out, " (of %u, now %u)\n", m->sizes[0].funcs, m->sizes[1].funcs);
}

static void write_module(cti_buf *out, const cti_diff *d, const cti_diff_module *m, bool code) {
  const cti_diff_sizes *a = &m->sizes[0], *b = &m->sizes[1];
  const char *between = ": ";
  if (!m->in_a || !m->in_b) {
    cti_buf_printf(out, "%s `%.*s` (", m->in_b ? "New is the core module" : "Gone is the core module", CTI_S(m->name));
    write_size(out, d, m->in_b ? b->whole : a->whole);
    cti_buf_str(out, ").\n");
    return;
  }
  if (d->is_module) cti_buf_str(out, "Its sections");
  else {
    cti_buf_printf(out, "The core module `%.*s` ", CTI_S(m->name));
    write_change(out, d, a->whole, b->whole);
  }
  write_signed(out, d, &between, "code", a->code, b->code);
  write_signed(out, d, &between, "data", a->data, b->data);
  write_signed(out, d, &between, "custom sections", a->custom, b->custom);
  write_signed(out, d, &between, "the rest", a->whole - a->code - a->data - a->custom, b->whole - b->code - b->data - b->custom);
  cti_buf_str(out, *between == ':' && d->is_module ? " are as large as they were" : "");
  cti_buf_str(out, *between == ':' && !m->funcs.count ? "; what is different is in no function.\n" : ".\n");
  write_counts(out, m);
  for (uint32_t i = 0; code && i < m->funcs.count; i++) write_func(out, d, &m->funcs.items[i]);
}

void cti_diff_write(cti_buf *out, const cti_diff *d, bool code) {
  if (cti_diff_is_same(d)) {
    cti_buf_str(out, "The two are the same, byte for byte.\n");
    return;
  }
  cti_buf_printf(out, "The %s ", d->is_module ? "core module" : "component");
  write_change(out, d, d->bytes[0].size, d->bytes[1].size);
  cti_buf_str(out, ".\n");
  if (d->by_name.size) cti_buf_printf(out, "Imports and exports are compared by name alone: %.*s.\n", CTI_S(d->by_name));
  if (!d->items.count) cti_buf_str(out, "It imports and exports the same.\n");
  write_items(out, d);
  for (uint32_t i = 0; i < d->modules.count; i++) write_module(out, d, &d->modules.items[i], code);
  if (d->same_modules) cti_buf_printf(out, "%u core module%s the same.\n", d->same_modules, d->same_modules == 1 ? " is" : "s are");
}

/* ---- JSON */

static void json_pair(cti_json *j, const char *key, uint64_t a, uint64_t b) {
  cti_json_member_open(j, key, '[');
  cti_json_uint(j, a);
  cti_json_uint(j, b);
  cti_json_close(j, ']');
}

static void json_names(cti_json *j, const char *key, const ct_slice *names, uint32_t count) {
  if (count) cti_json_member_strings(j, key, names, count);
}

static const char *status_word(bool in_a, bool in_b) { return in_a && in_b ? "changed" : in_b ? "added" : "removed"; }

static void json_item(cti_json *j, const cti_diff_item *item) {
  cti_json_open(j, '{');
  cti_json_member(j, "name", item->title);
  cti_json_member_str(j, "status", status_word(item->in_a, item->in_b));
  if (item->version[0].size) cti_json_member(j, "from", item->version[0]);
  if (item->version[1].size) cti_json_member(j, "to", item->version[1]);
  json_names(j, "added", item->added.items, item->added.count);
  json_names(j, "removed", item->removed.items, item->removed.count);
  if (item->changed.count) {
    cti_json_member_open(j, "changed", '[');
    for (uint32_t i = 0; i < item->changed.count; i++) {
      cti_json_open(j, '{');
      cti_json_member(j, "name", item->changed.items[i].name);
      cti_json_member(j, "how", item->changed.items[i].words);
      cti_json_close(j, '}');
    }
    cti_json_close(j, ']');
  }
  cti_json_close(j, '}');
}

static void json_items(cti_json *j, const cti_diff *d, const char *key, bool exports) {
  cti_json_member_open(j, key, '[');
  for (uint32_t i = 0; i < d->items.count; i++)
    if (d->items.items[i].is_export == exports) json_item(j, &d->items.items[i]);
  cti_json_close(j, ']');
}

static void json_module(cti_json *j, const cti_diff_module *m) {
  static const char *const words[] = {[CTI_FUNC_ADDED] = "added",   [CTI_FUNC_REMOVED] = "removed", [CTI_FUNC_GROWN] = "grown",
                                      [CTI_FUNC_SHRUNK] = "shrunk", [CTI_FUNC_CHANGED] = "changed", [CTI_FUNC_CONSTANTS] = "constants"};
  cti_json_open(j, '{');
  cti_json_member(j, "name", m->name);
  cti_json_member_str(j, "status", status_word(m->in_a, m->in_b));
  json_pair(j, "bytes", m->sizes[0].whole, m->sizes[1].whole);
  json_pair(j, "code", m->sizes[0].code, m->sizes[1].code);
  json_pair(j, "data", m->sizes[0].data, m->sizes[1].data);
  json_pair(j, "custom", m->sizes[0].custom, m->sizes[1].custom);
  json_pair(j, "functions", m->sizes[0].funcs, m->sizes[1].funcs);
  cti_json_member_open(j, "changes", '[');
  for (uint32_t i = 0; i < m->funcs.count; i++) {
    cti_json_open(j, '{');
    cti_json_member(j, "name", m->funcs.items[i].name);
    cti_json_member_str(j, "status", words[m->funcs.items[i].change]);
    json_pair(j, "bytes", m->funcs.items[i].bytes[0], m->funcs.items[i].bytes[1]);
    cti_json_close(j, '}');
  }
  cti_json_close(j, ']');
  cti_json_close(j, '}');
}

void cti_diff_write_json(cti_buf *out, const cti_diff *d) {
  cti_json j = cti_json_make(out, 2);
  cti_json_open(&j, '{');
  cti_json_key(&j, "same");
  cti_json_bool(&j, cti_diff_is_same(d));
  json_pair(&j, "bytes", d->bytes[0].size, d->bytes[1].size);
  if (d->by_name.size) cti_json_member(&j, "by-name", d->by_name);
  json_items(&j, d, "imports", false);
  json_items(&j, d, "exports", true);
  cti_json_member_open(&j, "modules", '[');
  for (uint32_t i = 0; i < d->modules.count; i++) json_module(&j, &d->modules.items[i]);
  cti_json_close(&j, ']');
  cti_json_close(&j, '}');
  cti_buf_u8(out, '\n');
}

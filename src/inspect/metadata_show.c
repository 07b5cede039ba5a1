/* metadata_show.c - metadata as tables and as JSON. Flows in: bytes. Flows out: text, written table by table. The forms are those that scripts know
 * from wasm-tools. */
#include "base/json.h"
#include "inspect/annotations.h"
#include "inspect/grid.h"

typedef struct show {
  cti_arena arena;
  cti_meta meta;
  cti_buf text;
  const ct_sink *sink;
} show;

static ct_status flush(show *s) {
  CTI_TRY(cti_buf_check(&s->text, s->arena.error));
  ct_status status = s->sink->write(s->sink->user, cti_buf_slice(&s->text), s->arena.error);
  cti_buf_truncate(&s->text, 0);
  return status;
}

static const char *kind_name(const cti_meta_unit *unit) { return unit->kind == CT_KIND_MODULE ? "module" : "component"; }

/* ---- tables */

static bool cell(cti_grid *t, ct_slice text) { return cti_vec_push(t->arena, &t->cells, text); }
static bool cell_str(cti_grid *t, const char *text) { return cell(t, cti_slice_str(text)); }
static bool pair(cti_grid *t, const char *key, ct_slice value) { return cell_str(t, key) && cell(t, value); }

/* 10520737 as 10.5M: three digits at most before the point, one after it. */
static ct_slice short_size(cti_arena *arena, uint64_t size) {
  static const char units[] = "kMGTPE";
  if (size < 1000) return cti_format(arena, "%uB", (unsigned)size);
  double value = (double)size / 1000;
  size_t unit = 0;
  while (value >= 1000) {
    value /= 1000;
    unit++;
  }
  return cti_format(arena, "%.1f%c", value, units[unit]);
}

static ct_slice percentage(cti_arena *arena, uint64_t size, uint64_t whole) {
  unsigned percent = (unsigned)((double)size / (double)whole * 100.0 + 0.5);
  if (percent <= 1) return CTI_LIT("<1%");
  if (percent == 100 && size != whole) return CTI_LIT(">99%");
  return cti_format(arena, "%u%%", percent);
}

static ct_slice languages(show *s, const cti_meta_unit *unit) {
  cti_buf text = {0};
  for (uint32_t i = 0; i < unit->producers.fields.count; i++) {
    const cti_producers_field *field = &unit->producers.fields.items[i];
    for (uint32_t k = 0; cti_slice_is(field->name, "language") && k < field->values.count; k++) {
      if (text.size) cti_buf_str(&text, ", ");
      cti_buf_bytes(&text, field->values.items[k].name);
    }
  }
  if (!text.size) cti_buf_str(&text, "-");
  return cti_take(&text, &s->arena);
}

static ct_status write_summary(show *s) {
  cti_grid t = {.arena = &s->arena, .columns = 6, .right = {[2] = true, [3] = true}};
  static const char *const head[] = {"KIND", "NAME", "SIZE", "SIZE%", "LANGUAGES", "PARENT"};
  ct_slice *names = CTI_NEW_N(&s->arena, ct_slice, s->meta.units.count);
  bool fine = names != NULL;
  for (unsigned i = 0; i < CTI_COUNT(head); i++) fine = fine && cell_str(&t, head[i]);
  unsigned unknown = 0;
  for (uint32_t i = 0; i < s->meta.units.count && fine; i++) {
    const cti_meta_unit *unit = &s->meta.units.items[i];
    names[i] = unit->name.data ? unit->name : cti_format(&s->arena, "unknown(%u)", unknown++);
    fine = cell_str(&t, kind_name(unit)) && cell(&t, names[i]) && cell(&t, short_size(&s->arena, unit->to - unit->from)) &&
           cell(&t, percentage(&s->arena, unit->to - unit->from, s->meta.units.items[0].to)) && cell(&t, languages(s, unit)) &&
           cell(&t, unit->parent == UINT32_MAX ? CTI_LIT("<root>") : names[unit->parent]);
  }
  if (s->arena.error->status != CT_OK) return s->arena.error->status;
  cti_grid_write(&t, &s->text);
  return flush(s);
}

static ct_slice name_or_unknown(const cti_meta_unit *unit) { return unit->name.data ? unit->name : CTI_LIT("<unknown>"); }

static bool producers_field(cti_grid *t, const cti_producers_field *field) {
  for (uint32_t i = 0; i < field->values.count; i++) {
    ct_slice name = field->values.items[i].name, version = field->values.items[i].version;
    ct_slice value = version.size ? cti_format(t->arena, "%.*s [%.*s]", CTI_S(name), CTI_S(version)) : name;
    if (!cell(t, field->name) || !cell(t, value)) return false;
  }
  return true;
}

/* Languages first, the other fields by name: those that are defined are in that order already. */
static bool producers_rows(cti_grid *t, const cti_producers *producers) {
  static const char *const order[] = {"language", "processed-by", "sdk"};
  for (unsigned k = 0; k < CTI_COUNT(order); k++) {
    for (uint32_t i = 0; i < producers->fields.count; i++) {
      const cti_producers_field *field = &producers->fields.items[i];
      if (cti_slice_is(field->name, order[k]) && !producers_field(t, field)) return false;
    }
  }
  return true;
}

static bool annotation_rows(cti_grid *t, const cti_meta_unit *unit) {
  static const uint8_t by_rank[CT_ANNOTATIONS] = {
#define CT_ANNOTATION(symbol, name, rank) [rank] = CT_ANNOTATION_##symbol,
#include "inspect/annotations.def"
#undef CT_ANNOTATION
  };
  for (int i = 0; i < CT_ANNOTATIONS; i++) {
    ct_slice text = unit->annotations[by_rank[i]];
    if (text.data && !pair(t, cti_annotation_names[by_rank[i]], text)) return false;
  }
  return true;
}

static bool children_rows(cti_grid *t, const cti_meta *meta, uint32_t index) {
  for (uint32_t i = index + 1; i < meta->units.items[index].end; i = meta->units.items[i].end) {
    const cti_meta_unit *child = &meta->units.items[i];
    ct_slice name = name_or_unknown(child);
    if (!pair(t, "child", cti_format(t->arena, "%.*s [%s]", CTI_S(name), kind_name(child)))) return false;
  }
  return true;
}

static ct_status write_details(show *s, uint32_t index) {
  const cti_meta_unit *unit = &s->meta.units.items[index];
  cti_grid t = {.arena = &s->arena, .columns = 2};
  ct_slice range = cti_format(&s->arena, "0x%llx..0x%llx", (unsigned long long)unit->from, (unsigned long long)unit->to);
  bool fine = cell_str(&t, "KIND") && cell_str(&t, "VALUE") && pair(&t, "name", name_or_unknown(unit)) && pair(&t, "kind", cti_slice_str(kind_name(unit))) &&
              pair(&t, "range", range) && annotation_rows(&t, unit) && producers_rows(&t, &unit->producers) && children_rows(&t, &s->meta, index);
  if (!fine || s->arena.error->status != CT_OK) return s->arena.error->status;
  cti_grid_write(&t, &s->text);
  return flush(s);
}

static ct_status write_tables(show *s) {
  CTI_TRY(write_summary(s));
  for (uint32_t i = 0; i < s->meta.units.count; i++) CTI_TRY(write_details(s, i));
  return CT_OK;
}

/* ---- JSON */

static void json_text(cti_json *json, const char *key, ct_slice text) {
  cti_json_key(json, key);
  if (text.data) cti_json_string(json, text);
  else cti_json_null(json);
}

static void json_producers(cti_json *json, const cti_meta_unit *unit) {
  cti_json_key(json, "producers");
  if (!unit->has_producers) {
    cti_json_null(json);
    return;
  }
  cti_json_open(json, '[');
  for (uint32_t i = 0; i < unit->producers.fields.count; i++) {
    const cti_producers_field *field = &unit->producers.fields.items[i];
    cti_json_open(json, '[');
    cti_json_string(json, field->name);
    cti_json_open(json, '{');
    for (uint32_t k = 0; k < field->values.count; k++) {
      cti_json_key_slice(json, field->values.items[k].name);
      cti_json_string(json, field->values.items[k].version);
    }
    cti_json_close(json, '}');
    cti_json_close(json, ']');
  }
  cti_json_close(json, ']');
}

static void json_metadata(cti_json *json, const cti_meta_unit *unit) {
  cti_json_open(json, '{');
  json_text(json, "name", unit->name);
  json_producers(json, unit);
  for (int i = 0; i < CT_ANNOTATIONS; i++) json_text(json, cti_annotation_names[i], unit->annotations[i]);
  cti_json_member_open(json, "range", '{');
  cti_json_member_uint(json, "start", unit->from);
  cti_json_member_uint(json, "end", unit->to);
  cti_json_close(json, '}');
  json_text(json, "dependencies", (ct_slice){NULL, 0});
  cti_json_close(json, '}');
}

/* Closes the components that end before unit `next`, innermost first. */
static void json_close_until(cti_json *json, const cti_meta *meta, uint32_t *open, uint32_t next) {
  while (*open != UINT32_MAX && meta->units.items[*open].end <= next) {
    cti_json_close(json, ']');
    cti_json_close(json, '}');
    cti_json_close(json, '}');
    *open = meta->units.items[*open].parent;
  }
}

static ct_status write_json(show *s) {
  cti_json json = cti_json_make(&s->text, 0);
  uint32_t open = UINT32_MAX; /* the component whose children are being written */
  for (uint32_t i = 0; i < s->meta.units.count; i++) {
    const cti_meta_unit *unit = &s->meta.units.items[i];
    json_close_until(&json, &s->meta, &open, i);
    cti_json_open(&json, '{');
    cti_json_key(&json, kind_name(unit));
    if (unit->kind == CT_KIND_MODULE) {
      json_metadata(&json, unit);
      cti_json_close(&json, '}');
      continue;
    }
    cti_json_open(&json, '{');
    cti_json_key(&json, "metadata");
    json_metadata(&json, unit);
    cti_json_member_open(&json, "children", '[');
    open = i;
  }
  json_close_until(&json, &s->meta, &open, s->meta.units.count);
  cti_buf_u8(&s->text, '\n');
  return flush(s);
}

ct_status ct_metadata_show(const ct_sink *sink, ct_slice bytes, ct_metadata_format format, ct_error *error) {
  show s = {.sink = sink};
  cti_arena_init(&s.arena, error);
  ct_status status = cti_meta_read(&s.meta, bytes, &s.arena);
  if (status == CT_OK) status = format == CT_METADATA_JSON ? write_json(&s) : write_tables(&s);
  ct_buf_free(&s.text);
  cti_arena_free(&s.arena);
  return status;
}

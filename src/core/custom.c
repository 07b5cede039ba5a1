/* custom.c - the custom sections name, producers, target_features, dylink.0 and branch hints. Flows in: a section's content. Flows out: lists that
 * borrow from it, and back again to bytes. A break in the middle leaves what came before it. */
#include "core/custom.h"

cti_cursor cti_custom_cursor(const cti_section *section, ct_error *error) {
  const cti_frame *frame = &section->frame;
  size_t before = frame->payload.size - section->content.size;
  return cti_cursor_make(section->content, frame->payload_offset + before, error);
}

bool cti_subsection_next(cti_subsection *out, cti_cursor *c) {
  if (cti_cursor_done(c)) return false;
  const uint8_t *start = c->at;
  out->offset = cti_cursor_offset(c);
  out->code = cti_cursor_u8(c);
  if (out->code & 0x80) cti_cursor_fail_at(c, CT_CORE_FORM, out->offset, "malformed subsection: code 0x%02x", out->code);
  uint32_t size = cti_cursor_u32(c);
  out->c = cti_cursor_sub(c, size);
  out->raw = (ct_slice){start, (size_t)(c->at - start)};
  return !c->failed;
}

/* A push that makes the cursor fail when memory is out, so that loops end. */
#define PUSH(c, arena, vec, value) \
  do { \
    if (!(c)->failed && !cti_vec_push((arena), (vec), (value))) cti_cursor_fail((c), CT_NOMEM, "out of memory"); \
  } while (0)

/* ---- name */

cti_naming cti_read_naming(cti_cursor *c) {
  uint32_t index = cti_cursor_u32(c);
  return (cti_naming){index, cti_cursor_name(c)};
}

static void parse_namings(cti_name_map *map, cti_cursor *c, cti_arena *arena) {
  uint32_t count = cti_cursor_count(c, "names");
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    cti_naming naming = cti_read_naming(c);
    PUSH(c, arena, &map->names, naming);
  }
}

static void parse_indirect(cti_name_map *map, cti_cursor *c, cti_arena *arena) {
  uint32_t count = cti_cursor_count(c, "groups of names");
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    cti_name_group group = {.outer = cti_cursor_u32(c), .first = map->names.count};
    parse_namings(map, c, arena);
    group.count = map->names.count - group.first;
    if (group.count && c->failed) (void)cti_vec_push(arena, &map->groups, group); /* what was read stays */
    PUSH(c, arena, &map->groups, group);
  }
}

static ct_status parse_name_map(cti_names *out, cti_subsection *sub, cti_arena *arena) {
  cti_name_map *map = cti_vec_add(arena, &out->maps);
  if (!map) return CT_NOMEM;
  map->kind = sub->code;
  if (sub->code == CTI_NAME_MODULE) out->module = cti_cursor_name(&sub->c);
  else if (sub->code >= CTI_NAME_KINDS) map->content = cti_cursor_rest(&sub->c);
  else if (cti_name_is_indirect(sub->code)) parse_indirect(map, &sub->c, arena);
  else parse_namings(map, &sub->c, arena);
  return cti_cursor_expect_end(&sub->c, "a list of names");
}

ct_status cti_names_parse(cti_names *out, ct_slice content, uint64_t offset, cti_arena *arena, ct_error *error) {
  *out = (cti_names){0};
  cti_cursor c = cti_cursor_make(content, offset, error);
  for (cti_subsection sub; cti_subsection_next(&sub, &c);) CTI_TRY(parse_name_map(out, &sub, arena));
  return cti_cursor_status(&c);
}

static void write_namings(cti_buf *out, const cti_naming *names, uint32_t count) {
  cti_buf_uleb(out, count);
  for (uint32_t i = 0; i < count; i++) {
    cti_buf_uleb(out, names[i].index);
    cti_buf_name(out, names[i].name);
  }
}

static void write_indirect(cti_buf *out, const cti_name_map *map) {
  cti_buf_uleb(out, map->groups.count);
  for (uint32_t i = 0; i < map->groups.count; i++) {
    const cti_name_group *group = &map->groups.items[i];
    cti_buf_uleb(out, group->outer);
    write_namings(out, map->names.items ? map->names.items + group->first : NULL, group->count);
  }
}

void cti_names_write(cti_buf *out, const cti_names *names) {
  for (uint32_t i = 0; i < names->maps.count; i++) {
    const cti_name_map *map = &names->maps.items[i];
    cti_buf_u8(out, map->kind);
    size_t mark = cti_buf_open(out);
    if (map->kind == CTI_NAME_MODULE) cti_buf_name(out, names->module);
    else if (map->kind >= CTI_NAME_KINDS) cti_buf_bytes(out, map->content);
    else if (cti_name_is_indirect(map->kind)) write_indirect(out, map);
    else write_namings(out, map->names.items, map->names.count);
    cti_buf_close(out, mark);
  }
}

const cti_name_map *cti_names_of(const cti_names *names, cti_name_kind kind) {
  for (uint32_t i = 0; i < names->maps.count; i++) {
    if (names->maps.items[i].kind == kind) return &names->maps.items[i];
  }
  return NULL;
}

/* ---- producers */

static bool is_producers_field(ct_slice name) { return cti_slice_is(name, "language") || cti_slice_is(name, "processed-by") || cti_slice_is(name, "sdk"); }

static void parse_producers_field(cti_producers_field *field, cti_cursor *c, cti_arena *arena) {
  uint64_t offset = cti_cursor_offset(c);
  field->name = cti_cursor_name(c);
  if (!c->failed && !is_producers_field(field->name))
    cti_cursor_fail_at(c, CT_CORE_FORM, offset, "unknown field `%.*s` of a producers section: language, processed-by and sdk are known", CTI_S(cti_slice_cut(field->name, 0, 40)));
  uint32_t count = cti_cursor_count(c, "values");
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    cti_producer value = {.offset = cti_cursor_offset(c)};
    value.name = cti_cursor_name(c);
    value.version = cti_cursor_name(c);
    PUSH(c, arena, &field->values, value);
  }
}

ct_status cti_producers_parse(cti_producers *out, ct_slice content, uint64_t offset, cti_arena *arena, ct_error *error) {
  *out = (cti_producers){0};
  cti_cursor c = cti_cursor_make(content, offset, error);
  uint32_t count = cti_cursor_count(&c, "fields");
  for (uint32_t i = 0; i < count && !c.failed; i++) {
    cti_producers_field field = {0};
    parse_producers_field(&field, &c, arena);
    PUSH(&c, arena, &out->fields, field);
  }
  return cti_cursor_expect_end(&c, "the producers section");
}

void cti_producers_write(cti_buf *out, const cti_producers *producers) {
  cti_buf_uleb(out, producers->fields.count);
  for (uint32_t i = 0; i < producers->fields.count; i++) {
    const cti_producers_field *field = &producers->fields.items[i];
    cti_buf_name(out, field->name);
    cti_buf_uleb(out, field->values.count);
    for (uint32_t k = 0; k < field->values.count; k++) {
      cti_buf_name(out, field->values.items[k].name);
      cti_buf_name(out, field->values.items[k].version);
    }
  }
}

static cti_producers_field *field_of(cti_producers *producers, cti_arena *arena, ct_slice name) {
  for (uint32_t i = 0; i < producers->fields.count; i++) {
    if (cti_slice_eq(producers->fields.items[i].name, name)) return &producers->fields.items[i];
  }
  cti_producers_field *field = cti_vec_add(arena, &producers->fields);
  if (field) field->name = name;
  return field;
}

bool cti_producers_add(cti_producers *producers, cti_arena *arena, ct_slice field_name, ct_slice name, ct_slice version) {
  cti_producers_field *field = field_of(producers, arena, field_name);
  if (!field) return false;
  for (uint32_t i = 0; i < field->values.count; i++) {
    if (cti_slice_eq(field->values.items[i].name, name)) {
      field->values.items[i].version = version;
      return true;
    }
  }
  return cti_vec_push(arena, &field->values, ((cti_producer){.name = name, .version = version, .offset = CT_NO_OFFSET}));
}

/* ---- target_features */

ct_status cti_target_features_parse(cti_target_features *out, ct_slice content, uint64_t offset, cti_arena *arena, ct_error *error) {
  *out = (cti_target_features){0};
  cti_cursor c = cti_cursor_make(content, offset, error);
  uint32_t count = cti_cursor_count(&c, "features");
  for (uint32_t i = 0; i < count && !c.failed; i++) {
    cti_target_feature feature = {.prefix = cti_cursor_u8(&c)};
    feature.name = cti_cursor_name(&c);
    PUSH(&c, arena, &out->items, feature);
  }
  return cti_cursor_expect_end(&c, "the target_features section");
}

void cti_target_features_write(cti_buf *out, const cti_target_features *features) {
  cti_buf_uleb(out, features->items.count);
  for (uint32_t i = 0; i < features->items.count; i++) {
    cti_buf_u8(out, features->items.items[i].prefix);
    cti_buf_name(out, features->items.items[i].name);
  }
}

/* ---- dylink.0 */

static void parse_dylink_names(cti_dylink_part *part, cti_cursor *c, cti_arena *arena) {
  uint32_t count = cti_cursor_count(c, "names");
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    ct_slice name = cti_cursor_name(c);
    PUSH(c, arena, &part->names, name);
  }
}

static void parse_dylink_symbols(cti_dylink_part *part, cti_cursor *c, cti_arena *arena) {
  uint32_t count = cti_cursor_count(c, "symbols");
  for (uint32_t i = 0; i < count && !c->failed; i++) {
    cti_dylink_symbol symbol = {0};
    if (part->code == CTI_DYLINK_IMPORT_INFO) symbol.module = cti_cursor_name(c);
    symbol.name = cti_cursor_name(c);
    symbol.flags = cti_cursor_u32(c);
    PUSH(c, arena, &part->symbols, symbol);
  }
}

static ct_status parse_dylink_part(cti_dylink_part *part, cti_cursor *c, cti_arena *arena) {
  switch (part->code) {
    case CTI_DYLINK_MEM_INFO:
      part->memory_size = cti_cursor_u32(c);
      part->memory_align = cti_cursor_u32(c);
      part->table_size = cti_cursor_u32(c);
      part->table_align = cti_cursor_u32(c);
      break;
    case CTI_DYLINK_NEEDED:
    case CTI_DYLINK_RUNTIME_PATH: parse_dylink_names(part, c, arena); break;
    case CTI_DYLINK_EXPORT_INFO:
    case CTI_DYLINK_IMPORT_INFO: parse_dylink_symbols(part, c, arena); break;
    case CTI_DYLINK_TARGET_ARCH: {
      ct_slice name = cti_cursor_name(c);
      PUSH(c, arena, &part->names, name);
      break;
    }
    default: part->content = cti_cursor_rest(c);
  }
  return cti_cursor_expect_end(c, "a part of dylink.0");
}

ct_status cti_dylink_parse(cti_dylink *out, ct_slice content, uint64_t offset, cti_arena *arena, ct_error *error) {
  *out = (cti_dylink){0};
  cti_cursor c = cti_cursor_make(content, offset, error);
  for (cti_subsection sub; cti_subsection_next(&sub, &c);) {
    cti_dylink_part part = {.code = sub.code, .offset = sub.offset};
    ct_status status = parse_dylink_part(&part, &sub.c, arena);
    if (!cti_vec_push(arena, &out->parts, part)) return CT_NOMEM;
    CTI_TRY(status);
  }
  return cti_cursor_status(&c);
}

static void write_dylink_part(cti_buf *out, const cti_dylink_part *part) {
  const uint32_t info[] = {part->memory_size, part->memory_align, part->table_size, part->table_align};
  switch (part->code) {
    case CTI_DYLINK_MEM_INFO:
      for (size_t i = 0; i < CTI_COUNT(info); i++) cti_buf_uleb(out, info[i]);
      break;
    case CTI_DYLINK_NEEDED:
    case CTI_DYLINK_RUNTIME_PATH:
      cti_buf_uleb(out, part->names.count);
      for (uint32_t i = 0; i < part->names.count; i++) cti_buf_name(out, part->names.items[i]);
      break;
    case CTI_DYLINK_EXPORT_INFO:
    case CTI_DYLINK_IMPORT_INFO:
      cti_buf_uleb(out, part->symbols.count);
      for (uint32_t i = 0; i < part->symbols.count; i++) {
        if (part->code == CTI_DYLINK_IMPORT_INFO) cti_buf_name(out, part->symbols.items[i].module);
        cti_buf_name(out, part->symbols.items[i].name);
        cti_buf_uleb(out, part->symbols.items[i].flags);
      }
      break;
    case CTI_DYLINK_TARGET_ARCH: cti_buf_name(out, part->names.items[0]); break;
    default: cti_buf_bytes(out, part->content);
  }
}

void cti_dylink_write(cti_buf *out, const cti_dylink *dylink) {
  for (uint32_t i = 0; i < dylink->parts.count; i++) {
    cti_buf_u8(out, dylink->parts.items[i].code);
    size_t mark = cti_buf_open(out);
    write_dylink_part(out, &dylink->parts.items[i]);
    cti_buf_close(out, mark);
  }
}

/* ---- branch hints */

static void parse_hint(cti_branch_hint *hint, cti_cursor *c) {
  hint->place = cti_cursor_offset(c);
  hint->offset = cti_cursor_u32(c);
  uint64_t offset = cti_cursor_offset(c);
  uint8_t size = cti_cursor_u8(c), value = cti_cursor_u8(c);
  if (size != 1 || value > 1) cti_cursor_fail_at(c, CT_CORE_FORM, offset, "malformed branch hint: size %u, value %u; size 1 and value 0 or 1 are known", size, value);
  hint->likely = value == 1;
}

ct_status cti_branch_hints_parse(cti_branch_hints *out, ct_slice content, uint64_t offset, cti_arena *arena, ct_error *error) {
  *out = (cti_branch_hints){0};
  cti_cursor c = cti_cursor_make(content, offset, error);
  uint32_t funcs = cti_cursor_count(&c, "functions");
  for (uint32_t i = 0; i < funcs && !c.failed; i++) {
    cti_branch_hint hint = {.func = cti_cursor_u32(&c)};
    uint32_t count = cti_cursor_count(&c, "hints");
    for (uint32_t k = 0; k < count && !c.failed; k++) {
      parse_hint(&hint, &c);
      PUSH(&c, arena, &out->items, hint);
    }
  }
  return cti_cursor_expect_end(&c, "the branch hints");
}

/* How many hints from `at` on are of one function. */
static uint32_t hints_of_func(const cti_branch_hints *hints, uint32_t at) {
  uint32_t count = 1;
  while (at + count < hints->items.count && hints->items.items[at + count].func == hints->items.items[at].func) count++;
  return count;
}

void cti_branch_hints_write(cti_buf *out, const cti_branch_hints *hints) {
  uint32_t funcs = 0;
  for (uint32_t i = 0; i < hints->items.count; i += hints_of_func(hints, i)) funcs++;
  cti_buf_uleb(out, funcs);
  for (uint32_t i = 0, count; i < hints->items.count; i += count) {
    count = hints_of_func(hints, i);
    cti_buf_uleb(out, hints->items.items[i].func);
    cti_buf_uleb(out, count);
    for (uint32_t k = 0; k < count; k++) {
      cti_buf_uleb(out, hints->items.items[i + k].offset);
      cti_buf_u8(out, 1);
      cti_buf_u8(out, hints->items.items[i + k].likely);
    }
  }
}

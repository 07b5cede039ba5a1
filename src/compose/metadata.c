/* metadata.c - component-type sections, written and read. Flows in: a world of a resolve, or sections of a core module. Flows out: the content of a section,
 * or one world into which those of all sections are merged. */
#include "compose/metadata.h"

#include "compose/producers.h"
#include "compose/wit_decode.h"
#include "compose/wit_encode.h"
#include "compose/wit_type_encode.h"
#include "wit/wit.h"
#include "wit/wit_merge.h"

enum { OLD_VERSION = 3, VERSION = 4 };

cti_string_encoding cti_string_encoding_of_name(ct_slice name) {
  static const char *const names[CTI_ENCODING_COUNT] = {"utf8", "utf16", "compact-utf16"};
  unsigned i = 0;
  while (i < CTI_ENCODING_COUNT && !cti_slice_is(name, names[i])) i++;
  return (cti_string_encoding)i;
}

/* With canonical names two versions of one interface can have one name. */
static ct_status check_names_of(const cti_resolve *resolve, const cti_world_items *items, const char *what) {
  cti_map seen = {0};
  for (uint32_t i = 0; i < items->count; i++) {
    cti_extern_name name = cti_world_item_extern_name(resolve, &items->items[i], true);
    uint32_t other = i;
    bool added;
    CTI_TRY(cti_map_add(&seen, resolve->arena, name.name, &other, &added));
    if (added) continue;
    return cti_fail(resolve->arena->error, CT_WIT_WORLD, CT_NO_OFFSET, "the %ss `%.*s` and `%.*s` both have the canonical name `%.*s`", what,
                    CTI_S(cti_world_item_name(resolve, &items->items[other])), CTI_S(cti_world_item_name(resolve, &items->items[i])), CTI_S(name.name));
  }
  return CT_OK;
}

ct_status cti_check_canonical_names(const cti_resolve *resolve, uint32_t world) {
  CTI_TRY(check_names_of(resolve, &resolve->worlds.items[world].imports, "import"));
  return check_names_of(resolve, &resolve->worlds.items[world].exports, "export");
}

static ct_status encode(cti_buf *out, cti_resolve *resolve, uint32_t world, cti_string_encoding encoding, bool canonical_names) {
  cti_arena *arena = resolve->arena;
  cti_component component;
  cti_component *wrapper = CTI_NEW(arena, cti_component);
  if (!wrapper) return arena->error->status;
  cti_component_init(&component, arena);
  if (canonical_names) CTI_TRY(cti_check_canonical_names(resolve, world));
  CTI_TRY(cti_encode_world_wrapper(wrapper, resolve, world, canonical_names));
  const uint8_t header[2] = {VERSION, (uint8_t)encoding};
  cti_build_custom(&component, CTI_LIT("wit-component-encoding"), cti_slice(header, sizeof header));
  cti_ctype type = {.kind = CTI_CTYPE_COMPONENT, .decls = wrapper};
  cti_sort_index item = {CTI_SORT_TYPE, cti_build_type(&component, &type)};
  cti_extern_name name = {.name = resolve->worlds.items[world].name};
  cti_build_export(&component, &name, item, NULL);
  cti_buf producers = {0};
  cti_producers_base_write(&producers, CTI_MAKER_WIT_COMPONENT);
  cti_build_custom(&component, CTI_LIT("producers"), cti_buf_slice(&producers));
  ct_status status = cti_buf_check(&producers, arena->error);
  if (status == CT_OK) {
    cti_component_encode(&component, out);
    status = cti_buf_check(out, arena->error);
  }
  ct_buf_free(&producers);
  return status;
}

/* The model is no longer needed when its bytes are there: it lives in an arena of its own. */
ct_status cti_metadata_encode(cti_buf *out, const cti_resolve *resolve, uint32_t world, cti_string_encoding encoding, bool canonical_names) {
  cti_arena scratch;
  cti_resolve view = *resolve; /* nothing is added to it */
  cti_arena_init(&scratch, resolve->arena->error);
  view.arena = &scratch;
  ct_status status = encode(out, &view, world, encoding, canonical_names);
  cti_arena_free(&scratch);
  return status;
}

/* ---- reading one section */

typedef struct section {
  cti_resolve resolve;
  uint32_t world;
  uint8_t encoding;
} section;

/* The custom section of that name, outside of what is nested: its content. data == NULL when there is none. */
static ct_status find_custom(ct_slice *out, uint64_t *offset, ct_slice component, uint64_t base, ct_slice name, ct_error *error) {
  cti_cursor c = cti_cursor_make(component, base, error);
  ct_kind kind;
  cti_frame frame;
  *out = (ct_slice){NULL, 0};
  CTI_TRY(cti_preamble_read(&c, &kind));
  while (!out->data && cti_frame_next(&c, &frame)) {
    ct_slice found, content;
    if (frame.id != CTI_SECTION_CUSTOM) continue;
    CTI_TRY(cti_custom_name(&frame, &found, &content, error));
    if (!cti_slice_eq(found, name)) continue;
    *out = content;
    *offset = frame.payload_offset + (frame.payload.size - content.size);
  }
  return cti_cursor_status(&c);
}

/* Version 4: the content is a component. */
static ct_status read_component(section *out, ct_slice content, uint64_t offset, cti_arena *arena) {
  ct_slice header;
  uint64_t at = offset;
  CTI_TRY(cti_wit_decode_world(&out->resolve, &out->world, content, offset, arena));
  CTI_TRY(find_custom(&header, &at, content, offset, CTI_LIT("wit-component-encoding"), arena->error));
  if (!header.data) return cti_fail(arena->error, CT_COMPOSE_METADATA, offset, "the section `wit-component-encoding` is missing");
  if (header.size != 2 || header.data[0] != VERSION)
    return cti_fail(arena->error, CT_COMPOSE_METADATA, at, "the section `wit-component-encoding` has a form that this version of ctool does not know (version %d; %d is known)",
                    header.size ? header.data[0] : -1, VERSION);
  out->encoding = header.data[1];
  return CT_OK;
}

/* Version 3: version, encoding, name of the world, a WIT package in binary form. *component is that. */
static ct_status read_old(section *out, ct_slice *component, ct_slice content, uint64_t offset, cti_arena *arena) {
  cti_cursor c = cti_cursor_make(content, offset, arena->error);
  cti_cursor_u8(&c);
  out->encoding = cti_cursor_u8(&c);
  ct_slice world = cti_cursor_name(&c);
  *component = cti_cursor_rest(&c);
  CTI_TRY(cti_cursor_status(&c));
  cti_decoded what;
  CTI_TRY(cti_wit_decode(&out->resolve, &what, *component, offset + (content.size - component->size), arena));
  if (!what.is_package) return cti_fail(arena->error, CT_COMPOSE_METADATA, offset, "the section holds a component where a WIT package in binary form is needed");
  return cti_resolve_select_world(&out->resolve, &out->world, what.package, world);
}

static ct_status read_producers(cti_producers *out, ct_slice component, uint64_t base, cti_arena *arena) {
  ct_slice content;
  uint64_t at = base;
  cti_producers found = {0};
  CTI_TRY(find_custom(&content, &at, component, base, CTI_LIT("producers"), arena->error));
  if (!content.data) return CT_OK;
  CTI_TRY(cti_producers_parse(&found, content, at, arena, arena->error));
  return cti_producers_merge(out, &found, arena);
}

/* ---- many sections, one world */

ct_status cti_bindings_init(cti_bindings *out, cti_arena *arena) {
  *out = (cti_bindings){.encoding = CTI_ENCODING_UTF8};
  cti_resolve_init(&out->resolve, arena);
  /* Not by cti_resolve_add_package: a package that a section calls root:root is another one, so this one is not to be found by its name. */
  cti_wit_package package = {.name = {.ns = CTI_LIT("root"), .name = CTI_LIT("root")}, .span.file = CTI_WIT_NONE};
  if (!cti_vec_push(arena, &out->resolve.packages, package)) return arena->error->status;
  out->world = cti_resolve_add_world(&out->resolve, &(cti_wit_world){.name = CTI_LIT("root"), .span.file = CTI_WIT_NONE});
  return out->world == CTI_WIT_NONE ? arena->error->status : cti_package_add_world(&out->resolve, 0, out->world);
}

/* Versions are left out, for interfaces at compatible versions may be merged later. */
static ct_slice encoding_key(const cti_resolve *resolve, const cti_world_item *item, ct_slice func) {
  if (item->name.data) return cti_format(resolve->arena, "%.*s/%.*s", CTI_S(item->name), CTI_S(func));
  const cti_wit_interface *interface = &resolve->interfaces.items[item->interface];
  const cti_package_name *package = &resolve->packages.items[interface->package].name;
  return cti_format(resolve->arena, "%.*s:%.*s/%.*s/%.*s", CTI_S(package->ns), CTI_S(package->name), CTI_S(interface->name), CTI_S(func));
}

static ct_status note_func(cti_map *map, const cti_resolve *resolve, const cti_world_item *item, const cti_wit_func *func, cti_string_encoding encoding) {
  ct_slice key = encoding_key(resolve, item, func->name);
  uint32_t value = encoding;
  bool added;
  if (!key.data) return resolve->arena->error->status;
  CTI_TRY(cti_map_add(map, resolve->arena, key, &value, &added));
  if (value == (uint32_t)encoding) return CT_OK;
  return cti_fail(resolve->arena->error, CT_WIT_MERGE, CT_NO_OFFSET, "two component-type sections want different string encodings for `%.*s`", CTI_S(key));
}

static ct_status note_items(cti_map *map, const cti_resolve *resolve, const cti_world_items *items, cti_string_encoding encoding) {
  for (uint32_t i = 0; i < items->count; i++) {
    const cti_world_item *item = &items->items[i];
    if (item->kind == CTI_WORLD_FUNC) CTI_TRY(note_func(map, resolve, item, &item->func, encoding));
    const cti_wit_interface *interface = item->kind == CTI_WORLD_INTERFACE ? &resolve->interfaces.items[item->interface] : NULL;
    for (uint32_t j = 0; interface && j < interface->funcs.count; j++) CTI_TRY(note_func(map, resolve, item, &interface->funcs.items[j], encoding));
  }
  return CT_OK;
}

static ct_status note_world(cti_bindings *bindings, const cti_resolve *resolve, uint32_t world, cti_string_encoding encoding) {
  CTI_TRY(note_items(&bindings->import_encodings, resolve, &resolve->worlds.items[world].imports, encoding));
  return note_items(&bindings->export_encodings, resolve, &resolve->worlds.items[world].exports, encoding);
}

/* Function by function only from the first section on that differs. */
static ct_status note_encoding(cti_bindings *bindings, const section *added) {
  cti_string_encoding encoding = (cti_string_encoding)added->encoding;
  if (bindings->section_count == 0) bindings->encoding = encoding;
  if (!bindings->mixed && encoding != bindings->encoding) {
    bindings->mixed = true;
    CTI_TRY(note_world(bindings, &bindings->resolve, bindings->world, bindings->encoding));
  }
  return bindings->mixed ? note_world(bindings, &added->resolve, added->world, encoding) : CT_OK;
}

/* The places in the merged world's exports of those that world `from`, which lies in the same resolve by now, has. Worlds of two sections may have an export
 * in common, or be the same one (bindings made twice, embedded twice): a place that is listed already is not listed again. */
static ct_status find_exports(cti_ids *out, const cti_bindings *bindings, uint32_t from) {
  cti_arena *arena = bindings->resolve.arena;
  const cti_world_items *all = &bindings->resolve.worlds.items[bindings->world].exports, *wanted = &bindings->resolve.worlds.items[from].exports;
  cti_map places = {0};
  bool *is_listed = CTI_NEW_N(arena, bool, all->count);
  if (!is_listed) return arena->error->status;
  for (uint32_t i = 0; i < all->count; i++) CTI_TRY(cti_map_set(&places, arena, cti_world_item_name(&bindings->resolve, &all->items[i]), i));
  for (uint32_t i = 0; i < out->count; i++) is_listed[out->items[i]] = true;
  for (uint32_t i = 0; i < wanted->count; i++) {
    ct_slice name = cti_world_item_name(&bindings->resolve, &wanted->items[i]);
    uint32_t place = cti_map_get(&places, name);
    if (place == CTI_MAP_NONE) return cti_fail(arena->error, CT_INTERNAL, CT_NO_OFFSET, "the merged world has lost its export \"%.*s\"", CTI_S(name)); /* or memory is out */
    if (!is_listed[place] && !cti_vec_push(arena, out, place)) return arena->error->status;
  }
  return arena->error->status;
}

/* What a section does not go together with: the worlds of those before it. */
static void hint_conflict(const cti_bindings *bindings, const section *added) {
  enum { NAMED = 4 };
  cti_arena *arena = bindings->resolve.arena;
  ct_slice names = {NULL, 0};
  for (uint32_t i = 1; i < bindings->resolve.worlds.count && i <= NAMED; i++)
    names = cti_format(arena, "%.*s%s\"%.*s\"", CTI_S(names), i > 1 ? ", " : "", CTI_S(cti_world_id(&bindings->resolve, i)));
  cti_error_hint(arena->error, "world \"%.*s\" comes together here with %.*s, which has another form of it: embed all of them from one WIT, or name one by another version",
                 CTI_S(cti_world_id(&added->resolve, added->world)), CTI_S(names));
}

static ct_status merge_section(cti_bindings *bindings, section *added, cti_ids *exports) {
  cti_merge_maps maps = {0};
  cti_clone_maps clones = {0};
  CTI_TRY(note_encoding(bindings, added));
  ct_status merged = cti_resolve_merge(&bindings->resolve, &added->resolve, &maps);
  if (merged == CT_WIT_MERGE && bindings->section_count + bindings->resolve.worlds.count > 1) hint_conflict(bindings, added);
  CTI_TRY(merged);
  uint32_t world = maps.worlds[added->world];
  CTI_TRY(cti_world_merge(&bindings->resolve, world, bindings->world, &clones));
  bindings->section_count++;
  return exports ? find_exports(exports, bindings, world) : CT_OK;
}

ct_status cti_bindings_add(cti_bindings *bindings, ct_slice content, uint64_t offset, cti_ids *exports) {
  cti_arena *arena = bindings->resolve.arena;
  section added;
  ct_slice component = content;
  bool is_old = content.size && content.data[0] == OLD_VERSION;
  CTI_TRY(is_old ? read_old(&added, &component, content, offset, arena) : read_component(&added, content, offset, arena));
  if (added.encoding >= CTI_ENCODING_COUNT) return cti_fail(arena->error, CT_COMPOSE_METADATA, offset, "unknown string encoding %u", added.encoding);
  CTI_TRY(read_producers(&bindings->producers, component, offset + (content.size - component.size), arena));
  return merge_section(bindings, &added, exports);
}

ct_status cti_bindings_add_module(cti_bindings *bindings, const cti_module *module, cti_ids *exports) {
  for (uint32_t i = 0; i < module->sections.count; i++) {
    const cti_section *s = &module->sections.items[i];
    if (s->frame.id != CTI_SECTION_CUSTOM || !cti_slice_starts(s->name, CTI_LIT(CTI_COMPONENT_TYPE_SECTION))) continue;
    ct_status status = cti_bindings_add(bindings, s->content, s->frame.payload_offset + (s->frame.payload.size - s->content.size), exports);
    if (status != CT_OK) {
      cti_error_trail(bindings->resolve.arena->error, "section \"%.*s\"", CTI_S(s->name));
      return status;
    }
  }
  return CT_OK;
}

cti_string_encoding cti_bindings_encoding(const cti_bindings *bindings, bool is_export, const cti_world_item *item, const cti_wit_func *func) {
  if (!bindings->mixed) return bindings->encoding;
  ct_slice key = encoding_key(&bindings->resolve, item, func->name);
  uint32_t encoding = cti_map_get(is_export ? &bindings->export_encodings : &bindings->import_encodings, key);
  return encoding == CTI_MAP_NONE ? CTI_ENCODING_UTF8 : (cti_string_encoding)encoding;
}

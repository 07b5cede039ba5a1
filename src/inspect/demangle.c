/* demangle.c - names of Rust and C++ in `name` sections become readable. Flows in: bytes. Flows out: pieces, with new `name` sections where a name changed.
 * A section that cannot be read stays as it is, as all else does. */
#include "base/json.h"
#include "core/custom.h"
#include "core/rewrite.h"
#include "ctool/inspect.h"
#include "inspect/symbols.h"

/* Names the maps' names one after the other: what is to be demangled, then, in the same order, where it goes back. */
static bool gather(ct_slice **out, uint32_t *count, const cti_names *names, cti_arena *arena) {
  *count = 0;
  for (uint32_t i = 0; i < names->maps.count; i++) *count += names->maps.items[i].names.count;
  *out = cti_alloc_raw(arena, *count, sizeof **out);
  uint32_t at = 0;
  for (uint32_t i = 0; *out && i < names->maps.count; i++) {
    for (uint32_t j = 0; j < names->maps.items[i].names.count; j++) (*out)[at++] = names->maps.items[i].names.items[j].name;
  }
  return *out != NULL;
}

/* What is readable now, each with its symbol: `json` is in an array. */
static void list_changed(cti_json *json, const cti_unit *unit, const cti_names *names, const ct_slice *demangled) {
  for (uint32_t i = 0; i < names->maps.count; i++) {
    for (uint32_t j = 0; j < names->maps.items[i].names.count; j++, demangled++) {
      ct_slice symbol = names->maps.items[i].names.items[j].name;
      if (symbol.data == demangled->data) continue;
      cti_json_open(json, '{');
      cti_json_member_uint(json, "module", unit->offset);
      cti_json_member(json, "symbol", symbol);
      cti_json_member(json, "name", *demangled);
      cti_json_close(json, '}');
    }
  }
}

static bool put_back(cti_names *names, const ct_slice *demangled) {
  bool changed = false;
  for (uint32_t i = 0; i < names->maps.count; i++) {
    for (uint32_t j = 0; j < names->maps.items[i].names.count; j++, demangled++) {
      ct_slice *name = &names->maps.items[i].names.items[j].name;
      changed |= name->data != demangled->data;
      *name = *demangled;
    }
  }
  return changed;
}

static ct_status custom(void *context, cti_pieces *out, const cti_unit *unit, const cti_custom_section *section, ct_slice *raw) {
  cti_names names;
  ct_error ignored = {0};
  ct_slice *list;
  uint32_t count;
  if (unit->kind != CT_KIND_MODULE || !cti_slice_is(section->name, "name")) return CT_OK;
  ct_status status = cti_names_parse(&names, section->content, section->offset, &out->arena, &ignored);
  if (out->arena.error->status != CT_OK) return out->arena.error->status;
  if (status != CT_OK) return CT_OK;
  if (!gather(&list, &count, &names, &out->arena)) return CT_NOMEM;
  CTI_TRY(cti_demangle(list, count, &out->arena));
  if (context) return list_changed(context, unit, &names, list), CT_OK;
  if (!put_back(&names, list)) return CT_OK;
  cti_buf content = {0};
  cti_names_write(&content, &names);
  *raw = cti_custom_make(out, section->name, &content);
  return raw->data ? CT_OK : CT_NOMEM;
}

ct_status ct_demangle(ct_pieces *out, ct_slice bytes, ct_error *error) {
  cti_pieces pieces = {0};
  bool changed;
  *out = (ct_pieces){0};
  cti_arena_init(&pieces.arena, error);
  ct_status status = cti_rewrite(&pieces, &(cti_rewriter){custom, NULL, NULL}, bytes, &changed);
  return cti_pieces_give(out, &pieces, status);
}

ct_status ct_demangle_list(ct_buf *out, ct_slice bytes, ct_error *error) {
  cti_pieces pieces = {0};
  bool changed;
  *out = (ct_buf){0};
  cti_json json = cti_json_make(out, 0);
  cti_arena_init(&pieces.arena, error);
  cti_json_open(&json, '[');
  ct_status status = cti_rewrite(&pieces, &(cti_rewriter){custom, NULL, &json}, bytes, &changed);
  cti_json_close(&json, ']');
  cti_buf_u8(out, '\n');
  cti_arena_free(&pieces.arena);
  if (status == CT_OK) status = cti_buf_check(out, error);
  if (status != CT_OK) ct_buf_free(out);
  return status;
}

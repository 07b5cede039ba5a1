/* demangle.c - names of Rust and C++ in `name` sections become readable. Flows in: bytes. Flows out: pieces, with new `name` sections where a name changed.
 * A section that cannot be read stays as it is, as all else does. */
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
  (void)context;
  if (unit->kind != CT_KIND_MODULE || !cti_slice_is(section->name, "name")) return CT_OK;
  ct_status status = cti_names_parse(&names, section->content, section->offset, &out->arena, &ignored);
  if (out->arena.error->status != CT_OK) return out->arena.error->status;
  if (status != CT_OK) return CT_OK;
  if (!gather(&list, &count, &names, &out->arena)) return CT_NOMEM;
  CTI_TRY(cti_demangle(list, count, &out->arena));
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

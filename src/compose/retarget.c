/* retarget.c - a component at another version of WASI 0.2. Flows in: its bytes and a version. Flows out: the same component with other names, or all that stands
 * in the way. What a version holds is told by the carried packages (src/wit/wasi/), whose items say since when they are there.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/WIT.md#feature-gates */
#include "compose/retarget.h"

#include <stdarg.h>
#include <stdio.h>

#include "component/extern_name.h"
#include "compose/unmet.h"
#include "compose/wit_decode.h"
#include "ctool/validate.h"
#include "wit/wit_wasi.h"

static ct_status failed(const cti_retarget *r) { return r->arena->error->status; }

void cti_retarget_tell(const cti_retarget *r, ct_notice kind, const char *format, ...) {
  char text[600];
  if (!r->options->tell) return;
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  r->options->tell(r->options->context, kind, text);
}

/* ---- which names move */

/* A version of WASI 0.2 that was released: no draft of one, nor what comes after. */
static bool is_release(const cti_semver *version) {
  return version->present && version->major == 0 && version->minor == 2 && !version->pre.size && !version->build.size;
}

/* Takes "wasi:cli/exit@0.2.3" apart, whose version may be cut ("0.2") and go on in a suffix (".3"). False for any other name, and without memory. */
static bool read_name(cti_move *m, cti_arena *arena, ct_slice text, ct_slice suffix) {
  cti_name name;
  ct_error none;
  ct_error_clear(&none);
  if (cti_name_parse(&name, text, cti_features_all(), CT_NO_OFFSET, &none) != CT_OK || name.form != CTI_NAME_INTERFACE || !name.version.data) return false;
  m->title = cti_slice_cut(text, 0, text.size - name.version.size - 1);
  size_t colon = cti_slice_find(text, ':', 0), slash = cti_slice_find(m->title, '/', 0);
  ct_slice version = suffix.size ? cti_format(arena, "%.*s%.*s", CTI_S(name.version), CTI_S(suffix)) : name.version;
  if (!version.data || slash >= m->title.size || colon > slash) return false;
  m->package = (cti_package_name){.ns = cti_slice_cut(text, 0, colon), .name = cti_slice_cut(text, colon + 1, slash)};
  m->interface = cti_slice_cut(m->title, slash + 1, m->title.size);
  m->old = cti_format(arena, "%.*s@%.*s", CTI_S(m->title), CTI_S(version));
  return cti_slice_is(m->package.ns, "wasi") && cti_semver_parse(&m->package.version, version) && is_release(&m->package.version);
}

/* The interface at the new version, in the form that it had: whole, or cut with a suffix. */
static ct_slice renamed(cti_retarget *r, const cti_move *m, ct_slice *suffix) {
  if (!suffix->size) return cti_format(r->arena, "%.*s@%s", CTI_S(m->title), r->to_text);
  ct_slice track = cti_semver_track(r->arena, &r->to, suffix);
  return cti_format(r->arena, "%.*s@%.*s", CTI_S(m->title), CTI_S(track));
}

static ct_status add_move(cti_retarget *r, cti_move *m, const cti_extern_name *name) {
  cti_name_attributes attributes = *cti_attributes_of(name);
  bool has_label = attributes.implements.data != NULL;
  if (!read_name(m, r->arena, has_label ? attributes.implements : name->name, attributes.version_suffix)) return failed(r);
  if (has_label) m->old = name->name;
  if (!cti_wasi_version(&m->package)) {
    cti_retarget_tell(r, CT_NOTICE_WARNING, "%.*s stays as it is: ctool does not carry the package wasi:%.*s", CTI_S(m->old), CTI_S(m->package.name));
    return CT_OK;
  }
  m->name = *name;
  if (cti_semver_cmp(&m->package.version, &r->to) != 0) { /* what is there is compared all the same: two imports may become one */
    attributes.bytes = (ct_slice){NULL, 0};
    *(has_label ? &attributes.implements : &m->name.name) = renamed(r, m, &attributes.version_suffix);
    cti_extern_name_set(&m->name, attributes, r->arena);
  }
  return failed(r) == CT_OK && cti_vec_push(r->arena, &r->moves, *m) ? CT_OK : failed(r);
}

static ct_status find_moves(cti_retarget *r) {
  uint32_t instances = 0;
  for (uint32_t i = 0; i < r->component.items.count; i++) {
    const cti_item *item = &r->component.items.items[i];
    cti_move m = {.item = i, .instance = instances, .there = CTI_WIT_NONE, .is_export = item->kind == CTI_ITEM_EXPORT};
    if (item->kind == CTI_ITEM_IMPORT && item->of.import.type.sort == CTI_SORT_INSTANCE) CTI_TRY(add_move(r, &m, &item->of.import.name));
    else if (item->kind == CTI_ITEM_EXPORT && item->of.export_.item.sort == CTI_SORT_INSTANCE) CTI_TRY(add_move(r, &m, &item->of.export_.name));
    if (cti_item_sort(item, false) == CTI_SORT_INSTANCE) instances++;
  }
  return CT_OK;
}

/* ---- what of them is used */

cti_move *cti_retarget_move_of(cti_retarget *r, uint32_t instance) {
  uint32_t move = instance < r->component.count[CTI_SORT_INSTANCE] ? r->move_of[instance] : UINT32_MAX;
  return move == UINT32_MAX ? NULL : &r->moves.items[move];
}

static void use_whole(cti_retarget *r, cti_sort_index item) {
  cti_move *m = item.sort == CTI_SORT_INSTANCE ? cti_retarget_move_of(r, item.index) : NULL;
  if (m) m->is_whole = true;
}

static ct_status use_item(cti_retarget *r, const cti_item *item) {
  if (item->kind == CTI_ITEM_EXPORT) use_whole(r, item->of.export_.item);
  for (uint32_t i = 0; item->kind == CTI_ITEM_INSTANCE && i < item->of.instance.count; i++) use_whole(r, item->of.instance.items[i].item);
  if (item->kind != CTI_ITEM_ALIAS || item->of.alias.kind != CTI_ALIAS_EXPORT) return CT_OK;
  cti_move *m = cti_retarget_move_of(r, item->of.alias.instance);
  return m ? cti_map_set(&m->used, r->arena, item->of.alias.name, 0) : CT_OK;
}

static ct_status find_used(cti_retarget *r) {
  uint32_t count = r->component.count[CTI_SORT_INSTANCE];
  r->move_of = cti_alloc_raw(r->arena, count + (size_t)1, sizeof *r->move_of);
  if (!r->move_of) return CT_NOMEM;
  for (uint32_t i = 0; i < count; i++) r->move_of[i] = UINT32_MAX;
  for (uint32_t i = 0; i < r->moves.count; i++)
    if (!r->moves.items[i].is_export) r->move_of[r->moves.items[i].instance] = i;
  for (uint32_t i = 0; i < r->component.items.count; i++) CTI_TRY(use_item(r, &r->component.items.items[i]));
  return CT_OK;
}

/* ---- the component's own world */

static ct_status index_world(cti_map *out, cti_retarget *r, const cti_world_items *items) {
  for (uint32_t i = 0; i < items->count; i++) {
    const cti_world_item *item = &items->items[i];
    if (item->kind == CTI_WORLD_INTERFACE) CTI_TRY(cti_map_set(out, r->arena, cti_world_item_name(&r->own, item), item->interface));
  }
  return CT_OK;
}

static ct_status read_world(cti_retarget *r) {
  cti_decoded what;
  CTI_TRY(cti_wit_decode(&r->own, &what, r->bytes, 0, r->arena));
  if (what.is_package) return cti_fail(r->arena->error, CT_COMPOSE_RETARGET, CT_NO_OFFSET, "this is a WIT package; a component that can run is needed");
  CTI_TRY(index_world(&r->own_imports, r, &r->own.worlds.items[what.world].imports));
  return index_world(&r->own_exports, r, &r->own.worlds.items[what.world].exports);
}

/* ---- the page */

static ct_status read_version(cti_retarget *r, const char *text) {
  const cti_package_name any = {.ns = CTI_LIT("wasi"), .name = CTI_LIT("cli"), .version = {.minor = 2, .present = true}};
  cti_semver latest;
  r->to_text = text;
  if (!cti_semver_parse(&r->to, cti_slice_str(text)) || !is_release(&r->to)) {
    cti_fail(r->arena->error, CT_COMPOSE_RETARGET, CT_NO_OFFSET, "\"%s\" is no version of WASI 0.2, as 0.2.6 is", text);
    if (strncmp(text, "0.3", 3) == 0) cti_error_hint(r->arena->error, "WASI 0.3 has other functions, not only another number: a program must be built for it");
    else cti_error_hint(r->arena->error, "there are 0.2.0 to %s", cti_wasi_version(&any));
    return failed(r);
  }
  if (cti_semver_parse(&latest, cti_slice_str(cti_wasi_version(&any))) && cti_semver_cmp(&r->to, &latest) > 0)
    cti_retarget_tell(r, CT_NOTICE_WARNING, "ctool knows WASI up to %s; %s is taken to have all that this has", cti_wasi_version(&any), text);
  return CT_OK;
}

static ct_status report(cti_retarget *r) {
  cti_lines lines = {0};
  if (!r->obstacles.count) return CT_OK;
  cti_lines_add(&lines, "", cti_format(r->arena, "the component cannot be moved to WASI %s:", r->to_text));
  for (uint32_t i = 0; i < r->obstacles.count; i++) cti_lines_add(&lines, "\n  ", r->obstacles.items[i]);
  ct_status status = cti_lines_fail(&lines, r->arena->error, CT_COMPOSE_RETARGET);
  if (status == CT_COMPOSE_RETARGET && r->adapter_exits) cti_error_hint(r->arena->error, "the adapter has it from `component new --exit-with-code`: make the component without that option");
  if (status == CT_COMPOSE_RETARGET && r->obstacles.count > r->adapter_exits) cti_error_hint_more(r->arena->error, "move it to a version that has all of this, or build the program so that it does without");
  return status;
}

/* A component that is not valid after is not valid before, or that is ctool's fault. */
static ct_status validate(const ct_buf *out, size_t start, cti_retarget *r) {
  ct_validate_options options = {0};
  ct_error before, *error = r->arena->error;
  if (r->options->skip_validation) return CT_OK;
  CTI_TRY(ct_features_parse(&options.features, "all", error));
  ct_status status = ct_validate(cti_slice_cut(cti_buf_slice(out), start, out->size), &options, error);
  if (status == CT_OK || status == CT_NOMEM) return status;
  ct_error_clear(&before);
  if (ct_validate(r->bytes, &options, &before) != CT_OK) *error = before;
  else cti_error_trail(error, "the component that was made");
  return error->status;
}

static ct_status run(ct_buf *out, cti_retarget *r, const char *version) {
  size_t start = out->size;
  CTI_TRY(read_version(r, version));
  CTI_TRY(cti_component_decode(&r->component, r->bytes, 0, r->arena));
  CTI_TRY(find_moves(r));
  CTI_TRY(find_used(r));
  CTI_TRY(read_world(r));
  if (!r->moves.count) cti_retarget_tell(r, CT_NOTICE_WARNING, "nothing to move: the component imports and exports nothing of WASI 0.2");
  CTI_TRY(cti_retarget_check(r));
  CTI_TRY(report(r));
  CTI_TRY(cti_retarget_edit(r));
  if (r->has_doubles) CTI_TRY(cti_retarget_merge(r));
  cti_component_encode(&r->component, out);
  CTI_TRY(cti_buf_check(out, r->arena->error));
  return validate(out, start, r);
}

ct_status ct_component_retarget(ct_buf *out, ct_slice component, const char *version, const ct_retarget_options *options, ct_error *error) {
  const ct_retarget_options none = {0};
  cti_arena arena;
  cti_retarget r = {.arena = &arena, .options = options ? options : &none, .bytes = component};
  cti_arena_init(&arena, error);
  size_t start = out->size;
  ct_status status = run(out, &r, version);
  if (status != CT_OK) cti_buf_truncate(out, start);
  cti_retarget_users_free(&r);
  cti_arena_free(&arena);
  return status;
}

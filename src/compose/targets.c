/* targets.c - comparing what there is with a world that is asked for.
 *
 * Both become items of one component that is never written: `given` (a component or a component type) and `asked` (the world as a component type). The
 * validator finds their types; names that are missing are listed all at once, and where none is, subtyping decides.
 * https://github.com/WebAssembly/component-model/blob/main/design/mvp/Subtyping.md */
#include "compose/targets.h"

#include <stdio.h>

#include "component/component_validate.h"
#include "component/extern_name.h"
#include "component/subtype.h"
#include "compose/component_new.h"
#include "compose/dummy.h"
#include "compose/metadata.h"
#include "compose/wit_api.h"
#include "compose/wit_decode.h"
#include "compose/wit_encode.h"
#include "compose/wit_type_encode.h"
#include "ctool/compose.h"
#include "wit/wit_transform.h"

/* ---- the types of both sides */

static uint32_t component_type(cti_component *root, cti_component *decls) {
  cti_ctype type = {.kind = CTI_CTYPE_COMPONENT, .decls = decls};
  return cti_build_type(root, &type);
}

static void export_as(cti_component *root, const char *name, cti_sort sort, uint32_t index) {
  cti_extern_name extern_name = {.name = cti_slice_str(name)};
  cti_build_export(root, &extern_name, (cti_sort_index){sort, index}, NULL);
}

typedef struct sides {
  cti_type_store *store;
  cti_entity given, asked;
} sides;

static cti_entity as_component(const cti_component_type *root, uint32_t export) { return (cti_entity){CTI_SORT_COMPONENT, root->exports.entities[export].type, 0}; }

static ct_status find_types(sides *out, const cti_fit_given *given, cti_component *asked, cti_validation *validation) {
  cti_component root;
  uint32_t type;
  cti_component_init(&root, asked->arena);
  if (given->component) export_as(&root, "given", CTI_SORT_COMPONENT, cti_build_component(&root, given->component));
  else export_as(&root, "given", CTI_SORT_TYPE, component_type(&root, given->type));
  export_as(&root, "asked", CTI_SORT_TYPE, component_type(&root, asked));
  CTI_TRY(asked->arena->error->status);
  CTI_TRY(cti_component_types(&out->store, &type, &root, validation));
  out->given = as_component(cti_type_at(out->store, type)->of.component, 0);
  out->asked = as_component(cti_type_at(out->store, type)->of.component, 1);
  return CT_OK;
}

/* ---- names that are missing */

typedef struct missing {
  char text[2400];
  size_t used;
  uint32_t count, left_out;
  ct_slice first_import, first_export; /* data == NULL: none */
} missing;

static void note(missing *m, const char *has, const char *kind, ct_slice name, const char *lacks) {
  char line[300];
  int size = snprintf(line, sizeof line, "\n  %s %ss `%.*s`, which %s does not", has, kind, CTI_S(name), lacks);
  m->count++;
  if (size < 0 || (size_t)size >= sizeof line || m->used + (size_t)size >= sizeof m->text) {
    m->left_out++;
    return;
  }
  memcpy(m->text + m->used, line, (size_t)size + 1);
  m->used += (size_t)size;
}

static void note_missing(missing *m, ct_slice *first, const char *kind, const cti_extern_list *needed, const char *has, const cti_extern_list *there, const char *lacks) {
  for (uint32_t i = 0; i < needed->names->count; i++) {
    ct_slice name = cti_extern_text(needed, i);
    if (cti_extern_find(there, name) != CTI_MAP_NONE) continue;
    if (!first->data) *first = name;
    note(m, has, kind, name, lacks);
  }
}

/* The first name of `needed` that is not `there` but for its version: then *other is what is there. */
static ct_slice other_version(ct_slice *other, const cti_extern_list *needed, const cti_extern_list *there, cti_arena *arena) {
  cti_map bases = {0};
  for (uint32_t i = 0; i < there->names->count; i++) {
    ct_slice name = cti_extern_text(there, i);
    if (cti_map_set(&bases, arena, cti_name_unversioned(name), i)) return (ct_slice){NULL, 0};
  }
  for (uint32_t i = 0; i < needed->names->count; i++) {
    ct_slice name = cti_extern_text(needed, i);
    uint32_t at = cti_map_get(&bases, cti_name_unversioned(name));
    if (at == CTI_MAP_NONE || cti_extern_find(there, name) != CTI_MAP_NONE) continue;
    *other = cti_extern_text(there, at);
    return name;
  }
  return (ct_slice){NULL, 0};
}

static void hint_version(const cti_component_type *given, const cti_component_type *asked, const cti_fit_words *words, cti_arena *arena) {
  ct_slice other = {NULL, 0};
  const char *there = words->asked;
  ct_slice name = other_version(&other, &given->imports, &asked->imports, arena);
  if (!name.data) {
    name = other_version(&other, &asked->exports, &given->exports, arena);
    there = words->given;
  }
  if (!name.data) return;
  cti_error_hint(arena->error, "%s has `%.*s`: --semver-compatible compares interfaces at compatible versions", there, CTI_S(other));
  size_t at = cti_slice_find(other, '@', 0);
  bool is_wasi = cti_slice_starts(other, CTI_LIT("wasi:")) && cti_slice_starts(cti_slice_cut(other, at, other.size), CTI_LIT("@0.2."));
  if (is_wasi && there == words->asked)
    cti_error_hint_more(arena->error, "or move the component there: ctool component retarget --to %.*s FILE", CTI_S(cti_slice_cut(other, at + 1, other.size)));
}

/* By the first of each; an interface is what stands in WIT as it is. */
static void hint_missing(const missing *m, const cti_fit_words *words, ct_error *error) {
  bool of_interface = cti_slice_find(m->first_import, ':', 0) < m->first_import.size;
  if (error->hint[0] || !words->imports) return;
  if (of_interface) cti_error_hint_more(error, "%s; or add to the world: import %.*s;", words->imports, CTI_S(m->first_import));
  else if (m->first_import.data) cti_error_hint_more(error, "%s", words->imports);
  if (m->first_export.data) cti_error_hint_more(error, "%s", words->exports);
}

/* ---- the verdict */

static void tell_missing(const missing *m, const char *headline, ct_error *error) {
  char more[48] = "";
  if (m->left_out) snprintf(more, sizeof more, "\n  and %u more", (unsigned)m->left_out);
  cti_fail(error, CT_COMPOSE_TARGET, CT_NO_OFFSET, "%s:%s%s", headline, m->text, more);
}

static ct_status compare(const sides *s, const cti_validation *validation, const char *headline, const cti_fit_words *words) {
  ct_error *error = validation->arena->error;
  const cti_component_type *given = cti_type_at(s->store, s->given.type)->of.component, *asked = cti_type_at(s->store, s->asked.type)->of.component;
  missing m = {.used = 0};
  note_missing(&m, &m.first_import, "import", &given->imports, words->given, &asked->imports, words->asked);
  note_missing(&m, &m.first_export, "export", &asked->exports, words->asked, &given->exports, words->given);
  if (m.count) {
    tell_missing(&m, headline, error);
    hint_version(given, asked, words, validation->arena);
    hint_missing(&m, words, error);
    return error->status;
  }
  cti_subtype_cx cx;
  cti_subtype_init(&cx, s->store, &validation->types, s->store->arena, CT_NO_OFFSET);
  if (cti_subtype_entity(&cx, &s->given, &s->asked) == CT_OK) return CT_OK;
  if (error->status == CT_NOMEM) return error->status;
  ct_error difference = *error;
  ct_error_clear(error);
  cti_fail(error, CT_COMPOSE_TARGET, CT_NO_OFFSET, "%s: %.600s", headline, difference.message);
  cti_error_trail(error, "%s", difference.trail);
  return error->status;
}

ct_status cti_fits_world(const cti_fit_given *given, cti_resolve *resolve, uint32_t world, bool canonical_names, const cti_fit_words *words) {
  cti_arena *arena = resolve->arena;
  cti_component asked;
  cti_validation validation;
  sides s;
  char headline[400];
  const ct_validate_options options = {.features = cti_features_all(), .threads = 1};
  cti_validation_init(&validation, &options, arena);
  validation.skip_bodies = true;
  CTI_TRY(cti_encode_world(&asked, resolve, world, canonical_names));
  CTI_TRY(find_types(&s, given, &asked, &validation));
  snprintf(headline, sizeof headline, "%s `%.*s`", words->headline, CTI_S(cti_world_id(resolve, world)));
  return compare(&s, &validation, headline, words);
}

/* ---- targets */

static const cti_fit_words component_words = {"the component does not fit the world", "the component", "the world",
                                              "a host of this world does not provide what the world does not import: build the component for this world (`ctool component why FILE NAME` tells what needs it)",
                                              "a host of this world calls what the world exports: build the component with a world that exports it too"};

/* What is left out when a component becomes WIT must not be left out here. */
static ct_status require_wit_imports(const cti_component *component, ct_error *error) {
  for (uint32_t i = 0; i < component->items.count; i++) {
    const cti_item *item = &component->items.items[i];
    if (item->kind != CTI_ITEM_IMPORT) continue;
    cti_sort sort = item->of.import.type.sort;
    if (sort == CTI_SORT_INSTANCE || sort == CTI_SORT_FUNC || sort == CTI_SORT_TYPE) continue;
    return cti_fail(error, CT_WIT_BINARY, item->offset, "the import `%.*s` is a %s, which no world can have", CTI_S(item->of.import.name.name), cti_sorts[sort].name);
  }
  return CT_OK;
}

/* The world of a component, its compatible imports merged, as a component type with canonical names. */
static ct_status canonical_type(cti_component *out, const cti_component *component, ct_slice bytes, cti_arena *arena) {
  cti_resolve resolve;
  cti_decoded what;
  CTI_TRY(require_wit_imports(component, arena->error));
  CTI_TRY(cti_wit_decode(&resolve, &what, bytes, 0, arena));
  if (what.is_package) return cti_fail(arena->error, CT_COMPOSE_TARGET, CT_NO_OFFSET, "this is a WIT package in binary form, a component is needed");
  CTI_TRY(cti_world_merge_imports(&resolve, what.world, true));
  return cti_encode_world(out, &resolve, what.world, true);
}

static ct_status check_target(ct_wit *wit, uint32_t world, ct_slice bytes, bool semver_compatible) {
  cti_arena *arena = &wit->arena;
  cti_component component, type;
  cti_fit_given given = {.component = &component};
  CTI_TRY(cti_component_decode(&component, bytes, 0, arena));
  if (semver_compatible) {
    CTI_TRY(canonical_type(&type, &component, bytes, arena));
    CTI_TRY(cti_world_merge_imports(&wit->resolve, world, true));
    given = (cti_fit_given){.type = &type};
  }
  return cti_fits_world(&given, &wit->resolve, world, semver_compatible, &component_words);
}

ct_status ct_component_targets(ct_wit *wit, const char *world, ct_slice component, bool semver_compatible, ct_error *error) {
  uint32_t id;
  ct_features features = cti_features_all();
  CTI_TRY(cti_wit_choose_world(&id, wit, world, error));
  if (ct_kind_of(component) == CT_KIND_MODULE) return cti_fail(error, CT_CORE_KIND, 0, "this is a core module, a component is needed; `ctool component new` makes one of it");
  CTI_TRY(ct_validate(component, &(ct_validate_options){.features = features}, error));
  return check_target(wit, id, component, semver_compatible);
}

/* ---- semver-check */

static const cti_fit_words world_words = {"the old world has no compatible successor in", "the old world", "the new world", NULL, NULL};

/* A component that has the shape of a world: made of a dummy module, for `component new` decides what becomes of imports that nobody uses. */
static ct_status component_of_world(cti_component *out, cti_resolve *resolve, uint32_t world) {
  cti_arena *arena = resolve->arena;
  cti_buf module = {0}, content = {0};
  ct_pieces pieces = {0};
  ct_status status = cti_dummy_module(&module, resolve, world, CTI_DUMMY_STANDARD32);
  if (status == CT_OK) status = cti_metadata_encode(&content, resolve, world, CTI_ENCODING_UTF8, true);
  ct_slice section = cti_buf_slice(&content);
  const ct_component_new_options options = {.component_types = &section, .component_type_count = 1, .skip_validation = true};
  if (status == CT_OK) status = ct_component_new(&pieces, cti_buf_slice(&module), &options, arena->error);
  cti_buf_truncate(&content, 0);
  for (size_t i = 0; i < pieces.count && status == CT_OK; i++) cti_buf_bytes(&content, pieces.items[i]);
  if (status == CT_OK) status = cti_buf_check(&content, arena->error);
  ct_slice bytes = status == CT_OK ? cti_copy(arena, cti_buf_slice(&content)) : (ct_slice){NULL, 0};
  if (bytes.data) status = cti_component_decode(out, bytes, 0, arena);
  ct_pieces_free(&pieces);
  ct_buf_free(&module);
  ct_buf_free(&content);
  return status == CT_OK ? arena->error->status : status;
}

static ct_status check_successor(cti_resolve *resolve, uint32_t old, uint32_t new) {
  cti_component component;
  ct_slice old_package = cti_package_id(resolve, resolve->worlds.items[old].package), new_package = cti_package_id(resolve, resolve->worlds.items[new].package);
  if (!cti_slice_eq(old_package, new_package))
    return cti_fail(resolve->arena->error, CT_COMPOSE_TARGET, CT_NO_OFFSET, "the old world is in package `%.*s`, the new one in `%.*s`; the same package is needed",
                    CTI_S(old_package), CTI_S(new_package));
  CTI_TRY(component_of_world(&component, resolve, old));
  return cti_fits_world(&(cti_fit_given){.component = &component}, resolve, new, true, &world_words);
}

/* Names carry no versions while the worlds are compared: two versions of a package are what this is about. */
ct_status ct_world_semver_check(ct_wit *wit, const char *old_world, const char *new_world, ct_error *error) {
  uint32_t old, new;
  CTI_TRY(cti_wit_choose_world(&old, wit, old_world, error));
  CTI_TRY(cti_wit_choose_world(&new, wit, new_world, error));
  uint32_t count = wit->resolve.packages.count;
  bool *had_version = CTI_NEW_N(&wit->arena, bool, count);
  if (!had_version) return error->status;
  for (uint32_t i = 0; i < count; i++) {
    had_version[i] = wit->resolve.packages.items[i].name.version.present;
    wit->resolve.packages.items[i].name.version.present = false;
  }
  ct_status status = check_successor(&wit->resolve, old, new);
  for (uint32_t i = 0; i < count; i++) wit->resolve.packages.items[i].name.version.present = had_version[i];
  return status;
}

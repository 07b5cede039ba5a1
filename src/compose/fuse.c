/* fuse.c - ctool's own adapter becomes a part of the main module. Flows in: both modules and how each is met (uses, slots). Flows out: one module, the main
 * unit's from now on.
 *
 * Functions stand in this order: imports of the main module that are left, imports of the adapter that are left, functions of the main module, of the
 * adapter. What either imports of the other is that function itself. Types, globals and exports of the adapter come after those of the main module;
 * both have the memory and the table of the first module. Code moves, so that what knows it by offset goes. */
#include "compose/core_make.h"
#include "compose/layout.h"
#include "passes/module_passes.h"
#include "passes/names_move.h"

typedef struct part {
  cti_unit *unit;
  cti_module m;
  cti_use **use_of; /* by import: the use that is met inside; NULL for imports that are left */
  uint32_t *to;     /* functions */
} part;

typedef struct fuser {
  cti_plan *plan;
  cti_arena *arena;
  part main, adapter;
  uint32_t imported, count; /* functions of both, those that are imported first */
} fuser;

static ct_status failed(const fuser *f) { return f->arena->error->status; }

/* ---- reading */

static ct_status read_part(part *p, fuser *f, uint32_t unit, cti_use_kind inside) {
  p->unit = &f->plan->units.items[unit];
  CTI_TRY(cti_module_decode(&p->m, p->unit->bytes, 0, f->arena));
  p->use_of = CTI_NEW_N(f->arena, cti_use *, p->m.imports.count);
  if (!p->use_of) return CT_NOMEM;
  for (uint32_t i = 0; i < p->unit->uses.count; i++) {
    cti_use *use = &p->unit->uses.items[i];
    if (use->kind == inside) p->use_of[use->import] = use;
  }
  return CT_OK;
}

/* ---- where functions go */

static bool is_left(const part *p, uint32_t func) { return !p->use_of[p->m.funcs.items[func].import]; }

static void number(fuser *f, part *p, bool imports) {
  uint32_t imported = p->m.imported[CTI_EXTERN_FUNC];
  for (uint32_t i = imports ? 0 : imported, end = imports ? imported : p->m.funcs.count; i < end; i++)
    if (!imports || is_left(p, i)) p->to[i] = f->count++;
}

/* Imports that are met inside: by an export of the other part, under the name that it has in the component. */
static ct_status join(fuser *f, part *p, const part *other) {
  for (uint32_t i = 0; i < p->m.imported[CTI_EXTERN_FUNC]; i++) {
    if (is_left(p, i)) continue;
    const cti_export *met = cti_module_find_export(&other->unit->module, CTI_EXTERN_FUNC, p->use_of[p->m.funcs.items[i].import]->source);
    if (!met || met->index >= other->m.funcs.count) return cti_fail(f->arena->error, CT_INTERNAL, CT_NO_OFFSET, "a fused adapter and its module do not fit");
    p->to[i] = other->to[met->index];
  }
  return CT_OK;
}

static ct_status number_funcs(fuser *f) {
  size_t room = (size_t)f->main.m.funcs.count + f->adapter.m.funcs.count;
  part *const parts[] = {&f->main, &f->adapter};
  for (unsigned i = 0; i < 2; i++) {
    parts[i]->to = CTI_NEW_N(f->arena, uint32_t, room);
    if (!parts[i]->to) return CT_NOMEM;
    memset(parts[i]->to, 0xff, room * sizeof *parts[i]->to);
  }
  number(f, &f->main, true);
  number(f, &f->adapter, true);
  f->imported = f->count;
  number(f, &f->main, false);
  number(f, &f->adapter, false);
  CTI_TRY(join(f, &f->main, &f->adapter));
  return join(f, &f->adapter, &f->main);
}

/* ---- types: those of functions that the main module has already are not made again */

static ct_slice key_of_type(cti_arena *arena, const cti_subtype *type) {
  uint32_t counts[2] = {type->param_count, type->result_count};
  size_t size = (counts[0] + (size_t)counts[1]) * sizeof *type->types;
  uint8_t *key = cti_alloc(arena, sizeof counts + size);
  if (!key) return (ct_slice){NULL, 0};
  memcpy(key, counts, sizeof counts);
  if (size) memcpy(key + sizeof counts, type->types, size);
  return cti_slice(key, sizeof counts + size);
}

static bool is_plain(const cti_subtype *type) { return type->kind == CTI_COMPOSITE_FUNC && type->is_final && !type->shared && !type->super_count && type->describes == UINT32_MAX && type->descriptor == UINT32_MAX; }

static ct_status place_types(uint32_t **out, fuser *f) {
  cti_module *m = &f->main.m;
  cti_map known = {0};
  uint32_t *to = *out = CTI_NEW_N(f->arena, uint32_t, f->adapter.m.types.count);
  for (uint32_t i = 0; i < m->rec_groups.count; i++) {
    const cti_subtype *type = &m->types.items[m->rec_groups.items[i].first];
    if (m->rec_groups.items[i].count != 1 || !is_plain(type)) continue;
    CTI_TRY(cti_map_set(&known, f->arena, key_of_type(f->arena, type), m->rec_groups.items[i].first));
  }
  for (uint32_t i = 0; to && i < f->adapter.m.types.count; i++) {
    ct_slice key = key_of_type(f->arena, &f->adapter.m.types.items[i]);
    uint32_t place = key.data ? cti_map_get(&known, key) : CTI_MAP_NONE;
    to[i] = place != CTI_MAP_NONE ? place : cti_make_func_type(m, &f->adapter.m.types.items[i]);
  }
  return failed(f);
}

static ct_status move_parts(fuser *f) {
  uint32_t *types, *globals = CTI_NEW_N(f->arena, uint32_t, f->adapter.m.globals.count);
  if (!globals) return CT_NOMEM;
  for (uint32_t i = 0; i < f->adapter.m.globals.count; i++) globals[i] = f->main.m.globals.count + i;
  cti_remap of_main = {0}, of_adapter = {0};
  of_main.space[CTI_SPACE_FUNC].to = f->main.to;
  of_adapter.space[CTI_SPACE_FUNC].to = f->adapter.to;
  of_main.space[CTI_SPACE_FUNC].count = of_adapter.space[CTI_SPACE_FUNC].count = f->main.m.funcs.count + f->adapter.m.funcs.count; /* room for the new names, too */
  CTI_TRY(cti_names_move(&f->main.m, &of_main));
  CTI_TRY(cti_module_remap(&f->main.m, &of_main));
  CTI_TRY(place_types(&types, f));
  of_adapter.space[CTI_SPACE_TYPE].to = types;
  of_adapter.space[CTI_SPACE_TYPE].count = f->adapter.m.types.count;
  of_adapter.space[CTI_SPACE_GLOBAL].to = globals;
  of_adapter.space[CTI_SPACE_GLOBAL].count = f->adapter.m.globals.count;
  for (uint32_t i = 0; i < f->adapter.m.imports.count; i++) {
    cti_extern_type *type = &f->adapter.m.imports.items[i].type;
    if (type->kind == CTI_EXTERN_FUNC) type->type = cti_remap_index(&of_adapter, CTI_SPACE_TYPE, type->type);
  }
  return cti_module_remap(&f->adapter.m, &of_adapter);
}

/* ---- one module of both. What is pushed comes after what the main module has. */

/* The imports that are left, by the names that they have in the component. */
static ct_status take_imports(fuser *f, part *p, cti_import *out, uint32_t *count, cti_func *funcs) {
  const cti_unit *u = p->unit;
  for (uint32_t g = 0; g < u->groups.count; g++)
    for (uint32_t i = 0; i < u->groups.items[g].count; i++) {
      const cti_use *use = &u->uses.items[u->groups.items[g].first + i];
      p->m.imports.items[use->import].module = u->groups.items[g].module;
      p->m.imports.items[use->import].name = use->field;
    }
  for (uint32_t i = 0, func = 0; i < p->m.imports.count; i++) {
    cti_import *import = &p->m.imports.items[i];
    uint32_t at = import->type.kind == CTI_EXTERN_FUNC ? func++ : UINT32_MAX;
    if (p->use_of[i] || (p == &f->adapter && at == UINT32_MAX)) continue; /* the adapter's memory is the main module's */
    import->form = CTI_IMPORT_SINGLE;
    if (at != UINT32_MAX) funcs[p->to[at]] = (cti_func){.type = import->type.type, .import = *count};
    out[(*count)++] = *import;
  }
  return CT_OK;
}

static void take_funcs(const part *p, cti_func *out) {
  for (uint32_t i = p->m.imported[CTI_EXTERN_FUNC]; i < p->m.funcs.count; i++) out[p->to[i]] = p->m.funcs.items[i];
}

static ct_status fuse_funcs(fuser *f) {
  cti_module *m = &f->main.m;
  const cti_unit *u = f->main.unit;
  uint32_t known = m->imports.count, more = u->module.imports.count - known, count = 0;
  cti_import *imports = CTI_NEW_N(f->arena, cti_import, known + more + f->adapter.m.imports.count);
  cti_func *funcs = CTI_NEW_N(f->arena, cti_func, f->count);
  if (!imports || !funcs) return CT_NOMEM;
  CTI_TRY(take_imports(f, &f->main, imports, &count, funcs));
  CTI_TRY(take_imports(f, &f->adapter, imports, &count, funcs));
  for (uint32_t i = 0; i < more; i++) imports[count++] = u->module.imports.items[known + i];
  take_funcs(&f->main, funcs);
  take_funcs(&f->adapter, funcs);
  m->imports.items = imports;
  m->imports.count = m->imports.capacity = count;
  m->funcs.items = funcs;
  m->funcs.count = m->funcs.capacity = f->count;
  m->imported[CTI_EXTERN_FUNC] = f->imported;
  return CT_OK;
}

/* The memory and the tables that are the first module's, and the adapter's globals. */
static ct_status fuse_spaces(fuser *f) {
  cti_module *m = &f->main.m;
  const cti_unit *u = f->main.unit;
  if (u->drops_memory) m->memories.items[0].import = 0, m->imported[CTI_EXTERN_MEMORY] = 1;
  if (u->drops_table) m->tables.items[0].import = 0, m->imported[CTI_EXTERN_TABLE] = 1;
  if (f->plan->main_globals.data) m->globals.items[0].init.bytes = cti_make_i32_const(f->arena, f->plan->main_stack);
  for (uint32_t i = 0; i < f->adapter.m.globals.count; i++)
    if (!cti_vec_push(f->arena, &m->globals, f->adapter.m.globals.items[i])) return CT_NOMEM;
  return failed(f);
}

/* Of the adapter, what the component itself takes. */
static ct_status fuse_exports(fuser *f) {
  const cti_unit *u = f->adapter.unit;
  for (uint32_t i = 0; i < u->offers.count; i++) {
    const cti_export *offered = cti_module_find_export(&u->module, CTI_EXTERN_FUNC, u->offers.items[i].name);
    bool waits = f->plan->fills_itself && (u->offers.items[i].role == CTI_ROLE_IMPORT_REALLOC || u->offers.items[i].role == CTI_ROLE_REALLOC);
    if (!offered || waits) continue; /* it is in the table, and nowhere else */
    CTI_TRY(cti_make_export(&f->main.m, u->offers.items[i].name, CTI_EXTERN_FUNC, f->adapter.to[offered->index]));
  }
  return CT_OK;
}

static ct_status fuse_slots(fuser *f, const part *p) {
  uint32_t *funcs = CTI_NEW_N(f->arena, uint32_t, p->unit->slots.count);
  if (!funcs) return failed(f);
  for (uint32_t i = 0; i < p->unit->slots.count; i++) {
    const cti_slot *slot = &p->unit->slots.items[i];
    funcs[i] = p->to[slot->func];
    CTI_TRY(cti_make_elem(&f->main.m, f->main.unit->drops_table, slot->slot, &funcs[i], 1));
  }
  return CT_OK;
}

/* With -g, and when the main module has names: those of functions that are the adapter's own, which come last. */
static ct_status fuse_names(fuser *f) {
  const cti_section *section = cti_module_custom(&f->adapter.m, CTI_LIT("name"), NULL);
  cti_names names = {0};
  ct_error ignored;
  ct_error_clear(&ignored);
  if (!section || cti_names_parse(&names, section->content, 0, f->arena, &ignored)) return failed(f);
  const cti_name_map *map = cti_names_of(&names, CTI_NAME_FUNC);
  cti_naming *added = CTI_NEW_N(f->arena, cti_naming, f->count);
  uint32_t count = 0;
  if (!added) return CT_NOMEM;
  for (uint32_t k = 0; map && k < map->names.count && count < f->count; k++) {
    uint32_t func = map->names.items[k].index;
    if (func >= f->adapter.m.imported[CTI_EXTERN_FUNC] && func < f->adapter.m.funcs.count) added[count++] = (cti_naming){f->adapter.to[func], map->names.items[k].name};
  }
  return cti_names_add(&f->main.m, CTI_NAME_FUNC, added, count);
}

/* Every section that is not as it was is written anew. */
static ct_status touch(fuser *f) {
  static const uint8_t codes[] = {CTI_SECTION_TYPE, CTI_SECTION_IMPORT, CTI_SECTION_FUNCTION, CTI_SECTION_GLOBAL, CTI_SECTION_EXPORT, CTI_SECTION_CODE};
  cti_module *m = &f->main.m;
  for (unsigned i = 0; i < CTI_COUNT(codes); i++)
    if (!cti_module_touch(m, codes[i])) return failed(f);
  if (m->start != UINT32_MAX && !cti_module_touch(m, CTI_SECTION_START)) return failed(f);
  if (m->elems.count && !cti_module_touch(m, CTI_SECTION_ELEM)) return failed(f);
  for (uint32_t i = 0; i < m->sections.count; i++) {
    cti_section *section = &m->sections.items[i];
    if (section->frame.id == CTI_SECTION_MEMORY) section->dropped = f->main.unit->drops_memory;
    if (section->frame.id == CTI_SECTION_TABLE) section->dropped = f->main.unit->drops_table;
    if (section->frame.id == CTI_SECTION_CUSTOM) section->dropped |= cti_custom_tells_offsets(section->name);
  }
  return CT_OK;
}

/* What the plan wanted of the main module's sections is done. */
static ct_status replace_main(fuser *f) {
  cti_unit *u = f->main.unit;
  cti_buf bytes = {0};
  cti_module_encode(&f->main.m, &bytes);
  u->bytes = cti_take(&bytes, f->arena);
  if (!u->bytes.data) return failed(f);
  u->has_renamed_imports = u->drops_memory = u->drops_table = false;
  u->slots.count = 0;
  u->start = UINT32_MAX;
  f->plan->main_globals = (ct_slice){NULL, 0};
  return cti_module_decode_interface(&u->module, u->bytes, 0, f->arena);
}

ct_status cti_fuse_adapter(cti_plan *plan, uint32_t unit) {
  fuser f = {.plan = plan, .arena = plan->arena};
  CTI_TRY(read_part(&f.main, &f, 0, CTI_USE_ADAPTER));
  CTI_TRY(read_part(&f.adapter, &f, unit, CTI_USE_ITEM));
  CTI_TRY(number_funcs(&f));
  CTI_TRY(move_parts(&f));
  if (f.main.unit->start != UINT32_MAX) f.main.m.start = f.main.to[f.main.unit->start];
  CTI_TRY(fuse_slots(&f, &f.main));
  CTI_TRY(fuse_slots(&f, &f.adapter));
  CTI_TRY(fuse_exports(&f));
  CTI_TRY(fuse_names(&f));
  CTI_TRY(fuse_spaces(&f));
  CTI_TRY(fuse_funcs(&f));
  CTI_TRY(touch(&f));
  return replace_main(&f);
}

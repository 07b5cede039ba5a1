/* size.c - measures a module or component. Flows in: bytes. Flows out: the model of size.h. */
#include "inspect/size.h"

#include <stdlib.h>

#include "component/component.h"
#include "inspect/func_names.h"
#include "inspect/symbols.h"

/* ---- parts */

static int by_bytes(const void *a, const void *b) {
  const cti_size_part *x = a, *y = b;
  if (x->bytes != y->bytes) return x->bytes > y->bytes ? -1 : 1;
  return cti_slice_cmp(x->name, y->name);
}

void cti_size_sort(cti_size_parts *parts) {
  if (parts->count) qsort(parts->items, parts->count, sizeof *parts->items, by_bytes);
}

/* Adds to the part of that name, which is made when it is not there. */
static ct_status add(cti_size_parts *parts, cti_map *index_of, ct_slice name, uint64_t bytes, cti_arena *arena) {
  uint32_t index = parts->count;
  bool added;
  if (!name.data) name = CTI_LIT("");
  CTI_TRY(cti_map_add(index_of, arena, name, &index, &added));
  if (added && !cti_vec_push(arena, parts, ((cti_size_part){.name = name}))) return CT_NOMEM;
  cti_size_part *part = &parts->items[index];
  part->bytes += bytes;
  part->count++;
  if (bytes > part->most) part->most = bytes;
  return CT_OK;
}

/* ---- one module */

static ct_status take_sections(cti_size_module *out, const cti_module *m, cti_arena *arena) {
  cti_map index_of = {0};
  CTI_TRY(add(&out->sections, &index_of, CTI_LIT("preamble"), CTI_PREAMBLE_SIZE, arena));
  for (uint32_t i = 0; i < m->sections.count; i++) {
    const cti_section *section = &m->sections.items[i];
    const char *known = cti_section_name(section->frame.id);
    ct_slice name = section->frame.id != CTI_SECTION_CUSTOM ? cti_slice_str(known ? known : "unknown") : cti_format(arena, "custom %.*s", CTI_S(cti_slice_cut(section->name, 0, 100)));
    if (!name.data) return CT_NOMEM;
    CTI_TRY(add(&out->sections, &index_of, name, section->frame.raw.size, arena));
  }
  return CT_OK;
}

static ct_status take_datas(cti_size_module *out, const cti_module *m, const cti_names *names, cti_arena *arena) {
  const cti_name_map *map = cti_names_of(names, CTI_NAME_DATA);
  for (uint32_t i = 0, at = 0; i < m->datas.count; i++) {
    while (map && at < map->names.count && map->names.items[at].index < i) at++;
    bool named = map && at < map->names.count && map->names.items[at].index == i;
    ct_slice name = named ? map->names.items[at].name : cti_format(arena, "data %u", i);
    if (!name.data || !cti_vec_push(arena, &out->datas, ((cti_size_part){name, m->datas.items[i].bytes.size, 1, m->datas.items[i].bytes.size}))) return arena->error->status;
  }
  return CT_OK;
}

static ct_status take_funcs(cti_size_module *out, const cti_module *m, cti_names *parsed, cti_arena *arena) {
  const ct_slice *names = cti_func_names(parsed, m, arena);
  ct_slice *readable = cti_alloc_raw(arena, m->funcs.count, sizeof *readable);
  if (!names || !readable) return CT_NOMEM;
  for (uint32_t i = 0; i < m->funcs.count; i++) readable[i] = names[i];
  CTI_TRY(cti_demangle_if_can(readable, m->funcs.count, arena));
  for (uint32_t i = m->imported[CTI_EXTERN_FUNC]; i < m->funcs.count; i++) {
    const cti_func *func = &m->funcs.items[i];
    uint64_t head = cti_uleb_size(func->body.size);
    cti_size_func f = {.name = readable[i].size ? readable[i] : cti_format(arena, "func %u", i), .index = i, .bytes = func->body.size + head, .offset = func->body_offset - head};
    f.package = cti_size_package(readable[i]);
    f.generic = cti_size_generic(f.name, arena);
    if (!f.name.data || !f.generic.data || !cti_vec_push_large(arena, &out->funcs, f)) return arena->error->status;
  }
  return CT_OK;
}

/* ---- source files */

/* The paths of a toolchain and of a project often share most of themselves; they stay whole, but for "./". */
static ct_slice shown_path(ct_slice path) {
  while (cti_slice_starts(path, CTI_LIT("./"))) path = cti_slice_cut(path, 2, path.size);
  return path;
}

/* The code of each row up to the next one belongs to the row's file. Bodies that no row covers are of no file. */
static ct_status take_files(cti_size_module *out, const cti_module_item *item, const char *reader, cti_arena *arena) {
  cti_dwarf dwarf;
  cti_map index_of = {0};
  uint64_t told = 0, code = 0;
  if (!reader || item->dwarf.names.count == 0) return CT_OK;
  if (cti_dwarf_read(&dwarf, &item->dwarf, NULL, 0, reader, arena) != CT_OK) {
    if (arena->error->status != CT_IO_RUN) return arena->error->status;
    ct_error_clear(arena->error); /* no ctool-dwarf: no source files */
    return CT_OK;
  }
  for (uint32_t i = 0; i < out->funcs.count; i++) code += out->funcs.items[i].bytes;
  uint64_t covered = 0; /* sequences come by ascending address; what lies over what came before is not counted twice */
  for (uint32_t i = 0; i < dwarf.sequences.count; i++) {
    const cti_dwarf_sequence *s = &dwarf.sequences.items[i];
    for (uint32_t j = 0; j < s->count; j++) {
      const cti_dwarf_row *row = &dwarf.rows.items[s->first + j];
      uint64_t from = row->address > covered ? row->address : covered, to = j + 1 < s->count ? row[1].address : s->high;
      if (to > item->code.size) to = item->code.size;
      if (to <= from) continue;
      told += to - from;
      covered = to;
      ct_slice file = shown_path(cti_dwarf_file(&dwarf, row->file));
      CTI_TRY(add(&out->files, &index_of, file.size ? file : CTI_LIT("(no source)"), to - from, arena));
    }
  }
  if (code > told) CTI_TRY(add(&out->files, &index_of, CTI_LIT("(no source)"), code - told, arena));
  return CT_OK;
}

static ct_slice module_name(const cti_module *m, uint32_t number, cti_arena *arena) {
  const cti_section *section = cti_module_custom(m, CTI_LIT("name"), NULL);
  ct_error ignored = {0};
  cti_cursor c = cti_cursor_make(section ? section->content : (ct_slice){NULL, 0}, 0, &ignored);
  for (cti_subsection sub; section && cti_subsection_next(&sub, &c);) {
    ct_slice name = sub.code == CTI_NAME_MODULE ? cti_cursor_name(&sub.c) : (ct_slice){NULL, 0};
    if (name.size) return name;
  }
  return cti_format(arena, "module %u", number);
}

static ct_status take_module(cti_size *out, uint32_t number, const char *reader) {
  const cti_module_item *item = &out->walked.items.items[number];
  cti_size_module module = {.bytes = item->bytes.size, .module = CTI_NEW(out->arena, cti_module)};
  cti_names names;
  if (!module.module) return CT_NOMEM;
  CTI_TRY(cti_module_decode(module.module, item->bytes, item->offset, out->arena));
  module.name = module_name(module.module, number, out->arena);
  if (!module.name.data) return CT_NOMEM;
  CTI_TRY(take_sections(&module, module.module, out->arena));
  CTI_TRY(take_funcs(&module, module.module, &names, out->arena));
  CTI_TRY(take_datas(&module, module.module, &names, out->arena));
  CTI_TRY(take_files(&module, item, reader, out->arena));
  return cti_vec_push(out->arena, &out->modules, module) ? CT_OK : CT_NOMEM;
}

/* ---- what a component has around its modules */

static ct_status take_component(cti_size_module *out, cti_map *index_of, ct_slice bytes, uint64_t offset, uint32_t depth, cti_arena *arena) {
  ct_kind kind;
  cti_cursor c = cti_cursor_make(bytes, offset, arena->error);
  if (depth > CTI_MAX_DEPTH) return cti_fail(arena->error, CT_LIMIT, offset, "components are nested more than %d deep", CTI_MAX_DEPTH);
  CTI_TRY(cti_preamble_read(&c, &kind));
  uint64_t around = CTI_PREAMBLE_SIZE;
  for (cti_frame frame; cti_frame_next(&c, &frame);) {
    bool holds = frame.id == CTI_COMPONENT_SECTION_MODULE || frame.id == CTI_COMPONENT_SECTION_COMPONENT;
    uint64_t own = holds ? frame.raw.size - frame.payload.size : frame.raw.size;
    if (frame.id == CTI_COMPONENT_SECTION_COMPONENT) CTI_TRY(take_component(out, index_of, frame.payload, frame.payload_offset, depth + 1, arena));
    if (holds) {
      around += own;
      continue;
    }
    ct_slice name = cti_slice_str(frame.id < CTI_ITEM_COUNT ? cti_component_sections[frame.id].name : "unknown"), content;
    if (frame.id == CTI_SECTION_CUSTOM) {
      CTI_TRY(cti_custom_name(&frame, &name, &content, arena->error));
      name = cti_format(arena, "custom %.*s", CTI_S(cti_slice_cut(name, 0, 100)));
      if (!name.data) return CT_NOMEM;
    }
    out->bytes += own;
    CTI_TRY(add(&out->sections, index_of, name, own, arena));
  }
  out->bytes += around;
  CTI_TRY(add(&out->sections, index_of, CTI_LIT("headers"), around, arena));
  return cti_cursor_status(&c);
}

ct_status cti_size_make(cti_size *out, ct_slice bytes, const char *reader, cti_arena *arena) {
  *out = (cti_size){.arena = arena, .bytes = bytes.size};
  CTI_TRY(cti_module_list_read(&out->walked, bytes, arena));
  for (uint32_t i = 0; i < out->walked.items.count; i++) CTI_TRY(take_module(out, i, reader));
  if (ct_kind_of(bytes) != CT_KIND_COMPONENT) return CT_OK;
  cti_size_module around = {.name = CTI_LIT("(component)")};
  cti_map index_of = {0};
  CTI_TRY(take_component(&around, &index_of, bytes, 0, 0, arena));
  return cti_vec_push(arena, &out->modules, around) ? CT_OK : CT_NOMEM;
}

/* ---- putting together */

static ct_status add_qualified(cti_size_parts *out, cti_map *index_of, const cti_size *size, const cti_size_module *module, ct_slice name, uint64_t bytes) {
  if (size->modules.count > 1 && module != size->plain) name = cti_format(size->arena, "%.*s: %.*s", CTI_S(module->name), CTI_S(name));
  return name.data ? add(out, index_of, name, bytes, size->arena) : CT_NOMEM;
}

static ct_status add_parts(cti_size_parts *out, cti_map *index_of, const cti_size *size, const cti_size_module *module, const cti_size_parts *parts, bool qualified) {
  for (uint32_t i = 0; i < parts->count; i++) {
    if (qualified) CTI_TRY(add_qualified(out, index_of, size, module, parts->items[i].name, parts->items[i].bytes));
    else CTI_TRY(add(out, index_of, parts->items[i].name, parts->items[i].bytes, size->arena));
  }
  return CT_OK;
}

static ct_status add_funcs(cti_size_parts *out, cti_map *index_of, const cti_size *size, const cti_size_module *module, ct_size_by by) {
  for (uint32_t i = 0; i < module->funcs.count; i++) {
    const cti_size_func *f = &module->funcs.items[i];
    if (by == CT_SIZE_FUNCTION) CTI_TRY(add_qualified(out, index_of, size, module, f->name, f->bytes));
    else if (by == CT_SIZE_GENERIC) CTI_TRY(add(out, index_of, f->generic, f->bytes, size->arena));
    else CTI_TRY(add(out, index_of, f->package.size ? f->package : CTI_LIT("(no package)"), f->bytes, size->arena));
  }
  return CT_OK;
}

ct_status cti_size_group(cti_size_parts *out, const cti_size *size, ct_size_by by) {
  cti_map index_of = {0};
  *out = (cti_size_parts){0};
  for (uint32_t i = 0; i < size->modules.count; i++) {
    const cti_size_module *module = &size->modules.items[i];
    switch (by) {
    case CT_SIZE_MODULE: CTI_TRY(add(out, &index_of, module->name, module->bytes, size->arena)); break;
    case CT_SIZE_SECTION: CTI_TRY(add_parts(out, &index_of, size, module, &module->sections, true)); break;
    case CT_SIZE_DATA: CTI_TRY(add_parts(out, &index_of, size, module, &module->datas, true)); break;
    case CT_SIZE_FILE: CTI_TRY(add_parts(out, &index_of, size, module, &module->files, false)); break;
    case CT_SIZE_FUNCTION: case CT_SIZE_PACKAGE: case CT_SIZE_GENERIC: CTI_TRY(add_funcs(out, &index_of, size, module, by)); break;
    }
  }
  cti_size_sort(out);
  return CT_OK;
}

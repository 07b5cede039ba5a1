/* module_encode.c - model to bytes, twin of module_decode.c. Flows in: a cti_module. Flows out: its binary form at the end of a buffer.
 *
 * A section that no pass marked `changed` is copied as it came. A changed one is written anew from the model, each number in its shortest form;
 * expressions and bodies are copied from their slices. */
#include "core/codes.h"
#include "core/core_write.h"

static void write_types(const cti_module *m, cti_buf *out) {
  cti_buf_uleb(out, m->rec_groups.count);
  for (uint32_t i = 0; i < m->rec_groups.count; i++) {
    const cti_rec_group *group = &m->rec_groups.items[i];
    if (group->written || group->count != 1) {
      cti_buf_u8(out, CTI_CODE_REC);
      cti_buf_uleb(out, group->count);
    }
    for (uint32_t k = 0; k < group->count; k++) cti_write_subtype(out, &m->types.items[group->first + k]);
  }
}

/* How many imports from `at` on are written together. */
static uint32_t group_length(const cti_module *m, uint32_t at) {
  const cti_import *first = &m->imports.items[at];
  uint32_t count = 1;
  if (first->form == CTI_IMPORT_SINGLE) return count;
  for (; at + count < m->imports.count; count++) {
    const cti_import *next = &m->imports.items[at + count];
    if (next->form != first->form || next->group != first->group || !cti_slice_eq(next->module, first->module)) break;
  }
  return count;
}

static void write_group(cti_buf *out, const cti_import *imports, uint32_t count) {
  cti_buf_name(out, imports->module);
  cti_buf_name(out, (ct_slice){NULL, 0});
  cti_buf_u8(out, (uint8_t)imports->form);
  if (imports->form == CTI_IMPORT_SHARED_TYPE) cti_write_extern_type(out, &imports->type);
  cti_buf_uleb(out, count);
  for (uint32_t i = 0; i < count; i++) {
    cti_buf_name(out, imports[i].name);
    if (imports->form == CTI_IMPORT_SHARED_MODULE) cti_write_extern_type(out, &imports[i].type);
  }
}

static void write_imports(const cti_module *m, cti_buf *out) {
  uint32_t entries = 0;
  for (uint32_t i = 0; i < m->imports.count; i += group_length(m, i)) entries++;
  cti_buf_uleb(out, entries);
  for (uint32_t i = 0, count; i < m->imports.count; i += count) {
    count = group_length(m, i);
    if (m->imports.items[i].form == CTI_IMPORT_SINGLE) cti_write_import(out, &m->imports.items[i]);
    else write_group(out, &m->imports.items[i], count);
  }
}

static void write_functions(const cti_module *m, cti_buf *out) {
  uint32_t first = m->imported[CTI_EXTERN_FUNC];
  cti_buf_uleb(out, m->funcs.count - first);
  for (uint32_t i = first; i < m->funcs.count; i++) cti_buf_uleb(out, m->funcs.items[i].type);
}

static void write_tables(const cti_module *m, cti_buf *out) {
  uint32_t first = m->imported[CTI_EXTERN_TABLE];
  cti_buf_uleb(out, m->tables.count - first);
  for (uint32_t i = first; i < m->tables.count; i++) {
    const cti_table *table = &m->tables.items[i];
    if (table->init.bytes.size) cti_buf_bytes(out, CTI_LIT("\x40\0"));
    cti_write_table_type(out, &table->type);
    cti_write_expr(out, &table->init);
  }
}

static void write_memories(const cti_module *m, cti_buf *out) {
  uint32_t first = m->imported[CTI_EXTERN_MEMORY];
  cti_buf_uleb(out, m->memories.count - first);
  for (uint32_t i = first; i < m->memories.count; i++) cti_write_limits(out, &m->memories.items[i].type);
}

static void write_tags(const cti_module *m, cti_buf *out) {
  uint32_t first = m->imported[CTI_EXTERN_TAG];
  cti_buf_uleb(out, m->tags.count - first);
  for (uint32_t i = first; i < m->tags.count; i++) cti_write_tag_type(out, m->tags.items[i].type);
}

static void write_globals(const cti_module *m, cti_buf *out) {
  uint32_t first = m->imported[CTI_EXTERN_GLOBAL];
  cti_buf_uleb(out, m->globals.count - first);
  for (uint32_t i = first; i < m->globals.count; i++) {
    cti_write_global_type(out, &m->globals.items[i].type);
    cti_write_expr(out, &m->globals.items[i].init);
  }
}

static void write_exports(const cti_module *m, cti_buf *out) {
  cti_buf_uleb(out, m->exports.count);
  for (uint32_t i = 0; i < m->exports.count; i++) cti_write_export(out, &m->exports.items[i]);
}

static void write_start(const cti_module *m, cti_buf *out) { cti_buf_uleb(out, m->start); }

/* `flags` tells the form; see cti_read_elem_head. */
static void write_elem(cti_buf *out, const cti_elem *elem) {
  bool active = elem->mode == CTI_SEGMENT_ACTIVE;
  cti_buf_uleb(out, elem->flags);
  if (active && elem->flags & CTI_ELEM_EXPLICIT) cti_buf_uleb(out, elem->table);
  if (active) cti_write_expr(out, &elem->offset_expr);
  if (elem->flags & (CTI_ELEM_NOT_ACTIVE | CTI_ELEM_EXPLICIT)) {
    if (elem->is_exprs) cti_write_valtype(out, elem->type);
    else cti_buf_u8(out, 0);
  }
  cti_buf_uleb(out, elem->count);
  for (uint32_t i = 0; i < elem->count; i++) {
    if (elem->is_exprs) cti_write_expr(out, &elem->exprs[i]);
    else cti_buf_uleb(out, elem->funcs[i]);
  }
}

static void write_elems(const cti_module *m, cti_buf *out) {
  cti_buf_uleb(out, m->elems.count);
  for (uint32_t i = 0; i < m->elems.count; i++) write_elem(out, &m->elems.items[i]);
}

static void write_data_count(const cti_module *m, cti_buf *out) { cti_buf_uleb(out, m->data_count); }

static void write_code(const cti_module *m, cti_buf *out) {
  uint32_t first = m->imported[CTI_EXTERN_FUNC];
  cti_buf_uleb(out, m->funcs.count - first);
  for (uint32_t i = first; i < m->funcs.count; i++) {
    cti_buf_uleb(out, m->funcs.items[i].body.size);
    cti_buf_bytes(out, m->funcs.items[i].body);
  }
}

static void write_datas(const cti_module *m, cti_buf *out) {
  cti_buf_uleb(out, m->datas.count);
  for (uint32_t i = 0; i < m->datas.count; i++) {
    const cti_data *data = &m->datas.items[i];
    cti_buf_uleb(out, data->flags);
    if (data->flags == 2) cti_buf_uleb(out, data->memory);
    if (data->mode == CTI_SEGMENT_ACTIVE) cti_write_expr(out, &data->offset_expr);
    cti_buf_uleb(out, data->bytes.size);
    cti_buf_bytes(out, data->bytes);
  }
}

static void (*const section_writers[CTI_SECTION_CODES])(const cti_module *m, cti_buf *out) = {
#define CT_SECTION(symbol, code, name, items, reader, writer) [code] = writer,
#include "core/sections.def"
#undef CT_SECTION
};

static void write_custom(const cti_section *section, cti_buf *out) {
  cti_buf_name(out, section->name);
  cti_buf_bytes(out, section->content);
}

void cti_module_encode(const cti_module *module, cti_buf *out) {
  cti_buf_bytes(out, CTI_LIT("\0asm\1\0\0\0"));
  for (uint32_t i = 0; i < module->sections.count; i++) {
    const cti_section *section = &module->sections.items[i];
    if (section->dropped) continue;
    if (!section->changed) {
      cti_buf_bytes(out, section->frame.raw);
      continue;
    }
    cti_buf_u8(out, section->frame.id);
    size_t mark = cti_buf_open(out);
    if (section->frame.id == CTI_SECTION_CUSTOM) write_custom(section, out);
    else section_writers[section->frame.id](module, out);
    cti_buf_close(out, mark);
  }
}

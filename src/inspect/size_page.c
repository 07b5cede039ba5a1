/* size_page.c - the whole model, as JSON and as one page with a treemap. Flows in: a measured file. Flows out: text. size_page.html is the page around the data. */
#include "inspect/size_page.h"

#include "base/json.h"
#include "inspect/size.h"

/* ---- JSON for programs */

static void name_and_bytes(cti_json *json, ct_slice name, uint64_t bytes) {
  cti_json_member(json, "name", name);
  cti_json_member_uint(json, "bytes", bytes);
}

static void write_parts(cti_json *json, const char *key, const cti_size_parts *parts) {
  cti_json_member_open(json, key, '[');
  for (uint32_t i = 0; i < parts->count; i++) {
    cti_json_open(json, '{');
    name_and_bytes(json, parts->items[i].name, parts->items[i].bytes);
    cti_json_close(json, '}');
  }
  cti_json_close(json, ']');
}

static void write_funcs(cti_json *json, const cti_size_module *module) {
  cti_json_member_open(json, "functions", '[');
  for (uint32_t i = 0; i < module->funcs.count; i++) {
    const cti_size_func *f = &module->funcs.items[i];
    cti_json_open(json, '{');
    cti_json_member_uint(json, "index", f->index);
    name_and_bytes(json, f->name, f->bytes);
    cti_json_member_uint(json, "offset", f->offset);
    if (f->package.size) cti_json_member(json, "package", f->package);
    cti_json_close(json, '}');
  }
  cti_json_close(json, ']');
}

void cti_size_json(cti_buf *out, const cti_size *size) {
  cti_json json = cti_json_make(out, 0);
  cti_json_open(&json, '{');
  cti_json_member_uint(&json, "bytes", size->bytes);
  cti_json_member_open(&json, "modules", '[');
  for (uint32_t i = 0; i < size->modules.count; i++) {
    const cti_size_module *module = &size->modules.items[i];
    cti_json_open(&json, '{');
    name_and_bytes(&json, module->name, module->bytes);
    write_parts(&json, "sections", &module->sections);
    write_funcs(&json, module);
    write_parts(&json, "data", &module->datas);
    write_parts(&json, "files", &module->files);
    cti_json_close(&json, '}');
  }
  cti_json_close(&json, ']');
  cti_json_close(&json, '}');
  cti_buf_u8(out, '\n');
}

/* ---- the page: [name, bytes, [children]] */

/* The data stand in a script element, which "</" could end. */
static void put_data(cti_buf *out, ct_slice json) {
  for (size_t i = 0; i < json.size; i++) {
    cti_buf_u8(out, json.data[i]);
    if (json.data[i] == '<') cti_buf_truncate(out, out->failed ? 0 : out->size - 1), cti_buf_str(out, "\\u003c");
  }
}

static void open_node(cti_json *json, ct_slice name, uint64_t bytes) {
  cti_json_open(json, '[');
  cti_json_string(json, name);
  cti_json_uint(json, bytes);
  cti_json_open(json, '[');
}

static void close_node(cti_json *json) {
  cti_json_close(json, ']');
  cti_json_close(json, ']');
}

static void leaf(cti_json *json, ct_slice name, uint64_t bytes) {
  cti_json_open(json, '[');
  cti_json_string(json, name);
  cti_json_uint(json, bytes);
  cti_json_close(json, ']');
}

/* Functions of one package after the other: `next` makes a list of those of each, in the order of the file. */
static void code_node(cti_json *json, const cti_size_module *module, uint64_t bytes, cti_arena *arena) {
  cti_map index_of = {0};
  CTI_VEC(uint32_t) first = {0}, last = {0};
  CTI_VEC(uint64_t) sums = {0};
  uint32_t *next = cti_alloc_raw(arena, module->funcs.count, sizeof *next);
  for (uint32_t i = 0; next && i < module->funcs.count; i++) {
    uint32_t package = first.count;
    bool added;
    ct_slice name = module->funcs.items[i].package.size ? module->funcs.items[i].package : CTI_LIT("(no package)");
    if (cti_map_add(&index_of, arena, name, &package, &added) != CT_OK) return;
    if (added && (!cti_vec_push(arena, &first, i) || !cti_vec_push(arena, &last, i) || !cti_vec_push(arena, &sums, (uint64_t)0))) return;
    if (!added) next[last.items[package]] = i;
    next[i] = UINT32_MAX;
    last.items[package] = i;
    sums.items[package] += module->funcs.items[i].bytes;
  }
  open_node(json, CTI_LIT("code"), bytes);
  for (uint32_t p = 0; next && p < first.count; p++) {
    bool lone = first.count == 1;
    if (!lone) open_node(json, cti_map_key(&index_of.entries[p]), sums.items[p]);
    for (uint32_t i = first.items[p]; i != UINT32_MAX; i = next[i]) leaf(json, module->funcs.items[i].name, module->funcs.items[i].bytes);
    if (!lone) close_node(json);
  }
  close_node(json);
}

static void module_node(cti_json *json, const cti_size_module *module, cti_arena *arena) {
  open_node(json, module->name, module->bytes);
  for (uint32_t i = 0; i < module->sections.count; i++) {
    const cti_size_part *section = &module->sections.items[i];
    if (module->module && cti_slice_is(section->name, "code")) {
      code_node(json, module, section->bytes, arena);
    } else if (module->module && cti_slice_is(section->name, "data")) {
      open_node(json, section->name, section->bytes);
      for (uint32_t j = 0; j < module->datas.count; j++) leaf(json, module->datas.items[j].name, module->datas.items[j].bytes);
      close_node(json);
    } else {
      leaf(json, section->name, section->bytes);
    }
  }
  close_node(json);
}

void cti_size_html(cti_buf *out, const cti_size *size, const char *title) {
  static const char marker[] = "/*DATA*/";
  cti_buf data = {0};
  cti_json json = cti_json_make(&data, 0);
  size_t at = 0;
  while (at + sizeof marker - 1 < cti_size_page_size && memcmp(cti_size_page + at, marker, sizeof marker - 1) != 0) at++;
  open_node(&json, cti_slice_str(title), size->bytes);
  for (uint32_t i = 0; i < size->modules.count; i++) module_node(&json, &size->modules.items[i], size->arena);
  close_node(&json);
  cti_buf_bytes(out, cti_slice(cti_size_page, at));
  put_data(out, cti_buf_slice(&data));
  out->failed |= data.failed;
  cti_buf_bytes(out, cti_slice(cti_size_page + at + sizeof marker - 1, cti_size_page_size - at - sizeof marker + 1));
  ct_buf_free(&data);
}

/* wast_json.c - a script as JSON beside files of its modules. Flows in: a script. Flows out: JSON, and each module by its name. */
#include "text/wast.h"

typedef struct writer {
  const ct_wast_json_options *options;
  const ct_sink *sink;
  uint32_t files;
} writer;

static ct_status give(cti_wast *s, const char *extension, uint32_t number, ct_slice bytes, ct_slice *name) {
  const writer *w = s->context;
  *name = cti_format(s->p.arena, "%s.%u.%s", w->options->stem, number, extension);
  if (!name->data) return CT_NOMEM;
  return w->options->give(w->options->context, (const char *)name->data, bytes, s->p.arena->error);
}

static ct_status file_of_module(cti_wast *s, const cti_wast_module *m) {
  writer *w = s->context;
  ct_slice name, binary = {NULL, 0};
  uint32_t number = w->files++;
  bool malformed = m->kind == CTI_WAST_MALFORMED || m->kind == CTI_WAST_MALFORMED_CUSTOM;
  if (!m->is_quoted && m->failure.status != CT_OK) {
    *s->p.arena->error = m->failure;
    return m->failure.status;
  }
  CTI_TRY(give(s, m->is_quoted ? "wat" : "wasm", number, m->is_quoted ? m->quoted : m->bytes, &name));
  if (m->is_quoted && !malformed && m->failure.status == CT_OK) CTI_TRY(give(s, "wasm", number, m->bytes, &binary));
  cti_json_member(&s->json, "filename", name);
  cti_json_member_str(&s->json, "module_type", m->is_quoted ? "text" : "binary");
  if (!binary.data) return CT_OK;
  cti_json_member(&s->json, "binary_filename", binary);
  return CT_OK;
}

static ct_status flush(cti_wast *s) {
  const writer *w = s->context;
  CTI_TRY(cti_buf_check(&s->json_buf, s->p.arena->error));
  CTI_TRY(w->sink->write(w->sink->user, cti_buf_slice(&s->json_buf), s->p.arena->error));
  cti_buf_truncate(&s->json_buf, 0);
  return CT_OK;
}

static ct_status run(cti_wast *s, const writer *w, ct_slice text, cti_arena *arena) {
  cti_json_open(&s->json, '{');
  cti_json_member_str(&s->json, "source_filename", w->options->source_filename);
  cti_json_member_open(&s->json, "commands", '[');
  s->p.arena = arena;
  CTI_TRY(flush(s));
  CTI_TRY(cti_wast_read(s, text, arena));
  cti_json_close(&s->json, ']');
  cti_json_close(&s->json, '}');
  return flush(s);
}

ct_status ct_wast_json(const ct_sink *sink, ct_slice text, const ct_wast_json_options *options, ct_error *error) {
  cti_arena arena;
  writer w = {options, sink, 0};
  cti_wast s = {.module = file_of_module, .done = flush, .context = &w};
  s.json = cti_json_make(&s.json_buf, options->pretty ? 2 : 0);
  cti_arena_init(&arena, error);
  ct_status status = run(&s, &w, text, &arena);
  ct_buf_free(&s.json_buf);
  cti_arena_free(&arena);
  return status;
}

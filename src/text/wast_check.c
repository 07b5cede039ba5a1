/* wast_check.c - is a script as it says? Modules that should be good are made and valid; those that should be refused are, at the stage that is said. Nothing is
 * run. Flows in: a script. Flows out: failures. */
#include <stdarg.h>
#include <stdio.h>

#include "ctool/validate.h"
#include "text/wast.h"

typedef struct check {
  const ct_wast_options *options;
  ct_slice text;
  ct_error first;
  size_t failures;
  uint32_t number; /* of the directive at the outermost level */
} check;

/* Tells one failure; the reading goes on. */
static void fail(check *c, const cti_wast_module *m, const ct_error *why, const char *format, ...) CTI_PRINTF(4, 5);

static void fail(check *c, const cti_wast_module *m, const ct_error *why, const char *format, ...) {
  ct_error error = {0};
  va_list arguments;
  if (why) {
    error = *why;
  } else {
    error.status = CT_MISUSE;
    error.offset = CT_NO_OFFSET;
    va_start(arguments, format);
    vsnprintf(error.message, sizeof error.message, format, arguments);
    va_end(arguments);
  }
  if (!error.line) cti_error_place_text(&error, c->text, (size_t)(m->at - c->text.data), 1);
  if (c->failures++ == 0) c->first = error;
  if (c->options->report) c->options->report(c->options->context, &error);
}

static bool is_one_of(ct_slice message, const char *const *list) {
  for (; *list; list++)
    if (cti_slice_is(message, *list)) return true;
  return false;
}

/* Has it the form of a module or component? */
static bool decodes(ct_slice bytes) {
  ct_error error = {0};
  cti_arena arena;
  cti_arena_init(&arena, &error);
  cti_component *component = CTI_NEW(&arena, cti_component);
  cti_module *module = component ? CTI_NEW(&arena, cti_module) : NULL;
  if (module && ct_kind_of(bytes) == CT_KIND_COMPONENT) cti_component_decode(component, bytes, 0, &arena);
  else if (module) cti_module_decode(module, bytes, 0, &arena);
  cti_arena_free(&arena);
  return error.status == CT_OK;
}

/* A module that should be malformed: not made, or not decoded. What ctool leaves to validation is good enough for limits and for text, where the specification has
 * rules of meaning in its grammar; for some more of what it calls malformed when the test is permissive. */
static void check_malformed(check *c, const cti_wast_module *m) {
  static const char *const at_validation[] = {"data count section required", "malformed mutability", "integer too large", NULL};
  ct_error error = {0};
  if (m->failure.status != CT_OK || !decodes(m->bytes)) return;
  if (ct_validate(m->bytes, c->options->validate, &error) == CT_OK) {
    fail(c, m, NULL, "this module is valid, and should be malformed: %.*s", CTI_S(m->message));
  } else if (ct_status_class(error.status) != CT_CLASS_MALFORMED && error.status != CT_LIMIT && !m->is_quoted && !(c->options->permissive && is_one_of(m->message, at_validation))) {
    fail(c, m, NULL, "this module is not valid (%.200s), and should be malformed: %.*s", error.message, CTI_S(m->message));
  }
}

static void check_invalid(check *c, const cti_wast_module *m) {
  ct_error error = {0};
  if (m->failure.status != CT_OK) fail(c, m, &m->failure, " ");
  else if (ct_validate(m->bytes, c->options->validate, &error) == CT_OK) fail(c, m, NULL, "this module is valid, and should not be: %.*s", CTI_S(m->message));
}

static void check_valid(check *c, const cti_wast_module *m) {
  ct_error error = {0};
  if (m->failure.status != CT_OK) fail(c, m, &m->failure, " ");
  else if (ct_validate(m->bytes, c->options->validate, &error) != CT_OK) fail(c, m, NULL, "this module is not valid: %s", error.message);
  else if (cti_wast_round(m, c->number, c->options, &error) != CT_OK) fail(c, m, &error, " ");
}

static ct_status check_module(cti_wast *s, const cti_wast_module *m) {
  check *c = s->context;
  switch (m->kind) {
  case CTI_WAST_MALFORMED: check_malformed(c, m); break;
  case CTI_WAST_MALFORMED_CUSTOM:
    if (m->failure.status == CT_OK) fail(c, m, NULL, "this module was made, and its custom section should be malformed: %.*s", CTI_S(m->message));
    break;
  case CTI_WAST_INVALID: check_invalid(c, m); break;
  default: check_valid(c, m); break;
  }
  return CT_OK;
}

static ct_status next_directive(cti_wast *s) {
  check *c = s->context;
  c->number++;
  CTI_TRY(cti_buf_check(&s->json_buf, s->p.arena->error));
  cti_buf_truncate(&s->json_buf, 0);
  return CT_OK;
}

ct_status ct_wast_check(ct_slice text, const ct_wast_options *options, ct_error *error) {
  static const ct_wast_options defaults;
  cti_arena arena;
  check c = {.options = options ? options : &defaults, .text = text};
  cti_wast s = {.module = check_module, .done = next_directive, .context = &c};
  s.json = cti_json_make(&s.json_buf, 0);
  cti_arena_init(&arena, error);
  ct_status status = cti_wast_read(&s, text, &arena);
  ct_buf_free(&s.json_buf);
  cti_arena_free(&arena);
  if (status == CT_OK && c.failures) {
    *error = c.first;
    status = error->status;
  }
  return status;
}

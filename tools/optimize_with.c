/* optimize_with.c - an installed wasm-opt as a second opinion: it runs on each core module, and the smaller result is kept. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "child.h"
#include "optimize.h"
#include "system.h"
#include "taken.h"

typedef struct second {
  const char *program;
  bool keep_names;
  taken_list modules;
  bool smaller;       /* some module is */
} second;

/* ---- one module */

/* Without flags the module's own list of features holds; where that is missing, all are allowed: the result is validated in any case. */
static ct_status run_program(int *how, const second *s, const char *in, const char *out, ct_error *error) {
  ct_status status = CT_OK;
  *how = 1;
  for (int all = 0; all < 2 && status == CT_OK && *how; all++) {
    const char *words[8] = {s->program, "-Oz", in, "-o", out};
    size_t count = 5;
    if (s->keep_names) words[count++] = "-g";
    if (all) words[count++] = "-all";
    status = child_run(how, words, all == 0, error);
  }
  return status;
}

/* Not valid is an answer; memory that is out is none. */
static ct_status look(bool *is_valid, ct_slice bytes, ct_error *error) {
  ct_error verdict;
  ct_error_clear(&verdict);
  *is_valid = ct_validate(bytes, NULL, &verdict) == CT_OK;
  if (ct_status_class(verdict.status) != CT_CLASS_NOMEM) return CT_OK;
  *error = verdict;
  return verdict.status;
}

/* The file that the program made, when it is better. */
static ct_status try(second *s, taken_module *module, ct_error *error) {
  int how;
  const char *out = s->modules.made;
  ct_status status = run_program(&how, s, module->path, out, error);
  if (status == CT_OK && how) fprintf(stderr, "note: `%s` ended with status %d; the module %s stays as ctool made it\n", s->program, how, module->name);
  else if (status == CT_OK) status = ct_input_open(&module->file, out, error);
  bool better = status == CT_OK && !how && module->file.bytes.size < module->bytes.size, valid = false;
  if (better) status = look(&valid, module->file.bytes, error);
  if (better && !valid && status == CT_OK) fprintf(stderr, "note: what `%s` made of the module %s is not valid; it stays as ctool made it\n", s->program, module->name);
  better = better && valid;
  if (better) module->bytes = module->file.bytes;
  s->smaller |= better;
  system_remove_file(out);
  return status;
}

/* A ct_give_module. */
static ct_status give(void *context, const char *name, ct_slice *module, ct_error *error) {
  second *s = context;
  (void)error;
  for (size_t i = 0; i < s->modules.count; i++)
    if (strcmp(s->modules.items[i].name, name) == 0) *module = s->modules.items[i].bytes;
  return CT_OK;
}

static ct_status try_all(second *s, ct_error *error) {
  ct_status status = taken_lay_out(&s->modules, error);
  for (size_t i = 0; i < s->modules.count && status == CT_OK; i++) status = try(s, &s->modules.items[i], error);
  return status;
}

/* ---- the file */

static ct_status run_module(second *s, ct_buf *out, ct_slice bytes, ct_error *error) {
  ct_status status = taken_add(&s->modules, "module", bytes, error);
  if (status == CT_OK) status = try_all(s, error);
  if (status == CT_OK && s->smaller) status = ct_buf_append(out, s->modules.items[0].bytes, error);
  return status;
}

static ct_status run_component(second *s, ct_buf *out, ct_slice bytes, ct_error *error) {
  ct_buf outer = {0};
  ct_status status = ct_component_unbundle(&outer, bytes, 0, taken_add, &s->modules, error);
  if (status == CT_OK) status = try_all(s, error);
  if (status == CT_OK && s->smaller) status = ct_component_bundle(out, (ct_slice){outer.data, outer.size}, give, s, error);
  ct_buf_free(&outer);
  return status;
}

ct_status optimize_with(ct_buf *bytes, const char *program, bool keep_names, ct_error *error) {
  second s = {.program = *program ? program : "wasm-opt", .keep_names = keep_names};
  ct_buf made = {0};
  ct_slice input = {bytes->data, bytes->size};
  ct_status status = taken_scratch_make(&s.modules, error);
  if (status == CT_OK) status = ct_kind_of(input) == CT_KIND_COMPONENT ? run_component(&s, &made, input, error) : run_module(&s, &made, input, error);
  if (status == CT_OK && s.smaller && made.size < bytes->size) {
    ct_buf swap = *bytes;
    *bytes = made;
    made = swap;
  }
  taken_scratch_remove(&s.modules);
  taken_free(&s.modules);
  ct_buf_free(&made);
  return status;
}

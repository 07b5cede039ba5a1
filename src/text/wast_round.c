/* wast_round.c - does the text of a module make that module? Flows in: a good module of a script. Flows out: what it prints as, to whom wants it, or the first thing
 * that is not as it should be. */
#include "ctool/text.h"
#include "text/wast.h"

typedef struct rounder {
  const cti_wast_module *module;
  const ct_wast_options *options;
  uint32_t number;
  ct_error *error;
} rounder;

static ct_status keep(void *user, ct_slice bytes, ct_error *error) {
  cti_buf_bytes(user, bytes);
  return cti_buf_check(user, error);
}

static ct_status print(cti_buf *out, ct_slice bytes, bool fold, ct_error *error) {
  const ct_sink sink = {keep, out};
  const ct_print_options options = {.fold = fold};
  return ct_print(&sink, bytes, &options, error);
}

static ct_status differs(const rounder *r, const char *what) {
  return cti_fail(r->error, CT_MISUSE, CT_NO_OFFSET, "this module is good, but printed and parsed again it %s", what);
}

static ct_status check_blanks(const rounder *r, ct_slice text) {
  bool at_start = true;
  for (size_t i = 0; i < text.size; i++) {
    uint8_t c = text.data[i];
    bool ends = i + 1 == text.size || text.data[i + 1] == '\n';
    if (c == '"') { /* to the end of the string */
      for (i++; i < text.size && text.data[i] != '"'; i++) i += text.data[i] == '\\';
    } else if (c == ' ' && (ends || (!at_start && text.data[i + 1] == ' '))) {
      return differs(r, "has blanks where there should be none");
    }
    at_start = c == '\n' || (at_start && c == ' ');
  }
  return CT_OK;
}

static ct_status check_text(const rounder *r, ct_slice text, const char *kind) {
  if (r->options->one_blank) CTI_TRY(check_blanks(r, text));
  bool wanted = r->options->snapshot && r->module->kind != CTI_WAST_INVALID;
  return wanted ? r->options->snapshot(r->options->context, kind, r->number, text, r->error) : CT_OK;
}

/* `flat` is what the module prints as flat, and `again` gets it once more. */
static ct_status check_again(const rounder *r, ct_slice text, bool fold, ct_slice flat, cti_buf *again, ct_buf *binary) {
  CTI_TRY(ct_text_parse(binary, text, r->error));
  ct_slice made = {binary->data, binary->size};
  if (!r->module->is_binary && !cti_slice_eq(made, r->module->bytes)) return differs(r, fold ? "makes other bytes when it is folded" : "makes other bytes");
  CTI_TRY(print(again, made, fold, r->error));
  if (!cti_slice_eq(cti_buf_slice(again), text)) return differs(r, fold ? "prints as another text when it is folded" : "prints as another text");
  if (!fold) return CT_OK;
  cti_buf_truncate(again, 0);
  CTI_TRY(print(again, made, false, r->error));
  return cti_slice_eq(cti_buf_slice(again), flat) ? CT_OK : differs(r, "prints as another text when it was folded");
}

static ct_status check_form(const rounder *r, bool fold, ct_slice flat, cti_buf *text) {
  cti_buf again = {0};
  ct_buf binary = {0};
  ct_status status = print(text, r->module->bytes, fold, r->error);
  if (status == CT_OK) status = check_text(r, cti_buf_slice(text), fold ? "print-folded" : "print");
  if (status == CT_OK) status = check_again(r, cti_buf_slice(text), fold, flat, &again, &binary);
  ct_buf_free(&again);
  ct_buf_free(&binary);
  return status;
}

ct_status cti_wast_round(const cti_wast_module *module, uint32_t number, const ct_wast_options *options, ct_error *error) {
  const rounder r = {module, options, number, error};
  cti_buf flat = {0}, folded = {0};
  ct_error_clear(error);
  ct_status status = check_form(&r, false, (ct_slice){NULL, 0}, &flat);
  if (status == CT_OK && options->fold) status = check_form(&r, true, cti_buf_slice(&flat), &folded);
  ct_buf_free(&flat);
  ct_buf_free(&folded);
  return status;
}

/* wast.h - a script of modules and assertions: reading it gives each module to a callback and says the rest as JSON while it is read.
 * The JSON is that of wabt's wast2json, as wasm-tools extends it: https://github.com/WebAssembly/wabt/blob/main/docs/wast2json.md */
#ifndef CTI_TEXT_WAST_H
#define CTI_TEXT_WAST_H

#include "base/json.h"
#include "text/lines.h"
#include "text/wat_component.h"

enum { CTI_WAST_DEEPEST = 100 };

typedef enum cti_wast_kind {
  CTI_WAST_MODULE, /* a module that is good */
#define CT_DIRECTIVE(symbol, keyword, holds) CTI_WAST_##symbol,
#include "text/wast.def"
#undef CT_DIRECTIVE
  CTI_WAST_KINDS
} cti_wast_kind;

/* A module or component of the script. */
typedef struct cti_wast_module {
  cti_wast_kind kind;
  uint32_t line;
  const uint8_t *at; /* in the script */
  bool is_quoted;  /* it was given as text in strings */
  bool is_binary;  /* it was given as bytes in strings, which need not have the form that ctool would write */
  ct_slice quoted; /* that text */
  ct_slice bytes;  /* its binary form, when `failure` is none */
  ct_error failure; /* why it could not be made */
  ct_slice message; /* of the assertion */
} cti_wast_module;

typedef struct cti_wast {
  cti_wat_parser p;
  cti_json json; /* of the command that is being read */
  cti_buf json_buf;
  /* Gets each module; what it adds to s->json follows the module's name. `bytes` and `quoted` live until it returns. A failure ends the reading. */
  ct_status (*module)(struct cti_wast *s, const cti_wast_module *module);
  /* Called after each directive at the outermost level, when its JSON is whole. */
  ct_status (*done)(struct cti_wast *s);
  void *context;
  cti_lines lines;
  uint32_t depth; /* of threads in threads, and of values in values: at most CTI_WAST_DEEPEST */
} cti_wast;

/* Reads the whole script. `arena` lasts as long as it; what a module needs is freed after it. */
ct_status cti_wast_read(cti_wast *s, ct_slice text, cti_arena *arena);

/* ---- text_parse.c: a text that stands in a script, which may be of no fields */

ct_status cti_text_parse_quoted(ct_buf *out, ct_slice text, ct_error *error);

/* ---- wast_round.c */

/* The text that a module prints as makes the same module and prints as it did; folded as well when options->fold. Of the directive `number` snapshots are given.
 * CT_MISUSE tells what does not hold: names that no text can have, or a fault of ctool. */
ct_status cti_wast_round(const cti_wast_module *module, uint32_t number, const ct_wast_options *options, ct_error *error);

/* ---- wast_value.c: the group of a value has been entered, and is left by the caller */

void cti_wast_argument(cti_wast *s);
void cti_wast_result(cti_wast *s);

/* Fails over s->depth. */
ct_status cti_wast_too_deep(cti_wast *s, cti_wat_token at);

#endif

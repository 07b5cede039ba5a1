/* cti_wat_parser.h - what the parsers of modules, components and scripts share: looking at tokens and taking them.
 *
 * Failures stick: after one every token is CTI_WAT_END, so that loops over groups end, and the caller looks at cti_wat_failed once. */
#ifndef CTI_TEXT_WAT_PARSER_H
#define CTI_TEXT_WAT_PARSER_H

#include "base/map.h"
#include "base/vec.h"
#include "ctool/io.h"
#include "text/wat_debug.h"
#include "text/wat_lex.h"

typedef struct cti_wat_parser {
  cti_wat_lexer lexer;
  cti_arena *arena;
  cti_wat_token token;  /* the one to be taken next */
  cti_wat_token second; /* the one after it, when has_second */
  bool has_second;
  const ct_input *input; /* of the text when it is a file, else NULL: its pages are given back behind the token */
  const uint8_t *forgotten;
  cti_wat_debug *debug;      /* where debug information is made, else NULL */
  bool whole_bodies;         /* blocks and their ends are counted */
  cti_map ops;    /* names of instructions, filled by the first module */
  cti_map idents; /* identifiers to small numbers, so that spaces of names compare numbers */
} cti_wat_parser;

/* `input` is the file of the text, or NULL. Fails where the text is not UTF-8. */
ct_status cti_wat_parser_make(cti_wat_parser *out, ct_slice text, const ct_input *input, cti_arena *arena);
static inline bool cti_wat_failed(const cti_wat_parser *p) { return p->lexer.failed || p->arena->error->status != CT_OK; }
ct_status cti_wat_status(const cti_wat_parser *p);

void cti_wat_advance(cti_wat_parser *p);
cti_wat_token cti_wat_second(cti_wat_parser *p);

/* A place to come back to. */
typedef struct cti_wat_place {
  cti_wat_token token;
  const uint8_t *at;
} cti_wat_place;
cti_wat_place cti_wat_here(const cti_wat_parser *p);
void cti_wat_go(cti_wat_parser *p, cti_wat_place place);

/* Gives back the memory of the text before the current token, now and then. */
void cti_wat_forget(cti_wat_parser *p);

/* Passes over the rest of the group whose left parenthesis was `opened`, and its right one. */
void cti_wat_skip_rest(cti_wat_parser *p, cti_wat_token opened);

static inline bool cti_wat_at(const cti_wat_parser *p, cti_wat_kind kind) { return p->token.kind == kind; }
bool cti_wat_is(cti_wat_token token, const char *word); /* a keyword or annotation of that text */
static inline bool cti_wat_at_word(const cti_wat_parser *p, const char *word) { return cti_wat_is(p->token, word); }
bool cti_wat_at_group(cti_wat_parser *p, const char *word); /* "(word" */
static inline bool cti_wat_at_index(const cti_wat_parser *p) { return cti_wat_at(p, CTI_WAT_INTEGER) || cti_wat_at(p, CTI_WAT_ID); }
/* Neither the end of a group nor of the text, and nothing failed: an allocation may have, and then the token is not taken. */
static inline bool cti_wat_more(const cti_wat_parser *p) { return p->token.kind != CTI_WAT_RIGHT && p->token.kind != CTI_WAT_END && !cti_wat_failed(p); }

bool cti_wat_take_word(cti_wat_parser *p, const char *word);
bool cti_wat_enter(cti_wat_parser *p, const char *word); /* "(word", when it is there */
void cti_wat_expect_word(cti_wat_parser *p, const char *word);
void cti_wat_expect_group(cti_wat_parser *p, const char *word);
void cti_wat_expect(cti_wat_parser *p, cti_wat_kind kind);
static inline void cti_wat_leave(cti_wat_parser *p) { cti_wat_expect(p, CTI_WAT_RIGHT); }

/* Reports at the current token what was expected there and what came. */
ct_status cti_wat_expected(cti_wat_parser *p, const char *what);
ct_status cti_wat_fail(cti_wat_parser *p, cti_wat_token at, ct_status status, const char *format, ...) CTI_PRINTF(4, 5);

ct_slice cti_wat_take_string(cti_wat_parser *p); /* any bytes */
ct_slice cti_wat_take_name(cti_wat_parser *p);   /* valid UTF-8 */
uint64_t cti_wat_take_int(cti_wat_parser *p, unsigned bits, bool is_signed);
static inline uint32_t cti_wat_take_u32(cti_wat_parser *p) { return (uint32_t)cti_wat_take_int(p, 32, false); }

/* Strings up to the end of the group, joined. */
ct_slice cti_wat_take_strings(cti_wat_parser *p);

/* An identifier and what the name section shall say: `$id` and `(@name "...")`, each or none. */
typedef struct cti_wat_ident {
  uint32_t number; /* of the identifier, CTI_WAT_NO_IDENT without one */
  ct_slice name;   /* data == NULL: none */
  cti_wat_token token;
} cti_wat_ident;
#define CTI_WAT_NO_IDENT UINT32_MAX
cti_wat_ident cti_wat_take_ident(cti_wat_parser *p);
uint32_t cti_wat_ident_number(cti_wat_parser *p, cti_wat_token id); /* CTI_WAT_NO_IDENT after a failure */

#endif

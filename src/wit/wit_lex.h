/* wit_lex.h - WIT text into tokens, one ahead of the parser. A lexer that failed gives END from then on; its error (the first) says where.
 *
 * A lexer is a plain value: a copy of it is a place to come back to. Comments and white space before a token are its gap, which documentation is read from. */
#ifndef CTI_WIT_WIT_LEX_H
#define CTI_WIT_WIT_LEX_H

#include "wit/wit_model.h"

typedef enum cti_token {
#define CT_CLASS(symbol, text) CTI_TOKEN_##symbol,
#define CT_PUNCT(symbol, byte, text) CTI_TOKEN_##symbol,
#define CT_KEYWORD(symbol, text) CTI_TOKEN_##symbol,
#include "wit/wit_tokens.def"
  CTI_TOKEN_COUNT
} cti_token;

typedef struct cti_lexer {
  ct_slice text;
  ct_slice path;  /* for messages */
  uint32_t file;  /* index into cti_resolve.files */
  uint32_t next;  /* where lexing goes on */
  cti_token token;
  uint32_t at, size; /* of the current token */
  uint32_t gap;      /* where the gap before it begins */
  bool has_comment;  /* there is a comment in the gap */
  cti_arena *arena;  /* of the tree */
  cti_arena *keep;   /* of what outlives the tree */
  struct cti_parse_stack *stack;
  ct_error *error;
} cti_lexer;

/* Checks the whole text (UTF-8, no control or direction characters) and reads the first token. */
void cti_lexer_init(cti_lexer *lexer, ct_slice path, ct_slice text, uint32_t file, cti_arena *arena, cti_arena *keep);

/* Goes on to the next token. */
void cti_lexer_next(cti_lexer *lexer);

static inline bool cti_lexer_failed(const cti_lexer *lexer) { return lexer->error->status != CT_OK; }

/* Is the current token `token`? If so it is passed. */
bool cti_lexer_eat(cti_lexer *lexer, cti_token token);
/* The same, but anything else fails with "expected .., found ..". */
bool cti_lexer_expect(cti_lexer *lexer, cti_token token);

/* The current token's bytes and place. */
static inline ct_slice cti_lexer_text(const cti_lexer *lexer) { return cti_slice_cut(lexer->text, lexer->at, lexer->at + lexer->size); }
static inline cti_span cti_lexer_span(const cti_lexer *lexer) { return (cti_span){lexer->file, lexer->at, lexer->size}; }

/* The gap when it holds a comment, else {NULL, 0}. */
ct_slice cti_lexer_docs(const cti_lexer *lexer);

/* Reads a semantic version at the current token (which need not be one token) and goes on behind it. */
bool cti_lexer_version(cti_lexer *lexer, cti_semver *out, cti_span *span);

/* The value of the current string token, in the arena `keep`; {NULL, 0} after a failure. */
ct_slice cti_lexer_string(cti_lexer *lexer);

/* Fails at a place of the text. Gives false, always. */
bool cti_lexer_fail(cti_lexer *lexer, uint32_t at, uint32_t size, const char *format, ...) CTI_PRINTF(4, 5);
bool cti_lexer_expected(cti_lexer *lexer, const char *what); /* "expected WHAT, found TOKEN", with the place of the current token */

/* How messages call a token: "`;`", "the keyword `use`", "a name". */
const char *cti_token_text(cti_token token);

/* Must a name be written with % to be taken as one? */
bool cti_name_is_keyword(ct_slice name);

/* The documentation in a gap: its comments without their marks, common indentation removed, lines joined by \n. {NULL, 0} when the gap holds none.
 * Owned by the arena. */
ct_slice cti_docs_text(cti_arena *arena, ct_slice gap);

#endif

/* words.h - a command line as a list that grows: arguments, response files, the words of an environment variable. */
#ifndef CTOOL_TOOLS_WORDS_H
#define CTOOL_TOOLS_WORDS_H

#include "common.h"

/* Owns its words. Ends with a NULL, as execv wants it, once it holds any. All-zero is empty; after a failed word it stays as it was. */
typedef struct words {
  char **items;
  size_t count;
} words;

void words_free(words *list);

ct_status words_add(words *list, const char *word, ct_error *error);

/* Adds a copy of `size` bytes as one word. */
ct_status words_add_bytes(words *list, const char *bytes, size_t size, ct_error *error);

/* Adds the words of a text as LLVM's tools split response files: blanks separate, quotes of either kind join, a backslash takes the next character as it is. */
ct_status words_split(words *list, ct_slice text, const char *file, ct_error *error);

/* Adds each argument, and in the place of each @FILE the words of that file, in which @FILE stands for the same again. Each file read is added to `files`. */
ct_status words_expand(words *list, words *files, char *const *arguments, size_t count, ct_error *error);

/* Appends the words to `out`, one to a line, such that words_split gives them back. */
ct_status words_quote(ct_buf *out, const words *list, ct_error *error);

#endif

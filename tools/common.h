/* common.h - what every command does alike: telling a failure, and the exit statuses. */
#ifndef CTOOL_TOOLS_COMMON_H
#define CTOOL_TOOLS_COMMON_H

#include "ctool/ctool.h"
#include "opts.h"
#include "outputs.h"

enum { EXIT_GOOD = 0, EXIT_BAD_INPUT = 1, EXIT_USAGE = 2 };

/* How failures are told: into an int, 0 as text, 1 as JSON. */
#define ERROR_FORMAT_ROW(target) {0, "error-format", OPT_WORD, &(target), "text|json", "How failures are told"}

/* Prints the failure to stderr, as text or, when `json` is set, as one JSON line. `file` names the input where the failure names none (may be NULL). Gives EXIT_BAD_INPUT. */
int tell(ct_error *error, const char *file, bool json);

/* The same of a failure that may be what an option asks for, a pass or a regular expression: a usage error then. Gives the
 * exit status. */
int tell_or_usage(ct_error *error, const opt_spec *spec, const char *file, bool json);

/* Who listens to notices: `file` is what they are about. */
typedef struct listener {
  const char *file;
  bool json, verbose;
} listener;

/* Prints a warning, or with -v a note, to stderr in the form that failures have; `context` is a listener. */
void tell_notice(void *context, ct_notice kind, const char *text);

/* Reports a failure of the command's own; the first one wins. The status is a number of errors.def. */
enum { FAIL_NOMEM = 1, FAIL_MISUSE = 2, FAIL_USAGE = 6, FAIL_TARGET = 806, FAIL_OPEN = 900, FAIL_WRITE = 902, FAIL_RUN = 904 };
ct_status fail_with(ct_error *error, ct_status status, const char *format, ...);

/* When output is in colours: into an int, which wants_color takes; "auto" is when `output` is a terminal. */
#define COLOR_ROW(target) {0, "color", OPT_WORD, &(target), "WHEN", "auto, always or never", "auto|always|never|always-ansi"}
bool wants_color(int when, const char *output);

/* A binary from a file in either form: text becomes binary in `made`. All-zero may be closed. */
typedef struct ct_wasm_file {
  ct_slice bytes;
  ct_input input;
  ct_buf made;
} ct_wasm_file;
ct_status wasm_file_open(ct_wasm_file *out, const char *path, ct_error *error);

/* What every command that reads text takes: -g, --generate-dwarf lines|full. All-zero: none. */
typedef struct text_options {
  bool full;
  int style; /* a ct_generate_dwarf */
} text_options;
#define DWARF_STYLE_ROW(options) {0, "generate-dwarf", OPT_WORD, &(options).style, "lines|full", "With text: debug information of its lines", "|lines|full"}
#define DWARF_ROWS(options) {'g', NULL, OPT_FLAG, &(options).full, NULL, "With text: as --generate-dwarf full"}, DWARF_STYLE_ROW(options)
ct_parse_options parse_options_of(const text_options *options, const char *path);
ct_status wasm_file_open_text(ct_wasm_file *out, const char *path, const text_options *options, ct_error *error);
void wasm_file_close(ct_wasm_file *file);

/* For hints, when arguments may stand in each other's place: what kind a file's bytes are of (CT_KIND_UNKNOWN for standard input, and what cannot be read), and
 * whether a path is a directory or a text that is no module or component. */
ct_kind file_kind_of(const char *path);
bool looks_like_wit(const char *path);

/* Gives bytes to `show`, whose text goes to `output`; or those of a file, which is opened in either form. `o` is for `show` alone. */
typedef ct_status (*file_shower)(const ct_sink *sink, ct_slice bytes, const void *o, ct_error *error);
ct_status show_bytes(ct_slice bytes, const char *output, file_shower show, const void *o, ct_error *error);
ct_status show_file(const char *path, const text_options *read, const char *output, file_shower show, const void *o, ct_error *error);

/* Was this program started by the name wasm-tools? Then what scripts and snapshots of that tool depend on is as there. main says it once. */
void program_name_is(const char *path);
bool called_wasm_tools(void);

/* Where the program ctool-dwarf is: beside this one, or in ../libexec/ctool; else its name, for PATH. */
enum { READER_SIZE = 4096 };
const char *dwarf_reader(char room[READER_SIZE]);

/* A new directory under TMPDIR, whose path is to be freed; NULL after a failure. */
char *scratch_directory(ct_error *error);

/* What follows the last slash of a path. */
const char *base_name(const char *path);

/* A decimal number without sign; false when the text is none, or too large. */
bool parse_number(uint64_t *out, const char *text);

/* Splits [NAME=]FILE. Without NAME it is that of the file, up to its first dot when `up_to_dot`. The name is to be freed; NULL when memory is out. */
char *name_of_argument(const char *argument, bool up_to_dot, const char **path);

/* Into an int: a ct_wasi_adapter. */
#define WASI_ADAPTER_ROW(target, help) {0, "wasi-adapter", OPT_WORD, &(target), "command|reactor|proxy|none", help, "auto|command|reactor|proxy|none"}

/* Adds a binary that is in pieces to what is written, optimized first: --optimize of the commands that make components. */
ct_status add_optimized_pieces(output_set *set, const char *path, const ct_pieces *pieces, const ct_optimize_options *options, bool text, ct_error *error);

/* Validates what a command made, with all features. */
ct_status validate_made(ct_slice bytes, ct_error *error);

#define CT_COMMAND(function, name, sandbox, summary) int cmd_##function(int argc, char **argv);
#define CT_FOREIGN CT_COMMAND
#include "commands.def"
#undef CT_COMMAND
#undef CT_FOREIGN
#define CT_ALIAS(name, function) int cmd_##function(int argc, char **argv);
#include "aliases.def"
#undef CT_ALIAS

#endif

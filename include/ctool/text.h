/* text.h - the text format of modules and components. */
#ifndef CTOOL_TEXT_H
#define CTOOL_TEXT_H

#include "ctool/io.h"
#include "ctool/validate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Text to binary: a module or component in the text format. `out` owns the result (ct_buf_free); after a failure it is empty. Form and names are checked,
 * types are not: validate the result. Failures have line, column and source line.
 * https://webassembly.github.io/spec/core/text/ */
CT_API ct_status ct_text_parse(ct_buf *out, ct_slice text, ct_error *error);

typedef enum ct_generate_dwarf {
  CT_DWARF_NONE,
  CT_DWARF_LINES, /* functions, and the line of each instruction */
  CT_DWARF_FULL   /* and parameters and locals */
} ct_generate_dwarf;

/* All-zero: no debug information. */
typedef struct ct_parse_options {
  ct_generate_dwarf generate_dwarf; /* DWARF 5 that points into the text, for each module in it that has functions */
  const char *file;                 /* the name of the text there; NULL: "<text>" */
  bool whole_bodies;                /* a body that leaves a block open, or ends more than there are, is refused; else it is left to the validator */
} ct_parse_options;

/* The same for a file: the memory of what has been read is given back on the way (ct_input_forget). `options` may be NULL. */
CT_API ct_status ct_text_parse_input(ct_buf *out, const ct_input *input, const ct_parse_options *options, ct_error *error);

/* All-zero is the default. */
typedef struct ct_wast_options {
  const ct_validate_options *validate; /* NULL: the default */
  bool permissive;                     /* some of what is malformed by the specification may be found by validation */
  bool fold;                           /* good modules are printed folded, too: whatever they print as has to make the same module again */
  bool one_blank;                      /* and has no blank at the end of a line, nor two in a row but at the beginning */
  /* Gets what a good module prints as ("print", and with `fold` "print-folded") and the number of its directive; NULL: not wanted. A failure is one of the module. */
  ct_status (*snapshot)(void *context, const char *kind, uint32_t number, ct_slice text, ct_error *error);
  void (*report)(void *context, const ct_error *error); /* told of each failure; NULL: only the first is known */
  void *context;
} ct_wast_options;

/* Checks a script (.wast) short of running it: what should be valid is, what should be refused is. Messages are not compared. CT_OK, or the first failure, with its line.
 * https://github.com/WebAssembly/spec/tree/main/interpreter#scripts */
CT_API ct_status ct_wast_check(ct_slice text, const ct_wast_options *options, ct_error *error);

typedef struct ct_wast_json_options {
  const char *source_filename; /* as the JSON names it */
  const char *stem;            /* modules are STEM.0.wasm, STEM.1.wat ... */
  bool pretty;
  ct_status (*give)(void *context, const char *name, ct_slice bytes, ct_error *error); /* gets each module */
  void *context;
} ct_wast_json_options;

/* Writes a script as JSON, in the form of wabt's wast2json, and gives its modules. */
CT_API ct_status ct_wast_json(const ct_sink *sink, ct_slice text, const ct_wast_json_options *options, ct_error *error);

/* All-zero: flat, with two blanks for each level. */
typedef struct ct_print_options {
  bool fold;          /* (i32.add (local.get 0) (local.get 1)) */
  bool skeleton;      /* "..." in place of bodies, segments' contents and custom sections */
  bool offsets;       /* each line begins with the offset of what it is about, as a comment */
  bool operand_stack; /* after each instruction a comment with the types on the stack */
  bool name_unnamed;  /* what has no name gets one, like $#func3 */
  bool color;         /* with ANSI escapes */
  const char *indent; /* for one level; NULL: two blanks */
} ct_print_options;

/* Binary to text, piece by piece as it is made: the text is never held as a whole. A binary that is broken is printed up to the break, and then fails.
 * `options` may be NULL. */
CT_API ct_status ct_print(const ct_sink *sink, ct_slice bytes, const ct_print_options *options, ct_error *error);

/* Offsets and bytes beside what they mean; as JSON an object on each line. A broken binary is shown up to the break, and then fails. */
typedef enum ct_dump_form { CT_DUMP_PLAIN, CT_DUMP_COLOR, CT_DUMP_JSON } ct_dump_form;
CT_API ct_status ct_dump(const ct_sink *sink, ct_slice bytes, ct_dump_form form, ct_error *error);

/* One line for each section, at every depth: name, offsets, size, count of items. As JSON an object on each line, which tells also what it is in. */
CT_API ct_status ct_objdump(const ct_sink *sink, ct_slice bytes, bool json, ct_error *error);

/* What ct_object_dump shows; all-zero: nothing but the name of the module. */
typedef struct ct_object_dump_options {
  bool headers;         /* a line for each section */
  bool details;         /* a line for each item of a section, symbols and relocations included */
  bool disassembly;     /* instructions, with their offsets and bytes */
  bool relocations;     /* with the disassembly: those of each instruction */
  bool section_offsets; /* in the disassembly: from the start of the section, not of the file */
  bool contents;        /* the bytes of each section */
  const char *section;  /* details and contents of the sections of that name alone ("import", or that of a custom one); NULL: of all. CT_MISUSE when there is none. */
  const char *title;    /* how the file is called */
} ct_object_dump_options;

/* Shows a core module or object file in the layout of wabt's wasm-objdump, which scripts read. CT_CORE_KIND for a component. */
CT_API ct_status ct_object_dump(const ct_sink *sink, ct_slice module, const ct_object_dump_options *options, ct_error *error);

#ifdef __cplusplus
}
#endif
#endif

/* wasm-opt IN -o OUT: `ctool optimize` with the options that scripts and toolchains give to Binaryen's wasm-opt; ctool is this when it is called by that name.
 * Options have their names there, which are no clusters of letters, so they are not those of opts.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "optimize.h"
#include "opts.h"

/* Of the wasm-opt whose options these are; TinyGo asks for 102 at least. */
#define VERSION_OF_OPTIONS "132"

typedef enum option_kind {
  SET,     /* a flag */
  VALUE,   /* takes a value */
  LEVEL,   /* how much is done: the value, or the last letter of the name */
  PASS_ARGUMENT,
  NOTHING, /* taken, and without effect: allows what ctool does not do, or asks for what it does in any case */
  NOTHING_VALUE,
  HELP,
  VERSION
} option_kind;

typedef struct option {
  const char *name, *short_name; /* short_name may be NULL */
  option_kind kind;
  void *target;
  const char *help; /* NULL: not shown */
} option;

typedef struct options {
  optimize_job job;
  bool names, strips_names;
  int optimize_level, shrink_level;
  const char *input;
} options;

typedef struct table {
  option rows[40];
} table;

static void fill(table *out, options *o) {
  const option rows[] = {
      {"--output", "-o", VALUE, &o->job.output, "FILE  Where to write; without it nothing is written"},
      {"--emit-text", "-S", SET, &o->job.text, "Write the text format"},
      {"-O", "-O0", LEVEL, o, "-O0 changes nothing, -O1 is quick, -O2 to -O4 spare the speed, -Os (-O), -Oz: smaller yet"},
      {"-O1", "-O2", LEVEL, o, NULL},
      {"-O3", "-O4", LEVEL, o, NULL},
      {"-Os", "-Oz", LEVEL, o, NULL},
      {"--optimize-level", "-ol", LEVEL, o, NULL},
      {"--shrink-level", "-s", LEVEL, o, NULL},
      {"--debuginfo", "-g", SET, &o->names, "Keep names"},
      {"--asyncify", NULL, SET, &o->job.pauses, "Make the module one that a host can pause within a call of an import"},
      {"--pass-arg", "-pa", PASS_ARGUMENT, NULL, "KEY@VALUE  asyncify-imports@, -removelist@, -addlist@, -onlylist@, ..."},
      {"--converge", "-c", SET, &o->job.converge, "Again and again, until nothing gets smaller"},
      {"--strip-debug", "--strip", SET, &o->strips_names, "Drop names and debug information"},
      {"--strip-dwarf", NULL, NOTHING, NULL, "Drop debug information, as is done in any case"},
      {"--strip-producers", NULL, SET, &o->job.strip_producers, "Drop the `producers` section"},
      {"--strip-target-features", NULL, SET, &o->job.strip_target_features, "Drop the `target_features` section"},
      {"--print", NULL, SET, &o->job.print, "Print the result as text"},
      {"--metrics", NULL, SET, &o->job.metrics, "Print the sections of the result, with counts and sizes"},
      {"--traps-never-happen", "-tnh", SET, &o->job.library.traps_never_happen, "What would trap may go when its value is not wanted"},
      {"--fast-math", "-ffm", SET, &o->job.library.fast_math, "Bits of NaNs and signs of zeros do not matter"},
      {"--low-memory-unused", "-lmu", NOTHING, NULL, NULL},
      {"--ignore-implicit-traps", "-iit", NOTHING, NULL, NULL},
      {"--zero-filled-memory", "-uim", NOTHING, NULL, NULL},
      {"--closed-world", "-cw", NOTHING, NULL, NULL},
      {"--all-features", "-all", NOTHING, NULL, NULL},
      {"--mvp-features", "-mvp", NOTHING, NULL, NULL},
      {"--detect-features", NULL, NOTHING, NULL, NULL},
      {"--no-validation", "-n", NOTHING, NULL, NULL},
      {"--quiet", "-q", NOTHING, NULL, NULL},
      {"--always-inline-max-function-size", "-aimfs", NOTHING_VALUE, NULL, NULL},
      {"--flexible-inline-max-function-size", "-fimfs", NOTHING_VALUE, NULL, NULL},
      {"--one-caller-inline-max-function-size", "-ocimfs", NOTHING_VALUE, NULL, NULL},
      {"--version", NULL, VERSION, NULL, "Print the version"},
      {"--help", "-h", HELP, NULL, "Print this help"},
      {0},
  };
  memcpy(out->rows, rows, sizeof rows);
}

static int usage_error(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  opt_tell(format, arguments);
  va_end(arguments);
  fputs("usage: wasm-opt [OPTIONS] FILE -o OUT\nMore with --help.\n", stderr);
  return EXIT_USAGE;
}

static int help(const table *t) {
  puts("Makes a module, or the modules inside of a component, smaller without changing\nwhat they do. This is ctool under the name of wasm-opt.\n\n"
       "usage: wasm-opt [OPTIONS] FILE -o OUT\n\noptions:");
  for (const option *row = t->rows; row->name; row++) {
    char left[64];
    if (!row->help) continue;
    if (row->kind == LEVEL) snprintf(left, sizeof left, "  -O0 to -O4, -Os, -Oz");
    else snprintf(left, sizeof left, "  %s%s%s", row->name, row->short_name ? ", " : "", row->short_name ? row->short_name : "");
    printf("%-30s", left);
    opt_put_wrapped(row->help, 30, 30);
    putchar('\n');
  }
  opt_put_wrapped("\nTaken, and without effect: --enable-FEATURE and --disable-FEATURE, -all, -mvp, --detect-features (nothing is used that the module does not use "
                  "already), -lmu, -iit, -uim, -cw, -n, -q. FILE may be text; `ctool optimize` does the same.\n", 0, 0);
  return EXIT_GOOD;
}

/* ---- features */

static bool is_feature(const char *name) {
  static const char *const known[] = {
      "sign-ext", "threads", "mutable-globals", "nontrapping-float-to-int", "simd", "bulk-memory", "bulk-memory-opt", "call-indirect-overlong", "exception-handling",
      "tail-call", "reference-types", "multivalue", "gc", "memory64", "typed-function-references", "relaxed-simd", "extended-const", "strings", "multimemory",
      "multi-memory", "stack-switching", "shared-everything", "fp16", "custom-descriptors", "relaxed-atomics", "custom-page-sizes", "multibyte", "wide-arithmetic"};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(known[i], name) == 0) return true;
  return false;
}

/* Gives -1 when it is no option of this kind. */
static int take_feature(const char *argument) {
  static const char *const prefixes[] = {"--enable-", "--disable-"};
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
    size_t size = strlen(prefixes[i]);
    if (strncmp(argument, prefixes[i], size) != 0) continue;
    if (is_feature(argument + size)) return EXIT_GOOD;
    return usage_error("%s: \"%s\" is no feature that wasm-opt knows", argument, argument + size);
  }
  return -1;
}

/* ---- parsing */

static const option *find(const table *t, const char *argument, size_t size) {
  for (const option *row = t->rows; row->name; row++) {
    if (strlen(row->name) == size && strncmp(row->name, argument, size) == 0) return row;
    if (row->short_name && strlen(row->short_name) == size && strncmp(row->short_name, argument, size) == 0) return row;
  }
  return NULL;
}

static int unknown(const table *t, const char *argument) {
  const char *best = NULL;
  unsigned best_distance = 3;
  for (const option *row = t->rows; row->name; row++) {
    unsigned distance = opt_distance(argument, row->name);
    if (distance < best_distance) best_distance = distance, best = row->name;
  }
  if (best) return usage_error("unknown option %s; did you mean %s?", argument, best);
  return usage_error("ctool has no option %s; single passes of wasm-opt have no names here, -Oz runs all that there are", argument);
}

/* The levels of ct_optimize are 1, 2, 3 for -Os and 4 for -Oz. What -ol and -s say comes to one of them in the end. */
static void take_level(options *o, const option *row, const char *argument, const char *value) {
  if (row->name[1] != '-') {
    char last = argument[2];
    o->optimize_level = last == '1' ? 1 : last == '0' ? 0 : 2;
    o->shrink_level = last == 'z' ? 2 : last == 's' || last == 0 ? 1 : 0;
  } else if (row->name[2] == 'o') {
    o->optimize_level = atoi(value);
  } else {
    o->shrink_level = atoi(value);
  }
}

static void settle_level(options *o) {
  o->job.library.as_it_is = o->optimize_level == 0 && o->shrink_level == 0;
  o->job.library.level = o->shrink_level ? 2 + o->shrink_level : o->optimize_level;
  if (o->job.library.level > 4) o->job.library.level = 4;
  if (!o->shrink_level && o->job.library.level > 2) o->job.library.level = 2;
}

static int take_pass_argument(options *o, const char *value) {
  ct_error error;
  ct_error_clear(&error);
  if (optimize_pass_argument(&o->job, value, &error)) return -1;
  if (error.status != CT_OK) return tell(&error, NULL, false);
  return usage_error("no pass takes the argument \"%s\"", value);
}

static bool takes_value(const option *row) {
  return row->kind == VALUE || row->kind == PASS_ARGUMENT || row->kind == NOTHING_VALUE || (row->kind == LEVEL && row->name[1] == '-');
}

/* One option; gives the exit status, or -1 to go on. */
static int take(const table *t, options *o, const option *row, const char *argument, const char *value) {
  switch (row->kind) {
  case SET: *(bool *)row->target = true; return -1;
  case VALUE: *(const char **)row->target = value; return -1;
  case LEVEL: take_level(o, row, argument, value); return -1;
  case PASS_ARGUMENT: return take_pass_argument(o, value);
  case HELP: return help(t);
  case VERSION: printf("wasm-opt version " VERSION_OF_OPTIONS " (ctool %s)\n", ct_version()); return EXIT_GOOD;
  default: return -1;
  }
}

static int parse(const table *t, options *o, int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    const char *argument = argv[i];
    if (argument[0] != '-' || argument[1] == 0) {
      if (o->input) return usage_error("one file is optimized at a time; \"%s\" is a second one", argument);
      o->input = argument;
      continue;
    }
    size_t size = strncmp(argument, "--", 2) == 0 ? strcspn(argument, "=") : strlen(argument);
    const option *row = find(t, argument, size);
    int status = row ? -1 : take_feature(argument);
    if (status > 0) return status;
    if (!row && status < 0) return unknown(t, argument);
    if (!row) continue;
    const char *value = argument[size] == '=' ? argument + size + 1 : NULL;
    if (!value && takes_value(row)) {
      if (i + 1 == argc) return usage_error("%s needs a value", argument);
      value = argv[++i];
    }
    if (row->target == &o->job.output && !*value) return usage_error("%s needs a name, not an empty one", argument);
    status = take(t, o, row, argument, value);
    if (status >= 0) return status;
  }
  return -1;
}

int cmd_wasm_opt(int argc, char **argv) {
  options o = {.job.output = NULL};
  table t;
  ct_error error;
  ct_error_clear(&error);
  fill(&t, &o);
  int status = parse(&t, &o, argc, argv);
  if (status < 0 && o.job.output && ct_is_same_output(o.job.output, "-") && (o.job.print || o.job.metrics))
    status = usage_error("%s writes to standard output, as %s does", o.job.print ? "--print" : "--metrics", "--output");
  if (status < 0) {
    const char *path = o.input ? o.input : "-";
    settle_level(&o);
    o.job.library.keep_names = o.names && !o.strips_names;
    if (!o.job.output && !o.job.print && !o.job.metrics) fputs("warning: no output file was given (-o FILE), so nothing is written\n", stderr);
    status = optimize_run(&o.job, path, &error) == CT_OK ? EXIT_GOOD : tell(&error, path, false);
  }
  optimize_free(&o.job);
  return status;
}

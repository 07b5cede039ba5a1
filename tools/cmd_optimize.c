/* ctool optimize IN -o OUT: smaller modules and components that do the same. */
#include "optimize.h"
#include "opts.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct optimize_options {
  bool list, report;
  const char *seconds, *threads;
  opt_strings pass_arguments;
  const char *level;
  int error_format;
} optimize_options;

static int list_passes(void) {
  static const char *const levels[] = {"", "1", "2", "s", "z"};
  for (const ct_pass_info *pass = ct_optimize_passes(); pass->name; pass++) {
    printf("%-14s-O%s  %s\n", pass->name, levels[pass->level], pass->summary);
    printf("                   %s; saves %d bytes on SQLite, %d on Go\n", pass->contract, pass->saved_sqlite, pass->saved_go);
  }
  return EXIT_GOOD;
}

/* 1 to 4 as the library counts them; 4 for what asks for the smallest. */
static int level_of(const char *level) { return level[0] == '1' ? 1 : level[0] == 's' ? 3 : level[0] == 'z' ? 4 : 2; }

static bool time_is_up(void *context) {
  const struct timespec *end = context;
  struct timespec now;
  if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) return false;
  return now.tv_sec > end->tv_sec || (now.tv_sec == end->tv_sec && now.tv_nsec >= end->tv_nsec);
}

/* Sets the end of the time; false for what is no number of seconds. */
static bool take_seconds(optimize_job *job, struct timespec *end, const char *text) {
  char *rest;
  double seconds = strtod(text, &rest);
  if (rest == text || *rest || !(seconds >= 0 && seconds < 1e6) || clock_gettime(CLOCK_MONOTONIC, end) != 0) return false;
  long nanoseconds = end->tv_nsec + (long)((seconds - (double)(long)seconds) * 1e9);
  end->tv_sec += (time_t)seconds + nanoseconds / 1000000000;
  end->tv_nsec = nanoseconds % 1000000000;
  job->library.stop = time_is_up;
  job->library.stop_context = end;
  return true;
}

/* False for what is no number of threads. */
static bool take_threads(optimize_job *job, const char *text) {
  char *end;
  unsigned long threads = strtoul(text, &end, 10);
  if (end == text || *end || threads == 0 || threads > 1024) return false;
  job->library.threads = (uint32_t)threads;
  return true;
}

static void tell_saved(const int64_t *saved) {
  for (const ct_pass_info *pass = ct_optimize_passes(); pass->name; pass++) fprintf(stderr, "%-14s%10lld bytes\n", pass->name, (long long)*saved++);
}

/* Gives -1 when the command should go on. */
static int take_arguments(const opt_spec *spec, optimize_job *job, const optimize_options *o) {
  ct_error error;
  ct_error_clear(&error);
  for (size_t i = 0; i < o->pass_arguments.count; i++) {
    if (!job->pauses) return opt_usage_error(spec, "--pass-arg is for --asyncify, which is missing");
    if (optimize_pass_argument(job, o->pass_arguments.items[i], &error)) continue;
    if (error.status != CT_OK) return tell_or_usage(&error, spec, NULL, o->error_format);
    return opt_usage_error(spec, "no pass takes the argument \"%s\"", o->pass_arguments.items[i]);
  }
  return -1;
}

static bool is_level(const char *level) {
  static const char known[] = "01234sz";
  for (const char *at = known; *at; at++)
    if (level[0] == *at && level[1] == 0) return true;
  return false;
}

int cmd_optimize(int argc, char **argv) {
  optimize_options o = {.level = "z"};
  optimize_job job = {.output = "-"};
  const opt_row rows[] = {
      {'o', "output", OPT_OUTPUT, &job.output, "FILE", "Where to write; may be the input; - is standard output"},
      {'O', NULL, OPT_STRING, &o.level, "LEVEL", "-Oz, the default, is the smallest; -Os and -O2 leave out what costs speed; -O1 is quick; -O0: what is not asked for stays"},
      {'g', NULL, OPT_FLAG, &job.library.keep_names, NULL, "Keep names"},
      {0, "wasm-opt", OPT_OPTIONAL, &job.wasm_opt, "PATH", "Let an installed wasm-opt try each module too, and keep the smaller one"},
      {0, "converge", OPT_FLAG, &job.converge, NULL, "Again and again, until nothing gets smaller"},
      {0, "report", OPT_FLAG, &o.report, NULL, "Tell on standard error what each pass saved"},
      {'t', "wat", OPT_FLAG, &job.text, NULL, "Write the text format"},
      ERROR_FORMAT_ROW(o.error_format),
      OPT_GROUP("what is done"),
      {0, "list-passes", OPT_FLAG, &o.list, NULL, "Tell what is done, in order"},
      {0, "passes", OPT_STRING, &job.library.passes, "NAMES", "Only these, with commas between"},
      {0, "skip-passes", OPT_STRING, &job.library.skip_passes, "NAMES", "All but these"},
      {0, "traps-never-happen", OPT_FLAG, &job.library.traps_never_happen, NULL, "What would trap may go when its value is not wanted"},
      {0, "fast-math", OPT_FLAG, &job.library.fast_math, NULL, "Bits of NaNs and signs of zeros do not matter"},
      {0, "asyncify", OPT_FLAG, &job.pauses, NULL, "Make the module one that a host can pause within a call of an import"},
      {0, "pass-arg", OPT_STRINGS, &o.pass_arguments, "KEY@VALUE", "asyncify-imports@LIST, -removelist@, -addlist@, -onlylist@ (LIST or @FILE), -memory@NAME; asyncify-ignore-imports, -ignore-indirect, -propagate-addlist, -asserts, -import-globals, -export-globals, -verbose"},
      OPT_GROUP("how long it takes"),
      {0, "max-time", OPT_STRING, &o.seconds, "SECONDS", "Stop then; what is left stays as it is"},
      {'j', "threads", OPT_STRING, &o.threads, "N", "Threads for large modules; else as many as there are processors"},
      {0},
  };
  const opt_spec spec = {"ctool optimize [OPTIONS] [FILE]", "Makes a module, or the modules inside of a component, smaller without changing what they do.\nNames and debug information are dropped. The result is validated.\nWithout FILE, or with -, standard input is read.", rows,
                         "  ctool optimize app.wasm -o app.wasm     in place\n"
                         "  ctool optimize --asyncify --pass-arg=asyncify-imports@env.sleep \\\n"
                         "    app.wasm -o pausable.wasm\n"
                         "  ctool optimize --wasm-opt=/opt/binaryen/bin/wasm-opt app.wasm -o app.wasm\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  if (count > 1) return opt_usage_error(&spec, "one file is optimized at a time; \"%s\" is a second one", argv[2]);
  if (!is_level(o.level)) return opt_usage_error(&spec, "-O takes 0 to 4, s or z, not \"%s\"", o.level);
  if (o.list) return list_passes();
  int64_t saved[64] = {0};
  struct timespec end;
  job.library.as_it_is = o.level[0] == '0';
  job.library.level = level_of(o.level);
  if (o.report) job.library.saved = saved;
  if (o.seconds && !take_seconds(&job, &end, o.seconds)) return opt_usage_error(&spec, "--max-time takes a number of seconds, not \"%s\"", o.seconds);
  if (o.threads && !take_threads(&job, o.threads)) return opt_usage_error(&spec, "--threads takes a number from 1 to 1024, not \"%s\"", o.threads);
  const char *path = count ? argv[1] : "-";
  ct_error error;
  ct_error_clear(&error);
  status = take_arguments(&spec, &job, &o);
  if (status < 0) status = optimize_run(&job, path, &error) == CT_OK ? EXIT_GOOD : tell_or_usage(&error, &spec, path, o.error_format);
  if (o.report && status == EXIT_GOOD) tell_saved(saved);
  optimize_free(&job);
  return status;
}

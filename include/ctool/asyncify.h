/* asyncify.h - letting a module pause in the middle of a call and go on later, on hosts that cannot. */
#ifndef CTOOL_ASYNCIFY_H
#define CTOOL_ASYNCIFY_H

#include "ctool/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What to change, and how. All-zero: everything that may reach an import may pause there.
 *
 * The texts are lists with commas, or with newlines when there is one, between their items; commas within brackets belong to a name. NULL is no list.
 * Functions are named as the `name` section does, those without a name by their number, without imports; * stands for any text.
 *
 * The module that comes out exports
 *   asyncify_start_unwind(data), asyncify_stop_unwind(), asyncify_start_rewind(data), asyncify_stop_rewind(), asyncify_get_state() -> 0, 1 or 2
 * where `data` points to two pointers: to where frames are kept, which grows up, and to its end. Each of the first four traps when the first is beyond the
 * second. Imports of a module `asyncify` with the same names (without `asyncify_`) become these functions; a function that calls start_unwind or
 * stop_rewind is taken as the one that begins to pause, one that calls the other two as the one that pauses lead to, and neither is changed itself. */
typedef struct ct_asyncify_options {
  const char *imports;     /* module.name of the imports that may pause; NULL: all */
  const char *remove_list; /* functions that are not changed, whatever they call */
  const char *add_list;    /* functions that are changed, with every indirect call in them */
  const char *only_list;   /* the only functions that are changed; not together with the other two */
  const char *memory;      /* the name of an exported memory, when there are several; NULL: "memory" */
  bool ignore_imports;     /* none but those of `asyncify` may pause */
  bool ignore_indirect;    /* indirect calls never pause, save in functions of the lists */
  bool propagate_add_list; /* what calls a function of add_list is changed too */
  bool asserts;            /* a pause where the code was not changed for it traps */
  bool import_globals;     /* the two globals, __asyncify_state and __asyncify_data, come from `env` */
  bool export_globals;     /* they are exported */
  bool verbose;            /* `note` is told, function by function, why it is changed */
  void (*note)(void *context, const char *text); /* one line, also for names in lists that no function has; may be NULL */
  void *context;
} ct_asyncify_options;

#ifdef __cplusplus
}
#endif
#endif

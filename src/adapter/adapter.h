/* adapter.h (private) - the contract between the preview1 adapter and who splices it into a component (compose/adapter_builtin.c).
 *
 * The adapter is one core module, image.c's array. It imports `env.memory`, functions of WASI 0.2 by their legacy names (host.def),
 * `__main_module__.cabi_realloc` and `__main_module__._start`; it exports every function of preview1 under its plain name, the four functions that guests
 * import besides, `cabi_import_realloc` for the lists that lowered imports return, and `wasi:cli/run@0.2.0#run`. It has no data, element or start section,
 * no table and no stack. Who splices it:
 *
 * 1. drops the exports that the guest does not import (`run` stays in a command);
 * 2. gives it memory: sets the initial values of its two globals, exported as CTI_ADAPTER_BASE and CTI_ADAPTER_LIMIT, to an 8-aligned
 *    region of at least CTI_ADAPTER_MEMORY bytes (CTI_ADAPTER_MEMORY_NO_FILES where no file can be open) that reads as zero at instantiation, and
 *    empties the hook `place`. Left at 0 the adapter asks the guest's `cabi_realloc` for 64 KB at the first call;
 * 3. binds `cabi_realloc` to the guest's export, or puts a function of the same type in its place. Beside 2 it is asked only for a longer
 *    table of descriptors, may return 0, and what it returns must stay the adapter's;
 * 4. empties the hooks of what the guest cannot reach: a hook is an exported function, named CTI_ADAPTER_HOOK_PREFIX and its name, whose
 *    body may be replaced by the constant that CTI_ADAPTER_HOOKS states;
 * 5. puts functions that trap in the place of imports that then cannot be called (of wasi:filesystem where no file can be open);
 * 6. drops whatever is reachable no more, hooks' exports and the two globals' among it. */
#ifndef CTI_ADAPTER_H
#define CTI_ADAPTER_H

#define CTI_ADAPTER_BASE "adapter-base"
#define CTI_ADAPTER_LIMIT "adapter-limit"
#define CTI_ADAPTER_HOOK_PREFIX "hook:"

/* 64 descriptors and 2 KB of scratch; 32 and 0.8 KB. Longer tables come from `cabi_realloc`, larger lists from pages that are used within one call. */
#define CTI_ADAPTER_MEMORY 4096u
#define CTI_ADAPTER_MEMORY_NO_FILES 2048u
#define CTI_ADAPTER_MEMORY_OWN 65536u /* what `place` asks the guest for */
#define CTI_ADAPTER_KEPT_NAME 256u

/* X(name, result when emptied, when it may be emptied) */
#define CTI_ADAPTER_HOOKS(X)                                                                                                               \
  X(place, 0, CTI_ADAPTER_PLACED)                                                                                                          \
  X(open_preopens, 0, CTI_ADAPTER_NO_FILES)                                                                                                \
  X(file_piece, 8, CTI_ADAPTER_NO_FILES)                                                                                                   \
  X(file_close, 0, CTI_ADAPTER_NO_FILES)                                                                                                   \
  X(file_fdstat, 8, CTI_ADAPTER_NO_FILES)                                                                                                  \
  X(file_filestat, 8, CTI_ADAPTER_NO_FILES)                                                                                                \
  X(file_seek, 8, CTI_ADAPTER_NO_FILES)                                                                                                    \
  X(file_ready, 0, CTI_ADAPTER_NO_FILES)                                                                                                   \
  X(fetch_strings, 0, CTI_ADAPTER_NO_CLI)                                                                                                  \
  X(terminal, 0, CTI_ADAPTER_NO_CLI)                                                                                                       \
  X(exit_with, 0, CTI_ADAPTER_NO_EXIT_CODE)

/* Reasons for emptying a hook, as bits. */
enum {
  CTI_ADAPTER_PLACED = 1,       /* base and limit are set */
  CTI_ADAPTER_NO_FILES = 2,     /* the guest imports neither path_open nor fd_prestat_get and fd_prestat_dir_name: only 0 to 2 can be open */
  CTI_ADAPTER_NO_CLI = 4,       /* a proxy: no arguments, environment, terminals and exit */
  CTI_ADAPTER_NO_EXIT_CODE = 8  /* the default: wasi:cli/exit's unstable exit-with-code is not asked for */
};

#endif

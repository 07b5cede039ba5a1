/* adapter.h (private) - the contract between the preview1 adapter and who splices it into a component (compose/adapter_builtin.c).
 *
 * The adapter is one core module, image.c's array. It imports `env.memory`, functions of WASI 0.2 by their legacy names (host.def), and of
 * `__main_module__` `_start`, `cabi_realloc` and `malloc`; it exports every function of preview1 under its plain name, the four functions that guests
 * import besides, `cabi_import_realloc` for the lists that lowered imports return, and `wasi:cli/run@0.2.0#run`. It has no data, element or start section,
 * no table and no stack. By itself it is a valid argument of `component new --adapt`. Who splices it further:
 *
 * 1. drops the exports that the guest does not import (`run` stays in a command);
 * 2. gives it memory: sets the initial values of its two globals, exported as CTI_ADAPTER_BASE and CTI_ADAPTER_LIMIT, to an 8-aligned region of at
 *    least CTI_ADAPTER_MEMORY bytes (CTI_ADAPTER_MEMORY_NO_FILES where no file can be open) that reads as zero at instantiation, and empties the hook
 *    `place`. Left at 0, the adapter asks the hook `grow` for 64 KB at the first call;
 * 3. settles where more memory comes from, for a longer table of descriptors: the hook `grow` calls the guest's `cabi_realloc`; its body may be
 *    replaced by that of one of the functions in CTI_ADAPTER_GROWS, or emptied: EMFILE then;
 * 4. empties the hooks of what the guest cannot reach: a hook is an exported function, named CTI_ADAPTER_HOOK_PREFIX and its name, whose body may
 *    be replaced by the constant that CTI_ADAPTER_HOOKS states; the exports in CTI_ADAPTER_FILE_EXPORTS may be emptied as well;
 * 5. drops whatever is reachable no more, the exports of hooks and of the two globals among it. */
#ifndef CTI_ADAPTER_H
#define CTI_ADAPTER_H

#define CTI_ADAPTER_BASE "adapter-base"
#define CTI_ADAPTER_LIMIT "adapter-limit"
#define CTI_ADAPTER_HOOK_PREFIX "hook:"

/* 120 descriptors or so and 1 KB of scratch; 20 descriptors. Longer tables come from `grow`, larger lists from pages that are used within one call. */
#define CTI_ADAPTER_MEMORY 4096u
#define CTI_ADAPTER_MEMORY_NO_FILES 2048u
#define CTI_ADAPTER_MEMORY_OWN 65536u /* what `place` asks for */
#define CTI_ADAPTER_SCRATCH 1024u
#define CTI_ADAPTER_KEPT_NAME 256u

/* X(name, result when emptied, when it may be emptied) */
#define CTI_ADAPTER_HOOKS(X)                                                                                                               \
  X(place, 0, CTI_ADAPTER_PLACED)                                                                                                          \
  X(grow, 0, CTI_ADAPTER_NO_GROWTH)                                                                                                        \
  X(open_preopens, 0, CTI_ADAPTER_NO_FILES)                                                                                                \
  X(file_piece, 8, CTI_ADAPTER_NO_FILES)                                                                                                   \
  X(file_close, 0, CTI_ADAPTER_NO_FILES)                                                                                                   \
  X(file_fdstat, 8, CTI_ADAPTER_NO_FILES)                                                                                                  \
  X(file_filestat, 8, CTI_ADAPTER_NO_FILES)                                                                                                \
  X(file_seek, 8, CTI_ADAPTER_NO_FILES)                                                                                                    \
  X(file_ready, 0, CTI_ADAPTER_NO_FILES)                                                                                                   \
  X(input_piece, 8, CTI_ADAPTER_NO_READ)                                                                                                   \
  X(open_listeners, 0, CTI_ADAPTER_NO_SOCKETS)                                                                                             \
  X(socket_piece, 8, CTI_ADAPTER_NO_SOCKETS)                                                                                               \
  X(socket_subscribe, 0, CTI_ADAPTER_NO_SOCKETS)                                                                                           \
  X(socket_close, 0, CTI_ADAPTER_NO_SOCKETS)                                                                                               \
  X(socket_accept, 57, CTI_ADAPTER_NO_SOCKETS)                                                                                             \
  X(socket_shut, 57, CTI_ADAPTER_NO_SOCKETS)                                                                                               \
  X(socket_recv, 57, CTI_ADAPTER_NO_SOCKETS)                                                                                               \
  X(socket_send, 57, CTI_ADAPTER_NO_SOCKETS)                                                                                               \
  X(fetch_arguments, 0, CTI_ADAPTER_NO_ARGUMENTS)                                                                                          \
  X(fetch_environment, 0, CTI_ADAPTER_NO_ENVIRONMENT)                                                                                      \
  X(terminal, 0, CTI_ADAPTER_NO_CLI)                                                                                                       \
  X(exit, 0, CTI_ADAPTER_NO_CLI)                                                                                                           \
  X(exit_with, 0, CTI_ADAPTER_NO_EXIT_CODE)

/* Preview1's functions that only files and directories have: a guest that imports one gets both; EBADF in a proxy. */
#define CTI_ADAPTER_FILE_EXPORTS(X)                                                                                                        \
  X(fd_advise) X(fd_allocate) X(fd_datasync) X(fd_filestat_set_size) X(fd_filestat_set_times) X(fd_prestat_get)     \
  X(fd_prestat_dir_name) X(fd_readdir) X(fd_sync) X(path_create_directory) X(path_filestat_get) X(path_filestat_set_times) X(path_link)    \
  X(path_open) X(path_readlink) X(path_remove_directory) X(path_rename) X(path_symlink) X(path_unlink_file)
#define CTI_ADAPTER_FILE_RESULT 8

/* (index, part) -> a number: where to listen. Its body is replaced by one that knows the addresses: part 0 is 4 or 6, the version of the internet protocol,
 * and 0 behind the last; part 1 the port; the others what follows it in wasi:sockets' ip-socket-address: 2 to 5 the bytes of an address of version 4,
 * 3 to 10 the words of one of version 6 (2 and 11 are its flow and scope). */
#define CTI_ADAPTER_LISTEN_ADDRESS "listen-address"

/* In a memory of its own the adapter exports each function that takes addresses under its name with this before it, too (far.c); they import from the module
 * CTI_ADAPTER_FAR_MODULE "in" (to, from, size: from the guest's memory into its own), "out" (to, from, size: back) and "pages" (how large the guest's is).
 * Its memory has CTI_ADAPTER_FAR_PAGES pages then, base and limit as given here. */
#define CTI_ADAPTER_FAR "far:"
#define CTI_ADAPTER_FAR_MODULE "__far__"
#define CTI_ADAPTER_FAR_PAGES 5
#define CTI_ADAPTER_FAR_BASE 1024u
#define CTI_ADAPTER_FAR_LIMIT 32768u

/* Bodies for `grow`: the guest's `malloc`; pages of memory.grow, where no allocator of the guest takes them for its own. */
#define CTI_ADAPTER_GROW_BY_MALLOC "grow-by-malloc"
#define CTI_ADAPTER_GROW_BY_PAGES "grow-by-pages"

/* Reasons for emptying, as bits. */
enum {
  CTI_ADAPTER_PLACED = 1 << 0,         /* base and limit are set */
  CTI_ADAPTER_NO_GROWTH = 1 << 1,      /* no memory can be had */
  CTI_ADAPTER_NO_FILES = 1 << 2,       /* the guest imports nothing of CTI_ADAPTER_FILE_EXPORTS, or is a proxy: only 0 to 2 are open */
  CTI_ADAPTER_NO_READ = 1 << 3,        /* it does not import fd_read */
  CTI_ADAPTER_NO_ARGUMENTS = 1 << 4,   /* it does not import args_get or args_sizes_get; or a proxy */
  CTI_ADAPTER_NO_ENVIRONMENT = 1 << 5, /* it does not import environ_get or environ_sizes_get; or a proxy */
  CTI_ADAPTER_NO_CLI = 1 << 6,         /* a proxy: no terminals, no exit */
  CTI_ADAPTER_NO_SOCKETS = 1 << 7,     /* the default: no addresses to listen at were given */
  CTI_ADAPTER_NO_EXIT_CODE = 1 << 8    /* the default: exit-with-code, which not all hosts have, was not asked for */
};

#endif

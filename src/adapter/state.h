/* state.h (adapter) - what the parts of the preview1 adapter share: its memory, its table of descriptors, the checks of what a guest passes.
 *
 * The adapter lives in its guest's memory and owns [ad_base, ad_limit) of it:
 *
 *   ad_base                                                                ad_limit
 *   | struct state | struct descriptor [capacity] | scratch for lists ........|
 *
 * It uses no stack, no static data and no table, so that nothing of it lies where a guest's allocator or linker could have put something else: what a
 * host function returns by memory goes to `result` in the state. Addresses are plain numbers, because the same code is compiled for the host, where
 * the guest's memory is an array, for unit tests and fuzzing. The adapter is a program of its own: its symbols bear `ad_`, its functions for
 * guests `p1_` and its host `h_`. */
#ifndef AD_STATE_H
#define AD_STATE_H

#include "adapter/adapter.h"
#include "adapter/preview1.h"

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long i64;

#ifdef __wasm__
#define EXPORTED(name) __attribute__((export_name(name)))
#define EXPORT(name) EXPORTED(#name) u32 p1_##name
#define HOOK(name) __attribute__((noinline, export_name(CTI_ADAPTER_HOOK_PREFIX #name))) u32 ad_##name
#define HOST(name, interface, import, result, parameters)                                                                                  \
  __attribute__((import_module(interface), import_name(import))) result h_##name parameters;
#define AD_GLOBAL __attribute__((address_space(1))) /* a global of WebAssembly, not a word in memory */
#define POINTER(address) ((u8 *)(address))
static inline u64 memory_size(void) { return (u64)__builtin_wasm_memory_size(0) << 16; }
static inline u32 memory_grow(u32 pages) { return (u32)__builtin_wasm_memory_grow(0, pages); }
static inline void stop(void) { __builtin_trap(); }
#else
#define EXPORTED(name)
#define EXPORT(name) u32 p1_##name
#define HOOK(name) u32 ad_##name
#define HOST(name, interface, import, result, parameters) result h_##name parameters;
#define AD_GLOBAL
extern u8 *ad_memory; /* the guest's memory: all 4 GB are reserved, those beyond memory_size() fault */
#define POINTER(address) (ad_memory + (address))
u64 memory_size(void);
u32 memory_grow(u32 pages);
_Noreturn void stop(void);
#endif
#include "adapter/exports.h"
#include "adapter/host.def"
#undef HOST

extern u32 AD_GLOBAL ad_base, ad_limit;

/* Where lists go that the host returns: the next byte, and the first that is not free. */
struct area {
  u32 next, end;
};

/* A directory's entry; an empty name is the end. */
struct entry {
  u64 inode;
  u32 type, name, length;
};

struct state {
  u64 result[13]; /* what a host function returns: the longest is a result of descriptor-stat */
  u64 clock;      /* the last time of the monotonic clock, told again while it is paused */
  struct area bytes, lists;
  u32 table, count, capacity; /* count: descriptors ever used; 0 before the first call */
  u32 closed;                 /* 1 + the number of the descriptor closed last, 0 for none; each closed one names the next in `handle` */
  u32 moved;                  /* bytes that the last read or write of one piece moved */
  u32 reason;                 /* the host's error that made a stream fail */
  u8 paused, discard;

  struct entry entry, kept;   /* of directories: the one at hand; one that did not fit a guest's buffer, see directory.c */
  u64 kept_cookie;
  u32 kept_by;                /* 1 + the number of its directory, 0 for none */
  u8 kept_name[CTI_ADAPTER_KEPT_NAME];
};

/* Kinds of descriptors. Those of files and directories are KIND_FILE + preview1's file type. */
enum { KIND_CLOSED, KIND_BAD, KIND_STDIN, KIND_STDOUT, KIND_STDERR, KIND_LISTENER, KIND_SOCKET, KIND_FILE = 8, KIND_DIRECTORY = KIND_FILE + FILETYPE_DIRECTORY };

/* Flags of a descriptor, beside preview1's fdflags. The last two mean another thing of standard streams. */
enum { HAS_STREAM = 32, CAN_READ = 64, CAN_WRITE = 128, TERMINAL_KNOWN = 64, TERMINAL = 128 };

struct descriptor {
  u32 handle;   /* the host's descriptor; the next closed one when closed */
  u32 stream;   /* with HAS_STREAM: that of standard input or output, of appending, of a directory's entries; of a socket: that to read from */
  u64 position; /* of files: the offset; of directories: the cookie of the entry that `stream` gives next */
  u8 kind, flags;
  u16 preopen; /* 1 + its number among the preopened directories, 0 for others */
  union {
    u32 preopen_length; /* of its name */
    u32 output;         /* of a socket: the stream to write to */
  };
};

enum { PLACING = 1 }; /* a value of ad_base: the guest's allocator is being asked */

/* A word of memory at an address, or at a constant distance from it, which an instruction then holds. */
#define AT(type, address) (*(type *)POINTER(address))
#define FIELD(type, address, offset) (*(type *)(POINTER(address) + (offset)))

#define S (&AT(struct state, ad_base))
#define D(address) AT(struct descriptor, address)
#define RESULT (ad_base)                                  /* `result` is the first member */
#define OUT(type, offset) FIELD(type, ad_base, offset)    /* a part of what a host function returned */
#define KEPT_NAME (ad_base + (u32)__builtin_offsetof(struct state, kept_name))
#define DESCRIPTOR(number) (S->table + (number) * (u32)sizeof(struct descriptor))

/* Words in guest's memory, at any alignment. */
typedef u16 __attribute__((aligned(1), may_alias)) any16;
typedef u32 __attribute__((aligned(1), may_alias)) any32;
typedef u64 __attribute__((aligned(1), may_alias)) any64;

static inline u32 least(u32 a, u32 b) { return a < b ? a : b; }

static inline void copy(u32 to, u32 from, u32 size) { __builtin_memmove(&AT(u8, to), &AT(u8, from), size); }
static inline void clear(u32 at, u32 size) { __builtin_memset(&AT(u8, at), 0, size); }

/* Before any use of the state: makes it at the first call. SUCCESS; EAGAIN when the guest's allocator, asked for the state's memory, calls back; ENOMEM
 * when it has none. */
u32 ad_enter(void);
void ad_reset(void);

/* Whether [at, at + size) is not all in memory, or touches the adapter's own. */
u32 ad_fault(u32 at, u64 size);

/* Where the next call's lists go: bytes and strings to [at, at + size), or beside the other lists when size is 0. */
void ad_expect(u32 at, u32 size);

/* The preview1 errno of a host function's result: SUCCESS, or what its error-code at `offset` says. */
u32 ad_failed(u32 offset);
u32 ad_errno(u32 code);

/* Descriptors by number. Each answers an address, or an errno, which is below ERRNO_LIMIT. */
u32 ad_find(u32 number);                        /* an open descriptor, else EBADF */
u32 ad_find_file(u32 number, u32 error);        /* a file; `error` for standard streams, EBADF for directories */
u32 ad_find_directory(u32 number);              /* a directory; ENOTDIR for files, EBADF for others */
u32 ad_find_path(u32 number, u32 path, u32 length); /* a directory to which a path is relative; checks the path as well */

/* A number whose descriptor the caller then fills, or NO_NUMBER. */
#define NO_NUMBER (~0u)
u32 ad_claim(void);
void ad_release(u32 number);

/* Parts that compose takes out when a guest cannot reach them; adapter.h lists them. */
u32 ad_place(void);
u32 ad_grow(u32 size);
u32 ad_grow_by_malloc(u32 size);
u32 ad_grow_by_pages(u32 size);
u32 ad_open_preopens(void);
u32 ad_file_piece(u32 d, u32 writes, u32 at, u32 length, u64 offset);
u32 ad_input_piece(u32 d, u32 at, u32 length, u32 waits);
u32 ad_file_close(u32 d);
u32 ad_file_fdstat(u32 d, u32 out);
u32 ad_file_filestat(u32 d, u32 out);
u32 ad_file_seek(u32 d, u64 offset, u32 whence);
u32 ad_file_ready(u32 d, u32 event);
u32 ad_open_listeners(void);
u32 ad_listen_address(u32 index, u32 part);
u32 ad_socket_piece(u32 d, u32 writes, u32 at, u32 length, u32 is_first);
u32 ad_socket_subscribe(u32 d, u32 tag);
u32 ad_socket_close(u32 d);
u32 ad_socket_accept(u32 d, u32 flags, u32 out);
u32 ad_socket_shut(u32 d, u32 how);
u32 ad_socket_recv(u32 number, u32 list, u32 count, u32 out);
u32 ad_socket_send(u32 number, u32 list, u32 count, u32 out);
u32 ad_fetch_arguments(void);
u32 ad_fetch_environment(void);
u32 ad_terminal(u32 d);
u32 ad_exit(u32 code);
u32 ad_exit_with(u32 code);

/* Reads from an input stream; nothing and SUCCESS at its end. S->moved says how much. */
u32 ad_input(u32 stream, u32 at, u32 length, u32 waits);

/* The errno of a result whose error is a stream-error at `offset`; a closed stream is `closed`. EIO comes with the host's error in S->reason, which is
 * the last of its stream. */
u32 ad_stream_failed(u32 offset, u32 closed);

/* Writes to an output stream as much as the host takes at once; S->moved says how much. */
u32 ad_output_piece(u32 stream, u32 at, u32 length);
u32 ad_input_stream(u32 d);
u32 ad_output_stream(u32 d);

/* After a host function returned a list of bytes at offset 4 of the result: sees that it lies at [at, at + length), S->moved is its length. */
void ad_received(u32 at, u32 length);

/* The attributes in the result as preview1's filestat at `out`, all but the inode. */
void ad_write_filestat(u32 out);
u32 ad_filetype(u32 descriptor_type);

/* The cases of 0.2's new-timestamp for preview1's fstflags: of access, and times 4 of change; NO_NUMBER for flags that exclude each other. */
u32 ad_new_timestamps(u32 flags);

#endif

/* world_host.h - what the two halves of the host share. */
#ifndef TEST_ADAPTER_WORLD_HOST_H
#define TEST_ADAPTER_WORLD_HOST_H

#include <setjmp.h>

#include "adapter/state.h"

enum world_kind { WORLD_NONE, WORLD_DESCRIPTOR, WORLD_INPUT, WORLD_OUTPUT, WORLD_ENTRIES, WORLD_POLLABLE, WORLD_ERROR, WORLD_SOCKET };

struct world_handle {
  enum world_kind kind;
  u32 node; /* of descriptors and their streams: the file; of pollables: whether ready */
  u64 position;
  u32 permit;   /* of output streams: what check-write allowed */
  u32 children; /* of sockets: streams that are to go first */
  u32 parent;   /* of their streams */
};

extern jmp_buf world_stopped; /* where stop() goes: memory is at its end */

u32 world_decide(u32 ways); /* 0 .. ways - 1 */
u32 world_handle_new(enum world_kind kind, u32 node, u64 position);
struct world_handle *world_handle(u32 handle, enum world_kind kind);
void world_handle_drop(u32 handle, enum world_kind kind);
void world_result(u32 out);
void world_bytes(u32 at, u32 size);
void world_string(u32 at, u32 length);
u32 world_list(u32 align, u32 size);
void world_return_string(u32 out, const char *text, u32 length);
void world_return_bytes(u32 out, const u8 *bytes, u32 length);
u32 world_fails(u32 out, u32 offset);
u32 world_stream_fails(u32 out, u32 offset, u32 of_file);
void world_append(u32 node, u32 at, u32 length);
void world_files_open(void);

#endif

/* standard.c (adapter) - standard input, output and error, and output streams in general. */
#include "adapter/state.h"

enum { FLUSHED_AT_ONCE = 4096 }; /* what blocking-write-and-flush takes */

/* Errors of standard streams are left to the host: there is one for each stream at most. */
u32 ad_stream_failed(u32 offset, u32 closed) {
  if (!OUT(u8, 0)) return SUCCESS;
  S->reason = OUT(u32, offset + 4);
  return OUT(u8, offset) ? closed : EIO;
}

/* After the last call of a piece. */
static u32 moved(u32 length) {
  u32 error = ad_stream_failed(4, EPIPE);
  if (!error) S->moved = length;
  return error;
}

u32 ad_output_piece(u32 stream, u32 at, u32 length) {
  if (length > FLUSHED_AT_ONCE) {
    h_output_check_write(stream, RESULT);
    u32 error = ad_stream_failed(8, EPIPE);
    if (error) return error;
    u64 room = OUT(u64, 8);
    if (room > FLUSHED_AT_ONCE) {
      if (length > room) length = (u32)room;
      h_output_write(stream, at, length, RESULT);
      error = ad_stream_failed(4, EPIPE);
      if (error) return error;
      h_output_flush(stream, RESULT);
      return moved(length);
    }
    length = FLUSHED_AT_ONCE; /* this one waits until there is room */
  }
  h_output_write_and_flush(stream, at, length, RESULT);
  return moved(length);
}

/* The host's stream of a descriptor, asked for at its first use. */
static u32 keep_stream(u32 d, u32 stream) {
  D(d).flags |= HAS_STREAM;
  return D(d).stream = stream;
}

u32 ad_input_stream(u32 d) { return D(d).flags & HAS_STREAM ? D(d).stream : keep_stream(d, h_get_stdin()); }

u32 ad_output_stream(u32 d) {
  if (D(d).flags & HAS_STREAM) return D(d).stream;
  return keep_stream(d, D(d).kind == KIND_STDOUT ? h_get_stdout() : h_get_stderr());
}

void ad_received(u32 at, u32 length) {
  S->moved = least(OUT(u32, 8), length);
  if (OUT(u32, 4) != at) copy(at, OUT(u32, 4), S->moved);
}

u32 ad_input(u32 stream, u32 at, u32 length, u32 waits) {
  ad_expect(at, length);
  if (waits) h_input_blocking_read(stream, length, RESULT);
  else h_input_read(stream, length, RESULT);
  if (OUT(u8, 0)) return ad_stream_failed(4, SUCCESS);
  ad_received(at, length);
  return SUCCESS;
}

/* Waits for the first bytes only: those that came with them are taken, as readv does. */
HOOK(input_piece)(u32 d, u32 at, u32 length, u32 waits) { return ad_input(ad_input_stream(d), at, length, waits); }

/* Whether a standard stream is a terminal, as preview1's file type. The host is asked once, for it answers with a handle each time. */
HOOK(terminal)(u32 d) {
  u32 kind = D(d).kind;
  if (!(D(d).flags & TERMINAL_KNOWN)) {
    if (kind == KIND_STDIN) h_get_terminal_stdin(RESULT);
    else if (kind == KIND_STDOUT) h_get_terminal_stdout(RESULT);
    else h_get_terminal_stderr(RESULT);
    D(d).flags |= OUT(u8, 0) ? TERMINAL_KNOWN | TERMINAL : TERMINAL_KNOWN;
  }
  return D(d).flags & TERMINAL ? FILETYPE_CHARACTER_DEVICE : FILETYPE_UNKNOWN;
}

/* lines.c - cuts sequences out of line programs. Flows in: .debug_line, hostile. Flows out: the same, but programs are shorter than the room they have; units name
 * theirs by where it begins, so that what follows the end of one is read by nobody. Invariant: a sequence is left out as a whole, or is byte for byte what it was. */
#include "lines.h"

#include <dwarf.h>
#include <string.h>

typedef struct reader {
  uint8_t *at, *end;
  bool failed;
} reader;

/* Of 8 bytes at most. */
static uint64_t read_fixed(reader *r, size_t size) {
  uint64_t out = 0;
  if (r->failed || size > (size_t)(r->end - r->at)) return r->failed = true, 0;
  for (size_t i = 0; i < size; i++) out |= (uint64_t)r->at[i] << (8 * i);
  r->at += size;
  return out;
}

static uint64_t read_leb(reader *r) {
  uint64_t out = 0;
  for (unsigned shift = 0; shift < 64 && r->at < r->end; shift += 7) {
    uint8_t byte = *r->at++;
    out |= (uint64_t)(byte & 0x7f) << shift;
    if (byte < 0x80) return out;
  }
  return r->failed = true, 0;
}

typedef struct program {
  uint8_t instruction_size, line_range, opcode_base;
  const uint8_t *operand_counts; /* of opcode 1 on */
} program;

/* Up to the first operation, and with DWARF 64 or another version than 2 to 5, to a failure. */
static program read_header(reader *r) {
  program p = {0};
  uint64_t version = read_fixed(r, 2);
  if (version < 2 || version > 5) r->failed = true;
  if (version == 5) read_fixed(r, 2); /* sizes of an address and of a segment selector */
  uint64_t size = read_fixed(r, 4);
  reader header = *r;
  if (size > (size_t)(r->end - r->at)) r->failed = true;
  else header.end = r->at += size;
  p.instruction_size = (uint8_t)read_fixed(&header, 1);
  if (version >= 4) read_fixed(&header, 1);
  read_fixed(&header, 2); /* default_is_stmt, line_base */
  p.line_range = (uint8_t)read_fixed(&header, 1);
  p.opcode_base = (uint8_t)read_fixed(&header, 1);
  p.operand_counts = header.at;
  static const uint8_t known[] = {0, 1, 1, 1, 1, 0, 0, 0, 1}; /* operands of DW_LNS_copy to DW_LNS_fixed_advance_pc */
  if (header.failed || !p.line_range || p.opcode_base <= sizeof known || p.opcode_base - 1 > header.end - header.at || memcmp(p.operand_counts, known, sizeof known) != 0) r->failed = true;
  return p;
}

typedef struct sequence {
  uint64_t address, low, high; /* of its rows */
  bool ended;
} sequence;

static void note_row(sequence *s) {
  if (s->address < s->low) s->low = s->address;
  if (s->address > s->high) s->high = s->address;
}

static void run_extended(reader *r, sequence *s) {
  uint64_t size = read_leb(r);
  if (r->failed || size == 0 || size > (size_t)(r->end - r->at)) {
    r->failed = true;
    return;
  }
  reader operation = {r->at, r->at + size, false};
  r->at += size;
  switch (read_fixed(&operation, 1)) {
  case DW_LNE_end_sequence:
    note_row(s);
    s->ended = true;
    break;
  case DW_LNE_set_address: s->address = read_fixed(&operation, size - 1 < 8 ? (size_t)size - 1 : 8); break;
  case DW_LNE_define_file: r->failed = true; break; /* later sequences may use it */
  default: break;
  }
}

static void run_operation(reader *r, const program *p, sequence *s) {
  uint8_t code = (uint8_t)read_fixed(r, 1);
  uint8_t all = (uint8_t)(255 - p->opcode_base);
  if (code >= p->opcode_base) {
    s->address += (uint64_t)((code - p->opcode_base) / p->line_range) * p->instruction_size;
    note_row(s);
    return;
  }
  switch (code) {
  case 0: run_extended(r, s); break;
  case DW_LNS_copy: note_row(s); break;
  case DW_LNS_advance_pc: s->address += read_leb(r) * p->instruction_size; break;
  case DW_LNS_const_add_pc: s->address += (uint64_t)(all / p->line_range) * p->instruction_size; break;
  case DW_LNS_fixed_advance_pc: s->address += read_fixed(r, 2); break;
  default:
    for (uint8_t i = 0; i < p->operand_counts[code - 1]; i++) read_leb(r);
    break;
  }
}

/* What of the program is left, in bytes from its begin: wanted sequences close up to the header; from the first that is not understood on all stays. */
static size_t cut_program(uint8_t *bytes, size_t size, bool (*wanted)(uint64_t low, uint64_t high)) {
  reader r = {bytes, bytes + size, false};
  program p = read_header(&r);
  if (r.failed) return size;
  uint8_t *kept = r.at, *begin = r.at; /* the end of what stays; a sequence */
  sequence s = {.low = UINT64_MAX};
  while (!r.failed && r.at < r.end) {
    run_operation(&r, &p, &s);
    if (r.failed || !s.ended) continue;
    if (wanted(s.low, s.high)) {
      memmove(kept, begin, (size_t)(r.at - begin));
      kept += r.at - begin;
    }
    begin = r.at;
    s = (sequence){.low = UINT64_MAX};
  }
  memmove(kept, begin, (size_t)(r.end - begin));
  return (size_t)(kept - bytes) + (size_t)(r.end - begin);
}

void cut_lines(uint8_t *bytes, size_t size, bool (*wanted)(uint64_t low, uint64_t high)) {
  reader r = {bytes, bytes + size, false};
  while (r.at < r.end) {
    uint8_t *length_at = r.at;
    uint64_t length = read_fixed(&r, 4);
    if (r.failed || length > (size_t)(r.end - r.at)) return; /* DWARF 64 has its mark there */
    size_t left = cut_program(r.at, (size_t)length, wanted);
    for (unsigned i = 0; i < 4; i++) length_at[i] = (uint8_t)(left >> (8 * i));
    r.at += length;
  }
}

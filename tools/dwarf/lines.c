/* lines.c - cuts sequences out of line programs. Flows in: .debug_line, hostile. Flows out: the same, with operations that do nothing in place of sequences that nobody asks for. Invariant: no byte outside of a whole sequence changes. */
#include "lines.h"

#include <dwarf.h>
#include <string.h>

typedef struct reader {
  uint8_t *at, *end;
  bool failed;
} reader;

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
  if (p.opcode_base) read_fixed(&header, p.opcode_base - 1u);
  if (header.failed || !p.line_range || p.opcode_base <= DW_LNS_set_isa) r->failed = true;
  else if (p.operand_counts[DW_LNS_set_basic_block - 1] != 0 || p.operand_counts[DW_LNS_fixed_advance_pc - 1] != 1) r->failed = true; /* write_over uses them */
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

/* [from, to) then tells no row: its program counter advances by nothing. (One long operation of a vendor would be read faster, but libdwarf takes unknown ones as errors.) */
static void write_over(uint8_t *from, const uint8_t *to) {
  for (; to - from >= 3; from += 3) {
    from[0] = DW_LNS_fixed_advance_pc;
    from[1] = from[2] = 0;
  }
  memset(from, DW_LNS_set_basic_block, (size_t)(to - from));
}

static void cut_program(reader r, bool (*wanted)(uint64_t low, uint64_t high)) {
  program p = read_header(&r);
  uint8_t *unwanted = r.at, *begin = r.at; /* of a run of sequences that nobody asks for; of this sequence */
  sequence s = {.low = UINT64_MAX};
  while (!r.failed && r.at < r.end) {
    run_operation(&r, &p, &s);
    if (r.failed || !s.ended) continue;
    if (wanted(s.low, s.high)) {
      write_over(unwanted, begin);
      unwanted = r.at;
    }
    begin = r.at;
    s = (sequence){.low = UINT64_MAX};
  }
  if (!r.failed) write_over(unwanted, begin);
}

void cut_lines(uint8_t *bytes, size_t size, bool (*wanted)(uint64_t low, uint64_t high)) {
  reader r = {bytes, bytes + size, false};
  while (r.at < r.end) {
    uint64_t length = read_fixed(&r, 4);
    if (r.failed || length > (size_t)(r.end - r.at)) return; /* DWARF 64 has its mark there */
    cut_program((reader){r.at, r.at + length, false}, wanted);
    r.at += length;
  }
}

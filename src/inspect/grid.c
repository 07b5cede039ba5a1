/* grid.c - tables in frames. Flows in: cells. Flows out: UTF-8 text. A column that needs no more than its share of the width gets what it needs; the
 * others share what is left. Control characters are shown as U+FFFD, so that no name moves the cursor of a terminal. */
#include "inspect/grid.h"

#include "base/utf8.h"

/* What takes no or two columns, as far as names of this world have it: https://www.unicode.org/reports/tr11/ */
static uint32_t scalar_width(uint32_t scalar) {
  if ((scalar >= 0x300 && scalar <= 0x36f) || (scalar >= 0x200b && scalar <= 0x200f) || (scalar >= 0xfe00 && scalar <= 0xfe0f)) return 0;
  bool wide = (scalar >= 0x1100 && scalar <= 0x115f) || (scalar >= 0x2e80 && scalar <= 0xa4cf) || (scalar >= 0xac00 && scalar <= 0xd7a3) ||
              (scalar >= 0xf900 && scalar <= 0xfaff) || (scalar >= 0xfe30 && scalar <= 0xfe6f) || (scalar >= 0xff00 && scalar <= 0xff60) ||
              (scalar >= 0x1f300 && scalar <= 0x1f64f) || (scalar >= 0x1f900 && scalar <= 0x1f9ff) || (scalar >= 0x20000 && scalar <= 0x3fffd);
  return wide ? 2 : 1;
}

/* The bytes of `text` from `from` that fit into `width` columns; at least one scalar value. */
static size_t fitting(ct_slice text, size_t from, uint32_t width) {
  size_t at = from, length;
  for (uint32_t used = 0; at < text.size; at += length) {
    used += scalar_width(cti_utf8_decode(cti_slice_cut(text, at, text.size), &length));
    if (!length) length = 1;
    if (used > width && at > from) break;
  }
  return at;
}

uint32_t cti_text_width(ct_slice text) {
  uint32_t width = 0;
  size_t length;
  for (size_t at = 0; at < text.size; at += length ? length : 1) width += scalar_width(cti_utf8_decode(cti_slice_cut(text, at, text.size), &length));
  return width;
}

/* One line of a cell, [from, to), from *at on: as many words as fit. A word that is wider than the column begins in what is left of the line. */
static ct_slice next_line(ct_slice text, size_t *at, uint32_t width) {
  enum { MIN_FREE = 2 };
  size_t from = *at, end = from;
  for (bool first = true; end < text.size; first = false) {
    size_t word = first ? end : end + 1; /* the first may be empty: a blank at the begin */
    size_t left = text.size - (word < text.size ? word : text.size), reach = width < left / 4 ? 4 * (size_t)width + 16 : left;
    ct_slice near = cti_slice_cut(text, 0, word + reach); /* so that a word without an end is not looked through for each line */
    size_t stop = cti_slice_find(near, ' ', word);
    uint32_t before = cti_text_width(cti_slice_cut(text, from, word)), size = cti_text_width(cti_slice_cut(text, word, stop));
    if (stop == near.size && stop < text.size && size <= width) size = width + 1;
    if (before + size <= width) {
      end = stop;
      continue;
    }
    bool breaks = size > width && (end == from || width > before + MIN_FREE);
    if (breaks) *at = end = fitting(text, word, width - before);
    break;
  }
  if (end == from) end = fitting(text, from, width);
  if (*at == from) *at = end < text.size ? end + 1 : end;
  return cti_slice_cut(text, from, end);
}

static uint32_t longest_line(const cti_grid *t, uint32_t column, uint32_t width) {
  uint32_t longest = 0;
  for (uint32_t i = column; i < t->cells.count; i += t->columns) {
    for (size_t at = 0; at < t->cells.items[i].size;) {
      uint32_t size = cti_text_width(next_line(t->cells.items[i], &at, width));
      if (size > longest) longest = size;
    }
  }
  return longest;
}

/* Gives a width to each undecided column whose lines, broken at its share, need clearly less than that share. True when one got it. */
static bool settle(const cti_grid *t, uint32_t widths[CTI_GRID_MAX_COLUMNS], uint32_t *left, uint32_t *open, bool broken) {
  bool any = false;
  for (uint32_t i = 0; i < t->columns && *open; i++) {
    uint32_t share = *left / *open;
    uint32_t need = widths[i] ? 0 : longest_line(t, i, broken ? (share > 3 ? share - 2 : 1) : UINT32_MAX) + 2;
    if (widths[i] || need > share || (broken && need + 3 > share)) continue;
    widths[i] = need;
    *left -= need;
    --*open;
    any = true;
  }
  return any;
}

/* The width of each column with the blank on either side of its text. */
static void arrange(const cti_grid *t, uint32_t widths[CTI_GRID_MAX_COLUMNS]) {
  uint32_t left = CTI_GRID_WIDTH - t->columns - 1, open = t->columns;
  memset(widths, 0, CTI_GRID_MAX_COLUMNS * sizeof *widths);
  while (open && settle(t, widths, &left, &open, false)) {}
  while (open && settle(t, widths, &left, &open, true)) {}
  uint32_t share = open ? left / open : 0, more = open ? left % open : 0;
  for (uint32_t i = 0; i < t->columns; i++) {
    if (widths[i]) continue;
    widths[i] = share + (more ? 1 : 0);
    if (more) more--;
  }
}

static void rule(const cti_grid *t, const uint32_t *widths, const char *const parts[4], cti_buf *out) {
  for (uint32_t i = 0; i < t->columns; i++) {
    cti_buf_str(out, parts[i ? 2 : 0]);
    for (uint32_t k = 0; k < widths[i]; k++) cti_buf_str(out, parts[1]);
  }
  cti_buf_str(out, parts[3]);
  cti_buf_u8(out, '\n');
}

static void write_text(ct_slice text, cti_buf *out) {
  for (size_t i = 0; i < text.size; i++) {
    if (text.data[i] < 0x20 || text.data[i] == 0x7f) cti_buf_str(out, "\xef\xbf\xbd");
    else cti_buf_u8(out, text.data[i]);
  }
}

static void write_row(const cti_grid *t, const uint32_t *widths, const ct_slice *cells, cti_buf *out) {
  size_t at[CTI_GRID_MAX_COLUMNS] = {0};
  for (bool more = true; more;) {
    more = false;
    for (uint32_t i = 0; i < t->columns; i++) {
      ct_slice line = next_line(cells[i], &at[i], widths[i] - 2);
      uint32_t blanks = widths[i] - 1 - cti_text_width(line);
      cti_buf_str(out, i ? "┆" : "│");
      cti_buf_fill(out, ' ', t->right[i] ? blanks : 1);
      write_text(line, out);
      cti_buf_fill(out, ' ', t->right[i] ? 1 : blanks);
      more |= at[i] < cells[i].size;
    }
    cti_buf_str(out, "│\n");
  }
}

void cti_grid_write(const cti_grid *t, cti_buf *out) {
  static const char *const top[4] = {"╭", "─", "┬", "╮"}, *const head[4] = {"╞", "═", "╪", "╡"}, *const between[4] = {"├", "╌", "┼", "┤"}, *const bottom[4] = {"╰", "─", "┴", "╯"};
  uint32_t widths[CTI_GRID_MAX_COLUMNS];
  arrange(t, widths);
  rule(t, widths, top, out);
  for (uint32_t i = 0; i < t->cells.count; i += t->columns) {
    if (i) rule(t, widths, i == t->columns ? head : between, out);
    write_row(t, widths, t->cells.items + i, out);
  }
  rule(t, widths, bottom, out);
}

/* regex.c - regular expressions. Flows in: a pattern, which becomes a program; its jumps are relative, so that what was emitted can be moved and repeated.
 * Flows out: whether a text has a match, by following all ways through the program at once, one character after the other.
 *
 * https://pubs.opengroup.org/onlinepubs/9699919799/basedefs/V1_chap09.html#tag_09_04 https://swtch.com/~rsc/regexp/regexp2.html */
#include "base/regex.h"

#include <string.h>

#include "base/utf8.h"
#include "base/vec.h"

enum { MOST_STEPS = 1 << 16, MOST_TIMES = 255 /* RE_DUP_MAX */, DEEPEST = 100 };

typedef enum step_kind {
  STEP_SET,   /* takes a character */
  STEP_SPLIT, /* goes both ways */
  STEP_JUMP,
  STEP_START, /* here the text begins */
  STEP_END,
  STEP_WORD_START,
  STEP_WORD_END,
  STEP_WORD_EDGE,
  STEP_NO_WORD_EDGE,
  STEP_MATCH
} step_kind;

typedef struct step {
  step_kind kind;
  uint32_t set;  /* STEP_SET */
  int32_t a, b;  /* STEP_SPLIT, STEP_JUMP (a): where to, from here */
} step;

typedef struct range {
  uint32_t first, last;
} range;

/* Characters: those in a range, or all others. */
typedef struct char_set {
  bool negated;
  CTI_VEC(range) ranges;
} char_set;

typedef struct program {
  CTI_VEC(step) steps;
  CTI_VEC(char_set) sets;
} program;

struct cti_regex_set {
  program *items;
  size_t count;
};

/* Each of several bytes that are no UTF-8 is a character of its own, beyond those of Unicode. */
static uint32_t take_char(ct_slice text, size_t *at) {
  size_t length;
  uint32_t c = cti_utf8_decode(cti_slice_cut(text, *at, text.size), &length);
  if (length == 0) c = 0x110000u + text.data[*at];
  *at += length ? length : 1;
  return c;
}

/* ---- the pattern */

typedef struct parser {
  ct_slice text;
  size_t at;
  program *out;
  cti_arena *arena;
  unsigned depth;
  const char *wrong; /* why it does not compile, where that is so, and the place */
  size_t place;
} parser;

static bool refuse(parser *p, size_t place, const char *why) {
  if (!p->wrong) {
    p->wrong = why;
    p->place = place;
  }
  return false;
}

static bool is_bad(const parser *p) { return p->wrong || p->arena->error->status != CT_OK; }
static bool is_next(const parser *p, char c) { return p->at < p->text.size && p->text.data[p->at] == (uint8_t)c; }
static uint32_t size_of(const parser *p) { return p->out->steps.count; }

static bool emit(parser *p, step what) {
  if (size_of(p) == MOST_STEPS) return refuse(p, p->at, "it takes too much memory");
  return cti_vec_push(p->arena, &p->out->steps, what);
}

/* Moves what was emitted since `at`. */
static bool insert(parser *p, uint32_t at, step what) {
  if (!emit(p, what)) return false;
  step *steps = p->out->steps.items;
  memmove(steps + at + 1, steps + at, (size_of(p) - 1 - at) * sizeof *steps);
  steps[at] = what;
  return true;
}

static char_set *emit_set(parser *p) {
  char_set *set = emit(p, (step){.kind = STEP_SET, .set = p->out->sets.count}) ? cti_vec_add(p->arena, &p->out->sets) : NULL;
  return set;
}

static bool add_range(parser *p, char_set *set, uint32_t first, uint32_t last) { return cti_vec_push(p->arena, &set->ranges, ((range){first, last})); }

static bool emit_char(parser *p, uint32_t c) {
  char_set *set = emit_set(p);
  return set && add_range(p, set, c, c);
}

static bool emit_any(parser *p) {
  char_set *set = emit_set(p);
  if (set) set->negated = true;
  return set != NULL;
}

/* ---- classes: pairs of the first and the last character, in the locale that every text has here */

static const struct {
  const char *name, *pairs;
} classes[] = {{"alnum", "09AZaz"}, {"alpha", "AZaz"}, {"blank", "  \t\t"}, {"cntrl", "\001\037\177\177"}, {"digit", "09"}, {"graph", "!~"}, {"lower", "az"}, {"print", " ~"}, {"punct", "!/:@[`{~"}, {"space", "  \t\r"}, {"upper", "AZ"}, {"xdigit", "09AFaf"}};

static bool add_pairs(parser *p, char_set *set, const char *pairs) {
  bool good = true;
  for (; good && *pairs; pairs += 2) good = add_range(p, set, (uint8_t)pairs[0], (uint8_t)pairs[1]);
  return good;
}

static bool add_class(parser *p, char_set *set, ct_slice name, size_t place) {
  for (size_t i = 0; i < CTI_COUNT(classes); i++)
    if (cti_slice_is(name, classes[i].name)) return add_pairs(p, set, classes[i].pairs);
  return refuse(p, place, "there is no such class of characters");
}

/* ---- brackets */

/* [:name:], [=c=], [.c.]: what is between, and the place after it. */
static bool take_inner(parser *p, ct_slice *name, char kind, size_t place) {
  size_t from = p->at + 2, end = from;
  while (end + 1 < p->text.size && !(p->text.data[end] == (uint8_t)kind && p->text.data[end + 1] == ']')) end++;
  if (end + 1 >= p->text.size) return refuse(p, place, "a bracket has no partner");
  *name = cti_slice_cut(p->text, from, end);
  p->at = end + 2;
  return true;
}

static bool opens_inner(const parser *p, char kind) { return is_next(p, '[') && p->at + 1 < p->text.size && p->text.data[p->at + 1] == (uint8_t)kind; }

/* One end of a range. */
static bool take_end(parser *p, uint32_t *c, size_t place) {
  for (const char *kind = ".="; *kind; kind++) {
    ct_slice name;
    size_t at = 0;
    if (!opens_inner(p, *kind)) continue;
    if (!take_inner(p, &name, *kind, place)) return false;
    *c = name.size ? take_char(name, &at) : 0;
    return (at && at == name.size) || refuse(p, place, "there is no such collating element");
  }
  if (p->at == p->text.size) return refuse(p, place, "a bracket has no partner");
  *c = take_char(p->text, &p->at);
  return true;
}

static bool take_item(parser *p, char_set *set, size_t place) {
  ct_slice name;
  uint32_t first, last;
  if (opens_inner(p, ':')) return take_inner(p, &name, ':', place) && add_class(p, set, name, place);
  if (!take_end(p, &first, place)) return false;
  last = first;
  if (is_next(p, '-') && p->at + 1 < p->text.size && p->text.data[p->at + 1] != ']') {
    p->at++;
    if (!take_end(p, &last, place)) return false;
  }
  return last < first ? refuse(p, place, "a range ends before it begins") : add_range(p, set, first, last);
}

static bool take_brackets(parser *p) {
  size_t place = p->at++;
  char_set *set = emit_set(p);
  if (!set) return false;
  set->negated = is_next(p, '^');
  p->at += set->negated;
  do { /* the first may be a bracket itself */
    if (!take_item(p, set, place)) return false;
  } while (!is_next(p, ']'));
  p->at++;
  return true;
}

/* ---- the rest of the grammar */

static bool take_alternatives(parser *p);

static bool take_group(parser *p) {
  size_t place = p->at++;
  if (p->depth == DEEPEST) return refuse(p, place, "its parentheses are nested too deep");
  p->depth++;
  if (!take_alternatives(p)) return false;
  p->depth--;
  if (!is_next(p, ')')) return refuse(p, place, "a parenthesis has no partner");
  p->at++;
  return true;
}

static bool emit_class(parser *p, bool negated, const char *pairs) {
  char_set *set = emit_set(p);
  if (set) set->negated = negated;
  return set && add_pairs(p, set, pairs);
}

static bool take_escape(parser *p) {
  static const char word[] = "09AZaz__";
  size_t place = p->at++;
  if (p->at == p->text.size) return refuse(p, place, "it ends with a backslash");
  uint32_t c = take_char(p->text, &p->at);
  switch (c) {
  case 'd': case 'D': return emit_class(p, c == 'D', "09");
  case 's': case 'S': return emit_class(p, c == 'S', "  \t\r");
  case 'w': case 'W': return emit_class(p, c == 'W', word);
  case 'b': return emit(p, (step){.kind = STEP_WORD_EDGE});
  case 'B': return emit(p, (step){.kind = STEP_NO_WORD_EDGE});
  case '<': return emit(p, (step){.kind = STEP_WORD_START});
  case '>': return emit(p, (step){.kind = STEP_WORD_END});
  case 'n': return emit_char(p, '\n');
  case 'r': return emit_char(p, '\r');
  case 't': return emit_char(p, '\t');
  }
  return c >= '1' && c <= '9' ? refuse(p, place, "a number refers to no group") : emit_char(p, c);
}

static bool take_atom(parser *p) {
  char c = (char)p->text.data[p->at];
  switch (c) {
  case '(': return take_group(p);
  case '[': return take_brackets(p);
  case '\\': return take_escape(p);
  case '*': case '+': case '?': return refuse(p, p->at, "there is nothing before a *, + or ?");
  case '{': return refuse(p, p->at, "there is nothing before a {");
  case '.': return p->at++, emit_any(p);
  case '^': return p->at++, emit(p, (step){.kind = STEP_START});
  case '$': return p->at++, emit(p, (step){.kind = STEP_END});
  }
  return emit_char(p, take_char(p->text, &p->at));
}

/* ---- how often */

static bool make_optional(parser *p, uint32_t from) { return insert(p, from, (step){.kind = STEP_SPLIT, .a = 1, .b = (int32_t)(size_of(p) - from) + 1}); }
static bool repeat_more(parser *p, uint32_t from) { return emit(p, (step){.kind = STEP_SPLIT, .a = -(int32_t)(size_of(p) - from), .b = 1}); }
static bool repeat_any(parser *p, uint32_t from) { return repeat_more(p, from) && make_optional(p, from); }

static bool take_count(parser *p, uint32_t *out) {
  size_t from = p->at;
  for (*out = 0; p->at < p->text.size && p->text.data[p->at] >= '0' && p->text.data[p->at] <= '9' && *out <= MOST_TIMES; p->at++) *out = *out * 10 + (p->text.data[p->at] - '0');
  return p->at > from && *out <= MOST_TIMES;
}

/* {least}, {least,}, {,most}, {least,most}; *most is UINT32_MAX where there is no limit. */
static bool take_braces(parser *p, uint32_t *least, uint32_t *most) {
  size_t place = p->at++;
  bool has_least = take_count(p, least), has_most = false, comma = is_next(p, ',');
  p->at += comma;
  if (comma) has_most = take_count(p, most);
  if (!is_next(p, '}')) return refuse(p, place, memchr(p->text.data + place, '}', p->text.size - place) ? "what is in braces is no count" : "a brace has no partner");
  p->at++;
  if (!comma) *most = *least;
  else if (!has_most) *most = UINT32_MAX;
  return ((has_least || has_most) && *least <= *most) || refuse(p, place, "what is in braces is no count");
}

static bool emit_copy(parser *p, const step *atom, uint32_t size) {
  bool good = true;
  for (uint32_t i = 0; i < size && good; i++) good = emit(p, atom[i]);
  return good;
}

/* The steps since `from` become so many of them. */
static bool repeat_times(parser *p, uint32_t from, uint32_t least, uint32_t most) {
  uint32_t size = size_of(p) - from, times = most != UINT32_MAX ? most : least ? least : 1;
  step *atom = CTI_NEW_N(p->arena, step, size);
  if (!atom) return false;
  if (size) memcpy(atom, p->out->steps.items + from, size * sizeof *atom);
  p->out->steps.count = from;
  for (uint32_t i = 0; i < times; i++) {
    uint32_t start = size_of(p);
    if (!emit_copy(p, atom, size)) return false;
    if (most == UINT32_MAX && i + 1 == times && !repeat_more(p, start)) return false;
    if (i >= least && !make_optional(p, start)) return false;
  }
  return true;
}

static bool take_times(parser *p, uint32_t from) {
  uint32_t least, most;
  if (is_next(p, '{')) return take_braces(p, &least, &most) && repeat_times(p, from, least, most);
  char c = (char)p->text.data[p->at++];
  return c == '*' ? repeat_any(p, from) : c == '+' ? repeat_more(p, from) : make_optional(p, from);
}

static bool take_branch(parser *p) {
  while (p->at < p->text.size && !is_next(p, '|') && !(p->depth && is_next(p, ')'))) {
    uint32_t from = size_of(p);
    if (!take_atom(p)) return false;
    while (is_next(p, '*') || is_next(p, '+') || is_next(p, '?') || is_next(p, '{'))
      if (!take_times(p, from)) return false;
  }
  return true;
}

/* The jumps from the ends of all alternatives but the last are a chain until the place that they lead to is known. */
static bool take_alternatives(parser *p) {
  uint32_t from = size_of(p), chain = UINT32_MAX;
  if (!take_branch(p)) return false;
  while (is_next(p, '|')) {
    p->at++;
    if (!insert(p, from, (step){.kind = STEP_SPLIT, .a = 1, .b = (int32_t)(size_of(p) - from) + 2})) return false;
    if (!emit(p, (step){.kind = STEP_JUMP, .set = chain})) return false;
    chain = size_of(p) - 1;
    from = size_of(p);
    if (!take_branch(p)) return false;
  }
  for (uint32_t next; chain != UINT32_MAX; chain = next) {
    step *jump = &p->out->steps.items[chain];
    next = jump->set;
    jump->a = (int32_t)(size_of(p) - chain);
  }
  return true;
}

static ct_status compile(program *out, const char *pattern, cti_arena *arena) {
  parser p = {.text = cti_slice_str(pattern), .out = out, .arena = arena};
  bool good = take_alternatives(&p) && emit(&p, (step){.kind = STEP_MATCH});
  if (good || !is_bad(&p) || !p.wrong) return arena->error->status;
  return cti_fail(arena->error, CT_USAGE, CT_NO_OFFSET, "the regular expression \"%s\" does not compile: %s, at character %zu: \"%s\"", pattern, p.wrong, p.place + 1, pattern + p.place);
}

ct_status cti_regex_set_make(cti_regex_set **out, const char *const *patterns, size_t count, cti_arena *arena) {
  cti_regex_set *set = *out = CTI_NEW(arena, cti_regex_set);
  if (!set) return arena->error->status;
  set->items = CTI_NEW_N(arena, program, count);
  if (!set->items) return arena->error->status;
  for (set->count = 0; set->count < count; set->count++) CTI_TRY(compile(&set->items[set->count], patterns[set->count], arena));
  return CT_OK;
}

/* ---- the text */

typedef struct places {
  uint32_t *items; /* steps at which a way waits for a character */
  uint32_t count;
} places;

typedef struct search {
  const program *code;
  ct_slice text;
  places now, next;
  uint32_t *stack;
  size_t *seen; /* by step: one more than where in the text a way was there last */
} search;

static bool is_word(ct_slice text, size_t at) {
  uint8_t c = at < text.size ? text.data[at] : 0;
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool holds(step_kind kind, ct_slice text, size_t at) {
  bool before = at && is_word(text, at - 1), after = is_word(text, at);
  switch (kind) {
  case STEP_START: return at == 0;
  case STEP_END: return at == text.size;
  case STEP_WORD_START: return !before && after;
  case STEP_WORD_END: return before && !after;
  case STEP_WORD_EDGE: return before != after;
  case STEP_NO_WORD_EDGE: return before == after;
  default: return true;
  }
}

/* Adds the steps that take a character and can be reached from `from` without one; true when the end can. */
static bool follow(const search *s, places *to, uint32_t from, size_t at) {
  const step *steps = s->code->steps.items;
  uint32_t depth = 0;
  s->stack[depth++] = from;
  while (depth) {
    uint32_t here = s->stack[--depth];
    if (s->seen[here] == at + 1) continue; /* so that each is on the stack at most twice */
    s->seen[here] = at + 1;
    const step *it = &steps[here];
    if (it->kind == STEP_MATCH) return true;
    if (it->kind == STEP_SET) to->items[to->count++] = here;
    else if (it->kind == STEP_SPLIT || it->kind == STEP_JUMP) s->stack[depth++] = here + (uint32_t)it->a;
    else if (holds(it->kind, s->text, at)) s->stack[depth++] = here + 1;
    if (it->kind == STEP_SPLIT) s->stack[depth++] = here + (uint32_t)it->b;
  }
  return false;
}

static bool is_in(const char_set *set, uint32_t c) {
  for (uint32_t i = 0; i < set->ranges.count; i++)
    if (c >= set->ranges.items[i].first && c <= set->ranges.items[i].last) return !set->negated;
  return set->negated;
}

static bool find(search *s) {
  const program *code = s->code;
  for (size_t at = 0;;) {
    if (follow(s, &s->now, 0, at)) return true; /* a match may begin anywhere */
    if (at == s->text.size) return false;
    uint32_t c = take_char(s->text, &at);
    s->next.count = 0;
    for (uint32_t i = 0; i < s->now.count; i++) {
      uint32_t here = s->now.items[i];
      if (is_in(&code->sets.items[code->steps.items[here].set], c) && follow(s, &s->next, here + 1, at)) return true;
    }
    places swap = s->now;
    s->now = s->next;
    s->next = swap;
  }
}

static bool matches(const program *code, ct_slice text, cti_arena *arena) {
  uint32_t count = code->steps.count;
  search s = {.code = code, .text = text, .seen = CTI_NEW_N(arena, size_t, count)};
  s.now.items = CTI_NEW_N(arena, uint32_t, count);
  s.next.items = CTI_NEW_N(arena, uint32_t, count);
  s.stack = CTI_NEW_N(arena, uint32_t, (size_t)count * 2);
  return s.seen && s.now.items && s.next.items && s.stack && find(&s);
}

bool cti_regex_set_matches(const cti_regex_set *set, ct_slice text, cti_arena *arena) {
  for (size_t i = 0; i < set->count; i++)
    if (matches(&set->items[i], text, arena)) return true;
  return false;
}

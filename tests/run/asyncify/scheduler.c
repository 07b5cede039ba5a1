/* A cooperative scheduler within a module, as TinyGo's runtime has it: tasks with stacks of their own, which asyncify's functions, imported, pause and let go
 * on. The tasks pause in loops, within recursion, and within calls by pointer; what each prints, and in which turn, tells whether they got back where they were. */
#include <stdint.h>

__attribute__((import_module("asyncify"), import_name("start_unwind"))) void start_unwind(void *frames);
__attribute__((import_module("asyncify"), import_name("stop_unwind"))) void stop_unwind(void);
__attribute__((import_module("asyncify"), import_name("start_rewind"))) void start_rewind(void *frames);
__attribute__((import_module("asyncify"), import_name("stop_rewind"))) void stop_rewind(void);
#ifdef PRINT_IS_DEFINED /* by what includes this file */
static void print(int task, int value);
#else
__attribute__((import_module("env"), import_name("print"))) void print(int task, int value);
#endif

/* The stack pointer of C: what pauses leaves it where it was, and what goes on needs it there. */
__asm__(".globaltype __stack_pointer, i32\n"
        ".section .text.stack_get,\"\",@\n.globl stack_get\n.type stack_get,@function\nstack_get:\n.functype stack_get () -> (i32)\nglobal.get __stack_pointer\nend_function\n"
        ".section .text.stack_set,\"\",@\n.globl stack_set\n.type stack_set,@function\nstack_set:\n.functype stack_set (i32) -> ()\nlocal.get 0\nglobal.set __stack_pointer\nend_function\n");
uintptr_t stack_get(void);
void stack_set(uintptr_t);

#define APART __attribute__((noinline))
enum { TASKS = 5, ROOM = 4096 };

typedef struct task {
  void *frames, *frames_end; /* what asyncify reads */
  uintptr_t stack;
  int (*entry)(int);
  int argument, result;
  _Bool began, paused, ended;
  char frame_room[ROOM], stack_room[ROOM];
} task;

static task tasks[TASKS];
static task *current;
static int self(void) { return (int)(current - tasks); }

/* Called again when the task goes on. */
APART void pause(void) {
  if (current->paused) {
    current->paused = 0;
    stop_rewind();
    return;
  }
  current->paused = 1;
  current->frames = current->frame_room;
  current->frames_end = current->frame_room + ROOM;
  start_unwind(current);
}

APART static void step(task *t) {
  uintptr_t stack = stack_get();
  current = t;
  stack_set(t->stack);
  if (t->paused) start_rewind(t);
  int result = t->entry(t->argument);
  if (t->paused) {
    stop_unwind();
    t->stack = stack_get();
  } else {
    t->ended = 1;
    t->result = result;
  }
  stack_set(stack);
}

/* ---- what tasks do */

static int in_a_loop(int n) {
  int sum = 0;
  for (int i = 0; i < n; i++) {
    sum += i * i;
    print(self(), sum);
    pause();
    if (i % 3 == 1) pause();
  }
  return sum;
}

APART static int depth(int n) {
  int kept[4] = {n, n + 1, n + 2, n + 3};
  if (n == 0) {
    print(self(), -1);
    pause();
    return 1;
  }
  int below = depth(n - 1);
  print(self(), kept[n % 4] * 100 + below);
  pause();
  return kept[0] + below;
}

static int twice(int x) { pause(); return x * 2; }
static int plus(int x) { print(self(), x); return x + 7; }
static int halved(int x) { for (int i = 0; i < 2; i++) pause(); return x / 2; }
static int (*const volatile steps[])(int) = {twice, plus, halved, in_a_loop};

static int by_pointer(int n) {
  int x = n;
  for (unsigned i = 0; i < 3; i++) {
    x = steps[i](x) + steps[(i + 1) % 3](x + 1);
    print(self(), x);
  }
  return x + steps[3](3);
}

static int by_pause(const int *a, const int *b) {
  pause();
  return (*a > *b) - (*a < *b);
}

/* Comparisons that pause, out of nested loops and a switch. */
APART static void sort(int *items, int count, int (*compare)(const int *, const int *)) {
  for (int i = 1; i < count; i++)
    for (int k = i; k > 0 && compare(&items[k - 1], &items[k]) > 0; k--) {
      int swap = items[k];
      items[k] = items[k - 1];
      items[k - 1] = swap;
    }
}

static int sorting(int n) {
  int items[] = {n, 3, 9, 1, 7};
  sort(items, 5, by_pause);
  for (int i = 0; i < 5; i++) {
    switch (i) {
    case 0: print(self(), items[i]); break;
    case 1: pause(); print(self(), items[i] * 10); /* falls through */
    case 2: print(self(), items[i] * 100); pause(); break;
    default: print(self(), depth(items[i] % 3)); break;
    }
  }
  return items[4];
}

static int64_t wide(int64_t a, double b, float c, int n) {
  if (n == 0) { pause(); return a; }
  int64_t more = wide(a * 3, b / 2, c + 1, n - 1);
  print(self(), (int)(b * 8 + c));
  return more + (int64_t)(b + c);
}

static int with_all_types(int n) { return (int)(wide(n, 100.5, 0.25f, 4) % 100003); }

__attribute__((export_name("run"))) int run(void) {
  static int (*const entries[TASKS])(int) = {in_a_loop, depth, by_pointer, sorting, with_all_types};
  int left = TASKS, sum = 0;
  for (int i = 0; i < TASKS; i++) {
    tasks[i].entry = entries[i];
    tasks[i].argument = 5 + i % 2;
    tasks[i].stack = (uintptr_t)(tasks[i].stack_room + ROOM) & ~(uintptr_t)15;
  }
  while (left)
    for (int i = 0; i < TASKS; i++) {
      if (tasks[i].ended) continue;
      step(&tasks[i]);
      left -= tasks[i].ended;
    }
  for (int i = 0; i < TASKS; i++) {
    print(i, tasks[i].result);
    sum += tasks[i].result;
  }
  return sum;
}

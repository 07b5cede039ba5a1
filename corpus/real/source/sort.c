/* A reactor without libc: exported functions, a table of functions, 64-bit and floating arithmetic, switches. */
#define EXPORT(name) __attribute__((export_name(name)))
typedef int (*order)(double, double);
static double room[256];
static int up(double a, double b) { return a < b; }
static int down(double a, double b) { return a > b; }
static int by_fraction(double a, double b) { return a - (long long)a < b - (long long)b; }
static const order orders[] = {up, down, by_fraction};

EXPORT("room") double *get_room(void) { return room; }

EXPORT("sort") int sort(unsigned count, unsigned how) {
  if (count > sizeof room / sizeof *room || how >= sizeof orders / sizeof *orders) return -1;
  for (unsigned i = 1; i < count; i++)
    for (unsigned j = i; j && orders[how](room[j], room[j - 1]); j--) {
      double moved = room[j];
      room[j] = room[j - 1];
      room[j - 1] = moved;
    }
  return (int)count;
}

EXPORT("digest") unsigned long long digest(const unsigned char *bytes, unsigned size) {
  unsigned long long hash = 0xcbf29ce484222325ull;
  for (unsigned i = 0; i < size; i++) hash = (hash ^ bytes[i]) * 0x100000001b3ull;
  return hash;
}

EXPORT("name") const char *name(unsigned day) {
  switch (day % 7) {
    case 0: return "Monday";
    case 1: return "Tuesday";
    case 2: return "Wednesday";
    case 3: return "Thursday";
    case 4: return "Friday";
    default: return "a free day";
  }
}

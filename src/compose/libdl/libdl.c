/* libdl.c - dlopen for libraries that are all there from the start: what `component link --use-built-in-libdl` links in. Guest code: tools/libdl compiles it
 * into libdl_image.c.
 *
 * The linker lays out a sorted list of the libraries given by --dl-openable, each with a sorted list of its symbols (link_layout.c), and gives its address as
 * __wasm_libdl_libraries. A handle is the address of a library's entry. Flags that ask for what holds anyhow are accepted. */
typedef __SIZE_TYPE__ size_t;

enum { RTLD_LAZY = 1, RTLD_NOW = 2, RTLD_NOLOAD = 4, RTLD_GLOBAL = 256, RTLD_NODELETE = 4096 };
#define RTLD_DEFAULT ((const void *)0)
#define RTLD_NEXT ((const void *)-1)

typedef struct name {
  size_t length;
  const char *bytes;
} name;

typedef struct symbol {
  name name;
  void *value;
} symbol;

typedef struct library {
  name name;
  size_t count;
  const symbol *symbols;
} library;

typedef struct libraries {
  size_t count;
  const library *items;
} libraries;

extern const libraries __wasm_libdl_libraries;

static const char *error;

/* Bytewise order of `text`, which ends with a NUL, and a name. */
static int compare(const char *text, const name *with) {
  for (size_t i = 0; i < with->length; i++) {
    int difference = (unsigned char)text[i] - (unsigned char)with->bytes[i];
    if (difference) return difference; /* also at the end of `text`: names hold no NUL */
  }
  return (unsigned char)text[with->length];
}

/* The entry of that name in a sorted list of entries of `size` bytes that begin with their names. */
static const void *find(const void *items, size_t count, size_t size, const char *text) {
  while (count) {
    const char *middle = (const char *)items + count / 2 * size;
    int order = compare(text, (const name *)middle);
    if (order == 0) return middle;
    if (order > 0) {
      items = middle + size;
      count -= 1;
    }
    count /= 2;
  }
  return 0;
}

static int is_handle(const void *handle) {
  size_t offset = (size_t)handle - (size_t)__wasm_libdl_libraries.items;
  if (handle == &__wasm_libdl_libraries) return 1;
  return offset % sizeof(library) == 0 && offset / sizeof(library) < __wasm_libdl_libraries.count;
}

const char *dlerror(void);
void *dlopen(const char *path, int flags);
int dlclose(const void *handle);
void *dlsym(const void *handle, const char *text);

const char *dlerror(void) {
  const char *last = error;
  error = 0;
  return last;
}

/* Without a path, all libraries together. */
void *dlopen(const char *path, int flags) {
  const void *found;
  if (flags & ~(RTLD_LAZY | RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL | RTLD_NODELETE)) {
    error = "dlopen: a flag that is not known";
    return 0;
  }
  found = path ? find(__wasm_libdl_libraries.items, __wasm_libdl_libraries.count, sizeof(library), path) : &__wasm_libdl_libraries;
  if (!found) error = "dlopen: no library of that name was linked with --dl-openable";
  return (void *)found;
}

int dlclose(const void *handle) {
  if (is_handle(handle)) return 0;
  error = "dlclose: not a handle that dlopen gave";
  return -1;
}

static const symbol *find_symbol(const library *in, const char *text) { return find(in->symbols, in->count, sizeof(symbol), text); }

static const symbol *find_anywhere(const char *text) {
  for (size_t i = 0; i < __wasm_libdl_libraries.count; i++) {
    const symbol *found = find_symbol(&__wasm_libdl_libraries.items[i], text);
    if (found) return found;
  }
  return 0;
}

void *dlsym(const void *handle, const char *text) {
  const symbol *found;
  if (handle == RTLD_NEXT) {
    error = "dlsym: RTLD_NEXT has no meaning here, for libraries have no order";
    return 0;
  }
  if (handle != RTLD_DEFAULT && !is_handle(handle)) {
    error = "dlsym: not a handle that dlopen gave";
    return 0;
  }
  found = handle == RTLD_DEFAULT || handle == &__wasm_libdl_libraries ? find_anywhere(text) : find_symbol(handle, text);
  if (!found) error = "dlsym: no such symbol";
  return found ? found->value : 0;
}

/* watch.c - sources in a directory tree that change. Flows in: a directory. Flows out: names of files, as the kernel tells of them. A directory that is made later is
 * watched from then on, and what is in it already counts as changed. */
#include "watch.h"

#include <stdlib.h>
#include <string.h>

#ifdef __linux__
#include <errno.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

enum { DEEPEST = 64, EVENTS = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR | IN_DONT_FOLLOW };

struct watch {
  int descriptor;
  const words *more;
  char **directories; /* by watch descriptor, from 1; NULL: none */
  size_t room;
};

/* ---- names */

static bool is_listed(const char *const *names, size_t count, const char *name) {
  size_t size = strlen(name);
  for (size_t i = 0; i < count; i++) {
    size_t part = strlen(names[i]);
    if (strcmp(names[i], name) == 0 || (names[i][0] == '.' && size > part && strcmp(name + size - part, names[i]) == 0)) return true;
  }
  return false;
}

static bool is_source(const watch *it, const char *name) {
  static const char *const names[] = {
#define SOURCE(name) name,
#define BUILT(name)
#include "watch_names.def"
#undef SOURCE
#undef BUILT
  };
  if (*name == '.' || *name == '#') return false; /* of editors */
  return is_listed(names, sizeof names / sizeof *names, name) || is_listed((const char *const *)it->more->items, it->more->count, name);
}

static bool is_left_out(const char *name) {
  static const char *const names[] = {
#define SOURCE(name)
#define BUILT(name) name,
#include "watch_names.def"
#undef SOURCE
#undef BUILT
  };
  return *name == '.' || is_listed(names, sizeof names / sizeof *names, name);
}

static char *join(const char *directory, const char *name) {
  size_t size = strlen(directory) + strlen(name) + 2;
  char *path = malloc(size);
  if (path && strcmp(directory, ".") == 0) strcpy(path, name);
  else if (path) snprintf(path, size, "%s/%s", directory, name);
  return path;
}

/* ---- directories */

static ct_status no_watch(const char *directory, ct_error *error) {
  fail_with(error, FAIL_OPEN, "%s cannot be watched: %s", directory, strerror(errno));
  if (errno == ENOSPC) snprintf(error->hint, sizeof error->hint, "the system allows for no more watches; `sysctl fs.inotify.max_user_watches` tells how many there may be");
  return error->status;
}

/* What is gone again by now is no failure. */
static ct_status add_one(watch *it, const char *path, bool *is_new, ct_error *error) {
  int number = inotify_add_watch(it->descriptor, path, EVENTS);
  *is_new = number >= 0;
  if (number < 0) return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? CT_OK : no_watch(path, error);
  if ((size_t)number >= it->room) {
    size_t room = (size_t)number * 2;
    char **more = realloc(it->directories, room * sizeof *more);
    if (!more) return fail_with(error, FAIL_NOMEM, "out of memory");
    memset(more + it->room, 0, (room - it->room) * sizeof *more);
    it->directories = more;
    it->room = room;
  }
  char *copy = malloc(strlen(path) + 1);
  if (!copy) return fail_with(error, FAIL_NOMEM, "out of memory");
  free(it->directories[number]);
  it->directories[number] = strcpy(copy, path);
  return CT_OK;
}

/* The directory and those below; sources that are there go to `changed`, unless that is NULL. */
static ct_status add_tree(watch *it, const char *path, words *changed, unsigned depth, ct_error *error) {
  char **names = NULL;
  size_t count = 0;
  bool is_new = false;
  ct_error gone;
  ct_error_clear(&gone);
  ct_status status = add_one(it, path, &is_new, error);
  if (status == CT_OK && is_new && depth < DEEPEST && ct_names_list(&names, &count, path, &gone) != CT_OK) count = 0;
  for (size_t i = 0; i < count && status == CT_OK; i++) {
    char *below = join(path, names[i]);
    if (!below) status = fail_with(error, FAIL_NOMEM, "out of memory");
    if (status == CT_OK && changed && is_source(it, names[i])) status = words_add(changed, below, error);
    if (status == CT_OK && ct_path_kind_of(below) == CT_PATH_DIRECTORY && !is_left_out(names[i])) status = add_tree(it, below, changed, depth + 1, error);
    free(below);
  }
  if (names) ct_names_free(names, count);
  return status;
}

ct_status watch_open(watch **out, const char *directory, const words *more, ct_error *error) {
  watch *it = *out = calloc(1, sizeof *it);
  if (!it) return fail_with(error, FAIL_NOMEM, "out of memory");
  it->more = more;
  it->descriptor = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (it->descriptor < 0) return no_watch(directory, error);
  if (ct_path_kind_of(directory) != CT_PATH_DIRECTORY) return fail_with(error, FAIL_OPEN, "%s is no directory", directory);
  return add_tree(it, directory, NULL, 0, error);
}

void watch_close(watch *it) {
  if (!it) return;
  if (it->descriptor >= 0) close(it->descriptor);
  for (size_t i = 0; i < it->room; i++) free(it->directories[i]);
  free(it->directories);
  free(it);
}

int watch_descriptor(const watch *it) { return it->descriptor; }

/* ---- events */

static ct_status take_event(watch *it, const struct inotify_event *event, words *changed, ct_error *error) {
  if (event->mask & IN_Q_OVERFLOW) return words_add(changed, "many files", error);
  const char *directory = event->wd > 0 && (size_t)event->wd < it->room ? it->directories[event->wd] : NULL;
  if (!directory || !event->len) return CT_OK;
  bool is_directory = event->mask & IN_ISDIR, is_whole = !(event->mask & IN_CREATE); /* what was made is written yet; a link is not, but rare */
  char *path = join(directory, event->name);
  if (!path) return fail_with(error, FAIL_NOMEM, "out of memory");
  ct_status status = CT_OK;
  if (is_directory && (event->mask & (IN_CREATE | IN_MOVED_TO)) && !is_left_out(event->name)) status = add_tree(it, path, changed, 1, error);
  else if (!is_directory && is_whole && is_source(it, event->name)) status = words_add(changed, path, error);
  free(path);
  return status;
}

ct_status watch_read(watch *it, words *changed, ct_error *error) {
  union {
    struct inotify_event first; /* for the alignment */
    char bytes[16384];
  } room;
  for (;;) {
    ssize_t size = read(it->descriptor, room.bytes, sizeof room.bytes);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return CT_OK;
    if (size <= 0) return fail_with(error, FAIL_RUN, "changes cannot be read: %s", strerror(errno));
    for (char *at = room.bytes; at < room.bytes + size;) {
      const struct inotify_event *event = (const struct inotify_event *)(const void *)at;
      ct_status status = take_event(it, event, changed, error);
      if (status != CT_OK) return status;
      at += sizeof *event + event->len;
    }
  }
}

#else

ct_status watch_open(watch **out, const char *directory, const words *more, ct_error *error) {
  (void)directory, (void)more;
  *out = NULL;
  return fail_with(error, FAIL_RUN, "ctool dev learns of changes by inotify, which Linux alone has");
}
void watch_close(watch *it) { (void)it; }
int watch_descriptor(const watch *it) { return (void)it, -1; }
ct_status watch_read(watch *it, words *changed, ct_error *error) { return (void)it, (void)changed, (void)error, CT_OK; }

#endif

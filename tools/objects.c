/* objects.c - which of the files that were linked has a symbol. Flows in: the names of files, which are read when something is asked. */
#include "objects.h"

#include <stdio.h>
#include <string.h>

static bool look_into(objects *all, const char *path, bool archives, const ct_object_question *question) {
  ct_input input;
  ct_error ignored;
  ct_slice member = {0};
  ct_error_clear(&ignored);
  bool found = false;
  if (ct_path_kind_of(path) == CT_PATH_FILE && ct_input_open(&input, path, &ignored) == CT_OK) {
    bool is_archive = input.bytes.size > 8 && memcmp(input.bytes.data, "!<arch>\n", 8) == 0;
    found = is_archive == archives && ct_object_has(&member, input.bytes, question);
    if (found && is_archive) snprintf(all->answer, sizeof all->answer, "%s(%.*s)", path, (int)member.size, (const char *)member.data);
    else if (found) snprintf(all->answer, sizeof all->answer, "%s", path);
    ct_input_close(&input);
  }
  return found;
}

const char *objects_find(objects *all, const char *module, const char *name) {
  ct_object_question question = {.module = module, .name = name, .linked = all->linked};
  for (int archives = 0; archives < 2; archives++)
    for (size_t i = 0; i < all->files->count; i++)
      if (look_into(all, all->files->items[i], archives, &question)) return all->answer;
  return NULL;
}

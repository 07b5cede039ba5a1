/* wit_disk.c - the reader of wit.h over the file system, by way of ctool/io.h. */
#include "wit/wit.h"

/* A path with the NUL that io.h wants. */
static const char *c_path(cti_arena *arena, ct_slice path) { return (const char *)CTI_JOIN(arena, path).data; }

static ct_path_kind disk_kind(void *context, ct_slice path) {
  cti_wit_disk *disk = context;
  const char *text = c_path(disk->arena, path);
  return text ? ct_path_kind_of(text) : CT_PATH_NONE;
}

static ct_status disk_read(void *context, ct_slice *out, ct_slice path, ct_error *error) {
  cti_wit_disk *disk = context;
  const char *text = c_path(disk->arena, path);
  ct_input *input = text ? cti_vec_add(disk->arena, &disk->inputs) : NULL;
  if (!input || !cti_vec_push(disk->arena, &disk->paths, text)) return disk->arena->error->status;
  CTI_TRY(ct_input_open(input, text, error));
  *out = input->bytes;
  return CT_OK;
}

static ct_status copy_names(ct_slice **out, char *const *names, size_t count, cti_arena *arena) {
  *out = CTI_NEW_N(arena, ct_slice, count);
  for (size_t i = 0; *out && i < count; i++) {
    (*out)[i] = cti_copy(arena, cti_slice_str(names[i]));
    if (!(*out)[i].data) return arena->error->status;
  }
  return *out ? CT_OK : arena->error->status;
}

static ct_status disk_list(void *context, ct_slice **out, uint32_t *count, ct_slice path, cti_arena *arena, ct_error *error) {
  cti_wit_disk *disk = context;
  char **names;
  size_t name_count;
  const char *text = c_path(disk->arena, path);
  if (!text) return disk->arena->error->status;
  CTI_TRY(ct_names_list(&names, &name_count, text, error));
  ct_status status = copy_names(out, names, name_count, arena);
  *count = (uint32_t)name_count;
  ct_names_free(names, name_count);
  return status;
}

void cti_wit_disk_init(cti_wit_disk *disk, cti_arena *arena) {
  *disk = (cti_wit_disk){.reader = {disk, disk_kind, disk_read, disk_list}, .arena = arena};
}

void cti_wit_disk_free(cti_wit_disk *disk) {
  for (uint32_t i = 0; i < disk->inputs.count; i++) ct_input_close(&disk->inputs.items[i]);
  memset(&disk->inputs, 0, sizeof disk->inputs);
  memset(&disk->paths, 0, sizeof disk->paths);
}

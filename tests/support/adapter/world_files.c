/* world_files.c - files of the host: a tree of nodes, node 1 is the root of the first preopened directory. Names are taken as they are, `/` goes down;
 * links are read, never followed. */
#include <string.h>

#include "adapter/world.h"
#include "adapter/world_host.h"

enum { NODES = 600, LONGEST = 1100, CONTENT = 1 << 17, TYPE_DIRECTORY = 3, TYPE_LINK = 5, TYPE_FILE = 6, ROOT = 1 };
enum { ACCESS = 0, BAD_DESCRIPTOR = 3, EXIST = 7, INVALID = 12, IS_DIRECTORY = 14, NAME_TOO_LONG = 18, NO_ENTRY = 20, SPACE = 23, NOT_DIRECTORY = 24, NOT_EMPTY = 25 };

static struct node {
  u32 type, parent, size; /* type 0: free */
  u8 *content;
  u32 name_length;
  char name[LONGEST];
} nodes[NODES];
static u8 contents[8][CONTENT]; /* of the files that have any */
static u32 contents_used;

void world_files_open(void) {
  memset(nodes, 0, sizeof nodes);
  contents_used = 0;
  nodes[0].type = TYPE_DIRECTORY; /* no node */
  for (u32 i = 0; i < 3; i++) nodes[ROOT + i].type = TYPE_DIRECTORY;
}

/* ---- paths */

static u32 find(u32 parent, const char *name, u32 length) {
  if (length == 1 && *name == '.') return parent;
  for (u32 i = ROOT; i < NODES; i++)
    if (nodes[i].type && nodes[i].parent == parent && nodes[i].name_length == length && !memcmp(nodes[i].name, name, length)) return i;
  return 0;
}

/* Goes down to the directory of the last name: that name, or an error-code in *error and 0. */
static u32 walk(u32 *parent, const char **name, u32 at, u32 length, u32 *error) {
  const char *path = (const char *)ad_memory + at;
  for (;;) {
    const char *slash = length ? memchr(path, '/', length) : NULL;
    u32 part = slash ? (u32)(slash - path) : length;
    *error = !part ? NO_ENTRY : part >= LONGEST ? NAME_TOO_LONG : NOT_DIRECTORY;
    if (!part || part >= LONGEST || nodes[*parent].type != TYPE_DIRECTORY) return 0;
    if (!slash) return *name = path, part;
    *error = NO_ENTRY;
    if (!(*parent = find(*parent, path, part))) return 0;
    path += part + 1, length -= part + 1;
  }
}

static u32 lookup(u32 parent, u32 at, u32 length, u32 *error) {
  const char *name;
  u32 size = walk(&parent, &name, at, length, error);
  if (!size) return 0;
  *error = NO_ENTRY;
  return find(parent, name, size);
}

static u32 make(u32 parent, u32 at, u32 length, u32 type, u32 *error) {
  const char *name;
  u32 size = walk(&parent, &name, at, length, error);
  if (!size) return 0;
  *error = EXIST;
  if (find(parent, name, size)) return 0;
  *error = SPACE;
  for (u32 i = ROOT + 3; i < NODES; i++) {
    if (nodes[i].type) continue;
    nodes[i] = (struct node){.type = type, .parent = parent, .name_length = size};
    memcpy(nodes[i].name, name, size);
    return i;
  }
  return 0;
}

static void answer(u32 out, u32 offset, u32 good, u32 error) {
  AT(u8, out) = !good;
  if (!good) AT(u8, out + offset) = (u8)error;
}

static u32 node_of(u32 descriptor) { return world_handle(descriptor, WORLD_DESCRIPTOR)->node; }

/* ---- content */

static u32 reserve(struct node *n, u64 size) {
  if (size > CONTENT) return 0;
  if (!n->content && size) {
    if (contents_used == sizeof contents / sizeof *contents) return 0;
    n->content = contents[contents_used++];
    memset(n->content, 0, CONTENT);
  }
  return 1;
}

void world_append(u32 node, u32 at, u32 length) {
  struct node *n = &nodes[node];
  if (!reserve(n, (u64)n->size + length)) return;
  if (length) memcpy(n->content + n->size, ad_memory + at, length);
  n->size += length;
}

void h_file_read(u32 descriptor, u64 length, u64 offset, u32 out) {
  struct node *n = &nodes[node_of(descriptor)];
  WORLD_CHECK(n->type != TYPE_DIRECTORY);
  if (world_fails(out, 4)) return;
  u64 left = offset < n->size ? n->size - offset : 0, given = left < length ? left : length;
  if (given && world_decide(4) == 3) given = world_decide(255) % (given + 1);
  world_return_bytes(out + 4, n->content ? n->content + (offset < n->size ? offset : 0) : NULL, (u32)given);
  AT(u8, out + 12) = !left || world_decide(10) == 9;
}

void h_file_write(u32 descriptor, u32 at, u32 length, u64 offset, u32 out) {
  struct node *n = &nodes[node_of(descriptor)];
  WORLD_CHECK(n->type != TYPE_DIRECTORY);
  world_bytes(at, length);
  if (world_fails(out, 8)) return;
  if (length && world_decide(4) == 3) length = world_decide(255) % (length + 1);
  u32 fits = offset <= CONTENT && reserve(n, offset + length);
  answer(out, 8, fits, SPACE);
  if (!fits) return;
  if (length) memcpy(n->content + offset, ad_memory + at, length);
  if (offset + length > n->size) n->size = (u32)offset + length;
  AT(u64, out + 8) = length;
}

void h_file_append(u32 descriptor, u32 out) {
  u32 node = node_of(descriptor);
  if (!world_fails(out, 4)) AT(u32, out + 4) = world_handle_new(WORLD_OUTPUT, node, 0);
}

void h_error_code(u32 error, u32 out) {
  world_handle(error, WORLD_ERROR);
  world_result(out);
  AT(u8, out) = (u8)world_decide(2);
  AT(u8, out + 1) = SPACE;
}

void h_file_set_size(u32 descriptor, u64 size, u32 out) {
  struct node *n = &nodes[node_of(descriptor)];
  if (world_fails(out, 1)) return;
  u32 fits = reserve(n, size);
  answer(out, 1, fits, SPACE);
  if (fits) n->size = (u32)size;
}

static void simple(u32 descriptor, u32 out) { (void)node_of(descriptor), world_fails(out, 1); }

void h_file_sync_data(u32 descriptor, u32 out) { simple(descriptor, out); }
void h_file_sync(u32 descriptor, u32 out) { simple(descriptor, out); }

void h_file_advise(u32 descriptor, u64 offset, u64 length, u32 advice, u32 out) {
  (void)offset, (void)length;
  WORLD_CHECK(advice < 6);
  simple(descriptor, out);
}

static void check_time(u32 which, u32 nanos) { WORLD_CHECK(which < 3 && nanos < 1000000000); }

void h_file_set_times(u32 descriptor, u32 access, u64 access_seconds, u32 access_nanos, u32 change, u64 change_seconds, u32 change_nanos, u32 out) {
  (void)access_seconds, (void)change_seconds;
  check_time(access, access_nanos);
  check_time(change, change_nanos);
  simple(descriptor, out);
}

void h_set_times_at(u32 descriptor, u32 flags, u32 path, u32 length, u32 access, u64 access_seconds, u32 access_nanos, u32 change, u64 change_seconds,
                    u32 change_nanos, u32 out) {
  WORLD_CHECK(flags < 2);
  world_string(path, length);
  h_file_set_times(descriptor, access, access_seconds, access_nanos, change, change_seconds, change_nanos, out);
}

/* ---- attributes */

void h_file_get_type(u32 descriptor, u32 out) {
  u32 type = nodes[node_of(descriptor)].type;
  if (!world_fails(out, 1)) AT(u8, out + 1) = (u8)type;
}

static void stat_node(u32 node, u32 out) {
  static const u64 seconds[] = {1700000000, 0, 18446744073, ~0ull};
  memset(ad_memory + out + 8, 0, 96);
  AT(u8, out + 8) = (u8)nodes[node].type;
  AT(u64, out + 16) = 1;
  AT(u64, out + 24) = nodes[node].size;
  for (u32 i = 0; i < 3; i++) {
    AT(u8, out + 32 + 24 * i) = (u8)(world_decide(4) != 3);
    AT(u64, out + 40 + 24 * i) = seconds[world_decide(4)];
    AT(u32, out + 48 + 24 * i) = 999999999;
  }
}

void h_file_stat(u32 descriptor, u32 out) {
  u32 node = node_of(descriptor);
  if (!world_fails(out, 8)) stat_node(node, out);
}

static void hash_node(u32 node, u32 out) { AT(u64, out + 8) = 1000 + node, AT(u64, out + 16) = ~0ull; }

void h_file_hash(u32 descriptor, u32 out) {
  u32 node = node_of(descriptor);
  if (!world_fails(out, 8)) hash_node(node, out);
}

static u32 at_node(u32 descriptor, u32 flags, u32 path, u32 length, u32 out) {
  u32 parent = node_of(descriptor), error;
  WORLD_CHECK(flags < 2);
  world_string(path, length);
  if (world_fails(out, 8)) return 0;
  u32 node = lookup(parent, path, length, &error);
  answer(out, 8, node, error);
  return node;
}

void h_stat_at(u32 descriptor, u32 flags, u32 path, u32 length, u32 out) {
  u32 node = at_node(descriptor, flags, path, length, out);
  if (node) stat_node(node, out);
}

void h_hash_at(u32 descriptor, u32 flags, u32 path, u32 length, u32 out) {
  u32 node = at_node(descriptor, flags, path, length, out);
  if (node) hash_node(node, out);
}

/* ---- directories */

void h_file_read_directory(u32 descriptor, u32 out) {
  u32 node = node_of(descriptor);
  WORLD_CHECK(nodes[node].type == TYPE_DIRECTORY);
  world.directory_reads++;
  if (!world_fails(out, 4)) AT(u32, out + 4) = world_handle_new(WORLD_ENTRIES, node, ROOT);
}

void h_read_entry(u32 entries, u32 out) {
  struct world_handle *h = world_handle(entries, WORLD_ENTRIES);
  if (world_fails(out, 4)) return;
  while (h->position < NODES && !(nodes[h->position].type && nodes[h->position].parent == h->node)) h->position++;
  AT(u8, out + 4) = h->position < NODES;
  if (h->position == NODES) return;
  struct node *n = &nodes[h->position++];
  AT(u8, out + 8) = (u8)n->type;
  world_return_string(out + 12, n->name, n->name_length);
}

void h_drop_entries(u32 entries) { world_handle_drop(entries, WORLD_ENTRIES); }
void h_drop_descriptor(u32 descriptor) { world_handle_drop(descriptor, WORLD_DESCRIPTOR); }

void h_get_directories(u32 out) {
  static const char *const names[] = {".", "/second", "/third"};
  world_result(out);
  u32 list = world_list(4, 12 * world.preopens);
  for (u32 i = 0; i < world.preopens; i++) {
    AT(u32, list + 12 * i) = world_handle_new(WORLD_DESCRIPTOR, ROOT + i % 3, 0);
    world_return_string(list + 12 * i + 4, names[i % 3], (u32)strlen(names[i % 3]));
  }
  AT(u32, out) = list;
  AT(u32, out + 4) = world.preopens;
}

static void make_at(u32 descriptor, u32 path, u32 length, u32 type, u32 out) {
  u32 parent = node_of(descriptor), error = 0;
  world_string(path, length);
  if (world_fails(out, 1)) return;
  u32 node = make(parent, path, length, type, &error);
  answer(out, 1, node, error);
}

void h_create_directory_at(u32 descriptor, u32 path, u32 length, u32 out) { make_at(descriptor, path, length, TYPE_DIRECTORY, out); }

void h_symlink_at(u32 descriptor, u32 target, u32 target_length, u32 path, u32 length, u32 out) {
  world_string(target, target_length);
  u32 parent = node_of(descriptor), error;
  world_string(path, length);
  if (world_fails(out, 1)) return;
  u32 node = make(parent, path, length, TYPE_LINK, &error);
  answer(out, 1, node, error);
  if (node) world_append(node, target, target_length);
}

void h_readlink_at(u32 descriptor, u32 path, u32 length, u32 out) {
  u32 node = at_node(descriptor, 0, path, length, out);
  if (!node && AT(u8, out)) AT(u8, out + 4) = AT(u8, out + 8);
  if (!node) return;
  if (nodes[node].type != TYPE_LINK) return answer(out, 4, 0, INVALID);
  world_return_string(out + 4, (const char *)nodes[node].content, nodes[node].size);
}

static void remove_at(u32 descriptor, u32 path, u32 length, u32 out, u32 directory) {
  u32 parent = node_of(descriptor), error;
  world_string(path, length);
  if (world_fails(out, 1)) return;
  u32 node = lookup(parent, path, length, &error), inside = 0;
  for (u32 i = ROOT; i < NODES; i++) inside |= nodes[i].type && nodes[i].parent == node;
  if (node && node < ROOT + 3) node = 0, error = INVALID;
  if (node && directory != (nodes[node].type == TYPE_DIRECTORY)) node = 0, error = directory ? NOT_DIRECTORY : IS_DIRECTORY;
  if (node && inside) node = 0, error = NOT_EMPTY;
  answer(out, 1, node, error);
  if (node) nodes[node].parent = 0, nodes[node].name_length = 0; /* whoever has it open reads on */
}

void h_remove_directory_at(u32 descriptor, u32 path, u32 length, u32 out) { remove_at(descriptor, path, length, out, 1); }
void h_unlink_at(u32 descriptor, u32 path, u32 length, u32 out) { remove_at(descriptor, path, length, out, 0); }

static void move(u32 descriptor, u32 path, u32 length, u32 new_descriptor, u32 new_path, u32 new_length, u32 out) {
  u32 parent = node_of(descriptor), new_parent = node_of(new_descriptor), error;
  world_string(path, length);
  world_string(new_path, new_length);
  if (world_fails(out, 1)) return;
  u32 node = lookup(parent, path, length, &error);
  if (node && node < ROOT + 3) node = 0, error = INVALID;
  u32 other = node ? make(new_parent, new_path, new_length, TYPE_FILE, &error) : 0;
  answer(out, 1, other, error);
  if (other) {
    struct node to = nodes[other];
    nodes[other].type = 0;
    nodes[node].parent = to.parent == node ? nodes[node].parent : to.parent;
    nodes[node].name_length = to.name_length;
    memcpy(nodes[node].name, to.name, to.name_length);
  }
}

void h_rename_at(u32 descriptor, u32 path, u32 length, u32 new_descriptor, u32 new_path, u32 new_length, u32 out) {
  move(descriptor, path, length, new_descriptor, new_path, new_length, out);
}

void h_link_at(u32 descriptor, u32 flags, u32 path, u32 length, u32 new_descriptor, u32 new_path, u32 new_length, u32 out) {
  WORLD_CHECK(flags < 2);
  move(descriptor, path, length, new_descriptor, new_path, new_length, out);
}

void h_open_at(u32 descriptor, u32 path_flags, u32 path, u32 length, u32 open_flags, u32 flags, u32 out) {
  u32 parent = node_of(descriptor), error;
  WORLD_CHECK(path_flags < 2 && open_flags < 16 && flags < 64);
  world_string(path, length);
  if (world_fails(out, 4)) return;
  u32 node = lookup(parent, path, length, &error);
  if (node && (open_flags & 4)) node = 0, error = EXIST;
  else if (!node && (open_flags & 1)) node = make(parent, path, length, TYPE_FILE, &error);
  if (node && (open_flags & 2) && nodes[node].type != TYPE_DIRECTORY) node = 0, error = NOT_DIRECTORY;
  answer(out, 4, node, error);
  if (!node) return;
  if (open_flags & 8) nodes[node].size = 0;
  AT(u32, out + 4) = world_handle_new(WORLD_DESCRIPTOR, node, 0);
}

/* ---- for tests */

const uint8_t *world_file(const char *path, u32 *size) {
  u32 node = find(ROOT, path, (u32)strlen(path));
  if (!node) return NULL;
  *size = nodes[node].size;
  return nodes[node].content ? nodes[node].content : (const uint8_t *)"";
}

void world_make_file(const char *path, const char *content) {
  u32 scratch = (WORLD_PAGES - 1) * 65536, error, length = (u32)strlen(content);
  memcpy(ad_memory + scratch, path, strlen(path));
  u32 node = make(ROOT, scratch, (u32)strlen(path), TYPE_FILE, &error);
  WORLD_CHECK(node && reserve(&nodes[node], length));
  if (length) memcpy(nodes[node].content, content, length);
  nodes[node].size = length;
}

/* ctool component new [MODULE] -o OUT: makes a component of a core module. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters.h"
#include "common.h"
#include "dep_file.h"
#include "opts.h"

typedef struct new_options {
  text_options read;
  bool validate, skip_validation, realloc_via_memory_grow, merge_imports, canonical, reject_legacy_names, debug_names, return_call_ref, verbose, all_features, no_builtin, text, optimize, exit_with_code, adapter_names, synthesize_realloc, fuse_adapter;
  const char *output, *wit, *world, *dep_file;
  int encoding, wasi_adapter, layout, separate_memory, error_format;
  opt_strings adapters, import_names, features, tcp_listen;
} new_options;

/* Everything that is open while a component is made. */
typedef struct session {
  const new_options *o;
  ct_wasm_file module;
  adapter_list adapters;
  ct_import_name *import_names;
  ct_tcp_address *addresses;
  char **names; /* made for import names; freed at the end */
  size_t name_count;
  listener listener;
  ct_buf world; /* the content of a component-type section, of --wit */
  words inputs; /* what the component is made of, for --dep-file */
} session;

static void close_session(session *s) {
  for (size_t i = 0; s->names && i < s->name_count; i++) free(s->names[i]);
  free(s->names);
  adapters_close(&s->adapters);
  free(s->addresses);
  free(s->import_names);
  wasm_file_close(&s->module);
  ct_buf_free(&s->world);
  words_free(&s->inputs);
}

static bool make_room(session *s) {
  size_t imports = s->o->import_names.count;
  s->import_names = calloc(imports + 1, sizeof *s->import_names);
  s->names = calloc(imports + 1, sizeof *s->names);
  s->addresses = calloc(s->o->tcp_listen.count + 1, sizeof *s->addresses);
  return s->addresses && s->import_names && s->names;
}

static ct_status out_of_memory(ct_error *error) { return fail_with(error, FAIL_NOMEM, "out of memory"); }

/* OLD=NEW; a name may hold '=' only after the first one. */
static ct_status split_import_names(session *s, ct_error *error) {
  for (size_t i = 0; i < s->o->import_names.count; i++) {
    const char *argument = s->o->import_names.items[i], *equals = strchr(argument, '=');
    char *name = malloc((size_t)(equals - argument) + 1);
    if (!name) return out_of_memory(error);
    memcpy(name, argument, (size_t)(equals - argument));
    name[equals - argument] = 0;
    s->names[s->name_count++] = name;
    s->import_names[i] = (ct_import_name){name, equals + 1};
  }
  return CT_OK;
}

/* ADDR:PORT, an IPv6 address in brackets. */
static bool parse_address(ct_tcp_address *out, const char *text) {
  const char *colon = strrchr(text, ':');
  char host[64];
  uint8_t bytes[16] = {0};
  size_t size = colon ? (size_t)(colon - text) : 0;
  unsigned long port = colon && isdigit((unsigned char)colon[1]) ? strtoul(colon + 1, NULL, 10) : 65536;
  *out = (ct_tcp_address){.is_ipv6 = text[0] == '[', .port = (uint16_t)port};
  if (!size || size >= sizeof host || port > 65535 || colon[1 + strspn(colon + 1, "0123456789")]) return false;
  if (out->is_ipv6 && text[size - 1] != ']') return false;
  memcpy(host, text + out->is_ipv6, size - 2u * out->is_ipv6);
  host[size - 2u * out->is_ipv6] = 0;
  if (inet_pton(out->is_ipv6 ? AF_INET6 : AF_INET, host, bytes) != 1) return false;
  for (unsigned i = 0; i < 8; i++) out->words[i] = out->is_ipv6 ? (uint16_t)(bytes[2 * i] << 8 | bytes[2 * i + 1]) : i < 4 ? bytes[i] : 0;
  return true;
}

static const char *bad_address(const new_options *o) {
  ct_tcp_address ignored;
  for (size_t i = 0; i < o->tcp_listen.count; i++)
    if (!parse_address(&ignored, o->tcp_listen.items[i])) return o->tcp_listen.items[i];
  return NULL;
}

/* What --wit names, as the module would carry it had it been embedded. */
static ct_status read_world(session *s, ct_error *error) {
  ct_wit *wit = NULL;
  ct_wit_options options = {s->o->features.items, s->o->features.count, s->o->all_features, s->o->no_builtin};
  ct_status status = ct_wit_open(&wit, s->o->wit, &options, error);
  if (status == CT_OK) status = ct_component_type(&s->world, wit, &(ct_embed_options){.world = s->o->world, .encoding = (ct_string_encoding)s->o->encoding, .skip_validation = true}, error);
  if (status == CT_OK && s->o->dep_file) status = dep_add_wit(&s->inputs, wit, error);
  if (status != CT_OK && !error->file[0]) snprintf(error->file, sizeof error->file, "%s", s->o->wit);
  ct_wit_free(wit);
  return status;
}

static ct_status add_dependencies(session *s, output_set *set, ct_error *error) {
  ct_status status = words_add(&s->inputs, s->listener.file, error);
  for (size_t i = 0; i < s->adapters.count && status == CT_OK; i++) status = words_add(&s->inputs, s->adapters.items[i].file, error);
  return status == CT_OK ? dep_file_add(set, s->o->dep_file, s->o->output, &s->inputs, error) : status;
}

static ct_status write_all(session *s, const ct_pieces *pieces, ct_error *error) {
  const new_options *o = s->o;
  output_set set = {0};
  ct_status status = o->dep_file ? add_dependencies(s, &set, error) : CT_OK;
  if (status == CT_OK && !o->optimize) status = outputs_add_pieces(&set, o->output, pieces, o->text, error);
  if (status == CT_OK && o->optimize) status = add_optimized_pieces(&set, o->output, pieces, &(ct_optimize_options){.keep_names = o->adapter_names}, o->text, error);
  return outputs_close(&set, status, error);
}

static ct_status make_component(session *s, ct_error *error) {
  const new_options *o = s->o;
  ct_slice world = {s->world.data, s->world.size};
  ct_component_new_options options = {
      .adapters = s->adapters.items, .adapter_count = s->adapters.count,
      .component_types = &world, .component_type_count = o->wit ? 1 : 0,
      .import_names = s->import_names, .import_name_count = o->import_names.count,
      .skip_validation = !o->validate || o->skip_validation,
      .realloc_via_memory_grow = o->realloc_via_memory_grow, .synthesize_realloc = o->synthesize_realloc, .keep_import_versions = !o->merge_imports, .canonical_names = o->canonical,
      .exit_with_code = o->exit_with_code, .tcp_listen = s->addresses, .tcp_listen_count = o->tcp_listen.count, .adapter_names = o->adapter_names,
      .wasi_adapter = (ct_wasi_adapter)o->wasi_adapter, .layout = (ct_layout)o->layout, .fuse_adapter = o->fuse_adapter, .separate_memory = o->separate_memory, .reject_legacy_names = o->reject_legacy_names, .no_debug_names = !o->debug_names, .return_call_ref = o->return_call_ref,
      .like_wasm_tools = called_wasm_tools(),
      .tell = tell_notice, .context = &s->listener};
  for (size_t i = 0; i < o->tcp_listen.count; i++) parse_address(&s->addresses[i], o->tcp_listen.items[i]); /* known to be good */
  ct_pieces pieces = {0};
  ct_status status = ct_component_new(&pieces, s->module.bytes, &options, error);
  if (status == CT_OK) status = write_all(s, &pieces, error);
  ct_pieces_free(&pieces);
  return status;
}

static int run(const char *path, const new_options *o) {
  ct_error error;
  ct_error_clear(&error);
  session s = {.o = o, .listener = {.file = path, .json = o->error_format, .verbose = o->verbose}};
  ct_status status = make_room(&s) ? CT_OK : out_of_memory(&error);
  if (status == CT_OK) status = wasm_file_open_text(&s.module, path, &o->read, &error);
  if (status == CT_OK) status = adapters_open(&s.adapters, &o->adapters, &error);
  if (status == CT_OK) status = split_import_names(&s, &error);
  if (status == CT_OK && o->wit) status = read_world(&s, &error);
  if (status == CT_OK) status = make_component(&s, &error);
  close_session(&s);
  return status == CT_OK ? EXIT_GOOD : tell(&error, path, o->error_format);
}

static const char *bad_import_name(const new_options *o) {
  for (size_t i = 0; i < o->import_names.count; i++)
    if (!strchr(o->import_names.items[i], '=')) return o->import_names.items[i];
  return NULL;
}

int cmd_component_new(int argc, char **argv) {
  new_options o = {.output = "-", .validate = true, .merge_imports = true, .debug_names = true};
  const opt_row rows[] = {
      {'o', "output", OPT_OUTPUT, &o.output, "FILE", "Where to write; may be the input; - is standard output"},
      {0, "wit", OPT_STRING, &o.wit, "WIT", "The WIT that the module was built for, embedded in the same step"},
      {'w', "world", OPT_STRING, &o.world, "WORLD", "With --wit: the world, a name or ns:pkg/name"},
      {0, "adapt", OPT_STRINGS, &o.adapters, "[NAME=]FILE", "An adapter for imports from module NAME; repeatable"},
      {0, "optimize", OPT_FLAG, &o.optimize, NULL, "Make it smaller, as `ctool optimize` does; with -g names stay"},
      {0, "synthesize-realloc", OPT_FLAG, &o.synthesize_realloc, NULL, "Make a cabi_realloc for a module that has none"},
      {'t', "wat", OPT_FLAG, &o.text, NULL, "Write the component as text"},
      {'v', "verbose", OPT_FLAG, &o.verbose, NULL, "Tell what is decided"},
      ERROR_FORMAT_ROW(o.error_format),
      OPT_GROUP("ctool's own adapter, for WASI preview1"),
      WASI_ADAPTER_ROW(o.wasi_adapter, "The form of ctool's own adapter for wasi_snapshot_preview1"),
      {0, "exit-with-code", OPT_FLAG, &o.exit_with_code, NULL, "It tells exit codes but 0 and 1: for hosts of WASI 0.2.12"},
      {0, "tcp-listen", OPT_STRINGS, &o.tcp_listen, "ADDR:PORT", "It listens there, for preview1's sock_accept; repeatable"},
      {0, "adapter-memory", OPT_WORD, &o.separate_memory, "shared|separate", "Where ctool's own adapter keeps its state (separate: for hosts with multi-memory)"},
      {0, "fuse-adapter", OPT_FLAG, &o.fuse_adapter, NULL, "ctool's own adapter becomes a part of the module; drops DWARF"},
      {'g', "adapter-names", OPT_FLAG, &o.adapter_names, NULL, "The functions of ctool's own adapter keep their names; with text as --generate-dwarf full"},
      OPT_GROUP("with --wit"),
      {0, "encoding", OPT_WORD, &o.encoding, "utf8|utf16|compact-utf16", "How the module encodes strings"},
      {0, "features", OPT_STRINGS, &o.features, "LIST", "@unstable features that are active"},
      {0, "all-features", OPT_FLAG, &o.all_features, NULL, "All of them are"},
      {0, "no-builtin-wit", OPT_FLAG, &o.no_builtin, NULL, "Missing wasi:* packages are not taken from those built in"},
      OPT_GROUP("names"),
      {0, "import-name", OPT_STRINGS, &o.import_names, "OLD=NEW", "Give an imported instance another name; repeatable"},
      {0, "merge-imports-based-on-semver", OPT_FLAG, &o.merge_imports, "true|false", "One import for compatible versions of an interface (default)"},
      {0, "emit-canonical-names", OPT_FLAG, &o.canonical, NULL, "Name interfaces by the track of their version, wasi:cli/run@0.2: not yet for wasmtime 46, which lacks cm-implements"},
      {0, "reject-legacy-names", OPT_FLAG, &o.reject_legacy_names, NULL, "Take the names of the canonical ABI's build targets alone"},
      {0, "debug-names", OPT_FLAG, &o.debug_names, "true|false", "Names for what is generated (default)"},
      OPT_GROUP("how it is made"),
      {0, "realloc-via-memory-grow", OPT_FLAG, &o.realloc_via_memory_grow, NULL, "Adapters take memory by memory.grow, not by cabi_realloc"},
      {0, "layout", OPT_WORD, &o.layout, "auto|shim|direct", "How modules call each other: through a table, or not (auto: direct with ctool's own adapter)"},
      {0, "return-call-ref", OPT_FLAG, &o.return_call_ref, "true|false", "Shims call by return_call_ref, not through a table"},
      {0, "validate", OPT_FLAG, &o.validate, "true|false", "Validate the component (default)"},
      {0, "skip-validation", OPT_FLAG, &o.skip_validation, NULL, "The old name of --validate=false"},
      {0, "dep-file", OPT_OUTPUT, &o.dep_file, "FILE", "Write what the component is made of, for make and ninja"},
      DWARF_STYLE_ROW(o.read),
      {0},
  };
  const opt_spec spec = {
      "ctool component new [OPTIONS] [MODULE]",
      "Makes a component of a core module. The module's world is that of its component-type sections, or of --wit, or of both.\n"
      "Without MODULE, or with -, standard input is read. Text is taken as well.",
      rows,
      "  ctool component new core.wasm -o app.wasm            the world is in it\n"
      "  ctool component new core.wasm --wit wit -o app.wasm  or here it is\n"
      "  ctool component new hello.wasm -o app.wasm           WASI preview1\n"};
  int count;
  int status = opt_parse(&spec, argc, argv, &count);
  if (status >= 0) return status;
  o.read.full = o.adapter_names && !o.read.style;
  if (o.fuse_adapter && o.separate_memory) return opt_usage_error(&spec, "--fuse-adapter and --adapter-memory separate exclude each other");
  if (bad_address(&o)) return opt_usage_error(&spec, "--tcp-listen takes ADDR:PORT with an address in numbers, [ADDR]:PORT for IPv6, not \"%s\"", bad_address(&o));
  if (bad_import_name(&o)) return opt_usage_error(&spec, "--import-name takes OLD=NEW, not \"%s\"", bad_import_name(&o));
  if (o.world && !o.wit) return opt_usage_error(&spec, "--world chooses a world of --wit, which is not given");
  if (count > 1 && !o.wit && (looks_like_wit(argv[1]) || looks_like_wit(argv[2])))
    return opt_usage_error(&spec, "the WIT comes by --wit %s, beside the module", argv[looks_like_wit(argv[1]) ? 1 : 2]);
  if (count > 1) return opt_usage_error(&spec, "one module becomes a component; \"%s\" is a second one (libraries are linked: ctool component link)", argv[2]);
  return run(count ? argv[1] : "-", &o);
}

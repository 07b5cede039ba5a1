/* A library for any language: an interface of its own (wit/world.wit), in plain C. What arrives belongs to us; what we return is freed in cabi_post_...
 * What is empty has no block: some hosts (jco) hand it over without asking for one. */
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

typedef struct { char *data; size_t size; } string;
typedef struct { uint32_t words, letters; } counts;

__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t old_size, size_t align, size_t size) {
  (void)old_size;
  if (!size) return (void *)align;
  void *block = realloc(old, size);
  if (!block) abort();
  return block;
}

__attribute__((export_name("demo:words/words@1.0.0#shout"))) string *shout(char *data, size_t size) {
  static string out;
  for (size_t i = 0; i < size; i++) data[i] = (char)toupper((unsigned char)data[i]);
  out = (string){data, size};
  return &out;
}

__attribute__((export_name("cabi_post_demo:words/words@1.0.0#shout"))) void shout_done(string *out) {
  if (out->size) free(out->data);
}

__attribute__((export_name("demo:words/words@1.0.0#measure"))) counts *measure(char *data, size_t size) {
  static counts out;
  out = (counts){0};
  bool inside = false;
  for (size_t i = 0; i < size; i++) {
    bool letter = isalpha((unsigned char)data[i]) != 0;
    out.words += letter && !inside;
    out.letters += letter;
    inside = letter;
  }
  if (size) free(data);
  return &out;
}

/* What the fuzz targets share: see fuzz.h. */
#include "fuzz/fuzz.h"

#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "base/unicode.h"
#include "commit/journal.h"
#include "os/os.h"

const char fuzz_windows[] =
    "Windows Registry Editor Version 5.00\r\n\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion]\r\n"
    "\"CurrentBuildNumber\"=\"7601\"\r\n\"CurrentVersion\"=\"6.1\"\r\n\"ProductName\"=\"Windows 7\"\r\n\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Site]\r\n\"Text\"=\"old\"\r\n\"Number\"=dword:00000001\r\n\r\n"
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\tlsmend\\Facts]\r\n\"Architecture\"=\"x64\"\r\n\r\n";

void fuzz_broken(const char *file, int line, const char *condition) {
  fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
  abort();
}

void fuzz_judge(int code, const tlsmend_error *error) {
  if (code == TLSMEND_OK)
    return;
  MUST(code == error->code);
  MUST(strcmp(tlsmend_error_name(code), "?") != 0);
  MUST(error->text[0] && memchr(error->text, '\0', sizeof error->text));
  MUST(!strchr(error->text, '\n'));
  MUST(unicode_valid(error->text, strlen(error->text)));
}

static char folder[64];

static int remove_one(void *data, const char *name) {
  char *path = os_path_join(data, name);
  MUST(path);
  if (os_dir_exists(path)) {
    os_dir_each(path, remove_one, path, NULL);
    rmdir(path);
  } else {
    unlink(path);
  }
  free(path);
  return 0;
}

static void remove_folder(void) {
  os_dir_each(folder, remove_one, folder, NULL);
  rmdir(folder);
}

const char *fuzz_path(const char *name) {
  static char paths[8][128];
  static unsigned next;
  if (!*folder) {
    /* Memory, where there is some: thousands of files come and go. */
    snprintf(folder, sizeof folder, "%s/tlsmend-fuzz-XXXXXX",
             os_dir_exists("/dev/shm") ? "/dev/shm" : "/tmp");
    MUST(mkdtemp(folder));
    atexit(remove_folder);
  }
  char *path = paths[next++ % 8];
  snprintf(path, sizeof paths[0], "%s/%s", folder, name);
  return path;
}

const char *fuzz_file(const char *name, const void *bytes, size_t size) {
  const char *path = fuzz_path(name);
  FILE *file = fopen(path, "wb");
  MUST(file);
  MUST(fwrite(bytes, 1, size, file) == size);
  MUST(fclose(file) == 0);
  return path;
}

bool fuzz_holds(const char *path, const void *bytes, size_t size) {
  char *held = NULL;
  size_t held_size = 0;
  bool same = os_file_read(path, 64 << 20, &held, &held_size, NULL) == TLSMEND_OK && held_size == size &&
              memcmp(held, bytes, size) == 0;
  free(held);
  return same;
}

void fuzz_checksum(json_t *plan) {
  unsigned char digest[crypto_hash_sha256_BYTES];
  char hex[2 * sizeof digest + 1];
  if (!json_is_object(plan))
    return;
  json_object_del(plan, "checksum");
  char *text = json_dumps(plan, JSON_COMPACT);
  if (!text)
    return;
  crypto_hash_sha256(digest, (const unsigned char *)text, strlen(text));
  free(text);
  json_object_set_new(plan, "checksum", json_string(sodium_bin2hex(hex, sizeof hex, digest, sizeof digest)));
}

char *fuzz_text(const uint8_t *data, size_t size) {
  char *text = malloc(size + 1);
  MUST(text);
  if (size)
    memcpy(text, data, size);
  text[size] = '\0';
  return text;
}

/* The record of a line; NULL if it holds no plan. free() */
static char *record_of(const char *line, size_t size, const char *spec) {
  json_t *json = json_loadb(line, size, JSON_REJECT_DUPLICATES, NULL), *plan = json_object_get(json, "plan");
  json_t *machine = json_object_get(plan, "machine");
  char *text = NULL;
  if (json_is_object(machine)) {
    json_object_set_new(machine, "spec", json_string(spec));
    if (json_is_string(json_object_get(json, "machine"))) /* the one that was written */
      json_object_set_new(json, "machine", json_string(spec));
    fuzz_checksum(plan);
    text = json_dumps(json, JSON_COMPACT | JSON_ENSURE_ASCII);
  }
  json_decref(json);
  return text;
}

char *fuzz_chain(const uint8_t *lines, size_t size, const char *spec, size_t *out_size) {
  char digest[65] = "", *out = NULL;
  tlsmend_error error;
  text_builder builder = {0};
  for (size_t at = 0, next; at < size; at = next + 1) {
    const uint8_t *end = memchr(lines + at, '\n', size - at);
    next = end ? (size_t)(end - lines) : size;
    char *made = record_of((const char *)lines + at, next - at, spec);
    char *line = made ? made : fuzz_text(lines + at, next - at);
    journal_digest(digest, line, strlen(line), digest);
    text_add(&builder, "%s %s\n", digest, line);
    free(line);
  }
  MUST(text_finish(&builder, &out, &error) == TLSMEND_OK);
  *out_size = strlen(out);
  return out;
}

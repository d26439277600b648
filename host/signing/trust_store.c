/* Keys in files, and the trust store: a folder that only administrators can write. That is looked at each time. */
#include "signing/trust_store.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file_path.h"
#include "os/os.h"

enum { KEY_MOST = 64 * 1024 };

/* The file of a key. What cannot be read is no key. */
static int read_file(const char *path, char **text, size_t *size, tlsmend_error *error) {
  tlsmend_error inner = {0, ""};
  int code = os_file_read(path, KEY_MOST, text, size, &inner);
  return code == TLSMEND_OK ? code
                            : tlsmend_error_set(error, code == TLSMEND_E_ABSENT ? code : TLSMEND_E_APPROVAL,
                                                "%s", inner.text);
}

int key_open(const char *path, const char *password, minisign_secret *out, tlsmend_error *error) {
  char *text = NULL;
  size_t size = 0;
  tlsmend_error inner = {0, ""};
  int code = read_file(path, &text, &size, error);
  if (code == TLSMEND_E_ABSENT)
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "there is no key %s", path);
  if (code != TLSMEND_OK)
    return code;
  code = minisign_secret_open(text, size, password, out, &inner);
  sodium_memzero(text, size);
  free(text);
  return code == TLSMEND_OK ? code : tlsmend_error_set(error, code, "%s: %s", path, inner.text);
}

int key_read(const char *key, minisign_public *out, tlsmend_error *error) {
  char *text = NULL;
  size_t size = 0;
  tlsmend_error inner = {0, ""};
  int code = read_file(key, &text, &size, NULL);
  if (code != TLSMEND_OK) {
    if (minisign_public_parse(key, strlen(key), out, NULL) == TLSMEND_OK)
      return TLSMEND_OK;
    return tlsmend_error_set(error, code == TLSMEND_E_ABSENT ? TLSMEND_E_USAGE : TLSMEND_E_APPROVAL,
                             "%s is neither the file of a public key nor a public key", key);
  }
  code = minisign_public_parse(text, size, out, &inner);
  free(text);
  return code == TLSMEND_OK ? code : tlsmend_error_set(error, code, "%s: %s", key, inner.text);
}

typedef struct store_walk {
  const char *folder;
  trust_store *out;
  tlsmend_error *error;
} store_walk;

static int not_safe(const tlsmend_error *inner, tlsmend_error *error) {
  int code = inner->code == TLSMEND_E_REFUSED ? TLSMEND_E_APPROVAL : inner->code;
  return tlsmend_error_set(error, code, "the trust store is not used: %s", inner->text);
}

/* Adds the key of a file under the file's name, without folder and ending. */
static int add_file(trust_store *out, const char *path, tlsmend_error *error) {
  char *text = NULL, stem[128];
  const char *name = file_path_leaf(path);
  size_t size = 0, length = strlen(name);
  length -= length > 4 && strcmp(name + length - 4, ".pub") == 0 ? 4 : 0;
  if (length >= sizeof stem)
    length = sizeof stem - 1;
  memcpy(stem, name, length);
  stem[length] = 0;
  int code = read_file(path, &text, &size, error);
  if (code == TLSMEND_OK)
    code = trust_add(out, stem, text, size, error);
  free(text);
  return code;
}

/* The name under which a key stands in the store is said to people, and named by runbooks: a plain one. */
static int check_name(const char *file, tlsmend_error *error) {
  char stem[128] = "";
  size_t length = strlen(file) - 4;
  memcpy(stem, file, length < sizeof stem ? length : 0);
  const char *mistake = trust_name_mistake(stem);
  return mistake ? tlsmend_error_set(error, TLSMEND_E_APPROVAL, "%s: %s", file, mistake) : TLSMEND_OK;
}

static int take_file(void *data, const char *name) {
  const store_walk *walk = data;
  tlsmend_error inner = {0, ""};
  size_t length = strlen(name);
  if (length <= 4 || strcmp(name + length - 4, ".pub") != 0)
    return TLSMEND_OK;
  char *path = os_path_join(walk->folder, name);
  if (!path)
    return error_no_memory(walk->error);
  int code = check_name(name, &inner);
  if (code == TLSMEND_OK)
    code = os_path_guarded(path, &inner);
  if (code == TLSMEND_OK)
    code = add_file(walk->out, path, &inner);
  free(path);
  return code == TLSMEND_OK ? code : not_safe(&inner, walk->error);
}

int trust_open(const char *folder, trust_store *out, tlsmend_error *error) {
  *out = (trust_store){0};
  char *path = folder ? os_path_absolute(folder) : os_trust_default();
  if (!path)
    return error_no_memory(error);
  int code = TLSMEND_OK;
  if (os_dir_exists(path)) {
    tlsmend_error inner = {0, ""};
    store_walk walk = {path, out, error};
    code = os_path_guarded(path, &inner);
    code = code == TLSMEND_OK ? os_dir_each(path, take_file, &walk, error) : not_safe(&inner, error);
  } else if (folder) {
    code = tlsmend_error_set(error, TLSMEND_E_USAGE,
                             "there is no trust store %s: it is a folder of public keys", folder);
  }
  free(path);
  if (code != TLSMEND_OK)
    trust_clear(out);
  return code;
}

int trust_from(const char *const *keys, size_t count, trust_store *out, tlsmend_error *error) {
  int code = TLSMEND_OK;
  *out = (trust_store){0};
  for (size_t i = 0; code == TLSMEND_OK && i < count; i++) {
    minisign_public key;
    const char *name = keys[i];
    code = key_read(keys[i], &key, error);
    if (code == TLSMEND_OK && trust_find(out, key.id))
      continue; /* named twice */
    if (code == TLSMEND_OK && !os_file_exists(name))
      code = trust_add(out, "the key given", name, strlen(name), error);
    else if (code == TLSMEND_OK)
      code = add_file(out, name, error);
  }
  if (code != TLSMEND_OK)
    trust_clear(out);
  return code;
}

/* The folder of --library, read once: what was compared and judged is what runs, whatever lies in the folder by then. */
#include "script/library.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/error.h"
#include "os/os.h"
#include "signing/manifest.h"

enum { FOLDERS_MOST = 8 };

typedef struct reading {
  const char *folder; /* on the disk */
  const char *inside; /* what it is in the library: "stdlib", "stdlib/tls"; NULL: the folder of runbooks */
  unsigned depth;
  manifest *out;
  tlsmend_error *error;
} reading;

static int read_folder(const reading *self);

static int take_file(const reading *self, const char *path, const char *name) {
  manifest_file file = {.kind = self->inside ? MANIFEST_MODULE : MANIFEST_RUNBOOK, .name = (char *)name};
  size_t size = 0;
  if (!manifest_name_good(file.kind, name)) /* nobody can ask for it */
    return TLSMEND_OK;
  int code = os_file_read(path, MANIFEST_TEXT_MOST, &file.bytes, &size, self->error);
  if (code != TLSMEND_OK)
    return code;
  file.size = size;
  digest_sha256(file.bytes, size, file.sha256);
  return manifest_add(self->out, &file, self->error);
}

static int take(void *data, const char *name) {
  const reading *self = data;
  char *path = os_path_join(self->folder, name);
  size_t room = strlen(self->inside ? self->inside : "") + strlen(name) + 2;
  char *inside = malloc(room);
  int code = path && inside ? TLSMEND_OK : error_no_memory(self->error);
  if (code == TLSMEND_OK) {
    snprintf(inside, room, "%s%s%s", self->inside ? self->inside : "", self->inside ? "/" : "", name);
    reading below = {path, inside, self->depth + 1, self->out, self->error};
    if (!os_dir_exists(path))
      code = take_file(self, path, inside);
    else if (self->inside && below.depth < FOLDERS_MOST)
      code = read_folder(&below);
  }
  free(inside);
  free(path);
  return code;
}

static int read_folder(const reading *self) {
  int code = os_dir_each(self->folder, take, (void *)(uintptr_t)self, self->error);
  return code == TLSMEND_E_ABSENT ? TLSMEND_OK : code;
}

int script_library_read(const char *folder, manifest *out, tlsmend_error *error) {
  char *stdlib = os_path_join(folder, "stdlib"), *runbooks = os_path_join(folder, "runbooks");
  *out = (manifest){0};
  int code = stdlib && runbooks ? TLSMEND_OK : error_no_memory(error);
  if (code == TLSMEND_OK)
    code = read_folder(&(reading){stdlib, "stdlib", 0, out, error});
  if (code == TLSMEND_OK)
    code = read_folder(&(reading){runbooks, NULL, 0, out, error});
  free(stdlib);
  free(runbooks);
  if (code != TLSMEND_OK)
    manifest_clear(out);
  return code;
}

int script_library_data(const char *folder, const char *name, script_text *out, tlsmend_error *error) {
  *out = (script_text){0};
  if (!folder)
    return TLSMEND_E_ABSENT;
  out->source = os_path_join(folder, name);
  int code = out->source ? os_file_read(out->source, MANIFEST_TEXT_MOST, &out->owned, &out->size, error)
                         : error_no_memory(error);
  out->bytes = out->owned;
  if (code != TLSMEND_OK)
    script_text_clear(out);
  return code;
}

/* Of all of its texts: their order is that of their names. */
static void library_digest(const manifest *texts, char out[65]) {
  digest_state state;
  digest_begin(&state);
  for (size_t i = 0; i < texts->count; i++) {
    const manifest_file *file = &texts->files[i];
    digest_add(&state, file->name, strlen(file->name) + 1);
    digest_add(&state, file->sha256, sizeof file->sha256);
  }
  digest_end(&state, out);
}

static bool add_digest(json_t **files, const char *name, const char *sha256) {
  if (!*files)
    *files = json_array();
  return json_array_append_new(*files, json_pack("{s:s, s:s}", "name", name, "sha256", sha256)) == 0;
}

int script_files(const script_options *options, json_t **out, tlsmend_error *error) {
  const manifest *own = options->source ? options->source->files : NULL;
  char digest[65];
  bool added = true;
  *out = NULL;
  for (size_t i = 0; own && added && i < own->count; i++)
    if (own->files[i].kind == MANIFEST_MODULE)
      added = add_digest(out, own->files[i].name, own->files[i].sha256);
  if (options->library && options->texts && added) {
    library_digest(options->texts, digest);
    added = add_digest(out, "--library", digest);
  }
  if (added)
    return TLSMEND_OK;
  json_decref(*out);
  *out = NULL;
  return error_no_memory(error);
}

int script_identity(const script_options *options, const char *name, char sha256[65], json_t **files,
                    tlsmend_error *error) {
  script_text text;
  int code = script_text_runbook(options, name, &text, error);
  *files = NULL;
  if (code != TLSMEND_OK)
    return code;
  script_text_sha256(&text, sha256);
  script_text_clear(&text);
  return script_files(options, files, error);
}

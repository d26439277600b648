/* Where Lua texts come from: a folder that overrides, else what the build embedded; and runbooks, by id or by path. */
#include "script/texts.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/module_name.h"
#include "os/os.h"
#include "signing/manifest.h"

enum { TEXT_MOST = 4 << 20 };

void script_text_clear(script_text *text) {
  free(text->owned);
  free(text->source);
  *text = (script_text){0};
}

static char *copy_text(const char *text) {
  size_t size = strlen(text) + 1;
  char *copy = malloc(size);
  return copy ? memcpy(copy, text, size) : NULL;
}

static int compare_name(const void *name, const void *row) {
  return strcmp(name, ((const embedded_text *)row)->name);
}

const embedded_text *script_embedded(const char *name) {
  return bsearch(name, embedded_texts, embedded_text_count, sizeof(embedded_text), compare_name);
}

bool script_embedded_copy(const embedded_bytes *bytes, char *out) {
  z_stream stream = {.next_in = (z_const Bytef *)bytes->at,
                     .avail_in = (uInt)bytes->packed,
                     .next_out = (Bytef *)out,
                     .avail_out = (uInt)bytes->size};
  out[bytes->size] = 0;
  if (!bytes->packed)
    return memcpy(out, bytes->at, bytes->size);
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
    return false;
  bool whole = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.total_out == bytes->size;
  inflateEnd(&stream);
  return whole;
}

static const manifest_file *library_find(const manifest *texts, const char *name) {
  bool runbook = strncmp(name, "runbooks/", 9) == 0;
  return manifest_find(texts, runbook ? MANIFEST_RUNBOOK : MANIFEST_MODULE, runbook ? name + 9 : name);
}

/* From the library as it was read. Whoever holds it outlives the text. E_ABSENT: it has none of that name. */
static int text_kept(const script_options *options, const char *name, script_text *out,
                     tlsmend_error *error) {
  const manifest_file *file = options->texts ? library_find(options->texts, name) : NULL;
  if (!file)
    return TLSMEND_E_ABSENT;
  out->source = os_path_join(options->library, name);
  out->bytes = file->bytes;
  out->size = (size_t)file->size;
  return out->source ? TLSMEND_OK : error_no_memory(error);
}

static int text_read(char *path, script_text *out, tlsmend_error *error) {
  if (!path)
    return error_no_memory(error);
  out->source = path;
  int code = os_file_read(path, TEXT_MOST, &out->owned, &out->size, error);
  out->bytes = out->owned;
  if (code != TLSMEND_OK)
    script_text_clear(out);
  return code;
}

const embedded_text *script_text_builtin(const script_options *options, const char *name) {
  bool overridden = options && options->library && options->texts && library_find(options->texts, name);
  return overridden ? NULL : script_embedded(name);
}

int script_text_find(const script_options *options, const char *name, script_text *out,
                     tlsmend_error *error) {
  *out = (script_text){0};
  const embedded_text *row = script_text_builtin(options, name);
  if (!row)
    return options && options->library ? text_kept(options, name, out, error)
                                       : tlsmend_error_set(error, TLSMEND_E_ABSENT, "there is no %s", name);
  out->source = copy_text("built-in");
  out->builtin = row;
  return out->source ? TLSMEND_OK : error_no_memory(error);
}

int script_text_unpack(script_text *text, tlsmend_error *error) {
  if (text->bytes)
    return TLSMEND_OK;
  const embedded_bytes *packed = &text->builtin->text;
  text->owned = malloc(packed->size + 1);
  if (!text->owned || !script_embedded_copy(packed, text->owned))
    return error_no_memory(error);
  text->bytes = text->owned;
  text->size = packed->size;
  return TLSMEND_OK;
}

void script_text_sha256(const script_text *text, char out[65]) {
  if (text->builtin && text->builtin->sha256)
    memcpy(out, text->builtin->sha256, 65);
  else
    digest_sha256(text->bytes, text->size, out);
}

static bool is_path(const char *name) {
  size_t size = strlen(name);
  return strpbrk(name, "/\\") || (size >= 4 && strcmp(name + size - 4, ".lua") == 0);
}

static bool is_id(const char *name) {
  if (!islower((unsigned char)*name) && !isdigit((unsigned char)*name))
    return false;
  for (const char *at = name; *at; at++)
    if (!islower((unsigned char)*at) && !isdigit((unsigned char)*at) && *at != '-')
      return false;
  return strlen(name) < MODULE_NAME_MOST;
}

int script_text_runbook(const script_options *options, const char *name, script_text *out,
                        tlsmend_error *error) {
  *out = (script_text){0};
  if (options && options->source) {
    out->bytes = options->source->bytes;
    out->size = options->source->size;
    out->source = copy_text(options->source->path);
    return out->source ? TLSMEND_OK : error_no_memory(error);
  }
  if (is_path(name)) {
    int code = text_read(copy_text(name), out, error);
    return code == TLSMEND_E_ABSENT
               ? tlsmend_error_set(error, TLSMEND_E_USAGE, "there is no runbook file %s", name)
               : code;
  }
  if (is_id(name)) {
    char path[MODULE_NAME_MOST + 16];
    snprintf(path, sizeof path, "runbooks/%s.lua", name);
    int code = script_text_find(options, path, out, error);
    if (code != TLSMEND_E_ABSENT)
      return code;
  }
  return tlsmend_error_set(
      error, TLSMEND_E_USAGE,
      "there is no runbook '%s'; `tlsmend list` shows the ids, a file is given as a path such as "
      "./%.64s.lua",
      name, name);
}

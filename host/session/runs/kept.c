/*
 * What a run needs to go on stands in its journal: the texts of its runbooks and of the library as they were judged
 * when it began, and the terms it was begun with. Who goes on with it runs these and nothing else: no runbook, module,
 * library or bundle is opened again, and no key is asked for. Reasons: docs/decisions/0015-a-run-keeps-what-it-runs.md.
 */
#include "session/runs/kept.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "os/os.h"

static const char *text_of(const json_t *json, const char *name) {
  return json_string_value(json_object_get(json, name));
}

static json_t *bytes_to_json(const char *bytes, size_t size) {
  size_t room = sodium_base64_ENCODED_LEN(size, sodium_base64_VARIANT_ORIGINAL);
  char *text = malloc(room);
  json_t *json = NULL;
  if (text)
    json = json_string(
        sodium_bin2base64(text, room, (const unsigned char *)bytes, size, sodium_base64_VARIANT_ORIGINAL));
  free(text);
  return json;
}

/* malloc'd, with a NUL behind its *size bytes; NULL if it is not such a text, or too long for a runbook. */
static char *bytes_from_json(const json_t *json, size_t *size) {
  const char *text = json_string_value(json);
  size_t length = text ? strlen(text) : 0, room = length / 4 * 3 + 1;
  char *bytes = text && room <= MANIFEST_TEXT_MOST + 4 ? malloc(room) : NULL;
  if (bytes &&
      sodium_base642bin((unsigned char *)bytes, room, text, length, NULL, size, NULL,
                        sodium_base64_VARIANT_ORIGINAL) == 0 &&
      *size < room) {
    bytes[*size] = 0;
    return bytes;
  }
  free(bytes);
  return NULL;
}

static const char *const kinds[] = {"runbook", "module", "package"};

/* NULL when out of memory. */
static json_t *files_to_json(const manifest *files) {
  json_t *out = json_array();
  bool added = out;
  for (size_t i = 0; files && added && i < files->count; i++) {
    const manifest_file *file = &files->files[i];
    json_t *row = json_pack("{s:s, s:s, s:I, s:s}", "kind", kinds[file->kind], "name", file->name, "size",
                            (json_int_t)file->size, "sha256", file->sha256);
    added =
        !file->bytes || json_object_set_new(row, "text", bytes_to_json(file->bytes, (size_t)file->size)) == 0;
    added = json_array_append_new(out, row) == 0 && added;
  }
  if (added)
    return out;
  json_decref(out);
  return NULL;
}

/* False: it is not as files_to_json writes it. A digest is that of the bytes, not the one that stands there. */
static bool file_from_json(const json_t *row, manifest *out) {
  const char *kind = text_of(row, "kind"), *name = text_of(row, "name"), *sha256 = text_of(row, "sha256");
  const json_t *text = json_object_get(row, "text");
  size_t size = 0, of = 0;
  while (of < 3 && (!kind || strcmp(kind, kinds[of]) != 0))
    of++;
  if (of == 3 || !name || !sha256 || strlen(sha256) != 64)
    return false;
  manifest_file file = {.kind = (manifest_kind)of, .name = (char *)(uintptr_t)name};
  file.size = (uint64_t)json_integer_value(json_object_get(row, "size"));
  memcpy(file.sha256, sha256, sizeof file.sha256);
  if ((text || file.kind != MANIFEST_PACKAGE) && !(file.bytes = bytes_from_json(text, &size)))
    return false;
  if (text) {
    file.size = size;
    digest_sha256(file.bytes, size, file.sha256);
  }
  return manifest_add(out, &file, NULL) == TLSMEND_OK;
}

static bool files_from_json(const json_t *json, manifest *out) {
  bool good = json_is_array(json);
  for (size_t i = 0; good && i < json_array_size(json); i++)
    good = file_from_json(json_array_get(json, i), out);
  return good;
}

/* null: it is part of tlsmend, or of the library. */
static json_t *source_to_json(const source *source) {
  const script_source *script = &source->script;
  if (!script->bytes)
    return json_null();
  return json_pack("{s:s, s:s, s:o, s:o}", "name", source->name, "file", script->file, "text",
                   bytes_to_json(script->bytes, script->size), "files", files_to_json(script->files));
}

json_t *session_keep_texts(const tlsmend_session *self) {
  json_t *runbooks = json_array(), *library = json_null();
  for (size_t i = 0; self->texts && i < self->texts->count; i++)
    if (json_array_append_new(runbooks, source_to_json(self->texts->items[i])) != 0) {
      json_decref(runbooks);
      return NULL;
    }
  if (self->script.texts)
    library = json_pack("{s:s, s:o}", "folder", self->library, "files", files_to_json(self->script.texts));
  return json_pack("{s:o, s:o}", "library", library, "runbooks", runbooks);
}

static const char *const reboots[] = {"ask", "never", "auto"};

#define LIMIT_WORD(name, word, member, unit, most) word,
static const char *const limits[] = {TLSMEND_LIMITS(LIMIT_WORD)};
#undef LIMIT_WORD

json_t *session_keep_terms(const tlsmend_session *self) {
  char user[128], host[128];
  os_person(user, host);
  const char *language = self->language ? language_name(self->language) : "en";
  json_t *terms =
      json_pack("{s:s, s:b, s:s?, s:s, s:{}, s:{s:s, s:s}, s:s}", "reboot", reboots[self->reboot],
                "allow_unsigned", self->allow_unsigned, "trust", self->trust, "language", language, "limits",
                "by", "user", user, "host", host, "tool", "tlsmend " TLSMEND_VERSION);
  for (size_t i = 0; i < TLSMEND_LIMIT_COUNT; i++)
    if (self->script.limit[i])
      json_object_set_new(json_object_get(terms, "limits"), limits[i],
                          json_integer((json_int_t)self->script.limit[i]));
  return terms;
}

static int damaged(const journal *journal, tlsmend_error *error) {
  return tlsmend_error_set(error, TLSMEND_E_CORRUPT,
                           "run %s cannot go on: what its journal keeps is not what it was begun with (%s). "
                           "Restore the journal, or give the run up: tlsmend rollback",
                           journal->run, journal->path);
}

static void take_terms(const tlsmend_session *self, const journal *journal, begun_run *out) {
  const json_t *terms = journal->terms;
  const char *reboot = text_of(terms, "reboot");
  for (size_t i = 0; i < TLSMEND_LIMIT_COUNT; i++) {
    json_int_t limit = json_integer_value(json_object_get(json_object_get(terms, "limits"), limits[i]));
    out->session.script.limit[i] = limit > 0 ? (unsigned long long)limit : 0;
  }
  out->session.trust = (char *)(uintptr_t)text_of(terms, "trust");
  out->session.confirm_minutes = journal->confirm_minutes;
  if (self->reboot == TLSMEND_REBOOT_ASK && reboot && strcmp(reboot, reboots[TLSMEND_REBOOT_AUTO]) == 0)
    out->session.reboot = TLSMEND_REBOOT_AUTO; /* who agreed to the first restart did so to the next ones */
}

static int take_library(const journal *journal, begun_run *out, tlsmend_error *error) {
  const json_t *library = json_object_get(journal->kept, "library");
  const char *folder = text_of(library, "folder");
  out->session.library = NULL;
  out->session.script.texts = NULL;
  if (json_is_object(library)) {
    if (!folder || !files_from_json(json_object_get(library, "files"), &out->library))
      return damaged(journal, error);
    out->session.library = (char *)(uintptr_t)folder;
    out->session.script.texts = &out->library;
  }
  out->session.script.library = out->session.library;
  return TLSMEND_OK;
}

static int take_source(const journal *journal, size_t at, begun_run *out, tlsmend_error *error) {
  const json_t *row = json_array_get(json_object_get(journal->kept, "runbooks"), at);
  const plan_runbook *planned = &journal->plan->runbooks[at];
  source_list *list = &out->texts.lists[out->texts.list_count++];
  script_source script = {.file = text_of(row, "file"), .files = &list->files};
  const char *name = planned->id;
  if (json_is_object(row)) {
    name = text_of(row, "name");
    list->text = bytes_from_json(json_object_get(row, "text"), &script.size);
    script.bytes = list->text;
    if (planned->builtin || !name || !script.file || !script.bytes ||
        !files_from_json(json_object_get(row, "files"), &list->files))
      return damaged(journal, error);
  }
  int code = sources_add(list, name, script.bytes ? &script : &(script_source){0}, error);
  return code == TLSMEND_OK ? source_set_add(&out->texts, &list->items[0], error) : code;
}

/* Runbooks of tlsmend itself are not kept: another version of it may have others. */
static int check_source(const tlsmend_session *self, const journal *journal, size_t at,
                        tlsmend_error *error) {
  const plan_runbook *planned = &journal->plan->runbooks[at];
  tlsmend_error inner;
  int code = source_check(&self->script, self->texts->items[at], planned, &inner);
  if (code == TLSMEND_OK || !planned->builtin)
    return code == TLSMEND_OK ? code : damaged(journal, error);
  return tlsmend_error_set(error, TLSMEND_E_REFUSED,
                           "run %s cannot go on: this tlsmend has another %s than the one that began it "
                           "(%s). Go on with that one, or give the run up: tlsmend rollback",
                           journal->run, planned->id, journal->plan->tool);
}

/* Older journals keep nothing: only what is part of tlsmend can go on then. */
static int check_old(const journal *journal, tlsmend_error *error) {
  for (size_t i = 0; !journal->kept && i < journal->plan->runbook_count; i++)
    if (!journal->plan->runbooks[i].builtin)
      return tlsmend_error_set(
          error, TLSMEND_E_REFUSED,
          "run %s cannot go on: %s is not part of tlsmend, and the older tlsmend that began the run did "
          "not keep its text. Give the run up: tlsmend rollback",
          journal->run, journal->plan->runbooks[i].id);
  return TLSMEND_OK;
}

int session_as_begun(tlsmend_session *self, const journal *journal, begun_run *out, tlsmend_error *error) {
  *out = (begun_run){.session = *self};
  self->hidden = (secrets){0};
  out->session.texts = &out->texts;
  if (journal->terms)
    take_terms(self, journal, out);
  int code = check_old(journal, error);
  if (code == TLSMEND_OK)
    code = take_library(journal, out, error);
  if (code == TLSMEND_OK)
    code = source_set_begin(&out->texts, journal->plan->runbook_count, error);
  for (size_t i = 0; code == TLSMEND_OK && i < journal->plan->runbook_count; i++)
    code = take_source(journal, i, out, error);
  for (size_t i = 0; code == TLSMEND_OK && i < journal->plan->runbook_count; i++)
    code = check_source(&out->session, journal, i, error);
  if (code != TLSMEND_OK)
    source_set_clear(&out->texts); /* then nothing runs */
  return code;
}

void begun_run_clear(begun_run *run, tlsmend_session *self) {
  self->hidden = run->session.hidden;
  source_set_clear(&run->texts);
  manifest_clear(&run->library);
}

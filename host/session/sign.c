/* `tlsmend sign` and `verify`. How runbooks are read stands in script/source.c; whether they may be applied, in
 * authorize.c. */
#include <assert.h>
#include <sodium.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/file_path.h"
#include "base/text.h"
#include "machine/update/package.h"
#include "os/os.h"
#include "script/source.h"
#include "session/options.h"
#include "session/output.h"
#include "signing/bundle.h"
#include "signing/trust_store.h"

#define VERIFY_SCHEMA "tlsmend-verify/1"

static int read_runbook(const char *path, char **text, size_t *size, tlsmend_error *error) {
  int code = os_file_read(path, MANIFEST_TEXT_MOST, text, size, error);
  return code == TLSMEND_E_ABSENT
             ? tlsmend_error_set(error, TLSMEND_E_USAGE, "there is no runbook file %s", path)
             : code;
}

/* A runbook that does not load is signed by nobody. An older program's terms end before some of these. */
static int check_loads(const script_source *source, const tlsmend_sign_terms *terms, tlsmend_error *error) {
  script_options options = {.source = source};
  if (terms->size > offsetof(tlsmend_sign_terms, modules))
    options.modules = terms->modules;
  if (terms->size >= offsetof(tlsmend_sign_terms, worker) + sizeof terms->worker)
    options.worker = terms->worker;
  if (terms->size >= offsetof(tlsmend_sign_terms, in_process) + sizeof terms->in_process)
    options.in_process = terms->in_process != 0;
  script_runbook *open = NULL;
  int code = script_check_modules(&options, error);
  if (code == TLSMEND_OK)
    code = script_open(&options, source->path, &open, error);
  script_close(open);
  return code;
}

static int write_signature(const char *path, const char *signature, char **out, tlsmend_error *error) {
  *out = malloc(strlen(path) + sizeof ".minisig");
  if (!*out)
    return error_no_memory(error);
  return os_file_replace(strcat(strcpy(*out, path), ".minisig"), signature, strlen(signature), error);
}

static int sign_package(const char *path, const minisign_secret *secret, const tlsmend_sign_terms *terms,
                        char **out, tlsmend_error *error) {
  unsigned char hash[MINISIGN_HASH];
  char *trusted = NULL, *signature = NULL;
  manifest_comment comment = {file_path_leaf(path), terms->comment, os_time()};
  int code = package_minisign_hash(path, hash, error);
  if (code == TLSMEND_E_ABSENT)
    code = tlsmend_error_set(error, TLSMEND_E_USAGE, "there is no file %s", path);
  if (code == TLSMEND_OK)
    code = manifest_comment_print(&(manifest){0}, &comment, &trusted, error);
  if (code == TLSMEND_OK)
    code = minisign_sign_hash(secret, hash, trusted, &signature, error);
  if (code == TLSMEND_OK)
    code = write_signature(path, signature, out, error);
  free(signature);
  free(trusted);
  return code;
}

static int sign_runbook(const char *path, const minisign_secret *secret, const tlsmend_sign_terms *terms,
                        char **out, tlsmend_error *error) {
  char *text = NULL, *trusted = NULL, *signature = NULL;
  size_t size = 0;
  manifest files = {0};
  manifest_comment comment = {file_path_leaf(path), terms->comment, os_time()};
  int code = read_runbook(path, &text, &size, error);
  if (code == TLSMEND_OK)
    code = source_collect(path, text, size, &files, error);
  if (code == TLSMEND_OK)
    code = check_loads(&(script_source){path, file_path_leaf(path), text, size, &files}, terms, error);
  if (code == TLSMEND_OK)
    code = manifest_comment_print(&files, &comment, &trusted, error);
  if (code == TLSMEND_OK)
    code = minisign_sign(secret, text, size, trusted, &signature, error);
  if (code == TLSMEND_OK)
    code = write_signature(path, signature, out, error);
  manifest_clear(&files);
  free(signature);
  free(trusted);
  free(text);
  return code;
}

static bool is_runbook(const char *path) {
  size_t length = strlen(path);
  return length > 4 && strcmp(path + length - 4, ".lua") == 0;
}

static bool is_bundle(const char *path) {
  size_t length = strlen(path);
  return length > 8 && strcmp(path + length - 8, ".tlsmend") == 0;
}

static int add_read(manifest *out, manifest_kind kind, const char *path, tlsmend_error *error) {
  manifest_file file = {.kind = kind, .name = (char *)file_path_leaf(path)};
  size_t size = 0;
  int code = os_file_read(path, (size_t)-1 / 2, &file.bytes, &size, error);
  if (code == TLSMEND_E_ABSENT)
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "there is no file %s", path);
  if (code != TLSMEND_OK)
    return code;
  file.size = size;
  digest_sha256(file.bytes, size, file.sha256);
  return manifest_add(out, &file, error);
}

/* The runbooks and their modules. */
static int gather_texts(const char *const *files, size_t count, const tlsmend_sign_terms *terms,
                        manifest *out, tlsmend_error *error) {
  const char *first = NULL;
  int code = TLSMEND_OK;
  for (size_t i = 0; code == TLSMEND_OK && i < count; i++) {
    if (!is_runbook(files[i]))
      continue;
    first = first ? first : files[i];
    size_t folder = (size_t)(file_path_leaf(files[i]) - files[i]);
    if (folder != (size_t)(file_path_leaf(first) - first) || memcmp(first, files[i], folder) != 0)
      return tlsmend_error_set(
          error, TLSMEND_E_USAGE,
          "%s and %s are in different folders: the runbooks of a bundle share their modules", first,
          files[i]);
    code = add_read(out, MANIFEST_RUNBOOK, files[i], error);
  }
  if (code == TLSMEND_OK && !first)
    code = tlsmend_error_set(error, TLSMEND_E_USAGE, "a bundle needs a runbook: name a .lua file");
  for (size_t i = 0, runbooks = out->count; code == TLSMEND_OK && i < runbooks; i++)
    code = source_collect(first, out->files[i].bytes, (size_t)out->files[i].size, out, error);
  for (size_t i = 0; code == TLSMEND_OK && i < out->count && out->files[i].kind == MANIFEST_RUNBOOK; i++) {
    const manifest_file *file = &out->files[i];
    code = check_loads(&(script_source){file->name, file->name, file->bytes, (size_t)file->size, out}, terms,
                       error);
  }
  return code;
}

static int write_bundle(const char *path, const char *head, const manifest *files, tlsmend_error *error) {
  size_t length = strlen(head), size = length;
  for (size_t i = 0; i < files->count; i++)
    size += (size_t)files->files[i].size;
  char *bytes = malloc(size);
  if (!bytes)
    return error_no_memory(error);
  memcpy(bytes, head, length);
  for (size_t i = 0, at = length; i < files->count; at += (size_t)files->files[i++].size)
    memcpy(bytes + at, files->files[i].bytes, (size_t)files->files[i].size);
  int code = os_file_replace(path, bytes, size, error);
  free(bytes);
  return code;
}

static int sign_bundle(const char *const *paths, size_t count, const minisign_secret *secret,
                       const tlsmend_sign_terms *terms, tlsmend_error *error) {
  manifest files = {0};
  char *trusted = NULL, *head = NULL;
  manifest_comment comment = {file_path_leaf(terms->output), terms->comment, os_time()};
  int code = gather_texts(paths, count, terms, &files, error);
  for (size_t i = 0; code == TLSMEND_OK && i < count; i++)
    if (!is_runbook(paths[i]))
      code = add_read(&files, MANIFEST_PACKAGE, paths[i], error);
  if (code == TLSMEND_OK)
    code = manifest_comment_print(&(manifest){0}, &comment, &trusted, error);
  if (code == TLSMEND_OK)
    code = bundle_print(&files, secret, trusted, &head, error);
  if (code == TLSMEND_OK)
    code = write_bundle(terms->output, head, &files, error);
  manifest_clear(&files);
  free(head);
  free(trusted);
  return code;
}

int tlsmend_sign(const char *const *files, size_t count, const char *key, const tlsmend_sign_terms *terms,
                 char **out, tlsmend_error *error) {
  assert(files && count && key && terms && out);
  minisign_secret secret = {{0}, {0}};
  const char *output = terms->output;
  *out = NULL;
  if (!output && (count > 1 || (!is_runbook(files[0]) && !package_is_name(files[0]))))
    return tlsmend_error_set(
        error, TLSMEND_E_USAGE,
        "one .lua, .msu or .cab file is signed by itself; more go into a bundle: -o NAME.tlsmend");
  if (output && !is_bundle(output))
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "%s: the name of a bundle ends in .tlsmend", output);
  if (sodium_init() < 0)
    return tlsmend_error_set(error, TLSMEND_E_FAILED, "the library for signatures does not start");
  int code = key_open(key, terms->password, &secret, error);
  if (code == TLSMEND_OK)
    code = output                 ? sign_bundle(files, count, &secret, terms, error)
           : is_runbook(files[0]) ? sign_runbook(files[0], &secret, terms, out, error)
                                  : sign_package(files[0], &secret, terms, out, error);
  sodium_memzero(&secret, sizeof secret);
  if (code == TLSMEND_OK && output && !(*out = strdup(output)))
    code = error_no_memory(error);
  if (code != TLSMEND_OK) {
    free(*out);
    *out = NULL;
  }
  return code;
}

static json_t *files_to_json(const manifest *files) {
  static const char *const kinds[] = {"runbook", "module", "package"};
  json_t *out = json_array();
  for (size_t i = 0; i < files->count; i++) {
    const manifest_file *file = &files->files[i];
    json_array_append_new(out, json_pack("{s:s, s:s, s:I, s:s}", "kind", kinds[file->kind], "name",
                                         file->name, "size", (json_int_t)file->size, "sha256", file->sha256));
  }
  return out;
}

#define NEXT_KEY                                                                                             \
  "Get the vendor's public key by another way, compare its number, and run `tlsmend verify` again with -k "  \
  "KEY.pub. If the signature fits, put the key into the store."

/* Why, and what to do next. Without the key only a bundle can be told from a damaged one: it holds the digests of
 * its files. */
static const char *advice(trust_state state, const char *file) {
  bool package = package_is_name(file);
  if (package && state == TRUST_UNSIGNED)
    return "Not signed. `tlsmend sign` makes a signature.";
  if (package && state == TRUST_TRUSTED)
    return "The signature fits, and the key is trusted.";
  switch (state) {
  case TRUST_UNSIGNED:
    return "Not signed: it may be planned. `tlsmend sign` makes a signature.";
  case TRUST_UNKNOWN:
    return is_bundle(file) ? "The key is not in the trust store. The bundle is not damaged, but anybody can "
                             "make one that is "
                             "whole: " NEXT_KEY
                           : "The key is not in the trust store: the signature was not checked, and the file "
                             "may have been "
                             "changed since. " NEXT_KEY;
  case TRUST_EXPIRED:
    return "The signature fits, but the key has expired: ask the vendor for a new one.";
  case TRUST_TRUSTED:
    return "The signature fits, and the key is trusted: it may be applied.";
  }
  return "?";
}

static int print_verdict(const char *file, const source_list *list, char **out, tlsmend_error *error) {
  text_builder text = {0};
  char signer[400];
  const trust_verdict *verdict = &list->items[0].verdict;
  json_t *json = trust_verdict_to_json(verdict), *files = files_to_json(&list->files);
  trust_print(json, signer, sizeof signer);
  text_add(&text, "%s\n  signature: %s\n", file, signer);
  const char *comment = json_string_value(json_object_get(json, "comment"));
  if (comment)
    text_add(&text, "  comment:   %s%s\n", comment, verdict->state == TRUST_UNKNOWN ? " (not checked)" : "");
  for (size_t i = 0; i < json_array_size(files); i++) {
    const json_t *row = json_array_get(files, i);
    text_add(&text, "  %-9s  %s, SHA-256 %s\n", json_string_value(json_object_get(row, "kind")),
             json_string_value(json_object_get(row, "name")),
             json_string_value(json_object_get(row, "sha256")));
  }
  text_wrap(&text, 0, 79, advice(verdict->state, file));
  json_decref(json);
  json_decref(files);
  return text_finish(&text, out, error);
}

/* A package by itself: a list of one, whose only file it is. Its name need not be one that a bundle takes. */
static int open_package(const source_terms *terms, const char *path, source_list *out, tlsmend_error *error) {
  trust_store keys = {0};
  package_judgement judgement = {.size = 0};
  manifest_file *file = calloc(1, sizeof *file);
  *out = (source_list){.items = calloc(1, sizeof *out->items), .files = {file, 0}};
  int code = file && out->items ? source_keys(terms, &keys, error) : error_no_memory(error);
  if (code == TLSMEND_OK)
    code = package_judge(path, &keys, &judgement, error);
  if (code == TLSMEND_OK && !(file->name = strdup(file_path_leaf(path))))
    code = error_no_memory(error);
  if (code == TLSMEND_OK) {
    file->kind = MANIFEST_PACKAGE;
    file->size = judgement.size;
    memcpy(file->sha256, judgement.sha256, sizeof file->sha256);
    out->items[0].verdict = judgement.verdict;
    out->files.count = out->count = 1;
  }
  trust_clear(&keys);
  if (code != TLSMEND_OK)
    sources_close(out);
  return code;
}

int tlsmend_verify(const tlsmend_options *options, const tlsmend_verify_request *request, char **out,
                   int *trusted, tlsmend_error *error) {
  assert(options && request && out && trusted);
  source_list list;
  source_terms terms = {
      .trust = session_trust_folder(options), .keys = request->keys, .key_count = request->key_count};
  *out = NULL;
  *trusted = 0;
  char *path = os_path_absolute(request->file);
  if (!path)
    return error_no_memory(error);
  if (!source_is_path(request->file) && !os_file_exists(path)) {
    free(path);
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "there is no file %s", request->file);
  }
  int code = package_is_name(path) ? open_package(&terms, path, &list, error)
                                   : sources_open(&terms, path, &list, error);
  free(path);
  if (code != TLSMEND_OK)
    return code;
  *trusted = list.items[0].verdict.state == TRUST_TRUSTED;
  if (request->format == TLSMEND_FORMAT_JSON) {
    json_t *verdict = trust_verdict_to_json(&list.items[0].verdict);
    code = session_dump(json_pack("{s:s, s:s, s:o, s:b, s:o, s:O}", "schema", VERIFY_SCHEMA, "file",
                                  request->file, "signature", verdict, "checked",
                                  list.items[0].verdict.state >= TRUST_EXPIRED, "files",
                                  files_to_json(&list.files), "result", json_object_get(verdict, "state")),
                        out, error);
  } else {
    code = print_verdict(request->file, &list, out, error);
  }
  sources_close(&list);
  return code;
}

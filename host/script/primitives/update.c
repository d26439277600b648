/*
 * Packages: hashes them and proposes their installation. What is at hand must be what was expected; a plan may be made before anything is
 * at hand.
 */
#include "script/primitives/primitives.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "machine/guard.h"
#include "machine/propose.h"
#include "machine/update/package.h"
#include "plan/change.h"
#include "signing/bundle.h"

/* Of propose: kb, file, sha256, package, why; then path, view and version of each file. */
enum { KB, FILE_NAME, SHA256, PACKAGE, WHY, HEAD, EFFECT = 3 };

/* Whether the runbook came in a bundle: how much of its path names that, with the bar; else 0. */
static size_t bundle_length(const script_host *host) {
  const script_source *source = host->options->source;
  const char *inner = source && source->files ? bundle_inner(source->path) : NULL;
  return inner ? (size_t)(inner - source->path) : 0;
}

/* Whether it is a package of that bundle: it belongs to the runbook as its modules do. */
static bool is_bundled(const script_host *host, const char *file) {
  const script_source *source = host->options->source;
  size_t length = bundle_length(host);
  return length > 0 && strncmp(file, source->path, length) == 0 &&
         manifest_find(source->files, MANIFEST_PACKAGE, file + length);
}

/* A large file is read for no longer than a run may take. */
static int hash_file(script_host *host, const char *path, size_t followed, char hash[65],
                     tlsmend_error *error) {
  tlsmend_error over;
  int code = package_sha256_until(path, followed, host->account->deadline, hash, error);
  int ended = account_check(host->account, &over);
  if (ended != TLSMEND_OK && error)
    *error = over;
  return ended != TLSMEND_OK ? ended : code;
}

static int check_package(script_host *host, tlsmend_call *call, tlsmend_update *update, char hash[65],
                         tlsmend_error *error) {
  tlsmend_error inner = {0, ""};
  if (!update->file) {
    update->sha256 = NULL;
    return TLSMEND_OK;
  }
  size_t followed = SIZE_MAX;
  int code = is_bundled(host, update->file)
                 ? TLSMEND_OK
                 : guard_may_look(&host->machine.base, update->file, false, &followed, error);
  if (code != TLSMEND_OK)
    return code;
  code = hash_file(host, update->file, followed, hash, &inner);
  host->unreached |= code != TLSMEND_OK && code != TLSMEND_E_REFUSED;
  if (host->account->exceeded != SANDBOX_WITHIN ||
      code == TLSMEND_E_REFUSED) /* a link leads out of what is declared */
    return tlsmend_error_set(error, code, "%s", inner.text);
  if (code != TLSMEND_OK) {
    call->own_error = true;
    return tlsmend_error_set(error, code == TLSMEND_E_ABSENT ? TLSMEND_E_REFUSED : code, "%s: %s", update->kb,
                             inner.text);
  }
  if (update->sha256 && strcmp(update->sha256, hash) != 0) {
    call->own_error = true;
    return tlsmend_error_set(
        error, TLSMEND_E_REFUSED,
        "%s: %s is not the expected package: its SHA-256 is %s, expected %s; get it again from its source",
        update->kb, update->file, hash, update->sha256);
  }
  update->sha256 = hash;
  return TLSMEND_OK;
}

static int read_effects(const tlsmend_call *call, tlsmend_update *update, tlsmend_error *error) {
  size_t count = (call->arg_count - HEAD) / EFFECT;
  update->files = calloc(count + 1, sizeof *update->files);
  if (!update->files)
    return error_no_memory(error);
  update->file_count = count;
  for (size_t i = 0; i < count; i++) {
    const call_value *effect = &call->args[HEAD + i * EFFECT];
    update->files[i].path = (char *)(uintptr_t)effect[0].text;
    update->files[i].view = (int)effect[1].number;
    if (!version_parse(effect[2].text, &update->files[i].after))
      return tlsmend_error_set(
          error, TLSMEND_E_SCRIPT,
          "update.propose: each file needs a path and a version after, such as \"6.1.7601.23375\"");
  }
  return TLSMEND_OK;
}

int primitive_propose(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  char hash[65];
  const call_value *args = call->args;
  tlsmend_update update = {.kb = (char *)(uintptr_t)args[KB].text,
                           .file = (char *)(uintptr_t)args[FILE_NAME].text,
                           .sha256 = (char *)(uintptr_t)args[SHA256].text,
                           .package = (char *)(uintptr_t)args[PACKAGE].text};
  int code = read_effects(call, &update, error);
  if (code == TLSMEND_OK)
    code = check_package(host, call, &update, hash, error);
  if (code == TLSMEND_OK)
    code = propose_update(&host->machine.base, &update, args[WHY].text, error);
  free(update.files); /* its texts are those of the call */
  return code;
}

/* path -> the SHA-256 of that file */
int primitive_sha256(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  char hash[65];
  size_t followed;
  const char *path = call->args[0].text;
  int code = guard_may_look(&host->machine.base, path, false, &followed, error);
  if (code == TLSMEND_OK)
    code = hash_file(host, path, followed, hash, error);
  return code == TLSMEND_OK ? tlsmend_call_answer_text(call, hash, error) : code;
}

static int answer_bundled(tlsmend_call *call, const char *path, size_t length, const manifest_file *file,
                          tlsmend_error *error) {
  size_t size = strlen(file->name);
  char *whole = malloc(length + size + 1);
  if (!whole)
    return error_no_memory(error);
  memcpy(whole, path, length);
  memcpy(whole + length, file->name, size + 1);
  int code = tlsmend_call_answer_text(call, file->name, error);
  if (code == TLSMEND_OK)
    code = tlsmend_call_answer_text(call, whole, error);
  free(whole);
  return code == TLSMEND_OK ? tlsmend_call_answer_text(call, file->sha256, error) : code;
}

/* name, path and SHA-256 of each package in the bundle that the runbook came in */
int primitive_bundled(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  const script_source *source = host->options->source;
  size_t length = bundle_length(host);
  int code = TLSMEND_OK;
  for (size_t i = 0; length > 0 && code == TLSMEND_OK && i < source->files->count; i++)
    if (source->files->files[i].kind == MANIFEST_PACKAGE)
      code = answer_bundled(call, source->path, length, &source->files->files[i], error);
  return code;
}

/*
 * What a signature covers beside the text that it is over: files by name, size and SHA-256. Two spellings: fields of the trusted
 * comment of FILE.lua.minisig, and the head of a bundle. Text only; nothing is opened here.
 */
#ifndef TLSMEND_SIGNING_MANIFEST_H
#define TLSMEND_SIGNING_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <tlsmend/tlsmend.h>

typedef enum manifest_kind { MANIFEST_RUNBOOK, MANIFEST_MODULE, MANIFEST_PACKAGE } manifest_kind;

typedef struct manifest_file {
  manifest_kind kind;
  char *name; /* "site.lua", "acme/part.lua", "windows6.1-kb3140245-x64.msu" */
  uint64_t size;
  char sha256[65];
  char *bytes; /* of runbooks and modules once they were read; owned, may be NULL */
} manifest_file;

/* The order is that of adding. */
typedef struct manifest {
  manifest_file *files;
  size_t count;
} manifest;

enum {
  MANIFEST_TEXT_MOST = 4 << 20,   /* bytes of a runbook or module */
  MANIFEST_TEXTS_MOST = 32 << 20, /* of all of them */
  MANIFEST_COUNT_MOST = 1024,
  MANIFEST_HEAD_MOST = 256 * 1024
};

void manifest_clear(manifest *self);

/* The file of a name, or NULL. */
const manifest_file *manifest_find(const manifest *self, manifest_kind kind, const char *name);

/* Whether a file may be called so: no folders but those of module names, no device names, nothing that a system reads as
 * something else (`..`, drives, streams, trailing dots). */
bool manifest_name_good(manifest_kind kind, const char *name);

/* Appends a file; takes `bytes` over, also when it fails (E_APPROVAL: a name that is not good or is there already). */
int manifest_add(manifest *self, const manifest_file *file, tlsmend_error *error);

/* The trusted comment of a runbook's signature: "timestamp:N<TAB>file:site.lua<TAB>hashed<TAB>comment:...<TAB>
 * module:acme/part.lua=SHA256...". `comment` may be NULL. malloc'd. */
typedef struct manifest_comment {
  const char *file, *comment;
  int64_t signed_at;
} manifest_comment;
int manifest_comment_print(const manifest *self, const manifest_comment *comment, char **out,
                           tlsmend_error *error);

/* The modules of a trusted comment, with size 0, and its comment (malloc'd, NULL if it has none that is for people).
 * Fields that are not ours are left alone: minisign's own signatures cover the runbook itself. E_APPROVAL. */
int manifest_comment_read(const char *text, manifest *out, char **comment, tlsmend_error *error);

/* The name of the file that a trusted comment says it is about ("file:NAME"), with its length; NULL if it names none. Borrowed. */
const char *manifest_comment_file(const char *text, size_t *length);

/* The head of a bundle: "tlsmend-bundle 1", "key RW...", a line a file, "end". malloc'd. `key` is base64. */
int manifest_head_print(const manifest *self, const char *key, char **out, tlsmend_error *error);

/* Strict: one spelling for one list. `key` receives the base64 text of the key. E_APPROVAL. */
int manifest_head_read(const char *text, size_t size, manifest *out, char key[64], tlsmend_error *error);

#endif

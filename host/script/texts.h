/* Lua texts as they were read: of a library folder, of the build, or of a file. */
#ifndef TLSMEND_SCRIPT_TEXTS_H
#define TLSMEND_SCRIPT_TEXTS_H

#include "script/script.h"

/* A text as it was read, once. */
typedef struct script_text {
  const char *bytes; /* NULL for an embedded one, until script_text_unpack */
  size_t size;
  char *owned;                  /* NULL for a text of a library or of the options */
  char *source;                 /* "built-in" or the path. malloc'd */
  const embedded_text *builtin; /* NULL for what was read from a file */
} script_text;

void script_text_clear(script_text *text);

/* The embedded text of a name such as "stdlib/tls/winhttp.lua", or NULL. */
const embedded_text *script_embedded(const char *name);

/* Writes embedded bytes and a NUL into `out`, which has room for bytes->size + 1. False: the program is damaged, or there is no
 * memory. */
bool script_embedded_copy(const embedded_bytes *bytes, char *out);

/* The embedded text of a name, unless options->library overrides it. NULL: there is none, or it does. */
const embedded_text *script_text_builtin(const script_options *options, const char *name);

/* An embedded text or the one in options->library that overrides it: "stdlib/tls/winhttp.lua". E_ABSENT: neither. */
int script_text_find(const script_options *options, const char *name, script_text *out, tlsmend_error *error);

/* Sees to it that the bytes of a text are there. */
int script_text_unpack(script_text *text, tlsmend_error *error);

/* Of the bytes, which need not be there. */
void script_text_sha256(const script_text *text, char out[65]);

/* The source of the options, or else a runbook by id or by path. E_USAGE: there is none. */
int script_text_runbook(const script_options *options, const char *name, script_text *out,
                        tlsmend_error *error);

#endif

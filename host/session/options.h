/* What the caller's options say. The caller may be a program that is older than some of their members. */
#ifndef TLSMEND_SESSION_OPTIONS_H
#define TLSMEND_SESSION_OPTIONS_H

#include "render/language.h"
#include "script/script.h"

/* The options of a Lua state: the library, the log, the limits, the caller's modules. Borrowed. */
script_options session_script_options(const tlsmend_options *options);

/* Reads their library whole, before any text runs; a folder that is not there is said when one is to run. Clear with
 * session_library_clear. */
int session_library_read(script_options *script, tlsmend_error *error);
void session_library_clear(script_options *script);

/* The folder of the trust store; NULL: this machine's. Borrowed. */
const char *session_trust_folder(const tlsmend_options *options);

/* The texts of the caller's language; NULL: English. Free with language_close. */
int session_language(const tlsmend_options *options, language **out, tlsmend_error *error);

#endif

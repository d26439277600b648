/* The languages there are, and where their texts come from: what is embedded, or the folder of --library. */
#include <stdio.h>
#include <string.h>

#include "render/language.h"
#include "script/library.h"
#include "script/texts.h"

#define NAME(name)   name,
#define LISTED(name) " " name
static const char *const names[] = {TLSMEND_LANGUAGES(NAME)};

static bool known(const char *name) {
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (strcmp(name, names[i]) == 0)
      return true;
  return false;
}

int script_language_open(const script_options *options, const char *name, language **out,
                         tlsmend_error *error) {
  char file[32];
  script_text text;
  *out = NULL;
  if (!name || strcmp(name, "en") == 0)
    return TLSMEND_OK;
  if (!known(name))
    return tlsmend_error_set(error, TLSMEND_E_USAGE,
                             "there is no language %s; there are:" TLSMEND_LANGUAGES(LISTED), name);
  /* In a library; our own are no business of stdlib. */
  snprintf(file, sizeof file, "stdlib/lang/%s.txt", name);
  int code = script_library_data(options ? options->library : NULL, file, &text, error);
  if (code == TLSMEND_E_ABSENT) {
    snprintf(file, sizeof file, "host/lang/%s.txt", name);
    code = script_text_find(NULL, file, &text, error);
    if (code == TLSMEND_OK)
      code = script_text_unpack(&text, error);
  }
  if (code == TLSMEND_OK)
    code = language_parse(name, text.bytes, text.size, out, error);
  script_text_clear(&text);
  return code;
}

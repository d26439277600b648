/* JSON as the text that is handed to the caller. */
#ifndef TLSMEND_SESSION_OUTPUT_H
#define TLSMEND_SESSION_OUTPUT_H

#include <jansson.h>

#include <tlsmend/tlsmend.h>

/* Renders JSON (stolen) as indented text with a line break at its end. malloc'd. */
int session_dump(json_t *json, char **out, tlsmend_error *error);

typedef struct session_look {
  tlsmend_format format;
  const char *language; /* NULL: English */
  const char *sha256;   /* of a saved plan, or NULL */
} session_look;

/* Writes a plan or report (stolen) in any format but text. malloc'd. */
int session_write(json_t *json, const session_look *look, char **out, tlsmend_error *error);

#endif

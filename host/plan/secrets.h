/*
 * Texts that are shown to nobody: what secret parameters of runbooks are. Whatever is said to people is looked through for them.
 * Found is the text as it is, in UTF-8 and UTF-16; not what is made of it (reversed, encoded, in another case).
 */
#ifndef TLSMEND_PLAN_SECRETS_H
#define TLSMEND_PLAN_SECRETS_H

#include <tlsmend/values.h>

#include "plan/param.h"

/* What is shorter stands in too many words by chance to be looked for. */
enum { SECRETS_LEAST = 4 };

typedef struct secrets {
  char **texts;
  size_t count;
} secrets;

/* Adds a parameter: a text, each text of a list, each line of several, an integer as its digits. False: out of memory. */
bool secrets_add(secrets *self, const param_value *value);
void secrets_clear(secrets *self);

/* The text with "(a secret)" in place of each; of a longer one its beginning counts too, for texts are cut off. malloc'd, NULL when
 * out of memory. */
char *secrets_mask(const secrets *self, const char *text);

/* The same in the line of an error, which may be cut off at its end. */
void secrets_mask_error(const secrets *self, tlsmend_error *error);

/* Whether one stands in the data of a value. */
bool secrets_within(const secrets *self, const tlsmend_value *value);

#endif

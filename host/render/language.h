/*
 * What people read, in their language. English texts stand in the code and in the runbooks, and plans, journals and JSON hold
 * them; a file of pairs (host/lang/XX.txt) says what to show instead. Here is the lookup. Pure: who reads the file is
 * script/language.c. Why it is done so: docs/decisions/0010-texts-are-translated-when-shown.md.
 */
#ifndef TLSMEND_RENDER_LANGUAGE_H
#define TLSMEND_RENDER_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>

#include <tlsmend/machine.h>

/* The texts of one language. NULL stands for English everywhere: nothing is looked up. */
typedef struct language language;

/*
 * Reads a file of pairs: an English line, and behind a tab on the next line its translation. Lines that begin with # and empty
 * ones count for nothing. In the English line %s stands for anything and %d for digits; in the translation %1, %2 ... are
 * what stood there, in any order. `name` becomes the language of HTML pages. Free with language_close. Errors: E_CORRUPT
 * with the line, E_MEMORY.
 */
int language_parse(const char *name, const char *bytes, size_t size, language **out, tlsmend_error *error);
void language_close(language *self);

/* "de"; "en" for NULL. Borrowed. */
const char *language_name(const language *self);

/* How many pairs there are, and one of them. Borrowed. */
size_t language_count(const language *self);
void language_pair(const language *self, size_t index, const char **english, const char **local);

/*
 * The translation of an English text: of the pair that fits with the most of its own letters. What stood for %s is looked
 * up in turn. malloc'd; a copy of the text itself where there is none; NULL when out of memory.
 */
char *language_text(const language *self, const char *english);

/* Whether a pair fits that text. */
bool language_fits(const char *pattern, const char *english);

#endif

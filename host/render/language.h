/*
 * What people read, in their language. English texts stand in the code and in the runbooks, and plans, journals and JSON hold
 * them; a file of pairs (host/lang/XX.txt) says what to show instead. Here are the two ways to find a pair: by the format that
 * the program says (render/say.h), and by a sentence that was finished elsewhere. Pure: who reads the file is script/language.c.
 * Why there are two: docs/decisions/0021-texts-are-looked-up-by-their-format.md.
 */
#ifndef TLSMEND_RENDER_LANGUAGE_H
#define TLSMEND_RENDER_LANGUAGE_H

#include <stddef.h>

#include <tlsmend/tlsmend.h>

/* The texts of one language. NULL stands for English everywhere: nothing is looked up. Not for two threads at a time. */
typedef struct language language;

/* The numbers of holes, %1 to %9, have one digit. */
enum { LANGUAGE_HOLES_MOST = 9 };

/*
 * Reads a file of pairs: an English line, and behind a tab on the next line its translation. Lines that begin with # and empty
 * ones count for nothing. In the English line %s stands for anything and %d for digits; in the translation %1, %2 ... are
 * what stood there, each of them, in any order. `name` becomes the language of HTML pages. Free with language_close. Errors:
 * E_CORRUPT with the line, E_MEMORY.
 */
int language_parse(const char *name, const char *bytes, size_t size, language **out, tlsmend_error *error);
void language_close(language *self);

/* "de"; "en" for NULL. Borrowed. */
const char *language_name(const language *self);

/* The translation of the English text with exactly these %s and %d; it holds %1, %2 ... for all of them. Borrowed;
 * NULL: there is none. */
const char *language_format(const language *self, const char *english);

/*
 * The translation of a sentence that is finished: a reason in a plan, what a runbook says. It is that of the pair that fits
 * with the most of its own letters; what stood for %s is looked up in turn, and stays if it is a name and no prose. A sentence
 * of which a part would stay English stays as it is. Borrowed until language_close; `english` itself where there is no other.
 */
const char *language_text(const language *self, const char *english);

#endif

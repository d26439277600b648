/*
 * What the command says: errors, questions, results. Results go to stdout, everything else to stderr. Colours only on a
 * terminal and never with NO_COLOR.
 */
#ifndef TLSMEND_CLI_SAY_H
#define TLSMEND_CLI_SAY_H

#include <stdbool.h>

#include <tlsmend/tlsmend.h>

/* Writes one line into *error and returns `code`. */
#if defined(__MINGW32__)
__attribute__((format(gnu_printf, 3, 4)))
#elif defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
int say_error(tlsmend_error *error, int code, const char *format, ...);

/* Prints an error (with --format json also as an object on stdout) and returns its exit code. */
int say_failure(const tlsmend_error *error, tlsmend_format format);

/* Prints a text that the library rendered to stdout, frees it, and answers whether it could be written. */
bool say_text(char *text);

/* The same for a command whose result is the text: returns exit_code, or says what went wrong and returns that exit code, so that
 * nobody takes half an output for a whole one. */
int say_result(char *text, int exit_code);

/* Prints {"schema": ..., NAME: VALUE, NAME2: VALUE2, "result": ...} to stdout. A member whose name is NULL is left out; a value that is
 * NULL is null. */
void say_object(const char *schema, const char *result, const char *name, const char *value,
                const char *name2, const char *value2);

/* A text of the program in a language; English where it has no other. Free with tlsmend_text_free; NULL when out of memory. */
char *say_in(const char *language, const char *english);

/* Prints a text of the program that takes an argument, %1, and a line break to stdout. The text is looked up as it is, then filled in,
 * so that no argument is taken for a word. It stands in the language files with %s. A long line is broken at blanks. */
void say_line(const char *language, const char *format, const char *argument);

/* Asks such a text on stderr, reads one line from stdin; "y" and "yes" are yes, so are the language's own word and
 * its first letter, in capitals too; anything else is no. False where nobody can be asked. */
bool say_question(const char *language, const char *format, const char *first, const char *second);

/* Wraps text in a colour where stderr may be coloured. */
typedef enum say_colour { SAY_PLAIN, SAY_RED, SAY_YELLOW, SAY_GREEN } say_colour;
void say_coloured(say_colour colour, const char *text);

/* Whether stderr is a terminal, so that a line may be rewritten. */
bool say_live(void);

#endif

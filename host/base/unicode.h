/* Encodings and the comparison of names as Windows does it: code units upcased one by one, no locale. */
#ifndef TLSMEND_BASE_UNICODE_H
#define TLSMEND_BASE_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Upper case of one UTF-16 code unit as RtlUpcaseUnicodeChar answers it. */
uint16_t unicode_upcase(uint16_t unit);

/* Reads one code point of UTF-8 (lone surrogates allowed, as WTF-8) and moves *text on; U+FFFD for a broken byte. */
uint32_t unicode_next(const char **text);

/* Whether two UTF-8 names are the same name to Windows. */
bool unicode_name_equal(const char *a, const char *b);

/* As strcmp, in the order of the upcased UTF-16 code units: the order in which names are listed. */
int unicode_name_compare(const char *a, const char *b);

/* The same for names of known length. */
int unicode_name_compare_n(const char *a, size_t a_length, const char *b, size_t b_length);

/* A hash under which names that unicode_name_equal calls equal are equal. `length` bytes of text. It has a key that each process
 * draws, so that nobody can choose names that meet; nothing that is seen may depend on it. */
uint32_t unicode_name_hash(const char *name, size_t length);

/* As that for texts that are the same only byte by byte. */
uint32_t unicode_text_hash(const char *text, size_t length);

/* As unicode_name_equal for the first `length` bytes of a and the whole of b. */
bool unicode_name_equal_n(const char *a, size_t length, const char *b);

/* What stands behind `prefix` in text, where text begins with a name that is equal to it; NULL otherwise. */
const char *unicode_name_rest(const char *text, const char *prefix);

/* The number of UTF-16 code units of a UTF-8 text. */
size_t unicode_utf16_length(const char *text);

/* UTF-8 to UTF-16LE bytes without terminator; malloc'd, *size in bytes. NULL when out of memory. Lone surrogates (WTF-8)
 * are carried through, broken bytes become U+FFFD. */
unsigned char *unicode_to_utf16(const char *text, size_t length, size_t *size);

/* UTF-16LE bytes (`size` of them, an odd last byte is ignored) to UTF-8; malloc'd and NUL-terminated, *length in bytes
 * (may contain NULs). Lone surrogates become WTF-8. NULL when out of memory. */
char *unicode_from_utf16(const unsigned char *data, size_t size, size_t *length);

/* The same into a caller's room, 3 bytes for each of the `count` units; no NUL is put behind it. Returns how many bytes there are. */
size_t unicode_narrow(const unsigned char *data, size_t count, char *out);

/* As unicode_to_utf16 into a caller's room, 2 bytes for each of the `length`. Returns how many bytes there are. */
size_t unicode_widen(const char *text, size_t length, unsigned char *out);

/* Whether `length` bytes are well-formed UTF-8 (no lone surrogates). */
bool unicode_valid(const char *text, size_t length);

/* Whether a character shows nothing, steers a terminal, or turns around what follows it. */
bool unicode_invisible(uint32_t point);

/* Makes `length` bytes plain to look at, in place: what is invisible becomes blanks (control characters, but for those in `keep`) or
 * question marks, and so does what is not UTF-8. What comes from a script or a machine must not speak to a terminal. */
void unicode_plain(char *text, size_t length, const char *keep);

/* The offset of the first byte that is neither UTF-8 nor a lone surrogate in WTF-8; `length` if there is none. */
size_t unicode_broken(const char *text, size_t length);

#endif

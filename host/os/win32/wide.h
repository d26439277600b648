/*
 * Windows only: the one pair of functions between UTF-8 inside and UTF-16 outside, paths as the W functions
 * take them, and the words of Windows' error numbers. For the files that know Windows; needs no <windows.h>
 * itself.
 */
#ifndef TLSMEND_OS_WIN32_WIDE_H
#define TLSMEND_OS_WIN32_WIDE_H

#include <stdbool.h>
#include <stddef.h>

#include <tlsmend/tlsmend.h>

/* UTF-8 to UTF-16; malloc'd, NUL-terminated, NULL when out of memory. Lone surrogates (WTF-8) are carried
 * through. */
wchar_t *wide_from_utf8(const char *text);

/* `length` code units to UTF-8; malloc'd, NUL-terminated, NULL when out of memory. */
char *wide_to_utf8(const wchar_t *text, size_t length);

/* A path for the W functions: backslashes; long ones are made absolute and get the prefix that lifts the
 * limit of 260 characters. malloc'd; TLSMEND_E_MEMORY, or TLSMEND_E_IO for what is no path. */
int wide_path(const char *path, wchar_t **out, tlsmend_error *error);

/* The TLSMEND_E_* code of a Windows error number. */
int wide_code(unsigned long number);

/* The words of a Windows error number, one line: "Access is denied (5)". */
void wide_reason(unsigned long number, char *out, size_t size);

/* Fails with "cannot VERB WHAT: REASON" and the code of the number. */
int wide_fail(tlsmend_error *error, unsigned long number, const char *verb, const char *what);

/* The place of a file below the folder of Windows itself (not the private one of a terminal server session): what lies in System32 is
 * the native one, or the 32-bit one if `narrow` and there is one of its own. The one way to such a path: a 32-bit process that spells
 * System32 is led into SysWOW64. malloc'd, NULL when out of memory or if Windows does not tell its folder. */
wchar_t *wide_system_path(const wchar_t *name, bool narrow);

/* Whether this is a 32-bit process on a 64-bit Windows. */
bool wide_redirected(void);

/* Windows: TLSMEND_E_REFUSED if anybody but administrators and SYSTEM (and the caller) could change what is
 * in a folder, or if it is a link to somewhere else. What SYSTEM reads after a restart must not be writable
 * by users. */
int wide_dir_private(const char *path, tlsmend_error *error);

/* Gives a new file the owner, the group, the access list and the attributes of the one that it will replace; the owner only where the
 * caller may give files away. Nothing if there is none. The Windows error number. */
unsigned long wide_keep_rights(const wchar_t *from, const wchar_t *to);

/* Renames over what is there; waits while somebody has it open for a moment. The Windows error number. */
unsigned long wide_move_over(const wchar_t *from, const wchar_t *to);

/* What is open of a name: E_REFUSED unless it is no link, and only administrators, SYSTEM and the caller can change it; a file must have no
 * other name either. For what opens with FILE_FLAG_OPEN_REPARSE_POINT. */
int wide_check_own(void *handle, bool folder, const char *path, tlsmend_error *error);

/* GetFileAttributesW of a path in UTF-8. */
unsigned long wide_attributes(const char *path);

/* Whether what is open, with FILE_FLAG_OPEN_REPARSE_POINT, is another name for something: symbolic link, junction, mounted volume.
 * What does not tell, is. */
bool wide_is_link(void *handle);

/* The same by the name of what is open: Wine tells only by the name that something has a reparse point. */
bool wide_is_named_link(void *handle, const wchar_t *name);

/* Appends one argument of a command line, quoted as the C runtime and CommandLineToArgvW read it, and answers its end. It takes up to
 * 2 * wcslen(argument) + 3 code units. */
wchar_t *wide_quote(wchar_t *at, const wchar_t *argument);

#endif

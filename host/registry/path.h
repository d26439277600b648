/*
 * Paths of registry keys: one canonical spelling for each key.
 * Knows nothing of machines; which view a key has is decided in machine/machine.c with the tables that stand here.
 */
#ifndef TLSMEND_REGISTRY_PATH_H
#define TLSMEND_REGISTRY_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <tlsmend/tlsmend.h>

/* The longest key name and value name, in UTF-16 code units, and the deepest path, as Windows limits them. */
enum { PATH_KEY_NAME_MAX = 255, PATH_VALUE_NAME_MAX = 16383, PATH_DEPTH_MAX = 512 };

/*
 * Makes the canonical spelling of a key path: root shortened to HKLM, HKCU, HKU, HKCR or HKCC; no empty names; names
 * of any characters but backslash and NUL. malloc'd. TLSMEND_E_USAGE with the reason: unknown root, doubled or
 * trailing backslash, name too long, "Wow6432Node" spelled out (the view says that).
 */
int path_canonical(const char *text, char **out, tlsmend_error *error);

/* As path_canonical for the spelling that is found in files: Wow6432Node is allowed. */
int path_physical(const char *text, char **out, tlsmend_error *error);

/* Checks a value name: length, NULs. */
int path_value_name(const char *name, tlsmend_error *error);

/* Whether a text is a canonical path already: TLSMEND_OK, or TLSMEND_E_USAGE with the reason. */
int path_check(const char *path, tlsmend_error *error);

/* Whether `path` is `tree` or lies below it. */
bool path_within(const char *path, const char *tree);

/* The length of the parent's path, or 0 for a root. "HKLM\\A\\B" gives the length of "HKLM\\A". */
size_t path_parent(const char *path);

/* The last name of a path. */
const char *path_leaf(const char *path);

/* The long name of a path's root: "HKEY_LOCAL_MACHINE". Static; NULL for an unknown root. */
const char *path_root_long(const char *path);

/* Why a canonical path is no tree that `needs` may name; NULL if it is one. Static. */
const char *path_tree_mistake(const char *path);

/* Whether the 32-bit view of a canonical path is another key than the 64-bit one on 64-bit Windows (the table of
 * "Registry Keys Affected by WOW64", learn.microsoft.com winprog64/shared-registry-keys). */
bool path_redirected(const char *path);

/* Whether 64-bit Windows keeps the other view's key, Wow6432Node, directly below this one. */
bool path_holds_node(const char *path);

/* The place where 64-bit Windows keeps the 32-bit view of a redirected path ("HKLM\\SOFTWARE\\Wow6432Node\\..."); a copy of
 * the path when it is not redirected or view is 64. malloc'd, NULL when out of memory. */
char *path_stored(const char *path, int view);

#endif

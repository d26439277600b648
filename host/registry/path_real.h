/*
 * Where a key really is. Windows lets a key be a link to another one, and opens that instead without a word; the name that the
 * kernel has for an opened key tells. Knows names only: who asks the kernel is machine/win32/registry.c.
 */
#ifndef TLSMEND_REGISTRY_PATH_REAL_H
#define TLSMEND_REGISTRY_PATH_REAL_H

#include <stdbool.h>

/*
 * Whether a key that was opened by `wanted` is at that place, going by the kernel's name for it, `real`. Both are names of the
 * kernel ("\\REGISTRY\\MACHINE\\SOFTWARE\\Site"). What Windows itself leads elsewhere is the same place: Wow6432Node, the current
 * control set and hardware profile, a user's Classes, SYSTEM's HKU\\S-1-5-18, the hives of a container. Any other link is not.
 */
bool path_is_real(const char *wanted, const char *real);

#endif

/* Windows only: functions of Windows' own libraries, by name. For the files that know Windows; needs no <windows.h> itself. */
#ifndef TLSMEND_OS_WIN32_LIBRARY_H
#define TLSMEND_OS_WIN32_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes a pointer to a function of `size` bytes. The library ("version.dll") is loaded from the system folder and from nowhere
 * else, least of all from the folder of the executable, and stays loaded. False, and a NULL pointer: this Windows has none.
 */
bool library_function(const wchar_t *library, const char *name, void *out, size_t size);

/* Says the same of every library that Windows loads for this process from now on. For programs, at their start. */
void library_search_system_only(void);

#endif

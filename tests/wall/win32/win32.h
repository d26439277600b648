/* What the attempts on Windows share. */
#ifndef WALL_WIN32_H
#define WALL_WIN32_H

#include <winsock2.h>

#include <windows.h>

#include "wall/attempt.h"

/* The parent, and the folder that programs of low integrity may write, as they were before the wall was raised. */
extern DWORD wall_parent;
extern wchar_t wall_low_folder[MAX_PATH];

/* The last error; never 0. */
long wall_error(void);

/* A handle, a pointer or a BOOL that was asked for: what is there is a way through. */
#define WALL_ASK(name, ...)                                                                                  \
  static long name(void) { return (__VA_ARGS__) ? WALL_THROUGH : wall_error(); }

/* The same for the functions that answer with an error code or an NTSTATUS. */
#define WALL_ASK_CODE(name, ...)                                                                             \
  static long name(void) { return (long)(__VA_ARGS__); }

/* A function of a library that is loaded, by its name; NULL if this Windows has none. */
FARPROC wall_function(const char *library, const char *name);

bool wall_on_wine(void);

extern const wall_attempt wall_files[], wall_registry[], wall_processes[], wall_tokens[], wall_network[],
    wall_screen[], wall_memory[], wall_system[], wall_self[];

#endif

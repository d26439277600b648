/*
 * Windows only: starting a process that is confined before its first instruction: token, job, inherited handles, mitigations. For
 * the files that know Windows; needs no <windows.h> itself.
 */
#ifndef TLSMEND_OS_WIN32_CONFINE_H
#define TLSMEND_OS_WIN32_CONFINE_H

#include <stddef.h>

#include <tlsmend/tlsmend.h>

#include "os/worker.h"

/* What a worker writes first, when its wall is up. */
enum { CONFINE_UP = 'w' };

/* How many ways there are, the strictest first. Whether one lets a program start at all only trying shows. */
enum { CONFINE_LEVELS = 4 };

typedef struct confine_order {
  const wchar_t *program;
  const wchar_t *argument; /* what follows the program on the command line */
  void *in, *out;          /* the child's ends of two pipes, inheritable */
} confine_order;

typedef struct confined {
  void *process; /* HANDLE */
  void *job;     /* HANDLE, or NULL: it has none of its own */
  os_wall notes; /* what this process could not give it */
} confined;

/* The process runs when this returns; it may yet die while it is loaded. E_ABSENT, E_DENIED, E_FAILED as os_worker_start. */
int confine_start(const confine_order *order, size_t level, confined *out, tlsmend_error *error);

/* A level's name, for people. */
const char *confine_level_name(size_t level);

/* The most memory that it may commit, and the processor time in 100 ns that it may reach; 0: no limit. Only where it has a job. */
void confine_limit(const confined *self, unsigned long long memory, unsigned long long processor);

/* Ends it and frees what belongs to it. */
void confine_end(confined *self);

/* Appends a line. */
void confine_note(os_wall *wall, const char *format, ...);

#endif

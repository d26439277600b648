/*
 * What an attacker tries who has taken over a worker: each attempt is a C function that runs behind the wall and asks the system for
 * something that a worker must not have. POSIX and Windows have tables of their own.
 */
#ifndef WALL_ATTEMPT_H
#define WALL_ATTEMPT_H

#include <stdbool.h>
#include <stddef.h>

/* What an attempt that got what it wanted answers. Everything else is the system's error: errno, GetLastError(), an NTSTATUS. */
#define WALL_THROUGH 0L

/* How an attempt must end. */
typedef enum wall_end {
  WALL_KILLED,   /* the system ends the process (SIGSYS) */
  WALL_REFUSED,  /* the system answers with the error `code`; 0: with any */
  WALL_STOPPED,  /* the parent ends the process: its time or its memory is over */
  WALL_HELD,     /* refused or stopped, whichever comes first */
  WALL_BROKEN,   /* it ends by itself or by the system, and nothing else happens */
  WALL_HARMLESS, /* anything but a way through */
  WALL_ENDED     /* stopped or broken: the parent sees the closed pipe or the end of its time */
} wall_end;

typedef struct wall_attempt {
  const char *name; /* as a runbook calls it */
  long (*run)(void);
  wall_end end;
  long code;
  bool wine; /* Windows: Wine enforces it too. Elsewhere it is said what happened, and not judged */
} wall_attempt;

/* Whether how it ends is judged on this system: all on Linux and Windows, under Wine what Wine enforces. */
bool wall_asserted(const wall_attempt *attempt);

/* Before the wall: notes what an attacker would know (the parent's process) and cannot ask for behind it. */
void wall_prepare(void);

/* The attempts of this system, ended by one without a name. */
extern const wall_attempt *const wall_tables[];

/* One that is made from its name; NULL if this system has none of this kind. On POSIX "system call N with A": any number, six times the same
 * argument. */
const wall_attempt *wall_attempt_made(const char *name);

/* One of the tables, or a made one; NULL if there is none of this name. */
const wall_attempt *wall_attempt_named(const char *name);

#endif

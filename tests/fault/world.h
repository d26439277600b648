/*
 * A work folder with a machine, its journals and a runbook; what is done there in a process of its own, and what must hold
 * afterwards.
 */
#ifndef FAULT_WORLD_H
#define FAULT_WORLD_H

#include <stdbool.h>
#include <stddef.h>

#include <tlsmend/tlsmend.h>

#include "fault/fault.h"

/* What is tried. */
typedef struct scenario {
  const char *name;
  const char *runbook; /* an id; or Lua text, written to a file */
  bool text;
  const char *machine; /* a built-in one */
  const char *extra;   /* .reg lines that are added to it, or NULL */
  bool package;        /* it takes the parameter `package` */
} scenario;

/* A runbook with few steps, one with many deletions, one with several phases. Ends with a row without a name. */
extern const scenario scenarios[];

/* Makes the work folder: tmpfs where there is one, because thousands of runs write thousands of files. */
void world_begin(void);
void world_end(void);

/* What is made from here on is a machine like a live Windows (live.h), not a snapshot. */
void world_live(bool on);

/* Makes the world of a scenario, in which nothing has been done. The snapshot is in a form of its own, with a comment. */
void world_make(const scenario *scenario);

/* The files of the world, to come back to them. */
typedef struct world world;
world *world_save(void);
void world_restore(const world *saved);
void world_free(world *saved);

/* Whether this world, with this note, was shown before, since world_make: what follows from the same bytes need not be tried again.
 * Names of new files that were left lying are equal whatever their number. */
bool world_seen(const world *saved, int note);

typedef enum verb { APPLY, RESUME, ROLLBACK, VERB_COUNT } verb;
extern const char *const verb_names[];

/* What became of one command. */
typedef struct outcome {
  bool killed;
  int code;              /* negative: refused */
  tlsmend_result result; /* if code is TLSMEND_OK */
} outcome;

/* Runs a command in a process of its own, with a fault (n of 0: none). *struck: there was an n-th call. */
outcome world_run(verb verb, fault_kind kind, size_t n, bool *struck);

/* Resumes until no restart is waited for. */
outcome world_resume(void);

/* Resumes without restarting the machine: it has restarted by itself, or not. */
outcome world_resume_only(void);

/* Rolls back; what is not undone to the original bytes is a failure of `what`. */
void world_roll_back(const char *what);

/* Brings the world to where a verb begins. False: this scenario has no such place. */
bool world_prepare(verb verb);

/* Somebody restarts the machine. */
void world_restart(void);

/* Changes one registry value behind everybody's back; NULL deletes it. */
void world_set(const char *key, const char *name, const char *text);

/* Carries the scenario out and back without faults and keeps every state that the machine goes through. Answers the number of
 * changes of the plan, 0 if it proposes nothing. */
size_t world_learn(void);

/* Whether the machine is in one of those states, byte for byte; as it was at first; as it is when all is done. */
bool world_known(void);
bool world_original(void);
bool world_planned(void);

/* Whether what the machine says, whatever its form, is what it said at first. */
bool world_original_contents(void);

/* The machine's file, and the journal of the one run. */
const char *world_machine(void);
const char *world_journal(void);

/* Whether `status` understands every journal; *open receives how many runs are open. */
bool world_status(size_t *open);
bool world_has_state(void);

/* Ends the program with what was tried and what is wrong with it, and keeps the work folder. */
void world_fail(const char *what, const char *format, ...);

#endif

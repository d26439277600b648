/* What a worker that was taken over says through its pipe instead of the truth, and what must come of it. */
#ifndef WALL_LIE_H
#define WALL_LIE_H

#include <stdbool.h>

/* Where in a runbook it is told. */
typedef enum wall_place { WALL_LOAD, WALL_APPLIES, WALL_RUN, WALL_VERIFY, WALL_PLACES } wall_place;

typedef struct wall_lie {
  const char *name; /* as a runbook calls it */
  void (*tell)(void);
  wall_place place;
  int exit; /* the command's exit code; -1: 0 or 1, because what it said is what a runbook might have said */
  const char *says; /* in the line of the error */
  bool slow;        /* it is the deadline that ends it */
} wall_lie;

extern const wall_lie wall_lies[];

/* attack(this) is true from the second time on that a text is loaded: it can declare something else then. */
#define WALL_SECOND_LOAD "second load"

/* The code of the last answer to a question, or 0. */
extern int wall_answered;

/* NULL if there is none of this name. */
const wall_lie *wall_lie_named(const char *name);

#endif

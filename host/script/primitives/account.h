/*
 * What a text may use up, and what it has used up. One account goes with a Lua state; where a text runs in another process, its host
 * keeps a second one of what is asked and proposed there. Knows nothing of Lua.
 */
#ifndef TLSMEND_SCRIPT_PRIMITIVES_ACCOUNT_H
#define TLSMEND_SCRIPT_PRIMITIVES_ACCOUNT_H

#include <signal.h>
#include <stdint.h>

#include <tlsmend/tlsmend.h>

/* No limit was passed. Once one was, that stays: every further instruction of the state raises. What the machine refuses ends a run
 * in the same way. */
enum {
  SANDBOX_WITHIN = TLSMEND_LIMIT_COUNT,
  SANDBOX_STOPPED, /* somebody has asked for it */
  SANDBOX_NAMES,   /* a table has too many keys that are no list */
  SANDBOX_REFUSED  /* the machine has refused something, see `refusal` */
};

/* How many keys beside its list a table may have. */
enum { ACCOUNT_NAMES_MOST = 1 << 16 };

typedef struct script_account {
  unsigned long long limit[TLSMEND_LIMIT_COUNT];
  unsigned long long used[TLSMEND_LIMIT_COUNT]; /* instructions: also what C functions were charged for */
  uint64_t deadline;                            /* os_clock; UINT64_MAX outside of calls */
  int exceeded;                                 /* a tlsmend_limit, or a SANDBOX_ */
  volatile sig_atomic_t stop;                   /* may be set by a signal: it ends as at a limit */
  tlsmend_error refusal; /* what the machine refused first; with its place where there is a Lua state */
} script_account;

/* Begins with these limits; 0 stands for the value of TLSMEND_LIMITS. */
void account_open(script_account *account, const unsigned long long limit[TLSMEND_LIMIT_COUNT]);

/* The time of one call begins, or is over. */
void account_start(script_account *account);
void account_rest(script_account *account);

/* What is counted for one run begins anew; memory is not. */
void account_refill(script_account *account);

/* Takes back that a limit was passed, and begins to count anew. */
void account_renew(script_account *account);

/* Which limit has been passed by now: a tlsmend_limit, or a SANDBOX_. */
int account_passed(const script_account *account);

/* Looks whether a limit has been passed by now; if so, that stays. TLSMEND_OK, or as account_ended. */
int account_check(script_account *account, tlsmend_error *error);

/* Counts towards a limit. TLSMEND_E_LIMIT once any was passed, and that stays. */
int account_count(script_account *account, tlsmend_limit limit, unsigned long long amount,
                  tlsmend_error *error);

/* TLSMEND_OK, or why nothing is done any more. `where` stands before it: "file:line: ", or "". */
int account_ended(const script_account *account, const char *where, tlsmend_error *error);

#endif

/*
 * The host of a text: what its calls are asked of, whether it runs in this process or in another. Everything that a text may do to the
 * world around it goes through here; what was refused once, or has passed a limit, stays refused, whatever the text says afterwards.
 */
#ifndef TLSMEND_SCRIPT_PRIMITIVES_HOST_H
#define TLSMEND_SCRIPT_PRIMITIVES_HOST_H

#include "script/primitives/account.h"
#include "script/primitives/quota.h"
#include "script/script.h"

typedef struct script_host {
  const script_options *options; /* borrowed: log, modules, the runbook's files, stand_in */
  script_account *account;       /* borrowed */
  /* What a text works on, and what facts are read from. Nothing between two runs. */
  script_quota machine, facts;
  const tlsmend_system *system; /* of the facts; NULL between two runs */
  tlsmend_machine *guard;       /* of this run, below `machine` */
  const script_sink *sink;
  bool verifying;          /* inside verify: the network may be asked */
  bool unreached;          /* a file that it looked at is not there, or not within reach */
  bool answered;           /* a server has answered: with a yes or a no, not with silence */
  struct lua_State *files; /* of LuaFileSystem alone: primitives/files.c */
} script_host;

/* Options and account outlive the host. */
void script_host_open(script_host *host, const script_options *options, script_account *account);
void script_host_close(script_host *host);

/* Begins one run that may use up to the limits, and ends one that has not ended yet: what the text asks and proposes goes through a guard made of its needs. */
struct guard_needs;
int script_host_begin(script_host *host, const struct guard_needs *needs, const script_ground *ground,
                      tlsmend_error *error);

/* The same for the host's own texts, and without a guard. `machine` is what they work on, `facts` what facts are read from; both NULL:
 * there is none. */
int script_host_lend(script_host *host, tlsmend_machine *machine, tlsmend_machine *facts,
                     tlsmend_error *error);

/* Ends it. */
void script_host_end(script_host *host);

/* Whether a run that has failed with `code` may have done so because a file was out of reach. What a guard has refused is refused
 * whatever else was missing. */
bool script_host_unreached(const script_host *host, int code);

#endif

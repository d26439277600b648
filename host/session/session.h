/*
 * A session: one machine, open. What the whole folder shares is here: the struct, what is told to the caller, and which
 * machine it is. session.c opens and closes it; everything that can be done with it has a header of its own.
 */
#ifndef TLSMEND_SESSION_SESSION_H
#define TLSMEND_SESSION_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "machine/backends.h"
#include "plan/secrets.h"
#include "render/language.h"
#include "script/source.h"

struct os_watch;

struct tlsmend_session {
  const backend *backend;
  tlsmend_machine *machine;
  /* The identity of the machine, the same from whichever folder it is named. */
  char *spec;
  /* The machine's own folder: its lock, its register, and the journals unless --state names another. */
  char *home;
  /* The folder of the journals of new runs; often the same. */
  char *state;
  /* Of a snapshot, in its one spelling; NULL: the machine is none. */
  char *file;
  /* Its own folder is the one beside the snapshot: what runs are in it are this machine's. */
  bool own_home;

  /* The caller's options. */
  script_options script;
  char *library; /* or NULL */
  char *worker;  /* or NULL */
  char *trust;   /* the folder of keys that may sign runbooks; NULL: this machine's */
  bool allow_unsigned;
  tlsmend_reboot reboot;
  unsigned confirm_minutes; /* a run is undone unless it is confirmed within these; 0: it need not be */
  language *language;       /* of texts for people; NULL: English */
  tlsmend_event_fn event;
  void *event_data;

  /* What the plan or run at hand is run from, and nothing else; or NULL. */
  source_set *texts;
  /* Who has signed the runbooks that are applied, for the journal; or NULL. */
  json_t *signers;
  /* Of all plans that it has made, or was given: what is said to nobody. */
  secrets hidden;
  /* "name=value" for secrets that a saved plan has left out, while it is completed; borrowed. */
  const char *const *given;
  size_t given_count;

  /* Seconds since 1970, and since the start of the computer; the tests have clocks of their own. */
  int64_t (*clock)(void);
  bool (*boot_clock)(int64_t *seconds, char boot[64]);
  bool (*pause)(struct os_watch *watch, unsigned milliseconds); /* os_watch_wait, likewise */
  /* The run whose time this process has seen to be over, whatever the clocks say later. */
  char expired[32];

  /* While session_verify is at it: each runbook so far has looked at an effect. */
  bool by_effect;
  /* The runbook that failed last was loaded and reached the files that it looks at: the failure is its answer. */
  bool asked;
  /* After the last step the runbooks do not run again: the bench compares the machine itself. */
  bool unchecked;
};

/* Hands a line to the caller's event function, if there is one, with secrets masked. `data` is the session. */
void session_event(void *data, tlsmend_event event, const char *text);

/* The same with a format. */
void session_tell(const tlsmend_session *self, tlsmend_event event, const char *format, ...)
#if defined(__MINGW32__)
    __attribute__((format(gnu_printf, 3, 4)))
#elif defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;

/* Notes the secrets of a plan: from now on they are masked in what is told and in errors. E_MEMORY. */
int session_hide(tlsmend_session *self, const tlsmend_plan *plan, tlsmend_error *error);

/* MachineGuid, which tells two machines of the same name apart; "" for a machine without one. */
void session_guid(tlsmend_machine *machine, char out[48]);

/* What the plan or run at hand was run from is not needed any more: the next one reads its own. */
void session_forget_texts(tlsmend_session *self);

#endif

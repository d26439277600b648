/* What the parts of the session share: session.c opens, session/plan.c plans, session/runs.c finds and locks runs,
 * session/apply.c, session/resume.c and session/rollback.c carry them out, session/report.c tells. */
#ifndef TLSMEND_SESSION_SESSION_H
#define TLSMEND_SESSION_SESSION_H

#include "render/language.h"
#include "plan/plan.h"
#include "plan/secrets.h"
#include "machine/backends.h"
#include "commit/commit.h"
#include "script/script.h"
#include "signing/trust_store.h"

struct tlsmend_session {
  machine_kind kind;
  secrets hidden; /* of all plans that it has made, or was given: what is said to nobody */
  const char *const
      *given; /* "name=value" for secrets that a saved plan has left out, while it is completed; borrowed */
  size_t given_count;
  char *spec; /* identity of the machine, the same from whichever folder it is named */
  char *
      home; /* the machine's own folder: its lock, its register, and the journals unless --state names another */
  char *state;   /* the folder of the journals of new runs; often the same */
  char *file;    /* of a snapshot, in its one spelling; NULL: the machine is none */
  bool own_home; /* its own folder is the one beside the snapshot: what runs are in it are this machine's */
  char *library; /* or NULL */
  manifest *library_texts; /* what was in it when the session was opened; NULL without one */
  source_set *texts;       /* what the plan or run at hand is run from, and nothing else; or NULL */
  char *trust;             /* the folder of keys that may sign runbooks; NULL: this machine's */
  json_t *signers;         /* who has signed the runbooks that are applied, for the journal; or NULL */
  tlsmend_reboot reboot;
  bool allow_unsigned;
  script_options script;
  tlsmend_event_fn event;
  void *event_data;
  tlsmend_machine *machine;
  language *language;       /* of texts for people; NULL: English */
  unsigned confirm_minutes; /* a run is undone unless it is confirmed within these; 0: it need not be */
  int64_t (*clock)(void);   /* seconds since 1970; the tests have one of their own, and one of the next */
  bool (*boot_clock)(int64_t *seconds, char boot[64]); /* os_boot_clock */
  bool by_effect;   /* while session_verify is at it: each runbook so far has looked at an effect */
  char expired[32]; /* the run whose time this process has seen to be over, whatever the clocks say later */
  bool
      asked; /* the runbook that failed last was loaded, and reached the files that it looks at: it is its own answer */
  bool
      unchecked; /* after the last step the runbooks do not run again: the bench compares the machine itself */
};

/* The script options of a session's or caller's options. Borrowed. */
script_options session_script_options(const tlsmend_options *options);

/* The texts of a caller's language; an older program's options have none. Free with language_close. */
int session_language(const tlsmend_options *options, language **out, tlsmend_error *error);

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

/* The trust store of the caller's options, who may be older than that member. Borrowed. */
const char *session_trust_folder(const tlsmend_options *options);

/* Renders JSON (stolen) as indented text with a line break at its end. malloc'd. */
int session_dump(json_t *json, char **out, tlsmend_error *error);

/* Writes a plan or report (stolen) in any format but text. `sha256` is that of the saved plan, or NULL. malloc'd. */
typedef struct session_look {
  tlsmend_format format;
  const char *language; /* NULL: English */
  const char *sha256;   /* of a saved plan, or NULL */
} session_look;
int session_write(json_t *json, const session_look *look, char **out, tlsmend_error *error);

/* Notes the secrets of a plan: from now on they are masked in what is told and in errors. E_MEMORY. */
int session_hide(tlsmend_session *self, const tlsmend_plan *plan, tlsmend_error *error);

/* E_USAGE unless each text is "name=value", and no name comes twice. */
int session_check_params(const char *const *params, size_t count, tlsmend_error *error);

/* E_USAGE: no runbook has what "name" or "name=value" sets. */
int session_no_param(const char *param, tlsmend_error *error);

/* An empty plan for the session's machine. */
int session_plan_new(tlsmend_session *self, tlsmend_plan **out, tlsmend_error *error);

/* Runs the runbooks of a plan again, with its parameters, and makes a new plan. E_REFUSED if a runbook's text is no longer
 * the one of the plan: nothing of it was run then. */
int session_plan_again(tlsmend_session *self, const tlsmend_plan *plan, tlsmend_plan **out,
                       tlsmend_error *error);

/* MachineGuid, which tells two machines of the same name apart; "" for a machine without one. */
void session_guid(tlsmend_machine *machine, char out[48]);

/* The servers by which a runbook's verify judges an effect; NULL if it does not say so, or there are none. New reference. */
json_t *session_effect(const json_t *header, const json_t *params);

/* Calls `verify` of each runbook of a plan that applies. *sure (may be NULL): each looks at an effect, a server has answered each, and none
 * could not tell. */
int session_verify(tlsmend_session *self, const tlsmend_plan *plan, bool *sure, tlsmend_error *error);

/* Whether a plan may be applied here at all: by the policy of the site, and because it was not applied before. What it proposes
 * is compared with the machine elsewhere. E_APPROVAL, E_PLAN. */
int session_check_leave(tlsmend_session *self, const tlsmend_plan *plan, tlsmend_error *error);

/* Reads the runbooks of a plan, compares them with it and judges those that are not part of tlsmend, before any of it runs: on a
 * live machine each must be signed by a trusted key, unless allow_unsigned. Keeps the texts, and what it finds for the journal.
 * E_REFUSED, E_APPROVAL. */
int session_check_trust(tlsmend_session *self, const tlsmend_plan *plan, tlsmend_error *error);

/* What the journal of a run keeps: the texts that it runs, and what it was begun with. New references; NULL when out of memory. */
json_t *session_keep_texts(const tlsmend_session *self);
json_t *session_keep_terms(const tlsmend_session *self);

/* A session as the one that began a run. Borrows from the session and the journal. */
typedef struct begun_run {
  tlsmend_session session;
  source_set texts;
  manifest library;
} begun_run;

/* E_CORRUPT, E_REFUSED: the texts that the journal keeps are not those of its plan, or it keeps none: *out runs none then. */
int session_as_begun(const tlsmend_session *self, const journal *journal, begun_run *out,
                     tlsmend_error *error);
void begun_run_clear(begun_run *run);

/* The run is over: the next one reads its own. */
void session_forget_texts(tlsmend_session *self);

/* A plan from a file must be what its runbooks propose on this machine, else somebody has made it up. E_PLAN. */
int session_check_honest(tlsmend_session *self, const tlsmend_plan *plan, tlsmend_error *error);

/* What a site's policy demands of plans for this session's machine: `count` 0 is nothing. */
typedef struct policy {
  size_t needed;
  minisign_public *keys;
  size_t key_count;
  bool expiry; /* an approval without an end does not count */
  char *path;  /* of the file that demands it */
} policy;
int policy_read(const tlsmend_session *self, const char *folder, policy *out, tlsmend_error *error);
void policy_clear(policy *policy);

/* Marks changes of values that Group Policy sets again. */
int session_mark_owners(const tlsmend_session *self, tlsmend_plan *plan, tlsmend_error *error);

/* As far as one registry.pol says; `root` is HKLM or HKCU. A file that is not there says nothing, a broken one becomes a finding. */
int session_mark_file(tlsmend_plan *plan, const char *root, const char *path, tlsmend_error *error);

/* Reads the signatures beside a plan, or those that are named, unless that was done before. */
int session_read_signatures(plan_origin *origin, const char *const *paths, size_t count,
                            tlsmend_error *error);

/* Runs. */

struct os_lock;

/* Keeps other runs away from the machine, and reads a snapshot again that has changed up to now. E_BUSY names who works on it. `verb` is what they will be told. */
int session_lock(const tlsmend_session *self, const char *verb, struct os_lock **out, tlsmend_error *error);

/* Whether nobody else may be able to exchange the folders of the machine's state (os_folder_open): it is no snapshot, which anybody who can exchange a
 * folder beside it could exchange as well. */
bool session_is_strict(const tlsmend_session *self);

/* Whether a run is one of the session's machine, however that was named then. If so, the journal names it as the session does. `home`: it is
 * one of the machine's own folder or register. */
bool session_owns(const tlsmend_session *self, journal *journal, bool home);

/* What the folders of a machine tell of a run. */
typedef enum run_standing {
  RUN_READABLE,
  RUN_DAMAGED, /* it cannot be read, or a line of it does not fit */
  RUN_NEWER,   /* a newer tlsmend wrote it */
  RUN_GONE,    /* the register knows it, and its journal is not there */
  RUN_STRAY /* a file that is no journal of a run of this machine: a second copy, another name. Never used, never in the way */
} run_standing;

typedef struct known_run {
  char *run, *path;   /* its id, and where its journal stands or should */
  char *plan, *begun; /* the id of its plan and when it began, NULL if that cannot be told */
  char *why;          /* it cannot be read; NULL */
  run_standing standing;
  bool open;     /* it is, or may be */
  bool reopened; /* it cannot be read, and seems to be in the middle of its undoing */
  bool named;    /* only the folder that --state names holds it */
} known_run;

typedef struct known_runs {
  known_run *items; /* by id, oldest first */
  size_t count;
} known_runs;
int session_known(const tlsmend_session *self, known_runs *out, tlsmend_error *error);
void known_runs_clear(known_runs *runs);

/* A record of the register, for a run whose journal is not in the machine's own folder. */
#define REGISTER_ENDING ".run"
typedef struct registered_run {
  json_t *json;
  char *path, *journal; /* of the record, and of its journal */
  const char *run, *machine, *plan, *begun;
  const char *state; /* "begins": nothing was written yet; "open", "ended" */
} registered_run;
int register_read(const tlsmend_session *self, const char *name, registered_run *out, tlsmend_error *error);
void registered_run_clear(registered_run *record);

/* Registers the run that is about to begin (journal_start.claim); and what has become of one, or that it is going to be undone. Nothing
 * for a run of the machine's own folder. */
typedef struct session_claiming {
  const tlsmend_session *session;
  const tlsmend_plan *plan;
  char run[64];
} session_claiming;
int session_claim(void *claiming, const char *run, const char *path, tlsmend_error *error);
int session_note(const tlsmend_session *self, const journal *journal, tlsmend_error *error);
void session_note_end(const tlsmend_session *self,
                      const journal *journal); /* failing is a warning: the journal tells it too */
/* Takes the record of a run away that has done nothing and leaves no journal; that needs no room on the disk. */
void session_forget(const tlsmend_session *self, const journal *journal);
int session_note_undo(const tlsmend_session *self, const journal *journal, tlsmend_error *error);

/* The folder in which a run's own files lie. */
const char *session_folder(const tlsmend_session *self, const journal *journal);

/* The newest run of the session's machine that can be read, by id (or NULL for any), whatever became of it or only if it is open. *out is
 * NULL if there is none. An error if there is only one that cannot be read, but may be what is looked for. */
int session_find_run(const tlsmend_session *self, const char *run, bool open_only, journal **out,
                     tlsmend_error *error);

/* E_BUSY, with the way out, if a run is open; E_CORRUPT and others if one that cannot be read may be. `last` is the greatest id. */
int session_refuse_open_run(const tlsmend_session *self, char last[21], tlsmend_error *error);

/* E_PLAN if a saved plan was applied on this machine before, however that ended, or may have been. */
int session_refuse_repeat(const tlsmend_session *self, const tlsmend_plan *plan, tlsmend_error *error);

commit session_commit(tlsmend_session *self, journal *journal);
tlsmend_result session_result(commit_result result);

/* Makes the report; the journal (or NULL) goes into it. */
int session_hand_out(const tlsmend_session *self, journal *journal, tlsmend_result result,
                     tlsmend_report **out, tlsmend_error *error);

/* Takes back that the machine starts `resume`, once the run (or any, NULL) has ended: never before, for it may be needed again. */
void session_unarrange(tlsmend_session *self, const journal *journal);

/* Writes down why a run cannot go on. It stays open. */
void session_stall(journal *journal, const tlsmend_error *why);

/* Carries out what is open of a run, then runs the runbooks once more and verifies. What fails is taken back. */
int session_forward(tlsmend_session *self, journal *journal, commit_result *out, tlsmend_error *error);

/* Every step is done: asks the runbooks whether it is right, and ends, undoes or awaits the run as they say. */
int session_judge(tlsmend_session *self, journal *journal, commit_result *out, tlsmend_error *error);

/* What apply, resume and rollback do once their journal is at hand. The bench begins here: it has no state folder. */
int session_check(tlsmend_session *self, const tlsmend_plan *plan, tlsmend_error *error);
int session_continue(tlsmend_session *self, journal *journal, int flags, commit_result *out,
                     tlsmend_error *error);
int session_undo(tlsmend_session *self, journal *journal, int flags, commit_result *out,
                 tlsmend_error *error);

/* How a wait for the end of the time to confirm has ended. */
typedef enum session_waited {
  SESSION_NO_WAIT, /* no run waits to be confirmed */
  SESSION_WATCHED, /* another process waits already */
  SESSION_WAITED   /* none waits any more, or the time is over */
} session_waited;
session_waited session_wait(tlsmend_session *self);

/* From now on a run waits to be confirmed, for so long; an older end stays the end if it is nearer. */
journal_deadline session_deadline(const tlsmend_session *self, const journal *journal);

/* Whether the time of a run that waits is over, by the clock that people set or by the one that nobody does. */
bool session_is_over(const tlsmend_session *self, const journal *journal);

/* Whether a process waits for the end: 1, 0, -1 cannot tell. */
int session_watched(const tlsmend_session *self, const journal *journal);

/* What is to be done with a run that waits for its confirmation: nothing yet, or undo it, or keep it because it verifies. */
int session_decide(tlsmend_session *self, journal *journal, commit_result *out, tlsmend_error *error);

/* Lines in the machine's own log: a run begins; what became of a call (`error` as the caller gets it, may be NULL). */
void session_log_start(tlsmend_session *self, const char *verb, const journal *journal);
void session_log_end(tlsmend_session *self, const char *verb, int code, const tlsmend_report *report,
                     const tlsmend_error *error);

/* Reports. */

/* A report, made from a journal or of nothing. */
struct tlsmend_report {
  tlsmend_result result;
  journal *journal; /* owned; NULL if no run was open or nothing was to be done */
  char *machine, *state;
  tlsmend_plan *plan; /* owned; without a journal: the empty plan, or NULL */
  bool rolled_back;   /* a rollback, not a failure, led to UNDONE or LEFT */
  char *failure;      /* why, NULL */
};

/* The updates that a rollback removes: they have no inverse change, but they are something to undo. `journal` may be NULL. */
size_t report_updates_to_remove(const tlsmend_session *self, const journal *journal);

/* Renders the inverse changes of a run, and those that --skip-changed leaves. `journal` is NULL if nothing is to be undone. */
int report_preview(const tlsmend_session *self, const journal *journal, const tlsmend_plan *inverse,
                   const tlsmend_plan *skipped, tlsmend_format format, char **out, tlsmend_error *error);

/* Takes the journal over. NULL when out of memory. */
tlsmend_report *report_new(const tlsmend_session *self, journal *journal, tlsmend_result result);

#endif

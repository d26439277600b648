/*
 * A plan: ordered changes, what was read to decide them, and why. Pure data; it does not apply itself (commit/ does).
 * The public type tlsmend_plan is this struct.
 */
#ifndef TLSMEND_PLAN_PLAN_H
#define TLSMEND_PLAN_PLAN_H

#include <jansson.h>

#include <tlsmend/values.h>

#include "plan/origin.h"
#include "plan/param.h"
#include "plan/lines.h"
#include "plan/read.h"
#include "plan/secrets.h"

#define PLAN_SCHEMA "tlsmend-plan/1"

/* A parameter of a runbook, with the value that was used. */
typedef struct plan_param {
  char *name;
  param_value value;
  bool secret; /* the value is shown to nobody */
} plan_param;

/* One runbook of the plan, as it was run. */
typedef struct plan_runbook {
  char *id, *version, *title, *source, *sha256; /* source: "built-in" or the path */
  bool builtin;
  bool applies;
  char *reason; /* why it applies or not, NULL if the runbook does not say */
  plan_param *params;
  size_t param_count;
  name_list references;
  /* The servers by whose answers its verify judges; none: it says nothing of an effect, or of no server */
  name_list effect;
  json_t *files; /* array of {"name":, "sha256":}: modules of its own; NULL if it has none */
  /* What was known of its signature (signing/trust.h); NULL: part of tlsmend, or none was looked for */
  json_t *signature;
} plan_runbook;

/* One change, as plan_append finds it again. `earlier` is the position + 1 of the change before it that speaks of the same place, 0 for
 * none. */
typedef struct plan_place {
  size_t hash; /* of its key, and of its name if it is one of a value */
  size_t earlier;
  bool gone; /* merging has left nothing of it */
} plan_place;

/* The last change of each place, while a plan is made. Empty is {0}. There are items for `room` changes, and twice as many slots, which
 * hold positions + 1 by hash, 0 is free: a change costs the same among many. */
typedef struct plan_places {
  plan_place *items;
  size_t *slots, room, gone;
  size_t begin; /* of the changes behind the last restart */
} plan_places;

struct tlsmend_plan {
  char *machine;         /* the spec it was made for */
  bool removes_updates;  /* a rollback there removes what the plan installs */
  tlsmend_system system; /* what that machine was */
  char guid[48];         /* the machine's MachineGuid, "" where it has none */
  char *id;          /* of this plan: random, so that it is applied once; NULL in a plan that nobody saves */
  char *created;     /* UTC, ISO 8601 */
  char *tool;        /* "tlsmend 0.1.0" */
  char *user, *host; /* who made it and where; NULL if that could not be told */
  bool withheld;     /* it was read from a file, and secrets were left out there: see plan_complete */
  plan_origin *origin; /* the file it was read from; NULL if it was made here */
  bool reboot_pending; /* the machine waited for a restart before anything was planned */
  plan_runbook *runbooks;
  size_t runbook_count;
  tlsmend_change *changes;
  size_t change_count, change_room;
  plan_places places;
  plan_reads reads;
  plan_lines unknowns; /* what could not be told */
  plan_lines findings; /* what deserves attention: "0xAA0 found ..." */
  json_t *picture; /* what the model of the handshake says, {"before":, "after":}; NULL: nobody has asked */
};

tlsmend_plan *plan_new(void);

/* A plan that is the same, but for the file that it was read from: the copy has no origin. E_MEMORY. */
int plan_clone(const tlsmend_plan *from, tlsmend_plan **out, tlsmend_error *error);

/*
 * Takes over the strings of *change (which is emptied) and appends it, merging with what the plan holds of the same phase:
 * a second write to a value replaces the first one's after; one that goes back to the before takes both away. What is taken away leaves
 * a gap until plan_settle. E_MEMORY.
 */
int plan_append(tlsmend_plan *plan, tlsmend_change *change, tlsmend_error *error);

/* Closes the gaps: to be called before the changes of a plan are looked at to which some have been appended. */
void plan_settle(tlsmend_plan *plan);

/* The position + 1 of the change before this one that speaks of the same value, or of the same key; 0: there is none, or no memory. Of a
 * plan without gaps. */
size_t plan_earlier(tlsmend_plan *plan, size_t position);

void plan_places_clear(plan_places *self);

/* Settles it, and drops restarts that nothing stands before or after, so that a plan without effects is empty. */
void plan_close(tlsmend_plan *plan);

/* Adds its secret parameters to *out. False: out of memory. */
bool plan_hide(const tlsmend_plan *plan, secrets *out);

/* Whether what was read is a value that the plan writes as a secret. */
bool plan_read_secret(const tlsmend_plan *plan, const plan_read *read);

size_t plan_reboot_count(const tlsmend_plan *plan);

/* How many of its runbooks apply to the machine. */
size_t plan_applying_count(const tlsmend_plan *plan);

/* What keeps a run of the plan beside tlsmend confirm, as texts "ID: SERVER, SERVER": the verify of each runbook that applies. NULL:
 * one of them does not look at an effect, so nothing does. New reference. */
json_t *plan_keepers(const tlsmend_plan *plan);

/* Whether the machine keeps two views of the registry, so that a change must say in which it is. */
bool plan_has_views(const tlsmend_plan *plan);

/*
 * The plan as one JSON object (schema PLAN_SCHEMA); members in a fixed order. Two runs on the same machine give the same
 * object but for the header: id, created, tool, by (and the checksum, which covers all of it).
 * Secret values are left out of it (what is written as a secret, secret parameters, and what was read that holds one of those);
 * plan_to_json_clear, for the journal, which only administrators can read, has them.
 */
json_t *plan_to_json(const tlsmend_plan *plan);
json_t *plan_to_json_clear(const tlsmend_plan *plan);

/* E_PLAN says what is wrong: not a plan, a newer schema, damaged, edited (the checksum), or with digests of secrets. */
int plan_from_json(const json_t *json, tlsmend_plan **out, tlsmend_error *error);

/* An answer as the JSON of a plan has it. */
json_t *plan_answer_to_json(plan_read_kind kind, const plan_answer *answer);

/* Takes what was left out of a plan from one that is otherwise the same (plan_same), and was made here; that one is emptied. */
void plan_complete(tlsmend_plan *plan, tlsmend_plan *whole);

/* Whether two plans decide the same from the same: all but the header and the facts of the machine. What is left out of one does not
 * count in the other. */
bool plan_same(const tlsmend_plan *a, const tlsmend_plan *b);

#endif

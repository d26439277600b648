/*
 * Commit-confirm: a run that is done stays open until somebody confirms it. When its time is over it is kept only if the runbooks
 * declare that they verify it by effect and do, and undone otherwise: for people who change a server's TLS over the connection that
 * they may cut. Waiting for the end is session/watch.c's.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "machine/machine.h"
#include "tls/probe.h"
#include "os/os.h"
#include "session/session.h"

/* The servers that the parameters name, as needs.probes = true lets verify ask; a secret one is named to nobody. */
static json_t *servers_given(const json_t *header, const json_t *params) {
  json_t *servers = json_array(), *declared = json_object_get(header, "params");
  char host[PROBE_HOST_MOST];
  unsigned port;
  for (size_t i = 0; i < json_array_size(declared); i++) {
    const json_t *param = json_array_get(declared, i);
    json_t *value = json_object_get(params, json_string_value(json_object_get(param, "name")));
    if (!json_is_true(json_object_get(param, "secret")) && json_is_string(value) &&
        probe_endpoint_parse(json_string_value(value), host, &port, NULL) == TLSMEND_OK)
      json_array_append(servers, value);
  }
  return servers;
}

json_t *session_effect(const json_t *header, const json_t *params) {
  json_t *probes = json_object_get(json_object_get(header, "needs"), "probes");
  if (!json_object_get(header, "verifies"))
    return NULL;
  json_t *servers = json_is_array(probes) ? json_incref(probes) : servers_given(header, params);
  if (json_array_size(servers))
    return servers;
  json_decref(servers);
  return NULL;
}

journal_deadline session_deadline(const tlsmend_session *self, const journal *journal) {
  int64_t now = self->clock(), seconds = 0, left = 60 * (int64_t)journal->confirm_minutes;
  journal_deadline end = {.boot = "", .unchecked = journal->unchecked};
  if (journal->deadline && journal->deadline - now < left)
    left = journal->deadline - now;
  if (self->boot_clock(&seconds, end.boot))
    end.until = seconds + left;
  else
    end.boot[0] = '\0';
  end.deadline = now + left;
  return end;
}

/* Seconds that are left by the clock that nobody sets; false where the journal speaks of another start than this one. */
static bool left_of_boot(const tlsmend_session *self, const journal *journal, int64_t *left) {
  char boot[64];
  int64_t seconds;
  if (!*journal->clock_boot || !self->boot_clock(&seconds, boot) || strcmp(boot, journal->clock_boot) != 0)
    return false;
  *left = journal->until - seconds;
  return true;
}

bool session_is_over(const tlsmend_session *self, const journal *journal) {
  int64_t left = 1;
  return self->clock() >= journal->deadline || (left_of_boot(self, journal, &left) && left <= 0) ||
         strcmp(self->expired, journal->run) == 0;
}

/* After a restart the clock that nobody sets begins anew: what is left is written down as this process finds it, so that a clock that
 * is set back from now on moves nothing. */
static int anchor(tlsmend_session *self, journal *journal, tlsmend_error *error) {
  int64_t left;
  journal_deadline end = session_deadline(self, journal);
  if (!*end.boot || left_of_boot(self, journal, &left))
    return TLSMEND_OK;
  return journal_await(journal, &end, error);
}

/* Nobody has confirmed it in time. */
static int expire(tlsmend_session *self, journal *journal, commit_result *out, tlsmend_error *error) {
  commit commit = session_commit(self, journal);
  tlsmend_error why = {0, ""};
  bool sure = false;
  json_t *keepers = plan_keepers(journal->plan);
  if (keepers && session_verify(self, journal->plan, &sure, &why) == TLSMEND_OK && sure) {
    json_decref(keepers);
    session_tell(self, TLSMEND_EVENT_NOTE,
                 "nobody has confirmed the run, but its runbooks verify it by its effect: it is kept");
    *out = COMMIT_DONE;
    return commit_end(&commit, out, error);
  }
  char text[1200];
  snprintf(text, sizeof text, "not confirmed within %u minutes%s%s", journal->confirm_minutes,
           *why.text ? ", and "
           : keepers ? ", and no server has answered its verify"
                     : "",
           why.text);
  json_decref(keepers);
  session_tell(self, TLSMEND_EVENT_WARNING, "%s", text);
  return commit_backward(&commit, text, out, error);
}

int session_decide(tlsmend_session *self, journal *journal, commit_result *out, tlsmend_error *error) {
  char how[256];
  *out = COMMIT_AWAITS;
  bool over = session_is_over(self, journal);
  if (!over && !journal->unchecked)
    return anchor(self, journal, error);
  int code = over ? expire(self, journal, out, error) : session_judge(self, journal, out, error);
  if (code == TLSMEND_OK && journal->result != RUN_OPEN)
    code = machine_resume_arrange(self->machine, NULL, session_folder(self, journal), how, error);
  return code;
}

int tlsmend_status_deadline(tlsmend_session *session, long long *deadline, tlsmend_error *error) {
  assert(session && deadline);
  journal *journal = NULL;
  *deadline = 0;
  int code = session_find_run(session, NULL, true, &journal, error);
  if (code == TLSMEND_OK && journal)
    *deadline = journal->deadline;
  journal_close(journal);
  return code;
}

static int keep(tlsmend_session *self, journal *journal, tlsmend_error *error) {
  char how[256];
  int code = journal_continue(journal, error);
  if (code == TLSMEND_OK)
    code = journal_end(journal, RUN_DONE, error);
  return code == TLSMEND_OK
             ? machine_resume_arrange(self->machine, NULL, session_folder(self, journal), how, error)
             : code;
}

/* No run waits. Whoever comes too early or too late must not believe that his run is kept. */
static int refuse_vain(const tlsmend_session *self, tlsmend_error *error) {
  journal *last = NULL;
  int code = session_find_run(self, NULL, false, &last, error);
  if (code != TLSMEND_OK || !last || !last->confirm_minutes || last->result == RUN_DONE) {
    journal_close(last);
    return code;
  }
  if (last->result == RUN_OPEN && !last->undoing)
    code =
        tlsmend_error_set(error, TLSMEND_E_BUSY,
                          "run %s is not finished, and is not confirmed: `tlsmend resume` continues it, and "
                          "its time to confirm begins at its end",
                          last->run);
  else
    code = tlsmend_error_set(error, TLSMEND_E_FAILED, "run %s is not kept: it %s (%s)", last->run,
                             last->result == RUN_OPEN   ? "is being undone"
                             : last->result == RUN_LEFT ? "is undone, but not wholly"
                                                        : "is undone",
                             last->failure ? last->failure : "?");
  journal_close(last);
  return code;
}

static int answer(const tlsmend_session *self, journal *kept, tlsmend_report **out, tlsmend_error *error) {
  int code = kept ? TLSMEND_OK : refuse_vain(self, error);
  return code == TLSMEND_OK
             ? session_hand_out(self, kept, kept ? TLSMEND_RESULT_DONE : TLSMEND_RESULT_NOTHING, out, error)
             : code;
}

int tlsmend_confirm(tlsmend_session *self, tlsmend_report **out, tlsmend_error *error) {
  assert(self && out);
  *out = NULL;
  os_lock *lock = NULL;
  journal *journal = NULL;
  int code = session_find_run(self, NULL, true, &journal, error);
  bool waits = code == TLSMEND_OK && journal && journal->deadline;
  journal_close(journal);
  journal = NULL;
  if (code == TLSMEND_OK && !waits)
    return answer(self, NULL, out, error);
  if (code == TLSMEND_OK)
    code = session_lock(self, "confirm", &lock, error);
  if (code == TLSMEND_OK)
    code = session_find_run(self, NULL, true, &journal, error);
  waits = code == TLSMEND_OK && journal && journal->deadline;
  if (waits)
    code = keep(self, journal, error);
  if (code == TLSMEND_OK && !waits) {
    journal_close(journal);
    journal = NULL;
  }
  session_note_end(self, journal);
  if (code == TLSMEND_OK)
    code = answer(self, journal, out, error);
  else
    journal_close(journal);
  os_lock_release(lock);
  return code;
}

/* A server asked for its versions, and what a default client of a live machine agrees on with it, as text or JSON. */
#include <assert.h>

#include "base/text.h"
#include "machine/machine.h"
#include "session/output.h"
#include "session/session.h"
#include "tls/probe.h"

#define PROBE_SCHEMA "tlsmend-probe/1"

typedef struct inquiry {
  const char *text; /* HOST:PORT */
  tlsmend_endpoint endpoint;
  probe_result result;
  bool asked;                  /* there is a result */
  tlsmend_probe_answer client; /* of the machine's Schannel */
  bool client_asked;
  int modern;
} inquiry;

/* On this computer the server is asked whatever it runs; another machine must say that it may be. */
static int inquire(tlsmend_machine *machine, inquiry *self, tlsmend_error *error) {
  int code = machine ? machine_may_probe(machine, &self->endpoint, error) : TLSMEND_OK;
  self->modern = -1;
  if (code == TLSMEND_E_UNKNOWN)
    return TLSMEND_OK;
  if (code == TLSMEND_OK)
    code = probe_versions(&self->endpoint, &self->result, error);
  if (code != TLSMEND_OK)
    return code;
  self->asked = true;
  self->modern = probe_modern(&self->result);
  if (!machine)
    return TLSMEND_OK;
  code = machine_schannel_probe(machine, &self->endpoint, &self->client, error);
  self->client_asked = code == TLSMEND_OK;
  return code == TLSMEND_E_UNKNOWN ? TLSMEND_OK : code;
}

static json_t *answer_json(const tlsmend_probe_answer *answer) {
  return json_pack("{s:s*, s:s, s:s*, s:s*}", "version", *answer->protocol ? answer->protocol : NULL, "state",
                   probe_state_name(answer->state), "suite", *answer->suite ? answer->suite : NULL, "detail",
                   *answer->detail ? answer->detail : NULL);
}

static int render_json(const inquiry *self, char **out, tlsmend_error *error) {
  static const char *const words[] = {"unknown", "no", "yes"};
  json_t *versions = json_array();
  for (size_t i = 0; self->asked && i < TLS_VERSION_COUNT; i++)
    json_array_append_new(versions, answer_json(&self->result.versions[i]));
  json_t *json = json_pack("{s:s, s:s, s:s*, s:o, s:s, s:s}", "schema", PROBE_SCHEMA, "endpoint", self->text,
                           "address", self->asked ? self->result.address : NULL, "versions", versions,
                           "modern", words[self->modern + 1], "result", "done");
  if (json && self->client_asked)
    json_object_set_new(json, "default_client", answer_json(&self->client));
  return session_dump(json, out, error);
}

static void add_answer(text_builder *text, const char *title, const tlsmend_probe_answer *answer) {
  const char *separator = *answer->suite && *answer->detail ? "; " : "";
  text_add(text, "  %-9s %-18s  %s%s%s\n", title, probe_state_name(answer->state), answer->suite, separator,
           answer->detail);
}

static int render_text(const inquiry *self, char **out, tlsmend_error *error) {
  static const char *const verdicts[] = {"Whether TLS 1.2 or later answers cannot be told: a silence is no "
                                         "\"no\". Try again, with a longer --timeout, or from\n"
                                         "a place without a firewall in between.\n",
                                         "Neither TLS 1.2 nor TLS 1.3 is on.\n",
                                         "TLS 1.2 or later answers.\n"};
  text_builder text = {0};
  if (!self->asked) {
    text_add(&text,
             "%s: cannot tell. The machine is not live: only a live Windows can ask a server, or this "
             "computer when no\n"
             "machine is named.\n",
             self->text);
    return text_finish(&text, out, error);
  }
  text_add(&text, "%s, asked at %s:\n", self->text, self->result.address);
  for (size_t i = 0; i < TLS_VERSION_COUNT; i++)
    add_answer(&text, self->result.versions[i].protocol, &self->result.versions[i]);
  if (self->client_asked) {
    text_add(&text, "A default client of this machine's Schannel:\n");
    add_answer(&text, *self->client.protocol ? self->client.protocol : "nothing", &self->client);
  }
  text_append(&text, verdicts[self->modern + 1]);
  return text_finish(&text, out, error);
}

/* Only a live back end makes this computer a machine; elsewhere it can still ask. */
static bool wants_machine(const tlsmend_options *options) {
  return options->machine || tlsmend_machine_here();
}

int tlsmend_probe(const tlsmend_options *options, const char *endpoint, const tlsmend_probe_terms *terms,
                  tlsmend_format format, char **out, int *modern, tlsmend_error *error) {
  assert(options && endpoint && terms && out && modern);
  *out = NULL;
  *modern = -1;
  char host[PROBE_HOST_MOST];
  inquiry self = {.text = endpoint, .endpoint = {.host = host, .name = terms->name}};
  tlsmend_session *session = NULL;
  if (terms->size != sizeof *terms || terms->timeout > PROBE_TIMEOUT_MOST / 1000)
    return tlsmend_error_set(error, TLSMEND_E_USAGE, "a probe waits at most %d seconds for each answer",
                             PROBE_TIMEOUT_MOST / 1000);
  self.endpoint.timeout = terms->timeout ? terms->timeout * 1000 : PROBE_TIMEOUT;
  int code = probe_endpoint_parse(endpoint, host, &self.endpoint.port, error);
  if (code == TLSMEND_OK && wants_machine(options))
    code = tlsmend_session_open(options, &session, error);
  if (code == TLSMEND_OK)
    code = inquire(session ? session->machine : NULL, &self, error);
  tlsmend_session_close(session);
  if (code == TLSMEND_OK)
    code = format == TLSMEND_FORMAT_JSON ? render_json(&self, out, error) : render_text(&self, out, error);
  *modern = self.modern;
  return code;
}

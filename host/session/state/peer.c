/* Whom --with names: a server is asked, another machine or a saved state is read, and any other name is a service's. */
#include "session/state/peer.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "os/os.h"
#include "tls/probe.h"

enum { SAVED_MOST = 16 << 20 };

/* Numbers of a list, as many as there is room for. */
static size_t take(const json_t *list, uint16_t *out, size_t room) {
  size_t count = json_array_size(list) < room ? json_array_size(list) : room;
  for (size_t i = 0; i < count; i++)
    out[i] = (uint16_t)json_integer_value(json_array_get(list, i));
  return count;
}

static bool names(const json_t *list, tls_version version) {
  for (size_t i = 0; i < json_array_size(list); i++)
    if (strcmp(json_string_value(json_array_get(list, i)), tls_version_name(version)) == 0)
      return true;
  return false;
}

/* What a hello is on the wire: { versions, suites, groups, signatures }, numbers but for the versions. */
static tls_offer offer_of(const json_t *wire) {
  tls_offer offer = {0};
  for (int version = TLS_SSL3; version < TLS_VERSION_COUNT; version++)
    offer.versions[version] = names(json_object_get(wire, "versions"), (tls_version)version);
  offer.suite_count = take(json_object_get(wire, "suites"), offer.suites, TLS_OFFER_SUITES);
  offer.group_count = take(json_object_get(wire, "groups"), offer.groups, TLS_OFFER_GROUPS);
  offer.signature_count = take(json_object_get(wire, "signatures"), offer.signatures, TLS_OFFER_SIGNATURES);
  return offer;
}

static json_t *choice_json(const probe_choice *choice) {
  const tlsmend_probe_answer *answer = &choice->answer;
  return json_pack("{s:s, s:s, s:s*, s:s*, s:i, s:s*}", "address", choice->address, "state",
                   probe_state_name(answer->state), "version", *answer->protocol ? answer->protocol : NULL,
                   "suite", *answer->suite ? answer->suite : NULL, "group", (int)choice->group, "detail",
                   *answer->detail ? answer->detail : NULL);
}

/* An earlier client's answer where it sends the same hello: a server is asked once. */
static json_t *answered_before(const json_t *wires, size_t count, const json_t *answers) {
  for (size_t i = 0; i < count; i++)
    if (json_equal(json_array_get(wires, i), json_array_get(wires, count)))
      return json_incref(json_array_get(answers, i));
  return NULL;
}

/* One answer for each hello; null for a hello without a suite, which nobody sends. */
static int ask_all(const tlsmend_endpoint *endpoint, const json_t *wires, json_t *answers,
                   tlsmend_error *error) {
  int code = TLSMEND_OK;
  for (size_t i = 0; code == TLSMEND_OK && i < json_array_size(wires); i++) {
    json_t *answer = answered_before(wires, i, answers);
    tls_offer offer = offer_of(json_array_get(wires, i));
    if (!answer && offer.suite_count > 0) {
      probe_choice choice;
      code = probe_offer(endpoint, &offer, &choice, error);
      answer = choice_json(&choice);
    }
    json_array_append_new(answers, answer ? answer : json_null());
  }
  return code;
}

static int ask_server(const peer_question *question, json_t **out, tlsmend_error *error) {
  char host[PROBE_HOST_MOST];
  const tlsmend_state_terms *terms = question->terms;
  tlsmend_endpoint endpoint = {.host = host, .name = terms->name};
  json_t *wires = NULL, *answers = json_array();
  endpoint.timeout = terms->timeout ? terms->timeout * 1000 : PROBE_TIMEOUT;
  int code = probe_endpoint_parse(terms->with, host, &endpoint.port, error);
  if (code == TLSMEND_OK)
    code =
        look_ask(question->look, "state.with", "wires", json_incref((json_t *)question->own), &wires, error);
  if (code == TLSMEND_OK)
    code = ask_all(&endpoint, wires, answers, error);
  json_decref(wires);
  *out = json_pack("{s:s, s:s, s:o}", "kind", "server", "name", terms->with, "answers", answers);
  return code == TLSMEND_OK && !*out ? error_no_memory(error) : code;
}

/* Another machine, read as this one is. */
static int read_machine(tlsmend_session *session, const char *name, const char *spec, json_t **out,
                        tlsmend_error *error) {
  tlsmend_options options = TLSMEND_OPTIONS_INIT;
  tlsmend_session *other = NULL;
  look look = {0};
  json_t *sides = NULL;
  options.machine = spec;
  options.library = session->library;
  int code = tlsmend_session_open(&options, &other, error);
  if (code == TLSMEND_OK)
    code = look_open(other, &look, error);
  if (code == TLSMEND_OK)
    code = look_ask(&look, "state.with", "own", json_object(), &sides, error);
  look_close(&look);
  tlsmend_session_close(other);
  if (code == TLSMEND_OK)
    *out = json_pack("{s:s, s:s, s:o}", "kind", "machine", "name", name, "sides", sides);
  return code == TLSMEND_OK && !*out ? error_no_memory(error) : code;
}

static int read_file(tlsmend_session *session, const char *path, json_t **out, tlsmend_error *error) {
  text_builder spec = {0};
  char *text = NULL;
  text_add(&spec, "sim:%s", path);
  int code = text_finish(&spec, &text, error);
  if (code == TLSMEND_OK)
    code = read_machine(session, path, text, out, error);
  free(text);
  return code;
}

/* A state that --format json wrote: its sides, which Lua looks over. */
static int read_saved(const char *path, json_t **out, tlsmend_error *error) {
  char *text = NULL;
  size_t size = 0;
  json_error_t where;
  tlsmend_error inner = {0, ""};
  int code = os_file_read(path, SAVED_MOST, &text, &size, &inner);
  if (code != TLSMEND_OK)
    return tlsmend_error_set(error, code == TLSMEND_E_ABSENT ? TLSMEND_E_USAGE : code, "%s", inner.text);
  json_t *state = json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);
  free(text);
  if (!state)
    return tlsmend_error_set(error, TLSMEND_E_CORRUPT, "%s, line %d: %s", path, where.line, where.text);
  *out = json_pack("{s:s, s:s, s:o}", "kind", "saved", "name", path, "state", state);
  return *out ? TLSMEND_OK : error_no_memory(error);
}

/* Whether a text ends in a colon and a port, as an endpoint does; a path of Windows has its colon elsewhere. */
static bool is_endpoint(const char *with) {
  const char *colon = strrchr(with, ':');
  return colon && isdigit((unsigned char)colon[1]) && !colon[1 + strspn(colon + 1, "0123456789")];
}

static bool ends_in(const char *text, const char *end) {
  size_t length = strlen(text), tail = strlen(end);
  return length > tail && strcmp(text + length - tail, end) == 0;
}

int peer_find(const peer_question *question, json_t **out, tlsmend_error *error) {
  const char *with = question->terms->with, *argument = NULL;
  *out = NULL;
  const backend *row = backend_find(with, &argument);
  if (row && row->snapshot)
    return read_machine(question->session, with, with, out, error);
  if (ends_in(with, ".json"))
    return read_saved(with, out, error);
  if (is_endpoint(with))
    return ask_server(question, out, error);
  if (ends_in(with, ".reg") || os_file_exists(with))
    return read_file(question->session, with, out, error);
  *out = json_pack("{s:s, s:s}", "kind", "service", "name", with);
  return *out ? TLSMEND_OK : error_no_memory(error);
}

/*
 * The effective TLS state of a machine, whom it gets on with, and the hello that it sends. What is read and what it means is Lua
 * (host/lua/state).
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/names_json.h"
#include "machine/unread.h"
#include "session/output.h"
#include "session/policy/group_policy.h"
#include "session/session.h"
#include "session/state/look.h"
#include "session/state/peer.h"
#include "tls/probe.h"

/* What is answered: the modules of host/lua that make the text of it, and a page and all texts to translate; in which format and
 * language. */
typedef struct view {
  const char *text, *page;
  tlsmend_format format;
  const language *language; /* NULL: English */
} view;

static tlsmend_verdict verdict_of(const char *result) {
  static const struct {
    const char *word;
    tlsmend_verdict verdict;
  } words[] = {{"compliant", TLSMEND_VERDICT_COMPLIANT},
               {"yes", TLSMEND_VERDICT_COMPLIANT},
               {"not-compliant", TLSMEND_VERDICT_NOT_COMPLIANT},
               {"no", TLSMEND_VERDICT_NOT_COMPLIANT}};
  for (size_t i = 0; result && i < sizeof words / sizeof words[0]; i++)
    if (strcmp(result, words[i].word) == 0)
      return words[i].verdict;
  return TLSMEND_VERDICT_UNKNOWN;
}

/* Adds what the report will say, translated, to the object: the matching of texts is not Lua's. */
static int translate(look *look, const view *view, json_t *shown, tlsmend_error *error) {
  json_t *list = NULL, *item, *texts = json_object();
  size_t index;
  int code = look_ask(look, view->page, "texts", json_incref(shown), &list, error);
  json_array_foreach(list, index, item) {
    const char *english = json_string_value(item);
    if (json_object_set_new(texts, english, json_string(language_text(view->language, english))) != 0)
      code = error_no_memory(error);
  }
  json_decref(list);
  json_object_set_new(shown, "said",
                      json_pack("{s:s, s:o}", "language", language_name(view->language), "texts", texts));
  return code;
}

static int render(look *look, const view *view, json_t *shown, char **out, tlsmend_error *error) {
  json_t *text = NULL;
  if (view->format == TLSMEND_FORMAT_JSON)
    return session_dump(json_incref(shown), out, error);
  int translated = view->language ? translate(look, view, shown, error) : TLSMEND_OK;
  if (translated != TLSMEND_OK)
    return translated;
  bool page = view->format == TLSMEND_FORMAT_HTML;
  int code = look_ask(look, page ? view->page : view->text, page ? "html" : "text", json_incref(shown), &text,
                      error);
  if (code == TLSMEND_OK && !(*out = strdup(json_string_value(text))))
    code = error_no_memory(error);
  json_decref(text);
  return code;
}

/* Adds what policy files make of the values that the state rests on. */
static int add_policy(const tlsmend_session *self, const plan_reads *reads, json_t *state,
                      tlsmend_error *error) {
  json_t *values = NULL;
  int code = session_policy_values(self, reads, &values, error);
  if (code == TLSMEND_OK && json_object_set(state, "policy_values", values) != 0)
    code = error_no_memory(error);
  json_decref(values);
  return code;
}

/* The state; with its sides where it is to be kept, so that another machine can meet them. */
static int read_state(const tlsmend_session *self, look *look, bool kept, json_t **out,
                      tlsmend_error *error) {
  json_t *sides = NULL;
  name_list lines = {0};
  int code = unread_keys(self->machine, &lines, error);
  if (code == TLSMEND_OK)
    code = look_ask(look, "state.state", "read",
                    json_pack("{s:s, s:o}", "spec", self->spec, "unread", name_list_to_json(&lines)), out,
                    error);
  name_list_clear(&lines);
  if (code == TLSMEND_OK)
    code = add_policy(self, &look->scratch->reads, *out, error);
  if (code == TLSMEND_OK && kept)
    code = look_ask(look, "state.with", "own", json_object(), &sides, error);
  if (sides)
    json_object_set_new(*out, "sides", sides);
  return code;
}

static int meet(tlsmend_session *self, look *look, const tlsmend_state_terms *terms, json_t *state,
                tlsmend_error *error) {
  json_t *peer = NULL, *with = NULL, *own = json_object_get(state, "sides");
  int code = peer_find(&(peer_question){self, terms, look, own}, &peer, error);
  if (code == TLSMEND_OK) {
    json_object_set(peer, "own", own);
    code = look_ask(look, "state.with", "meet", json_incref(peer), &with, error);
  }
  json_decref(peer);
  if (code == TLSMEND_OK)
    json_object_set_new(state, "with", with);
  return code;
}

static json_t *hello_terms(const tlsmend_session *self, const tlsmend_state_terms *terms) {
  json_t *filters = json_array();
  for (size_t i = 0; i < terms->filter_count; i++)
    json_array_append_new(filters, json_string(terms->filters[i]));
  return json_pack("{s:s, s:s, s:o}", "machine", self->spec, "layer", terms->hello, "filters", filters);
}

static int check_terms(const tlsmend_state_terms *terms, tlsmend_format format, tlsmend_error *error) {
  const char *why = NULL;
  if (terms->with && terms->hello)
    why = "a state is asked either with whom a machine gets on, or for the hello that it sends: not both";
  else if (terms->filter_count > 0 && !terms->hello)
    why = "a filter is one of a hello: name its layer, schannel, winhttp, wininet or net";
  else if ((terms->with || terms->hello) && format != TLSMEND_FORMAT_TEXT && format != TLSMEND_FORMAT_JSON)
    why = "with whom a machine gets on, and its hello, have the formats text and json";
  else if ((terms->name || terms->timeout) && !terms->with)
    why = "a server's name and its time are for a server that the machine is to meet: name that too";
  else if (terms->timeout > PROBE_TIMEOUT_MOST / 1000)
    why = "a server is waited for at most 60 seconds for each answer";
  return why ? tlsmend_error_set(error, TLSMEND_E_USAGE, "%s", why) : TLSMEND_OK;
}

/* What is asked for, and in *result the member that says what it comes to. */
static int answer(tlsmend_session *self, look *look, const tlsmend_state_terms *terms, view *view,
                  json_t **out, tlsmend_error *error) {
  const char *asked = terms->hello ? "state.hello" : terms->with ? "state.with" : NULL;
  view->text = asked ? asked : "state.report";
  view->page = asked ? asked : "state.page";
  if (terms->hello)
    return look_ask(look, "state.hello", "read", hello_terms(self, terms), out, error);
  int code = read_state(self, look, terms->with || view->format == TLSMEND_FORMAT_JSON, out, error);
  return code == TLSMEND_OK && terms->with ? meet(self, look, terms, *out, error) : code;
}

int tlsmend_state_with(tlsmend_session *self, const tlsmend_state_terms *terms, tlsmend_format format,
                       char **out, tlsmend_verdict *verdict, tlsmend_error *error) {
  assert(self && terms && out && verdict);
  *out = NULL;
  *verdict = TLSMEND_VERDICT_UNKNOWN;
  look look = {0};
  json_t *shown = NULL;
  view view = {.format = format, .language = self->language};
  tlsmend_state_terms all = TLSMEND_STATE_TERMS_INIT;
  if (terms->size > sizeof all || terms->size < sizeof terms->size)
    return tlsmend_error_set(error, TLSMEND_E_USAGE,
                             "tlsmend_state_terms has a size that this library does not know: use "
                             "TLSMEND_STATE_TERMS_INIT, and a library that is not older than the header");
  memcpy(&all, terms, terms->size); /* an older program knows fewer members */
  int code = check_terms(&all, format, error);
  if (code == TLSMEND_OK)
    code = look_open(self, &look, error);
  if (code == TLSMEND_OK)
    code = answer(self, &look, &all, &view, &shown, error);
  const json_t *judged = all.with ? json_object_get(shown, "with") : shown;
  const char *result = json_string_value(json_object_get(judged, "result"));
  tlsmend_verdict come = verdict_of(result);
  if (code == TLSMEND_OK)
    code = render(&look, &view, shown, out, error);
  if (code == TLSMEND_OK)
    *verdict = come;
  json_decref(shown);
  look_close(&look);
  return code;
}

int tlsmend_state(tlsmend_session *self, tlsmend_format format, char **out, tlsmend_verdict *verdict,
                  tlsmend_error *error) {
  tlsmend_state_terms terms = TLSMEND_STATE_TERMS_INIT;
  return tlsmend_state_with(self, &terms, format, out, verdict, error);
}

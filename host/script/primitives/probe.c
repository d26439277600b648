/*
 * What a server answers to this machine. Only verify may ask: a plan must not depend on what a network says. Whether the runbook has
 * declared it is the guard's to say. nil is "cannot tell".
 */
#include "tls/probe.h"

#include "machine/machine.h"
#include "script/primitives/primitives.h"

/* host, port, name or nil, milliseconds or nil. *asked: whether the machine can ask it; if not, that is the answer. */
static int take_endpoint(script_host *host, tlsmend_call *call, tlsmend_endpoint *out, bool *asked,
                         tlsmend_error *error) {
  const call_value *args = call->args;
  long long port = args[1].number, timeout = args[3].number;
  *asked = false;
  if (port < 1 || port > 65535)
    return tlsmend_error_set(error, TLSMEND_E_SCRIPT,
                             "%s: the port must be a number from 1 to 65535, got %lld", call->name, port);
  if (args[3].type == TLSMEND_TYPE_NIL)
    timeout = PROBE_TIMEOUT;
  if (timeout < 1 || timeout > PROBE_TIMEOUT_MOST)
    return tlsmend_error_set(error, TLSMEND_E_SCRIPT, "opts.timeout must be seconds, above 0 and at most %d",
                             PROBE_TIMEOUT_MOST / 1000);
  *out = (tlsmend_endpoint){
      .host = args[0].text, .port = (unsigned)port, .name = args[2].text, .timeout = (unsigned)timeout};
  int code = machine_may_probe(&host->machine.base, out, error);
  if (code == TLSMEND_E_UNKNOWN)
    return tlsmend_call_answer_nil(call, error);
  *asked = code == TLSMEND_OK;
  return code;
}

/* nil and the reason, where the question itself has failed. */
static int answer_failure(tlsmend_call *call, int code, tlsmend_error *error) {
  if (code != TLSMEND_E_UNKNOWN)
    return code;
  code = tlsmend_call_answer_nil(call, error);
  return code == TLSMEND_OK ? tlsmend_call_answer_text(call, error->text, error) : code;
}

/* state, protocol, suite, detail; "" is what cannot be told */
static int answer_probe(script_host *host, tlsmend_call *call, const tlsmend_probe_answer *answer,
                        tlsmend_error *error) {
  const char *const texts[] = {probe_state_name(answer->state), answer->protocol, answer->suite,
                               answer->detail};
  int code = TLSMEND_OK;
  host->answered |= answer->state == TLSMEND_PROBE_ON || answer->state == TLSMEND_PROBE_OFF;
  for (size_t i = 0; code == TLSMEND_OK && i < sizeof texts / sizeof *texts; i++)
    code = tlsmend_call_answer_text(call, texts[i], error);
  return code;
}

/* -> the name of each version and what is answered to it */
int primitive_versions(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  bool asked;
  tlsmend_endpoint endpoint;
  probe_result result;
  int code = take_endpoint(host, call, &endpoint, &asked, error);
  if (!asked)
    return code;
  code = probe_versions(&endpoint, &result, error);
  if (code != TLSMEND_OK)
    return answer_failure(call, code, error);
  for (size_t i = 0; code == TLSMEND_OK && i < TLS_VERSION_COUNT; i++) {
    code = tlsmend_call_answer_text(call, tls_version_name((tls_version)i), error);
    if (code == TLSMEND_OK)
      code = answer_probe(host, call, &result.versions[i], error);
  }
  return code;
}

int primitive_default_client(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  bool asked;
  tlsmend_endpoint endpoint;
  tlsmend_probe_answer answer;
  int code = take_endpoint(host, call, &endpoint, &asked, error);
  if (!asked)
    return code;
  code = machine_schannel_probe(&host->machine.base, &endpoint, &answer, error);
  return code == TLSMEND_OK ? answer_probe(host, call, &answer, error) : answer_failure(call, code, error);
}

/* "HOST:PORT" -> host, port */
int primitive_split(script_host *host, tlsmend_call *call, tlsmend_error *error) {
  char name[PROBE_HOST_MOST];
  unsigned port;
  (void)host;
  int code = probe_endpoint_parse(call->args[0].text, name, &port, error);
  if (code == TLSMEND_OK)
    code = tlsmend_call_answer_text(call, name, error);
  return code == TLSMEND_OK ? tlsmend_call_answer_integer(call, port, error) : code;
}

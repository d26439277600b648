/*
 * The questions to a server and the sum of its answers. What counts as which answer:
 *   on       a ServerHello of the version that was asked for
 *   off      to every batch an alert that refuses (handshake_failure, protocol_version, insufficient_security), or a ServerHello
 *            of an older version
 *   silent   silence; a stream that is closed or reset behind the hello, which firewalls and Schannel both do; any other alert
 *   blocked  no connection, an answer that is no TLS, or every hello of every version closed or reset
 */
#include "tls/probe.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/os.h"

enum { ADDRESSES = 8, ANSWER_MOST = 40000 };

const char *probe_state_name(tlsmend_probe_state state) {
#define TEXT(name, text) text,
  static const char *const texts[] = {TLSMEND_PROBE_STATES(TEXT)};
#undef TEXT
  return texts[state];
}

int probe_endpoint_parse(const char *text, char host[PROBE_HOST_MOST], unsigned *port, tlsmend_error *error) {
  bool bracket = text[0] == '[';
  const char *start = text + bracket, *end = bracket ? strchr(text, ']') : strchr(text, ':');
  const char *digits = end ? end + bracket : "";
  size_t length = end ? (size_t)(end - start) : 0;
  char *rest = NULL;
  unsigned long number =
      digits[0] == ':' && isdigit((unsigned char)digits[1]) ? strtoul(digits + 1, &rest, 10) : 0;
  if (number == 0 || number > 65535 || *rest || length == 0 || length >= PROBE_HOST_MOST)
    return tlsmend_error_set(
        error, TLSMEND_E_USAGE,
        "'%.128s' is no endpoint: say HOST:PORT, such as server.example:443 or [::1]:443", text);
  memcpy(host, start, length);
  host[length] = '\0';
  *port = (unsigned)number;
  return TLSMEND_OK;
}

/* Whether SNI may carry a name: not an address. */
static bool is_name(const char *name) { return !strchr(name, ':') && name[strspn(name, "0123456789.")]; }

typedef struct probe {
  const tlsmend_endpoint *endpoint;
  os_net_address addresses[ADDRESSES];
  size_t count;
  const os_net_address *chosen; /* that a connection was made to */
  unsigned torn;                /* versions of which every hello was closed or reset */
} probe;

#if defined(__MINGW32__)
__attribute__((format(gnu_printf, 3, 4)))
#elif defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static void
settle(tlsmend_probe_answer *out, tlsmend_probe_state state, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(out->detail, sizeof out->detail, format, arguments);
  va_end(arguments);
  out->state = state;
}

static void settle_unconnected(const probe *self, os_net_end end, tlsmend_probe_answer *out) {
  switch (end) {
  case OS_NET_REFUSED:
    settle(out, TLSMEND_PROBE_BLOCKED, "connection refused");
    break;
  case OS_NET_UNREACHABLE:
    settle(out, TLSMEND_PROBE_BLOCKED, "there is no way to the address from here");
    break;
  case OS_NET_RESET:
  case OS_NET_CLOSED:
    settle(out, TLSMEND_PROBE_BLOCKED, "reset before any byte");
    break;
  case OS_NET_SILENT:
    settle(out, TLSMEND_PROBE_SILENT, "no connection within %u s", (self->endpoint->timeout + 999) / 1000);
    break;
  case OS_NET_DONE:
  case OS_NET_FAILED:
    settle(out, TLSMEND_PROBE_SILENT, "this computer could not make a connection");
    break;
  }
}

/* The first address that takes a connection stays the one that is asked: another may be another server. */
static os_net *reach(probe *self, tlsmend_probe_answer *out) {
  os_net *net = NULL;
  os_net_end end = OS_NET_FAILED;
  for (size_t i = 0; i < self->count && !net; i++) {
    const os_net_address *address = self->chosen ? self->chosen : &self->addresses[i];
    end = os_net_connect(address, self->endpoint->timeout, &net);
    if (net || self->chosen) {
      self->chosen = address;
      break;
    }
  }
  if (!net)
    settle_unconnected(self, end, out);
  return net;
}

/* Asked for no version of its own: whatever the server picks is its answer. */
static const tls_version any = (tls_version)TLS_VERSION_COUNT;

/* What an answer means for the other batches: behind a silence they would only take more time. */
typedef enum course { GO_ON, TORN, ENOUGH } course;

/* How the stream ended before the answer was whole. */
static course settle_end(const probe *self, os_net_end end, bool begun, tlsmend_probe_answer *out) {
  if (begun) {
    settle(out, TLSMEND_PROBE_SILENT, "the answer breaks off");
    return GO_ON;
  }
  if (end == OS_NET_SILENT) {
    settle(out, TLSMEND_PROBE_SILENT, "silence for %u s", (self->endpoint->timeout + 999) / 1000);
    return ENOUGH;
  }
  settle(out, TLSMEND_PROBE_SILENT, "%s after the hello", end == OS_NET_CLOSED ? "closed" : "reset");
  return TORN;
}

static course settle_answer(tls_version asked, const tls_answer *answer, tlsmend_probe_answer *out) {
  const char *suite = tls_suite_name(answer->suite), *alert = tls_alert_name(answer->alert);
  if (answer->kind == TLS_ANSWER_PLAIN) {
    settle(out, TLSMEND_PROBE_BLOCKED, "the answer is no TLS: %s", answer->plain);
  } else if (answer->kind == TLS_ANSWER_ALERT) {
    bool refuses = tls_alert_refuses(answer->alert);
    settle(out, refuses ? TLSMEND_PROBE_OFF : TLSMEND_PROBE_SILENT, "alert %s (%u)%s",
           alert ? alert : "unknown", answer->alert & 0xff, refuses ? "" : ", which says neither yes nor no");
  } else if (answer->version == asked || asked == any) {
    settle(out, TLSMEND_PROBE_ON, "%s", answer->retry ? "asks for another group first" : "");
    if (suite)
      snprintf(out->suite, sizeof out->suite, "%s", suite);
    else
      snprintf(out->suite, sizeof out->suite, "0x%04X", (unsigned)answer->suite);
  } else {
    settle(out, answer->version < asked ? TLSMEND_PROBE_OFF : TLSMEND_PROBE_SILENT, "answers with %s",
           tls_version_name(answer->version));
  }
  return out->state == TLSMEND_PROBE_ON || out->state == TLSMEND_PROBE_BLOCKED ? ENOUGH : GO_ON;
}

/* Reads until the answer is whole. */
static course hear(const probe *self, os_net *net, tls_version version, tls_answer *answer,
                   tlsmend_probe_answer *out) {
  unsigned char *bytes = malloc(ANSWER_MOST);
  size_t used = 0, got = 0;
  os_net_end end = bytes ? OS_NET_DONE : OS_NET_FAILED;
  while (end == OS_NET_DONE && answer->kind == TLS_ANSWER_PARTIAL && used < ANSWER_MOST) {
    end = os_net_receive(net, bytes + used, ANSWER_MOST - used, self->endpoint->timeout, &got);
    used += got;
    tls_answer_read(version, bytes, used, answer);
  }
  bool begun = used > 0 && (bytes[0] == 21 || bytes[0] == 22 || (version == TLS_SSL2 && bytes[0] >= 0x80));
  if (!begun)
    tls_answer_end(bytes, used, answer);
  free(bytes);
  return answer->kind == TLS_ANSWER_PARTIAL ? settle_end(self, end, begun, out)
                                            : settle_answer(version, answer, out);
}

/* One hello on a connection of its own. */
static course exchange(probe *self, const unsigned char *hello, size_t size, tls_version version,
                       tls_answer *answer, tlsmend_probe_answer *out) {
  *answer = (tls_answer){.kind = TLS_ANSWER_PARTIAL};
  os_net *net = reach(self, out);
  if (!net)
    return ENOUGH;
  os_net_end end = os_net_send(net, hello, size, self->endpoint->timeout);
  course next =
      end == OS_NET_DONE ? hear(self, net, version, answer, out) : settle_end(self, end, false, out);
  os_net_close(net);
  return next;
}

/* The name to ask for, or NULL: an address is none. */
static const char *name_of(const tlsmend_endpoint *endpoint) {
  const char *name = endpoint->name ? endpoint->name : endpoint->host;
  return is_name(name) ? name : NULL;
}

static course ask(probe *self, tls_version version, size_t batch, tlsmend_probe_answer *out) {
  unsigned char chance[TLS_HELLO_CHANCE], hello[TLS_HELLO_MOST];
  tls_answer answer;
  os_random(chance, sizeof chance);
  size_t size = tls_hello_build(
      &(tls_hello){.version = version, .batch = batch, .name = name_of(self->endpoint), .chance = chance},
      hello);
  return exchange(self, hello, size, version, &answer, out);
}

/* On with any batch is on; off needs every batch; else the first doubt stands. */
static void probe_version(probe *self, tls_version version, tlsmend_probe_answer *out) {
  bool torn = true;
  course next = GO_ON;
  for (size_t batch = 0; next != ENOUGH && batch < tls_batch_count(version); batch++) {
    tlsmend_probe_answer answer = {.state = TLSMEND_PROBE_SILENT};
    next = ask(self, version, batch, &answer);
    torn = torn && next == TORN;
    if (batch == 0 || answer.state == TLSMEND_PROBE_ON || out->state == TLSMEND_PROBE_OFF)
      *out = answer;
  }
  snprintf(out->protocol, sizeof out->protocol, "%s", tls_version_name(version));
  self->torn += torn;
}

int probe_versions(const tlsmend_endpoint *endpoint, probe_result *out, tlsmend_error *error) {
  probe self = {.endpoint = endpoint};
  *out = (probe_result){0};
  int code = os_net_resolve(endpoint->host, endpoint->port, self.addresses, ADDRESSES, &self.count, error);
  if (code != TLSMEND_OK)
    return code;
  for (int version = TLS_VERSION_COUNT - 1; version >= 0; version--) {
    tlsmend_probe_answer *answer = &out->versions[version];
    probe_version(&self, (tls_version)version, answer);
    if (!self.chosen) { /* no connection at all */
      for (int other = 0; other < TLS_VERSION_COUNT; other++) {
        if (other != version)
          out->versions[other] = *answer;
        snprintf(out->versions[other].protocol, sizeof out->versions[other].protocol, "%s",
                 tls_version_name((tls_version)other));
      }
      break;
    }
  }
  for (int version = 0; self.torn == TLS_VERSION_COUNT && version < TLS_VERSION_COUNT; version++)
    settle(&out->versions[version], TLSMEND_PROBE_BLOCKED,
           "every hello is closed or reset, whatever its version");
  const os_net_address *asked = self.chosen ? self.chosen : &self.addresses[0];
  snprintf(out->address, sizeof out->address, "%s", asked->text);
  return TLSMEND_OK;
}

int probe_offer(const tlsmend_endpoint *endpoint, const tls_offer *offer, probe_choice *out,
                tlsmend_error *error) {
  probe self = {.endpoint = endpoint};
  unsigned char chance[TLS_HELLO_CHANCE], hello[TLS_OFFER_MOST];
  tls_offer whole = *offer;
  tls_answer answer;
  *out = (probe_choice){0};
  int code = os_net_resolve(endpoint->host, endpoint->port, self.addresses, ADDRESSES, &self.count, error);
  if (code != TLSMEND_OK)
    return code;
  os_random(chance, sizeof chance);
  whole.chance = chance;
  whole.name = name_of(endpoint);
  exchange(&self, hello, tls_offer_build(&whole, hello), any, &answer, &out->answer);
  if (out->answer.state == TLSMEND_PROBE_ON) {
    snprintf(out->answer.protocol, sizeof out->answer.protocol, "%s", tls_version_name(answer.version));
    out->group = answer.group;
  }
  const os_net_address *asked = self.chosen ? self.chosen : &self.addresses[0];
  snprintf(out->address, sizeof out->address, "%s", asked->text);
  return TLSMEND_OK;
}

int probe_modern(const probe_result *result) {
  tlsmend_probe_state last = result->versions[TLS_1_3].state, before = result->versions[TLS_1_2].state;
  if (last == TLSMEND_PROBE_ON || before == TLSMEND_PROBE_ON)
    return 1;
  return last == TLSMEND_PROBE_OFF && before == TLSMEND_PROBE_OFF ? 0 : -1;
}

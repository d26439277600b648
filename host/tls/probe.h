/*
 * Which versions of SSL and TLS a server speaks, asked over plain connections from this computer: one hello for each version and
 * batch of suites, and what the first answer says. No handshake is finished and no certificate looked at.
 */
#ifndef TLSMEND_TLS_PROBE_H
#define TLSMEND_TLS_PROBE_H

#include <tlsmend/values.h>

#include "tls/hello.h"

enum { PROBE_TIMEOUT = 5000, PROBE_TIMEOUT_MOST = 60000, PROBE_HOST_MOST = 256 };

typedef struct probe_result {
  char address[64]; /* the one that was asked */
  tlsmend_probe_answer versions[TLS_VERSION_COUNT];
} probe_result;

/* Splits "HOST:PORT" or "[ADDRESS]:PORT". E_USAGE. */
int probe_endpoint_parse(const char *text, char host[PROBE_HOST_MOST], unsigned *port, tlsmend_error *error);

/* Asks for every version. E_UNKNOWN if the host has no address; a server that does not answer is no error. */
int probe_versions(const tlsmend_endpoint *endpoint, probe_result *out, tlsmend_error *error);

/* What a server makes of one hello. Its state is ON for a version and a suite of whatever it picked: a handshake is not finished, and
 * for versions before TLS 1.3 the group is not seen (0). */
typedef struct probe_choice {
  char address[64];
  tlsmend_probe_answer answer;
  unsigned group;
} probe_choice;

/* Sends the hello of a certain client, whose name and random bytes are filled in here. Errors: as probe_versions. */
int probe_offer(const tlsmend_endpoint *endpoint, const tls_offer *offer, probe_choice *out,
                tlsmend_error *error);

/* Whether TLS 1.2 or later is on: 1, 0, or -1 for "cannot tell". */
int probe_modern(const probe_result *result);

/* "on", "off", "no answer", "blocked before TLS". Static. */
const char *probe_state_name(tlsmend_probe_state state);

#endif

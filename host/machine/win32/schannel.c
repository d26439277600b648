/*
 * A handshake through the system's own Schannel as a program gets it that asks for nothing: credentials with
 * grbitEnabledProtocols 0, so that registry and release decide. SCHANNEL_CRED is the structure of such programs; with it no
 * Windows offers TLS 1.3. Certificates are not checked and nothing is sent behind the handshake.
 */
#define SECURITY_WIN32
#include <winsock2.h>

#include "base/error.h"
#include "machine/win32/win32.h"

#include <schannel.h>
#include <security.h>
#include <stdio.h>
#include <string.h>

#include "tls/hello.h"
#include "os/win32/library.h"
#include "os/os.h"
#include "os/win32/wide.h"

enum { TOKEN_MOST = 65536, STEPS_MOST = 32 };

/* SecPkgContext_CipherInfo (attribute 0x64, Windows 10 and Server 2016), as far as it is read; newer than NT 6.0's headers. */
typedef struct cipher_info {
  DWORD version, protocol, suite, base_suite;
  WCHAR suite_name[64], cipher[64];
  DWORD cipher_bits, block_bytes;
  WCHAR hash[64];
  DWORD hash_bits;
  WCHAR exchange[64];
  DWORD exchange_least, exchange_most;
  WCHAR certificate[64];
  DWORD key_type;
} cipher_info;

typedef struct handshake {
  SecurityFunctionTableW *sspi; /* of secur32.dll */
  CredHandle credentials;
  CtxtHandle context;
  bool begun;       /* there is a context */
  tls_answer heard; /* what the server's last bytes were, read by ourselves */
  os_net *net;
  os_net_end end;
  unsigned timeout;
  wchar_t *name;
  char received[TOKEN_MOST];
  DWORD length;
} handshake;

static bool interface_open(SecurityFunctionTableW **out) {
  INIT_SECURITY_INTERFACE_W init;
  *out = library_function(L"secur32.dll", "InitSecurityInterfaceW", &init, sizeof init) ? init() : NULL;
  return *out;
}

static SECURITY_STATUS acquire(handshake *self) {
  SCHANNEL_CRED ask = {.dwVersion = SCHANNEL_CRED_VERSION,
                       .dwFlags = SCH_CRED_MANUAL_CRED_VALIDATION | SCH_CRED_NO_DEFAULT_CREDS};
  wchar_t package[] = UNISP_NAME_W;
  return self->sspi->AcquireCredentialsHandleW(NULL, package, SECPKG_CRED_OUTBOUND, NULL, &ask, NULL, NULL,
                                               &self->credentials, NULL);
}

/* Hands Schannel what was received (nothing at first) and sends what it answers. */
static SECURITY_STATUS step(handshake *self) {
  const ULONG wanted = ISC_REQ_CONFIDENTIALITY | ISC_REQ_STREAM | ISC_REQ_ALLOCATE_MEMORY |
                       ISC_REQ_MANUAL_CRED_VALIDATION | ISC_REQ_REPLAY_DETECT | ISC_REQ_SEQUENCE_DETECT;
  SecBuffer in[2] = {{self->length, SECBUFFER_TOKEN, self->received}, {0, SECBUFFER_EMPTY, NULL}};
  SecBuffer token = {0, SECBUFFER_TOKEN, NULL};
  SecBufferDesc from = {SECBUFFER_VERSION, 2, in}, to = {SECBUFFER_VERSION, 1, &token};
  ULONG attributes = 0;
  SECURITY_STATUS status = self->sspi->InitializeSecurityContextW(
      &self->credentials, self->begun ? &self->context : NULL, self->name, wanted, 0, 0,
      self->begun ? &from : NULL, 0, &self->context, &to, &attributes, NULL);
  if (status == SEC_E_INCOMPLETE_MESSAGE)
    return status;
  if (!self->begun && (status == SEC_I_CONTINUE_NEEDED || status == SEC_E_OK))
    self->begun = true;
  if (token.pvBuffer && token.cbBuffer > 0)
    self->end = os_net_send(self->net, token.pvBuffer, token.cbBuffer, self->timeout);
  if (token.pvBuffer)
    self->sspi->FreeContextBuffer(token.pvBuffer);
  if (status == SEC_I_INCOMPLETE_CREDENTIALS)
    return status; /* the same bytes are read again */
  DWORD rest = in[1].BufferType == SECBUFFER_EXTRA ? in[1].cbBuffer : 0;
  memmove(self->received, self->received + self->length - rest, rest);
  self->length = rest;
  return status;
}

/* SEC_E_OK, a refusal, or SEC_I_CONTINUE_NEEDED with self->end: the stream ended before the handshake. */
static SECURITY_STATUS negotiate(handshake *self) {
  SECURITY_STATUS status = step(self);
  for (int i = 0; i < STEPS_MOST && self->end == OS_NET_DONE; i++) {
    bool more = status == SEC_E_INCOMPLETE_MESSAGE;
    /* asked for a certificate, Schannel goes on without one when it is called again */
    if (!more && status != SEC_I_CONTINUE_NEEDED && status != SEC_I_INCOMPLETE_CREDENTIALS)
      return status;
    if (status != SEC_I_INCOMPLETE_CREDENTIALS && (more || self->length == 0)) {
      size_t got = 0;
      self->end = os_net_receive(self->net, self->received + self->length,
                                 sizeof self->received - self->length, self->timeout, &got);
      self->length += (DWORD)got;
      tls_answer_read(TLS_1_2, (const unsigned char *)self->received, self->length, &self->heard);
    }
    if (self->end == OS_NET_DONE)
      status = step(self);
  }
  return self->end == OS_NET_DONE ? status : SEC_I_CONTINUE_NEEDED;
}

static const char *protocol_name(DWORD protocol) {
  for (int version = TLS_VERSION_COUNT - 1; version >= 0; version--)
    if ((protocol & tls_version_bit((tls_version)version)) != 0)
      return tls_version_name((tls_version)version);
  return "";
}

static void settle_agreed(handshake *self, tlsmend_probe_answer *out) {
  SecPkgContext_ConnectionInfo info = {0};
  cipher_info cipher = {.version = 1};
  out->state = TLSMEND_PROBE_ON;
  if (self->sspi->QueryContextAttributesW(&self->context, SECPKG_ATTR_CONNECTION_INFO, &info) == SEC_E_OK) {
    snprintf(out->protocol, sizeof out->protocol, "%s", protocol_name(info.dwProtocol));
    snprintf(out->detail, sizeof out->detail,
             "cipher 0x%04lx, %lu bits; hash 0x%04lx; exchange 0x%04lx, %lu bits",
             (unsigned long)info.aiCipher, (unsigned long)info.dwCipherStrength, (unsigned long)info.aiHash,
             (unsigned long)info.aiExch, (unsigned long)info.dwExchStrength);
  }
  if (self->sspi->QueryContextAttributesW(&self->context, 0x64, &cipher) != SEC_E_OK)
    return;
  char *name = wide_to_utf8(cipher.suite_name, wcsnlen(cipher.suite_name, 64));
  snprintf(out->suite, sizeof out->suite, "%s", name ? name : "");
  free(name);
}

/* The usual ends of a handshake. Refusals are the server's, by the alert that each stands for, or Schannel's own. */
static const struct status_row {
  SECURITY_STATUS status;
  bool refuses;
  const char *name;
} statuses[] = {
    {SEC_E_UNSUPPORTED_FUNCTION, true, "SEC_E_UNSUPPORTED_FUNCTION, alert protocol_version"},
    {SEC_E_ILLEGAL_MESSAGE, true, "SEC_E_ILLEGAL_MESSAGE, alert handshake_failure"},
    {SEC_E_ALGORITHM_MISMATCH, true, "SEC_E_ALGORITHM_MISMATCH, no common version or suite"},
    {SEC_E_INTERNAL_ERROR, false, "SEC_E_INTERNAL_ERROR"},
    {SEC_E_INVALID_TOKEN, false, "SEC_E_INVALID_TOKEN, not an answer of TLS"},
    {SEC_E_NO_CREDENTIALS, false, "SEC_E_NO_CREDENTIALS"},
    {SEC_E_UNTRUSTED_ROOT, false, "SEC_E_UNTRUSTED_ROOT"},
};

static void settle_status(SECURITY_STATUS status, tlsmend_probe_answer *out) {
  const char *name = "see the errors of Schannel (winerror.h)";
  out->state = TLSMEND_PROBE_SILENT;
  for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
    if (statuses[i].status == status) {
      name = statuses[i].name;
      out->state = statuses[i].refuses ? TLSMEND_PROBE_OFF : TLSMEND_PROBE_SILENT;
    }
  snprintf(out->detail, sizeof out->detail, "0x%08lx %s", (unsigned long)status, name);
}

/* A failure is a refusal also where the server's alert says so, whatever Schannel makes of it, and where Schannel has not even
 * a hello to offer. */
static void settle_refusal(const handshake *self, tlsmend_probe_answer *out) {
  size_t used = strlen(out->detail);
  bool refused = self->heard.kind == TLS_ANSWER_ALERT && tls_alert_refuses(self->heard.alert);
  if (refused)
    snprintf(out->detail + used, sizeof out->detail - used, "; the server sent the alert %s (%u)",
             tls_alert_name(self->heard.alert), self->heard.alert);
  if (refused || !self->begun)
    out->state = TLSMEND_PROBE_OFF;
}

static void settle_end(os_net_end end, bool connected, tlsmend_probe_answer *out) {
  bool blocked = !connected && (end == OS_NET_REFUSED || end == OS_NET_UNREACHABLE || end == OS_NET_RESET);
  out->state = blocked ? TLSMEND_PROBE_BLOCKED : TLSMEND_PROBE_SILENT;
  const char *how = end == OS_NET_REFUSED       ? "connection refused"
                    : end == OS_NET_UNREACHABLE ? "there is no way to the address from here"
                    : end == OS_NET_SILENT      ? "silence"
                    : end == OS_NET_CLOSED      ? "closed"
                    : end == OS_NET_RESET       ? "reset"
                                                : "failed";
  snprintf(out->detail, sizeof out->detail, "%s%s", how, connected ? " during the handshake" : "");
}

static int reach(const tlsmend_endpoint *endpoint, handshake *self, tlsmend_error *error) {
  os_net_address addresses[8];
  size_t count = 0;
  int code = os_net_resolve(endpoint->host, endpoint->port, addresses, 8, &count, error);
  for (size_t i = 0; i < count && !self->net; i++)
    self->end = os_net_connect(&addresses[i], endpoint->timeout, &self->net);
  return code;
}

static void settle_handshake(handshake *self, tlsmend_probe_answer *out) {
  SECURITY_STATUS status = acquire(self);
  if (status != SEC_E_OK) {
    settle_status(status, out);
    return;
  }
  status = negotiate(self);
  if (self->end != OS_NET_DONE)
    settle_end(self->end, true, out);
  else if (status == SEC_E_OK)
    settle_agreed(self, out);
  else
    settle_status(status, out);
  if (status != SEC_E_OK && self->end == OS_NET_DONE)
    settle_refusal(self, out);
  if (self->begun)
    self->sspi->DeleteSecurityContext(&self->context);
  self->sspi->FreeCredentialsHandle(&self->credentials);
}

int schannel_probe(tlsmend_machine *machine, const tlsmend_endpoint *endpoint, tlsmend_probe_answer *out,
                   tlsmend_error *error) {
  (void)machine;
  handshake *self = calloc(1, sizeof *self);
  if (self)
    self->name = wide_from_utf8(endpoint->name ? endpoint->name : endpoint->host);
  if (!self || !self->name) {
    free(self);
    return error_no_memory(error);
  }
  self->timeout = endpoint->timeout;
  if (!interface_open(&self->sspi)) {
    free(self->name);
    free(self);
    return tlsmend_error_set(error, TLSMEND_E_UNSUPPORTED, "this Windows has no secur32.dll");
  }
  int code = reach(endpoint, self, error);
  if (code == TLSMEND_OK && !self->net)
    settle_end(self->end, false, out);
  else if (code == TLSMEND_OK)
    settle_handshake(self, out);
  os_net_close(self->net);
  free(self->name);
  free(self);
  return code;
}

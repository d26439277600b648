/*
 * A TLS handshake with a server on loopback by what the system's Schannel does when a program asks for nothing: the credentials
 * are taken with grbitEnabledProtocols = 0. Prints the protocol and exits 0, or prints where it ended and exits 1. Certificates
 * are not checked: what is tested is which protocols the registry lets through.
 */
#define SECURITY_WIN32
#include <winsock2.h>
#include <windows.h>
#include <security.h>
#include <schannel.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const ULONG wanted =
    ISC_REQ_CONFIDENTIALITY | ISC_REQ_STREAM | ISC_REQ_ALLOCATE_MEMORY | ISC_REQ_MANUAL_CRED_VALIDATION;

static int fail(const char *step, long code) {
  printf("failed: %s 0x%08lx\n", step, (unsigned long)code);
  return 1;
}

static SOCKET reach(unsigned short port) {
  SOCKET peer = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  struct sockaddr_in address = {0};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  DWORD timeout = 15000;
  setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, (const char *)&timeout, sizeof timeout);
  if (connect(peer, (struct sockaddr *)&address, sizeof address) == 0)
    return peer;
  closesocket(peer);
  return INVALID_SOCKET;
}

/* Sends what Schannel made and frees it. */
static int deliver(SOCKET peer, SecBuffer *token) {
  int sent = 1;
  if (token->cbBuffer && token->pvBuffer) {
    sent = send(peer, token->pvBuffer, (int)token->cbBuffer, 0) == (int)token->cbBuffer;
    FreeContextBuffer(token->pvBuffer);
  }
  return sent;
}

static SECURITY_STATUS step(CredHandle *credentials, CtxtHandle *context, int first, SecBufferDesc *in,
                            SecBuffer *token) {
  *token = (SecBuffer){0, SECBUFFER_TOKEN, NULL};
  SecBufferDesc out = {SECBUFFER_VERSION, 1, token};
  ULONG attributes = 0;
  wchar_t name[] = L"localhost";
  return InitializeSecurityContextW(credentials, first ? NULL : context, name, wanted, 0, 0, in, 0, context,
                                    &out, &attributes, NULL);
}

static SECURITY_STATUS handshake(SOCKET peer, CredHandle *credentials, CtxtHandle *context) {
  static char received[65536];
  DWORD length = 0;
  SecBuffer token;
  SECURITY_STATUS status = step(credentials, context, 1, NULL, &token);
  if (!deliver(peer, &token))
    return -1;
  while (status == SEC_I_CONTINUE_NEEDED || status == SEC_E_INCOMPLETE_MESSAGE) {
    if (status == SEC_E_INCOMPLETE_MESSAGE || length == 0) {
      int got = recv(peer, received + length, (int)(sizeof received - length), 0);
      if (got <= 0)
        return SEC_E_ILLEGAL_MESSAGE;
      length += (DWORD)got;
    }
    SecBuffer buffers[2] = {{length, SECBUFFER_TOKEN, received}, {0, SECBUFFER_EMPTY, NULL}};
    SecBufferDesc in = {SECBUFFER_VERSION, 2, buffers};
    status = step(credentials, context, 0, &in, &token);
    if (status == SEC_E_INCOMPLETE_MESSAGE)
      continue;
    deliver(peer, &token);
    DWORD rest = buffers[1].BufferType == SECBUFFER_EXTRA ? buffers[1].cbBuffer : 0;
    memmove(received, received + length - rest, rest);
    length = rest;
  }
  return status;
}

static const char *protocol_name(DWORD protocol) {
  switch (protocol) {
  case 0x80:
    return "TLS 1.0";
  case 0x200:
    return "TLS 1.1";
  case 0x800:
    return "TLS 1.2";
  case 0x2000:
    return "TLS 1.3";
  default:
    return "another protocol";
  }
}

int main(int argc, char **argv) {
  WSADATA winsock;
  CredHandle credentials;
  CtxtHandle context;
  SCHANNEL_CRED ask = {.dwVersion = SCHANNEL_CRED_VERSION};
  SecPkgContext_ConnectionInfo info = {0};
  if (argc != 2 || WSAStartup(MAKEWORD(2, 2), &winsock) != 0)
    return fail("usage: handshake PORT", 0);
  ask.dwFlags = SCH_CRED_MANUAL_CRED_VALIDATION | SCH_CRED_NO_DEFAULT_CREDS;
  wchar_t package[] = UNISP_NAME_W;
  SECURITY_STATUS status = AcquireCredentialsHandleW(NULL, package, SECPKG_CRED_OUTBOUND, NULL, &ask, NULL,
                                                     NULL, &credentials, NULL);
  if (status != SEC_E_OK)
    return fail("no credentials", status);
  SOCKET peer = reach((unsigned short)atoi(argv[1]));
  if (peer == INVALID_SOCKET) {
    fail("no connection", WSAGetLastError());
    return 2; /* not Schannel's doing: the test itself is broken */
  }
  status = handshake(peer, &credentials, &context);
  if (status != SEC_E_OK)
    return fail("handshake", status);
  status = QueryContextAttributesW(&context, SECPKG_ATTR_CONNECTION_INFO, &info);
  if (status != SEC_E_OK)
    return fail("connection information", status);
  printf("%s\n", protocol_name(info.dwProtocol));
  closesocket(peer);
  return 0;
}

/* TCP streams on Windows. Contract: os/os.h and os/system.h. Winsock counts its
 * users: each function that needs it joins and leaves, an open stream stays joined. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "base/error.h"
#include "os/os.h"

#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tlsmend/tlsmend.h>

#include "os/system.h"
#include "os/win32/wide.h"

struct os_net {
  SOCKET handle;
};

static bool join(void) {
  WSADATA about;
  return WSAStartup(MAKEWORD(2, 2), &about) == 0;
}

/* The address without its port. */
static void show_address(const ADDRINFOW *from, char out[64]) {
  wchar_t text[64];
  if (GetNameInfoW(from->ai_addr, (socklen_t)from->ai_addrlen, text, 64, NULL, 0, NI_NUMERICHOST) != 0) {
    snprintf(out, 64, "?");
    return;
  }
  size_t length = 0;
  for (; text[length] != 0 && length < 63; length++) /* digits, dots, colons: ASCII */
    out[length] = (char)text[length];
  out[length] = '\0';
}

static int resolve(const char *host, unsigned port, ADDRINFOW **out, tlsmend_error *error) {
  wchar_t service[16], *name = wide_from_utf8(host);
  ADDRINFOW hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
  if (!name)
    return error_no_memory(error);
  _snwprintf(service, 16, L"%u", port);
  int number = GetAddrInfoW(name, service, &hints, out);
  free(name);
  if (number == 0)
    return TLSMEND_OK;
  char reason[256];
  wide_reason((unsigned long)number, reason, sizeof reason);
  return tlsmend_error_set(error, TLSMEND_E_UNKNOWN, "cannot find the address of %s: %s; is the name right?",
                           host, reason);
}

int os_net_resolve(const char *host, unsigned port, os_net_address *out, size_t room, size_t *count,
                   tlsmend_error *error) {
  ADDRINFOW *found = NULL;
  *count = 0;
  if (!join())
    return tlsmend_error_set(error, TLSMEND_E_UNKNOWN,
                             "this Windows has no network (Winsock does not start)");
  int code = resolve(host, port, &found, error);
  for (const ADDRINFOW *at = code == TLSMEND_OK ? found : NULL; at && *count < room; at = at->ai_next) {
    os_net_address *address = &out[*count];
    if (at->ai_addrlen > sizeof address->bytes)
      continue;
    *address = (os_net_address){.family = at->ai_family, .size = (unsigned)at->ai_addrlen};
    memcpy(address->bytes, at->ai_addr, at->ai_addrlen);
    show_address(at, address->text);
    ++*count;
  }
  if (code == TLSMEND_OK)
    FreeAddrInfoW(found);
  WSACleanup();
  if (code == TLSMEND_OK && *count == 0)
    return tlsmend_error_set(error, TLSMEND_E_UNKNOWN, "%s has no address that TCP can reach", host);
  return code;
}

static os_net_end end_of(int number) {
  switch (number) {
  case WSAECONNREFUSED:
    return OS_NET_REFUSED;
  case WSAECONNRESET:
  case WSAECONNABORTED:
    return OS_NET_RESET;
  case WSAETIMEDOUT:
    return OS_NET_SILENT;
  case WSAEHOSTUNREACH:
  case WSAENETUNREACH:
  case WSAENETDOWN:
  case WSAEADDRNOTAVAIL:
  case WSAEAFNOSUPPORT:
  case WSAEACCES:
    return OS_NET_UNREACHABLE;
  default:
    return OS_NET_FAILED;
  }
}

/* A failed connection is told as an exception. */
os_net_end system_net_wait(const os_net *net, bool writing, uint64_t deadline) {
  uint64_t now = os_clock();
  uint64_t left = now >= deadline ? 0 : deadline - now;
  fd_set ready, broken;
  FD_ZERO(&ready);
  FD_ZERO(&broken);
  ready.fd_array[ready.fd_count++] = net->handle;
  broken.fd_array[broken.fd_count++] = net->handle;
  struct timeval limit = {(long)(left / 1000), (long)(left % 1000 * 1000)};
  int found = select(0, writing ? NULL : &ready, writing ? &ready : NULL, &broken, &limit);
  return found > 0 ? OS_NET_DONE : found == 0 ? OS_NET_SILENT : end_of(WSAGetLastError());
}

static os_net_end connect_within(const os_net *net, const os_net_address *address, unsigned milliseconds) {
  struct sockaddr_storage to = {0};
  u_long yes = 1;
  memcpy(&to, address->bytes, address->size);
  if (ioctlsocket(net->handle, (long)FIONBIO, &yes) != 0)
    return OS_NET_FAILED;
  if (connect(net->handle, (const struct sockaddr *)&to, (int)address->size) == 0)
    return OS_NET_DONE;
  if (WSAGetLastError() != WSAEWOULDBLOCK)
    return end_of(WSAGetLastError());
  os_net_end end = system_net_wait(net, true, os_clock() + milliseconds);
  int number = 0, size = sizeof number;
  if (end == OS_NET_DONE && getsockopt(net->handle, SOL_SOCKET, SO_ERROR, (char *)&number, &size) != 0)
    return OS_NET_FAILED;
  return number != 0 ? end_of(number) : end;
}

os_net_end os_net_connect(const os_net_address *address, unsigned milliseconds, os_net **out) {
  *out = NULL;
  os_net *net = malloc(sizeof *net);
  if (!net || !join()) {
    free(net);
    return OS_NET_FAILED;
  }
  net->handle = socket(address->family, SOCK_STREAM, IPPROTO_TCP);
  os_net_end end =
      net->handle == INVALID_SOCKET ? end_of(WSAGetLastError()) : connect_within(net, address, milliseconds);
  if (end == OS_NET_DONE)
    *out = net;
  else
    os_net_close(net);
  return end;
}

enum { PIECE_MOST = 65536 }; /* Winsock counts in int */

/* Of a call that has moved `count` bytes, -1 with the error of Winsock. */
static long moved(int count, os_net_end *end) {
  int number = count < 0 ? WSAGetLastError() : 0;
  *end = count >= 0 || number == WSAEWOULDBLOCK ? OS_NET_DONE : end_of(number);
  return count;
}

long system_net_send(os_net *net, const void *bytes, size_t size, os_net_end *end) {
  return moved(send(net->handle, bytes, (int)(size > PIECE_MOST ? PIECE_MOST : size), 0), end);
}

long system_net_receive(os_net *net, void *bytes, size_t room, os_net_end *end) {
  return moved(recv(net->handle, bytes, (int)(room > PIECE_MOST ? PIECE_MOST : room), 0), end);
}

void os_net_close(os_net *net) {
  if (!net)
    return;
  if (net->handle != INVALID_SOCKET)
    closesocket(net->handle);
  WSACleanup();
  free(net);
}

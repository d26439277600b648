/* Other computers. */
#include "wall/win32/win32.h"

#include <ws2tcpip.h>

#include <winhttp.h>

static long socket_of(int family, int type) {
  WSADATA started;
  int code = WSAStartup(MAKEWORD(2, 2), &started);
  if (code != 0)
    return code;
  return socket(family, type, 0) != INVALID_SOCKET ? WALL_THROUGH : WSAGetLastError();
}

WALL_ASK_CODE(stream, socket_of(AF_INET, SOCK_STREAM))
WALL_ASK_CODE(datagram, socket_of(AF_INET, SOCK_DGRAM))
WALL_ASK_CODE(stream6, socket_of(AF_INET6, SOCK_STREAM))
WALL_ASK_CODE(raw, socket_of(AF_INET, SOCK_RAW))

static long listening(void) {
  WSADATA started;
  struct sockaddr_in at = {.sin_family = AF_INET};
  WSAStartup(MAKEWORD(2, 2), &started);
  SOCKET made = socket(AF_INET, SOCK_STREAM, 0);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return bind(made, (struct sockaddr *)&at, sizeof at) == 0 && listen(made, 1) == 0 ? WALL_THROUGH
                                                                                    : WSAGetLastError();
}

/* Whether anybody answers is no matter: refused by the other side is a way to it. */
static long connected(void) {
  WSADATA started;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(1)};
  WSAStartup(MAKEWORD(2, 2), &started);
  SOCKET made = socket(AF_INET, SOCK_STREAM, 0);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int code = connect(made, (struct sockaddr *)&to, sizeof to) == 0 ? 0 : WSAGetLastError();
  return code == WSAECONNREFUSED ? WALL_THROUGH : code;
}

static long resolved(void) {
  WSADATA started;
  struct addrinfo *found = NULL;
  WSAStartup(MAKEWORD(2, 2), &started);
  return getaddrinfo("localhost", "443", NULL, &found);
}

static long web(void) {
  HINTERNET session = WinHttpOpen(L"wall", WINHTTP_ACCESS_TYPE_NO_PROXY, NULL, NULL, 0);
  HINTERNET connection = session ? WinHttpConnect(session, L"127.0.0.1", 1, 0) : NULL;
  HINTERNET request = connection ? WinHttpOpenRequest(connection, L"GET", L"/", NULL, NULL, NULL, 0) : NULL;
  if (!request || WinHttpSendRequest(request, NULL, 0, NULL, 0, 0, 0))
    return request ? WALL_THROUGH : wall_error();
  return GetLastError() == ERROR_WINHTTP_CANNOT_CONNECT ? WALL_THROUGH : wall_error();
}

const wall_attempt wall_network[] = {
    {"socket TCP", stream, WALL_REFUSED, 0, false},
    {"socket UDP", datagram, WALL_REFUSED, 0, false},
    {"socket TCP over IPv6", stream6, WALL_REFUSED, 0, false},
    {"socket raw", raw, WALL_REFUSED, 0, false},
    {"listen", listening, WALL_REFUSED, 0, false},
    {"connect", connected, WALL_REFUSED, 0, false},
    {"getaddrinfo", resolved, WALL_REFUSED, 0, false},
    {"WinHTTP", web, WALL_REFUSED, 0, false},
    {0},
};

/* TCP streams on POSIX. Contract: os/os.h and os/system.h. */
#define _GNU_SOURCE

#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <tlsmend/tlsmend.h>

#include "os/posix/posix.h"
#include "os/system.h"

struct os_net {
  int handle;
};

int os_net_resolve(const char *host, unsigned port, os_net_address *out, size_t room, size_t *count,
                   tlsmend_error *error) {
  char service[16];
  struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *found = NULL;
  *count = 0;
  snprintf(service, sizeof service, "%u", port);
  int number = getaddrinfo(host, service, &hints, &found);
  if (number != 0)
    return tlsmend_error_set(error, TLSMEND_E_UNKNOWN,
                             "cannot find the address of %s: %s; is the name right?", host,
                             number == EAI_SYSTEM ? strerror(errno) : gai_strerror(number));
  for (const struct addrinfo *at = found; at && *count < room; at = at->ai_next) {
    os_net_address *address = &out[*count];
    if (at->ai_addrlen > sizeof address->bytes)
      continue;
    *address = (os_net_address){.family = at->ai_family, .size = at->ai_addrlen};
    memcpy(address->bytes, at->ai_addr, at->ai_addrlen);
    if (getnameinfo(at->ai_addr, at->ai_addrlen, address->text, sizeof address->text, NULL, 0,
                    NI_NUMERICHOST) != 0)
      snprintf(address->text, sizeof address->text, "?");
    ++*count;
  }
  freeaddrinfo(found);
  if (*count == 0)
    return tlsmend_error_set(error, TLSMEND_E_UNKNOWN, "%s has no address that TCP can reach", host);
  return TLSMEND_OK;
}

static os_net_end end_of(int number) {
  switch (number) {
  case ECONNREFUSED:
    return OS_NET_REFUSED;
  case ECONNRESET:
  case EPIPE:
  case ECONNABORTED:
    return OS_NET_RESET;
  case ETIMEDOUT:
    return OS_NET_SILENT;
  case EHOSTUNREACH:
  case ENETUNREACH:
  case ENETDOWN:
  case EADDRNOTAVAIL:
  case EAFNOSUPPORT:
  case EACCES:
  case EPERM:
    return OS_NET_UNREACHABLE;
  default:
    return OS_NET_FAILED;
  }
}

os_net_end system_net_wait(const os_net *net, bool writing, uint64_t deadline) {
  for (;;) {
    uint64_t now = os_clock();
    if (now >= deadline)
      return OS_NET_SILENT;
    uint64_t left = deadline - now;
    struct pollfd ready = {.fd = net->handle, .events = writing ? POLLOUT : POLLIN};
    int found = poll(&ready, 1, left > INT_MAX ? INT_MAX : (int)left);
    if (found > 0)
      return OS_NET_DONE;
    if (found < 0 && errno != EINTR)
      return OS_NET_FAILED;
  }
}

static os_net_end connect_within(const os_net *net, const os_net_address *address, unsigned milliseconds) {
  struct sockaddr_storage to = {0};
  memcpy(&to, address->bytes, address->size);
  if (fcntl(net->handle, F_SETFL, O_NONBLOCK) != 0 || fcntl(net->handle, F_SETFD, FD_CLOEXEC) != 0)
    return OS_NET_FAILED;
  if (connect(net->handle, (const struct sockaddr *)&to, (socklen_t)address->size) == 0)
    return OS_NET_DONE;
  if (errno != EINPROGRESS && errno != EINTR)
    return end_of(errno);
  os_net_end end = system_net_wait(net, true, os_clock() + milliseconds);
  int number = 0;
  socklen_t size = sizeof number;
  if (end == OS_NET_DONE && getsockopt(net->handle, SOL_SOCKET, SO_ERROR, &number, &size) != 0)
    return OS_NET_FAILED;
  return number != 0 ? end_of(number) : end;
}

os_net_end os_net_connect(const os_net_address *address, unsigned milliseconds, os_net **out) {
  *out = NULL;
  os_net *net = malloc(sizeof *net);
  if (!net)
    return OS_NET_FAILED;
  net->handle = posix_above(socket(address->family, SOCK_STREAM, 0));
  os_net_end end = net->handle < 0 ? end_of(errno) : connect_within(net, address, milliseconds);
  if (end == OS_NET_DONE) {
    *out = net;
  } else {
    if (net->handle >= 0)
      close(net->handle);
    free(net);
  }
  return end;
}

/* Of a call that has moved `count` bytes, -1 with errno. */
static long moved(ssize_t count, os_net_end *end) {
  bool later = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  *end = count >= 0 || later ? OS_NET_DONE : end_of(errno);
  return count;
}

long system_net_send(os_net *net, const void *bytes, size_t size, os_net_end *end) {
  return moved(send(net->handle, bytes, size, MSG_NOSIGNAL), end);
}

long system_net_receive(os_net *net, void *bytes, size_t room, os_net_end *end) {
  return moved(recv(net->handle, bytes, room, 0), end);
}

void os_net_close(os_net *net) {
  if (!net)
    return;
  close(net->handle);
  free(net);
}

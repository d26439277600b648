/* Streams over TCP that never wait longer than they are told to. Contract: os/os.h. */
#include "os/os.h"
#include "os/system.h"

os_net_end os_net_send(os_net *net, const void *bytes, size_t size, unsigned milliseconds) {
  uint64_t deadline = os_clock() + milliseconds;
  os_net_end end = OS_NET_DONE;
  for (const char *at = bytes; end == OS_NET_DONE && size > 0;) {
    long sent = system_net_send(net, at, size, &end);
    if (sent > 0) {
      at += sent;
      size -= (size_t)sent;
    } else if (end == OS_NET_DONE) {
      end = system_net_wait(net, true, deadline);
    }
  }
  return end;
}

os_net_end os_net_receive(os_net *net, void *bytes, size_t room, unsigned milliseconds, size_t *size) {
  uint64_t deadline = os_clock() + milliseconds;
  os_net_end end = OS_NET_DONE;
  long got = -1;
  *size = 0;
  while (got < 0 && end == OS_NET_DONE && (end = system_net_wait(net, false, deadline)) == OS_NET_DONE)
    got = system_net_receive(net, bytes, room, &end);
  if (got > 0)
    *size = (size_t)got;
  return got == 0 ? OS_NET_CLOSED : end;
}

/* Other computers, and other programs of this one. */
#include <netinet/in.h>
#include <sys/socket.h>

#include "wall/posix/posix.h"

WALL_CALL(internet, SYS_socket, AF_INET, SOCK_STREAM, 0)
WALL_CALL(internet6, SYS_socket, AF_INET6, SOCK_DGRAM, 0)
WALL_CALL(raw_packets, SYS_socket, AF_PACKET, SOCK_RAW, 0)
WALL_CALL(local, SYS_socket, AF_UNIX, SOCK_STREAM, 0)
WALL_CALL(netlink, SYS_socket, AF_NETLINK, SOCK_RAW, 0)
WALL_CALL(host_of_vm, SYS_socket, AF_VSOCK, SOCK_STREAM, 0)
WALL_CALL(kernel_crypto, SYS_socket, AF_ALG, SOCK_SEQPACKET, 0)
WALL_CALL(pair, SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, (int[2]){0})
WALL_CALL(bind_input, SYS_bind, 0L, (char[16]){AF_INET}, 16)
WALL_CALL(listen_input, SYS_listen, 0L, 1)
WALL_CALL(accept_input, SYS_accept4, 0L, NULL, NULL, 0)
WALL_CALL(send_output, SYS_sendto, 1L, "x", 1L, 0, NULL, 0)
WALL_CALL(set_option, SYS_setsockopt, 0L, SOL_SOCKET, SO_DEBUG, (int[1]){1}, 4)

static long connect_input(void) {
  struct sockaddr_in to = {
      .sin_family = AF_INET, .sin_port = htons(443), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  return syscall(SYS_connect, 0L, &to, sizeof to) == -1 ? errno : WALL_THROUGH;
}

const wall_attempt wall_network[] = {
    {"socket inet", internet, WALL_KILLED, 0, false},
    {"socket inet6", internet6, WALL_KILLED, 0, false},
    {"socket packet", raw_packets, WALL_KILLED, 0, false},
    {"socket unix", local, WALL_KILLED, 0, false},
    {"socket netlink", netlink, WALL_KILLED, 0, false},
    {"socket vsock", host_of_vm, WALL_KILLED, 0, false},
    {"socket alg", kernel_crypto, WALL_KILLED, 0, false},
    {"socketpair", pair, WALL_KILLED, 0, false},
    {"bind", bind_input, WALL_KILLED, 0, false},
    {"listen", listen_input, WALL_KILLED, 0, false},
    {"accept4", accept_input, WALL_KILLED, 0, false},
    {"connect", connect_input, WALL_KILLED, 0, false},
    {"sendto", send_output, WALL_KILLED, 0, false},
    {"setsockopt", set_option, WALL_KILLED, 0, false},
    {0},
};

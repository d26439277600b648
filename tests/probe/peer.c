/*
 * peer MODE: a server on loopback that answers every connection in one way, for two minutes at most. Prints its port. Modes: silent,
 * reset, close, text (HTTP behind the first bytes), banner (speaks first), ssl2, ssl3 (a canned hello if it is offered that
 * version, else silence), trickle (a TLS 1.2 hello byte by byte), warning (a warning before it), broken (a hello that breaks off),
 * odd (an alert that says neither yes nor no).
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const unsigned char first[] = {0x80, 14, 4, 0, 1, 0, 2, 0, 0, 0, 3, 0, 0, 1, 0, 0x80};
#define HELLO(minor, suite)                                                                                  \
  22, 3, minor, 0, 42, 2, 0, 0, 38, 3, minor, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, \
      19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 0, 0, suite, 0
static const unsigned char third[] = {HELLO(0, 5)};
static const unsigned char later[] = {HELLO(3, 0x3C)};
static const unsigned char warned[] = {21, 3, 3, 0, 2, 1, 112, HELLO(3, 0x3C)};
static const unsigned char odd[] = {21, 3, 1, 0, 2, 2, 80};

static void give(int peer, const void *bytes, size_t size) {
  if (send(peer, bytes, size, MSG_NOSIGNAL) < 0)
    perror("send");
}

static void trickle(int peer) {
  for (size_t i = 0; i < sizeof later; i++) {
    give(peer, later + i, 1);
    usleep(2000);
  }
}

/* Answers one connection; true if it is to be kept open. */
static bool answer(const char *mode, int peer) {
  unsigned char hello[4096];
  if (strcmp(mode, "banner") == 0)
    give(peer, "220 mail.example ESMTP\r\n", 24);
  ssize_t size = recv(peer, hello, sizeof hello, 0);
  if (size < 11 || strcmp(mode, "silent") == 0)
    return true;
  if (strcmp(mode, "reset") == 0)
    setsockopt(peer, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
  else if (strcmp(mode, "text") == 0)
    give(peer, "HTTP/1.1 400 Bad Request\r\n\r\n", 28);
  else if (strcmp(mode, "odd") == 0)
    give(peer, odd, sizeof odd);
  else if (strcmp(mode, "broken") == 0)
    give(peer, later, 20);
  else if (strcmp(mode, "ssl2") == 0 && (hello[0] & 0x80) != 0)
    give(peer, first, sizeof first);
  else if (strcmp(mode, "ssl3") == 0 && hello[0] == 22 && hello[10] == 0)
    give(peer, third, sizeof third);
  else if (strcmp(mode, "trickle") == 0 && hello[0] == 22 && hello[10] == 3)
    trickle(peer);
  else if (strcmp(mode, "warning") == 0 && hello[0] == 22 && hello[10] == 3)
    give(peer, warned, sizeof warned);
  else if (strncmp(mode, "ssl", 3) == 0)
    return true;
  return false;
}

int main(int argc, char **argv) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t size = sizeof address;
  int server = socket(AF_INET, SOCK_STREAM, 0);
  alarm(120);
  if (argc != 2 || server < 0 || bind(server, (struct sockaddr *)&address, size) != 0 ||
      listen(server, 64) != 0 || getsockname(server, (struct sockaddr *)&address, &size) != 0) {
    perror("peer");
    return 1;
  }
  printf("%u\n", (unsigned)ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    int peer = accept(server, NULL, NULL);
    if (peer >= 0 && !answer(argv[1], peer))
      close(peer);
  }
}

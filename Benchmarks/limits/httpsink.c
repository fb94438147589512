/* an HTTP/1.1 server that reads requests with Content-Length and answers 200 with an empty body.
 usage: httpsink PORT */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#define MAXC 64
static struct {
  int fd;
  size_t n, need;
  char head[8192];
} C[MAXC];
static const char answer[] = "HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";
static char buf[1 << 20];
static int take(int i, char *p, size_t n) {
  while (n) {
    if (C[i].need) {
      size_t k = n < C[i].need ? n : C[i].need;
      C[i].need -= k, p += k, n -= k;
      if (!C[i].need && write(C[i].fd, answer, sizeof answer - 1) < 0)
        return -1;
      continue;
    }
    if (C[i].n + 1 >= sizeof C[i].head)
      return -1;
    C[i].head[C[i].n++] = *p++, n--;
    C[i].head[C[i].n] = 0;
    if (C[i].n >= 4 && !memcmp(C[i].head + C[i].n - 4, "\r\n\r\n", 4)) {
      char *l = strcasestr(C[i].head, "\r\ncontent-length:");
      C[i].need = l ? strtoul(l + 17, 0, 10) : 0;
      C[i].n = 0;
      if (!C[i].need && write(C[i].fd, answer, sizeof answer - 1) < 0)
        return -1;
    }
  }
  return 0;
}
int main(int c, char **v) {
  signal(SIGPIPE, SIG_IGN);
  int l = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(atoi(v[1])), .sin_addr.s_addr = htonl(0x7f000001)};
  if (c < 2 || bind(l, (void *)&a, sizeof a) || listen(l, 64))
    return 1;
  int n = 0;
  for (;;) {
    struct pollfd p[MAXC + 1] = {{l, POLLIN}};
    for (int i = 0; i < n; i++)
      p[i + 1] = (struct pollfd){C[i].fd, POLLIN};
    if (poll(p, n + 1, -1) < 0)
      return 1;
    for (int i = n - 1; i >= 0; i--)
      if (p[i + 1].revents) {
        ssize_t k = read(C[i].fd, buf, sizeof buf);
        if (k <= 0 || take(i, buf, k)) {
          close(C[i].fd);
          C[i] = C[--n];
        }
      }
    if (p[0].revents && n < MAXC) {
      memset(&C[n], 0, sizeof C[n]);
      C[n].fd = accept(l, 0, 0);
      setsockopt(C[n].fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      n++;
    }
  }
}

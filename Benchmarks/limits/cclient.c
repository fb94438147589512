/* raw nghttp2 gRPC unary client, same pre-encoded bytes. usage: cclient PORT PAYLOAD CONC N ROUNDS [cacert]
 plaintext: blocking socket-like loop with poll; DATA sent NO_COPY through writev. TLS: frame copied to a buffer,
 SSL_write. */
#define _GNU_SOURCE
#include "workload.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
static uint8_t *pl;
static size_t pn;
static SSL *ssl;
static int fd;
static nghttp2_session *S_;
#define MAXIOV 128
static struct iovec iov[MAXIOV];
static int ni, io0;
static uint8_t arena[1 << 19];
static size_t an;
static int conc, inflight;
static long todo, done_, bad;
static uint64_t *lat;
typedef struct {
  size_t off;
  uint64_t t0;
  int ok;
} st;
static st slots[64];
static int freeslot[64], nf;
static ssize_t send_cb(nghttp2_session *s, const uint8_t *d, size_t n, int f, void *u) {
  if (ni >= MAXIOV || an + n > sizeof arena)
    return NGHTTP2_ERR_WOULDBLOCK;
  memcpy(arena + an, d, n);
  iov[ni++] = (struct iovec){arena + an, n};
  an += n;
  return n;
}
static ssize_t rd_cb(nghttp2_session *s, int32_t id, uint8_t *b, size_t len, uint32_t *fl, nghttp2_data_source *src,
                     void *u) {
  st *t = src->ptr;
  size_t n = pn - t->off;
  if (n > len)
    n = len;
  *fl |= NGHTTP2_DATA_FLAG_NO_COPY;
  if (t->off + n == pn)
    *fl |= NGHTTP2_DATA_FLAG_EOF;
  return n;
}
static int sd_cb(nghttp2_session *s, nghttp2_frame *f, const uint8_t *hd, size_t len, nghttp2_data_source *src,
                 void *u) {
  st *t = src->ptr;
  if (ni + 2 > MAXIOV || an + 9 > sizeof arena)
    return NGHTTP2_ERR_WOULDBLOCK;
  if (ssl) {
    if (an + 9 + len > sizeof arena)
      return NGHTTP2_ERR_WOULDBLOCK;
    memcpy(arena + an, hd, 9);
    memcpy(arena + an + 9, pl + t->off, len);
    iov[ni++] = (struct iovec){arena + an, 9 + len};
    an += 9 + len;
  } else {
    memcpy(arena + an, hd, 9);
    iov[ni++] = (struct iovec){arena + an, 9};
    an += 9;
    iov[ni++] = (struct iovec){pl + t->off, len};
  }
  t->off += len;
  return 0;
}
static int hdr_cb(nghttp2_session *s, const nghttp2_frame *f, const uint8_t *n, size_t nl, const uint8_t *v, size_t vl,
                  uint8_t fl, void *u) {
  if (nl == 11 && !memcmp(n, "grpc-status", 11)) {
    st *t = nghttp2_session_get_stream_user_data(s, f->hd.stream_id);
    if (t)
      t->ok = (vl == 1 && *v == '0');
  }
  return 0;
}
static void submit(void) {
  st *t = &slots[freeslot[--nf]];
  t->off = 0;
  t->ok = 0;
  t->t0 = wall_ns();
#define H(a, b)                                                                                                        \
  {                                                                                                                    \
    (uint8_t *)a, (uint8_t *)b, sizeof(a) - 1, sizeof(b) - 1,                                                          \
        NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE                                                   \
  }
  static nghttp2_nv h[] = {H(":method", "POST"),
                           H(":scheme", "http"),
                           H(":path", "/opentelemetry.proto.collector.trace.v1.TraceService/Export"),
                           H(":authority", "localhost"),
                           H("te", "trailers"),
                           H("content-type", "application/grpc"),
                           H("user-agent", "peers-c")};
  nghttp2_data_provider dp = {.source.ptr = t, .read_callback = rd_cb};
  nghttp2_submit_request(S_, NULL, h, 7, &dp, t);
  inflight++;
  todo--;
}
static int close_cb(nghttp2_session *s, int32_t id, uint32_t e, void *u) {
  st *t = nghttp2_session_get_stream_user_data(s, id);
  lat[done_++] = wall_ns() - t->t0;
  if (!t->ok || e)
    bad++;
  freeslot[nf++] = t - slots;
  inflight--;
  if (todo > 0)
    submit();
  return 0;
}
static size_t woff_;
static void die(const char *m) {
  perror(m);
  exit(1);
}
static BIO *wbio_;
static int mem_send_(void) {
  for (;;) {
    char *p;
    long n = BIO_get_mem_data(wbio_, &p);
    if (n <= 0)
      return 0;
    ssize_t w = send(fd, p + woff_, n - woff_, MSG_NOSIGNAL);
    if (w < 0) {
      if (errno == EAGAIN)
        return 1;
      die("send");
    }
    woff_ += w;
    if (woff_ == n) {
      BIO_reset(wbio_);
      woff_ = 0;
      return 0;
    }
  }
}
static int flush_tls(void) {
  for (;;) {
    if (mem_send_())
      return 1;
    ni = io0 = 0;
    an = 0;
    int r = nghttp2_session_send(S_);
    if (r)
      die(nghttp2_strerror(r));
    if (!ni)
      return 0;
    size_t o = 0;
    while (o < an) {
      int w = SSL_write(ssl, arena + o, an - o);
      if (w <= 0)
        die("sslw");
      o += w;
    }
  }
}
static int flush_(void) {
  if (ssl)
    return flush_tls(); /* 1: would block */
  for (;;) {
    if (io0 == ni) {
      ni = io0 = 0;
      an = 0;
      int r = nghttp2_session_send(S_);
      if (r)
        die(nghttp2_strerror(r));
      if (!ni)
        return 0;
    }
    while (io0 < ni) {
      ssize_t w;
      if (ssl) {
        w = SSL_write(ssl, iov[io0].iov_base, iov[io0].iov_len);
        if (w <= 0) {
          int e = SSL_get_error(ssl, w);
          if (e == SSL_ERROR_WANT_WRITE || e == SSL_ERROR_WANT_READ)
            return 1;
          die("sslw");
        }
      } else {
        w = writev(fd, iov + io0, ni - io0);
        if (w < 0) {
          if (errno == EAGAIN)
            return 1;
          die("writev");
        }
      }
      while (w > 0 && (size_t)w >= iov[io0].iov_len) {
        w -= iov[io0].iov_len;
        io0++;
      }
      if (w > 0) {
        iov[io0].iov_base = (uint8_t *)iov[io0].iov_base + w;
        iov[io0].iov_len -= w;
      }
    }
  }
}
static void run(long n) {
  todo = n;
  done_ = 0;
  while (nf > 64 - conc && todo > 0)
    submit();
  static uint8_t rb[65536];
  while (done_ < n) {
    int b = flush_();
    struct pollfd p = {fd, POLLIN | (b ? POLLOUT : 0), 0};
    poll(&p, 1, -1);
    if (p.revents & (POLLIN | POLLHUP))
      for (;;) {
        ssize_t r;
        if (ssl) {
          r = SSL_read(ssl, rb, sizeof rb);
          if (r <= 0) {
            int e = SSL_get_error(ssl, r);
            if (e == SSL_ERROR_WANT_READ)
              break;
            die("sslr");
          }
        } else {
          r = read(fd, rb, sizeof rb);
          if (r < 0) {
            if (errno == EAGAIN)
              break;
            die("read");
          }
          if (!r) {
            fprintf(stderr, "eof\n");
            exit(1);
          }
        }
        ssize_t k = nghttp2_session_mem_recv(S_, rb, r);
        if (k < 0)
          die(nghttp2_strerror(k));
        if (!ssl && r < (ssize_t)sizeof rb)
          break;
      }
  }
}
static int cu(const void *a, const void *b) {
  uint64_t x = *(uint64_t *)a, y = *(uint64_t *)b;
  return x < y ? -1 : x > y;
}
int main(int c, char **v) {
  int port = atoi(v[1]);
  FILE *f = fopen(v[2], "rb");
  fseek(f, 0, SEEK_END);
  long n = ftell(f);
  rewind(f);
  pn = n + 5;
  pl = malloc(pn);
  if (fread(pl + 5, 1, n, f) != (size_t)n)
    return 1;
  pl[0] = 0;
  pl[1] = n >> 24;
  pl[2] = n >> 16;
  pl[3] = n >> 8;
  pl[4] = n;
  conc = atoi(v[3]);
  long N = atol(v[4]);
  int rounds = atoi(v[5]);
  for (int i = 0; i < 64; i++)
    freeslot[nf++] = i;
  lat = malloc(8 * (N + 100));
  fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (connect(fd, (void *)&a, sizeof a))
    die("connect");
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, 4);
  if (c > 6) {
    SSL_CTX *x = SSL_CTX_new(TLS_client_method());
    SSL_CTX_load_verify_locations(x, v[6], 0);
    SSL_CTX_set_verify(x, SSL_VERIFY_PEER, 0);
    SSL_CTX_set_ciphersuites(x, "TLS_AES_128_GCM_SHA256");
    SSL_CTX_set_alpn_protos(x, (const unsigned char *)"\2h2", 3);
    ssl = SSL_new(x);
    SSL_set_fd(ssl, fd);
    SSL_set_tlsext_host_name(ssl, "localhost");
    SSL_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (SSL_connect(ssl) != 1) {
      ERR_print_errors_fp(stderr);
      return 1;
    }
    fprintf(stderr, "%s\n", SSL_get_cipher(ssl));
  }
  fcntl(fd, F_SETFL, O_NONBLOCK);
  if (ssl) {
    wbio_ = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(wbio_, -1);
    SSL_set0_wbio(ssl, wbio_);
    SSL_set_read_ahead(ssl, 1);
  }
  nghttp2_session_callbacks *cb;
  nghttp2_session_callbacks_new(&cb);
  nghttp2_session_callbacks_set_send_callback(cb, send_cb);
  nghttp2_session_callbacks_set_send_data_callback(cb, sd_cb);
  nghttp2_session_callbacks_set_on_header_callback(cb, hdr_cb);
  nghttp2_session_callbacks_set_on_stream_close_callback(cb, close_cb);
  nghttp2_session_client_new(&S_, cb, NULL);
  nghttp2_submit_settings(S_, 0, NULL, 0);
  run(20);
  for (int r = 0; r < rounds; r++) {
    uint64_t c0 = cpu_ns(), w0 = wall_ns();
    run(N);
    uint64_t cp = cpu_ns() - c0, w = wall_ns() - w0;
    qsort(lat, N, 8, cu);
    printf("round %d conc %d n %ld bad %ld exports/s %.0f cpu_us/export %.1f p50_us %lu p99_us %lu\n", r, conc, N, bad,
           N / (w / 1e9), cp / 1000.0 / N, lat[N / 2] / 1000, lat[N * 99 / 100] / 1000);
  }
  return bad != 0;
}

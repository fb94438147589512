/* OTLP TraceService sink: nghttp2 server, single thread, epoll. Answers every complete request with HEADERS 200, DATA
 (5 byte empty message), trailers grpc-status 0. usage: sink PORT STATSFILE [-w BYTES window] [-n (no span counting)]
 [-t cert key] [-d us  answer delay] stats file (mmap, u64): [0] requests [1] spans [2] body bytes [3] monotonic ns of
 last request [4] malformed [5] connections [6] sink cpu ns (updated every 64 requests)*/
#define _GNU_SOURCE
#include "workload.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
static volatile uint64_t *ST;
static int window = 65535, count = 1;
static SSL_CTX *ctx;
static int ep;
typedef struct buf {
  uint8_t *b;
  size_t cap;
  struct buf *next;
} buf;
static buf *freeb;
typedef struct stream {
  buf *b;
  size_t n;
  int sent;
} stream;
typedef struct conn {
  int fd;
  SSL *ssl;
  nghttp2_session *s;
  int want_w;
  const uint8_t *out;
  size_t on;
  int hs;
} conn;
static buf *getb(void) {
  if (freeb) {
    buf *b = freeb;
    freeb = b->next;
    return b;
  }
  buf *b = malloc(sizeof *b);
  b->cap = 512 << 10;
  b->b = malloc(b->cap);
  return b;
}
static void putb(buf *b) {
  b->next = freeb;
  freeb = b;
}
static const uint8_t *rv(const uint8_t *p, const uint8_t *e, uint64_t *o) {
  uint64_t v = 0;
  int sh = 0;
  while (p < e) {
    uint8_t c = *p++;
    v |= (uint64_t)(c & 127) << sh;
    if (c < 128) {
      *o = v;
      return p;
    }
    sh += 7;
    if (sh > 63)
      break;
  }
  return NULL;
}
static long walk(const uint8_t *p, size_t n,
                 int depth) { /* depth0: want field1 (ResourceSpans); 1: field2 (ScopeSpans); 2: field 2 (Span) count */
  const uint8_t *e = p + n;
  long c = 0;
  while (p < e) {
    uint64_t t, l;
    p = rv(p, e, &t);
    if (!p)
      return -1;
    switch (t & 7) {
    case 0:
      p = rv(p, e, &l);
      if (!p)
        return -1;
      break;
    case 1:
      p += 8;
      break;
    case 5:
      p += 4;
      break;
    case 2:
      p = rv(p, e, &l);
      if (!p || l > (size_t)(e - p))
        return -1;
      if (t == (depth == 0 ? 0x0a : 0x12)) {
        if (depth == 2)
          c++;
        else {
          long k = walk(p, l, depth + 1);
          if (k < 0)
            return -1;
          c += k;
        }
      }
      p += l;
      break;
    default:
      return -1;
    }
    if (p > e)
      return -1;
  }
  return c;
}
static ssize_t rd_cb(nghttp2_session *s, int32_t id, uint8_t *b, size_t len, uint32_t *fl, nghttp2_data_source *src,
                     void *u) {
  memset(b, 0, 5);
  *fl = NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
  nghttp2_nv t[] = {{(uint8_t *)"grpc-status", (uint8_t *)"0", 11, 1, NGHTTP2_NV_FLAG_NONE}};
  nghttp2_submit_trailer(s, id, t, 1);
  return 5;
}
static void answer(conn *c, int32_t id, stream *st) {
  const uint8_t *p = st->b ? st->b->b : NULL;
  long k = 0;
  if (st->n >= 5) {
    size_t l = (size_t)p[1] << 24 | p[2] << 16 | p[3] << 8 | p[4];
    if (p[0] != 0 || l + 5 != st->n)
      ST[4]++;
    else if (count) {
      k = walk(p + 5, l, 0);
      if (k < 0) {
        ST[4]++;
        k = 0;
      }
    }
  } else
    ST[4]++;
  ST[2] += st->n;
  ST[1] += k;
  ST[3] = wall_ns();
  ST[0]++;
  if ((ST[0] & 63) == 0)
    ST[6] = cpu_ns();
  if (st->b) {
    putb(st->b);
    st->b = NULL;
  }
  nghttp2_nv h[] = {{(uint8_t *)":status", (uint8_t *)"200", 7, 3, 0},
                    {(uint8_t *)"content-type", (uint8_t *)"application/grpc", 12, 16, 0}};
  nghttp2_data_provider dp = {.read_callback = rd_cb};
  nghttp2_submit_response(c->s, id, h, 2, &dp);
}
static int begin_cb(nghttp2_session *s, const nghttp2_frame *f, void *u) {
  if (f->hd.type == NGHTTP2_HEADERS && f->headers.cat == NGHTTP2_HCAT_REQUEST) {
    stream *st = calloc(1, sizeof *st);
    nghttp2_session_set_stream_user_data(s, f->hd.stream_id, st);
  }
  return 0;
}
static int data_cb(nghttp2_session *s, uint8_t fl, int32_t id, const uint8_t *d, size_t n, void *u) {
  stream *st = nghttp2_session_get_stream_user_data(s, id);
  if (!st)
    return 0;
  if (!st->b)
    st->b = getb();
  if (st->n + n > st->b->cap) {
    while (st->n + n > st->b->cap)
      st->b->cap *= 2;
    st->b->b = realloc(st->b->b, st->b->cap);
  }
  memcpy(st->b->b + st->n, d, n);
  st->n += n;
  return 0;
}
static int frame_cb(nghttp2_session *s, const nghttp2_frame *f, void *u) {
  if ((f->hd.type == NGHTTP2_DATA || f->hd.type == NGHTTP2_HEADERS) && (f->hd.flags & NGHTTP2_FLAG_END_STREAM)) {
    stream *st = nghttp2_session_get_stream_user_data(s, f->hd.stream_id);
    if (st)
      answer(u, f->hd.stream_id, st);
  }
  return 0;
}
static int close_cb(nghttp2_session *s, int32_t id, uint32_t e, void *u) {
  stream *st = nghttp2_session_get_stream_user_data(s, id);
  if (st) {
    if (st->b)
      putb(st->b);
    free(st);
  }
  return 0;
}
static void cfree(conn *c) {
  if (c->s)
    nghttp2_session_del(c->s);
  if (c->ssl)
    SSL_free(c->ssl);
  close(c->fd);
  free(c);
}
static int cw(conn *c) {
  for (;;) {
    if (!c->on) {
      ssize_t n = nghttp2_session_mem_send(c->s, &c->out);
      if (n < 0)
        return -1;
      if (!n)
        break;
      c->on = n;
    }
    ssize_t w;
    if (c->ssl) {
      w = SSL_write(c->ssl, c->out, c->on);
      if (w <= 0) {
        int e = SSL_get_error(c->ssl, w);
        if (e == SSL_ERROR_WANT_WRITE || e == SSL_ERROR_WANT_READ) {
          c->want_w = 1;
          return 0;
        }
        return -1;
      }
    } else {
      w = send(c->fd, c->out, c->on, MSG_NOSIGNAL);
      if (w < 0) {
        if (errno == EAGAIN) {
          c->want_w = 1;
          return 0;
        }
        return -1;
      }
    }
    c->out += w;
    c->on -= w;
  }
  c->want_w = 0;
  return 0;
}
static int alpn_cb(SSL *s, const unsigned char **o, unsigned char *ol, const unsigned char *in, unsigned il, void *a) {
  if (SSL_select_next_proto((unsigned char **)o, ol, (const unsigned char *)"\2h2", 3, in, il) ==
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_OK;
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}
int main(int c, char **v) {
  int port = atoi(v[1]);
  const char *cert = 0, *key = 0;
  for (int i = 3; i < c; i++) {
    if (!strcmp(v[i], "-w"))
      window = atoi(v[++i]);
    else if (!strcmp(v[i], "-n"))
      count = 0;
    else if (!strcmp(v[i], "-t")) {
      cert = v[++i];
      key = v[++i];
    }
  }
  signal(SIGPIPE, SIG_IGN);
  int sf = open(v[2], O_RDWR | O_CREAT | O_TRUNC, 0644);
  if (ftruncate(sf, 4096))
    return 1;
  ST = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, sf, 0);
  if (cert) {
    ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate_chain_file(ctx, cert);
    SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM);
    SSL_CTX_set_read_ahead(ctx, 1);
    SSL_CTX_set_default_read_buffer_len(ctx, 262144);
    SSL_CTX_set_alpn_select_cb(ctx, alpn_cb, 0);
    SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  }
  nghttp2_session_callbacks *cb;
  nghttp2_session_callbacks_new(&cb);
  nghttp2_session_callbacks_set_on_begin_headers_callback(cb, begin_cb);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(cb, data_cb);
  nghttp2_session_callbacks_set_on_frame_recv_callback(cb, frame_cb);
  nghttp2_session_callbacks_set_on_stream_close_callback(cb, close_cb);
  int l = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  int one = 1;
  setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, 4);
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(l, (void *)&a, sizeof a) || listen(l, 128)) {
    perror("bind");
    return 1;
  }
  ep = epoll_create1(0);
  struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(ep, EPOLL_CTL_ADD, l, &e);
  static uint8_t rb[256 << 10];
  fprintf(stderr, "sink %d window %d\n", port, window);
  struct epoll_event evs[64];
  for (;;) {
    int n = epoll_wait(ep, evs, 64, -1);
    for (int i = 0; i < n; i++) {
      conn *k = evs[i].data.ptr;
      if (!k) {
        int fd = accept4(l, 0, 0, SOCK_NONBLOCK);
        if (fd < 0)
          continue;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, 4);
        k = calloc(1, sizeof *k);
        k->fd = fd;
        ST[5]++;
        if (ctx) {
          k->ssl = SSL_new(ctx);
          SSL_set_fd(k->ssl, fd);
          SSL_set_accept_state(k->ssl);
        }
        nghttp2_session_server_new(&k->s, cb, k);
        nghttp2_settings_entry se[] = {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 1000},
                                       {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, window}};
        nghttp2_submit_settings(k->s, 0, se, 2);
        if (window > 65535)
          nghttp2_session_set_local_window_size(k->s, 0, 0, window);
        e.events = EPOLLIN;
        e.data.ptr = k;
        epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
        if (!ctx && cw(k)) {
          cfree(k);
        }
        continue;
      }
      int dead = 0;
      for (;;) {
        ssize_t r;
        if (k->ssl) {
          r = SSL_read(k->ssl, rb, sizeof rb);
          if (r <= 0) {
            int er = SSL_get_error(k->ssl, r);
            if (er != SSL_ERROR_WANT_READ && er != SSL_ERROR_WANT_WRITE)
              dead = 1;
            ERR_clear_error();
            break;
          }
        } else {
          r = recv(k->fd, rb, sizeof rb, 0);
          if (r < 0) {
            if (errno != EAGAIN)
              dead = 1;
            break;
          }
          if (r == 0) {
            dead = 1;
            break;
          }
        }
        if (nghttp2_session_mem_recv(k->s, rb, r) < 0) {
          dead = 1;
          break;
        }
        if (!k->ssl && r < (ssize_t)sizeof rb)
          break;
        if (k->ssl)
          continue;
      }
      if (!dead && (!k->ssl || SSL_is_init_finished(k->ssl))) {
        int ww = k->want_w;
        if (cw(k))
          dead = 1;
        if (k->want_w != ww) {
          e.events = EPOLLIN | (k->want_w ? EPOLLOUT : 0);
          e.data.ptr = k;
          epoll_ctl(ep, EPOLL_CTL_MOD, k->fd, &e);
        }
      }
      if (dead || (!nghttp2_session_want_read(k->s) && !nghttp2_session_want_write(k->s))) {
        cfree(k);
      }
    }
  }
}

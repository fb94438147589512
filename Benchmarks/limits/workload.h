#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
static inline uint64_t mix(uint64_t k) {
  uint64_t z = 42 + k + 0x9E3779B97F4A7C15ull;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}
typedef struct {
  const char *p;
  size_t n;
} str;
typedef struct {
  str key;
  int type;
  str s;
  int64_t i;
  double d;
  int b;
} attr; /*type 0 str 1 int 2 dbl 3 bool*/
typedef struct {
  str name;
  uint64_t time;
  attr at[2];
  int nat;
} event;
typedef struct {
  uint8_t tid[16], sid[8];
} link_t;
typedef struct {
  uint8_t tid[16], sid[8], pid[8];
  str name;
  int kind;
  uint64_t start, end;
  attr at[10];
  int nat;
  event ev[2];
  int nev;
  link_t li[1];
  int nli;
  int code;
  str msg;
  char buf[128];
} span;
static const char *methods[] = {"GET", "POST", "GET", "PUT", "DELETE", "GET", "GET", "POST"};
static const char *routes[] = {"/api/v1/users/{id}",
                               "/api/v1/orders",
                               "/api/v1/orders/{id}/items",
                               "/api/v1/users/{id}/profile",
                               "/api/v1/sessions/{id}",
                               "/healthz",
                               "/api/v1/search",
                               "/api/v1/payments/{id}/capture"};
static const int codes[] = {200, 200, 200, 201, 204, 404, 500, 302};
static char namebuf[8][64];
static inline str S(const char *s) { return (str){s, strlen(s)}; }
static inline void be64(uint8_t *o, uint64_t v) {
  v = __builtin_bswap64(v);
  memcpy(o, &v, 8);
}
static void make_span(span *s, uint64_t i) {
  int m = i % 8;
  if (!namebuf[m][0])
    snprintf(namebuf[m], 64, "%s %s", methods[m], routes[m]);
  be64(s->tid, mix(4 * i));
  be64(s->tid + 8, mix(4 * i + 1));
  be64(s->sid, mix(4 * i + 2));
  be64(s->pid, mix(4 * i + 3));
  s->name = S(namebuf[m]);
  s->kind = 2;
  s->start = 1760000000000000000ull + i * 1000003;
  s->end = s->start + 5000000 + mix(i) % 50000000;
  char *b = s->buf;
  int n;
  attr *a = s->at;
  memset(a, 0, sizeof s->at);
  a[0] = (attr){S("http.request.method"), 0, S(methods[m])};
  a[1] = (attr){S("http.route"), 0, S(routes[m])};
  n = sprintf(b, "/api/v1/users/%d", (int)(100000 + i % 900000));
  a[2] = (attr){S("url.path"), 0, {b, n}};
  b += n;
  n = sprintf(b, "api-%d.prod.example.com", (int)(i % 10));
  a[3] = (attr){S("server.address"), 0, {b, n}};
  b += n;
  a[4] = (attr){S("user_agent.original"), 0, S("Mozilla/5.0 (X11; Linux)")};
  n = sprintf(b, "10.%d.%d.%d", (int)(i % 256), (int)(i / 7 % 256), (int)(i / 13 % 256));
  a[5] = (attr){S("client.address"), 0, {b, n}};
  a[6] = (attr){S("http.response.status_code"), 1, {0, 0}, codes[m]};
  a[7] = (attr){S("http.response.body.size"), 1, {0, 0}, (int64_t)(mix(i) % 100000)};
  a[8] = (attr){S("app.cache.hit_ratio"), 2, {0, 0}, 0, (double)(i % 1000) / 1000.0};
  a[9] = (attr){S("app.authenticated"), 3, {0, 0}, 0, 0, i % 3 != 0};
  s->nat = 10;
  s->ev[0] = (event){
      S("db.query.start"),
      s->start + 1000000,
      {{S("db.system.name"), 0, S("postgresql")}, {S("db.operation.batch.size"), 1, {0, 0}, (int64_t)(1 + i % 50)}},
      2};
  s->ev[1] = (event){
      S("db.query.end"),
      s->start + 4000000,
      {{S("db.collection.name"), 0, S("users")}, {S("db.response.returned_rows"), 1, {0, 0}, (int64_t)(i % 200)}},
      2};
  s->nev = 2;
  memcpy(s->li[0].tid, s->tid + 8, 8);
  memcpy(s->li[0].tid + 8, s->tid, 8);
  memcpy(s->li[0].sid, s->pid, 8);
  s->nli = 1;
  s->code = codes[m] >= 500 ? 2 : 1;
  s->msg = codes[m] >= 500 ? S("upstream timed out") : S("");
}
/* hand-written back-to-front encoder: one pass, no size pre-computation, exact minimal varints */
static inline uint8_t *wv(uint8_t *p, uint64_t v) {
  if (v < 128) {
    *--p = (uint8_t)v;
    return p;
  }
  int n = (70 - __builtin_clzll(v)) / 7; /*(64-clz+6)/7*/
  p -= n;
  uint8_t *q = p;
  while (v >= 128) {
    *q++ = (uint8_t)v | 128;
    v >>= 7;
  }
  *q = (uint8_t)v;
  return p;
}
static inline uint8_t *wb(uint8_t *p, uint8_t tag, const void *d, size_t n) {
  p -= n;
  memcpy(p, d, n);
  p = wv(p, n);
  *--p = tag;
  return p;
}
static inline uint8_t *wattr(uint8_t *p, uint8_t tag, const attr *a) {
  uint8_t *e = p, *ve;
  ve = p;
  switch (a->type) {
  case 0:
    p = wb(p, 0x0a, a->s.p, a->s.n);
    break;
  case 1:
    p = wv(p, (uint64_t)a->i);
    *--p = 0x18;
    break;
  case 2:
    p -= 8;
    memcpy(p, &a->d, 8);
    *--p = 0x21;
    break;
  default:
    *--p = (uint8_t)a->b;
    *--p = 0x10;
  }
  p = wv(p, ve - p);
  *--p = 0x12;
  p = wb(p, 0x0a, a->key.p, a->key.n);
  p = wv(p, e - p);
  *--p = tag;
  return p;
}
static inline uint8_t *wf64(uint8_t *p, uint8_t tag, uint64_t v) {
  p -= 8;
  memcpy(p, &v, 8);
  *--p = tag;
  return p;
}
static inline uint8_t *wspan(uint8_t *p, const span *s) {
  uint8_t *e = p, *m;
  m = p;
  if (s->code) {
    *--p = (uint8_t)s->code;
    *--p = 0x18;
  }
  if (s->msg.n)
    p = wb(p, 0x12, s->msg.p, s->msg.n);
  p = wv(p, m - p);
  *--p = 0x7a;
  for (int i = s->nli - 1; i >= 0; i--) {
    m = p;
    p = wb(p, 0x12, s->li[i].sid, 8);
    p = wb(p, 0x0a, s->li[i].tid, 16);
    p = wv(p, m - p);
    *--p = 0x6a;
  }
  for (int i = s->nev - 1; i >= 0; i--) {
    m = p;
    for (int j = s->ev[i].nat - 1; j >= 0; j--)
      p = wattr(p, 0x1a, &s->ev[i].at[j]);
    p = wb(p, 0x12, s->ev[i].name.p, s->ev[i].name.n);
    p = wf64(p, 0x09, s->ev[i].time);
    p = wv(p, m - p);
    *--p = 0x5a;
  }
  for (int i = s->nat - 1; i >= 0; i--)
    p = wattr(p, 0x4a, &s->at[i]);
  p = wf64(p, 0x41, s->end);
  p = wf64(p, 0x39, s->start);
  *--p = (uint8_t)s->kind;
  *--p = 0x30;
  p = wb(p, 0x2a, s->name.p, s->name.n);
  p = wb(p, 0x22, s->pid, 8);
  p = wb(p, 0x12, s->sid, 8);
  p = wb(p, 0x0a, s->tid, 16);
  p = wv(p, e - p);
  *--p = 0x12;
  return p;
}
static uint8_t *encode(uint8_t *end, const span *s, int n) {
  uint8_t *p = end, *m, *q;
  for (int i = n - 1; i >= 0; i--)
    p = wspan(p, &s[i]);
  m = p;
  p = wb(p, 0x12, "0.1.0", 5);
  p = wb(p, 0x0a, "peers.bench", 11);
  p = wv(p, m - p);
  *--p = 0x0a;
  p = wv(p, end - p);
  *--p = 0x12;
  m = p;
  attr r[6] = {{S("service.name"), 0, S("checkout-service")},        {S("service.version"), 0, S("1.42.0")},
               {S("host.name"), 0, S("ip-10-0-12-34.ec2.internal")}, {S("process.pid"), 1, {0, 0}, 4242},
               {S("telemetry.sdk.name"), 0, S("opentelemetry")},     {S("telemetry.sdk.language"), 0, S("swift")}};
  for (int i = 5; i >= 0; i--)
    p = wattr(p, 0x0a, &r[i]);
  q = p;
  p = wv(p, m - q);
  *--p = 0x0a;
  p = wv(p, end - p);
  *--p = 0x0a;
  return p;
}
static inline uint64_t cpu_ns(void) {
  struct rusage r;
  getrusage(RUSAGE_SELF, &r);
  return (r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000000000ull + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1000ull;
}
static inline uint64_t wall_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

#include "workload.h"
/* usage: cenc OUTFILE ITERS ROUNDS : encodes batch 0 (512 spans) ITERS times per round; "memcpy" = copy of the encoded
 * bytes */
static int cmp(const void *a, const void *b) {
  double x = *(double *)a, y = *(double *)b;
  return x < y ? -1 : x > y;
}
int main(int c, char **v) {
  int it = atoi(v[2]), rounds = atoi(v[3]);
  int n = 512;
  span *s = calloc(n, sizeof *s);
  for (int i = 0; i < n; i++)
    make_span(&s[i], i);
  size_t cap = 1 << 20;
  uint8_t *b = malloc(cap), *b2 = malloc(cap);
  memset(b, 1, cap);
  memset(b2, 1, cap);
  uint8_t *p = encode(b + cap, s, n);
  size_t len = b + cap - p;
  FILE *f = fopen(v[1], "wb");
  fwrite(p, 1, len, f);
  fclose(f);
  double e[64], m[64];
  volatile uint8_t sink;
  for (int r = 0; r < rounds; r++) {
    uint64_t t = cpu_ns();
    for (int k = 0; k < it; k++) {
      p = encode(b + cap, s, n);
      __asm__ volatile("" ::"r"(p) : "memory");
    }
    e[r] = (double)(cpu_ns() - t) / it / n;
    t = cpu_ns();
    for (int k = 0; k < it; k++) {
      memcpy(b2, p, len);
      __asm__ volatile("" ::"r"(b2) : "memory");
    }
    m[r] = (double)(cpu_ns() - t) / it / n;
  }
  if (rounds) {
    qsort(e, rounds, 8, cmp);
    qsort(m, rounds, 8, cmp);
    printf("bytes %zu bytes/span %.1f encode_ns/span %.1f (%.2f GB/s) memcpy_ns/span %.2f\n", len, (double)len / n,
           e[rounds / 2], (double)len / n / e[rounds / 2], m[rounds / 2]);
  }
  return 0;
}

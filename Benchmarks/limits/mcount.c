#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
static atomic_ulong n, b;
void *malloc(size_t s) {
  n++;
  b += s;
  return __libc_malloc(s);
}
void *calloc(size_t a, size_t s) {
  n++;
  b += a * s;
  return __libc_calloc(a, s);
}
void *realloc(void *p, size_t s) {
  n++;
  b += s;
  return __libc_realloc(p, s);
}
int posix_memalign(void **o, size_t a, size_t s) {
  n++;
  b += s;
  *o = __libc_memalign(a, s);
  return *o ? 0 : 12;
}
void *aligned_alloc(size_t a, size_t s) {
  n++;
  b += s;
  return __libc_memalign(a, s);
}
__attribute__((destructor)) static void fin(void) {
  char x[96];
  int k = snprintf(x, 96, "MALLOCS %lu BYTES %lu\n", (unsigned long)n, (unsigned long)b);
  write(2, x, k);
}

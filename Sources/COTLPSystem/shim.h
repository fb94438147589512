#ifndef SWIFT_OTLP_SYSTEM_H
#define SWIFT_OTLP_SYSTEM_H
#ifdef __linux__
#include <pthread.h>
#include <sys/epoll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
// pthread_setname_np needs _GNU_SOURCE. The Glibc module is built without this macro, so this module must be too: the
// member names of fd_set would differ between the two.
extern int pthread_setname_np(pthread_t thread, const char *name);
static inline int COTLPSystem_set_thread_name(const char *name) { return pthread_setname_np(pthread_self(), name); }
// Declared for the same reason. Swift can't call a variadic function such as `syscall`.
extern long syscall(long number, ...);
// Sleeps if the word has this value (FUTEX_WAIT | FUTEX_PRIVATE_FLAG). A spurious wake-up is possible.
static inline void COTLPSystem_futex_wait(const void *word, uint32_t value) { syscall(SYS_futex, word, 128, value, 0); }
static inline void COTLPSystem_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}
static inline void COTLPSystem_futex_wake_one(const void *word) { syscall(SYS_futex, word, 129, 1); }
#endif

#include <getopt.h>
#include <stdint.h>
#include <sys/resource.h>
#include <time.h>
// In a module that imports this one, Swift attributes C's time structures to changing modules, so they stay here.
static inline int64_t COTLPSystem_nanoseconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
static inline uint64_t COTLPSystem_wall_nanoseconds(void) { return (uint64_t)COTLPSystem_nanoseconds(CLOCK_REALTIME); }
static inline int64_t COTLPSystem_monotonic_nanoseconds(void) { return COTLPSystem_nanoseconds(CLOCK_MONOTONIC); }
#ifdef __linux__
static inline int64_t COTLPSystem_boot_nanoseconds(void) { return COTLPSystem_nanoseconds(CLOCK_BOOTTIME); }
#endif
static inline int64_t COTLPSystem_cpu_microseconds(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return ((int64_t)used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 + used.ru_utime.tv_usec +
         used.ru_stime.tv_usec;
}
// The Glibc module lacks getopt_long, and Swift 6 refuses mutable C globals such as those of getopt and `environ`.
extern char **environ;
static inline char **COTLPSystem_environ(void) { return environ; }
static inline int COTLPSystem_getopt_long(int argc, char *const argv[], const char *letters, const struct option *options) {
  return getopt_long(argc, argv, letters, options, 0);
}
// Swift can't call a variadic function such as ioctl.
#include <sys/ioctl.h>
static inline int COTLPSystem_terminal_columns(int descriptor) {
  struct winsize size;
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
// wcwidth needs _XOPEN_SOURCE. Its result depends on the thread's locale, which is the C locale at start.
#include <locale.h>
#include <wchar.h>
extern int wcwidth(wchar_t character);
static inline void *COTLPSystem_utf8_locale(void) { return (void *)newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0); }
static inline int COTLPSystem_character_width(void *locale, uint32_t character) {
  locale_t before = uselocale((locale_t)locale);
  int width = wcwidth((wchar_t)character);
  uselocale(before);
  return width;
}
static inline void COTLPSystem_getopt_start(void) { opterr = 0; optind = 0; }
static inline const char *COTLPSystem_optarg(void) { return optarg; }
static inline int COTLPSystem_optind(void) { return optind; }
static inline int COTLPSystem_optopt(void) { return optopt; }
#endif
